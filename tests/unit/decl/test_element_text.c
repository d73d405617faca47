/* SPDX-License-Identifier: Apache-2.0 */
#include "base/date.h"
#include "base/rng.h"
#include "check.h"
#include "decl/code.h"
#include "decl/element.h"
#include "decl/money.h"
#include "fault.h"

static struct tw_arena *new_arena(void)
{
    struct tw_arena *arena = NULL;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    return arena;
}

/* Sets a flat element of a fresh item or declaration and says what it printed. */
static tw_err set_and_print(const char *name, const char *text, struct tw_buf *out, struct tw_fault *fault)
{
    TW_SCOPED(tw_arena) *arena = new_arena();
    struct tw_decl decl;
    struct tw_item item;
    tw_decl_init(&decl);
    tw_item_init(&item);
    enum tw_element e = tw_element_find(tw_str_from(name));
    CHECK(e != TW_ELEMENT_N);
    void *object = tw_element_row(e)->level == TW_LEVEL_DECL ? (void *)&decl : (void *)&item;
    tw_err err = tw_element_set(e, tw_str_from(text), arena, object, fault);
    tw_buf_clear(out);
    tw_element_print(e, object, out);
    return err;
}

static void check_reads(const char *name, const char *text, const char *expected)
{
    TW_SCOPED_BUF out = {0};
    CHECK(set_and_print(name, text, &out, NULL) == TW_OK);
    CHECK(tw_str_is(tw_buf_view(&out), expected));
}

/* The fault names the element, and its note begins so; the member stays absent. */
static void check_refuses(const char *name, const char *text, tw_err code, const char *note)
{
    TW_SCOPED_BUF out = {0};
    struct tw_fault fault = {0};
    CHECK(set_and_print(name, text, &out, &fault) == code);
    CHECK(fault.code == code && strcmp(fault.path, name) == 0);
    CHECK(strncmp(fault.note, note, strlen(note)) == 0);
    CHECK(out.n == 0);
    CHECK(set_and_print(name, text, &out, NULL) == code);
}

static void texts_and_codes_are_kept_as_given(void)
{
    check_reads("importer.name", " Müller & Sons \n", "Müller & Sons");
    check_reads("office", "0040", "0040");
    check_reads("office", "", "");
    check_reads("office", " \t ", "");
    check_refuses("office", "0 40", TW_FORMAT, "\"0 40\" has a blank inside; a code has none");
}

static void commodity_codes_are_digits(void)
{
    check_reads("hs", "080810", "080810");
    check_reads("hs", "0808.10.80 10", "0808108010");
    check_reads("hs", "85", "85");
    check_reads("hs", "8517130", "8517130");
    check_refuses("hs", "80810", TW_FORMAT,
                  "a commodity code has 2, 4 or 6 to 10 digits, not 5; has a leading zero");
    check_refuses("hs", "85171300001", TW_FORMAT, "a commodity code has 2, 4 or 6 to 10 digits, not 11");
    check_refuses("hs", "8517.13.00.00.1", TW_FORMAT, "a commodity code has 2, 4 or 6 to 10 digits, not 11");
    check_refuses("hs", "0012", TW_FORMAT, "\"0012\" is in no chapter; chapters are 01 to 99");
    check_refuses("hs", "85AB", TW_FORMAT, "\"85AB\" is no commodity code; 2, 4 or 6 to 10 digits are");
    check_refuses("hs", ".", TW_FORMAT, "a commodity code has 2, 4 or 6 to 10 digits, not 0");
}

static void countries_are_two_letters(void)
{
    check_reads("origin", "NO", "NO");
    check_reads("origin", "no", "NO");
    check_reads("origin", "nO", "NO");
    check_reads("origin", "Xk", "XK");
    check_refuses("origin", "NOR", TW_FORMAT,
                  "\"NOR\" is no country code; two letters of ISO 3166 such as NO are");
    check_refuses("origin", "N1", TW_FORMAT, "\"N1\" is no country code");
    check_refuses("origin", "False", TW_FORMAT, "\"False\" is no country code");
}

static void times_are_days_of_the_calendar(void)
{
    check_reads("lodged_at", "2026-11-23", "2026-11-23T00:00:00Z");
    check_reads("lodged_at", "2026-11-23T05:57:00+02:00", "2026-11-23T03:57:00Z");
    check_refuses("lodged_at", "2026-02-31", TW_FORMAT,
                  "2026-02-31 is no day of the calendar; that month has 28 days");
    check_refuses("lodged_at", "31/02/2026", TW_FORMAT, "not a date; write it as 2026-11-23");
}

