/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/reconcile.h"

#include "base/mem.h"
#include "decl/copy.h"
#include "engine/manifests.h"

enum { ONE_MIB = 256, POINTER = sizeof(void *) };

struct work {
    const struct tw_reconcile_options *options;
    struct tw_reconciled *to;
    struct tw_manifests carried;
    const struct tw_decl **decl;
    size_t decl_n, decl_cap;
};

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

static tw_err too_much(struct tw_fault *fault)
{
    return tw_fail(
        fault, TW_LIMIT,
        "manifests and declarations take more memory than allowed; give --memory more, or the voyages of "
        "fewer days");
}

/* Room for one more pointer. */
static tw_err room(void *at, size_t *cap, size_t n, void *ret, struct tw_fault *fault)
{
    const size_t more = *cap < 64 ? 64 : *cap * 2;
    void *p = at;
    if (n == *cap) {
        p = tw_realloc(at, more, POINTER);
        if (p == NULL) return no_memory(fault);
        *cap = more;
    }
    memcpy(ret, &p, sizeof p);
    return TW_OK;
}

/* -- declarations */

static tw_err keep(struct work *w, const struct tw_decl *d, struct tw_fault *fault)
{
    struct tw_decl *copy;
    const tw_err err = tw_decl_copy(d, w->to->arena, &copy);
    if (err != TW_OK) return tw_arena_full(w->to->arena) ? too_much(fault) : no_memory(fault);
    TW_TRY(room(w->decl, &w->decl_cap, w->decl_n, &w->decl, fault));
    w->decl[w->decl_n++] = copy;
    return TW_OK;
}

static tw_err read_declarations(struct work *w, struct tw_fault *fault)
{
    TW_SCOPED(tw_input) *in = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    if (tw_arena_new((size_t)ONE_MIB << 20, &arena) != TW_OK) return no_memory(fault);
    TW_TRY(tw_input_open(w->options->declarations, w->options->input, &in, fault));
    for (bool more = true; more;) {
        struct tw_reading r;
        TW_TRY(tw_input_next(in, arena, &r, &more, fault));
        if (more) TW_TRY(keep(w, r.decl, fault));
    }
    w->to->declarations_refused = tw_input_count(in).refused_declarations;
    return tw_input_finish(in, fault);
}

/* -- both */

/* The events of all reports, one behind the other. */
static tw_err settle_movements(struct work *w, struct tw_fault *fault)
{
    size_t n = 0;
    for (size_t i = 0; i < w->carried.reports; i++) n += w->carried.report[i]->movements.n;
    struct tw_movement *all = tw_arena_array(w->to->arena, n + 1, sizeof *all);
    if (all == NULL) return too_much(fault);
    w->to->in.movements.at = all;
    w->to->in.movements.n = n;
    for (size_t i = 0; i < w->carried.reports; i++) {
        const size_t some = w->carried.report[i]->movements.n;
        if (some > 0) memcpy(all, w->carried.report[i]->movements.at, some * sizeof *all);
        all += some;
    }
    return TW_OK;
}

/* Pointers go to the arena, where everything else is. */
static tw_err settle(struct work *w, struct tw_fault *fault)
{
    struct tw_reconcile_input *in = &w->to->in;
    const struct tw_decl **d = tw_arena_array(w->to->arena, w->decl_n + 1, POINTER);
    if (d == NULL) return too_much(fault);
    if (w->decl_n > 0) memcpy(d, w->decl, w->decl_n * POINTER);
    in->manifests.at = w->carried.at;
    in->manifests.n = w->carried.n;
    in->declarations.at = d;
    in->declarations.n = w->decl_n;
    in->limits = w->options->limits;
    w->to->manifests_refused = w->carried.refused;
    w->to->messages_passed = w->carried.passed;
    TW_TRY(settle_movements(w, fault));
    return tw_reconcile(in, w->to->arena, &w->to->found, fault);
}

tw_err tw_reconcile_files(const struct tw_reconcile_options *options, struct tw_reconciled *ret,
                          struct tw_fault *fault)
{
    struct work w = {.options = options, .to = ret};
    struct tw_fault why = {0};
    const size_t mib = options->memory_mib != 0 ? options->memory_mib : TW_RECONCILE_MIB;
    *ret = (struct tw_reconciled){0};
    if (tw_arena_new(mib << 20, &ret->arena) != TW_OK) return no_memory(fault);
    tw_err err = tw_manifests_read(options->manifest, options->manifest_n, options->input, ret->arena,
                                   &w.carried, &why);
    if (err == TW_LIMIT) err = too_much(&why);
    if (err == TW_OK) err = read_declarations(&w, &why);
    if (err == TW_OK) err = settle(&w, &why);
    tw_free(w.decl);
    if (err != TW_OK && fault != NULL) *fault = why;
    return err;
}

void tw_reconciled_free(struct tw_reconciled *r)
{
    tw_arena_free(r->arena);
    r->arena = NULL;
}
