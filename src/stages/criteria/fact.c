/* SPDX-License-Identifier: Apache-2.0 */
/* Facts about one field: can they hold together? Numbers as an interval with what is left out of it, texts as
 * values, beginnings and an interval of their order. */
#include <math.h>
#include <string.h>

#include "criteria/box_priv.h"
#include "decl/element.h"

static const double EXACT = 9007199254740992.0; /* 2^53: beyond it ints are not told apart here */

/* -- what a field may be at all */

static const struct field *field_of(const struct schema *s, const struct tw_cel_outline *path)
{
    if (path->variable >= ROOT_LISTS) return NULL;
    const struct record *r = s->root[path->variable];
    for (uint32_t i = 0; r != NULL && i < path->fields; i++) {
        if (path->field[i] >= r->n) return NULL;
        const struct field *f = &r->field[path->field[i]];
        if (i + 1 == path->fields) return f;
        r = f->source == SOURCE_RECORD ? f->sub : NULL;
    }
    return NULL;
}

struct range range_of(const struct schema *s, const struct tw_cel_outline *path)
{
    const enum tw_cel_kind kind = path->type->kind;
    struct range r = {.number = kind == TW_CEL_INT || kind == TW_CEL_DOUBLE || kind == TW_CEL_UINT,
                      .whole = kind == TW_CEL_INT,
                      .min = -(double)INFINITY};
    const struct field *f = field_of(s, path);
    if (f == NULL || f->source != SOURCE_ELEMENT) return r;
    switch (tw_element_row((enum tw_element)f->which)->type) {
    case TW_TYPE_NUMBER:
        r.min = 1;
        break;
    case TW_TYPE_COUNT:
    case TW_TYPE_DEC:
    case TW_TYPE_MASS:
    case TW_TYPE_AMOUNT:
        r.min = 0;
        break;
    case TW_TYPE_HS:
        r.code = true;
        break;
    case TW_TYPE_COUNTRY:
        r.land = true;
        break;
    default:
        break;
    }
    return r;
}

/* May a text of the field be this, or begin with it? */
static bool may_be(const struct range *r, struct tw_str s, bool beginning)
{
    size_t digits = 0, letters = 0;
    for (size_t i = 0; i < s.n; i++) {
        digits += s.s[i] >= '0' && s.s[i] <= '9';
        letters += s.s[i] >= 'A' && s.s[i] <= 'Z';
    }
    if (r->code) return digits == s.n && s.n <= 10 && (beginning || s.n >= 2);
    if (r->land) return letters == s.n && (beginning ? s.n <= 2 : s.n == 2);
    return true;
}

/* -- one fact */

static enum tw_cel_fact_kind kind_of(struct fact f)
{
    static const enum tw_cel_fact_kind contrary[] = {
        [TW_CEL_FACT_EQ] = TW_CEL_FACT_NE, [TW_CEL_FACT_NE] = TW_CEL_FACT_EQ,
        [TW_CEL_FACT_LT] = TW_CEL_FACT_GE, [TW_CEL_FACT_GE] = TW_CEL_FACT_LT,
        [TW_CEL_FACT_GT] = TW_CEL_FACT_LE, [TW_CEL_FACT_LE] = TW_CEL_FACT_GT};
    const enum tw_cel_fact_kind k = f.of->fact;
    return f.holds || k < TW_CEL_FACT_EQ || k > TW_CEL_FACT_GE ? k : contrary[k];
}

/* Does it say which values there are? */
static bool lists_values(struct fact f)
{
    const enum tw_cel_fact_kind k = kind_of(f);
    return k == TW_CEL_FACT_EQ || (k == TW_CEL_FACT_IN && f.holds);
}

static bool stands(enum tw_cel_fact_kind kind, int order)
{
    switch (kind) {
    case TW_CEL_FACT_EQ:
        return order == 0;
    case TW_CEL_FACT_NE:
        return order != 0;
    case TW_CEL_FACT_LT:
        return order < 0;
    case TW_CEL_FACT_LE:
        return order <= 0;
    case TW_CEL_FACT_GT:
        return order > 0;
    case TW_CEL_FACT_GE:
        return order >= 0;
    default:
        return true;
    }
}

/* -- texts */

