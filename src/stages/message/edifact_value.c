/* SPDX-License-Identifier: Apache-2.0 */
#include "message/edifact_map_priv.h"

#include "base/date.h"
#include "decl/money.h"

bool edi_all_digits(struct tw_str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.s[i] < '0' || text.s[i] > '9') return false;
    return text.n > 0;
}

void edi_put_utf8(struct tw_buf *out, struct tw_str text)
{
    if (tw_str_utf8(text, NULL)) {
        tw_buf_str(out, text);
        return;
    }
    for (size_t i = 0; i < text.n; i++) {
        const unsigned char c = (unsigned char)text.s[i];
        const char two[2] = {(char)(0xC0U | c >> 6), (char)(0x80U | (c & 0x3FU))};
        tw_buf_put(out, c < 0x80U ? text.s + i : two, c < 0x80U ? 1 : 2);
    }
}

tw_err edi_money_exact(struct tw_str text, struct tw_str currency, struct tw_fault *fault)
{
    char place[64];
    struct tw_buf out = tw_buf_in(place, sizeof place);
    struct tw_money money = {0};
    struct tw_dec said, held;
    TW_TRY(tw_money_set_amount(&money, text, fault));
    if (tw_money_set_currency(&money, currency, NULL) != TW_OK) return TW_OK; /* its own fault is told */
    tw_buf_amount(&out, money);
    TW_TRY(tw_dec_parse(text, &said, fault));
    TW_TRY(tw_dec_parse(tw_buf_view(&out), &held, fault));
    if (tw_dec_cmp(said, held) == 0) return TW_OK;
    return tw_fail(fault, TW_RANGE, "\"%.*s\" has more decimals than %.3s has; rounded to %.*s",
                   (int)(text.n < 30 ? text.n : 30), text.s, money.cur, TW_STR_ARG(tw_buf_view(&out)));
}

/* Characters of UTF-8. */
static size_t characters(struct tw_str text)
{
    size_t n = 0;
    for (size_t i = 0; text.s != NULL && i < text.n; i++) n += ((unsigned char)text.s[i] & 0xC0U) != 0x80U;
    return n;
}

static struct tw_str last_line(struct tw_str text)
{
    size_t at = text.n;
    while (at > 0 && text.s[at - 1] != '\n') at--;
    return (struct tw_str){text.s + at, text.n - at};
}

/* Joins the components of a text, behind what the text has already: a full one goes on in the next, a shorter
 * one ends a line, and an empty one is a short one. Behind the last that is not empty there is nothing. */
static void join(struct tw_buf *out, const struct tw_edi_segment *s, const struct edi_slot *slot)
{
    const struct tw_str before = last_line(tw_buf_view(out));
    bool full = out->n == 0 || (slot->width > 0 && before.n > 0 && characters(before) % slot->width == 0);
    size_t empty = 0; /* lines that are, if something comes behind them */
    for (size_t i = 0; i < s->n; i++) {
        const struct tw_edi_value *v = &s->value[i];
        if (v->element != slot->element || v->repetition > 0 || v->component < slot->component ||
            v->component >= slot->component + slot->pieces)
            continue;
        if (v->text.n == 0) {
            empty += !full && out->n > 0;
            full = false;
            continue;
        }
        if (!full && out->n > 0) tw_buf_char(out, '\n');
        for (; empty > 0; empty--) tw_buf_char(out, '\n');
        const size_t at = out->n;
        edi_put_utf8(out, v->text);
        if (out->failed) return;
        full = characters((struct tw_str){out->p + at, out->n - at}) == slot->width;
    }
}

