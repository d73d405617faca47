/* SPDX-License-Identifier: Apache-2.0 */
/* Structs filled from a YAML tree by field tables: the table, not the text, says what type a value has. */
#include "base/yaml.h"

#include <stdio.h>

#include "base/date.h"

void tw_yaml_point(const struct tw_yaml *node, struct tw_fault *fault)
{
    if (fault == NULL) return;
    fault->line = node->line;
    fault->column = node->column;
    snprintf(fault->path, sizeof fault->path, "%.*s", TW_STR_ARG(node->key));
}

/* Where we are, for faults: the innermost key and its node. */
static tw_err wrong(const struct tw_yaml *node, const char *name, tw_err code, struct tw_fault *fault,
                    const char *what)
{
    tw_yaml_point(node, fault);
    if (fault != NULL) snprintf(fault->path, sizeof fault->path, "%s", name);
    return tw_fail(fault, code, "%s", what);
}

static tw_err bounds(const struct tw_yaml *node, const struct tw_yaml_field *f, double v,
                     struct tw_fault *fault)
{
    if ((f->min == 0 && f->max == 0) || (v >= f->min && v <= f->max)) return TW_OK;
    char what[160];
    snprintf(what, sizeof what, "%.40s is out of range; from %.15g to %.15g is allowed", node->text.s, f->min,
             f->max);
    return wrong(node, f->name, TW_RANGE, fault, what);
}

static tw_err number(const struct tw_yaml *node, const struct tw_yaml_field *f, double *ret,
                     struct tw_fault *fault)
{
    double v = 0;
    if (node->kind != TW_YAML_SCALAR || tw_str_f64(node->text, &v) != TW_OK)
        return wrong(node, f->name, TW_FORMAT, fault, "a number is expected here, such as 0.25");
    TW_TRY(bounds(node, f, v, fault));
    *ret = v;
    return TW_OK;
}

static tw_err bind_scalar(const struct tw_yaml *node, const struct tw_yaml_field *f, void *at,
                          struct tw_fault *fault)
{
    if (node->kind != TW_YAML_SCALAR)
        return wrong(node, f->name, TW_FORMAT, fault, "a single value is expected here");
    switch (f->type) {
    case TW_YAML_TEXT:
        *(struct tw_str *)at = node->text;
        return TW_OK;
    case TW_YAML_I64: {
        int64_t v;
        if (tw_str_i64(node->text, &v) != TW_OK)
            return wrong(node, f->name, TW_FORMAT, fault, "a whole number is expected here");
        TW_TRY(bounds(node, f, (double)v, fault));
        *(int64_t *)at = v;
        return TW_OK;
    }
    case TW_YAML_F64:
        return number(node, f, at, fault);
    case TW_YAML_BOOL:
        if (!tw_str_is(node->text, "true") && !tw_str_is(node->text, "false"))
            return wrong(node, f->name, TW_FORMAT, fault, "true or false is expected here");
        *(bool *)at = tw_str_is(node->text, "true");
        return TW_OK;
    default: {
        int32_t day;
        if (tw_day_parse(node->text, &day, NULL) != TW_OK)
            return wrong(node, f->name, TW_FORMAT, fault, "a date is expected here, such as 2026-11-23");
        *(int32_t *)at = day;
        return TW_OK;
    }
    }
}

/* One member of a list: a struct by its table, a text or a number. */
static tw_err bind_member(const struct tw_yaml *member, const struct tw_yaml_field *f, void *at,
                          struct tw_arena *arena, struct tw_fault *fault)
{
    if (f->type == TW_YAML_ITEMS) return tw_yaml_bind(member, f->sub, at, arena, fault);
    if (f->type == TW_YAML_NUMBERS) return number(member, f, at, fault);
    if (member->kind != TW_YAML_SCALAR)
        return wrong(member, f->name, TW_FORMAT, fault, "a text is expected here");
    *(struct tw_str *)at = member->text;
    return TW_OK;
}

static tw_err bind_list(const struct tw_yaml *node, const struct tw_yaml_field *f, struct tw_yaml_items *ret,
                        struct tw_arena *arena, struct tw_fault *fault)
{
    if (node->kind != TW_YAML_LIST) return wrong(node, f->name, TW_FORMAT, fault, "a list is expected here");
    size_t size = f->type == TW_YAML_ITEMS   ? f->size
                  : f->type == TW_YAML_TEXTS ? sizeof(struct tw_str)
                                             : sizeof(double);
    struct tw_yaml_items items = {.n = node->n};
    if (node->n > 0 && (items.at = tw_arena_array(arena, node->n, size)) == NULL)
        return wrong(node, f->name, TW_NOMEM, fault, "no room for the list");
    for (size_t i = 0; i < node->n; i++) {
        const struct tw_yaml *member = node->member[i];
        char *at = (char *)items.at + i * size;
        TW_TRY(bind_member(member, f, at, arena, fault));
    }
    *ret = items;
    return TW_OK;
}

static tw_err bind_one(const struct tw_yaml *node, const struct tw_yaml_field *f, void *out,
                       struct tw_arena *arena, struct tw_fault *fault)
{
    void *at = (char *)out + f->offset;
    switch (f->type) {
    case TW_YAML_STRUCT:
        return tw_yaml_bind(node, f->sub, at, arena, fault);
    case TW_YAML_ITEMS:
    case TW_YAML_TEXTS:
    case TW_YAML_NUMBERS:
        return bind_list(node, f, at, arena, fault);
    case TW_YAML_NODE:
        *(const struct tw_yaml **)at = node;
        return TW_OK;
    default:
        return bind_scalar(node, f, at, fault);
    }
}

/* Names the allowed keys, as many as fit. */
static tw_err unknown(const struct tw_yaml *member, const struct tw_yaml_field *fields,
                      struct tw_fault *fault)
{
    char what[180];
    int n = snprintf(what, sizeof what, "the key '%.40s' is not known here; known are ", member->key.s);
    for (const struct tw_yaml_field *f = fields; f->name != NULL && n > 0 && (size_t)n < sizeof what; f++)
        n += snprintf(what + n, sizeof what - (size_t)n, "%s%s", f == fields ? "" : ", ", f->name);
    return wrong(member, member->key.s, TW_FORMAT, fault, what);
}

tw_err tw_yaml_bind(const struct tw_yaml *node, const struct tw_yaml_field *fields, void *out,
                    struct tw_arena *arena, struct tw_fault *fault)
{
    if (node->kind != TW_YAML_MAP)
        return wrong(node, node->key.n > 0 ? node->key.s : "", TW_FORMAT, fault,
                     "keys with values are expected here");
    for (size_t i = 0; i < node->n; i++) {
        const struct tw_yaml_field *f = fields;
        while (f->name != NULL && !tw_str_is(node->member[i]->key, f->name)) f++;
        if (f->name == NULL) return unknown(node->member[i], fields, fault);
        TW_TRY(bind_one(node->member[i], f, out, arena, fault));
    }
    for (const struct tw_yaml_field *f = fields; f->name != NULL; f++)
        if (f->required && tw_yaml_get(node, f->name) == NULL) {
            char what[96];
            snprintf(what, sizeof what, "the key '%.60s' is missing here", f->name);
            return wrong(node, f->name, TW_FORMAT, fault, what);
        }
    return TW_OK;
}
