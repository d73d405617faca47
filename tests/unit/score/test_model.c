/* SPDX-License-Identifier: Apache-2.0 */
#include "score/model.h"

#include <jansson.h>

#include "fault.h"
#include "grow.h"
#include "model_text.h"

static struct tw_model *load(struct tw_str file)
{
    struct tw_model *m = NULL;
    struct tw_fault fault = {0};
    if (tw_model_new(file, &m, &fault) != TW_OK) printf("# %s: %s\n", fault.path, fault.note);
    CHECK(m != NULL);
    return m;
}

static void reads_a_file_written_by_hand(void)
{
    TW_SCOPED_BUF file = {0};
    sign(&file, MODEL_BODY, strlen(MODEL_BODY));
    TW_SCOPED(tw_model) *m = load(tw_buf_view(&file));
    uint32_t n = 0;
    const struct tw_model_feature *f = tw_model_features(m, &n);
    CHECK(n == 2 && tw_str_is(f[0].name, "price") && tw_str_is(f[1].unit, "days"));
    const struct tw_model_spec *s = tw_model_spec(m);
    CHECK(s->training.seed == UINT64_MAX && s->training.rows == 900 && s->training.findings == 40);
    CHECK(tw_str_is(s->training.from, "2025-01-01") && tw_str_is(s->training.to, "2025-09-30"));
    CHECK(s->training.n_settings == 1 && tw_str_is(s->training.setting[0].value, "0.05"));
    float x[][2] = {{1, -3}, {1, -2}, {1.5F, 0}, {NAN, NAN}};
    float margin[] = {-0.75F, 2.25F, 0.375F, 2.25F};
    for (size_t r = 0; r < 4; r++) CHECK(tw_forest_row(tw_model_risk(m), x[r]) == margin[r]);
    CHECK(tw_model_risk_ppm(m, -2) == 10000 && tw_model_risk_ppm(m, -0.75F) == 380000);
    CHECK(tw_forest_row(tw_model_duty(m), x[0]) == 0.75F);
    CHECK(tw_model_duty_ppm(m, 0) == 1000000 && tw_model_duty_ppm(m, 0.75F) == 2117000);
    CHECK(tw_model_duty_ppm(m, 2) == 3000000 && tw_model_duty_ppm(m, 1e9F) == 3000000);
    CHECK(tw_model_duty_ppm(m, -1e9F) == 0);
    CHECK(strlen(tw_model_sha256(m)) == 64);
}

static void judges_an_item_by_risk_share_and_stake(void)
{
    TW_SCOPED_BUF file = {0};
    sign(&file, MODEL_BODY, strlen(MODEL_BODY));
    TW_SCOPED(tw_model) *m = load(tw_buf_view(&file));
    const float x[] = {1, -3}; /* risk 0.38, share exp(0.75) = 2.117 */
    struct tw_judgement j = tw_model_judge(m, x, 1000);
    CHECK(j.margin == -0.75F && j.risk_ppm == 380000 && j.expected_minor == 804); /* 804.46 */
    CHECK(tw_model_judge(m, x, 0).expected_minor == 0);
    CHECK(isnan(tw_model_judge(m, x, (double)NAN).expected_minor));
    CHECK(isnan(tw_model_judge(m, x, -1).expected_minor) && isnan(tw_model_judge(m, x, 1e18).expected_minor));
}

static void judges_many_as_it_judges_each(void)
{
    enum { N = 37 };
    TW_SCOPED_BUF file = {0};
    sign(&file, MODEL_BODY, strlen(MODEL_BODY));
    TW_SCOPED(tw_model) *m = load(tw_buf_view(&file));
    float row[N][2];
    const float *x[N];
    double stake[N];
    struct tw_judgement many[N];
    for (size_t i = 0; i < N; i++) {
        row[i][0] = (float)(i % 4) / 2;
        row[i][1] = (float)(i % 5) - 3;
        x[i] = row[i];
        stake[i] = i % 6 == 5 ? (double)NAN : 100.0 * (double)i;
    }
    tw_model_judge_many(m, x, stake, N, many);
    for (size_t i = 0; i < N; i++) {
        const struct tw_judgement j = tw_model_judge(m, x[i], stake[i]);
        CHECK(many[i].margin == j.margin && many[i].risk_ppm == j.risk_ppm);
        CHECK(many[i].expected_minor == j.expected_minor ||
              (isnan(many[i].expected_minor) && isnan(j.expected_minor)));
    }
}

