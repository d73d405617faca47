/* SPDX-License-Identifier: Apache-2.0 */
/* channel/goods_priv.h -- what a declaration's goods are known by, for goods.c. */
#ifndef TW_CHANNEL_GOODS_PRIV_H
#define TW_CHANNEL_GOODS_PRIV_H

#include "channel/goods.h"

/* Hashes. */
struct hashes {
    uint64_t *at;
    size_t n, cap;
};

/* TW_NOMEM */
tw_err hashes_add(struct hashes *s, uint64_t hash) TW_MUST_CHECK;

/* Of the documents and containers it names, each once, by rising value; at most `most`. TW_NOMEM */
tw_err goods_names(const struct tw_decl *d, size_t most, struct hashes *ret) TW_MUST_CHECK;
/* Is it among the first n, which rise? */
bool hashes_hold(const struct hashes *s, size_t n, uint64_t hash);

/* Whose goods they are: the importer's number, else name, else the declarant's number; 0 = nobody's. */
uint64_t goods_owner(const struct tw_decl *d);

#endif
