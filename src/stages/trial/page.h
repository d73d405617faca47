/* SPDX-License-Identifier: Apache-2.0 */
/* trial/page.h -- an evaluation as a page for people who would rather look.
 *
 * In : a report (trial/evaluate.h).
 * Out: one self-contained HTML page (base/page.h): yield with intervals beside peers and controls, recall by
 * mechanism, calibration, and every figure in a table.
 * Not: files; figures of its own.
 */
#ifndef TW_TRIAL_PAGE_H
#define TW_TRIAL_PAGE_H

#include "trial/evaluate.h"

/* Appends the page. subject: what was evaluated, e.g. the file's name; one line under the title. */
void tw_trial_page(const struct tw_trial_report *r, const char *subject, struct tw_buf *out);

#endif
