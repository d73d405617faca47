/* SPDX-License-Identifier: Apache-2.0 */
/* An element has no value, one, or, of a list, several: those of the item and those of the header, which hold
 * for every item. Of a condition either one of them must fit or each must. */
#include <stdio.h>
#include <string.h>

#include "message/ruleset_priv.h"

static const bool of_each[TW_RULE_TEST_N] = {
#define X(id, key, each) each,
    TW_RULE_TEST_TABLE(X)
#undef X
};

/* -- forms */

struct part {
    bool letters, digits, up_to;
    unsigned n;
};

/* Takes one part off a form. false: it is none. */
static bool take_part(struct tw_str *form, struct part *ret)
{
    *ret = (struct part){.n = 0};
    size_t i = 0;
    for (; i < form->n && (form->s[i] == 'a' || form->s[i] == 'n'); i++) {
        bool *kind = form->s[i] == 'a' ? &ret->letters : &ret->digits;
        if (*kind || ret->digits) return false; /* aa, na */
        *kind = true;
    }
    ret->up_to = i + 2 <= form->n && form->s[i] == '.' && form->s[i + 1] == '.';
    if (ret->up_to) i += 2;
    const size_t from = i;
    for (; i < form->n && form->s[i] >= '0' && form->s[i] <= '9' && ret->n < 1000; i++)
        ret->n = ret->n * 10 + (unsigned)(form->s[i] - '0');
    const bool good = (ret->letters || ret->digits) && i > from && ret->n > 0 && ret->n <= 1000;
    *form = (struct tw_str){form->s + i, form->n - i};
    return good && !(ret->up_to && form->n > 0);
}

bool rule_form_is_one(struct tw_str form)
{
    struct part part;
    bool good = form.n > 0;
    while (good && form.n > 0) good = take_part(&form, &part);
    return good;
}

static bool fits(char c, const struct part *part)
{
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'), digit = c >= '0' && c <= '9';
    return (letter && part->letters) || (digit && part->digits);
}

bool tw_rule_form_fits(struct tw_str form, struct tw_str text)
{
    struct part part;
    size_t at = 0;
    while (form.n > 0) {
        if (!take_part(&form, &part)) return false;
        size_t n = 0;
        while (n < part.n && at < text.n && fits(text.s[at], &part)) n++, at++;
        if (n < part.n && !(part.up_to && n > 0)) return false;
    }
    return at == text.n;
}

/* -- values */

static bool value_fits(const struct tw_rule_condition *c, struct tw_str value)
{
    struct tw_dec number;
    switch (c->test) {
    case TW_RULE_IS:
    case TW_RULE_IN:
        for (size_t i = 0; i < c->n; i++)
            if (tw_str_eq(value, c->text[i])) return true;
        return false;
    case TW_RULE_PREFIX:
        for (size_t i = 0; i < c->n; i++)
            if (tw_str_starts(value, c->text[i])) return true;
        return false;
    case TW_RULE_FORM:
        return tw_rule_form_fits(c->text[0], value);
    case TW_RULE_AT_MOST:
        return tw_dec_parse(value, &number, NULL) == TW_OK && tw_dec_cmp(number, c->most) <= 0;
    default:
        return true;
    }
}

/* How many values there are, and how many fit. */
struct tally {
    size_t n, fit;
};

static void look(const struct tw_rule_condition *c, const void *object, struct tw_buf *text, struct tally *to)
{
    tw_buf_clear(text);
    tw_element_print(c->element, object, text);
    if (text->n == 0) return;
    to->n++;
    to->fit += value_fits(c, tw_buf_view(text));
}

static void look_in_list(const struct tw_rule_condition *c, enum tw_level owner, const void *object,
                         struct tw_buf *text, struct tally *to)
{
    const enum tw_level level = tw_element_row(c->element)->level;
    size_t n;
    const struct tw_list_row *row = tw_list_rows(owner, &n);
    for (size_t i = 0; i < n; i++) {
        if (row[i].level != level) continue;
        const struct tw_list list = tw_list_get(&row[i], object);
        for (size_t k = 0; k < list.n; k++)
            look(c, (const char *)list.at + k * tw_level_size(level), text, to);
    }
}

