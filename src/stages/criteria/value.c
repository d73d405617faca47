/* SPDX-License-Identifier: Apache-2.0 */
/* Values of the records for one declaration. Of a root only those members are computed that some condition
 * reads; the others stay as where nothing is known, and nobody looks at them. */
#include "criteria/schema_priv.h"

#include <math.h>
#include <string.h>

#include "decl/element.h"
#include "decl/money.h"
#include "profile/profile.h"

static struct tw_cel_value number(double v)
{
    return isnan(v) ? tw_cel_absent() : tw_cel_double(v);
}

static struct tw_cel_value text(struct tw_str s)
{
    return s.n > 0 ? tw_cel_string(s) : tw_cel_absent();
}

static struct tw_cel_value count_of(const struct tw_stat *s)
{
    return tw_cel_int(s != NULL ? (int64_t)s->n : 0);
}

/* Every list of containers has its numbers. */
static struct tw_cel_value numbers_of(const struct tw_container *c, size_t n, struct tw_arena *arena)
{
    struct tw_cel_value *at = n > 0 ? tw_arena_array(arena, n, sizeof *at) : NULL;
    if (n > 0 && at == NULL) return tw_cel_error(TW_CEL_FAULT_CALLER);
    for (size_t i = 0; i < n; i++) at[i] = tw_cel_string(c[i].id);
    return tw_cel_list(at, (uint32_t)n);
}

static struct tw_cel_value word_of(const struct tw_vocabulary *v, unsigned word)
{
    return v != NULL && word < v->n ? tw_cel_string(tw_str_from(v->at[word].code)) : tw_cel_absent();
}

static struct tw_cel_value element_value(enum tw_element e, const void *object, struct tw_arena *arena)
{
    const struct tw_element_row *row = tw_element_row(e);
    const char *at = (const char *)object + row->offset;
    union {
        struct tw_str s;
        int64_t i;
        uint32_t u;
        struct tw_dec d;
        struct tw_money m;
        TW_LIST(struct tw_container) c;
    } v;
    switch (row->type) {
    case TW_TYPE_TIME:
        memcpy(&v.i, at, sizeof v.i);
        return v.i != TW_NO_TIME ? tw_cel_timestamp(v.i, 0) : tw_cel_absent();
    case TW_TYPE_COUNT:
        memcpy(&v.i, at, sizeof v.i);
        return v.i >= 0 ? tw_cel_int(v.i) : tw_cel_absent();
    case TW_TYPE_NUMBER:
        memcpy(&v.u, at, sizeof v.u);
        return v.u > 0 ? tw_cel_int(v.u) : tw_cel_absent();
    case TW_TYPE_DEC:
    case TW_TYPE_MASS:
        memcpy(&v.d, at, sizeof v.d);
        return number(tw_dec_f64(v.d));
    case TW_TYPE_AMOUNT:
    case TW_TYPE_SIGNED:
        memcpy(&v.m, at, sizeof v.m);
        return number(tw_money_f64(v.m));
    case TW_TYPE_CURRENCY:
        return text(tw_str_from(((const struct tw_money *)(const void *)at)->cur));
    case TW_TYPE_CONTAINERS:
        memcpy(&v.c, at, sizeof v.c);
        return numbers_of(v.c.at, v.c.n, arena);
    case TW_TYPE_TEXT:
    case TW_TYPE_CODE:
    case TW_TYPE_HS:
    case TW_TYPE_COUNTRY:
    case TW_TYPE_UNIT:
        memcpy(&v.s, at, sizeof v.s);
        return text(v.s);
    default:
        memcpy(&v.u, at, sizeof v.u);
        return word_of(tw_type_vocabulary(row->type), v.u);
    }
}

/* What own.def says of an item's keys and measures. */
static struct tw_cel_value item_value(const struct tw_look_item *l, enum own own, double scale)
{
    switch (own) {
    case OWN_ITEM_PRICE_PER_KG:
        return number(l->price_kg / scale);
    case OWN_ITEM_PRICE_PER_UNIT:
        return number(l->price_unit / scale);
    case OWN_ITEM_VALUE:
        return number(l->value);
    case OWN_ITEM_DUTY_AT_STAKE:
        return number(l->stake / scale);
    default:
        return tw_cel_absent();
    }
}

