/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/xgb_model.h"

#include <jansson.h>
#include <math.h>

#include "fault.h"
#include "learn/xgb.h"
#include "planted.h"
#include "score/forest.h"
#include "score/shap.h"

enum { N = 2000, K = 6 };

static struct tw_buf train(const char *objective, const char *base_score, const char *depth,
                           const char *gamma)
{
    float *x = planted_matrix(N, K, 0.1, 3), *y = planted_labels(x, N, K, 4);
    for (size_t i = 0; i < N; i++) y[i] = y[i] > 0 ? 1 : 0.5F; /* what every objective can take */
    if (strncmp(objective, "binary", 6) == 0 || strncmp(objective, "rank", 4) == 0)
        for (size_t i = 0; i < N; i++) y[i] = y[i] > 0.5F ? 1 : 0;
    const struct tw_xgb_param param[] = {{"objective", objective}, {"base_score", base_score},
                                         {"max_depth", depth},     {"gamma", gamma},
                                         {"tree_method", "exact"}, {"nthread", "1"}};
    const struct tw_xgb_rows rows = {.x = x, .n_columns = K, .n = N, .label = y};
    struct tw_buf json = {0};
    struct tw_fault fault = {0};
    if (tw_xgb_train_native(&rows, param, 6, 9, &json, &fault) != TW_OK) printf("# %s\n", fault.note);
    CHECK(json.n > 0);
    free(x);
    free(y);
    return json;
}

static struct tw_forest_spec convert(struct tw_str json, struct tw_arena *arena)
{
    struct tw_forest_spec spec = {0};
    struct tw_fault fault = {0};
    if (tw_xgb_model_read(json, arena, &spec, &fault) != TW_OK) printf("# %s: %s\n", fault.path, fault.note);
    CHECK(spec.n_trees > 0);
    return spec;
}

/* Planted rows, every other value set to what makes trees err: a threshold, its neighbours, infinite,
 * missing. */
static float *nasty_rows(const struct tw_forest_spec *spec)
{
    float *x = planted_matrix(N, K, 0.1, 5);
    const float odd[] = {NAN, INFINITY, -INFINITY, 0.0F, -0.0F, 1e38F};
    size_t next = 0;
    for (size_t i = 0; i < (size_t)N * K; i += 2) {
        const struct tw_tree_spec *t = &spec->tree[i % spec->n_trees];
        uint32_t node = (uint32_t)(i / 2) % t->n;
        if (i % 3 == 0)
            x[i] = odd[next++ % 6];
        else if (t->feature[node] != TW_LEAF)
            x[i - i % K + (size_t)t->feature[node]] = t->threshold[node];
    }
    return x;
}

/* Returns the forest's depth. */
static uint32_t agrees(struct tw_buf json)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED(tw_forest) *f = NULL;
    TW_SCOPED(tw_xgb_booster) *b = NULL;
    CHECK(tw_arena_new(1 << 24, &arena) == TW_OK);
    struct tw_forest_spec spec = convert(tw_buf_view(&json), arena);
    CHECK(tw_forest_new(&spec, "trees", &f, NULL) == TW_OK);
    CHECK(tw_xgb_booster_new(tw_buf_view(&json), 1, &b, NULL) == TW_OK);
    float *x = nasty_rows(&spec), *ours = calloc(N, sizeof *ours), *theirs = calloc(N, sizeof *theirs);
    CHECK(ours != NULL && theirs != NULL);
    const struct tw_xgb_rows rows = {.x = x, .n_columns = K, .n = N};
    CHECK(tw_xgb_margins(b, &rows, theirs, NULL) == TW_OK);
    tw_forest_batch(f, x, N, ours);
    CHECK(memcmp(ours, theirs, N * sizeof *ours) == 0);
    free(x);
    free(ours);
    free(theirs);
    tw_buf_free(&json);
    return tw_forest_depth(f);
}

