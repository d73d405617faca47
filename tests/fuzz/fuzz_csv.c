/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that is read from CSV: first byte
 *   c  rows and fields, usual limits     C  the same, limits so low that every one is met
 *   d  declarations, map canonical       k  declarations, map kcs
 *   f  findings                          r  exchange rates        t  a tariff
 *
 * Whatever the pieces and the instructions, the same must be told; what was read must read back equal when it
 * is written; and a declaration that was taken goes on through profile and features, which must give numbers.
 */
#include "fuzz.h"

#include "base/date.h"
#include "feature/feature.h"
#include "message/findings.h"
#include "message/table.h"
#include "unit/message/csv_text.h"
#include "unit/message/read_text.h"

#include <math.h>

/* -- rows and fields */

static void told_the_same(const struct fuzz_input *in, struct tw_csv_config config, struct tw_buf *ret)
{
    TW_SCOPED_BUF other = {0};
    config.simd = TW_CSV_PORTABLE;
    csv_tell_all(in->text, SIZE_MAX, &config, ret);
    for (int simd = TW_CSV_BEST; simd <= TW_CSV_AVX2; simd++) {
        TW_SCOPED(tw_csv) *probe = NULL;
        config.simd = (enum tw_csv_simd)simd;
        if (tw_csv_new(&config, &probe, NULL) != TW_OK) continue; /* not on this machine */
        csv_tell_all(in->text, in->piece > 0 ? in->piece : SIZE_MAX, &config, &other);
        CHECK(tw_str_eq(tw_buf_view(&other), tw_buf_view(ret)));
    }
}

/* All rows of `text` by tw_csv_write, behind a row that no blank line or mark at the start can touch. */
static void write_rows(struct tw_str text, const struct tw_csv_config *config, struct tw_buf *out)
{
    TW_SCOPED(tw_csv) *csv = NULL;
    CHECK(tw_csv_new(config, &csv, NULL) == TW_OK);
    struct fuzz_input in = {.text = text};
    struct tw_fault fault = {0};
    struct tw_csv_row row;
    for (enum tw_csv_step step = TW_CSV_MORE; (step = tw_csv_next(csv, &row, &fault)) != TW_CSV_END;) {
        if (step == TW_CSV_ROW) {
            for (size_t i = 0; i < row.n; i++) CHECK(tw_str_utf8(row.field[i], NULL));
            tw_csv_write(out, row.field, row.n, config->separator);
        }
        if (step == TW_CSV_REFUSED) fuzz_fault(fault.code, &fault);
        if (step != TW_CSV_MORE) continue;
        size_t room;
        char *p = tw_csv_room(csv, &room);
        const size_t n = fuzz_feed(&in, p, room);
        tw_csv_filled(csv, n);
        if (n == 0) tw_csv_end(csv);
    }
    CHECK(!out->failed);
}

static void rows(const struct fuzz_input *in, struct tw_csv_config config)
{
    TW_SCOPED_BUF told = {0}, once = {0}, twice = {0};
    told_the_same(in, config, &told);
    config.separator = ',';
    write_rows(in->text, &config, &once);
    /* Quotes make rows longer: what has been written may only be read without the low limits. */
    write_rows(tw_buf_view(&once), &(struct tw_csv_config){.row_bytes = 1 << 20, .separator = ','}, &twice);
    CHECK(tw_str_eq(tw_buf_view(&once), tw_buf_view(&twice)));
}

/* -- declarations */

struct known {
    struct tw_arena *arena;
    struct tw_map canonical, kcs;
    struct tw_rates *rates;
    struct tw_tariff *tariff;
};

static void read_table(enum tw_table_kind kind, struct fuzz_input in, struct tw_table **ret)
{
    TW_SCOPED(tw_table) *t = NULL;
    struct tw_fault fault = {0};
    CHECK(tw_table_new(kind, 1000, &t, &fault) == TW_OK);
    for (;;) {
        size_t room;
        char *p = tw_table_room(t, &room);
        const size_t n = fuzz_feed(&in, p, room);
        const tw_err err = tw_table_filled(t, n, &fault);
        if (err != TW_OK) {
            fuzz_fault(err, &fault);
            return;
        }
        if (n == 0) break;
    }
    *ret = t;
    t = NULL;
}

