/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/sample.h"

#include <math.h>

#include "base/mem.h"
#include "stat/rank.h"

struct tw_sample_settings tw_sample_settings_default(void)
{
    return (struct tw_sample_settings){.held_share = 0.2, .cap = 8, .cap_measure = 200};
}

void tw_sample_free(struct tw_sample *s)
{
    if (s == NULL) return;
    tw_free(s->pick);
    tw_free(s->part);
    tw_free(s->label);
    tw_free(s->weight);
    tw_free(s->flow);
    tw_free(s);
}

static tw_err out_of_memory(size_t n, struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory for %zu rows to learn from", n);
}

static tw_err check_settings(const struct tw_sample_settings *s, struct tw_fault *fault)
{
    if (!(s->held_share > 0 && s->held_share <= 0.5))
        return tw_fail(fault, TW_ARG, "the share held back is %g; above 0 and at most 0.5 is allowed",
                       s->held_share);
    if (!(s->cap >= 1 && s->cap <= 1e6 && s->cap_measure >= 1 && s->cap_measure <= 1e6))
        return tw_fail(fault, TW_ARG, "the caps of weights are %g and %g; 1 to 1000000 are allowed", s->cap,
                       s->cap_measure);
    return TW_OK;
}

/* Counts labelled rows and findings, and looks at each. */
static tw_err check_truth(const struct tw_learn_rows *rows, size_t *n, size_t *n_found,
                          struct tw_fault *fault)
{
    for (size_t i = 0; i < rows->n; i++) {
        const struct tw_truth *t = rows->truth + i;
        if (!t->known) continue;
        if (!(t->propensity >= 0 && t->propensity <= 1))
            return tw_fail_at(fault, TW_RANGE, i, "the propensity is %g; above 0 and at most 1 is allowed",
                              t->propensity);
        if (t->known_day < t->lodged_day)
            return tw_fail_at(fault, TW_RANGE, i, "the result was known before the declaration was lodged");
        (*n)++;
        *n_found += t->found;
    }
    if (*n == 0)
        return tw_fail(fault, TW_ARG,
                       "no declaration has an inspection result yet; results of some inspections, of "
                       "which some found something, are needed to learn from");
    if (*n_found == 0)
        return tw_fail(fault, TW_ARG,
                       "none of the %zu inspected items was found non-compliant; at least one such "
                       "finding is needed to learn from, 50 to learn well",
                       *n);
    if (*n_found == *n)
        return tw_fail(fault, TW_ARG,
                       "all %zu inspected items were found non-compliant; results that were conform "
                       "are needed too",
                       *n);
    return TW_OK;
}

/* Puts s->pick in order of lodging, within a day in the order of the rows. */
static tw_err order_by_time(struct tw_sample *s, const struct tw_learn_rows *rows)
{
    double *earlier = tw_calloc(s->n, sizeof(*earlier));
    uint32_t *row = tw_calloc(s->n, sizeof(*row));
    tw_err err = earlier != NULL && row != NULL ? TW_OK : TW_NOMEM;
    if (err == TW_OK) {
        size_t at = 0;
        for (size_t i = 0; i < rows->n; i++) {
            if (!rows->truth[i].known) continue;
            row[at] = (uint32_t)i;
            earlier[at++] = -(double)rows->truth[i].lodged_day;
        }
        err = tw_rank_falling(earlier, s->n, s->pick);
    }
    for (size_t i = 0; err == TW_OK && i < s->n; i++) s->pick[i] = row[s->pick[i]];
    tw_free(earlier);
    tw_free(row);
    return err;
}

/* Is there a border before place i: does a day (or, within one day, a declaration) begin there? */
static bool border(const struct tw_sample *s, const struct tw_truth *t, size_t i)
{
    const struct tw_truth *a = t + s->pick[i - 1];
    const struct tw_truth *b = t + s->pick[i];
    return s->cut_within_a_day ? a->declaration != b->declaration : a->lodged_day != b->lodged_day;
}

/* The border nearest to what is wished for; of two equally near ones the later. 0 = none. */
static size_t nearest_border(const struct tw_sample *s, const struct tw_truth *t, size_t wish)
{
    for (size_t d = 0; d < s->n; d++) {
        if (wish + d < s->n && wish + d > 0 && border(s, t, wish + d)) return wish + d;
        if (d < wish && border(s, t, wish - d)) return wish - d;
    }
    return 0;
}

