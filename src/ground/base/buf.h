/* SPDX-License-Identifier: Apache-2.0 */
/* base/buf.h -- bytes that grow at the end.
 *
 * In : pieces of text and numbers.
 * Out: one run of bytes.
 * Not: files. A failure sticks: check `failed` once, at the end.
 */
#ifndef TW_BASE_BUF_H
#define TW_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct tw_buf {
    char *p;     /* owned; not NUL-terminated */
    size_t n;    /* bytes in use */
    size_t cap;  /* bytes held */
    size_t max;  /* ceiling; 0 = none */
    bool failed; /* out of memory or over the ceiling: later calls do nothing */
};

void tw_buf_free(struct tw_buf *b);  /* leaves an empty buffer behind */
void tw_buf_clear(struct tw_buf *b); /* n = 0, failed = false; keeps the memory */

static inline void tw_buf_freep(struct tw_buf *b)
{
    tw_buf_free(b);
}
/* TW_SCOPED_BUF b = {0}; */
#define TW_SCOPED_BUF __attribute__((cleanup(tw_buf_freep))) struct tw_buf

/* A buffer in `n` bytes of the caller's: it takes nothing from the heap, fails where they are full, and is
 * not to be freed. n >= 1 */
static inline struct tw_buf tw_buf_in(char *p, size_t n)
{
    return (struct tw_buf){.p = p, .cap = n, .max = n};
}

/* Room for `n` more bytes at the end, to be written and then counted into b->n; NULL when it failed. */
char *tw_buf_room(struct tw_buf *b, size_t n);

static inline void tw_buf_put(struct tw_buf *b, const void *p, size_t n)
{
    if (n == 0) return;
    char *at = b->cap - b->n >= n && !b->failed ? b->p + b->n : tw_buf_room(b, n);
    if (at == NULL) return;
    memcpy(at, p, n);
    b->n += n;
}

static inline void tw_buf_char(struct tw_buf *b, char c)
{
    tw_buf_put(b, &c, 1);
}

void tw_buf_text(struct tw_buf *b, const char *z);
void tw_buf_str(struct tw_buf *b, struct tw_str s);
void tw_buf_printf(struct tw_buf *b, const char *fmt, ...) TW_PRINTF(2, 3);

/* Numbers without the locale, fast. */
void tw_buf_i64(struct tw_buf *b, int64_t v);
void tw_buf_u64(struct tw_buf *b, uint64_t v);
void tw_buf_dec(struct tw_buf *b, int64_t v, unsigned scale); /* v / 10^scale, all digits: 1.50 */
void tw_buf_f64(struct tw_buf *b,
                double v); /* shortest text that reads back the same double; nan, inf as null */
void tw_buf_f32(struct tw_buf *b, float v); /* shortest text that reads back the same float */
void tw_buf_fixed(struct tw_buf *b, double v, unsigned digits); /* rounded half away from zero; digits <= 9 */
void tw_buf_grouped(struct tw_buf *b, double v, unsigned digits); /* the same, thousands apart: 1,240.50 */
void tw_buf_hex(struct tw_buf *b, const uint8_t *p, size_t n);

static inline struct tw_str tw_buf_view(const struct tw_buf *b) /* valid until the buffer changes */
{
    return (struct tw_str){b->p, b->n};
}

static inline struct tw_str tw_buf_from(const struct tw_buf *b,
                                        size_t at) /* the same behind the first `at` bytes */
{
    return at < b->n ? (struct tw_str){b->p + at, b->n - at} : (struct tw_str){NULL, 0};
}

#endif
