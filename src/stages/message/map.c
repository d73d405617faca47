/* SPDX-License-Identifier: Apache-2.0 */
/* A map file becomes three lists of columns: of a declaration, of the finding that stands in the same row, of
 * a file of findings. Constants are columns without a name, and so is the currency that a map gives an
 * amount: one list has it all, in the order of the map. */
#include "message/map.h"

#include <stdio.h>

#include "base/near.h"
#include "base/yaml.h"
#include "decl/code.h"

static const char *const field_name[TW_FINDING_FIELD_N] = {
#define X(id, name) [TW_FINDING_##id] = (name),
    TW_FINDING_FIELD_TABLE(X)
#undef X
};

const char *tw_finding_field_name(enum tw_finding_field f)
{
    return field_name[f];
}

/* What a map file may say, before it is looked at closely. */
struct section_text {
    const struct tw_yaml *columns, *constants;
    int64_t known_days_after;
};

struct map_text {
    struct tw_str name, words, format, separator, rows, national_currency;
    bool own_names;
    struct tw_yaml_items absent, pass;
    struct section_text declaration, findings, findings_file;
};

struct column_text {
    struct tw_str is, unit, currency;
    bool required;
    const struct tw_yaml *values;
    struct tw_yaml_items absent;
};

static const struct tw_yaml_field findings_key[] = {
    TW_YAML_KEY(struct section_text, "columns", NODE, columns, .required = true),
    TW_YAML_KEY(struct section_text, "constants", NODE, constants),
    TW_YAML_KEY(struct section_text, "known_days_after", I64, known_days_after, .max = 3650), TW_YAML_END};

static const struct tw_yaml_field findings_file_key[] = {
    TW_YAML_KEY(struct section_text, "columns", NODE, columns, .required = true),
    TW_YAML_KEY(struct section_text, "constants", NODE, constants), TW_YAML_END};

static const struct tw_yaml_field map_key[] = {
    TW_YAML_KEY(struct map_text, "name", TEXT, name, .required = true),
    TW_YAML_KEY(struct map_text, "words", TEXT, words, .required = true),
    TW_YAML_KEY(struct map_text, "format", TEXT, format, .required = true),
    TW_YAML_KEY(struct map_text, "separator", TEXT, separator),
    TW_YAML_KEY(struct map_text, "rows", TEXT, rows, .required = true),
    TW_YAML_KEY(struct map_text, "own_names", BOOL, own_names),
    TW_YAML_KEY(struct map_text, "national_currency", TEXT, national_currency),
    TW_YAML_KEY(struct map_text, "absent", TEXTS, absent),
    TW_YAML_KEY(struct map_text, "pass", TEXTS, pass),
    TW_YAML_KEY(struct map_text, "columns", NODE, declaration.columns, .required = true),
    TW_YAML_KEY(struct map_text, "constants", NODE, declaration.constants),
    TW_YAML_KEY(struct map_text, "findings", STRUCT, findings, .sub = findings_key),
    TW_YAML_KEY(struct map_text, "findings_file", STRUCT, findings_file, .sub = findings_file_key),
    TW_YAML_END};

static const struct tw_yaml_field column_key[] = {
    TW_YAML_KEY(struct column_text, "is", TEXT, is, .required = true),
    TW_YAML_KEY(struct column_text, "unit", TEXT, unit),
    TW_YAML_KEY(struct column_text, "currency", TEXT, currency),
    TW_YAML_KEY(struct column_text, "required", BOOL, required),
    TW_YAML_KEY(struct column_text, "values", NODE, values),
    TW_YAML_KEY(struct column_text, "absent", TEXTS, absent),
    TW_YAML_END};

/* A list of columns being read. */
struct list {
    bool findings; /* of fields of a finding; else of elements */
    struct tw_arena *arena;
    struct tw_map_column *at;
    size_t n;
    struct tw_yaml_items absent; /* what the whole map takes for absent */
};

static uint32_t targets(bool findings)
{
    return findings ? (uint32_t)TW_FINDING_FIELD_N : (uint32_t)TW_ELEMENT_N;
}

static const char *target_name(bool findings, uint32_t target)
{
    return findings ? field_name[target] : tw_element_row((enum tw_element)target)->name;
}

/* targets() when there is none of that name. */
static uint32_t find_target(bool findings, struct tw_str name)
{
    if (!findings) return (uint32_t)tw_element_find(name);
    uint32_t f = 0;
    while (f < TW_FINDING_FIELD_N && !tw_str_is(name, field_name[f])) f++;
    return f;
}

