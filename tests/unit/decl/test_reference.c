/* SPDX-License-Identifier: Apache-2.0 */
/* docs/formats/elements.md is written from the tables. With TIDEWAITER_ACCEPT=1 (make accept) this test
 * rewrites it, otherwise it compares. */
#include <stdio.h>

#include "check.h"
#include "decl/check.h"
#include "decl/code.h"
#include "decl/decision.h"
#include "decl/element.h"
#include "decl/value.h"

static const char *const type_names[TW_TYPE_N] = {
#define X(id, member, words) #id,
    TW_TYPE_TABLE(X)
#undef X
};

static void write_head(struct tw_buf *out)
{
    tw_buf_text(
        out,
        "# Elements\n\n"
        "Written from the tables in `src/facts/decl` by `make accept`; do not edit.\n\n"
        "Each element of a declaration has one name. It is the column in CSV, the key in JSON, the place in "
        "a fault and the label on the screen. An element of the header may stand on each row of its "
        "items.\n\n"
        "**Money.** An amount is in major units (`1234.50`); its currency is the element of the same name "
        "with `_currency`, in either order. An amount without a currency is in the one the map names, else "
        "in the nation's own. What is finer than the currency's minor unit is rounded half to even.\n\n"
        "**Row** is the row of the canonical field list (1 to 48); a dash means that the element is "
        "our own. **WCO path** is the place in the WCO Data Model 3.6, where D = Declaration, "
        "S = D/GoodsShipment, C = S/Consignment, I = S/GovernmentAgencyGoodsItem.\n\n");
}

static void write_types(struct tw_buf *out)
{
    tw_buf_text(
        out, "## Types\n\nBlanks around a value are dropped.\n\n| type | how it is written |\n|---|---|\n");
    for (int t = 0; t < TW_TYPE_N; t++) {
        const struct tw_vocabulary *v = tw_type_vocabulary((enum tw_type)t);
        tw_buf_printf(out, "| %s | %s", type_names[t], tw_type_words((enum tw_type)t));
        for (size_t i = 0; v != NULL && i < v->n; i++)
            tw_buf_printf(out, "%s `%s`", i == 0 ? ":" : ",", v->at[i].code);
        tw_buf_text(out, " |\n");
    }
}

static void write_row(struct tw_buf *out, const struct tw_element_row *row)
{
    if (row->reference > 0)
        tw_buf_printf(out, "| %d ", row->reference);
    else
        tw_buf_text(out, "| - ");
    tw_buf_printf(out, "| `%s` | %s | %s |", row->name, type_names[row->type], row->words);
    if (row->wco[0] != '\0') tw_buf_printf(out, " `%s`", row->wco);
    tw_buf_text(out, " |\n");
}

static void write_level(struct tw_buf *out, enum tw_level level)
{
    tw_buf_printf(out,
                  "\n## %c%s\n\n| row | element | type | what it is | WCO path |\n|---|---|---|---|---|\n",
                  tw_level_words(level)[0] - 'a' + 'A', tw_level_words(level) + 1);
    for (int pass = 1; pass <= 49; pass++) /* rows 1 to 48, then our own */
        for (unsigned e = 0; e < TW_ELEMENT_END; e++) {
            if (e == TW_ELEMENT_N) continue;
            const struct tw_element_row *row = tw_element_row((enum tw_element)e);
            if (row->level == level && row->reference == pass % 49) write_row(out, row);
        }
}

static void write_vocabulary(struct tw_buf *out, const char *title, const struct tw_vocabulary *v)
{
    tw_buf_printf(out, "\n### %s\n\n| code | words |\n|---|---|\n", title);
    for (size_t i = 0; i < v->n; i++) tw_buf_printf(out, "| `%s` | %s |\n", v->at[i].code, v->at[i].words);
}

