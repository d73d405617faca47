/* SPDX-License-Identifier: Apache-2.0 */
#include "message/validate.h"

#include <string.h>

static const struct tw_reading_rule_row rows[] = {
#define X(id, name, words, remedy) {name, words, remedy},
    TW_READING_RULE_TABLE(X)
#undef X
};

const struct tw_reading_rule_row *tw_reading_rule_row(enum tw_reading_rule rule)
{
    return &rows[rule];
}

/* What would be right for a value, by the type of its element. */
static const char *const forms[] = {
#define X(id, member, words) "its form: " words,
    TW_TYPE_TABLE(X)
#undef X
};

static bool is_blamed(const struct tw_validation *v, enum tw_element e)
{
    return e != TW_ELEMENT_N && (v->blamed[e / 64] >> (e % 64) & 1) != 0;
}

void tw_validation_begin(struct tw_validation *v, const struct tw_validation_rules *rules)
{
    *v = (struct tw_validation){.rules = rules};
}

void tw_validation_tell(struct tw_validation *v, const struct tw_wrong *wrong)
{
    if (wrong->severity == TW_SEVERITY_FAULT)
        v->faults++;
    else
        v->warnings++;
    v->rules->wrong(v->rules->to, wrong);
}

/* -- which element a path means */

struct place {
    enum tw_element element; /* TW_ELEMENT_N: not known */
    bool of_item, loose;
    size_t item, entry;
};

/* The list of that name in objects of a level; NULL: none. */
static const struct tw_list_row *list_of(enum tw_level owner, struct tw_str name)
{
    size_t n;
    const struct tw_list_row *row = tw_list_rows(owner, &n);
    for (size_t i = 0; i < n; i++)
        if (tw_str_is(name, row[i].name)) return &row[i];
    return NULL;
}

static enum tw_element own_element(enum tw_level level, struct tw_str name)
{
    for (unsigned e = 0; e < TW_ELEMENT_END; e++)
        if (e != TW_ELEMENT_N && tw_element_row((enum tw_element)e)->level == level &&
            tw_str_eq(tw_element_own_name((enum tw_element)e), name))
            return (enum tw_element)e;
    return TW_ELEMENT_N;
}

/* Takes `items[2].` off the path. false: it does not begin so, or there is no such list in `level`. */
static bool take_list(struct tw_str *path, enum tw_level *level, struct place *place)
{
    struct tw_str rest, digits;
    const struct tw_str name = tw_str_cut(*path, '[', &rest);
    const struct tw_list_row *row = name.n < path->n ? list_of(*level, name) : NULL;
    int64_t at;
    digits = tw_str_cut(rest, ']', path);
    if (row == NULL || tw_str_i64(digits, &at) != TW_OK || at < 0) return false;
    place->of_item |= row->level == TW_LEVEL_ITEM;
    if (row->level == TW_LEVEL_ITEM)
        place->item = (size_t)at;
    else
        place->entry = (size_t)at;
    *level = row->level;
    if (path->n > 0) *path = (struct tw_str){path->s + 1, path->n - 1}; /* the point */
    return true;
}

/* An element's name, or a path of JSON; what is below an element (price.amount) is that element. */
static struct place place_of(const struct tw_fault *fault)
{
    struct tw_str path = tw_str_from(fault->path);
    struct place place = {.item = fault->item};
    enum tw_level level = TW_LEVEL_DECL;
    place.element = tw_element_find_any(path);
    if (place.element != TW_ELEMENT_N) {
        const enum tw_level of = tw_element_row(place.element)->level;
        place.of_item = of == TW_LEVEL_ITEM;
        place.loose = of != TW_LEVEL_ITEM && of != TW_LEVEL_DECL;
        return place;
    }
    while (memchr(path.s, '[', path.n) != NULL)
        if (!take_list(&path, &level, &place)) return place;
    for (; path.n > 0 && place.element == TW_ELEMENT_N; path.n--) {
        place.element = own_element(level, path);
        while (path.n > 1 && path.s[path.n - 1] != '.') path.n--;
    }
    return place;
}

/* -- values */

static enum tw_reading_rule rule_of(tw_err err)
{
    switch (err) {
    case TW_RANGE:
        return TW_READING_RULE_VALUE_RANGE;
    case TW_NOTFOUND:
        return TW_READING_RULE_VALUE_UNKNOWN;
    case TW_CONFLICT:
        return TW_READING_RULE_VALUE_CONFLICT;
    default:
        return TW_READING_RULE_VALUE_FORM;
    }
}