static bool holds(const struct tw_rule_condition *c, const struct tw_decl *d, const struct tw_item *item,
                  struct tw_buf *text)
{
    const enum tw_level level = tw_element_row(c->element)->level;
    struct tally t = {0, 0};
    if (level == TW_LEVEL_DECL) {
        look(c, d, text, &t);
    } else if (level == TW_LEVEL_ITEM) {
        if (item != NULL) look(c, item, text, &t);
    } else {
        look_in_list(c, TW_LEVEL_DECL, d, text, &t);
        if (item != NULL) look_in_list(c, TW_LEVEL_ITEM, item, text, &t);
    }
    if (c->test == TW_RULE_PRESENT) return (t.n > 0) == c->wanted;
    return of_each[c->test] ? t.fit == t.n : t.fit > 0;
}

const struct tw_rule_condition *rule_broken(const struct tw_rule *rule, size_t from,
                                            const struct tw_decl *decl, const struct tw_item *item,
                                            struct tw_buf *text)
{
    for (size_t i = 0; i < rule->when.n; i++) {
        const struct tw_rule_condition *c = &rule->when.at[i];
        const struct tw_rule_condition there = {
            .element = c->element, .test = TW_RULE_PRESENT, .wanted = true};
        if (!holds(c, decl, item, text)) return NULL;
        if (of_each[c->test] && !holds(&there, decl, item, text)) return NULL;
    }
    for (size_t i = from; i < rule->require.n; i++)
        if (!holds(&rule->require.at[i], decl, item, text)) return &rule->require.at[i];
    return NULL;
}

/* -- telling */

static void tell(const struct tw_rule *rule, const struct tw_rule_condition *broken, size_t item,
                 struct tw_validation *v)
{
    const enum tw_level level = tw_element_row(broken->element)->level;
    struct tw_fault fault = {.item = item};
    snprintf(fault.path, sizeof fault.path, "%s", tw_element_row(broken->element)->name);
    TW_IGNORE(tw_fail(&fault, TW_CONFLICT, "%.*s", TW_STR_ARG(rule->words)));
    tw_validation_tell(v, &(struct tw_wrong){.severity = rule->severity,
                                             .rule = rule->id,
                                             .remedy = rule->remedy,
                                             .fault = &fault,
                                             .element = broken->element,
                                             .of_item = rule->of_item,
                                             .loose = level != TW_LEVEL_DECL && level != TW_LEVEL_ITEM});
}

static void check_rule(const struct tw_rule *rule, const struct tw_decl *d, size_t item,
                       struct tw_validation *v, struct tw_buf *text)
{
    const struct tw_item *of = rule->of_item ? &d->items.at[item] : NULL;
    for (size_t from = 0; from < rule->require.n && !text->failed;) {
        const struct tw_rule_condition *broken = rule_broken(rule, from, d, of, text);
        if (broken == NULL) return;
        if (tw_validation_misses(v, broken->element)) tell(rule, broken, item, v);
        from = (size_t)(broken - rule->require.at) + 1;
    }
}

tw_err tw_ruleset_check(const struct tw_ruleset *set, const struct tw_decl *decl, struct tw_validation *v,
                        struct tw_fault *fault)
{
    TW_SCOPED_BUF text = {0};
    if (tw_str_is(decl->function, "13")) return TW_OK;
    for (size_t r = 0; r < set->rules.n; r++)
        if (!set->rules.at[r].of_item) check_rule(&set->rules.at[r], decl, 0, v, &text);
    for (size_t i = 0; i < decl->items.n; i++)
        for (size_t r = 0; r < set->rules.n && !text.failed; r++)
            if (set->rules.at[r].of_item) check_rule(&set->rules.at[r], decl, i, v, &text);
    return text.failed ? tw_fail(fault, TW_NOMEM, "out of memory") : TW_OK;
}
