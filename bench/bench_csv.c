/* SPDX-License-Identifier: Apache-2.0 */
/* CSV to typed columns, all columns of the same file to the same types: numbers to integer and scale (doubles
 * in pandas), times to seconds, the rest kept as text. Ours with every check: form, UTF-8, NUL, number of
 * fields, limits, a fault with its place for each row refused. Told besides, not judged: a tuned reader by
 * hand, and our whole way from bytes to checked declarations, which does far more.
 *
 * The file is a month's traffic of the world `harbor`. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/decimal.h"
#include "base/hash.h"
#include "base/rng.h"
#include "bench.h"
#include "child.h"
#include "decl/element.h"
#include "engine/input.h"
#include "message/csv.h"
#include "peers/csv_columns.h"
#include "store/file.h"

enum { COLUMNS = 64, NASTY_ROWS = 5000, SHA = TW_SHA256_HEX };

static const struct tw_fault nowhere;

static void must(tw_err err, const struct tw_fault *fault)
{
    if (err == TW_OK) return;
    fprintf(stderr, "bench_csv: %s %s %s\n", tw_err_text(err), fault->path, fault->note);
    exit(2);
}

static void *room(size_t n)
{
    void *p = calloc(n, 1);
    if (p == NULL) must(TW_NOMEM, &nowhere);
    return p;
}

/* -- what was read */

/* Of one column. */
struct sum {
    uint64_t hash;         /* of every value in order */
    double count, total;   /* of numbers; total: of times as well */
    struct tw_sha256 *sha; /* of texts, each with a line end behind it; NULL = nobody asks */
    char hex[SHA];
};

struct sums {
    struct sum of[COLUMNS];
    uint64_t rows;
};

static void sum_up(void *to, const struct csv_columns *columns, size_t rows)
{
    struct sums *s = to;
    s->rows += rows;
    for (size_t i = 0; i < columns->n; i++) {
        const struct csv_column *c = &columns->at[i];
        struct sum *sum = &s->of[i];
        for (size_t r = 0; r < rows; r++) {
            if (c->type == CSV_TEXT) {
                const size_t n = c->end[r + 1] - c->end[r];
                sum->hash = tw_hash64(c->text + c->end[r], n, sum->hash);
                if (sum->sha == NULL) continue;
                tw_sha256_add(sum->sha, c->text + c->end[r], n);
                tw_sha256_add(sum->sha, "\n", 1);
                continue;
            }
            const bool number = c->type == CSV_DECIMAL;
            sum->hash = tw_hash_join(sum->hash, (uint64_t)c->v[r] * 256 + (number ? c->scale[r] : 0));
            if (number && c->scale[r] == CSV_ABSENT) continue;
            sum->count++;
            sum->total += number ? tw_dec_f64((struct tw_dec){c->v[r], c->scale[r], true}) : (double)c->v[r];
        }
    }
}

static void count_rows(void *to, const struct csv_columns *columns, size_t rows)
{
    (void)columns;
    *(uint64_t *)to += rows;
}

/* -- our side */

struct work {
    const char *path, *script;
    double bytes;
    struct csv_columns columns;
    uint32_t decimal[COLUMNS], time[COLUMNS], text[COLUMNS]; /* which columns are what */
    size_t decimal_n, time_n, text_n;
    uint64_t rows, refused;
    struct tw_fault fault; /* the first */
    char types[COLUMNS];   /* one letter a column, for pandas */
    double pandas_s;
};

static tw_err take_number(struct csv_column *c, size_t row, struct tw_str f, struct tw_fault *fault)
{
    struct tw_dec d = {.scale = CSV_ABSENT};
    if (f.n > 0) TW_TRY(tw_dec_parse(f, &d, fault));
    c->v[row] = d.v;
    c->scale[row] = d.scale;
    return TW_OK;
}

static tw_err take_time(struct csv_column *c, size_t row, struct tw_str f, struct tw_fault *fault)
{
    c->v[row] = INT64_MIN;
    return f.n > 0 ? tw_time_parse(f, &c->v[row], fault) : TW_OK;
}

static void take_text(struct csv_column *c, size_t row, struct tw_str f)
{
    char *to = c->text + c->end[row];
    for (size_t i = 0; i < f.n; i += TW_CSV_PAD) memcpy(to + i, f.s + i, TW_CSV_PAD);
    c->end[row + 1] = c->end[row] + (uint32_t)f.n;
}

