/* SPDX-License-Identifier: Apache-2.0 */
/* Each rule is held to its own examples when it is read: what a rule's author believes it does, it does. */
#include "message/ruleset.h"

#include <stdio.h>

#include "base/near.h"
#include "base/yaml.h"
#include "message/ruleset_priv.h"

struct set_text {
    struct tw_str name;
    const struct tw_yaml *rules;
};

struct rule_text {
    struct tw_str id, severity, words, remedy, source;
    const struct tw_yaml *when, *require, *examples;
};

struct condition_text {
    struct tw_str element, is, form, at_most;
    const struct tw_yaml *present;
    struct tw_yaml_items in, prefix;
};

static const struct tw_yaml_field set_key[] = {
    TW_YAML_KEY(struct set_text, "name", TEXT, name, .required = true),
    TW_YAML_KEY(struct set_text, "rules", NODE, rules, .required = true), TW_YAML_END};

static const struct tw_yaml_field rule_key[] = {
    TW_YAML_KEY(struct rule_text, "id", TEXT, id, .required = true),
    TW_YAML_KEY(struct rule_text, "severity", TEXT, severity, .required = true),
    TW_YAML_KEY(struct rule_text, "words", TEXT, words, .required = true),
    TW_YAML_KEY(struct rule_text, "remedy", TEXT, remedy, .required = true),
    TW_YAML_KEY(struct rule_text, "source", TEXT, source, .required = true),
    TW_YAML_KEY(struct rule_text, "when", NODE, when),
    TW_YAML_KEY(struct rule_text, "require", NODE, require, .required = true),
    TW_YAML_KEY(struct rule_text, "examples", NODE, examples, .required = true),
    TW_YAML_END};

static const struct tw_yaml_field condition_key[] = {
    TW_YAML_KEY(struct condition_text, "element", TEXT, element, .required = true),
    TW_YAML_KEY(struct condition_text, "present", NODE, present),
    TW_YAML_KEY(struct condition_text, "is", TEXT, is),
    TW_YAML_KEY(struct condition_text, "in", TEXTS, in),
    TW_YAML_KEY(struct condition_text, "prefix", TEXTS, prefix),
    TW_YAML_KEY(struct condition_text, "form", TEXT, form),
    TW_YAML_KEY(struct condition_text, "at_most", TEXT, at_most),
    TW_YAML_END};

/* -- conditions */

/* The element of that name, of a declaration, its items or their lists. */
static tw_err find_element(const struct tw_yaml *node, struct tw_str name, enum tw_element *ret,
                           struct tw_fault *fault)
{
    const char *best = NULL;
    unsigned near = TW_NEAR_FAR;
    *ret = tw_element_find_any(name);
    if (*ret != TW_ELEMENT_N) {
        const enum tw_level level = tw_element_row(*ret)->level;
        bool has = level == TW_LEVEL_DECL || level == TW_LEVEL_ITEM;
        for (int owner = TW_LEVEL_DECL; owner <= TW_LEVEL_ITEM; owner++) {
            size_t n;
            const struct tw_list_row *row = tw_list_rows((enum tw_level)owner, &n);
            for (size_t i = 0; i < n; i++) has |= row[i].level == level;
        }
        if (has) return TW_OK;
        return TW_YAML_WRONG(node, fault, TW_NOTFOUND,
                             "%.*s is no element of declarations, which rules are about",
                             TW_STR_FIRST(name, 40));
    }
    for (unsigned e = 0; e < TW_ELEMENT_N; e++)
        if (tw_near_better(name, tw_str_from(tw_element_row((enum tw_element)e)->name), &near))
            best = tw_element_row((enum tw_element)e)->name;
    return TW_YAML_WRONG(node, fault, TW_NOTFOUND, "there is no element \"%.*s\"%s%s%s",
                         TW_STR_FIRST(name, 40), best != NULL ? "; is " : "", best != NULL ? best : "",
                         best != NULL ? " meant?" : "");
}

static bool is_number(enum tw_element e)
{
    const enum tw_type t = tw_element_row(e)->type;
    return t == TW_TYPE_COUNT || t == TW_TYPE_NUMBER || t == TW_TYPE_DEC || t == TW_TYPE_MASS ||
           t == TW_TYPE_AMOUNT || t == TW_TYPE_SIGNED;
}