static struct tw_cel_value quartile(const struct tw_criteria_case *k, const struct tw_look_item *l,
                                    size_t quarter, double scale)
{
    const struct tw_usual *u =
        l->usual_kind != TW_KIND_N ? tw_profile_usual(k->profile, l, (enum tw_kind)l->usual_kind) : NULL;
    return u != NULL ? tw_cel_double(tw_usual_kg(u, quarter) / scale) : tw_cel_absent();
}

/* Has the declaration what the key is made of? Then one that was never seen has been seen 0 times. */
static struct tw_cel_value stat_value(const struct tw_criteria_case *k, const struct tw_look_item *l,
                                      enum own own)
{
    static const struct {
        enum own own;
        enum tw_kind kind;
        enum { SEEN, DAYS, INSPECTED, FOUND } what;
    } row[] = {{OWN_PROFILE_IMPORTER_SEEN, TW_KIND_IMPORTER, SEEN},
               {OWN_PROFILE_IMPORTER_DAYS, TW_KIND_IMPORTER, DAYS},
               {OWN_PROFILE_IMPORTER_INSPECTED, TW_KIND_IMPORTER, INSPECTED},
               {OWN_PROFILE_IMPORTER_FOUND, TW_KIND_IMPORTER, FOUND},
               {OWN_PROFILE_EXPORTER_SEEN, TW_KIND_EXPORTER, SEEN},
               {OWN_PROFILE_EXPORTER_INSPECTED, TW_KIND_EXPORTER, INSPECTED},
               {OWN_PROFILE_EXPORTER_FOUND, TW_KIND_EXPORTER, FOUND},
               {OWN_PROFILE_DECLARANT_SEEN, TW_KIND_DECLARANT, SEEN},
               {OWN_PROFILE_GOODS_SEEN, TW_KIND_HS6, SEEN},
               {OWN_PROFILE_GOODS_ORIGIN_SEEN, TW_KIND_HS6_ORIGIN, SEEN},
               {OWN_PROFILE_LANE_SEEN, TW_KIND_LANE, SEEN}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        if (row[i].own != own) continue;
        if (!l->has[row[i].kind]) return tw_cel_absent();
        const struct tw_stat *s = tw_profile_stat(k->profile, l, row[i].kind);
        if (row[i].what == SEEN) return count_of(s);
        if (row[i].what == DAYS) return s != NULL ? tw_cel_int(k->day - s->first_day) : tw_cel_int(0);
        if (s == NULL) return tw_cel_int(0);
        return tw_cel_int(row[i].what == FOUND ? s->found : s->inspected);
    }
    return tw_cel_absent();
}

static struct tw_cel_value profile_value(const struct tw_criteria_case *k, const struct tw_look_item *l,
                                         enum own own, double scale)
{
    if (own == OWN_PROFILE_PRICE_MEDIAN) return quartile(k, l, TW_MEDIAN, scale);
    if (own == OWN_PROFILE_PRICE_LOWER) return quartile(k, l, TW_LOWER_QUARTILE, scale);
    if (own == OWN_PROFILE_PRICE_UPPER) return quartile(k, l, TW_UPPER_QUARTILE, scale);
    return stat_value(k, l, own);
}

static struct tw_cel_value manifest_value(const struct tw_cargo_view *c, enum own own)
{
    switch (own) {
    case OWN_MANIFEST_JOINED:
        return tw_cel_bool(c->n > 0);
    case OWN_MANIFEST_UNMANIFESTED:
        return c->sought ? tw_cel_bool(c->absent) : tw_cel_absent();
    case OWN_MANIFEST_LATE:
        return c->n > 0 || c->late ? tw_cel_bool(c->late) : tw_cel_absent();
    case OWN_MANIFEST_STRANGE_CONTAINERS:
        return c->boxes > 0 ? tw_cel_int(c->strange) : tw_cel_absent();
    case OWN_MANIFEST_DECLARED_KG:
        return c->n > 0 ? number(c->before.kg + c->declared_kg) : tw_cel_absent();
    case OWN_MANIFEST_MANIFESTED_KG:
        return c->n > 0 ? number(c->manifested_kg) : tw_cel_absent();
    case OWN_MANIFEST_DECLARED_PACKAGES:
        return c->n > 0 ? number(c->before.packages + c->packages) : tw_cel_absent();
    case OWN_MANIFEST_MANIFESTED_PACKAGES:
        return c->n > 0 ? number(c->manifested_packages) : tw_cel_absent();
    default:
        return tw_cel_absent();
    }
}

