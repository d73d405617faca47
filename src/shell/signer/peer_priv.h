/* SPDX-License-Identifier: Apache-2.0 */
/* signer/peer_priv.h -- one connection: what was read and not answered, what was answered and not taken.
 *
 * In : a connected socket that does not block.
 * Out: its lines, one by one; bytes that go out as fast as they are taken.
 * Not: when to look at it (signer/serve_priv.h).
 */
#ifndef TW_SIGNER_PEER_PRIV_H
#define TW_SIGNER_PEER_PRIV_H

#include <sys/types.h>

#include "base/buf.h"

struct peer {
    int fd;
    struct tw_buf in, out;
    size_t taken, sent;  /* of `in`, of `out` */
    bool ended;          /* nothing more will be read */
    int64_t deadline_ms; /* until when the next line must be there and its answer be taken */
};

/* Who is at the other end? false: the kernel does not say. */
bool peer_uid(int fd, uid_t *ret);

/* Reads once, at most `line_bytes` behind what is there. False: the connection is broken. */
bool peer_read(struct peer *p, size_t line_bytes);
/* Writes what can be written. False: the connection is broken. */
bool peer_write(struct peer *p);

/* The next line, without its line feed; valid until the next peer_read.
 * *too_long  there is none, and none can come: what was read is longer than `line_bytes` */
bool peer_line(struct peer *p, size_t line_bytes, struct tw_str *ret, bool *too_long);
/* Is there one? */
bool peer_has_line(const struct peer *p);

static inline bool peer_owes(const struct peer *p) /* something is still to be written */
{
    return p->sent < p->out.n;
}

void peer_close(struct peer *p);

#endif
