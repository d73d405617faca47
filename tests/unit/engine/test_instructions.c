/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/instructions.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/date.h"
#include "check.h"
#include "fault.h"

static char dir[] = "/tmp/tidewaiter-instructions-XXXXXX", selected[80], cancelled[80];
static const struct tw_map map;
static const struct tw_input_options options = {.map = &map};

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    CHECK(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

static int64_t at(int day, int hour)
{
    return (int64_t)tw_day_from_civil(2026, 1, day) * 86400 + hour * 3600;
}

static struct tw_instructions *read_both(void)
{
    struct tw_instructions *t = NULL;
    struct tw_fault fault = {0};
    write_file(selected,
               "declaration_id,channel,officer,reason,at\nD1,blue,kim,a,2026-01-03\nD1,red,kim,b,2026-01-05\n"
               "D2,yellow,kim,c,2026-01-01\nD1,yellow,kim,d,2026-01-02\nD1,red,kim,e,2026-01-05\n");
    write_file(cancelled, "declaration_id,at\nD2,2026-01-04\nD9,2026-01-02\nD1,2026-01-03\n");
    CHECK(tw_instructions_read(selected, cancelled, &options, &t, &fault) == TW_OK);
    return t;
}

/* What was said by then, the strictest of it, the first of as strict ones. */
static void knows_what_officers_had_said(void)
{
    struct tw_instructions *t = read_both();
    const struct {
        const char *id;
        int64_t at;
        const char *reason;
    } row[] = {{"D1", at(1, 0), NULL}, {"D1", at(2, 0), "d"},  {"D1", at(4, 0), "d"},   {"D1", at(5, 0), "b"},
               {"D2", at(1, 0), "c"},  {"D3", at(9, 0), NULL}, {"D1", TW_NO_TIME, NULL}};
    CHECK(tw_instructions_count(t).late == 5);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        const struct tw_instruction *s = tw_instructions_selected(t, tw_str_from(row[i].id), row[i].at);
        CHECK((s == NULL) == (row[i].reason == NULL));
        if (s != NULL) CHECK(tw_str_is(s->reason, row[i].reason));
    }
    CHECK(tw_instructions_count(t).selected == 4 && tw_instructions_count(t).late == 3);
    tw_instructions_free(t);
    tw_instructions_free(NULL);
}

static void tells_each_cancellation_once_when_its_time_comes(void)
{
    struct tw_instructions *t = read_both();
    struct tw_goods *g = NULL;
    const struct tw_decl one = {.id = TW_STR("D1"), .bill_of_lading = TW_STR("BL01")},
                         two = {.id = TW_STR("D2"), .bill_of_lading = TW_STR("BL02")},
                         first = {.id = TW_STR("D3"), .bill_of_lading = TW_STR("BL01")},
                         second = {.id = TW_STR("D4"), .bill_of_lading = TW_STR("BL02")};
    struct tw_goods_before before;
    bool found;
    const int32_t day = tw_day_from_civil(2026, 1, 1);
    CHECK(tw_goods_new(&(struct tw_goods_limits){30, 10, 10}, &g) == TW_OK);
    CHECK(tw_goods_put(g, &two, day, 2, day, TW_CHANNEL_RED) == TW_OK);
    CHECK(tw_instructions_cancel(t, at(3, 0), g) ==
          TW_OK); /* D1 in the second it is decided in: not known yet */
    CHECK(tw_instructions_count(t).cancelled == 2 && tw_instructions_count(t).unknown == 2);
    CHECK(tw_goods_put(g, &one, day, 1, day, TW_CHANNEL_RED) == TW_OK);
    CHECK(tw_instructions_decided(t, one.id, g) == TW_OK && tw_instructions_decided(t, one.id, g) == TW_OK);
    CHECK(tw_instructions_decided(t, first.id, g) == TW_OK &&
          tw_instructions_decided(t, TW_STR("D9"), g) == TW_OK);
    CHECK(tw_goods_find(g, &first, day, &before, &found) == TW_OK && found &&
          tw_str_is(before.shared.of, "D1"));
    CHECK(tw_goods_find(g, &second, day, &before, &found) == TW_OK && !found);
    CHECK(tw_instructions_cancel(t, at(4, 1), g) == TW_OK &&
          tw_instructions_cancel(t, INT64_MAX, g) == TW_OK);
    CHECK(tw_goods_find(g, &second, day, &before, &found) == TW_OK && found &&
          tw_str_is(before.shared.of, "D2"));
    CHECK(tw_instructions_count(t).cancelled == 3 && tw_instructions_count(t).unknown == 1);
    tw_instructions_free(t);
    t = read_both();
    CHECK(tw_instructions_cancel(t, INT64_MAX, NULL) == TW_OK && tw_instructions_count(t).unknown == 3);
    tw_instructions_free(t);
    tw_goods_free(g);
}