/* A spec with everything in it; `g` and `d` own the trees. */
static struct tw_model_spec full_spec(struct grown *g, struct grown *d, struct tw_model_feature *feature)
{
    static const double x[] = {-1.25, 0.1}, y[] = {1e-5, 0.3};
    static const struct tw_model_setting setting[] = {{TW_STR("eta"), TW_STR("0.05")},
                                                      {TW_STR("note"), TW_STR("")}};
    static const char names[] = "abcdefghijklmnopqrstuvwxyz";
    for (uint32_t i = 0; i < g->spec.n_features; i++)
        feature[i] = (struct tw_model_feature){{names + i, 1}, {"unit", i % 5}};
    struct tw_model_spec s = {
        .feature = feature,
        .risk = g->spec,
        .calibration = {x, y, 2},
        .duty = d->spec,
        .duty_max = 2.5F,
        .training = {TW_STR("2025-01-01"), TW_STR("2025-12-31"), 1234, 56, 7, setting, 2}};
    memset(s.feature_table_sha256, 'a', 64);
    return s;
}

static void reads_back_what_it_writes_to_the_byte(void)
{
    const uint32_t depths[] = {0, 1, 6, 14};
    for (size_t k = 0; k < 4; k++) {
        struct grown *g = grow(1 + (uint32_t)k * 6, depths[k], 11, k), *d = grow(3, 2, 11, 99 + k);
        struct tw_model_feature feature[26];
        struct tw_model_spec s = full_spec(g, d, feature);
        TW_SCOPED_BUF one = {0}, two = {0};
        tw_buf_text(&one, "before");
        CHECK(tw_model_write(&s, &one, NULL) == TW_OK);
        struct tw_str file = {one.p + 6, one.n - 6};
        struct tw_model *m = load(file);
        CHECK(tw_model_write(tw_model_spec(m), &two, NULL) == TW_OK);
        CHECK(tw_str_eq(file, tw_buf_view(&two)));
        uint64_t seed = k;
        for (int r = 0; r < 50; r++) {
            float x[11];
            grow_row(x, 11, true, &seed);
            CHECK(tw_forest_row(tw_model_risk(m), x) == walk(&g->spec, x));
            CHECK(tw_forest_row(tw_model_duty(m), x) == walk(&d->spec, x));
        }
        tw_model_free(m);
        free(g);
        free(d);
    }
}

static void keeps_every_float(void)
{
    uint64_t seed = 5;
    struct grown *g = grow(20, 6, 3, 1), *d = grow(1, 0, 3, 1);
    for (size_t t = 0; t < 20; t++)
        for (uint32_t i = 0; i < g->tree[t].n; i++) {
            if (g->memory[t].feature[i] == TW_LEAF) continue;
            uint32_t bits = (uint32_t)draw(&seed);
            float v;
            memcpy(&v, &bits, sizeof v);
            if (isfinite(v)) g->memory[t].threshold[i] = v;
        }
    struct tw_model_feature feature[26];
    struct tw_model_spec s = full_spec(g, d, feature);
    TW_SCOPED_BUF file = {0};
    CHECK(tw_model_write(&s, &file, NULL) == TW_OK);
    struct tw_model *m = load(tw_buf_view(&file));
    for (size_t t = 0; t < 20; t++)
        CHECK(memcmp(tw_model_spec(m)->risk.tree[t].threshold, g->memory[t].threshold,
                     g->tree[t].n * sizeof(float)) == 0);
    tw_model_free(m);
    free(g);
    free(d);
}

static void does_without_duty_and_calibration(void)
{
    struct grown *g = grow(2, 3, 4, 1), *d = grow(1, 0, 4, 1);
    struct tw_model_feature feature[26];
    struct tw_model_spec s = full_spec(g, d, feature);
    s.duty = (struct tw_forest_spec){0};
    s.duty_max = 0;
    s.calibration.n = 0;
    s.training = (struct tw_training){0};
    TW_SCOPED_BUF file = {0};
    CHECK(tw_model_write(&s, &file, NULL) == TW_OK);
    TW_SCOPED(tw_model) *m = load(tw_buf_view(&file));
    const float x[4] = {0};
    CHECK(isnan(tw_model_judge(m, x, 1000).expected_minor));
    CHECK(tw_model_duty(m) == NULL && tw_model_risk_ppm(m, 0) == 500000 && tw_model_duty_ppm(m, 5) == 0);
    free(g);
    free(d);
}

