/* SPDX-License-Identifier: Apache-2.0 */
/* Each rule is one line that says when it is broken. What stands twice is found by a set of hashes, so that a
 * list of any length costs its length; a clash of two 64-bit hashes would be one warning too many. */
#include <inttypes.h>
#include <stdio.h>

#include "base/date.h"
#include "base/hash.h"
#include "decl/check_priv.h"
#include "decl/code.h"
#include "decl/money.h"

enum { YEARS_OPEN = 3, LRN_MAX = 22, UCR_MAX = 35, QUOTA_DIGITS = 6, PROCEDURE_N = 2, PACKAGE_N = 2 };

/* -- forms */

static bool digits(struct tw_str s, size_t from, size_t to)
{
    bool good = s.n >= to;
    for (size_t i = from; good && i < to; i++) good = s.s[i] >= '0' && s.s[i] <= '9';
    return good;
}

/* Exactly `n` capital letters or digits. */
static bool code_of(struct tw_str s, size_t n)
{
    bool good = s.n == n;
    for (size_t i = 0; good && i < n; i++)
        good = (s.s[i] >= '0' && s.s[i] <= '9') || (s.s[i] >= 'A' && s.s[i] <= 'Z');
    return good;
}

static bool is_one_of(struct tw_str s,
                      const char *list) /* codes of two characters with blanks between them */
{
    for (; s.n == 2 && *list != '\0'; list += 2 + (list[2] == ' '))
        if (memcmp(list, s.s, 2) == 0) return true;
    return false;
}

/* Characters of a text in UTF-8. */
static size_t characters(struct tw_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) n += ((unsigned char)s.s[i] & 0xc0) != 0x80;
    return n;
}

/* -- sets of hashes */

struct set {
    uint64_t *at; /* 0 = free */
    size_t mask;
};

/* Room for `n`; in the arena. */
static struct set set_of(struct check_run *r, size_t n)
{
    size_t room = 4;
    while (room < 2 * n) room *= 2;
    struct set s = {tw_arena_array(r->arena, room, sizeof *s.at), room - 1};
    r->failed |= s.at == NULL;
    return s;
}

static size_t slot_of(const struct set *s, uint64_t key)
{
    size_t i = key & s->mask;
    while (s->at[i] != 0 && s->at[i] != key) i = (i + 1) & s->mask;
    return i;
}

/* Puts it in; was it there already? */
static bool set_put(struct set *s, uint64_t hash)
{
    const uint64_t key = hash | 1; /* never 0 */
    const size_t i = slot_of(s, key);
    const bool was = s->at[i] == key;
    s->at[i] = key;
    return was;
}

static uint64_t hash_of(struct tw_str s, uint64_t seed)
{
    return tw_hash64(s.n > 0 ? s.s : "", s.n, seed);
}

/* -- what stands in a list */

static void check_documents(struct check_run *r, const struct tw_document *at, size_t n)
{
    if (n < 2) return;
    struct set seen = set_of(r, n);
    for (r->entry = 0; r->entry < n && !r->failed; r->entry++) {
        const struct tw_document *d = &at[r->entry];
        const uint64_t hash = hash_of(d->id, hash_of(d->type, hash_of(d->category, 1)));
        check_note(r, d->id.n > 0 && set_put(&seen, hash), TW_CHECK_DOCUMENT_TWICE, TW_ELEMENT_DOCUMENT__ID);
    }
    r->entry = 0;
}

static void check_previous(struct check_run *r, const struct tw_previous_document *at, size_t n)
{
    if (n < 2) return;
    struct set seen = set_of(r, n);
    for (r->entry = 0; r->entry < n && !r->failed; r->entry++) {
        const struct tw_previous_document *d = &at[r->entry];
        const uint64_t hash = hash_of(d->id, hash_of(d->type, hash_of(d->category, d->line)));
        check_note(r, d->id.n > 0 && set_put(&seen, hash), TW_CHECK_PREVIOUS_TWICE,
                   TW_ELEMENT_PREVIOUS_DOCUMENT__ID);
    }
    r->entry = 0;
}

/* Numbers in another form are other marks: a lorry's, an airline's. */
static bool wrong_digit(struct tw_str id)
{
    return tw_container_check(id, NULL) == TW_RANGE;
}

