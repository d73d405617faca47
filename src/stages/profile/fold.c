/* SPDX-License-Identifier: Apache-2.0 */
/* One declaration, or one result, folded into the rows. Everything is added in the order it happened, with
 * plain double arithmetic on float sums, so the same past gives the same bits. */
#include "base/fmath.h"
#include "base/hash.h"
#include "base/mem.h"
#include "profile/profile_priv.h"

#include <math.h>
#include <string.h>

#include "profile/decay_priv.h"

static const struct {
    bool per_item;
    bool block;
    bool ever;      /* results count for ever; else they fade */
    uint8_t parent; /* enum tw_kind; stands before its children, the first is its own */
} kind_how[TW_KIND_N] = {
#define DECL                                             false
#define ITEM                                             true
#define EVER                                             true
#define FADING                                           false
#define X(id, name, words, above, level, block, results) {level, block, results, TW_KIND_##above},
#include "profile/kinds.def"
#undef X
#undef DECL
#undef ITEM
#undef EVER
#undef FADING
};

double tw_decay(int32_t days, int32_t half_life)
{
    return half_life == HALF_LIFE_WEEK    ? decay_week(days)
           : half_life == HALF_LIFE_MONTH ? decay_month(days)
                                          : decay_long(days);
}

/* Source: West 1979, Updating mean and variance estimates, with all older weights scaled by `decay`. */
void moment_add(struct tw_moment *m, double x, double decay)
{
    double w = (double)m->weight * decay;
    double total = w + 1.0;
    double delta = x - (double)m->mean;
    double mean = (double)m->mean + delta / total;
    double var = (w * (double)m->var + w / total * delta * delta) / total;
    *m = (struct tw_moment){(float)total, (float)mean, (float)var};
}

/* Brings the decayed sums of `s` to `day`; `slow` is what half a year's half-life makes of the days between.
 */
static void age(struct tw_stat *s, int32_t day, double slow)
{
    if (day <= s->last_day) return;
    int32_t days = day - s->last_day;
    double week = decay_week(days);
    s->seen7 = (float)((double)s->seen7 * week);
    s->low7 = (float)((double)s->low7 * week);
    s->low_value7 = (float)((double)s->low_value7 * week);
    s->seen30 = (float)((double)s->seen30 * decay_month(days));
    s->seen180 = (float)((double)s->seen180 * slow);
    s->switches = (float)((double)s->switches * slow);
    s->today_n = 0;
    s->today_value = 0;
    s->last_day = day;
}

/* Counts stop at their end: a union of countries meets 2^32 items within a year. */
static void count(uint32_t *n)
{
    *n += *n < UINT32_MAX;
}

static void see(struct tw_stat *s, int32_t day, double slow, double value, bool low)
{
    age(s, day, slow);
    count(&s->n);
    s->seen7 += 1;
    s->seen30 += 1;
    s->seen180 += 1;
    count(&s->today_n);
    if (!isnan(value)) s->today_value += (float)value;
    if (low) {
        s->low7 += 1;
        if (!isnan(value)) s->low_value7 += (float)value;
    }
}

static void note_code(struct tw_stat *s, uint32_t code)
{
    if (code == 0) return;
    if (s->last_code != 0 && s->last_code != code) s->switches += 1;
    s->last_code = code;
}

static void turn_generations(struct tw_usual *u, int32_t day)
{
    if (day - u->generation_day < GENERATION_DAYS) return;
    bool both = day - u->generation_day >= 2 * GENERATION_DAYS;
    for (int two = 0; two < 2; two++) {
        struct tw_sketch *g = two == 0 ? u->per_kg : u->per_unit;
        struct tw_sketch old = g[1];
        g[1] = g[0];
        tw_sketch_clear(&old);
        g[0] = old;
        if (both) tw_sketch_clear(&g[1]);
    }
    u->since_day = both ? day : u->generation_day;
    u->generation_day = day;
    profile_usual_marks(u);
}

enum { LOWER = 1, MEDIAN = 2 }; /* quartiles */

void profile_usual_marks(struct tw_usual *u)
{
    tw_sketch_marks(&u->per_kg[0], &u->per_kg[1], LOWER, TW_QUARTERS, u->kg_quarter);
    tw_sketch_marks(&u->per_unit[0], &u->per_unit[1], MEDIAN, 1, &u->unit_median);
}

