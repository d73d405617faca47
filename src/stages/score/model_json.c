/* SPDX-License-Identifier: Apache-2.0 */
/* The one file of score/ that names jansson. Each getter says what it wanted and where it stands when it does
 * not find it; nothing is converted silently, and an object must have exactly the members it should. */
#include <float.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "score/model_priv.h"

/* An object, where it stands in the file, and where its content goes. */
struct place {
    json_t *object; /* borrowed */
    char path[64];  /* "" = the whole file */
    struct tw_arena *arena;
    struct tw_fault *fault;
};

static struct tw_fault *at(const struct place *p, const char *key)
{
    return model_at(p->fault, "%s%s%s", p->path, p->path[0] != '\0' ? "." : "", key);
}

static struct tw_fault *at_item(const struct place *p, const char *key, size_t i)
{
    return model_at(p->fault, "%s%s%s[%zu]", p->path, p->path[0] != '\0' ? "." : "", key, i);
}

static tw_err no_memory(const struct place *p)
{
    return tw_fail(p->fault, TW_NOMEM, "out of memory while reading a model");
}

/* Steps down into `object`, which must be one, with no members but those in `keys`, a list that ends with
 * NULL. */
static tw_err enter(const struct place *above, const char *path, json_t *object, const char *const *keys,
                    struct place *ret)
{
    struct place p = {.object = object, .arena = above->arena, .fault = above->fault};
    snprintf(p.path, sizeof p.path, "%s", path);
    if (!json_is_object(object)) return tw_fail(at(&p, ""), TW_FORMAT, "an object {...} must stand here");
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        size_t k = 0;
        while (keys[k] != NULL && strcmp(keys[k], key) != 0) k++;
        if (keys[k] == NULL)
            return tw_fail(at(&p, ""), TW_FORMAT,
                           "member %.60s is not known to version %d of this format; take it out", key,
                           TW_MODEL_VERSION);
    }
    *ret = p;
    return TW_OK;
}

static tw_err get_text(const struct place *p, const char *key, struct tw_str *ret)
{
    const json_t *v = json_object_get(p->object, key);
    if (!json_is_string(v)) return tw_fail(at(p, key), TW_FORMAT, "a text must stand here");
    struct tw_str text = {json_string_value(v), json_string_length(v)};
    if (text.n > TW_MODEL_TEXT_MAX)
        return tw_fail(at(p, key), TW_LIMIT, "a text may have at most %d bytes", TW_MODEL_TEXT_MAX);
    return tw_str_dup(p->arena, text, ret) == TW_OK ? TW_OK : no_memory(p);
}

static tw_err get_count(const struct place *p, const char *key, int64_t most, int64_t *ret)
{
    const json_t *v = json_object_get(p->object, key);
    if (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) > most)
        return tw_fail(at(p, key), TW_FORMAT, "a whole number from 0 to %lld must stand here",
                       (long long)most);
    *ret = json_integer_value(v);
    return TW_OK;
}

static bool to_float(const json_t *v, float *ret)
{
    double d = json_number_value(v);
    if (!json_is_number(v) || !(fabs(d) <= (double)FLT_MAX)) return false;
    *ret = (float)d;
    return true;
}

static tw_err get_float(const struct place *p, const char *key, float *ret)
{
    if (to_float(json_object_get(p->object, key), ret)) return TW_OK;
    return tw_fail(at(p, key), TW_FORMAT, "a number that a 32-bit float can hold must stand here");
}

/* An array member of at most `most` elements. */
static tw_err get_array(const struct place *p, const char *key, size_t most, const json_t **ret)
{
    const json_t *v = json_object_get(p->object, key);
    if (!json_is_array(v)) return tw_fail(at(p, key), TW_FORMAT, "an array [...] must stand here");
    if (json_array_size(v) > most)
        return tw_fail(at(p, key), TW_LIMIT, "at most %zu elements may stand here; there are %zu", most,
                       json_array_size(v));
    *ret = v;
    return TW_OK;
}

/* One that must have as many as its sisters. */
static tw_err get_row(const struct place *p, const char *key, size_t n, const json_t **ret)
{
    TW_TRY(get_array(p, key, n, ret));
    if (json_array_size(*ret) == n) return TW_OK;
    return tw_fail(at(p, key), TW_FORMAT, "this array has %zu elements and must have %zu, as the others here",
                   json_array_size(*ret), n);
}

