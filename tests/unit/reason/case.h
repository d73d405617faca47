/* SPDX-License-Identifier: Apache-2.0 */
/* One item to explain, with evidence that a test writes by hand. */
#ifndef TW_TEST_REASON_CASE_H
#define TW_TEST_REASON_CASE_H

#include <math.h>

#include "../profile/border.h"
#include "reason/reason.h"

struct told {
    struct shipment s;
    float x[TW_FEATURE_N];
    struct tw_evidence e[TW_FEATURE_N];
    double a[TW_FEATURE_N];
    struct tw_reason_case c;
};

enum { TODAY = 20454 /* 2026-01-01 */ };

/* Nothing known of anything, nothing attributed: 5 kg of HS 8517.01 from CN via SG for 20.50 XTS. */
static inline void told(struct told *t)
{
    memset(t, 0, sizeof *t);
    (void)declare(&t->s, 1, 1, 1, TODAY, 2050, 5000);
    for (int f = 0; f < TW_FEATURE_N; f++) {
        t->x[f] = NAN;
        t->e[f] = (struct tw_evidence){
            .value = (double)NAN, .reference = (double)NAN, .since_day = TW_NO_DAY, .kind = TW_KIND_N};
    }
    t->c = (struct tw_reason_case){&t->s.decl, 0, t->x, t->e, t->a, "XTS", TODAY};
}

static inline void know(struct told *t, enum tw_feature f, double x, struct tw_evidence e)
{
    t->x[f] = (float)x;
    t->e[f] = e;
}

#endif