/* listed  the header's containers; NULL: they are these, or it has none */
static void check_containers(struct check_run *r, const struct tw_container *at, size_t n,
                             const struct set *listed)
{
    if (n == 0) return;
    struct set seen = set_of(r, n);
    for (r->entry = 0; r->entry < n && !r->failed; r->entry++) {
        const struct tw_str id = at[r->entry].id;
        const uint64_t hash = hash_of(id, 1);
        check_note(r, wrong_digit(id), TW_CHECK_CONTAINER_DIGIT, TW_ELEMENT_CONTAINER__ID);
        check_note(r, id.n > 0 && set_put(&seen, hash), TW_CHECK_CONTAINER_TWICE, TW_ELEMENT_CONTAINER__ID);
        check_note(r, listed != NULL && id.n > 0 && listed->at[slot_of(listed, hash | 1)] == 0,
                   TW_CHECK_CONTAINER_UNLISTED, TW_ELEMENT_CONTAINER__ID);
    }
    r->entry = 0;
}

static void check_packages(struct check_run *r, const struct tw_item *i)
{
    int64_t sum = 0;
    bool all = i->packages.n > 0 && i->package_count >= 0;
    for (r->entry = 0; r->entry < i->packages.n; r->entry++) {
        const struct tw_package *p = &i->packages.at[r->entry];
        check_note(r, p->type.n > 0 && !code_of(p->type, PACKAGE_N), TW_CHECK_PACKAGE_FORM,
                   TW_ELEMENT_PACKAGE__TYPE);
        all = all && p->count >= 0 && !__builtin_add_overflow(sum, p->count, &sum);
    }
    r->entry = 0;
    check_note(r, i->packages.n == 0 && i->package_type.n > 0 && !code_of(i->package_type, PACKAGE_N),
               TW_CHECK_PACKAGE_FORM, TW_ELEMENT_PACKAGE_TYPE);
    check_note(r, all && sum != i->package_count, TW_CHECK_PACKAGE_SUM, TW_ELEMENT_PACKAGE_COUNT);
}

/* -- the header */

static void check_party_countries(struct check_run *r)
{
    static const enum tw_element of[] = {
        TW_ELEMENT_DECLARANT_COUNTRY, TW_ELEMENT_REPRESENTATIVE_COUNTRY, TW_ELEMENT_IMPORTER_COUNTRY,
        TW_ELEMENT_EXPORTER_COUNTRY,  TW_ELEMENT_SELLER_COUNTRY,         TW_ELEMENT_BUYER_COUNTRY,
        TW_ELEMENT_CONSIGNEE_COUNTRY, TW_ELEMENT_COURIER_COUNTRY,        TW_ELEMENT_TRANSPORT_NATIONALITY};
    for (size_t k = 0; k < sizeof of / sizeof of[0]; k++) {
        struct tw_str code;
        memcpy(&code, (const char *)r->decl + tw_element_row(of[k])->offset, sizeof code);
        check_country(r, code, of[k]);
    }
}

/* The last letter of a type says whether the goods are there: A, B and C, or not yet: D, E and F. */
static bool goods_are_there(struct tw_str type)
{
    return type.n == 3 && type.s[2] >= 'A' && type.s[2] <= 'C';
}

/* Of a time that is a date alone, its midnight, nobody knows the hour: then days are compared. */
static bool is_behind(int64_t a, int64_t b)
{
    return a % TW_DAY_S == 0 || b % TW_DAY_S == 0 ? tw_time_day(a) > tw_time_day(b) : a > b;
}

static void check_times(struct check_run *r, int64_t now)
{
    const struct tw_decl *d = r->decl;
    const int64_t first = (int64_t)tw_day_from_civil(1990, 1, 1) * TW_DAY_S,
                  end = (int64_t)tw_day_from_civil(2101, 1, 1) * TW_DAY_S;
    const bool lodged = d->lodged_at >= first && d->lodged_at < end;
    const bool far = d->arrival_at != TW_NO_TIME && (d->arrival_at < first || d->arrival_at >= end);
    if (lodged && now != TW_NO_TIME) {
        int y, m, day;
        tw_day_to_civil(tw_time_day(d->lodged_at), &y, &m, &day);
        const int32_t closed =
            tw_day_from_civil(y + YEARS_OPEN, m, day < 28 ? day : 28) + 3; /* no February 29 */
        check_note(r, (int64_t)closed * TW_DAY_S < now, TW_CHECK_TIME_OLD, TW_ELEMENT_LODGED_AT);
    }
    check_note(r, far, TW_CHECK_ARRIVAL_FAR, TW_ELEMENT_ARRIVAL_AT);
    check_note(r,
               lodged && !far && goods_are_there(d->type) && d->arrival_at != TW_NO_TIME &&
                   is_behind(d->arrival_at, d->lodged_at),
               TW_CHECK_ARRIVAL_LATE, TW_ELEMENT_ARRIVAL_AT);
}

