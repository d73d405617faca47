/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/code.h"

#include "check.h"

static void every_currency_is_found_and_in_order(void)
{
    size_t n = 0;
    const struct tw_currency *c = tw_currency_table(&n);
    CHECK(n >= 168); /* currencies and funds with a minor unit in list one */
    for (size_t i = 0; i < n; i++) {
        CHECK(strlen(c[i].code) == 3 && c[i].digits <= 4 && c[i].name[0] != '\0');
        CHECK(tw_currency_find(tw_str_from(c[i].code)) == &c[i]);
        if (i > 0) CHECK(strcmp(c[i - 1].code, c[i].code) < 0);
    }
    CHECK(tw_currency_find(TW_STR("JPY"))->digits == 0);
    CHECK(tw_currency_find(TW_STR("USD"))->digits == 2);
    CHECK(tw_currency_find(TW_STR("TND"))->digits == 3);
    CHECK(tw_currency_find(TW_STR("UYW"))->digits == 4);
}

static void what_is_no_code_is_not_found(void)
{
    CHECK(tw_currency_find(TW_STR("XAU")) == NULL && tw_currency_find(TW_STR("usd")) == NULL);
    CHECK(tw_currency_find(TW_STR("US")) == NULL && tw_currency_find(TW_STR("USDX")) == NULL);
    CHECK(tw_currency_find((struct tw_str){NULL, 0}) == NULL);
    CHECK(tw_currency_find((struct tw_str){"US\0", 3}) == NULL);
    CHECK(tw_country_find(TW_STR("UK")) == NULL && tw_country_find(TW_STR("DDR")) == NULL);
    CHECK(tw_unit_find(TW_STR("KG")) == NULL && tw_incoterm_find(TW_STR("CNF")) == NULL);
}

static void every_country_is_found_and_in_order(void)
{
    size_t n = 0, iso = 0;
    const struct tw_country *c = tw_country_table(&n);
    for (size_t i = 0; i < n; i++) {
        CHECK(strlen(c[i].code) == 2 && c[i].name[0] != '\0');
        CHECK(tw_country_find(tw_str_from(c[i].code)) == &c[i]);
        if (i > 0) CHECK(strcmp(c[i - 1].code, c[i].code) < 0);
        iso += c[i].iso;
    }
    CHECK(iso == 249); /* ISO 3166-1:2020 */
    CHECK(strcmp(tw_country_find(TW_STR("NO"))->name, "Norway") == 0);
    CHECK(!tw_country_find(TW_STR("XK"))->iso);
}

static void every_unit_and_delivery_term_is_found_and_in_order(void)
{
    size_t n = 0;
    const struct tw_unit *u = tw_unit_table(&n);
    for (size_t i = 0; i < n; i++) {
        CHECK(u[i].kg >= 0 && u[i].name[0] != '\0' && tw_unit_find(tw_str_from(u[i].code)) == &u[i]);
        if (i > 0) CHECK(strcmp(u[i - 1].code, u[i].code) < 0);
    }
    const struct tw_incoterm *t = tw_incoterm_table(&n);
    size_t current = 0;
    for (size_t i = 0; i < n; i++) {
        CHECK(t[i].words[0] != '\0' && tw_incoterm_find(tw_str_from(t[i].code)) == &t[i]);
        if (i > 0) CHECK(strcmp(t[i - 1].code, t[i].code) < 0);
        CHECK(t[i].freight || !t[i].insurance); /* nobody insures a carriage he does not pay */
        current += t[i].edition == 2020;
    }
    CHECK(current == 11); /* rules of Incoterms 2020 */
    CHECK(!tw_incoterm_find(TW_STR("FOB"))->freight && tw_incoterm_find(TW_STR("CIF"))->insurance);
    CHECK(tw_incoterm_find(TW_STR("CFR"))->freight && !tw_incoterm_find(TW_STR("CFR"))->insurance);
    CHECK(tw_incoterm_find(TW_STR("DDP"))->duty && !tw_incoterm_find(TW_STR("DAP"))->duty);
}

static void check_kg(const char *value, const char *unit, const char *expected)
{
    struct tw_dec v, want, kg;
    CHECK(tw_dec_parse(tw_str_from(value), &v, NULL) == TW_OK);
    CHECK(tw_dec_parse(tw_str_from(expected), &want, NULL) == TW_OK);
    CHECK(tw_mass_to_kg(v, tw_str_from(unit), &kg, NULL) == TW_OK);
    CHECK(kg.set && tw_dec_cmp(kg, want) == 0);
}

