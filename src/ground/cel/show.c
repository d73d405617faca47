/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"
#include "base/json.h"
#include "cel/run_priv.h"

typedef struct tw_cel_value value;

static void put_text(struct tw_str s, struct tw_buf *out, bool bytes)
{
    static const char letter[] = "\a\b\f\n\r\t\v\\'", name[] = "abfnrtv\\'";
    tw_buf_char(out, '\'');
    for (size_t i = 0; i < s.n; i++) {
        const char c = s.s[i];
        const char *p = c != '\0' ? strchr(letter, c) : NULL;
        if (p != NULL)
            tw_buf_printf(out, "\\%c", name[p - letter]);
        else if ((unsigned char)c < ' ' || c == 0x7f || (bytes && (unsigned char)c > 0x7f))
            tw_buf_printf(out, "\\x%02x", (unsigned char)c);
        else
            tw_buf_char(out, c);
    }
    tw_buf_char(out, '\'');
}

static const struct tw_cel_type *part(const struct tw_cel_type *type, enum tw_cel_kind kind, uint32_t i)
{
    return type != NULL && type->kind == kind && i < type->n ? type->part[i] : NULL;
}

static void put_record(value v, const struct tw_cel_type *type, struct tw_buf *out)
{
    bool any = false;
    tw_buf_char(out, '{');
    for (uint32_t i = 0; i < v.n && !out->failed; i++) {
        if (v.record[i].kind == TW_CEL_ABSENT) continue;
        if (any) tw_buf_text(out, ", ");
        any = true;
        const bool named = type != NULL && type->kind == TW_CEL_RECORD && i < type->fields_n;
        if (named)
            tw_buf_str(out, type->field[i].name);
        else
            tw_buf_u64(out, i);
        tw_buf_text(out, ": ");
        tw_cel_show(v.record[i], named ? type->field[i].type : NULL, out);
    }
    tw_buf_char(out, '}');
}

static void put_double(double f, struct tw_buf *out)
{
    const size_t from = out->n;
    tw_cel_double_write(f, out);
    for (size_t i = from; i < out->n; i++)
        if (strchr(".eIN", out->p[i]) != NULL) return;
    tw_buf_text(out, ".0");
}

static void put_many(value v, const struct tw_cel_type *type, struct tw_buf *out)
{
    tw_buf_char(out, v.kind == TW_CEL_LIST ? '[' : '{');
    for (uint32_t i = 0; i < v.n && !out->failed; i++) {
        if (i > 0) tw_buf_text(out, ", ");
        if (v.kind == TW_CEL_LIST) {
            tw_cel_show(v.list[i], part(type, TW_CEL_LIST, 0), out);
            continue;
        }
        tw_cel_show(tw_cel_map_key(v, i), part(type, TW_CEL_MAP, 0), out);
        tw_buf_text(out, ": ");
        tw_cel_show(tw_cel_map_entry(v, i), part(type, TW_CEL_MAP, 1), out);
    }
    tw_buf_char(out, v.kind == TW_CEL_LIST ? ']' : '}');
}

void tw_cel_show(value v, const struct tw_cel_type *type, struct tw_buf *out)
{
    switch ((enum tw_cel_kind)v.kind) {
    case TW_CEL_NULL:
        tw_buf_text(out, "null");
        break;
    case TW_CEL_BOOL:
        tw_buf_text(out, v.b ? "true" : "false");
        break;
    case TW_CEL_INT:
        tw_buf_i64(out, v.i);
        break;
    case TW_CEL_UINT:
        tw_buf_u64(out, v.u);
        tw_buf_char(out, 'u');
        break;
    case TW_CEL_DOUBLE:
        put_double(v.f, out);
        break;
    case TW_CEL_BYTES:
        tw_buf_char(out, 'b');
        put_text(tw_cel_text(v), out, true);
        break;
    case TW_CEL_STRING:
        put_text(tw_cel_text(v), out, false);
        break;
    case TW_CEL_TIMESTAMP:
        tw_buf_text(out, "timestamp('");
        tw_cel_time_write(v, out);
        tw_buf_text(out, "')");
        break;
    case TW_CEL_DURATION:
        tw_buf_text(out, "duration('");
        tw_cel_duration_write(v, out);
        tw_buf_text(out, "')");
        break;
    case TW_CEL_LIST:
    case TW_CEL_MAP:
        put_many(v, type, out);
        break;
    case TW_CEL_RECORD:
        put_record(v, type, out);
        break;
    case TW_CEL_TYPE: /* as an expression has it */
        if (v.type->name.n > 0)
            tw_buf_str(out, v.type->name);
        else
            tw_buf_text(out, tw_cel_kind_name(v.type->kind));
        break;
    default:
        tw_buf_text(out, v.kind == TW_CEL_ERROR ? "fault" : "not known");
    }
}

