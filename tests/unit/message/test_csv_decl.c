/* SPDX-License-Identifier: Apache-2.0 */
/* That tables are read again as they were: tests/oracle/test_json.py. */
#include "message/csv_decl.h"

#include "check.h"

static void count(void *to, const struct tw_list_row *list, enum tw_element e)
{
    (void)e;
    CHECK(list != NULL && strcmp(list->name, "documents") == 0);
    ++*(int *)to;
}

static void an_item_is_a_row_and_what_has_no_column_is_told(void)
{
    int told = 0;
    const struct tw_missing missing = {&told, count};
    struct tw_decl d;
    struct tw_item item[2];
    struct tw_document document = {.type = TW_STR("N935"), .id = TW_STR("7")};
    struct tw_container container = {.id = TW_STR("CSQU3054383")};
    TW_SCOPED_BUF out = {0};
    size_t left = 9;
    tw_decl_init(&d);
    tw_item_init(&item[0]);
    tw_item_init(&item[1]);
    d.id = TW_STR("1");
    item[0].number = 1;
    item[1].number = 2;
    item[1].description = TW_STR("a, b");
    item[1].documents.at = &document;
    item[1].documents.n = 1;
    d.containers.at = &container;
    d.containers.n = 1;
    d.items.at = item;
    d.items.n = 2;
    tw_csv_write_names(&out);
    CHECK(tw_csv_write_decl(&d, (struct tw_str){NULL, 0}, &missing, &out, &left, NULL) == TW_OK);
    CHECK(left == 2 && told == 2 && !out.failed);
    tw_buf_char(&out, '\0');
    unsigned lines = 0;
    for (const char *p = out.p; *p != '\0'; p++) lines += *p == '\n';
    CHECK(lines == 3 && strstr(out.p, "declaration_id") != NULL && strstr(out.p, "CSQU3054383") != NULL);
    CHECK(strstr(out.p, "\"a, b\"") != NULL);
}

static void rows_that_would_not_belong_together_are_refused(void)
{
    struct tw_decl d;
    struct tw_item item;
    struct tw_fault fault = {0};
    TW_SCOPED_BUF out = {0};
    size_t left;
    tw_decl_init(&d);
    tw_item_init(&item);
    CHECK(tw_csv_write_decl(&d, (struct tw_str){NULL, 0}, NULL, &out, &left, &fault) == TW_FORMAT);
    CHECK(strcmp(fault.path, "declaration_id") == 0);
    d.id = TW_STR("1");
    CHECK(tw_csv_write_decl(&d, (struct tw_str){NULL, 0}, NULL, &out, &left, &fault) == TW_FORMAT);
    CHECK(strcmp(fault.path, "item") == 0);
    d.items.at = &item;
    d.items.n = 1;
    CHECK(tw_csv_write_decl(&d, TW_STR("1"), NULL, &out, &left, &fault) == TW_CONFLICT && out.n == 0);
    CHECK(tw_csv_write_decl(&d, TW_STR("2"), NULL, &out, &left, &fault) == TW_OK && left == 0);
}

int main(void)
{
    RUN(an_item_is_a_row_and_what_has_no_column_is_told);
    RUN(rows_that_would_not_belong_together_are_refused);
    return DONE();
}
