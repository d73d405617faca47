/* SPDX-License-Identifier: Apache-2.0 */
/* Elements from text and to text. tw_element_set is on the hot path of every reader: no copy unless the text
 * must change, and the row's name is only written down when something is wrong. */
#include "decl/element.h"

#include <assert.h>

#include "base/date.h"
#include "decl/code.h"
#include "decl/money.h"

enum { UNIT_MAX = 8 }; /* a Recommendation 20 code of three and a national qualifier, as in KGM#G */

/* For a note: "%.*s" of at most 40 bytes. */
#define SHOWN(text) (int)((text).n < 40 ? (text).n : 40), (text).s

void tw_element_blame(enum tw_element e, struct tw_fault *fault)
{
    if (fault == NULL) return;
    const char *name = tw_element_row(e)->name;
    size_t n = strnlen(name, sizeof fault->path - 1);
    memcpy(fault->path, name, n);
    fault->path[n] = '\0';
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A copy of `text` without the characters in `drop`, in upper case. */
static tw_err rewrite(struct tw_str text, const char *drop, struct tw_arena *arena, struct tw_str *ret)
{
    char *copy = tw_arena_room(arena, text.n, 1);
    if (copy == NULL) return TW_NOMEM;
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.s[i];
        if (strchr(drop, c) != NULL) continue;
        copy[n++] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    *ret = (struct tw_str){copy, n};
    return TW_OK;
}

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "no room left for this declaration");
}

static tw_err set_code(struct tw_str text, struct tw_str *ret, struct tw_fault *fault)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.s[i] == ' ' || (text.s[i] >= '\t' && text.s[i] <= '\r'))
            return tw_fail(fault, TW_FORMAT, "\"%.*s\" has a blank inside; a code has none", SHOWN(text));
    *ret = text;
    return TW_OK;
}

static tw_err set_hs(struct tw_str text, struct tw_arena *arena, struct tw_str *ret, struct tw_fault *fault)
{
    bool plain = true;
    for (size_t i = 0; i < text.n; i++) {
        if (is_digit(text.s[i])) continue;
        if (text.s[i] != '.' && text.s[i] != ' ')
            return tw_fail(fault, TW_FORMAT, "\"%.*s\" is no commodity code; 2, 4 or 6 to 10 digits are",
                           SHOWN(text));
        plain = false;
    }
    if (plain) {
        TW_TRY(tw_hs_check(text, fault));
        *ret = text;
        return TW_OK;
    }
    char digits[32];
    struct tw_str hs = {digits, 0};
    for (size_t i = 0; i < text.n && hs.n < sizeof digits; i++)
        if (is_digit(text.s[i])) digits[hs.n++] = text.s[i];
    TW_TRY(tw_hs_check(hs, fault));
    if (rewrite(text, ". ", arena, ret) != TW_OK) return no_memory(fault);
    return TW_OK;
}

static tw_err set_country(struct tw_str text, struct tw_arena *arena, struct tw_str *ret,
                          struct tw_fault *fault)
{
    if (text.n != 2 || !is_letter(text.s[0]) || !is_letter(text.s[1]))
        return tw_fail(fault, TW_FORMAT,
                       "\"%.*s\" is no country code; two letters of ISO 3166 such as NO are", SHOWN(text));
    if (text.s[0] <= 'Z' && text.s[1] <= 'Z') {
        *ret = text;
        return TW_OK;
    }
    if (rewrite(text, "", arena, ret) != TW_OK) return no_memory(fault);
    return TW_OK;
}

static tw_err set_unit(struct tw_str text, struct tw_arena *arena, struct tw_str *ret, struct tw_fault *fault)
{
    bool lower = false;
    bool good = text.n <= UNIT_MAX;
    for (size_t i = 0; good && i < text.n; i++) {
        lower = lower || (text.s[i] >= 'a' && text.s[i] <= 'z');
        good = is_letter(text.s[i]) || is_digit(text.s[i]) || text.s[i] == '#';
    }
    if (!good)
        return tw_fail(fault, TW_FORMAT,
                       "\"%.*s\" is no unit; a code of UN/ECE Recommendation 20 such as KGM is", SHOWN(text));
    if (!lower) {
        *ret = text;
        return TW_OK;
    }
    if (rewrite(text, "", arena, ret) != TW_OK) return no_memory(fault);
    return TW_OK;
}

