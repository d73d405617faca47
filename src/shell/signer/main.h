/* SPDX-License-Identifier: Apache-2.0 */
/* signer/main.h -- the program `tidewaiter-signer`.
 *
 * In : its command line, the version it says it is.
 * Out: what it prints, its exit code (base/err.h).
 * Not: anything else for anyone: this module is a program of its own.
 */
#ifndef TW_SIGNER_MAIN_H
#define TW_SIGNER_MAIN_H

int tw_signer_main(int argc, char **argv, const char *version);

#endif