static tw_err get_floats(const struct place *p, const char *key, size_t n, const float **ret)
{
    const json_t *v = NULL;
    TW_TRY(get_row(p, key, n, &v));
    float *values = tw_arena_array(p->arena, n, sizeof *values);
    if (values == NULL) return no_memory(p);
    for (size_t i = 0; i < n; i++)
        if (!to_float(json_array_get(v, i), &values[i]))
            return tw_fail(at_item(p, key, i), TW_FORMAT,
                           "a number that a 32-bit float can hold must stand here");
    *ret = values;
    return TW_OK;
}

static tw_err get_doubles(const struct place *p, const char *key, size_t n, const double **ret)
{
    const json_t *v = NULL;
    TW_TRY(get_row(p, key, n, &v));
    double *values = tw_arena_array(p->arena, n, sizeof *values);
    if (values == NULL) return no_memory(p);
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(v, i);
        if (!json_is_number(item)) return tw_fail(at_item(p, key, i), TW_FORMAT, "a number must stand here");
        values[i] = json_number_value(item);
    }
    *ret = values;
    return TW_OK;
}

static tw_err get_ints(const struct place *p, const char *key, size_t n, const int32_t **ret)
{
    const json_t *v = NULL;
    TW_TRY(get_row(p, key, n, &v));
    int32_t *values = tw_arena_array(p->arena, n, sizeof *values);
    if (values == NULL) return no_memory(p);
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(v, i);
        json_int_t value = json_integer_value(item);
        if (!json_is_integer(item) || value < TW_LEAF || value > TW_NODES_MAX)
            return tw_fail(at_item(p, key, i), TW_FORMAT, "a whole number from -1 to %d must stand here",
                           TW_NODES_MAX);
        values[i] = (int32_t)value;
    }
    *ret = values;
    return TW_OK;
}

static tw_err get_flags(const struct place *p, const char *key, size_t n, const uint8_t **ret)
{
    const json_t *v = NULL;
    TW_TRY(get_row(p, key, n, &v));
    uint8_t *values = tw_arena_array(p->arena, n, sizeof *values);
    if (values == NULL) return no_memory(p);
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(v, i);
        json_int_t value = json_integer_value(item);
        if (!json_is_integer(item) || (value != 0 && value != 1))
            return tw_fail(at_item(p, key, i), TW_FORMAT, "0 or 1 must stand here");
        values[i] = (uint8_t)value;
    }
    *ret = values;
    return TW_OK;
}

static tw_err read_tree(const struct place *file, const char *path, json_t *object, struct tw_tree_spec *ret)
{
    static const char *const keys[] = {"feature",      "threshold", "left",  "right",
                                       "default_left", "value",     "cover", NULL};
    struct place p = {0};
    const json_t *feature = NULL;
    TW_TRY(enter(file, path, object, keys, &p));
    TW_TRY(get_array(&p, "feature", TW_NODES_MAX, &feature));
    size_t n = json_array_size(feature);
    if (n == 0) return tw_fail(at(&p, "feature"), TW_FORMAT, "a tree must have at least one node");
    ret->n = (uint32_t)n;
    TW_TRY(get_ints(&p, "feature", n, &ret->feature));
    TW_TRY(get_floats(&p, "threshold", n, &ret->threshold));
    TW_TRY(get_ints(&p, "left", n, &ret->left));
    TW_TRY(get_ints(&p, "right", n, &ret->right));
    TW_TRY(get_flags(&p, "default_left", n, &ret->default_left));
    TW_TRY(get_floats(&p, "value", n, &ret->value));
    return get_floats(&p, "cover", n, &ret->cover);
}

static tw_err read_forest(const struct place *file, const char *key, struct tw_forest_spec *ret)
{
    const json_t *trees = NULL;
    TW_TRY(get_array(file, key, TW_TREES_MAX, &trees));
    size_t n = json_array_size(trees);
    if (n == 0) return TW_OK;
    struct tw_tree_spec *tree = tw_arena_array(file->arena, n, sizeof *tree);
    if (tree == NULL) return no_memory(file);
    for (size_t t = 0; t < n; t++) {
        char path[32];
        snprintf(path, sizeof path, "%s[%zu]", key, t);
        TW_TRY(read_tree(file, path, json_array_get(trees, t), &tree[t]));
    }
    ret->tree = tree;
    ret->n_trees = (uint32_t)n;
    return TW_OK;
}

