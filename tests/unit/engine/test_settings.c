/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/settings.h"

#include "audit/leaf.h"
#include "engine/rules.h"
#include "fault.h"

static struct tw_station_settings some(void)
{
    struct tw_station_settings s;
    tw_settings_defaults(&s);
    memset(s.model, 0xab, sizeof s.model);
    memset(s.channels, 1, sizeof s.channels);
    s.manifests = 17;
    s.duty_mix = 0.1;
    s.memory_mib = 64;
    s.criteria_limits.cel.steps = 100;
    s.list_limits.memory = 1 << 30;
    memcpy(s.currency, "XTS", 3);
    return s;
}

static void the_text_is_canonical_and_comes_back(void)
{
    const struct tw_station_settings s = some();
    struct tw_station_settings back;
    TW_SCOPED_BUF text = {0}, again = {0};
    tw_settings_put(&s, &text);
    CHECK(tw_leaf_check(tw_buf_view(&text), NULL) == TW_OK);
    CHECK(tw_settings_read(tw_buf_view(&text), &back, NULL) == TW_OK);
    CHECK(back.manifests == 17 && back.duty_mix == 0.1 && back.reasons && back.rules == TW_STATION_RULES);
    CHECK(back.criteria_limits.cel.steps == 100 && back.memory_mib == 64 &&
          strcmp(back.currency, "XTS") == 0);
    CHECK(tw_settings_has(back.model) && !tw_settings_has(back.criteria));
    tw_settings_put(&back, &again);
    CHECK(tw_str_eq(tw_buf_view(&again), tw_buf_view(&text)));
}

static void as_the_model_was_trained_comes_back_too(void)
{
    struct tw_station_settings s, back;
    TW_SCOPED_BUF text = {0};
    tw_settings_defaults(&s);
    tw_settings_put(&s, &text);
    CHECK(tw_settings_read(tw_buf_view(&text), &back, NULL) == TW_OK && back.duty_mix < 0);
}

/* Each member is needed: with one renamed, or of another kind, it is no text of settings. */
static void what_lacks_a_member_is_refused(void)
{
    const struct tw_station_settings s = some();
    struct tw_station_settings back;
    TW_SCOPED_BUF text = {0};
    size_t members = 0;
    tw_settings_put(&s, &text);
    for (size_t i = 1; i + 1 < text.n; i++) {
        if (text.p[i] != ':') continue;
        const char was = text.p[i - 2];
        text.p[i - 2] = was == 'z' ? 'y' : (char)(was + 1);
        CHECK(tw_settings_read(tw_buf_view(&text), &back, NULL) == TW_FORMAT);
        text.p[i - 2] = was;
        members++;
    }
    CHECK(members == 29 && tw_settings_read(TW_STR("{}"), &back, NULL) == TW_FORMAT);
    CHECK(tw_settings_read(TW_STR("[1]"), &back, NULL) == TW_FORMAT);
}

static struct tw_str given;

static tw_err read_given(void)
{
    struct tw_station_settings back;
    return tw_settings_read(given, &back, NULL);
}

static void without_memory_it_says_so(void)
{
    const struct tw_station_settings s = some();
    TW_SCOPED_BUF text = {0};
    tw_settings_put(&s, &text);
    given = tw_buf_view(&text);
    CHECK(fault_each_allocation(read_given) > 0);
}

int main(void)
{
    RUN(the_text_is_canonical_and_comes_back);
    RUN(as_the_model_was_trained_comes_back_too);
    RUN(what_lacks_a_member_is_refused);
    RUN(without_memory_it_says_so);
    return DONE();
}
