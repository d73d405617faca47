/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/past.h"

#include <math.h>
#include <unistd.h>

#include "base/date.h"
#include "check.h"
#include "fault.h"
#include "store/file.h"

static char dir[] = "/tmp/tidewaiter-past-XXXXXX";
static char first[80], second[80], findings[80], truth[80], rejects[80];
static struct tw_arena *maps;
static struct tw_map canonical, rows_with_results;
static const char *file;
static struct tw_fault fault;

static void name(char *at, size_t n, const char *base)
{
    CHECK(snprintf(at, n, "%s/%s", dir, base) > 0);
}

static void put(const char *path, const char *text)
{
    struct tw_file_out *f = NULL;
    CHECK(tw_file_out_open(path, NULL, &f, NULL) == TW_OK &&
          tw_file_out_write(f, text, strlen(text), NULL) == TW_OK);
    CHECK(tw_file_out_commit(f, NULL) == TW_OK);
    tw_file_out_free(f);
}

#define HEADER "declaration_id,lodged_at,item,hs,origin,customs_value\n"
#define FOUR                                                                                                 \
    HEADER "A,2026-01-01,1,080810,CL,100\nA,,2,090121,BR,3\nB,2026-01-02,1,080810,NZ,1\n"                    \
           "C,2026-01-02,1,080810,NZ,1\nD,2026-01-05,1,080810,NZ,1\n"
#define TRUTH                                                                                                \
    "declaration_id,item,mechanism,recoverable_duty,noncompliant,would_miss,delay_days\n"                    \
    "A,1,none,0.00,0,0,3\nA,2,split,12.50,1,1,14\nB,1,none,0,0,0,0\nC,1,phantom,7.00,1,0,1\nD,1,split,1,1,"  \
    "0,2\n"

static struct tw_past_options usual(void)
{
    return (struct tw_past_options){.input = {.map = &canonical, .currency = "EUR", .file = &file},
                                    .declarations = first,
                                    .split_day = TW_NO_DAY};
}

static tw_err read_as(const struct tw_past_options *o, struct tw_past *ret)
{
    fault = (struct tw_fault){0};
    file = NULL;
    return tw_past_read(o, ret, &fault);
}

static struct tw_str id(const struct tw_past *p, size_t k)
{
    return p->data->decl[k]->id;
}

static void declarations_outlive_their_reading_in_the_order_of_lodging(void)
{
    TW_SCOPED_PAST p = {0};
    struct tw_past_options o = usual();
    put(first, HEADER "B,2026-01-02,1,080810,NZ,1\nA,2026-01-01T09:00:00Z,1,080810,CL,100\nA,,2,090121,BR,3\n"
                      "C,2026-01-01T08:00:00Z,1,080810,NZ,1\nD,2026-01-02,1,0x,NZ,1\n");
    CHECK(read_as(&o, &p) == TW_OK && p.data->n == 3 && p.data->items == 4 && p.refused == 1);
    CHECK(tw_str_is(id(&p, 0), "C") && tw_str_is(id(&p, 1), "A") && tw_str_is(id(&p, 2), "B"));
    CHECK(tw_str_is(p.data->decl[1]->items.at[1].hs, "090121") && strcmp(p.currency, "EUR") == 0);
    CHECK(p.data->train == 3 && p.data->item[3].day == tw_day_from_civil(2026, 1, 2) && file == NULL);
}

static void the_split_falls_between_days(void)
{
    struct tw_past_options o = usual();
    put(first, FOUR);
    static const struct {
        int day;
        double share;
        size_t train;
    } row[] = {{2, 0, 1},    {3, 0, 3},   {1, 0, 0},    {9, 0, 4},
               {0, 0.25, 1}, {0, 0.5, 3}, {0, 0.75, 3}, {0, 0.1, 0}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        TW_SCOPED_PAST p = {0};
        o.split_day = row[i].day > 0 ? tw_day_from_civil(2026, 1, row[i].day) : TW_NO_DAY;
        o.split_share = row[i].share;
        CHECK(read_as(&o, &p) == TW_OK && p.data->train == row[i].train);
    }
    o.split_share = 1;
    struct tw_past p = {0};
    CHECK(read_as(&o, &p) == TW_ARG && p.data == NULL);
}

