/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/train.h"

#include <math.h>
#include <unistd.h>

#include "../synth/country.h"
#include "engine/past.h"
#include "fault.h"
#include "feature/feature.h"
#include "score/own.h"
#include "store/file.h"

enum { DECLARATIONS = 3000 };

static char dir[] = "/tmp/tidewaiter-train-XXXXXX";
static char declarations[80], findings[80], rates[80], tariff[80], other[80];
static struct tw_arena *maps;
static struct tw_map canonical;
static const char *file;
static struct tw_fault fault;

static void put(char path[80], const char *name, struct tw_str text)
{
    struct tw_file_out *f = NULL;
    CHECK(snprintf(path, 80, "%s/%s", dir, name) > 0);
    CHECK(tw_file_out_open(path, NULL, &f, NULL) == TW_OK &&
          tw_file_out_write(f, text.s, text.n, NULL) == TW_OK && tw_file_out_commit(f, NULL) == TW_OK);
    tw_file_out_free(f);
}

/* A small country with many inspections. */
static void live(int64_t n)
{
    struct country c;
    country_open(&c, "cove", 11, 0, n);
    country_live(&c);
    put(declarations, "declarations.csv", tw_buf_view(&c.out.declarations));
    put(findings, "findings.csv", tw_buf_view(&c.out.findings));
    tw_buf_clear(&c.out.truth);
    tw_synth_rates(c.synth, &c.out.truth);
    put(rates, "rates.csv", tw_buf_view(&c.out.truth));
    tw_buf_clear(&c.out.truth);
    tw_synth_tariff(c.synth, &c.out.truth);
    put(tariff, "tariff.csv", tw_buf_view(&c.out.truth));
    country_close(&c);
}

static struct tw_train_options usual(void)
{
    struct tw_train_options o = tw_train_options_default();
    o.input = (struct tw_input_options){
        .map = &canonical, .currency = "XTS", .rates = rates, .tariff = tariff, .file = &file};
    o.declarations = declarations;
    o.findings = findings;
    o.limits.de_minimis = 150;
    o.channels.window = 700;
    return o;
}

static struct tw_trained *trained(const struct tw_train_options *o)
{
    struct tw_trained *t = NULL;
    fault = (struct tw_fault){0};
    if (tw_train(o, &t, &fault) != TW_OK) printf("# %s\n", fault.note);
    CHECK(t != NULL);
    return t;
}

static tw_err refused(const struct tw_train_options *o)
{
    struct tw_trained *t = NULL;
    fault = (struct tw_fault){0};
    const tw_err err = tw_train(o, &t, &fault);
    CHECK(err != TW_OK && t == NULL && *fault.note != 0);
    return err;
}

/* Row by row what the backtest measures, which goes through the past by other means. */
static void the_rows_it_learns_from_are_those_of_the_backtest(void)
{
    const struct tw_train_options o = usual();
    TW_SCOPED(tw_trained) *t = trained(&o);
    TW_SCOPED_PAST past = {.data = NULL};
    struct tw_past_options p = {
        .input = o.input, .declarations = declarations, .findings = findings, .split_day = TW_NO_DAY};
    CHECK(tw_past_read(&p, &past, &fault) == TW_OK);
    const struct tw_trial_data *d = past.data;
    struct tw_trial_result *result;
    size_t results, n = 0;
    CHECK(tw_trial_results(d, d->n, false, &result, &results) == TW_OK && results > 200);
    float *x = calloc(d->items * TW_FEATURE_N, sizeof *x);
    double *stake = calloc(d->items, sizeof *stake);
    struct tw_trial_memory m;
    CHECK(x != NULL && stake != NULL && tw_trial_memory_new(d, 150, &m) == TW_OK);
    const struct tw_trial_span span = {.to = d->n, .result = result, .results = results};
    CHECK(tw_trial_measure(&m, d, &span, x, stake) == TW_OK);
    const struct tw_learn_rows *rows = tw_trained_card(t)->in->rows;
    CHECK(rows->n == results);
    for (size_t k = 0; k < d->items; k++) {
        if (!d->item[k].inspected) continue;
        const struct tw_truth *truth = &rows->truth[n];
        CHECK(truth->found == d->item[k].found && truth->lodged_day == d->item[k].day &&
              truth->known_day == d->item[k].known_day && truth->propensity == d->item[k].propensity);
        CHECK(truth->at_stake == stake[k] || (isnan(truth->at_stake) && isnan(stake[k])));
        CHECK(!truth->found || (double)truth->recovered_minor == d->item[k].recovered);
        CHECK(memcmp(rows->x + n * TW_FEATURE_N, x + k * TW_FEATURE_N, TW_FEATURE_N * sizeof *x) == 0);
        n++;
    }
    CHECK(n == results);
    tw_trial_memory_free(&m);
    tw_free(result);
    free(x);
    free(stake);
}