static void masses_become_kilograms(void)
{
    check_kg("1500.25", "KGM", "1500.25");
    check_kg("1500", "GRM", "1.5");
    check_kg("2.5", "TNE", "2500");
    check_kg("1", "DTN", "100");
    check_kg("1", "LBR", "0.45359237");
    check_kg("16", "ONZ", "0.45359237");
    check_kg("100", "CWA", "4535.9237");
    check_kg("2000", "LBR", "907.18474");
    check_kg("1", "STN", "907.18474");
    check_kg("1", "LTN", "1016.0469088");
    check_kg("20", "CWI", "1016.0469088");
    check_kg("160", "STI", "1016.0469088");
    check_kg("1", "APZ", "0.031103477"); /* nine decimals, half to even */
    check_kg("20", "DWT", "0.031103477");
    check_kg("7000", "GRN", "0.45359237");
    check_kg("256", "DRA", "0.45359237");
    check_kg("5", "CTM", "0.001");
    check_kg("1", "MC", "0.000000001");
    check_kg("0.5", "MC", "0");
    check_kg("3", "KTN", "3000000");
    check_kg("1000000", "MGM", "1");
}

static void large_masses_give_up_decimals_first(void)
{
    struct tw_dec kg;
    CHECK(tw_mass_to_kg((struct tw_dec){INT64_MAX, 0, true}, TW_STR("DRA"), &kg, NULL) == TW_OK);
    CHECK(kg.scale == 2 && kg.v == 1634238742808080119);
    CHECK(tw_mass_to_kg((struct tw_dec){INT64_MAX, 9, true}, TW_STR("LBR"), &kg, NULL) == TW_OK);
    CHECK(kg.scale == 9 && kg.v == 4183651181588685104);
}

static void what_is_no_mass_is_refused(void)
{
    struct tw_dec kg = {7, 0, true};
    struct tw_fault fault = {0};
    CHECK(tw_mass_to_kg((struct tw_dec){1, 0, true}, TW_STR("LTR"), &kg, &fault) == TW_ARG);
    CHECK(strcmp(fault.note, "LTR (litre) is no unit of mass; KGM, GRM, TNE or LBR would be") == 0);
    CHECK(tw_mass_to_kg((struct tw_dec){1, 0, true}, TW_STR("SACK"), &kg, &fault) == TW_NOTFOUND);
    CHECK(tw_mass_to_kg((struct tw_dec){1, 0, true}, (struct tw_str){NULL, 0}, &kg, &fault) == TW_NOTFOUND);
    CHECK(tw_mass_to_kg((struct tw_dec){0}, TW_STR("KGM"), &kg, &fault) == TW_ARG);
    CHECK(tw_mass_to_kg((struct tw_dec){INT64_MAX, 0, true}, TW_STR("TNE"), &kg, &fault) == TW_RANGE);
    CHECK(strstr(fault.note, "is TNE the right unit?") != NULL && kg.v == 7);
}