static void two_files_are_before_and_after(void)
{
    struct tw_past_options o = usual();
    o.declarations = NULL;
    o.train = first;
    o.test = second;
    put(first, HEADER "A,2026-01-03,1,080810,CL,1\nB,2026-01-02,1,080810,CL,1\n");
    put(second, HEADER "D,2026-01-05,1,080810,CL,1\nC,2026-01-03,1,080810,CL,1\n");
    TW_SCOPED_PAST p = {0};
    CHECK(read_as(&o, &p) == TW_OK && p.data->train == 2 && p.data->n == 4);
    CHECK(tw_str_is(id(&p, 0), "B") && tw_str_is(id(&p, 2), "C"));
    put(second, HEADER "C,2026-01-02,1,080810,CL,1\n");
    struct tw_past none = {0};
    CHECK(read_as(&o, &none) == TW_CONFLICT && none.data == NULL && file == second);
    CHECK(strcmp(fault.note,
                 "it begins on 2026-01-02, before the file of --train ends on 2026-01-03; what is "
                 "tested must come later") == 0);
}

static void combinations_that_say_nothing_are_refused(void)
{
    struct tw_past p = {0};
    put(first, FOUR);
    put(second, FOUR);
    struct tw_past_options o = usual();
    o.declarations = NULL;
    CHECK(read_as(&o, &p) == TW_ARG);
    o.train = first;
    CHECK(read_as(&o, &p) == TW_ARG && strcmp(fault.note, "--train FILE and --test FILE go together") == 0);
    o.test = second;
    o.split_day = 20000;
    CHECK(read_as(&o, &p) == TW_ARG);
    o.split_day = TW_NO_DAY;
    o.input.rejects = rejects;
    CHECK(read_as(&o, &p) == TW_ARG);
    o.input.rejects = NULL;
    o.declarations = first;
    CHECK(read_as(&o, &p) == TW_ARG && p.data == NULL);
}

static void findings_of_a_file_are_what_is_judged_when_there_is_no_truth(void)
{
    TW_SCOPED_PAST p = {0};
    struct tw_past_options o = usual();
    o.findings = findings;
    put(first, FOUR);
    put(findings,
        "declaration_id,item,result_code,delta_duty,date_known,propensity\nA,2,value,12.50,2026-01-04,"
        "0.25\nB,,conform,,2026-01-03,\nZ,1,value,1,2026-01-03,1\n");
    CHECK(read_as(&o, &p) == TW_OK && p.data->unmatched == 1 && !p.data->truth);
    const struct tw_trial_item *i = p.data->item;
    CHECK(!i[0].judged && i[1].judged && i[1].found && i[1].noncompliant && i[1].propensity == 0.25);
    CHECK(i[1].recoverable == 1250 && i[1].known_day == tw_day_from_civil(2026, 1, 4));
    CHECK(i[2].judged && !i[2].found && isnan(i[2].recovered) && !i[3].judged);
    put(findings, "declaration_id,item,result_code,date_known\nZ,1,value,2026-01-03\n");
    struct tw_past none = {0};
    CHECK(read_as(&o, &none) == TW_NOTFOUND && file == findings);
}

static void findings_may_stand_in_the_rows(void)
{
    TW_SCOPED_PAST p = {0};
    struct tw_past_options o = usual();
    o.input.map = &rows_with_results;
    put(first, "id,day,hs,bad\nA,2026-01-01,080810,1\nB,2026-01-02,080810,0\n");
    CHECK(read_as(&o, &p) == TW_OK && p.data->n == 2);
    CHECK(p.data->item[0].judged && p.data->item[0].noncompliant && p.data->item[1].judged &&
          !p.data->item[1].noncompliant && p.data->item[1].propensity == 1);
}

static void the_truth_judges_every_item(void)
{
    TW_SCOPED_PAST p = {0};
    struct tw_past_options o = usual();
    o.truth = truth;
    put(first, FOUR);
    put(truth, TRUTH "Z,1,none,0,0,0,0\n");
    CHECK(read_as(&o, &p) == TW_OK && p.data->truth && p.truth_unmatched == 1 && p.data->mechanisms == 3);
    CHECK(tw_str_is(p.data->mechanism[0], "none") && tw_str_is(p.data->mechanism[1], "split") &&
          tw_str_is(p.data->mechanism[2], "phantom"));
    const struct tw_trial_item *i = &p.data->item[1];
    CHECK(i->judged && i->noncompliant && i->recoverable == 1250 && i->would_miss && i->delay_days == 14);
    CHECK(i->mechanism == 1 && p.data->item[3].mechanism == 2 && p.data->item[0].judged &&
          !p.data->item[0].noncompliant && !i->inspected);
}

