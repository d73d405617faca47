/* SPDX-License-Identifier: Apache-2.0 */
/* A profile as bytes and back: docs/formats/profile.md. Little-endian, rows in the order of first appearance,
 * SHA-256 of everything before it at the end. */
#include "base/hash.h"
#include "base/mem.h"
#include "profile/profile_priv.h"

#include <math.h>
#include <string.h>

static const char MAGIC[8] = "TWPROF1\n";

/* Every member of a row, in file order: X(kind of number, member). */
#define ROW_FIELDS(X)                                                                                        \
    X(u64, key)                                                                                              \
    X(i32, first_day)                                                                                        \
    X(i32, last_day)                                                                                         \
    X(u32, n)                                                                                                \
    X(u32, inspected)                                                                                        \
    X(u32, found)                                                                                            \
    X(i32, found_day)                                                                                        \
    X(f32, seen7)                                                                                            \
    X(f32, seen30)                                                                                           \
    X(f32, seen180)                                                                                          \
    X(f32, low7)                                                                                             \
    X(f32, low_value7)                                                                                       \
    X(f32, inspected180)                                                                                     \
    X(f32, found180)                                                                                         \
    X(f32, inspected_w)                                                                                      \
    X(f32, found_w)                                                                                          \
    X(i32, result_day)                                                                                       \
    X(f32, recovered_share)                                                                                  \
    X(u32, today_n)                                                                                          \
    X(f32, today_value)                                                                                      \
    X(u32, last_code)                                                                                        \
    X(f32, switches)                                                                                         \
    X(u32, partners)                                                                                         \
    X(f32, price.weight)                                                                                     \
    X(f32, price.mean)                                                                                       \
    X(f32, price.var)                                                                                        \
    X(f32, duty_percent)                                                                                     \
    X(u32, block)

/* A member's name cannot stand in brackets. NOLINTBEGIN(bugprone-macro-parentheses) */
#define MOMENT_FIELDS(X, m)                                                                                  \
    X(f32, m.weight)                                                                                         \
    X(f32, m.mean)                                                                                           \
    X(f32, m.var)
/* NOLINTEND(bugprone-macro-parentheses) */

#define USUAL_FIELDS(X)                                                                                      \
    X(i32, generation_day)                                                                                   \
    X(i32, since_day)                                                                                        \
    MOMENT_FIELDS(X, tare)                                                                                   \
    MOMENT_FIELDS(X, kg_unit)                                                                                \
    MOMENT_FIELDS(X, kg_package)

/* -- out
 * ------------------------------------------------------------------------------------------------------ */

static void put_u64(struct tw_buf *b, uint64_t v)
{
    uint8_t raw[8];
    for (int i = 0; i < 8; i++) raw[i] = (uint8_t)(v >> (8 * i));
    tw_buf_put(b, raw, sizeof raw);
}

static void put_u32(struct tw_buf *b, uint32_t v)
{
    const uint8_t raw[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};
    tw_buf_put(b, raw, sizeof raw);
}

static void put_i32(struct tw_buf *b, int32_t v)
{
    put_u32(b, (uint32_t)v);
}

static void put_f32(struct tw_buf *b, float v)
{
    uint32_t raw;
    memcpy(&raw, &v, sizeof raw);
    put_u32(b, raw);
}

static void put_f64(struct tw_buf *b, double v)
{
    uint64_t raw;
    memcpy(&raw, &v, sizeof raw);
    put_u64(b, raw);
}

static void put_row(struct tw_buf *b, const struct tw_stat *s)
{
#define X(type, member) put_##type(b, s->member);
    ROW_FIELDS(X)
#undef X
}

static void put_usual(struct tw_buf *b, const struct tw_usual *u)
{
#define X(type, member) put_##type(b, u->member);
    USUAL_FIELDS(X)
#undef X
    for (int g = 0; g < 2; g++) {
        tw_sketch_save(&u->per_kg[g], b);
        tw_sketch_save(&u->per_unit[g], b);
    }
}

static void put_awaited(struct tw_buf *b, const struct awaited *a)
{
    put_u64(b, a->declaration);
    put_u32(b, a->item);
    put_u32(b, a->has);
    put_f64(b, a->duty);
    for (int k = 0; k < TW_KIND_N; k++)
        if ((a->has & (1u << k)) != 0) put_u64(b, a->key[k]);
}

