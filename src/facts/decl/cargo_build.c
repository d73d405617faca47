/* SPDX-License-Identifier: Apache-2.0 */
/* From manifests to parts: consignments of every version, with the span in which they stood, and what was
 * changed when the ship had arrived. */
#include "base/mem.h"
#include "decl/cargo_priv.h"

/* While a book is built. */
struct building {
    struct tw_cargo *c;
    struct documents documents;
    bool *late;              /* of each document */
    int64_t *off;            /* the same */
    struct tw_map64 *groups; /* (family, number) -> group */
};

static const struct document *document_of(const struct building *b, uint32_t version, struct tw_str bill,
                                          uint32_t *number)
{
    *number = reconcile_number(&b->documents, bill);
    return reconcile_document(&b->documents, version, *number);
}

/* A document of a version against the one before it. */
static void compare_document(struct building *b, const struct version *v, const struct document *d,
                             uint32_t number)
{
    const struct document *at = b->documents.at;
    const struct document *was =
        v->before != NOWHERE ? reconcile_document(&b->documents, v->before, number) : NULL;
    const bool changed = was == NULL || reconcile_changed(was, d) != NULL;
    b->late[d - at] = (v->late && v->before != NOWHERE && changed) || (was != NULL && b->late[was - at]);
}

/* What the version after it no longer has. */
static void look_for_loss(struct building *b, const struct version *v, const struct document *d,
                          uint32_t number)
{
    b->off[d - b->documents.at] = INT64_MAX;
    if (v->after == NOWHERE || !b->c->versions.of[v->after].late) return;
    if (tw_manifest_cancels(b->c->manifest[v->after]) ||
        reconcile_document(&b->documents, v->after, number) == NULL)
        b->off[d - b->documents.at] = b->c->versions.of[v->after].from;
}

/* In the order of versions: what was late stays late. */
static void compare_versions(struct building *b)
{
    const struct tw_cargo *c = b->c;
    for (size_t i = 0; i < c->versions.n; i++) {
        const uint32_t at = c->versions.order[i];
        const struct tw_manifest *m = c->manifest[at];
        for (uint32_t k = 0; k < m->consignments.n; k++) {
            uint32_t number;
            const struct document *d = document_of(b, at, m->consignments.at[k].bill, &number);
            if (d == NULL || d->first != k) continue;
            compare_document(b, &c->versions.of[at], d, number);
            look_for_loss(b, &c->versions.of[at], d, number);
        }
    }
}

/* The group of a document; one without a number stands alone. */
static tw_err group_of(struct building *b, uint32_t version, uint32_t number, struct tw_str bill,
                       uint32_t *ret)
{
    struct tw_cargo *c = b->c;
    char room[TW_NUMBER_BYTES];
    const bool numbered = tw_number_key(bill, room).n > 0;
    const uint64_t key = numbered ? reconcile_pair(c->versions.of[version].family, number)
                                  : reconcile_pair(NOWHERE, (uint32_t)c->parts);
    TW_TRY(tw_map64_put(b->groups, key, ret));
    if (*ret == c->groups) c->group[c->groups++] = (struct group){.first = NOWHERE};
    return TW_OK;
}

static tw_err add_part(struct building *b, uint32_t version, const struct tw_consignment *one)
{
    struct tw_cargo *c = b->c;
    uint32_t number, group;
    const struct document *d = document_of(b, version, one->bill, &number);
    if (d == NULL || reconcile_has_houses(&b->documents, version, one)) return TW_OK;
    TW_TRY(group_of(b, version, number, one->bill, &group));
    const uint32_t i = (uint32_t)c->parts++;
    c->part[i] = (struct part){.c = one,
                               .version = version,
                               .group = group,
                               .next = c->group[group].first,
                               .late = b->late[d - b->documents.at],
                               .off = b->off[d - b->documents.at]};
    c->group[group].first = i;
    TW_TRY(reconcile_index_put(&c->bills, one->bill, i));
    TW_TRY(reconcile_index_put(&c->masters, one->master, i));
    for (size_t k = 0; k < one->containers.n; k++)
        TW_TRY(reconcile_index_put(&c->containers, one->containers.at[k].id, i));
    return TW_OK;
}

static tw_err add_parts(struct building *b)
{
    struct tw_cargo *c = b->c;
    for (uint32_t i = 0; i < c->versions.n; i++) {
        const struct tw_manifest *m = c->manifest[i];
        if (tw_manifest_cancels(m)) continue; /* what it lists is what it takes back */
        TW_TRY(reconcile_index_put(&c->voyages, m->voyage, i));
        for (size_t k = 0; k < m->consignments.n; k++) TW_TRY(add_part(b, i, &m->consignments.at[k]));
    }
    return TW_OK;
}

static tw_err build_with(struct building *b)
{
    struct tw_cargo *c = b->c;
    size_t most = 0;
    TW_TRY(reconcile_list_documents(c->manifest, c->versions.n, &b->documents));
    TW_TRY(tw_map64_new(&b->groups));
    for (size_t i = 0; i < c->versions.n; i++) most += c->manifest[i]->consignments.n;
    if (most >= NOWHERE) return TW_NOMEM;
    b->late = tw_calloc(b->documents.n + 1, sizeof *b->late);
    b->off = tw_calloc(b->documents.n + 1, sizeof *b->off);
    c->part = tw_calloc(most + 1, sizeof *c->part);
    c->group = tw_calloc(most + 1, sizeof *c->group);
    if (b->late == NULL || b->off == NULL || c->part == NULL || c->group == NULL) return TW_NOMEM;
    compare_versions(b);
    return add_parts(b);
}

tw_err cargo_build(struct tw_cargo *c, size_t n)
{
    struct building b = {.c = c};
    TW_TRY(reconcile_versions_new(c->manifest, n, &c->versions));
    TW_TRY(reconcile_index_new(&c->bills));
    TW_TRY(reconcile_index_new(&c->masters));
    TW_TRY(reconcile_index_new(&c->containers));
    TW_TRY(reconcile_index_new(&c->voyages));
    TW_TRY(tw_map64_new(&c->ties));
    const tw_err err = build_with(&b);
    reconcile_documents_free(&b.documents);
    tw_map64_free(b.groups);
    tw_free(b.late);
    tw_free(b.off);
    return err;
}