static void write_incoterms(struct tw_buf *out)
{
    size_t n = 0;
    const struct tw_incoterm *t = tw_incoterm_table(&n);
    tw_buf_text(out,
                "\n### Delivery terms\n\nWhat the price contains on the way to the border.\n\n"
                "| code | words | last edition | freight | insurance | duty |\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < n; i++)
        tw_buf_printf(out, "| `%s` | %s | %d | %s | %s | %s |\n", t[i].code, t[i].words, t[i].edition,
                      t[i].freight ? "yes" : "no", t[i].insurance ? "yes" : "no", t[i].duty ? "yes" : "no");
}

static void write_vocabularies(struct tw_buf *out)
{
    tw_buf_text(out, "\n## Vocabularies\n");
    write_vocabulary(out, "Channels", tw_channel_vocabulary());
    write_vocabulary(out, "Bases of a decision", tw_basis_vocabulary());
    write_vocabulary(out, "Who may read a reason", tw_audience_vocabulary());
    write_vocabulary(out, "Results of an inspection", tw_result_vocabulary());
    write_vocabulary(out, "Controls", tw_control_vocabulary());
    write_vocabulary(out, "Actions", tw_action_vocabulary());
    write_vocabulary(out, "Notifications", tw_notice_vocabulary());
    write_vocabulary(out, "Transport contracts", tw_bill_vocabulary());
    write_vocabulary(out, "What moves", tw_subject_vocabulary());
    write_vocabulary(out, "Movement events", tw_event_vocabulary());
    write_vocabulary(out, "Timing of events", tw_timing_vocabulary());
    write_vocabulary(out, "Modes of transport", tw_mode_vocabulary());
    write_vocabulary(out, "What a customs value stands on", tw_value_basis_vocabulary());
    write_vocabulary(out, "Why a number is missing", tw_gap_vocabulary());
    write_incoterms(out);
}

static void write_check_rows(struct tw_buf *out, unsigned from, unsigned to)
{
    tw_buf_text(out, "| rule | severity | words | remedy | source |\n|---|---|---|---|---|\n");
    for (unsigned c = from; c < to; c++) {
        const struct tw_check_row *row = tw_check_row((enum tw_check)c);
        tw_buf_printf(out, "| `%s` | %s | %s | %s | %s |\n", row->code,
                      row->severity == TW_SEVERITY_FAULT ? "fault" : "warning", row->words, row->remedy,
                      row->source);
    }
}

static void write_checks(struct tw_buf *out)
{
    tw_buf_text(
        out,
        "\n## What must hold of a declaration\n\nA fault refuses the declaration unless its map lets the "
        "rule pass; a warning goes with it.\n\n");
    write_check_rows(out, 0, TW_CHECK_TIME_OLD);
    tw_buf_text(out, "\n## What is asked of a declaration besides\n\nAsked by `tidewaiter validate` alone "
                     "([validate.md](validate.md)); nobody waits for it when a declaration is decided about. "
                     "UCC: Delegated "
                     "Regulation (EU) 2015/2446 and Implementing Regulation (EU) 2015/2447, annex B, data "
                     "elements (D.E.).\n\n");
    write_check_rows(out, TW_CHECK_TIME_OLD, TW_CHECK_N);
}

static void read_file(const char *path, struct tw_buf *out)
{
    char piece[4096];
    FILE *f = fopen(path, "rb");
    if (f == NULL) return;
    for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;) tw_buf_put(out, piece, n);
    CHECK(fclose(f) == 0);
}

static void write_file(const char *path, const struct tw_buf *text)
{
    FILE *f = fopen(path, "wb");
    CHECK(f != NULL);
    CHECK(fwrite(text->p, 1, text->n, f) == text->n);
    CHECK(fclose(f) == 0);
}

static void the_page_of_elements_says_what_the_tables_say(void)
{
    TW_SCOPED_BUF page = {0}, old = {0}, path = {0};
    write_head(&page);
    write_types(&page);
    for (int level = 0; level < TW_LEVEL_N; level++) write_level(&page, (enum tw_level)level);
    write_vocabularies(&page);
    write_checks(&page);
    CHECK(!page.failed);
    const char *source = getenv("TIDEWAITER_SOURCE");
    tw_buf_printf(&path, "%s/docs/formats/elements.md", source != NULL ? source : ".");
    tw_buf_char(&path, '\0');
    CHECK(!path.failed);
    if (getenv("TIDEWAITER_ACCEPT") != NULL) write_file(path.p, &page);
    read_file(path.p, &old);
    if (!tw_str_eq(tw_buf_view(&page), tw_buf_view(&old)))
        fprintf(stderr,
                "docs/formats/elements.md differs from the tables: make accept, and read what changed\n");
    CHECK(tw_str_eq(tw_buf_view(&page), tw_buf_view(&old)));
}

int main(void)
{
    RUN(the_page_of_elements_says_what_the_tables_say);
    return DONE();
}
