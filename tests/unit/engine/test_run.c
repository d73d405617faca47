/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/run.h"

#include <signal.h>
#include <unistd.h>

#include "base/date.h"
#include "engine/state_dir.h"
#include "fault.h"
#include "model_bytes.h"
#include "store/file.h"

static char top[] = "/tmp/tidewaiter-run-XXXXXX";
static char declarations[64], second[64], findings[64], state[64], model[64];
static struct tw_arena *maps;
static struct tw_map canonical;
static struct tw_fault fault;

static void name(char ret[64], const char *base)
{
    CHECK(snprintf(ret, 64, "%s/%s", top, base) > 0);
}

static void put(const char *path, const struct tw_buf *text)
{
    struct tw_file_out *f = NULL;
    CHECK(!text->failed && tw_file_out_open(path, NULL, &f, NULL) == TW_OK);
    CHECK(tw_file_out_write(f, text->p, text->n, NULL) == TW_OK && tw_file_out_commit(f, NULL) == TW_OK);
    tw_file_out_free(f);
}

/* Declarations D<from> .. D<to-1>, twenty a day, some at a third of the usual price. */
static void put_declarations(const char *path, int from, int to)
{
    TW_SCOPED_BUF text = {0};
    tw_buf_text(&text, "declaration_id,lodged_at,office,importer.id,item,hs,origin,net_mass_kg,customs_value,"
                       "duty_rate\n");
    for (int i = from; i < to; i++) {
        tw_buf_printf(&text, "D%d,", i);
        tw_buf_time(&text, (20000 + i / 20) * (int64_t)TW_DAY_S + i % 20 * 600);
        tw_buf_printf(&text, ",HB01,IM%d,1,851713,CN,5.0,%d.00,5\n", i % 7,
                      (900 + i * 37 % 200) / (i % 29 == 0 ? 3 : 1));
    }
    put(path, &text);
}

/* Decisions as they were handed on. */
struct seen {
    struct tw_buf text;
    int n, stop_at; /* fails at that one; 0 = never */
    bool done;
};

static tw_err on_decided(void *to, const struct tw_assessor *a, const struct tw_assessment *one,
                         struct tw_fault *f)
{
    struct seen *s = to;
    (void)a;
    const struct tw_decision *k = &one->decision;
    s->n++;
    if (s->n == s->stop_at) return tw_fail(f, TW_FULL, "enough");
    tw_buf_str(&s->text, k->declaration_id);
    tw_buf_printf(&s->text, " %s %x %u %.9f %zu\n", tw_channel_name(k->channel), k->basis, k->propensity_ppm,
                  one->score, k->reasons.n);
    return TW_OK;
}

static tw_err on_done(void *to, const struct tw_run_summary *sum, struct tw_fault *f)
{
    struct seen *s = to;
    (void)f;
    s->done = sum->declarations > 0;
    return TW_OK;
}

static struct tw_run_options usual(struct seen *s)
{
    struct tw_channel_settings c = tw_channel_defaults();
    c.window_min = 50;
    return (struct tw_run_options){.input = {.map = &canonical, .currency = "EUR"},
                                   .declarations = declarations,
                                   .channels = c,
                                   .limits = tw_profile_defaults(),
                                   .duty_mix = 0.35,
                                   .reasons = true,
                                   .draws = tw_draws_of_seed(1),
                                   .to = s,
                                   .decided = on_decided,
                                   .done = on_done};
}

static tw_err run(const struct tw_run_options *o, struct tw_run_summary *ret)
{
    fault = (struct tw_fault){0};
    tw_err err = tw_run(o, ret, &fault);
    if (err != TW_OK && fault.note[0] != '\0') printf("# %s: %s\n", fault.path, fault.note);
    return err;
}

static void hands_on_every_decision_in_the_order_of_the_file(void)
{
    struct seen s = {.n = 0}, plain = {.n = 0};
    struct tw_run_summary sum, sum2;
    put_declarations(declarations, 0, 700); /* more than two blocks */
    struct tw_run_options o = usual(&s);
    CHECK(run(&o, &sum) == TW_OK && s.n == 700 && s.done);
    const char *at = s.text.p, *end = s.text.p + s.text.n;
    for (int i = 0; i < 700; i++) {
        char want[16];
        int n = snprintf(want, sizeof want, "D%d ", i);
        CHECK(end - at > n && memcmp(at, want, (size_t)n) == 0);
        at = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1;
    }
    CHECK(sum.declarations == 700 && sum.items == 700 && sum.refused == 0 && !sum.model);
    CHECK(sum.first_day == 20000 && sum.last_day == 20034 && sum.out_of_order == 0);
    uint64_t all = 0;
    for (int c = 0; c < TW_CHANNEL_N; c++) all += sum.channel[c];
    CHECK(all == 700 && sum.channel[TW_CHANNEL_RED] >= 20 &&
          sum.basis[TW_BASIS_SCORE] > sum.basis[TW_BASIS_RANDOM]);
    o.to = &plain; /* without reasons the same is decided */
    o.reasons = false;
    CHECK(run(&o, &sum2) == TW_OK && plain.n == 700 &&
          memcmp(sum.channel, sum2.channel, sizeof sum.channel) == 0);
    CHECK(sum2.keys == sum.keys);
    tw_buf_free(&s.text);
    tw_buf_free(&plain.text);
}

