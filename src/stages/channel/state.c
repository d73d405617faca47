/* SPDX-License-Identifier: Apache-2.0 */
/* The window and the day's counts as bytes: magic, counts, order, scores from the oldest, offices; SHA-256 at
 * the end. Byte by byte in docs/formats/channels.md. */
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "channel/channel_priv.h"

static const char MAGIC[8] = "TWCHAN2\n", NAME[6] = "TWCHAN"; /* any version's begins with it */

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

tw_err tw_channels_save(const struct tw_channels *c, struct tw_buf *out)
{
    size_t start = out->n, window = (size_t)c->settings.window;
    tw_buf_put(out, MAGIC, sizeof MAGIC);
    put_u64(out, c->n);
    put_u64(out, (uint64_t)(int64_t)c->day);
    put_u64(out, tw_intern_n(c->offices));
    put_f64(out, c->order);
    for (size_t i = 0; i < c->n; i++) {
        size_t at = (c->next + window - c->n + i) % window;
        put_f64(out, c->ring[at]);
        tw_buf_char(out, (char)c->taken[at]);
    }
    for (uint32_t i = 0; i < tw_intern_n(c->offices); i++) {
        struct tw_str name = tw_intern_text(c->offices, i);
        put_u64(out, name.n);
        tw_buf_str(out, name);
        for (int ch = 0; ch < 4; ch++)
            put_u64(out, (uint64_t)c->today[i].by_score[ch] << 32 | c->today[i].taken[ch]);
    }
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

/* Everything behind the counts; the caller frees `c` when this fails. */
static tw_err get_rest(const uint8_t *p, const uint8_t *end, uint64_t n, uint64_t offices,
                       struct tw_channels *c, struct tw_fault *fault)
{
    enum { SCORE_BYTES = 9, OFFICE_BYTES = 40 };
    if (n > (uint64_t)(end - p) / SCORE_BYTES || offices > (uint64_t)(end - p) / OFFICE_BYTES)
        return damaged(fault);
    for (uint64_t i = 0; i < n; i++) {
        const double score = get_f64(&p);
        uint8_t taken = *p++;
        if (!isfinite(score) || taken > (3 | TAKEN_OTHERWISE)) return damaged(fault);
        channels_enter(c, score, taken);
    }
    for (uint64_t i = 0; i < offices; i++) {
        if (end - p < OFFICE_BYTES) return damaged(fault);
        uint64_t len = get_u64(&p);
        if (len > (uint64_t)(end - p) - (OFFICE_BYTES - 8)) return damaged(fault);
        uint32_t at;
        TW_TRY(channels_office(c, (struct tw_str){(const char *)p, (size_t)len}, c->day, &at));
        if (at != i) return damaged(fault);
        p += len;
        for (int ch = 0; ch < 4; ch++) {
            uint64_t v = get_u64(&p);
            c->today[at].taken[ch] = (uint32_t)v;
            c->today[at].by_score[ch] = (uint32_t)(v >> 32);
        }
    }
    return p == end ? TW_OK : damaged(fault);
}

tw_err tw_channels_load(struct tw_str bytes, const struct tw_channel_settings *s, struct tw_channels **ret,
                        struct tw_fault *fault)
{
    enum { HEAD = 8 + 4 * 8 };
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
    uint64_t n = get_u64(&p);
    int64_t day = (int64_t)get_u64(&p);
    uint64_t offices = get_u64(&p);
    const double order = get_f64(&p);
    if (day < INT32_MIN || day > INT32_MAX || !isfinite(order)) return damaged(fault);
    struct tw_channels *c = NULL;
    TW_TRY(tw_channels_new(s, &c, fault));
    c->day = (int32_t)day;
    c->order = order;
    tw_err err = get_rest(p, end, n, offices, c, fault);
    if (err != TW_OK) {
        tw_channels_free(c);
        return err;
    }
    *ret = c;
    return TW_OK;
}