static void tell_value(struct tw_validation *v, enum tw_reading_rule rule, const struct tw_fault *fault)
{
    const struct place place = place_of(fault);
    const char *remedy = rows[rule].remedy;
    struct tw_fault placed = *fault;
    placed.item = place.item;
    if (place.element == TW_ELEMENT_N)
        v->unplaced = true;
    else
        v->blamed[place.element / 64] |= 1ull << (place.element % 64);
    if (place.element != TW_ELEMENT_N && rule >= TW_READING_RULE_VALUE_FORM &&
        rule <= TW_READING_RULE_VALUE_UNKNOWN)
        remedy = forms[tw_element_row(place.element)->type];
    tw_validation_tell(v, &(struct tw_wrong){.severity = TW_SEVERITY_FAULT,
                                             .rule = tw_str_from(rows[rule].name),
                                             .remedy = tw_str_from(remedy),
                                             .fault = &placed,
                                             .element = place.element,
                                             .of_item = place.of_item,
                                             .entry = place.entry,
                                             .loose = place.loose});
}

void tw_validation_value(struct tw_validation *v, const struct tw_fault *fault)
{
    tell_value(v, rule_of(fault->code), fault);
}

void tw_validation_refused(struct tw_validation *v, enum tw_reading_rule rule, const struct tw_fault *fault)
{
    const enum tw_element element = tw_element_find_any(tw_str_from(fault->path));
    struct tw_fault whole = *fault;
    if (element == TW_ELEMENT_N) whole.path[0] = '\0'; /* the name of a limit */
    tw_validation_tell(v, &(struct tw_wrong){.severity = TW_SEVERITY_FAULT,
                                             .rule = tw_str_from(rows[rule].name),
                                             .remedy = tw_str_from(rows[rule].remedy),
                                             .fault = &whole,
                                             .element = element});
}

/* -- rules of declarations */

/* What customs are asked to clear without an entry needs no commodity code: of 244 published declarations the
 * eighteen without one are of the types ..J, ..K and ..Q. */
static bool needs_no_code(const struct tw_decl *d)
{
    if (d->type.n != 3) return false;
    const char last = d->type.s[2];
    return last == 'J' || last == 'K' || last == 'Q';
}

bool tw_validation_misses(const struct tw_validation *v, enum tw_element e)
{
    return !v->unplaced && !is_blamed(v, e) && (v->rules->has == NULL || v->rules->has(v->rules->to, e));
}

/* Is what is missing no fault of this message? */
static bool is_excused(const struct tw_validation *v, const struct tw_decl *d, const struct tw_violation *of)
{
    const struct tw_validation_rules *rules = v->rules;
    if (tw_check_row(of->check)->about != TW_ABOUT_LACKS) return false;
    if (!tw_validation_misses(v, of->element)) return true;
    if (!rules->of_table && of->check == TW_CHECK_NO_TIME) return true;
    return !rules->of_table && of->check == TW_CHECK_NO_HS && needs_no_code(d);
}

/* What assess lets a message pass without is a warning here too. */
static enum tw_severity severity_of(const struct tw_validation *v, enum tw_check check)
{
    const bool passes =
        (v->rules->pass >> check & 1) != 0 || (!v->rules->of_table && check == TW_CHECK_NO_HS);
    return passes ? TW_SEVERITY_WARNING : tw_check_severity(check);
}

static void tell_violations(struct tw_validation *v, const struct tw_decl *d, struct tw_violations found)
{
    const bool request = tw_str_is(d->function, "13");
    for (size_t i = 0; i < found.n; i++) {
        const struct tw_violation *of = &found.at[i];
        const struct tw_check_row *row = tw_check_row(of->check);
        struct tw_fault fault = {0};
        if ((v->rules->skip >> of->check & 1) != 0) continue;
        if (request ? row->about != TW_ABOUT_VALUE : is_excused(v, d, of)) continue;
        TW_IGNORE(tw_violation_fault(of, d, &fault));
        tw_validation_tell(v, &(struct tw_wrong){.severity = severity_of(v, of->check),
                                                 .rule = tw_str_from(row->code),
                                                 .remedy = tw_str_from(row->remedy),
                                                 .fault = &fault,
                                                 .element = of->element,
                                                 .of_item = of->of_item,
                                                 .entry = of->entry});
    }
}

/* An amount whose currency has been told to be none is not told again. */
static void on_unsettled(void *to, const struct tw_fault *fault)
{
    struct tw_validation *v = to;
    const enum tw_element element = tw_element_find_any(tw_str_from(fault->path));
    if (element != TW_ELEMENT_N && is_blamed(v, tw_element_partner(element))) return;
    tell_value(v, fault->code == TW_FORMAT ? TW_READING_RULE_CURRENCY_LACKS : rule_of(fault->code), fault);
}

tw_err tw_validation_decl(struct tw_validation *v, struct tw_decl *decl, struct tw_arena *arena,
                          struct tw_fault *fault)
{
    const struct tw_settle_told told = {v, on_unsettled};
    struct tw_violations found;
    tw_decl_settle_all(decl, v->rules->currency, &told);
    TW_TRY(tw_decl_check(decl, v->rules->now, arena, &found, fault));
    tell_violations(v, decl, found);
    TW_TRY(tw_decl_check_trade(decl, v->rules->now, arena, &found, fault));
    tell_violations(v, decl, found);
    return TW_OK;
}