/* -- JSON */

enum { JSON_DEPTH = 28 }; /* the writer has 32 levels */

static void json_bytes(value v, struct tw_json *out)
{
    TW_SCOPED_BUF b = {0};
    tw_buf_base64(&b, v.s, v.n);
    if (b.failed) out->out->failed = true;
    tw_json_str(out, tw_buf_view(&b));
}

/* What is no text of its own, as one. */
static void json_text(value v, struct tw_json *out)
{
    char text[64];
    struct tw_buf b = tw_buf_in(text, sizeof text);
    switch (v.kind) {
    case TW_CEL_INT:
        tw_buf_i64(&b, v.i);
        break;
    case TW_CEL_UINT:
        tw_buf_u64(&b, v.u);
        break;
    case TW_CEL_DOUBLE:
        tw_cel_double_write(v.f, &b);
        break;
    case TW_CEL_TIMESTAMP:
        tw_cel_time_write(v, &b);
        break;
    case TW_CEL_DURATION:
        tw_cel_duration_write(v, &b);
        break;
    default:
        tw_cel_show(v, NULL, &b);
    }
    tw_json_str(out, tw_buf_view(&b));
}

static void json_key(value key, struct tw_json *out)
{
    char text[32];
    struct tw_buf b = tw_buf_in(text, sizeof text);
    if (key.kind == TW_CEL_STRING) {
        tw_json_key_n(out, key.n > 0 ? key.s : "", key.n);
        return;
    }
    if (key.kind == TW_CEL_INT)
        tw_buf_i64(&b, key.i);
    else if (key.kind == TW_CEL_UINT)
        tw_buf_u64(&b, key.u);
    else
        tw_cel_show(key, NULL, &b);
    tw_json_key_n(out, b.p, b.n);
}

static void json(value v, const struct tw_cel_type *type, unsigned depth, struct tw_json *out);

static void json_many(value v, const struct tw_cel_type *type, unsigned depth, struct tw_json *out)
{
    if (depth > JSON_DEPTH) {
        tw_json_text(out, "...");
    } else if (v.kind == TW_CEL_LIST) {
        tw_json_begin_array(out);
        for (uint32_t i = 0; i < v.n && !out->out->failed; i++)
            json(v.list[i], part(type, TW_CEL_LIST, 0), depth + 1, out);
        tw_json_end_array(out);
    } else if (v.kind == TW_CEL_MAP) {
        tw_json_begin_object(out);
        for (uint32_t i = 0; i < v.n && !out->out->failed; i++) {
            json_key(tw_cel_map_key(v, i), out);
            json(tw_cel_map_entry(v, i), part(type, TW_CEL_MAP, 1), depth + 1, out);
        }
        tw_json_end_object(out);
    } else {
        tw_json_begin_object(out);
        for (uint32_t i = 0; type != NULL && i < v.n && i < type->fields_n && !out->out->failed; i++) {
            if (v.record[i].kind == TW_CEL_ABSENT) continue;
            tw_json_key_n(out, type->field[i].name.s, type->field[i].name.n);
            json(v.record[i], type->field[i].type, depth + 1, out);
        }
        tw_json_end_object(out);
    }
}

static void json(value v, const struct tw_cel_type *type, unsigned depth, struct tw_json *out)
{
    const int64_t safe = (INT64_C(1) << 53) - 1;
    switch ((enum tw_cel_kind)v.kind) {
    case TW_CEL_NULL:
        tw_json_null(out);
        break;
    case TW_CEL_BOOL:
        tw_json_bool(out, v.b);
        break;
    case TW_CEL_INT:
        if (v.i > safe || v.i < -safe)
            json_text(v, out);
        else
            tw_json_i64(out, v.i);
        break;
    case TW_CEL_UINT:
        if (v.u > (uint64_t)safe)
            json_text(v, out);
        else
            tw_json_u64(out, v.u);
        break;
    case TW_CEL_DOUBLE:
        if (v.f - v.f != 0)
            json_text(v, out);
        else
            tw_json_f64(out, v.f);
        break;
    case TW_CEL_STRING:
        tw_json_str(out, tw_cel_text(v));
        break;
    case TW_CEL_BYTES:
        json_bytes(v, out);
        break;
    case TW_CEL_LIST:
    case TW_CEL_MAP:
    case TW_CEL_RECORD:
        json_many(v, type, depth, out);
        break;
    default:
        json_text(v, out);
    }
}

void tw_cel_json(value v, const struct tw_cel_type *type, struct tw_json *out)
{
    json(v, type, 0, out);
}
