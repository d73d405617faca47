/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/past.h"

#include <math.h>
#include <stdio.h>

#include "base/date.h"
#include "base/mem.h"
#include "decl/copy.h"
#include "engine/truth_priv.h"

enum { READING_BYTES = 160 << 20 }; /* what one declaration takes while it is read, message/read.h */
static const size_t PAST_BYTES = (size_t)16 << 30;

/* What has been read and not yet been put in order. */
struct pile {
    struct tw_decl **decl;
    size_t n, cap;
    struct tw_finding *finding; /* texts in the past's arena */
    size_t findings, findings_cap;
};

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

static void pile_free(struct pile *p)
{
    tw_free(p->decl);
    tw_free(p->finding);
}

static tw_err pile_finding(struct pile *p, const struct tw_finding *f, struct tw_str id)
{
    if (p->findings == p->findings_cap) {
        size_t cap = p->findings_cap < 1024 ? 1024 : p->findings_cap * 2;
        struct tw_finding *more = tw_realloc(p->finding, cap, sizeof *more);
        if (more == NULL) return TW_NOMEM;
        p->finding = more;
        p->findings_cap = cap;
    }
    p->finding[p->findings] = *f;
    /* The words point into what is read next; those that mean a basis stand in the program as well. */
    enum tw_basis basis = TW_BASIS_N;
    p->finding[p->findings].basis = tw_basis_parse(f->basis, &basis, NULL) == TW_OK
                                        ? tw_str_from(tw_basis_name(basis))
                                        : (struct tw_str){NULL, 0};
    p->finding[p->findings++].declaration_id = id;
    return TW_OK;
}

static tw_err pile_decl(struct pile *p, const struct tw_reading *r, struct tw_arena *arena)
{
    if (p->n == p->cap) {
        size_t cap = p->cap < 1024 ? 1024 : p->cap * 2;
        struct tw_decl **more = tw_realloc(p->decl, cap, sizeof(struct tw_decl *));
        if (more == NULL) return TW_NOMEM;
        p->decl = more;
        p->cap = cap;
    }
    struct tw_decl *copy = NULL;
    TW_TRY(tw_decl_copy(r->decl, arena, &copy));
    p->decl[p->n++] = copy;
    for (size_t k = 0; k < r->finding_n; k++) TW_TRY(pile_finding(p, &r->finding[k], copy->id));
    return TW_OK;
}

static tw_err read_declarations(const char *path, const struct tw_input_options *options,
                                struct tw_past *past, struct pile *pile, struct tw_fault *fault)
{
    TW_SCOPED(tw_input) *in = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    if (tw_arena_new(READING_BYTES, &arena) != TW_OK) return no_memory(fault);
    TW_TRY(tw_input_open(path, options, &in, fault));
    for (bool more = true;;) {
        struct tw_reading r;
        TW_TRY(tw_input_next(in, arena, &r, &more, fault));
        if (!more) break;
        if (pile_decl(pile, &r, past->arena) != TW_OK)
            return tw_fail(fault, TW_NOMEM, "out of memory after %zu declarations; take a part of the file",
                           pile->n);
    }
    past->refused += tw_input_count(in).refused_declarations;
    return tw_input_finish(in, fault);
}

/* -- order
 * ------------------------------------------------------------------------------------------------------- */

static int64_t lodged(const struct tw_decl *d)
{
    return d->lodged_at; /* TW_NO_TIME is less than any */
}

/* Bottom-up merge sort by time of lodging; as in the file where equal. */
static tw_err sort_pile(struct tw_decl **decl, size_t n)
{
    bool sorted = true;
    for (size_t k = 1; k < n && sorted; k++) sorted = lodged(decl[k - 1]) <= lodged(decl[k]);
    if (sorted) return TW_OK;
    struct tw_decl **spare = tw_calloc(n, sizeof(struct tw_decl *)), **from = decl, **to = spare;
    if (spare == NULL) return TW_NOMEM;
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t lo = 0; lo < n; lo += 2 * width) {
            size_t mid = lo + width < n ? lo + width : n, hi = lo + 2 * width < n ? lo + 2 * width : n,
                   i = lo, j = mid;
            for (size_t k = lo; k < hi; k++)
                to[k] = i < mid && (j == hi || lodged(from[i]) <= lodged(from[j])) ? from[i++] : from[j++];
        }
        struct tw_decl **swap = from;
        from = to;
        to = swap;
    }
    for (size_t k = 0; from != decl && k < n; k++) decl[k] = from[k];
    tw_free(spare);
    return TW_OK;
}

static int32_t day_of(const struct tw_decl *d)
{
    return d->lodged_at != TW_NO_TIME ? tw_time_day(d->lodged_at) : 0;
}

/* How many declarations of the sorted pile come before the split. */
static size_t split(const struct tw_past_options *o, const struct pile *p)
{
    int32_t day = o->split_day;
    if (day == TW_NO_DAY) {
        if (!(o->split_share > 0) || p->n == 0) return p->n;
        size_t at = (size_t)floor(o->split_share * (double)p->n);
        day = at > 0 ? day_of(p->decl[at - 1]) + 1 : day_of(p->decl[0]);
    }
    size_t k = 0;
    while (k < p->n && day_of(p->decl[k]) < day) k++;
    return k;
}

/* -- all together
 * ------------------------------------------------------------------------------------------------ */

