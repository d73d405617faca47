/* SPDX-License-Identifier: Apache-2.0 */
/* The schema says what tw_json_write writes; it comes from the same tables. */
#include "decl/vocabulary.h"
#include "message/json_form_priv.h"
#include "message/json_write.h"

#define DIGITS "[0-9]+(\\.[0-9]{1,9})?"

/* What a text of each type looks like; NULL: anything. */
static const char *pattern_of(enum tw_type type)
{
    switch (type) {
    case TW_TYPE_CODE:
        return "^\\S+$";
    case TW_TYPE_HS:
        return "^([0-9]{2}|[0-9]{4}|[0-9]{6,10})$";
    case TW_TYPE_COUNTRY:
        return "^[A-Z]{2}$";
    case TW_TYPE_UNIT:
        return "^[A-Z0-9#]{1,8}$";
    case TW_TYPE_TIME:
        return "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2}))?$";
    case TW_TYPE_DEC:
    case TW_TYPE_MASS:
    case TW_TYPE_AMOUNT:
        return "^" DIGITS "$";
    case TW_TYPE_SIGNED:
        return "^-?" DIGITS "$";
    case TW_TYPE_CURRENCY:
        return "^[A-Z]{3}$";
    default:
        return NULL;
    }
}

static void member(struct tw_json *j, const char *key, const char *text)
{
    tw_json_key(j, key);
    tw_json_text(j, text);
}

static void put_text(struct tw_json *j, enum tw_type type)
{
    const char *pattern = pattern_of(type);
    const struct tw_vocabulary *v = tw_type_vocabulary(type);
    tw_json_begin_object(j);
    member(j, "type", "string");
    if (pattern != NULL)
        member(j, "pattern", pattern);
    else if (v == NULL)
        tw_json_key(j, "minLength");
    if (pattern == NULL && v == NULL) tw_json_i64(j, 1);
    if (v != NULL) {
        tw_json_key(j, "enum");
        tw_json_begin_array(j);
        for (size_t i = 0; i < v->n; i++) tw_json_text(j, v->at[i].code);
        tw_json_end_array(j);
    }
}

static void begin_object(struct tw_json *j)
{
    tw_json_begin_object(j);
    member(j, "type", "object");
    tw_json_key(j, "additionalProperties");
    tw_json_bool(j, false);
    tw_json_key(j, "properties");
    tw_json_begin_object(j);
}

/* Two halves of one value; `needed` of them, NULL = either may be absent. */
static void put_pair(struct tw_json *j, const char *a, enum tw_type a_type, const char *b,
                     enum tw_type b_type, const char *needed)
{
    begin_object(j);
    tw_json_key(j, a);
    put_text(j, a_type);
    tw_json_end_object(j);
    tw_json_key(j, b);
    put_text(j, b_type);
    tw_json_end_object(j);
    tw_json_end_object(j);
    if (needed == NULL) {
        tw_json_key(j, "minProperties");
        tw_json_i64(j, 1);
        return;
    }
    tw_json_key(j, "required");
    tw_json_begin_array(j);
    tw_json_text(j, needed);
    tw_json_end_array(j);
}

static void put_whole(struct tw_json *j, enum tw_type type)
{
    tw_json_begin_object(j);
    member(j, "type", "integer");
    tw_json_key(j, "minimum");
    tw_json_i64(j, type == TW_TYPE_NUMBER ? 1 : 0);
    tw_json_key(j, "maximum");
    tw_json_i64(j, type == TW_TYPE_NUMBER ? UINT32_MAX : INT64_MAX);
}

static void put_element(struct tw_json *j, enum tw_element e)
{
    const struct tw_element_row *row = tw_element_row(e);
    switch (json_form_of(e)) {
    case JSON_FORM_MONEY:
        put_pair(j, "amount", row->type, "currency", TW_TYPE_CURRENCY, "amount");
        break;
    case JSON_FORM_QUANTITY:
        put_pair(j, "unit", TW_TYPE_UNIT, "value", TW_TYPE_DEC, NULL);
        break;
    case JSON_FORM_WHOLE:
        put_whole(j, row->type);
        break;
    default:
        put_text(j, row->type);
    }
    member(j, "description", row->words);
    tw_json_end_object(j);
}

/* The first word of a level's names. */
static struct tw_str name_of(enum tw_level level)
{
    struct tw_str rest;
    if (level == TW_LEVEL_ITEM) return TW_STR("item");
    for (int e = TW_ELEMENT_N + 1; e < TW_ELEMENT_END; e++)
        if (tw_element_row((enum tw_element)e)->level == level)
            return tw_str_cut(tw_str_from(tw_element_row((enum tw_element)e)->name), '.', &rest);
    return (struct tw_str){NULL, 0};
}

static void put_list(struct tw_json *j, const struct tw_list_row *list)
{
    char bytes[64];
    struct tw_buf ref = tw_buf_in(bytes, sizeof bytes);
    tw_json_begin_object(j);
    member(j, "type", "array");
    if (json_form_limit(list->level) > 0) {
        tw_json_key(j, "maxItems");
        tw_json_u64(j, json_form_limit(list->level));
    }
    tw_json_key(j, "items");
    tw_json_begin_object(j);
    tw_buf_text(&ref, "#/$defs/");
    tw_buf_str(&ref, name_of(list->level));
    tw_json_key(j, "$ref");
    tw_json_str(j, tw_buf_view(&ref));
    tw_json_end_object(j);
    tw_json_end_object(j);
}

