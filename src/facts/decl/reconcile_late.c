/* SPDX-License-Identifier: Apache-2.0 */
/* What comes after a manifest: the terminal's report of what was discharged, and the carrier's second
 * thoughts. */
#include "decl/reconcile_priv.h"

#include <math.h>

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
static tw_err take_landed(struct work *w, size_t at, const struct index *known, struct index *landed)
{
    for (size_t i = 0; i < w->in->movements.n; i++) {
        const struct tw_movement *e = &w->in->movements.at[i];
        if (!landed_here(e, w->in->manifests.at[at])) continue;
        const bool again = reconcile_index_find(landed, e->subject_id) != NOWHERE;
        TW_TRY(reconcile_index_put(landed, e->subject_id, 0));
        if (again || reconcile_index_find(known, e->subject_id) != NOWHERE) continue;
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
static tw_err compare_landed(struct work *w, size_t at, struct index *landed, struct index *known)
{
    const struct tw_manifest *m = w->in->manifests.at[at];
    TW_TRY(name_known(m, known));
    TW_TRY(take_landed(w, at, known, landed));
    for (size_t i = 0; landed->links > 0 && i < m->consignments.n; i++)
        if (!reconcile_has_houses(w, at, &m->consignments.at[i])) TW_TRY(tell_short(w, at, i, landed));
    return TW_OK;
}

tw_err reconcile_landed(struct work *w)
{
    tw_err err = TW_OK;
    for (size_t i = 0; i < w->in->manifests.n && w->in->movements.n > 0 && err == TW_OK; i++) {
        struct index landed = {0}, known = {0};
        if (!w->current[i]) continue;
        err = reconcile_index_new(&landed);
        if (err == TW_OK) err = reconcile_index_new(&known);
        if (err == TW_OK) err = compare_landed(w, i, &landed, &known);
        reconcile_index_free(&landed);
        reconcile_index_free(&known);
    }
    return err;
}

/* -- what was changed too late */

static bool same_containers(const struct tw_consignment *a, const struct tw_consignment *b)
{
    if (a->containers.n != b->containers.n) return false;
    for (size_t i = 0; i < a->containers.n; i++) {
        bool there = false;
        for (size_t k = 0; k < b->containers.n && !there; k++)
            there = reconcile_same(a->containers.at[i].id, b->containers.at[k].id);
        if (!there) return false;
    }
    return true;
}

static bool same_mass(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

const char *reconcile_changed(const struct tw_consignment *a, const struct tw_consignment *b)
{
    if (!same_containers(a, b)) return "its containers";
    if (!same_mass(reconcile_kg(a), reconcile_kg(b))) return "its gross mass";
    if (reconcile_packages(a) != reconcile_packages(b)) return "its packages";
    if (!tw_str_eq(a->consignee.id, b->consignee.id) || !tw_str_eq(a->consignee.name, b->consignee.name))
        return "its consignee";
    if (!tw_str_eq(a->description, b->description)) return "the description of the goods";
    return NULL;
}

const struct tw_consignment *reconcile_of_bill(const struct tw_manifest *m, struct tw_str bill)
{
    for (size_t i = 0; i < m->consignments.n; i++)
        if (reconcile_same(m->consignments.at[i].bill, bill)) return &m->consignments.at[i];
    return NULL;
}

bool reconcile_same_goods(const struct tw_manifest *a, const struct tw_manifest *b)
{
    if (a->consignments.n != b->consignments.n) return false;
    for (size_t i = 0; i < a->consignments.n; i++) {
        const struct tw_consignment *c = reconcile_of_bill(b, a->consignments.at[i].bill);
        if (c == NULL || reconcile_changed(&a->consignments.at[i], c) != NULL) return false;
    }
    return true;
}

static tw_err tell_late(struct work *w, size_t manifest, size_t consignment_, const char *what)
{
    return reconcile_tell(w, (struct tw_discrepancy){.kind = TW_DISCREPANCY_LATE_AMENDMENT,
                                                     .manifest = manifest,
                                                     .consignment = consignment_,
                                                     .declaration = TW_NO_INDEX,
                                                     .consignments = 1,
                                                     .what = what});
}

/* What manifest `late` has other than `before`. */
static tw_err compare_versions(struct work *w, size_t before, size_t late)
{
    const struct tw_manifest *a = w->in->manifests.at[before], *b = w->in->manifests.at[late];
    for (size_t i = 0; i < b->consignments.n; i++) {
        const struct tw_consignment *now = &b->consignments.at[i], *was = reconcile_of_bill(a, now->bill);
        const char *what = was == NULL ? "added" : reconcile_changed(was, now);
        if (what != NULL) TW_TRY(tell_late(w, late, i, what));
    }
    for (size_t i = 0; i < a->consignments.n; i++)
        if (reconcile_of_bill(b, a->consignments.at[i].bill) == NULL)
            TW_TRY(tell_late(w, before, i, "taken off"));
    return TW_OK;
}

/* The version just before; TW_NO_INDEX. */
static size_t version_before(const struct work *w, size_t at)
{
    const struct tw_manifest *m = w->in->manifests.at[at];
    size_t best = TW_NO_INDEX;
    for (size_t i = 0; i < w->in->manifests.n && m->id.n > 0; i++) {
        const struct tw_manifest *o = w->in->manifests.at[i];
        if (i == at || !reconcile_one_manifest(o, m) || o->version >= m->version) continue;
        if (best == TW_NO_INDEX || o->version > w->in->manifests.at[best]->version) best = i;
    }
    return best;
}

tw_err reconcile_amendments(struct work *w)
{
    for (size_t i = 0; i < w->in->manifests.n; i++) {
        const struct tw_manifest *m = w->in->manifests.at[i];
        const int64_t arrival = m->arrived_at != TW_NO_TIME ? m->arrived_at : m->arrival_at;
        if (arrival == TW_NO_TIME || m->lodged_at == TW_NO_TIME || m->lodged_at <= arrival) continue;
        const size_t before = version_before(w, i);
        if (before != TW_NO_INDEX) TW_TRY(compare_versions(w, before, i));
    }
    return TW_OK;
}