static tw_err check(const struct tw_past_options *o, struct tw_fault *fault)
{
    bool one = o->declarations != NULL, two = o->train != NULL || o->test != NULL;
    if (one && two)
        return tw_fail(fault, TW_ARG, "declarations come as one file, or as --train and --test, not as both");
    if (!one && (o->train == NULL || o->test == NULL))
        return tw_fail(fault, TW_ARG, "%s",
                       two ? "--train FILE and --test FILE go together"
                           : "no file of declarations is given, nor --train and --test");
    if (two && o->split_day != TW_NO_DAY)
        return tw_fail(fault, TW_ARG,
                       "with --train and --test the split lies between them; leave out --split");
    if (two && o->input.rejects != NULL)
        return tw_fail(fault, TW_ARG,
                       "--rejects takes the rows of one file; read --train and --test one by one");
    if (!(o->split_share >= 0 && o->split_share < 1))
        return tw_fail(fault, TW_ARG, "the share before the split is %g; 0 to below 1 is allowed",
                       o->split_share);
    return TW_OK;
}

/* Reads into the pile, in order; *before the split. */
static tw_err fill_pile(const struct tw_past_options *o, struct tw_past *past, struct pile *p, size_t *before,
                        struct tw_fault *fault)
{
    const char *first = o->declarations != NULL ? o->declarations : o->train;
    TW_TRY(read_declarations(first, &o->input, past, p, fault));
    if (sort_pile(p->decl, p->n) != TW_OK) return no_memory(fault);
    *before = o->declarations != NULL ? split(o, p) : p->n;
    if (o->test == NULL) return TW_OK;
    TW_TRY(read_declarations(o->test, &o->input, past, p, fault));
    if (p->n == *before || *before == 0) return TW_OK; /* nothing was good in one of them */
    if (sort_pile(p->decl + *before, p->n - *before) != TW_OK) return no_memory(fault);
    if (day_of(p->decl[*before]) >= day_of(p->decl[*before - 1])) return TW_OK;
    TW_SCOPED_BUF words = {0};
    tw_buf_text(&words, "it begins on ");
    tw_buf_day(&words, day_of(p->decl[*before]));
    tw_buf_text(&words, ", before the file of --train ends on ");
    tw_buf_day(&words, day_of(p->decl[*before - 1]));
    return tw_fail(fault, TW_CONFLICT, "%.*s; what is tested must come later", (int)words.n, words.p);
}

static tw_err join_findings(const struct tw_past_options *o, struct tw_past *past, const struct pile *p,
                            struct tw_fault *fault)
{
    for (size_t k = 0; k < p->findings; k++) tw_trial_data_finding(past->data, &p->finding[k]);
    if (o->findings == NULL) return TW_OK;
    TW_SCOPED(tw_findings) *findings = NULL;
    TW_TRY(tw_input_findings(o->findings, &o->input, &findings, fault));
    struct tw_finding_list list = tw_findings_list(findings);
    for (size_t k = 0; k < list.n; k++) tw_trial_data_finding(past->data, &list.at[k]);
    if (list.n > 0 && past->data->unmatched == list.n)
        return tw_fail(fault, TW_NOTFOUND,
                       "none of the %zu findings names a declaration of the file; do they belong together?",
                       list.n);
    return TW_OK;
}

static void name_currency(const struct tw_past_options *o, struct tw_past *past)
{
    struct tw_str c =
        o->input.currency != NULL ? tw_str_from(o->input.currency) : o->input.map->national_currency;
    if (c.n == 3) memcpy(past->currency, c.s, 3);
}

static tw_err read_past(const struct tw_past_options *o, struct tw_past *past, struct pile *p,
                        struct tw_fault *fault)
{
    size_t before = 0;
    name_currency(o, past);
    TW_TRY(fill_pile(o, past, p, &before, fault));
    for (size_t k = 0; k < p->n; k++) {
        tw_err err = tw_trial_data_add(past->data, p->decl[k]);
        if (err != TW_OK) return tw_fail(fault, err, "out of memory for %zu declarations", p->n);
    }
    past->data->train = before;
    TW_TRY(join_findings(o, past, p, fault));
    TW_TRY(tw_carried_read(&o->input, &past->carried, fault));
    past->data->manifest = past->carried.manifests.at;
    past->data->manifests = past->carried.manifests.n;
    if (o->truth != NULL) TW_TRY(truth_read(o->truth, &o->input, past, fault));
    if (o->truth == NULL) tw_trial_data_judge_by_findings(past->data);
    if (o->input.file != NULL) *o->input.file = NULL;
    return TW_OK;
}

tw_err tw_past_read(const struct tw_past_options *o, struct tw_past *ret, struct tw_fault *fault)
{
    TW_TRY(check(o, fault));
    struct tw_past past = {.data = NULL};
    struct pile pile = {.n = 0};
    tw_err err = tw_trial_data_new(&past.data);
    if (err == TW_OK) err = tw_arena_new(PAST_BYTES, &past.arena);
    err = err == TW_OK ? read_past(o, &past, &pile, fault) : no_memory(fault);
    pile_free(&pile);
    if (err != TW_OK) {
        tw_past_free(&past);
        return err;
    }
    *ret = past;
    return TW_OK;
}

void tw_past_free(struct tw_past *p)
{
    tw_trial_data_free(p->data);
    tw_carried_free(&p->carried);
    tw_arena_free(p->arena);
    *p = (struct tw_past){.data = NULL};
}
