/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/station_said_priv.h"

#include "message/json_in.h"

static tw_err no_record(struct tw_fault *fault)
{
    return tw_fail(fault, TW_FORMAT, "a decision's record is damaged; run `tidewaiter station check`");
}

/* The text of an object or array, from its first byte to the one that ends it. */
static struct tw_str text_of(struct tw_str record, const struct tw_json_node *node)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = node->byte; i < record.n; i++) {
        const char c = record.s[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '[' || c == '{'))
            depth++;
        else if (!quoted && (c == ']' || c == '}') && --depth == 0)
            return (struct tw_str){record.s + node->byte, i + 1 - node->byte};
    }
    return (struct tw_str){NULL, 0};
}

static uint32_t number(const struct tw_json_node *of, const char *key)
{
    const struct tw_json_node *node = tw_json_get(of, key);
    int64_t v = 0;
    return node != NULL && tw_str_i64(node->text, &v) == TW_OK && v >= 0 && v <= UINT32_MAX ? (uint32_t)v : 0;
}

static struct tw_str text(const struct tw_json_node *of, const char *key)
{
    const struct tw_json_node *node = tw_json_get(of, key);
    return node != NULL && node->kind == TW_JSON_TEXT ? node->text : (struct tw_str){NULL, 0};
}

static bool unhex(struct tw_str hex, uint8_t ret[TW_SHA256_BYTES])
{
    if (hex.n != (size_t)2 * TW_SHA256_BYTES) return false;
    for (size_t i = 0; i < hex.n; i++) {
        const char c = hex.s[i];
        const bool digit = c >= '0' && c <= '9';
        if (!digit && (c < 'a' || c > 'f')) return false;
        ret[i / 2] = (uint8_t)(ret[i / 2] << 4 | (digit ? c - '0' : c - 'a' + 10));
    }
    return true;
}

static void take_all(struct tw_str record, const struct tw_json_node *list, bool hits,
                     struct tw_criteria_said *at, size_t *n)
{
    for (const struct tw_json_node *one = tw_json_first(list); one != NULL; one = one->next) {
        const struct tw_json_node *lists = tw_json_get(one, "lists");
        const struct tw_str unknown = text(one, "not_known");
        struct tw_criteria_said *s = &at[(*n)++];
        *s = (struct tw_criteria_said){.id = text(one, "id"),
                                       .outcome = hits ? TW_OUTCOME_HIT : TW_OUTCOME_UNKNOWN,
                                       .item = number(one, "item"),
                                       .items = number(one, "items"),
                                       .why = unknown};
        if (lists != NULL) s->lists = text_of(record, lists);
        if (hits || unknown.n > 0) continue;
        s->why = text(one, "fault");
        if (s->why.n > 0) s->outcome = TW_OUTCOME_FAULT;
    }
}

tw_err station_said(struct tw_str record, struct tw_arena *arena, const struct tw_criteria_given **ret,
                    struct tw_fault *fault)
{
    const struct tw_json_node *node;
    *ret = NULL;
    TW_TRY(tw_json_parse(record, NULL, arena, &node, fault));
    const struct tw_json_node *set = tw_json_get(node, "criteria");
    if (set == NULL) return TW_OK;
    const struct tw_json_node *hits = tw_json_get(set, "hits"), *others = tw_json_get(set, "not_evaluated");
    if (hits == NULL || hits->kind != TW_JSON_ARRAY || others == NULL || others->kind != TW_JSON_ARRAY)
        return no_record(fault);
    struct tw_criteria_given *g = tw_arena_alloc(arena, sizeof *g);
    struct tw_criteria_said *at = tw_arena_array(arena, (size_t)hits->n + others->n + 1, sizeof *at);
    if (g == NULL || at == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    *g = (struct tw_criteria_given){.at = at};
    if (!unhex(text(set, "sha256"), g->set)) return no_record(fault);
    take_all(record, hits, true, at, &g->n);
    take_all(record, others, false, at, &g->n);
    *ret = g;
    return TW_OK;
}