static tw_err read_target(const struct list *list, const struct tw_yaml *node, struct tw_str name,
                          uint32_t *ret, struct tw_fault *fault)
{
    const uint32_t target = find_target(list->findings, name);
    if (target < targets(list->findings)) {
        *ret = target;
        return TW_OK;
    }
    const char *near = "";
    unsigned best = TW_NEAR_FAR;
    for (uint32_t i = 0; i < targets(list->findings); i++)
        if (tw_near_better(name, tw_str_from(target_name(list->findings, i)), &best))
            near = target_name(list->findings, i);
    const char *what = list->findings ? "part of a finding" : "element";
    if (*near != 0)
        return TW_YAML_WRONG(node, fault, TW_NOTFOUND, "there is no %s called '%.*s'; is '%s' meant?", what,
                             TW_STR_ARG(name), near);
    return TW_YAML_WRONG(node, fault, TW_NOTFOUND,
                         "there is no %s called '%.*s'; docs/formats/%s.md lists them", what,
                         TW_STR_ARG(name), list->findings ? "maps" : "elements");
}

static tw_err read_words(const struct tw_yaml *node, struct list *list, struct tw_map_column *c,
                         struct tw_fault *fault)
{
    if (node->kind != TW_YAML_MAP || node->n == 0)
        return TW_YAML_WRONG(node, fault, TW_FORMAT,
                             "texts of the file and what they mean are expected here, such as \"1\": yes");
    struct tw_map_word *word = tw_arena_array(list->arena, node->n, sizeof *word);
    if (word == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    for (size_t i = 0; i < node->n; i++) {
        if (node->member[i]->kind != TW_YAML_SCALAR)
            return TW_YAML_WRONG(node->member[i], fault, TW_FORMAT, "one text is expected here");
        word[i] = (struct tw_map_word){node->member[i]->key, node->member[i]->text};
    }
    c->word = word;
    c->word_n = node->n;
    return TW_OK;
}

/* An amount's currency, given by the map: a constant of the element that stands beside it. */
static tw_err read_currency(const struct tw_yaml *node, struct tw_str currency, struct list *list,
                            const struct tw_map_column *amount, struct tw_fault *fault)
{
    char name[96];
    const int n = snprintf(name, sizeof name, "%s_currency", target_name(list->findings, amount->target));
    const uint32_t target = find_target(list->findings, (struct tw_str){name, (size_t)n});
    if (target >= targets(list->findings))
        return TW_YAML_WRONG(node, fault, TW_FORMAT,
                             "only amounts have a currency; leave 'currency' out here");
    if (tw_currency_find(currency) == NULL)
        return TW_YAML_WRONG(node, fault, TW_FORMAT, "'%.*s' is no currency of ISO 4217, such as USD",
                             TW_STR_ARG(currency));
    list->at[list->n++] = (struct tw_map_column){.constant = currency, .target = target};
    return TW_OK;
}

static tw_err check_unit(const struct tw_yaml *node, const struct list *list, const struct tw_map_column *c,
                         struct tw_fault *fault)
{
    if (list->findings || tw_element_row((enum tw_element)c->target)->type != TW_TYPE_MASS)
        return TW_YAML_WRONG(node, fault, TW_FORMAT, "only masses have a unit; leave 'unit' out here");
    const struct tw_unit *unit = tw_unit_find(c->unit);
    if (unit == NULL || unit->kg == 0)
        return TW_YAML_WRONG(node, fault, TW_FORMAT, "'%.*s' is no unit of mass; KGM, GRM, TNE and LBR are",
                             TW_STR_ARG(c->unit));
    return TW_OK;
}

/* Column: element   or   Column: {is: element, ...}. Adds one or two columns to the list. */
static tw_err read_column(const struct tw_yaml *node, struct list *list, struct tw_fault *fault)
{
    struct column_text text = {.absent = list->absent};
    if (node->kind == TW_YAML_MAP)
        TW_TRY(tw_yaml_bind(node, column_key, &text, list->arena, fault));
    else if (node->kind == TW_YAML_SCALAR)
        text.is = node->text;
    else
        return TW_YAML_WRONG(node, fault, TW_FORMAT,
                             "an element, or keys such as {is: hs, required: true}, are expected here");
    struct tw_map_column c = {.name = node->key,
                              .unit = text.unit,
                              .required = text.required,
                              .absent = text.absent.at,
                              .absent_n = text.absent.n};
    TW_TRY(read_target(list, node, text.is, &c.target, fault));
    if (text.unit.n > 0) TW_TRY(check_unit(node, list, &c, fault));
    if (text.values != NULL) TW_TRY(read_words(text.values, list, &c, fault));
    list->at[list->n++] = c;
    if (text.currency.n > 0) TW_TRY(read_currency(node, text.currency, list, &c, fault));
    return TW_OK;
}

static tw_err read_constant(const struct tw_yaml *node, struct list *list, struct tw_fault *fault)
{
    if (node->kind != TW_YAML_SCALAR || node->text.n == 0)
        return TW_YAML_WRONG(node, fault, TW_FORMAT, "one text, the same for every row, is expected here");
    struct tw_map_column c = {.constant = node->text};
    TW_TRY(read_target(list, node, node->key, &c.target, fault));
    list->at[list->n++] = c;
    return TW_OK;
}

/* One element may be fed by several columns only where they are tried one after another, in findings. */
static tw_err check_targets(const struct tw_yaml *node, const struct list *list, struct tw_fault *fault)
{
    for (size_t i = 0; i < list->n && !list->findings; i++)
        for (size_t k = 0; k < i; k++)
            if (list->at[i].target == list->at[k].target)
                return TW_YAML_WRONG(node, fault, TW_CONFLICT, "'%s' is fed twice by this map; once is right",
                                     target_name(false, list->at[i].target));
    return TW_OK;
}

static tw_err read_section(const struct section_text *text, bool findings, const struct map_text *map,
                           struct tw_arena *arena, struct tw_map_columns *ret, struct tw_fault *fault)
{
    struct list list = {.findings = findings, .arena = arena, .absent = map->absent};
    const struct tw_yaml *const columns = text->columns, *const constants = text->constants;
    if (columns->kind != TW_YAML_MAP || columns->n == 0)
        return TW_YAML_WRONG(columns, fault, TW_FORMAT,
                             "columns and their elements are expected here, such as HS6 Code: hs");
    if (constants != NULL && constants->kind != TW_YAML_MAP)
        return TW_YAML_WRONG(constants, fault, TW_FORMAT, "elements and their values are expected here");
    const size_t most = 2 * columns->n + (constants != NULL ? constants->n : 0);
    list.at = tw_arena_array(arena, most, sizeof *list.at);
    if (list.at == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    for (size_t i = 0; i < columns->n; i++) TW_TRY(read_column(columns->member[i], &list, fault));
    for (size_t i = 0; constants != NULL && i < constants->n; i++)
        TW_TRY(read_constant(constants->member[i], &list, fault));
    TW_TRY(check_targets(columns, &list, fault));
    *ret = (struct tw_map_columns){list.at, list.n};
    return TW_OK;
}

static tw_err check_header(const struct tw_yaml *root, const struct map_text *text, struct tw_map *map,
                           struct tw_fault *fault)
{
    if (!tw_str_is(text->format, "csv"))
        return TW_YAML_WRONG(tw_yaml_get(root, "format"), fault, TW_FORMAT, "the only format so far is csv");
    map->row_is_declaration = tw_str_is(text->rows, "declarations");
    if (!map->row_is_declaration && !tw_str_is(text->rows, "items"))
        return TW_YAML_WRONG(tw_yaml_get(root, "rows"), fault, TW_FORMAT,
                             "'items' or 'declarations' is expected here");
    if (tw_str_is(text->separator, "tab"))
        map->separator = '\t';
    else if (text->separator.n == 1)
        map->separator = text->separator.s[0];
    else if (text->separator.n > 1)
        return TW_YAML_WRONG(tw_yaml_get(root, "separator"), fault, TW_FORMAT,
                             "one character or the word tab is expected here");
    if (text->national_currency.n > 0 && tw_currency_find(text->national_currency) == NULL)
        return TW_YAML_WRONG(tw_yaml_get(root, "national_currency"), fault, TW_FORMAT,
                             "'%.*s' is no currency of ISO 4217, such as USD",
                             TW_STR_ARG(text->national_currency));
    return TW_OK;
}

/* Rules that may be broken. */
static tw_err read_pass(const struct tw_yaml *root, const struct tw_yaml_items *pass, uint64_t *ret,
                        struct tw_fault *fault)
{
    _Static_assert(TW_CHECK_N <= 64, "one bit for each rule");
    const struct tw_str *code = pass->at;
    for (size_t i = 0; i < pass->n; i++) {
        size_t check;
        const tw_err err = tw_vocabulary_find(tw_check_vocabulary(), code[i], &check, fault);
        if (err != TW_OK) {
            tw_yaml_point(tw_yaml_get(root, "pass"), fault);
            return err;
        }
        *ret |= (uint64_t)1 << check;
    }
    return TW_OK;
}

tw_err tw_map_parse(struct tw_str yaml, struct tw_arena *arena, struct tw_map *ret, struct tw_fault *fault)
{
    struct tw_yaml *root = NULL;
    struct map_text text = {0};
    TW_TRY(tw_yaml_parse(yaml, arena, &root, fault));
    TW_TRY(tw_yaml_bind(root, map_key, &text, arena, fault));
    struct tw_map map = {.name = text.name,
                         .words = text.words,
                         .separator = ',',
                         .own_names = text.own_names,
                         .national_currency = text.national_currency,
                         .known_days_after = text.findings.known_days_after};
    TW_TRY(check_header(root, &text, &map, fault));
    TW_TRY(read_pass(root, &text.pass, &map.pass, fault));
    TW_TRY(read_section(&text.declaration, false, &text, arena, &map.declaration, fault));
    if (text.findings.columns != NULL)
        TW_TRY(read_section(&text.findings, true, &text, arena, &map.finding, fault));
    if (text.findings_file.columns != NULL)
        TW_TRY(read_section(&text.findings_file, true, &text, arena, &map.findings_file, fault));
    *ret = map;
    return TW_OK;
}