/* The one test that a condition has. */
static tw_err find_test(const struct tw_yaml *node, enum tw_rule_test *ret, struct tw_fault *fault)
{
    static const char *const key[] = {
#define X(id, key, each) key,
        TW_RULE_TEST_TABLE(X)
#undef X
    };
    unsigned found = 0;
    for (unsigned t = 0; t < TW_RULE_TEST_N; t++) {
        if (tw_yaml_get(node, key[t]) == NULL) continue;
        *ret = (enum tw_rule_test)t;
        found++;
    }
    if (found == 1) return TW_OK;
    return TW_YAML_WRONG(node, fault, TW_FORMAT,
                         "a condition has one of present, is, in, prefix, form and at_most; this one has %u",
                         found);
}

/* A text as an array of one. */
static tw_err one_text(struct tw_str text, struct tw_arena *arena, struct tw_rule_condition *c)
{
    struct tw_str *at = tw_arena_alloc(arena, sizeof *at);
    if (at == NULL) return TW_NOMEM;
    *at = text;
    c->text = at;
    c->n = 1;
    return TW_OK;
}

static tw_err take_presence(const struct tw_yaml *present, struct tw_rule_condition *c,
                            struct tw_fault *fault)
{
    const struct tw_str text = present->kind == TW_YAML_SCALAR ? present->text : (struct tw_str){NULL, 0};
    c->wanted = tw_str_is(text, "true");
    if (c->wanted || tw_str_is(text, "false")) return TW_OK;
    return TW_YAML_WRONG(present, fault, TW_FORMAT, "present is true or false");
}

static tw_err take_form(const struct tw_yaml *form, struct tw_arena *arena, struct tw_rule_condition *c,
                        struct tw_fault *fault)
{
    if (rule_form_is_one(form->text)) return one_text(form->text, arena, c);
    return TW_YAML_WRONG(
        form, fault, TW_RANGE,
        "\"%.*s\" is no form; a letters, n digits, an either, each with how many: a2n12, an..17",
        TW_STR_FIRST(form->text, 40));
}

static tw_err take_most(const struct tw_yaml *most, struct tw_rule_condition *c, struct tw_fault *fault)
{
    if (!is_number(c->element))
        return TW_YAML_WRONG(most, fault, TW_RANGE, "%s is no number, which at_most is for",
                             tw_element_row(c->element)->name);
    if (tw_dec_parse(most->text, &c->most, NULL) == TW_OK) return TW_OK;
    return TW_YAML_WRONG(most, fault, TW_RANGE, "\"%.*s\" is no number", TW_STR_FIRST(most->text, 40));
}

static tw_err take_list(const struct tw_yaml *node, const struct tw_yaml_items *list,
                        struct tw_rule_condition *c, struct tw_fault *fault)
{
    if (list->n == 0 || list->n > TW_RULE_VALUES_MAX)
        return TW_YAML_WRONG(node, fault, list->n == 0 ? TW_FORMAT : TW_LIMIT,
                             "a list has 1 to %d values, not %zu", TW_RULE_VALUES_MAX, list->n);
    c->text = list->at;
    c->n = list->n;
    return TW_OK;
}

static tw_err take_values(const struct tw_yaml *node, const struct condition_text *t, struct tw_arena *arena,
                          struct tw_rule_condition *c, struct tw_fault *fault)
{
    switch (c->test) {
    case TW_RULE_PRESENT:
        return take_presence(t->present, c, fault);
    case TW_RULE_IS:
        return one_text(t->is, arena, c);
    case TW_RULE_FORM:
        return take_form(tw_yaml_get(node, "form"), arena, c, fault);
    case TW_RULE_AT_MOST:
        return take_most(tw_yaml_get(node, "at_most"), c, fault);
    default:
        return take_list(node, c->test == TW_RULE_IN ? &t->in : &t->prefix, c, fault);
    }
}

static tw_err take_condition(const struct tw_yaml *node, struct tw_arena *arena,
                             struct tw_rule_condition *ret, struct tw_fault *fault)
{
    struct condition_text t = {.present = NULL};
    TW_TRY(tw_yaml_bind(node, condition_key, &t, arena, fault));
    TW_TRY(find_element(node, t.element, &ret->element, fault));
    TW_TRY(find_test(node, &ret->test, fault));
    return take_values(node, &t, arena, ret, fault);
}