/* What a record is filled from. */
struct filling {
    const struct tw_criteria_case *k; /* NULL = nothing is known */
    const void *object;
    size_t item;
    enum root root;
    struct tw_arena *arena;
};

static struct tw_cel_value own_value(const struct filling *f, enum own own)
{
    if (f->root == ROOT_MANIFEST) return manifest_value(&f->k->look->cargo, own);
    double scale = 1;
    for (unsigned i = 0; i < f->k->digits; i++) scale *= 10;
    const struct tw_look_item *l = &f->k->look->item[f->item];
    return f->root == ROOT_ITEM ? item_value(l, own, scale) : profile_value(f->k, l, own, scale);
}

static tw_err fill(const struct record *r, const struct filling *f, struct tw_cel_value *ret);

static tw_err fill_list(const struct field *of, const struct filling *f, struct tw_cel_value *ret)
{
    const struct tw_list list = tw_list_get(of->list, f->object);
    struct tw_cel_value *at = list.n > 0 ? tw_arena_array(f->arena, list.n, sizeof *at) : NULL;
    if (list.n > 0 && at == NULL) return TW_NOMEM;
    for (size_t i = 0; i < list.n; i++) {
        struct filling one = *f;
        one.object = (const char *)list.at + i * tw_level_size(of->list->level);
        TW_TRY(fill(of->sub, &one, &at[i]));
    }
    *ret = tw_cel_list(at, (uint32_t)list.n);
    return TW_OK;
}

static tw_err fill_field(const struct field *of, const struct filling *f, struct tw_cel_value *ret)
{
    if (of->source == SOURCE_RECORD) return fill(of->sub, f, ret);
    *ret = tw_cel_absent();
    if (f->k == NULL) return TW_OK;
    switch (of->source) {
    case SOURCE_LIST:
        return fill_list(of, f, ret);
    case SOURCE_ELEMENT:
        *ret = element_value((enum tw_element)of->which, f->object, f->arena);
        return ret->kind != TW_CEL_ERROR ? TW_OK : TW_NOMEM;
    case SOURCE_OWN:
        *ret = own_value(f, (enum own)of->which);
        return TW_OK;
    default:
        *ret = number((double)f->k->x[f->item * TW_FEATURE_N + of->which]);
        return TW_OK;
    }
}

static tw_err fill(const struct record *r, const struct filling *f, struct tw_cel_value *ret)
{
    struct tw_cel_value *at = tw_arena_array(f->arena, r->n + 1, sizeof *at);
    if (at == NULL) return TW_NOMEM;
    for (size_t i = 0; i < r->n; i++) TW_TRY(fill_field(&r->field[i], f, &at[i]));
    *ret = tw_cel_record(at, (uint32_t)r->n);
    return TW_OK;
}

tw_err schema_fill(const struct schema *s, enum root root, const struct tw_criteria_case *k, size_t item,
                   struct tw_arena *arena, struct tw_cel_value *ret)
{
    const struct record *r = s->root[root];
    const void *object = root == ROOT_ITEM ? (const void *)&k->decl->items.at[item] : (const void *)k->decl;
    const struct filling f = {k, object, item, root, arena};
    struct tw_cel_value *at = tw_arena_room(arena, r->n + 1, sizeof *at);
    if (at == NULL) return TW_NOMEM;
    memcpy(at, s->blank[root].record, r->n * sizeof *at);
    for (size_t i = 0; i < r->n; i++)
        if (s->read[root][i]) TW_TRY(fill_field(&r->field[i], &f, &at[i]));
    *ret = tw_cel_record(at, (uint32_t)r->n);
    return TW_OK;
}

tw_err schema_blank(const struct schema *s, enum root root, struct tw_arena *arena, struct tw_cel_value *ret)
{
    return fill(s->root[root], &(struct filling){NULL, NULL, 0, root, arena}, ret);
}