static void goes_on_from_a_state_as_if_there_had_been_no_break(void)
{
    struct seen whole = {.n = 0}, parts = {.n = 0};
    struct tw_run_summary sum;
    struct tw_run_options o = usual(&whole);
    put_declarations(declarations, 0, 600);
    CHECK(run(&o, &sum) == TW_OK);
    o.to = &parts;
    o.state = state;
    put_declarations(declarations, 0, 333);
    CHECK(run(&o, &sum) == TW_OK && sum.before == 0);
    put_declarations(second, 333, 600);
    o.declarations = second;
    CHECK(run(&o, &sum) == TW_OK && sum.before == 333 && sum.window_new == TW_WINDOW_KEPT);
    CHECK(tw_str_eq(tw_buf_view(&whole.text), tw_buf_view(&parts.text)));
    tw_buf_free(&whole.text);
    tw_buf_free(&parts.text);
}

/* The last test's state is still there. */
static void leaves_the_state_alone_after_any_failure(void)
{
    struct seen s = {.stop_at = 5};
    struct tw_run_summary sum = {.declarations = 77};
    struct tw_run_options o = usual(&s);
    struct tw_state before, after;
    o.state = state;
    CHECK(tw_state_open(state, &o.channels, &before, NULL) == TW_OK && before.declarations == 600);
    CHECK(run(&o, &sum) == TW_FULL && sum.declarations == 77 && !s.done);
    TW_SCOPED_BUF bad = {0};
    tw_buf_text(&bad, "declaration_id,hs\nD1,851713\n");
    put(second, &bad);
    o.declarations = second;
    CHECK(run(&o, &sum) == TW_NOTFOUND);
    volatile sig_atomic_t stop = 1;
    o.declarations = declarations;
    o.input.stop = &stop;
    CHECK(run(&o, &sum) == TW_INTERRUPTED);
    CHECK(tw_state_open(state, &o.channels, &after, NULL) == TW_OK);
    CHECK(memcmp(before.profile_hash, after.profile_hash, sizeof before.profile_hash) == 0);
    tw_state_close(&before);
    tw_state_close(&after);
    tw_buf_free(&s.text);
}

static void takes_findings_in_from_the_day_after_and_counts_the_rest(void)
{
    struct seen s = {.n = 0};
    struct tw_run_summary sum;
    struct tw_run_options o = usual(&s);
    TW_SCOPED_BUF text = {0};
    put_declarations(declarations, 0, 400); /* days 20000 to 20019, that is 2024-10-04 to 2024-10-23 */
    tw_buf_text(&text, "declaration_id,item,result_code,date_known\nD1,1,value,2024-10-05\n"
                       "D2,1,conform,2024-10-22\nD3,1,value,2024-10-23\nNONE,1,value,2024-10-06\n");
    put(findings, &text);
    o.findings = findings;
    CHECK(run(&o, &sum) == TW_OK);
    CHECK(sum.findings == 2 && sum.findings_found == 1 && sum.findings_unmatched == 1 &&
          sum.findings_waiting == 1);
    tw_buf_free(&s.text);
}

static void hands_on_one_declaration_alone(void)
{
    struct seen all = {.n = 0}, one = {.n = 0};
    struct tw_run_summary sum;
    struct tw_run_options o = usual(&all);
    put_declarations(declarations, 0, 400);
    CHECK(run(&o, &sum) == TW_OK);
    o.to = &one;
    o.only = "D290"; /* a cheap one */
    CHECK(run(&o, &sum) == TW_OK && one.n == 1 && sum.declarations == 291);
    tw_buf_char(&one.text, '\0');
    tw_buf_char(&all.text, '\0');
    CHECK(strncmp(one.text.p, "D290 ", 5) == 0 && strstr(all.text.p, one.text.p) != NULL);
    o.only = "D9999";
    CHECK(run(&o, &sum) == TW_NOTFOUND && strstr(fault.note, "D9999") != NULL);
    tw_buf_free(&all.text);
    tw_buf_free(&one.text);
}

static void put_model_dir(void)
{
    TW_SCOPED_BUF m = {0}, p = {0}, c = {0};
    put_model(&m, TW_FEATURE_N);
    put_profile(&p, 19999);
    put_channels(&c, 300);
    const struct tw_model_dir_bytes bytes = {tw_buf_view(&m), tw_buf_view(&p), tw_buf_view(&c), TW_STR("{}"),
                                             TW_STR("#")};
    CHECK(tw_model_dir_write(model, &bytes, &fault) == TW_OK);
}