static tw_err read_features(const struct place *file, struct tw_model_spec *ret)
{
    static const char *const keys[] = {"name", "unit", NULL};
    const json_t *list = NULL;
    TW_TRY(get_array(file, "features", TW_FEATURES_MAX, &list));
    size_t n = json_array_size(list);
    if (n == 0) return tw_fail(at(file, "features"), TW_FORMAT, "a model must have at least one feature");
    struct tw_model_feature *feature = tw_arena_array(file->arena, n, sizeof *feature);
    if (feature == NULL) return no_memory(file);
    for (size_t i = 0; i < n; i++) {
        struct place p = {0};
        char path[32];
        snprintf(path, sizeof path, "features[%zu]", i);
        TW_TRY(enter(file, path, json_array_get(list, i), keys, &p));
        TW_TRY(get_text(&p, "name", &feature[i].name));
        TW_TRY(get_text(&p, "unit", &feature[i].unit));
    }
    ret->feature = feature;
    ret->risk.n_features = ret->duty.n_features = (uint32_t)n;
    struct tw_str sha = {0};
    TW_TRY(get_text(file, "feature_table_sha256", &sha));
    if (sha.n != sizeof ret->feature_table_sha256 - 1)
        return tw_fail(at(file, "feature_table_sha256"), TW_FORMAT, "64 hexadecimal digits must stand here");
    memcpy(ret->feature_table_sha256, sha.s, sha.n + 1);
    return TW_OK;
}

static tw_err read_settings(const struct place *p, struct tw_training *ret)
{
    static const char *const keys[] = {"name", "value", NULL};
    const json_t *list = NULL;
    TW_TRY(get_array(p, "settings", TW_MODEL_SETTINGS_MAX, &list));
    size_t n = json_array_size(list);
    if (n == 0) return TW_OK;
    struct tw_model_setting *setting = tw_arena_array(p->arena, n, sizeof *setting);
    if (setting == NULL) return no_memory(p);
    for (size_t i = 0; i < n; i++) {
        struct place s = {0};
        char path[40];
        snprintf(path, sizeof path, "training.settings[%zu]", i);
        TW_TRY(enter(p, path, json_array_get(list, i), keys, &s));
        TW_TRY(get_text(&s, "name", &setting[i].name));
        TW_TRY(get_text(&s, "value", &setting[i].value));
    }
    ret->setting = setting;
    ret->n_settings = n;
    return TW_OK;
}

static tw_err get_seed(const struct place *p, uint64_t *ret)
{
    struct tw_str text = {0};
    TW_TRY(get_text(p, "seed", &text));
    uint64_t seed = 0;
    bool good = text.n > 0 && (text.n == 1 || text.s[0] != '0');
    for (size_t i = 0; good && i < text.n; i++) {
        uint64_t digit = (uint64_t)(unsigned char)text.s[i] - '0';
        good = digit <= 9 && seed <= (UINT64_MAX - digit) / 10;
        seed = seed * 10 + digit;
    }
    if (!good)
        return tw_fail(at(p, "seed"), TW_FORMAT,
                       "a whole number from 0 to 18446744073709551615, as a text, must stand here");
    *ret = seed;
    return TW_OK;
}

static tw_err read_training(const struct place *file, struct tw_training *ret)
{
    static const char *const keys[] = {"from", "to", "rows", "findings", "seed", "settings", NULL};
    struct place p = {0};
    int64_t rows = 0, findings = 0;
    TW_TRY(enter(file, "training", json_object_get(file->object, "training"), keys, &p));
    TW_TRY(get_text(&p, "from", &ret->from));
    TW_TRY(get_text(&p, "to", &ret->to));
    TW_TRY(get_count(&p, "rows", INT64_MAX, &rows));
    TW_TRY(get_count(&p, "findings", INT64_MAX, &findings));
    TW_TRY(get_seed(&p, &ret->seed));
    ret->rows = (uint64_t)rows;
    ret->findings = (uint64_t)findings;
    return read_settings(&p, ret);
}

