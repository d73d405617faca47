/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/card.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/mem.h"
#include "decl/code.h"

const double tw_card_percent[TW_CARD_PARTS] = {5, 10};

static const struct {
    const char *name, *words;
} division_row[TW_CARD_DIVISION_N] = {
#define X(id, name, words) {name, words},
    TW_CARD_DIVISION_TABLE(X)
#undef X
};

const char *tw_card_division_name(enum tw_card_division d)
{
    return division_row[d].name;
}

const char *tw_card_division_words(enum tw_card_division d)
{
    return division_row[d].words;
}

/* --- where a row belongs --- */

tw_err tw_card_names_new(struct tw_card_names *ret)
{
    struct tw_card_names n = {.of = {NULL}};
    for (int d = 0; d < TW_CARD_DIVISION_N; d++) {
        if (tw_intern_new(&n.of[d]) == TW_OK) continue;
        tw_card_names_free(&n);
        return TW_NOMEM;
    }
    *ret = n;
    return TW_OK;
}

void tw_card_names_free(struct tw_card_names *n)
{
    for (int d = 0; d < TW_CARD_DIVISION_N; d++) tw_intern_free(n->of[d]);
    *n = (struct tw_card_names){.of = {NULL}};
}

/* Importers by how often they have been seen: a stranger, a beginner, a regular ... */
static const struct size_row {
    int64_t from;
    const char *code, *words;
} size_row[] = {
    {1000, "1000+", ""}, {100, "100-999", ""}, {10, "10-99", ""}, {1, "1-9", ""}, {0, "0", "first time"},
};
enum { SIZES = sizeof size_row / sizeof *size_row };

static struct tw_str size_of(int64_t before)
{
    for (size_t i = 0; i < SIZES; i++)
        if (before >= size_row[i].from) return tw_str_from(size_row[i].code);
    return (struct tw_str){NULL, 0};
}

tw_err tw_card_place(struct tw_card_names *names, const struct tw_decl *d, const struct tw_item *item,
                     int64_t before, struct tw_card_row *ret)
{
    const struct tw_hs_section *section = tw_hs_section_row(tw_hs_section(item->hs));
    const struct tw_str code[TW_CARD_DIVISION_N] = {
        [TW_CARD_SECTION] = tw_str_from(section != NULL ? section->roman : NULL),
        [TW_CARD_OFFICE] = d->office,
        [TW_CARD_IMPORTER_SIZE] = size_of(before),
        [TW_CARD_ORIGIN] = item->origin,
    };
    struct tw_card_row row;
    for (int i = 0; i < TW_CARD_DIVISION_N; i++) TW_TRY(tw_intern_put(names->of[i], code[i], &row.group[i]));
    *ret = row;
    return TW_OK;
}

static const char *words_of(enum tw_card_division d, struct tw_str code)
{
    if (code.n == 0) return "not declared";
    const struct tw_country *country = d == TW_CARD_ORIGIN ? tw_country_find(code) : NULL;
    if (country != NULL) return country->name;
    for (unsigned s = 1; d == TW_CARD_SECTION && s <= TW_HS_SECTION_N; s++)
        if (tw_str_is(code, tw_hs_section_row(s)->roman)) return tw_hs_section_row(s)->words;
    for (size_t i = 0; d == TW_CARD_IMPORTER_SIZE && i < SIZES; i++)
        if (tw_str_is(code, size_row[i].code)) return size_row[i].words;
    return "";
}

/* --- figures --- */

/* Rows to be measured together, as parallel arrays with room for all that are held back. */
struct sheet {
    const struct tw_card_input *in;
    size_t n;
    double *margin, *risk, *weight, *duty;
    uint8_t *label;
    uint32_t *together;
    uint32_t declaration; /* of the last row */
};