static void put_head(struct tw_buf *b, const struct tw_profile *p)
{
    tw_buf_put(b, MAGIC, sizeof MAGIC);
    put_u32(b, TW_KIND_N);
    put_i32(b, p->day);
    put_u64(b, p->evicted);
    put_u64(b, p->limits.max_keys);
    put_u64(b, p->limits.max_awaited);
    put_f64(b, p->limits.de_minimis);
    put_f64(b, p->limits.propensity_floor);
    put_u64(b, p->rows);
    put_u64(b, p->usuals);
    put_u64(b, p->awaited_live);
}

enum { PIECE = 1 << 18 };

/* Where the bytes go, and the hash of what went. */
struct outlet {
    struct tw_buf piece;
    struct tw_sha256 *sha;
    const struct tw_profile_sink *sink;
};

static tw_err pass_on(struct outlet *o, size_t above)
{
    if (o->piece.failed) return TW_NOMEM;
    if (o->piece.n <= above) return TW_OK;
    tw_sha256_add(o->sha, o->piece.p, o->piece.n);
    TW_TRY(o->sink->take(o->sink->to, o->piece.p, o->piece.n));
    tw_buf_clear(&o->piece);
    return TW_OK;
}

static tw_err write_all(const struct tw_profile *p, struct outlet *o)
{
    put_head(&o->piece, p);
    for (size_t i = 0; i < p->rows; i++) {
        put_row(&o->piece, &p->row[i]);
        TW_TRY(pass_on(o, PIECE));
    }
    for (size_t i = 0; i < p->usuals; i++) {
        put_usual(&o->piece, &p->usual[i]);
        TW_TRY(pass_on(o, PIECE));
    }
    for (size_t i = 0; i < p->awaited_n; i++) {
        if (p->awaited[i].item == RESULT_CAME) continue;
        put_awaited(&o->piece, &p->awaited[i]);
        TW_TRY(pass_on(o, PIECE));
    }
    TW_TRY(pass_on(o, 0));
    uint8_t sum[TW_SHA256_BYTES];
    tw_sha256_end(o->sha, sum);
    return o->sink->take(o->sink->to, sum, sizeof sum);
}

tw_err tw_profile_write(const struct tw_profile *p, const struct tw_profile_sink *sink)
{
    struct outlet o = {.sink = sink};
    tw_err err = tw_sha256_new(&o.sha);
    if (err == TW_OK) err = write_all(p, &o);
    tw_sha256_free(o.sha);
    tw_buf_free(&o.piece);
    return err;
}

static tw_err append(void *to, const void *p, size_t n)
{
    struct tw_buf *out = to;
    tw_buf_put(out, p, n);
    return out->failed ? TW_NOMEM : TW_OK;
}

tw_err tw_profile_save(const struct tw_profile *p, struct tw_buf *out)
{
    const struct tw_profile_sink sink = {out, append};
    return tw_profile_write(p, &sink);
}

/* -- in
 * ------------------------------------------------------------------------------------------------------- */

enum { SKETCH_BYTES_MAX = 8 + 4 * TW_SKETCH_BUCKETS_MAX };

/* What is left to read; `bad` sticks once it was not enough. */
struct source {
    const uint8_t *p;
    size_t n, here; /* left in all; of these at p, the others are to come */
    bool bad;
    const struct tw_profile_source *from; /* NULL = all are here */
    struct tw_buf room;                   /* those that are here, where they came in pieces */
    struct tw_sha256 *sha;
    size_t hash_left; /* of `n` that no hash was made over yet */
    tw_err err;       /* of `from` */
};

/* Some more bytes behind those that are here. */
static tw_err fetch(struct source *in)
{
    struct tw_str piece = {NULL, 0};
    struct tw_buf next = {0};
    TW_TRY(in->from->more(in->from->to, &piece));
    if (piece.n == 0) return TW_FORMAT;
    const size_t hashed = piece.n < in->hash_left ? piece.n : in->hash_left;
    tw_sha256_add(in->sha, piece.s, hashed);
    in->hash_left -= hashed;
    tw_buf_put(&next, in->p, in->here);
    tw_buf_put(&next, piece.s, piece.n);
    tw_buf_free(&in->room);
    in->room = next;
    in->p = (const uint8_t *)next.p;
    in->here += piece.n;
    return next.failed ? TW_NOMEM : TW_OK;
}

