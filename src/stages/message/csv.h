/* SPDX-License-Identifier: Apache-2.0 */
/* message/csv.h -- rows and fields of a CSV text that arrives piece by piece.
 *
 * In : bytes, in pieces of any size.
 * Out: one row at a time, its fields unquoted; or a refused row with the reason; the same whatever the
 * pieces. Not: files, columns by name, types.
 *
 * Source: RFC 4180, and where it is silent:
 *   - UTF-8, with or without a byte order mark; no NUL. A line ends with LF, CRLF or CR; the last one need
 * not end.
 *   - Lines without a byte in them are skipped. Blanks belong to the field.
 *   - Every row has as many fields as the first (section 2, rule 4).
 *   - A quote stands around a whole field, or doubled inside such a field, and nowhere else (rules 5 to 7).
 *   - After a row with a misplaced quote reading goes on with the line after the one in which the quote
 * opened.
 */
#ifndef TW_MESSAGE_CSV_H
#define TW_MESSAGE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* Which instructions find the separators. All give the same rows. */
enum tw_csv_simd { TW_CSV_BEST, TW_CSV_PORTABLE, TW_CSV_SSE2, TW_CSV_AVX2 };

/* Zero in a member means its default. */
struct tw_csv_config {
    char separator;        /* ',' */
    uint32_t row_bytes;    /* longest row, without its line end: 1 MiB; at most 64 MiB */
    uint32_t columns;      /* most fields in a row: 512; at most 65,536 */
    uint32_t field_bytes;  /* longest field, quotes off: 64 KiB */
    enum tw_csv_simd simd; /* the best of this CPU */
};

/* The bytes behind a field that may be read as well, so that short texts can be copied without a look at
 * their length. What they hold means nothing. */
enum { TW_CSV_PAD = 16 };

struct tw_csv_row {
    const struct tw_str *field; /* of a refused row: those that were read before the reason to refuse it */
    size_t n;
    struct tw_str raw; /* verbatim, with its line end */
    uint32_t line;     /* 1-based, of its first byte */
    uint64_t byte;     /* offset of its first byte in the whole text */
    bool cut;          /* refused row longer than the limit: `raw` is only its beginning */
};

enum tw_csv_step {
    TW_CSV_ROW,     /* a row */
    TW_CSV_REFUSED, /* a refused row and its fault; the next call goes on behind it */
    TW_CSV_MORE,    /* more bytes are needed, or tw_csv_end */
    TW_CSV_END      /* no more rows */
};

struct tw_csv;

/* TW_ARG    a separator that is a quote, a line end or not ASCII; a limit above its ceiling; simd the CPU
 * lacks TW_NOMEM  config NULL = all defaults. All memory is taken here: about 2 x row_bytes + 200 KiB
 * (touched only as far as rows are long) */
tw_err tw_csv_new(const struct tw_csv_config *config, struct tw_csv **ret, struct tw_fault *fault)
    TW_MUST_CHECK;

void tw_csv_free(struct tw_csv *csv); /* takes NULL */

static inline void tw_csv_freep(struct tw_csv **csv)
{
    tw_csv_free(*csv);
}

/* Where the next bytes may be put: *n >= 64 KiB of room. Rows handed out before are no longer valid. Call it
 * only after TW_CSV_MORE or at the start. */
char *tw_csv_room(struct tw_csv *csv, size_t *n);
void tw_csv_filled(struct tw_csv *csv, size_t n); /* n bytes have been put there */
void tw_csv_end(struct tw_csv *csv);              /* there are no more */

/* The next row. *ret is valid until the next call of _next or _room. *fault (not NULL) is written only with
 * TW_CSV_REFUSED: code, line, column and byte of the place, note.
 * TW_FORMAT  misplaced or unclosed quote (line = where it opened), bytes that are not UTF-8, NUL, another
 * number of fields than the first row TW_LIMIT   row, field or number of columns above its limit Never
 * allocates. */
enum tw_csv_step tw_csv_next(struct tw_csv *csv, struct tw_csv_row *ret, struct tw_fault *fault);

/* Appends one row so that tw_csv_next reads it back equal. n >= 1. */
void tw_csv_write(struct tw_buf *out, const struct tw_str *field, size_t n, char separator);

#endif