static void refuses_every_truncation_and_every_edit(void)
{
    TW_SCOPED_BUF file = {0};
    sign(&file, MODEL_BODY, strlen(MODEL_BODY));
    struct tw_model *m = NULL;
    struct tw_fault fault = {0};
    for (size_t n = 0; n < file.n; n++)
        CHECK(tw_model_new((struct tw_str){file.p, n}, &m, NULL) == TW_FORMAT);
    for (size_t i = 0; i < file.n; i++) {
        file.p[i] ^= 1;
        CHECK(tw_model_new(tw_buf_view(&file), &m, &fault) == TW_FORMAT);
        CHECK(fault.note[0] != '\0');
        file.p[i] ^= 1;
    }
    tw_buf_char(&file, '\n');
    CHECK(tw_model_new(tw_buf_view(&file), &m, &fault) == TW_FORMAT);
    CHECK(strcmp(fault.path, "sha256") == 0 && strstr(fault.note, "truncated or was edited") != NULL);
    CHECK(m == NULL);
}

/* The good body with one text replaced, and its hash made right again. */
static tw_err edited(const char *was, const char *is, struct tw_fault *fault)
{
    TW_SCOPED_BUF body = {0}, file = {0};
    const char *from = strstr(MODEL_BODY, was);
    CHECK(from != NULL);
    tw_buf_put(&body, MODEL_BODY, (size_t)(from - MODEL_BODY));
    tw_buf_text(&body, is);
    tw_buf_text(&body, from + strlen(was));
    sign(&file, body.p, body.n);
    struct tw_model *m = NULL;
    tw_err err = tw_model_new(tw_buf_view(&file), &m, fault);
    CHECK((err == TW_OK) == (m != NULL));
    tw_model_free(m);
    return err;
}

