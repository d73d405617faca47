/* SPDX-License-Identifier: Apache-2.0 */
/* Examples: values for some members, nothing known of all others, and what the criterion makes of it. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "criteria/criteria_priv.h"

/* A list of texts, in brackets: [CSQU3054383]. */
static tw_err list_value(const struct tw_yaml *node, struct tw_arena *arena, struct tw_cel_value *ret)
{
    struct tw_cel_value *at = tw_arena_array(arena, node->n + 1, sizeof *at);
    if (at == NULL) return TW_NOMEM;
    for (size_t i = 0; i < node->n; i++) {
        if (node->member[i]->kind != TW_YAML_SCALAR) return TW_FORMAT;
        at[i] = tw_cel_string(node->member[i]->text);
    }
    *ret = tw_cel_list(at, (uint32_t)node->n);
    return TW_OK;
}

static tw_err scalar_value(struct tw_str text, enum tw_cel_kind kind, struct tw_cel_value *ret)
{
    int64_t i;
    double f;
    switch (kind) {
    case TW_CEL_STRING:
        *ret = tw_cel_string(text);
        return TW_OK;
    case TW_CEL_BOOL:
        *ret = tw_cel_bool(tw_str_is(text, "true"));
        return tw_str_is(text, "true") || tw_str_is(text, "false") ? TW_OK : TW_FORMAT;
    case TW_CEL_INT:
        TW_TRY(tw_str_i64(text, &i));
        *ret = tw_cel_int(i);
        return TW_OK;
    case TW_CEL_DOUBLE:
        TW_TRY(tw_str_f64(text, &f));
        *ret = tw_cel_double(f);
        return TW_OK;
    case TW_CEL_TIMESTAMP:
        TW_TRY(tw_time_parse(text, &i, NULL));
        *ret = tw_cel_timestamp(i, 0);
        return TW_OK;
    default:
        return TW_FORMAT;
    }
}

static tw_err set_member(const struct tw_criteria *c, const struct tw_yaml *node, struct tw_cel_value *root,
                         struct tw_arena *arena, struct tw_fault *fault)
{
    struct tw_cel_value *to;
    const struct tw_cel_type *type;
    if (schema_find(c->schema, node->key, root, &to, &type) != TW_OK)
        return TW_YAML_WRONG(node, fault, TW_NOTFOUND,
                             "conditions see no \"%.*s\"; `tidewaiter criteria names` lists what they see",
                             TW_STR_FIRST(node->key, 60));
    const bool texts = type->kind == TW_CEL_LIST && type->part[0]->kind == TW_CEL_STRING;
    tw_err err = TW_FORMAT;
    if (node->kind == TW_YAML_SCALAR) err = scalar_value(node->text, type->kind, to);
    if (node->kind == TW_YAML_LIST && texts) err = list_value(node, arena, to);
    if (err == TW_OK || err == TW_NOMEM) return err;
    TW_SCOPED_BUF shown = {0};
    tw_cel_type_show(type, &shown);
    return TW_YAML_WRONG(
        node, fault, TW_FORMAT, "\"%.*s\" is of type %.*s, and this is none that an example can give",
        TW_STR_FIRST(node->key, 60), (int)(shown.n < 60 ? shown.n : 60), shown.p != NULL ? shown.p : "");
}

/* What an example says comes of it: hit: true, false or unknown. */
static tw_err wanted(const struct tw_yaml *example, struct tw_cel_value *ret, struct tw_fault *fault)
{
    const struct tw_yaml *hit = tw_yaml_get(example, "hit");
    if (hit == NULL)
        return TW_YAML_WRONG(example, fault, TW_FORMAT,
                             "an example says what comes of it: hit: true, false or unknown");
    if (tw_str_is(hit->text, "unknown")) {
        *ret = tw_cel_unknown();
        return TW_OK;
    }
    if (scalar_value(hit->text, TW_CEL_BOOL, ret) == TW_OK) return TW_OK;
    return TW_YAML_WRONG(hit, fault, TW_FORMAT, "hit is true, false or unknown");
}

