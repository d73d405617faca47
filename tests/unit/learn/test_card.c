/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/card.h"

#include <jansson.h>
#include <math.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "fault.h"

enum { N = 900, FILES = 2 };

/* A training whose rows are all held back and whose answers are known. */
static struct tw_truth truth[N];
static struct tw_card_row place[N];
static struct tw_held held[N];
static struct tw_sample sample;
static struct tw_learned learned;
static struct tw_learn_rows rows;
static struct tw_card_names names;
static struct tw_card_input input;
static struct tw_arena *arena;
static const struct tw_model_setting setting[] = {{{"seed", 4}, {"7", 1}}};
static struct tw_card_file file[FILES] = {{.role = "declarations", .name = {"a|b.csv", 7}},
                                          {.role = "rates", .name = {"r", 1}}};

static void put_row(size_t i, const char *hs, const char *office, const char *origin, int64_t before)
{
    struct tw_decl d = {.office = tw_str_from(office)};
    struct tw_item item = {.hs = tw_str_from(hs), .origin = tw_str_from(origin)};
    CHECK(tw_card_place(&names, &d, &item, before, &place[i]) == TW_OK);
}

/* Two items in each declaration; findings follow the margin; half of the rows stand for three times as many.
 */
static void plant(void)
{
    struct tw_rng rng = tw_rng_new(1, "card");
    tw_card_names_free(&names);
    CHECK(tw_card_names_new(&names) == TW_OK);
    learned = (struct tw_learned){.sample = &sample, .held = held, .n_held = N, .n_notes = 1};
    snprintf(learned.note[0], sizeof learned.note[0], "A note.");
    sample = (struct tw_sample){
        .n = N, .n_held = N, .cut_day = 20000, .first_day = 19000, .last_day = 20100, .base_rate = 0.25};
    for (size_t i = 0; i < N; i++) {
        const double margin = tw_rng_normal(&rng) - 1;
        const bool found = tw_rng_unit(&rng) < 1 / (1 + tw_exp(-2 * margin));
        truth[i] = (struct tw_truth){.lodged_day = 20000 + (int32_t)(i / 20),
                                     .declaration = (uint32_t)(i / 2),
                                     .known = true,
                                     .found = found,
                                     .at_stake = 1000,
                                     .recovered_minor = found ? 500 : 0};
        held[i] = (struct tw_held){.row = (uint32_t)i,
                                   .found = found,
                                   .weight = i % 2 == 0 ? 0.5 : 1.5,
                                   .margin = (float)margin,
                                   .risk = 1 / (1 + tw_exp(-2 * margin)),
                                   .duty_share = 0.5};
        sample.n_found += found;
        put_row(i, i % 3 == 0 ? "851712" : "080810", i < 600 ? "HB01" : "HB|2", i % 2 == 0 ? "CN" : "VN", 5);
    }
    rows = (struct tw_learn_rows){.truth = truth, .n = N};
    input = (struct tw_card_input){
        .learned = &learned,
        .rows = &rows,
        .place = place,
        .names = &names,
        .data = {.first_day = 19000, .last_day = 20100, .declarations = 1234567, .items = N},
        .setting = setting,
        .n_settings = 1,
        .file = file,
        .n_files = FILES,
        .currency = TW_STR("XTS"),
        .seed = 7};
    tw_arena_reset(arena);
}

static struct tw_card card_of(void)
{
    struct tw_card c;
    CHECK(tw_card_new(&input, arena, &c) == TW_OK);
    return c;
}

static const struct tw_card_group none = {.words = ""};

static const struct tw_card_group *group(const struct tw_card *c, enum tw_card_division d, const char *code)
{
    for (size_t i = 0; i < c->by[d].n; i++)
        if (tw_str_is(c->by[d].group[i].code, code)) return &c->by[d].group[i];
    return &none;
}

