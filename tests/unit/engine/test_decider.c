/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/decider.h"

#include "engine/state_dir.h"
#include "fault.h"

enum { ALL = 900, SLOTS = 320 };

static struct tw_arena *maps;
static struct tw_map canonical;
static struct tw_run_options how;

static struct left {
    int begun, left;
    uint64_t declarations;
} left;

static tw_err begin(void *to, struct tw_state *ret, struct tw_fault *fault)
{
    (void)ret;
    (void)fault;
    ((struct left *)to)->begun++;
    return TW_NOTFOUND;
}

static tw_err leave(void *to, struct tw_state *s, struct tw_fault *fault)
{
    struct left *l = to;
    (void)fault;
    l->left++;
    l->declarations = s->declarations;
    return TW_OK;
}

static struct tw_decider *decider(size_t slots)
{
    struct tw_decider *d = NULL;
    const struct tw_decider_options o = {&how, slots, false, false, NULL, &left, begin, leave};
    left = (struct left){0};
    CHECK(tw_decider_new(&o, &d, NULL) == TW_OK);
    return d;
}

/* The i-th: twenty a day, some at a third of the usual price. */
static void fill(struct tw_decider *d, size_t slot, int i)
{
    struct tw_decider_job *j = tw_decider_slot(d, slot);
    TW_SCOPED_BUF text = {0};
    CHECK(j != NULL);
    tw_arena_reset(j->arena);
    tw_buf_printf(
        &text,
        "{\"declaration_id\":\"%012d\",\"importer\":{\"id\":\"IM%d\"},\"items\":[{\"customs_value\":"
        "{\"amount\":\"%d.00\",\"currency\":\"XTS\"},\"hs\":\"851713\",\"item\":1,"
        "\"net_mass_kg\":\"5\",\"origin\":\"CN\"}],\"lodged_at\":\"2026-01-%02dT%02d:00:00Z\","
        "\"office\":\"HB01\"}",
        i + 1, i % 7, (900 + i * 37 % 200) / (i % 29 == 0 ? 3 : 1), 1 + i / 40, i / 2 % 20);
    CHECK(tw_str_dup(j->arena, tw_buf_view(&text), &j->kept.fields) == TW_OK);
    j->kept.role = NULL;
    j->kept.roles = 0;
    j->kept.name = NULL;
    j->said = NULL;
    j->came = (struct tw_finding_list){NULL, 0};
    j->reg = (uint64_t)i + 1;
    j->version = 1;
    j->draw = (uint64_t)i << 54;
    j->brief = i >= 100 && i < 200;
}

/* All of them, `some` at a time; what is told is their records. */
static void decide(size_t some, struct tw_buf *out)
{
    TW_SCOPED(tw_decider) *d = decider(SLOTS);
    int put = 0, taken = 0;
    while (taken < ALL) {
        size_t n = 0;
        for (; n < some && put < ALL && tw_decider_slot(d, n) != NULL; n++) fill(d, n, put++);
        tw_decider_put(d, n);
        const size_t keep = put < ALL && some > 1 ? SLOTS / 2 : 0;
        while (tw_decider_pending(d) > keep) {
            struct tw_decider_job *j;
            CHECK(tw_decider_take(d, &j, NULL) == TW_OK);
            CHECK(j->reg == (uint64_t)++taken && j->features.n > 0 && j->told.n == 0);
            tw_buf_str(out, tw_buf_view(&j->record));
            tw_buf_str(out, tw_buf_view(&j->features));
            tw_decider_give(d);
        }
    }
    tw_decider_close(d);
    CHECK(tw_decider_end(d, NULL) == TW_OK);
    CHECK(left.begun == 1 && left.left == 1 && left.declarations == ALL);
}

static void how_many_come_at_once_changes_nothing(void)
{
    static const size_t some[] = {1, 7, SLOTS};
    TW_SCOPED_BUF first = {0};
    decide(64, &first);
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        TW_SCOPED_BUF again = {0};
        decide(some[i], &again);
        CHECK(tw_str_eq(tw_buf_view(&first), tw_buf_view(&again)));
    }
}

static void brief_ones_have_no_reasons_and_all_else(void)
{
    TW_SCOPED(tw_decider) *d = decider(SLOTS);
    for (size_t i = 0; i < 240; i++) fill(d, i, (int)i);
    tw_decider_put(d, 240);
    int told = 0;
    for (int i = 0; i < 240; i++) {
        struct tw_decider_job *j;
        CHECK(tw_decider_take(d, &j, NULL) == TW_OK);
        const struct tw_str none = TW_STR("\"reasons\":[],");
        const bool without = memmem(j->record.p, j->record.n, none.s, none.n) != NULL;
        CHECK(!j->brief || without);
        told += !without;
        tw_decider_give(d);
    }
    CHECK(told > 0); /* those whose price says something */
}

static void a_ring_has_no_more_slots_than_it_has(void)
{
    TW_SCOPED(tw_decider) *d = decider(SLOTS);
    CHECK(tw_decider_slot(d, SLOTS) == NULL && tw_decider_slot(d, SLOTS - 1) != NULL);
    fill(d, 0, 0);
    tw_decider_put(d, 1);
    CHECK(tw_decider_slot(d, SLOTS - 1) == NULL && tw_decider_pending(d) == 1);
}

static void what_ends_the_run_is_told_to_who_takes(void)
{
    TW_SCOPED(tw_decider) *d = decider(SLOTS);
    struct tw_fault fault = {0};
    struct tw_decider_job *j = tw_decider_slot(d, 1);
    fill(d, 0, 0);
    fill(d, 1, 1);
    j->kept.fields = TW_STR("{\"declaration_id\":");
    tw_decider_put(d, 2);
    tw_err err = tw_decider_take(d, &j, &fault);
    if (err == TW_OK) { /* the first was decided before the second was met */
        tw_decider_give(d);
        err = tw_decider_take(d, &j, &fault);
    }
    CHECK(err == TW_FORMAT && fault.note[0] != '\0');
    CHECK(tw_decider_end(d, &fault) == TW_FORMAT && left.left == 0);
}

static void what_is_dropped_ends(void)
{
    for (int n = 0; n < 20; n++) {
        struct tw_decider *d = decider(SLOTS);
        for (size_t i = 0; i < SLOTS; i++) fill(d, i, (int)i);
        tw_decider_put(d, (size_t)n * 16);
        tw_decider_free(d);
    }
    tw_decider_free(NULL);
}

int main(void)
{
    struct tw_str yaml;
    CHECK(tw_arena_new(1 << 20, &maps) == TW_OK);
    CHECK(tw_map_builtin(TW_STR("canonical"), &yaml, NULL) == TW_OK);
    CHECK(tw_map_parse(yaml, maps, &canonical, NULL) == TW_OK);
    how = (struct tw_run_options){.input = {.map = &canonical, .currency = "XTS"},
                                  .channels = tw_channel_defaults(),
                                  .limits = tw_profile_defaults(),
                                  .duty_mix = -1,
                                  .reasons = true};
    RUN(how_many_come_at_once_changes_nothing);
    RUN(brief_ones_have_no_reasons_and_all_else);
    RUN(a_ring_has_no_more_slots_than_it_has);
    RUN(what_ends_the_run_is_told_to_who_takes);
    RUN(what_is_dropped_ends);
    tw_arena_free(maps);
    return DONE();
}
