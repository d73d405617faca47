/* SPDX-License-Identifier: Apache-2.0 */
#include "message/csv.h"

#include <string.h>

/* At the head of a file these bytes are a byte order mark, and would be taken away. */
static bool begins_with_mark(struct tw_str f)
{
    return f.n >= 3 && memcmp(f.s, "\xef\xbb\xbf", 3) == 0;
}

void tw_csv_write(struct tw_buf *out, const struct tw_str *field, size_t n, char separator)
{
    for (size_t i = 0; i < n; i++) {
        const struct tw_str f = field[i];
        bool quote =
            f.n == 0 ? n == 1 : i == 0 && begins_with_mark(f); /* n 1: else the line would be empty */
        for (size_t k = 0; k < f.n && !quote; k++)
            quote = f.s[k] == separator || f.s[k] == '"' || f.s[k] == '\n' || f.s[k] == '\r';
        if (i > 0) tw_buf_char(out, separator);
        if (!quote) {
            tw_buf_str(out, f);
            continue;
        }
        tw_buf_char(out, '"');
        for (size_t k = 0; k < f.n; k++) {
            if (f.s[k] == '"') tw_buf_char(out, '"');
            tw_buf_char(out, f.s[k]);
        }
        tw_buf_char(out, '"');
    }
    tw_buf_char(out, '\n');
}
