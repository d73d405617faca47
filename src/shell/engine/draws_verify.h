/* SPDX-License-Identifier: Apache-2.0 */
/* engine/draws_verify.h -- draws on record, computed anew from the keys of their days.
 *
 * In : decisions as assess --json writes them; the directory of keys.
 * Out: which draws and which keys are not what they must be; whether the draws are as even as chance is.
 * Not: channels; what a draw led to depends on scores and capacity.
 *
 * A draw is wrong, or it is right: that is computed. Evenness is beside it: draws that are all right and not
 * even tell of registration numbers, or keys, that were tried until they suited somebody.
 */
#ifndef TW_ENGINE_DRAWS_VERIFY_H
#define TW_ENGINE_DRAWS_VERIFY_H

#include "base/buf.h"
#include "engine/day_keys.h"
#include "stat/chi2.h"

enum { TW_DRAW_CELLS = 256 };
#define TW_DRAW_ALARM 0.001 /* p-values below it are an alarm */

enum tw_draw_half { TW_DRAW_CHANCE, TW_DRAW_TIES, TW_DRAW_HALVES }; /* upper and lower 32 bits */

struct tw_draws_report {
    uint64_t decisions, days; /* on record; days among them */
    uint64_t repeated;        /* draws that stood before: not counted again for evenness */
    uint64_t elsewhere;       /* of later versions whose first does not stand before with it: look for it */
    uint64_t altered;         /* draws that are not what key and id give */
    struct {                  /* the first of them */
        uint32_t line;
        int32_t day;
        struct tw_buf id;
        uint64_t stands, would;
    } first;
    uint64_t keys, keys_altered; /* revealed; of these not the ones committed to */
    int32_t key_day;             /* the first of those, and its line in keys.jsonl */
    uint32_t key_line;
    struct tw_evenness half[TW_DRAW_HALVES];
};
void tw_draws_report_free(struct tw_draws_report *r); /* leaves an empty one */

/* Is all of it as it must be? */
bool tw_draws_true(const struct tw_draws_report *r);
bool tw_draws_even(const struct tw_draws_report *r); /* too few draws to tell count as even */

struct tw_draws_record {
    const char *decisions, *keys; /* a path or "-"; a directory */
    const volatile sig_atomic_t *stop;
    const char **file; /* is set to which of the two a fault is about; NULL = nobody asks */
};

/* *ret is freed by the caller in any case; it begins zeroed.
 * TW_FORMAT  also: a decision of a day whose key is not revealed; no decision at all. The errors of
 *            tw_day_keys_open and json_lines_read; TW_NOMEM */
tw_err tw_draws_verify(const struct tw_draws_record *record, struct tw_draws_report *ret,
                       struct tw_fault *fault) TW_MUST_CHECK;

#endif