/* Writes a time in the form that `form` names as ISO 8601. Source: UN/EDIFACT 2379. */
static tw_err iso_time(struct tw_str text, struct tw_str form, struct tw_buf *out, struct tw_fault *fault)
{
    static const struct {
        char form[4];
        uint8_t year, n; /* digits of the year, of all */
    } forms[] = {{"101", 2, 6},  {"102", 4, 8},  {"201", 2, 10},
                 {"202", 2, 12}, {"203", 4, 12}, {"204", 4, 14}};
    size_t k = 0;
    while (k < sizeof forms / sizeof *forms && !tw_str_is(form, forms[k].form)) k++;
    if (k == sizeof forms / sizeof *forms)
        return tw_fail(fault, TW_NOTFOUND, "\"%.*s\" is no form of time we read: 101, 102, 201 to 204",
                       (int)(form.n < 20 ? form.n : 20), form.n > 0 ? form.s : "");
    const size_t n = forms[k].n, year = forms[k].year;
    if (text.n != n || !edi_all_digits(text))
        return tw_fail(fault, TW_FORMAT, "\"%.*s\" is no time in form %s, which has %zu digits",
                       (int)(text.n < 20 ? text.n : 20), text.s, forms[k].form, n);
    if (year == 2) tw_buf_text(out, text.s[0] < '7' ? "20" : "19");
    for (size_t i = 0; i < n; i++) {
        if (i == year || i == year + 2) tw_buf_char(out, '-');
        if (i == year + 4) tw_buf_char(out, 'T');
        if (i == year + 6 || i == year + 8) tw_buf_char(out, ':');
        tw_buf_char(out, text.s[i]);
    }
    if (n == year + 6) tw_buf_text(out, ":00");
    if (n > year + 4) tw_buf_char(out, 'Z');
    return TW_OK;
}

struct tw_str edi_value_form(const struct edi_line *line, const struct edi_slot *slot,
                             const struct tw_edi_segment *s)
{
    for (size_t i = 0; i < line->n; i++) {
        const struct edi_slot *f = &line->slot[i];
        if (f->kind != EDI_FORM || f->element != slot->element) continue;
        const struct tw_str said = tw_edi_at(s, f->element, f->component);
        return said.n > 0 ? said : f->text;
    }
    return (struct tw_str){NULL, 0};
}

static bool is_number(enum tw_type type)
{
    return type == TW_TYPE_COUNT || type == TW_TYPE_NUMBER || type == TW_TYPE_DEC || type == TW_TYPE_MASS ||
           type == TW_TYPE_AMOUNT;
}

tw_err edi_value_text(const struct edi_line *line, const struct edi_slot *slot,
                      const struct tw_edi_segment *s, struct tw_buf *out, struct tw_fault *fault)
{
    const enum tw_type type = tw_element_row(slot->member)->type;
    const struct tw_str text = tw_str_trim(tw_edi_at(s, slot->element, slot->component));
    if (type == TW_TYPE_TIME) return iso_time(text, edi_value_form(line, slot, s), out, fault);
    if (slot->pieces > 1) {
        join(out, s, slot);
        return TW_OK;
    }
    if (!is_number(type)) {
        edi_put_utf8(out, text);
        return TW_OK;
    }
    if (text.n > 0 && (text.s[0] == '.' || text.s[0] == ',')) tw_buf_char(out, '0');
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.s[i];
        tw_buf_put(out, c == ',' ? "." : &c, 1);
    }
    return TW_OK;
}

/* An amount that has no currency yet, as decl/money.h keeps it. */
static bool print_bare(const struct tw_money *m, struct tw_buf *out)
{
    if (m->cur[0] != '\0' || m->cur[1] < '0' || m->cur[1] > '9') return false;
    tw_buf_dec(out, m->minor, (unsigned)(m->cur[1] - '0'));
    return true;
}

struct tw_str edi_time_form(enum tw_element e, const void *object, struct tw_str form)
{
    int64_t at;
    if (tw_element_row(e)->type != TW_TYPE_TIME) return form;
    memcpy(&at, (const char *)object + tw_element_row(e)->offset, sizeof at);
    return at % 60 != 0 ? TW_STR("204") : form;
}

void edi_time_digits(int64_t at, struct tw_buf *out)
{
    char iso[40]; /* 2026-11-23T05:57:00Z */
    struct tw_buf small = tw_buf_in(iso, sizeof iso);
    tw_buf_time(&small, at);
    for (size_t i = 0; i < small.n; i++)
        if (iso[i] >= '0' && iso[i] <= '9') tw_buf_char(out, iso[i]);
}

void edi_element_print(enum tw_element e, const void *object, struct tw_str form, struct tw_buf *out)
{
    const struct tw_element_row *row = tw_element_row(e);
    const void *member = (const char *)object + row->offset;
    int64_t at = TW_NO_TIME;
    if (row->type == TW_TYPE_AMOUNT && print_bare(member, out)) return;
    if (row->type != TW_TYPE_TIME || form.n == 0) {
        tw_element_print(e, object, out);
        return;
    }
    memcpy(&at, member, sizeof at);
    if (at == TW_NO_TIME) return;
    edi_time_digits(at, out);
    if (!tw_str_is(edi_time_form(e, object, form), "204") && !out->failed) out->n -= 2;
}
