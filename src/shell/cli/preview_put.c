/* SPDX-License-Identifier: Apache-2.0 */
/* What a preview has counted, for people and as JSON. */
#include "base/json.h"
#include "cli/preview_priv.h"
#include "stat/metric.h"

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

void preview_put_text(const struct preview *p, const struct tw_run_summary *s, struct tw_buf *out)
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

void preview_put_json(const struct preview *p, const struct tw_run_summary *s, struct tw_buf *out)
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
