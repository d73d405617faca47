/* SPDX-License-Identifier: Apache-2.0 */
/* peers/csv_take.h -- a field to its column, the same for every reader by hand: digit by digit and without a
 * check, which is faster than any function of libc. */
#ifndef TW_PEER_CSV_TAKE_H
#define TW_PEER_CSV_TAKE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv_columns.h"

static inline _Noreturn void csv_stop(const char *what)
{
    fprintf(stderr, "peer csv: %s\n", what);
    exit(2);
}

static inline int csv_two(const char *s)
{
    return (s[0] - '0') * 10 + s[1] - '0';
}

static inline int64_t csv_time(const char *s) /* 2026-11-23T05:57:00Z */
{
    int y = csv_two(s) * 100 + csv_two(s + 2), m = csv_two(s + 5), d = csv_two(s + 8);
    y -= m <= 2;
    int64_t era = y / 400, of_era = y - era * 400, of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int64_t day = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
    return day * 86400 + csv_two(s + 11) * 3600 + csv_two(s + 14) * 60 + csv_two(s + 17);
}

static inline void csv_take(struct csv_column *c, size_t row, const char *s, size_t n)
{
    if (c->type == CSV_TEXT) {
        memcpy(c->text + c->end[row], s, n);
        c->end[row + 1] = c->end[row] + (uint32_t)n;
    } else if (c->type == CSV_TIME) {
        c->v[row] = n >= 19 ? csv_time(s) : INT64_MIN;
    } else {
        const bool minus = n > 0 && s[0] == '-';
        const char *point = NULL, *end = s + n;
        int64_t v = 0;
        for (const char *p = s + minus; p < end; p++)
            if (*p == '.')
                point = p + 1;
            else
                v = v * 10 + (*p - '0');
        c->v[row] = minus ? -v : v;
        c->scale[row] = (uint8_t)(n == 0 ? CSV_ABSENT : point != NULL ? end - point : 0);
    }
}

#endif
