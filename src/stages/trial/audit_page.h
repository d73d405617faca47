/* SPDX-License-Identifier: Apache-2.0 */
/* trial/audit_page.h -- an audit as a page for people who would rather look.
 *
 * In : an audit (trial/audit.h).
 * Out: one self-contained HTML page (base/page.h): what forbids and what warns first, then twins beside
 * chance, what each column tells alone, findings by month, and every figure in a table. Not: files; figures
 * of its own.
 */
#ifndef TW_TRIAL_AUDIT_PAGE_H
#define TW_TRIAL_AUDIT_PAGE_H

#include "trial/audit.h"

/* Appends the page. subject: what was examined, e.g. the file's name; one line under the title. */
void tw_trial_audit_page(const struct tw_trial_audit *a, const char *subject, struct tw_buf *out);

#endif
