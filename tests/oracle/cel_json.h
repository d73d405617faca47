/* SPDX-License-Identifier: Apache-2.0 */
/* tests/oracle/cel_json.h -- types and values in the JSON form of cel.expr.Type and cel.expr.Value. */
#ifndef TW_TESTS_CEL_JSON_H
#define TW_TESTS_CEL_JSON_H

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "cel/cel.h"
#include "check.h"

enum { NAMES = 16, PARTS = 8 };

static struct tw_arena *arena; /* of one test */

static void *room(size_t n, size_t size)
{
    void *p = tw_arena_array(arena, n > 0 ? n : 1, size);
    CHECK(p != NULL);
    return p;
}

static struct tw_str text_of(const json_t *j)
{
    return (struct tw_str){json_string_value(j), json_string_length(j)};
}

/* -- types */

static const struct tw_cel_type *type_of(const json_t *j);

static const struct tw_cel_type *compound(enum tw_cel_kind kind, struct tw_str name,
                                          const json_t *const *part, size_t n)
{
    struct tw_cel_type *t = room(1, sizeof *t);
    const struct tw_cel_type **at = room(n, sizeof *at);
    for (size_t i = 0; i < n; i++) at[i] = type_of(part[i]);
    *t = (struct tw_cel_type){.kind = kind, .n = (uint32_t)n, .name = name, .part = at};
    return t;
}

static const struct tw_cel_type *named(struct tw_str name)
{
    static const struct {
        const char *name;
        enum tw_cel_kind kind;
    } row[] = {{"BOOL", TW_CEL_BOOL},
               {"INT64", TW_CEL_INT},
               {"UINT64", TW_CEL_UINT},
               {"DOUBLE", TW_CEL_DOUBLE},
               {"STRING", TW_CEL_STRING},
               {"BYTES", TW_CEL_BYTES},
               {"TIMESTAMP", TW_CEL_TIMESTAMP},
               {"DURATION", TW_CEL_DURATION},
               {"google.protobuf.Timestamp", TW_CEL_TIMESTAMP},
               {"google.protobuf.Duration", TW_CEL_DURATION}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        if (tw_str_is(name, row[i].name)) return tw_cel_type_of(row[i].kind);
    CHECK(0 && "a type this runner does not know");
    return NULL;
}

static const struct tw_cel_type *abstract(const json_t *j)
{
    const json_t *part[PARTS], *list = json_object_get(j, "parameterTypes");
    const size_t n = json_array_size(list);
    CHECK(n <= PARTS);
    for (size_t i = 0; i < n; i++) part[i] = json_array_get(list, i);
    return compound(TW_CEL_ABSTRACT, text_of(json_object_get(j, "name")), part, n);
}

static const struct tw_cel_type *type_of(const json_t *j)
{
    const struct tw_str none = {0};
    const json_t *t;
    if ((t = json_object_get(j, "primitive")) != NULL || (t = json_object_get(j, "wellKnown")) != NULL ||
        (t = json_object_get(j, "messageType")) != NULL)
        return named(text_of(t));
    if (json_object_get(j, "null") != NULL) return tw_cel_type_of(TW_CEL_NULL);
    if ((t = json_object_get(j, "listType")) != NULL)
        return compound(TW_CEL_LIST, none, (const json_t *[]){json_object_get(t, "elemType")}, 1);
    if ((t = json_object_get(j, "mapType")) != NULL)
        return compound(TW_CEL_MAP, none,
                        (const json_t *[]){json_object_get(t, "keyType"), json_object_get(t, "valueType")},
                        2);
    if ((t = json_object_get(j, "type")) != NULL) return compound(TW_CEL_TYPE, none, &t, 1);
    if ((t = json_object_get(j, "typeParam")) != NULL) return compound(TW_CEL_PARAM, text_of(t), NULL, 0);
    if ((t = json_object_get(j, "abstractType")) != NULL) return abstract(t);
    CHECK(json_object_get(j, "dyn") != NULL);
    return tw_cel_type_of(TW_CEL_DYN);
}

/* -- values */

static struct tw_cel_value value_of(const json_t *j);

static struct tw_cel_value base64(struct tw_str s)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *at = room(s.n + 1, 1);
    uint32_t w = 0, n = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < s.n && s.s[i] != '='; i++) {
        w = w << 6 | (uint32_t)(strchr(digit, s.s[i]) - digit);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        at[n++] = (char)(w >> bits & 0xff);
    }
    return tw_cel_bytes((struct tw_str){at, n});
}