static void knows_what_was_cancelled_between_two_moments(void)
{
    struct tw_instructions *t = NULL;
    write_file(cancelled, "declaration_id,at\nD2,2026-01-04\nD9,2026-01-02\nD2,2026-01-02\n");
    CHECK(tw_instructions_read(NULL, cancelled, &options, &t, NULL) == TW_OK);
    const struct {
        const char *id;
        int64_t from, by;
        bool was;
    } row[] = {{"D2", at(1, 0), at(9, 0), true},    {"D2", at(2, 0), at(2, 0), true},
               {"D2", at(2, 1), at(3, 23), false},  {"D2", at(3, 0), at(4, 0), true},
               {"D2", at(4, 1), INT64_MAX, false},  {"D9", INT64_MIN, at(1, 23), false},
               {"D9", INT64_MIN, INT64_MAX, true},  {"D1", INT64_MIN, INT64_MAX, false},
               {"D3", INT64_MIN, INT64_MAX, false}, {"DA", INT64_MIN, INT64_MAX, false}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        CHECK(tw_instructions_cancelled(t, tw_str_from(row[i].id), row[i].from, row[i].by) == row[i].was);
    tw_instructions_free(t);
}

static void names_the_file_at_fault(void)
{
    const char *file = NULL;
    struct tw_instructions *t = NULL;
    struct tw_fault fault = {0};
    const struct tw_input_options told = {.map = &map, .file = &file};
    write_file(cancelled, "declaration_id,at\nD2,soon\n");
    CHECK(tw_instructions_read(NULL, cancelled, &told, &t, &fault) == TW_FORMAT && t == NULL);
    CHECK(file == cancelled && fault.line == 2 && strcmp(fault.path, "at") == 0);
    CHECK(tw_instructions_read("none.csv", NULL, &told, &t, &fault) == TW_NOTFOUND);
    CHECK(tw_instructions_read(NULL, NULL, &told, &t, &fault) == TW_OK);
    CHECK(tw_instructions_selected(t, TW_STR("D1"), 0) == NULL);
    CHECK(tw_instructions_cancel(t, INT64_MAX, NULL) == TW_OK);
    tw_instructions_free(t);
}

static tw_err read_again(void)
{
    struct tw_instructions *t = NULL;
    const tw_err err = tw_instructions_read(selected, cancelled, &options, &t, NULL);
    tw_instructions_free(t);
    return err;
}

static void survives_every_failed_allocation(void)
{
    tw_instructions_free(read_both());
    CHECK(fault_each_allocation(read_again) > 10);
}

int main(void)
{
    CHECK(mkdtemp(dir) != NULL);
    snprintf(selected, sizeof selected, "%s/selected.csv", dir);
    snprintf(cancelled, sizeof cancelled, "%s/cancelled.csv", dir);
    RUN(knows_what_officers_had_said);
    RUN(tells_each_cancellation_once_when_its_time_comes);
    RUN(knows_what_was_cancelled_between_two_moments);
    RUN(names_the_file_at_fault);
    RUN(survives_every_failed_allocation);
    remove(selected);
    remove(cancelled);
    remove(dir);
    return DONE();
}
