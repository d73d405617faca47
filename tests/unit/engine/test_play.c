/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/play.h"

#include <unistd.h>

#include "../synth/country.h"
#include "base/hash.h"
#include "engine/train.h"
#include "fault.h"
#include "score/order.h"
#include "store/file.h"

enum { DECLARATIONS = 5000, FILES = 7 };
enum { YEAR, YEAR_FINDINGS, MONTH, MONTH_FINDINGS, TRUTH, RATES, TARIFF };

static char dir[] = "/tmp/tidewaiter-play-XXXXXX";
static char path[FILES][80], model[80], other[80];
static struct tw_buf text[FILES];
static struct tw_arena *maps;
static struct tw_map canonical;
static struct tw_fault fault;

static void put(const char *to, const struct tw_buf *b)
{
    struct tw_file_out *f = NULL;
    CHECK(tw_file_out_open(to, NULL, &f, NULL) == TW_OK && tw_file_out_write(f, b->p, b->n, NULL) == TW_OK &&
          tw_file_out_commit(f, NULL) == TW_OK);
    tw_file_out_free(f);
}

/* Four fifths of a small country to learn from, one to play. */
static void live(void)
{
    static const char *const name[FILES] = {"year.csv",           "year_findings.csv", "month.csv",
                                            "month_findings.csv", "truth.csv",         "rates.csv",
                                            "tariff.csv"};
    struct country c;
    country_open(&c, "cove", 5, 0, DECLARATIONS);
    tw_synth_headers(c.synth, &c.out);
    for (int i = 0; i < 2; i++) {
        tw_buf_str(&text[2 * i], tw_buf_view(&c.out.declarations));
        tw_buf_str(&text[2 * i + 1], tw_buf_view(&c.out.findings));
    }
    tw_buf_str(&text[TRUTH], tw_buf_view(&c.out.truth));
    for (bool more = true; more;) {
        const bool month = tw_synth_done(c.synth) >= DECLARATIONS * 4 / 5;
        tw_buf_clear(&c.out.declarations);
        tw_buf_clear(&c.out.findings);
        tw_buf_clear(&c.out.truth);
        CHECK(tw_synth_next(c.synth, &c.out, &more) == TW_OK);
        tw_buf_str(&text[month ? MONTH : YEAR], tw_buf_view(&c.out.declarations));
        tw_buf_str(&text[month ? MONTH_FINDINGS : YEAR_FINDINGS], tw_buf_view(&c.out.findings));
        if (month) tw_buf_str(&text[TRUTH], tw_buf_view(&c.out.truth));
    }
    tw_synth_rates(c.synth, &text[RATES]);
    tw_synth_tariff(c.synth, &text[TARIFF]);
    country_close(&c);
    for (int i = 0; i < FILES; i++) {
        CHECK(snprintf(path[i], sizeof path[i], "%s/%s", dir, name[i]) > 0);
        put(path[i], &text[i]);
    }
}

static struct tw_input_options input(void)
{
    return (struct tw_input_options){
        .map = &canonical, .currency = "XTS", .rates = path[RATES], .tariff = path[TARIFF]};
}

static void learn(void)
{
    struct tw_train_options o = tw_train_options_default();
    TW_SCOPED(tw_trained) *t = NULL;
    o.input = input();
    o.declarations = path[YEAR];
    o.findings = path[YEAR_FINDINGS];
    CHECK(tw_train(&o, &t, &fault) == TW_OK);
    const struct tw_model_dir_bytes b = tw_trained_bytes(t);
    CHECK(tw_model_dir_write(model, &b, &fault) == TW_OK);
}

/* What a play came to. */
struct seen {
    uint64_t hash; /* of all decisions */
    size_t n, red, found, explained;
    struct tw_buf reds; /* ids, each between commas */
    tw_err say;
};

static tw_err see(void *to, const struct tw_assessor *a, const struct tw_assessment *one,
                  const struct tw_play_outcome *outcome)
{
    struct seen *s = to;
    const struct tw_decision *k = &one->decision;
    (void)a;
    s->n++;
    s->hash = tw_hash_join(s->hash, tw_hash64(&one->score, sizeof one->score, 0));
    s->hash = tw_hash_join(s->hash, k->channel);
    CHECK(outcome->inspected == (k->channel == TW_CHANNEL_RED) && (outcome->inspected || !outcome->found));
    CHECK(outcome->found || outcome->recovered_minor == 0);
    CHECK(k->channel == TW_CHANNEL_GREEN || k->reasons.n > 0);
    s->explained += k->reasons.n > 0;
    s->found += outcome->found;
    if (outcome->inspected) {
        s->red++;
        tw_buf_char(&s->reds, ',');
        tw_buf_str(&s->reds, k->declaration_id);
        tw_buf_char(&s->reds, ',');
    }
    return s->say;
}

