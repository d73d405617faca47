/* SPDX-License-Identifier: Apache-2.0 */
/* What each version of a manifest says of each transport document, so that two versions can be compared
 * whatever the order and division of their parts. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "decl/reconcile_priv.h"

void reconcile_documents_free(struct documents *d)
{
    tw_intern_free(d->numbers);
    tw_map64_free(d->pairs);
    tw_map64_free(d->masters);
    tw_free(d->at);
}

/* -- sums of one side */

static double kg(struct tw_dec mass)
{
    return tw_dec_f64(mass); /* NaN when absent */
}

double reconcile_kg(const struct tw_consignment *c)
{
    if (c->gross_mass_kg.set || c->items.n == 0) return kg(c->gross_mass_kg);
    double sum = 0;
    for (size_t i = 0; i < c->items.n; i++) sum += kg(c->items.at[i].gross_mass_kg);
    return sum;
}

int64_t reconcile_packages(const struct tw_consignment *c)
{
    if (c->package_count >= 0 || c->items.n == 0) return c->package_count;
    int64_t sum = 0;
    for (size_t i = 0; i < c->items.n && sum >= 0; i++)
        sum = c->items.at[i].package_count >= 0 ? sum + c->items.at[i].package_count : -1;
    return sum;
}

double reconcile_items_kg(const struct tw_decl *d)
{
    double sum = d->items.n > 0 ? 0 : (double)NAN;
    for (size_t i = 0; i < d->items.n; i++) sum += kg(d->items.at[i].gross_mass_kg);
    return sum;
}

int64_t reconcile_items_packages(const struct tw_decl *d)
{
    int64_t sum = d->items.n > 0 ? 0 : -1;
    for (size_t i = 0; i < d->items.n && sum >= 0; i++)
        sum = d->items.at[i].package_count >= 0 ? sum + d->items.at[i].package_count : -1;
    return sum;
}

double reconcile_declared_kg(const struct tw_decl *d)
{
    return d->gross_mass_kg.set ? kg(d->gross_mass_kg) : reconcile_items_kg(d);
}

int64_t reconcile_declared_packages(const struct tw_decl *d)
{
    return d->package_total >= 0 ? d->package_total : reconcile_items_packages(d);
}

/* -- digests */

/* Texts as a set: what comes twice counts once. */
struct set {
    uint64_t *at;
    size_t n, cap;
};

static tw_err set_add(struct set *s, uint64_t hash)
{
    uint64_t *at = reconcile_grown(s->at, &s->cap, s->n, sizeof *at);
    if (at == NULL) return TW_NOMEM;
    s->at = at;
    s->at[s->n++] = hash;
    return TW_OK;
}

static int by_hash(const void *x, const void *y)
{
    const uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
    return (a > b) - (a < b);
}

/* And leaves it empty. */
static uint64_t set_hash(struct set *s)
{
    uint64_t hash = 0;
    if (s->n > 1) qsort(s->at, s->n, sizeof *s->at, by_hash);
    for (size_t i = 0; i < s->n; i++)
        if (i == 0 || s->at[i] != s->at[i - 1]) hash = tw_hash_join(hash, s->at[i]);
    s->n = 0;
    return hash;
}

static uint64_t text_hash(struct tw_str s)
{
    return s.n > 0 ? tw_hash64(s.s, s.n, 0) : 0;
}

static uint64_t number_hash(struct tw_str number)
{
    char room[TW_NUMBER_BYTES];
    return text_hash(tw_number_key(number, room));
}

struct digest {
    struct set containers, consignees, descriptions;
};

static tw_err take_part(struct digest *g, const struct tw_consignment *c, struct document *ret)
{
    const int64_t packages = reconcile_packages(c);
    ret->kg += reconcile_kg(c); /* NaN stays */
    ret->packages = ret->packages < 0 || packages < 0 ? -1 : ret->packages + packages;
    for (size_t i = 0; i < c->containers.n; i++)
        TW_TRY(set_add(&g->containers, number_hash(c->containers.at[i].id)));
    TW_TRY(set_add(&g->consignees, tw_hash_join(text_hash(c->consignee.id), text_hash(c->consignee.name))));
    return set_add(&g->descriptions, text_hash(c->description));
}

/* -- who belongs together */

/* While documents are listed. `next`: of each consignment of one manifest, the next part of its document. */
struct listing {
    struct documents *to;
    struct digest digest;
    uint32_t *next, *last;
    size_t next_cap, last_cap;
};

static tw_err number_of(struct documents *d, struct tw_str bill, uint32_t *ret)
{
    char room[TW_NUMBER_BYTES];
    return tw_intern_put(d->numbers, tw_number_key(bill, room), ret);
}

static tw_err add_document(struct listing *l, uint32_t consignment, size_t first)
{
    struct documents *d = l->to;
    struct document *at = reconcile_grown(d->at, &d->cap, d->n, sizeof *at);
    if (at == NULL) return TW_NOMEM;
    d->at = at;
    uint32_t *last = reconcile_grown(l->last, &l->last_cap, d->n - first, sizeof *last);
    if (last == NULL) return TW_NOMEM;
    l->last = last;
    d->at[d->n] = (struct document){.first = consignment};
    l->last[d->n - first] = consignment;
    d->n++;
    return TW_OK;
}

