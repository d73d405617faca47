/* SPDX-License-Identifier: Apache-2.0 */
/* What has been written is marked, element by element; a walk through the whole record finds the rest. */
#include <stdio.h>

#include "decl/money.h"
#include "message/edifact_compose_priv.h"

enum { EXTRA_SHOWN = 50 /* characters of its path; fault.path holds no more */ };

struct leaving {
    struct tw_edi_writer *w;
    struct tw_fault *told;
    struct tw_edi_written *ret;
};

static void tell(struct leaving *l, enum tw_element e, const struct tw_extra *extra)
{
    struct tw_edi_writer *w = l->w;
    if (l->ret->left_all++ >= TW_EDI_LEFT_MAX) return;
    struct tw_fault *f = &l->told[l->ret->left_n++];
    char path[EDI_PATH_BYTES];
    *f = (struct tw_fault){.code = TW_NOTFOUND};
    edi_frame_path(w, e, path);
    if (extra != NULL)
        snprintf(f->path, sizeof f->path, "%.40s%s%.*s", path, path[0] != '\0' ? " " : "",
                 (int)(extra->path.n < EXTRA_SHOWN ? extra->path.n : EXTRA_SHOWN),
                 extra->path.n > 0 ? extra->path.s : "");
    else
        memcpy(f->path, path, sizeof path < sizeof f->path ? sizeof path : sizeof f->path);
    TW_IGNORE(tw_fail(f, TW_NOTFOUND, "%s has no place in %s and is left out",
                      extra != NULL ? "this" : tw_element_row(e)->words, tw_edi_message_type(w->message)));
}

static void tell_extra(struct leaving *l, const struct tw_extra *at, size_t n)
{
    for (size_t i = 0; i < n; i++) tell(l, TW_ELEMENT_N, &at[i]);
}

static void tell_object(struct leaving *l)
{
    struct tw_edi_writer *w = l->w;
    const struct edi_frame *top = &w->frame[w->frames - 1];
    for (int e = 0; e < TW_ELEMENT_END; e++) {
        if (e == TW_ELEMENT_N) continue;
        const struct tw_element_row *row = tw_element_row((enum tw_element)e);
        if (row->level != top->level || row->type == TW_TYPE_CONTAINERS || row->type == TW_TYPE_CURRENCY)
            continue;
        if (edi_is_done(w, top->key, (enum tw_element)e)) continue;
        tw_buf_clear(&w->text);
        edi_element_print((enum tw_element)e, top->object, (struct tw_str){NULL, 0}, &w->text);
        if (w->text.n > 0) tell(l, (enum tw_element)e, NULL);
    }
    if (top->level == TW_LEVEL_DECL) {
        const struct tw_decl *d = top->object;
        tell_extra(l, d->extra.at, d->extra.n);
    } else if (top->level == TW_LEVEL_ITEM) {
        const struct tw_item *item = top->object;
        tell_extra(l, item->extra.at, item->extra.n);
    } else if (top->level == TW_LEVEL_MANIFEST) {
        const struct tw_manifest *m = top->object;
        tell_extra(l, m->extra.at, m->extra.n);
    } else if (top->level == TW_LEVEL_NOTIFICATION) {
        const struct tw_notification *n = top->object;
        tell_extra(l, n->extra.at, n->extra.n);
        tell_extra(l, n->values.at, n->values.n);
    } else if (top->level == TW_LEVEL_CONSIGNMENT) {
        const struct tw_consignment *c = top->object;
        tell_extra(l, c->extra.at, c->extra.n);
    }
}

/* The object in the innermost frame, and all below it. */
static void tell_all(struct leaving *l) /* NOLINT(misc-no-recursion): as deep as records are */
{
    struct tw_edi_writer *w = l->w;
    const struct edi_frame top = w->frame[w->frames - 1];
    tell_object(l);
    for (size_t i = 0; i < edi_lists_n; i++) {
        const struct edi_has *has = &edi_lists[i];
        if (has->owner != top.level) continue;
        struct edi_list list;
        memcpy(&list, (const char *)top.object + has->offset, sizeof list);
        for (size_t k = 0; k < list.n; k++) {
            w->frame[w->frames++] =
                (struct edi_frame){has->level, (const char *)list.at + k * tw_level_size(has->level),
                                   has->name, k, edi_key(top.key, has->level, k)};
            tell_all(l);
            w->frames--;
        }
    }
}