static struct tw_map known_map(const char *name, struct tw_arena *arena)
{
    struct tw_str yaml;
    struct tw_map map;
    CHECK(tw_map_builtin(tw_str_from(name), &yaml, NULL) == TW_OK);
    CHECK(tw_map_parse(yaml, arena, &map, NULL) == TW_OK);
    return map;
}

/* Maps, rates and a tariff, made once. */
static const struct known *known(void)
{
    static struct known k;
    if (k.arena != NULL) return &k;
    CHECK(tw_arena_new(1 << 20, &k.arena) == TW_OK);
    k.canonical = known_map("canonical", k.arena);
    k.kcs = known_map("kcs", k.arena);
    TW_SCOPED(tw_table) *rates = NULL;
    TW_SCOPED(tw_table) *tariff = NULL;
    read_table(TW_TABLE_RATES,
               (struct fuzz_input){.text = TW_STR("date,currency,rate,per\n"
                                                  "2026-01-01,USD,0.92,\n"
                                                  "2026-01-01,JPY,0.61,100\n")},
               &rates);
    read_table(TW_TABLE_TARIFF,
               (struct fuzz_input){.text = TW_STR("code,origin,preference,from,to,rate\n"
                                                  "08,*,,2026-01-01,,8.0\n"
                                                  "080810,CL,300,2026-01-01,,0\n")},
               &tariff);
    CHECK(tw_table_rates(rates, TW_STR("EUR"), TW_RATES_AGE_D, &k.rates, NULL) == TW_OK);
    CHECK(tw_table_tariff(tariff, &k.tariff, NULL) == TW_OK);
    return &k;
}

static void print_object(enum tw_level level, const void *object, struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    tell_elements(&j, level, object);
}

/* What tw_element_print writes, tw_element_set reads back equal. */
static void set_again(enum tw_level level, const void *object, struct tw_arena *arena, void *ret)
{
    TW_SCOPED_BUF text = {0}, once = {0}, twice = {0};
    struct tw_fault fault = {0};
    tw_level_init(level, ret);
    for (enum tw_element e = 0; e < TW_ELEMENT_N; e++) {
        if (tw_element_row(e)->level != level) continue;
        struct tw_str copy;
        tw_buf_clear(&text);
        tw_element_print(e, object, &text);
        CHECK(tw_str_dup(arena, tw_buf_view(&text), &copy) == TW_OK);
        if (tw_element_set(e, copy, arena, ret, &fault) == TW_OK) continue;
        fprintf(stderr, "%s: '%.*s': %s\n", tw_element_row(e)->name, TW_STR_ARG(copy), fault.note);
        CHECK(0 && "an element reads back what it printed");
    }
    print_object(level, object, &once);
    print_object(level, ret, &twice);
    if (!tw_str_eq(tw_buf_view(&once), tw_buf_view(&twice)))
        fprintf(stderr, "%.*s\n%.*s\n", TW_STR_ARG(tw_buf_view(&once)), TW_STR_ARG(tw_buf_view(&twice)));
    CHECK(tw_str_eq(tw_buf_view(&once), tw_buf_view(&twice)));
}

static void reads_back(const struct tw_decl *d, struct tw_arena *arena)
{
    struct tw_decl decl;
    struct tw_item item;
    set_again(TW_LEVEL_DECL, d, arena, &decl);
    for (size_t i = 0; i < d->items.n; i++) set_again(TW_LEVEL_ITEM, &d->items.at[i], arena, &item);
}