static void says_where_a_hostile_file_is_wrong(void)
{
    static const struct {
        const char *was, *is, *path;
        tw_err code;
    } row[] = {
        {"tidewaiter-model", "xgboost", "format", TW_FORMAT},
        {"\"version\":1", "\"version\":2", "version", TW_FORMAT},
        {"\"version\":1", "\"version\":\"1\"", "version", TW_FORMAT},
        {"\"version\":1", "\"version\":1.0", "version", TW_FORMAT},
        {"\"version\":1", "\"version\":1,\"extra\":0", "", TW_FORMAT},
        {"\"version\":1", "\"version\":1,\"version\":1", "", TW_FORMAT},
        {"\"format\":\"tidewaiter-model\",", "", "format", TW_FORMAT},
        {"\"name\":\"age\"", "\"name\":\"price\"", "features[1].name", TW_FORMAT},
        {"\"name\":\"age\"", "\"name\":\"\"", "features[1].name", TW_LIMIT},
        {"\"name\":\"age\"", "\"name\":\"a\\u0007e\"", "features[1].name", TW_FORMAT},
        {"\"name\":\"age\"", "\"name\":7", "features[1].name", TW_FORMAT},
        {"\"unit\":\"days\"", "\"unit\":null", "features[1].unit", TW_FORMAT},
        {"\"unit\":\"days\"", "\"units\":\"days\"", "features[1].", TW_FORMAT},
        {"\"features\":[{", "\"features\":[7,{", "features[0].", TW_FORMAT},
        {"0123456789abcdef", "0123456789ABCDEF", "feature_table_sha256", TW_FORMAT},
        {"0123456789abcdef", "0123456789abcde", "feature_table_sha256", TW_FORMAT},
        {"\"rows\":900", "\"rows\":39", "training.findings", TW_RANGE},
        {"\"rows\":900", "\"rows\":-1", "training.rows", TW_FORMAT},
        {"18446744073709551615", "18446744073709551616", "training.seed", TW_FORMAT},
        {"18446744073709551615", "012", "training.seed", TW_FORMAT},
        {"18446744073709551615", "", "training.seed", TW_FORMAT},
        {"18446744073709551615", "1x", "training.seed", TW_FORMAT},
        {"{\"name\":\"eta\"", "{\"name\":\"eta\",\"value\":\"\"},{\"name\":\"eta\"", "training.settings[1]",
         TW_FORMAT},
        {"\"settings\":[", "\"settings\":[3,", "training.settings[0].", TW_FORMAT},
        {"\"x\":[-2,0.5]", "\"x\":[-2,-2]", "calibration.x[1]", TW_FORMAT},
        {"\"x\":[-2,0.5]", "\"x\":[-2]", "calibration.y", TW_LIMIT},
        {"\"x\":[-2,0.5]", "\"x\":[-2,0.5,9]", "calibration.y", TW_FORMAT},
        {"\"x\":[-2,0.5]", "\"x\":[-2,true]", "calibration.x[1]", TW_FORMAT},
        {"\"y\":[0.01,0.75]", "\"y\":[0.01,1.75]", "calibration.y[1]", TW_FORMAT},
        {"\"depth_max\":2", "\"depth_max\":3", "depth_max", TW_FORMAT},
        {"\"depth_max\":2", "\"depth_max\":65", "depth_max", TW_FORMAT},
        {"\"base_margin\":0.25", "\"base_margin\":1e39", "base_margin", TW_FORMAT},
        {"\"base_margin\":0.25", "\"base_margin\":1e10", "trees", TW_RANGE},
        {"\"base_margin\":0.25", "\"base_margin\":1e400", "", TW_FORMAT},
        {"\"base_margin\":0.25", "\"base_margin\":NaN", "", TW_FORMAT},
        {"\"duty_link\":\"log\"", "\"duty_link\":\"probit\"", "duty_link", TW_FORMAT},
        {"\"duty_max\":3", "\"duty_max\":-1", "duty_max", TW_RANGE},
        {"\"trees\":[{", "\"trees\":[[],{", "trees[0].", TW_FORMAT},
        {"\"trees\":[{", "\"trees\":{\"a\":{", "", TW_FORMAT},
        {"\"feature\":[0,1,", "\"feature\":[0,2,", "trees[0].feature[1]", TW_FORMAT},
        {"\"feature\":[0,1,", "\"feature\":[0,-2,", "trees[0].feature[1]", TW_FORMAT},
        {"\"feature\":[0,1,", "\"feature\":[0,1e0,", "trees[0].feature[1]", TW_FORMAT},
        {"\"feature\":[0,1,", "\"feature\":[0,99999999999,", "trees[0].feature[1]", TW_FORMAT},
        {"\"feature\":[0,1,-1,-1,-1]", "\"feature\":[]", "trees[0].feature", TW_FORMAT},
        {"\"threshold\":[1.5,-2,", "\"threshold\":[1.5,1e60,", "trees[0].threshold[1]", TW_FORMAT},
        {"\"threshold\":[1.5,-2,", "\"threshold\":[1.5,-2,0,", "trees[0].threshold", TW_LIMIT},
        {"\"threshold\":[1.5,-2,", "\"threshold\":[1.5,", "trees[0].threshold", TW_FORMAT},
        {"\"left\":[1,3,", "\"left\":[1,1,", "trees[0].left[1]", TW_FORMAT},
        {"\"left\":[1,3,", "\"left\":[1,0,", "trees[0].left[1]", TW_FORMAT},
        {"\"left\":[1,3,", "\"left\":[1,2,", "trees[0].left[1]", TW_FORMAT},
        {"\"left\":[1,3,", "\"left\":[1,5,", "trees[0].left[1]", TW_FORMAT},
        {"\"right\":[2,4,", "\"right\":[2,3,", "trees[0].right[1]", TW_FORMAT},
        {"\"default_left\":[1,0,", "\"default_left\":[2,0,", "trees[0].default_left[0]", TW_FORMAT},
        {"\"default_left\":[1,0,", "\"default_left\":[true,0,", "trees[0].default_left[0]", TW_FORMAT},
        {"\"value\":[0,0,", "\"value\":[0,1,", "trees[0].value[1]", TW_FORMAT},
        {"\"cover\":[10,6,", "\"cover\":[10,-6,", "trees[0].cover[1]", TW_FORMAT},
        {"\"cover\":[10,6,", "\"covers\":[10,6,", "trees[0].", TW_FORMAT},
        {"\"cover\":[7]", "\"cover\":[0]", "duty_trees[0].cover[0]", TW_FORMAT},
        {"\"calibration\":{", "\"calibration\":{\"z\":[],", "calibration.", TW_FORMAT},
        {"\"duty_trees\"", "\"duty_tree\"", "", TW_FORMAT},
    };
    struct tw_fault fault = {0};
    CHECK(edited("eta", "eta", NULL) == TW_OK);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        fault = (struct tw_fault){0};
        tw_err err = edited(row[i].was, row[i].is, &fault);
        if (err != row[i].code || strcmp(fault.path, row[i].path) != 0)
            printf("# %s -> %s: %s at '%s': %s\n", row[i].was, row[i].is, tw_err_name(err), fault.path,
                   fault.note);
        CHECK(err == row[i].code && strcmp(fault.path, row[i].path) == 0);
        CHECK(fault.note[0] != '\0' && edited(row[i].was, row[i].is, NULL) == row[i].code);
    }
}