/* `ret` is a list of conditions. */
static tw_err take_conditions(const struct tw_yaml *node, struct tw_arena *arena,
                              struct tw_rule_condition **ret, size_t *ret_n, struct tw_fault *fault)
{
    if (node->kind != TW_YAML_LIST || node->n == 0)
        return TW_YAML_WRONG(node, fault, TW_FORMAT, "a list of conditions is expected here");
    if (node->n > TW_RULE_CONDITIONS_MAX)
        return TW_YAML_WRONG(node, fault, TW_LIMIT, "a rule has up to %d conditions here, not %zu",
                             TW_RULE_CONDITIONS_MAX, node->n);
    *ret = tw_arena_array(arena, node->n, sizeof **ret);
    if (*ret == NULL) return TW_NOMEM;
    for (size_t i = 0; i < node->n; i++) TW_TRY(take_condition(node->member[i], arena, &(*ret)[i], fault));
    *ret_n = node->n;
    return TW_OK;
}

/* -- examples */

/* The object that an example's element is set in: the header, the item, or the one entry of a list of either.
 */
static void *object_for(enum tw_element e, struct tw_arena *arena, struct tw_decl *d)
{
    const enum tw_level level = tw_element_row(e)->level;
    if (level == TW_LEVEL_DECL) return d;
    if (level == TW_LEVEL_ITEM) return d->items.at;
    for (int owner = TW_LEVEL_ITEM; owner >= TW_LEVEL_DECL; owner--) {
        size_t n;
        void *object = owner == TW_LEVEL_ITEM ? (void *)d->items.at : (void *)d;
        const struct tw_list_row *row = tw_list_rows((enum tw_level)owner, &n);
        for (size_t i = 0; i < n; i++) {
            if (row[i].level != level) continue;
            struct tw_list list = tw_list_get(&row[i], object);
            if (list.n > 0) return list.at;
            list = (struct tw_list){tw_arena_alloc(arena, tw_level_size(level)), 1};
            if (list.at == NULL) return NULL;
            tw_level_init(level, list.at);
            tw_list_set(&row[i], object, list);
            return list.at;
        }
    }
    return NULL;
}

static tw_err make_example(const struct tw_yaml *node, struct tw_arena *arena, struct tw_decl *d,
                           bool *ret_holds, struct tw_fault *fault)
{
    bool said = false;
    if (node->kind != TW_YAML_MAP)
        return TW_YAML_WRONG(node, fault, TW_FORMAT, "an example is a map of elements and `holds`");
    for (size_t i = 0; i < node->n; i++) {
        const struct tw_yaml *m = node->member[i];
        enum tw_element e;
        if (m->kind != TW_YAML_SCALAR)
            return TW_YAML_WRONG(m, fault, TW_FORMAT, "a single value is expected here");
        if (tw_str_is(m->key, "holds")) {
            *ret_holds = tw_str_is(m->text, "true");
            said = *ret_holds || tw_str_is(m->text, "false");
            continue;
        }
        TW_TRY(find_element(m, m->key, &e, fault));
        void *object = object_for(e, arena, d);
        if (object == NULL) return TW_NOMEM;
        const tw_err err = tw_element_set(e, m->text, arena, object, fault);
        if (err != TW_OK) tw_yaml_point(m, fault);
        TW_TRY(err);
    }
    if (said) return TW_OK;
    return TW_YAML_WRONG(node, fault, TW_FORMAT, "an example says `holds: true` or `holds: false`");
}

static tw_err run_example(const struct tw_rule *rule, const struct tw_yaml *node, struct tw_arena *arena,
                          struct tw_fault *fault)
{
    TW_SCOPED_BUF text = {0};
    struct tw_decl *d = tw_arena_alloc(arena, sizeof *d);
    struct tw_item *item = tw_arena_alloc(arena, sizeof *item);
    bool holds = false;
    if (d == NULL || item == NULL) return TW_NOMEM;
    tw_decl_init(d);
    tw_item_init(item);
    d->items.at = item;
    d->items.n = 1;
    TW_TRY(make_example(node, arena, d, &holds, fault));
    TW_TRY(tw_decl_settle(d, TW_STR("EUR"), fault));
    const struct tw_rule_condition *broken = rule_broken(rule, 0, d, rule->of_item ? item : NULL, &text);
    if (text.failed) return TW_NOMEM;
    if ((broken == NULL) == holds) return TW_OK;
    return TW_YAML_WRONG(
        node, fault, TW_FORMAT, "rule %.*s %s for this example, which says that it %s; mend one of them",
        TW_STR_FIRST(rule->id, 40), holds ? "does not hold" : "holds", holds ? "does" : "does not");
}