static void its_bytes_are_a_model_directory(void)
{
    const struct tw_train_options o = usual();
    TW_SCOPED(tw_trained) *t = trained(&o);
    const struct tw_model_dir_bytes b = tw_trained_bytes(t);
    TW_SCOPED(tw_model) *model = NULL;
    TW_SCOPED(tw_profile) *profile = NULL;
    TW_SCOPED(tw_channels) *channels = NULL;
    CHECK(tw_model_new(b.model, &model, &fault) == TW_OK && tw_own_match(model, &fault) == TW_OK);
    CHECK(tw_profile_load(b.profile, &profile, &fault) == TW_OK);
    CHECK(tw_channels_load(b.channels, &o.channels, &channels, &fault) == TW_OK);
    const struct tw_card *card = tw_trained_card(t);
    CHECK(tw_profile_day(profile) == card->in->data.last_day && tw_profile_de_minimis(profile) == 150);
    char hex[TW_SHA256_HEX] = "";
    for (size_t i = 0; i < card->in->n_files; i++)
        if (strcmp(card->in->file[i].role, "model") == 0) memcpy(hex, card->in->file[i].sha256, sizeof hex);
    CHECK(strcmp(hex, tw_model_sha256(model)) == 0);
    CHECK(card->in->n_files == 7 && tw_str_is(card->in->file[0].name, "declarations.csv"));
    /* The window is full of scores of like goods: of those, a fifth stands above its own top fifth. */
    const struct tw_channel_case high = {
        .score = 1e9, .day = card->in->data.last_day, .office = TW_STR("CV01")};
    const struct tw_channel_case low = {
        .score = -1e9, .day = card->in->data.last_day, .office = TW_STR("CV01"), .draw = UINT64_MAX};
    struct tw_channel_choice choice;
    CHECK(tw_channels_decide(channels, &high, &choice) == TW_OK && choice.channel == TW_CHANNEL_RED);
    CHECK(isfinite(choice.red_from) && choice.red_from < 20);
    CHECK(tw_channels_decide(channels, &low, &choice) == TW_OK && choice.channel == TW_CHANNEL_GREEN);
    CHECK(b.channels.n > 700 * 9 && b.channels.n < 700 * 9 + 200);
    CHECK(b.card_json.n > 1000 && b.card_md.n > 1000);
}

static void the_same_files_give_the_same_bytes(void)
{
    struct tw_train_options o = usual();
    TW_SCOPED(tw_trained) *a = trained(&o);
    TW_SCOPED(tw_trained) *b = trained(&o);
    o.seed = 2;
    TW_SCOPED(tw_trained) *c = trained(&o);
    const struct tw_model_dir_bytes x = tw_trained_bytes(a), y = tw_trained_bytes(b), z = tw_trained_bytes(c);
    CHECK(tw_str_eq(x.model, y.model) && tw_str_eq(x.profile, y.profile) &&
          tw_str_eq(x.channels, y.channels));
    CHECK(tw_str_eq(x.card_json, y.card_json) && tw_str_eq(x.card_md, y.card_md));
    CHECK(!tw_str_eq(x.model, z.model) && tw_str_eq(x.profile, z.profile));
}