/* Puts a consignment to the other parts of its document. first = of the documents of its manifest */
static tw_err add_part(struct listing *l, uint32_t manifest, uint32_t consignment, size_t first)
{
    struct documents *d = l->to;
    const struct tw_consignment *c = &d->manifest[manifest]->consignments.at[consignment];
    uint32_t number, at;
    uint32_t *next = reconcile_grown(l->next, &l->next_cap, consignment, sizeof *next);
    if (next == NULL) return TW_NOMEM;
    l->next = next;
    l->next[consignment] = NOWHERE;
    TW_TRY(number_of(d, c->bill, &number));
    TW_TRY(tw_map64_put(d->pairs, reconcile_pair(manifest, number), &at));
    if (at == d->n) return add_document(l, consignment, first);
    l->next[l->last[at - first]] = consignment;
    l->last[at - first] = consignment;
    return TW_OK;
}

static tw_err add_master(struct documents *d, uint32_t manifest, const struct tw_consignment *c)
{
    uint32_t number, at;
    char room[TW_NUMBER_BYTES];
    if (tw_number_key(c->master, room).n == 0 || reconcile_same(c->master, c->bill)) return TW_OK;
    TW_TRY(number_of(d, c->master, &number));
    return tw_map64_put(d->masters, reconcile_pair(manifest, number), &at);
}

static tw_err list_manifest(struct listing *l, uint32_t manifest)
{
    struct documents *d = l->to;
    const struct tw_manifest *m = d->manifest[manifest];
    const size_t first = d->n;
    for (uint32_t k = 0; k < m->consignments.n; k++) {
        TW_TRY(add_part(l, manifest, k, first));
        TW_TRY(add_master(d, manifest, &m->consignments.at[k]));
    }
    for (size_t i = first; i < d->n; i++) {
        struct document *at = &d->at[i];
        for (uint32_t k = at->first; k != NOWHERE; k = l->next[k])
            TW_TRY(take_part(&l->digest, &m->consignments.at[k], at));
        at->containers = set_hash(&l->digest.containers);
        at->consignees = set_hash(&l->digest.consignees);
        at->descriptions = set_hash(&l->digest.descriptions);
    }
    return d->n < NOWHERE ? TW_OK : TW_NOMEM;
}

tw_err reconcile_list_documents(const struct tw_manifest *const *m, size_t n, struct documents *ret)
{
    struct listing l = {.to = ret};
    *ret = (struct documents){.manifest = m};
    tw_err err = tw_intern_new(&ret->numbers);
    if (err == TW_OK) err = tw_map64_new(&ret->pairs);
    if (err == TW_OK) err = tw_map64_new(&ret->masters);
    for (uint32_t i = 0; err == TW_OK && i < n; i++) err = list_manifest(&l, i);
    tw_free(l.next);
    tw_free(l.last);
    tw_free(l.digest.containers.at);
    tw_free(l.digest.consignees.at);
    tw_free(l.digest.descriptions.at);
    return err;
}

/* -- asking */

uint32_t reconcile_number(const struct documents *d, struct tw_str bill)
{
    char room[TW_NUMBER_BYTES];
    return tw_intern_find(d->numbers, tw_number_key(bill, room));
}

const struct document *reconcile_document(const struct documents *d, uint32_t manifest, uint32_t number)
{
    const uint32_t at =
        number != NOWHERE ? tw_map64_find(d->pairs, reconcile_pair(manifest, number)) : (uint32_t)TW_MAP_NONE;
    return at != TW_MAP_NONE ? &d->at[at] : NULL;
}

bool reconcile_has_houses(const struct documents *d, uint32_t manifest, const struct tw_consignment *c)
{
    const uint32_t number = c->bill.n > 0 ? reconcile_number(d, c->bill) : (uint32_t)NOWHERE;
    return number != NOWHERE && tw_map64_find(d->masters, reconcile_pair(manifest, number)) != TW_MAP_NONE;
}

/* Sums of the same parts in another order may differ in their last bits. */
static bool same_mass(double a, double b)
{
    static const double BITS = 1e-9;
    return fabs(a - b) <= BITS * fabs(a) || (isnan(a) && isnan(b));
}

const char *reconcile_changed(const struct document *a, const struct document *b)
{
    if (a->containers != b->containers) return "its containers";
    if (!same_mass(a->kg, b->kg)) return "its gross mass";
    if (a->packages != b->packages) return "its packages";
    if (a->consignees != b->consignees) return "its consignee";
    if (a->descriptions != b->descriptions) return "the description of the goods";
    return NULL;
}

/* To the gram. */
static uint64_t mass_hash(double mass)
{
    const double grams = isnan(mass) ? -1 : rint(mass * 1000);
    uint64_t bits;
    memcpy(&bits, &grams, sizeof bits);
    return bits;
}

uint64_t reconcile_fingerprint(const struct documents *d, uint32_t manifest)
{
    const struct tw_manifest *m = d->manifest[manifest];
    uint64_t sum = 0; /* the order of documents does not matter, and none comes twice */
    for (uint32_t k = 0; k < m->consignments.n; k++) {
        const uint32_t number = reconcile_number(d, m->consignments.at[k].bill);
        const struct document *at = reconcile_document(d, manifest, number);
        if (at == NULL || at->first != k) continue;
        uint64_t hash = tw_hash_join(number, mass_hash(at->kg));
        hash = tw_hash_join(hash, (uint64_t)at->packages);
        hash = tw_hash_join(hash, at->containers);
        hash = tw_hash_join(hash, at->consignees);
        sum += tw_hash_join(hash, at->descriptions);
    }
    return sum;
}
