/* SPDX-License-Identifier: Apache-2.0 */
/* The window, the shifts and what is known of goods as bytes: magic, counts, order and novelty, scores from
 * the oldest, offices, criteria, goods; SHA-256 at the end. Byte by byte in docs/formats/channels.md. */
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "channel/channel_priv.h"

static const char MAGIC[8] = "TWCHAN4\n", NAME[6] = "TWCHAN"; /* any version's begins with it */

static void put_u64(struct tw_buf *b, uint64_t v)
{
    for (int i = 0; i < 8; i++) tw_buf_char(b, (char)(uint8_t)(v >> (8 * i)));
}

static uint64_t get_u64(const uint8_t **p)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++) v |= (uint64_t)(*p)[i] << (8 * i);
    *p += 8;
    return v;
}

static void put_f64(struct tw_buf *b, double v)
{
    uint64_t raw;
    memcpy(&raw, &v, sizeof raw);
    put_u64(b, raw);
}

static double get_f64(const uint8_t **p)
{
    const uint64_t raw = get_u64(p);
    double v;
    memcpy(&v, &raw, sizeof v);
    return v;
}

static void put_text(struct tw_buf *b, struct tw_str s)
{
    put_u64(b, s.n);
    tw_buf_str(b, s);
}

tw_err tw_channels_save(const struct tw_channels *c, struct tw_buf *out)
{
    size_t start = out->n, window = (size_t)c->settings.window;
    tw_buf_put(out, MAGIC, sizeof MAGIC);
    put_u64(out, c->n);
    put_u64(out, tw_intern_n(c->offices));
    put_u64(out, tw_intern_n(c->criteria));
    put_u64(out, c->novelty_n);
    put_f64(out, c->novelty);
    put_f64(out, c->order);
    for (size_t i = 0; i < c->n; i++) {
        size_t at = (c->next + window - c->n + i) % window;
        put_f64(out, c->ring[at]);
        tw_buf_char(out, (char)c->taken[at]);
    }
    for (uint32_t i = 0; i < tw_intern_n(c->offices); i++) {
        put_text(out, tw_intern_text(c->offices, i));
        put_u64(out, (uint64_t)c->shift[i].begins);
        for (int code = 0; code < CODES; code++)
            put_u64(out, (uint64_t)c->shift[i].by_score[code] << 32 | c->shift[i].taken[code]);
    }
    for (uint32_t i = 0; i < tw_intern_n(c->criteria); i++) {
        put_text(out, tw_intern_text(c->criteria, i));
        put_u64(out, c->unheard[i]);
    }
    if (c->goods != NULL)
        tw_goods_save(c->goods, out);
    else
        put_u64(out, 0);
    if (out->failed) return TW_NOMEM;
    uint8_t sum[TW_SHA256_BYTES];
    tw_sha256(out->p + start, out->n - start, sum);
    tw_buf_put(out, sum, sizeof sum);
    return out->failed ? TW_NOMEM : TW_OK;
}

static tw_err damaged(struct tw_fault *fault)
{
    return tw_fail(fault, TW_FORMAT,
                   "the channel state is damaged; use the one written with the profile state");
}

/* The bytes that are left. */
struct rest {
    const uint8_t *p, *end;
    struct tw_fault *fault;
};

/* A text with its length before it, and at least `more` bytes behind it. */
static tw_err get_text(struct rest *r, size_t more, struct tw_str *ret)
{
    if ((size_t)(r->end - r->p) < 8 + more) return damaged(r->fault);
    const uint64_t n = get_u64(&r->p);
    if (n > (uint64_t)(r->end - r->p) - more) return damaged(r->fault);
    *ret = (struct tw_str){(const char *)r->p, (size_t)n};
    r->p += n;
    return TW_OK;
}

static tw_err get_scores(struct rest *r, uint64_t n, struct tw_channels *c)
{
    enum { SCORE_BYTES = 9 };
    if (n > (uint64_t)(r->end - r->p) / SCORE_BYTES) return damaged(r->fault);
    for (uint64_t i = 0; i < n; i++) {
        const double score = get_f64(&r->p);
        const uint8_t taken = *r->p++;
        if (!isfinite(score) || taken > (3 | TAKEN_OTHERWISE)) return damaged(r->fault);
        channels_enter(c, score, taken);
    }
    return TW_OK;
}