static void gives_the_librarys_margins_for_every_objective(void)
{
    const char *const objective[] = {"reg:squarederror",
                                     "reg:squaredlogerror",
                                     "reg:pseudohubererror",
                                     "reg:absoluteerror",
                                     "binary:logistic",
                                     "reg:logistic",
                                     "binary:logitraw",
                                     "binary:hinge",
                                     "count:poisson",
                                     "reg:gamma",
                                     "reg:tweedie",
                                     "rank:pairwise",
                                     "rank:ndcg",
                                     "rank:map"};
    uint32_t deepest = 0;
    for (size_t i = 0; i < sizeof objective / sizeof *objective; i++) {
        printf("# %s\n", objective[i]);
        uint32_t depth = agrees(train(objective[i], "0.5", "6", "0"));
        if (depth > deepest) deepest = depth;
        CHECK(agrees(train(objective[i], "0.25", "3", "0")) <= 3);
        CHECK(agrees(train(objective[i], "0.1", "2", "0")) <= 2);
    }
    CHECK(deepest == 6);
}

static void gives_the_librarys_margins_for_deep_trees(void)
{
    CHECK(agrees(train("binary:logistic", "0.5", "12", "0")) > 6);
}

static void closes_the_holes_that_pruning_leaves(void)
{
    struct tw_buf json = train("binary:logistic", "0.5", "6", "3");
    json_t *root = json_loadb(json.p, json.n, 0, NULL);
    CHECK(root != NULL);
    json_t *trees = json_object_get(
        json_object_get(json_object_get(json_object_get(root, "learner"), "gradient_booster"), "model"),
        "trees");
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(1 << 24, &arena) == TW_OK);
    struct tw_forest_spec spec = convert(tw_buf_view(&json), arena);
    size_t closed = 0;
    for (uint32_t t = 0; t < spec.n_trees; t++) {
        size_t theirs = json_array_size(json_object_get(json_array_get(trees, t), "left_children"));
        CHECK(spec.tree[t].n <= theirs);
        closed += theirs - spec.tree[t].n;
    }
    CHECK(closed > 0);
    json_decref(root);
    CHECK(agrees(json) > 0);
}

static void gives_the_librarys_attributions(void)
{
    const char *const depth[] = {"6", "9"};
    for (size_t d = 0; d < 2; d++) {
        struct tw_buf json = train("binary:logistic", "0.5", depth[d], "0");
        TW_SCOPED(tw_arena) *arena = NULL;
        TW_SCOPED(tw_shap) *s = NULL;
        TW_SCOPED(tw_xgb_booster) *b = NULL;
        CHECK(tw_arena_new(1 << 24, &arena) == TW_OK);
        struct tw_forest_spec spec = convert(tw_buf_view(&json), arena);
        CHECK(tw_shap_new(&spec, "trees", &s, NULL) == TW_OK);
        CHECK(tw_xgb_booster_new(tw_buf_view(&json), 1, &b, NULL) == TW_OK);
        float *x = planted_matrix(N, K, 0.1, 5), *theirs = calloc((size_t)N * (K + 1), sizeof *theirs);
        double *ours = calloc((size_t)N * K, sizeof *ours);
        CHECK(ours != NULL && theirs != NULL);
        const struct tw_xgb_rows rows = {.x = x, .n_columns = K, .n = N};
        CHECK(tw_xgb_contributions(b, &rows, theirs, NULL) == TW_OK);
        CHECK(tw_shap_batch(s, x, N, ours) == TW_OK);
        for (size_t r = 0; r < N; r++) {
            for (size_t j = 0; j < K; j++)
                CHECK(fabs(ours[r * K + j] - (double)theirs[r * (K + 1) + j]) <= 1e-5);
            CHECK(fabs(tw_shap_bias(s) - (double)theirs[r * (K + 1) + K]) <= 1e-5);
        }
        free(x);
        free(ours);
        free(theirs);
        tw_buf_free(&json);
    }
}

/* Two features, one tree: x0 < 1.5 ? (x1 < -2 ? -1 : 2) : 0.125, written as XGBoost does, node 3 pruned away.
 */
