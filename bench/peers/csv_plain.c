/* SPDX-License-Identifier: Apache-2.0 */
/* CSV by hand: a block of bytes, one look at each, the field gathered as it comes, its conversion at the
 * separator.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "csv_take.h"

void peer_csv_plain(const char *path, struct csv_columns *columns)
{
    static char bytes[1 << 16], field[CSV_FIELD_BYTES];
    size_t row = 0, column = 0, n = 0;
    bool quoted = false, closed = false, header = true;
    const int file = open(path, O_RDONLY);
    for (ssize_t got; (got = read(file, bytes, sizeof bytes)) > 0;) {
        for (const char *p = bytes, *end = bytes + got; p < end; p++) {
            const char c = *p;
            if (c == '"') {
                if (!quoted && closed) field[n++] = c; /* the second of two */
                closed = quoted, quoted = !quoted;
            } else if (!quoted && (c == ',' || c == '\n')) {
                if (column == columns->n) csv_stop("too many fields");
                if (!header) csv_take(&columns->at[column], row, field, n);
                column++, n = 0, closed = false;
                if (c == ',') continue;
                if (column != columns->n) csv_stop("too few fields");
                column = 0, row += !header, header = false;
                if (row == CSV_BLOCK) columns->block(columns->to, columns, row), row = 0;
            } else if (quoted || c != '\r') {
                if (n == sizeof field - 1) csv_stop("a field too long");
                field[n++] = c;
            }
        }
    }
    if (row > 0) columns->block(columns->to, columns, row);
    close(file);
}
