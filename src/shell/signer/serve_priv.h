/* SPDX-License-Identifier: Apache-2.0 */
/* signer/serve_priv.h -- connections on a Unix socket, and who may have one.
 *
 * In : an open store, the path of a socket.
 * Out: lines handed to signer/service_priv.h, its answers, until a signal asks for the end.
 * Not: what is answered.
 *
 * One thread. A connection is read only while its last answer has been taken, and one line of each is
 * answered in turn; so whoever sends much, slowly, or takes nothing keeps nobody waiting, and holds one line
 * and one answer.
 */
#ifndef TW_SIGNER_SERVE_PRIV_H
#define TW_SIGNER_SERVE_PRIV_H

#include <signal.h>

#include "signer/store_priv.h"

struct signer_serving {
    const char *socket;               /* where to listen */
    const volatile sig_atomic_t *end; /* not zero = leave; set by handlers of signals that are blocked outside
                                         of the waiting (signals) */
    const sigset_t *waiting;          /* the mask while it waits: those signals come then */
    void (*ready)(const char *socket); /* connections are taken from now on */
};

/* TW_ARG       the path of the socket is too long, or something else stands there
 * TW_CONFLICT  another process listens there; TW_IO, TW_NOMEM */
tw_err signer_serve(struct signer_store *store, const struct signer_serving *how, struct tw_fault *fault)
    TW_MUST_CHECK;

#endif
