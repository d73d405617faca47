/* SPDX-License-Identifier: Apache-2.0 */
/* Consignments and declarations are nodes; a transport document or a container that both name ties them. What
 * is tied makes a group (union-find), and a group is compared as a whole. */
#include "decl/reconcile_priv.h"

#include <stdlib.h>

#include "base/mem.h"

static const struct tw_word kind_words[] = {
#define X(id, code, words) {code, words},
    TW_DISCREPANCY_TABLE(X)
#undef X
};

const struct tw_vocabulary *tw_discrepancy_vocabulary(void)
{
    static const struct tw_vocabulary v = {"discrepancy", kind_words, TW_DISCREPANCY_N};
    return &v;
}

enum { MASS_PERMILLE = 50, MASS_KG = 50 };

static void close_work(struct work *w)
{
    reconcile_index_free(&w->bills);
    reconcile_index_free(&w->masters);
    reconcile_index_free(&w->containers);
    reconcile_index_free(&w->under);
    tw_free(w->current);
    tw_free(w->leaf);
    tw_free(w->parent);
    tw_free(w->sums);
    tw_free(w->found);
}

/* -- groups */

static uint32_t root(struct work *w, uint32_t i)
{
    while (w->parent[i] != i) i = w->parent[i] = w->parent[w->parent[i]];
    return i;
}

/* The lower number stays the root, so that groups come in the order of their first consignment. */
static void tie(struct work *w, uint32_t a, uint32_t b)
{
    a = root(w, a);
    b = root(w, b);
    w->parent[a < b ? b : a] = a < b ? a : b;
}

/* Ties a node to all leaves of a number. true = there is one. */
static bool tie_number(struct work *w, const struct index *x, struct tw_str number, uint32_t node)
{
    const uint32_t first = reconcile_index_find(x, number);
    for (uint32_t i = first; i != NOWHERE; i = x->link[i].next) tie(w, x->link[i].leaf, node);
    return first != NOWHERE;
}

/* -- what there is */

/* Does `b` take the place of `a`? Of one version it does when it says the same, the later of the two; else
 * both stand, and that is told. */
static tw_err look_at_version(struct work *w, size_t a, size_t b)
{
    const struct tw_manifest *x = w->in->manifests.at[a], *y = w->in->manifests.at[b];
    if (a == b || !w->current[a] || !reconcile_one_manifest(x, y) || y->version < x->version) return TW_OK;
    if (y->version > x->version) {
        w->current[a] = false;
        return TW_OK;
    }
    if (b < a) return TW_OK;
    w->current[a] = !reconcile_same_goods(x, y);
    if (!w->current[a]) return TW_OK;
    return reconcile_tell(w, (struct tw_discrepancy){.kind = TW_DISCREPANCY_TWICE,
                                                     .manifest = a,
                                                     .consignment = TW_NO_INDEX,
                                                     .declaration = TW_NO_INDEX});
}

static tw_err mark_current(struct work *w)
{
    struct index ids = {0};
    w->current = tw_calloc(w->in->manifests.n + 1, sizeof *w->current);
    if (w->current == NULL) return TW_NOMEM;
    tw_err err = reconcile_index_new(&ids);
    for (size_t i = 0; err == TW_OK && i < w->in->manifests.n; i++) {
        w->current[i] = true;
        err = reconcile_index_put(&ids, w->in->manifests.at[i]->id, (uint32_t)i);
    }
    for (size_t i = 0; err == TW_OK && i < w->in->manifests.n; i++)
        for (uint32_t l = reconcile_index_find(&ids, w->in->manifests.at[i]->id);
             err == TW_OK && l != NOWHERE; l = ids.link[l].next)
            err = look_at_version(w, i, ids.link[l].leaf);
    reconcile_index_free(&ids);
    return err;
}

bool reconcile_has_houses(const struct work *w, size_t manifest, const struct tw_consignment *c)
{
    if (c->bill.n == 0) return false;
    for (uint32_t i = reconcile_index_find(&w->under, c->bill); i != NOWHERE; i = w->under.link[i].next)
        if (w->under.link[i].leaf == manifest) return true;
    return false;
}