static void cut(struct tw_sample *s, const struct tw_truth *t, double held_share)
{
    size_t wish = s->n - (size_t)ceil(held_share * (double)s->n);
    s->cut_within_a_day = s->first_day == s->last_day;
    size_t at = nearest_border(s, t, wish);
    if (at == 0) at = s->n; /* one declaration alone: nothing can be held back */
    s->cut_day = at < s->n ? t[s->pick[at]].lodged_day : s->last_day + 1;
    for (size_t i = 0; i < s->n; i++) {
        bool late = !s->cut_within_a_day && t[s->pick[i]].known_day >= s->cut_day;
        s->part[i] = TW_PART_TEACH;
        if (late) s->part[i] = TW_PART_LATE;
        if (i >= at) s->part[i] = TW_PART_HELD;
        s->n_late += s->part[i] == TW_PART_LATE;
        s->n_held += s->part[i] == TW_PART_HELD;
        s->n_held_found += s->part[i] == TW_PART_HELD && s->label[i] > 0;
    }
}

static double inverse(double propensity, double cap)
{
    return propensity * cap < 1 ? cap : 1 / propensity;
}

/* Weights of both kinds, each with mean 1, and how many even-weighted rows they are worth. */
static void weigh(struct tw_sample *s, const struct tw_truth *t, const struct tw_sample_settings *set)
{
    double sum = 0;
    double sum_flow = 0;
    for (size_t i = 0; i < s->n; i++) {
        double p = t[s->pick[i]].propensity;
        s->n_unrecorded += p == 0;
        if (p == 0) p = 1;
        s->weight[i] = (float)inverse(p, set->cap);
        s->flow[i] = inverse(p, set->cap_measure);
        sum += (double)s->weight[i];
        sum_flow += s->flow[i];
    }
    double n = (double)s->n;
    double square = 0;
    double square_flow = 0;
    double found = 0;
    for (size_t i = 0; i < s->n; i++) {
        s->weight[i] = (float)((double)s->weight[i] * n / sum);
        s->flow[i] *= n / sum_flow;
        square += (double)s->weight[i] * (double)s->weight[i];
        square_flow += s->flow[i] * s->flow[i];
        found += s->flow[i] * (double)s->label[i];
    }
    s->effective_n = n * n / square;
    s->effective_flow = n * n / square_flow;
    s->base_rate = found / n;
}

tw_err tw_sample_new(const struct tw_learn_rows *rows, const struct tw_sample_settings *set,
                     struct tw_sample **ret, struct tw_fault *fault)
{
    size_t n = 0;
    size_t n_found = 0;
    TW_TRY(check_settings(set, fault));
    if (rows->n > UINT32_MAX) return tw_fail(fault, TW_ARG, "%zu rows are too many to learn from", rows->n);
    TW_TRY(check_truth(rows, &n, &n_found, fault));
    TW_SCOPED(tw_sample) *s = tw_calloc(1, sizeof(*s));
    if (s == NULL) return out_of_memory(n, fault);
    s->n = n;
    s->n_found = n_found;
    s->pick = tw_calloc(n, sizeof(*s->pick));
    s->part = tw_calloc(n, sizeof(*s->part));
    s->label = tw_calloc(n, sizeof(*s->label));
    s->weight = tw_calloc(n, sizeof(*s->weight));
    s->flow = tw_calloc(n, sizeof(*s->flow));
    if (s->pick == NULL || s->part == NULL || s->label == NULL || s->weight == NULL || s->flow == NULL)
        return out_of_memory(n, fault);
    if (order_by_time(s, rows) != TW_OK) return out_of_memory(n, fault);
    for (size_t i = 0; i < n; i++) s->label[i] = rows->truth[s->pick[i]].found;
    s->first_day = rows->truth[s->pick[0]].lodged_day;
    s->last_day = rows->truth[s->pick[n - 1]].lodged_day;
    cut(s, rows->truth, set->held_share);
    weigh(s, rows->truth, set);
    *ret = s;
    s = NULL;
    return TW_OK;
}
