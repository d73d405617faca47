/* SPDX-License-Identifier: Apache-2.0 */
/* criteria preview: the past decided with a set and without it, and what it would have hit. */
#include "cli/preview.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "cli/deciding.h"
#include "stat/metric.h"
#include "store/file.h"

/* What is known of one criterion. */
struct tally {
    uint64_t hits, asks, alone; /* declarations; alone: it asked, and nothing else would have selected it */
    uint64_t unknown, failed;
    uint64_t score;            /* hits that score would have selected, too */
    uint64_t inspected, found; /* hits with a result in the past; of these with a finding */
};

/* Per office and shift. */
struct load {
    uint64_t n[TW_CHANNEL_N], most[TW_CHANNEL_N], now[TW_CHANNEL_N], over[TW_CHANNEL_N];
    int64_t least_room[TW_CHANNEL_N], most_room[TW_CHANNEL_N]; /* capacities of its shifts */
    int64_t shift;
    bool any;
};

struct preview {
    struct tw_cli *cli;
    struct tw_cli_reading *reading;
    struct tw_channel_settings channels;
    struct tw_lists lists;
    struct tw_criteria *set; /* ours; the run reads the file again */
    struct tally *tally;
    uint64_t *overlap; /* n x n: hits of both */
    size_t n;
    /* the past */
    struct tw_findings *findings;
    struct tw_intern *ids;
    uint8_t *result; /* of each id: 1 inspected, 2 found */
    /* offices */
    struct tw_intern *offices;
    struct load *load;
    size_t load_cap;
    /* with the set in use, in the order of the file */
    uint8_t *before;
    size_t befores, before_cap, at;
    bool second; /* the run with the new set */
    uint64_t kept, gone, come;
    int32_t first_day, last_day;
};

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

