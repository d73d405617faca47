/* SPDX-License-Identifier: Apache-2.0 */
#include "country.h"

static tw_err read_world(const char *find, const char *put, struct tw_fault *fault)
{
    static char text[64 * 1024];
    struct tw_str cove = tw_embed_find(tw_worlds, TW_STR("cove"));
    memcpy(text, cove.s, cove.n);
    text[cove.n] = '\0';
    char *at = strstr(text, find);
    CHECK(at != NULL && strlen(put) <= strlen(find));
    memset(at, ' ', strlen(find));
    memcpy(at, put, strlen(put));
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_world world;
    CHECK(tw_arena_new(16 << 20, &arena) == TW_OK);
    return tw_world_new((struct tw_str){text, cove.n}, 0, arena, &world, fault);
}

static void reads_both_built_in_worlds_and_the_goods(void)
{
    struct country c;
    country_open(&c, "harbor", 1, 0, 100);
    CHECK(c.goods.n >= 300 && c.world.countries.n >= 40 && c.world.offices.n >= 10);
    CHECK(c.world.mechanism[TW_MECHANISM_CONSOLIDATOR].onset.is > 0.7);
    size_t cheaper = 0;
    for (size_t i = 0; i < c.goods.n; i++) {
        for (size_t k = 0; k < c.goods.at[i].cheaper_n; k++)
            CHECK(c.goods.at[c.goods.at[i].cheaper[k]].duty_percent <= c.goods.at[i].duty_percent - 3);
        cheaper += c.goods.at[i].cheaper_n > 0;
    }
    CHECK(cheaper > 100);
    country_close(&c);
    country_open(&c, "cove", 1, 0, 100);
    CHECK(tw_str_is(c.world.name, "cove"));
    country_close(&c);
}

static void names_line_and_key_of_what_is_wrong(void)
{
    static const struct {
        const char *find, *put;
    } bad[] = {
        {"growth: 0.08", "grwth: 0.08"},  {"declarants: 40", "declarants: 4x"},
        {"miss: 0.16", "miss: 1.6"},      {"de_minimis: 150", "#"},
        {"currency: XTS", "currency: X"}, {"chapters: [25, 97]", "chapters: [25]"},
        {"hub: true", "hub: yes"},        {"currency: CNY", "currency: CNU"},
        {"code: HB01", "code: hb01"},     {"code: CN", "code: c"},
        {"{origin: CN,", "{origin: cn,"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct tw_fault fault = {0};
        tw_err err = read_world(bad[i].find, bad[i].put, &fault);
        CHECK((err == TW_FORMAT || err == TW_RANGE) && fault.note[0] != '\0');
    }
}

/* Cove with every `find` blotted out, and with it the rest of its line where `lines`. */
static tw_err read_without(const char *find, size_t keep, bool lines, struct tw_fault *fault)
{
    static char text[64 * 1024];
    struct tw_str cove = tw_embed_find(tw_worlds, TW_STR("cove"));
    memcpy(text, cove.s, cove.n);
    text[cove.n] = '\0';
    size_t met = 0;
    for (char *at = strstr(text, find); at != NULL; at = strstr(at, find)) {
        const size_t n = lines ? strcspn(at, "\n") : strlen(find);
        if (met++ < keep)
            at += n;
        else
            memset(at, ' ', n);
    }
    CHECK(met > keep);
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_world world;
    CHECK(tw_arena_new(16 << 20, &arena) == TW_OK);
    return tw_world_new((struct tw_str){text, cove.n}, 0, arena, &world, fault);
}

static void asks_for_what_every_world_needs(void)
{
    struct tw_fault fault = {0};
    CHECK(read_without("  - {code: ", 1, true, &fault) != TW_OK);
    CHECK(read_without(", hub: true", 0, false, &fault) == TW_FORMAT && strstr(fault.note, "hub") != NULL);
    CHECK(read_without(", agreement: true", 0, false, &fault) == TW_FORMAT);
    CHECK(read_without(", parcels: true", 0, false, &fault) == TW_FORMAT);
    CHECK(read_without("  - {code: HB", 0, true, &fault) != TW_OK);
}

static bool no_goods(const char *rows, tw_err code, uint32_t line)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED_BUF text = {0};
    struct tw_world_goods_list list = {.n = 42};
    struct tw_fault fault = {0};
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    tw_buf_text(
        &text,
        "hs,description,unit,kg_per_unit,usd_per_kg,sigma,duty_percent,season,peak_month,weight,flags\n");
    tw_buf_text(&text, rows);
    return tw_world_goods_new(tw_buf_view(&text), arena, &list, &fault) == code && list.n == 42 &&
           fault.line == line && fault.note[0] != '\0';
}

static void refuses_goods_that_are_none_with_their_line(void)
{
#define GOOD "851712,phones,NAR,0.2,100,0.5,5,0.1,12,3,brand\n"
    CHECK(no_goods("", TW_FORMAT, 0) && no_goods("\n\n", TW_FORMAT, 0));
    CHECK(no_goods(GOOD "851712,phones,NAR,0.2,100,0.5,5,0.1,12\n", TW_FORMAT, 3));
    CHECK(no_goods(GOOD "851712,phones,NAR,0.2,100,0.5,5,0.1,12,3,brand,more\n", TW_FORMAT, 3));
    CHECK(no_goods("8517121,phones,NAR,0.2,100,0.5,5,0.1,12,3,\n" GOOD, TW_FORMAT, 2));
    CHECK(no_goods("85171x,phones,NAR,0.2,100,0.5,5,0.1,12,3,\n" GOOD, TW_FORMAT, 2));
    CHECK(no_goods("851712,phones,NAR,heavy,100,0.5,5,0.1,12,3,\n" GOOD, TW_FORMAT, 2));
    CHECK(no_goods("851712,phones,NAR,0.2,100,0.5,5,0.1,13,3,\n" GOOD, TW_FORMAT, 2));
    CHECK(no_goods("851712,phones,NAR,0.2,100,0.5,5,0.1,0,3,\n" GOOD, TW_FORMAT, 2));
    CHECK(no_goods("851712,phones,NAR,0,100,0.5,5,0.1,1,3,\n" GOOD, TW_FORMAT, 2));
    CHECK(no_goods("851712,phones,NAR,0.2,100,0.5,-5,0.1,1,3,\n" GOOD, TW_FORMAT, 2));
    CHECK(no_goods("851712,phones,NAR,0.2,100,0.5,5,0.1,1,0,\n" GOOD, TW_FORMAT, 2));
#undef GOOD
}

static void varies_every_range_within_its_ends_and_only_when_asked(void)
{
    struct country plain, a, b;
    country_open(&plain, "harbor", 1, 0, 100);
    country_open(&a, "harbor", 1, 7, 100);
    country_open(&b, "harbor", 1, 7, 100);
    int moved = 0;
    for (int m = 1; m < TW_MECHANISM_N; m++) {
        const struct tw_world_draw *r = &a.world.mechanism[m].rate;
        CHECK(r->is >= r->from && r->is <= r->to && r->is == b.world.mechanism[m].rate.is);
        moved += r->is != plain.world.mechanism[m].rate.is;
    }
    CHECK(moved >= TW_MECHANISM_N - 2);
    country_close(&plain);
    country_close(&a);
    country_close(&b);
}

int main(void)
{
    RUN(reads_both_built_in_worlds_and_the_goods);
    RUN(names_line_and_key_of_what_is_wrong);
    RUN(asks_for_what_every_world_needs);
    RUN(refuses_goods_that_are_none_with_their_line);
    RUN(varies_every_range_within_its_ends_and_only_when_asked);
    return DONE();
}
