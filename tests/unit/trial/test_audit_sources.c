/* SPDX-License-Identifier: Apache-2.0 */
#include "examine.h"

static void what_the_file_has_besides_is_looked_at(void)
{
    struct border b;
    border_open(&b, 2000, 3, LEAK_SOME);
    TW_SCOPED(tw_trial_audit) *a = examine(&b);
    const struct tw_trial_alone *c = column_named(a, "Code 7");
    CHECK(!c->mapped && !c->number && c->values == 3 && !c->entity && c->missing == 0);
    CHECK(c->sure > 0 && c->sure == c->sure_found);
    border_close(&b);
    /* Numbers with many values become numbers; codes with leading zeros do not. */
    border_open(&b, 2000, 3, NAMED_LIKE_RESULT);
    for (size_t i = 0; i < b.data->n; i += 4) b.data->decl[i]->items.at[0].extra.n = 0;
    TW_SCOPED(tw_trial_audit) *n = examine(&b);
    c = column_named(n, "adjusted_value");
    CHECK(c->number && c->values == 97 && c->missing > 0.15 && c->missing < 0.25);
    border_close(&b);
    border_open(&b, 500, 3, NAMED_LIKE_RESULT);
    b.data->decl[7]->items.at[0].extra.at[0].value = TW_STR("007");
    TW_SCOPED(tw_trial_audit) *z = examine(&b);
    CHECK(!column_named(z, "adjusted_value")->number);
    border_close(&b);
}

static void further_columns_than_there_is_room_for_are_passed_over(void)
{
    struct border b;
    border_open(&b, 200, 4, 0);
    for (size_t i = 0; i < b.data->n; i++) {
        struct tw_item *item = &b.data->decl[i]->items.at[0];
        item->extra.at = tw_arena_array(b.arena, 2, sizeof *item->extra.at);
        CHECK(item->extra.at != NULL);
        item->extra.n = 2;
        item->extra.at[0] = (struct tw_extra){.path = border_text(&b, "x", 1, i % 100), .value = TW_STR("1")};
        item->extra.at[1] = (struct tw_extra){.path = item->extra.at[0].path, .value = TW_STR("again")};
    }
    TW_SCOPED(tw_trial_audit) *a = examine(&b);
    size_t extras = 0;
    for (size_t i = 0; i < a->columns; i++) {
        extras += !a->column[i].mapped;
        CHECK(a->column[i].mapped || a->column[i].values == 1); /* of a name that comes twice, the first */
    }
    CHECK(extras == 64);
    border_close(&b);
}

int main(void)
{
    RUN(what_the_file_has_besides_is_looked_at);
    RUN(further_columns_than_there_is_room_for_are_passed_over);
    return DONE();
}
