/* SPDX-License-Identifier: Apache-2.0 */
/* peers/csv_columns.h -- a block of typed columns, which every reader of CSV fills.
 *
 * Blocks, because a file has no size: one is filled, handed over and filled again, so that neither side
 * measures the memory of the machine.
 */
#ifndef TW_PEER_CSV_COLUMNS_H
#define TW_PEER_CSV_COLUMNS_H

#include <stddef.h>
#include <stdint.h>

enum {
    CSV_BLOCK = 256,        /* rows */
    CSV_FIELD_BYTES = 4096, /* longest field */
    CSV_ABSENT = 255        /* scale of a number that is not there */
};

enum csv_type { CSV_TEXT, CSV_DECIMAL, CSV_TIME };

struct csv_column {
    enum csv_type type;
    int64_t *v;     /* DECIMAL: times 10^scale; TIME: UTC seconds, INT64_MIN = absent */
    uint8_t *scale; /* DECIMAL: digits behind the point */
    char *text;     /* TEXT: of all rows, one behind the other, and CSV_FIELD_BYTES of room more */
    uint32_t *end;  /* TEXT: the text of a row is text[end[row]] .. text[end[row + 1] - 1] */
};

/* Columns in the order of the file, and whom to hand each full block and the last one. */
struct csv_columns {
    struct csv_column *at;
    size_t n;
    void (*block)(void *to, const struct csv_columns *columns, size_t rows);
    void *to;
};

/* Reads the file's rows behind its header; ends the program when it cannot.
 * plain     one byte after the other, as most such readers are written: any quote, any line end, constant
 * memory in_place  whole lines in a buffer, fields where they stand, a table to find their ends */
void peer_csv_plain(const char *path, struct csv_columns *columns);
void peer_csv_in_place(const char *path, struct csv_columns *columns);

#endif
