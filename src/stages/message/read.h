/* SPDX-License-Identifier: Apache-2.0 */
/* message/read.h -- declarations from CSV rows, one at a time.
 *
 * In : bytes in pieces of any size; a map; exchange rates and a tariff where the rows leave values and rates
 * open. Out: one whole, checked declaration after another with its findings; refused rows, verbatim, with the
 * reason. Not: files (shell/engine/input.c), findings that stand in a file of their own (findings.h).
 *
 * Where a row is an item, consecutive rows with one declaration id are one declaration. What belongs to the
 * header may be repeated in each of its rows, and must then be the same, or be left empty behind the first.
 * Nothing is done by halves: one row that cannot be taken refuses all rows of its declaration. Of a row so
 * broken that its declaration cannot be told, the declarations before and behind it may be part: both are
 * refused with it.
 */
#ifndef TW_MESSAGE_READ_H
#define TW_MESSAGE_READ_H

#include "decl/check.h"
#include "decl/value.h"
#include "message/csv.h"
#include "message/map.h"

/* A row that is not taken. All of it is valid during the call only. */
struct tw_refused {
    struct tw_str raw;            /* verbatim with its line end */
    uint32_t line;                /* of its first byte */
    struct tw_str declaration_id; /* absent when it cannot be told */
    bool cut;                     /* longer than the longest row: `raw` is its beginning */
    bool culprit;                 /* the row at fault; else one that goes with it */
    const struct tw_fault *fault; /* line, column and byte of the row at fault; path = element; note */
};

struct tw_reader_config {
    const struct tw_map *map; /* not owned, outlives the reader */
    struct tw_csv_config csv; /* its separator is the map's */
    struct tw_str currency;   /* of amounts without one; absent = the map's national currency */
    const struct tw_valuation
        *valuation;      /* not owned; NULL: values and rates that rows leave open stay open. With it, what
                            has no customs value and a currency without a rate is refused */
    int64_t now;         /* UTC seconds; what is lodged later is warned of; 0 = not known */
    bool ids_may_return; /* do not look for ids that return */
    uint64_t ids_max;    /* how many ids are remembered: at least half of so many; 0 = 67,108,864 (1 GiB) */
    uint32_t items_max;  /* 0 = TW_ITEMS_MAX */
    uint64_t declaration_bytes; /* rows and items of one declaration; 0 = 64 MiB */
    void *to;                   /* first argument of the next three; they may be NULL */
    tw_err (*header)(void *to, struct tw_str raw, struct tw_fault *fault);
    tw_err (*refuse)(void *to, const struct tw_refused *refused, struct tw_fault *fault);

    /* For who wants to hear of every fault: told of each value that its element cannot hold, of all rows.
     * Such a value is left out, and the declaration handed out all the same, as it was read: neither settled
     * nor checked nor valued, without findings. NULL: the first such value refuses its declaration. */
    void (*told)(void *to, const struct tw_fault *fault);
};

/* A declaration that was read; valid until its arena is used again. */
struct tw_reading {
    struct tw_decl *decl;
    const struct tw_finding *finding; /* of its items, where the rows carry them */
    size_t finding_n;
    const struct tw_item_value *value; /* one for each item, of what stood there before it was completed; NULL
                                          without a valuation */
    struct tw_violations warnings;     /* rules broken that do not refuse it, or that its map lets pass */
    uint32_t line;                     /* of its first row */
    uint32_t rows;
};

enum tw_read_step { TW_READ_DECL, TW_READ_MORE, TW_READ_END };

struct tw_reader;

/* TW_ARG, TW_NOMEM */
tw_err tw_reader_new(const struct tw_reader_config *config, struct tw_reader **ret, struct tw_fault *fault)
    TW_MUST_CHECK;

void tw_reader_free(struct tw_reader *r); /* takes NULL */

static inline void tw_reader_freep(struct tw_reader **r)
{
    tw_reader_free(*r);
}

/* Where the next bytes go; as tw_csv_room, _filled, _end. Only at the start and after TW_READ_MORE. */
char *tw_reader_room(struct tw_reader *r, size_t *n);
void tw_reader_filled(struct tw_reader *r, size_t n);
void tw_reader_end(struct tw_reader *r);

/* Reads on. With TW_READ_DECL *ret is filled.
 * arena  takes the declaration; it is reset when one is begun in it, and must be the same again after
 * TW_READ_MORE. Its ceiling should be twice declaration_bytes and a mebibyte.
 *
 * Errors end the reading:
 * TW_FORMAT, TW_NOTFOUND, TW_CONFLICT, TW_LIMIT  the header row: not readable, a column missing or standing
 * twice TW_FORMAT  a header and nothing else TW_NOMEM   and whatever the two functions of the configuration
 * return
 */
tw_err tw_reader_next(struct tw_reader *r, struct tw_arena *arena, enum tw_read_step *step,
                      struct tw_reading *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* Has the table a column of that element, or a constant for it? Behind its header row. */
bool tw_reader_has(const struct tw_reader *r, enum tw_element e);

/* Puts the place of the element fault->path into a fault, in the row of that item (an index) of the
 * declaration handed out last; of one that stands in no column the row alone. */
void tw_reader_blame(const struct tw_reader *r, size_t item, struct tw_fault *fault);

struct tw_reader_count {
    uint64_t rows, declarations, refused_rows, refused_declarations;
};
struct tw_reader_count tw_reader_count(const struct tw_reader *r);

#endif
