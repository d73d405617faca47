/* SPDX-License-Identifier: Apache-2.0 */
#include "list/list.h"

#include "list/list_priv.h"

/* Each role's name and number; its street stands for the whole address. */
#define ROLES(X)                                                                                             \
    X(IMPORTER) X(EXPORTER) X(SELLER) X(BUYER) X(CONSIGNEE) X(DECLARANT) X(REPRESENTATIVE) X(COURIER)

#define NAME_AND_ID(role) TW_ELEMENT_##role##_NAME, TW_ELEMENT_##role##_ID,
static const enum tw_element party[] = {ROLES(NAME_AND_ID)};
#define STREET(role) TW_ELEMENT_##role##_STREET,
static const enum tw_element address[] = {ROLES(STREET)};
static const enum tw_element container[] = {TW_ELEMENT_CONTAINER__ID};
static const enum tw_element vessel[] = {TW_ELEMENT_TRANSPORT_MEANS};
static const enum tw_element country[] = {
    TW_ELEMENT_ORIGIN,          TW_ELEMENT_ORIGIN_PREFERENTIAL,   TW_ELEMENT_DISPATCH,
    TW_ELEMENT_HEADER_DISPATCH, TW_ELEMENT_TRANSPORT_NATIONALITY, TW_ELEMENT_EXPORTER_COUNTRY,
    TW_ELEMENT_SELLER_COUNTRY};
static const enum tw_element code[] = {TW_ELEMENT_HS};

#define ROW(table)                                                                                           \
    {                                                                                                        \
        (table), sizeof(table) / sizeof *(table)                                                             \
    }
static const struct {
    const enum tw_element *at;
    size_t n;
} looked_at[TW_WATCH_N] = {[TW_WATCH_PARTIES] = ROW(party),        [TW_WATCH_ADDRESSES] = ROW(address),
                           [TW_WATCH_CONTAINERS] = ROW(container), [TW_WATCH_VESSELS] = ROW(vessel),
                           [TW_WATCH_COUNTRIES] = ROW(country),    [TW_WATCH_CODES] = ROW(code)};

const enum tw_element *tw_watch_elements(enum tw_watch_kind kind, size_t *ret_n)
{
    *ret_n = looked_at[kind].n;
    return looked_at[kind].at;
}

/* What is asked, and the best answer so far. */
struct search {
    struct tw_watchlist *list;
    int32_t day;
    struct tw_arena *arena;
    struct tw_watch_hit *best; /* its entry is NULL: none yet */
};

static void try_text(struct search *s, enum tw_element e, uint32_t item, struct tw_str text)
{
    struct tw_watch_hit hit;
    const double best = s->best->entry != NULL ? s->best->score : 0;
    if (text.n == 0) return;
    const uint32_t asked = ++s->best->asked;
    if (best >= 1 || !tw_watchlist_find(s->list, text, s->day, &hit) || hit.score <= best) return;
    hit.element = e;
    hit.item = item;
    hit.asked = asked;
    *s->best = hit;
}

/* The text of an element whose member is one. */
static struct tw_str text_of(enum tw_element e, const void *object)
{
    struct tw_str text;
    memcpy(&text, (const char *)object + tw_element_row(e)->offset, sizeof text);
    return text;
}

/* Street, postcode, city and country of the party whose street it is, joined. */
static tw_err address_of(const struct search *s, enum tw_element street, const struct tw_decl *d,
                         struct tw_str *ret)
{
    const struct tw_party *p =
        (const void *)((const char *)d + tw_element_row(street)->offset - offsetof(struct tw_party, street));
    const struct tw_str part[] = {p->street, p->postcode, p->city, p->country};
    size_t n = 0;
    *ret = (struct tw_str){NULL, 0};
    if (p->street.n == 0) return TW_OK;
    for (size_t i = 0; i < 4; i++) n += part[i].n + 1;
    char *at = tw_arena_room(s->arena, n, 1);
    if (at == NULL) return TW_NOMEM;
    ret->s = at;
    for (size_t i = 0; i < 4; i++) {
        if (part[i].n == 0) continue;
        if (ret->n > 0) at[ret->n++] = ' ';
        memcpy(at + ret->n, part[i].s, part[i].n);
        ret->n += part[i].n;
    }
    return TW_OK;
}

static tw_err look_in_header(struct search *s, const struct tw_decl *d)
{
    const struct tw_watchlist *l = s->list;
    for (size_t i = 0; i < l->elements; i++) {
        const enum tw_element e = l->element[i];
        if (l->head.kind == TW_WATCH_ADDRESSES) {
            struct tw_str text;
            TW_TRY(address_of(s, e, d, &text));
            try_text(s, e, 0, text);
        } else if (e == TW_ELEMENT_CONTAINER__ID) {
            for (size_t k = 0; k < d->containers.n; k++) try_text(s, e, 0, d->containers.at[k].id);
        } else if (tw_element_row(e)->level == TW_LEVEL_DECL) {
            try_text(s, e, 0, text_of(e, d));
        }
    }
    return TW_OK;
}

static void look_in_item(struct search *s, const struct tw_item *item)
{
    const struct tw_watchlist *l = s->list;
    for (size_t i = 0; i < l->elements; i++) {
        const enum tw_element e = l->element[i];
        if (e == TW_ELEMENT_CONTAINER__ID)
            for (size_t k = 0; k < item->containers.n; k++)
                try_text(s, e, item->number, item->containers.at[k].id);
        else if (tw_element_row(e)->level == TW_LEVEL_ITEM)
            try_text(s, e, item->number, text_of(e, item));
    }
}

bool tw_watchlist_looks_in_items(const struct tw_watchlist *l)
{
    for (size_t i = 0; i < l->elements; i++)
        if (l->element[i] == TW_ELEMENT_CONTAINER__ID ||
            tw_element_row(l->element[i])->level == TW_LEVEL_ITEM)
            return true;
    return false;
}

bool tw_watchlist_looks_at(const struct tw_watchlist *l, struct tw_str element)
{
    bool some = false;
    for (size_t i = 0; i < l->elements && !some; i++)
        some = tw_str_is(element, tw_element_row(l->element[i])->name);
    return some;
}

tw_err tw_watchlist_ask_header(struct tw_watchlist *l, const struct tw_decl *decl, int32_t day,
                               struct tw_arena *arena, struct tw_watch_hit *ret)
{
    struct search s = {.list = l, .day = day, .arena = arena, .best = ret};
    *ret = (struct tw_watch_hit){.entry = NULL};
    return look_in_header(&s, decl);
}

void tw_watchlist_ask_item(struct tw_watchlist *l, const struct tw_item *item, int32_t day,
                           struct tw_watch_hit *io)
{
    struct search s = {.list = l, .day = day, .best = io};
    look_in_item(&s, item);
}

tw_err tw_watchlist_ask(struct tw_watchlist *l, const struct tw_decl *decl, const struct tw_item *item,
                        int32_t day, struct tw_arena *arena, struct tw_watch_hit *ret)
{
    TW_TRY(tw_watchlist_ask_header(l, decl, day, arena, ret));
    if (item != NULL) tw_watchlist_ask_item(l, item, day, ret);
    for (size_t i = 0; item == NULL && i < decl->items.n; i++)
        tw_watchlist_ask_item(l, &decl->items.at[i], day, ret);
    return TW_OK;
}