static bool is_mode(struct tw_str code)
{
    return code.n >= 1 && code.n <= 2 && digits(code, 0, code.n);
}

static bool is_airport(const struct tw_decl *d, struct tw_str place)
{
    return tw_mode_of(d->transport_mode) == TW_MODE_AIR && code_of(place, 3);
}

static void check_place(struct check_run *r, struct tw_str place, enum tw_element element)
{
    check_note(r, place.n > 0 && !is_airport(r->decl, place) && tw_locode_check(place, NULL) != TW_OK,
               TW_CHECK_PLACE_FORM, element);
}

static void check_transport(struct check_run *r)
{
    const struct tw_decl *d = r->decl;
    check_note(r, d->transport_mode.n > 0 && !is_mode(d->transport_mode), TW_CHECK_UNKNOWN_MODE,
               TW_ELEMENT_TRANSPORT_MODE);
    check_note(r, d->inland_mode.n > 0 && !is_mode(d->inland_mode), TW_CHECK_UNKNOWN_MODE,
               TW_ELEMENT_INLAND_MODE);
    check_note(r,
               tw_str_is(d->transport_means_type, "10") && d->transport_means.n > 0 &&
                   tw_imo_check(d->transport_means, NULL) != TW_OK,
               TW_CHECK_IMO_NUMBER, TW_ELEMENT_TRANSPORT_MEANS);
    check_place(r, d->loading_place, TW_ELEMENT_LOADING_PLACE);
    check_place(r, d->arrival_place, TW_ELEMENT_ARRIVAL_PLACE);
}

static void check_header_containers(struct check_run *r)
{
    const struct tw_decl *d = r->decl;
    const bool yes = tw_str_is(d->containerised, "1"), no = tw_str_is(d->containerised, "0");
    size_t n = d->containers.n;
    check_note(r, d->containerised.n > 0 && !yes && !no, TW_CHECK_CONTAINERISED_FORM,
               TW_ELEMENT_CONTAINERISED);
    check_note(r, no && n > 0, TW_CHECK_CONTAINERS_SOME, TW_ELEMENT_CONTAINER__ID);
    for (size_t i = 0; i < d->items.n; i++) n += d->items.at[i].containers.n;
    check_note(r, yes && n == 0, TW_CHECK_CONTAINERS_LACK, TW_ELEMENT_CONTAINER_ID);
    check_containers(r, d->containers.at, d->containers.n, NULL);
}

/* The sum of all prices; absent where one is, or is in another currency than the total. */
static struct tw_money prices(const struct tw_decl *d)
{
    struct tw_money sum = d->invoice_total;
    sum.minor = 0;
    if (d->items.n == 0 || !tw_money_set(sum)) return (struct tw_money){0};
    for (size_t i = 0; i < d->items.n; i++) {
        const struct tw_money price = d->items.at[i].price;
        if (memcmp(price.cur, sum.cur, sizeof sum.cur) != 0 ||
            __builtin_add_overflow(sum.minor, price.minor, &sum.minor))
            return (struct tw_money){0};
    }
    return sum;
}

static void check_header(struct check_run *r, int64_t now)
{
    const struct tw_decl *d = r->decl;
    const struct tw_money sum = prices(d);
    check_times(r, now);
    check_note(r, characters(d->lrn) > LRN_MAX, TW_CHECK_LRN_LONG, TW_ELEMENT_LRN);
    check_note(r, characters(d->ucr) > UCR_MAX, TW_CHECK_UCR_LONG, TW_ELEMENT_HEADER_UCR);
    check_party_countries(r);
    check_note(r,
               d->representative_status.n > 0 && !tw_str_is(d->representative_status, "2") &&
                   !tw_str_is(d->representative_status, "3"),
               TW_CHECK_UNKNOWN_STATUS, TW_ELEMENT_REPRESENTATIVE_STATUS);
    check_transport(r);
    check_header_containers(r);
    check_note(r, d->delivery_term.n > 0 && d->delivery_place.n == 0, TW_CHECK_TERM_PLACE,
               TW_ELEMENT_DELIVERY_PLACE);
    check_note(r, tw_money_set(sum) && sum.minor != d->invoice_total.minor, TW_CHECK_INVOICE_SUM,
               TW_ELEMENT_INVOICE_TOTAL);
    check_documents(r, d->documents.at, d->documents.n);
    check_previous(r, d->previous_documents.at, d->previous_documents.n);
}