static tw_err sheet_open(const struct tw_card_input *in, struct tw_arena *arena, struct sheet *ret)
{
    const size_t n = in->learned->n_held + 1;
    struct sheet s = {.in = in,
                      .margin = tw_arena_array(arena, n, sizeof(double)),
                      .risk = tw_arena_array(arena, n, sizeof(double)),
                      .weight = tw_arena_array(arena, n, sizeof(double)),
                      .duty = tw_arena_array(arena, n, sizeof(double)),
                      .label = tw_arena_array(arena, n, 1),
                      .together = tw_arena_array(arena, n, sizeof(uint32_t))};
    if (s.margin == NULL || s.risk == NULL || s.weight == NULL || s.duty == NULL || s.label == NULL ||
        s.together == NULL)
        return TW_NOMEM;
    *ret = s;
    return TW_OK;
}

static double recovered(const struct tw_truth *t)
{
    return t->recovered_minor > 0 ? (double)t->recovered_minor : 0; /* unknown is the least number there is */
}

/* Items of one declaration stand together. */
static void sheet_add(struct sheet *s, const struct tw_held *h)
{
    const struct tw_truth *t = &s->in->rows->truth[h->row];
    const bool same = s->n > 0 && t->declaration == s->declaration;
    s->together[s->n] = s->n == 0 ? 0 : s->together[s->n - 1] + !same;
    s->declaration = t->declaration;
    s->margin[s->n] = (double)h->margin;
    s->risk[s->n] = h->risk;
    s->weight[s->n] = h->weight;
    s->label[s->n] = h->found;
    s->duty[s->n] = h->found ? recovered(t) : 0;
    s->n++;
}

static tw_err by_margin(const struct sheet *s, struct tw_card_figures *f)
{
    const struct tw_ranking rows = {.score = s->margin,
                                    .label = s->label,
                                    .value = s->duty,
                                    .n = s->n,
                                    .weight = s->weight,
                                    .group = s->together};
    TW_SCOPED(tw_ranked) *r = NULL;
    TW_TRY(tw_ranked_new(&rows, &r));
    f->auc = tw_ranked_auc(r, NULL);
    f->ap = tw_ranked_ap(r, NULL);
    TW_TRY(tw_ranked_bootstrap(r, TW_STATISTIC_AUC, 0, TW_CARD_DRAWS, s->in->seed, &f->auc_ci));
    TW_TRY(tw_ranked_bootstrap(r, TW_STATISTIC_AP, 0, TW_CARD_DRAWS, s->in->seed, &f->ap_ci));
    for (int p = 0; p < TW_CARD_PARTS; p++) {
        const struct tw_at at = tw_ranked_at(r, tw_card_percent[p], NULL);
        f->at[p].precision = at.precision;
        f->at[p].recall = at.recall;
        f->at[p].duty_share = at.value_share;
        TW_TRY(tw_ranked_bootstrap(r, TW_STATISTIC_PRECISION, tw_card_percent[p], TW_CARD_DRAWS, s->in->seed,
                                   &f->at[p].precision_ci));
    }
    return TW_OK;
}

static tw_err by_risk(const struct sheet *s, struct tw_card_figures *f)
{
    const struct tw_ranking rows = {
        .score = s->risk, .label = s->label, .n = s->n, .weight = s->weight, .group = s->together};
    TW_SCOPED(tw_ranked) *r = NULL;
    TW_TRY(tw_ranked_new(&rows, &r));
    f->ece = tw_ranked_ece(r, NULL);
    return tw_ranked_bootstrap(r, TW_STATISTIC_ECE, 0, TW_CARD_DRAWS, s->in->seed, &f->ece_ci);
}

static tw_err measure(const struct sheet *s, struct tw_card_figures *ret)
{
    struct tw_card_figures f = {.rows = s->n};
    double mass = 0, squares = 0, found = 0, said = 0;
    for (size_t i = 0; i < s->n; i++) {
        f.found += s->label[i];
        mass += s->weight[i];
        squares += s->weight[i] * s->weight[i];
        found += s->weight[i] * s->label[i];
        said += s->weight[i] * s->risk[i];
    }
    f.rows_worth = s->n > 0 ? mass * mass / squares : 0;
    f.base_rate = s->n > 0 ? found / mass : (double)NAN;
    f.said = s->n > 0 ? said / mass : (double)NAN;
    f.base_rate_ci = (struct tw_interval){(double)NAN, (double)NAN};
    if (s->n > 0) f.base_rate_ci = tw_wilson(f.base_rate * f.rows_worth, f.rows_worth);
    TW_TRY(by_margin(s, &f));
    TW_TRY(by_risk(s, &f));
    *ret = f;
    return TW_OK;
}

