/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/same.h"

enum { VALUE_BYTES = 64 /* of what is no text */ };

static bool is_text(enum tw_type type)
{
    return type == TW_TYPE_TEXT || type == TW_TYPE_CODE || type == TW_TYPE_HS || type == TW_TYPE_COUNTRY ||
           type == TW_TYPE_UNIT;
}

static struct tw_str value_of(const struct tw_element_row *row, enum tw_element e, const void *object,
                              struct tw_buf *room)
{
    struct tw_str text = {NULL, 0};
    if (object == NULL) return text;
    if (is_text(row->type)) {
        memcpy(&text, (const char *)object + row->offset, sizeof text);
        return text;
    }
    tw_element_print_whole(e, object, room);
    return tw_buf_view(room);
}

static size_t own(enum tw_level level, const void *a, const void *b, const struct tw_list_row *list,
                  const struct tw_missing *missing)
{
    const bool flat = level <= TW_LEVEL_ITEM;
    size_t n = 0;
    for (int i = flat ? 0 : TW_ELEMENT_N + 1; i < (flat ? TW_ELEMENT_N : TW_ELEMENT_END); i++) {
        const enum tw_element e = (enum tw_element)i;
        const struct tw_element_row *row = tw_element_row(e);
        if (row->level != level || row->type == TW_TYPE_CONTAINERS) continue;
        char was[VALUE_BYTES], is[VALUE_BYTES];
        struct tw_buf first = tw_buf_in(was, sizeof was), second = tw_buf_in(is, sizeof is);
        const struct tw_str value = value_of(row, e, a, &first);
        if (value.n == 0 || tw_str_eq(value, value_of(row, e, b, &second))) continue;
        n++;
        if (missing != NULL) missing->tell(missing->to, list, e);
    }
    return n;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as lists are in lists, three levels */
static size_t all(enum tw_level level, const void *a, const void *b, const struct tw_list_row *list,
                  const struct tw_missing *missing)
{
    size_t rows, n = own(level, a, b, list, missing);
    const struct tw_list_row *row = tw_list_rows(level, &rows);
    for (size_t i = 0; i < rows; i++) {
        const struct tw_list x = tw_list_get(&row[i], a);
        const struct tw_list y = b != NULL ? tw_list_get(&row[i], b) : (struct tw_list){NULL, 0};
        const size_t size = tw_level_size(row[i].level);
        for (size_t k = 0; k < x.n; k++)
            n += all(row[i].level, (const char *)x.at + k * size,
                     k < y.n ? (const char *)y.at + k * size : NULL, &row[i], missing);
    }
    return n;
}

size_t tw_object_missing(enum tw_level level, const void *a, const void *b, const struct tw_missing *missing)
{
    return all(level, a, b, NULL, missing);
}
