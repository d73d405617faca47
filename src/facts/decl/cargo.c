/* SPDX-License-Identifier: Apache-2.0 */
/* Consignments of every version are leaves with the span in which they stood. Leaves that a document or a
 * declaration holds together make a group (union-find, members in a ring); what was declared is kept at the
 * group's root. */
#include "decl/cargo.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "decl/reconcile_priv.h"

enum { VISITS_MAX = 1 << 16 }; /* steps along numbers that many bear, for one declaration */

struct version {
    const struct tw_manifest *m;
    int64_t from, until; /* when it stood */
    uint32_t before;     /* the version before it; NOWHERE */
};

struct node {
    const struct tw_consignment *c;
    uint32_t version;
    bool late;
    uint32_t parent, next; /* union-find; the ring of its group */
    /* At a root: */
    uint32_t members, declared;
    double declared_kg, declared_packages;
};

struct tw_cargo {
    struct version *version;
    struct node *node;
    size_t versions, nodes;
    struct index bills, masters, containers; /* -> nodes */
    struct index voyages;                    /* -> versions */
};

void tw_cargo_free(struct tw_cargo *c)
{
    if (c == NULL) return;
    reconcile_index_free(&c->bills);
    reconcile_index_free(&c->masters);
    reconcile_index_free(&c->containers);
    reconcile_index_free(&c->voyages);
    tw_free(c->version);
    tw_free(c->node);
    tw_free(c);
}

/* -- versions */

static bool comes_after(const struct version *v, uint32_t a, uint32_t b)
{
    const uint32_t x = v[a].m->version, y = v[b].m->version;
    return x != y ? x > y : a > b;
}

/* `b` may be the version that follows on `a`, and `a` the one before `b`. */
static void follow(struct tw_cargo *c, uint32_t a, uint32_t b, uint32_t *after)
{
    struct version *v = c->version;
    if (a == b || !comes_after(v, b, a) || !reconcile_one_manifest(v[a].m, v[b].m)) return;
    if (*after == NOWHERE || comes_after(v, *after, b)) *after = b;
}

static void order_versions(struct tw_cargo *c, const struct index *ids)
{
    for (uint32_t i = 0; i < c->versions; i++) {
        uint32_t after = NOWHERE;
        for (uint32_t l = reconcile_index_find(ids, c->version[i].m->id); l != NOWHERE; l = ids->link[l].next)
            follow(c, i, ids->link[l].leaf, &after);
        if (after == NOWHERE) continue;
        c->version[i].until = c->version[after].from;
        c->version[after].before = i;
    }
}

static tw_err take_versions(struct tw_cargo *c, const struct tw_manifest *const *manifest)
{
    struct index ids = {0};
    tw_err err = reconcile_index_new(&ids);
    for (uint32_t i = 0; err == TW_OK && i < c->versions; i++) {
        const struct tw_manifest *m = manifest[i];
        c->version[i] =
            (struct version){m, m->lodged_at != TW_NO_TIME ? m->lodged_at : INT64_MIN, INT64_MAX, NOWHERE};
        err = reconcile_index_put(&ids, m->id, i);
        if (err == TW_OK) err = reconcile_index_put(&c->voyages, m->voyage, i);
    }
    if (err == TW_OK) order_versions(c, &ids);
    reconcile_index_free(&ids);
    return err;
}

/* -- groups */

static uint32_t root(const struct tw_cargo *c, uint32_t i)
{
    while (c->node[i].parent != i) i = c->node[i].parent;
    return i;
}

/* The larger group's root stays: no path is longer than the logarithm of its members. */
static void tie(struct tw_cargo *c, uint32_t a, uint32_t b)
{
    a = root(c, a);
    b = root(c, b);
    if (a == b) return;
    if (c->node[a].members < c->node[b].members) {
        const uint32_t swap = a;
        a = b;
        b = swap;
    }
    struct node *x = &c->node[a], *y = &c->node[b];
    const uint32_t next = x->next;
    y->parent = a;
    x->next = y->next;
    y->next = next;
    x->members += y->members;
    x->declared += y->declared;
    x->declared_kg += y->declared_kg;
    x->declared_packages += y->declared_packages;
}

