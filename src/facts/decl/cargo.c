/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of a document in all versions are a group. What importers declared is kept for each of them and each
 * group; groups that one importer's declarations hold together are tied, for that importer alone. */
#include "decl/cargo_priv.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

enum { VISITS_MAX = 1 << 16 }; /* steps along numbers that many bear, for one declaration */

void tw_cargo_free(struct tw_cargo *c)
{
    if (c == NULL) return;
    reconcile_index_free(&c->bills);
    reconcile_index_free(&c->masters);
    reconcile_index_free(&c->containers);
    reconcile_index_free(&c->voyages);
    reconcile_versions_free(&c->versions);
    tw_map64_free(c->ties);
    tw_free(c->tie);
    tw_free(c->part);
    tw_free(c->group);
    tw_free(c);
}

tw_err tw_cargo_new(const struct tw_manifest *const *manifest, size_t n, struct tw_cargo **ret)
{
    if (n >= NOWHERE) return TW_NOMEM;
    TW_SCOPED(tw_cargo) *c = tw_calloc(1, sizeof *c);
    if (c == NULL) return TW_NOMEM;
    c->manifest = manifest;
    TW_TRY(cargo_build(c, n));
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
    bool off;   /* one that was taken off a manifest when the ship had arrived */
};

static bool holds(const struct search *s, uint32_t part)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->found[i] == part) return true;
    return false;
}

static tw_err add_found(struct search *s, uint32_t part)
{
    if (holds(s, part)) return TW_OK;
    if (s->n == s->cap) {
        const size_t cap = s->cap > 0 ? 2 * s->cap : 4;
        uint32_t *more = tw_arena_array(s->arena, cap, sizeof *more);
        if (more == NULL) return TW_NOMEM;
        if (s->n > 0) memcpy(more, s->found, s->n * sizeof *more);
        s->found = more;
        s->cap = cap;
    }
    s->found[s->n++] = part;
    return TW_OK;
}

/* Which bearers of a number are looked for. */
enum where {
    HERE,     /* not those of another voyage or ship */
    ANYWHERE, /* all */
    ABOARD,   /* those of the very voyage */
};

static bool is_there(const struct search *s, const struct tw_manifest *m, enum where where)
{
    if (where == ABOARD) return reconcile_same_voyage(m, s->d->transport_means, s->d->voyage);
    return where == ANYWHERE || !reconcile_elsewhere(m, s->d);
}

/* Adds the bearers of a number that stood at the time. *off: one was taken off by then. */
static tw_err add_bearers(struct search *s, const struct index *x, struct tw_str number, enum where where,
                          bool *any, bool *off)
{
    const struct tw_cargo *c = s->c;
    for (uint32_t l = reconcile_index_find(x, number); l != NOWHERE; l = x->link[l].next) {
        const struct part *p = &c->part[x->link[l].leaf];
        if (s->visits == VISITS_MAX || s->n > TW_CARGO_TOGETHER_MAX) return TW_OK;
        s->visits++;
        if (!is_there(s, c->manifest[p->version], where)) continue;
        *off = *off || p->off <= s->at;
        if (!cargo_stands(c, p->version, s->at)) continue;
        TW_TRY(add_found(s, x->link[l].leaf));
        *any = true;
    }
    return TW_OK;
}

static tw_err add_document(void *to, struct tw_str number)
{
    struct search *s = to;
    bool any = false, off = false;
    s->named = true;
    for (int where = HERE; where <= ANYWHERE && !any && !off; where++) {
        TW_TRY(add_bearers(s, &s->c->bills, number, (enum where)where, &any, &off));
        if (!any) TW_TRY(add_bearers(s, &s->c->masters, number, (enum where)where, &any, &off));
    }
    s->off = s->off || (off && !any);
    return TW_OK;
}

