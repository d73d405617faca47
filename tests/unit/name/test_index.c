/* SPDX-License-Identifier: Apache-2.0 */
#include "name/index.h"

#include "base/rng.h"
#include "check.h"
#include "fault.h"

static struct tw_name named(const char *normal)
{
    struct tw_name n;
    tw_name_parse(tw_str_from(normal), &n);
    return n;
}

static tw_err fill(struct tw_name_index *x, const char *const *name, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct tw_name one = named(name[i]);
        TW_TRY(tw_name_index_add(x, &one));
    }
    return tw_name_index_ready(x);
}

static const char *const few[] = {"KALQUIN FOODS HAMBURG", "KALQUIN FOODS BREMEN", "ACME TRADING LTD",
                                  "ULLUM TRADING LTD", "BELNOR WORKS"};
enum { FEW = sizeof few / sizeof *few };

static void finds_the_most_alike_first(void)
{
    TW_SCOPED(tw_name_index) *x = NULL;
    struct tw_name_hit hit[FEW];
    CHECK(tw_name_index_new(&x) == TW_OK && fill(x, few, FEW) == TW_OK && tw_name_index_n(x) == FEW);
    struct tw_name q = named("KALQUIN FODS BREMEN");
    size_t n = tw_name_index_find(x, &q, 0.3, FEW, hit);
    CHECK(n == 2 && hit[0].number == 1 && hit[1].number == 0 && hit[0].likeness.score > 0.8);
    CHECK(hit[0].likeness.agreed_a == 7 && hit[0].likeness.exact_a == 5);
    q = named("ACMME");
    n = tw_name_index_find(x, &q, 0.3, 1, hit);
    CHECK(n == 1 && hit[0].number == 2);
    q = named("NOBODY ELSE");
    CHECK(tw_name_index_find(x, &q, 0.5, FEW, hit) == 0);
    q = named("");
    CHECK(tw_name_index_find(x, &q, 0, FEW, hit) == 0);
    struct tw_name back;
    tw_name_index_get(x, 3, &back);
    CHECK(strcmp(back.text, few[3]) == 0 && back.tokens == 3 && back.token[2].kind == TW_NAME_FORM);
}

static void rare_tokens_weigh_more(void)
{
    TW_SCOPED(tw_name_index) *x = NULL;
    struct tw_name_weights w;
    CHECK(tw_name_index_new(&x) == TW_OK);
    for (int i = 0; i < 300; i++) {
        char text[32];
        snprintf(text, sizeof text, "FIRM%c%c TRADING LTD", 'A' + i % 26, 'A' + i / 26);
        const struct tw_name one = named(text);
        CHECK(tw_name_index_add(x, &one) == TW_OK);
    }
    CHECK(tw_name_index_ready(x) == TW_OK);
    const struct tw_name q = named("FIRMAA TRADING LTD");
    tw_name_index_weights(x, &q, &w);
    CHECK(w.of[0] == 4 && w.of[1] == 1 && w.of[2] < 0.2F);
}

/* Of many names that share nearly everything, each is found by a slip of itself. */
static void finds_one_of_many(void)
{
    enum { MANY = 20000 };
    static const char *const trade[] = {"TRADING", "FOODS", "STEEL", "TEXTILES", "CHEMICALS", "MOTORS"};
    static const char *const city[] = {"HAMBURG", "BREMEN",  "ROTTERDAM", "ANTWERP",
                                       "GENOA",   "PIRAEUS", "VARNA"};
    TW_SCOPED(tw_name_index) *x = NULL;
    struct tw_rng r = tw_rng_new(3, "names");
    struct tw_name_hit hit;
    char first[16];
    size_t found = 0;
    CHECK(tw_name_index_new(&x) == TW_OK);
    for (size_t i = 0; i < MANY; i++) {
        char text[64];
        for (size_t k = 0; k < 7; k++) first[k] = (char)('A' + tw_rng_below(&r, 26));
        first[7] = '\0';
        snprintf(text, sizeof text, "%s %s %s", first, trade[tw_rng_below(&r, 6)], city[tw_rng_below(&r, 7)]);
        const struct tw_name one = named(text);
        CHECK(tw_name_index_add(x, &one) == TW_OK);
    }
    CHECK(tw_name_index_ready(x) == TW_OK);
    for (uint32_t i = 0; i < 500; i++) {
        struct tw_name n;
        char text[256];
        tw_name_index_get(x, i * 37, &n);
        snprintf(text, sizeof text, "%s", n.text);
        const char swap = text[3];
        text[3] = text[4];
        text[4] = swap;
        n = named(text);
        found += tw_name_index_find(x, &n, 0.5, 1, &hit) == 1 && hit.number == i * 37;
    }
    printf("# %zu of 500\n", found);
    CHECK(found > 490);
}

static tw_err build_few(void)
{
    TW_SCOPED(tw_name_index) *x = NULL;
    TW_TRY(tw_name_index_new(&x));
    return fill(x, few, FEW);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(build_few) > 6);
}

int main(void)
{
    RUN(finds_the_most_alike_first);
    RUN(rare_tokens_weigh_more);
    RUN(finds_one_of_many);
    RUN(survives_every_failed_allocation);
    return DONE();
}
