/* SPDX-License-Identifier: Apache-2.0 */
/* The one file of learn/ that names jansson. XGBoost numbers nodes in the order they were made and leaves
 * holes where it pruned; here the tree is walked from its root, level by level, and numbered anew, so that
 * children stand after their parents side by side. Whatever is wrong with the values themselves is found by
 * tw_forest_check. */
#include "learn/xgb_model.h"

#include <float.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"

#define TREES "learner.gradient_booster.model.trees"

/* The arrays of one tree as XGBoost writes them. */
struct source {
    const json_t *left, *right, *feature, *condition, *default_left, *cover;
    size_t n;
};

/* The same, ours, being written. */
struct target {
    int32_t *feature, *left, *right;
    float *threshold, *value, *cover;
    uint8_t *default_left;
};

static struct tw_fault *at(struct tw_fault *fault, const char *fmt, ...) TW_PRINTF(2, 3);

static struct tw_fault *at(struct tw_fault *fault, const char *fmt, ...)
{
    if (fault == NULL) return NULL;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(fault->path, sizeof fault->path, fmt, ap);
    va_end(ap);
    return fault;
}

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory while reading an XGBoost model");
}

/* The member at the end of a chain of names, separated by dots; NULL when there is none. */
static const json_t *member(const json_t *root, const char *path)
{
    struct tw_str rest = tw_str_from(path);
    while (root != NULL && rest.n > 0) {
        struct tw_str key = tw_str_cut(rest, '.', &rest);
        char name[64];
        if (key.n >= sizeof name) return NULL;
        memcpy(name, key.s, key.n);
        name[key.n] = '\0';
        root = json_object_get(root, name);
    }
    return root;
}

/* XGBoost writes its parameters as texts. */
static tw_err parameter(const json_t *root, const char *path, double *ret, struct tw_fault *fault)
{
    const json_t *v = member(root, path);
    struct tw_str text = {json_string_value(v), json_string_length(v)};
    if (!json_is_string(v) || tw_str_f64(text, ret) != TW_OK)
        return tw_fail(at(fault, "%s", path), TW_FORMAT, "a number, as a text, must stand here");
    return TW_OK;
}

static double identity(double score)
{
    return score;
}

/* In float, as XGBoost does: -logf(1 / p - 1). */
static double log_odds(double score)
{
    float odds_against = 1.0F / (float)score - 1.0F;
    return -tw_log((double)odds_against);
}

/* What base_score is to the margin. */
static const struct {
    const char *objective;
    double (*link)(double score);
} links[] = {
    {"reg:squarederror", identity},
    {"reg:squaredlogerror", identity},
    {"reg:pseudohubererror", identity},
    {"reg:absoluteerror", identity},
    {"binary:logistic", log_odds},
    {"reg:logistic", log_odds},
    {"binary:logitraw", identity},
    {"binary:hinge", identity},
    {"count:poisson", tw_log},
    {"reg:gamma", tw_log},
    {"reg:tweedie", tw_log},
    {"rank:pairwise", identity},
    {"rank:ndcg", identity},
    {"rank:map", identity},
};

static tw_err read_base(const json_t *root, float *ret, struct tw_fault *fault)
{
    double score = 0;
    const char *objective = json_string_value(member(root, "learner.objective.name"));
    TW_TRY(parameter(root, "learner.learner_model_param.base_score", &score, fault));
    for (size_t i = 0; objective != NULL && i < sizeof links / sizeof *links; i++) {
        if (strcmp(links[i].objective, objective) != 0) continue;
        double margin = links[i].link((double)(float)score);
        if (!isfinite(margin))
            return tw_fail(at(fault, "learner.learner_model_param.base_score"), TW_FORMAT,
                           "base_score must lie where %s can take it, e.g. 0.5", objective);
        *ret = (float)margin;
        return TW_OK;
    }
    return tw_fail(at(fault, "learner.objective.name"), TW_FORMAT,
                   "objective %.40s is not known here; binary:logistic or reg:squarederror would be",
                   objective != NULL ? objective : "(none)");
}

static tw_err column(const json_t *tree, const char *name, uint32_t t, size_t n, const json_t **ret,
                     struct tw_fault *fault)
{
    const json_t *v = json_object_get(tree, name);
    if (!json_is_array(v) || (n > 0 && json_array_size(v) != n))
        return tw_fail(at(fault, TREES "[%u].%s", t, name), TW_FORMAT,
                       "an array with one element for each node of the tree must stand here");
    *ret = v;
    return TW_OK;
}