/* -- what a procedure demands */

static bool has_fiscal(const struct tw_decl *d, const struct tw_item *i, const char *role)
{
    for (size_t k = 0; k < d->fiscal_parties.n; k++)
        if (tw_str_is(d->fiscal_parties.at[k].role, role)) return true;
    for (size_t k = 0; k < i->fiscal_parties.n; k++)
        if (tw_str_is(i->fiscal_parties.at[k].role, role)) return true;
    return false;
}

static bool asks_for_authorisation(const struct tw_decl *d, const struct tw_item *i)
{
    for (size_t k = 0; k < d->statements.n; k++)
        if (tw_str_is(d->statements.at[k].code, "00100")) return true;
    for (size_t k = 0; k < i->statements.n; k++)
        if (tw_str_is(i->statements.at[k].code, "00100")) return true;
    return false;
}

/* Is an authorisation missing that the procedure stands on? `of` are codes that begin each of those that do.
 */
static bool lacks_authorisation(const struct tw_decl *d, const struct tw_item *i)
{
    static const struct {
        const char *procedure, *kind;
    } of[] = {{"44", "EUS"}, {"51", "IPO"}, {"53", "TEA"}, {"71", "CW"}};
    size_t p = 0;
    while (p < sizeof of / sizeof of[0] && !tw_str_is(i->procedure, of[p].procedure)) p++;
    if (p == sizeof of / sizeof of[0]) return false;
    for (size_t k = 0; k < d->authorisations.n; k++)
        if (tw_str_starts(d->authorisations.at[k].category, tw_str_from(of[p].kind))) return false;
    return !asks_for_authorisation(d, i);
}

static void check_procedure(struct check_run *r, const struct tw_item *i)
{
    const struct tw_decl *d = r->decl;
    const struct tw_str now = i->procedure, before = i->previous_procedure;
    const bool good = before.n > 0 && code_of(now, PROCEDURE_N) && code_of(before, PROCEDURE_N);
    check_note(r, before.n > 0 && !code_of(now, PROCEDURE_N), TW_CHECK_PROCEDURE_FORM, TW_ELEMENT_PROCEDURE);
    check_note(r, before.n > 0 && !code_of(before, PROCEDURE_N), TW_CHECK_PROCEDURE_FORM,
               TW_ELEMENT_PREVIOUS_PROCEDURE);
    if (!good) return; /* a nation's own codes */
    const bool onwards = is_one_of(now, "42 63");
    check_note(r, d->warehouse.n == 0 && (tw_str_is(now, "71") || tw_str_is(before, "71")),
               TW_CHECK_WAREHOUSE_LACKS, TW_ELEMENT_WAREHOUSE);
    check_note(r, onwards && i->destination.n == 0, TW_CHECK_DESTINATION_LACKS, TW_ELEMENT_DESTINATION);
    const bool brought =
        has_fiscal(d, i, "FR1") || has_fiscal(d, i, "FR3"); /* importer, or who stands for it */
    check_note(r, onwards && !(brought && has_fiscal(d, i, "FR2")), TW_CHECK_FISCAL_LACKS,
               TW_ELEMENT_FISCAL_PARTY__ID);
    check_note(r, is_one_of(now, "61 63 68") && !is_one_of(before, "10 11 21 22 23 31"),
               TW_CHECK_RETURN_PREVIOUS, TW_ELEMENT_PREVIOUS_PROCEDURE);
    check_note(r, !tw_str_is(before, "00") && d->previous_documents.n + i->previous_documents.n == 0,
               TW_CHECK_PREVIOUS_LACKS, TW_ELEMENT_PREVIOUS_DOCUMENT__ID);
    check_note(r, lacks_authorisation(d, i), TW_CHECK_AUTHORISATION_LACKS,
               TW_ELEMENT_AUTHORISATION__CATEGORY);
}

