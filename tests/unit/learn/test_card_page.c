/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/card_page.h"

#include <math.h>

#include "check.h"

enum { HELD = 120 };

static struct tw_held held[HELD];
static struct tw_learned learned;
static struct tw_card_input input;
static struct tw_card card;
static struct tw_card_group group[] = {{.code = {"HB<1", 4}, .words = ""},
                                       {.code = {"other", 5}, .words = "others", .merged = 3}};

static bool holds(const struct tw_buf *b, const char *what)
{
    return memmem(b->p, b->n, what, strlen(what)) != NULL;
}

/* A card of which a tenth of the rows is risky and half of these were found. */
static void fill(void)
{
    for (uint32_t i = 0; i < HELD; i++)
        held[i] =
            (struct tw_held){.row = i, .found = i % 20 == 0, .weight = 1, .risk = i % 10 == 0 ? 0.5 : 0.01};
    learned.held = held;
    learned.n_held = HELD;
    learned.n_notes = 1;
    snprintf(learned.note[0], sizeof learned.note[0], "Only 6 findings & little else.");
    static const struct tw_card_file file[] = {
        {.role = "declarations", .name = {"d.csv", 5}, .sha256 = "abc123"}};
    input = (struct tw_card_input){
        .learned = &learned,
        .data = {.first_day = 20000, .last_day = 20364, .declarations = 40, .items = 120, .findings = 120},
        .file = file,
        .n_files = 1};
    card.in = &input;
    card.all = (struct tw_card_figures){.rows = HELD,
                                        .found = 6,
                                        .base_rate = 0.05,
                                        .said = 0.06,
                                        .auc = 0.875,
                                        .ap = 0.5,
                                        .ece = (double)NAN};
    for (size_t i = 0; i < 2; i++) group[i].is = card.all;
    card.by[TW_CARD_OFFICE].group = group;
    card.by[TW_CARD_OFFICE].n = 2;
    snprintf(card.limit[0], sizeof card.limit[0], "Only what was inspected can be judged.");
    card.n_limits = 1;
}

static void says_what_it_rests_on_and_what_to_beware_of(void)
{
    TW_SCOPED_BUF out = {0};
    tw_card_page(&card, &out);
    CHECK(!out.failed &&
          holds(&out, "40 declarations with 120 items, lodged from 2024-10-04 to 2025-10-03; 120 results"));
    CHECK(holds(&out, "<p class=\"warn\">Only 6 findings &amp; little else.</p>"));
    CHECK(holds(&out, "<li>Only what was inspected can be judged.</li>") && holds(&out, "<td>abc123</td>"));
    CHECK(holds(&out, "<b>0.875</b>") && holds(&out, "<b>-</b><span>calibration error</span>"));
    CHECK(holds(&out, "HB&lt;1") && holds(&out, "others") && !holds(&out, ">nan") && !holds(&out, "HB<1"));
}

/* 12 rows said 50 %, of which 6 were found; 108 said 1 %, of which none was. */
static void calibration_is_measured_on_what_was_held_back(void)
{
    TW_SCOPED_BUF out = {0};
    tw_card_page(&card, &out);
    CHECK(holds(
        &out,
        "<tr><th scope=\"row\">1.00 %</th><td>0 % (0 % to 3.43 %)</td></tr>\n<tr><th scope=\"row\">50.0 "
        "%</th><td>50.0 % (25.4 % to 74.6 %)</td></tr>"));
    /* Weights of another size change nothing; of twelve rows one that stands for as much as all others
     * together leaves 3.4 of them: 17 of 22 were found. */
    for (size_t i = 0; i < HELD; i++) held[i].weight = 4;
    held[0].weight = 44;
    tw_buf_clear(&out);
    tw_card_page(&card, &out);
    CHECK(holds(&out, "<td>0 % (0 % to 3.43 %)</td>") && holds(&out, "<td>72.7 % (27.2 % to 95.0 %)</td>"));
    for (size_t i = 0; i < HELD; i++) held[i].weight = 1;
    learned.n_held = 10; /* too few to draw a curve of */
    tw_buf_clear(&out);
    tw_card_page(&card, &out);
    CHECK(!holds(&out, "Does a risk mean what it says?"));
    learned.n_held = HELD;
}

static void one_group_is_no_picture(void)
{
    TW_SCOPED_BUF out = {0};
    tw_card_page(&card, &out);
    CHECK(holds(&out, ">By office</h3>"));
    card.by[TW_CARD_OFFICE].n = 1;
    tw_buf_clear(&out);
    tw_card_page(&card, &out);
    CHECK(!holds(&out, ">By office</h3>") && holds(&out, ">By office</p>")); /* the table is */
    card.by[TW_CARD_OFFICE].n = 2;
}

/* A share of few items is drawn with how little it says. */
static void what_was_found_in_a_group_has_its_interval(void)
{
    TW_SCOPED_BUF out = {0};
    group[0].is.base_rate_ci = (struct tw_interval){0.01, 0.25};
    group[1].is.base_rate_ci = (struct tw_interval){(double)NAN, (double)NAN};
    tw_card_page(&card, &out);
    CHECK(holds(&out, "class=\"whisker\"") && holds(&out, "<td>5.00 % (1.00 % to 25.0 %)</td>"));
}

static void groups_are_named_where_the_names_are_short(void)
{
    TW_SCOPED_BUF out = {0};
    group[0].words = "the first port";
    tw_card_page(&card, &out);
    CHECK(holds(&out, ">the first port</text>") && !holds(&out, "The names stand in the table below"));
    group[0].words = "machinery and electrical equipment";
    tw_buf_clear(&out);
    tw_card_page(&card, &out);
    CHECK(holds(&out, ">HB&lt;1</text>") && !holds(&out, ">machinery and electrical equipment</text>") &&
          holds(&out, "The names stand in the table below"));
    group[0].words = "";
}

int main(void)
{
    fill();
    RUN(says_what_it_rests_on_and_what_to_beware_of);
    RUN(what_was_found_in_a_group_has_its_interval);
    RUN(groups_are_named_where_the_names_are_short);
    RUN(one_group_is_no_picture);
    RUN(calibration_is_measured_on_what_was_held_back);
    return DONE();
}
