/* SPDX-License-Identifier: Apache-2.0 */
/* learn/xgb_columns.h -- the columns that take part in growing trees, for xgb.c alone.
 *
 * A column that holds no value can split nothing; but it would stand among those that each tree draws its
 * columns from, and so thin out the others. It is left out while trees grow, and the model text says the
 * numbers of all columns again.
 */
#ifndef TW_LEARN_XGB_COLUMNS_H
#define TW_LEARN_XGB_COLUMNS_H

#include "learn/xgb.h"

struct xgb_columns {
    size_t n;
    uint16_t at[TW_XGB_COLUMNS_MAX]; /* numbers in the caller's rows, rising */
};

/* Those with a value in any of the rows; all when there is none. */
void xgb_columns_find(const struct tw_xgb_rows *rows, struct xgb_columns *ret);

/* A model text of `columns` as one of `all` columns, appended to `ret`.
 * TW_FORMAT (it names a column that is not there), TW_NOMEM */
tw_err xgb_columns_widen(struct tw_str json, const struct xgb_columns *columns, size_t all,
                         struct tw_buf *ret) TW_MUST_CHECK;

#endif