/* A preference is three digits: by what right, and under which measure. */
static void check_preference(struct check_run *r, const struct tw_item *i)
{
    const struct tw_str p = i->preference;
    check_note(r, i->quota.n > 0 && !(i->quota.n == QUOTA_DIGITS && digits(i->quota, 0, QUOTA_DIGITS)),
               TW_CHECK_QUOTA_FORM, TW_ELEMENT_QUOTA);
    if (p.n != 3 || !digits(p, 0, 3)) return;
    check_note(r, (p.s[0] == '2' || p.s[0] == '3') && i->origin_preferential.n == 0, TW_CHECK_ORIGIN_LACKS,
               TW_ELEMENT_ORIGIN_PREFERENTIAL);
    check_note(r, is_one_of((struct tw_str){p.s + 1, 2}, "20 23 25 28") && i->quota.n == 0,
               TW_CHECK_QUOTA_LACKS, TW_ELEMENT_QUOTA);
}

static void check_item(struct check_run *r, const struct set *listed)
{
    const struct tw_item *i = &r->decl->items.at[r->item], *first = r->decl->items.at;
    check_procedure(r, i);
    check_preference(r, i);
    check_packages(r, i);
    check_note(r,
               i->valuation_method.n > 0 && !(i->valuation_method.n == 1 && i->valuation_method.s[0] >= '1' &&
                                              i->valuation_method.s[0] <= '6'),
               TW_CHECK_UNKNOWN_METHOD, TW_ELEMENT_VALUATION_METHOD);
    check_note(r, tw_money_set(i->statistical_value) && i->statistical_value.minor <= 0,
               TW_CHECK_ZERO_STATISTICAL, TW_ELEMENT_STATISTICAL_VALUE);
    check_note(r,
               tw_money_set(i->price) && tw_money_set(first->price) &&
                   memcmp(i->price.cur, first->price.cur, sizeof i->price.cur) != 0,
               TW_CHECK_CURRENCY_MIXED, TW_ELEMENT_PRICE_CURRENCY);
    check_note(r, characters(i->ucr) > UCR_MAX, TW_CHECK_UCR_LONG, TW_ELEMENT_UCR);
    check_containers(r, i->containers.at, i->containers.n, listed);
    check_documents(r, i->documents.at, i->documents.n);
    check_previous(r, i->previous_documents.at, i->previous_documents.n);
}

tw_err tw_decl_check_trade(const struct tw_decl *decl, int64_t now, struct tw_arena *arena,
                           struct tw_violations *ret, struct tw_fault *fault)
{
    struct check_run r = {.decl = decl, .arena = arena};
    struct set listed = {NULL, 0};
    check_header(&r, now);
    if (decl->containers.n > 0) listed = set_of(&r, decl->containers.n);
    for (size_t i = 0; i < decl->containers.n && !r.failed; i++)
        (void)set_put(&listed, hash_of(decl->containers.at[i].id, 1));
    r.of_item = true;
    for (r.item = 0; r.item < decl->items.n && !r.failed; r.item++)
        check_item(&r, decl->containers.n > 0 ? &listed : NULL);
    return check_result(&r, ret, fault);
}

/* -- telling */

enum { SHOWN_MAX = 64 };

/* The list of that level in an object; {NULL, 0}: it has none. */
static struct tw_list list_in(enum tw_level owner, enum tw_level level, const void *object)
{
    size_t n;
    const struct tw_list_row *row = tw_list_rows(owner, &n);
    for (size_t i = 0; i < n; i++)
        if (row[i].level == level) return tw_list_get(&row[i], object);
    return (struct tw_list){NULL, 0};
}

/* Appends a text, cut to what a sentence takes, between two characters. */
static void show(struct tw_str text, struct tw_buf *out)
{
    if (text.n > SHOWN_MAX)
        for (text.n = SHOWN_MAX; text.n > 0 && ((unsigned char)text.s[text.n] & 0xc0) == 0x80;) text.n--;
    tw_buf_str(out, text);
}

static bool holds_text(enum tw_type type)
{
    return type == TW_TYPE_TEXT || type == TW_TYPE_CODE || type == TW_TYPE_HS || type == TW_TYPE_COUNTRY ||
           type == TW_TYPE_UNIT;
}

