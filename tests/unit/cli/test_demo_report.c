/* SPDX-License-Identifier: Apache-2.0 */
/* Words, JSON and page say the same of one demo. */
#include "base/date.h"
#include "cli/demo_priv.h"
#include "fault.h"

static struct demo_report r;
static struct demo_picked found, papers;

static void say(struct tw_buf *b, const char *text)
{
    tw_buf_clear(b);
    tw_buf_text(b, text);
}

static void build(void)
{
    const int32_t day = tw_day_from_civil(2026, 1, 1);
    r = (struct demo_report){.seed = 7, .currency = "XTS", .card = TW_STR("{\"a\":1}")};
    r.year.declarations = 119595;
    r.year.first_day = tw_day_from_civil(2025, 1, 1);
    r.year.last_day = day - 1;
    r.year.inspected = 12754;
    r.year.found = 419;
    r.played = (struct tw_play_report){
        .declarations = 2000, .items = 3000, .first_day = day, .last_day = day + 8, .weeks = 2, .cpu_s = 0.1};
    r.played.week[0] = (struct tw_play_week){day, {[TW_CHANNEL_GREEN] = 900, [TW_CHANNEL_RED] = 100}};
    r.played.week[1] = (struct tw_play_week){
        day + 7, {[TW_CHANNEL_GREEN] = 850, [TW_CHANNEL_RED] = 50, [TW_CHANNEL_YELLOW] = 100}};
    r.played.channel[TW_CHANNEL_GREEN] = 1750;
    r.played.channel[TW_CHANNEL_RED] = 150;
    r.played.channel[TW_CHANNEL_YELLOW] = 100;
    r.played.of[TW_PLAY_SCORE] = (struct tw_play_yield){140, 35, 140000000};
    r.played.of[TW_PLAY_RANDOM] = (struct tw_play_yield){0, 0, 0};
    r.played.of[TW_PLAY_INCUMBENT] = (struct tw_play_yield){1200, 60, 12000};
    r.played.of[TW_PLAY_ALL] = (struct tw_play_yield){2000, 70, 200000};
    r.lead[TW_FAMILY_PRICE] = (struct demo_lead){90, 30};
    r.lead[TW_FAMILY_RECORD] = (struct demo_lead){50, 5};
    say(&found.head, "Declaration <1>: red.");
    say(&found.goods, "Apples & pears.");
    say(&found.outcome, "It was found.");
    say(&found.reason[0], "Price low");
    say(&found.reason[1], "Importer known");
    found.against[0] = false;
    found.against[1] = true;
    found.reasons = 2;
    say(&found.json, "{\"id\":\"1\"}");
    say(&papers.head, "Declaration 2: yellow.");
    say(&papers.goods, "Plums.");
    say(&papers.outcome, "Papers are asked for.");
    say(&papers.change, "Had it been dearer");
    say(&papers.json, "{\"id\":\"2\"}");
    r.pick[DEMO_FOUND] = &found;
    r.pick[DEMO_PAPERS] = &papers;
}

static bool holds(const struct tw_buf *b, const char *what)
{
    return b->n > 0 && memmem(b->p, b->n, what, strlen(what)) != NULL;
}

static void words_tell_each_figure(void)
{
    TW_SCOPED_BUF out = {0};
    build();
    demo_report_text(&r, &out);
    CHECK(
        holds(&out, "119,595 declarations, 2025-01-01 to 2025-12-31; 12,754 items inspected, 419 findings."));
    CHECK(holds(&out,
                "\n  by score                140           35      25.0 % (18.6 to 32.8)     10,000 XTS\n"));
    CHECK(holds(&out, "\n  at random               0             0"));
    CHECK(holds(&out, "red 7.5 %, yellow 5.0 %, blue 0.0 %, green 87.5 % of declarations"));
    CHECK(holds(&out, "20,000 declarations per second"));
    CHECK(holds(&out,
                "\n1. Declaration <1>: red.\n   Apples & pears.\n   +  Price low\n   -  Importer known\n"
                "   It was found.\n"));
    CHECK(holds(&out, "\n2. Declaration 2: yellow.\n   Plums.\n   =  Had it been dearer\n   Papers"));
    CHECK(holds(&out, "gone again; --keep DIR"));
    tw_buf_clear(&out);
    r.dir = "country";
    r.played.cpu_s = 0;
    demo_report_text(&r, &out);
    CHECK(holds(&out, "lie in country.") && holds(&out, "Speed      - declarations"));
}

static void json_tells_the_same(void)
{
    TW_SCOPED_BUF out = {0};
    build();
    demo_report_json(&r, &out);
    CHECK(holds(&out, "\"seed\":7,\"declarations\":2000,\"items\":3000"));
    CHECK(holds(&out, "{\"name\":\"score\",\"inspections\":140,\"found\":35,\"per_inspection\":0.25"));
    CHECK(holds(
        &out, "{\"name\":\"random\",\"inspections\":0,\"found\":0,\"per_inspection\":null,\"ci\":[null,null],"
              "\"duty_per_inspection_minor\":null}"));
    CHECK(holds(&out,
                "\"weeks\":[{\"from\":\"2026-01-01\",\"channels\":{\"green\":900,\"blue\":0,\"yellow\":0,"
                "\"red\":100,\"query\":0}},{\"from\":\"2026-01-08\""));
    CHECK(holds(&out, "\"by_first_reason\":[{\"family\":\"price\",\"inspections\":90,\"found\":30},"
                      "{\"family\":\"record\",\"inspections\":50,\"found\":5}]"));
    CHECK(holds(&out, "{\"shown_as\":\"found, by score\",\"decision\":{\"id\":\"1\"}},"
                      "{\"shown_as\":\"documents asked for\",\"decision\":{\"id\":\"2\"}}"));
    CHECK(holds(&out, "\"card\":{\"a\":1},\"directory\":null}\n"));
}