/* Findings known behind the last day teach, but the profile still waits for them. */
static void results_of_tomorrow_are_not_in_the_profile_of_today(void)
{
    const struct tw_train_options o = usual();
    TW_SCOPED(tw_trained) *t = trained(&o);
    TW_SCOPED(tw_profile) *p = NULL;
    CHECK(tw_profile_load(tw_trained_bytes(t).profile, &p, &fault) == TW_OK);
    const struct tw_learn_rows *rows = tw_trained_card(t)->in->rows;
    size_t later = 0;
    for (size_t i = 0; i < rows->n; i++) later += rows->truth[i].known_day > tw_profile_day(p);
    CHECK(later > 0 && tw_profile_awaited(p) == later);
}

static void says_what_is_missing_when_there_is_nothing_to_learn_from(void)
{
    struct tw_train_options o = usual();
    o.findings = NULL;
    CHECK(refused(&o) == TW_ARG && strstr(fault.note, "train DECLARATIONS FINDINGS") != NULL &&
          file != findings);
    o.findings = other;
    put(other, "other.csv",
        TW_STR(
            "declaration_id,item,result_code,date_known\nX1,1,value,2025-02-01\nX2,1,conform,2025-02-01\n"));
    CHECK(refused(&o) == TW_NOTFOUND && strstr(fault.note, "none of 2 results") != NULL &&
          file == o.findings);
    TW_SCOPED_BUF text = {0}, conform = {0};
    CHECK(tw_file_in_all(findings, 1 << 20, &text, NULL) == TW_OK);
    struct tw_str rest = tw_buf_view(&text);
    while (rest.n > 0) { /* only the conform ones */
        struct tw_str row = tw_str_cut(rest, '\n', &rest);
        if (memmem(row.s, row.n, ",conform,", 9) == NULL && memmem(row.s, row.n, "result_code", 11) == NULL)
            continue;
        tw_buf_str(&conform, row);
        tw_buf_char(&conform, '\n');
    }
    put(other, "other.csv", tw_buf_view(&conform));
    CHECK(refused(&o) == TW_RANGE && strstr(fault.note, "none of ") != NULL && file == o.findings);
    put(other, "other.csv", TW_STR("declaration_id,item,result_code,date_known\n"));
    CHECK(refused(&o) == TW_FORMAT && file == o.findings);
    o.findings = "/nowhere/findings.csv";
    CHECK(refused(&o) == TW_NOTFOUND && file == o.findings);
    o = usual();
    o.input.currency = "EURO";
    CHECK(refused(&o) == TW_ARG);
    o = usual();
    o.channels.window = 1;
    CHECK(refused(&o) == TW_RANGE);
    CHECK(unlink(other) == 0);
}

static void counts_what_matches_nothing(void)
{
    TW_SCOPED_BUF text = {0};
    struct tw_train_options o = usual();
    CHECK(tw_file_in_all(findings, 1 << 20, &text, NULL) == TW_OK);
    tw_buf_text(
        &text,
        "NOBODY,1,value,1,1,2025-02-01,criterion,0.5\nNOBODY,2,conform,0,0,2025-02-01,criterion,0.5\n");
    put(other, "other.csv", tw_buf_view(&text));
    o.findings = other;
    TW_SCOPED(tw_trained) *t = trained(&o);
    const struct tw_card_data *d = &tw_trained_card(t)->in->data;
    CHECK(d->unmatched == 2 && d->findings == tw_trained_card(t)->in->rows->n + 2 && d->superseded == 0);
    CHECK(d->declarations == DECLARATIONS && d->items > DECLARATIONS && d->refused == 0 && d->unordered == 0);
    CHECK(unlink(other) == 0);
}

