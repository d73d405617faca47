/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/assemble.h"

#include <math.h>
#include <string.h>

#include "base/date.h"
#include "learn/xgb_model.h"

enum { SETTINGS_MAX = 48 };

static tw_err out_of_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory for the trees of the model");
}

/* --- forests --- */

/* Divides the leaves of a forest that is ours alone, in the arena. */
static tw_err divide_leaves(struct tw_tree_spec *tree, uint32_t n, float by, struct tw_arena *arena,
                            struct tw_fault *fault)
{
    for (uint32_t t = 0; t < n; t++) {
        float *value = tw_arena_array(arena, tree[t].n, sizeof(*value));
        if (value == NULL) return out_of_memory(fault);
        for (uint32_t i = 0; i < tree[t].n; i++) value[i] = tree[t].value[i] / by;
        tree[t].value = value;
    }
    return TW_OK;
}

static tw_err join_bags(const struct tw_learned *l, struct tw_arena *arena, struct tw_forest_spec *ret,
                        struct tw_fault *fault)
{
    uint64_t trees = (uint64_t)l->bags * l->used.rounds;
    if (trees > TW_TREES_MAX)
        return tw_fail(fault, TW_LIMIT, "%u bags of %u trees are more than the %d a model file takes",
                       l->bags, l->used.rounds, TW_TREES_MAX);
    struct tw_tree_spec *tree = tw_arena_array(arena, (size_t)trees, sizeof(*tree));
    if (tree == NULL) return out_of_memory(fault);
    *ret = (struct tw_forest_spec){.tree = tree};
    for (uint32_t b = 0; b < l->bags; b++) {
        struct tw_forest_spec one;
        TW_TRY(tw_xgb_model_read(tw_buf_view(l->forest + b), arena, &one, fault));
        if (ret->n_trees + one.n_trees > trees)
            return tw_fail(fault, TW_INTERNAL, "a forest has too many trees");
        memcpy(tree + ret->n_trees, one.tree, one.n_trees * sizeof(*tree));
        ret->n_trees += one.n_trees;
        ret->n_features = one.n_features;
        ret->base_margin = one.base_margin;
    }
    return l->bags > 1 ? divide_leaves(tree, ret->n_trees, (float)l->bags, arena, fault) : TW_OK;
}

/* A forest that says the same of every row: one tree that is all leaf, and adds nothing to the base. */
static tw_err constant_forest(const struct tw_duty *d, uint32_t n_features, struct tw_arena *arena,
                              struct tw_forest_spec *ret, struct tw_fault *fault)
{
    static const int32_t leaf = TW_LEAF;
    static const int32_t none = 0;
    static const float nothing = 0;
    static const uint8_t no = 0;
    struct tw_tree_spec *tree = tw_arena_alloc(arena, sizeof(*tree));
    float *cover = tw_arena_alloc(arena, sizeof(*cover));
    if (tree == NULL || cover == NULL) return out_of_memory(fault);
    *cover = d->n > 0 ? (float)d->n : 1;
    *tree = (struct tw_tree_spec){.n = 1,
                                  .feature = &leaf,
                                  .threshold = &nothing,
                                  .left = &none,
                                  .right = &none,
                                  .default_left = &no,
                                  .value = &nothing,
                                  .cover = cover};
    *ret = (struct tw_forest_spec){.tree = tree, .n_trees = 1, .n_features = n_features};
    return TW_OK;
}

static tw_err duty_forest(const struct tw_learned *l, uint32_t n_features, struct tw_arena *arena,
                          struct tw_forest_spec *ret, struct tw_fault *fault)
{
    if (l->duty.json.n > 0)
        TW_TRY(tw_xgb_model_read(tw_buf_view(&l->duty.json), arena, ret, fault));
    else
        TW_TRY(constant_forest(&l->duty, n_features, arena, ret, fault));
    ret->base_margin = (float)l->duty.base_margin;
    return TW_OK;
}

/* --- settings --- */

struct list {
    struct tw_arena *arena;
    struct tw_model_setting *item;
    size_t n;
    bool failed;
};

static void add(struct list *l, const char *name, const struct tw_buf *text)
{
    if (l->n == SETTINGS_MAX || text->failed) l->failed = true;
    if (l->failed) return;
    struct tw_model_setting *s = l->item + l->n++;
    s->name = tw_str_from(name);
    l->failed = tw_str_dup(l->arena, tw_buf_view(text), &s->value) != TW_OK;
}

