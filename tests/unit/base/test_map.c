/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include <stdio.h>

#include "base/hash.h"
#include "fault.h"

enum { KEYS = 20000 };

static struct tw_str name_of(uint32_t i, char text[16])
{
    const int n = snprintf(text, 16, "key%u", i);
    return (struct tw_str){text, (size_t)n};
}

static void texts_are_numbered_by_first_appearance(void)
{
    TW_SCOPED(tw_intern) *m = NULL;
    CHECK(tw_intern_new(&m) == TW_OK);
    char text[16];
    uint32_t at;
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t i = 0; i < KEYS; i++)
            CHECK(tw_intern_put(m, name_of(i, text), &at) == TW_OK && at == i);
    CHECK(tw_intern_n(m) == KEYS && tw_intern_find(m, TW_STR("other")) == TW_MAP_NONE);
    for (uint32_t i = 0; i < KEYS; i += 97) {
        const struct tw_str key = name_of(i, text);
        CHECK(tw_intern_find(m, key) == i && tw_str_eq(tw_intern_text(m, i), key));
    }
    CHECK(tw_intern_put(m, TW_STR(""), &at) == TW_OK && at == KEYS && tw_intern_find(m, TW_STR("")) == KEYS);
}

static void numbers_too(void)
{
    TW_SCOPED(tw_map64) *m = NULL;
    CHECK(tw_map64_new(&m) == TW_OK);
    uint32_t at;
    for (uint32_t round = 0; round < 2; round++)
        for (uint64_t i = 0; i < KEYS; i++) CHECK(tw_map64_put(m, tw_mix64(i), &at) == TW_OK && at == i);
    CHECK(tw_map64_n(m) == KEYS && tw_map64_find(m, tw_mix64(KEYS)) == TW_MAP_NONE);
    for (uint64_t i = 0; i < KEYS; i++) CHECK(tw_map64_find(m, tw_mix64(i)) == i);
    CHECK(tw_map64_put(m, 0, &at) == TW_OK && tw_map64_find(m, 0) == at); /* no key is special */
    CHECK(tw_map64_put(m, UINT64_MAX, &at) == TW_OK && tw_map64_find(m, UINT64_MAX) == at);
}

static tw_err fill(void)
{
    TW_SCOPED(tw_intern) *m = NULL;
    TW_SCOPED(tw_map64) *n = NULL;
    TW_TRY(tw_intern_new(&m));
    TW_TRY(tw_map64_new(&n));
    char text[16];
    for (uint32_t i = 0; i < 500; i++) {
        uint32_t at = 7;
        tw_err err = tw_intern_put(m, name_of(i, text), &at);
        if (err == TW_OK) err = tw_map64_put(n, tw_mix64(i), &at);
        if (err != TW_OK) { /* what was there still is */
            for (uint32_t k = 0; k < i; k++) CHECK(tw_intern_find(m, name_of(k, text)) == k);
            return err;
        }
    }
    return TW_OK;
}

static void a_failed_put_leaves_the_table_whole(void)
{
    CHECK(fault_each_allocation(fill) > 4);
}

int main(void)
{
    RUN(texts_are_numbered_by_first_appearance);
    RUN(numbers_too);
    RUN(a_failed_put_leaves_the_table_whole);
    return DONE();
}
