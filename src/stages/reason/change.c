/* SPDX-License-Identifier: Apache-2.0 */
/* Every scoring costs as much as deciding the declaration did, so they are few: one probe per field and
 * direction, then a bisection in the one field that answered. */
#include "reason/change.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "decl/code.h"
#include "decl/money.h"
#include "reason/say_priv.h"

enum field {
#define FIELD(id, name, up, down, sentence) FIELD_##id,
#include "reason/change.def"
#undef FIELD
    FIELD_N
};

static const struct field_row {
    const char *name;
    int up, down;
    const char *sentence;
} field_row[FIELD_N] = {
#define FIELD(id, name, up, down, sentence) {name, up, down, sentence},
#include "reason/change.def"
#undef FIELD
};

enum { NEAR = 2, FAR = 8, GRAMS = 3, TEXT_BYTES = 512 };
#define AMOUNT_MAX ((int64_t)1 << 50) /* so that eight times it is a whole double */

/* The search: a declaration that may be altered in one item. */
struct search {
    const struct tw_change_case *c;
    const struct tw_item *was;
    struct tw_item *item; /* of `variant` */
    struct tw_decl variant;
    int64_t gross_g;
    int scorings;
};

/* -- fields as whole numbers
 * ---------------------------------------------------------------------------------------- */

static int64_t grams(struct tw_dec kg)
{
    struct tw_dec g;
    return kg.set && tw_dec_rescale(kg, GRAMS, &g) == TW_OK ? g.v : 0;
}

/* What is declared, in the field's smallest step (minor units, grams ...); 0 = absent, or nothing to vary. */
static int64_t declared(const struct search *s, enum field f)
{
    int64_t v = f == FIELD_VALUE  ? (tw_money_set(s->was->customs_value) ? s->was->customs_value.minor : 0)
                : f == FIELD_MASS ? grams(s->was->net_mass_kg)
                : f == FIELD_QUANTITY ? (s->was->quantity.value.set ? s->was->quantity.value.v : 0)
                : f == FIELD_PACKAGES ? s->was->package_count
                                      : 0;
    return v > 0 && v < AMOUNT_MAX ? v : 0;
}

static void alter(struct search *s, enum field f, int64_t to)
{
    const int64_t from = declared(s, f);
    int64_t part;
    *s->item = *s->was;
    switch (f) {
    case FIELD_VALUE:
        s->item->customs_value.minor = to;
        if (tw_money_set(s->was->duty_amount) &&
            tw_muldiv(s->was->duty_amount.minor, to, from, &part) == TW_OK)
            s->item->duty_amount.minor = part;
        break;
    case FIELD_MASS:
        s->item->net_mass_kg = (struct tw_dec){to, GRAMS, true};
        if (s->gross_g > 0 && tw_muldiv(s->gross_g, to, from, &part) == TW_OK)
            s->item->gross_mass_kg = (struct tw_dec){part, GRAMS, true};
        break;
    case FIELD_QUANTITY:
        s->item->quantity.value.v = to;
        break;
    case FIELD_PACKAGES:
        s->item->package_count = to;
        break;
    case FIELD_DISPATCH:
        s->item->dispatch = s->was->origin;
        break;
    case FIELD_PREFERENCE:
        s->item->preference = TW_STR("100"); /* none: EU and UK customs, data element 14 11 000 000 */
        break;
    case FIELD_N:
        break;
    }
}

static struct tw_str dispatch_of(const struct search *s)
{
    return s->was->dispatch.n > 0 ? s->was->dispatch : s->c->decl->dispatch;
}

/* Is there something to change that is yes or no? */
static bool can_flip(const struct search *s, enum field f)
{
    if (f == FIELD_DISPATCH)
        return s->was->origin.n > 0 && dispatch_of(s).n > 0 && !tw_str_eq(s->was->origin, dispatch_of(s));
    return f == FIELD_PREFERENCE && s->was->preference.n > 0 && s->was->preference.s[0] != '1';
}

/* -- the search
 * --------------------------------------------------------------------------------------------------- */

static tw_err helps(struct search *s, enum field f, int64_t to, bool *ret)
{
    double score;
    assert(s->scorings < TW_CHANGE_SCORINGS_MAX);
    s->scorings++;
    alter(s, f, to);
    const bool codes = f == FIELD_DISPATCH || f == FIELD_PREFERENCE;
    TW_TRY(s->c->scorer.score(s->c->scorer.to, &s->variant, codes, &score));
    *ret = score < s->c->target;
    return TW_OK;
}