static void add_number(struct list *l, const char *name, double value)
{
    TW_SCOPED_BUF text = {0};
    if (isfinite(value))
        tw_buf_f64(&text, value);
    else
        tw_buf_text(&text, "not judged");
    add(l, name, &text);
}

static void add_text(struct list *l, const char *name, const char *value)
{
    TW_SCOPED_BUF text = {0};
    tw_buf_text(&text, value);
    add(l, name, &text);
}

static void add_day(struct list *l, const char *name, int32_t day)
{
    TW_SCOPED_BUF text = {0};
    tw_buf_day(&text, day);
    add(l, name, &text);
}

static void add_forest(struct list *l, const struct tw_xgb_settings *s)
{
    add_number(l, "depth", s->depth);
    add_number(l, "rounds", s->rounds);
    add_number(l, "eta", s->eta);
    add_number(l, "min_child_weight", s->min_child_weight);
    add_number(l, "lambda", s->lambda);
    add_number(l, "gamma", s->gamma);
    add_number(l, "subsample", s->subsample);
    add_number(l, "colsample", s->colsample);
    add_number(l, "max_bin", s->max_bin);
    add_number(l, "threads", s->threads);
}

tw_err tw_learned_settings(const struct tw_learned *l, struct tw_arena *arena,
                           const struct tw_model_setting **ret, size_t *ret_n, struct tw_fault *fault)
{
    struct list list = {.arena = arena, .item = tw_arena_array(arena, SETTINGS_MAX, sizeof(*list.item))};
    if (list.item == NULL) return out_of_memory(fault);
    struct tw_xgb_version v = tw_xgb_version();
    TW_SCOPED_BUF library = {0};
    tw_buf_printf(&library, "XGBoost %d.%d.%d", v.major, v.minor, v.patch);
    add(&list, "library", &library);
    add_forest(&list, &l->used);
    add_number(&list, "bags", l->bags);
    add_number(&list, "candidate", (double)l->candidate + 1);
    add_number(&list, "log_loss_held_back", l->loss);
    add_day(&list, "held_back_since", l->sample->cut_day);
    add_number(&list, "rows_held_back", (double)l->sample->n_held);
    add_number(&list, "findings_held_back", (double)l->sample->n_held_found);
    add_number(&list, "rows_worth", l->sample->effective_n);
    add_number(&list, "rows_calibrated", (double)l->n_calibrated);
    add_number(&list, "calibration_slope", l->curve.slope);
    add_text(&list, "duty_way", tw_duty_way_words(l->duty.way));
    add_number(&list, "duty_findings", (double)l->duty.n);
    add_number(&list, "duty_rounds", l->duty.rounds);
    if (list.failed) return out_of_memory(fault);
    *ret = list.item;
    *ret_n = list.n;
    return TW_OK;
}

/* --- the model --- */

static tw_err day_text(int32_t day, struct tw_arena *arena, struct tw_str *ret)
{
    TW_SCOPED_BUF text = {0};
    tw_buf_day(&text, day);
    return text.failed ? TW_NOMEM : tw_str_dup(arena, tw_buf_view(&text), ret);
}

tw_err tw_learned_model(const struct tw_learned *l, const struct tw_feature_table *table,
                        struct tw_arena *arena, struct tw_model_spec *ret, struct tw_fault *fault)
{
    struct tw_model_spec m = {
        .feature = table->feature,
        .calibration = {l->curve.margin, l->curve.risk, l->curve.n},
        .duty_link = TW_DUTY_LOG,
        .duty_max = l->duty.n > 0 ? (float)l->duty.most : 0, /* nothing recovered is known: nothing is said */
        .training = {.rows = l->sample->n, .findings = l->sample->n_found, .seed = l->used.seed}};
    memcpy(m.feature_table_sha256, table->sha256, sizeof(m.feature_table_sha256));
    TW_TRY(join_bags(l, arena, &m.risk, fault));
    if (m.risk.n_features != table->n)
        return tw_fail(fault, TW_ARG, "the rows had %u features, the table has %u", m.risk.n_features,
                       table->n);
    if (l->duty.n > 0) TW_TRY(duty_forest(l, table->n, arena, &m.duty, fault));
    TW_TRY(tw_learned_settings(l, arena, &m.training.setting, &m.training.n_settings, fault));
    if (day_text(l->sample->first_day, arena, &m.training.from) != TW_OK ||
        day_text(l->sample->last_day, arena, &m.training.to) != TW_OK)
        return out_of_memory(fault);
    *ret = m;
    return TW_OK;
}