/* The value at fault. */
static void show_value(const struct tw_violation *v, const struct tw_decl *d, struct tw_buf *out)
{
    const struct tw_element_row *row = tw_element_row(v->element);
    const void *owner = v->of_item ? (const void *)&d->items.at[v->item] : (const void *)d;
    const void *object = row->level == TW_LEVEL_DECL ? (const void *)d : owner;
    if (row->level != TW_LEVEL_DECL && row->level != TW_LEVEL_ITEM) {
        const struct tw_list list = list_in(v->of_item ? TW_LEVEL_ITEM : TW_LEVEL_DECL, row->level, owner);
        object = v->entry < list.n ? (const char *)list.at + v->entry * tw_level_size(row->level) : NULL;
    }
    if (object == NULL) return;
    struct tw_str text;
    if (holds_text(row->type)) {
        memcpy(&text, (const char *)object + row->offset, sizeof text);
        show(text, out);
    } else if (row->type != TW_TYPE_CONTAINERS) {
        tw_element_print(v->element, object, out);
    }
}

/* The sentence of a check digit or of a form, which knows what would be right. */
static tw_err tell_code(tw_err (*check)(struct tw_str, struct tw_fault *), struct tw_str value,
                        struct tw_fault *fault)
{
    struct tw_fault why = {0};
    TW_IGNORE(check(value, &why));
    return tw_fail(fault, why.code, "%s", why.note);
}

/* What the procedure is that lacks an authorisation, and the preference that lacks something else. */
static enum tw_element shown_of(enum tw_check check, enum tw_element element)
{
    if (check == TW_CHECK_AUTHORISATION_LACKS) return TW_ELEMENT_PROCEDURE;
    if (check == TW_CHECK_ORIGIN_LACKS || check == TW_CHECK_QUOTA_LACKS) return TW_ELEMENT_PREFERENCE;
    return check == TW_CHECK_TERM_PLACE ? TW_ELEMENT_DELIVERY_TERM : element;
}

static tw_err tell_sum(const struct tw_violation *v, const struct tw_decl *d, struct tw_fault *fault)
{
    char text[64];
    struct tw_buf sum = tw_buf_in(text, sizeof text);
    int64_t packages = 0;
    if (v->check == TW_CHECK_PACKAGE_SUM) {
        const struct tw_item *i = &d->items.at[v->item];
        for (size_t k = 0; k < i->packages.n; k++) packages += i->packages.at[k].count;
        return tw_fail(fault, TW_CONFLICT, "%" PRId64 " packages are stated, those listed are %" PRId64,
                       i->package_count, packages);
    }
    tw_buf_amount(&sum, prices(d));
    tw_buf_text(&sum, " against ");
    tw_buf_amount(&sum, d->invoice_total);
    return tw_fail(fault, TW_CONFLICT,
                   "the prices of the items do not add up to the invoice total: %.*s %.3s",
                   TW_STR_ARG(tw_buf_view(&sum)), d->invoice_total.cur);
}

tw_err check_trade_tell(const struct tw_violation *v, const struct tw_decl *decl, struct tw_fault *fault)
{
    const struct tw_check_row *row = tw_check_row(v->check);
    const struct tw_violation shown = {v->check, shown_of(v->check, v->element), v->of_item, v->item,
                                       v->entry};
    char text[SHOWN_MAX];
    struct tw_buf value = tw_buf_in(text, sizeof text);
    const char *gap = strstr(row->says, "{}");
    show_value(&shown, decl, &value);
    if (v->check == TW_CHECK_CONTAINER_DIGIT)
        return tell_code(tw_container_check, tw_buf_view(&value), fault);
    if (v->check == TW_CHECK_IMO_NUMBER) return tell_code(tw_imo_check, tw_buf_view(&value), fault);
    if (v->check == TW_CHECK_PLACE_FORM) return tell_code(tw_locode_check, tw_buf_view(&value), fault);
    if (row->says[0] == '\0') return tell_sum(v, decl, fault);
    if (gap == NULL) return tw_fail(fault, row->error, "%s", row->says);
    return tw_fail(fault, row->error, "%.*s%.*s%s", (int)(gap - row->says), row->says,
                   TW_STR_ARG(tw_buf_view(&value)), gap + 2);
}
