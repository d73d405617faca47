/* SPDX-License-Identifier: Apache-2.0 */
/* One thread; predictor, proxy and matrix set up once; in-place prediction, which copies nothing and builds
 * no matrix; for single rows one buffer whose description is written once. */
#include "xgb_score.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xgboost/c_api.h>

#define CONFIG "\"training\":false,\"iteration_begin\":0,\"iteration_end\":0,\"strict_shape\":false"

static void must(int code)
{
    if (code == 0) return;
    fprintf(stderr, "peer xgb_score: %s\n", XGBGetLastError());
    exit(2);
}

struct peer_xgb peer_xgb_new(const char *json, size_t n_json, const float *x, size_t n, size_t k)
{
    struct peer_xgb p = {.k = k};
    must(XGBoosterCreate(NULL, 0, &p.booster));
    must(XGBoosterLoadModelFromBuffer(p.booster, json, n_json));
    must(XGBoosterSetParam(p.booster, "nthread", "1"));
    must(XGBoosterSetParam(p.booster, "predictor", "cpu_predictor"));
    must(XGProxyDMatrixCreate(&p.proxy));
    must(XGDMatrixCreateFromMat_omp(x, n, k, NAN, &p.matrix, 1));
    return p;
}

void peer_xgb_free(struct peer_xgb *p)
{
    must(XGDMatrixFree(p->matrix) || XGDMatrixFree(p->proxy) || XGBoosterFree(p->booster));
}

static void describe(char *text, size_t size, const float *x, size_t n, size_t k)
{
    snprintf(text, size, "{\"data\":[%zu,true],\"shape\":[%zu,%zu],\"typestr\":\"<f4\",\"version\":3}",
             (size_t)x, n, k);
}

static void predict(const struct peer_xgb *p, const char *array, size_t n, float *ret)
{
    const bst_ulong *shape;
    const float *out;
    bst_ulong dim;
    must(XGBoosterPredictFromDense(p->booster, array,
                                   "{\"type\":1,\"missing\":NaN,\"cache_id\":0," CONFIG "}", p->proxy, &shape,
                                   &dim, &out));
    memcpy(ret, out, n * sizeof *ret);
}

void peer_xgb_rows(struct peer_xgb *p, const float *x, size_t n, float *ret)
{
    float row[1024];
    char array[128];
    describe(array, sizeof array, row, 1, p->k);
    for (size_t i = 0; i < n; i++) {
        memcpy(row, x + i * p->k, p->k * sizeof *row);
        predict(p, array, 1, ret + i);
    }
}

void peer_xgb_batch(struct peer_xgb *p, const float *x, size_t n, float *ret)
{
    char array[128];
    describe(array, sizeof array, x, n, p->k);
    predict(p, array, n, ret);
}

const float *peer_xgb_contribs(struct peer_xgb *p)
{
    const bst_ulong *shape;
    const float *out;
    bst_ulong dim;
    must(XGBoosterPredictFromDMatrix(p->booster, p->matrix, "{\"type\":2," CONFIG "}", &shape, &dim, &out));
    return out;
}