/* Features must be numbers or absent; the fold must take what the look made. */
static void goes_on(struct tw_profile *profile, const struct tw_reading *g, struct tw_arena *arena)
{
    struct tw_look look;
    CHECK(tw_profile_look(profile, g->decl, arena, &look) == TW_OK && look.n == g->decl->items.n);
    for (size_t i = 0; i < look.n; i++) {
        float x[TW_FEATURE_N];
        struct tw_evidence e[TW_FEATURE_N];
        tw_feature_compute(profile, g->decl, &look, i, x, e);
        for (size_t f = 0; f < TW_FEATURE_N; f++) {
            if (isinf(x[f]) || isinf(e[f].value) || isinf(e[f].reference) || isinf(e[f].population))
                fprintf(stderr, "feature %s\n", tw_feature_row((enum tw_feature)f)->name);
            CHECK(!isinf(x[f]) && !isinf(e[f].value) && !isinf(e[f].reference) && !isinf(e[f].population));
        }
    }
    CHECK(tw_profile_fold(profile, &look) == TW_OK);
    for (size_t i = 0; i < look.n; i++)
        CHECK(tw_profile_await(profile, look.declaration, g->decl->items.at[i].number, &look.item[i]) ==
              TW_OK);
    for (size_t i = 0; i < g->finding_n; i++) {
        const tw_err err = tw_profile_finding(profile, &g->finding[i]);
        CHECK(err == TW_OK || err == TW_NOTFOUND);
    }
}

static tw_err refuse(void *to, const struct tw_refused *r, struct tw_fault *fault)
{
    (void)to, (void)fault;
    fuzz_fault(r->fault->code, r->fault);
    CHECK(r->raw.n > 0 && r->line > 0 && r->fault->line > 0);
    return TW_OK;
}

static void take_all(struct fuzz_input in, const struct tw_reader_config *config)
{
    struct tw_reader_config c = *config;
    TW_SCOPED(tw_reader) *r = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED(tw_arena) *work = NULL;
    TW_SCOPED(tw_profile) *profile = NULL;
    struct tw_fault fault = {0};
    struct tw_reading g;
    c.refuse = refuse;
    CHECK(tw_arena_new((size_t)64 << 20, &arena) == TW_OK && tw_arena_new((size_t)64 << 20, &work) == TW_OK);
    CHECK(tw_profile_new(tw_profile_defaults(), &profile) == TW_OK);
    CHECK(tw_reader_new(&c, &r, &fault) == TW_OK);
    for (enum tw_read_step step = TW_READ_MORE; step != TW_READ_END;) {
        const tw_err err = tw_reader_next(r, arena, &step, &g, &fault);
        if (err != TW_OK) {
            fuzz_fault(err, &fault);
            return;
        }
        if (step == TW_READ_DECL) {
            tw_arena_reset(work);
            reads_back(g.decl, work);
            goes_on(profile, &g, work);
        }
        if (step != TW_READ_MORE) continue;
        size_t room;
        char *p = tw_reader_room(r, &room);
        const size_t n = fuzz_feed(&in, p, room);
        tw_reader_filled(r, n);
        if (n == 0) tw_reader_end(r);
    }
}

static void declarations(const struct fuzz_input *in, const struct tw_map *map)
{
    const struct tw_valuation how = {known()->rates, known()->tariff};
    const struct tw_reader_config config = {.map = map,
                                            .csv = {.row_bytes = 4096},
                                            .currency = TW_STR("EUR"),
                                            .valuation = &how,
                                            .now = (int64_t)20500 * TW_DAY_S,
                                            .ids_max = 1024};
    TW_SCOPED_BUF whole = {0}, pieces = {0};
    CHECK(tell_all(in->text, SIZE_MAX, &config, &whole) == TW_OK);
    CHECK(tell_all(in->text, in->piece > 0 ? in->piece : 1, &config, &pieces) == TW_OK);
    CHECK(tw_str_eq(tw_buf_view(&whole), tw_buf_view(&pieces)));
    take_all(*in, &config);
}

/* -- findings, rates, tariff */