static tw_err usual_add(struct tw_usual *u, double price_kg, double price_unit)
{
    if (price_kg > 0)
        TW_TRY(
            tw_sketch_add_marked(&u->per_kg[0], &u->per_kg[1], price_kg, LOWER, TW_QUARTERS, u->kg_quarter));
    if (price_unit > 0)
        TW_TRY(
            tw_sketch_add_marked(&u->per_unit[0], &u->per_unit[1], price_unit, MEDIAN, 1, &u->unit_median));
    return TW_OK;
}

static tw_err fold_usual(struct tw_profile *p, struct tw_stat *s, const struct tw_look_item *l, int32_t day,
                         double decay)
{
    if (s->block == NO_ROW) TW_TRY(profile_usual_new(p, day, &s->block));
    struct tw_usual *u = &p->usual[s->block];
    p->sketch_bytes -= profile_usual_bytes(u);
    turn_generations(u, day);
    const tw_err err = usual_add(u, l->price_kg, l->price_unit);
    p->sketch_bytes += profile_usual_bytes(u);
    TW_TRY(err);
    if (l->net_kg > 0 && l->gross_kg >= l->net_kg) moment_add(&u->tare, l->log_tare, decay);
    if (l->net_kg > 0 && l->units > 0) moment_add(&u->kg_unit, l->log_kg_unit, decay);
    if (l->net_kg > 0 && l->packages > 0) moment_add(&u->kg_package, l->log_kg_package, decay);
    return TW_OK;
}

/* What a row of this kind remembers of prices: goods keep the price itself, parties how they stand to the
 * usual. */
static double price_measure(enum tw_kind k, const struct tw_look_item *l)
{
    switch (k) {
    case TW_KIND_IMPORTER:
    case TW_KIND_DECLARANT:
    case TW_KIND_EXPORTER:
    case TW_KIND_ADDRESS:
    case TW_KIND_IMPORTER_ORIGIN:
    case TW_KIND_IMPORTER_EXPORTER:
    case TW_KIND_EXPORTER_ORIGIN:
    case TW_KIND_IMPORTER_HS4:
    case TW_KIND_LANE:
        return l->log_ratio;
    default:
        return l->log_price;
    }
}

/* Is the row that the look found for this kind still there? Rows move when some have to go, and an earlier
 * item may have made one since. */
static bool known(const struct tw_profile *p, const struct tw_look_item *l, enum tw_kind k)
{
    uint32_t at = l->at[k];
    if (at != NO_ROW && at < p->rows && p->row[at].key == l->key[k]) return true;
    return profile_find(p, l->key[k]) != NO_ROW;
}

static void count_partner(struct tw_profile *p, const struct tw_look_item *l, enum tw_kind pair,
                          enum tw_kind whose)
{
    if (!l->has[pair] || !l->has[whose] || known(p, l, pair)) return;
    uint32_t owner = profile_find(p, l->key[whose]);
    if (owner != NO_ROW) count(&p->row[owner].partners);
}

static tw_err fold_kind(struct tw_profile *p, const struct tw_look *look, const struct tw_look_item *l,
                        enum tw_kind k, bool counted)
{
    uint32_t at = l->at[k]; /* rows have not moved since the look, unless some had to go */
    if (at == NO_ROW || at >= p->rows || p->row[at].key != l->key[k])
        TW_TRY(profile_row(p, l->key[k], look->day, &at));
    struct tw_stat *s = &p->row[at];
    double decay = decay_long(look->day - s->last_day);
    if (counted) see(s, look->day, decay, kind_how[k].per_item ? l->value : look->value, look->low_value);
    if (!isnan(l->duty_percent) && s->seen180 > 0)
        s->duty_percent += (float)((l->duty_percent - (double)s->duty_percent) / (double)s->seen180);
    double price = price_measure(k, l);
    if (!isnan(price)) moment_add(&s->price, price, decay);
    if (k == TW_KIND_IMPORTER_HS4 || k == TW_KIND_LANE || k == TW_KIND_DESCRIPTION) note_code(s, l->hs6_code);
    if (k == TW_KIND_EXPORTER_HS6 || k == TW_KIND_IMPORTER_EXPORTER || k == TW_KIND_EXPORTER)
        note_code(s, l->origin_code);
    if (kind_how[k].block) TW_TRY(fold_usual(p, s, l, look->day, decay));
    return TW_OK;
}