/* -- consignments */

/* Has the version any consignment under this master document? */
static bool has_houses(const struct index *under, uint32_t version, const struct tw_consignment *c)
{
    if (c->bill.n == 0) return false;
    for (uint32_t l = reconcile_index_find(under, c->bill); l != NOWHERE; l = under->link[l].next)
        if (under->link[l].leaf == version) return true;
    return false;
}

static tw_err list_masters(const struct tw_cargo *c, struct index *under, size_t *nodes)
{
    for (uint32_t i = 0; i < c->versions; i++) {
        const struct tw_manifest *m = c->version[i].m;
        *nodes += m->consignments.n;
        for (size_t k = 0; k < m->consignments.n; k++) {
            const struct tw_consignment *one = &m->consignments.at[k];
            if (!reconcile_same(one->master, one->bill)) TW_TRY(reconcile_index_put(under, one->master, i));
        }
    }
    return *nodes < NOWHERE ? TW_OK : TW_NOMEM;
}

static tw_err add_node(struct tw_cargo *c, uint32_t version, const struct tw_consignment *one)
{
    const uint32_t i = (uint32_t)c->nodes++;
    c->node[i] = (struct node){.c = one, .version = version, .parent = i, .next = i, .members = 1};
    TW_TRY(reconcile_index_put(&c->bills, one->bill, i));
    TW_TRY(reconcile_index_put(&c->masters, one->master, i));
    for (size_t k = 0; k < one->containers.n; k++)
        TW_TRY(reconcile_index_put(&c->containers, one->containers.at[k].id, i));
    return TW_OK;
}

static tw_err add_nodes(struct tw_cargo *c, const struct index *under)
{
    for (uint32_t i = 0; i < c->versions; i++) {
        const struct tw_manifest *m = c->version[i].m;
        for (size_t k = 0; k < m->consignments.n; k++)
            if (!has_houses(under, i, &m->consignments.at[k])) TW_TRY(add_node(c, i, &m->consignments.at[k]));
    }
    return TW_OK;
}

/* Was this version lodged when the ship was there? */
static bool is_late(const struct version *v)
{
    const int64_t arrival = v->m->arrived_at != TW_NO_TIME ? v->m->arrived_at : v->m->arrival_at;
    return v->before != NOWHERE && arrival != TW_NO_TIME && v->m->lodged_at != TW_NO_TIME &&
           v->m->lodged_at > arrival;
}

/* Ties a consignment to its parts in the same version and to what it was in the one before. */
static void tie_versions(struct tw_cargo *c, uint32_t i)
{
    struct node *n = &c->node[i];
    const uint32_t before = c->version[n->version].before;
    const struct tw_consignment *was = NULL;
    for (uint32_t l = reconcile_index_find(&c->bills, n->c->bill); l != NOWHERE; l = c->bills.link[l].next) {
        const uint32_t other = c->bills.link[l].leaf;
        if (c->node[other].version == before) was = c->node[other].c;
        if (c->node[other].version == before || c->node[other].version == n->version) tie(c, i, other);
    }
    if (is_late(&c->version[n->version])) n->late = was == NULL || reconcile_changed(was, n->c) != NULL;
}

static tw_err build(struct tw_cargo *c, const struct tw_manifest *const *manifest)
{
    struct index under = {0};
    size_t nodes = 0;
    TW_TRY(reconcile_index_new(&c->bills));
    TW_TRY(reconcile_index_new(&c->masters));
    TW_TRY(reconcile_index_new(&c->containers));
    TW_TRY(reconcile_index_new(&c->voyages));
    TW_TRY(take_versions(c, manifest));
    tw_err err = reconcile_index_new(&under);
    if (err == TW_OK) err = list_masters(c, &under, &nodes);
    if (err == TW_OK) {
        c->node = tw_calloc(nodes + 1, sizeof *c->node);
        err = c->node != NULL ? add_nodes(c, &under) : TW_NOMEM;
    }
    reconcile_index_free(&under);
    for (uint32_t i = 0; err == TW_OK && i < c->nodes; i++) tie_versions(c, i);
    return err;
}

