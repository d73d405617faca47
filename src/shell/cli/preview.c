/* SPDX-License-Identifier: Apache-2.0 */
/* criteria preview: the past decided with a set and without it, and what it would have hit. */
#include "cli/preview_priv.h"

#include <string.h>

#include "base/mem.h"

enum { FLUSH_BYTES = 1 << 18 };

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

/* -- the past's results */

static tw_err take_result(struct preview *p, const struct tw_finding *f)
{
    uint32_t id;
    TW_TRY(tw_intern_put(p->ids, f->declaration_id, &id));
    p->result[id] |= tw_result_found(f->result) ? 3 : 1;
    return TW_OK;
}

static tw_err open_results(struct preview *p, struct tw_fault *fault)
{
    const char *path = tw_cli_value(p->cli, "findings");
    if (tw_intern_new(&p->ids) != TW_OK) return no_memory(fault);
    if (path == NULL) return TW_OK;
    p->cli->file = path;
    TW_TRY(tw_input_findings(path, tw_cli_reading_options(p->reading), &p->findings, fault));
    const struct tw_finding_list list = tw_findings_list(p->findings);
    p->result = tw_calloc(list.n + 1, sizeof *p->result);
    if (p->result == NULL) return no_memory(fault);
    for (size_t i = 0; i < list.n; i++)
        if (take_result(p, &list.at[i]) != TW_OK) return no_memory(fault);
    p->cli->file = NULL;
    return TW_OK;
}

/* -- counting */

/* What the office can take on in the shift that begins with this one. */
static void take_room(const struct preview *p, const struct tw_assessment *one, struct load *l)
{
    enum { DAY_S = 86400 };
    int64_t capacity[TW_CHANNEL_N];
    const int32_t second = (int32_t)((one->shift % DAY_S + DAY_S) % DAY_S);
    const struct tw_channel_office *own = tw_channel_office_find(&p->channels, one->decl->office);
    tw_channel_shift_at(&p->channels, own, (int32_t)((one->shift - second) / DAY_S), second, capacity);
    for (int ch = 0; ch < TW_CHANNEL_N; ch++) {
        if (!l->any || capacity[ch] < l->least_room[ch]) l->least_room[ch] = capacity[ch];
        if (!l->any || capacity[ch] > l->most_room[ch]) l->most_room[ch] = capacity[ch];
    }
    l->any = true;
}

static tw_err load_of(struct preview *p, const struct tw_assessment *one, struct load **ret)
{
    const struct tw_str office = one->decl->office;
    uint32_t k;
    TW_TRY(tw_intern_put(p->offices, office.n > 0 ? office : TW_STR("-"), &k));
    if (k >= p->load_cap) {
        const size_t cap = (size_t)k * 2 + 8;
        struct load *more = tw_realloc(p->load, cap, sizeof *more);
        if (more == NULL) return TW_NOMEM;
        memset(more + p->load_cap, 0, (cap - p->load_cap) * sizeof *more);
        p->load = more;
        p->load_cap = cap;
    }
    *ret = &p->load[k];
    if ((*ret)->any && (*ret)->shift == one->shift) return TW_OK;
    memset((*ret)->now, 0, sizeof(*ret)->now);
    (*ret)->shift = one->shift;
    take_room(p, one, *ret);
    return TW_OK;
}

static tw_err count_load(struct preview *p, const struct tw_assessment *one)
{
    struct load *l;
    const enum tw_channel ch = one->decision.channel;
    TW_TRY(load_of(p, one, &l));
    l->n[ch]++;
    l->now[ch]++;
    if (l->now[ch] > l->most[ch]) l->most[ch] = l->now[ch];
    l->over[ch] += one->beyond == 1;
    return TW_OK;
}

