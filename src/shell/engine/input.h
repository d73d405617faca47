/* SPDX-License-Identifier: Apache-2.0 */
/* engine/input.h -- declarations from a file, for every command that takes one.
 *
 * In : paths of declarations, exchange rates and tariff; a map. Declarations are a table of rows (CSV), a
 * message of the WCO Data Model, an EDIFACT interchange with customs declarations (CUSDEC), JSON of any
 * number of them, or a directory or archive of such files; content decides, not the name. Out: one
 * declaration after another; refused rows written aside, counted and told. Not: what is done with a
 * declaration.
 *
 * Refused rows go, verbatim and under the file's own header row, to the file `rejects`, which can be mended
 * and read again; why each was refused goes to `rejects`.reasons.csv (docs/formats/maps.md). Rows longer than
 * the longest row allowed are told there and not copied.
 */
#ifndef TW_ENGINE_INPUT_H
#define TW_ENGINE_INPUT_H

#include <signal.h>

#include "message/findings.h"
#include "message/read.h"
#include "message/table.h"

/* How far the reading has come. */
struct tw_input_progress {
    uint64_t bytes, total;                /* of the file as it lies on the disk; total 0 = not known */
    uint64_t rows, declarations, refused; /* refused: declarations */
};

/* Nothing in it is owned; it must outlive the input. NULL and 0: not wanted. */
struct tw_input_options {
    const struct tw_map *map;
    const char *currency;                 /* the national one, ISO 4217; NULL = the map's */
    const char *rates, *tariff, *rejects; /* paths */
    const char *manifests;                /* a path: what carriers say of the goods (engine/manifests.h) */
    bool ids_may_return;                  /* else a message of an id that has come before is refused */
    bool sha256;                          /* keep the SHA-256 of the file as it lies on the disk */
    int64_t now;                          /* UTC seconds; what is lodged later is warned of; 0 = not known */
    const volatile sig_atomic_t *stop;    /* not zero = give up with TW_INTERRUPTED */
    void *to;                             /* first argument of the next three */
    void (*progress)(void *to, const struct tw_input_progress *p); /* at each block of bytes */
    void (*refused)(void *to, const struct tw_refused *r); /* each row at fault; not those that go with it;
                                                              each message, which has no raw bytes here */
    /* A file of manifests that is refused, with all that was in it (file names it), or something wrong in one
     * that is taken. */
    void (*manifest_told)(void *to, const struct tw_fault *what, bool refused);
    const char **file; /* set to the path being worked on, so that a fault can be told with it */
};

struct tw_input;

/* Opens `path` ("-" = standard input) and reads rates and tariff.
 * TW_ARG  no such currency; rates without any national currency; rejects of messages
 * and the errors of tw_file_in_open, tw_file_out_open, tw_table_filled, tw_table_rates, tw_table_tariff */
tw_err tw_input_open(const char *path, const struct tw_input_options *options, struct tw_input **ret,
                     struct tw_fault *fault) TW_MUST_CHECK;

/* Takes NULL. Rejects that have not been committed by tw_input_finish leave nothing behind. */
void tw_input_free(struct tw_input *in);

static inline void tw_input_freep(struct tw_input **in)
{
    tw_input_free(*in);
}

/* The next declaration. *more = false: there are no more, and *ret is as before.
 * arena  as in tw_reader_next
 * The errors of tw_file_in_read, tw_reader_next and tw_file_out_write; they end the reading. */
tw_err tw_input_next(struct tw_input *in, struct tw_arena *arena, struct tw_reading *ret, bool *more,
                     struct tw_fault *fault) TW_MUST_CHECK;

/* After the last declaration: commits the rejects. The errors of tw_file_out_commit */
tw_err tw_input_finish(struct tw_input *in, struct tw_fault *fault) TW_MUST_CHECK;

struct tw_reader_count tw_input_count(const struct tw_input *in);

/* Rows at fault, counted by element and error, in the order they first came. */
struct tw_input_total {
    char element[64];
    tw_err error;
    uint64_t n;
    struct tw_fault first;
};

enum { TW_INPUT_TOTALS_MAX = 64 }; /* kinds beyond are counted with the last */
const struct tw_input_total *tw_input_totals(const struct tw_input *in, size_t *ret_n);

/* What values are computed by; NULL when there is no national currency. As long as the input. */
const struct tw_valuation *tw_input_valuation(const struct tw_input *in);

/* Of messages: of all their bytes in their order, once. TW_ARG: not asked for, or the end has not been
 * reached */
tw_err tw_input_sha256(struct tw_input *in, uint8_t ret[32]) TW_MUST_CHECK;

/* A table of a file, whole. Of the options stop and file count. The errors of tw_file_in_open,
 * tw_file_in_read, tw_table_filled */
tw_err tw_input_table(const char *path, enum tw_table_kind kind, const struct tw_input_options *options,
                      struct tw_table **ret, struct tw_fault *fault) TW_MUST_CHECK;

/* All findings of a file of their own. Of the options map, currency, stop, refused and file count.
 * The errors of tw_file_in_open, tw_file_in_read, tw_findings_new, tw_findings_filled */
tw_err tw_input_findings(const char *path, const struct tw_input_options *options, struct tw_findings **ret,
                         struct tw_fault *fault) TW_MUST_CHECK;

#endif
