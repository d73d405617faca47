/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots. Part -1 is the sum over the kind, the seq and all bytes; parts of 1 MiB follow from 0 on, and an
 * empty one is the end: what is missing shows. As a part is written its forerunner goes, so that it finds
 * room where that was. */
#include <string.h>

#include "base/mem.h"
#include "store/db_log.h"
#include "store/db_priv.h"

enum { PART = 1 << 20 }; /* bytes of one row: a row is held in memory whole */

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "no memory for a snapshot");
}

/* The sum, as far as it is known before the bytes. */
static tw_err begin_sum(struct tw_str kind, uint64_t seq, struct tw_sha256 **ret, struct tw_fault *fault)
{
    uint8_t head[TW_SHA256_BYTES + 8];
    if (tw_sha256_new(ret) != TW_OK) return no_memory(fault);
    tw_sha256(kind.s, kind.n, head);
    for (int i = 0; i < 8; i++) head[TW_SHA256_BYTES + i] = (uint8_t)(seq >> (8 * i));
    tw_sha256_add(*ret, head, sizeof head);
    return TW_OK;
}

/* -- out */

struct tw_db_snapshot_out {
    struct tw_db *db;
    char kind[TW_DB_SHORT_MAX + 1];
    struct tw_db_snapshot is;
    struct tw_sha256 *sum;
    struct tw_buf part; /* that is not full */
    int64_t n;          /* parts that are written */
    int64_t before;     /* seq of the one that goes; -1 = none */
};

static tw_err drop_part(struct tw_db_snapshot_out *o, int64_t part, struct tw_fault *fault)
{
    struct db_use u = db_use(o->db, DB_SQL_SNAPSHOT_DROP_PART);
    db_text(&u, o->is.kind);
    db_i64(&u, o->before);
    db_i64(&u, part);
    return db_run(&u, NULL, fault);
}

static tw_err put_part(struct tw_db_snapshot_out *o, int64_t part, struct tw_str bytes,
                       struct tw_fault *fault)
{
    if (o->before >= 0) TW_TRY(drop_part(o, part, fault));
    struct db_use u = db_use(o->db, DB_SQL_SNAPSHOT_PUT);
    db_text(&u, o->is.kind);
    db_i64(&u, (int64_t)o->is.seq);
    db_i64(&u, part);
    db_bytes(&u, bytes.s, bytes.n);
    return db_run(&u, NULL, fault);
}

static tw_err next_part(struct tw_db_snapshot_out *o, struct tw_fault *fault)
{
    const tw_err err = put_part(o, o->n, tw_buf_view(&o->part), fault);
    if (err != TW_OK) return db_undo(o->db, err);
    o->n++;
    tw_buf_clear(&o->part);
    return TW_OK;
}

/* Seq of the latest; -1 = there is none. */
static tw_err latest(struct tw_db *db, struct tw_str kind, int64_t *ret, struct tw_fault *fault)
{
    bool there = false;
    struct db_use u = db_use(db, DB_SQL_SNAPSHOT_LAST);
    db_text(&u, kind);
    TW_TRY(db_row(&u, &there, fault));
    *ret = there ? db_col(&u, 0) : -1;
    if (there) db_end(&u);
    return TW_OK;
}

tw_err tw_db_snapshot_new(struct tw_db *db, const struct tw_db_snapshot *s, struct tw_db_snapshot_out **ret,
                          struct tw_fault *fault)
{
    int64_t before = -1;
    TW_TRY(db_may_write(db, fault));
    TW_TRY(db_short(s->kind, "a kind", fault));
    TW_TRY(db_number(s->seq, "seq", fault));
    TW_TRY(latest(db, s->kind, &before, fault));
    if (before >= (int64_t)s->seq)
        return tw_fail(fault, TW_CONFLICT, "there is a snapshot of this kind and seq, or a later one");
    struct tw_db_snapshot_out *o = tw_calloc(1, sizeof *o);
    if (o == NULL) return no_memory(fault);
    memcpy(o->kind, s->kind.s, s->kind.n);
    o->db = db;
    o->before = before;
    o->is = (struct tw_db_snapshot){{o->kind, s->kind.n}, s->seq};
    const tw_err err = begin_sum(s->kind, s->seq, &o->sum, fault);
    if (err != TW_OK) {
        tw_db_snapshot_out_free(o);
        return err;
    }
    *ret = o;
    return TW_OK;
}

void tw_db_snapshot_out_free(struct tw_db_snapshot_out *o)
{
    if (o == NULL) return;
    tw_sha256_free(o->sum);
    tw_buf_free(&o->part);
    tw_free(o);
}

tw_err tw_db_snapshot_put(struct tw_db_snapshot_out *o, const void *p, size_t n, struct tw_fault *fault)
{
    const char *at = p;
    TW_TRY(db_may_write(o->db, fault));
    if (o->n >= TW_DB_SNAPSHOT_MAX)
        return tw_fail(fault, TW_LIMIT, "a snapshot of more than %d MiB is not kept", TW_DB_SNAPSHOT_MAX);
    tw_sha256_add(o->sum, p, n);
    while (n > 0) {
        const size_t room = PART - o->part.n, now = n < room ? n : room;
        tw_buf_put(&o->part, at, now);
        if (o->part.failed) return no_memory(fault);
        if (o->part.n == PART) TW_TRY(next_part(o, fault));
        at += now;
        n -= now;
    }
    return TW_OK;
}