/* An office comes back into the shift it was in, with what it can take on by the settings of now. */
static tw_err get_offices(struct rest *r, uint64_t n, struct tw_channels *c)
{
    enum { SHIFT_BYTES = 5 * 8, DAY_S = 86400 };
    static const int64_t FAR = (int64_t)INT32_MAX * DAY_S;
    for (uint64_t i = 0; i < n; i++) {
        struct tw_str name = {NULL, 0};
        uint32_t at;
        TW_TRY(get_text(r, SHIFT_BYTES, &name));
        const int64_t begins = (int64_t)get_u64(&r->p);
        if (begins < -FAR || begins > FAR) return damaged(r->fault);
        const int64_t second = (begins % DAY_S + DAY_S) % DAY_S;
        TW_TRY(channels_office(c, name, (int32_t)((begins - second) / DAY_S), (int32_t)second, &at));
        if (at != i) return damaged(r->fault);
        c->shift[at].begins = begins;
        for (int code = 0; code < CODES; code++) {
            const uint64_t v = get_u64(&r->p);
            c->shift[at].taken[code] = (uint32_t)v;
            c->shift[at].by_score[code] = (uint32_t)(v >> 32);
        }
    }
    return TW_OK;
}

static tw_err get_criteria(struct rest *r, uint64_t n, struct tw_channels *c)
{
    for (uint64_t i = 0; i < n; i++) {
        struct tw_str id = {NULL, 0};
        uint32_t at;
        TW_TRY(get_text(r, 8, &id));
        const uint64_t unheard = get_u64(&r->p);
        TW_TRY(channels_criterion(c, id, &at));
        if (at != i || unheard > UINT32_MAX) return damaged(r->fault);
        c->unheard[at] = (uint32_t)unheard;
    }
    return TW_OK;
}

/* Goods are dropped where they are not to be known again. */
static tw_err get_goods(struct rest *r, struct tw_channels *c)
{
    struct tw_goods *unwanted = NULL;
    bool good;
    if (c->goods == NULL) TW_TRY(tw_goods_new(&(struct tw_goods_limits){1, 1, 1}, &unwanted));
    const tw_err err = tw_goods_load(c->goods != NULL ? c->goods : unwanted, &r->p, r->end, &good);
    tw_goods_free(unwanted);
    if (err != TW_OK) return err;
    return good ? TW_OK : damaged(r->fault);
}

tw_err tw_channels_load(struct tw_str bytes, const struct tw_channel_settings *s, struct tw_channels **ret,
                        struct tw_fault *fault)
{
    enum { HEAD = 8 + 6 * 8 };
    if (bytes.n >= sizeof MAGIC && memcmp(bytes.s, NAME, sizeof NAME) == 0 &&
        memcmp(bytes.s, MAGIC, sizeof MAGIC) != 0)
        return tw_fail(fault, TW_FORMAT,
                       "the channel state was written by another version; train the model anew, or begin the "
                       "state anew");
    if (bytes.n < HEAD + TW_SHA256_BYTES || memcmp(bytes.s, MAGIC, sizeof MAGIC) != 0) return damaged(fault);
    const uint8_t *p = (const uint8_t *)bytes.s, *end = p + bytes.n - TW_SHA256_BYTES;
    uint8_t sum[TW_SHA256_BYTES];
    tw_sha256(p, (size_t)(end - p), sum);
    if (memcmp(sum, end, sizeof sum) != 0) return damaged(fault);
    p += sizeof MAGIC;
    const uint64_t scores = get_u64(&p), offices = get_u64(&p), criteria = get_u64(&p),
                   novelty_n = get_u64(&p);
    const double novelty = get_f64(&p), order = get_f64(&p);
    if (!(novelty >= 0) || !isfinite(novelty) || !isfinite(order)) return damaged(fault);
    struct tw_channels *c = NULL;
    TW_TRY(tw_channels_new(s, &c, fault));
    c->order = order;
    c->novelty = novelty;
    c->novelty_n = novelty_n < (uint64_t)s->window ? novelty_n : (uint64_t)s->window;
    struct rest r = {p, end, fault};
    tw_err err = get_scores(&r, scores, c);
    if (err == TW_OK) err = get_offices(&r, offices, c);
    if (err == TW_OK) err = get_criteria(&r, criteria, c);
    if (err == TW_OK) err = get_goods(&r, c);
    if (err == TW_OK && r.p != end) err = damaged(fault);
    if (err != TW_OK) {
        tw_channels_free(c);
        return err == TW_NOMEM ? tw_fail(fault, TW_NOMEM, "out of memory") : err;
    }
    *ret = c;
    return TW_OK;
}
