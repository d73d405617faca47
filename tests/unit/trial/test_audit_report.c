/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>

#include "border.h"
#include "trial/audit.h"

static json_t *examine(struct border *b, struct tw_trial_audit **a)
{
    struct tw_trial_audit_settings set = {.seed = 1, .draws = 5};
    TW_SCOPED_BUF text = {0};
    CHECK(tw_trial_audit(b->data, &set, NULL, a, NULL) == TW_OK);
    tw_trial_audit_json(*a, &text);
    CHECK(!text.failed && text.p[text.n - 1] == '\n' && memchr(text.p, '\n', text.n - 1) == NULL);
    json_error_t err;
    json_t *j = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &err);
    CHECK(j != NULL);
    return j;
}

static bool quoted(json_t *list, const char *what)
{
    size_t i;
    json_t *s;
    json_array_foreach(list, i, s) if (strstr(json_string_value(s), what) != NULL) return true;
    return false;
}

static void json_has_the_promised_shape(void)
{
    struct border b;
    struct tw_trial_audit *a = NULL;
    border_open(&b, 2000, 1, COPIES | ALL_INSPECTED);
    json_t *j = examine(&b, &a);
    CHECK(json_integer_value(json_object_get(j, "rows")) == (json_int_t)b.data->items);
    json_t *twins = json_object_get(j, "twins");
    CHECK(fabs(json_number_value(json_object_get(twins, "share")) - a->six.share) < 1e-6);
    CHECK(fabs(json_number_value(json_object_get(twins, "label_purity")) - a->six.purity) < 1e-6);
    json_t *columns = json_object_get(j, "columns");
    CHECK(json_array_size(columns) == a->columns);
    for (size_t i = 0; i < a->columns; i++) {
        json_t *c = json_array_get(columns, i);
        CHECK(tw_str_is(a->column[i].name, json_string_value(json_object_get(c, "name"))));
        CHECK(fabs(json_number_value(json_object_get(c, "auc")) - a->column[i].found.auc) < 1e-6);
        CHECK(json_is_null(json_object_get(c, "auc_inspected"))); /* NaN is null, not 0 */
    }
    CHECK(quoted(json_object_get(j, "warnings"), "the rows were copied"));
    CHECK(!quoted(json_object_get(j, "notes"), "the rows were copied") &&
          json_is_false(json_object_get(j, "believable")));
    CHECK(json_array_size(json_object_get(j, "warnings")) + json_array_size(json_object_get(j, "notes")) ==
          a->remarks);
    CHECK(json_array_size(json_object_get(j, "checks")) == TW_TRIAL_CHECK_N);
    json_t *check = json_array_get(json_object_get(j, "checks"), TW_TRIAL_CHECK_TWINS);
    CHECK(strcmp(json_string_value(json_object_get(check, "name")), "twins") == 0);
    CHECK(strcmp(json_string_value(json_object_get(check, "verdict")), "forbids") == 0);
    CHECK(json_array_size(json_object_get(j, "months")) == 12);
    CHECK(strcmp(json_string_value(json_object_get(j, "from")), "2025-01-01") == 0);
    json_decref(j);
    tw_trial_audit_free(a);
    border_close(&b);
}

static bool has(const struct tw_buf *text, const char *what)
{
    return memmem(text->p, text->n, what, strlen(what)) != NULL;
}

static void text_is_for_people(void)
{
    struct border b;
    struct tw_trial_audit *a = NULL;
    TW_SCOPED_BUF text = {0};
    border_open(&b, 2000, 2, LEAK);
    json_decref(examine(&b, &a));
    tw_trial_audit_text(a, &text);
    CHECK(!text.failed && has(&text, "2000 declarations, ") && has(&text, "forbids  leaks"));
    CHECK(has(&text, "not to be believed") && has(&text, "importer.id") && has(&text, "2025-12"));
    CHECK(has(&text, "say the same everywhere"));                                     /* tax type, currency */
    CHECK(memmem(text.p, text.n, "forbids", 7) < memmem(text.p, text.n, "note ", 5)); /* the heaviest first */
    size_t line = 0;
    for (size_t i = 0; i < text.n; i++) {
        line = text.p[i] == '\n' ? 0 : line + 1;
        CHECK(line <= 120);
        CHECK(text.p[i] != '\n' || i == 0 || text.p[i - 1] != ' ');
    }
    tw_trial_audit_free(a);
    border_close(&b);
}

int main(void)
{
    RUN(json_has_the_promised_shape);
    RUN(text_is_for_people);
    return DONE();
}
