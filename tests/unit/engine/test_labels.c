/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/labels_priv.h"

#include "fault.h"

enum { ITEMS = 3 };

static struct tw_item item[ITEMS] = {{.number = 1}, {.number = 2}, {.number = 7}};
static const struct tw_finding *got[ITEMS];

static struct tw_finding finding(const char *id, uint32_t number, enum tw_result result)
{
    return (struct tw_finding){.declaration_id = tw_str_from(id), .item = number, .result = result};
}

static void meet(struct labels *l, const char *id, const struct tw_finding *rows, size_t n)
{
    struct tw_decl d = {.id = tw_str_from(id)};
    d.items.at = item;
    d.items.n = ITEMS;
    const struct tw_reading r = {.decl = &d, .finding = rows, .finding_n = n};
    for (int i = 0; i < ITEMS; i++) got[i] = rows; /* whatever stood there goes */
    labels_meet(l, &r, got);
}

static void each_item_meets_its_own_finding(void)
{
    const struct tw_finding list[] = {finding("A", 1, TW_RESULT_VALUE), finding("B", 7, TW_RESULT_ORIGIN),
                                      finding("A", 2, TW_RESULT_CONFORM)};
    TW_SCOPED(labels) *l = NULL;
    CHECK(labels_new((struct tw_finding_list){list, 3}, &l) == TW_OK);
    meet(l, "A", NULL, 0);
    CHECK(got[0] == &list[0] && got[1] == &list[2] && got[2] == NULL);
    meet(l, "C", NULL, 0);
    CHECK(got[0] == NULL && got[1] == NULL && got[2] == NULL);
    struct labels_count c = labels_count(l);
    CHECK(c.read == 3 && c.unmatched == 1 && c.superseded == 0);
    meet(l, "B", NULL, 0);
    CHECK(got[0] == NULL && got[2] == &list[1] && labels_count(l).unmatched == 0);
}

static void a_finding_on_the_whole_declaration_is_on_every_item(void)
{
    const struct tw_finding list[] = {finding("A", 0, TW_RESULT_CONFORM), finding("A", 2, TW_RESULT_VALUE)};
    TW_SCOPED(labels) *l = NULL;
    CHECK(labels_new((struct tw_finding_list){list, 2}, &l) == TW_OK);
    meet(l, "A", NULL, 0);
    CHECK(got[0] == &list[0] && got[1] == &list[1] && got[2] == &list[0]);
    CHECK(labels_count(l).superseded == 1 && labels_count(l).unmatched == 0);
}

static void a_finding_on_an_item_that_is_not_there_is_unmatched(void)
{
    const struct tw_finding list[] = {finding("A", 3, TW_RESULT_VALUE)};
    TW_SCOPED(labels) *l = NULL;
    CHECK(labels_new((struct tw_finding_list){list, 1}, &l) == TW_OK);
    meet(l, "A", NULL, 0);
    CHECK(got[0] == NULL && got[1] == NULL && got[2] == NULL && labels_count(l).unmatched == 1);
}

static void findings_in_rows_count_and_the_file_has_the_last_word(void)
{
    const struct tw_finding list[] = {finding("A", 2, TW_RESULT_VALUE)};
    const struct tw_finding rows[] = {finding("A", 1, TW_RESULT_CONFORM), finding("A", 2, TW_RESULT_CONFORM)};
    TW_SCOPED(labels) *l = NULL;
    CHECK(labels_new((struct tw_finding_list){list, 1}, &l) == TW_OK);
    meet(l, "A", rows, 2);
    CHECK(got[0] == &rows[0] && got[1] == &list[0] && got[2] == NULL);
    const struct labels_count c = labels_count(l);
    CHECK(c.read == 3 && c.unmatched == 0 && c.superseded == 1);
    TW_SCOPED(labels) *none = NULL;
    CHECK(labels_new((struct tw_finding_list){NULL, 0}, &none) == TW_OK);
    meet(none, "A", rows, 1);
    CHECK(got[0] == &rows[0] && got[1] == NULL && labels_count(none).read == 1);
}

static tw_err work(void)
{
    const struct tw_finding list[] = {finding("A", 1, TW_RESULT_VALUE), finding("B", 1, TW_RESULT_VALUE)};
    struct labels *l = NULL;
    const tw_err err = labels_new((struct tw_finding_list){list, 2}, &l);
    CHECK((err == TW_OK) == (l != NULL));
    labels_free(l);
    return err;
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(work) > 4);
}

int main(void)
{
    RUN(each_item_meets_its_own_finding);
    RUN(a_finding_on_the_whole_declaration_is_on_every_item);
    RUN(a_finding_on_an_item_that_is_not_there_is_unmatched);
    RUN(findings_in_rows_count_and_the_file_has_the_last_word);
    RUN(survives_every_failed_allocation);
    return DONE();
}
