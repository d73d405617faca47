/* SPDX-License-Identifier: Apache-2.0 */
/* channel/goods.h -- goods that are declared again.
 *
 * In : declarations with what was decided of them, in the order of decision; what was cancelled, and when.
 * Out: of a new declaration, the earlier one of the same goods: whose draw it keeps, and the strictest
 * channel so far. Not: the decision.
 *
 * A draw belongs to the goods, not to the message: else whoever dislikes a channel cancels and declares again
 * until another comes. A later version of a declaration keeps the draw of the first; so does a declaration
 * that shares transport document, container or previous document with one that was cancelled after its
 * channel was known. Of several the one decided first gives the draw, as long as it is remembered; else the
 * last. A cancelled declaration that was one again itself hands on what it was given.
 *
 * Memory: some 100 bytes and 8 for each document and container, of the declarations of `days` days.
 */
#ifndef TW_CHANNEL_GOODS_H
#define TW_CHANNEL_GOODS_H

#include "base/buf.h"
#include "decl/decision.h"

struct tw_goods;

/* max  declarations that are known at once, the oldest go. TW_NOMEM */
tw_err tw_goods_new(int64_t days, int64_t max, struct tw_goods **ret) TW_MUST_CHECK;
void tw_goods_free(struct tw_goods *g); /* takes NULL */

/* The earlier declaration of the same goods. */
struct tw_goods_before {
    struct tw_str of; /* id whose draw it is; as long as nothing is put */
    uint64_t draw;
    int32_t draw_day;
    enum tw_channel channel; /* the strictest of all so far */
    bool cancelled;          /* it was; else this is a later version of it */
};

/* *found = false: there is none, and *ret is as before. Forgets what is older than `days` before the day.
 * TW_NOMEM */
tw_err tw_goods_find(struct tw_goods *g, const struct tw_decl *d, int32_t day, struct tw_goods_before *ret,
                     bool *found) TW_MUST_CHECK;

/* What was decided of a declaration; of a later version it takes the place of the earlier.
 * before  what tw_goods_find has found; NULL = nothing, so the draw is its own
 * TW_NOMEM */
tw_err tw_goods_put(struct tw_goods *g, const struct tw_decl *d, int32_t day, uint64_t draw,
                    enum tw_channel channel, const struct tw_goods_before *before) TW_MUST_CHECK;

/* That declaration is cancelled: what shares goods with it from now on is the same goods. False when it is
 * not known (any more). TW_NOMEM */
tw_err tw_goods_cancel(struct tw_goods *g, struct tw_str id, bool *known) TW_MUST_CHECK;

size_t tw_goods_n(const struct tw_goods *g);

/* As bytes, for channel/state.c. TW_NOMEM; load: false = damaged. */
void tw_goods_save(const struct tw_goods *g, struct tw_buf *out);
tw_err tw_goods_load(struct tw_goods *g, const uint8_t **p, const uint8_t *end, bool *good) TW_MUST_CHECK;

#endif
