/* SPDX-License-Identifier: Apache-2.0 */
/* What comes after a manifest: the terminal's report of what was discharged, and the carrier's second
 * thoughts. */
#include "decl/reconcile_priv.h"

/* -- what was landed */

static bool landed_here(const struct tw_movement *e, const struct tw_manifest *m)
{
    return e->subject == TW_SUBJECT_CONTAINER && e->event == TW_EVENT_DISCHARGED &&
           e->timing == TW_TIMING_ACTUAL && reconcile_same_voyage(m, e->means, e->voyage);
}

static tw_err tell_landing(struct work *w, enum tw_discrepancy_kind kind, size_t manifest,
                           size_t consignment_, struct tw_str container)
{
    return reconcile_tell(w, (struct tw_discrepancy){.kind = kind,
                                                     .manifest = manifest,
                                                     .consignment = consignment_,
                                                     .declaration = TW_NO_INDEX,
                                                     .consignments = consignment_ != TW_NO_INDEX,
                                                     .container = container});
}

/* Containers around one manifest. */
struct landing {
    const struct index *movements; /* by voyage */
    struct index *known, *landed;
};

/* All containers of a manifest, also those of no consignment. */
static tw_err name_known(const struct tw_manifest *m, struct index *known)
{
    for (size_t i = 0; i < m->consignments.n; i++)
        for (size_t k = 0; k < m->consignments.at[i].containers.n; k++)
            TW_TRY(reconcile_index_put(known, m->consignments.at[i].containers.at[k].id, 0));
    for (size_t i = 0; i < m->containers.n; i++)
        TW_TRY(reconcile_index_put(known, m->containers.at[i].id, 0));
    return TW_OK;
}

/* What was discharged, and tells of what no manifest knows, each container once. */
static tw_err take_landed(struct work *w, size_t at, const struct landing *l)
{
    const struct tw_manifest *m = w->in->manifests.at[at];
    for (uint32_t i = reconcile_index_find(l->movements, m->voyage); i != NOWHERE;
         i = l->movements->link[i].next) {
        const struct tw_movement *e = &w->in->movements.at[l->movements->link[i].leaf];
        if (!landed_here(e, m)) continue;
        const bool again = reconcile_index_find(l->landed, e->subject_id) != NOWHERE;
        TW_TRY(reconcile_index_put(l->landed, e->subject_id, 0));
        if (again || reconcile_index_find(l->known, e->subject_id) != NOWHERE) continue;
        TW_TRY(tell_landing(w, TW_DISCREPANCY_OVER_LANDED, at, TW_NO_INDEX, e->subject_id));
    }
    return TW_OK;
}

static tw_err tell_short(struct work *w, size_t at, size_t consignment_, const struct index *landed)
{
    const struct tw_consignment *c = &w->in->manifests.at[at]->consignments.at[consignment_];
    for (size_t k = 0; k < c->containers.n; k++) {
        const struct tw_str id = c->containers.at[k].id;
        if (id.n == 0 || reconcile_index_find(landed, id) != NOWHERE) continue;
        TW_TRY(tell_landing(w, TW_DISCREPANCY_SHORT_LANDED, at, consignment_, id));
    }
    return TW_OK;
}

/* Containers of one manifest against those that its terminal discharged; without a report nothing is said. */
static tw_err compare_landed(struct work *w, size_t at, const struct landing *l)
{
    const struct tw_manifest *m = w->in->manifests.at[at];
    TW_TRY(name_known(m, l->known));
    TW_TRY(take_landed(w, at, l));
    for (size_t i = 0; l->landed->links > 0 && i < m->consignments.n; i++)
        if (!reconcile_has_houses(&w->documents, (uint32_t)at, &m->consignments.at[i]))
            TW_TRY(tell_short(w, at, i, l->landed));
    return TW_OK;
}

static tw_err each_landed(struct work *w, const struct index *movements)
{
    tw_err err = TW_OK;
    for (size_t i = 0; i < w->in->manifests.n && err == TW_OK; i++) {
        struct index landed = {0}, known = {0};
        if (!w->current[i]) continue;
        err = reconcile_index_new(&landed);
        if (err == TW_OK) err = reconcile_index_new(&known);
        if (err == TW_OK) err = compare_landed(w, i, &(struct landing){movements, &known, &landed});
        reconcile_index_free(&landed);
        reconcile_index_free(&known);
    }
    return err;
}

tw_err reconcile_landed(struct work *w)
{
    struct index movements = {0};
    if (w->in->movements.n == 0) return TW_OK;
    tw_err err = reconcile_index_new(&movements);
    for (uint32_t i = 0; err == TW_OK && i < w->in->movements.n; i++)
        err = reconcile_index_put(&movements, w->in->movements.at[i].voyage, i);
    if (err == TW_OK) err = each_landed(w, &movements);
    reconcile_index_free(&movements);
    return err;
}

/* -- what was changed too late */

static tw_err tell_late(struct work *w, size_t manifest, size_t late, uint32_t consignment_, const char *what)
{
    return reconcile_tell(
        w, (struct tw_discrepancy){.kind = TW_DISCREPANCY_LATE_AMENDMENT,
                                   .manifest = manifest,
                                   .consignment = consignment_,
                                   .declaration = TW_NO_INDEX,
                                   .consignments = 1,
                                   .what = what,
                                   .expected = w->in->manifests.at[late]->arrived_at == TW_NO_TIME});
}

/* Documents of a manifest, one after another: NULL behind the last. */
static const struct document *next_document(const struct work *w, uint32_t manifest, uint32_t *consignment_,
                                            uint32_t *number)
{
    const struct tw_manifest *m = w->in->manifests.at[manifest];
    while (*consignment_ < m->consignments.n) {
        const uint32_t k = (*consignment_)++;
        *number = reconcile_number(&w->documents, m->consignments.at[k].bill);
        const struct document *d = reconcile_document(&w->documents, manifest, *number);
        if (d != NULL && d->first == k) return d; /* else a further part */
    }
    return NULL;
}

/* What manifest `late` has other than the one before it. */
static tw_err compare_versions(struct work *w, uint32_t late)
{
    const struct version *v = &w->versions.of[late];
    const bool cancels = tw_manifest_cancels(w->in->manifests.at[late]);
    const struct document *d;
    uint32_t number;
    for (uint32_t k = 0; !cancels && (d = next_document(w, late, &k, &number)) != NULL;) {
        const struct document *was = reconcile_document(&w->documents, v->before, number);
        const char *what = was == NULL ? "added" : reconcile_changed(was, d);
        if (what != NULL) TW_TRY(tell_late(w, late, late, d->first, what));
    }
    if (w->versions.of[v->before].after != late) return TW_OK; /* what was cancelled was taken off then */
    for (uint32_t k = 0; (d = next_document(w, v->before, &k, &number)) != NULL;)
        if (cancels || reconcile_document(&w->documents, late, number) == NULL)
            TW_TRY(tell_late(w, v->before, late, d->first, "taken off"));
    return TW_OK;
}

tw_err reconcile_amendments(struct work *w)
{
    for (uint32_t i = 0; i < w->versions.n; i++) {
        const struct version *v = &w->versions.of[i];
        if (v->late && v->before != NOWHERE) TW_TRY(compare_versions(w, i));
    }
    return TW_OK;
}