static const char *outcome(struct tw_cel_value v)
{
    return v.kind != TW_CEL_BOOL ? "not evaluated" : v.b ? "a hit" : "no hit";
}

static tw_err differ(const struct tw_criterion *k, const struct tw_yaml *example, struct tw_cel_value want,
                     struct tw_cel_value got, struct tw_fault *fault)
{
    TW_SCOPED_BUF missing = {0};
    if (got.kind == TW_CEL_UNKNOWN) tw_cel_missing(k->program, got, &missing);
    return TW_YAML_WRONG(example, fault, TW_FORMAT, "%.*s: this example is %s, and says it is %s%s%.*s",
                         TW_STR_FIRST(k->id, 60), outcome(got), outcome(want),
                         missing.n > 0 ? "; not known: " : "", (int)(missing.n < 120 ? missing.n : 120),
                         missing.p != NULL ? missing.p : "");
}

static tw_err fill_roots(const struct tw_criteria *c, const struct tw_yaml *example,
                         struct tw_cel_value *root, struct tw_arena *arena, struct tw_fault *fault)
{
    for (int r = 0; r < ROOT_N; r++) TW_TRY(schema_blank(c->schema, (enum root)r, arena, &root[r]));
    for (size_t i = 0; i < example->n; i++)
        if (!tw_str_is(example->member[i]->key, "hit"))
            TW_TRY(set_member(c, example->member[i], root, arena, fault));
    return TW_OK;
}

static tw_err try_one(const struct tw_criteria *c, const struct tw_criterion *k,
                      const struct tw_yaml *example, struct tw_arena *arena, struct tw_fault *fault)
{
    struct tw_cel_value got = tw_cel_unknown(), want = got;
    struct tw_fault why = {0};
    if (example->kind != TW_YAML_MAP)
        return TW_YAML_WRONG(example, fault, TW_FORMAT, "an example is {name: value, ..., hit: true}");
    TW_TRY(wanted(example, &want, fault));
    tw_arena_reset(arena);
    struct tw_cel_value *slot = tw_arena_array(arena, ROOT_N + c->schema->lists, sizeof *slot);
    if (slot == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    TW_TRY(fill_roots(c, example, slot, arena, fault));
    for (size_t i = 0; i < c->schema->lists; i++) slot[ROOT_N + i] = slot[ROOT_LISTS].record[i];
    const tw_err err = tw_cel_eval(k->program, slot, arena, &got, &why);
    if (err != TW_OK)
        return TW_YAML_WRONG(example, fault, err == TW_NOMEM ? TW_LIMIT : TW_FORMAT,
                             "%.*s fails here: %.120s", TW_STR_FIRST(k->id, 60), why.note);
    const bool same = got.kind == want.kind && (got.kind != TW_CEL_BOOL || got.b == want.b);
    return same ? TW_OK : differ(k, example, want, got, fault);
}

tw_err criteria_try(const struct tw_criteria *c, struct tw_criterion *k, const struct tw_yaml *examples,
                    uint32_t most, struct tw_arena *arena, struct tw_fault *fault)
{
    if (examples->kind != TW_YAML_LIST || examples->n == 0)
        return TW_YAML_WRONG(examples, fault, TW_FORMAT,
                             "%.*s has no example; give one that hits and one that does not",
                             TW_STR_FIRST(k->id, 60));
    if (examples->n > most) {
        tw_yaml_point(examples->member[most], fault);
        if (fault != NULL) memcpy(fault->path, "examples", sizeof "examples");
        return tw_fail(fault, TW_LIMIT, "%.*s has more than %u examples", TW_STR_FIRST(k->id, 60), most);
    }
    for (size_t i = 0; i < examples->n; i++) TW_TRY(try_one(c, k, examples->member[i], arena, fault));
    k->examples = (uint32_t)examples->n;
    return TW_OK;
}