static void figures_are_of_the_flow_and_not_of_the_rows(void)
{
    plant();
    struct tw_card c = card_of();
    double mass = 0, found = 0, said = 0, pairs = 0, wins = 0;
    for (size_t i = 0; i < N; i++) {
        mass += held[i].weight;
        found += held[i].weight * held[i].found;
        said += held[i].weight * held[i].risk;
        for (size_t k = 0; k < N; k++) {
            if (!held[i].found || held[k].found) continue;
            pairs += held[i].weight * held[k].weight;
            if (held[i].margin > held[k].margin) wins += held[i].weight * held[k].weight;
        }
    }
    CHECK(c.all.rows == N && c.all.found == sample.n_found);
    CHECK(fabs(c.all.base_rate - found / mass) < 1e-12 && fabs(c.all.said - said / mass) < 1e-12);
    CHECK(fabs(c.all.rows_worth - N / 1.25) < 1e-6); /* (sum w)^2 / sum w^2 of 0.5 and 1.5 */
    CHECK(fabs(c.all.auc - wins / pairs) < 1e-9 && c.all.auc > 0.8);
    CHECK(c.all.base_rate_ci.lo < c.all.base_rate && c.all.base_rate < c.all.base_rate_ci.hi);
    CHECK(c.all.auc_ci.lo < c.all.auc && c.all.auc < c.all.auc_ci.hi && c.all.ece < 0.06);
    CHECK(c.all.at[0].precision > c.all.at[1].precision && c.all.at[1].precision > 2 * c.all.base_rate);
    CHECK(c.all.at[0].recall < c.all.at[1].recall &&
          fabs(c.all.at[0].recall - c.all.at[0].duty_share) < 1e-9);
    CHECK(fabs(c.duty_found - 500 * found) < 1e-6 && fabs(c.duty_said - 500 * said) < 1e-6);
}

static void each_row_belongs_to_its_groups(void)
{
    static const struct {
        int64_t before;
        const char *code;
    } size[] = {{-1, ""},      {0, "0"},         {1, "1-9"},       {9, "1-9"},     {10, "10-99"},
                {99, "10-99"}, {100, "100-999"}, {999, "100-999"}, {1000, "1000+"}};
    plant();
    for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
        put_row(0, "9901", "", "", size[i].before);
        CHECK(
            tw_str_is(tw_intern_text(names.of[TW_CARD_IMPORTER_SIZE], place[0].group[TW_CARD_IMPORTER_SIZE]),
                      size[i].code));
        CHECK(tw_intern_text(names.of[TW_CARD_SECTION], place[0].group[TW_CARD_SECTION]).n ==
              0); /* national */
    }
    plant();
    struct tw_card c = card_of();
    CHECK(c.by[TW_CARD_SECTION].n == 2 && c.by[TW_CARD_OFFICE].n == 2 && c.by[TW_CARD_ORIGIN].n == 2);
    CHECK(tw_str_is(c.by[TW_CARD_SECTION].group[0].code, "II")); /* the larger first */
    CHECK(group(&c, TW_CARD_SECTION, "XVI")->is.rows == N / 3 &&
          group(&c, TW_CARD_SECTION, "II")->is.rows == N / 3 * 2);
    CHECK(strcmp(group(&c, TW_CARD_SECTION, "II")->words, "vegetable products") == 0);
    CHECK(strcmp(group(&c, TW_CARD_ORIGIN, "CN")->words, "China") == 0);
    CHECK(c.by[TW_CARD_IMPORTER_SIZE].n == 1 && group(&c, TW_CARD_IMPORTER_SIZE, "1-9")->is.rows == N);
    CHECK(fabs(group(&c, TW_CARD_IMPORTER_SIZE, "1-9")->is.auc - c.all.auc) < 1e-12);
    size_t found = 0;
    for (size_t i = 0; i < 600; i++) found += held[i].found;
    CHECK(group(&c, TW_CARD_OFFICE, "HB01")->is.found == found &&
          group(&c, TW_CARD_OFFICE, "HB01")->merged == 0);
}

static void small_groups_are_one_and_it_says_so(void)
{
    plant();
    for (size_t i = 0; i < N; i++) {
        char office[16];
        snprintf(office, sizeof office, "S%zu", i < 300 ? i / 20 : 99); /* 15 of 20 rows, one of 600 */
        put_row(i, "851712", office, i < 60 ? "US" : "", 5);
        if (i < 60) held[i].found = truth[i].found = i < 4; /* enough rows, too few findings */
    }
    struct tw_card c = card_of();
    CHECK(c.by[TW_CARD_OFFICE].n == 2);
    const struct tw_card_group *other = group(&c, TW_CARD_OFFICE, "other");
    CHECK(other->merged == 15 && other->is.rows == 300 && other == &c.by[TW_CARD_OFFICE].group[1]);
    CHECK(group(&c, TW_CARD_OFFICE, "S99")->is.rows == 600);
    CHECK(c.by[TW_CARD_ORIGIN].n == 2 && group(&c, TW_CARD_ORIGIN, "US") == &none);
    CHECK(strcmp(group(&c, TW_CARD_ORIGIN, "")->words, "not declared") == 0 &&
          group(&c, TW_CARD_ORIGIN, "other")->merged == 1);
    TW_SCOPED_BUF text = {0};
    tw_card_text(&c, &text);
    tw_buf_char(&text, 0);
    CHECK(strstr(text.p, "| other (15 groups) | 300 |") != NULL &&
          strstr(text.p, "| other (1 group) | 60 | 4 |") != NULL);
    CHECK(strstr(text.p, "fewer than 50 items or 5 findings held back are merged") != NULL);
}

