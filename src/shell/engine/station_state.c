/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/station_state.h"

#include <string.h>

enum {
    MAGIC = 8,
    SEQ_AT = MAGIC + TW_SHA256_HEX + TW_SHA256_BYTES, /* of the last decision */
    COUNT_AT = SEQ_AT + 8,                            /* declarations */
    SIZE_AT = COUNT_AT + 8,                           /* of the channels, which follow; then the profile */
    HEAD = SIZE_AT + 8
};

static const char magic[] = "TWSTATN2";

static void put_u64(char *p, uint64_t v)
{
    for (int i = 0; i < 8; i++) p[i] = (char)(uint8_t)(v >> (8 * i));
}

static uint64_t get_u64(const char *p)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++) v |= (uint64_t)(uint8_t)p[i] << (8 * i);
    return v;
}

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

void tw_station_state_close(struct tw_station_state *s)
{
    tw_state_close(&s->is);
    tw_buf_free(&s->channels);
    *s = (struct tw_station_state){.seq = 0};
}

/* -- out */

static tw_err save(const struct tw_station_state *s, const struct tw_profile_sink *sink)
{
    char head[HEAD] = {0};
    memcpy(head, magic, MAGIC);
    memcpy(head + MAGIC, s->is.model, sizeof s->is.model);
    memcpy(head + MAGIC + TW_SHA256_HEX, s->is.profile_hash, sizeof s->is.profile_hash);
    put_u64(head + SEQ_AT, s->decision);
    put_u64(head + COUNT_AT, s->is.declarations);
    put_u64(head + SIZE_AT, s->channels.n);
    TW_TRY(sink->take(sink->to, head, sizeof head));
    TW_TRY(sink->take(sink->to, s->channels.p, s->channels.n));
    return tw_profile_write(s->is.profile, sink);
}

/* `why` is what a piece was not taken for; else memory was short. */
static tw_err failed(tw_err err, const struct tw_fault *why, struct tw_fault *fault)
{
    if (why->code == TW_OK) return no_memory(fault);
    if (fault != NULL) *fault = *why;
    return err;
}

struct keeping {
    struct tw_db_snapshot_out *out;
    struct tw_fault *fault;
    uint64_t n;
};

static tw_err keep_piece(void *to, const void *p, size_t n)
{
    struct keeping *k = to;
    k->n += n;
    return tw_db_snapshot_put(k->out, p, n, k->fault);
}

tw_err tw_station_state_keep(struct tw_db *db, struct tw_station_state *s, struct tw_fault *fault)
{
    TW_SCOPED(tw_db_snapshot_out) *out = NULL;
    const struct tw_db_snapshot as = {TW_STR(TW_STATION_STATE), s->seq};
    struct tw_fault why = {.code = TW_OK};
    TW_TRY(tw_db_snapshot_new(db, &as, &out, fault));
    struct keeping k = {out, &why, 0};
    const tw_err err = save(s, &(struct tw_profile_sink){&k, keep_piece});
    if (err != TW_OK) return failed(err, &why, fault);
    s->bytes = k.n;
    return tw_db_snapshot_end(out, fault);
}

/* -- in */

struct loading {
    struct tw_db_snapshot_in *in;
    struct tw_str piece; /* what was not taken yet of the one at hand */
    struct tw_fault *fault;
};

static tw_err next_piece(void *to, struct tw_str *ret)
{
    struct loading *l = to;
    if (l->piece.n == 0) TW_TRY(tw_db_snapshot_next(l->in, &l->piece, l->fault));
    *ret = l->piece;
    l->piece.n = 0;
    return TW_OK;
}

static tw_err take(struct loading *l, size_t n, struct tw_buf *ret)
{
    while (n > 0) {
        if (l->piece.n == 0) TW_TRY(tw_db_snapshot_next(l->in, &l->piece, l->fault));
        if (l->piece.n == 0) return TW_FORMAT;
        const size_t now = l->piece.n < n ? l->piece.n : n;
        tw_buf_put(ret, l->piece.s, now);
        l->piece.s += now;
        l->piece.n -= now;
        n -= now;
    }
    return ret->failed ? TW_NOMEM : TW_OK;
}

