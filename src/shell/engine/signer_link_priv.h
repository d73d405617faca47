/* SPDX-License-Identifier: Apache-2.0 */
/* engine/signer_link_priv.h -- lines to a Unix socket, and the line that each is answered by.
 *
 * In : the path of a socket, lines.
 * Out: their answers, in time or not at all.
 * Not: what they say.
 */
#ifndef TW_ENGINE_SIGNER_LINK_PRIV_H
#define TW_ENGINE_SIGNER_LINK_PRIV_H

#include <signal.h>

#include "base/buf.h"

struct signer_link {
    const char *socket;
    int64_t timeout_ms;                /* of a request */
    const volatile sig_atomic_t *stop; /* NULL = never */
    int fd;                            /* -1 = there is no connection */
    size_t answer_max;                 /* longest answer, bytes */
    struct tw_buf in;
};

/* The moment at which a request that begins now is given up, for the next two. */
int64_t signer_link_until(const struct signer_link *l);

/* Connects and waits for the line that greets, without its line feed; valid until the next call.
 * TW_UNAVAILABLE, TW_ARG (the path is too long), TW_FORMAT (longer than answer_max), TW_INTERRUPTED,
 * TW_NOMEM; then there is no connection */
tw_err signer_link_connect(struct signer_link *l, int64_t until_ms, struct tw_str *ret,
                           struct tw_fault *fault) TW_MUST_CHECK;

/* Sends a line, its line feed included, and waits for the answer, as above. */
tw_err signer_link_ask(struct signer_link *l, int64_t until_ms, struct tw_str line, struct tw_str *ret,
                       struct tw_fault *fault) TW_MUST_CHECK;

void signer_link_close(struct signer_link *l); /* the connection alone */

#endif
