/* SPDX-License-Identifier: Apache-2.0 */
/* message/csv_text.h -- tells in one text what tw_csv_next makes of another, so that tests can compare.
 *
 *   3: one|two|three          a row that begins in line 3
 *   ! 4:2 @17 FORMAT <raw>    a refused row: the place, the error, the row verbatim (~ = cut) */
#ifndef TW_TESTS_CSV_TEXT_H
#define TW_TESTS_CSV_TEXT_H

#include "check.h"
#include "message/csv.h"

static inline void csv_tell(struct tw_buf *out, const struct tw_csv_row *row)
{
    char pad[TW_CSV_PAD];
    tw_buf_printf(out, "%u: ", row->line);
    for (size_t i = 0; i < row->n; i++) {
        memcpy(pad, row->field[i].s + row->field[i].n, sizeof pad); /* AddressSanitizer would see it */
        if (i > 0) tw_buf_char(out, '|');
        tw_buf_str(out, row->field[i]);
    }
    tw_buf_char(out, '\n');
}

static inline void csv_tell_refused(struct tw_buf *out, const struct tw_csv_row *row,
                                    const struct tw_fault *fault)
{
    CHECK(fault->note[0] != 0);
    tw_buf_printf(out, "! %u:%u @%llu %s %s<", fault->line, fault->column, (unsigned long long)fault->byte,
                  tw_err_name(fault->code), row->cut ? "~" : "");
    tw_buf_str(out, row->raw);
    tw_buf_text(out, ">\n");
}

/* Feeds `text` in pieces of `piece` bytes and tells every row. */
static inline void csv_tell_all(struct tw_str text, size_t piece, const struct tw_csv_config *config,
                                struct tw_buf *out)
{
    struct tw_csv *csv = NULL;
    struct tw_fault fault = {0};
    CHECK(tw_csv_new(config, &csv, NULL) == TW_OK);
    size_t at = 0;
    tw_buf_clear(out);
    for (enum tw_csv_step step = TW_CSV_MORE; step != TW_CSV_END;) {
        struct tw_csv_row row;
        step = tw_csv_next(csv, &row, &fault);
        if (step == TW_CSV_ROW || step == TW_CSV_REFUSED) {
            if (!row.cut)
                CHECK(row.byte + row.raw.n <= text.n && memcmp(text.s + row.byte, row.raw.s, row.raw.n) == 0);
            if (step == TW_CSV_ROW)
                csv_tell(out, &row);
            else
                csv_tell_refused(out, &row, &fault);
        }
        if (step != TW_CSV_MORE) continue;
        size_t room;
        char *p = tw_csv_room(csv, &room);
        CHECK(room >= 65536);
        size_t n = text.n - at < piece ? text.n - at : piece;
        if (n > room) n = room;
        if (n > 0) memcpy(p, text.s + at, n);
        at += n;
        tw_csv_filled(csv, n);
        if (n == 0) tw_csv_end(csv);
    }
    tw_csv_free(csv);
    CHECK(!out->failed);
}

/* The same told for every piece size in 1..64, for all bytes at once, and by every kind of instructions. */
static inline void csv_tell_the_same(struct tw_str text, const struct tw_csv_config *config,
                                     struct tw_buf *ret)
{
    struct tw_csv_config c = config != NULL ? *config : (struct tw_csv_config){0};
    c.simd = TW_CSV_PORTABLE;
    if (c.row_bytes == 0) c.row_bytes = 4096; /* little memory: this makes hundreds of readers */
    csv_tell_all(text, SIZE_MAX, &c, ret);
    TW_SCOPED_BUF other = {0};
    for (int simd = TW_CSV_PORTABLE; simd <= TW_CSV_AVX2; simd++) {
        struct tw_csv *probe = NULL;
        c.simd = (enum tw_csv_simd)simd;
        if (tw_csv_new(&c, &probe, NULL) != TW_OK) continue; /* not on this machine */
        tw_csv_free(probe);
        for (size_t piece = 1; piece <= 65; piece++) {
            csv_tell_all(text, piece <= 64 ? piece : SIZE_MAX, &c, &other);
            if (tw_str_eq(tw_buf_view(&other), tw_buf_view(ret))) continue;
            fprintf(stderr, "piece %zu, simd %d:\n%.*s\ninstead of\n%.*s\n", piece, simd, (int)other.n,
                    other.p, (int)ret->n, ret->p);
            CHECK(tw_str_eq(tw_buf_view(&other), tw_buf_view(ret)));
        }
    }
}

#endif