static struct tw_play_options usual(struct seen *s)
{
    return (struct tw_play_options){.input = input(),
                                    .declarations = path[MONTH],
                                    .findings = path[MONTH_FINDINGS],
                                    .truth = path[TRUTH],
                                    .model = model,
                                    .channels = tw_channel_defaults(),
                                    .duty_mix = TW_ORDER_MIX,
                                    .seed = 3,
                                    .to = s,
                                    .decided = see};
}

static struct tw_play_report play(const struct tw_play_options *o)
{
    struct tw_play_report r;
    fault = (struct tw_fault){0};
    const tw_err err = tw_play(o, &r, &fault);
    if (err != TW_OK) printf("# %s\n", fault.note);
    CHECK(err == TW_OK);
    return r;
}

/* Scores in another order than those the model came with are measured against each other alone. */
static void another_order_fills_the_channels_as_well(void)
{
    for (int i = 0; i < 5; i++) {
        struct seen s = {.say = TW_OK};
        struct tw_play_options o = usual(&s);
        o.duty_mix = i / 4.0;
        const struct tw_play_report r = play(&o);
        CHECK(s.red > r.declarations / 50 && s.red < r.declarations / 8);
        tw_buf_free(&s.reds);
    }
}

static void every_declaration_is_decided_and_every_red_one_inspected(void)
{
    struct seen s = {.say = TW_OK};
    const struct tw_play_options o = usual(&s);
    const struct tw_play_report r = play(&o);
    CHECK(s.n == DECLARATIONS / 5 && r.declarations == s.n && r.items > s.n && r.first_day < r.last_day);
    uint64_t channels = 0;
    for (int c = 0; c < TW_CHANNEL_N; c++) channels += r.channel[c];
    CHECK(channels == s.n && r.channel[TW_CHANNEL_RED] == s.red && s.explained >= s.red);
    CHECK(r.weeks == (size_t)(r.last_day - r.first_day) / 7 + 1 && r.week[0].from == r.first_day);
    for (int c = 0; c < TW_CHANNEL_N; c++) {
        uint64_t sum = 0;
        for (size_t k = 0; k < r.weeks; k++) sum += r.week[k].channel[c];
        CHECK(sum == r.channel[c]);
    }
    CHECK(r.weeks > 1 && r.week[1].from == r.first_day + 7 && r.week[1].channel[TW_CHANNEL_GREEN] > 0);
    CHECK(r.of[TW_PLAY_SCORE].inspected + r.of[TW_PLAY_RANDOM].inspected == s.red);
    printf("# %zu red, %zu found of %llu\n", s.red, s.found, (unsigned long long)r.of[TW_PLAY_ALL].found);
    CHECK(s.red > 30);
    CHECK(r.of[TW_PLAY_SCORE].found + r.of[TW_PLAY_RANDOM].found == s.found);
    CHECK(s.found > 0);
    CHECK(r.of[TW_PLAY_ALL].inspected == s.n && r.of[TW_PLAY_ALL].found >= s.found);
    CHECK(r.of[TW_PLAY_ALL].recovered_minor >= r.of[TW_PLAY_SCORE].recovered_minor);
    CHECK(r.of[TW_PLAY_INCUMBENT].inspected > 10 && r.of[TW_PLAY_INCUMBENT].found < r.of[TW_PLAY_ALL].found);
    CHECK(r.cpu_s > 0);
    struct seen again = {.say = TW_OK};
    const struct tw_play_options same = usual(&again);
    (void)play(&same);
    CHECK(again.hash == s.hash);
    tw_buf_free(&s.reds);
    tw_buf_free(&again.reds);
}

/* Rewrites a table: of rows whose first field is in `ids` (or is not, for `inside` false) field `field`
 * becomes `to`. */
static void rewrite(const struct tw_buf *from, const struct tw_buf *ids, bool inside, int field,
                    const char *to)
{
    TW_SCOPED_BUF out = {0};
    struct tw_str rest = tw_buf_view(from), cell[64];
    for (bool header = true; rest.n > 0; header = false) {
        const size_t n = next_row(&rest, cell, 64);
        char id[40];
        snprintf(id, sizeof id, ",%.*s,", TW_STR_ARG(cell[0]));
        const bool in = memmem(ids->p, ids->n, id, strlen(id)) != NULL;
        for (size_t i = 0; i < n; i++) {
            if (i > 0) tw_buf_char(&out, ',');
            tw_buf_str(&out, !header && in == inside && i == (size_t)field ? tw_str_from(to) : cell[i]);
        }
        tw_buf_char(&out, '\n');
    }
    put(other, &out);
}

enum { TRUTH_NONCOMPLIANT = 9, TRUTH_MISS = 10, FINDING_RESULT = 2 }; /* fields, synth/write.c */

/* The truth of what was not inspected, and what the incumbent found, must not matter to any decision; that of
 * what was inspected must, from the day after its result. */