static tw_err set_dec(struct tw_str text, struct tw_dec *ret, struct tw_fault *fault)
{
    struct tw_dec v = {0};
    TW_TRY(tw_dec_parse(text, &v, fault));
    if (v.v < 0) return tw_fail(fault, TW_RANGE, "\"%.*s\" is below zero; 0 or more is allowed", SHOWN(text));
    *ret = v;
    return TW_OK;
}

/* A whole number; 12.00 is one, as spreadsheets write it. */
static tw_err whole(struct tw_str text, int64_t lo, int64_t hi, int64_t *ret, struct tw_fault *fault)
{
    int64_t v = 0;
    struct tw_dec d, back = {0};
    tw_err err = tw_str_i64(text, &v);
    if (err == TW_FORMAT) {
        if (tw_dec_parse(text, &d, NULL) != TW_OK || tw_dec_rescale(d, 0, &back) != TW_OK ||
            tw_dec_cmp(d, back) != 0)
            return tw_fail(fault, TW_FORMAT, "\"%.*s\" is no whole number; digits only are allowed",
                           SHOWN(text));
        v = back.v;
    }
    if (err == TW_RANGE || v < lo || v > hi)
        return tw_fail(fault, TW_RANGE, "\"%.*s\" is outside %lld to %lld", SHOWN(text), (long long)lo,
                       (long long)hi);
    *ret = v;
    return TW_OK;
}

static tw_err set_number(struct tw_str text, uint32_t *ret, struct tw_fault *fault)
{
    int64_t v = 0;
    TW_TRY(whole(text, 1, UINT32_MAX, &v, fault));
    *ret = (uint32_t)v;
    return TW_OK;
}

/* "A;B" into a list; blanks around a number and empty numbers are dropped. The list's own type differs from
 * place to place, its layout does not, so it is copied in whole. */
static tw_err set_containers(struct tw_str text, struct tw_arena *arena, void *ret, struct tw_fault *fault)
{
    TW_LIST(struct tw_container) list = {NULL, 0};
    size_t most = 1;
    for (size_t i = 0; i < text.n; i++) most += text.s[i] == ';';
    list.at = tw_arena_array(arena, most, sizeof *list.at);
    if (list.at == NULL) return no_memory(fault);
    for (struct tw_str rest = text; rest.n > 0;) {
        struct tw_str id = tw_str_trim(tw_str_cut(rest, ';', &rest));
        if (id.n > 0) list.at[list.n++].id = id;
    }
    memcpy(ret, &list, sizeof list);
    return TW_OK;
}

static tw_err set_word(const struct tw_vocabulary *v, struct tw_str text, unsigned *ret,
                       struct tw_fault *fault)
{
    size_t i = 0;
    TW_TRY(tw_vocabulary_find(v, text, &i, fault));
    *ret = (unsigned)i;
    return TW_OK;
}

static tw_err set(enum tw_type type, struct tw_str text, struct tw_arena *arena, void *at,
                  struct tw_fault *fault)
{
    switch (type) {
    case TW_TYPE_TEXT:
        *(struct tw_str *)at = text;
        return TW_OK;
    case TW_TYPE_CODE:
        return set_code(text, at, fault);
    case TW_TYPE_HS:
        return set_hs(text, arena, at, fault);
    case TW_TYPE_COUNTRY:
        return set_country(text, arena, at, fault);
    case TW_TYPE_UNIT:
        return set_unit(text, arena, at, fault);
    case TW_TYPE_TIME:
        return tw_time_parse(text, at, fault);
    case TW_TYPE_COUNT:
        return whole(text, 0, INT64_MAX, at, fault);
    case TW_TYPE_NUMBER:
        return set_number(text, at, fault);
    case TW_TYPE_DEC:
    case TW_TYPE_MASS:
        return set_dec(text, at, fault);
    case TW_TYPE_AMOUNT:
        return tw_money_set_amount(at, text, fault);
    case TW_TYPE_SIGNED:
        return tw_money_set_signed(at, text, fault);
    case TW_TYPE_CURRENCY:
        return tw_money_set_currency(at, text, fault);
    case TW_TYPE_CONTAINERS:
        return set_containers(text, arena, at, fault);
    default:
        return set_word(tw_type_vocabulary(type), text, at, fault);
    }
}

