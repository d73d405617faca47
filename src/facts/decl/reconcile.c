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
    reconcile_index_free(&w->voyages);
    reconcile_versions_free(&w->versions);
    reconcile_documents_free(&w->documents);
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

/* Of one version that came several times, those that say the same count once, the last of them; when they do
 * not say the same all stand, and that is told. `n` manifests of one version, in the order they came. */
static tw_err mark_version(struct work *w, const uint32_t *at, size_t n)
{
    TW_SCOPED(tw_map64) *said = NULL;
    if (n > 1) TW_TRY(tw_map64_new(&said));
    for (size_t i = n; i-- > 0;) {
        uint32_t k = (uint32_t)(n - 1 - i);
        if (n > 1) {
            const size_t before = tw_map64_n(said);
            TW_TRY(tw_map64_put(said, reconcile_fingerprint(&w->documents, at[i]), &k));
            if (k < before) continue;
        }
        w->current[at[i]] = true;
        if (k == 0) continue;
        TW_TRY(reconcile_tell(w, (struct tw_discrepancy){.kind = TW_DISCREPANCY_TWICE,
                                                         .manifest = at[i],
                                                         .consignment = TW_NO_INDEX,
                                                         .declaration = TW_NO_INDEX}));
    }
    return TW_OK;
}

