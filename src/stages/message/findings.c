/* SPDX-License-Identifier: Apache-2.0 */
#include "message/findings.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "message/read_priv.h"
#include "message/rows_priv.h"

enum { MOST = 20000000, OWN_BYTES = 4 << 20 };

struct tw_findings {
    struct tw_findings_config config;
    struct rows rows;
    struct tw_arena *own, *text; /* of the binding; of ids */
    struct tw_intern *basis;     /* few, often repeated */
    struct tw_binding binding;
    struct tw_finding *at;
    size_t n, cap;
};

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

static tw_err take_header(void *to, const struct tw_csv_row *row, struct tw_fault *fault)
{
    struct tw_findings *f = to;
    struct tw_str *name = tw_arena_array(f->own, row->n, sizeof *name);
    bool *taken = tw_arena_array(f->own, row->n, sizeof *taken);
    if (name == NULL || taken == NULL) return no_memory(fault);
    for (size_t i = 0; i < row->n; i++)
        if (tw_str_dup(f->own, row->field[i], &name[i]) != TW_OK) return no_memory(fault);
    const struct tw_map_header header = {name, row->n, taken};
    return tw_map_bind(f->config.map, TW_BIND_FINDINGS_FILE, &header, f->own, &f->binding, fault);
}

/* What every finding must have. */
static tw_err check(const struct tw_finding *finding, bool some, struct tw_fault *fault)
{
    const char *missing = finding->declaration_id.n == 0    ? tw_finding_field_name(TW_FINDING_DECLARATION)
                          : !some                           ? tw_finding_field_name(TW_FINDING_RESULT)
                          : finding->known_day == TW_NO_DAY ? tw_finding_field_name(TW_FINDING_KNOWN)
                                                            : NULL;
    if (missing == NULL) return TW_OK;
    if (fault != NULL) snprintf(fault->path, sizeof fault->path, "%s", missing);
    return tw_fail(fault, TW_FORMAT, "a finding without %s says nothing; each row needs one", missing);
}

static tw_err more_room(struct tw_findings *f)
{
    if (f->n < f->cap) return TW_OK;
    const size_t cap = f->cap < 1024 ? 1024 : f->cap + f->cap / 2;
    struct tw_finding *at = tw_realloc(f->at, cap, sizeof *at);
    if (at == NULL) return TW_NOMEM;
    f->at = at;
    f->cap = cap;
    return TW_OK;
}

/* Puts the texts of a finding where they stay. */
static tw_err keep(struct tw_findings *f, struct tw_finding *finding)
{
    uint32_t basis = 0;
    TW_TRY(more_room(f));
    TW_TRY(tw_str_dup(f->text, finding->declaration_id, &finding->declaration_id));
    if (finding->basis.n > 0) {
        TW_TRY(tw_intern_put(f->basis, finding->basis, &basis));
        finding->basis = tw_intern_text(f->basis, basis);
    }
    f->at[f->n++] = *finding;
    return TW_OK;
}

static tw_err take_row(void *to, const struct tw_csv_row *row, struct tw_fault *fault)
{
    struct tw_findings *f = to;
    const struct held_row held = {.raw = row->raw, .line = row->line, .byte = row->byte, .field = row->field};
    struct tw_finding finding;
    bool some;
    TW_TRY(row_to_finding(&f->binding, &held, f->config.currency, &finding, &some, fault));
    TW_TRY(check(&finding, some, fault));
    if (f->n >= f->config.most)
        return tw_fail(fault, TW_LIMIT, "more than %llu findings; split the file by date",
                       (unsigned long long)f->config.most);
    return keep(f, &finding) == TW_OK ? TW_OK : no_memory(fault);
}

tw_err tw_findings_new(const struct tw_findings_config *config, struct tw_findings **ret,
                       struct tw_fault *fault)
{
    TW_SCOPED(tw_findings) *f = tw_calloc(1, sizeof *f);
    if (f == NULL) return no_memory(fault);
    f->config = *config;
    f->config.csv.separator = config->map->separator;
    if (f->config.currency.n == 0) f->config.currency = config->map->national_currency;
    if (f->config.most == 0) f->config.most = MOST;
    if (config->map->findings_file.n == 0)
        return tw_fail(fault, TW_ARG,
                       "the map '%.*s' does not say how a file of findings is read (findings_file)",
                       TW_STR_ARG(config->map->name));
    f->rows = (struct rows){
        .to = f, .header = take_header, .row = take_row, .refuse_to = config->to, .refuse = config->refuse};
    TW_TRY(tw_csv_new(&f->config.csv, &f->rows.csv, fault));
    if (tw_arena_new(OWN_BYTES, &f->own) != TW_OK || tw_arena_new(SIZE_MAX, &f->text) != TW_OK ||
        tw_intern_new(&f->basis) != TW_OK)
        return no_memory(fault);
    *ret = f;
    f = NULL;
    return TW_OK;
}

void tw_findings_free(struct tw_findings *f)
{
    if (f == NULL) return;
    tw_csv_free(f->rows.csv);
    tw_arena_free(f->own);
    tw_arena_free(f->text);
    tw_intern_free(f->basis);
    tw_free(f->at);
    tw_free(f);
}

char *tw_findings_room(struct tw_findings *f, size_t *n)
{
    return tw_csv_room(f->rows.csv, n);
}

/* A finding's day above, its place in the file below: sorted as numbers they stand in the order wanted. */
static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static tw_err sort(struct tw_findings *f, struct tw_fault *fault)
{
    if (f->n == 0) return TW_OK;
    uint64_t *key = tw_calloc(f->n, sizeof *key);
    struct tw_finding *sorted = tw_calloc(f->n, sizeof *sorted);
    const bool room = key != NULL && sorted != NULL;
    if (room) {
        for (size_t i = 0; i < f->n; i++)
            key[i] = (uint64_t)((int64_t)f->at[i].known_day - INT32_MIN) << 32 | (uint32_t)i;
        qsort(key, f->n, sizeof *key, by_value);
        for (size_t i = 0; i < f->n; i++) sorted[i] = f->at[(uint32_t)key[i]];
        tw_free(f->at);
        f->at = sorted;
        f->cap = f->n;
    } else {
        tw_free(sorted);
    }
    tw_free(key);
    return room ? TW_OK : no_memory(fault);
}

tw_err tw_findings_filled(struct tw_findings *f, size_t n, struct tw_fault *fault)
{
    bool at_end = false;
    if (n > 0)
        tw_csv_filled(f->rows.csv, n);
    else
        tw_csv_end(f->rows.csv);
    TW_TRY(rows_pump(&f->rows, &at_end, fault));
    return at_end ? sort(f, fault) : TW_OK;
}

struct tw_finding_list tw_findings_list(const struct tw_findings *f)
{
    return (struct tw_finding_list){f->at, f->n};
}

struct tw_reader_count tw_findings_count(const struct tw_findings *f)
{
    return (struct tw_reader_count){.rows = f->rows.count, .refused_rows = f->rows.refused};
}