static void takes_past_and_window_from_the_model_unless_the_state_s_are_later(void)
{
    struct seen s = {.n = 0};
    struct tw_run_summary sum;
    struct tw_run_options o = usual(&s);
    put_model_dir();
    o.model = model;
    CHECK(run(&o, &sum) == TW_OK && sum.model && sum.window_new == TW_WINDOW_EMPTY);
    o.duty_mix = 0; /* what the model's window is in order of */
    CHECK(run(&o, &sum) == TW_OK && sum.window_new == TW_WINDOW_KEPT);
    o.duty_mix = -1; /* whatever that is */
    CHECK(run(&o, &sum) == TW_OK && sum.window_new == TW_WINDOW_KEPT);
    o.duty_mix = 0;
    o.state = state; /* made without a model: its profile counts, its scores do not */
    CHECK(run(&o, &sum) == TW_OK && sum.window_new == TW_WINDOW_MODEL && sum.before == 600);
    CHECK(run(&o, &sum) == TW_OK && sum.window_new == TW_WINDOW_KEPT && sum.before == 1000);
    o.duty_mix = 0.5;
    CHECK(run(&o, &sum) == TW_OK && sum.window_new == TW_WINDOW_EMPTY && sum.before == 1400);
    o.duty_mix = 0;
    CHECK(run(&o, &sum) == TW_OK && sum.window_new == TW_WINDOW_ORDER && sum.before == 1800);
    CHECK(chdir(top) == 0 && unlink("model/profile.state") == 0);
    CHECK(run(&o, &sum) == TW_NOTFOUND && strstr(fault.path, "profile.state") != NULL);
    tw_buf_free(&s.text);
}

static void tells_of_declarations_out_of_order(void)
{
    struct seen s = {.n = 0};
    struct tw_run_summary sum;
    struct tw_run_options o = usual(&s);
    TW_SCOPED_BUF text = {0};
    tw_buf_text(
        &text,
        "declaration_id,lodged_at,hs\nA,2025-01-02,851713\nB,2025-01-01,851713\nC,2025-01-03,851713\n");
    put(declarations, &text);
    CHECK(run(&o, &sum) == TW_OK && sum.out_of_order == 1 && sum.first_day + 2 == sum.last_day);
    tw_buf_free(&s.text);
}

/* A ceiling that is named holds for whichever profile there is. */
static void holds_the_ceiling_it_is_given(void)
{
    struct seen s = {.n = 0};
    struct tw_run_summary sum;
    struct tw_run_options o = usual(&s);
    put_declarations(declarations, 0, 400);
    o.limits.max_keys = 30; /* of 29 there are, and a declaration may bring 28 */
    CHECK(run(&o, &sum) == TW_OK && sum.keys < 29 && sum.evicted > 0);
    o.memory_mib = TW_PROFILE_MEMORY_MIN;
    CHECK(run(&o, &sum) == TW_OK && sum.keys == 29 && sum.evicted == 0);
    tw_buf_free(&s.text);
}

static tw_err a_short_day(void)
{
    struct tw_run_summary sum;
    struct seen s = {.n = 0};
    struct tw_run_options o = usual(&s);
    o.decided = NULL;
    o.reasons = false;
    o.findings = findings;
    o.state = state;
    return tw_run(&o, &sum, NULL);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(a_short_day) > 40);
}

static void clean(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", top);
    CHECK(system(command) == 0);
}

int main(void)
{
    struct tw_str yaml;
    CHECK(mkdtemp(top) != NULL);
    name(declarations, "d.csv");
    name(second, "e.csv");
    name(findings, "f.csv");
    name(state, "state");
    name(model, "model");
    CHECK(tw_arena_new(1 << 20, &maps) == TW_OK);
    CHECK(tw_map_builtin(TW_STR("canonical"), &yaml, NULL) == TW_OK);
    CHECK(tw_map_parse(yaml, maps, &canonical, NULL) == TW_OK);
    RUN(hands_on_every_decision_in_the_order_of_the_file);
    RUN(goes_on_from_a_state_as_if_there_had_been_no_break);
    RUN(leaves_the_state_alone_after_any_failure);
    RUN(takes_findings_in_from_the_day_after_and_counts_the_rest);
    RUN(hands_on_one_declaration_alone);
    RUN(takes_past_and_window_from_the_model_unless_the_state_s_are_later);
    RUN(tells_of_declarations_out_of_order);
    RUN(holds_the_ceiling_it_is_given);
    RUN(survives_every_failed_allocation);
    tw_arena_free(maps);
    clean();
    return DONE();
}
