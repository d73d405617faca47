/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "examine.h"
#include "trial/audit_rows_priv.h"

/* A border with its columns, ready to be looked at. */
static struct audit open_audit(struct border *b, struct tw_trial_audit *a,
                               const struct tw_trial_audit_settings *set)
{
    CHECK(tw_trial_data_columns(b->data) == TW_OK);
    struct audit w = {.d = b->data, .set = set, .a = a, .split = b->data->first[b->data->train]};
    for (size_t k = 0; k < b->data->items; k++) a->labelled += b->data->item[k].inspected;
    CHECK(audit_sources(&w) == TW_OK);
    return w;
}

static void close_audit(struct audit *w)
{
    audit_sources_free(w);
    tw_free(w->a->column);
}

static uint32_t all_of(const struct audit_rows *r)
{
    return (uint32_t)((1ull << r->goods) - 1);
}

static void what_is_measured_is_dealt_within_chapters(void)
{
    struct border b;
    struct tw_trial_audit a = {.labelled = 0};
    struct tw_trial_audit_settings set = {.seed = 3};
    struct audit_rows r = {.n = 0};
    border_open(&b, 2000, 1, 0);
    struct audit w = open_audit(&b, &a, &set);
    CHECK(audit_rows_fill(&w, &r) == TW_OK && r.n == a.labelled && r.split < r.n && r.trader != NULL);
    uint8_t *dealt = calloc(r.n, 1);
    CHECK(dealt != NULL);
    size_t moved = 0;
    for (size_t i = 0; i < r.n; i++) {
        CHECK(r.chapter[r.deal[i]] == r.chapter[i] && dealt[r.deal[i]] == 0);
        dealt[r.deal[i]] = 1;
        moved += r.deal[i] != i;
    }
    CHECK(moved > r.n * 9 / 10);
    free(dealt);
    audit_rows_free(&r);
    close_audit(&w);
    border_close(&b);
}

/* Neither traders, nor constants, nor numbers given to one consignment say what the goods are. */
static void goods_columns_are_those_that_describe(void)
{
    struct border b;
    struct tw_trial_audit a = {.labelled = 0};
    struct tw_trial_audit_settings set = {.seed = 3};
    struct audit_rows r = {.n = 0};
    border_open(&b, 1000, 2, ALL_INSPECTED);
    for (size_t i = 0; i < b.data->n; i++) b.data->decl[i]->voyage = b.data->decl[i]->id;
    struct audit w = open_audit(&b, &a, &set);
    CHECK(audit_rows_fill(&w, &r) == TW_OK);
    size_t measured = 0;
    for (size_t c = 0; c < r.goods; c++) {
        struct tw_str name = a.column[r.column[c]].name;
        measured += r.measured[c];
        CHECK(!tw_str_is(name, "importer.id") && !tw_str_is(name, "tax_type") && !tw_str_is(name, "voyage"));
        CHECK(r.measured[c] == (tw_str_is(name, "net_mass_kg") || tw_str_is(name, "customs_value")));
    }
    CHECK(r.goods == 8 && measured == 2 && audit_measured_in(&r, all_of(&r)) == 2);
    audit_rows_free(&r);
    close_audit(&w);
    border_close(&b);
}

static void a_key_without_a_column_is_the_key_of_the_others(void)
{
    struct border b;
    struct tw_trial_audit a = {.labelled = 0};
    struct tw_trial_audit_settings set = {.seed = 3};
    struct audit_rows r = {.n = 0};
    border_open(&b, 1000, 3, COPIES | ALL_INSPECTED);
    struct audit w = open_audit(&b, &a, &set);
    CHECK(audit_rows_fill(&w, &r) == TW_OK);
    for (size_t c = 0; c < r.goods; c++) {
        double with, alone;
        audit_fill_key(&r, all_of(&r), false, r.key);
        audit_fill_key(&r, all_of(&r) & ~(1u << c), false, r.dealt);
        for (size_t i = 0; i < r.n; i++) CHECK(audit_key(r.key, r.hash[c], i) == audit_key(r.dealt, NULL, i));
        CHECK(audit_share(&r, r.key, r.hash[c], 1, &with) == TW_OK &&
              audit_share(&r, r.dealt, NULL, 1, &alone) == TW_OK);
        CHECK(with == alone);
    }
    /* Whole chapters: part of the rows, the same answer within what chance does. */
    double all, part;
    audit_fill_key(&r, all_of(&r) & ~1u, false, r.key);
    CHECK(audit_share(&r, r.key, NULL, 1, &all) == TW_OK && audit_share(&r, r.key, NULL, 3, &part) == TW_OK);
    CHECK(part != all && fabs(part - all) < 0.2);
    audit_rows_free(&r);
    close_audit(&w);
    border_close(&b);
}

int main(void)
{
    RUN(what_is_measured_is_dealt_within_chapters);
    RUN(goods_columns_are_those_that_describe);
    RUN(a_key_without_a_column_is_the_key_of_the_others);
    return DONE();
}
