/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/train.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/mem.h"
#include "engine/training_priv.h"
#include "learn/assemble.h"
#include "score/order.h"
#include "score/own.h"
#include "store/file.h"

enum {
    MODEL_BYTES = 64 << 20, /* learn/assemble.h */
    CARD_BYTES = 1 << 30,   /* 41 bytes for each row held back, and for each name of a group */
    SETTINGS_MAX = 64,
    BLOCK_BYTES = 128 << 10
};

struct tw_train_options tw_train_options_default(void)
{
    return (struct tw_train_options){.channels = tw_channel_defaults(),
                                     .limits = tw_profile_defaults(),
                                     .duty_mix = TW_ORDER_MIX,
                                     .seed = 1,
                                     .threads = 1};
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (strcmp(path, "-") == 0) return "standard input";
    return slash != NULL ? slash + 1 : path;
}

static void work_on(const struct training *g, const char *path)
{
    if (g->o->input.file != NULL) *g->o->input.file = path;
}

static tw_err step(const struct training *g, const char *words)
{
    const volatile sig_atomic_t *stop = g->o->input.stop;
    if (stop != NULL && *stop != 0) return tw_fail(g->fault, TW_INTERRUPTED, "interrupted");
    if (g->o->step != NULL) g->o->step(g->o->to, words);
    return TW_OK;
}

/* Is there anything to learn? Says what is missing and where it should have come from. */
static tw_err check_lessons(struct training *g)
{
    const struct lessons *l = &g->t->lessons;
    const struct tw_card_data *d = &g->t->input.data;
    if (d->findings == 0 && g->o->findings == NULL)
        return tw_fail(
            g->fault, TW_ARG,
            "these declarations carry no results of inspections; name the file that does behind it: "
            "train DECLARATIONS FINDINGS");
    work_on(g, g->o->findings != NULL ? g->o->findings : g->o->declarations);
    if (l->n == 0)
        return tw_fail(
            g->fault, TW_NOTFOUND,
            "none of %llu results is about an item of %s; do both name declarations and items alike?",
            (unsigned long long)d->findings, base_name(g->o->declarations));
    if (l->found == 0 || l->found == l->n)
        return tw_fail(
            g->fault, TW_RANGE,
            "%s of %zu inspected items %s non-compliant: there is nothing to tell apart; take a longer "
            "span, and all results, conform ones too",
            l->found == 0 ? "none" : "each", l->n, l->found == 0 ? "was" : "is");
    work_on(g, NULL);
    return TW_OK;
}

/* The profile as it stands when the last day is over, as bytes; what led to it is not needed any more. */
static tw_err save_profile(struct training *g)
{
    const int32_t last = g->t->input.data.last_day;
    tw_err err = TW_OK;
    if (last != TW_NO_DAY) err = tw_results_fold(g->results, last + 1, g->profile);
    if (err == TW_OK) err = tw_profile_save(g->profile, &g->t->profile);
    tw_profile_free(g->profile);
    tw_results_free(g->results);
    labels_free(g->labels);
    tw_findings_free(g->findings);
    g->profile = NULL;
    g->results = NULL;
    g->labels = NULL;
    g->findings = NULL;
    return err == TW_OK ? TW_OK : training_no_memory(g->fault);
}

/* --- learning --- */

static tw_err learn(struct training *g)
{
    struct tw_trained *t = g->t;
    struct tw_learn_settings set = tw_learn_settings_default();
    char words[96];
    set.seed = g->o->seed;
    set.threads = g->o->threads;
    set.monotone = tw_feature_monotone();
    set.stop = g->o->input.stop;
    t->rows = (struct tw_learn_rows){
        .x = t->lessons.x, .n_features = TW_FEATURE_N, .truth = t->lessons.truth, .n = t->lessons.n};
    snprintf(words, sizeof words, "learning from %zu inspected items, %zu findings", t->lessons.n,
             t->lessons.found);
    TW_TRY(step(g, words));
    return tw_learn(&t->rows, &set, &t->learned, g->fault);
}

static void add_setting(struct tw_model_setting *s, size_t *n, const char *name, struct tw_str value)
{
    s[(*n)++] = (struct tw_model_setting){tw_str_from(name), value};
}

static tw_err number_text(struct tw_arena *arena, double v, struct tw_str *ret)
{
    TW_SCOPED_BUF text = {0};
    tw_buf_f64(&text, v);
    return text.failed ? TW_NOMEM : tw_str_dup(arena, tw_buf_view(&text), ret);
}

