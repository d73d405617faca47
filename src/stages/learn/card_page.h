/* SPDX-License-Identifier: Apache-2.0 */
/* learn/card_page.h -- the model card as a page for people who would rather look.
 *
 * In : a card (learn/card.h).
 * Out: one self-contained HTML page (base/page.h): figures on rows held back, calibration, findings by group,
 * what to know before trusting it, hashes.
 * Not: files; figures of its own.
 */
#ifndef TW_LEARN_CARD_PAGE_H
#define TW_LEARN_CARD_PAGE_H

#include "learn/card.h"

void tw_card_page(const struct tw_card *c, struct tw_buf *out);

#endif