/* Lets n bytes be here, or all that are left. */
static void need(struct source *in, size_t n)
{
    while (in->from != NULL && in->err == TW_OK && in->here < n && in->here < in->n) in->err = fetch(in);
    in->bad = in->bad || in->err != TW_OK;
}

static const uint8_t *take(struct source *in, size_t n)
{
    static const uint8_t nothing[TW_SHA256_BYTES] = {0}; /* as many as anybody takes at once */
    if (in->here < n) need(in, n);
    if (in->bad || in->n < n || in->here < n) {
        in->bad = true;
        return nothing;
    }
    const uint8_t *p = in->p;
    in->p += n;
    in->n -= n;
    in->here -= n;
    return p;
}

static uint64_t get_u64(struct source *in)
{
    const uint8_t *raw = take(in, 8);
    uint64_t v = 0;
    for (int i = 0; i < 8; i++) v |= (uint64_t)raw[i] << (8 * i);
    return v;
}

static uint32_t get_u32(struct source *in)
{
    const uint8_t *raw = take(in, 4);
    return raw[0] | (uint32_t)raw[1] << 8 | (uint32_t)raw[2] << 16 | (uint32_t)raw[3] << 24;
}

static int32_t get_i32(struct source *in)
{
    return (int32_t)get_u32(in);
}

static float get_f32(struct source *in)
{
    uint32_t raw = get_u32(in);
    float v;
    memcpy(&v, &raw, sizeof v);
    return v;
}

static double get_f64(struct source *in)
{
    uint64_t raw = get_u64(in);
    double v;
    memcpy(&v, &raw, sizeof v);
    return v;
}

static tw_err bad(struct tw_fault *fault, const char *what)
{
    return tw_fail(fault, TW_FORMAT, "the profile state is damaged: %s; use the one written with the model",
                   what);
}

static void get_row(struct source *in, struct tw_stat *s)
{
#define X(type, member) s->member = get_##type(in);
    ROW_FIELDS(X)
#undef X
}

static tw_err get_sketch(struct source *in, struct tw_sketch *ret)
{
    size_t used = 0;
    if (in->here < SKETCH_BYTES_MAX) need(in, SKETCH_BYTES_MAX);
    if (in->bad) return TW_FORMAT;
    TW_TRY(tw_sketch_load(in->p, in->here < in->n ? in->here : in->n, &used, ret));
    (void)take(in, used);
    return TW_OK;
}

static tw_err get_usual(struct source *in, struct tw_usual *u)
{
    *u = (struct tw_usual){0};
#define X(type, member) u->member = get_##type(in);
    USUAL_FIELDS(X)
#undef X
    for (int g = 0; g < 2; g++) {
        TW_TRY(get_sketch(in, &u->per_kg[g]));
        TW_TRY(get_sketch(in, &u->per_unit[g]));
    }
    profile_usual_marks(u);
    return TW_OK;
}

static void get_awaited(struct source *in, struct awaited *a)
{
    *a = (struct awaited){.declaration = get_u64(in)};
    a->item = get_u32(in);
    a->has = get_u32(in);
    a->duty = get_f64(in);
    for (int k = 0; k < TW_KIND_N; k++)
        if ((a->has & (1u << k)) != 0) a->key[k] = get_u64(in);
}

/* -- what no fold of a past can have left behind: a state may be edited and its hash mended
 * ------------------------------------------------------------------------------------------------------- */

/* Days that a text can name (base/date.h), and the longest wait for a result beyond them. */
static bool is_day(int32_t day)
{
    enum { FIRST = -25568, LAST = 84371 + 3650 }; /* 1899-12-31, 2201-01-01 */
    return day >= FIRST && day <= LAST;
}

/* A decayed sum of counts or of values, which are never negative; 1e30 is beyond any of 2^32 values. */
static bool is_sum(float v)
{
    return v >= 0 && v <= 1e30F;
}

/* Of logarithms of doubles, none of which lies beyond 745. */
static bool is_moment(const struct tw_moment *m)
{
    return is_sum(m->weight) && m->mean >= -1500 && m->mean <= 1500 && m->var >= 0 && m->var <= 1e7F;
}