static double number(const json_t *j)
{
    if (json_is_number(j)) return json_number_value(j);
    const struct tw_str s = text_of(j);
    return tw_str_is(s, "NaN") ? (double)NAN : s.s[0] == '-' ? -(double)INFINITY : (double)INFINITY;
}

static struct tw_cel_value type_value(struct tw_str name)
{
    for (unsigned k = 0; k <= TW_CEL_TYPE; k++)
        if (tw_str_is(name, tw_cel_kind_name((enum tw_cel_kind)k)))
            return (struct tw_cel_value){.type = tw_cel_type_of((enum tw_cel_kind)k), .kind = TW_CEL_TYPE};
    CHECK(0 && "a type value this runner does not know");
    return tw_cel_null();
}

/* A duration or timestamp in its JSON form; the language itself reads it. */
static struct tw_cel_value message(const json_t *j)
{
    const char *type = json_string_value(json_object_get(j, "@type"));
    const char *call = strstr(type, "Duration") != NULL ? "duration" : "timestamp";
    char text[96];
    TW_SCOPED(tw_cel_program) *p = NULL;
    struct tw_cel_value v;
    const struct tw_cel_env env = {.unchecked = true};
    snprintf(text, sizeof text, "%s('%s')", call, json_string_value(json_object_get(j, "value")));
    CHECK(tw_cel_compile(tw_str_from(text), &env, NULL, &p, NULL) == TW_OK);
    CHECK(tw_cel_eval(p, NULL, arena, &v, NULL) == TW_OK);
    return v;
}

static struct tw_cel_value aggregate(const json_t *list, const json_t *map)
{
    const json_t *at = list != NULL ? json_object_get(list, "values") : json_object_get(map, "entries");
    const uint32_t n = (uint32_t)json_array_size(at);
    struct tw_cel_value *v = room(2 * n, sizeof *v);
    for (uint32_t i = 0; i < n; i++) {
        const json_t *e = json_array_get(at, i);
        if (list != NULL) {
            v[i] = value_of(e);
            continue;
        }
        v[2 * i] = value_of(json_object_get(e, "key"));
        v[2 * i + 1] = value_of(json_object_get(e, "value"));
    }
    return list != NULL ? tw_cel_list(v, n) : tw_cel_map(v, n);
}

static struct tw_cel_value value_of(const json_t *j)
{
    const json_t *v;
    if ((v = json_object_get(j, "boolValue")) != NULL) return tw_cel_bool(json_is_true(v));
    if ((v = json_object_get(j, "int64Value")) != NULL)
        return tw_cel_int(strtoll(json_string_value(v), NULL, 10));
    if ((v = json_object_get(j, "uint64Value")) != NULL)
        return tw_cel_uint(strtoull(json_string_value(v), NULL, 10));
    if ((v = json_object_get(j, "doubleValue")) != NULL) return tw_cel_double(number(v));
    if ((v = json_object_get(j, "stringValue")) != NULL) return tw_cel_string(text_of(v));
    if ((v = json_object_get(j, "bytesValue")) != NULL) return base64(text_of(v));
    if ((v = json_object_get(j, "typeValue")) != NULL) return type_value(text_of(v));
    if ((v = json_object_get(j, "objectValue")) != NULL) return message(v);
    if ((v = json_object_get(j, "listValue")) != NULL) return aggregate(v, NULL);
    if ((v = json_object_get(j, "mapValue")) != NULL) return aggregate(NULL, v);
    CHECK(json_object_get(j, "nullValue") != NULL);
    return tw_cel_null();
}

#endif
