/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <assert.h>
#include <math.h>

enum { LEVELS_MAX = 32 };

/* What stands before a value or a key: a comma unless it is the first, nothing behind a key. */
static void before(struct tw_json *j)
{
    if (j->after_key) {
        j->after_key = false;
        return;
    }
    uint32_t bit = (uint32_t)1 << (j->depth & (LEVELS_MAX - 1));
    if ((j->some & bit) != 0 && j->depth > 0) tw_buf_char(j->out, ',');
    j->some |= bit;
}

static void begin(struct tw_json *j, char c)
{
    before(j);
    tw_buf_char(j->out, c);
    assert(j->depth + 1 < LEVELS_MAX);
    j->depth++;
    j->some &= ~((uint32_t)1 << (j->depth & (LEVELS_MAX - 1)));
}

static void end(struct tw_json *j, char c)
{
    assert(j->depth > 0 && !j->after_key);
    j->depth--;
    tw_buf_char(j->out, c);
}

void tw_json_begin_object(struct tw_json *j)
{
    begin(j, '{');
}

void tw_json_end_object(struct tw_json *j)
{
    end(j, '}');
}

void tw_json_begin_array(struct tw_json *j)
{
    begin(j, '[');
}

void tw_json_end_array(struct tw_json *j)
{
    end(j, ']');
}

static void escaped(struct tw_buf *out, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    switch (c) {
    case '"':
        tw_buf_put(out, "\\\"", 2);
        break;
    case '\\':
        tw_buf_put(out, "\\\\", 2);
        break;
    case '\b':
        tw_buf_put(out, "\\b", 2);
        break;
    case '\f':
        tw_buf_put(out, "\\f", 2);
        break;
    case '\n':
        tw_buf_put(out, "\\n", 2);
        break;
    case '\r':
        tw_buf_put(out, "\\r", 2);
        break;
    case '\t':
        tw_buf_put(out, "\\t", 2);
        break;
    default: {
        const char text[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
        tw_buf_put(out, text, sizeof text);
    }
    }
}

static void plain(struct tw_buf *out, struct tw_str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.s[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        tw_buf_put(out, s.s + from, i - from);
        escaped(out, c);
        from = i + 1;
    }
    tw_buf_put(out, s.s + from, s.n - from);
}

/* A byte that must be escaped, or is not ASCII, in any of the eight. */
static uint64_t special(uint64_t w)
{
    const uint64_t ones = 0x0101010101010101u, quote = w ^ (ones * '"'), back = w ^ (ones * '\\');
    return (w | (w - ones * 0x20) | (quote - ones) | (back - ones)) & (ones * 0x80);
}

/* Nothing but ASCII that stands for itself; borrows between bytes may call a plain text special, never the
 * other way round. */
static bool is_plain(const char *s, size_t n)
{
    uint64_t w = 0x6161616161616161u;
    if (n < sizeof w) {
        memcpy(&w, s, n);
        return special(w) == 0;
    }
    for (size_t i = 0; i + sizeof w <= n; i += sizeof w) {
        memcpy(&w, s + i, sizeof w);
        if (special(w) != 0) return false;
    }
    memcpy(&w, s + n - sizeof w, sizeof w);
    return special(w) == 0;
}

/* "text" and what is to stand behind it. */
static void put_plain(struct tw_buf *out, struct tw_str s, struct tw_str behind)
{
    char *at = tw_buf_room(out, s.n + 1 + behind.n);
    if (at == NULL) return;
    *at = '"';
    memcpy(at + 1, s.s, s.n);
    memcpy(at + 1 + s.n, behind.s, behind.n);
    out->n += s.n + 1 + behind.n;
}

void tw_json_str(struct tw_json *j, struct tw_str s)
{
    before(j);
    if (s.n > 0 && is_plain(s.s, s.n)) {
        put_plain(j->out, s, TW_STR("\""));
        return;
    }
    tw_buf_char(j->out, '"');
    size_t bad;
    while (s.n > 0 && !tw_str_utf8(s, &bad)) {
        plain(j->out, (struct tw_str){s.s, bad});
        if (s.s[bad] == '\0')
            escaped(j->out, 0);
        else
            tw_buf_put(j->out, "\xef\xbf\xbd", 3);
        s = (struct tw_str){s.s + bad + 1, s.n - bad - 1};
    }
    if (s.n > 0) plain(j->out, s);
    tw_buf_char(j->out, '"');
}

void tw_json_text(struct tw_json *j, const char *z)
{
    tw_json_str(j, tw_str_from(z));
}

void tw_json_key_n(struct tw_json *j, const char *key, size_t n)
{
    if (n > 0 && is_plain(key, n)) {
        before(j);
        put_plain(j->out, (struct tw_str){key, n}, TW_STR("\":"));
    } else {
        tw_json_str(j, (struct tw_str){key, n});
        tw_buf_char(j->out, ':');
    }
    j->after_key = true;
}

void tw_json_i64(struct tw_json *j, int64_t v)
{
    before(j);
    tw_buf_i64(j->out, v);
}

void tw_json_u64(struct tw_json *j, uint64_t v)
{
    before(j);
    tw_buf_u64(j->out, v);
}

void tw_json_f64(struct tw_json *j, double v)
{
    before(j);
    tw_buf_f64(j->out, v);
}

void tw_json_f32(struct tw_json *j, float v)
{
    before(j);
    tw_buf_f32(j->out, v);
}

void tw_json_fixed(struct tw_json *j, double v, unsigned digits)
{
    before(j);
    tw_buf_fixed(j->out, v, digits);
}

void tw_json_dec(struct tw_json *j, int64_t v, unsigned scale)
{
    before(j);
    tw_buf_dec(j->out, v, scale);
}

void tw_json_bool(struct tw_json *j, bool v)
{
    before(j);
    tw_buf_text(j->out, v ? "true" : "false");
}

void tw_json_null(struct tw_json *j)
{
    before(j);
    tw_buf_text(j->out, "null");
}

void tw_json_raw(struct tw_json *j, struct tw_str json)
{
    before(j);
    tw_buf_str(j->out, json);
}
