/* SPDX-License-Identifier: Apache-2.0 */
#include "name/name.h"

#include <math.h>

#include "check.h"
#include "fault.h"

#define S(literal) TW_STR(literal)

static struct tw_name_fold *fold;

static struct tw_name read_name(const char *text)
{
    struct tw_name n;
    tw_name_read(fold, tw_str_from(text), &n);
    return n;
}

static bool reads(const char *text, const char *normal)
{
    const struct tw_name n = read_name(text);
    if (strcmp(n.text, normal) != 0) printf("# %s: %s, wanted %s\n", text, n.text, normal);
    return strcmp(n.text, normal) == 0;
}

static double score(const char *a, const char *b)
{
    const struct tw_name x = read_name(a), y = read_name(b);
    struct tw_name_weights wx, wy;
    tw_name_even(&x, &wx);
    tw_name_even(&y, &wy);
    const double there = tw_name_compare(&x, &wx, &y, &wy).score,
                 back = tw_name_compare(&y, &wy, &x, &wx).score;
    CHECK(fabs(there - back) < 1e-12);
    return there;
}

static void every_script_becomes_plain_letters(void)
{
    CHECK(reads("Acme Trading Ltd.", "ACME TRADING LTD"));
    CHECK(reads("  ACME-TRADING,   Limited ", "ACME TRADING LTD"));
    CHECK(reads("Müller & Söhne GmbH", "MULLER SOHNE GMBH"));
    CHECK(reads("Société Générale S.A.", "SOCIETE GENERALE SA"));
    CHECK(reads("O'Neill", "ONEILL"));
    CHECK(reads("acme.com", "ACME COM"));
    CHECK(reads("\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd\xd0\xbe\xd0\xb2", "IVANOV")); /* Cyrillic */
    CHECK(reads("\xe5\x8c\x97\xe4\xba\xac", "BEIJING"));                        /* Han: one word */
    CHECK(reads("\xd9\x85\xd8\xad\xd9\x85\xd8\xaf", "MHMD"));           /* Arabic: no vowels written */
    CHECK(reads("\xce\x91\xce\xb8\xce\xae\xce\xbd\xce\xb1", "ATHENA")); /* Greek */
    CHECK(reads("Stra\xc3\x9f"
                "e 12a",
                "STRASSE 12A"));
}

static void junk_parts_tokens_and_nothing_else(void)
{
    CHECK(reads("", ""));
    CHECK(reads("?!", ""));
    CHECK(reads("A\xff\xfe"
                "B",
                "A B"));
    CHECK(reads("\xe5\x8c", ""));
    const struct tw_name n = read_name("ACME 24 LTD");
    CHECK(n.tokens == 3 && n.token[0].kind == TW_NAME_WORD && n.token[1].kind == TW_NAME_NUMBER &&
          n.token[2].kind == TW_NAME_FORM);
}

static void what_is_too_long_is_cut(void)
{
    char text[4096];
    memset(text, 'A', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct tw_name n = read_name(text);
    CHECK(n.tokens == 1 && n.token[0].n == TW_NAME_TOKEN_MAX);
    for (size_t i = 1; i < sizeof text - 1; i += 2) text[i] = ' ';
    n = read_name(text);
    CHECK(n.tokens == TW_NAME_TOKENS_MAX);
    for (size_t i = 0; i + 3 < sizeof text; i += 3) memcpy(text + i, "\xe5\x8c\x97", 3);
    n = read_name(text);
    CHECK(n.tokens == 1 && n.n == TW_NAME_TOKEN_MAX);
}

static bool near(double a, double b)
{
    return fabs(a - b) < 0.001;
}

static void jaro_winkler_is_what_was_published(void)
{
    CHECK(near(tw_name_jaro_winkler(S("MARTHA"), S("MARHTA")), 0.961)); /* Winkler 1990 */
    CHECK(near(tw_name_jaro_winkler(S("DWAYNE"), S("DUANE")), 0.840));
    CHECK(near(tw_name_jaro_winkler(S("DIXON"), S("DICKSONX")), 0.813));
    CHECK(tw_name_jaro_winkler(S("ABC"), S("XYZ")) == 0 && tw_name_jaro_winkler(S(""), S("")) == 1);
    CHECK(tw_name_jaro_winkler(S(""), S("A")) == 0);
}

static void order_legal_form_and_slips_matter_little(void)
{
    CHECK(score("ACME TRADING LTD", "Trading Acme Limited") == 1);
    CHECK(score("ACME TRADING", "ACME TRADING GMBH") > 0.95);
    CHECK(score("KALQUIN FOODS", "KALQIUN FODS") > 0.7);
    CHECK(score("KALQUIN TRADING HOLDING", "KALQUIN TRADING") > 0.8); /* a part is missing */
    CHECK(score("JOHN SON SHIPPING", "JOHNSON SHIPPING") == 1);
    CHECK(score("MOHAMED TRADING", "\xd9\x85\xd8\xad\xd9\x85\xd8\xaf TRADING") > 0.7);
}

static void what_tells_two_firms_apart_matters_much(void)
{
    CHECK(score("KALQUIN TRADING HAMBURG", "KALQUIN TRADING BREMEN") < 0.62);
    CHECK(score("WAREHOUSE 12", "WAREHOUSE 13") < 0.5);
    CHECK(score("KALQUIN FOODS", "KALQUIN STEEL") < 0.5);
    CHECK(score("ACME", "") == 0 && score("", "") == 0);
}

static void says_which_parts_agreed(void)
{
    const struct tw_name a = read_name("Kalquin Foods Hamburg"), b = read_name("FOODS KALQIUN");
    struct tw_name_weights wa, wb;
    tw_name_even(&a, &wa);
    tw_name_even(&b, &wb);
    const struct tw_name_likeness l = tw_name_compare(&a, &wa, &b, &wb);
    CHECK(l.agreed_a == 3 && l.agreed_b == 3 && l.exact_a == 2);
}

static tw_err open_one(void)
{
    struct tw_name_fold *f = NULL;
    TW_TRY(tw_name_fold_new(&f, NULL));
    tw_name_fold_free(f);
    return TW_OK;
}

int main(void)
{
    CHECK(tw_name_fold_new(&fold, NULL) == TW_OK);
    RUN(every_script_becomes_plain_letters);
    RUN(junk_parts_tokens_and_nothing_else);
    RUN(what_is_too_long_is_cut);
    RUN(jaro_winkler_is_what_was_published);
    RUN(order_legal_form_and_slips_matter_little);
    RUN(what_tells_two_firms_apart_matters_much);
    RUN(says_which_parts_agreed);
    CHECK(fault_each_allocation(open_one) >= 1);
    tw_name_fold_free(fold);
    return DONE();
}
