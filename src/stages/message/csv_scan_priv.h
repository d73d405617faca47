/* SPDX-License-Identifier: Apache-2.0 */
/* message/csv_scan_priv.h -- where the bytes stand that mean something to CSV.
 *
 * In : up to 4 KiB of bytes.
 * Out: the places of separators, quotes, CR and LF, in order; and whether every byte is plain ASCII.
 * Not: what they mean where they stand; csv.c knows.
 */
#ifndef TW_MESSAGE_CSV_SCAN_PRIV_H
#define TW_MESSAGE_CSV_SCAN_PRIV_H

#include "message/csv.h"

enum {
    CSV_WINDOW = 4096,           /* bytes scanned at once */
    CSV_PAD = 64,                /* bytes that may be read, not used, beyond them */
    CSV_PLACES = CSV_WINDOW + 12 /* room for places; the last twelve may be scratch */
};

/* Fills at[0..] (room for CSV_PLACES) with places in p[0..n-1], n <= CSV_WINDOW, and returns how many there
 * are. p[n..n+CSV_PAD-1] must be readable. *odd = some byte may be NUL or above 127; false is certain. */
typedef size_t csv_scan_fn(const unsigned char *p, size_t n, unsigned char separator, uint16_t *at,
                           bool *odd);

/* NULL when this CPU or build has no such instructions. */
csv_scan_fn *csv_scan_for(enum tw_csv_simd simd);

#endif