static struct tw_str currency_of(const struct tw_input_options *in)
{
    return in->currency != NULL ? tw_str_from(in->currency) : in->map->national_currency;
}

/* What the run was given, before what the training chose. */
static tw_err list_settings(struct training *g)
{
    struct tw_trained *t = g->t;
    const struct tw_model_setting *chosen;
    size_t chosen_n, n = 0;
    struct tw_model_setting *s = tw_arena_array(t->arena, SETTINGS_MAX, sizeof *s);
    struct tw_str seed, de_minimis, mix, map, currency;
    TW_SCOPED_BUF text = {0};
    tw_buf_u64(&text, g->o->seed);
    if (s == NULL || text.failed || tw_str_dup(t->arena, tw_buf_view(&text), &seed) != TW_OK ||
        tw_str_dup(t->arena, g->o->input.map->name, &map) != TW_OK ||
        tw_str_dup(t->arena, currency_of(&g->o->input), &currency) != TW_OK ||
        number_text(t->arena, g->o->limits.de_minimis, &de_minimis) != TW_OK ||
        number_text(t->arena, g->o->duty_mix, &mix) != TW_OK)
        return training_no_memory(g->fault);
    add_setting(s, &n, "map", map);
    add_setting(s, &n, "currency", currency);
    add_setting(s, &n, "de_minimis", de_minimis);
    add_setting(s, &n, "duty_mix", mix);
    add_setting(s, &n, "seed", seed);
    TW_TRY(tw_learned_settings(t->learned, t->arena, &chosen, &chosen_n, g->fault));
    for (size_t i = 0; i < chosen_n && n < SETTINGS_MAX; i++) s[n++] = chosen[i];
    t->input.setting = s;
    t->input.n_settings = n;
    t->input.currency = currency;
    return TW_OK;
}

static tw_err write_model(struct training *g)
{
    struct tw_trained *t = g->t;
    struct tw_feature_table table;
    struct tw_model_spec spec;
    uint8_t sum[TW_SHA256_BYTES];
    TW_SCOPED(tw_arena) *arena = NULL;
    if (tw_arena_new(MODEL_BYTES, &arena) != TW_OK) return training_no_memory(g->fault);
    table.feature = tw_own_features(&table.n);
    tw_feature_table_sha256(sum);
    tw_sha256_hex(sum, table.sha256);
    TW_TRY(tw_learned_model(t->learned, &table, arena, &spec, g->fault));
    return tw_model_write(&spec, &t->model, g->fault);
}

/* --- what a new model begins with --- */

/* Scores the latest declarations and puts them into the window. */
static tw_err fill_window(struct training *g)
{
    const struct recent *r = &g->recent;
    TW_SCOPED(tw_model) *m = NULL;
    TW_SCOPED(tw_channels) *c = NULL;
    TW_TRY(step(g, "scoring the latest declarations"));
    TW_TRY(tw_model_new(tw_buf_view(&g->t->model), &m, g->fault));
    TW_TRY(tw_channels_new(&g->o->channels, &c, g->fault));
    tw_channels_order(c, g->o->duty_mix);
    struct tw_order_item *item = tw_calloc(TW_ITEMS_MAX + 1, sizeof *item);
    if (item == NULL) return training_no_memory(g->fault);
    for (size_t k = 0, row = 0; k < r->n; k++) {
        const uint32_t items = recent_items(r, k);
        for (uint32_t i = 0; i < items; i++) {
            const size_t at = recent_row(r, row++);
            const struct tw_judgement j = tw_model_judge(m, r->x + at * TW_FEATURE_N, r->stake[at]);
            item[i] = (struct tw_order_item){j.risk_ppm / 1e6, j.expected_minor, j.margin};
        }
        tw_channels_seed(c, tw_order(item, items, g->o->duty_mix));
    }
    tw_free(item);
    return tw_channels_save(c, &g->t->channels) == TW_OK ? TW_OK : training_no_memory(g->fault);
}

/* --- the card --- */

static void add_file(struct training *g, const char *role, const char *path, const uint8_t *sha256)
{
    struct tw_card_input *in = &g->t->input;
    struct tw_card_file *f = &g->t->file[in->n_files];
    if (path == NULL) return;
    *f = (struct tw_card_file){.role = role, .name = tw_str_from(base_name(path))};
    if (sha256 != NULL) tw_sha256_hex(sha256, f->sha256);
    in->n_files++;
}

