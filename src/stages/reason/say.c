/* SPDX-License-Identifier: Apache-2.0 */
/* A sentence is a template of wording.def; whatever a placeholder writes into the sentence goes into the
 * values as well, so neither can hold a number that the other lacks. Two buffers on the stack, one copy of
 * each into the arena: a sentence costs some hundreds of nanoseconds, for every decision carries five. */
#include "reason/say_priv.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/date.h"
#include "decl/code.h"

/* -- the table
 * ------------------------------------------------------------------------------------------------------ */

enum reading {
    READ_PLAIN,
    READ_RATIO,
    READ_RANK,
    READ_SHARE,
    READ_RATE,
    READ_COUNT,
    READ_DAYS,
    READ_FLAG,
    READ_LESS,
    READ_LIMIT,
    READ_PACE
};
enum need { NEED_NOTHING, NEED_USUAL, NEED_COUNTED, NEED_LIMIT, NEED_MORE };
enum counted { COUNTED_NOTHING, COUNTED_VALUE, COUNTED_POPULATION };
enum scale { SCALE_MINOR, SCALE_MAGNITUDE, SCALE_TRIM, SCALE_WHOLE };

static const struct tw_str key_name[] = {
#define KEY(id, name) TW_STR(name),
#include "reason/wording.def"
};
enum key {
#define KEY(id, name) KEY_##id,
#include "reason/wording.def"
};

static const struct unit {
    enum scale scale;
    const char *suffix;
} unit_row[] = {
#define UNIT(id, scale, suffix) {SCALE_##scale, suffix},
#include "reason/wording.def"
};
enum unit_id {
#define UNIT(id, scale, suffix) UNIT_##id,
#include "reason/wording.def"
};

