/* SPDX-License-Identifier: Apache-2.0 */
/* witness/settings_priv.h -- what an operator may set.
 *
 * In : the bytes of witness.yaml (tidewaiter-witness(1)).
 * Out: where to listen, limits, each within its range.
 * Not: files.
 */
#ifndef TW_WITNESS_SETTINGS_PRIV_H
#define TW_WITNESS_SETTINGS_PRIV_H

#include <netinet/in.h>

#include "base/err.h"
#include "base/str.h"

struct witness_settings {
    int64_t body_bytes;   /* of a request */
    int64_t head_bytes;   /* memory for the head of a request, and of its answer */
    int64_t proof_lines;  /* of a request */
    int64_t connections;  /* at once */
    int64_t idle_s;       /* in which a connection must finish a request and take its answer */
    int64_t port;         /* 0 = any that is free */
    struct in6_addr host; /* where to listen; one of IPv4 as ::ffff:127.0.0.1 */
};

enum { WITNESS_SETTINGS_BYTES_MAX = 65536 };

struct witness_settings witness_defaults(void);

/* TW_FORMAT, TW_RANGE (with line and column), TW_LIMIT, TW_NOMEM */
tw_err witness_settings_parse(struct tw_str yaml, struct witness_settings *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

#endif
