/* SPDX-License-Identifier: Apache-2.0 */
/* trial/page.h -- an evaluation as a page for people who would rather look.
 *
 * In : a report (trial/evaluate.h), and a border played on the same data (trial/loop.h).
 * Out: one self-contained HTML page (base/page.h): yield with intervals beside peers and controls, week by
 * week too; what copied rows are worth; recall by mechanism, calibration, families of reasons; the closed
 * loop; and every figure in a table.
 * Not: files; figures of its own.
 */
#ifndef TW_TRIAL_PAGE_H
#define TW_TRIAL_PAGE_H

#include "base/page.h"
#include "trial/evaluate.h"
#include "trial/loop.h"

/* Appends the page.
 * loop     NULL = none was played
 * subject  what was evaluated, e.g. the file's name; one line under the title */
void tw_trial_page(const struct tw_trial_report *r, const struct tw_loop_report *loop, const char *subject,
                   struct tw_buf *out);

/* The section of the closed loop alone, within a page. */
void tw_loop_page(const struct tw_loop_report *r, struct tw_page *page);

#endif
