/* SPDX-License-Identifier: Apache-2.0 */
#include "message/csv_decl.h"

#include "message/csv.h"

void tw_csv_write_names(struct tw_buf *out)
{
    struct tw_str name[TW_ELEMENT_N];
    for (int e = 0; e < TW_ELEMENT_N; e++) name[e] = tw_str_from(tw_element_row((enum tw_element)e)->name);
    tw_csv_write(out, name, TW_ELEMENT_N, ',');
}

/* The texts of a row stand behind each other in `room`; where each begins is in `from`. */
static void put_row(const struct tw_decl *decl, const struct tw_item *item, struct tw_buf *room,
                    struct tw_buf *out)
{
    struct tw_str field[TW_ELEMENT_N];
    size_t from[TW_ELEMENT_N + 1];
    tw_buf_clear(room);
    for (int e = 0; e < TW_ELEMENT_N; e++) {
        const bool of_item = tw_element_row((enum tw_element)e)->level == TW_LEVEL_ITEM;
        from[e] = room->n;
        tw_element_print_whole((enum tw_element)e, of_item ? (const void *)item : (const void *)decl, room);
    }
    from[TW_ELEMENT_N] = room->n;
    for (int e = 0; e < TW_ELEMENT_N && !room->failed; e++)
        field[e] = (struct tw_str){room->n > 0 ? room->p + from[e] : NULL, from[e + 1] - from[e]};
    if (room->failed)
        out->failed = true;
    else
        tw_csv_write(out, field, TW_ELEMENT_N, ',');
}

/* The numbers of containers have a column, and what else a list holds has none. */
struct left {
    const struct tw_missing *missing;
    size_t n;
};

static void on_missing(void *to, const struct tw_list_row *list, enum tw_element e)
{
    struct left *l = to;
    if (list == NULL || list->level == TW_LEVEL_ITEM || e == TW_ELEMENT_CONTAINER__ID) return;
    l->n++;
    if (l->missing != NULL) l->missing->tell(l->missing->to, list, e);
}

tw_err tw_csv_write_decl(const struct tw_decl *decl, struct tw_str before, const struct tw_missing *missing,
                         struct tw_buf *out, size_t *ret_left, struct tw_fault *fault)
{
    struct left l = {.missing = missing};
    const struct tw_missing told = {&l, on_missing};
    TW_SCOPED_BUF room = {0};
    if (decl->id.n == 0 || tw_str_eq(decl->id, before)) tw_element_blame(TW_ELEMENT_DECLARATION_ID, fault);
    if (decl->id.n == 0)
        return tw_fail(fault, TW_FORMAT, "it has no number, by which the rows of a table belong together");
    if (tw_str_eq(decl->id, before))
        return tw_fail(fault, TW_CONFLICT,
                       "it has the number of the one before it; the rows of both would be one declaration");
    if (decl->items.n == 0) {
        tw_element_blame(TW_ELEMENT_ITEM, fault);
        return tw_fail(fault, TW_FORMAT, "it has no items, and a row of a table is an item");
    }
    (void)tw_object_missing(TW_LEVEL_DECL, decl, NULL, &told);
    for (size_t i = 0; i < decl->items.n; i++) put_row(decl, &decl->items.at[i], &room, out);
    *ret_left = l.n;
    return TW_OK;
}
