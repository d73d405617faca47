/* SPDX-License-Identifier: Apache-2.0 */
/* engine/http_post.h -- one request to somebody else's server, in time.
 *
 * In : an address that begins with http://, a body.
 * Out: the status and the body of the answer.
 * Not: TLS, which is for a proxy beside; redirections, cookies, connections that are kept.
 *
 * By libcurl, which takes no proxy from the surroundings here.
 */
#ifndef TW_ENGINE_HTTP_POST_H
#define TW_ENGINE_HTTP_POST_H

#include <signal.h>

#include "base/buf.h"

enum { TW_HTTP_ANSWER_MAX = 64 << 10, TW_HTTP_TIMEOUT_MS = 10000, TW_HTTP_URL_MAX = 1024 };

/* Nothing is owned. 0 and NULL: the defaults above; never. */
struct tw_http_post {
    const char *url;
    const char *below; /* added to the path of `url` unless it ends in it: "/add-checkpoint" */
    struct tw_str body;
    uint32_t timeout_ms;
    const volatile sig_atomic_t *stop;
};

/* ret  the body is appended
 * TW_ARG (no such address), TW_UNAVAILABLE (nobody answers, or not in time), TW_FORMAT (no HTTP),
 * TW_LIMIT (more than TW_HTTP_ANSWER_MAX bytes), TW_INTERRUPTED, TW_NOMEM */
tw_err tw_http_post(const struct tw_http_post *o, unsigned *ret_status, struct tw_buf *ret,
                    struct tw_fault *fault) TW_MUST_CHECK;

#endif
