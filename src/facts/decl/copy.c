/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of an object are found through the element table, so that a new element is copied without a line
 * here; lists are named one by one. */
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

/* A copy of n objects of a level, *at of them; NULL when n is 0. */
static tw_err copy_list(enum tw_level level, const void *at, size_t n, struct tw_arena *arena, void **ret)
{
    size_t size = tw_level_size(level);
    *ret = NULL;
    if (n == 0) return TW_OK;
    char *copy = tw_arena_array(arena, n, size);
    if (copy == NULL) return TW_NOMEM;
    memcpy(copy, at, n * size);
    for (size_t k = 0; k < n; k++) TW_TRY(copy_texts(level, copy + k * size, arena));
    *ret = copy;
    return TW_OK;
}

#define COPY(level, list)                                                                                    \
    do {                                                                                                     \
        void *copied_;                                                                                       \
        TW_TRY(copy_list(TW_LEVEL_##level, (list).at, (list).n, arena, &copied_));                           \
        (list).at = copied_;                                                                                 \
    } while (0)

static tw_err copy_extra(const struct tw_extra *at, size_t n, struct tw_arena *arena, struct tw_extra **ret)
{
    *ret = NULL;
    if (n == 0) return TW_OK;
    struct tw_extra *copy = tw_arena_array(arena, n, sizeof *copy);
    if (copy == NULL) return TW_NOMEM;
    for (size_t k = 0; k < n; k++) {
        copy[k] = at[k];
        TW_TRY(copy_text(&copy[k].path, arena));
        TW_TRY(copy_text(&copy[k].value, arena));
        TW_TRY(copy_text(&copy[k].attributes, arena));
    }
    *ret = copy;
    return TW_OK;
}

/* NOLINTNEXTLINE(readability-function-cognitive-complexity): one line per list */
static tw_err copy_item_lists(struct tw_item *i, struct tw_arena *arena)
{
    COPY(PACKAGE, i->packages);
    COPY(DOCUMENT, i->documents);
    COPY(PREVIOUS_DOCUMENT, i->previous_documents);
    COPY(CONTAINER, i->containers);
    COPY(DUTY, i->duties);
    COPY(CHARGE, i->charges);
    COPY(STATEMENT, i->statements);
    COPY(FISCAL_PARTY, i->fiscal_parties);
    return copy_extra(i->extra.at, i->extra.n, arena, &i->extra.at);
}

/* NOLINTNEXTLINE(readability-function-cognitive-complexity): one line per list */
static tw_err copy_decl_lists(struct tw_decl *d, struct tw_arena *arena)
{
    COPY(AUTHORISATION, d->authorisations);
    COPY(GUARANTEE, d->guarantees);
    COPY(DOCUMENT, d->documents);
    COPY(PREVIOUS_DOCUMENT, d->previous_documents);
    COPY(CONTAINER, d->containers);
    COPY(CHARGE, d->charges);
    COPY(STATEMENT, d->statements);
    COPY(FISCAL_PARTY, d->fiscal_parties);
    COPY(AMENDMENT, d->amendments);
    for (size_t k = 0; k < d->amendments.n; k++) COPY(POINTER, d->amendments.at[k].pointers);
    COPY(ITEM, d->items);
    for (size_t k = 0; k < d->items.n; k++) TW_TRY(copy_item_lists(&d->items.at[k], arena));
    return copy_extra(d->extra.at, d->extra.n, arena, &d->extra.at);
}

tw_err tw_decl_copy(const struct tw_decl *d, struct tw_arena *arena, struct tw_decl **ret)
{
    struct tw_decl *copy = tw_arena_alloc(arena, sizeof *copy);
    if (copy == NULL) return TW_NOMEM;
    *copy = *d;
    TW_TRY(copy_texts(TW_LEVEL_DECL, copy, arena));
    TW_TRY(copy_decl_lists(copy, arena));
    *ret = copy;
    return TW_OK;
}
