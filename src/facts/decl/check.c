/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/check_priv.h"

#include <inttypes.h>

#include "base/date.h"
#include "decl/code.h"
#include "decl/money.h"

enum { RATE_MAX_PER_CENT = 3000 }; /* the highest ad valorem rates of national tariffs stay below it */

static const struct tw_word check_words[] = {
#define X(id, code, severity, error, about, words, says, remedy, source) {code, words},
#include "decl/check.def"
#undef X
};
static const struct tw_vocabulary checks = {"rule", check_words, TW_CHECK_N};

static const struct tw_check_row rows[] = {
#define X(id, code, severity, error, about, words, says, remedy, source)                                     \
    {code, words, says, remedy, source, TW_SEVERITY_##severity, TW_ABOUT_##about, TW_##error},
#include "decl/check.def"
#undef X
};

const struct tw_vocabulary *tw_check_vocabulary(void)
{
    return &checks;
}

const struct tw_check_row *tw_check_row(enum tw_check check)
{
    return &rows[check];
}

enum tw_severity tw_check_severity(enum tw_check check)
{
    return (unsigned)check < TW_CHECK_N ? rows[check].severity : TW_SEVERITY_WARNING;
}

void check_note(struct check_run *r, bool broken, enum tw_check check, enum tw_element element)
{
    if (!broken || r->failed) return;
    if (r->found.n == r->cap) {
        size_t cap = r->cap > 0 ? r->cap * 2 : 8;
        struct tw_violation *more = tw_arena_array(r->arena, cap, sizeof *more);
        r->failed = more == NULL;
        if (r->failed) return;
        if (r->found.n > 0) memcpy(more, r->found.at, r->found.n * sizeof *more);
        r->found.at = more;
        r->cap = cap;
    }
    r->found.at[r->found.n++] =
        (struct tw_violation){check, element, r->of_item, r->of_item ? r->item : 0, r->entry};
}

tw_err check_result(const struct check_run *r, struct tw_violations *ret, struct tw_fault *fault)
{
    if (r->failed) return tw_fail(fault, TW_NOMEM, "no room left for this declaration");
    *ret = r->found;
    return TW_OK;
}

/* XA to XZ are for users, who know what they mean by them. Source: ISO 3166-1, 8.1.3 */
static bool is_for_users(struct tw_str code)
{
    return code.n == 2 && code.s[0] == 'X' && code.s[1] >= 'A' && code.s[1] <= 'Z';
}

void check_country(struct check_run *r, struct tw_str code, enum tw_element element)
{
    check_note(r, code.n > 0 && tw_country_find(code) == NULL && !is_for_users(code),
               TW_CHECK_UNKNOWN_COUNTRY, element);
}

static bool below_one(struct tw_dec d)
{
    return d.set && d.v <= 0;
}

static bool zero(struct tw_money m)
{
    return tw_money_set(m) && m.minor <= 0;
}

static void check_time(struct check_run *r, int64_t at, int64_t now)
{
    bool absent = at == TW_NO_TIME;
    check_note(r, absent, TW_CHECK_NO_TIME, TW_ELEMENT_LODGED_AT);
    if (absent) return;
    bool far = at < (int64_t)tw_day_from_civil(1990, 1, 1) * TW_DAY_S ||
               at >= (int64_t)tw_day_from_civil(2101, 1, 1) * TW_DAY_S;
    check_note(r, far, TW_CHECK_TIME_FAR, TW_ELEMENT_LODGED_AT);
    check_note(r, !far && now != TW_NO_TIME && at > now, TW_CHECK_TIME_AHEAD, TW_ELEMENT_LODGED_AT);
}

/* The packages of all items; -1 when one does not say, or there are too many. */
static int64_t packages(const struct tw_decl *decl)
{
    int64_t sum = 0;
    for (size_t i = 0; i < decl->items.n; i++) {
        int64_t n = decl->items.at[i].package_count;
        if (n < 0 || __builtin_add_overflow(sum, n, &sum)) return -1;
    }
    return sum;
}

/* The gross masses of all items; absent when one does not say, or they are too large. */
static struct tw_dec gross_mass(const struct tw_decl *decl)
{
    struct tw_dec sum = {0, 0, true};
    for (size_t i = 0; i < decl->items.n; i++)
        if (tw_dec_add(sum, decl->items.at[i].gross_mass_kg, &sum) != TW_OK) return (struct tw_dec){0};
    return sum;
}

static void check_header(struct check_run *r, int64_t now)
{
    const struct tw_decl *d = r->decl;
    check_note(r, d->id.n == 0, TW_CHECK_NO_ID, TW_ELEMENT_DECLARATION_ID);
    check_time(r, d->lodged_at, now);
    check_note(r, d->items.n == 0, TW_CHECK_NO_ITEMS, TW_ELEMENT_ITEM);
    check_note(r, d->items.n > TW_ITEMS_MAX, TW_CHECK_TOO_MANY_ITEMS, TW_ELEMENT_ITEM);
    check_note(r, d->item_total >= 0 && (uint64_t)d->item_total != d->items.n, TW_CHECK_ITEM_TOTAL,
               TW_ELEMENT_ITEM_TOTAL);
    if (d->package_total >= 0) {
        int64_t sum = packages(d);
        check_note(r, sum >= 0 && sum != d->package_total, TW_CHECK_PACKAGE_TOTAL, TW_ELEMENT_PACKAGE_TOTAL);
    }
    check_note(r, below_one(d->gross_mass_kg), TW_CHECK_ZERO_GROSS, TW_ELEMENT_HEADER_GROSS_MASS_KG);
    if (d->gross_mass_kg.set) {
        struct tw_dec sum = gross_mass(d);
        check_note(r, sum.set && tw_dec_cmp(sum, d->gross_mass_kg) > 0, TW_CHECK_MASS_TOTAL,
                   TW_ELEMENT_HEADER_GROSS_MASS_KG);
    }
    check_note(r,
               d->delivery_term.n > 0 && tw_incoterm_find(d->delivery_term) == NULL &&
                   !tw_str_is(d->delivery_term, "XXX"),
               TW_CHECK_UNKNOWN_TERM, TW_ELEMENT_DELIVERY_TERM);
    check_country(r, d->dispatch, TW_ELEMENT_HEADER_DISPATCH);
    check_country(r, d->destination, TW_ELEMENT_HEADER_DESTINATION);
}

static void check_goods(struct check_run *r, const struct tw_item *i)
{
    check_note(r, i->hs.n == 0, TW_CHECK_NO_HS, TW_ELEMENT_HS);
    check_country(r, i->origin, TW_ELEMENT_ORIGIN);
    check_country(r, i->origin_preferential, TW_ELEMENT_ORIGIN_PREFERENTIAL);
    if (i->dispatch.s != r->decl->dispatch.s) check_country(r, i->dispatch, TW_ELEMENT_DISPATCH);
    if (i->destination.s != r->decl->destination.s) check_country(r, i->destination, TW_ELEMENT_DESTINATION);
    check_note(r, below_one(i->gross_mass_kg), TW_CHECK_ZERO_GROSS, TW_ELEMENT_GROSS_MASS_KG);
    check_note(r, below_one(i->net_mass_kg), TW_CHECK_ZERO_NET, TW_ELEMENT_NET_MASS_KG);
    check_note(r,
               i->net_mass_kg.set && i->gross_mass_kg.set && !below_one(i->gross_mass_kg) &&
                   tw_dec_cmp(i->net_mass_kg, i->gross_mass_kg) > 0, /* of no gross mass that is told above */
               TW_CHECK_NET_ABOVE_GROSS, TW_ELEMENT_NET_MASS_KG);
    check_note(r, below_one(i->quantity.value), TW_CHECK_ZERO_QUANTITY, TW_ELEMENT_QUANTITY);
    check_note(r, zero(i->price), TW_CHECK_ZERO_PRICE, TW_ELEMENT_PRICE);
    check_note(r, zero(i->customs_value), TW_CHECK_ZERO_VALUE, TW_ELEMENT_CUSTOMS_VALUE);
    check_note(r,
               i->duty_rate.set && tw_dec_cmp(i->duty_rate, (struct tw_dec){RATE_MAX_PER_CENT, 0, true}) > 0,
               TW_CHECK_RATE_FAR, TW_ELEMENT_DUTY_RATE);
}

/* `seen` has a bit for each number 1 .. 9999; it is only looked at where numbers do not rise. */
static void check_numbers(struct check_run *r, uint64_t *seen, uint32_t *highest)
{
    uint32_t number = r->decl->items.at[r->item].number;
    check_note(r, number == 0, TW_CHECK_NO_NUMBER, TW_ELEMENT_ITEM);
    check_note(r, number > TW_ITEMS_MAX, TW_CHECK_NUMBER_FAR, TW_ELEMENT_ITEM);
    if (number == 0 || number > TW_ITEMS_MAX) return;
    bool twice = (seen[number / 64] >> (number % 64) & 1) != 0;
    check_note(r, twice, TW_CHECK_NUMBER_TWICE, TW_ELEMENT_ITEM);
    check_note(r, !twice && number < *highest, TW_CHECK_NUMBER_ORDER, TW_ELEMENT_ITEM);
    seen[number / 64] |= 1ull << (number % 64);
    if (number > *highest) *highest = number;
}

tw_err tw_decl_check(const struct tw_decl *decl, int64_t now, struct tw_arena *arena,
                     struct tw_violations *ret, struct tw_fault *fault)
{
    struct check_run r = {.decl = decl, .arena = arena};
    uint64_t seen[TW_ITEMS_MAX / 64 + 1] = {0};
    uint32_t highest = 0;
    check_header(&r, now);
    r.of_item = true;
    for (r.item = 0; r.item < decl->items.n && !r.failed; r.item++) {
        check_numbers(&r, seen, &highest);
        check_goods(&r, &decl->items.at[r.item]);
    }
    return check_result(&r, ret, fault);
}

/* A decimal as text, without the heap. */
struct shown {
    char text[40];
};

static struct shown show(struct tw_dec d)
{
    struct shown s = {{0}};
    uint64_t v = d.v < 0 ? -(uint64_t)d.v : (uint64_t)d.v;
    char *end = s.text + sizeof s.text - 1, *p = end;
    for (unsigned k = 0; k <= d.scale || v > 0; k++, v /= 10) { /* from the last digit */
        if (k == d.scale && k > 0) *--p = '.';
        *--p = (char)('0' + v % 10);
    }
    if (d.v < 0) *--p = '-';
    memmove(s.text, p, (size_t)(end - p) + 1);
    return s;
}

static struct tw_str country_at(const struct tw_violation *v, const struct tw_decl *decl)
{
    const void *object = v->of_item ? (const void *)&decl->items.at[v->item] : (const void *)decl;
    struct tw_str code;
    memcpy(&code, (const char *)object + tw_element_row(v->element)->offset, sizeof code);
    return code;
}

/* The sentence of a rule about the header. */
static tw_err tell_header(const struct tw_violation *v, const struct tw_decl *d, struct tw_fault *fault)
{
    tw_err code = rows[v->check].error;
    int y, m, day;
    tw_day_to_civil(d->lodged_at != TW_NO_TIME ? tw_time_day(d->lodged_at) : 0, &y, &m, &day);
    switch (v->check) {
    case TW_CHECK_NO_ID:
        return tw_fail(fault, code, "the declaration has no number; every declaration has one");
    case TW_CHECK_NO_TIME:
        return tw_fail(fault, code, "there is no time of lodging; write it as 2026-11-23");
    case TW_CHECK_TIME_FAR:
        return tw_fail(fault, code, "lodged on %04d-%02d-%02d; between 1990 and 2100 is possible", y, m, day);
    case TW_CHECK_TIME_AHEAD:
        return tw_fail(fault, code, "lodged on %04d-%02d-%02d, which is still to come", y, m, day);
    case TW_CHECK_NO_ITEMS:
        return tw_fail(fault, code, "the declaration has no items; 1 to %d are allowed", TW_ITEMS_MAX);
    case TW_CHECK_TOO_MANY_ITEMS:
        return tw_fail(fault, code, "the declaration has %zu items; 1 to %d are allowed", d->items.n,
                       TW_ITEMS_MAX);
    case TW_CHECK_ITEM_TOTAL:
        return tw_fail(fault, code, "%" PRId64 " items are stated, %zu are there", d->item_total, d->items.n);
    case TW_CHECK_PACKAGE_TOTAL:
        return tw_fail(fault, code, "%" PRId64 " packages are stated, the items have %" PRId64,
                       d->package_total, packages(d));
    case TW_CHECK_MASS_TOTAL:
        return tw_fail(fault, code, "a gross mass of %s kg is stated, the items have %s kg",
                       show(d->gross_mass_kg).text, show(gross_mass(d)).text);
    case TW_CHECK_UNKNOWN_TERM:
        return tw_fail(fault, code, "\"%.*s\" is no delivery term; Incoterms such as FOB or CIF are",
                       (int)(d->delivery_term.n < 24 ? d->delivery_term.n : 24), d->delivery_term.s);
    default:
        return tw_fail(fault, code, "%s", check_words[v->check].words);
    }
}

/* The sentence of a rule about an item. */
static tw_err tell_item(const struct tw_violation *v, const struct tw_item *i, struct tw_fault *fault)
{
    tw_err code = rows[v->check].error;
    switch (v->check) {
    case TW_CHECK_NO_NUMBER:
        return tw_fail(fault, code, "the item has no number; 1 to %d are allowed", TW_ITEMS_MAX);
    case TW_CHECK_NUMBER_FAR:
        return tw_fail(fault, code, "item number %" PRIu32 "; 1 to %d are allowed", i->number, TW_ITEMS_MAX);
    case TW_CHECK_NUMBER_TWICE:
        return tw_fail(fault, code, "item number %" PRIu32 " stands twice; each item has its own", i->number);
    case TW_CHECK_NUMBER_ORDER:
        return tw_fail(fault, code, "item number %" PRIu32 " stands behind a higher one", i->number);
    case TW_CHECK_NO_HS:
        return tw_fail(fault, code, "there is no commodity code; 2, 4 or 6 to 10 digits are needed");
    case TW_CHECK_NET_ABOVE_GROSS:
        return tw_fail(fault, code,
                       "the net mass of %s kg is above the gross mass of %s kg; gross includes the packing",
                       show(i->net_mass_kg).text, show(i->gross_mass_kg).text);
    case TW_CHECK_ZERO_GROSS:
        return tw_fail(fault, code, "the gross mass is %s kg; it must be above zero",
                       show(i->gross_mass_kg).text);
    case TW_CHECK_ZERO_NET:
        return tw_fail(fault, code, "the net mass is %s kg; it must be above zero",
                       show(i->net_mass_kg).text);
    case TW_CHECK_ZERO_QUANTITY:
        return tw_fail(fault, code, "the quantity is %s; it should be above zero",
                       show(i->quantity.value).text);
    case TW_CHECK_ZERO_PRICE:
        return tw_fail(fault, code, "the price is %s %s; it must be above zero",
                       show(tw_money_dec(i->price)).text, i->price.cur);
    case TW_CHECK_ZERO_VALUE:
        return tw_fail(fault, code, "the customs value is %s %s; it must be above zero",
                       show(tw_money_dec(i->customs_value)).text, i->customs_value.cur);
    case TW_CHECK_RATE_FAR:
        return tw_fail(fault, code, "a duty rate of %s per cent; is it written as per cent?",
                       show(i->duty_rate).text);
    default:
        return tw_fail(fault, code, "%s", check_words[v->check].words);
    }
}

tw_err tw_violation_fault(const struct tw_violation *v, const struct tw_decl *decl, struct tw_fault *fault)
{
    tw_err code;
    if ((int)v->check >= TW_CHECK_TRADE) {
        code = check_trade_tell(v, decl, fault);
    } else if (v->check == TW_CHECK_UNKNOWN_COUNTRY) {
        struct tw_str country = country_at(v, decl);
        code = tw_fail(fault, rows[v->check].error,
                       "\"%.*s\" is on no list of countries; is it ISO 3166 alpha-2?",
                       (int)(country.n < 24 ? country.n : 24), country.s);
    } else if (v->check == TW_CHECK_ZERO_GROSS && !v->of_item) {
        code = tw_fail(fault, rows[v->check].error, "the total gross mass is %s kg; it must be above zero",
                       show(decl->gross_mass_kg).text);
    } else if (v->of_item) {
        code = tell_item(v, &decl->items.at[v->item], fault);
    } else {
        code = tell_header(v, decl, fault);
    }
    tw_element_blame(v->element, fault);
    if (fault != NULL) fault->item = v->item;
    return code;
}
