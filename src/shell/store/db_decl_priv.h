/* SPDX-License-Identifier: Apache-2.0 */
/* store/db_decl_priv.h -- what records of declarations and of all else share.
 *
 * In : a number and a version. Out: the last version; what came in before.
 * Not: anything another module may use.
 */
#ifndef TW_STORE_DB_DECL_PRIV_H
#define TW_STORE_DB_DECL_PRIV_H

#include "store/db_priv.h"

struct db_version {
    uint64_t reg;
    uint32_t version;
};

/* TW_NOTFOUND */
tw_err db_last_version(struct tw_db *db, enum db_sql id, uint64_t reg, uint32_t *version,
                       struct tw_fault *fault) TW_MUST_CHECK;
tw_err db_no_version(uint64_t reg, uint32_t version, struct tw_fault *fault); /* says TW_NOTFOUND */

/* The rest of a statement that gives reg, version, seq, content. TW_NOTFOUND */
tw_err db_read_known(struct db_use *u, struct tw_db_known *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* A statement of (reg, version, bytes). */
tw_err db_put_bytes(struct tw_db *db, enum db_sql id, const struct db_version *of, struct tw_str bytes,
                    struct tw_fault *fault) TW_MUST_CHECK;

/* A statement of (from, limit), begun. */
static inline struct db_use db_from(struct tw_db *db, enum db_sql id, const struct tw_db_from *from)
{
    struct db_use u = db_use(db, id);
    db_i64(&u, from->seq < INT64_MAX ? (int64_t)from->seq : INT64_MAX);
    db_i64(&u, from->limit > 0 && from->limit < INT64_MAX ? (int64_t)from->limit : -1);
    return u;
}

#endif
