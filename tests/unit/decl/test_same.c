/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/same.h"

#include "check.h"

static void names(void *to, const struct tw_list_row *list, enum tw_element e)
{
    char *out = to;
    const struct tw_str own = tw_element_own_name(e);
    snprintf(out + strlen(out), 400 - strlen(out), "%s.%.*s ", list != NULL ? list->name : "",
             TW_STR_ARG(own));
}

static void what_the_second_lacks_or_has_otherwise_is_told(void)
{
    char out[400] = "";
    const struct tw_missing missing = {out, names};
    struct tw_decl a, b;
    struct tw_item item[2], other;
    struct tw_document document = {.type = TW_STR("N935"), .id = TW_STR("7")};
    tw_decl_init(&a);
    tw_decl_init(&b);
    tw_item_init(&item[0]);
    tw_item_init(&item[1]);
    tw_item_init(&other);
    CHECK(tw_object_missing(TW_LEVEL_DECL, &a, &b, &missing) == 0);
    a.lrn = b.lrn = TW_STR("L");
    a.version = 2;
    b.version = 3;
    b.mrn = TW_STR("only in the second");
    CHECK(tw_element_set(TW_ELEMENT_FREIGHT, TW_STR("5"), NULL, &a, NULL) ==
          TW_OK); /* waits for its currency */
    item[0].number = other.number = 1;
    item[1].number = 2;
    item[0].documents.at = &document;
    item[0].documents.n = 1;
    a.items.at = item;
    a.items.n = 2;
    b.items.at = &other;
    b.items.n = 1;
    CHECK(tw_object_missing(TW_LEVEL_DECL, &a, &b, &missing) == 5);
    CHECK(strcmp(out, ".freight .version documents.id documents.type items.item ") == 0);
    CHECK(tw_object_missing(TW_LEVEL_DECL, &a, &a, NULL) == 0);
    CHECK(tw_object_missing(TW_LEVEL_DECL, &a, NULL, NULL) == 7);
}

int main(void)
{
    RUN(what_the_second_lacks_or_has_otherwise_is_told);
    return DONE();
}