static void the_page_tells_the_same(void)
{
    TW_SCOPED_BUF out = {0};
    build();
    demo_page(&r, &out);
    CHECK(!out.failed && holds(&out, "</html>\n"));
    CHECK(holds(&out, "119,595 declarations, 2025-01-01 to 2025-12-31; 12,754 items of them were inspected, "
                      "with 419 findings."));
    CHECK(holds(&out, "<b>25.0 %</b><span>of inspections by score found something (35 of 140)</span>"));
    CHECK(holds(&out, "<b>-</b><span>of those drawn at random (0 of 0)</span>") &&
          holds(&out, "<b>20,000</b>"));
    CHECK(holds(&out,
                "<tr class=\"strong\"><th scope=\"row\">by score</th><td>140</td><td>35</td><td>25.0 %</td>"
                "<td>18.6 to 32.8 %</td><td>10,000 XTS</td></tr>"));
    CHECK(holds(&out, "<th scope=\"row\">at random</th><td>0</td><td>0</td><td>-</td><td>-</td><td>-</td>"));
    CHECK(holds(&out, "These select differently"));
    CHECK(holds(&out, "<th scope=\"row\">2026-01-08</th><td>1,000</td><td>50</td><td>100</td><td>850</td>"));
    CHECK(holds(&out, "<th scope=\"row\">all</th><td>2,000</td><td>150</td><td>100</td><td>1,750</td>"));
    CHECK(holds(
        &out,
        "Declarations by week and channel: red is examination, yellow is documents, green is release. "));
    CHECK(!holds(&out, ">blue</th>") && !holds(&out, ">query</th>")); /* what nothing got is no column */
    CHECK(holds(&out, "<th scope=\"row\">price</th><td>90</td><td>30</td>"));
    CHECK(holds(
        &out, "<h3>1. Found, by score</h3>\n<p>Declaration &lt;1&gt;: red.</p>\n<p>Apples &amp; pears.</p>"));
    CHECK(holds(&out, "<h4>Why it is worth controlling</h4>\n<ul>\n<li>Price low</li>\n</ul>\n"
                      "<h4>What speaks against control</h4>\n<ul>\n<li>Importer known</li>\n</ul>\n"
                      "<h4>What came of it</h4>\n<ul>\n<li>It was found.</li>\n</ul>\n</article>"));
    CHECK(holds(&out, "<h3>2. Documents asked for</h3>") &&
          holds(&out, "<h4>What would have made it green</h4>\n<ul>\n<li>Had it been dearer</li>"));
    CHECK(!holds(&out, "nan") && !holds(&out, "inf<"));
}

static void a_month_without_anything_has_a_page_too(void)
{
    TW_SCOPED_BUF out = {0};
    r = (struct demo_report){.currency = "XTS", .card = TW_STR("{}")};
    r.year.first_day = r.year.last_day = r.played.first_day = r.played.last_day = TW_NO_DAY;
    demo_page(&r, &out);
    CHECK(!out.failed && holds(&out, "None of this month shows anything") && !holds(&out, "nan"));
}

static struct tw_buf whole;

/* A page without all memory fails, or is whole: it never has a hole. */
static tw_err make_page(void)
{
    TW_SCOPED_BUF out = {0};
    if (tw_buf_room(&out, whole.n) == NULL) return TW_NOMEM; /* so that only parts of it can fail below */
    demo_page(&r, &out);
    if (out.failed) return TW_NOMEM;
    CHECK(tw_str_eq(tw_buf_view(&out), tw_buf_view(&whole)));
    return TW_OK;
}

static void a_page_without_memory_has_no_holes(void)
{
    build();
    demo_page(&r, &whole);
    CHECK(!whole.failed && fault_each_allocation(make_page) > 2);
    tw_buf_free(&whole);
}

int main(void)
{
    RUN(words_tell_each_figure);
    RUN(json_tells_the_same);
    RUN(the_page_tells_the_same);
    RUN(a_month_without_anything_has_a_page_too);
    RUN(a_page_without_memory_has_no_holes);
    struct demo_picked *const all[] = {&found, &papers};
    for (size_t k = 0; k < 2; k++) {
        tw_buf_free(&all[k]->head);
        tw_buf_free(&all[k]->goods);
        tw_buf_free(&all[k]->outcome);
        tw_buf_free(&all[k]->change);
        tw_buf_free(&all[k]->json);
        for (size_t i = 0; i < TW_REASONS_MAX; i++) tw_buf_free(&all[k]->reason[i]);
    }
    return DONE();
}