static void counts_are_whole_numbers(void)
{
    check_reads("package_count", "0", "0");
    check_reads("package_count", "12.00", "12");
    check_reads("package_count", "9223372036854775807", "9223372036854775807");
    check_refuses("package_count", "12.5", TW_FORMAT, "\"12.5\" is no whole number; digits only are allowed");
    check_refuses("package_count", "12 boxes", TW_FORMAT, "\"12 boxes\" is no whole number");
    check_refuses("package_count", "-1", TW_RANGE, "\"-1\" is outside 0 to 9223372036854775807");
    check_refuses("package_count", "9223372036854775808", TW_RANGE,
                  "\"9223372036854775808\" is outside 0 to ");
    check_reads("item", "9999", "9999");
    check_reads("item", "4294967295", "4294967295");
    check_refuses("item", "0", TW_RANGE, "\"0\" is outside 1 to 4294967295");
    check_refuses("item", "4294967296", TW_RANGE, "\"4294967296\" is outside 1 to 4294967295");
    check_refuses("item", "-1.00", TW_RANGE, "\"-1.00\" is outside 1 to 4294967295");
}

static void quantities_keep_their_decimals(void)
{
    check_reads("quantity", "1.50", "1.50");
    check_reads("net_mass_kg", "0.0", "0.0");
    check_refuses("net_mass_kg", "-0.5", TW_RANGE, "\"-0.5\" is below zero; 0 or more is allowed");
    check_refuses("net_mass_kg", "1,000", TW_FORMAT, "'1,000' is not a number");
    check_refuses("quantity", "1e3", TW_FORMAT, "'1e3' is not a number");
    check_reads("quantity_unit", "kgm", "KGM");
    check_reads("quantity_unit", "KGM#G", "KGM#G");
    check_refuses("quantity_unit", "kilograms", TW_FORMAT, "\"kilograms\" is no unit; a code of UN/ECE");
    check_refuses("quantity_unit", "m/s", TW_FORMAT, "\"m/s\" is no unit");
}

static void an_amount_without_its_currency_is_absent_so_far(void)
{
    check_reads("price", "1234.50", "");
    check_reads("price_currency", "USD", "");
    check_refuses("price", "-3", TW_RANGE, "\"-3\" is below zero; 0 or more is allowed");
    check_refuses("price_currency", "XYZ", TW_FORMAT,
                  "\"XYZ\" is no currency of ISO 4217; three letters such as USD are");
}

static void amount_and_currency_come_in_either_order(void)
{
    for (int order = 0; order < 2; order++) {
        struct tw_item item;
        tw_item_init(&item);
        for (int i = 0; i < 2; i++) {
            bool amount = i == order;
            CHECK(tw_element_set(amount ? TW_ELEMENT_PRICE : TW_ELEMENT_PRICE_CURRENCY,
                                 amount ? TW_STR("1234.5") : TW_STR("usd"), NULL, &item, NULL) == TW_OK);
        }
        CHECK(item.price.minor == 123450 && strcmp(item.price.cur, "USD") == 0);
    }
}

static void containers_are_a_list(void)
{
    check_reads("container_id", "MSCU1234567", "MSCU1234567");
    check_reads("container_id", " MSCU1234567; TGHU7654321;;", "MSCU1234567;TGHU7654321");
    check_reads("item.container_id", ";;", "");
}

static void words_come_from_their_vocabulary(void)
{
    struct tw_movement m;
    struct tw_fault fault = {0};
    tw_level_init(TW_LEVEL_MOVEMENT, &m);
    CHECK(tw_element_set(TW_ELEMENT_MOVEMENT__EVENT, TW_STR("gate_out"), NULL, &m, NULL) == TW_OK);
    CHECK(m.event == TW_EVENT_GATE_OUT);
    CHECK(tw_element_set(TW_ELEMENT_MOVEMENT__EVENT, TW_STR("vanished"), NULL, &m, &fault) == TW_NOTFOUND);
    CHECK(m.event == TW_EVENT_GATE_OUT && strcmp(fault.path, "movement.event") == 0);
    CHECK(strncmp(fault.note, "\"vanished\" is no movement event; allowed are arrived, ", 54) == 0);
}

static void a_mass_may_come_in_another_unit(void)
{
    struct tw_item item;
    struct tw_fault fault = {0};
    tw_item_init(&item);
    CHECK(tw_element_set_mass(TW_ELEMENT_NET_MASS_KG, TW_STR(" 1.5 "), TW_STR("TNE"), &item, NULL) == TW_OK);
    CHECK(tw_dec_cmp(item.net_mass_kg, (struct tw_dec){1500, 0, true}) == 0);
    CHECK(tw_element_set_mass(TW_ELEMENT_NET_MASS_KG, TW_STR("1"), TW_STR("LTR"), &item, &fault) == TW_ARG);
    CHECK(strcmp(fault.path, "net_mass_kg") == 0 && strstr(fault.note, "is no unit of mass") != NULL);
    CHECK(tw_element_set_mass(TW_ELEMENT_NET_MASS_KG, TW_STR("x"), TW_STR("KGM"), &item, &fault) ==
          TW_FORMAT);
    CHECK(tw_element_set_mass(TW_ELEMENT_NET_MASS_KG, TW_STR(" "), TW_STR("KGM"), &item, &fault) == TW_OK);
    CHECK(tw_dec_cmp(item.net_mass_kg, (struct tw_dec){1500, 0, true}) == 0);
}

