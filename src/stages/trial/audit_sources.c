/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "trial/audit_priv.h"

enum { NUMBER_VALUES_MIN = 20 }; /* distinct ones; a column of fewer is codes, whatever they look like */

/* Columns that are no element of ours, while they are collected. */
struct extras {
    struct tw_intern *names, *codes[AUDIT_EXTRA_MAX];
    float *value[AUDIT_EXTRA_MAX];
};

static void extras_free(struct extras *e)
{
    tw_intern_free(e->names);
    for (size_t c = 0; c < AUDIT_EXTRA_MAX; c++) {
        tw_intern_free(e->codes[c]);
        tw_free(e->value[c]);
    }
}

static tw_err new_column(const struct tw_trial_data *d, struct extras *e, uint32_t c)
{
    e->value[c] = tw_calloc(d->items + 1, sizeof(float));
    if (e->value[c] == NULL) return TW_NOMEM;
    for (size_t k = 0; k < d->items; k++) e->value[c][k] = NAN;
    return tw_intern_new(&e->codes[c]);
}

/* Of a name that comes twice in a row the first counts. */
static tw_err put(const struct tw_trial_data *d, struct extras *e, const struct tw_extra *x, size_t k)
{
    uint32_t c = tw_intern_find(e->names, x->path), number;
    if (c == TW_MAP_NONE && tw_intern_n(e->names) == AUDIT_EXTRA_MAX) return TW_OK;
    if (c == TW_MAP_NONE) {
        TW_TRY(tw_intern_put(e->names, x->path, &c));
        TW_TRY(new_column(d, e, c));
    }
    if (!isnan(e->value[c][k])) return TW_OK;
    TW_TRY(tw_intern_put(e->codes[c], x->value, &number));
    e->value[c][k] = (float)number;
    return TW_OK;
}

static tw_err collect(const struct tw_trial_data *d, struct extras *e)
{
    for (size_t k = 0; k < d->items; k++) {
        const struct tw_decl *decl = d->decl[d->item[k].declaration];
        const struct tw_item *item = &decl->items.at[k - d->first[d->item[k].declaration]];
        for (size_t i = 0; i < item->extra.n; i++) TW_TRY(put(d, e, &item->extra.at[i], k));
        for (size_t i = 0; i < decl->extra.n; i++) TW_TRY(put(d, e, &decl->extra.at[i], k));
    }
    return TW_OK;
}

/* Codes that all read as numbers, many of them, become numbers. */
static tw_err as_numbers(const struct tw_trial_data *d, const struct tw_intern *codes, float *value,
                         bool *ret)
{
    size_t n = tw_intern_n(codes);
    *ret = false;
    if (n < NUMBER_VALUES_MIN) return TW_OK;
    double *v = tw_calloc(n, sizeof *v);
    if (v == NULL) return TW_NOMEM;
    bool all = true;
    for (size_t c = 0; c < n && all; c++) {
        struct tw_str text = tw_intern_text(codes, (uint32_t)c);
        all = tw_str_f64(text, &v[c]) == TW_OK && !(text.n > 1 && text.s[0] == '0' && text.s[1] != '.');
    }
    for (size_t k = 0; k < d->items && all; k++)
        if (!isnan(value[k])) value[k] = (float)v[(size_t)value[k]];
    tw_free(v);
    *ret = all;
    return TW_OK;
}

/* The name as it stands in the declarations, which outlive the audit. */
static struct tw_str lasting_name(const struct tw_trial_data *d, struct tw_str name, const float *value)
{
    for (size_t k = 0; k < d->items; k++) {
        if (isnan(value[k])) continue;
        const struct tw_decl *decl = d->decl[d->item[k].declaration];
        const struct tw_item *item = &decl->items.at[k - d->first[d->item[k].declaration]];
        for (size_t i = 0; i < item->extra.n; i++)
            if (tw_str_eq(item->extra.at[i].path, name)) return item->extra.at[i].path;
        for (size_t i = 0; i < decl->extra.n; i++)
            if (tw_str_eq(decl->extra.at[i].path, name)) return decl->extra.at[i].path;
    }
    return TW_STR("");
}

static tw_err add_extras(struct audit *w, struct extras *e)
{
    for (uint32_t c = 0; c < tw_intern_n(e->names); c++) {
        bool number;
        struct tw_str name = lasting_name(w->d, tw_intern_text(e->names, c), e->value[c]);
        TW_TRY(as_numbers(w->d, e->codes[c], e->value[c], &number));
        w->a->column[w->sources] = (struct tw_trial_alone){.name = name, .number = number};
        w->source[w->sources++] = (struct audit_source){.element = TW_ELEMENT_N,
                                                        .code = !number,
                                                        .value = e->value[c],
                                                        .codes = tw_intern_n(e->codes[c]),
                                                        .own = e->value[c]};
        e->value[c] = NULL; /* handed over */
    }
    return TW_OK;
}

static bool is_party(const char *name)
{
    static const char *const role[] = {"buyer.",    "consignee.", "courier.",        "declarant.",
                                       "exporter.", "importer.",  "representative.", "seller."};
    for (size_t i = 0; i < sizeof role / sizeof role[0]; i++)
        if (tw_str_starts(tw_str_from(name), tw_str_from(role[i]))) return true;
    return false;
}

/* Its number or name, not its town. */
static bool names_one(const char *name)
{
    const char *last = strrchr(name, '.');
    return strcmp(last, ".id") == 0 || strcmp(last, ".name") == 0;
}

static void add_raw(struct audit *w, const struct tw_trial_column *c)
{
    const struct tw_element_row *row = tw_element_row(c->element);
    bool party = is_party(row->name);
    w->a->column[w->sources] =
        (struct tw_trial_alone){.name = tw_str_from(row->name),
                                .mapped = true,
                                .number = !c->code,
                                .party = party,
                                .entity = (party && names_one(row->name)) || c->element == TW_ELEMENT_OFFICE};
    w->source[w->sources++] =
        (struct audit_source){.element = c->element,
                              .code = c->code,
                              .party = party,
                              .text = row->type == TW_TYPE_TEXT || row->type == TW_TYPE_CONTAINERS,
                              .value = c->value,
                              .codes = c->code ? tw_intern_n(c->codes) : 0};
}

tw_err audit_sources(struct audit *w)
{
    size_t most = w->d->columns + AUDIT_EXTRA_MAX;
    w->source = tw_calloc(most, sizeof *w->source);
    w->a->column = tw_calloc(most, sizeof *w->a->column);
    if (w->source == NULL || w->a->column == NULL) return TW_NOMEM;
    for (size_t c = 0; c < w->d->columns; c++) add_raw(w, &w->d->column[c]);
    struct extras e = {.names = NULL};
    tw_err err = tw_intern_new(&e.names);
    if (err == TW_OK) err = collect(w->d, &e);
    if (err == TW_OK) err = add_extras(w, &e);
    extras_free(&e);
    w->a->columns = w->sources;
    return err;
}

void audit_sources_free(struct audit *w)
{
    for (size_t c = 0; c < w->sources; c++) tw_free(w->source[c].own);
    tw_free(w->source);
}