tw_err tw_db_snapshot_end(struct tw_db_snapshot_out *o, struct tw_fault *fault)
{
    uint8_t sum[TW_SHA256_BYTES];
    TW_TRY(db_may_write(o->db, fault));
    if (o->part.n > 0 || o->n == 0) TW_TRY(next_part(o, fault));
    TW_TRY(next_part(o, fault)); /* the empty one */
    tw_sha256_end(o->sum, sum);
    tw_err err = put_part(o, -1, (struct tw_str){(const char *)sum, sizeof sum}, fault);
    struct db_use u = db_use(o->db, DB_SQL_SNAPSHOT_DROP);
    db_text(&u, o->is.kind);
    db_i64(&u, (int64_t)o->is.seq);
    if (err == TW_OK) err = db_run(&u, NULL, fault);
    return err == TW_OK ? TW_OK : db_undo(o->db, err);
}

/* -- in */

struct tw_db_snapshot_in {
    struct tw_db *db;
    char kind[TW_DB_SHORT_MAX + 1];
    struct tw_db_snapshot is;
    uint64_t bytes;
    struct db_use rows;
    bool open; /* rows are */
    uint8_t sum[TW_SHA256_BYTES];
    int64_t part; /* the next */
    bool end;
};

static void close_rows(struct tw_db_snapshot_in *in)
{
    if (in->open) db_end(&in->rows);
    in->open = false;
}

static tw_err open_rows(struct tw_db_snapshot_in *in, struct tw_fault *fault)
{
    bool there = false;
    in->rows = db_use(in->db, DB_SQL_SNAPSHOT);
    in->part = 0;
    in->end = false;
    db_text(&in->rows, in->is.kind);
    db_i64(&in->rows, (int64_t)in->is.seq);
    TW_TRY(db_row(&in->rows, &there, fault));
    in->open = there;
    if (!there || db_col(&in->rows, 0) != -1)
        return db_damaged(in->db, "the sum of a snapshot is missing", fault);
    return db_col_fixed(&in->rows, 1, in->sum, sizeof in->sum, fault);
}

tw_err tw_db_snapshot_next(struct tw_db_snapshot_in *in, struct tw_str *ret, struct tw_fault *fault)
{
    bool more = false;
    *ret = TW_STR("");
    if (in->end) return TW_OK;
    in->open = false; /* unless there is another row */
    TW_TRY(db_row(&in->rows, &more, fault));
    in->open = more;
    if (!more || db_col(&in->rows, 0) != in->part)
        return db_damaged(in->db, "a part of a snapshot is missing", fault);
    *ret = db_col_str(&in->rows, 1);
    in->end = in->part > 0 && ret->n == 0;
    in->part++;
    return TW_OK;
}

/* Is it what was kept? */
static tw_err look_through(struct tw_db_snapshot_in *in, struct tw_fault *fault)
{
    TW_SCOPED(tw_sha256) *sum = NULL;
    uint8_t now[TW_SHA256_BYTES];
    struct tw_str piece;
    TW_TRY(begin_sum(in->is.kind, in->is.seq, &sum, fault));
    TW_TRY(open_rows(in, fault));
    do {
        TW_TRY(tw_db_snapshot_next(in, &piece, fault));
        tw_sha256_add(sum, piece.s, piece.n);
        in->bytes += piece.n;
    } while (!in->end);
    close_rows(in);
    tw_sha256_end(sum, now);
    if (memcmp(in->sum, now, sizeof now) != 0)
        return db_damaged(in->db, "a snapshot is not what was kept", fault);
    return open_rows(in, fault);
}

tw_err tw_db_snapshot_open(struct tw_db *db, struct tw_str kind, struct tw_db_snapshot_in **ret,
                           struct tw_fault *fault)
{
    int64_t seq = -1;
    TW_TRY(db_short(kind, "a kind", fault));
    TW_TRY(latest(db, kind, &seq, fault));
    if (seq < 0)
        return tw_fail(fault, TW_NOTFOUND, "there is no snapshot of \"%.*s\"", TW_STR_FIRST(kind, 40));
    struct tw_db_snapshot_in *in = tw_calloc(1, sizeof *in);
    if (in == NULL) return no_memory(fault);
    memcpy(in->kind, kind.s, kind.n);
    in->db = db;
    in->is = (struct tw_db_snapshot){{in->kind, kind.n}, (uint64_t)seq};
    const tw_err err = look_through(in, fault);
    if (err != TW_OK) {
        tw_db_snapshot_in_free(in);
        return err;
    }
    *ret = in;
    return TW_OK;
}

uint64_t tw_db_snapshot_seq(const struct tw_db_snapshot_in *in)
{
    return in->is.seq;
}

uint64_t tw_db_snapshot_bytes(const struct tw_db_snapshot_in *in)
{
    return in->bytes;
}

void tw_db_snapshot_in_free(struct tw_db_snapshot_in *in)
{
    if (in == NULL) return;
    close_rows(in);
    tw_free(in);
}