/* A file that was read already: its hash is taken by reading it once more, which standard input is not. */
static tw_err add_input(struct training *g, const char *role, const char *path)
{
    const struct tw_file_options how = {.sha256 = true, .stop = g->o->input.stop};
    uint8_t sum[TW_SHA256_BYTES];
    if (path == NULL || strcmp(path, "-") == 0) {
        add_file(g, role, path, NULL);
        return TW_OK;
    }
    TW_SCOPED(tw_file_in) *f = NULL;
    char *block = tw_calloc(BLOCK_BYTES, 1);
    if (block == NULL) return training_no_memory(g->fault);
    work_on(g, path);
    tw_err err = tw_file_in_open(path, &how, &f, g->fault);
    for (size_t n = 1; n > 0 && err == TW_OK;) err = tw_file_in_read(f, block, BLOCK_BYTES, &n, g->fault);
    tw_free(block);
    TW_TRY(err);
    work_on(g, NULL);
    TW_TRY(tw_file_in_sha256(f, sum));
    add_file(g, role, path, sum);
    return TW_OK;
}

static void add_output(struct training *g, const char *role, const char *name, const struct tw_buf *bytes)
{
    uint8_t sum[TW_SHA256_BYTES];
    tw_sha256(bytes->p, bytes->n, sum);
    add_file(g, role, name, sum);
}

static tw_err list_files(struct training *g)
{
    const struct tw_trained *t = g->t;
    add_file(g, "declarations", g->o->declarations, g->declarations_sha256);
    TW_TRY(add_input(g, "findings", g->o->findings));
    TW_TRY(add_input(g, "rates", g->o->input.rates));
    TW_TRY(add_input(g, "tariff", g->o->input.tariff));
    add_output(g, "model", "model.json", &t->model);
    add_output(g, "profile", "profile.state", &t->profile);
    add_output(g, "channels", "channels.state", &t->channels);
    return TW_OK;
}

static tw_err write_card(struct training *g)
{
    struct tw_trained *t = g->t;
    TW_TRY(step(g, "measuring on what was held back"));
    TW_TRY(list_files(g));
    TW_TRY(list_settings(g));
    t->input.learned = t->learned;
    t->input.rows = &t->rows;
    t->input.place = t->lessons.place;
    t->input.names = &t->names;
    t->input.file = t->file;
    t->input.seed = g->o->seed;
    if (tw_card_new(&t->input, t->arena, &t->card) != TW_OK) return training_no_memory(g->fault);
    tw_card_json(&t->card, &t->card_json);
    tw_card_text(&t->card, &t->card_md);
    return t->card_json.failed || t->card_md.failed ? training_no_memory(g->fault) : TW_OK;
}

/* --- all together --- */

static tw_err train(struct training *g)
{
    if (tw_arena_new(CARD_BYTES, &g->t->arena) != TW_OK) return training_no_memory(g->fault);
    g->t->input.data.first_day = g->t->input.data.last_day = TW_NO_DAY;
    TW_TRY(training_open(g));
    TW_TRY(training_read(g));
    TW_TRY(check_lessons(g));
    TW_TRY(save_profile(g));
    TW_TRY(learn(g));
    TW_TRY(write_model(g));
    TW_TRY(fill_window(g));
    return write_card(g);
}

tw_err tw_train(const struct tw_train_options *o, struct tw_trained **ret, struct tw_fault *fault)
{
    TW_SCOPED(tw_trained) *t = tw_calloc(1, sizeof *t);
    if (t == NULL) return training_no_memory(fault);
    struct training g = {.o = o, .fault = fault, .t = t};
    const tw_err err = train(&g);
    training_close(&g);
    TW_TRY(err);
    *ret = t;
    t = NULL;
    return TW_OK;
}

void tw_trained_free(struct tw_trained *t)
{
    if (t == NULL) return;
    tw_learned_free(t->learned);
    lessons_free(&t->lessons);
    tw_card_names_free(&t->names);
    tw_arena_free(t->arena);
    tw_buf_free(&t->model);
    tw_buf_free(&t->profile);
    tw_buf_free(&t->channels);
    tw_buf_free(&t->card_json);
    tw_buf_free(&t->card_md);
    tw_free(t);
}

struct tw_model_dir_bytes tw_trained_bytes(const struct tw_trained *t)
{
    return (struct tw_model_dir_bytes){.model = tw_buf_view(&t->model),
                                       .profile = tw_buf_view(&t->profile),
                                       .channels = tw_buf_view(&t->channels),
                                       .card_json = tw_buf_view(&t->card_json),
                                       .card_md = tw_buf_view(&t->card_md)};
}

const struct tw_card *tw_trained_card(const struct tw_trained *t)
{
    return &t->card;
}
