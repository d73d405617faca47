/* SPDX-License-Identifier: Apache-2.0 */
/* engine/truth_priv.h -- what a complete inspection would have found, joined to a past.
 *
 * In : a truth file as `synth` writes it (docs/worlds.md); a past.
 * Out: what each item is judged by. Not: scores; nothing but evaluate may read such a file.
 */
#ifndef TW_ENGINE_TRUTH_PRIV_H
#define TW_ENGINE_TRUTH_PRIV_H

#include "engine/past.h"

/* Columns are found by name; those of single mechanisms and confounders are not needed. p->currency is that
 * of recoverable_duty, p->arena takes the names of mechanisms.
 *
 * TW_NOTFOUND  a column is missing; no row names an item of the past
 * TW_FORMAT    a row or value that cannot be read; TW_LIMIT more mechanisms than trial/data.h holds
 * and the errors of tw_file_in_*; fault->line and column are set */
tw_err truth_read(const char *path, const struct tw_input_options *options, struct tw_past *p,
                  struct tw_fault *fault) TW_MUST_CHECK;

#endif
