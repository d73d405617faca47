/* SPDX-License-Identifier: Apache-2.0 */
/* message/json_full.h -- objects for tests, with something in every member. */
#ifndef TW_TESTS_JSON_FULL_H
#define TW_TESTS_JSON_FULL_H

#include "check.h"
#include "decl/element.h"

/* Fills an object with something in every member, and two objects in every list. */
static inline void json_fill(enum tw_level level, struct tw_arena *arena, char *object)
{
    static const char *const of[TW_TYPE_N] = {[TW_TYPE_TEXT] = "a \"text\"\twith\\ \xc3\xa9",
                                              [TW_TYPE_CODE] = "007",
                                              [TW_TYPE_HS] = "08081080",
                                              [TW_TYPE_COUNTRY] = "NO",
                                              [TW_TYPE_TIME] = "2026-11-23T05:57:00Z",
                                              [TW_TYPE_COUNT] = "3",
                                              [TW_TYPE_NUMBER] = "4294967295",
                                              [TW_TYPE_DEC] = "1.500",
                                              [TW_TYPE_MASS] = "0.000000001",
                                              [TW_TYPE_AMOUNT] = "90071992547409.93",
                                              [TW_TYPE_SIGNED] = "-1.00",
                                              [TW_TYPE_CURRENCY] = "GBP",
                                              [TW_TYPE_UNIT] = "KGM",
                                              [TW_TYPE_NOTICE] = "DMSTAX"};
    size_t n;
    const struct tw_list_row *lists = tw_list_rows(level, &n);
    tw_level_init(level, object);
    for (int e = 0; e < TW_ELEMENT_END; e++) {
        if (e == TW_ELEMENT_N || tw_element_row((enum tw_element)e)->level != level) continue;
        const char *text = of[tw_element_row((enum tw_element)e)->type];
        if (text != NULL)
            CHECK(tw_element_set((enum tw_element)e, tw_str_from(text), arena, object, NULL) == TW_OK);
    }
    for (size_t i = 0; i < n; i++) {
        const size_t size = tw_level_size(lists[i].level);
        struct tw_list list = {tw_arena_array(arena, 2, size), 2};
        CHECK(list.at != NULL);
        for (size_t k = 0; k < 2; k++) json_fill(lists[i].level, arena, (char *)list.at + k * size);
        tw_list_set(&lists[i], object, list);
    }
}

#endif