/* The properties of a level, in the object that is open. */
static void put_properties(struct tw_json *j, enum tw_level level)
{
    struct json_members members = json_members_of(level);
    struct json_member m;
    struct tw_str group = {NULL, 0};
    while (json_members_next(&members, &m)) {
        if (!tw_str_eq(group, m.group)) {
            if (group.n > 0) tw_json_end_object(j);
            if (group.n > 0) tw_json_end_object(j);
            if (m.group.n > 0) tw_json_key_n(j, m.group.s, m.group.n);
            if (m.group.n > 0) begin_object(j);
            group = m.group;
        }
        tw_json_key_n(j, m.key.s, m.key.n);
        if (m.list != NULL)
            put_list(j, m.list);
        else
            put_element(j, m.element);
    }
    if (group.n > 0) tw_json_end_object(j);
    if (group.n > 0) tw_json_end_object(j);
}

/* Every level that lists below `level` need, once each. */
static void need(enum tw_level level, bool needed[TW_LEVEL_N])
{
    for (bool more = true; more;) {
        more = false;
        for (int l = 0; l < TW_LEVEL_N; l++) {
            size_t n;
            const struct tw_list_row *list = tw_list_rows((enum tw_level)l, &n);
            for (size_t i = 0; i < n && (l == (int)level || needed[l]); i++) {
                more = more || !needed[list[i].level];
                needed[list[i].level] = true;
            }
        }
    }
}

static void put_head(struct tw_json *j, enum tw_level level)
{
    char bytes[64];
    struct tw_buf text = tw_buf_in(bytes, sizeof bytes);
    tw_buf_printf(&text, "urn:tidewaiter:schema:%s:1", tw_level_words(level));
    tw_json_key(j, "$id");
    tw_json_str(j, tw_buf_view(&text));
    tw_buf_clear(&text);
    tw_buf_printf(&text, "Customs %s", tw_level_words(level));
    tw_json_key(j, "title");
    tw_json_str(j, tw_buf_view(&text));
}

/* What has come to pass is a code, or a function that is kept in extra. */
static void put_needed(struct tw_json *j)
{
    static const char *const one_of[] = {"code", "extra"};
    tw_json_key(j, "anyOf");
    tw_json_begin_array(j);
    for (size_t i = 0; i < sizeof one_of / sizeof *one_of; i++) {
        tw_json_begin_object(j);
        tw_json_key(j, "required");
        tw_json_begin_array(j);
        tw_json_text(j, one_of[i]);
        tw_json_end_array(j);
        tw_json_end_object(j);
    }
    tw_json_end_array(j);
}

static void new_line(struct tw_buf *out, unsigned depth)
{
    tw_buf_char(out, '\n');
    for (unsigned k = 0; k < depth; k++) tw_buf_char(out, ' ');
}

/* A line for each member, for people. */
static void spread(struct tw_str compact, struct tw_buf *out)
{
    unsigned depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < compact.n; i++) {
        const char c = compact.s[i];
        const bool text_follows = i + 1 < compact.n && compact.s[i + 1] == '"';
        if (c == '"' && !(quoted && compact.s[i - 1] == '\\')) quoted = !quoted;
        if (quoted || c == '"') {
            tw_buf_char(out, c);
            continue;
        }
        depth -= c == '}' || c == ']';
        if (c == '}') new_line(out, depth);
        tw_buf_char(out, c);
        depth += c == '{' || c == '[';
        if (c == ':' || (c == ',' && !text_follows)) tw_buf_char(out, ' ');
        if (c == '{' || (c == ',' && text_follows)) new_line(out, depth);
    }
    tw_buf_char(out, '\n');
}

void tw_json_write_schema(enum tw_level level, struct tw_buf *out)
{
    TW_SCOPED_BUF compact = {0};
    struct tw_json j = {.out = &compact};
    bool needed[TW_LEVEL_N] = {false};
    need(level, needed);
    tw_json_begin_object(&j);
    member(&j, "$schema", "https://json-schema.org/draft/2020-12/schema");
    put_head(&j, level);
    member(&j, "type", "object");
    tw_json_key(&j, "additionalProperties");
    tw_json_bool(&j, false);
    tw_json_key(&j, "properties");
    tw_json_begin_object(&j);
    put_properties(&j, level);
    tw_json_end_object(&j);
    if (level == TW_LEVEL_NOTIFICATION) put_needed(&j);
    tw_json_key(&j, "$defs");
    tw_json_begin_object(&j);
    for (int l = 0; l < TW_LEVEL_N; l++) {
        const struct tw_str name = name_of((enum tw_level)l);
        if (!needed[l]) continue;
        tw_json_key_n(&j, name.s, name.n);
        begin_object(&j);
        put_properties(&j, (enum tw_level)l);
        tw_json_end_object(&j);
        member(&j, "description", tw_level_words((enum tw_level)l));
        tw_json_end_object(&j);
    }
    tw_json_end_object(&j);
    tw_json_end_object(&j);
    if (compact.failed)
        out->failed = true;
    else
        spread(tw_buf_view(&compact), out);
}