static void says_the_line_where_a_file_is_not_json(void)
{
    struct tw_fault fault = {0};
    CHECK(edited("\"version\":1,", "\n\n\"version\":,", &fault) == TW_FORMAT);
    CHECK(fault.line == 3 && fault.byte > 0);
}

static void refuses_a_file_beyond_its_limit(void)
{
    struct tw_model *m = NULL;
    struct tw_fault fault = {0};
    char *big = calloc(1, TW_MODEL_BYTES_MAX + 1);
    CHECK(big != NULL);
    CHECK(tw_model_new((struct tw_str){big, TW_MODEL_BYTES_MAX + 1}, &m, &fault) == TW_LIMIT && m == NULL);
    free(big);
}

static void refuses_to_write_what_it_would_not_read(void)
{
    struct grown *g = grow(1, 2, 3, 1), *d = grow(1, 0, 3, 1);
    struct tw_model_feature feature[26];
    struct tw_model_spec s = full_spec(g, d, feature);
    struct tw_fault fault = {0};
    TW_SCOPED_BUF file = {0};
    s.duty.n_features = 4;
    CHECK(tw_model_write(&s, &file, &fault) == TW_FORMAT && strcmp(fault.path, "duty_trees") == 0);
    s.duty = (struct tw_forest_spec){0};
    CHECK(tw_model_write(&s, &file, &fault) == TW_FORMAT && strcmp(fault.path, "duty_trees") == 0);
    s = full_spec(g, d, feature);
    s.duty_link = (enum tw_duty_link)2;
    CHECK(tw_model_write(&s, &file, &fault) == TW_FORMAT && strcmp(fault.path, "duty_link") == 0);
    s = full_spec(g, d, feature);
    s.feature_table_sha256[63] = '\0';
    CHECK(tw_model_write(&s, &file, &fault) == TW_FORMAT && strcmp(fault.path, "feature_table_sha256") == 0);
    s = full_spec(g, d, feature);
    feature[2].name = TW_STR("\xff");
    CHECK(tw_model_write(&s, &file, &fault) == TW_FORMAT && strcmp(fault.path, "features[2].name") == 0);
    CHECK(file.n == 0);
    free(g);
    free(d);
}

