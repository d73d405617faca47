/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/retention.h"

#include "base/date.h"
#include "base/yaml.h"

static const struct {
    const char *key, *noun, *words;
    int32_t years;
} kind_row[TW_RETENTION_KINDS] = {
#define X(id, key, years, noun, words) {key, noun, words, years},
    TW_RETENTION_TABLE(X)
#undef X
};

const char *tw_retention_noun(enum tw_retention_kind kind)
{
    return kind_row[kind].noun;
}

const char *tw_retention_words(enum tw_retention_kind kind)
{
    return kind_row[kind].words;
}

/* -- the file */

struct file_text {
    const struct tw_yaml *years, *holds;
};

struct hold_text {
    struct tw_str registration, party, who, why;
    int32_t until;
};

static const struct tw_yaml_field file_key[] = {TW_YAML_KEY(struct file_text, "years", NODE, years),
                                                TW_YAML_KEY(struct file_text, "holds", NODE, holds),
                                                TW_YAML_END};

static const struct tw_yaml_field hold_key[] = {
    TW_YAML_KEY(struct hold_text, "registration", TEXT, registration),
    TW_YAML_KEY(struct hold_text, "party", TEXT, party),
    TW_YAML_KEY(struct hold_text, "who", TEXT, who, .required = true),
    TW_YAML_KEY(struct hold_text, "why", TEXT, why, .required = true),
    TW_YAML_KEY(struct hold_text, "until", DAY, until),
    TW_YAML_END};

struct years_text {
    int64_t of[TW_RETENTION_KINDS];
};

static const struct tw_yaml_field years_key[] = {
#define X(id, key, years, noun, words)                                                                       \
    {.name = (key),                                                                                          \
     .type = TW_YAML_I64,                                                                                    \
     .offset = offsetof(struct years_text, of) + sizeof(int64_t) * TW_RETENTION_##id,                        \
     .max = TW_RETENTION_YEARS_MAX},
    TW_RETENTION_TABLE(X)
#undef X
        TW_YAML_END};

static bool read_party(struct tw_str text, uint8_t ret[TW_DB_ID])
{
    if (text.n != (size_t)2 * TW_DB_ID) return false;
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.s[i];
        const bool digit = c >= '0' && c <= '9';
        if (!digit && (c < 'a' || c > 'f')) return false;
        ret[i / 2] = (uint8_t)(ret[i / 2] << 4 | (digit ? c - '0' : c - 'a' + 10));
    }
    return true;
}

static tw_err read_hold(const struct tw_yaml *node, struct tw_arena *arena, struct tw_retention_hold *ret,
                        struct tw_fault *fault)
{
    struct hold_text t = {.until = INT32_MAX};
    int64_t reg = 0;
    TW_TRY(tw_yaml_bind(node, hold_key, &t, arena, fault));
    *ret = (struct tw_retention_hold){
        .of_party = t.party.n > 0, .who = t.who, .why = t.why, .until = t.until, .line = node->line};
    if ((t.party.n > 0) == (t.registration.n > 0))
        return TW_YAML_WRONG(node, fault, TW_FORMAT, "a hold has either 'registration' or 'party'");
    if (ret->of_party && !read_party(t.party, ret->party))
        return TW_YAML_WRONG(tw_yaml_get(node, "party"), fault, TW_FORMAT,
                             "a party is the %d small hexadecimal digits that the station knows it by",
                             2 * TW_DB_ID);
    if (!ret->of_party && (tw_str_i64(t.registration, &reg) != TW_OK || reg < 1))
        return TW_YAML_WRONG(tw_yaml_get(node, "registration"), fault, TW_FORMAT,
                             "a registration number is digits, as 000000000042");
    ret->reg = (uint64_t)reg;
    return TW_OK;
}