/* A row to its columns. On failure they are as before, and the fault says where. */
static tw_err take_row(const struct work *w, const struct tw_csv_row *row, size_t r, struct tw_fault *fault)
{
    struct csv_column *const at = w->columns.at;
    tw_err err = TW_OK;
    uint32_t i = 0;
    for (size_t k = 0; err == TW_OK && k < w->decimal_n; k++) {
        i = w->decimal[k];
        err = take_number(&at[i], r, row->field[i], fault);
    }
    for (size_t k = 0; err == TW_OK && k < w->time_n; k++) {
        i = w->time[k];
        err = take_time(&at[i], r, row->field[i], fault);
    }
    if (err != TW_OK) {
        fault->line = row->line;
        fault->column = i + 1;
        return err;
    }
    for (size_t k = 0; k < w->text_n; k++) take_text(&at[w->text[k]], r, row->field[w->text[k]]);
    return TW_OK;
}

static void refuse(struct work *w, const struct tw_fault *fault)
{
    if (w->refused++ == 0) w->fault = *fault;
}

static void read_more(struct tw_csv *csv, struct tw_file_in *in)
{
    struct tw_fault fault = {0};
    size_t n, got;
    char *p = tw_csv_room(csv, &n);
    must(tw_file_in_read(in, p, n, &got, &fault), &fault);
    if (got > 0)
        tw_csv_filled(csv, got);
    else
        tw_csv_end(csv);
}

static void read_ours(struct work *w)
{
    TW_SCOPED(tw_csv) *csv = NULL;
    TW_SCOPED(tw_file_in) *in = NULL;
    struct csv_columns *const to = &w->columns;
    struct tw_fault fault = {0};
    struct tw_csv_row row;
    size_t r = 0;
    bool header = true;
    must(tw_csv_new(&(struct tw_csv_config){.field_bytes = CSV_FIELD_BYTES}, &csv, &fault), &fault);
    must(tw_file_in_open(w->path, NULL, &in, &fault), &fault);
    w->refused = 0;
    for (enum tw_csv_step step = TW_CSV_MORE; step != TW_CSV_END;) {
        step = tw_csv_next(csv, &row, &fault);
        if (step == TW_CSV_MORE)
            read_more(csv, in);
        else if (step == TW_CSV_REFUSED)
            refuse(w, &fault);
        else if (step == TW_CSV_ROW && header)
            header = false;
        else if (step == TW_CSV_ROW && take_row(w, &row, r, &fault) != TW_OK)
            refuse(w, &fault);
        else if (step == TW_CSV_ROW && ++r == CSV_BLOCK)
            to->block(to->to, to, r), r = 0;
    }
    if (r > 0) to->block(to->to, to, r);
}

static void ours(void *ctx)
{
    read_ours(ctx);
}

static void plain(void *ctx)
{
    struct work *w = ctx;
    peer_csv_plain(w->path, &w->columns);
}

static void in_place(void *ctx)
{
    struct work *w = ctx;
    peer_csv_in_place(w->path, &w->columns);
}

static void pandas(void *ctx)
{
    struct work *w = ctx;
    char said[64];
    const char *const argv[] = {BENCH_PYTHON, w->script, w->path, w->types, NULL};
    bench_child_must(argv, said, sizeof said);
    w->pandas_s = strtod(said, NULL);
}

/* From bytes to declarations that keep every rule. */
static void reader(void *ctx)
{
    struct work *w = ctx;
    TW_SCOPED(tw_arena) *map_arena = NULL, *arena = NULL;
    TW_SCOPED(tw_input) *in = NULL;
    struct tw_fault fault = {0};
    struct tw_str yaml;
    struct tw_map map;
    must(tw_arena_new(1 << 20, &map_arena), &fault);
    must(tw_arena_new(1 << 28, &arena), &fault);
    must(tw_map_builtin(TW_STR("canonical"), &yaml, &fault), &fault);
    must(tw_map_parse(yaml, map_arena, &map, &fault), &fault);
    must(tw_input_open(w->path, &(struct tw_input_options){.map = &map, .currency = "XTS"}, &in, &fault),
         &fault);
    struct tw_reading reading;
    bool more = true;
    while (more) must(tw_input_next(in, arena, &reading, &more, &fault), &fault);
    w->rows = tw_input_count(in).rows;
}

/* -- the same answers */

