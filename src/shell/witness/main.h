/* SPDX-License-Identifier: Apache-2.0 */
/* witness/main.h -- the program `tidewaiter-witness`.
 *
 * In : its command line, the version it says it is.
 * Out: what it prints, its exit code (base/err.h).
 * Not: anything else for anyone: this module is a program of its own.
 */
#ifndef TW_WITNESS_MAIN_H
#define TW_WITNESS_MAIN_H

int tw_witness_main(int argc, char **argv, const char *version);

#endif