static tw_err numbers_only(const json_t *kind, uint32_t t, struct tw_fault *fault)
{
    for (size_t i = 0; i < json_array_size(kind); i++)
        if (json_integer_value(json_array_get(kind, i)) != 0)
            return tw_fail(at(fault, TREES "[%u].split_type[%zu]", t, i), TW_FORMAT,
                           "splits by category are not taken; train with numbers only");
    return TW_OK;
}

static tw_err find_columns(const json_t *tree, uint32_t t, struct source *ret, struct tw_fault *fault)
{
    const json_t *kind = NULL;
    TW_TRY(column(tree, "left_children", t, 0, &ret->left, fault));
    ret->n = json_array_size(ret->left);
    if (ret->n == 0 || ret->n > TW_NODES_MAX)
        return tw_fail(at(fault, TREES "[%u].left_children", t), TW_LIMIT,
                       "a tree must have from 1 to %d nodes", TW_NODES_MAX);
    TW_TRY(column(tree, "right_children", t, ret->n, &ret->right, fault));
    TW_TRY(column(tree, "split_indices", t, ret->n, &ret->feature, fault));
    TW_TRY(column(tree, "split_conditions", t, ret->n, &ret->condition, fault));
    TW_TRY(column(tree, "default_left", t, ret->n, &ret->default_left, fault));
    TW_TRY(column(tree, "sum_hessian", t, ret->n, &ret->cover, fault));
    TW_TRY(column(tree, "split_type", t, ret->n, &kind, fault));
    return numbers_only(kind, t, fault);
}

static bool to_float(const json_t *v, float *ret)
{
    double d = json_number_value(v);
    if (!json_is_number(v) || !(fabs(d) <= (double)FLT_MAX)) return false;
    *ret = (float)d;
    return true;
}

/* The node a child array names: -1 = none, below n; false when it is neither. */
static bool to_node(const json_t *v, size_t n, int32_t *ret)
{
    json_int_t i = json_integer_value(v);
    if (!json_is_integer(v) || i < -1 || i >= (json_int_t)n) return false;
    *ret = (int32_t)i;
    return true;
}

/* Copies node `from` to place `to`; its children go to the end of the queue. */
static tw_err copy_node(const struct source *s, struct target *ret, uint32_t from, uint32_t to,
                        uint32_t *queue, size_t *queued)
{
    int32_t left = 0, right = 0;
    float condition = 0;
    bool good = to_node(json_array_get(s->left, from), s->n, &left) &&
                to_node(json_array_get(s->right, from), s->n, &right) && (left < 0) == (right < 0) &&
                to_float(json_array_get(s->condition, from), &condition) &&
                to_float(json_array_get(s->cover, from), &ret->cover[to]);
    if (!good) return TW_FORMAT;
    if (left < 0) {
        ret->feature[to] = TW_LEAF;
        ret->value[to] = condition;
        return TW_OK;
    }
    const json_t *feature = json_array_get(s->feature, from),
                 *missing = json_array_get(s->default_left, from);
    json_int_t f = json_integer_value(feature);
    if (!json_is_integer(feature) || f < 0 || f >= TW_FEATURES_MAX || *queued + 2 > s->n) return TW_FORMAT;
    ret->feature[to] = (int32_t)f;
    ret->threshold[to] = condition;
    ret->default_left[to] = json_is_true(missing) || json_integer_value(missing) != 0;
    ret->left[to] = (int32_t)*queued;
    ret->right[to] = (int32_t)*queued + 1;
    queue[(*queued)++] = (uint32_t)left;
    queue[(*queued)++] = (uint32_t)right;
    return TW_OK;
}

static bool new_target(struct tw_arena *arena, size_t n, struct target *ret)
{
    ret->feature = tw_arena_array(arena, n, sizeof *ret->feature);
    ret->threshold = tw_arena_array(arena, n, sizeof *ret->threshold);
    ret->left = tw_arena_array(arena, n, sizeof *ret->left);
    ret->right = tw_arena_array(arena, n, sizeof *ret->right);
    ret->default_left = tw_arena_array(arena, n, sizeof *ret->default_left);
    ret->value = tw_arena_array(arena, n, sizeof *ret->value);
    ret->cover = tw_arena_array(arena, n, sizeof *ret->cover);
    return ret->feature != NULL && ret->threshold != NULL && ret->left != NULL && ret->right != NULL &&
           ret->default_left != NULL && ret->value != NULL && ret->cover != NULL;
}