static bool is_row(const struct tw_stat *s)
{
    return is_day(s->first_day) && is_day(s->last_day) && s->first_day <= s->last_day &&
           is_day(s->result_day) && (s->found_day == TW_NO_DAY || is_day(s->found_day)) &&
           s->found <= s->inspected && is_sum(s->seen7) && is_sum(s->seen30) && is_sum(s->seen180) &&
           is_sum(s->low7) && is_sum(s->low_value7) && is_sum(s->today_value) && is_sum(s->switches) &&
           is_sum(s->inspected180) && is_sum(s->inspected_w) && s->found180 >= 0 &&
           s->found180 <= s->inspected180 && s->found_w >= 0 && s->found_w <= s->inspected_w &&
           is_sum(fabsf(s->recovered_share)) && is_sum(s->duty_percent) && is_moment(&s->price);
}

static bool is_usual(const struct tw_usual *u)
{
    return is_day(u->generation_day) && is_day(u->since_day) && u->since_day <= u->generation_day &&
           is_moment(&u->tare) && is_moment(&u->kg_unit) && is_moment(&u->kg_package);
}

static bool is_awaited(const struct awaited *a)
{
    return a->declaration != 0 && a->item != RESULT_CAME && a->has < (uint32_t)1 << TW_KIND_N &&
           !isinf(a->duty);
}

/* Each block belongs to one row and each row that names one to another. */
static tw_err blocks_fit(const struct tw_profile *p, struct tw_fault *fault)
{
    if (p->usuals == 0) return TW_OK;
    uint8_t *owned = tw_calloc(p->usuals, sizeof *owned);
    if (owned == NULL) return TW_NOMEM;
    size_t n = 0;
    for (size_t i = 0; i < p->rows; i++)
        if (p->row[i].block != NO_ROW) n += owned[p->row[i].block]++ == 0;
    bool each_once = n == p->usuals;
    for (size_t i = 0; i < p->usuals; i++) each_once = each_once && owned[i] == 1;
    tw_free(owned);
    return each_once ? TW_OK : bad(fault, "its blocks of prices do not belong to one row each");
}

/* How many there are of each thing; no count may claim more than the bytes left could hold. */
struct counts {
    uint64_t rows, usuals, awaited;
};

enum { ROW_BYTES_MIN = 116, USUAL_BYTES_MIN = 44, AWAITED_BYTES_MIN = 24 };

static tw_err room_for(struct tw_profile *p, struct counts c, size_t left, struct tw_fault *fault)
{
    if (c.rows > left / ROW_BYTES_MIN || c.usuals > left / USUAL_BYTES_MIN ||
        c.awaited > left / AWAITED_BYTES_MIN)
        return bad(fault, "its counts do not fit its length");
    p->rows_cap = (size_t)c.rows + 1000;
    p->row = tw_calloc(p->rows_cap, sizeof *p->row);
    p->usuals_cap = (size_t)c.usuals + 100;
    p->usual = tw_calloc(p->usuals_cap, sizeof *p->usual);
    p->awaited_cap = (size_t)c.awaited + 64;
    p->awaited = tw_calloc(p->awaited_cap, sizeof *p->awaited);
    return p->row == NULL || p->usual == NULL || p->awaited == NULL ? TW_NOMEM : TW_OK;
}

static tw_err get_rows(struct source *in, struct tw_profile *p, struct counts c, struct tw_fault *fault)
{
    for (; p->rows < c.rows; p->rows++) {
        const struct tw_stat *s = &p->row[p->rows];
        get_row(in, &p->row[p->rows]);
        if (!in->bad && !is_row(s)) return bad(fault, "a row holds numbers no past can give");
        if (s->block != NO_ROW && s->block >= c.usuals)
            return bad(fault, "a row names a block of prices there is not");
    }
    return TW_OK;
}

static tw_err get_usuals(struct source *in, struct tw_profile *p, struct counts c, struct tw_fault *fault)
{
    while (p->usuals < c.usuals) {
        struct tw_usual *u = &p->usual[p->usuals++]; /* what is read of it is freed with the profile */
        tw_err err = get_usual(in, u);
        if (err != TW_OK) return err == TW_NOMEM ? err : bad(fault, "a price sketch cannot be read");
        if (!is_usual(u)) return bad(fault, "usual prices hold numbers no past can give");
        p->sketch_bytes += profile_usual_bytes(u);
    }
    return TW_OK;
}

