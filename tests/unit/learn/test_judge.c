/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/judge.h"

#include <math.h>
#include <stdbool.h>

#include "base/mem.h"
#include "check.h"

enum { N = 400, HELD = 200 };

/* Rows [0, HELD) teach, the others are held back; every fifth is a finding. */
struct rows {
    uint8_t part[N];
    float label[N], weight[N], margin[N];
    struct tw_sample s;
};

static void make(struct rows *r)
{
    for (int i = 0; i < N; i++) {
        r->part[i] = i < HELD ? TW_PART_TEACH : TW_PART_HELD;
        r->label[i] = i % 5 == 0;
        r->weight[i] = 1;
        r->margin[i] = 0;
    }
    r->s = (struct tw_sample){
        .n = N, .part = r->part, .label = r->label, .weight = r->weight, .n_held = N - HELD};
}

/* Margins that tell findings from others, but for one in `wrong`; `scale` = how sure they are of it. */
static void order(struct rows *r, int wrong, float scale)
{
    for (int i = 0; i < N; i++) {
        const bool high = (r->label[i] > 0) != (i / 5 % wrong == 0);
        r->margin[i] = scale * (high ? 1.0F : -1.0F);
    }
}

static double settled(struct tw_judge *j, const struct rows *r)
{
    double loss = 0;
    for (int round = 0; round < 60; round++) loss = tw_judge_round(j, r->margin);
    return loss;
}

static void the_scale_of_margins_does_not_count(void)
{
    static struct rows r;
    TW_SCOPED(tw_judge) *j = NULL;
    make(&r);
    CHECK(tw_judge_new(&r.s, &j) == TW_OK);
    order(&r, 7, 1);
    const double plain = settled(j, &r);
    order(&r, 7, 3);
    tw_judge_begin(j);
    CHECK(fabs(settled(j, &r) - plain) < 0.02); /* a slope is pulled a little to 1 */
    order(&r, 3, 1);
    tw_judge_begin(j);
    CHECK(settled(j, &r) > plain + 0.05);
}

static void rows_that_teach_do_not_count(void)
{
    static struct rows r;
    TW_SCOPED(tw_judge) *j = NULL;
    make(&r);
    CHECK(tw_judge_new(&r.s, &j) == TW_OK);
    order(&r, 7, 1);
    const double loss = tw_judge_round(j, r.margin);
    for (int i = 0; i < HELD; i++) r.margin[i] = 1e6F;
    tw_judge_begin(j);
    CHECK(tw_judge_round(j, r.margin) == loss);
}

static void a_later_candidate_must_be_clearly_better(void)
{
    static struct rows r;
    TW_SCOPED(tw_judge) *j = NULL;
    make(&r);
    CHECK(tw_judge_new(&r.s, &j) == TW_OK);
    CHECK(!tw_judge_better(j)); /* no round yet */
    order(&r, 4, 1);
    settled(j, &r);
    CHECK(tw_judge_better(j));  /* nothing was kept */
    CHECK(!tw_judge_better(j)); /* it is what is kept */
    tw_judge_begin(j);
    order(&r, 4, 1);
    r.margin[HELD] = -r.margin[HELD]; /* one row the better */
    settled(j, &r);
    CHECK(!tw_judge_better(j));
    tw_judge_begin(j);
    order(&r, 20, 1);
    settled(j, &r);
    CHECK(tw_judge_better(j));
}

static void the_best_round_counts_not_the_last(void)
{
    static struct rows r;
    TW_SCOPED(tw_judge) *j = NULL;
    make(&r);
    CHECK(tw_judge_new(&r.s, &j) == TW_OK);
    order(&r, 4, 1);
    settled(j, &r);
    CHECK(tw_judge_better(j));
    tw_judge_begin(j);
    order(&r, 20, 1);
    settled(j, &r);
    order(&r, 2, 1);
    tw_judge_round(j, r.margin);
    CHECK(tw_judge_better(j));
}

static void survives_failed_allocations(void)
{
    static struct rows r;
    make(&r);
    tw_err err = TW_NOMEM;
    for (long n = 0; err == TW_NOMEM && n < 100; n++) {
        struct tw_judge *j = NULL;
        tw_mem_fail_after(n);
        err = tw_judge_new(&r.s, &j);
        tw_mem_fail_after(-1);
        CHECK((err == TW_OK) == (j != NULL));
        tw_judge_free(j);
    }
    CHECK(err == TW_OK);
}

int main(void)
{
    RUN(the_scale_of_margins_does_not_count);
    RUN(rows_that_teach_do_not_count);
    RUN(a_later_candidate_must_be_clearly_better);
    RUN(the_best_round_counts_not_the_last);
    RUN(survives_failed_allocations);
    return DONE();
}
