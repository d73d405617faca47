/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/mem.h"
#include "trial/data_priv.h"

tw_err tw_trial_twins_count(const struct tw_trial_data *d, double *ret_share, double *ret_purity)
{
    TW_SCOPED(tw_map64) *map = NULL;
    TW_TRY(tw_map64_new(&map));
    int32_t *lean = tw_calloc(d->items + 1, sizeof *lean); /* earlier findings less the others */
    if (lean == NULL) return TW_NOMEM;
    double twins = 0, same = 0, rows = 0;
    tw_err err = TW_OK;
    for (size_t i = 0; i < d->items && err == TW_OK; i++) {
        if (!d->item[i].judged) continue;
        uint64_t key = tw_trial_twin_key(d, i);
        int32_t sign = d->item[i].noncompliant ? 1 : -1;
        uint32_t at;
        if (d->item[i].declaration < d->train) {
            err = tw_map64_put(map, key, &at);
            if (err == TW_OK) lean[at] += sign;
            continue;
        }
        at = tw_map64_find(map, key);
        rows += 1;
        if (at == TW_MAP_NONE) continue;
        twins += 1;
        same += lean[at] == 0 ? 0.5 : (lean[at] > 0) == (sign > 0);
    }
    tw_free(lean);
    TW_TRY(err);
    *ret_share = rows > 0 ? twins / rows : (double)NAN;
    *ret_purity = twins > 0 ? same / twins : (double)NAN;
    return TW_OK;
}
