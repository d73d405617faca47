/* SPDX-License-Identifier: Apache-2.0 */
/* cli/publishing.h -- criteria keygen, sign, status, publish: from a draft to a set that decides.
 *
 * In : a call of `criteria` whose first argument is one of these.
 * Out: keys, signatures and published sets as files; on stdout what was done, or how a set stands.
 * Not: what a signature is (audit/ssh.h), who may sign (criteria/signers.h), the directory
 * (engine/published.h).
 */
#ifndef TW_CLI_PUBLISHING_H
#define TW_CLI_PUBLISHING_H

#include "cli/cli.h"

/* criteria keygen NAME */
tw_err tw_cli_keygen(struct tw_cli *cli, struct tw_fault *fault) TW_MUST_CHECK;

/* criteria sign SET --key KEY [--as ROLE] [--signers FILE] */
tw_err tw_cli_sign(struct tw_cli *cli, struct tw_fault *fault) TW_MUST_CHECK;

/* criteria status SET|DIR --signers FILE [--to DIR]; exit code 1 when it is a draft */
tw_err tw_cli_status(struct tw_cli *cli, struct tw_fault *fault) TW_MUST_CHECK;

/* criteria publish SET --signers FILE --to DIR */
tw_err tw_cli_publish(struct tw_cli *cli, struct tw_fault *fault) TW_MUST_CHECK;

#endif