/* Which masters the consignments of all manifests stand under. */
static tw_err list_masters(struct work *w)
{
    for (size_t i = 0; i < w->in->manifests.n; i++) {
        const struct tw_manifest *m = w->in->manifests.at[i];
        for (size_t k = 0; k < m->consignments.n; k++) {
            const struct tw_consignment *c = &m->consignments.at[k];
            if (reconcile_same(c->master, c->bill)) continue;
            TW_TRY(reconcile_index_put(&w->under, c->master, (uint32_t)i));
        }
    }
    return TW_OK;
}

static tw_err list_leaves(struct work *w)
{
    size_t cap = 0;
    for (size_t i = 0; i < w->in->manifests.n; i++) cap += w->in->manifests.at[i]->consignments.n;
    w->leaf = tw_calloc(cap + 1, sizeof *w->leaf);
    if (w->leaf == NULL) return TW_NOMEM;
    for (size_t i = 0; i < w->in->manifests.n; i++) {
        const struct tw_manifest *m = w->in->manifests.at[i];
        for (size_t k = 0; w->current[i] && k < m->consignments.n; k++)
            if (!reconcile_has_houses(w, i, &m->consignments.at[k]))
                w->leaf[w->leaves++] = (struct leaf){i, k};
    }
    w->nodes = w->leaves + w->in->declarations.n;
    w->parent = tw_calloc(w->nodes + 1, sizeof *w->parent);
    w->sums = tw_calloc(w->nodes + 1, sizeof *w->sums);
    if (w->parent == NULL || w->sums == NULL) return TW_NOMEM;
    for (size_t i = 0; i < w->nodes; i++) w->parent[i] = (uint32_t)i;
    return TW_OK;
}

static const struct tw_consignment *consignment(const struct work *w, size_t leaf)
{
    const struct leaf *l = &w->leaf[leaf];
    return &w->in->manifests.at[l->manifest]->consignments.at[l->consignment];
}

static tw_err index_leaves(struct work *w)
{
    for (uint32_t i = 0; i < w->leaves; i++) {
        const struct tw_consignment *c = consignment(w, i);
        TW_TRY(reconcile_index_put(&w->bills, c->bill, i));
        TW_TRY(reconcile_index_put(&w->masters, c->master, i));
        for (size_t k = 0; k < c->containers.n; k++)
            TW_TRY(reconcile_index_put(&w->containers, c->containers.at[k].id, i));
    }
    return TW_OK;
}

/* -- who names whom */

/* Ties a declaration to the leaves of a number that are not elsewhere. true = there is one. */
static bool tie_here(struct work *w, const struct index *x, struct tw_str number, const struct tw_decl *d,
                     uint32_t node)
{
    bool any = false;
    for (uint32_t i = reconcile_index_find(x, number); i != NOWHERE; i = x->link[i].next) {
        if (reconcile_elsewhere(w->in->manifests.at[w->leaf[x->link[i].leaf].manifest], d)) continue;
        tie(w, x->link[i].leaf, node);
        any = true;
    }
    return any;
}

static bool tie_document(struct work *w, struct tw_str number, const struct tw_decl *d, uint32_t node)
{
    return tie_here(w, &w->bills, number, d, node) || tie_here(w, &w->masters, number, d, node) ||
           tie_number(w, &w->bills, number, node) || tie_number(w, &w->masters, number, node);
}

/* A declaration on its way to the consignments that it names. */
struct naming {
    struct work *w;
    const struct tw_decl *d;
    uint32_t node;
    bool any;
};

static tw_err tie_named(void *to, struct tw_str number)
{
    struct naming *n = to;
    n->any = tie_document(n->w, number, n->d, n->node) || n->any;
    return TW_OK;
}

/* Do all leaves of a container stand in one manifest? */
static bool of_one_manifest(const struct work *w, struct tw_str container)
{
    const struct index *x = &w->containers;
    const uint32_t first = reconcile_index_find(x, container);
    for (uint32_t i = first; i != NOWHERE; i = x->link[i].next)
        if (w->leaf[x->link[i].leaf].manifest != w->leaf[x->link[first].leaf].manifest) return false;
    return true;
}