tw_err edi_left_tell(struct tw_edi_writer *w, const void *record, struct tw_edi_written *ret)
{
    struct leaving l = {.w = w, .ret = ret};
    l.told = tw_arena_array(w->arena, TW_EDI_LEFT_MAX, sizeof *l.told);
    if (l.told == NULL) return TW_NOMEM;
    w->frames = 1;
    w->frame[0].object = record;
    tell_all(&l);
    ret->left = l.told;
    return w->text.failed ? TW_NOMEM : TW_OK;
}

/* -- what follows from the rest */

static bool equal(struct tw_edi_writer *w, enum tw_element e, const void *a, const void *b)
{
    tw_buf_clear(&w->text);
    edi_element_print(e, a, (struct tw_str){NULL, 0}, &w->text);
    const size_t n = w->text.n;
    edi_element_print(e, b, (struct tw_str){NULL, 0}, &w->text);
    return w->text.n == 2 * n && (n == 0 || memcmp(w->text.p, w->text.p + n, n) == 0);
}

static tw_err derived_item(struct tw_edi_writer *w, uint64_t key, const struct tw_item *item)
{
    static const enum tw_element of[] = {TW_ELEMENT_PACKAGE_COUNT, TW_ELEMENT_PACKAGE_TYPE,
                                         TW_ELEMENT_DUTY_RATE, TW_ELEMENT_DUTY_AMOUNT,
                                         TW_ELEMENT_DUTY_AMOUNT_CURRENCY};
    struct tw_item open = *item;
    open.package_count = -1;
    open.package_type = (struct tw_str){NULL, 0};
    open.duty_rate = (struct tw_dec){0};
    open.duty_amount = (struct tw_money){0};
    edi_item_derive(&open);
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        if (equal(w, of[i], item, &open)) TW_TRY(edi_set_done(w, key, of[i]));
    return TW_OK;
}

static size_t box_of(const struct tw_container *at, size_t n, struct tw_str id)
{
    size_t i = 0;
    while (i < n && !tw_str_eq(at[i].id, id)) i++;
    return i;
}

/* A seal stands with the manifest's container, and the containers of a consignment are those of its goods. */
static tw_err derived_box(struct tw_edi_writer *w, uint64_t key, const struct tw_consignment *c, size_t item,
                          size_t k)
{
    const struct tw_manifest *m = w->frame[0].object;
    const struct tw_container *box = &c->items.at[item].containers.at[k];
    const uint64_t own = edi_key(edi_key(key, TW_LEVEL_CONSIGNMENT_ITEM, item), TW_LEVEL_CONTAINER, k);
    const size_t of = box_of(m->containers.at, m->containers.n, box->id);
    if (of < m->containers.n && tw_str_eq(m->containers.at[of].seal, box->seal))
        TW_TRY(edi_set_done(w, own, TW_ELEMENT_CONTAINER__SEAL));
    const size_t again = box_of(c->containers.at, c->containers.n, box->id);
    if (again == c->containers.n) return TW_OK;
    TW_TRY(edi_set_done(w, edi_key(key, TW_LEVEL_CONTAINER, again), TW_ELEMENT_CONTAINER__ID));
    if (!tw_str_eq(c->containers.at[again].seal, box->seal)) return TW_OK;
    return edi_set_done(w, edi_key(key, TW_LEVEL_CONTAINER, again), TW_ELEMENT_CONTAINER__SEAL);
}

static tw_err derived_consignment(struct tw_edi_writer *w, uint64_t key, const struct tw_consignment *c)
{
    if (edi_bill_kind(c->bill_type) == c->kind) TW_TRY(edi_set_done(w, key, TW_ELEMENT_CONSIGNMENT__KIND));
    for (size_t i = 0; i < c->items.n; i++)
        for (size_t k = 0; k < c->items.at[i].containers.n; k++) TW_TRY(derived_box(w, key, c, i, k));
    return TW_OK;
}

tw_err edi_left_derived(struct tw_edi_writer *w)
{
    const struct edi_frame *top = &w->frame[w->frames - 1];
    if (top->level == TW_LEVEL_ITEM) return derived_item(w, top->key, top->object);
    if (top->level == TW_LEVEL_CONSIGNMENT) return derived_consignment(w, top->key, top->object);
    return TW_OK;
}