static void a_long_name_fits_into_a_fault(void)
{
    tw_element_blame(TW_ELEMENT_PRICE, NULL);
    for (unsigned e = 0; e < TW_ELEMENT_END; e++) {
        struct tw_fault fault = {0};
        if (e == TW_ELEMENT_N) continue;
        tw_element_blame((enum tw_element)e, &fault);
        CHECK(strcmp(fault.path, tw_element_row((enum tw_element)e)->name) == 0);
    }
}

/* A random text that the type takes. */
static void random_text(struct tw_rng *rng, enum tw_type type, struct tw_buf *out)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/.,&";
    size_t n = 1 + tw_rng_below(rng, 12);
    const struct tw_vocabulary *words = tw_type_vocabulary(type);
    size_t currencies;
    const struct tw_currency *currency = tw_currency_table(&currencies);
    switch (type) {
    case TW_TYPE_HS:
        tw_buf_printf(out, "%02d", (int)(1 + tw_rng_below(rng, 99)));
        tw_buf_printf(out, "%.*s", (int[]){0, 2, 4, 5, 6, 7, 8}[tw_rng_below(rng, 7)], "13020055");
        return;
    case TW_TYPE_COUNTRY:
        for (int i = 0; i < 2; i++) tw_buf_char(out, letters[tw_rng_below(rng, 52)]);
        return;
    case TW_TYPE_UNIT:
        for (int i = 0; i < 3; i++) tw_buf_char(out, letters[tw_rng_below(rng, 62)]);
        return;
    case TW_TYPE_TIME:
        tw_buf_time(out, (int64_t)tw_rng_below(rng, 4000000000) - 1000000000);
        return;
    case TW_TYPE_COUNT:
        tw_buf_u64(out, tw_rng_u64(rng) >> (1 + tw_rng_below(rng, 63)));
        return;
    case TW_TYPE_NUMBER:
        tw_buf_u64(out, 1 + tw_rng_below(rng, UINT32_MAX));
        return;
    case TW_TYPE_SIGNED:
    case TW_TYPE_DEC:
    case TW_TYPE_MASS:
    case TW_TYPE_AMOUNT:
        if (type == TW_TYPE_SIGNED && tw_rng_below(rng, 2) == 0) tw_buf_char(out, '-');
        tw_buf_dec(out, (int64_t)(tw_rng_u64(rng) >> (20 + tw_rng_below(rng, 44))),
                   (unsigned)tw_rng_below(rng, 10));
        return;
    case TW_TYPE_CURRENCY:
        tw_buf_text(out, currency[tw_rng_below(rng, currencies)].code);
        return;
    case TW_TYPE_CONTAINERS:
        for (size_t i = 0; i < n; i++)
            tw_buf_printf(out, "%sABCU%d", i > 0 ? ";" : "", (int)tw_rng_below(rng, 999));
        return;
    default:
        if (words != NULL)
            tw_buf_text(out, words->at[tw_rng_below(rng, words->n)].code);
        else
            for (size_t i = 0; i < n; i++) tw_buf_char(out, letters[tw_rng_below(rng, sizeof letters - 1)]);
    }
}

/* Sets every element of a level to something random; texts go into `arena`. */
static void set_all(struct tw_rng *rng, enum tw_level level, struct tw_arena *arena, void *object)
{
    TW_SCOPED_BUF text = {0};
    tw_level_init(level, object);
    for (unsigned e = 0; e < TW_ELEMENT_END; e++) {
        struct tw_str kept;
        if (e == TW_ELEMENT_N || tw_element_row((enum tw_element)e)->level != level) continue;
        tw_buf_clear(&text);
        random_text(rng, tw_element_row((enum tw_element)e)->type, &text);
        CHECK(tw_str_dup(arena, tw_buf_view(&text), &kept) == TW_OK);
        CHECK(tw_element_set((enum tw_element)e, kept, arena, object, NULL) == TW_OK);
    }
}