/* --- groups --- */

/* One group of a division. */
struct count {
    size_t rows, found;
    bool alone; /* it stands alone in the card */
};

/* The groups' rows held back, by number. */
static tw_err count_rows(const struct tw_card_input *in, enum tw_card_division d, struct tw_arena *arena,
                         struct count **ret)
{
    struct count *c = tw_arena_array(arena, tw_intern_n(in->names->of[d]) + 1, sizeof *c);
    if (c == NULL) return TW_NOMEM;
    for (size_t i = 0; i < in->learned->n_held; i++) {
        struct count *one = &c[in->place[in->learned->held[i].row].group[d]];
        one->rows++;
        one->found += in->learned->held[i].found;
    }
    *ret = c;
    return TW_OK;
}

/* The largest group that could stand alone and does not yet, of equal ones the first by name; TW_MAP_NONE =
 * there is none. */
static uint32_t largest(const struct tw_intern *names, const struct count *c)
{
    uint32_t best = TW_MAP_NONE;
    for (uint32_t i = 0; i < tw_intern_n(names); i++) {
        if (c[i].alone || c[i].rows < TW_CARD_ROWS_MIN || c[i].found < TW_CARD_FOUND_MIN) continue;
        if (best != TW_MAP_NONE && c[i].rows < c[best].rows) continue;
        if (best == TW_MAP_NONE || c[i].rows > c[best].rows ||
            tw_str_cmp(tw_intern_text(names, i), tw_intern_text(names, best)) < 0)
            best = i;
    }
    return best;
}

static tw_err measure_one(struct sheet *s, enum tw_card_division d, uint32_t number,
                          struct tw_card_group *ret)
{
    const struct tw_learned *l = s->in->learned;
    s->n = 0;
    for (size_t i = 0; i < l->n_held; i++)
        if (s->in->place[l->held[i].row].group[d] == number) sheet_add(s, &l->held[i]);
    ret->code = tw_intern_text(s->in->names->of[d], number);
    ret->words = words_of(d, ret->code);
    return measure(s, &ret->is);
}

/* All that do not stand alone; ret->merged = 0 when there are none. */
static tw_err measure_rest(struct sheet *s, enum tw_card_division d, const struct count *c,
                           struct tw_card_group *ret)
{
    const struct tw_learned *l = s->in->learned;
    *ret = (struct tw_card_group){.code = TW_STR("other"), .words = ""};
    for (size_t i = 0; i < tw_intern_n(s->in->names->of[d]); i++) ret->merged += c[i].rows > 0 && !c[i].alone;
    s->n = 0;
    for (size_t i = 0; i < l->n_held; i++)
        if (!c[s->in->place[l->held[i].row].group[d]].alone) sheet_add(s, &l->held[i]);
    return ret->merged > 0 ? measure(s, &ret->is) : TW_OK;
}

static tw_err divide(struct tw_card *card, struct sheet *s, enum tw_card_division d, struct tw_arena *arena)
{
    struct count *c;
    size_t n = 0;
    struct tw_card_group *group = tw_arena_array(arena, TW_CARD_GROUPS_MAX + 1, sizeof *group);
    if (group == NULL) return TW_NOMEM;
    TW_TRY(count_rows(s->in, d, arena, &c));
    for (; n < TW_CARD_GROUPS_MAX; n++) {
        const uint32_t next = largest(s->in->names->of[d], c);
        if (next == TW_MAP_NONE) break;
        c[next].alone = true;
        TW_TRY(measure_one(s, d, next, &group[n]));
    }
    TW_TRY(measure_rest(s, d, c, &group[n]));
    card->by[d].group = group;
    card->by[d].n = n + (group[n].merged > 0);
    return TW_OK;
}

/* --- words --- */