/* The largest of 1, 2, 5, 10 ... that is at most a fortieth of v; 1 where that is less. */
static int64_t step_of(int64_t v)
{
    static const int64_t nice[] = {1, 2, 5};
    int64_t step = 1;
    for (int64_t ten = 1; ten <= v / 40; ten *= 10)
        for (size_t i = 0; i < 3 && ten * nice[i] <= v / 40; i++) step = ten * nice[i];
    return step;
}

/* `from` does not help and `*to`, a multiple of `step`, does. Leaves the multiple that helps while the next
 * one on the way back to `from` does not, or is `from`. */
static tw_err bisect(struct search *s, enum field f, int64_t step, int64_t from, int64_t *to)
{
    int64_t yes = *to / step, no = *to > from ? from / step : (from + step - 1) / step;
    while (yes - no > 1 || no - yes > 1) {
        const int64_t middle = no + (yes - no) / 2;
        bool does = false;
        TW_TRY(helps(s, f, middle * step, &does));
        if (does)
            yes = middle;
        else
            no = middle;
    }
    *to = yes * step;
    return TW_OK;
}

static int64_t scaled(int64_t v, bool up, int factor, int64_t step)
{
    return (up ? v * factor : v / factor) / step * step;
}

/* One probe: `factor` times as much, or as little. *ret = what would do; 0 = it does not help. */
static tw_err probe(struct search *s, enum field f, bool up, int factor, int64_t *ret)
{
    const int64_t v = declared(s, f), step = step_of(v);
    const int64_t before = factor == NEAR ? v : scaled(v, up, NEAR, step);
    int64_t to = scaled(v, up, factor, step);
    bool does = false;
    *ret = 0;
    if (to <= 0 || (up ? to <= before : to >= before)) return TW_OK;
    TW_TRY(helps(s, f, to, &does));
    if (!does) return TW_OK;
    TW_TRY(bisect(s, f, step, before, &to));
    *ret = to;
    return TW_OK;
}

static tw_err try_field(struct search *s, enum field f, int factor, int64_t *ret)
{
    *ret = 0;
    if (factor == NEAR && can_flip(s, f)) {
        bool does = false;
        TW_TRY(helps(s, f, 1, &does));
        *ret = does;
        return TW_OK;
    }
    if (declared(s, f) == 0) return TW_OK;
    if (field_row[f].up >= factor) TW_TRY(probe(s, f, true, factor, ret));
    if (*ret == 0 && field_row[f].down >= factor) TW_TRY(probe(s, f, false, factor, ret));
    return TW_OK;
}

/* -- the sentence
 * ------------------------------------------------------------------------------------------------- */

struct sentence {
    const struct search *s;
    enum field field;
    int64_t to;
    struct tw_buf text, values;
    struct tw_json json; /* into values */
    char text_room[TEXT_BYTES], values_room[TEXT_BYTES];
};

static struct tw_str currency(const struct search *s)
{
    const char *cur = s->c->currency[0] != '\0' ? s->c->currency : s->was->customs_value.cur;
    return (struct tw_str){cur, strnlen(cur, 3)};
}

/* From the smallest step to what people say. */
static double shown(const struct search *s, enum field f, int64_t v)
{
    const struct tw_currency *cur = tw_currency_find(currency(s));
    unsigned scale = f == FIELD_VALUE      ? (cur != NULL ? cur->digits : 2)
                     : f == FIELD_MASS     ? GRAMS
                     : f == FIELD_QUANTITY ? s->was->quantity.value.scale
                                           : 0;
    return tw_dec_f64((struct tw_dec){v, (uint8_t)scale, true});
}

static void put_number(struct sentence *w, const char *key, double v, unsigned digits)
{
    tw_buf_grouped(&w->text, v, digits);
    tw_json_key(&w->json, key);
    tw_json_fixed(&w->json, v, digits);
}

static void put_code(struct sentence *w, const char *key, struct tw_str t)
{
    if (t.n > 12) t.n = 12;
    tw_buf_str(&w->text, t);
    tw_json_key(&w->json, key);
    tw_json_str(&w->json, t);
}

static void put_field(struct sentence *w, const char *key, int64_t v)
{
    const struct search *s = w->s;
    const bool whole = w->field == FIELD_PACKAGES;
    if (w->field == FIELD_DISPATCH) {
        put_code(w, key, v != 0 ? s->was->origin : dispatch_of(s));
        return;
    }
    const double n = shown(s, w->field, v);
    put_number(w, key, n, whole ? 0 : say_digits(n));
    struct tw_str unit = w->field == FIELD_VALUE      ? currency(s)
                         : w->field == FIELD_MASS     ? TW_STR("kg")
                         : w->field == FIELD_QUANTITY ? s->was->quantity.unit
                                                      : TW_STR("");
    if (unit.n > 12) unit.n = 12;
    if (unit.n > 0) tw_buf_char(&w->text, ' ');
    tw_buf_str(&w->text, unit);
}