/* Which of the set it is: the run's own copy of it stands at the same line. */
static size_t index_of(const struct preview *p, const struct tw_criterion *of)
{
    size_t n, lo = 0;
    const struct tw_criterion *k = tw_criteria_at(p->set, &n);
    for (size_t hi = n; lo < hi;) {
        const size_t mid = (lo + hi) / 2;
        if (k[mid].line < of->line)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static bool asks_for_control(const struct tw_criteria_hit *h)
{
    return h->asks && h->criterion->class != TW_CRITERION_FACILITATION;
}

/* One that hits. alone: it is the only one that asks, and nothing else would have selected the declaration.
 */
static void count_hit(struct tally *t, const struct tw_decision *k, const struct tw_criteria_hit *h,
                      bool alone, uint8_t result)
{
    const bool asks = asks_for_control(h);
    t->hits++;
    t->asks += asks;
    t->alone += asks && alone;
    t->score += k->score_channel != TW_CHANNEL_GREEN;
    t->inspected += (result & 1) != 0;
    t->found += (result & 2) != 0;
}

static void count_hits(struct preview *p, const struct tw_assessment *one, uint8_t result)
{
    static const uint32_t own = TW_BASIS_BIT(CRITERION) | TW_BASIS_BIT(MANDATORY);
    const struct tw_decision *k = &one->decision;
    size_t n = 0, asking = 0;
    for (size_t i = 0; i < one->hits; i++) {
        const struct tw_criteria_hit *h = &one->hit[i];
        const size_t at = index_of(p, h->criterion);
        p->tally[at].unknown += h->outcome == TW_OUTCOME_UNKNOWN;
        p->tally[at].failed += h->outcome == TW_OUTCOME_FAULT;
        if (h->outcome != TW_OUTCOME_HIT) continue;
        p->hit[n++] = at;
        asking += asks_for_control(h);
    }
    const bool alone = asking == 1 && k->channel != TW_CHANNEL_GREEN && (k->basis & ~own) == 0;
    for (size_t i = 0, at = 0; i < one->hits; i++)
        if (one->hit[i].outcome == TW_OUTCOME_HIT)
            count_hit(&p->tally[p->hit[at++]], k, &one->hit[i], alone, result);
    for (size_t i = 0; i < n; i++) {
        uint64_t *row = p->overlap + p->hit[i] * p->n;
        for (size_t o = 0; o < n; o++) row[p->hit[o]]++;
    }
}

static tw_err keep_before(struct preview *p, enum tw_channel channel)
{
    if (p->befores == p->before_cap) {
        const size_t cap = p->before_cap > 0 ? 2 * p->before_cap : 4096;
        uint8_t *more = tw_realloc(p->before, cap, sizeof *more);
        if (more == NULL) return TW_NOMEM;
        p->before = more;
        p->before_cap = cap;
    }
    p->before[p->befores++] = (uint8_t)channel;
    return TW_OK;
}

static void compare(struct preview *p, enum tw_channel now)
{
    const bool was = p->at < p->befores && p->before[p->at] != TW_CHANNEL_GREEN, is = now != TW_CHANNEL_GREEN;
    p->at++;
    p->kept += was && is;
    p->gone += was && !is;
    p->come += !was && is;
}

/* Writes what there is, once it is more than `above` bytes. */
static tw_err flush(struct preview *p, size_t above, struct tw_fault *fault)
{
    if (p->file == NULL) return TW_OK;
    if (p->text.failed) return no_memory(fault);
    if (p->text.n <= above) return TW_OK;
    p->cli->file = tw_cli_value(p->cli, "out");
    TW_TRY(tw_file_out_write(p->file, p->text.p, p->text.n, fault));
    p->cli->file = NULL;
    tw_buf_clear(&p->text);
    return TW_OK;
}

static tw_err put_decision(struct preview *p, const struct tw_assessor *a, const struct tw_assessment *one,
                           struct tw_fault *fault)
{
    if (p->file == NULL) return TW_OK;
    tw_assess_json(a, one, false, &p->text);
    tw_buf_char(&p->text, '\n');
    return flush(p, FLUSH_BYTES, fault);
}

static tw_err on_decided(void *to, const struct tw_assessor *a, const struct tw_assessment *one,
                         struct tw_fault *fault)
{
    struct preview *p = to;
    if (!p->second) return keep_before(p, one->decision.channel) == TW_OK ? TW_OK : no_memory(fault);
    const uint32_t id = tw_intern_find(p->ids, one->decl->id);
    const uint8_t result = id != TW_MAP_NONE && p->result != NULL ? p->result[id] : 0;
    if (p->first_day == TW_NO_DAY || one->look.day < p->first_day) p->first_day = one->look.day;
    if (p->last_day == TW_NO_DAY || one->look.day > p->last_day) p->last_day = one->look.day;
    compare(p, one->decision.channel);
    TW_TRY(put_decision(p, a, one, fault));
    count_hits(p, one, result);
    return count_load(p, one) == TW_OK ? TW_OK : no_memory(fault);
}

/* -- all of it */

static tw_err open_set(struct preview *p, const struct tw_run_options *o, const char *path,
                       struct tw_fault *fault)
{
    TW_SCOPED_BUF text = {0};
    p->cli->file = path;
    TW_TRY(tw_file_in_all(path, tw_criteria_bytes(&o->criteria_limits), &text, fault));
    TW_TRY(tw_criteria_parse(tw_buf_view(&text), &o->criteria_limits, &o->lists, &p->set, fault));
    p->cli->file = NULL;
    (void)tw_criteria_at(p->set, &p->n);
    p->tally = tw_calloc(p->n, sizeof *p->tally);
    p->overlap = tw_calloc(p->n * p->n, sizeof *p->overlap);
    p->hit = tw_calloc(p->n, sizeof *p->hit);
    if (p->tally == NULL || p->overlap == NULL || p->hit == NULL || tw_intern_new(&p->offices) != TW_OK)
        return no_memory(fault);
    return TW_OK;
}

static tw_err open_out(struct preview *p, struct tw_fault *fault)
{
    const struct tw_file_options how = {.stop = tw_cli_stop()};
    const char *path = tw_cli_value(p->cli, "out");
    if (path == NULL) return TW_OK;
    p->cli->file = path;
    TW_TRY(tw_file_out_open(path, &how, &p->file, fault));
    p->cli->file = NULL;
    return TW_OK;
}

static tw_err run(struct preview *p, struct tw_run_options *o, struct tw_fault *fault)
{
    TW_SCOPED_BUF out = {0};
    struct tw_run_summary sum;
    o->to = p;
    o->decided = on_decided;
    o->reasons = false;
    TW_TRY(tw_run(o, &sum, fault)); /* with the set in use, or none */
    if (sum.declarations == 0) {
        tw_cli_reading_summary(p->reading, sum.refused);
        p->cli->file = o->declarations;
        return tw_fail(fault, TW_FORMAT, "not one declaration could be taken; the reasons are told above");
    }
    o->criteria = p->cli->arg[1];
    o->signers = NULL;       /* a draft */
    o->input.refused = NULL; /* told, counted and kept by the first reading */
    o->input.manifest_told = NULL;
    o->input.rejects = NULL;
    p->second = true;
    TW_TRY(tw_run(o, &sum, fault));
    TW_TRY(flush(p, 0, fault));
    tw_cli_reading_summary(p->reading, sum.refused);
    if (p->cli->json)
        preview_put_json(p, &sum, &out);
    else
        preview_put_text(p, &sum, &out);
    TW_TRY(tw_cli_write(&out, fault));
    if (p->file != NULL) {
        p->cli->file = tw_cli_value(p->cli, "out");
        TW_TRY(tw_file_out_commit(p->file, fault));
        p->cli->file = NULL;
    }
    return tw_cli_reading_manifests(p->reading, fault);
}

static tw_err preview(struct preview *p, struct tw_fault *fault)
{
    struct tw_run_options o;
    if (p->cli->args != 2)
        return tw_fail(fault, TW_ARG, "`criteria preview` takes one set, and --over FILE: the past");
    if (tw_cli_value(p->cli, "over") == NULL)
        return tw_fail(fault, TW_ARG,
                       "`criteria preview` needs --over FILE: the declarations to decide with the set");
    if (tw_cli_value(p->cli, "state") != NULL)
        return tw_fail(fault, TW_ARG, "a preview leaves no state; leave --state out");
    TW_TRY(tw_cli_deciding(p->cli, p->reading, &p->lists, &o, fault));
    o.declarations = tw_cli_value(p->cli, "over");
    if (strcmp(o.declarations, "-") == 0)
        return tw_fail(fault, TW_ARG, "a preview reads the declarations twice; name a file");
    p->channels = o.channels;
    TW_TRY(open_set(p, &o, p->cli->arg[1], fault));
    TW_TRY(open_results(p, fault));
    TW_TRY(open_out(p, fault));
    return run(p, &o, fault);
}

tw_err tw_cli_preview(struct tw_cli *cli, struct tw_fault *fault)
{
    struct preview p = {.cli = cli, .first_day = TW_NO_DAY, .last_day = TW_NO_DAY};
    tw_err err = tw_cli_reading_new(cli, &p.reading, fault);
    if (err == TW_OK) err = preview(&p, fault);
    tw_file_out_free(p.file);
    tw_buf_free(&p.text);
    tw_cli_reading_free(p.reading);
    tw_criteria_free(p.set);
    tw_lists_free(&p.lists);
    tw_findings_free(p.findings);
    tw_intern_free(p.ids);
    tw_intern_free(p.offices);
    tw_free(p.tally);
    tw_free(p.hit);
    tw_free(p.overlap);
    tw_free(p.result);
    tw_free(p.load);
    tw_free(p.before);
    return err;
}