static const char small[] =
    "{\"learner\":{\"gradient_booster\":{\"name\":\"gbtree\",\"model\":{\"tree_info\":[0],\"trees\":[{"
    "\"left_children\":[1,4,-1,-1,-1,-1],\"right_children\":[2,5,-1,-1,-1,-1],\"split_indices\":[0,1,0,0,0,0]"
    ","
    "\"split_conditions\":[1.5E0,-2E0,1.25E-1,9E0,-1E0,2E0],\"default_left\":[1,0,0,0,0,0],"
    "\"sum_hessian\":[1E1,6E0,4E0,0,1E0,5E0],\"split_type\":[0,0,0,0,0,0]}]}},"
    "\"learner_model_param\":{\"base_score\":\"5E-1\",\"num_class\":\"0\",\"num_feature\":\"2\",\"num_"
    "target\":\"1\"},"
    "\"objective\":{\"name\":\"binary:logistic\"}},\"version\":[1,7,4]}";

static tw_err edited(const char *was, const char *is, struct tw_fault *fault)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED_BUF text = {0};
    const char *from = strstr(small, was);
    CHECK(from != NULL && tw_arena_new(1 << 20, &arena) == TW_OK);
    tw_buf_put(&text, small, (size_t)(from - small));
    tw_buf_text(&text, is);
    tw_buf_text(&text, from + strlen(was));
    struct tw_forest_spec spec = {.n_trees = 77};
    tw_err err = tw_xgb_model_read(tw_buf_view(&text), arena, &spec, fault);
    CHECK((err == TW_OK) == (spec.n_trees != 77));
    return err;
}

static void reads_a_model_written_by_hand(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    struct tw_forest_spec s = convert(tw_str_from(small), arena);
    const struct tw_tree_spec *t = &s.tree[0];
    CHECK(s.n_features == 2 && s.n_trees == 1 && s.base_margin == 0 && t->n == 5);
    const int32_t feature[] = {0, 1, -1, -1, -1}, left[] = {1, 3, 0, 0, 0}, right[] = {2, 4, 0, 0, 0};
    const float threshold[] = {1.5F, -2, 0, 0, 0}, value[] = {0, 0, 0.125F, -1, 2},
                cover[] = {10, 6, 4, 1, 5};
    for (size_t i = 0; i < 5; i++) {
        CHECK(t->feature[i] == feature[i] && t->left[i] == left[i] && t->right[i] == right[i]);
        CHECK(t->threshold[i] == threshold[i] && t->value[i] == value[i] && t->cover[i] == cover[i]);
        CHECK(t->default_left[i] == (i == 0));
    }
}

