/* SPDX-License-Identifier: Apache-2.0 */
/* A border small enough to reckon by hand: DAYS days, a changing number of declarations each, every third
 * with two items; who is non-compliant, what would be missed and how long results take is fixed by number. */
#ifndef TW_TEST_TRIAL_PLAYED_H
#define TW_TEST_TRIAL_PLAYED_H

#include "base/hash.h"
#include "trial/loop.h"
#include "unit/profile/border.h"

enum { FIRST_DAY = 20000, DAYS = 60, SPLIT = 30 /* days before it */, N_MAX = DAYS * 16 };

struct played {
    struct tw_trial_data *d;
    struct shipment *s; /* N_MAX */
    struct tw_item (*item)[2];
};

static inline size_t of_day(int32_t day) /* 9 to 15 declarations */
{
    return 9 + (size_t)(day * 5 % 7);
}

/* Number k of day `day`: importer k % 12; importers 0 and 1 offend on two days of three, with mechanism 1,
 * and from day 40 on importer 2 always, with mechanism 2. */
static inline void truth_of(struct tw_trial_item *i, uint32_t importer, int32_t day)
{
    uint64_t h = tw_mix64(tw_hash_join((uint64_t)day, i->declaration * 2 + i->number));
    bool old = importer < 2 && day % 3 != 0, fresh = importer == 2 && day >= 40;
    i->judged = true;
    i->noncompliant = old || fresh;
    i->mechanism = fresh ? 2 : old ? 1 : 0;
    i->recoverable = i->noncompliant ? 1000 + (double)(h % 100) : 0;
    i->would_miss = i->noncompliant && h % 5 == 0;
    i->delay_days = (uint8_t)(h / 5 % 15);
    i->inspected = h / 7 % 4 == 0;
    i->found = i->inspected && i->noncompliant && !i->would_miss;
    i->known_day = i->inspected ? i->day + i->delay_days : 0;
    i->propensity = i->inspected ? 0.25 : 0;
    i->recovered = i->found ? i->recoverable : i->inspected ? 0 : (double)NAN;
}

static inline struct played played_open(void)
{
    struct played p = {.s = calloc(N_MAX, sizeof(struct shipment)), .item = calloc(N_MAX, sizeof *p.item)};
    CHECK(p.s != NULL && p.item != NULL);
    CHECK(tw_trial_data_new(&p.d) == TW_OK);
    int n = 0;
    for (int32_t day = 0; day < DAYS; day++) {
        if (day == SPLIT) p.d->train = p.d->n;
        for (size_t k = 0; k < of_day(day); k++, n++) {
            struct shipment *s = &p.s[n];
            declare(s, n, (int)(k % 12), (int)(k % 3), FIRST_DAY + day, 100000 + n % 7 * 900,
                    50000 + n % 5 * 700);
            p.item[n][0] = p.item[n][1] = s->item;
            p.item[n][1].number = 2;
            s->decl.items.at = p.item[n];
            s->decl.items.n = n % 3 == 0 ? 2 : 1;
            size_t from = p.d->items;
            CHECK(tw_trial_data_add(p.d, &s->decl) == TW_OK);
            for (; from < p.d->items; from++) truth_of(&p.d->item[from], (uint32_t)(k % 12), day);
        }
    }
    p.d->truth = true;
    p.d->mechanism[1] = TW_STR("old");
    p.d->mechanism[2] = TW_STR("fresh");
    p.d->mechanisms = 3;
    return p;
}

static inline void played_close(struct played *p)
{
    tw_trial_data_free(p->d);
    free(p->s);
    free(p->item);
}

#endif