static void what_is_printed_is_read_back_equal(void)
{
    const char *given = getenv("TIDEWAITER_SEED");
    int64_t seed = 20261123;
    if (given != NULL) CHECK(tw_str_i64(tw_str_from(given), &seed) == TW_OK);
    printf("# TIDEWAITER_SEED=%lld\n", (long long)seed);
    struct tw_rng rng = tw_rng_new((uint64_t)seed, "element");
    TW_SCOPED(tw_arena) *arena = new_arena();
    TW_SCOPED_BUF one = {0}, two = {0};
    int compared = 0;
    for (int round = 0; round < 200; round++)
        for (int l = 0; l < TW_LEVEL_N; l++) {
            enum tw_level level = (enum tw_level)l;
            tw_arena_reset(arena);
            void *a = tw_arena_alloc(arena, tw_level_size(level)),
                 *b = tw_arena_alloc(arena, tw_level_size(level));
            CHECK(a != NULL && b != NULL);
            set_all(&rng, level, arena, a);
            tw_level_init(level, b);
            for (unsigned e = 0; e < TW_ELEMENT_END; e++) {
                struct tw_str kept;
                if (e == TW_ELEMENT_N || tw_element_row((enum tw_element)e)->level != level) continue;
                tw_buf_clear(&one);
                tw_element_print((enum tw_element)e, a, &one);
                CHECK(one.n > 0);
                CHECK(tw_str_dup(arena, tw_buf_view(&one), &kept) == TW_OK);
                CHECK(tw_element_set((enum tw_element)e, kept, arena, b, NULL) == TW_OK);
            }
            for (unsigned e = 0; e < TW_ELEMENT_END; e++) { /* after both halves of each money */
                if (e == TW_ELEMENT_N || tw_element_row((enum tw_element)e)->level != level) continue;
                tw_buf_clear(&one);
                tw_buf_clear(&two);
                tw_element_print((enum tw_element)e, a, &one);
                tw_element_print((enum tw_element)e, b, &two);
                CHECK(tw_str_eq(tw_buf_view(&one), tw_buf_view(&two)));
                compared++;
            }
        }
    CHECK(compared == 200 * (TW_ELEMENT_END - 1));
}

static tw_err set_what_needs_memory(void)
{
    static const struct {
        enum tw_element e;
        const char *text;
    } cases[] = {{TW_ELEMENT_HS, "0808.10"}, {TW_ELEMENT_ORIGIN, "no"}, {TW_ELEMENT_QUANTITY_UNIT, "kgm"}};
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_TRY(tw_arena_new(1 << 20, &arena));
    for (size_t i = 0; i < 3; i++) {
        struct tw_item item, before;
        tw_item_init(&item);
        before = item;
        tw_err err = tw_element_set(cases[i].e, tw_str_from(cases[i].text), arena, &item, NULL);
        if (err != TW_OK) CHECK(memcmp(&item, &before, sizeof item) == 0);
        TW_TRY(err);
    }
    struct tw_decl decl;
    tw_decl_init(&decl);
    tw_err err = tw_element_set(TW_ELEMENT_CONTAINER_ID, TW_STR("A;B"), arena, &decl, NULL);
    CHECK(err == TW_OK || decl.containers.n == 0);
    return err;
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(set_what_needs_memory) >= 2);
}

static void says_so_when_the_arena_is_full(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(0, &arena) == TW_OK);
    static const struct {
        enum tw_element e;
        const char *text;
    } cases[] = {{TW_ELEMENT_HS, "0808.10"},
                 {TW_ELEMENT_ORIGIN, "no"},
                 {TW_ELEMENT_QUANTITY_UNIT, "kgm"},
                 {TW_ELEMENT_ITEM_CONTAINER_ID, "A"}};
    for (size_t i = 0; i < 4; i++) {
        struct tw_item item, before;
        struct tw_fault fault = {0};
        tw_item_init(&item);
        before = item;
        CHECK(tw_element_set(cases[i].e, tw_str_from(cases[i].text), arena, &item, &fault) == TW_NOMEM);
        CHECK(memcmp(&item, &before, sizeof item) == 0);
        CHECK(strcmp(fault.path, tw_element_row(cases[i].e)->name) == 0);
        CHECK(strcmp(fault.note, "no room left for this declaration") == 0);
    }
}

int main(void)
{
    RUN(texts_and_codes_are_kept_as_given);
    RUN(commodity_codes_are_digits);
    RUN(countries_are_two_letters);
    RUN(times_are_days_of_the_calendar);
    RUN(counts_are_whole_numbers);
    RUN(quantities_keep_their_decimals);
    RUN(an_amount_without_its_currency_is_absent_so_far);
    RUN(amount_and_currency_come_in_either_order);
    RUN(containers_are_a_list);
    RUN(words_come_from_their_vocabulary);
    RUN(a_mass_may_come_in_another_unit);
    RUN(a_long_name_fits_into_a_fault);
    RUN(what_is_printed_is_read_back_equal);
    RUN(survives_every_failed_allocation);
    RUN(says_so_when_the_arena_is_full);
    return DONE();
}