static void declarations_out_of_order_are_counted(void)
{
    TW_SCOPED_BUF text = {0}, turned = {0};
    struct tw_train_options o = usual();
    CHECK(tw_file_in_all(declarations, 8 << 20, &text, NULL) == TW_OK);
    struct tw_str rest = tw_buf_view(&text), header = tw_str_cut(rest, '\n', &rest);
    struct tw_str first = tw_str_cut(rest, ',', &(struct tw_str){0});
    size_t n = 0; /* bytes of the first declaration */
    while (n < rest.n && memcmp(rest.s + n, first.s, first.n) == 0)
        n += (size_t)((const char *)memchr(rest.s + n, '\n', rest.n - n) - (rest.s + n)) + 1;
    tw_buf_str(&turned, header);
    tw_buf_char(&turned, '\n');
    tw_buf_put(&turned, rest.s + n, rest.n - n);
    tw_buf_put(&turned, rest.s, n);
    put(other, "other.csv", tw_buf_view(&turned));
    o.declarations = other;
    TW_SCOPED(tw_trained) *t = trained(&o);
    CHECK(tw_trained_card(t)->in->data.unordered == 1 &&
          tw_trained_card(t)->in->data.declarations == DECLARATIONS);
    CHECK(unlink(other) == 0);
}

struct stopper {
    volatile sig_atomic_t stop;
    int steps, at;
};

static void on_step(void *to, const char *words)
{
    struct stopper *s = to;
    CHECK(*words != 0);
    if (s->steps++ == s->at) s->stop = 1;
}

static void stops_when_asked(void)
{
    struct stopper s = {.at = 99};
    struct tw_train_options o = usual();
    o.input.stop = &s.stop;
    o.to = &s;
    o.step = on_step;
    tw_trained_free(trained(&o));
    const int steps = s.steps;
    CHECK(steps == 3);
    for (int at = 0; at + 1 < steps; at++) {
        s = (struct stopper){.at = at};
        CHECK(refused(&o) == TW_INTERRUPTED && s.steps == at + 1);
    }
    s = (struct stopper){.stop = 1, .at = 99};
    CHECK(refused(&o) == TW_INTERRUPTED && s.steps == 0);
}

static tw_err work(void)
{
    struct tw_train_options o = usual();
    struct tw_trained *t = NULL;
    const tw_err err = tw_train(&o, &t, NULL);
    CHECK((err == TW_OK) == (t != NULL));
    tw_trained_free(t);
    return err;
}

/* Every one would take hours: some hundred of them, at the start and then further and further apart. */
static void survives_failed_allocations(void)
{
    live(60);
    long n = 0, step = 1;
    tw_err err = TW_NOMEM;
    for (; err == TW_NOMEM && n<1000000; n += step, step += n> 100 ? step / 8 + 1 : 0) {
        tw_mem_fail_after(n);
        err = work();
        tw_mem_fail_after(-1);
    }
    CHECK(err == TW_OK && n > 500);
}

int main(void)
{
    struct tw_str yaml;
    CHECK(mkdtemp(dir) != NULL);
    CHECK(tw_arena_new(1 << 20, &maps) == TW_OK);
    CHECK(tw_map_builtin(TW_STR("canonical"), &yaml, NULL) == TW_OK &&
          tw_map_parse(yaml, maps, &canonical, NULL) == TW_OK);
    live(DECLARATIONS);
    RUN(the_rows_it_learns_from_are_those_of_the_backtest);
    RUN(its_bytes_are_a_model_directory);
    RUN(the_same_files_give_the_same_bytes);
    RUN(results_of_tomorrow_are_not_in_the_profile_of_today);
    RUN(says_what_is_missing_when_there_is_nothing_to_learn_from);
    RUN(counts_what_matches_nothing);
    RUN(declarations_out_of_order_are_counted);
    RUN(stops_when_asked);
    RUN(survives_failed_allocations);
    tw_arena_free(maps);
    CHECK(unlink(declarations) == 0 && unlink(findings) == 0 && unlink(rates) == 0 && unlink(tariff) == 0);
    CHECK(rmdir(dir) == 0);
    return DONE();
}