static void commodity_codes_have_a_form(void)
{
    static const char *const good[] = {"01",       "0808",      "080810",     "8517130",
                                       "85171300", "851713000", "8517130000", "9999"};
    static const char *const bad[] = {"", "8", "851", "85171", "85171300001", "0012", "85a7", "85.17"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        CHECK(tw_hs_check(tw_str_from(good[i]), NULL) == TW_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK(tw_hs_check(tw_str_from(bad[i]), NULL) == TW_FORMAT);
}

static tw_err check_container(const char *number)
{
    struct tw_fault fault = {0};
    const tw_err err = tw_container_check(tw_str_from(number), &fault);
    CHECK(err == TW_OK || fault.note[0] != '\0');
    return err;
}

/* Numbers of real boxes; every other check digit is wrong. */
static void containers_are_checked_by_their_digit(void)
{
    static const char *const good[] = {"CSQU3054383", "MSKU0032620", "TGHU7599330",
                                       "MEDU8707688", "FCIU5956299", "TCLU5546482"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char number[12];
        for (char c = '0'; c <= '9'; c++) {
            memcpy(number, good[i], sizeof number);
            number[10] = c;
            CHECK(check_container(number) == (c == good[i][10] ? TW_OK : TW_RANGE));
        }
    }
    static const char *const bad[] = {
        "", "CSQU305438", "CSQU30543833", "csqu3054383", "CSQ03054383", "CSQU305438A", "CSQU 054383"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK(check_container(bad[i]) == TW_FORMAT);
}

static void ships_are_checked_by_their_digit(void)
{
    static const char *const good[] = {"9074729", "9811000", "9241061", "1000007"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        for (char c = '0'; c <= '9'; c++) {
            char number[8];
            struct tw_fault fault = {0};
            memcpy(number, good[i], sizeof number);
            number[6] = c;
            CHECK(tw_imo_check(tw_str_from(number), &fault) == (c == good[i][6] ? TW_OK : TW_RANGE));
            CHECK(c == good[i][6] || strstr(fault.note, "would be") != NULL);
        }
    static const char *const bad[] = {"", "907472", "90747290", "IMO9074", "0000000"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(tw_imo_check(tw_str_from(bad[i]), NULL) == TW_FORMAT);
}

static void made_up_numbers_name_nothing(void)
{
    static const char *const good[] = {"CSQU3054383", "BL77", "1234", "0001"};
    static const char *const bad[] = {"", "NA", "NIL", "UNKNOWN", "0000", "99999999", "B77"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) CHECK(tw_number_names(tw_str_from(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK(!tw_number_names(tw_str_from(bad[i])));
}

static void places_have_a_form(void)
{
    static const char *const good[] = {"NLRTM", "EGEDK", "US2AB"}, *const bad[] = {"",      "NLRT",  "NLRTMX",
                                                                                   "nlrtm", "NLR0M", "QQRTM"};
    for (size_t i = 0; i < 3; i++) CHECK(tw_locode_check(tw_str_from(good[i]), NULL) == TW_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(tw_locode_check(tw_str_from(bad[i]), NULL) == TW_FORMAT);
}

static void chapters_belong_to_sections_without_gap(void)
{
    unsigned last = 0;
    for (unsigned s = 1; s <= TW_HS_SECTION_N; s++) {
        const struct tw_hs_section *row = tw_hs_section_row(s);
        CHECK(row->first == last + 1 && row->last >= row->first && row->words[0] != '\0');
        last = row->last;
    }
    CHECK(last == 97 && tw_hs_section_row(0) == NULL && tw_hs_section_row(22) == NULL);
    CHECK(tw_hs_chapter(TW_STR("080810")) == 8 && tw_hs_section(TW_STR("080810")) == 2);
    CHECK(tw_hs_section(TW_STR("851713")) == 16 && strcmp(tw_hs_section_row(16)->roman, "XVI") == 0);
    CHECK(tw_hs_section(TW_STR("97")) == 21 && tw_hs_section(TW_STR("0106")) == 1);
    CHECK(tw_hs_section(TW_STR("7700")) == 0 && tw_hs_section(TW_STR("9801")) == 0 &&
          tw_hs_section(TW_STR("99")) == 0);
    CHECK(tw_hs_section(TW_STR("x1")) == 0 && tw_hs_chapter(TW_STR("8")) == 0 &&
          tw_hs_chapter(TW_STR("1x")) == 0);
}

static void modes_are_known_by_their_first_digit(void)
{
    CHECK(tw_mode_of(TW_STR("1")) == TW_MODE_SEA && tw_mode_of(TW_STR("40")) == TW_MODE_AIR);
    CHECK(tw_mode_of(TW_STR("sea")) == TW_MODE_UNSTATED &&
          tw_mode_of((struct tw_str){NULL, 0}) == TW_MODE_UNSTATED);
    const struct tw_vocabulary *v = tw_mode_vocabulary();
    CHECK(v->n == TW_MODE_N && TW_MODE_N == 10);
    for (size_t i = 0; i < v->n; i++) CHECK(v->at[i].code[0] == (char)('0' + i) && v->at[i].words[0] != '\0');
}

int main(void)
{
    RUN(every_currency_is_found_and_in_order);
    RUN(what_is_no_code_is_not_found);
    RUN(every_country_is_found_and_in_order);
    RUN(every_unit_and_delivery_term_is_found_and_in_order);
    RUN(masses_become_kilograms);
    RUN(large_masses_give_up_decimals_first);
    RUN(what_is_no_mass_is_refused);
    RUN(commodity_codes_have_a_form);
    RUN(containers_are_checked_by_their_digit);
    RUN(ships_are_checked_by_their_digit);
    RUN(made_up_numbers_name_nothing);
    RUN(places_have_a_form);
    RUN(chapters_belong_to_sections_without_gap);
    RUN(modes_are_known_by_their_first_digit);
    return DONE();
}