static void count_hit(struct preview *p, const struct tw_assessment *one, const struct tw_criteria_hit *h,
                      uint8_t result)
{
    const struct tw_decision *k = &one->decision;
    struct tally *t = &p->tally[index_of(p, h->criterion)];
    t->unknown += h->outcome == TW_OUTCOME_UNKNOWN;
    t->failed += h->outcome == TW_OUTCOME_FAULT;
    if (h->outcome != TW_OUTCOME_HIT) return;
    t->hits++;
    t->asks += h->asks && h->criterion->class != TW_CRITERION_FACILITATION;
    t->score += k->score_channel != TW_CHANNEL_GREEN;
    t->inspected += (result & 1) != 0;
    t->found += (result & 2) != 0;
    size_t asking = 0;
    for (size_t i = 0; i < one->hits; i++) {
        const struct tw_criteria_hit *o = &one->hit[i];
        if (o->outcome != TW_OUTCOME_HIT) continue;
        asking += o->asks && o->criterion->class != TW_CRITERION_FACILITATION;
        p->overlap[index_of(p, h->criterion) * p->n + index_of(p, o->criterion)]++;
    }
    const uint32_t own = TW_BASIS_BIT(CRITERION) | TW_BASIS_BIT(MANDATORY);
    t->alone += h->asks && h->criterion->class != TW_CRITERION_FACILITATION && asking == 1 &&
                k->channel != TW_CHANNEL_GREEN && (k->basis & ~own) == 0;
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

static tw_err on_decided(void *to, const struct tw_assessor *a, const struct tw_assessment *one,
                         struct tw_fault *fault)
{
    struct preview *p = to;
    (void)a;
    if (!p->second) return keep_before(p, one->decision.channel) == TW_OK ? TW_OK : no_memory(fault);
    const uint32_t id = tw_intern_find(p->ids, one->decl->id);
    const uint8_t result = id != TW_MAP_NONE && p->result != NULL ? p->result[id] : 0;
    if (p->first_day == TW_NO_DAY || one->look.day < p->first_day) p->first_day = one->look.day;
    if (p->last_day == TW_NO_DAY || one->look.day > p->last_day) p->last_day = one->look.day;
    compare(p, one->decision.channel);
    for (size_t i = 0; i < one->hits; i++) count_hit(p, one, &one->hit[i], result);
    return count_load(p, one) == TW_OK ? TW_OK : no_memory(fault);
}

/* -- what came of it */

static double days_of(const struct preview *p)
{
    return (double)(p->last_day - p->first_day + 1);
}

/* The other criterion that hits most of the same declarations; p->n = none. */
static size_t nearest(const struct preview *p, size_t i)
{
    size_t best = p->n;
    for (size_t k = 0; k < p->n; k++) {
        const uint64_t both = p->overlap[i * p->n + k];
        if (k != i && both > 0 && (best == p->n || both > p->overlap[i * p->n + best])) best = k;
    }
    return best;
}

static void put_criterion(const struct preview *p, const struct tw_criterion *k, size_t i, struct tw_buf *out)
{
    const struct tally *t = &p->tally[i];
    tw_buf_printf(out, "%-24.*s %8llu %8.1f %8llu %8llu ", TW_STR_ARG(k->id), (unsigned long long)t->hits,
                  (double)t->hits / days_of(p), (unsigned long long)t->asks, (unsigned long long)t->alone);
    if (t->inspected > 0) {
        const struct tw_interval ci = tw_wilson((double)t->found, (double)t->inspected);
        tw_buf_printf(out, "%5llu of %-5llu %5.1f %% (%.1f to %.1f)", (unsigned long long)t->found,
                      (unsigned long long)t->inspected, 100.0 * (double)t->found / (double)t->inspected,
                      100 * ci.lo, 100 * ci.hi);
    } else {
        tw_buf_text(out, "    -");
    }
    tw_buf_char(out, '\n');
    const size_t near = nearest(p, i);
    size_t n;
    if (t->hits > 0) {
        tw_buf_printf(out, "%25sscore would select %.0f %%", "", 100.0 * (double)t->score / (double)t->hits);
        if (near < p->n)
            tw_buf_printf(out, "; %.*s hits %.0f %% of the same",
                          TW_STR_ARG(tw_criteria_at(p->set, &n)[near].id),
                          100.0 * (double)p->overlap[i * p->n + near] / (double)t->hits);
        tw_buf_char(out, '\n');
    }
    if (t->unknown > 0)
        tw_buf_printf(out, "%25snot evaluated of %llu, for want of something it needs\n", "",
                      (unsigned long long)t->unknown);
    if (t->failed > 0) tw_buf_printf(out, "%25sfailed on %llu: mend it\n", "", (unsigned long long)t->failed);
}

static const enum tw_channel shown[] = {TW_CHANNEL_RED, TW_CHANNEL_YELLOW, TW_CHANNEL_BLUE};
enum { SHOWN_N = sizeof shown / sizeof *shown };

/* The capacities of its shifts, and in how many there was more. */
static void put_room(const struct load *l, enum tw_channel ch, struct tw_buf *out)
{
    tw_buf_printf(out, "; %lld", (long long)l->least_room[ch]);
    if (l->most_room[ch] != l->least_room[ch]) tw_buf_printf(out, " to %lld", (long long)l->most_room[ch]);
    tw_buf_printf(out, ", %llu", (unsigned long long)l->over[ch]);
}

static void put_loads(const struct preview *p, struct tw_buf *out)
{
    tw_buf_text(
        out, "\nLoad of an office        a day on average; most in one shift; capacity, shifts above it\n");
    for (uint32_t o = 0; o < tw_intern_n(p->offices); o++) {
        const struct load *l = &p->load[o];
        tw_buf_printf(out, "%-24.*s", TW_STR_ARG(tw_intern_text(p->offices, o)));
        for (size_t i = 0; i < SHOWN_N; i++) {
            const enum tw_channel ch = shown[i];
            tw_buf_printf(out, " %s %.1f; %llu", tw_channel_name(ch), (double)l->n[ch] / days_of(p),
                          (unsigned long long)l->most[ch]);
            if (l->most_room[ch] >= 0) put_room(l, ch, out);
            if (i + 1 < SHOWN_N) tw_buf_text(out, "  ");
        }
        tw_buf_char(out, '\n');
    }
}

static void put_text(const struct preview *p, const struct tw_run_summary *s, struct tw_buf *out)
{
    size_t n;
    const struct tw_criterion *k = tw_criteria_at(p->set, &n);
    tw_buf_printf(out, "%.*s, version %lld, over %llu declaration%s of %.0f day%s\n\n",
                  TW_STR_ARG(tw_criteria_name(p->set)), (long long)tw_criteria_version(p->set),
                  (unsigned long long)s->declarations, s->declarations == 1 ? "" : "s", days_of(p),
                  days_of(p) > 1 ? "s" : "");
    tw_buf_text(out, "criterion                    hits    a day     asks    alone  found of those inspected "
                     "before (95 %)\n");
    for (size_t i = 0; i < n; i++) put_criterion(p, &k[i], i, out);
    put_loads(p, out);
    tw_cli_deciding_full(s, "\nwarning: ", out);
    if (s->fullest_n > 0) tw_buf_char(out, '\n');
    const char *than = tw_cli_value(p->cli, "criteria");
    tw_buf_printf(out,
                  "\nAgainst %s: %llu selected by both, %llu no longer selected, %llu selected besides\n",
                  than != NULL ? than : "no criteria", (unsigned long long)p->kept,
                  (unsigned long long)p->gone, (unsigned long long)p->come);
}

static void put_count(struct tw_json *j, const char *key, uint64_t n)
{
    tw_json_key(j, key);
    tw_json_u64(j, n);
}

static void put_criterion_json(const struct preview *p, const struct tw_criterion *k, size_t i,
                               struct tw_json *j)
{
    const struct tally *t = &p->tally[i];
    size_t n;
    const struct tw_criterion *all = tw_criteria_at(p->set, &n);
    tw_json_begin_object(j);
    tw_json_key(j, "id");
    tw_json_str(j, k->id);
    put_count(j, "hits", t->hits);
    put_count(j, "asks", t->asks);
    put_count(j, "alone", t->alone);
    put_count(j, "not_evaluated", t->unknown);
    put_count(j, "failed", t->failed);
    put_count(j, "score_too", t->score);
    put_count(j, "inspected", t->inspected);
    put_count(j, "found", t->found);
    tw_json_key(j, "hits_with");
    tw_json_begin_object(j);
    for (size_t o = 0; o < n; o++) {
        if (o == i || p->overlap[i * p->n + o] == 0) continue;
        TW_SCOPED_BUF id = {0};
        tw_buf_printf(&id, "%.*s:%u%c", TW_STR_ARG(all[o].id), all[o].line, 0);
        if (!id.failed) put_count(j, id.p, p->overlap[i * p->n + o]);
    }
    tw_json_end_object(j);
    tw_json_end_object(j);
}

static void put_json(const struct preview *p, const struct tw_run_summary *s, struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    size_t n;
    const struct tw_criterion *k = tw_criteria_at(p->set, &n);
    tw_json_begin_object(&j);
    tw_json_key(&j, "set");
    tw_json_str(&j, tw_criteria_name(p->set));
    tw_json_key(&j, "version");
    tw_json_i64(&j, tw_criteria_version(p->set));
    put_count(&j, "declarations", s->declarations);
    put_count(&j, "days", (uint64_t)days_of(p));
    put_count(&j, "selected_by_both", p->kept);
    put_count(&j, "no_longer_selected", p->gone);
    put_count(&j, "selected_besides", p->come);
    tw_json_key(&j, "criteria");
    tw_json_begin_array(&j);
    for (size_t i = 0; i < n; i++) put_criterion_json(p, &k[i], i, &j);
    tw_json_end_array(&j);
    tw_json_key(&j, "offices");
    tw_json_begin_array(&j);
    for (uint32_t o = 0; o < tw_intern_n(p->offices); o++) {
        tw_json_begin_object(&j);
        tw_json_key(&j, "office");
        tw_json_str(&j, tw_intern_text(p->offices, o));
        for (size_t i = 0; i < SHOWN_N; i++) {
            tw_json_key(&j, tw_channel_name(shown[i]));
            tw_json_begin_object(&j);
            put_count(&j, "declarations", p->load[o].n[shown[i]]);
            put_count(&j, "most_in_a_shift", p->load[o].most[shown[i]]);
            put_count(&j, "shifts_above_capacity", p->load[o].over[shown[i]]);
            tw_json_end_object(&j);
        }
        tw_json_end_object(&j);
    }
    tw_json_end_array(&j);
    tw_json_end_object(&j);
    tw_buf_char(out, '\n');
}

/* -- all of it */

static tw_err open_set(struct preview *p, const struct tw_run_options *o, const char *path,
                       struct tw_fault *fault)
{
    TW_SCOPED_BUF text = {0};
    p->cli->file = path;
    TW_TRY(tw_file_in_all(path, TW_CRITERIA_BYTES_MAX, &text, fault));
    TW_TRY(tw_criteria_parse(tw_buf_view(&text), &o->criteria_limits, &o->lists, &p->set, fault));
    p->cli->file = NULL;
    (void)tw_criteria_at(p->set, &p->n);
    p->tally = tw_calloc(p->n, sizeof *p->tally);
    p->overlap = tw_calloc(p->n * p->n, sizeof *p->overlap);
    if (p->tally == NULL || p->overlap == NULL || tw_intern_new(&p->offices) != TW_OK)
        return no_memory(fault);
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
    tw_cli_reading_summary(p->reading, sum.refused);
    if (p->cli->json)
        put_json(p, &sum, &out);
    else
        put_text(p, &sum, &out);
    TW_TRY(tw_cli_write(&out, fault));
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
    return run(p, &o, fault);
}

tw_err tw_cli_preview(struct tw_cli *cli, struct tw_fault *fault)
{
    struct preview p = {.cli = cli, .first_day = TW_NO_DAY, .last_day = TW_NO_DAY};
    tw_err err = tw_cli_reading_new(cli, &p.reading, fault);
    if (err == TW_OK) err = preview(&p, fault);
    tw_cli_reading_free(p.reading);
    tw_criteria_free(p.set);
    tw_lists_free(&p.lists);
    tw_findings_free(p.findings);
    tw_intern_free(p.ids);
    tw_intern_free(p.offices);
    tw_free(p.tally);
    tw_free(p.overlap);
    tw_free(p.result);
    tw_free(p.load);
    tw_free(p.before);
    return err;
}