static void tie_containers(struct work *w, const struct tw_decl *d, uint32_t node)
{
    const bool named = d->voyage.n > 0 || d->transport_means.n > 0;
    for (size_t k = 0; k < d->containers.n; k++)
        if (named || of_one_manifest(w, d->containers.at[k].id))
            (void)tie_here(w, &w->containers, d->containers.at[k].id, d, node);
}

static tw_err tie_declaration(struct work *w, size_t i)
{
    struct naming n = {w, w->in->declarations.at[i], (uint32_t)(w->leaves + i), false};
    TW_TRY(reconcile_documents(n.d, tie_named, &n));
    if (!n.any) tie_containers(w, n.d, n.node);
    return TW_OK;
}

/* -- sums */

static void add(struct side_sum *s, size_t which, double mass_kg, int64_t packages, size_t containers)
{
    s->containers += containers;
    if (s->n++ == 0) {
        s->mass_kg = mass_kg;
        s->packages = packages;
        s->first = which;
        return;
    }
    s->mass_kg += mass_kg; /* NaN stays */
    s->packages = s->packages < 0 || packages < 0 ? -1 : s->packages + packages;
}

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

static double declared_kg(const struct tw_decl *d)
{
    if (d->gross_mass_kg.set) return kg(d->gross_mass_kg);
    double sum = d->items.n > 0 ? 0 : kg((struct tw_dec){0});
    for (size_t i = 0; i < d->items.n; i++) sum += kg(d->items.at[i].gross_mass_kg);
    return sum;
}

static int64_t declared_packages(const struct tw_decl *d)
{
    if (d->package_total >= 0) return d->package_total;
    int64_t sum = d->items.n > 0 ? 0 : -1;
    for (size_t i = 0; i < d->items.n && sum >= 0; i++)
        sum = d->items.at[i].package_count >= 0 ? sum + d->items.at[i].package_count : -1;
    return sum;
}

static void sum_up(struct work *w)
{
    for (uint32_t i = 0; i < w->leaves; i++) {
        const struct tw_consignment *c = consignment(w, i);
        add(&w->sums[root(w, i)].of[MANIFESTED], i, reconcile_kg(c), reconcile_packages(c), c->containers.n);
    }
    for (size_t i = 0; i < w->in->declarations.n; i++) {
        const struct tw_decl *d = w->in->declarations.at[i];
        add(&w->sums[root(w, (uint32_t)(w->leaves + i))].of[DECLARED], i, declared_kg(d),
            declared_packages(d), d->containers.n);
    }
}

/* -- what disagrees */

tw_err reconcile_tell(struct work *w, struct tw_discrepancy d)
{
    struct tw_discrepancy *found = reconcile_grown(w->found, &w->found_cap, w->found_n, sizeof *found);
    if (found == NULL) return TW_NOMEM;
    w->found = found;
    w->found[w->found_n++] = d;
    return TW_OK;
}

static struct tw_discrepancy of_group(const struct work *w, enum tw_discrepancy_kind kind,
                                      const struct sums *g)
{
    const struct side_sum *m = &g->of[MANIFESTED], *d = &g->of[DECLARED];
    return (struct tw_discrepancy){.kind = kind,
                                   .manifest = m->n > 0 ? w->leaf[m->first].manifest : TW_NO_INDEX,
                                   .consignment = m->n > 0 ? w->leaf[m->first].consignment : TW_NO_INDEX,
                                   .declaration = d->n > 0 ? d->first : TW_NO_INDEX,
                                   .consignments = m->n,
                                   .declarations = d->n,
                                   .manifested_kg = m->mass_kg,
                                   .declared_kg = d->mass_kg,
                                   .manifested_packages = m->packages,
                                   .declared_packages = d->packages};
}

static double far(const struct work *w, const struct sums *g)
{
    const double share = g->of[MANIFESTED].mass_kg * w->limits.mass_permille / 1000;
    return share > w->limits.mass_kg ? share : w->limits.mass_kg;
}

static tw_err compare_sums(struct work *w, const struct sums *g)
{
    const struct side_sum *m = &g->of[MANIFESTED], *d = &g->of[DECLARED];
    const double gap = d->mass_kg - m->mass_kg; /* NaN compares false */
    if (gap > far(w, g) || -gap > far(w, g)) TW_TRY(reconcile_tell(w, of_group(w, TW_DISCREPANCY_WEIGHT, g)));
    if (m->packages >= 0 && d->packages >= 0 && m->packages != d->packages)
        TW_TRY(reconcile_tell(w, of_group(w, TW_DISCREPANCY_PACKAGES, g)));
    return TW_OK;
}

