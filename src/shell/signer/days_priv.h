/* SPDX-License-Identifier: Apache-2.0 */
/* signer/days_priv.h -- what has become of each day.
 *
 * In : the bytes of the file `days` (docs/formats/signer.md); days that were shown or revealed.
 * Out: what is known of a day; the bytes with one more.
 * Not: keys; files.
 */
#ifndef TW_SIGNER_DAYS_PRIV_H
#define TW_SIGNER_DAYS_PRIV_H

#include "base/buf.h"

enum signer_day { SIGNER_DAY_NONE, SIGNER_DAY_SHOWN, SIGNER_DAY_REVEALED };

enum { SIGNER_DAYS_BYTES_MAX = 4 << 20 }; /* three hundred years are half of it */

struct signer_days {
    struct signer_day_row {
        int32_t day;
        enum signer_day is;
    } * at; /* by rising day */
    size_t n, cap;
};

/* TW_FORMAT with its line; TW_NOMEM. Then *ret is empty. */
tw_err signer_days_parse(struct tw_str bytes, struct signer_days *ret, struct tw_fault *fault) TW_MUST_CHECK;
void signer_days_clear(struct signer_days *d);

enum signer_day signer_days_of(const struct signer_days *d, int32_t day);

/* Room for one day more, so that the next signer_days_set cannot fail. TW_NOMEM */
tw_err signer_days_ready(struct signer_days *d) TW_MUST_CHECK;
void signer_days_set(struct signer_days *d, int32_t day, enum signer_day is);

/* The file's bytes. */
void signer_days_write(const struct signer_days *d, struct tw_buf *out);

#endif