static void nothing_of_the_truth_reaches_the_model_but_results_of_its_own(void)
{
    struct seen plain = {.say = TW_OK}, blind = {.say = TW_OK}, theirs = {.say = TW_OK},
                told = {.say = TW_OK};
    struct tw_play_options o = usual(&plain);
    const struct tw_play_report r = play(&o);
    o.to = &blind;
    rewrite(&text[TRUTH], &plain.reds, false, TRUTH_NONCOMPLIANT, "1");
    o.truth = other;
    const struct tw_play_report all = play(&o);
    CHECK(blind.hash == plain.hash && all.of[TW_PLAY_ALL].found > r.of[TW_PLAY_ALL].found + 100);
    CHECK(all.of[TW_PLAY_SCORE].found == r.of[TW_PLAY_SCORE].found);
    o = usual(&theirs);
    rewrite(&text[MONTH_FINDINGS], &plain.reds, false, FINDING_RESULT, "value");
    o.findings = other;
    (void)play(&o);
    CHECK(theirs.hash == plain.hash);
    o = usual(&told);
    rewrite(&text[TRUTH], &plain.reds, true, TRUTH_NONCOMPLIANT, "1");
    o.truth = other;
    (void)play(&o);
    CHECK(told.hash != plain.hash && told.found > plain.found);
    CHECK(unlink(other) == 0);
    tw_buf_free(&plain.reds);
    tw_buf_free(&blind.reds);
    tw_buf_free(&theirs.reds);
    tw_buf_free(&told.reds);
}

static void an_inspection_misses_what_the_truth_says_it_does(void)
{
    struct seen s = {.say = TW_OK};
    struct tw_play_options o = usual(&s);
    TW_SCOPED_BUF nobody = {0};
    tw_buf_text(&nobody, ",,");
    rewrite(&text[TRUTH], &nobody, false, TRUTH_MISS, "1");
    o.truth = other;
    const struct tw_play_report r = play(&o);
    CHECK(s.red > 30 && s.found == 0 && r.of[TW_PLAY_ALL].found == 0 &&
          r.of[TW_PLAY_ALL].recovered_minor == 0);
    CHECK(unlink(other) == 0);
    tw_buf_free(&s.reds);
}

static void ends_with_the_error_it_meets(void)
{
    struct seen s = {.say = TW_FULL};
    struct tw_play_options o = usual(&s);
    struct tw_play_report r = {.declarations = 77};
    CHECK(tw_play(&o, &r, &fault) == TW_FULL && s.n == 1 && r.declarations == 77);
    o.model = dir;
    CHECK(tw_play(&o, &r, &fault) == TW_NOTFOUND);
    o = usual(&s);
    o.truth = "/nowhere/truth.csv";
    CHECK(tw_play(&o, &r, &fault) == TW_NOTFOUND && r.declarations == 77);
    tw_buf_free(&s.reds);
}

static void survives_failed_allocations(void)
{
    struct tw_play_options o = usual(NULL);
    struct tw_play_report r;
    tw_err err = TW_NOMEM;
    long n = 0, step = 1;
    o.decided = NULL;
    for (; err == TW_NOMEM && n<10000000; n += step, step += n> 60 ? step / 4 + 1 : 0) {
        tw_mem_fail_after(n);
        err = tw_play(&o, &r, NULL);
        tw_mem_fail_after(-1);
    }
    CHECK(err == TW_OK && n > 500);
}

int main(void)
{
    struct tw_str yaml;
    CHECK(mkdtemp(dir) != NULL && tw_arena_new(1 << 20, &maps) == TW_OK);
    CHECK(snprintf(model, sizeof model, "%s/model", dir) > 0 &&
          snprintf(other, sizeof other, "%s/other.csv", dir) > 0);
    CHECK(tw_map_builtin(TW_STR("canonical"), &yaml, NULL) == TW_OK &&
          tw_map_parse(yaml, maps, &canonical, NULL) == TW_OK);
    live();
    learn();
    RUN(every_declaration_is_decided_and_every_red_one_inspected);
    RUN(another_order_fills_the_channels_as_well);
    RUN(nothing_of_the_truth_reaches_the_model_but_results_of_its_own);
    RUN(an_inspection_misses_what_the_truth_says_it_does);
    RUN(ends_with_the_error_it_meets);
    RUN(survives_failed_allocations);
    static const char *const part[] = {"model.json", "profile.state", "channels.state", "card.json",
                                       "card.md"};
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        CHECK(snprintf(other, sizeof other, "%s/%s", model, part[i]) > 0 && unlink(other) == 0);
    }
    CHECK(rmdir(model) == 0);
    for (int i = 0; i < FILES; i++) {
        CHECK(unlink(path[i]) == 0);
        tw_buf_free(&text[i]);
    }
    CHECK(rmdir(dir) == 0);
    tw_arena_free(maps);
    return DONE();
}
