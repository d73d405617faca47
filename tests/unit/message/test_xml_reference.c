/* SPDX-License-Identifier: Apache-2.0 */
/* The table in docs/formats/xml.md is written from message/xml_paths.def. With TIDEWAITER_ACCEPT=1 (make
 * accept) this test writes it. */
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "message/xml.h"
#include "message/xml_tree_priv.h"

static void put_path(const struct xml_tree *t, uint16_t row, struct tw_buf *out)
{
    if (t->parent[row] != XML_NO_ROW) {
        put_path(t, t->parent[row], out);
        tw_buf_char(out, '/');
    }
    if (xml_row_ns(&xml_row[row]) == XML_NS_DS) tw_buf_text(out, "ds:");
    tw_buf_text(out, xml_row[row].name);
    if (xml_row[row].how == XML_LIST || xml_row[row].how == XML_GROUP) tw_buf_text(out, "[]");
}

static void put_holder(uint16_t row, const struct xml_tree *t, struct tw_buf *out)
{
    const struct xml_row *r = &xml_row[row];
    if (r->how == XML_LIST) {
        tw_buf_printf(out, "a list: %s", tw_level_words(r->level));
    } else if (r->how == XML_PART) {
        for (size_t k = 0; k < XML_GROUP_ELEMENTS; k++) {
            const enum tw_element e = xml_group_element[xml_row[t->parent[row]].which][k];
            if (e != TW_ELEMENT_N) tw_buf_printf(out, "%s`%s`", k > 0 ? ", " : "", tw_element_row(e)->name);
        }
    } else {
        tw_buf_printf(out, "%s`%s`", r->how == XML_ALSO ? "also " : "", tw_element_row(r->element)->name);
        if (r->with != TW_ELEMENT_N)
            tw_buf_printf(out, ", `%s` in `@%s`", tw_element_row(r->with)->name, xml_row_attribute(r));
    }
}

static void build(struct tw_buf *out)
{
    struct xml_tree t;
    xml_tree_link(&t);
    tw_buf_text(out,
                "\n| element below Declaration | tag | what of a declaration holds it |\n|---|---|---|\n");
    for (uint16_t i = 0; i < xml_rows; i++) {
        const enum xml_how how = xml_row[i].how;
        if (how == XML_NODE || how == XML_GROUP) continue;
        tw_buf_text(out, "| `");
        put_path(&t, i, out);
        tw_buf_printf(out, "` | %s | ", xml_row[i].tag);
        put_holder(i, &t, out);
        tw_buf_text(out, " |\n");
    }
}

static void the_page_has_the_table(void)
{
    static const char heading[] = "## The table\n";
    TW_SCOPED_BUF path = {0}, page = {0}, want = {0};
    const char *source = getenv("TIDEWAITER_SOURCE"), *accept = getenv("TIDEWAITER_ACCEPT");
    tw_buf_printf(&path, "%s/docs/formats/xml.md%c", source != NULL ? source : ".", '\0');
    FILE *f = fopen(path.p, "rb");
    CHECK(f != NULL && tw_buf_room(&page, 1 << 20) != NULL);
    page.n = fread(page.p, 1, 1 << 20, f);
    fclose(f);
    const char *at = memmem(page.p, page.n, heading, sizeof heading - 1);
    const char *begin = at != NULL ? memmem(at, page.n - (size_t)(at - page.p), "\n| ", 3) : NULL;
    if (begin == NULL) begin = page.p + page.n;
    tw_buf_put(&want, page.p, (size_t)(begin - page.p));
    build(&want);
    if (accept != NULL && strcmp(accept, "1") == 0) {
        f = fopen(path.p, "wb");
        CHECK(f != NULL && fwrite(want.p, 1, want.n, f) == want.n && fclose(f) == 0);
        return;
    }
    if (!tw_str_eq(tw_buf_view(&want), tw_buf_view(&page)))
        fprintf(stderr, "docs/formats/xml.md differs from the table: make accept, and read what changed\n");
    CHECK(tw_str_eq(tw_buf_view(&want), tw_buf_view(&page)));
}

/* Where decl/element.def names one path alone, it is the one that this table goes by. */
static void the_vocabulary_names_the_same_places(void)
{
    struct xml_tree t;
    size_t checked = 0;
    xml_tree_link(&t);
    for (uint16_t i = 0; i < xml_rows; i++) {
        TW_SCOPED_BUF path = {0};
        if (xml_row[i].how < XML_MEMBER || xml_row[i].how > XML_MASS || xml_row[i].how == XML_ALSO) continue;
        const struct tw_element_row *e = tw_element_row(xml_row[i].element);
        if (strpbrk(e->wco, ",[") != NULL || xml_row_ns(&xml_row[i]) == XML_NS_DS) continue;
        static const char *const root[][2] = {{"GoodsShipment/GovernmentAgencyGoodsItem[]/", "I/"},
                                              {"GoodsShipment/Consignment/", "C/"},
                                              {"GoodsShipment/", "S/"},
                                              {"", "D/"}};
        put_path(&t, i, &path);
        tw_buf_char(&path, '\0');
        for (size_t k = 0; k < 4; k++) {
            const size_t n = strlen(root[k][0]);
            if (strncmp(path.p, root[k][0], n) != 0) continue;
            TW_SCOPED_BUF named = {0};
            tw_buf_text(&named, root[k][1]);
            for (const char *c = path.p + n; *c != '\0'; c++)
                if (*c != '[' && *c != ']') tw_buf_char(&named, *c);
            tw_buf_char(&named, '\0');
            CHECK(named.p != NULL && !named.failed);
            const bool same = e->level > TW_LEVEL_ITEM || strcmp(named.p, e->wco) == 0;
            if (!same) printf("# %s: %s, here %s\n", e->name, e->wco, named.p);
            CHECK(same);
            checked++;
            break;
        }
    }
    CHECK(checked > 80);
}

int main(void)
{
    RUN(the_page_has_the_table);
    RUN(the_vocabulary_names_the_same_places);
    return DONE();
}