/* Which columns the file has, and what the elements of those names are. */
static void bind_columns(struct work *w)
{
    char line[1 << 14];
    FILE *f = fopen(w->path, "r");
    if (f == NULL || fgets(line, sizeof line, f) == NULL || fseek(f, 0, SEEK_END) != 0) must(TW_IO, &nowhere);
    w->bytes = (double)ftell(f);
    fclose(f);
    w->columns.at = room(COLUMNS * sizeof *w->columns.at);
    for (struct tw_str rest = {line, strcspn(line, "\n")}; rest.n > 0;) {
        const enum tw_element e = tw_element_find(tw_str_cut(rest, ',', &rest));
        if (e == TW_ELEMENT_N || w->columns.n + 1 == COLUMNS) must(TW_NOTFOUND, &nowhere);
        const uint32_t i = (uint32_t)w->columns.n++;
        struct csv_column *c = &w->columns.at[i];
        switch (tw_element_row(e)->type) {
        case TW_TYPE_TIME:
            *c = (struct csv_column){CSV_TIME, .v = room(CSV_BLOCK * sizeof *c->v)};
            w->time[w->time_n++] = i;
            break;
        case TW_TYPE_DEC:
        case TW_TYPE_MASS:
        case TW_TYPE_AMOUNT:
        case TW_TYPE_NUMBER:
        case TW_TYPE_COUNT:
            *c = (struct csv_column){CSV_DECIMAL, .v = room(CSV_BLOCK * sizeof *c->v),
                                     .scale = room(CSV_BLOCK)};
            w->decimal[w->decimal_n++] = i;
            break;
        default:
            *c = (struct csv_column){CSV_TEXT, .text = room((CSV_BLOCK + 1) * CSV_FIELD_BYTES),
                                     .end = room((CSV_BLOCK + 1) * sizeof *c->end)};
            w->text[w->text_n++] = i;
        }
        w->types[i] = "sdt"[c->type];
    }
}

/* Runs one side and sums up what it read. */
static struct sums sums_of(struct work *w, void (*side)(void *), bool sha)
{
    struct sums s = {.rows = 0};
    for (size_t k = 0; sha && k < w->text_n; k++) must(tw_sha256_new(&s.of[w->text[k]].sha), &nowhere);
    w->columns.block = sum_up;
    w->columns.to = &s;
    side(w);
    w->columns.block = count_rows;
    w->columns.to = &w->rows;
    for (size_t k = 0; sha && k < w->text_n; k++) {
        uint8_t sum[TW_SHA256_BYTES];
        struct sum *of = &s.of[w->text[k]];
        tw_sha256_end(of->sha, sum);
        tw_sha256_hex(sum, of->hex);
        tw_sha256_free(of->sha);
        of->sha = NULL;
    }
    return s;
}

static bool same(const struct sums *a, const struct sums *b, size_t n)
{
    bool good = a->rows == b->rows && a->rows > 0;
    for (size_t i = 0; i < n; i++) good = good && a->of[i].hash == b->of[i].hash;
    return good;
}

/* Numbers and times to nine digits, as pandas has doubles; texts to the byte. */
static bool same_as_pandas(struct work *w, const struct sums *s)
{
    static char said[1 << 14];
    const char *const argv[] = {BENCH_PYTHON, w->script, w->path, w->types, "check", NULL};
    bench_child_must(argv, said, sizeof said);
    const char *line = strchr(said, '\n');
    bool good = true;
    for (size_t i = 0; good && i < w->columns.n; i++, line = strchr(line, '\n')) {
        if (line++ == NULL) return false;
        const struct sum *sum = &s->of[i];
        char *end = NULL;
        if (w->types[i] == 's') {
            good = strncmp(line, sum->hex, SHA - 1) == 0;
            continue;
        }
        if (w->types[i] == 'd') good = strtod(line, &end) == sum->count;
        const double total = strtod(end != NULL ? end : line, NULL);
        good = good && fabs(total - sum->total) <= 1e-9 * fabs(sum->total);
    }
    return good;
}

/* Some rows of the file at w->path again, with whatever CSV allows: quotes around any field, doubled inside,
 * separators and line ends in texts, letters beyond ASCII, both line ends. */
static void write_nasty(const struct work *w, const char *path)
{
    static const char *const odd[] = {"\"\"\"\"",
                                      "\"Zo\xc3\xab, \"\"the\"\" \xe8\x88\xb9\"",
                                      "\"two\r\nlines\"",
                                      "",
                                      "\"\"",
                                      "\xc5\x81\xc3\xb3\x64\xc5\xba"};
    struct tw_rng rng = tw_rng_new(3, "nasty");
    char line[1 << 14];
    FILE *in = fopen(w->path, "r"), *out = fopen(path, "w");
    if (in == NULL || out == NULL) must(TW_IO, &nowhere);
    for (size_t r = 0; r <= NASTY_ROWS && fgets(line, sizeof line, in) != NULL; r++) {
        size_t i = 0;
        for (char *field = line, *end; *field != '\0'; field = end + 1, i++) {
            end = field + strcspn(field, ",\n");
            const char sep = *end;
            *end = '\0';
            if (r > 0 && w->types[i] == 's' && tw_rng_below(&rng, 8) == 0)
                fputs(odd[tw_rng_below(&rng, 6)], out);
            else
                fprintf(out, tw_rng_below(&rng, 8) == 0 ? "\"%s\"" : "%s", field);
            fputs(sep == ',' ? "," : tw_rng_below(&rng, 2) == 0 ? "\n" : "\r\n", out);
        }
    }
    fclose(in);
    if (fclose(out) != 0) must(TW_IO, &nowhere);
}