static void faults_of_the_truth_name_their_place(void)
{
    static const struct {
        const char *text;
        tw_err err;
        uint32_t line, column;
    } row[] = {
        {"declaration_id,item\nA,1\n", TW_NOTFOUND, 1, 0},
        {"declaration_id,item,mechanism,recoverable_duty,noncompliant,would_miss,delay_days\n", TW_FORMAT, 0,
         0},
        {TRUTH "A,x,none,0,0,0,0\n", TW_FORMAT, 7, 2},
        {TRUTH "A,1,none,zero,0,0,0\n", TW_FORMAT, 7, 4},
        {TRUTH "A,1,none,0,2,0,0\n", TW_FORMAT, 7, 5},
        {TRUTH "A,1,none,0,0,,0\n", TW_FORMAT, 7, 6},
        {TRUTH "A,1,none,0,0,0,256\n", TW_FORMAT, 7, 7},
        {TRUTH "A,1,none\n", TW_FORMAT, 7, 0},
        {"declaration_id,item,mechanism,recoverable_duty,noncompliant,would_miss,delay_days\nZ,1,none,0,0,0,"
         "0\n",
         TW_NOTFOUND, 0, 0},
    };
    struct tw_past_options o = usual();
    o.truth = truth;
    put(first, FOUR);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct tw_past p = {0};
        put(truth, row[i].text);
        CHECK(read_as(&o, &p) == row[i].err && p.data == NULL && file == truth);
        CHECK(fault.line == row[i].line && (row[i].column == 0 || fault.column == row[i].column));
        CHECK(fault.note[0] != '\0');
    }
}

static void no_more_mechanisms_than_there_is_room_for(void)
{
    TW_SCOPED_BUF many = {0};
    struct tw_past_options o = usual();
    struct tw_past p = {0};
    o.truth = truth;
    put(first, FOUR);
    tw_buf_text(&many, "declaration_id,item,mechanism,recoverable_duty,noncompliant,would_miss,delay_days\n");
    for (int m = 0; m < 32; m++) tw_buf_printf(&many, "A,1,m%d,0,1,0,0\n", m);
    tw_buf_char(&many, '\0');
    put(truth, many.p);
    CHECK(read_as(&o, &p) == TW_LIMIT && p.data == NULL);
}

static tw_err read_once(void)
{
    TW_SCOPED_PAST p = {0};
    struct tw_past_options o = usual();
    o.truth = truth;
    tw_err err = tw_past_read(&o, &p, NULL);
    CHECK((err == TW_OK) == (p.data != NULL));
    return err;
}

static void a_failed_allocation_leaves_nothing_behind(void)
{
    put(first, FOUR);
    put(truth, TRUTH);
    CHECK(fault_each_allocation(read_once) > 10);
}

int main(void)
{
    struct tw_str yaml;
    CHECK(mkdtemp(dir) != NULL && tw_arena_new(16 << 20, &maps) == TW_OK);
    CHECK(tw_map_builtin(TW_STR("canonical"), &yaml, NULL) == TW_OK &&
          tw_map_parse(yaml, maps, &canonical, NULL) == TW_OK);
    static const char own[] = "name: own\nwords: rows with results\nformat: csv\nrows: declarations\n"
                              "national_currency: EUR\ncolumns:\n  id: {is: declaration_id, required: true}\n"
                              "  day: lodged_at\n  hs: hs\nfindings:\n  known_days_after: 0\n  columns:\n"
                              "    bad: {is: result_code, values: {\"0\": conform, \"1\": other}}\n"
                              "  constants:\n    propensity: \"1\"\n";
    CHECK(tw_map_parse(TW_STR(own), maps, &rows_with_results, &fault) == TW_OK);
    name(first, sizeof first, "first.csv");
    name(second, sizeof second, "second.csv");
    name(findings, sizeof findings, "findings.csv");
    name(truth, sizeof truth, "truth.csv");
    name(rejects, sizeof rejects, "rejects.csv");
    RUN(declarations_outlive_their_reading_in_the_order_of_lodging);
    RUN(the_split_falls_between_days);
    RUN(two_files_are_before_and_after);
    RUN(combinations_that_say_nothing_are_refused);
    RUN(findings_of_a_file_are_what_is_judged_when_there_is_no_truth);
    RUN(findings_may_stand_in_the_rows);
    RUN(the_truth_judges_every_item);
    RUN(faults_of_the_truth_name_their_place);
    RUN(no_more_mechanisms_than_there_is_room_for);
    RUN(a_failed_allocation_leaves_nothing_behind);
    tw_arena_free(maps);
    const char *const gone[] = {first, second, findings, truth, rejects};
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++) unlink(gone[i]);
    CHECK(rmdir(dir) == 0);
    return DONE();
}
