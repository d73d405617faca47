/* SPDX-License-Identifier: Apache-2.0 */
/* witness/serve_priv.h -- add-checkpoint over HTTP, by libmicrohttpd.
 *
 * In : an open store.
 * Out: requests handed to witness/service_priv.h, its answers, until a signal asks for the end.
 * Not: what is answered; TLS, which a proxy has.
 *
 * One thread answers all requests, one after another, so that nothing comes between what was last seen of a
 * log and what is written down. The calling thread closes connections that take too long.
 */
#ifndef TW_WITNESS_SERVE_PRIV_H
#define TW_WITNESS_SERVE_PRIV_H

#include <signal.h>

#include "witness/store_priv.h"

/* end    signals, blocked in this thread, that end it
 * ready  requests are taken from now on, at http://<at>/add-checkpoint
 *
 * TW_UNAVAILABLE  it cannot listen there; TW_NOMEM */
tw_err witness_serve(struct witness_store *store, const sigset_t *end, void (*ready)(const char *at),
                     struct tw_fault *fault) TW_MUST_CHECK;

#endif
