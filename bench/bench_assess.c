/* SPDX-License-Identifier: Apache-2.0 */
/* `tidewaiter assess`, the whole program from file to decisions, beside a scorer in Python that streams the
 * same file: both with as many trees of the same depth. Ours does more: checks every rule of a declaration,
 * measures its 92 features against 28 kinds of keys, has a second forest for duty, decides the channel within
 * its rates, moves on profile and window, and with reasons writes up to five sentences of each declaration
 * and looks for the change that would have made it green.
 *
 * A fifth of a year of the world `harbor` teaches, the rest is met. So that trees are as bushy as they come,
 * both sides learn from what is true of every row, which no administration knows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "bench.h"
#include "child.h"
#include "engine/input.h"
#include "feature/feature.h"
#include "learn/xgb.h"
#include "learn/xgb_model.h"
#include "profile/profile.h"
#include "score/model.h"
#include "stat/metric.h"
#include "store/file.h"

/* As the published timings have them; and what a round of the peer takes, as its command line wants it. */
#define TREES           250
#define DEPTH           6
#define PEER_ROWS       20000
#define PEER_EXPLAINED  2000
#define TEXT(number)    TEXT_OF(number)
#define TEXT_OF(number) #number

enum { LINE = 1 << 14 };

static const struct tw_fault nowhere;

static void must(tw_err err, const struct tw_fault *fault)
{
    if (err == TW_OK) return;
    fprintf(stderr, "bench_assess: %s %s %s\n", tw_err_text(err), fault->path, fault->note);
    exit(2);
}

static FILE *opened(const char *path, const char *how)
{
    FILE *f = fopen(path, how);
    if (f == NULL) must(TW_IO, &(struct tw_fault){.note = "cannot open a file of the bench"});
    return f;
}

/* The rows of the world, cut in two. */
struct world {
    const char *folder, *past, *next, *one, *truth, *findings, *rates, *model, *state;
    size_t past_n, next_n; /* rows */
    uint8_t *guilty;       /* of all rows: is it non-compliant in truth? */
};

struct work {
    const struct bench *b;
    const struct world *world;
    const char *scorer, *teacher; /* scripts */
    double python_s, ours_s;
};

/* -- the world */

/* Rows of the first `most` declarations to `past`, the others to `next`, both with the header. */
static void cut(struct world *w, const char *from, unsigned most)
{
    char line[LINE], id[64] = "";
    FILE *in = opened(from, "r"), *past = opened(w->past, "w"), *next = opened(w->next, "w"),
         *one = opened(w->one, "w");
    unsigned declarations = 0;
    for (size_t r = 0; fgets(line, sizeof line, in) != NULL; r++) {
        const size_t n = strcspn(line, ",");
        if (r > 0 && (strncmp(line, id, n) != 0 || id[n] != '\0')) {
            snprintf(id, sizeof id, "%.*s", (int)n, line);
            declarations++;
        }
        if (r == 0 || declarations <= most) fputs(line, past);
        if (r == 0 || declarations > most) fputs(line, next);
        if (r == 0 || declarations == most + 1) fputs(line, one);
        if (r > 0) *(declarations <= most ? &w->past_n : &w->next_n) += 1;
    }
    fclose(in);
    if (fclose(past) != 0 || fclose(next) != 0 || fclose(one) != 0) must(TW_IO, &nowhere);
}

/* The column `noncompliant` of the truth, whose rows are those of the declarations. */
static void read_truth(struct world *w)
{
    char line[LINE];
    FILE *in = opened(w->truth, "r");
    const size_t n = w->past_n + w->next_n;
    w->guilty = calloc(n, 1);
    if (w->guilty == NULL || fgets(line, sizeof line, in) == NULL) must(TW_IO, &nowhere);
    size_t column = 0, r = 0;
    for (const char *p = line; strncmp(p, "noncompliant", 12) != 0; column++) p += strcspn(p, ",") + 1;
    for (; r < n && fgets(line, sizeof line, in) != NULL; r++) {
        const char *p = line;
        for (size_t i = 0; i < column; i++) p += strcspn(p, ",") + 1;
        w->guilty[r] = *p == '1';
    }
    if (r != n) must(TW_FORMAT, &(struct tw_fault){.note = "truth and declarations have other rows"});
    fclose(in);
}

static struct world make_world(const struct bench *b)
{
    const char *f = bench_folder();
    struct world w = {f,
                      bench_path(f, "past.csv"),
                      bench_path(f, "next.csv"),
                      bench_path(f, "one.csv"),
                      bench_path(f, "truth.csv"),
                      bench_path(f, "findings.csv"),
                      bench_path(f, "rates.csv"),
                      bench_path(f, "model"),
                      bench_path(f, "peer.state"),
                      .past_n = 0};
    const char *const synth[] = {
        b->program, "synth", "--world", "harbor", "--declarations", b->quick ? "6000" : "100000",
        "--out",    f,       "--quiet", NULL};
    bench_child_must(synth, NULL, 0);
    cut(&w, bench_path(f, "declarations.csv"), b->quick ? 4000 : 20000);
    read_truth(&w);
    const char *const train[] = {b->program,   "train", w.past,  w.findings, "--rates", w.rates,
                                 "--currency", "XTS",   "--out", w.model,    "--quiet", NULL};
    bench_child_must(train, NULL, 0);
    return w;
}