/* The highest version of each family counts, unless it cancels what was before. */
static tw_err mark_current(struct work *w)
{
    const uint32_t *order = w->versions.order;
    const struct tw_manifest *const *m = w->in->manifests.at;
    w->current = tw_calloc(w->versions.n + 1, sizeof *w->current);
    if (w->current == NULL) return TW_NOMEM;
    for (size_t i = 0; i < w->versions.n; i++) {
        if (w->versions.of[order[i]].after != NOWHERE || tw_manifest_cancels(m[order[i]])) continue;
        size_t first = i; /* the last of its family: back to the first that came in its version */
        while (first > 0 && w->versions.of[order[first - 1]].family == w->versions.of[order[i]].family &&
               m[order[first - 1]]->version == m[order[i]]->version)
            first--;
        TW_TRY(mark_version(w, order + first, i - first + 1));
    }
    for (uint32_t i = 0; i < w->versions.n; i++)
        if (w->current[i]) TW_TRY(reconcile_index_put(&w->voyages, m[i]->voyage, i));
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
            if (!reconcile_has_houses(&w->documents, (uint32_t)i, &m->consignments.at[k]))
                w->leaf[w->leaves++] = (struct leaf){(uint32_t)i, (uint32_t)k};
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

/* Consignments of one document in one manifest are one: parts are tied to the first, which bears the number.
 */
static tw_err index_bill(struct work *w, struct tw_map64 *documents, uint32_t *first, uint32_t leaf)
{
    uint32_t at;
    const struct tw_str bill = consignment(w, leaf)->bill;
    const size_t before = tw_map64_n(documents);
    if (bill.n == 0) return TW_OK;
    TW_TRY(tw_map64_put(documents,
                        reconcile_pair(w->leaf[leaf].manifest, reconcile_number(&w->documents, bill)), &at));
    if (at < before) {
        tie(w, first[at], leaf);
        return TW_OK;
    }
    first[at] = leaf;
    return reconcile_index_put(&w->bills, bill, leaf);
}

static tw_err index_bills(struct work *w)
{
    TW_SCOPED(tw_map64) *documents = NULL;
    TW_TRY(tw_map64_new(&documents));
    uint32_t *first = tw_calloc(w->leaves + 1, sizeof *first);
    tw_err err = first != NULL ? TW_OK : TW_NOMEM;
    for (uint32_t i = 0; err == TW_OK && i < w->leaves; i++) err = index_bill(w, documents, first, i);
    tw_free(first);
    return err;
}

static tw_err index_leaves(struct work *w)
{
    TW_TRY(index_bills(w));
    for (uint32_t i = 0; i < w->leaves; i++) {
        const struct tw_consignment *c = consignment(w, i);
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

/* Ties a declaration to the leaves that give a container to its voyage. */
static void tie_voyage(struct work *w, struct tw_str container, const struct tw_decl *d, uint32_t node)
{
    const struct index *x = &w->containers;
    for (uint32_t i = reconcile_index_find(x, container); i != NOWHERE; i = x->link[i].next) {
        const struct tw_manifest *m = w->in->manifests.at[w->leaf[x->link[i].leaf].manifest];
        if (reconcile_same_voyage(m, d->transport_means, d->voyage)) tie(w, x->link[i].leaf, node);
    }
}

static void tie_containers(struct work *w, const struct tw_decl *d, uint32_t node)
{
    for (size_t k = 0; k < d->containers.n; k++) {
        const struct tw_str id = d->containers.at[k].id;
        if (d->voyage.n > 0)
            tie_voyage(w, id, d, node);
        else if (of_one_manifest(w, id))
            (void)tie_here(w, &w->containers, id, d, node);
    }
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

static void sum_up(struct work *w)
{
    for (uint32_t i = 0; i < w->leaves; i++) {
        const struct tw_consignment *c = consignment(w, i);
        add(&w->sums[root(w, i)].of[MANIFESTED], i, reconcile_kg(c), reconcile_packages(c), c->containers.n);
    }
    for (size_t i = 0; i < w->in->declarations.n; i++) {
        const struct tw_decl *d = w->in->declarations.at[i];
        add(&w->sums[root(w, (uint32_t)(w->leaves + i))].of[DECLARED], i, reconcile_declared_kg(d),
            reconcile_declared_packages(d), d->containers.n);
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
    size_t first = TW_NO_INDEX;
    for (uint32_t l = reconcile_index_find(&w->voyages, d->voyage); l != NOWHERE;
         l = w->voyages.link[l].next) {
        const uint32_t k = w->voyages.link[l].leaf;
        if (k < first && reconcile_same_voyage(w->in->manifests.at[k], d->transport_means, d->voyage))
            first = k;
    }
    if (first == TW_NO_INDEX) return TW_OK;
    struct tw_discrepancy gap = of_group(w, TW_DISCREPANCY_UNMANIFESTED, g);
    gap.manifest = first;
    return reconcile_tell(w, gap);
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

/* Every (container, group) that one side names. A container that no manifest has is in neither. */
static tw_err name_container(const struct work *w, struct tw_map64 *x, struct tw_str container,
                             uint32_t group)
{
    uint32_t at;
    const uint32_t number = reconcile_index_number(&w->containers, container);
    return number != NOWHERE ? tw_map64_put(x, reconcile_pair(number, group), &at) : TW_OK;
}

static bool names(const struct work *w, const struct tw_map64 *x, struct tw_str container, uint32_t group)
{
    const uint32_t number = reconcile_index_number(&w->containers, container);
    return number != NOWHERE && tw_map64_find(x, reconcile_pair(number, group)) != TW_MAP_NONE;
}

static tw_err name_manifested(struct work *w, struct tw_map64 *ret)
{
    for (uint32_t i = 0; i < w->leaves; i++) {
        const struct tw_consignment *c = consignment(w, i);
        for (size_t k = 0; k < c->containers.n; k++)
            TW_TRY(name_container(w, ret, c->containers.at[k].id, root(w, i)));
    }
    return TW_OK;
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
static tw_err look_at_declared(struct work *w, size_t i, const struct tw_map64 *manifested,
                               struct tw_map64 *declared)
{
    const struct tw_decl *d = w->in->declarations.at[i];
    const uint32_t group = root(w, (uint32_t)(w->leaves + i));
    const bool said = w->sums[group].of[MANIFESTED].containers > 0;
    for (size_t k = 0; said && k < d->containers.n; k++) {
        const struct tw_str id = d->containers.at[k].id;
        TW_TRY(name_container(w, declared, id, group));
        if (names(w, manifested, id, group)) continue;
        TW_TRY(tell_container(w, TW_DISCREPANCY_CONTAINER_UNMANIFESTED, group, TW_NO_INDEX, i, id));
    }
    return TW_OK;
}

/* Those of one consignment, against the declarations' of its group. */
static tw_err look_at_manifested(struct work *w, uint32_t leaf, const struct tw_map64 *declared)
{
    const struct tw_consignment *c = consignment(w, leaf);
    const uint32_t group = root(w, leaf);
    const bool said = w->sums[group].of[DECLARED].containers > 0;
    for (size_t k = 0; said && k < c->containers.n; k++) {
        const struct tw_str id = c->containers.at[k].id;
        if (names(w, declared, id, group)) continue;
        TW_TRY(tell_container(w, TW_DISCREPANCY_CONTAINER_UNDECLARED, group, leaf, TW_NO_INDEX, id));
    }
    return TW_OK;
}

static tw_err compare_containers(struct work *w)
{
    TW_SCOPED(tw_map64) *manifested = NULL;
    TW_SCOPED(tw_map64) *declared = NULL;
    TW_TRY(tw_map64_new(&manifested));
    TW_TRY(tw_map64_new(&declared));
    TW_TRY(name_manifested(w, manifested));
    for (size_t i = 0; i < w->in->declarations.n; i++) TW_TRY(look_at_declared(w, i, manifested, declared));
    for (uint32_t i = 0; i < w->leaves; i++) TW_TRY(look_at_manifested(w, i, declared));
    return TW_OK;
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

static tw_err prepare(struct work *w)
{
    const struct tw_manifest *const *m = w->in->manifests.at;
    const size_t n = w->in->manifests.n;
    TW_TRY(reconcile_index_new(&w->bills));
    TW_TRY(reconcile_index_new(&w->masters));
    TW_TRY(reconcile_index_new(&w->containers));
    TW_TRY(reconcile_index_new(&w->voyages));
    TW_TRY(reconcile_versions_new(m, n, &w->versions));
    TW_TRY(reconcile_list_documents(m, n, &w->documents));
    TW_TRY(mark_current(w));
    TW_TRY(list_leaves(w));
    return index_leaves(w);
}

static tw_err compare(struct work *w)
{
    TW_TRY(prepare(w));
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