tw_err tw_cargo_new(const struct tw_manifest *const *manifest, size_t n, struct tw_cargo **ret)
{
    if (n >= NOWHERE) return TW_NOMEM;
    TW_SCOPED(tw_cargo) *c = tw_calloc(1, sizeof *c);
    if (c == NULL) return TW_NOMEM;
    c->version = tw_calloc(n + 1, sizeof *c->version);
    c->versions = n;
    if (c->version == NULL) return TW_NOMEM;
    TW_TRY(build(c, manifest));
    *ret = c;
    c = NULL;
    return TW_OK;
}

/* -- a declaration's look */

struct search {
    const struct tw_cargo *c;
    const struct tw_decl *d;
    int64_t at;
    struct tw_arena *arena;
    uint32_t *found;
    size_t n, cap, visits;
    bool named; /* it names a transport document */
};

static bool stands(const struct version *v, int64_t at)
{
    return v->from <= at && at < v->until;
}

static bool holds(const struct search *s, uint32_t node)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->found[i] == node) return true;
    return false;
}

static tw_err add_found(struct search *s, uint32_t node)
{
    if (holds(s, node)) return TW_OK;
    if (s->n == s->cap) {
        const size_t cap = s->cap > 0 ? 2 * s->cap : 4;
        uint32_t *more = tw_arena_array(s->arena, cap, sizeof *more);
        if (more == NULL) return TW_NOMEM;
        if (s->n > 0) memcpy(more, s->found, s->n * sizeof *more);
        s->found = more;
        s->cap = cap;
    }
    s->found[s->n++] = node;
    return TW_OK;
}

/* Adds the bearers of a number that stood at the time; here = and are not of another voyage or ship. */
static tw_err add_bearers(struct search *s, const struct index *x, struct tw_str number, bool here, bool *any)
{
    for (uint32_t l = reconcile_index_find(x, number); l != NOWHERE; l = x->link[l].next) {
        const struct version *v = &s->c->version[s->c->node[x->link[l].leaf].version];
        if (s->visits == VISITS_MAX || s->n > TW_CARGO_TOGETHER_MAX) return TW_OK;
        s->visits++;
        if (!stands(v, s->at) || (here && reconcile_elsewhere(v->m, s->d))) continue;
        TW_TRY(add_found(s, x->link[l].leaf));
        *any = true;
    }
    return TW_OK;
}

static tw_err add_document(void *to, struct tw_str number)
{
    struct search *s = to;
    bool any = false;
    s->named = true;
    for (int far = 0; far < 2 && !any; far++) {
        TW_TRY(add_bearers(s, &s->c->bills, number, far == 0, &any));
        if (!any) TW_TRY(add_bearers(s, &s->c->masters, number, far == 0, &any));
    }
    return TW_OK;
}

/* Is its voyage one of a manifest that was known? */
static bool voyage_known(struct search *s)
{
    const struct index *x = &s->c->voyages;
    for (uint32_t l = reconcile_index_find(x, s->d->voyage); l != NOWHERE && s->visits < VISITS_MAX;
         l = x->link[l].next, s->visits++) {
        const struct version *v = &s->c->version[x->link[l].leaf];
        if (stands(v, s->at) && reconcile_same_voyage(v->m, s->d->transport_means, s->d->voyage)) return true;
    }
    return false;
}

static bool given(struct search *s, struct tw_str container)
{
    const struct index *x = &s->c->containers;
    for (uint32_t l = reconcile_index_find(x, container); l != NOWHERE && s->visits < VISITS_MAX;
         l = x->link[l].next, s->visits++)
        if (holds(s, x->link[l].leaf)) return true;
    return false;
}

static void compare_containers(struct search *s, struct tw_cargo_view *v)
{
    bool said = false;
    for (size_t i = 0; i < s->n && !said; i++) said = s->c->node[s->found[i]].c->containers.n > 0;
    for (size_t i = 0; said && i < s->d->containers.n; i++) {
        if (s->d->containers.at[i].id.n == 0) continue;
        v->boxes++;
        v->strange += !given(s, s->d->containers.at[i].id);
    }
}