/* -- a model of the size wanted */

/* Features of every row of the past, each against what was before it. */
static float *measure_past(const struct world *w)
{
    TW_SCOPED(tw_arena) *own = NULL, *arena = NULL;
    TW_SCOPED(tw_input) *in = NULL;
    TW_SCOPED(tw_profile) *profile = NULL;
    struct tw_fault fault = {0};
    struct tw_str yaml;
    struct tw_map map;
    float *x = calloc(w->past_n, TW_FEATURE_N * sizeof *x), *at = x;
    must(x == NULL ? TW_NOMEM : tw_arena_new(1 << 20, &own), &fault);
    must(tw_arena_new(1 << 28, &arena), &fault);
    must(tw_map_builtin(TW_STR("canonical"), &yaml, &fault), &fault);
    must(tw_map_parse(yaml, own, &map, &fault), &fault);
    must(tw_profile_new(tw_profile_defaults(), &profile), &fault);
    must(tw_input_open(w->past, &(struct tw_input_options){.map = &map, .currency = "XTS", .rates = w->rates},
                       &in, &fault),
         &fault);
    struct tw_reading r;
    for (bool more = true;;) {
        struct tw_look look;
        must(tw_input_next(in, arena, &r, &more, &fault), &fault);
        if (!more) return x;
        must(tw_profile_look(profile, r.decl, arena, &look), &fault);
        for (size_t i = 0; i < look.n; i++, at += TW_FEATURE_N)
            tw_feature_compute(profile, r.decl, &look, i, at, NULL);
        must(tw_profile_fold(profile, &look), &fault);
    }
}

/* Puts trees of the wanted number and depth in the place of those that `train` found best. */
static void grow(const struct bench *b, const struct world *w)
{
    static const struct tw_xgb_param param[] = {{"objective", "binary:logistic"},
                                                {"max_depth", TEXT(DEPTH)},
                                                {"eta", "0.05"},
                                                {"tree_method", "hist"},
                                                {"nthread", "1"},
                                                {"base_score", "0.5"},
                                                {"seed", "7"}};
    const char *path = bench_path(w->model, "model.json");
    struct tw_buf json = {0}, old = {0}, out = {0};
    struct tw_fault fault = {0};
    struct tw_model *model = NULL;
    struct tw_arena *arena = NULL;
    float *x = measure_past(w), *y = calloc(w->past_n, sizeof *y);
    for (size_t r = 0; y != NULL && r < w->past_n; r++) y[r] = w->guilty[r];
    const struct tw_xgb_rows rows = {.x = x, .n_columns = TW_FEATURE_N, .n = w->past_n, .label = y};
    must(
        tw_xgb_train_native(&rows, param, sizeof param / sizeof *param, b->quick ? 20 : TREES, &json, &fault),
        &fault);
    must(tw_file_in_all(path, TW_MODEL_BYTES_MAX, &old, &fault), &fault);
    must(tw_model_new(tw_buf_view(&old), &model, &fault), &fault);
    must(tw_arena_new(1 << 26, &arena), &fault);
    struct tw_model_spec spec = *tw_model_spec(model);
    must(tw_xgb_model_read(tw_buf_view(&json), arena, &spec.risk, &fault), &fault);
    must(tw_model_write(&spec, &out, &fault), &fault);
    FILE *f = opened(path, "w");
    if (fwrite(out.p, 1, out.n, f) != out.n || fclose(f) != 0) must(TW_IO, &nowhere);
    tw_model_free(model);
    tw_arena_free(arena);
    tw_buf_free(&json);
    tw_buf_free(&old);
    tw_buf_free(&out);
    free(x);
    free(y);
}

static void teach_peer(const struct work *k)
{
    const struct world *w = k->world;
    const char *const argv[] = {
        BENCH_PYTHON, "-B", k->teacher, w->past, w->truth, w->state, k->b->quick ? "20" : TEXT(TREES),
        TEXT(DEPTH),  NULL};
    bench_child_must(argv, NULL, 0);
}

/* -- the sides */

static void assess(const struct work *k, const char *file, const char *out, const char *how)
{
    const struct world *w = k->world;
    const char *const argv[] = {k->b->program, "assess", file,         "--model", w->model,
                                "--rates",     w->rates, "--currency", "XTS",     "--json",
                                "--out",       out,      "--quiet",    how,       NULL};
    bench_child_must(argv, NULL, 0);
}