/* A declaration that nothing ties: is its ship one of those here? */
static tw_err look_for_voyage(struct work *w, size_t i, const struct sums *g)
{
    const struct tw_decl *d = w->in->declarations.at[i];
    for (size_t k = 0; k < w->in->manifests.n; k++) {
        if (!w->current[k] || !reconcile_same_voyage(w->in->manifests.at[k], d->transport_means, d->voyage))
            continue;
        struct tw_discrepancy gap = of_group(w, TW_DISCREPANCY_UNMANIFESTED, g);
        gap.manifest = k;
        return reconcile_tell(w, gap);
    }
    return TW_OK;
}

static tw_err compare_groups(struct work *w)
{
    for (uint32_t i = 0; i < w->nodes; i++) {
        if (root(w, i) != i) continue;
        const struct sums *g = &w->sums[i];
        if (g->of[DECLARED].n == 0)
            TW_TRY(reconcile_tell(w, of_group(w, TW_DISCREPANCY_UNDECLARED, g)));
        else if (g->of[MANIFESTED].n == 0)
            TW_TRY(look_for_voyage(w, g->of[DECLARED].first, g));
        else
            TW_TRY(compare_sums(w, g));
    }
    return TW_OK;
}

/* -- containers */

/* Every (group, container) that one side names. */
static tw_err name_containers(struct work *w, struct index *ret)
{
    for (uint32_t i = 0; i < w->leaves; i++) {
        const struct tw_consignment *c = consignment(w, i);
        for (size_t k = 0; k < c->containers.n; k++)
            TW_TRY(reconcile_index_put(ret, c->containers.at[k].id, root(w, i)));
    }
    return TW_OK;
}

static bool names(const struct index *x, struct tw_str container, uint32_t group)
{
    for (uint32_t i = reconcile_index_find(x, container); i != NOWHERE; i = x->link[i].next)
        if (x->link[i].leaf == group) return true;
    return false;
}

static tw_err tell_container(struct work *w, enum tw_discrepancy_kind kind, uint32_t group, size_t leaf,
                             size_t decl, struct tw_str container)
{
    struct tw_discrepancy d = of_group(w, kind, &w->sums[group]);
    if (leaf != TW_NO_INDEX) {
        d.manifest = w->leaf[leaf].manifest;
        d.consignment = w->leaf[leaf].consignment;
    }
    if (decl != TW_NO_INDEX) d.declaration = decl;
    d.container = container;
    return reconcile_tell(w, d);
}

/* Those that one declaration names, against the manifest's of its group. */
static tw_err look_at_declared(struct work *w, size_t i, const struct index *manifested,
                               struct index *declared)
{
    const struct tw_decl *d = w->in->declarations.at[i];
    const uint32_t group = root(w, (uint32_t)(w->leaves + i));
    const bool said = w->sums[group].of[MANIFESTED].containers > 0;
    for (size_t k = 0; said && k < d->containers.n; k++) {
        const struct tw_str id = d->containers.at[k].id;
        TW_TRY(reconcile_index_put(declared, id, group));
        if (names(manifested, id, group)) continue;
        TW_TRY(tell_container(w, TW_DISCREPANCY_CONTAINER_UNMANIFESTED, group, TW_NO_INDEX, i, id));
    }
    return TW_OK;
}

/* Those of one consignment, against the declarations' of its group. */
static tw_err look_at_manifested(struct work *w, uint32_t leaf, const struct index *declared)
{
    const struct tw_consignment *c = consignment(w, leaf);
    const uint32_t group = root(w, leaf);
    const bool said = w->sums[group].of[DECLARED].containers > 0;
    for (size_t k = 0; said && k < c->containers.n; k++) {
        const struct tw_str id = c->containers.at[k].id;
        if (names(declared, id, group)) continue;
        TW_TRY(tell_container(w, TW_DISCREPANCY_CONTAINER_UNDECLARED, group, leaf, TW_NO_INDEX, id));
    }
    return TW_OK;
}