/* Had its voyage arrived, by a manifest that was known? Before, another carrier's may still come. */
static bool voyage_arrived(struct search *s)
{
    const struct index *x = &s->c->voyages;
    for (uint32_t l = reconcile_index_find(x, s->d->voyage); l != NOWHERE && s->visits < VISITS_MAX;
         l = x->link[l].next, s->visits++) {
        const struct tw_manifest *m = s->c->manifest[x->link[l].leaf];
        const int64_t arrival = reconcile_arrival(m);
        if (cargo_stands(s->c, x->link[l].leaf, s->at) && arrival != TW_NO_TIME && arrival <= s->at &&
            reconcile_same_voyage(m, s->d->transport_means, s->d->voyage))
            return true;
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
    for (size_t i = 0; i < s->n && !said; i++) said = s->c->part[s->found[i]].c->containers.n > 0;
    for (size_t i = 0; said && i < s->d->containers.n; i++) {
        if (s->d->containers.at[i].id.n == 0) continue;
        v->boxes++;
        v->strange += !given(s, s->d->containers.at[i].id);
    }
}

static tw_err add_by_containers(struct search *s)
{
    bool any = false, off = false;
    for (size_t i = 0; i < s->d->containers.n; i++)
        TW_TRY(add_bearers(s, &s->c->containers, s->d->containers.at[i].id, ABOARD, &any, &off));
    return TW_OK;
}

/* An importer is known by its id, else by its name; without one, who declares. */
static uint64_t party_of(const struct tw_decl *d)
{
    const struct tw_str by[] = {d->importer.id, d->importer.name, d->declarant.id, d->declarant.name};
    for (size_t i = 0; i < sizeof by / sizeof *by; i++) {
        const uint64_t hash = by[i].n > 0 ? tw_hash64(by[i].s, by[i].n, i) : 0;
        if (hash != 0) return hash;
    }
    return 0;
}

tw_err tw_cargo_look(const struct tw_cargo *c, const struct tw_decl *d, int64_t at, struct tw_arena *arena,
                     struct tw_cargo_view *ret)
{
    struct search s = {.c = c, .d = d, .at = at, .arena = arena};
    *ret = (struct tw_cargo_view){.at = at, .party = party_of(d)};
    TW_TRY(reconcile_documents(d, add_document, &s));
    const bool absent = s.n == 0;
    if (absent && d->voyage.n > 0) TW_TRY(add_by_containers(&s));
    ret->consignment = s.found;
    ret->n = s.n;
    ret->sought = s.named && (!absent || voyage_arrived(&s));
    ret->absent = ret->sought && absent;
    ret->late = s.off;
    for (size_t i = 0; i < s.n; i++) ret->late = ret->late || c->part[s.found[i]].late;
    compare_containers(&s, ret);
    tw_cargo_declared(d, ret);
    return TW_OK;
}

/* -- what is declared */

static double count(int64_t packages)
{
    return packages >= 0 ? (double)packages : (double)NAN;
}

static void items(const struct tw_decl *d, struct tw_cargo_view *v)
{
    v->items_kg = reconcile_items_kg(d);
    v->items_packages = count(reconcile_items_packages(d));
}

void tw_cargo_declared(const struct tw_decl *d, struct tw_cargo_view *v)
{
    items(d, v);
    v->declared_kg = reconcile_declared_kg(d);
    v->packages = count(reconcile_declared_packages(d));
}

/* What was said, changed as its items were. */
static double moved(double said, double items_were, double items_are)
{
    if (isnan(said)) return items_are;
    return isnan(items_were) || isnan(items_are) ? said : said + (items_are - items_were);
}

void tw_cargo_redeclared(const struct tw_decl *d, const struct tw_cargo_view *was, struct tw_cargo_view *v)
{
    items(d, v);
    v->declared_kg = moved(was->declared_kg, was->items_kg, v->items_kg);
    v->packages = moved(was->packages, was->items_packages, v->items_packages);
}

/* -- what was declared before */

static uint32_t root(const struct tw_cargo *c, uint32_t i)
{
    while (c->tie[i].parent != i) i = c->tie[i].parent;
    return i;
}

static void add_sum(struct tw_cargo_share *to, struct tw_cargo_share more)
{
    to->declarations += more.declarations;
    to->kg += more.kg;
    to->packages += more.packages;
}

/* The larger side's root stays: no path is longer than the logarithm of its members. */
static void join(struct tw_cargo *c, uint32_t a, uint32_t b)
{
    a = root(c, a);
    b = root(c, b);
    if (a == b) return;
    const bool swap = c->tie[a].members < c->tie[b].members;
    struct tie *x = &c->tie[swap ? b : a], *y = &c->tie[swap ? a : b];
    const uint32_t next = x->next;
    y->parent = swap ? b : a;
    x->next = y->next;
    y->next = next;
    x->members += y->members;
    add_sum(&x->all, y->all);
}

static uint64_t tie_key(uint64_t party, uint32_t group)
{
    return tw_hash_join(party, group);
}

static uint32_t find_tie(const struct tw_cargo *c, uint64_t party, uint32_t group)
{
    return party != 0 ? tw_map64_find(c->ties, tie_key(party, group)) : (uint32_t)NOWHERE;
}

/* What is compared as one. */
struct together {
    uint32_t group[TW_CARGO_TOGETHER_MAX];
    size_t n;
    bool full; /* there were more */
};

static bool among(const struct together *t, uint32_t group)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->group[i] == group) return true;
    return false;
}

static void add_group(struct together *t, uint32_t group)
{
    if (among(t, group)) return;
    if (t->n < TW_CARGO_TOGETHER_MAX)
        t->group[t->n++] = group;
    else
        t->full = true;
}