tw_err tw_cargo_look(const struct tw_cargo *c, const struct tw_decl *d, struct tw_arena *arena,
                     struct tw_cargo_view *ret)
{
    struct search s = {
        .c = c, .d = d, .at = d->lodged_at != TW_NO_TIME ? d->lodged_at : INT64_MAX - 1, .arena = arena};
    *ret = (struct tw_cargo_view){0};
    TW_TRY(reconcile_documents(d, add_document, &s));
    const bool absent = s.named && s.n == 0;
    const bool by_container = s.n == 0 && (d->voyage.n > 0 || d->transport_means.n > 0);
    bool any;
    for (size_t i = 0; by_container && i < d->containers.n; i++)
        TW_TRY(add_bearers(&s, &c->containers, d->containers.at[i].id, true, &any));
    ret->consignment = s.found;
    ret->n = s.n;
    ret->sought = s.named && (s.n > 0 || voyage_known(&s));
    ret->absent = ret->sought && absent;
    for (size_t i = 0; i < s.n; i++) ret->late |= c->node[s.found[i]].late;
    compare_containers(&s, ret);
    tw_cargo_declared(d, ret);
    return TW_OK;
}

/* -- sums */

/* All items, or the header where one of them does not say. */
void tw_cargo_declared(const struct tw_decl *d, struct tw_cargo_view *v)
{
    double kg = d->items.n > 0 ? 0 : (double)NAN, packages = kg;
    for (size_t i = 0; i < d->items.n; i++) {
        const struct tw_item *item = &d->items.at[i];
        kg += tw_dec_f64(item->gross_mass_kg); /* NaN when absent, and stays */
        packages += item->package_count >= 0 ? (double)item->package_count : (double)NAN;
    }
    if (isnan(kg)) kg = tw_dec_f64(d->gross_mass_kg);
    if (isnan(packages) && d->package_total >= 0) packages = (double)d->package_total;
    v->declared_kg = kg;
    v->packages = packages;
}

static void add_group(const struct tw_cargo *c, int64_t at, uint32_t group, struct tw_cargo_view *v)
{
    const struct node *r = &c->node[group];
    uint32_t i = group;
    do {
        const struct node *n = &c->node[i];
        if (stands(&c->version[n->version], at)) {
            const int64_t packages = reconcile_packages(n->c);
            v->manifested_kg += reconcile_kg(n->c);
            v->manifested_packages += packages >= 0 ? (double)packages : (double)NAN;
        }
        i = n->next;
    } while (i != group);
    v->declared_before += r->declared;
    v->declared_before_kg += r->declared_kg;
    v->declared_before_packages += r->declared_packages;
}

/* Is its group that of one before it? */
static bool counted(const struct tw_cargo *c, const struct tw_cargo_view *v, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (root(c, v->consignment[k]) == root(c, v->consignment[i])) return true;
    return false;
}

void tw_cargo_sum(const struct tw_cargo *c, int64_t at, struct tw_cargo_view *v)
{
    const int64_t when = at != TW_NO_TIME ? at : INT64_MAX - 1;
    size_t together = 0;
    v->declared_before = 0;
    v->declared_before_kg = v->declared_before_packages = 0;
    v->manifested_kg = v->manifested_packages = v->n > 0 && v->n <= TW_CARGO_TOGETHER_MAX ? 0 : (double)NAN;
    for (size_t i = 0; i < v->n && v->n <= TW_CARGO_TOGETHER_MAX; i++) {
        const uint32_t group = root(c, v->consignment[i]);
        if (counted(c, v, i)) continue;
        together += c->node[group].members;
        if (together > TW_CARGO_TOGETHER_MAX) {
            v->manifested_kg = v->manifested_packages = (double)NAN;
            return;
        }
        add_group(c, when, group, v);
    }
}

void tw_cargo_fold(struct tw_cargo *c, const struct tw_cargo_view *v)
{
    if (v->n == 0) return;
    for (size_t i = 1; i < v->n; i++) tie(c, v->consignment[0], v->consignment[i]);
    struct node *r = &c->node[root(c, v->consignment[0])];
    r->declared++;
    r->declared_kg += v->declared_kg;
    r->declared_packages += v->packages;
}