static void no_more_groups_are_shown_than_can_be_read(void)
{
    plant();
    for (size_t i = 0; i < N; i++) {
        char office[16];
        snprintf(office, sizeof office, "S%02zu", i % 30);
        held[i].found = truth[i].found = i / 30 % 2 == 0;
        put_row(i, "851712", office, "CN", 5);
    }
    for (size_t i = 0; i < N; i++) held[i].weight = 1;
    learned.n_held = N;
    /* Thirty groups of thirty rows: all too small. Every group twice as large: 15, which fit. */
    CHECK(card_of().by[TW_CARD_OFFICE].n == 1);
    struct tw_held twice[2 * N];
    for (size_t i = 0; i < (size_t)2 * N; i++) twice[i] = held[i % N];
    learned.held = twice;
    learned.n_held = (size_t)2 * N;
    struct tw_card c = card_of();
    CHECK(c.by[TW_CARD_OFFICE].n == TW_CARD_GROUPS_MAX + 1 &&
          group(&c, TW_CARD_OFFICE, "other")->merged == 6);
    CHECK(tw_str_is(c.by[TW_CARD_OFFICE].group[0].code, "S00") &&
          tw_str_is(c.by[TW_CARD_OFFICE].group[23].code, "S23"));
}

/* The same rows as 900 declarations, and as 90 whose ten items are alike: the interval must see it. */
static void items_of_one_declaration_are_no_ten_witnesses(void)
{
    plant();
    for (size_t i = 0; i < N; i++) {
        held[i] = held[i / 10 * 10];
        held[i].row = (uint32_t)i;
        truth[i].declaration = (uint32_t)i;
    }
    struct tw_card apart = card_of();
    for (size_t i = 0; i < N; i++) truth[i].declaration = (uint32_t)(i / 10);
    struct tw_card together = card_of();
    CHECK(apart.all.auc == together.all.auc);
    CHECK(together.all.auc_ci.hi - together.all.auc_ci.lo > 2 * (apart.all.auc_ci.hi - apart.all.auc_ci.lo));
}

static bool limited(const struct tw_card *c, const char *words)
{
    for (size_t i = 0; i < c->n_limits; i++)
        if (strstr(c->limit[i], words) != NULL) return true;
    return false;
}

static void says_what_bounds_its_figures(void)
{
    plant();
    struct tw_card c = card_of();
    CHECK(limited(&c, "Only what was inspected") && limited(&c, "before 2024-10-04") &&
          limited(&c, "to 2025-01-12"));
    CHECK(limited(&c, "900 items are worth 720 of even weight") && !limited(&c, "lodged on a later day"));
    CHECK(!limited(&c, "had to go") && !limited(&c, "does not hold"));
    sample.n_unrecorded = N;
    input.data.unordered = 3;
    input.data.unmatched = 4;
    input.data.findings = 9;
    input.data.forgotten = 5;
    c = card_of();
    CHECK(limited(&c, "No inspection has its probability recorded") && !limited(&c, "even weight"));
    CHECK(limited(&c, "3 declarations stood behind") && limited(&c, "4 of 9 results") &&
          limited(&c, "5 keys"));
}

static void a_training_without_rows_held_back_has_no_figures(void)
{
    plant();
    learned.n_held = sample.n_held = 0;
    struct tw_card c = card_of();
    CHECK(c.all.rows == 0 && isnan(c.all.auc) && isnan(c.all.base_rate) && c.by[TW_CARD_ORIGIN].n == 0);
    CHECK(limited(&c, "Nothing could be held back"));
    TW_SCOPED_BUF text = {0}, json = {0};
    tw_card_text(&c, &text);
    tw_card_json(&c, &json);
    json_t *j = json_loadb(json.p, json.n, 0, NULL);
    CHECK(j != NULL && json_is_null(json_object_get(json_object_get(j, "held_back"), "auc")));
    CHECK(json_is_null(json_object_get(json_object_get(j, "held_back"), "since")));
    json_decref(j);
    CHECK(memmem(text.p, text.n, "area under the ROC curve | - |", 30) != NULL);
}