/* One good row between five that are not. */
static void write_faulty(const char *path)
{
    static const char text[] = "declaration_id,lodged_at,price\n"
                               "A,2025-02-31T00:00:00Z,1\n"
                               "B,2025-02-03T00:00:00Z,1x\n"
                               "C,2025-02-03T00:00:00Z,1.5\n"
                               "D\xff,2025-02-03T00:00:00Z,1\n"
                               "E,2025-02-03T00:00:00Z\n"
                               "\"F,2025-02-03T00:00:00Z,1\n";
    FILE *out = fopen(path, "w");
    if (out == NULL || fputs(text, out) < 0 || fclose(out) != 0) must(TW_IO, &nowhere);
}

static void check_faults(struct bench *b, const char *folder)
{
    struct work w = {.path = bench_path(folder, "faulty.csv")};
    write_faulty(w.path);
    bind_columns(&w);
    const struct sums s = sums_of(&w, ours, false);
    bench_check(
        b, s.rows == 1 && s.of[2].total == 1.5 && w.refused == 5 && w.fault.line == 2 && w.fault.column == 2,
        "ours refuses each faulty row, and says where");
}

static void check_answers(struct bench *b, struct work *w, const char *folder, bool has_pandas)
{
    struct work nasty = *w;
    nasty.path = bench_path(folder, "nasty.csv");
    write_nasty(w, nasty.path);
    struct work *const both[] = {&nasty, w};
    static const char *const words[] = {"same columns of nasty rows", "same columns of all rows"};
    for (size_t k = 0; k < 2; k++) {
        const struct sums a = sums_of(both[k], ours, k == 1), p = sums_of(both[k], plain, false),
                          i = sums_of(both[k], in_place, false);
        bench_check(b, both[k]->refused == 0 && same(&a, &p, w->columns.n) && same(&a, &i, w->columns.n),
                    words[k]);
        if (k == 1 && has_pandas) bench_check(b, same_as_pandas(w, &a), "pandas reads the same");
    }
}

static void compare(struct bench *b, struct work *w, bool has_pandas)
{
    const double mb = w->bytes / 1e6;
    bench_duel(b, &(struct bench_duel){"csv_columns",
                                       "MB",
                                       {"tidewaiter", ours, w, mb, NULL},
                                       {"plain C", plain, w, mb, NULL},
                                       .gate = 2,
                                       .peer_least = 200});
    if (has_pandas)
        bench_duel(b, &(struct bench_duel){"csv_pandas",
                                           "MB",
                                           {"tidewaiter", ours, w, mb, NULL},
                                           {"pandas", pandas, w, mb, &w->pandas_s},
                                           .gate = 8});
    bench_duel(b, &(struct bench_duel){"csv_in_place",
                                       "MB",
                                       {"tidewaiter", ours, w, mb, NULL},
                                       {"tuned C", in_place, w, mb, NULL},
                                       .gate = 0});
    bench_duel(b, &(struct bench_duel){"csv_declarations",
                                       "MB",
                                       {"tidewaiter", reader, w, mb, NULL},
                                       {"plain C", plain, w, mb, NULL},
                                       .gate = 0});
}

int main(int argc, char **argv)
{
    struct bench b = bench_start(argc, argv);
    if (b.program == NULL || b.peers == NULL)
        must(TW_ARG, &(struct tw_fault){.note = "--program and --peers are needed"});
    const char *folder = bench_folder();
    const char *const synth[] = {
        b.program, "synth", "--world", "harbor", "--declarations", b.quick ? "2000" : "60000",
        "--out",   folder,  "--quiet", NULL};
    bench_child_must(synth, NULL, 0);
    struct work w = {.path = bench_path(folder, "declarations.csv"),
                     .script = bench_path(b.peers, "csv_pandas.py")};
    bind_columns(&w);
    const bool has_pandas = bench_python_has("pandas", "pandas");
    check_faults(&b, folder);
    check_answers(&b, &w, folder, has_pandas);
    compare(&b, &w, has_pandas);
    return bench_end(&b);
}