static tw_err run_examples(const struct tw_rule *rule, const struct tw_yaml *node, struct tw_arena *arena,
                           struct tw_fault *fault)
{
    if (node->kind != TW_YAML_LIST || node->n == 0)
        return TW_YAML_WRONG(node, fault, TW_FORMAT, "a list of examples is expected here");
    if (node->n > TW_RULE_EXAMPLES_MAX)
        return TW_YAML_WRONG(node, fault, TW_LIMIT, "a rule has up to %d examples, not %zu",
                             TW_RULE_EXAMPLES_MAX, node->n);
    for (size_t i = 0; i < node->n; i++) TW_TRY(run_example(rule, node->member[i], arena, fault));
    return TW_OK;
}

/* -- rules */

/* Is a condition about goods items? Lists that the header has alone are the header's. */
static bool is_of_item(const struct tw_rule_condition *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const enum tw_level level = tw_element_row(c[i].element)->level;
        size_t lists;
        const struct tw_list_row *row = tw_list_rows(TW_LEVEL_ITEM, &lists);
        if (level == TW_LEVEL_ITEM) return true;
        for (size_t k = 0; k < lists; k++)
            if (row[k].level == level) return true;
    }
    return false;
}

static tw_err take_rule(const struct tw_yaml *node, struct tw_arena *arena, struct tw_rule *ret,
                        struct tw_fault *fault)
{
    struct rule_text t = {.when = NULL};
    TW_TRY(tw_yaml_bind(node, rule_key, &t, arena, fault));
    ret->id = t.id;
    ret->words = t.words;
    ret->remedy = t.remedy;
    ret->source = t.source;
    ret->severity = tw_str_is(t.severity, "fault") ? TW_SEVERITY_FAULT : TW_SEVERITY_WARNING;
    if (t.id.n == 0) return TW_YAML_WRONG(node, fault, TW_FORMAT, "the id of a rule is not empty");
    if (ret->severity == TW_SEVERITY_WARNING && !tw_str_is(t.severity, "warning"))
        return TW_YAML_WRONG(tw_yaml_get(node, "severity"), fault, TW_FORMAT, "severity is fault or warning");
    if (t.when != NULL) TW_TRY(take_conditions(t.when, arena, &ret->when.at, &ret->when.n, fault));
    TW_TRY(take_conditions(t.require, arena, &ret->require.at, &ret->require.n, fault));
    ret->of_item = is_of_item(ret->when.at, ret->when.n) || is_of_item(ret->require.at, ret->require.n);
    return run_examples(ret, t.examples, arena, fault);
}

static tw_err take_rules(const struct tw_yaml *list, uint32_t max, struct tw_arena *arena,
                         struct tw_ruleset *ret, struct tw_fault *fault)
{
    if (list->kind != TW_YAML_LIST || list->n == 0)
        return TW_YAML_WRONG(list, fault, TW_FORMAT, "a list of rules is expected here");
    if (list->n > max)
        return TW_YAML_WRONG(list, fault, TW_LIMIT,
                             "a set has up to %u rules, this one has %zu; part it, or say --rules-max", max,
                             list->n);
    ret->rules.at = tw_arena_array(arena, list->n, sizeof *ret->rules.at);
    if (ret->rules.at == NULL) return TW_NOMEM;
    for (size_t i = 0; i < list->n; i++) {
        TW_TRY(take_rule(list->member[i], arena, &ret->rules.at[i], fault));
        for (size_t k = 0; k < i; k++)
            if (tw_str_eq(ret->rules.at[k].id, ret->rules.at[i].id))
                return TW_YAML_WRONG(list->member[i], fault, TW_CONFLICT,
                                     "a rule of the id %.*s stands further up already",
                                     TW_STR_FIRST(ret->rules.at[i].id, 40));
        ret->rules.n++;
    }
    return TW_OK;
}

tw_err tw_ruleset_parse(struct tw_str yaml, uint32_t rules_max, struct tw_arena *arena,
                        struct tw_ruleset *ret, struct tw_fault *fault)
{
    struct tw_yaml *root = NULL;
    struct set_text t = {.rules = NULL};
    struct tw_ruleset set = {.rules = {NULL, 0}};
    tw_err err = tw_yaml_parse(yaml, arena, &root, fault);
    if (err == TW_OK) err = tw_yaml_bind(root, set_key, &t, arena, fault);
    if (err == TW_OK) err = take_rules(t.rules, rules_max > 0 ? rules_max : TW_RULES_MAX, arena, &set, fault);
    if (err == TW_NOMEM && tw_arena_full(arena))
        return tw_fail(fault, TW_LIMIT, "the rules take more memory than a set may; part it");
    if (err == TW_NOMEM) return tw_fail(fault, TW_NOMEM, "out of memory");
    TW_TRY(err);
    set.name = t.name;
    *ret = set;
    return TW_OK;
}
