/* SPDX-License-Identifier: Apache-2.0 */
/* Texts and lists are found through their tables, so that a new element is copied without a line here. */
#include "decl/copy.h"

#include "decl/element.h"

static tw_err copy_text(struct tw_str *s, struct tw_arena *arena)
{
    if (s->n > 0) return tw_str_dup(arena, *s, s);
    *s = (struct tw_str){NULL, 0};
    return TW_OK;
}

static bool holds_text(enum tw_type type)
{
    return type == TW_TYPE_TEXT || type == TW_TYPE_CODE || type == TW_TYPE_HS || type == TW_TYPE_COUNTRY ||
           type == TW_TYPE_UNIT;
}

static tw_err copy_texts(enum tw_level level, void *object, struct tw_arena *arena)
{
    bool flat = level == TW_LEVEL_DECL || level == TW_LEVEL_ITEM;
    int from = flat ? 0 : TW_ELEMENT_N + 1, to = flat ? TW_ELEMENT_N : TW_ELEMENT_END;
    for (int e = from; e < to; e++) {
        const struct tw_element_row *row = tw_element_row((enum tw_element)e);
        if (row->level != level || !holds_text(row->type)) continue;
        TW_TRY(copy_text((struct tw_str *)(void *)((char *)object + row->offset), arena));
    }
    return TW_OK;
}

/* What an object points to becomes the arena's.
 * NOLINTNEXTLINE(misc-no-recursion): as deep as lists are in lists, three levels */
static tw_err own(enum tw_level level, void *object, struct tw_arena *arena)
{
    size_t n;
    const struct tw_list_row *row = tw_list_rows(level, &n);
    TW_TRY(copy_texts(level, object, arena));
    for (size_t i = 0; i < n; i++) {
        const size_t size = tw_level_size(row[i].level);
        struct tw_list list = tw_list_get(&row[i], object);
        char *copy = list.n > 0 ? tw_arena_array(arena, list.n, size) : NULL;
        if (list.n > 0 && copy == NULL) return TW_NOMEM;
        if (list.n > 0) memcpy(copy, list.at, list.n * size);
        for (size_t k = 0; k < list.n; k++) TW_TRY(own(row[i].level, copy + k * size, arena));
        list.at = copy;
        tw_list_set(&row[i], object, list);
    }
    return TW_OK;
}

tw_err tw_decl_copy(const struct tw_decl *d, struct tw_arena *arena, struct tw_decl **ret)
{
    struct tw_decl *copy = tw_arena_alloc(arena, sizeof *copy);
    if (copy == NULL) return TW_NOMEM;
    *copy = *d;
    TW_TRY(own(TW_LEVEL_DECL, copy, arena));
    *ret = copy;
    return TW_OK;
}
