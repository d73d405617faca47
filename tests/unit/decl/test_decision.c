/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/decision.h"

#include "check.h"

static void every_channel_and_basis_reads_back_as_itself(void)
{
    for (int i = 0; i < TW_CHANNEL_N; i++) {
        enum tw_channel back = TW_CHANNEL_N;
        CHECK(tw_channel_words((enum tw_channel)i)[0] != '\0');
        CHECK(tw_channel_parse(tw_str_from(tw_channel_name((enum tw_channel)i)), &back, NULL) == TW_OK);
        CHECK((int)back == i);
    }
    for (int i = 0; i < TW_BASIS_N; i++) {
        enum tw_basis back = TW_BASIS_N;
        CHECK(tw_basis_words((enum tw_basis)i)[0] != '\0');
        CHECK(tw_basis_parse(tw_str_from(tw_basis_name((enum tw_basis)i)), &back, NULL) == TW_OK);
        CHECK((int)back == i);
    }
    CHECK(tw_channel_vocabulary()->n == TW_CHANNEL_N && tw_basis_vocabulary()->n == TW_BASIS_N);
}

static void an_unknown_name_leaves_the_result_alone(void)
{
    struct tw_fault fault = {0};
    enum tw_channel c = TW_CHANNEL_RED;
    enum tw_basis b = TW_BASIS_SCORE;
    CHECK(tw_channel_parse(TW_STR("orange"), &c, &fault) == TW_NOTFOUND && c == TW_CHANNEL_RED);
    CHECK(strcmp(fault.note, "\"orange\" is no channel; allowed are green, blue, yellow, red, query") == 0);
    CHECK(tw_basis_parse(TW_STR("luck"), &b, &fault) == TW_NOTFOUND && b == TW_BASIS_SCORE);
}

static void every_basis_has_its_own_bit(void)
{
    unsigned all = 0;
    for (int i = 0; i < TW_BASIS_N; i++) {
        CHECK((all & (1u << i)) == 0);
        all |= 1u << i;
    }
    CHECK(TW_BASIS_BIT(SCORE) == 1u << TW_BASIS_SCORE && (all & TW_BASIS_BIT(MANUAL)) != 0);
}

static void ranks_channels_by_how_much_they_hold_the_goods_up(void)
{
    CHECK(tw_channel_rank(TW_CHANNEL_GREEN) < tw_channel_rank(TW_CHANNEL_BLUE));
    CHECK(tw_channel_rank(TW_CHANNEL_BLUE) < tw_channel_rank(TW_CHANNEL_QUERY));
    CHECK(tw_channel_rank(TW_CHANNEL_QUERY) < tw_channel_rank(TW_CHANNEL_YELLOW));
    CHECK(tw_channel_rank(TW_CHANNEL_YELLOW) < tw_channel_rank(TW_CHANNEL_RED));
    CHECK(tw_channel_rank(TW_CHANNEL_N) == 0);
}

static void a_number_outside_its_table_has_no_name(void)
{
    CHECK(tw_channel_name(TW_CHANNEL_N)[0] == '\0' && tw_channel_words(TW_CHANNEL_N)[0] == '\0');
    CHECK(tw_basis_name(TW_BASIS_N)[0] == '\0' && tw_basis_words(TW_BASIS_N)[0] == '\0');
    CHECK(tw_audience_name(TW_AUDIENCE_N)[0] == '\0' && tw_audience_words(TW_AUDIENCE_N)[0] == '\0');
    CHECK(strcmp(tw_audience_name(TW_AUDIENCE_TRADER), "trader") == 0);
    CHECK(strcmp(tw_audience_words(TW_AUDIENCE_OFFICER), "officer only") == 0);
    CHECK(tw_audience_vocabulary()->n == TW_AUDIENCE_N);
}

int main(void)
{
    RUN(every_channel_and_basis_reads_back_as_itself);
    RUN(an_unknown_name_leaves_the_result_alone);
    RUN(every_basis_has_its_own_bit);
    RUN(ranks_channels_by_how_much_they_hold_the_goods_up);
    RUN(a_number_outside_its_table_has_no_name);
    return DONE();
}
