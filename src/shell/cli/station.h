/* SPDX-License-Identifier: Apache-2.0 */
/* cli/station.h -- what all commands that work on a station have in common.
 *
 * In : --station DIR, --signer SOCKET. Out: the station, open. Not: what is done with it.
 */
#ifndef TW_CLI_STATION_H
#define TW_CLI_STATION_H

#include "cli/deciding.h"
#include "engine/station_run.h"

/* cli->file is the directory until it is open. TW_ARG (no --station), and the errors of tw_station_open */
tw_err tw_cli_station(struct tw_cli *cli, bool read_only, struct tw_station **ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* Appends the line that says under which number something was registered.
 * what  the name of its own number: declaration_id, manifest_id */
void tw_cli_receipt(const char *what, struct tw_str id, const struct tw_intake_receipt *r,
                    struct tw_buf *out);

/* `assess [DECLARATIONS] --station`: decides what is not decided, then what the file hands in. With --json a
 * receipt and a decision for each, a line each, once they are safe. */
tw_err tw_cli_station_assess(struct tw_cli *cli, struct tw_cli_reading *reading, struct tw_fault *fault)
    TW_MUST_CHECK;

/* A registration number as it stands in decisions. TW_ARG */
tw_err tw_cli_registration(const char *text, uint64_t *ret, struct tw_fault *fault) TW_MUST_CHECK;

#endif