static tw_err read_calibration(const struct place *file, struct tw_calibration *ret)
{
    static const char *const keys[] = {"x", "y", NULL};
    struct place p = {0};
    const json_t *x = NULL;
    TW_TRY(enter(file, "calibration", json_object_get(file->object, "calibration"), keys, &p));
    TW_TRY(get_array(&p, "x", TW_KNOTS_MAX, &x));
    ret->n = json_array_size(x);
    if (ret->n == 0) return get_row(&p, "y", 0, &x);
    TW_TRY(get_doubles(&p, "x", ret->n, &ret->x));
    return get_doubles(&p, "y", ret->n, &ret->y);
}

static tw_err read_link(const struct place *file, enum tw_duty_link *ret)
{
    struct tw_str text = {0};
    TW_TRY(get_text(file, "duty_link", &text));
    for (int link = 0; model_link_name((enum tw_duty_link)link) != NULL; link++)
        if (tw_str_is(text, model_link_name((enum tw_duty_link)link))) {
            *ret = (enum tw_duty_link)link;
            return TW_OK;
        }
    return tw_fail(at(file, "duty_link"), TW_FORMAT, "duty_link must be identity or log");
}

static tw_err read_head(const struct place *file)
{
    struct tw_str format = {0};
    int64_t version = 0;
    TW_TRY(get_text(file, "format", &format));
    if (!tw_str_is(format, MODEL_FORMAT))
        return tw_fail(at(file, "format"), TW_FORMAT, "format must be " MODEL_FORMAT);
    TW_TRY(get_count(file, "version", INT32_MAX, &version));
    if (version == TW_MODEL_VERSION) return TW_OK;
    return tw_fail(at(file, "version"), TW_FORMAT, "this program reads version %d, the file has version %d",
                   TW_MODEL_VERSION, (int)version);
}

static tw_err read_forests(const struct place *file, struct tw_model_spec *ret)
{
    TW_TRY(get_float(file, "base_margin", &ret->risk.base_margin));
    TW_TRY(read_link(file, &ret->duty_link));
    TW_TRY(get_float(file, "duty_base", &ret->duty.base_margin));
    TW_TRY(get_float(file, "duty_max", &ret->duty_max));
    TW_TRY(read_forest(file, "trees", &ret->risk));
    return read_forest(file, "duty_trees", &ret->duty);
}

static tw_err read_file(const struct place *above, json_t *root, struct tw_model_spec *spec,
                        uint32_t *ret_depth)
{
    static const char *const keys[] = {"format",     "version",     "features",  "feature_table_sha256",
                                       "training",   "calibration", "depth_max", "base_margin",
                                       "duty_link",  "duty_base",   "duty_max",  "trees",
                                       "duty_trees", "sha256",      NULL};
    struct place file = {0};
    int64_t depth = 0;
    TW_TRY(enter(above, "", root, keys, &file));
    TW_TRY(read_head(&file));
    TW_TRY(read_features(&file, spec));
    TW_TRY(read_training(&file, &spec->training));
    TW_TRY(read_calibration(&file, &spec->calibration));
    TW_TRY(get_count(&file, "depth_max", TW_DEPTH_MAX, &depth));
    *ret_depth = (uint32_t)depth;
    return read_forests(&file, spec);
}

tw_err model_json_read(struct tw_str file, struct tw_arena *arena, struct tw_model_spec *ret,
                       uint32_t *ret_depth, struct tw_fault *fault)
{
    json_error_t error;
    json_t *root = json_loadb(file.s, file.n, JSON_REJECT_DUPLICATES, &error);
    /* jansson often takes an empty heap for bad syntax, and leaves its text empty then */
    if (root == NULL && (json_error_code(&error) == json_error_out_of_memory || error.text[0] == '\0'))
        return tw_fail(fault, TW_NOMEM, "out of memory while reading a model");
    if (root == NULL) {
        if (fault != NULL) {
            fault->byte = error.position > 0 ? (uint64_t)error.position : 0;
            fault->line = error.line > 0 ? (uint32_t)error.line : 0;
        }
        return tw_fail(fault, TW_FORMAT, "a model file must be JSON: %.120s", error.text);
    }
    struct tw_model_spec spec = {0};
    struct place above = {.arena = arena, .fault = fault};
    tw_err err = read_file(&above, root, &spec, ret_depth);
    json_decref(root);
    if (err == TW_OK) *ret = spec;
    return err;
}