static void the_file_says_all_of_it(void)
{
    plant();
    tw_sha256_hex((const uint8_t[32]){0xab}, file[0].sha256);
    struct tw_card c = card_of();
    TW_SCOPED_BUF json = {0}, again = {0}, text = {0};
    tw_card_json(&c, &json);
    tw_arena_reset(arena);
    c = card_of();
    tw_card_json(&c, &again);
    CHECK(json.n == again.n && memcmp(json.p, again.p, json.n) == 0 && json.p[json.n - 1] == '\n');
    json_t *j = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, NULL);
    CHECK(j != NULL);
    CHECK(strcmp(json_string_value(json_object_get(j, "format")), "tidewaiter-card") == 0);
    json_t *h = json_object_get(j, "held_back"), *data = json_object_get(j, "data");
    CHECK(json_integer_value(json_object_get(data, "declarations")) == 1234567);
    CHECK(strcmp(json_string_value(json_object_get(data, "from")), "2022-01-08") == 0);
    CHECK(fabs(json_number_value(json_object_get(h, "auc")) - c.all.auc) < 1e-6);
    CHECK(json_array_size(json_object_get(h, "at")) == TW_CARD_PARTS &&
          json_array_size(json_object_get(h, "auc_ci")) == 2);
    json_t *offices = json_object_get(json_object_get(j, "groups"), "office");
    CHECK(json_array_size(offices) == 2 &&
          strcmp(json_string_value(json_object_get(json_array_get(offices, 1), "code")), "HB|2") == 0);
    CHECK(strcmp(json_string_value(json_object_get(json_object_get(j, "settings"), "seed")), "7") == 0);
    json_t *files = json_object_get(j, "files");
    CHECK(json_string_length(json_object_get(json_array_get(files, 0), "sha256")) == 64);
    CHECK(json_is_null(json_object_get(json_array_get(files, 1), "sha256")));
    CHECK(json_array_size(json_object_get(j, "notes")) == 1 &&
          json_array_size(json_object_get(j, "limits")) == c.n_limits);
    json_decref(j);
    tw_card_text(&c, &text);
    tw_buf_char(&text, 0);
    CHECK(strstr(text.p, "1,234,567 declarations") != NULL && strstr(text.p, "| HB\\|2 |") != NULL);
    CHECK(strstr(text.p, "| declarations | a\\|b.csv | ab00") != NULL &&
          strstr(text.p, "| rates | r | not known |") != NULL);
    CHECK(strstr(text.p, "- A note.") != NULL);
    file[0].sha256[0] = 0;
}

static tw_err work(void)
{
    TW_SCOPED(tw_arena) *own = NULL;
    TW_SCOPED_BUF out = {0};
    struct tw_card c;
    TW_TRY(tw_arena_new(1 << 20, &own));
    TW_TRY(tw_card_new(&input, own, &c));
    tw_card_json(&c, &out);
    tw_card_text(&c, &out);
    return out.failed ? TW_NOMEM : TW_OK;
}

static tw_err name(void)
{
    struct tw_card_names n = {.of = {NULL}};
    const struct tw_decl d = {.office = TW_STR("HB01")};
    const struct tw_item item = {.hs = TW_STR("0808")};
    struct tw_card_row row;
    TW_TRY(tw_card_names_new(&n));
    const tw_err err = tw_card_place(&n, &d, &item, 3, &row);
    tw_card_names_free(&n);
    return err;
}

static void survives_every_failed_allocation(void)
{
    plant();
    learned.n_held = 60;
    CHECK(fault_each_allocation(work) > 20);
    CHECK(fault_each_allocation(name) > 4);
}

int main(void)
{
    CHECK(tw_arena_new(8 << 20, &arena) == TW_OK);
    RUN(figures_are_of_the_flow_and_not_of_the_rows);
    RUN(each_row_belongs_to_its_groups);
    RUN(small_groups_are_one_and_it_says_so);
    RUN(no_more_groups_are_shown_than_can_be_read);
    RUN(items_of_one_declaration_are_no_ten_witnesses);
    RUN(says_what_bounds_its_figures);
    RUN(a_training_without_rows_held_back_has_no_figures);
    RUN(the_file_says_all_of_it);
    RUN(survives_every_failed_allocation);
    tw_card_names_free(&names);
    tw_arena_free(arena);
    return DONE();
}
