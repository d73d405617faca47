/* SPDX-License-Identifier: Apache-2.0 */
/* Objects are begun as segments with a star come; `open` holds those that later segments may speak of, the
 * outermost first. A list's array has room for a power of two, so that its length tells when it must grow. */
#include <assert.h>

#include "message/edifact_read_priv.h"

enum { LIST_FIRST = 4 };

void *edi_list_grow(struct tw_arena *arena, struct edi_list *list, size_t size)
{
    const size_t n = list->n;
    if (n == 0 || (n >= LIST_FIRST && (n & (n - 1)) == 0)) {
        char *more = tw_arena_array(arena, n == 0 ? LIST_FIRST : 2 * n, size);
        if (more == NULL) return NULL;
        if (n > 0) memcpy(more, list->at, n * size);
        list->at = more;
    }
    list->n++;
    return (char *)list->at + n * size;
}

void *edi_open_find(const struct tw_edi_reader *r, enum tw_level level)
{
    for (size_t i = r->open_n; i-- > 0;)
        if (r->open[i].level == level) return r->open[i].object;
    return NULL;
}

void edi_open_push(struct tw_edi_reader *r, enum tw_level level, void *object)
{
    assert(r->open_n < sizeof r->open / sizeof *r->open);
    r->open[r->open_n++] = (struct edi_open){level, r->walk.depth, object};
}

void edi_open_close(struct tw_edi_reader *r)
{
    const unsigned most = r->walk.depth - (tw_edi_walk_opens(&r->walk) ? 1 : 0);
    while (r->open_n > 1 && r->open[r->open_n - 1].depth > most) r->open_n--;
}

/* In the nearest list; what was open inside that list's owner is closed: its array may have moved. */
static tw_err begin(struct tw_edi_reader *r, enum tw_level level, void **ret, struct tw_fault *fault)
{
    *ret = NULL;
    for (size_t i = r->open_n; i-- > 0;) {
        const struct edi_has *has = edi_list_find(r->open[i].level, level);
        if (has == NULL) continue;
        struct edi_list *list = edi_list_in(has, r->open[i].object);
        if (level == TW_LEVEL_ITEM && list->n >= r->items_max)
            return tw_fail(fault, TW_LIMIT, "the declaration has more than %u items; send it in parts",
                           r->items_max);
        void *object = edi_list_grow(r->arena, list, tw_level_size(level));
        if (object == NULL) return TW_NOMEM;
        tw_level_init(level, object);
        r->open_n = i + 1;
        if (tw_edi_walk_opens(&r->walk)) edi_open_push(r, level, object);
        *ret = object;
        return TW_OK;
    }
    return TW_OK;
}

/* A consignment is begun by CNI, and by each transport document (RFF) in it behind the first: RFF opens a
 * group of its own in the directory (SG5), with the goods of that document in it. */
static tw_err begin_consignment(struct tw_edi_reader *r, void **ret, struct tw_fault *fault)
{
    struct tw_manifest *m = r->out.manifest;
    const bool document = tw_edi_walk_group(&r->walk) == EDI_CNI_RFF;
    if (document && r->fresh) {
        r->fresh = false;
        edi_open_push(r, TW_LEVEL_CONSIGNMENT, &m->consignments.at[m->consignments.n - 1]);
        *ret = r->open[r->open_n - 1].object;
        return TW_OK;
    }
    TW_TRY(begin(r, TW_LEVEL_CONSIGNMENT, ret, fault));
    r->fresh = !document;
    if (document && m->consignments.n > 1)
        m->consignments.at[m->consignments.n - 1].master = m->consignments.at[m->consignments.n - 2].master;
    return TW_OK;
}

/* An event of a report; what it does not say itself the report says, at the end. */
static tw_err begin_movement(struct tw_edi_reader *r, void **ret)
{
    struct tw_movement *m =
        edi_list_grow(r->arena, (struct edi_list *)(void *)&r->out.report->movements, sizeof *m);
    if (m == NULL) return TW_NOMEM;
    tw_level_init(TW_LEVEL_MOVEMENT, m);
    edi_open_push(r, TW_LEVEL_MOVEMENT, m);
    *ret = m;
    return TW_OK;
}

tw_err edi_object_begin(struct tw_edi_reader *r, const struct edi_line *line, void **ret,
                        struct tw_fault *fault)
{
    if (line->level == TW_LEVEL_CONSIGNMENT) return begin_consignment(r, ret, fault);
    if (line->level == TW_LEVEL_MOVEMENT) return begin_movement(r, ret);
    return begin(r, line->level, ret, fault);
}

void *edi_object_refer(struct tw_edi_reader *r, const struct edi_line *line, const struct tw_edi_segment *s)
{
    const struct edi_slot *slot = &line->slot[line->n - 1];
    const struct tw_str id = tw_str_trim(tw_edi_at(s, slot->element, slot->component));
    for (size_t i = r->open_n; i-- > 0 && id.n > 0;) {
        const struct edi_has *has = edi_list_find(r->open[i].level, line->level);
        if (has == NULL) continue;
        const struct edi_list *list = edi_list_in(has, r->open[i].object);
        for (size_t k = 0; k < list->n; k++) {
            void *object = (char *)list->at + k * tw_level_size(line->level);
            tw_buf_clear(&r->text);
            tw_element_print(slot->member, object, &r->text);
            if (tw_str_eq(tw_buf_view(&r->text), id)) return object;
        }
        return NULL;
    }
    return NULL;
}
