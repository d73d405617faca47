/* SPDX-License-Identifier: Apache-2.0 */
#include "trial/audit_page.h"

#include "examine.h"

static bool holds(const struct tw_buf *b, const char *what)
{
    return memmem(b->p, b->n, what, strlen(what)) != NULL;
}

static void what_forbids_stands_on_top(void)
{
    struct border b;
    TW_SCOPED_BUF out = {0};
    border_open(&b, 2000, 1, COPIES | ALL_INSPECTED);
    TW_SCOPED(tw_trial_audit) *a = examine(&b);
    tw_trial_audit_page(a, "one.csv & two.csv", &out);
    CHECK(!out.failed && holds(&out, "one.csv &amp; two.csv"));
    const char *warning = memmem(out.p, out.n, "<p class=\"warn\">", 16),
               *table = memmem(out.p, out.n, "<table", 6);
    CHECK(warning != NULL && table != NULL && warning < table);
    CHECK(holds(&out, "of the later rows equal an earlier row") && holds(&out, "Rows that come again"));
    CHECK(!holds(&out, "Nothing here forbids"));
    /* Every question with its answer, every column with its figures. */
    for (int c = 0; c < TW_TRIAL_CHECK_N; c++)
        CHECK(holds(&out, tw_trial_check_words((enum tw_trial_check)c)));
    CHECK(holds(&out, "<td>forbids</td>") && holds(&out, "<td>no objection</td>"));
    for (size_t i = 0; i < a->columns; i++) {
        char row[120];
        snprintf(row, sizeof row, "<th scope=\"row\">%.*s</th>", TW_STR_ARG(a->column[i].name));
        CHECK(holds(&out, row));
    }
    CHECK(holds(&out, ">2025-12<") && holds(&out, "the random minimum") && !holds(&out, ">nan") &&
          !holds(&out, ">-nan"));
    border_close(&b);
}

static void a_clean_file_gets_no_warning(void)
{
    struct border b;
    TW_SCOPED_BUF out = {0};
    border_open(&b, 2000, 2, 0);
    TW_SCOPED(tw_trial_audit) *a = examine(&b);
    tw_trial_audit_page(a, "x", &out);
    CHECK(holds(&out, "Nothing here forbids") && !holds(&out, "class=\"warn\"") &&
          !holds(&out, "<td>forbids</td>"));
    border_close(&b);
}

/* Without results there is little to draw; what there is stays a page. */
static void poor_data_make_a_page_too(void)
{
    struct border b;
    TW_SCOPED_BUF out = {0};
    border_open(&b, 40, 3, NO_MASS);
    for (size_t k = 0; k < b.data->items; k++) b.data->item[k].inspected = b.data->item[k].found = false;
    TW_SCOPED(tw_trial_audit) *a = examine(&b);
    tw_trial_audit_page(a, "x", &out);
    CHECK(!out.failed && holds(&out, "No row carries a result") && holds(&out, "</html>"));
    CHECK(!holds(&out, "Rows that come again") && !holds(&out, "What one column tells alone"));
    border_close(&b);
}

/* Of many columns the strongest are drawn, strongest first. */
static void the_strongest_columns_are_drawn(void)
{
    struct tw_trial_alone column[40];
    char name[40][8];
    struct tw_trial_remark none;
    struct tw_trial_audit a = {.column = column, .columns = 40, .remark = &none, .declarations = 1};
    for (size_t i = 0; i < 40; i++) {
        double auc = 0.5 + 0.01 * (double)(i * 17 % 40);
        snprintf(name[i], sizeof name[i], "k%02zu", i * 17 % 40);
        column[i] = (struct tw_trial_alone){.name = tw_str_from(name[i]), .values = 5};
        column[i].found = column[i].exact = (struct tw_auc){auc, 0.01, {auc, auc}};
    }
    TW_SCOPED_BUF out = {0};
    tw_trial_audit_page(&a, "x", &out);
    const char *chart = memmem(out.p, out.n, "What one column tells alone", 27), *end = out.p + out.n;
    CHECK(chart != NULL);
    const char *every = memmem(chart, (size_t)(end - chart), "Every figure", 12), *last = chart;
    CHECK(every != NULL);
    for (int i = 39; i >= 20; i--) {
        char text[16];
        snprintf(text, sizeof text, ">k%02d<", i);
        const char *at = memmem(last, (size_t)(every - last), text, strlen(text));
        CHECK(at != NULL);
        last = at;
    }
    CHECK(memmem(chart, (size_t)(every - chart), ">k19<", 5) == NULL);
}

int main(void)
{
    RUN(what_forbids_stands_on_top);
    RUN(a_clean_file_gets_no_warning);
    RUN(poor_data_make_a_page_too);
    RUN(the_strongest_columns_are_drawn);
    return DONE();
}