static tw_err compare_containers(struct work *w)
{
    struct index manifested = {0}, declared = {0};
    tw_err err = reconcile_index_new(&manifested);
    if (err == TW_OK) err = reconcile_index_new(&declared);
    if (err == TW_OK) err = name_containers(w, &manifested);
    for (size_t i = 0; err == TW_OK && i < w->in->declarations.n; i++)
        err = look_at_declared(w, i, &manifested, &declared);
    for (uint32_t i = 0; err == TW_OK && i < w->leaves; i++) err = look_at_manifested(w, i, &declared);
    reconcile_index_free(&manifested);
    reconcile_index_free(&declared);
    return err;
}

/* -- all of it */

static int by_place(const void *x, const void *y)
{
    const struct tw_discrepancy *a = x, *b = y;
    const size_t p[] = {a->manifest, a->consignment, a->declaration, (size_t)a->kind};
    const size_t q[] = {b->manifest, b->consignment, b->declaration, (size_t)b->kind};
    for (int i = 0; i < 4; i++)
        if (p[i] != q[i]) return p[i] < q[i] ? -1 : 1;
    const size_t n = a->container.n < b->container.n ? a->container.n : b->container.n;
    const int c = n > 0 ? memcmp(a->container.s, b->container.s, n) : 0;
    return c != 0 ? c : (a->container.n > b->container.n) - (a->container.n < b->container.n);
}

/* Consignments of one document in one manifest are one. */
static void tie_parts(struct work *w, uint32_t leaf)
{
    const struct index *x = &w->bills;
    for (uint32_t i = reconcile_index_find(x, consignment(w, leaf)->bill); i != NOWHERE; i = x->link[i].next)
        if (w->leaf[x->link[i].leaf].manifest == w->leaf[leaf].manifest) tie(w, x->link[i].leaf, leaf);
}

static tw_err prepare(struct work *w)
{
    TW_TRY(reconcile_index_new(&w->bills));
    TW_TRY(reconcile_index_new(&w->masters));
    TW_TRY(reconcile_index_new(&w->containers));
    TW_TRY(reconcile_index_new(&w->under));
    TW_TRY(list_masters(w));
    TW_TRY(mark_current(w));
    TW_TRY(list_leaves(w));
    return index_leaves(w);
}

static tw_err compare(struct work *w)
{
    TW_TRY(prepare(w));
    for (uint32_t i = 0; i < w->leaves; i++) tie_parts(w, i);
    for (size_t i = 0; i < w->in->declarations.n; i++) TW_TRY(tie_declaration(w, i));
    sum_up(w);
    TW_TRY(compare_groups(w));
    TW_TRY(compare_containers(w));
    TW_TRY(reconcile_landed(w));
    return reconcile_amendments(w);
}

static size_t count_joined(struct work *w)
{
    size_t n = 0;
    for (uint32_t i = 0; i < w->leaves; i++) n += w->sums[root(w, i)].of[DECLARED].n > 0;
    return n;
}

tw_err tw_reconcile(const struct tw_reconcile_input *in, struct tw_arena *arena, struct tw_discrepancies *ret,
                    struct tw_fault *fault)
{
    struct work w = {.in = in, .limits = in->limits};
    if (w.limits.mass_permille == 0) w.limits.mass_permille = MASS_PERMILLE;
    if (w.limits.mass_kg == 0) w.limits.mass_kg = MASS_KG;
    tw_err err = compare(&w);
    struct tw_discrepancy *at = NULL;
    if (err == TW_OK && w.found_n > 0) {
        qsort(w.found, w.found_n, sizeof *w.found, by_place);
        at = tw_arena_array(arena, w.found_n, sizeof *at);
        if (at == NULL) err = TW_NOMEM;
    }
    if (err == TW_OK) {
        if (w.found_n > 0) memcpy(at, w.found, w.found_n * sizeof *at);
        *ret = (struct tw_discrepancies){at, w.found_n, w.leaves, count_joined(&w)};
    }
    close_work(&w);
    return err == TW_OK ? TW_OK : tw_fail(fault, err, "out of memory while manifests are compared");
}