static void put_per_kg(struct sentence *w, const char *key, int64_t v)
{
    const double kg = tw_dec_f64(w->s->was->net_mass_kg), n = shown(w->s, w->field, v) / kg;
    if (!(kg > 0)) return;
    tw_buf_text(&w->text, " (");
    put_number(w, key, n, say_digits(n));
    tw_buf_char(&w->text, ' ');
    tw_buf_str(&w->text, currency(w->s));
    tw_buf_text(&w->text, "/kg)");
}

static void fill(struct sentence *w, const char *template)
{
    const int64_t from = w->field == FIELD_DISPATCH ? 0 : declared(w->s, w->field);
    for (const char *p = template; *p != '\0'; p++) {
        if (*p != '$') {
            tw_buf_char(&w->text, *p);
            continue;
        }
        switch (*++p) {
        case 'i':
            put_number(w, "item", w->s->was->number, 0);
            break;
        case 'f':
            put_field(w, "from", from);
            break;
        case 't':
            put_field(w, "to", w->to);
            break;
        case 'k':
            put_per_kg(w, "from_per_kg", from);
            break;
        case 'K':
            put_per_kg(w, "to_per_kg", w->to);
            break;
        default:
            assert(0 && "change.def names a placeholder that change.c does not know");
        }
    }
}

static tw_err keep(struct tw_arena *arena, const struct tw_buf *b, struct tw_str *ret)
{
    assert(!b->failed); /* change.def and codes cut to size fit TEXT_BYTES */
    char *p = tw_arena_room(arena, b->n, 1);
    if (p == NULL) return TW_NOMEM;
    memcpy(p, b->p, b->n);
    *ret = (struct tw_str){p, b->n};
    return TW_OK;
}

static tw_err say(const struct search *s, enum field f, int64_t to, struct tw_arena *arena,
                  struct tw_str *ret, struct tw_str *ret_json)
{
    struct sentence w;
    struct tw_str text, json;
    w.s = s;
    w.field = f;
    w.to = to;
    w.text = (struct tw_buf){
        .p = w.text_room, .cap = TEXT_BYTES, .max = TEXT_BYTES}; /* full = failed, never heap */
    w.values = (struct tw_buf){.p = w.values_room, .cap = TEXT_BYTES, .max = TEXT_BYTES};
    w.json = (struct tw_json){.out = &w.values};
    tw_json_begin_object(&w.json);
    tw_json_key(&w.json, "field");
    tw_json_text(&w.json, field_row[f].name);
    fill(&w, field_row[f].sentence);
    tw_buf_text(&w.text, ", score alone would have released the declaration");
    const struct tw_str unit = f == FIELD_VALUE ? currency(s) : s->was->quantity.unit;
    if (f == FIELD_VALUE || f == FIELD_QUANTITY) {
        tw_json_key(&w.json, f == FIELD_VALUE ? "currency" : "unit");
        tw_json_str(&w.json, (struct tw_str){unit.s, unit.n < 12 ? unit.n : 12});
    }
    tw_json_end_object(&w.json);
    TW_TRY(keep(arena, &w.text, &text));
    TW_TRY(keep(arena, &w.values, &json));
    *ret = text;
    *ret_json = json;
    return TW_OK;
}

static tw_err begin(const struct tw_change_case *c, struct tw_arena *arena, struct search *ret)
{
    struct tw_item *items = tw_arena_room(arena, c->decl->items.n, sizeof *items);
    if (items == NULL) return TW_NOMEM;
    memcpy(items, c->decl->items.at, c->decl->items.n * sizeof *items);
    *ret = (struct search){.c = c, .was = &c->decl->items.at[c->item], .item = &items[c->item]};
    ret->variant = *c->decl;
    ret->variant.items.at = items;
    ret->gross_g = grams(ret->was->gross_mass_kg);
    return TW_OK;
}

tw_err tw_change_find(const struct tw_change_case *c, struct tw_arena *arena, struct tw_str *ret,
                      struct tw_str *ret_json)
{
    struct search s;
    const struct tw_str absent = {NULL, 0};
    if (c->item < c->decl->items.n) TW_TRY(begin(c, arena, &s));
    for (int factor = NEAR; factor <= FAR && c->item < c->decl->items.n; factor += FAR - NEAR)
        for (int f = 0; f < FIELD_N; f++) {
            int64_t to;
            TW_TRY(try_field(&s, (enum field)f, factor, &to));
            if (to > 0) return say(&s, (enum field)f, to, arena, ret, ret_json);
        }
    *ret = absent;
    *ret_json = absent;
    return TW_OK;
}