static bool text_holds(struct fact f, struct tw_str s)
{
    const enum tw_cel_fact_kind k = kind_of(f);
    if (k == TW_CEL_FACT_HAS || k == TW_CEL_FACT_TRUE) return true;
    if (k == TW_CEL_FACT_PREFIX) return tw_str_starts(s, tw_cel_text(f.of->with[0])) == f.holds;
    if (k != TW_CEL_FACT_IN) return stands(k, tw_str_cmp(s, tw_cel_text(f.of->with[0])));
    bool there = false;
    for (size_t i = 0; i < f.of->n && !there; i++) there = tw_str_eq(tw_cel_text(f.of->with[i]), s);
    return there == f.holds;
}

static bool any_text(const struct range *r, const struct fact *fact, size_t n, struct tw_str s)
{
    if (!may_be(r, s, false)) return false;
    for (size_t i = 0; i < n; i++)
        if (!text_holds(fact[i], s)) return false;
    return true;
}

/* What facts that list no values leave of all texts. */
struct texts {
    struct tw_str begin, low, high;
    bool has_low, has_high, above, below; /* above low, below high: not these themselves */
    bool none;
};

static void narrow_low(struct texts *t, struct tw_str s, bool above)
{
    const int c = t->has_low ? tw_str_cmp(s, t->low) : 1;
    if (c > 0 || (c == 0 && above)) t->above = above;
    if (c > 0) t->low = s;
    t->has_low = true;
}

static void narrow_high(struct texts *t, struct tw_str s, bool below)
{
    const int c = t->has_high ? tw_str_cmp(s, t->high) : -1;
    if (c < 0 || (c == 0 && below)) t->below = below;
    if (c < 0) t->high = s;
    t->has_high = true;
}

static void narrow(struct texts *t, struct fact f)
{
    const enum tw_cel_fact_kind k = kind_of(f);
    const struct tw_str s = f.of->n > 0 ? tw_cel_text(f.of->with[0]) : (struct tw_str){NULL, 0};
    if (k == TW_CEL_FACT_PREFIX && f.holds) {
        const bool longer = tw_str_starts(s, t->begin);
        t->none = t->none || (!longer && !tw_str_starts(t->begin, s));
        if (longer) t->begin = s;
    }
    if (k == TW_CEL_FACT_GT || k == TW_CEL_FACT_GE) narrow_low(t, s, k == TW_CEL_FACT_GT);
    if (k == TW_CEL_FACT_LT || k == TW_CEL_FACT_LE) narrow_high(t, s, k == TW_CEL_FACT_LT);
}

/* Every text with a beginning stands from it on, and before all that comes behind it and does not begin so.
 */
static bool apart(const struct texts *t)
{
    if (t->has_low && t->has_high) {
        const int c = tw_str_cmp(t->low, t->high);
        if (c > 0 || (c == 0 && (t->above || t->below))) return true;
    }
    if (t->has_high) {
        const int c = tw_str_cmp(t->begin, t->high);
        if (c > 0 || (c == 0 && t->below)) return true;
    }
    return t->has_low && !tw_str_starts(t->low, t->begin) && tw_str_cmp(t->low, t->begin) > 0;
}

static bool texts_exclude(const struct range *r, const struct fact *fact, size_t n)
{
    struct texts t = {.none = false};
    for (size_t i = 0; i < n; i++) {
        if (!lists_values(fact[i])) continue;
        for (size_t k = 0; k < fact[i].of->n; k++)
            if (any_text(r, fact, n, tw_cel_text(fact[i].of->with[k]))) return false;
        return true;
    }
    for (size_t i = 0; i < n; i++) narrow(&t, fact[i]);
    if (t.none || apart(&t) || !may_be(r, t.begin, true)) return true;
    for (size_t i = 0; i < n; i++)
        if (kind_of(fact[i]) == TW_CEL_FACT_PREFIX && !fact[i].holds &&
            tw_str_starts(t.begin, tw_cel_text(fact[i].of->with[0])))
            return true;
    return t.has_low && t.has_high && tw_str_eq(t.low, t.high) && !any_text(r, fact, n, t.low);
}

/* -- numbers */

/* NaN: a constant that is no number, or one that is not exact here. */
static double number_of(struct tw_cel_value v)
{
    double f = (double)NAN;
    if (v.kind == TW_CEL_INT) f = (double)v.i;
    if (v.kind == TW_CEL_UINT) f = (double)v.u;
    if (v.kind == TW_CEL_DOUBLE) f = v.f;
    return f > -EXACT && f < EXACT ? f : (double)NAN;
}