static tw_err get_all(struct source *in, struct tw_profile *p, struct tw_fault *fault)
{
    struct counts c = {.rows = get_u64(in), .usuals = get_u64(in), .awaited = get_u64(in)};
    if (in->bad) return bad(fault, "it ends too early");
    TW_TRY(room_for(p, c, in->n, fault));
    TW_TRY(get_rows(in, p, c, fault));
    TW_TRY(get_usuals(in, p, c, fault));
    for (; p->awaited_n < c.awaited; p->awaited_n++) {
        get_awaited(in, &p->awaited[p->awaited_n]);
        if (!in->bad && !is_awaited(&p->awaited[p->awaited_n]))
            return bad(fault, "an awaited item is none that can be declared");
    }
    p->awaited_live = p->awaited_n;
    if (in->bad || in->n != 0 || c.awaited > p->limits.max_awaited)
        return bad(fault, "its counts do not fit its length or its limits");
    TW_TRY(blocks_fit(p, fault));
    TW_TRY(profile_reindex(p, p->rows));
    return profile_awaited_reindex(p, p->awaited_cap);
}

/* Behind the magic. */
static tw_err read_body(struct source *in, struct tw_profile **ret, struct tw_fault *fault)
{
    if (get_u32(in) != TW_KIND_N) return bad(fault, "it was written with another list of kinds");
    int32_t day = get_i32(in);
    uint64_t evicted = get_u64(in);
    struct tw_profile_limits limits = {.max_keys = (size_t)get_u64(in), .max_awaited = (size_t)get_u64(in)};
    limits.de_minimis = get_f64(in);
    limits.propensity_floor = get_f64(in);
    if (!(limits.de_minimis >= 0 && limits.de_minimis <= 1e30) || !(limits.propensity_floor <= 1) ||
        (day != TW_NO_DAY && !is_day(day)))
        return bad(fault, "its limits are impossible");
    struct tw_profile *p = NULL;
    tw_err err = tw_profile_new(limits, &p);
    if (err == TW_ARG) return bad(fault, "its limits are impossible");
    TW_TRY(err);
    p->day = day;
    p->evicted = evicted;
    err = get_all(in, p, fault);
    if (err != TW_OK) {
        tw_profile_free(p);
        return err;
    }
    *ret = p;
    return TW_OK;
}

static tw_err read_magic(struct source *in, struct tw_fault *fault)
{
    if (in->n >= sizeof MAGIC && memcmp(take(in, sizeof MAGIC), MAGIC, sizeof MAGIC) == 0) return TW_OK;
    return tw_fail(fault, TW_FORMAT, "this is no profile state of this version; it starts with TWPROF1");
}

tw_err tw_profile_load(struct tw_str bytes, struct tw_profile **ret, struct tw_fault *fault)
{
    uint8_t sum[TW_SHA256_BYTES];
    const size_t n = bytes.n < sizeof sum ? 0 : bytes.n - sizeof sum;
    struct source in = {.p = (const uint8_t *)bytes.s, .n = n, .here = n};
    TW_TRY(read_magic(&in, fault));
    tw_sha256(bytes.s, n, sum);
    if (memcmp(sum, bytes.s + n, sizeof sum) != 0) return bad(fault, "its hash does not fit what it holds");
    return read_body(&in, ret, fault);
}

static tw_err read_all(struct source *in, struct tw_profile **ret, struct tw_fault *fault)
{
    uint8_t sum[TW_SHA256_BYTES];
    TW_TRY(read_magic(in, fault));
    TW_TRY(read_body(in, ret, fault));
    in->n = sizeof sum;
    tw_sha256_end(in->sha, sum);
    if (memcmp(take(in, sizeof sum), sum, sizeof sum) == 0 && !in->bad) return TW_OK;
    tw_profile_free(*ret);
    *ret = NULL;
    return in->bad ? bad(fault, "it ends too early") : bad(fault, "its hash does not fit what it holds");
}

tw_err tw_profile_read(const struct tw_profile_source *from, struct tw_profile **ret, struct tw_fault *fault)
{
    const size_t n = from->n < TW_SHA256_BYTES ? 0 : from->n - TW_SHA256_BYTES;
    struct source in = {.n = n, .from = from, .hash_left = n};
    TW_TRY(tw_sha256_new(&in.sha));
    const tw_err err = read_all(&in, ret, fault);
    tw_sha256_free(in.sha);
    tw_buf_free(&in.room);
    return in.err != TW_OK && in.err != TW_FORMAT ? in.err : err;
}
