/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "cli/demo_priv.h"

static void wraps_at_blanks_within_its_columns(void)
{
    TW_SCOPED_BUF text = {0}, out = {0};
    for (int i = 0; i < 60; i++) tw_buf_printf(&text, "%sword%d", i > 0 ? " " : "", i * i * i);
    demo_wrap(&out, "   +  ", 6, tw_buf_view(&text));
    struct tw_str rest = tw_buf_view(&out);
    TW_SCOPED_BUF words = {0};
    for (int line = 0; rest.n > 0; line++) {
        struct tw_str one = tw_str_cut(rest, '\n', &rest);
        CHECK(one.n <= 96 && (rest.n == 0 || one.n > 80));
        CHECK(memcmp(one.s, line == 0 ? "   +  " : "      ", 6) == 0 && one.s[6] != ' ');
        if (line > 0) tw_buf_char(&words, ' ');
        tw_buf_put(&words, one.s + 6, one.n - 6);
    }
    CHECK(tw_str_eq(tw_buf_view(&words), tw_buf_view(&text)));
}

static void a_word_wider_than_the_line_stands_alone(void)
{
    TW_SCOPED_BUF out = {0};
    char wide[121];
    memset(wide, 'w', 120);
    wide[120] = 0;
    char text[140];
    CHECK(snprintf(text, sizeof text, "a %s b", wide) > 0);
    demo_wrap(&out, "", 3, tw_str_from(text));
    char want[160];
    CHECK(snprintf(want, sizeof want, "a\n   %s\n   b\n", wide) > 0);
    CHECK(tw_str_is(tw_buf_view(&out), want));
}

static void shows_two_found_for_different_reasons(void)
{
    static struct demo_picks p;
    const struct demo_picked *pick[DEMO_PICKS];
    demo_chosen(&p, pick);
    for (int i = 0; i < DEMO_PICKS; i++) CHECK(pick[i] == NULL);
    p.found[TW_FAMILY_PRICE] = (struct demo_picked){.some = true, .worth = 2};
    demo_chosen(&p, pick);
    CHECK(pick[DEMO_FOUND] == &p.found[TW_FAMILY_PRICE] && pick[DEMO_FOUND_OTHERWISE] == NULL);
    p.found[TW_FAMILY_ORIGIN] = (struct demo_picked){.some = true, .worth = 3};
    p.found[TW_FAMILY_GOODS] = (struct demo_picked){.some = true, .worth = 1};
    p.chance = (struct demo_picked){.some = true};
    demo_chosen(&p, pick);
    CHECK(pick[DEMO_FOUND] == &p.found[TW_FAMILY_ORIGIN]);
    CHECK(pick[DEMO_FOUND_OTHERWISE] == &p.found[TW_FAMILY_PRICE]);
    CHECK(pick[DEMO_CHANCE] == &p.chance && pick[DEMO_NOTHING] == NULL && pick[DEMO_PAPERS] == NULL);
}

int main(void)
{
    RUN(wraps_at_blanks_within_its_columns);
    RUN(a_word_wider_than_the_line_stands_alone);
    RUN(shows_two_found_for_different_reasons);
    return DONE();
}