static tw_err read_tree(const json_t *tree, uint32_t t, uint32_t *queue, struct tw_arena *arena,
                        struct tw_tree_spec *ret, struct tw_fault *fault)
{
    struct source s = {0};
    struct target to = {0};
    TW_TRY(find_columns(tree, t, &s, fault));
    if (!new_target(arena, s.n, &to)) return no_memory(fault);
    size_t queued = 1;
    queue[0] = 0;
    for (uint32_t i = 0; i < queued; i++)
        if (copy_node(&s, &to, queue[i], i, queue, &queued) != TW_OK)
            return tw_fail(
                at(fault, TREES "[%u] node %u", t, queue[i]), TW_FORMAT,
                "this node must have a feature, a finite condition and cover, and two children or none, "
                "each in one place of the tree");
    *ret = (struct tw_tree_spec){.n = (uint32_t)queued,
                                 .feature = to.feature,
                                 .threshold = to.threshold,
                                 .left = to.left,
                                 .right = to.right,
                                 .default_left = to.default_left,
                                 .value = to.value,
                                 .cover = to.cover};
    return TW_OK;
}

static tw_err expect(const json_t *root, const char *path, double most, double *ret, struct tw_fault *fault)
{
    TW_TRY(parameter(root, path, ret, fault));
    if (*ret >= 0 && *ret <= most && *ret == floor(*ret)) return TW_OK;
    return tw_fail(at(fault, "%s", path), TW_LIMIT, "a whole number from 0 to %.0f must stand here", most);
}

/* One output, plain trees, numbers of features this program takes. */
static tw_err read_head(const json_t *root, struct tw_forest_spec *ret, struct tw_fault *fault)
{
    const char *booster = json_string_value(member(root, "learner.gradient_booster.name"));
    const json_t *group = member(root, "learner.gradient_booster.model.tree_info");
    double classes = 0, targets = 0, features = 0;
    if (booster == NULL || strcmp(booster, "gbtree") != 0)
        return tw_fail(at(fault, "learner.gradient_booster.name"), TW_FORMAT,
                       "this must be an XGBoost model in JSON with booster gbtree");
    TW_TRY(expect(root, "learner.learner_model_param.num_class", 1, &classes, fault));
    if (member(root, "learner.learner_model_param.num_target") != NULL)
        TW_TRY(expect(root, "learner.learner_model_param.num_target", 1, &targets, fault));
    TW_TRY(expect(root, "learner.learner_model_param.num_feature", TW_FEATURES_MAX, &features, fault));
    for (size_t t = 0; t < json_array_size(group); t++)
        if (json_integer_value(json_array_get(group, t)) != 0)
            return tw_fail(at(fault, "learner.gradient_booster.model.tree_info[%zu]", t), TW_FORMAT,
                           "a model with several outputs is not taken; train one with one output");
    ret->n_features = (uint32_t)features;
    return read_base(root, &ret->base_margin, fault);
}

static tw_err read_trees(const json_t *root, struct tw_arena *arena, struct tw_forest_spec *ret,
                         struct tw_fault *fault)
{
    const json_t *trees = member(root, TREES);
    size_t n = json_array_size(trees);
    if (!json_is_array(trees) || n > TW_TREES_MAX)
        return tw_fail(at(fault, TREES), TW_LIMIT, "an array of at most %d trees must stand here",
                       TW_TREES_MAX);
    if (n == 0) return TW_OK;
    struct tw_tree_spec *tree = tw_arena_array(arena, n, sizeof *tree);
    if (tree == NULL) return no_memory(fault);
    uint32_t *queue = tw_calloc(TW_NODES_MAX, sizeof *queue);
    if (queue == NULL) return no_memory(fault);
    tw_err err = TW_OK;
    for (uint32_t t = 0; err == TW_OK && t < n; t++)
        err = read_tree(json_array_get(trees, t), t, queue, arena, &tree[t], fault);
    tw_free(queue);
    ret->tree = tree;
    ret->n_trees = (uint32_t)n;
    return err;
}

tw_err tw_xgb_model_read(struct tw_str json, struct tw_arena *arena, struct tw_forest_spec *ret,
                         struct tw_fault *fault)
{
    json_error_t error;
    json_t *root = json_loadb(json.n > 0 ? json.s : "", json.n, JSON_REJECT_DUPLICATES, &error);
    /* jansson often takes an empty heap for bad syntax, and leaves its text empty then */
    if (root == NULL && (json_error_code(&error) == json_error_out_of_memory || error.text[0] == '\0'))
        return no_memory(fault);
    if (root == NULL) {
        if (fault != NULL) fault->byte = error.position > 0 ? (uint64_t)error.position : 0;
        return tw_fail(fault, TW_FORMAT, "an XGBoost model must be JSON: %.120s", error.text);
    }
    struct tw_forest_spec spec = {0};
    tw_err err = read_head(root, &spec, fault);
    if (err == TW_OK) err = read_trees(root, arena, &spec, fault);
    json_decref(root);
    if (err == TW_OK) err = tw_forest_check(&spec, TREES, NULL, fault);
    if (err == TW_OK) *ret = spec;
    return err;
}
