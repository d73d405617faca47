/* SPDX-License-Identifier: Apache-2.0 */
#include "make.h"

static void says(struct tw_watchlist *l, struct tw_watch_hit hit, const char *words)
{
    TW_SCOPED_BUF out = {0};
    tw_watch_say(l, &hit, &out);
    if (!tw_str_is(tw_buf_view(&out), words)) printf("# %.*s\n", TW_STR_ARG(tw_buf_view(&out)));
    CHECK(tw_str_is(tw_buf_view(&out), words));
}

static struct tw_watch_hit found(struct tw_watchlist *l, const char *text)
{
    struct tw_watch_hit hit;
    CHECK(tw_watchlist_find(l, tw_str_from(text), day("2026-11-27"), &hit));
    return hit;
}

static void the_parts_that_agree_are_named(void)
{
    TW_SCOPED(tw_watchlist) *l =
        make(HEAD("parties") "match: fuzzy\nthreshold: 0.5\nentries:\n"
                             "  - {id: \"17\", value: Acme Trading (Lyon) SARL}\n" NONE);
    struct tw_watch_hit hit = found(l, "ACME Trading Lyon");
    hit.element = TW_ELEMENT_IMPORTER_NAME;
    says(l, hit,
         "importer 'ACME Trading Lyon' is 0.99 like entry 17 'Acme Trading (Lyon) SARL' of list L: acme, "
         "trading, "
         "lyon agree; sarl is a legal form");
    says(l, found(l, "Acme Tradin Nord Lyon Ltd"),
         "'Acme Tradin Nord Lyon Ltd' is 0.84 like entry 17 'Acme Trading (Lyon) SARL' of list L: acme, lyon "
         "agree; "
         "tradin is nearly the same; nord stands here alone; ltd is a legal form; sarl is a legal form");
    says(l, found(l, "Acme Trading"),
         "'Acme Trading' is 0.90 like entry 17 'Acme Trading (Lyon) SARL' of list L: acme, trading agree; "
         "lyon "
         "stands in the list alone; sarl is a legal form");
}

static void what_is_the_same_is_said_to_be(void)
{
    TW_SCOPED(tw_watchlist) *l = make(HEAD("codes") "entries: [{id: a, value: \"85\"}]\n" NONE);
    struct tw_watch_hit hit = found(l, "8525");
    hit.element = TW_ELEMENT_HS;
    hit.item = 3;
    says(l, hit, "item 3, commodity code '8525' falls under entry a '85' of list L");
    TW_SCOPED(tw_watchlist) *m = make(HEAD("parties") "entries: [{id: a, value: XA 77}]\n" NONE);
    hit = found(m, "xa-77");
    hit.element = TW_ELEMENT_IMPORTER_ID;
    says(m, hit, "importer number 'xa-77' is entry a 'XA 77' of list L");
}

/* Joined by commas. */
static void has_parts(struct tw_watchlist *l, const struct tw_watch_hit *hit, const char *words)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED_BUF out = {0};
    const struct tw_str *at = NULL;
    size_t n = 0;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    CHECK(tw_watch_parts(l, hit, arena, &at, &n) == TW_OK);
    for (size_t i = 0; i < n; i++) tw_buf_printf(&out, "%s%.*s", i > 0 ? "," : "", TW_STR_ARG(at[i]));
    if (!tw_str_is(tw_buf_view(&out), words)) printf("# %.*s\n", TW_STR_ARG(tw_buf_view(&out)));
    CHECK(tw_str_is(tw_buf_view(&out), words));
}

static void conditions_are_given_the_parts_that_agree(void)
{
    TW_SCOPED(tw_watchlist) *names =
        make(HEAD("parties") "match: fuzzy\nthreshold: 0.5\nentries:\n"
                             "  - {id: \"17\", value: Acme Trading (Lyon) SARL}\n" NONE);
    struct tw_watch_hit hit = found(names, "Acme Tradin Nord Lyon Ltd");
    has_parts(names, &hit, "acme,tradin,lyon");
    hit = found(names, "ACME TRADING, LYON S.A.R.L.");
    has_parts(names, &hit, "acme,trading,lyon,sarl");
    TW_SCOPED(tw_watchlist) *boxes = make(HEAD("containers") "entries: [{id: a, value: CSQU3054383}]\n" NONE);
    hit = found(boxes, "csqu 305438-3");
    has_parts(boxes, &hit, "CSQU3054383");
}

int main(void)
{
    RUN(the_parts_that_agree_are_named);
    RUN(what_is_the_same_is_said_to_be);
    RUN(conditions_are_given_the_parts_that_agree);
    tw_name_fold_free(fold);
    return DONE();
}