tw_err tw_element_set(enum tw_element e, struct tw_str text, struct tw_arena *arena, void *object,
                      struct tw_fault *fault)
{
    const struct tw_element_row *row = tw_element_row(e);
    text = tw_str_trim(text);
    if (text.n == 0) return TW_OK;
    tw_err err = set(row->type, text, arena, (char *)object + row->offset, fault);
    if (err != TW_OK) tw_element_blame(e, fault);
    return err;
}

tw_err tw_element_set_mass(enum tw_element e, struct tw_str text, struct tw_str unit, void *object,
                           struct tw_fault *fault)
{
    const struct tw_element_row *row = tw_element_row(e);
    assert(row->type == TW_TYPE_MASS);
    struct tw_dec v = {0}, kg = {0};
    text = tw_str_trim(text);
    if (text.n == 0) return TW_OK;
    tw_err err = set_dec(text, &v, fault);
    if (err == TW_OK) err = tw_mass_to_kg(v, unit, &kg, fault);
    if (err == TW_OK)
        memcpy((char *)object + row->offset, &kg, sizeof kg);
    else
        tw_element_blame(e, fault);
    return err;
}

static void print_containers(const void *at, struct tw_buf *out)
{
    TW_LIST(struct tw_container) list;
    memcpy(&list, at, sizeof list);
    for (size_t i = 0; i < list.n; i++) {
        if (i > 0) tw_buf_char(out, ';');
        tw_buf_str(out, list.at[i].id);
    }
}

static void print_word(const struct tw_vocabulary *v, unsigned word, struct tw_buf *out)
{
    if (word < v->n) tw_buf_text(out, v->at[word].code);
}

void tw_element_print(enum tw_element e, const void *object, struct tw_buf *out)
{
    const struct tw_element_row *row = tw_element_row(e);
    const void *at = (const char *)object + row->offset;
    switch (row->type) {
    case TW_TYPE_TEXT:
    case TW_TYPE_CODE:
    case TW_TYPE_HS:
    case TW_TYPE_COUNTRY:
    case TW_TYPE_UNIT:
        tw_buf_str(out, *(const struct tw_str *)at);
        return;
    case TW_TYPE_TIME:
        if (*(const int64_t *)at != TW_NO_TIME) tw_buf_time(out, *(const int64_t *)at);
        return;
    case TW_TYPE_COUNT:
        if (*(const int64_t *)at >= 0) tw_buf_i64(out, *(const int64_t *)at);
        return;
    case TW_TYPE_NUMBER:
        if (*(const uint32_t *)at != 0) tw_buf_u64(out, *(const uint32_t *)at);
        return;
    case TW_TYPE_DEC:
    case TW_TYPE_MASS: {
        const struct tw_dec *d = at;
        if (d->set) tw_buf_dec(out, d->v, d->scale);
        return;
    }
    case TW_TYPE_AMOUNT:
    case TW_TYPE_SIGNED:
        tw_buf_amount(out, *(const struct tw_money *)at);
        return;
    case TW_TYPE_CURRENCY:
        tw_buf_str(out, tw_money_cur(at));
        return;
    case TW_TYPE_CONTAINERS:
        print_containers(at, out);
        return;
    default:
        print_word(tw_type_vocabulary(row->type), *(const unsigned *)at, out);
    }
}

void tw_element_print_whole(enum tw_element e, const void *object, struct tw_buf *out)
{
    const struct tw_element_row *row = tw_element_row(e);
    struct tw_dec waits;
    if ((row->type == TW_TYPE_AMOUNT || row->type == TW_TYPE_SIGNED) &&
        tw_money_waits((const void *)((const char *)object + row->offset), &waits))
        tw_buf_dec(out, waits.v, waits.scale);
    else
        tw_element_print(e, object, out);
}