tw_err tw_profile_fold(struct tw_profile *p, const struct tw_look *look)
{
    TW_TRY(profile_make_room(p, look->n));
    for (size_t i = 0; i < look->n; i++) {
        const struct tw_look_item *l = &look->item[i];
        count_partner(p, l, TW_KIND_IMPORTER_HS4, TW_KIND_IMPORTER);
        count_partner(p, l, TW_KIND_EXPORTER_HS6, TW_KIND_EXPORTER);
        count_partner(p, l, TW_KIND_DECLARANT_IMPORTER, TW_KIND_DECLARANT);
        count_partner(p, l, TW_KIND_IMPORTER, TW_KIND_ADDRESS);
        for (int k = 0; k < TW_KIND_N; k++)
            if (l->has[k]) TW_TRY(fold_kind(p, look, l, (enum tw_kind)k, kind_how[k].per_item || i == 0));
    }
    if (p->day == TW_NO_DAY || look->day > p->day) p->day = look->day;
    return p->cargo != NULL ? tw_cargo_fold(p->cargo, &look->cargo) : TW_OK;
}

/* -- results
 * ------------------------------------------------------------------------------------------------- */

static void fold_result(struct tw_stat *s, const struct tw_finding *f, double share, double weight)
{
    bool found = tw_result_found(f->result);
    double decay = decay_long(f->known_day - s->result_day);
    if (f->known_day > s->result_day) s->result_day = f->known_day;
    count(&s->inspected);
    s->inspected180 = (float)((double)s->inspected180 * decay + 1.0);
    s->found180 = (float)((double)s->found180 * decay + (found ? 1.0 : 0.0));
    s->inspected_w = (float)((double)s->inspected_w * decay + weight);
    s->found_w = (float)((double)s->found_w * decay + (found ? weight : 0.0));
    if (!found) return;
    count(&s->found);
    s->found_day = f->known_day;
    if (!isnan(share))
        s->recovered_share += (float)((share - (double)s->recovered_share) / (double)s->found180);
}

static size_t awaited_slot(const struct tw_profile *p, uint64_t declaration)
{
    size_t i = tw_mix64(declaration) & (p->awaited_slots - 1);
    while (p->awaited_slot[i] != 0 && p->awaited[p->awaited_slot[i] - 1].declaration != declaration)
        i = (i + 1) & (p->awaited_slots - 1);
    return i;
}

void profile_drop_awaited(struct tw_profile *p)
{
    size_t i = p->awaited_first;
    while (p->awaited[i].item == RESULT_CAME) i++;
    p->awaited[i].item = RESULT_CAME;
    p->awaited_first = i;
    p->awaited_live--;
}

/* Room for one more: more places while there are few and most of them wait, else those whose results have
 * come are closed up. A quarter more places than may wait are enough for that to be worth its while. */
static tw_err awaited_room(struct tw_profile *p)
{
    const size_t most = p->limits.max_awaited + p->limits.max_awaited / 4 + 1;
    if (p->awaited_n < p->awaited_cap) return TW_OK;
    if (p->awaited_cap < most && p->awaited_live * 4 >= p->awaited_n * 3) {
        size_t cap = p->awaited_cap < 64 ? 64 : p->awaited_cap + p->awaited_cap / 2;
        if (cap > most) cap = most;
        struct awaited *a = tw_realloc(p->awaited, cap, sizeof *a);
        if (a == NULL) return TW_NOMEM;
        p->awaited = a;
        p->awaited_cap = cap;
    }
    return profile_awaited_reindex(p, p->awaited_cap);
}

tw_err profile_awaited_reindex(struct tw_profile *p, size_t room)
{
    size_t slots = 256;
    while (slots < room * 2) slots *= 2;
    uint32_t *slot = tw_calloc(slots, sizeof *slot);
    if (slot == NULL) return TW_NOMEM;
    tw_free(p->awaited_slot);
    p->awaited_slot = slot;
    p->awaited_slots = slots;
    size_t kept = 0;
    for (size_t i = 0; i < p->awaited_n; i++)
        if (p->awaited[i].item != RESULT_CAME) p->awaited[kept++] = p->awaited[i];
    p->awaited_n = kept;
    p->awaited_first = 0;
    for (size_t i = kept; i-- > 0;) {
        size_t at = awaited_slot(p, p->awaited[i].declaration);
        p->awaited_slot[at] = (uint32_t)i + 1; /* the first of its items in the end */
    }
    return TW_OK;
}