static void say(struct tw_card *c, const char *fmt, ...) TW_PRINTF(2, 3);
static void say(struct tw_card *c, const char *fmt, ...)
{
    if (c->n_limits == TW_CARD_WORDS_MAX) return;
    va_list args;
    va_start(args, fmt);
    vsnprintf(c->limit[c->n_limits++], sizeof c->limit[0], fmt, args);
    va_end(args);
}

struct day_text {
    char z[40];
};

static struct day_text day_text(int32_t day)
{
    struct day_text t;
    int y, m, d;
    tw_day_to_civil(day, &y, &m, &d);
    snprintf(t.z, sizeof t.z, "%04d-%02d-%02d", y, m, d);
    return t;
}

static void say_what_is_measured(struct tw_card *c, const struct tw_sample *s)
{
    const struct day_text cut = day_text(s->cut_day), last = day_text(s->last_day);
    say(c, "Only what was inspected can be judged: goods that nobody looked at, and what a look missed, are "
           "in no "
           "figure here.");
    if (s->n_unrecorded == s->n)
        say(c,
            "No inspection has its probability recorded: figures and risks describe what gets inspected, not "
            "all that is declared.");
    else
        say(c,
            "Each item held back counts 1 / the probability of its inspection, up to a cap, so that figures "
            "speak of all that is declared; %zu items are worth %.0f of even weight.",
            c->all.rows, c->all.rows_worth);
    if (s->n_held > 0)
        say(c,
            "Figures are of a model grown on results known before %s and met with what was lodged from then "
            "to "
            "%s. The model that is kept has the same settings and has learned from all of it.",
            cut.z, last.z);
    else
        say(c, "Nothing could be held back: there are no figures.");
}

static void say_limits(struct tw_card *c)
{
    const struct tw_card_data *d = &c->in->data;
    say_what_is_measured(c, c->in->learned->sample);
    say(c,
        "Groups of fewer than %d items or %d findings held back are merged into `other`; no division shows "
        "more "
        "than %d groups. Groups differ also because they were inspected for different reasons.",
        TW_CARD_ROWS_MIN, TW_CARD_FOUND_MIN, TW_CARD_GROUPS_MAX);
    say(c, "A risk is how often inspections of such goods have ended with a finding. It is no evidence "
           "against a "
           "trader, and what is new since the last day of the data it cannot know.");
    if (d->unordered > 0)
        say(c,
            "%llu declarations stood behind one lodged on a later day: their features knew a little of their "
            "future. Sort the file by time of lodging.",
            (unsigned long long)d->unordered);
    if (d->unmatched > 0)
        say(c, "%llu of %llu results were of declarations or items that the file does not hold.",
            (unsigned long long)d->unmatched, (unsigned long long)d->findings);
    if (d->forgotten > 0)
        say(c,
            "%llu keys of the past had to go to keep to the limit of memory: who is seen again after that "
            "counts "
            "as new.",
            (unsigned long long)d->forgotten);
}

/* --- all together --- */

static void add_duty(struct tw_card *c, const struct tw_held *h)
{
    const struct tw_truth *t = &c->in->rows->truth[h->row];
    if (!(t->at_stake > 0) || (h->found && t->recovered_minor == TW_RECOVERED_UNKNOWN)) return;
    c->duty_said += h->weight * h->risk * h->duty_share * t->at_stake;
    if (h->found) c->duty_found += h->weight * recovered(t);
}

tw_err tw_card_new(const struct tw_card_input *in, struct tw_arena *arena, struct tw_card *ret)
{
    struct sheet s;
    TW_TRY(sheet_open(in, arena, &s));
    *ret = (struct tw_card){.in = in};
    for (size_t i = 0; i < in->learned->n_held; i++) {
        sheet_add(&s, &in->learned->held[i]);
        add_duty(ret, &in->learned->held[i]);
    }
    TW_TRY(measure(&s, &ret->all));
    for (int d = 0; d < TW_CARD_DIVISION_N; d++) TW_TRY(divide(ret, &s, (enum tw_card_division)d, arena));
    say_limits(ret);
    return TW_OK;
}
