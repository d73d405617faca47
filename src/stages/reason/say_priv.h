/* SPDX-License-Identifier: Apache-2.0 */
/* reason/say_priv.h -- one feature as a sentence, for this module's files alone. */
#ifndef TW_REASON_SAY_PRIV_H
#define TW_REASON_SAY_PRIV_H

#include "reason/reason.h"

/* Has feature f of the case something it was compared with: a usual value, a population, a date? Pure. */
bool say_compares(const struct tw_reason_case *c, enum tw_feature f);

/* Fills text, values_json and audience of *ret; texts in the arena. TW_NOMEM */
tw_err say_feature(const struct tw_reason_case *c, enum tw_feature f, struct tw_arena *arena,
                   struct tw_reason *ret) TW_MUST_CHECK;

/* A money amount or a quantity as sentences show it: 12,400; 148.20; 0.0412. Returns its decimals. */
unsigned say_digits(double v);

#endif
