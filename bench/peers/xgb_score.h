/* SPDX-License-Identifier: Apache-2.0 */
/* peers/xgb_score.h -- libxgboost scoring and explaining, as fast as its C interface can be driven on one
 * thread. */
#ifndef TW_PEER_XGB_SCORE_H
#define TW_PEER_XGB_SCORE_H

#include <stddef.h>

struct peer_xgb {
    void *booster, *proxy, *matrix;
    size_t k; /* features of a row */
};

/* json: the model, n_json bytes; k features a row; x: n rows to be explained, loaded here so that it is not
 * measured. */
struct peer_xgb peer_xgb_new(const char *json, size_t n_json, const float *x, size_t n, size_t k);
void peer_xgb_free(struct peer_xgb *p);

void peer_xgb_rows(struct peer_xgb *p, const float *x, size_t n, float *ret);  /* margins, a call per row */
void peer_xgb_batch(struct peer_xgb *p, const float *x, size_t n, float *ret); /* margins, one call */

/* n x (k + 1) attributions of the rows loaded, the last of each row the bias; valid until the next call. */
const float *peer_xgb_contribs(struct peer_xgb *p);

#endif
