/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of documents, containers, ships and voyages: when they are the same, who bears them, who names
 * them. */
#include "decl/reconcile_priv.h"

#include "base/mem.h"

/* Memory with room for one more than n; NULL, and the old one stays, when there is none. */
void *reconcile_grown(void *at, size_t *cap, size_t n, size_t size)
{
    if (n < *cap) return at;
    const size_t more = *cap < 64 ? 64 : *cap * 2;
    void *p = tw_realloc(at, more, size);
    if (p != NULL) *cap = more;
    return p;
}

tw_err reconcile_index_new(struct index *x)
{
    return tw_intern_new(&x->keys);
}

void reconcile_index_free(struct index *x)
{
    tw_intern_free(x->keys);
    tw_free(x->link);
    tw_free(x->head);
}

bool reconcile_same(struct tw_str a, struct tw_str b)
{
    char x[TW_NUMBER_BYTES], y[TW_NUMBER_BYTES];
    return tw_str_eq(tw_number_key(a, x), tw_number_key(b, y));
}

tw_err reconcile_index_put(struct index *x, struct tw_str number, uint32_t leaf)
{
    char room[TW_NUMBER_BYTES];
    const struct tw_str key = tw_number_key(number, room);
    uint32_t k;
    if (key.n == 0) return TW_OK;
    const size_t before = tw_intern_n(x->keys);
    TW_TRY(tw_intern_put(x->keys, key, &k));
    uint32_t *head = reconcile_grown(x->head, &x->head_cap, k, sizeof *head);
    if (head == NULL) return TW_NOMEM;
    x->head = head;
    struct link *link = reconcile_grown(x->link, &x->link_cap, x->links, sizeof *link);
    if (link == NULL) return TW_NOMEM;
    x->link = link;
    x->link[x->links] = (struct link){leaf, k == before ? (uint32_t)NOWHERE : x->head[k]};
    x->head[k] = (uint32_t)x->links++;
    return TW_OK;
}

uint32_t reconcile_index_number(const struct index *x, struct tw_str number)
{
    char room[TW_NUMBER_BYTES];
    const struct tw_str key = tw_number_key(number, room);
    return key.n > 0 ? tw_intern_find(x->keys, key) : (uint32_t)NOWHERE;
}

uint32_t reconcile_index_find(const struct index *x, struct tw_str number)
{
    const uint32_t k = reconcile_index_number(x, number);
    return k != NOWHERE ? x->head[k] : (uint32_t)NOWHERE;
}

/* "IMO 9074729" and "9074729" are one ship. */
static struct tw_str without_imo(struct tw_str ship)
{
    if (ship.n > 3 && memcmp(ship.s, "IMO", 3) == 0 && !(ship.s[3] >= 'A' && ship.s[3] <= 'Z'))
        return (struct tw_str){ship.s + 3, ship.n - 3};
    return ship;
}

/* Is this the ship of a manifest, by number or name? */
static bool same_ship(const struct tw_manifest *m, struct tw_str means)
{
    return reconcile_same(without_imo(m->transport_means), without_imo(means)) ||
           reconcile_same(m->transport_name, means);
}

bool reconcile_same_voyage(const struct tw_manifest *m, struct tw_str means, struct tw_str voyage)
{
    return voyage.n > 0 && reconcile_same(m->voyage, voyage) &&
           (means.n == 0 || m->transport_means.n == 0 || same_ship(m, means));
}

bool reconcile_elsewhere(const struct tw_manifest *m, const struct tw_decl *d)
{
    const bool voyage = d->voyage.n > 0 && m->voyage.n > 0 && !reconcile_same(m->voyage, d->voyage);
    const bool ship =
        d->transport_means.n > 0 && m->transport_means.n > 0 && !same_ship(m, d->transport_means);
    return voyage || ship;
}

static tw_err each_of(const struct tw_previous_document *at, size_t n, reconcile_document_fn *each, void *to)
{
    for (size_t i = 0; i < n; i++)
        if (tw_transport_document(at[i].type) && at[i].id.n > 0) TW_TRY(each(to, at[i].id));
    return TW_OK;
}

tw_err reconcile_documents(const struct tw_decl *d, reconcile_document_fn *each, void *to)
{
    if (d->bill_of_lading.n > 0) TW_TRY(each(to, d->bill_of_lading));
    TW_TRY(each_of(d->previous_documents.at, d->previous_documents.n, each, to));
    for (size_t k = 0; k < d->items.n; k++) {
        const struct tw_item *item = &d->items.at[k];
        TW_TRY(each_of(item->previous_documents.at, item->previous_documents.n, each, to));
    }
    return TW_OK;
}