static tw_err load(struct loading *l, struct tw_station_state *ret)
{
    TW_SCOPED_BUF head = {0};
    if (ret->bytes < HEAD) return TW_FORMAT;
    TW_TRY(take(l, HEAD, &head));
    const char *p = head.p;
    if (memcmp(p, magic, MAGIC) != 0)
        return memcmp(p, magic, MAGIC - 1) == 0
                   ? tw_fail(l->fault, TW_NOTFOUND, "the kept state is of another version")
                   : TW_FORMAT;
    memcpy(ret->is.model, p + MAGIC, sizeof ret->is.model);
    ret->is.model[sizeof ret->is.model - 1] = '\0';
    memcpy(ret->is.profile_hash, p + MAGIC + TW_SHA256_HEX, TW_SHA256_BYTES);
    ret->decision = get_u64(p + SEQ_AT);
    ret->is.declarations = get_u64(p + COUNT_AT);
    const uint64_t size = get_u64(p + SIZE_AT);
    if (size > ret->bytes - HEAD) return TW_FORMAT;
    TW_TRY(take(l, (size_t)size, &ret->channels));
    const struct tw_profile_source from = {l, (size_t)(ret->bytes - HEAD - size), next_piece};
    return tw_profile_read(&from, &ret->is.profile, l->fault);
}

tw_err tw_station_state_load(struct tw_db *db, struct tw_station_state *ret, struct tw_fault *fault)
{
    TW_SCOPED(tw_db_snapshot_in) *in = NULL;
    struct tw_fault why = {.code = TW_OK};
    *ret = (struct tw_station_state){.seq = 0};
    TW_TRY(tw_db_snapshot_open(db, TW_STR(TW_STATION_STATE), &in, fault));
    struct loading l = {.in = in, .fault = &why};
    ret->seq = tw_db_snapshot_seq(in);
    ret->bytes = tw_db_snapshot_bytes(in);
    const tw_err err = load(&l, ret);
    if (err == TW_OK) return TW_OK;
    tw_station_state_close(ret);
    if (err == TW_FORMAT && why.code == TW_OK)
        return tw_fail(fault, TW_FORMAT, "the kept state is damaged; run `tidewaiter station check`");
    return failed(err, &why, fault);
}

/* -- beside another */

struct comparing {
    struct loading l;
    bool differs;
};

static tw_err compare_piece(void *to, const void *p, size_t n)
{
    struct comparing *c = to;
    const char *at = p;
    while (n > 0 && !c->differs) {
        if (c->l.piece.n == 0) TW_TRY(tw_db_snapshot_next(c->l.in, &c->l.piece, c->l.fault));
        const size_t now = c->l.piece.n < n ? c->l.piece.n : n;
        c->differs = now == 0 || memcmp(c->l.piece.s, at, now) != 0;
        c->l.piece.s += now;
        c->l.piece.n -= now;
        at += now;
        n -= now;
    }
    return TW_OK;
}

tw_err tw_station_state_compare(struct tw_db *db, const struct tw_station_state *s, bool *kept, bool *differs,
                                struct tw_fault *fault)
{
    TW_SCOPED(tw_db_snapshot_in) *in = NULL;
    struct tw_fault why = {.code = TW_OK};
    *kept = *differs = false;
    tw_err err = tw_db_snapshot_open(db, TW_STR(TW_STATION_STATE), &in, fault);
    if (err == TW_NOTFOUND) return TW_OK;
    TW_TRY(err);
    *kept = tw_db_snapshot_seq(in) == s->seq;
    if (!*kept) return TW_OK;
    struct comparing c = {.l = {.in = in, .fault = &why}};
    err = save(s, &(struct tw_profile_sink){&c, compare_piece});
    if (err == TW_OK && c.l.piece.n == 0) err = tw_db_snapshot_next(in, &c.l.piece, &why);
    *differs = c.differs || c.l.piece.n > 0;
    return err == TW_OK ? TW_OK : failed(err, &why, fault);
}