/* The start, which is reading model and profile, is not counted, as it is not of the peer: it is what a file
 * of one declaration takes. */
static void less_start(struct work *k, const char *how)
{
    const double begun = bench_children_s();
    assess(k, k->world->one, "/dev/null", how);
    const double started = bench_children_s();
    assess(k, k->world->next, "/dev/null", how);
    k->ours_s = bench_children_s() - started - (started - begun);
}

static void ours_alone(void *ctx)
{
    less_start(ctx, "--no-reasons");
}

static void ours_explained(void *ctx)
{
    less_start(ctx, NULL);
}

static void python(struct work *k, const char *out, const char *rows, const char *how)
{
    char said[64];
    const struct world *w = k->world;
    const char *const argv[] = {BENCH_PYTHON, "-B", k->scorer, w->next, w->state, out, rows, how, NULL};
    bench_child_must(argv, said, sizeof said);
    k->python_s = strtod(said, NULL);
}

static void peer_alone(void *ctx)
{
    python(ctx, "/dev/null", TEXT(PEER_ROWS), NULL);
}

static void peer_explained(void *ctx)
{
    python(ctx, "/dev/null", TEXT(PEER_EXPLAINED), "explain");
}

/* -- do both do their work? */

/* Area under the curve of the scores in `path`, one behind each `mark` in the order of the rows, against the
 * truth; NaN when there are not as many as rows. */
static double auc_of(const struct world *w, const char *path, const char *mark)
{
    struct tw_buf text = {0};
    struct tw_fault fault = {0};
    struct tw_ranked *ranked = NULL;
    double *score = calloc(w->next_n, sizeof *score), auc = 0;
    size_t n = 0;
    must(tw_file_in_all(path, (size_t)1 << 30, &text, &fault), &fault);
    tw_buf_char(&text, '\0');
    must(text.failed || score == NULL ? TW_NOMEM : TW_OK, &fault);
    for (const char *p = text.p; (p = strstr(p, mark)) != NULL; n++) {
        p += strlen(mark);
        if (n < w->next_n) score[n] = strtod(p, NULL);
    }
    const struct tw_ranking r = {.score = score, .label = w->guilty + w->past_n, .n = w->next_n};
    must(tw_ranked_new(&r, &ranked), &fault);
    auc = tw_ranked_auc(ranked, NULL);
    tw_ranked_free(ranked);
    tw_buf_free(&text);
    free(score);
    return n == w->next_n ? auc : 0;
}

static void check_scores(struct bench *b, struct work *k, bool has_peer)
{
    const struct world *w = k->world;
    const char *out = bench_path(w->folder, "out");
    assess(k, w->next, out, "--no-reasons");
    const double ours = auc_of(w, out, "\"risk\":");
    printf("rows %zu, area under the curve: tidewaiter %.3f", w->next_n, ours);
    double theirs = 1;
    if (has_peer) {
        python(k, out, "99999999", NULL);
        theirs = auc_of(w, out, " ");
        printf(", python %.3f", theirs);
        python(k, "/dev/null", "1000", "check");
    }
    printf("\n");
    bench_check(b, ours > 0.8 && theirs > 0.8, "each side scores every row, and knows its trade");
}

int main(int argc, char **argv)
{
    struct bench b = bench_start(argc, argv);
    if (b.program == NULL || b.peers == NULL)
        must(TW_ARG, &(struct tw_fault){.note = "--program and --peers are needed"});
    struct world w = make_world(&b);
    struct work k = {.b = &b,
                     .world = &w,
                     .scorer = bench_path(b.peers, "stream_scorer.py"),
                     .teacher = bench_path(b.peers, "stream_teacher.py")};
    const bool has_peer = bench_python_has("numpy, xgboost", "the scorer in Python");
    grow(&b, &w);
    if (has_peer) teach_peer(&k);
    check_scores(&b, &k, has_peer);
    const double n = (double)w.next_n;
    const struct bench_side alone = {"python", has_peer ? peer_alone : NULL, &k, PEER_ROWS, &k.python_s};
    const struct bench_side explained = {"python + contributions", has_peer ? peer_explained : NULL, &k,
                                         PEER_EXPLAINED, &k.python_s};
    bench_duel(&b, &(struct bench_duel){"assess",
                                        "rows",
                                        {"tidewaiter", ours_alone, &k, n, &k.ours_s},
                                        alone,
                                        .gate = 8,
                                        .peer_least = 1e6 / 90});
    bench_duel(&b, &(struct bench_duel){"assess_reasons",
                                        "rows",
                                        {"tidewaiter", ours_explained, &k, n, &k.ours_s},
                                        explained,
                                        .gate = 100});
    free(w.guilty);
    return bench_end(&b);
}