/* A group that is named, and what the importer's declarations hold together with it. */
static void gather(const struct tw_cargo *c, struct tw_cargo_view *v, uint32_t group, struct together *t)
{
    if (among(t, group)) return;
    add_group(t, group);
    const uint32_t tied = find_tie(c, v->party, group);
    if (tied == NOWHERE) return;
    add_sum(&v->before, c->tie[root(c, tied)].all);
    for (uint32_t i = c->tie[tied].next; i != tied && !t->full; i = c->tie[i].next)
        add_group(t, c->tie[i].group);
}

static void add_others(const struct tw_cargo *c, struct tw_cargo_view *v, uint32_t group)
{
    const uint32_t tied = find_tie(c, v->party, group);
    const struct tw_cargo_share all = c->group[group].alone,
                                own = tied != NOWHERE ? c->tie[tied].alone : (struct tw_cargo_share){0};
    add_sum(&v->others, (struct tw_cargo_share){all.declarations - own.declarations, all.kg - own.kg,
                                                all.packages - own.packages});
}

/* What the manifest that stood says of a group. `parts` and `visits` count on from group to group. */
static bool add_manifested(const struct tw_cargo *c, struct tw_cargo_view *v, uint32_t group, size_t *parts,
                           size_t *visits)
{
    for (uint32_t i = c->group[group].first; i != NOWHERE; i = c->part[i].next) {
        if (++*visits > VISITS_MAX) return false;
        if (!cargo_stands(c, c->part[i].version, v->at)) continue;
        if (++*parts > TW_CARGO_TOGETHER_MAX) return false;
        v->manifested_kg += reconcile_kg(c->part[i].c);
        v->manifested_packages += count(reconcile_packages(c->part[i].c));
    }
    return true;
}

void tw_cargo_sum(const struct tw_cargo *c, struct tw_cargo_view *v)
{
    struct together t;
    size_t parts = 0, visits = 0;
    t.n = 0;
    t.full = v->n > TW_CARGO_TOGETHER_MAX;
    v->before = v->others = (struct tw_cargo_share){0};
    v->manifested_kg = v->manifested_packages = v->n > 0 ? 0 : (double)NAN;
    for (size_t i = 0; i < v->n && !t.full; i++) gather(c, v, c->part[v->consignment[i]].group, &t);
    for (size_t i = 0; i < t.n && !t.full; i++) {
        t.full = !add_manifested(c, v, t.group[i], &parts, &visits);
        add_others(c, v, t.group[i]);
    }
    if (t.full) v->manifested_kg = v->manifested_packages = (double)NAN;
}

/* -- taking in */

/* What is known of a declaration; what is not counts as nothing declared. */
static struct tw_cargo_share known(const struct tw_cargo_view *v)
{
    return (struct tw_cargo_share){1, v->declared_kg > 0 ? v->declared_kg : 0,
                                   v->packages > 0 ? v->packages : 0};
}

static tw_err put_tie(struct tw_cargo *c, uint64_t party, uint32_t group, uint32_t *ret)
{
    struct tie *tie = reconcile_grown(c->tie, &c->ties_cap, c->ties_n, sizeof *tie);
    if (tie == NULL) return TW_NOMEM;
    c->tie = tie;
    TW_TRY(tw_map64_put(c->ties, tie_key(party, group), ret));
    if (*ret == c->ties_n) {
        c->tie[*ret] = (struct tie){.group = group, .parent = *ret, .next = *ret, .members = 1};
        c->ties_n++;
    }
    return TW_OK;
}

static void fold_own(struct tw_cargo *c, const struct tw_cargo_view *v, bool alone)
{
    const uint32_t first = find_tie(c, v->party, c->part[v->consignment[0]].group);
    for (size_t i = 1; i < v->n; i++) join(c, first, find_tie(c, v->party, c->part[v->consignment[i]].group));
    add_sum(&c->tie[root(c, first)].all, known(v));
    if (alone) add_sum(&c->tie[first].alone, known(v));
}

tw_err tw_cargo_fold(struct tw_cargo *c, const struct tw_cargo_view *v)
{
    bool alone = true;
    if (v->n == 0) return TW_OK;
    const uint32_t group = c->part[v->consignment[0]].group;
    for (size_t i = 0; i < v->n; i++) {
        uint32_t at;
        alone = alone && c->part[v->consignment[i]].group == group;
        if (v->party != 0) TW_TRY(put_tie(c, v->party, c->part[v->consignment[i]].group, &at));
    }
    if (v->party != 0) fold_own(c, v, alone);
    if (alone) add_sum(&c->group[group].alone, known(v));
    return TW_OK;
}