static void says_where_a_hostile_model_is_wrong(void)
{
    static const struct {
        const char *was, *is, *path;
        tw_err code;
    } row[] = {
        {"{\"learner\"", "[\"learner\"", "", TW_FORMAT},
        {"\"learner\"", "\"learned\"", "learner.gradient_booster.name", TW_FORMAT},
        {"gbtree", "dart", "learner.gradient_booster.name", TW_FORMAT},
        {"binary:logistic", "multi:softmax", "learner.objective.name", TW_FORMAT},
        {"\"name\":\"binary:logistic\"", "", "learner.objective.name", TW_FORMAT},
        {"\"5E-1\"", "\"0\"", "learner.learner_model_param.base_score", TW_FORMAT},
        {"\"5E-1\"", "\"1\"", "learner.learner_model_param.base_score", TW_FORMAT},
        {"\"5E-1\"", "\"1.5\"", "learner.learner_model_param.base_score", TW_FORMAT},
        {"\"5E-1\"", "0.5", "learner.learner_model_param.base_score", TW_FORMAT},
        {"\"num_class\":\"0\"", "\"num_class\":\"3\"", "learner.learner_model_param.num_class", TW_LIMIT},
        {"\"num_target\":\"1\"", "\"num_target\":\"2\"", "learner.learner_model_param.num_target", TW_LIMIT},
        {"\"num_feature\":\"2\"", "\"num_feature\":\"1025\"", "learner.learner_model_param.num_feature",
         TW_LIMIT},
        {"\"num_feature\":\"2\"", "\"num_feature\":\"-1\"", "learner.learner_model_param.num_feature",
         TW_LIMIT},
        {"\"num_feature\":\"2\"", "\"num_feature\":\"1.5\"", "learner.learner_model_param.num_feature",
         TW_LIMIT},
        {"\"num_feature\":\"2\"", "\"num_feature\":\"x\"", "learner.learner_model_param.num_feature",
         TW_FORMAT},
        {"\"num_feature\":\"2\"", "\"num_feature\":\"1\"", "trees[0].feature[1]", TW_FORMAT},
        {"\"tree_info\":[0]", "\"tree_info\":[0,1]", "learner.gradient_booster.model.tree_info[1]",
         TW_FORMAT},
        {"\"trees\":[{", "\"trees\":[0,{", "trees[0].left_children", TW_FORMAT},
        {"\"trees\"", "\"shrubs\"", "learner.gradient_booster.model.trees", TW_LIMIT},
        {"[1,4,-1,-1,-1,-1]", "[]", "trees[0].left_children", TW_LIMIT},
        {"[1,4,-1,-1,-1,-1]", "[1,4,-1,-1,-1]", "trees[0].right_children", TW_FORMAT},
        {"[1,4,-1,-1,-1,-1]", "[1,0,-1,-1,-1,-1]", "trees[0] node", TW_FORMAT},
        {"[1,4,-1,-1,-1,-1]", "[1,6,-1,-1,-1,-1]", "trees[0] node 1", TW_FORMAT},
        {"[1,4,-1,-1,-1,-1]", "[1,-2,-1,-1,-1,-1]", "trees[0] node 1", TW_FORMAT},
        {"[1,4,-1,-1,-1,-1]", "[1,-1,-1,-1,-1,-1]", "trees[0] node 1", TW_FORMAT},
        {"[1,4,-1,-1,-1,-1]", "[1,4.0,-1,-1,-1,-1]", "trees[0] node 1", TW_FORMAT},
        {"\"split_indices\":[0,1", "\"split_indices\":[0,-1", "trees[0] node 1", TW_FORMAT},
        {"\"split_indices\":[0,1", "\"split_indices\":[0,1024", "trees[0] node 1", TW_FORMAT},
        {"-2E0", "1E39", "trees[0] node 1", TW_FORMAT},
        {"-2E0", "\"\"", "trees[0] node 1", TW_FORMAT},
        {"-2E0", "1E999", "", TW_FORMAT},
        {"6E0,4E0", "0,4E0", "trees[0].cover[1]", TW_FORMAT},
        {"6E0,4E0", "3E0,4E0", "trees[0].cover[0]", TW_FORMAT},
        {"\"split_type\":[0,0", "\"split_type\":[0,1", "trees[0].split_type[1]", TW_FORMAT},
    };
    CHECK(edited("gbtree", "gbtree", NULL) == TW_OK);
    CHECK(edited("[1,0,0,0,0,0]", "[true,false,0,0,0,0]", NULL) == TW_OK);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct tw_fault fault = {0};
        tw_err err = edited(row[i].was, row[i].is, &fault);
        size_t n = strlen(row[i].path), has = strlen(fault.path);
        bool right = err == row[i].code && (n == 0 ? has == 0 : strstr(fault.path, row[i].path) != NULL);
        if (!right)
            printf("# %s -> %s: %s at '%s': %s\n", row[i].was, row[i].is, tw_err_name(err), fault.path,
                   fault.note);
        CHECK(right && fault.note[0] != '\0');
    }
    struct tw_forest_spec spec;
    CHECK(tw_xgb_model_read((struct tw_str){0}, NULL, &spec, NULL) == TW_FORMAT);
}

static tw_err read_small(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_TRY(tw_arena_new(1 << 20, &arena));
    struct tw_forest_spec spec;
    return tw_xgb_model_read(tw_str_from(small), arena, &spec, NULL);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(read_small) == 4);
}

static void tells_a_full_arena(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(0, &arena) == TW_OK);
    struct tw_forest_spec spec;
    CHECK(tw_xgb_model_read(tw_str_from(small), arena, &spec, NULL) == TW_NOMEM);
}

int main(void)
{
    RUN(gives_the_librarys_margins_for_every_objective);
    RUN(gives_the_librarys_margins_for_deep_trees);
    RUN(closes_the_holes_that_pruning_leaves);
    RUN(gives_the_librarys_attributions);
    RUN(reads_a_model_written_by_hand);
    RUN(says_where_a_hostile_model_is_wrong);
    RUN(survives_every_failed_allocation);
    RUN(tells_a_full_arena);
    return DONE();
}