static bool is_exact(struct fact f)
{
    const enum tw_cel_fact_kind k = kind_of(f);
    if (k == TW_CEL_FACT_HAS || k == TW_CEL_FACT_TRUE || k == TW_CEL_FACT_PREFIX) return false;
    for (size_t i = 0; i < f.of->n; i++)
        if (isnan(number_of(f.of->with[i]))) return false;
    return true;
}

static bool number_holds(struct fact f, double v)
{
    const enum tw_cel_fact_kind k = kind_of(f);
    if (!is_exact(f)) return true; /* nobody can say, so it may */
    if (k != TW_CEL_FACT_IN) {
        const double c = number_of(f.of->with[0]);
        return stands(k, v < c ? -1 : v > c);
    }
    bool there = false;
    for (size_t i = 0; i < f.of->n && !there; i++) there = number_of(f.of->with[i]) == v;
    return there == f.holds;
}

static bool any_number(const struct range *r, const struct fact *fact, size_t n, double v)
{
    if (v < r->min || (r->whole && v != floor(v))) return false;
    for (size_t i = 0; i < n; i++)
        if (!number_holds(fact[i], v)) return false;
    return true;
}

struct interval {
    double low, high;
    bool above, below;
};

static void narrow_number(const struct range *r, struct interval *t, struct fact f)
{
    const enum tw_cel_fact_kind k = kind_of(f);
    if (!is_exact(f) || k == TW_CEL_FACT_IN || k == TW_CEL_FACT_NE) return;
    double v = number_of(f.of->with[0]);
    bool strict = k == TW_CEL_FACT_GT || k == TW_CEL_FACT_LT;
    const bool low = k == TW_CEL_FACT_GT || k == TW_CEL_FACT_GE;
    if (r->whole) { /* above 5 is from 6 on */
        const double next = low ? ceil(v) : floor(v);
        v = strict && next == v ? v + (low ? 1 : -1) : next;
        strict = false;
    }
    if (low && (v > t->low || (v == t->low && strict))) {
        t->low = v;
        t->above = strict;
    }
    if (!low && (v < t->high || (v == t->high && strict))) {
        t->high = v;
        t->below = strict;
    }
}

static bool numbers_exclude(const struct range *r, const struct fact *fact, size_t n)
{
    struct interval t = {.low = r->min, .high = (double)INFINITY};
    for (size_t i = 0; i < n; i++) {
        if (!lists_values(fact[i]) || !is_exact(fact[i])) continue;
        for (size_t k = 0; k < fact[i].of->n; k++)
            if (any_number(r, fact, n, number_of(fact[i].of->with[k]))) return false;
        return true;
    }
    for (size_t i = 0; i < n; i++) narrow_number(r, &t, fact[i]);
    if (t.low > t.high || (t.low == t.high && (t.above || t.below))) return true;
    return t.low == t.high && !any_number(r, fact, n, t.low);
}

/* -- all of it */

static bool bools_exclude(const struct fact *fact, size_t n)
{
    bool may[2] = {true, true};
    for (size_t i = 0; i < n; i++) {
        const enum tw_cel_fact_kind k = fact[i].of->fact;
        if (k == TW_CEL_FACT_TRUE) may[!fact[i].holds] = false;
        if ((k == TW_CEL_FACT_EQ || k == TW_CEL_FACT_NE) && fact[i].of->with->kind == TW_CEL_BOOL) {
            const bool is = fact[i].of->with->b == ((k == TW_CEL_FACT_EQ) == fact[i].holds);
            may[!is] = false;
        }
    }
    return !may[0] && !may[1];
}

/* Are all constants texts, as the field is? */
static bool all_texts(const struct fact *fact, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < fact[i].of->n; k++)
            if (fact[i].of->with[k].kind != TW_CEL_STRING) return false;
    return true;
}

bool facts_exclude(const struct range *range, const struct fact *fact, size_t n)
{
    bool there = false, absent = false;
    for (size_t i = 0; i < n; i++) {
        const bool no = fact[i].of->fact == TW_CEL_FACT_HAS && !fact[i].holds;
        absent = absent || no;
        there = there || !no;
    }
    if (absent || n == 0) return there && absent;
    if (fact->of->type->kind == TW_CEL_BOOL) return bools_exclude(fact, n);
    if (range->number) return numbers_exclude(range, fact, n);
    return fact->of->type->kind == TW_CEL_STRING && all_texts(fact, n) && texts_exclude(range, fact, n);
}