static void findings(struct fuzz_input in)
{
    TW_SCOPED(tw_findings) *f = NULL;
    struct tw_fault fault = {0};
    const struct tw_findings_config c = {
        .map = &known()->canonical, .refuse = refuse, .csv.row_bytes = 4096, .most = 100};
    CHECK(tw_findings_new(&c, &f, &fault) == TW_OK);
    for (;;) {
        size_t room;
        char *p = tw_findings_room(f, &room);
        const size_t n = fuzz_feed(&in, p, room);
        const tw_err err = tw_findings_filled(f, n, &fault);
        if (err != TW_OK) {
            fuzz_fault(err, &fault);
            return;
        }
        if (n == 0) break;
    }
    const struct tw_finding_list list = tw_findings_list(f);
    for (size_t i = 0; i < list.n; i++) {
        const struct tw_finding *a = &list.at[i];
        CHECK(i == 0 || list.at[i - 1].known_day <= a->known_day);
        CHECK(a->declaration_id.n > 0 && a->result < TW_RESULT_N && a->propensity >= 0 && a->propensity <= 1);
    }
}

static void rates(struct fuzz_input in)
{
    TW_SCOPED(tw_table) *t = NULL;
    TW_SCOPED(tw_rates) *r = NULL;
    struct tw_fault fault = {0};
    read_table(TW_TABLE_RATES, in, &t);
    if (t == NULL) return;
    const tw_err err = tw_table_rates(t, TW_STR("EUR"), TW_RATES_AGE_D, &r, &fault);
    if (err != TW_OK) {
        fuzz_fault(err, &fault);
        return;
    }
    struct tw_dec rate;
    CHECK(tw_rates_find(r, TW_STR("EUR"), 0, &rate, NULL) == TW_OK && tw_dec_f64(rate) == 1);
    for (int32_t day = -30000; day < 90000; day += 997) {
        struct tw_money got = {0};
        if (tw_rates_find(r, TW_STR("USD"), day, &rate, NULL) != TW_OK) continue;
        CHECK(rate.set && rate.v > 0);
        const tw_err out =
            tw_rates_convert(r, (struct tw_money){INT64_MAX, "USD"}, day, &got, &fault); /* may not fit */
        CHECK(out == TW_RANGE || (out == TW_OK && got.minor >= 0 && strcmp(got.cur, "EUR") == 0));
    }
}

static void tariff(struct fuzz_input in)
{
    TW_SCOPED(tw_table) *t = NULL;
    TW_SCOPED(tw_tariff) *f = NULL;
    struct tw_fault fault = {0};
    read_table(TW_TABLE_TARIFF, in, &t);
    if (t == NULL) return;
    const tw_err err = tw_table_tariff(t, &f, &fault);
    if (err != TW_OK) {
        fuzz_fault(err, &fault);
        return;
    }
    static const char *const code[] = {"08", "0808", "080810", "08081080", "9999999999"};
    for (size_t i = 0; i < sizeof code / sizeof *code; i++)
        for (int32_t day = 20000; day < 21000; day += 99) {
            struct tw_dec rate = {0};
            const struct tw_tariff_query q = {
                .hs = tw_str_from(code[i]), .origin = TW_STR("CL"), .preference = TW_STR("300"), .day = day};
            if (tw_tariff_find(f, q, &rate, NULL) == TW_OK) CHECK(rate.set && rate.v >= 0);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input in;
    if (!fuzz_split(data, n, &in)) return 0;
    switch (in.kind) {
    case 'c':
        rows(&in, (struct tw_csv_config){.row_bytes = 4096});
        break;
    case 'C':
        rows(&in, (struct tw_csv_config){.row_bytes = 64, .columns = 4, .field_bytes = 16, .separator = ';'});
        break;
    case 'd':
        declarations(&in, &known()->canonical);
        break;
    case 'k':
        declarations(&in, &known()->kcs);
        break;
    case 'f':
        findings(in);
        break;
    case 'r':
        rates(in);
        break;
    case 't':
        tariff(in);
        break;
    default:
        break;
    }
    return 0;
}
