/* SPDX-License-Identifier: Apache-2.0 */
/* base/json.h -- JSON text out.
 *
 * In : values in the order they are to stand.
 * Out: one compact JSON text in a buffer (RFC 8259, UTF-8; bytes that are not UTF-8 become U+FFFD).
 * Not: reading; modules that read JSON use jansson in one file each.
 */
#ifndef TW_BASE_JSON_H
#define TW_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

/* A writer with up to 32 open levels. Commas and colons are its business. */
struct tw_json {
    struct tw_buf *out; /* not owned */
    uint32_t some;      /* bit per level: something has been written there */
    uint8_t depth;
    bool after_key;
};

void tw_json_begin_object(struct tw_json *j);
void tw_json_end_object(struct tw_json *j);
void tw_json_begin_array(struct tw_json *j);
void tw_json_end_array(struct tw_json *j);
void tw_json_key_n(struct tw_json *j, const char *key, size_t n);
static inline void tw_json_key(struct tw_json *j, const char *key)
{
    tw_json_key_n(j, key, strlen(key));
}
void tw_json_str(struct tw_json *j, struct tw_str s);
void tw_json_text(struct tw_json *j, const char *z);
void tw_json_i64(struct tw_json *j, int64_t v);
void tw_json_u64(struct tw_json *j, uint64_t v);
void tw_json_f64(struct tw_json *j, double v);                    /* shortest; not finite = null */
void tw_json_f32(struct tw_json *j, float v);                     /* shortest; not finite = null */
void tw_json_fixed(struct tw_json *j, double v, unsigned digits); /* not finite = null */
void tw_json_dec(struct tw_json *j, int64_t v, unsigned scale);   /* as a number */
void tw_json_bool(struct tw_json *j, bool v);
void tw_json_null(struct tw_json *j);
void tw_json_raw(struct tw_json *j, struct tw_str json); /* already JSON */

#endif
