/* SPDX-License-Identifier: Apache-2.0 */
/* A played border told by hand: what two scorers and the ceiling found of an old mechanism and a new one. */
#ifndef TW_TEST_TRIAL_STORY_H
#define TW_TEST_TRIAL_STORY_H

#include "check.h"
#include "trial/loop.h"

enum { DAYS = 45, FRESH = 2 };

/* What two scorers and the ceiling found of a mechanism that began on the 4th day, by day. */
struct story {
    struct tw_loop_report r;
    struct tw_loop_flow flow[DAYS];
    struct tw_loop_catch day[3][DAYS];
};

static inline void begin(struct story *s)
{
    *s = (struct story){.r = {.first_day = 20000,
                              .n_days = DAYS,
                              .lines = 3,
                              .budget = 5,
                              .random = 0.5,
                              .retrain_weeks = 1,
                              .retrain_full_weeks = 3,
                              .thin_full = 4}};
    const char *name[] = {"tidewaiter", "full_labels", "random"};
    s->r.day = s->flow;
    for (int i = 0; i < 3; i++)
        s->r.line[i] = (struct tw_loop_line){.name = name[i], .ran = true, .learned = 6, .day = s->day[i]};
    s->r.mechanisms = 3;
    s->r.mechanism[0] = TW_STR("none");
    s->r.mechanism[1] = TW_STR("old");
    s->r.mechanism[FRESH] = TW_STR("fresh");
    for (int m = 0; m < TW_LOOP_MECHANISMS; m++) s->r.onset[m] = TW_NO_DAY;
    s->r.onset[FRESH] = 20003;
    for (int k = 0; k < DAYS; k++) {
        s->flow[k] = (struct tw_loop_flow){.lodged = 100, .noncompliant = 4, .duty = 800};
        s->flow[k].met[1] = 3;
        s->flow[k].met[FRESH] = k >= 3;
        for (int i = 0; i < 3; i++) {
            s->day[i][k] = (struct tw_loop_catch){.selected = 5, .found = 1, .duty = 100};
            s->day[i][k].caught[1] = 1;
        }
    }
}

/* Of week w (1 = the first since the onset) line i finds n. */
static inline void finds(struct story *s, int line, int w, uint32_t n)
{
    for (int d = 0; d < 7; d++) s->day[line][3 + (w - 1) * 7 + d].caught[FRESH] = (uint32_t)d < n;
}

#endif