static const struct pattern {
    enum reading reading;
    enum need need;
    enum counted counted;
    const char *body, *second;
} pattern_row[] = {
#define PATTERN(id, reading, need, counted, body, second)                                                    \
    {READ_##reading, NEED_##need, COUNTED_##counted, body, second},
#include "reason/wording.def"
};
enum pattern_id {
#define PATTERN(id, reading, need, counted, body, second) PATTERN_##id,
#include "reason/wording.def"
};

static const char *const kind_words[TW_KIND_N] = {
#define KIND(id, words) [TW_KIND_##id] = (words),
#include "reason/wording.def"
};

#define FAMILY  false
#define OFFICER true
static const struct say_row {
    bool officer;
    uint8_t unit, pattern;
    const char *lead[4], *none;
} say_row[TW_FEATURE_N] = {
#define SAY(id, officer, unit, pattern, leads, none)                                                         \
    [TW_FEATURE_##id] = {officer, UNIT_##unit, PATTERN_##pattern, leads, none},
#include "reason/wording.def"
};

/* -- what is being written
 * ------------------------------------------------------------------------------------------ */

enum { TEXT_BYTES = 640, CODE_BYTES = 12 };

struct say {
    const struct tw_reason_case *c;
    const struct tw_item *item;
    const struct tw_evidence *e;
    const struct unit *unit;
    double x;
    double minor;  /* minor units of the currency in a major one; 0 = not yet asked for */
    uint32_t keys; /* bit per enum key that stands in values */
    struct tw_buf text, values;
    char text_room[TEXT_BYTES], values_room[TEXT_BYTES];
};

static void put(struct say *s, struct tw_str t)
{
    tw_buf_str(&s->text, t);
}

/* A code, cut to what any code list allows, so that nobody's junk breaks a sentence. */
static struct tw_str cut(struct tw_str code, size_t n)
{
    return (struct tw_str){code.s, code.n < n ? code.n : n};
}

/* True when the key is new; then its name stands in the values and the value is to follow. */
static bool key(struct say *s, enum key k)
{
    if ((s->keys & (1u << k)) != 0) return false;
    s->keys |= 1u << k;
    tw_buf_put(&s->values, ",\"", 2);
    tw_buf_str(&s->values, key_name[k]);
    tw_buf_put(&s->values, "\":", 2);
    return true;
}

static void key_text(struct say *s, enum key k, struct tw_str t)
{
    if (!key(s, k)) return;
    tw_buf_char(&s->values, '"');
    for (size_t i = 0; i < t.n; i++) { /* codes: what is no plain character was no code */
        const char c = t.s[i];
        tw_buf_put(&s->values, c > ' ' && c < 0x7f && c != '"' && c != '\\' ? &c : "?", 1);
    }
    tw_buf_char(&s->values, '"');
}

/* v, rounded half away from zero to `digits` decimals: in the sentence with thousands apart, in the values
 * without. */
static void number(struct say *s, enum key k, double v, unsigned digits)
{
    tw_buf_grouped(&s->text, v, digits);
    if (key(s, k)) tw_buf_fixed(&s->values, v, digits);
}

/* The same without zeros at the end. */
static void trimmed(struct say *s, enum key k, double v, unsigned digits)
{
    static const double pow10[] = {1, 10, 100};
    int64_t n = (int64_t)floor(fabs(v) * pow10[digits] + 0.5);
    while (digits > 0 && n % 10 == 0) {
        n /= 10;
        digits--;
    }
    if (v < 0) n = -n;
    tw_buf_dec(&s->text, n, digits);
    if (key(s, k)) tw_buf_dec(&s->values, n, digits);
}

unsigned say_digits(double v)
{
    return v >= 1000 || v == 0 ? 0 : v >= 1 ? 2 : v >= 0.01 ? 4 : 6;
}

static double rounded(double v)
{
    return floor(v + 0.5);
}

/* -- currency
 * ------------------------------------------------------------------------------------------------------- */

static struct tw_str currency(const struct say *s)
{
    const char *of = s->c->currency[0] != '\0' ? s->c->currency : s->item->customs_value.cur;
    return cut(tw_str_from(of), 3);
}

static double minor_units(struct say *s)
{
    static const double pow10[] = {1, 10, 100, 1e3, 1e4};
    if (s->minor == 0) {
        const struct tw_currency *cur = tw_currency_find(currency(s));
        s->minor = pow10[cur != NULL && cur->digits <= 4 ? cur->digits : 2];
    }
    return s->minor;
}

static void amount(struct say *s, enum key k, double v)
{
    switch (s->unit->scale) {
    case SCALE_MINOR:
        v /= minor_units(s);
        number(s, k, v, say_digits(v));
        break;
    case SCALE_MAGNITUDE:
        number(s, k, v, say_digits(v));
        break;
    case SCALE_TRIM:
        trimmed(s, k, v, 2);
        break;
    case SCALE_WHOLE:
        number(s, k, v, 0);
        break;
    }
}

static void suffix(struct say *s)
{
    for (const char *p = s->unit->suffix; *p != '\0'; p++) {
        if (*p != '*') {
            tw_buf_char(&s->text, *p);
            continue;
        }
        put(s, currency(s));
        key_text(s, KEY_CURRENCY, currency(s));
    }
}

/* -- numbers of a sentence
 * ------------------------------------------------------------------------------------------ */

static void times(struct say *s, double ratio)
{
    number(s, KEY_TIMES, ratio, ratio < 10 ? 1 : 0);
    put(s, TW_STR(" times"));
}

/* "62 % below", "30 % above", "3.4 times" or "at" what is usual. */
static void comparison(struct say *s)
{
    double ratio = s->e->value / s->e->reference;
    if (ratio >= 2) {
        times(s, ratio);
        return;
    }
    double percent = 100 * fabs(1 - ratio);
    enum key k = ratio > 1 ? KEY_PERCENT_ABOVE : KEY_PERCENT_BELOW;
    if (rounded(percent) == 0) {
        put(s, TW_STR("at"));
        return;
    }
    if (percent > 99) /* never "100 % below" */
        number(s, k, floor(percent * 10) / 10, 1);
    else
        number(s, k, percent, 0);
    put(s, ratio > 1 ? TW_STR(" % above") : TW_STR(" % below"));
}

static void per_cent(struct say *s, enum key k, double v)
{
    trimmed(s, k, v, v >= 10 ? 0 : v >= 0.1 ? 1 : 2);
}

static void share_of_limit(struct say *s)
{
    double ratio = s->e->value / s->e->reference;
    if (ratio >= 2) {
        times(s, ratio);
        return;
    }
    number(s, KEY_PERCENT, 100 * ratio, 0);
    put(s, TW_STR(" % of"));
}

static bool counts_declarations(uint32_t kind)
{
#define DECL true
#define ITEM false
    static const bool decl[TW_KIND_N + 1] = {
#define X(id, name, words, parent, level, block, results) level,
#include "profile/kinds.def"
#undef X
        false};
#undef DECL
#undef ITEM
    return decl[kind < TW_KIND_N ? kind : TW_KIND_N];
}

static void counted_things(struct say *s, enum key k, double n)
{
    number(s, k, n, 0);
    put(s, counts_declarations(s->e->kind) ? TW_STR(" declaration") : TW_STR(" consignment"));
    if (rounded(n) != 1) put(s, TW_STR("s"));
}

static void span(struct say *s, enum key k, double n, struct tw_str one)
{
    number(s, k, n, 0);
    tw_buf_char(&s->text, ' ');
    put(s, one);
    if (n != 1) tw_buf_char(&s->text, 's');
}

/* From the population's first day to the decision: days below two months, else months of 365/12 days. */
static void window(struct say *s)
{
    int32_t days =
        s->e->since_day == TW_NO_DAY || s->e->since_day >= s->c->day ? 1 : s->c->day - s->e->since_day;
    if (days < 61)
        span(s, KEY_DAYS, days, TW_STR("day"));
    else
        span(s, KEY_MONTHS, floor((12.0 * days + 182) / 365), TW_STR("month"));
}

static void since(struct say *s)
{
    tw_buf_day(&s->text, s->e->since_day);
    if (!key(s, KEY_SINCE)) return;
    tw_buf_char(&s->values, '"');
    tw_buf_day(&s->values, s->e->since_day);
    tw_buf_char(&s->values, '"');
}

static void number_text(struct say *s, char what)
{
    const struct tw_evidence *e = s->e;
    switch (what) {
    case 'v':
        amount(s, KEY_VALUE, e->value);
        suffix(s);
        break;
    case 'r':
        amount(s, KEY_REFERENCE, e->reference);
        break;
    case 'c':
        comparison(s);
        break;
    case 'm':
        share_of_limit(s);
        break;
    case 'p':
        number(s, KEY_POPULATION, e->population, 0);
        break;
    case 'P':
        span(s, KEY_POPULATION, rounded(e->population), TW_STR("control"));
        break;
    case 'b':
        span(s, KEY_POPULATION, rounded(e->population), TW_STR("declaration"));
        break;
    case 'n':
        counted_things(s, KEY_POPULATION, e->population);
        break;
    case 'N':
        counted_things(s, KEY_VALUE, e->value);
        break;
    case 'V':
    case 'a':
        number(s, KEY_VALUE, e->value, 0);
        break;
    case 'D':
        span(s, KEY_DAYS, e->value, TW_STR("day"));
        break;
    case 's':
        per_cent(s, KEY_PERCENT, 100 * e->value / e->population);
        break;
    case 'q':
        per_cent(s, KEY_PERCENT, 100 * s->x);
        break;
    case 'g':
        per_cent(s, KEY_PERCENT_OF_ALL, 100 * e->reference);
        break;
    case 'x':
        number(s, KEY_SPREADS, fabs(s->x), 1);
        break;
    case 't':
        number(s, KEY_TIMES, e->value, 1);
        break;
    case 'd':
        since(s);
        break;
    case 'w':
        window(s);
        break;
    case 'l':
        if (e->population < e->value / 4) put(s, TW_STR(", few of late"));
        break;
    default:
        assert(0 && "wording.def names a placeholder that say.c does not know");
    }
}

/* -- codes and times of a sentence
 * ---------------------------------------------------------------------------------- */

static void code(struct say *s, enum key k, struct tw_str t)
{
    put(s, t);
    key_text(s, k, t);
}

static struct tw_str dispatch(const struct say *s)
{
    return cut(s->item->dispatch.n > 0 ? s->item->dispatch : s->c->decl->dispatch, CODE_BYTES);
}

static void commodity(struct say *s)
{
    struct tw_str six = cut(s->item->hs, 6);
    put(s, cut(six, 4));
    if (six.n > 4) {
        tw_buf_char(&s->text, '.');
        tw_buf_put(&s->text, six.s + 4, six.n - 4);
    }
    key_text(s, KEY_HS6, six);
}

static void by_way_of(struct say *s)
{
    if (tw_str_eq(dispatch(s), cut(s->item->origin, CODE_BYTES))) {
        put(s, TW_STR("direct"));
        return;
    }
    put(s, TW_STR("via "));
    code(s, KEY_DISPATCH, dispatch(s));
}

static void hour(struct say *s)
{
    if (s->e->value < 10) tw_buf_char(&s->text, '0');
    number(s, KEY_HOUR, s->e->value, 0);
    put(s, TW_STR(":00"));
}

static void weekday(struct say *s)
{
    static const char *const name[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};
    int day = (int)s->e->value;
    tw_buf_text(&s->text, name[day >= 0 && day < 7 ? day : 0]);
    if (key(s, KEY_WEEKDAY)) tw_buf_fixed(&s->values, s->e->value, 0);
}

static void mode(struct say *s)
{
    struct tw_str t = cut(s->c->decl->transport_mode, CODE_BYTES);
    const struct tw_vocabulary *v = tw_mode_vocabulary();
    tw_buf_text(&s->text, v->at[tw_mode_of(t)].words);
    key_text(s, KEY_MODE, t);
}

static void fill(struct say *s, const char *template);

static void whose(struct say *s)
{
    if (s->e->kind >= TW_KIND_N) return;
    const char *words = kind_words[s->e->kind];
    if (words != NULL)
        fill(s, words);
    else
        tw_buf_text(&s->text, tw_kind_words((enum tw_kind)s->e->kind));
}

static void placeholder(struct say *s, char what)
{
    switch (what) {
    case 'k':
        whose(s);
        break;
    case 'o':
        code(s, KEY_ORIGIN, cut(s->item->origin, CODE_BYTES));
        break;
    case 'e':
        by_way_of(s);
        break;
    case 'E':
        code(s, KEY_DISPATCH, dispatch(s));
        break;
    case '6':
        commodity(s);
        break;
    case '4':
        code(s, KEY_HEADING, cut(s->item->hs, 4));
        break;
    case '2':
        code(s, KEY_CHAPTER, cut(s->item->hs, 2));
        break;
    case 'h':
        hour(s);
        break;
    case 'y':
        weekday(s);
        break;
    case 'M':
        mode(s);
        break;
    default:
        number_text(s, what);
    }
}

/* Templates nest once: $k stands for one that has no $k. */
static void fill(struct say *s, const char *template) /* NOLINT(misc-no-recursion) see above */
{
    for (const char *p = template; *p != '\0';) {
        const char *to = strchr(p, '$');
        if (to == NULL) {
            tw_buf_text(&s->text, p);
            return;
        }
        tw_buf_put(&s->text, p, (size_t)(to - p));
        placeholder(s, to[1]);
        p = to + 2;
    }
}

/* -- which words
 * ---------------------------------------------------------------------------------------------------- */

static int three(double v, double low, double high)
{
    return v < low ? 0 : v < high ? 1 : 2;
}

enum { FEW_RESULTS = 12 }; /* below it a rate is hardly its key's own */

/* Which of the leads. */
static int lead_of(enum reading how, double x, const struct tw_evidence *e)
{
    switch (how) {
    case READ_RATIO:
        return three(e->value / e->reference, 0.9, 1.1);
    case READ_RANK:
        return three(x, 0.1, 0.9);
    case READ_SHARE:
        return three(e->value / e->population, 0.1, 0.5);
    case READ_RATE:
        return e->population < FEW_RESULTS ? 3 : e->reference > 0 ? three(x / e->reference, 0.85, 1.15) : 1;
    case READ_COUNT:
        return three(e->value, 0.5, 5);
    case READ_DAYS:
        return three(e->value, 30, 180);
    case READ_FLAG:
        return three(x, 0.5, 0.5);
    case READ_LESS:
        return three(e->value - e->reference, -0.5, 0.5);
    case READ_LIMIT:
        return e->value > e->reference ? 2 : three(e->value / e->reference, 0.8, 2);
    case READ_PACE:
        return three(e->value, 0.7, 1.5);
    case READ_PLAIN:
        break;
    }
    return 1;
}

static bool counted_some(enum counted what, const struct tw_evidence *e)
{
    return what == COUNTED_NOTHING || (what == COUNTED_VALUE ? e->value : e->population) >= 0.5;
}

static bool is_comparison(enum need need, const struct tw_evidence *e)
{
    switch (need) {
    case NEED_USUAL:
        return e->reference > 0 && e->population >= 0.5;
    case NEED_COUNTED:
        return e->population >= 0.5;
    case NEED_LIMIT: /* far above a limit, it says nothing of the value */
        return e->value <= 1.5 * e->reference;
    case NEED_MORE:
        return false;
    case NEED_NOTHING:
        break;
    }
    return true;
}

bool say_compares(const struct tw_reason_case *c, enum tw_feature f)
{
    return !isnan(c->x[f]) && is_comparison(pattern_row[say_row[f].pattern].need, &c->evidence[f]);
}

/* Where nothing is known, or what is known cannot be said in the pattern's words. */
static void say_unknown(struct say *s, enum tw_feature f)
{
    if (say_row[f].none[0] != '\0') {
        tw_buf_text(&s->text, say_row[f].none);
        return;
    }
    put(s, TW_STR("Nothing to compare with: "));
    tw_buf_text(&s->text, tw_feature_row(f)->words);
}

static void say_known(struct say *s, const struct say_row *row)
{
    const struct pattern *p = &pattern_row[row->pattern];
    fill(s, row->lead[lead_of(p->reading, s->x, s->e)]);
    const char *body = counted_some(p->counted, s->e) ? p->body : p->second;
    if (body[0] == '\0') return;
    put(s, TW_STR(": "));
    fill(s, body);
}

static tw_err keep(struct tw_arena *arena, const struct tw_buf *b, struct tw_str *ret)
{
    assert(!b->failed); /* wording.def and codes cut to size fit TEXT_BYTES */
    char *p = tw_arena_room(arena, b->n, 1);
    if (p == NULL) return TW_NOMEM;
    memcpy(p, b->p, b->n);
    *ret = (struct tw_str){p, b->n};
    return TW_OK;
}

tw_err say_feature(const struct tw_reason_case *c, enum tw_feature f, struct tw_arena *arena,
                   struct tw_reason *ret)
{
    const struct say_row *row = &say_row[f];
    const enum need need = pattern_row[row->pattern].need;
    struct say s;
    s.c = c;
    s.item = &c->decl->items.at[c->item];
    s.e = &c->evidence[f];
    s.unit = &unit_row[row->unit];
    s.x = (double)c->x[f];
    s.minor = 0;
    s.keys = 0;
    s.text = (struct tw_buf){
        .p = s.text_room, .cap = TEXT_BYTES, .max = TEXT_BYTES}; /* full = failed, never heap */
    s.values = (struct tw_buf){.p = s.values_room, .cap = TEXT_BYTES, .max = TEXT_BYTES};
    tw_buf_put(&s.values, "{\"feature\":\"", 12);
    tw_buf_text(&s.values, tw_feature_row(f)->name);
    tw_buf_char(&s.values, '"');
    const bool needy = need == NEED_USUAL || (need == NEED_COUNTED && row->pattern != PATTERN_RATE);
    const bool sayable = !isnan(s.x) && (!needy || is_comparison(need, s.e));
    if (sayable)
        say_known(&s, row);
    else
        say_unknown(&s, f);
    tw_buf_char(&s.values, '}');
    struct tw_str text, values;
    TW_TRY(keep(arena, &s.text, &text));
    TW_TRY(keep(arena, &s.values, &values));
    ret->text = text;
    ret->values_json = values;
    ret->audience = row->officer || !tw_family_row(tw_feature_row(f)->family)->trader ? TW_AUDIENCE_OFFICER
                                                                                      : TW_AUDIENCE_TRADER;
    return TW_OK;
}