tw_err tw_profile_await(struct tw_profile *p, uint64_t declaration, uint32_t item_number,
                        const struct tw_look_item *item)
{
    if (declaration == 0) return TW_OK;
    if (p->awaited_live == p->limits.max_awaited) profile_drop_awaited(p);
    TW_TRY(awaited_room(p));
    struct awaited *a = &p->awaited[p->awaited_n];
    *a = (struct awaited){.declaration = declaration, .item = item_number, .duty = item->duty};
    for (int k = 0; k < TW_KIND_N; k++)
        if (item->has[k]) {
            a->has |= 1u << k;
            a->key[k] = item->key[k];
        }
    size_t at = awaited_slot(p, declaration);
    p->awaited_n++;
    p->awaited_live++;
    if (p->awaited_slot[at] == 0) p->awaited_slot[at] = (uint32_t)p->awaited_n;
    return TW_OK;
}

tw_err tw_profile_finding(struct tw_profile *p, const struct tw_finding *f)
{
    uint64_t declaration = tw_profile_declaration(f->declaration_id);
    if (p->awaited_n == 0 || declaration == 0) return TW_NOTFOUND;
    uint32_t first = p->awaited_slot[awaited_slot(p, declaration)];
    if (first == 0) return TW_NOTFOUND;
    double weight = f->propensity > p->limits.propensity_floor ? 1.0 / f->propensity
                    : f->propensity > 0                        ? 1.0 / p->limits.propensity_floor
                                                               : 1.0;
    bool met = false;
    for (size_t i = first - 1; i < p->awaited_n; i++) {
        struct awaited *a = &p->awaited[i];
        if (a->declaration != declaration) break;
        if (a->item == RESULT_CAME || (f->item != 0 && a->item != f->item)) continue;
        double share =
            f->delta_duty.cur[0] != '\0' && a->duty > 0 ? (double)f->delta_duty.minor / a->duty : (double)NAN;
        for (int k = 0; k < TW_KIND_N; k++) {
            if ((a->has & (1u << k)) == 0) continue;
            uint32_t at = profile_find(p, a->key[k]);
            if (at != NO_ROW) fold_result(&p->row[at], f, share, weight);
        }
        a->item = RESULT_CAME; /* its place goes at the next compaction */
        p->awaited_live--;
        met = true;
    }
    return met ? TW_OK : TW_NOTFOUND;
}

/* What a chain of parents begins with; the weight of what stands above in a rate, in results. */
static const double PRIOR = 0.05, WEIGHT_EVER = 1, WEIGHT_FADING = 4;

/* The rate of one kind, smoothed towards what stands above it. */
static double smoothed(const struct tw_stat *s, unsigned kind, int32_t day, double above)
{
    if (s == NULL || s->inspected == 0) return above;
    if (kind_how[kind].ever) return (s->found + WEIGHT_EVER * above) / (s->inspected + WEIGHT_EVER);
    double d = decay_long(day - s->result_day);
    return ((double)s->found180 * d + WEIGHT_FADING * above) / ((double)s->inspected180 * d + WEIGHT_FADING);
}

double tw_profile_rate(const struct tw_profile *p, const struct tw_look_item *item, enum tw_kind k,
                       int32_t day)
{
    unsigned chain[8];
    size_t n = 0;
    for (unsigned at = k; n < 8; at = kind_how[at].parent) {
        chain[n++] = at;
        if (kind_how[at].parent == at) break;
    }
    double rate = PRIOR;
    while (n-- > 0) rate = smoothed(stat_of(p, item, chain[n]), chain[n], day, rate);
    return rate;
}

void tw_profile_rates(const struct tw_profile *p, const struct tw_look_item *item, int32_t day,
                      double ret[TW_KIND_N])
{
    for (unsigned k = 0; k < TW_KIND_N; k++)
        ret[k] = smoothed(stat_of(p, item, k), k, day, k == 0 ? PRIOR : ret[kind_how[k].parent]);
}

void tw_profile_seen(const struct tw_profile *p, const struct tw_look_item *item, int32_t day,
                     double ret[TW_KIND_N])
{
    for (unsigned k = 0; k < TW_KIND_N; k++) {
        const struct tw_stat *s = stat_of(p, item, k);
        ret[k] = s != NULL ? (double)s->seen180 * decay_long(day - s->last_day) : 0;
    }
}
