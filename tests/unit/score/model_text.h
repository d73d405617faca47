/* SPDX-License-Identifier: Apache-2.0 */
/* model_text.h -- model files for the tests of score: one from a random forest, and any body with its right
 * hash. */
#ifndef TW_TEST_MODEL_TEXT_H
#define TW_TEST_MODEL_TEXT_H

#include "base/buf.h"
#include "base/hash.h"
#include "grow.h"
#include "score/model.h"

/* A small file written by hand: two features, one tree each, no duty. */
#define MODEL_BODY                                                                                           \
    "{\"format\":\"tidewaiter-model\",\"version\":1,"                                                        \
    "\"features\":[{\"name\":\"price\",\"unit\":\"ppm\"},{\"name\":\"age\",\"unit\":\"days\"}],"             \
    "\"feature_table_sha256\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\","         \
    "\"training\":{\"from\":\"2025-01-01\",\"to\":\"2025-09-30\",\"rows\":900,\"findings\":40,"              \
    "\"seed\":\"18446744073709551615\",\"settings\":[{\"name\":\"eta\",\"value\":\"0.05\"}]},"               \
    "\"calibration\":{\"x\":[-2,0.5],\"y\":[0.01,0.75]},\"depth_max\":2,\"base_margin\":0.25,"               \
    "\"duty_link\":\"log\",\"duty_base\":0.5,\"duty_max\":3,"                                                \
    "\"trees\":[{\"feature\":[0,1,-1,-1,-1],\"threshold\":[1.5,-2,0,0,0],\"left\":[1,3,0,0,0],"              \
    "\"right\":[2,4,0,0,0],\"default_left\":[1,0,0,0,0],\"value\":[0,0,0.125,-1,2],"                         \
    "\"cover\":[10,6,4,1,5]}],"                                                                              \
    "\"duty_trees\":[{\"feature\":[-1],\"threshold\":[0],\"left\":[0],\"right\":[0],\"default_left\":[0],"   \
    "\"value\":[0.25],\"cover\":[7]}]"

/* The file with this body. */
static inline void sign(struct tw_buf *b, const char *body, size_t n)
{
    uint8_t sum[TW_SHA256_BYTES];
    tw_sha256(body, n, sum);
    tw_buf_put(b, body, n);
    tw_buf_text(b, "\n,\"sha256\":\"");
    tw_buf_hex(b, sum, sizeof sum);
    tw_buf_text(b, "\"}\n");
    CHECK(!b->failed);
}

#endif
