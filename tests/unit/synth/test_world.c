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
        {"code: HB01", "code: ,B01"},     {"code: CN", "code: c"},
        {"origin: ", "orgin: "},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct tw_fault fault = {0};
        tw_err err = read_world(bad[i].find, bad[i].put, &fault);
        CHECK((err == TW_FORMAT || err == TW_RANGE) && fault.note[0] != '\0');
    }
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
    RUN(varies_every_range_within_its_ends_and_only_when_asked);
    return DONE();
}