static void tells_a_model_that_takes_other_features(void)
{
    TW_SCOPED_BUF file = {0};
    sign(&file, MODEL_BODY, strlen(MODEL_BODY));
    TW_SCOPED(tw_model) *m = load(tw_buf_view(&file));
    static const char sha[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    struct tw_model_feature f[] = {
        {TW_STR("price"), TW_STR("ppm")}, {TW_STR("age"), TW_STR("days")}, {TW_STR("x"), {0}}};
    struct tw_fault fault = {0};
    CHECK(tw_model_match(m, f, 2, sha, &fault) == TW_OK && tw_model_match(m, f, 2, NULL, NULL) == TW_OK);
    CHECK(tw_model_match(m, f, 3, sha, &fault) == TW_CONFLICT && fault.item == 2);
    CHECK(tw_model_match(m, f, 1, sha, &fault) == TW_CONFLICT && fault.item == 1);
    f[1].unit = TW_STR("hours");
    CHECK(tw_model_match(m, f, 2, sha, &fault) == TW_CONFLICT && fault.item == 1);
    CHECK(strcmp(fault.path, "features[1]") == 0 && strstr(fault.note, "age [days]") != NULL);
    CHECK(strstr(fault.note, "age [hours]") != NULL && strstr(fault.note, "train it anew") != NULL);
    f[1].unit = TW_STR("days");
    CHECK(tw_model_match(m, f, 2, "other", &fault) == TW_CONFLICT);
    CHECK(strcmp(fault.path, "feature_table_sha256") == 0);
}

/* A model file is kept for ever: every release reads the first one. */
static void reads_the_first_file_ever_written(void)
{
    const char *source = getenv("TIDEWAITER_SOURCE");
    CHECK(source != NULL);
    char path[4096], text[4096];
    snprintf(path, sizeof path, "%s/tests/golden/model-v1/model.json", source);
    FILE *f = fopen(path, "rb");
    CHECK(f != NULL);
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    TW_SCOPED(tw_model) *m = load((struct tw_str){text, n});
    CHECK(tw_forest_row(tw_model_risk(m), (float[]){1, -2}) == 2.25F);
    CHECK(tw_model_risk_ppm(m, -0.75F) == 380000 && tw_model_duty_ppm(m, 0.75F) == 2117000);
    TW_SCOPED_BUF again = {0};
    CHECK(tw_model_write(tw_model_spec(m), &again, NULL) == TW_OK);
    CHECK(tw_str_eq(tw_buf_view(&again), (struct tw_str){text, n}));
}

static struct tw_str given;

static tw_err read_and_write(void)
{
    struct tw_model *m = NULL;
    TW_TRY(tw_model_new(given, &m, NULL));
    TW_SCOPED_BUF out = {0};
    tw_err err = tw_model_write(tw_model_spec(m), &out, NULL);
    tw_model_free(m);
    return err;
}

static void *counted(size_t n)
{
    return tw_calloc(1, n);
}

static void survives_every_failed_allocation(void)
{
    TW_SCOPED_BUF file = {0};
    sign(&file, MODEL_BODY, strlen(MODEL_BODY));
    given = tw_buf_view(&file);
    CHECK(fault_each_allocation(read_and_write) > 10);
}

/* jansson calls some of its failures a syntax error, so only that they are failures is asked here. */
static void survives_every_failed_allocation_of_the_json_reader(void)
{
    TW_SCOPED_BUF file = {0};
    sign(&file, MODEL_BODY, strlen(MODEL_BODY));
    json_set_alloc_funcs(counted, tw_free);
    long n = 0;
    for (tw_err err = TW_NOMEM; err != TW_OK; n++) {
        struct tw_model *m = NULL;
        tw_mem_fail_after(n);
        err = tw_model_new(tw_buf_view(&file), &m, NULL);
        tw_mem_fail_after(-1);
        CHECK(err == TW_OK || err == TW_NOMEM || err == TW_FORMAT);
        CHECK((err == TW_OK) == (m != NULL));
        tw_model_free(m);
    }
    CHECK(n > 100);
    json_set_alloc_funcs(malloc, free);
}

int main(void)
{
    RUN(reads_a_file_written_by_hand);
    RUN(judges_an_item_by_risk_share_and_stake);
    RUN(judges_many_as_it_judges_each);
    RUN(reads_back_what_it_writes_to_the_byte);
    RUN(keeps_every_float);
    RUN(does_without_duty_and_calibration);
    RUN(refuses_every_truncation_and_every_edit);
    RUN(says_where_a_hostile_file_is_wrong);
    RUN(says_the_line_where_a_file_is_not_json);
    RUN(refuses_a_file_beyond_its_limit);
    RUN(refuses_to_write_what_it_would_not_read);
    RUN(tells_a_model_that_takes_other_features);
    RUN(reads_the_first_file_ever_written);
    RUN(survives_every_failed_allocation);
    RUN(survives_every_failed_allocation_of_the_json_reader);
    return DONE();
}
