/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/xgb_columns.h"

#include <math.h>
#include <string.h>

void xgb_columns_find(const struct tw_xgb_rows *rows, struct xgb_columns *ret)
{
    uint16_t open[TW_XGB_COLUMNS_MAX];
    bool held[TW_XGB_COLUMNS_MAX] = {false};
    size_t n = rows->n_columns;
    for (size_t c = 0; c < n; c++) open[c] = (uint16_t)c;
    for (size_t i = 0; i < rows->n && n > 0; i++) {
        const float *x = rows->x + (rows->pick != NULL ? rows->pick[i] : i) * rows->n_columns;
        for (size_t k = 0; k < n;) {
            held[open[k]] = !isnan(x[open[k]]);
            if (held[open[k]])
                open[k] = open[--n];
            else
                k++;
        }
    }
    ret->n = 0;
    for (size_t c = 0; c < rows->n_columns; c++)
        if (held[c] || n == rows->n_columns) ret->at[ret->n++] = (uint16_t)c;
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The numbers of `[3,0,12]`, up to the bracket that ends them. Leaves say 0. */
static const char *widen_list(const char *p, const char *end, const struct xgb_columns *columns,
                              struct tw_buf *ret)
{
    while (p < end && *p != ']') {
        size_t number = 0;
        if (!digit(*p)) {
            tw_buf_char(ret, *p++);
            continue;
        }
        for (; p < end && digit(*p) && number < columns->n; p++) number = number * 10 + (size_t)(*p - '0');
        if (number >= columns->n) return NULL;
        tw_buf_u64(ret, columns->at[number]);
    }
    return p;
}

tw_err xgb_columns_widen(struct tw_str json, const struct xgb_columns *columns, size_t all,
                         struct tw_buf *ret)
{
    static const char SPLITS[] = "\"split_indices\":[", COUNT[] = "\"num_feature\":\"";
    const char *p = json.s, *end = json.s + json.n;
    while (p < end) {
        const char *quote = memchr(p, '"', (size_t)(end - p));
        if (quote == NULL) quote = end;
        tw_buf_put(ret, p, (size_t)(quote - p));
        const size_t left = (size_t)(end - quote);
        p = quote;
        if (left > sizeof SPLITS && memcmp(p, SPLITS, sizeof SPLITS - 1) == 0) {
            tw_buf_put(ret, SPLITS, sizeof SPLITS - 1);
            p = widen_list(p + sizeof SPLITS - 1, end, columns, ret);
            if (p == NULL) return TW_FORMAT;
        } else if (left > sizeof COUNT && memcmp(p, COUNT, sizeof COUNT - 1) == 0) {
            tw_buf_put(ret, COUNT, sizeof COUNT - 1);
            tw_buf_u64(ret, all);
            for (p += sizeof COUNT - 1; p < end && digit(*p); p++) continue;
        } else if (left > 0) {
            tw_buf_char(ret, *p++);
        }
    }
    return ret->failed ? TW_NOMEM : TW_OK;
}
