/* SPDX-License-Identifier: Apache-2.0 */
/* channel/goods.h -- goods that are declared again.
 *
 * In : declarations with what was decided of them, in the order of decision; what was cancelled, and when.
 * Out: of a new declaration, whether its goods were declared before, the strictest channel they had, and, of
 * a later version, its draw. Not: the decision.
 *
 * Whoever dislikes a channel must not get another by declaring again. A later version of a declaration keeps
 * the draw of the first and its channel. A declaration that shares transport document, container or previous
 * document with one that was cancelled after its channel was known gets nothing milder than that one had; its
 * draw is its own: a draw that could be taken over would be known, and a known one that lets pass a ticket
 * for any goods.
 *
 * Whose goods were cancelled makes a difference. Those of the same trader hold for certain; those of others,
 * who may have been in the same container by chance or have named it on purpose, are told apart: what they
 * had may fill an office, not overfill it. Made-up numbers (N/A, 0000) name nothing.
 *
 * Memory: some 100 bytes and 8 for each document and container, of the declarations of `days` days.
 */
#ifndef TW_CHANNEL_GOODS_H
#define TW_CHANNEL_GOODS_H

#include "base/buf.h"
#include "decl/decision.h"

struct tw_goods;

struct tw_goods_limits {
    int64_t days; /* how long they are known */
    int64_t max;  /* declarations that are known at once, the oldest go */
    int64_t
        names; /* documents and containers that a declaration is known by, those of its last version first */
};

/* TW_NOMEM */
tw_err tw_goods_new(const struct tw_goods_limits *limits, struct tw_goods **ret) TW_MUST_CHECK;
void tw_goods_free(struct tw_goods *g); /* takes NULL */

/* An earlier declaration of the goods, and what it had. */
struct tw_goods_floor {
    enum tw_channel channel;
    struct tw_str of; /* its id; as long as nothing is put; absent = there is none */
};

struct tw_goods_before {
    bool version; /* a later version: these are the first one's */
    uint64_t draw;
    int32_t draw_day;
    struct tw_goods_floor own; /* the strictest of its earlier version and of the same trader's cancelled */
    struct tw_goods_floor shared; /* the strictest of other traders' cancelled, where it is stricter */
};

/* *found = false: there is none, and *ret is as before. Forgets what is older than `days` before the day.
 * TW_NOMEM */
tw_err tw_goods_find(struct tw_goods *g, const struct tw_decl *d, int32_t day, struct tw_goods_before *ret,
                     bool *found) TW_MUST_CHECK;

/* What was decided of a declaration; of a later version it takes the place of the earlier.
 * draw, draw_day  the first version's
 * TW_NOMEM */
tw_err tw_goods_put(struct tw_goods *g, const struct tw_decl *d, int32_t day, uint64_t draw, int32_t draw_day,
                    enum tw_channel channel) TW_MUST_CHECK;

/* That declaration is cancelled: what shares goods with it from now on is the same goods. False when it is
 * not known (any more). TW_NOMEM */
tw_err tw_goods_cancel(struct tw_goods *g, struct tw_str id, bool *known) TW_MUST_CHECK;

size_t tw_goods_n(const struct tw_goods *g);

/* As bytes, for channel/state.c. TW_NOMEM; load: false = damaged. */
void tw_goods_save(const struct tw_goods *g, struct tw_buf *out);
tw_err tw_goods_load(struct tw_goods *g, const uint8_t **p, const uint8_t *end, bool *good) TW_MUST_CHECK;

#endif