static tw_err read_holds(const struct tw_yaml *list, struct tw_arena *arena, struct tw_retention *ret,
                         struct tw_fault *fault)
{
    if (list == NULL) return TW_OK;
    if (list->kind != TW_YAML_LIST)
        return TW_YAML_WRONG(list, fault, TW_FORMAT, "'holds' is a list of what must stay, and why");
    if (list->n > TW_RETENTION_HOLDS_MAX)
        return TW_YAML_WRONG(list, fault, TW_LIMIT, "there may be up to %d holds", TW_RETENTION_HOLDS_MAX);
    struct tw_retention_hold *hold = tw_arena_array(arena, list->n + 1, sizeof *hold);
    if (hold == NULL) return TW_NOMEM;
    ret->hold = hold;
    for (; ret->holds < list->n; ret->holds++)
        TW_TRY(read_hold(list->member[ret->holds], arena, &hold[ret->holds], fault));
    return TW_OK;
}

static tw_err read_file(struct tw_str text, struct tw_arena *arena, struct tw_retention *ret,
                        struct tw_fault *fault)
{
    struct file_text t = {NULL, NULL};
    struct years_text years;
    struct tw_yaml *root = NULL;
    struct tw_str copy;
    if (tw_str_dup(arena, text, &copy) != TW_OK) return TW_NOMEM; /* texts point into it */
    TW_TRY(tw_yaml_parse(copy, arena, &root, fault));
    TW_TRY(tw_yaml_bind(root, file_key, &t, arena, fault));
    for (int k = 0; k < TW_RETENTION_KINDS; k++) years.of[k] = kind_row[k].years;
    if (t.years != NULL) TW_TRY(tw_yaml_bind(t.years, years_key, &years, arena, fault));
    for (int k = 0; k < TW_RETENTION_KINDS; k++) ret->years[k] = (int32_t)years.of[k];
    tw_sha256(text.s, text.n, ret->sha256);
    return read_holds(t.holds, arena, ret, fault);
}

tw_err tw_retention_read(struct tw_str text, struct tw_arena *arena, struct tw_retention *ret,
                         struct tw_fault *fault)
{
    struct tw_retention r = {.hold = NULL};
    struct tw_fault why = {.code = TW_OK};
    for (int k = 0; k < TW_RETENTION_KINDS; k++) r.years[k] = kind_row[k].years;
    const tw_err err = text.n > 0 ? read_file(text, arena, &r, &why) : TW_OK;
    if (err == TW_OK) {
        *ret = r;
        return TW_OK;
    }
    if (why.code == TW_OK) tw_fail(&why, err, "out of memory");
    if (fault != NULL) *fault = why;
    return err;
}

/* -- what it says */

int32_t tw_retention_until(const struct tw_retention *r, enum tw_retention_kind kind, int32_t day)
{
    int year, month, dom;
    tw_day_to_civil(day, &year, &month, &dom);
    return tw_day_from_civil(year + r->years[kind], month, dom);
}

const struct tw_retention_hold *tw_retention_held_reg(const struct tw_retention *r, uint64_t reg,
                                                      int32_t today)
{
    for (size_t i = 0; i < r->holds; i++)
        if (!r->hold[i].of_party && r->hold[i].reg == reg && today <= r->hold[i].until) return &r->hold[i];
    return NULL;
}

const struct tw_retention_hold *tw_retention_held_party(const struct tw_retention *r,
                                                        const uint8_t party[TW_DB_ID], int32_t today)
{
    for (size_t i = 0; i < r->holds; i++)
        if (r->hold[i].of_party && memcmp(r->hold[i].party, party, TW_DB_ID) == 0 &&
            today <= r->hold[i].until)
            return &r->hold[i];
    return NULL;
}

void tw_retention_put(const struct tw_retention *r, struct tw_buf *out)
{
    for (int k = 0; k < TW_RETENTION_KINDS; k++)
        tw_buf_printf(out, "%s%s %d", k > 0 ? ", " : "", kind_row[k].key, (int)r->years[k]);
}
