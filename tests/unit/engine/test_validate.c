/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/validate.h"

#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "fault.h"
#include "store/file.h"

static char dir[] = "/tmp/tidewaiter-validate-XXXXXX";
static char path[6][96];
static struct tw_arena *maps;
static struct tw_map canonical;
static struct tw_buf said;
static tw_err answer; /* of whoever is told */
static const char *file;
static struct tw_fault fault;
static struct tw_validate_count count;

static const char *put(int at, const char *base, const char *text)
{
    struct tw_file_out *f = NULL;
    CHECK(snprintf(path[at], sizeof path[at], "%s/%s", dir, base) > 0);
    CHECK(tw_file_out_open(path[at], NULL, &f, NULL) == TW_OK &&
          tw_file_out_write(f, text, strlen(text), NULL) == TW_OK);
    CHECK(tw_file_out_commit(f, NULL) == TW_OK);
    tw_file_out_free(f);
    return path[at];
}

static tw_err on_told(void *to, const struct tw_validate_told *t, struct tw_fault *why)
{
    (void)to;
    tw_buf_printf(&said, "%u:%u #%u %.*s item %u %.*s\n", t->line, t->column, t->message,
                  TW_STR_ARG(t->wrong->rule), t->item, TW_STR_ARG(t->place));
    return answer == TW_OK ? TW_OK : tw_fail(why, answer, "nobody listens");
}

static struct tw_validate_options usual(void)
{
    return (struct tw_validate_options){.map = &canonical, .now = TW_NO_TIME, .file = &file, .told = on_told};
}

static tw_err judge(const char *one, const struct tw_validate_options *o)
{
    tw_buf_clear(&said);
    fault = (struct tw_fault){0};
    return tw_validate(&one, 1, o, &count, &fault);
}

static void expect(const char *want)
{
    if (!tw_str_is(tw_buf_view(&said), want)) printf("# %.*s\n", TW_STR_ARG(tw_buf_view(&said)));
    CHECK(tw_str_is(tw_buf_view(&said), want));
}

#define XML                                                                                                  \
    "<Declaration xmlns='urn:wco:datamodel:WCO:DEC-DMS:2'><FunctionCode>9</FunctionCode>\n"                  \
    "<FunctionalReferenceID>L</FunctionalReferenceID><TypeCode>IMK</TypeCode><GoodsShipment>\n"              \
    "<GovernmentAgencyGoodsItem><SequenceNumeric>7</SequenceNumeric>\n"                                      \
    "<CustomsValueAmount currencyID='EUR'>0</CustomsValueAmount>"                                            \
    "</GovernmentAgencyGoodsItem></GoodsShipment></Declaration>"

static void each_form_says_where_in_its_own_words(void)
{
    const struct tw_validate_options o = usual();
    CHECK(judge(put(0, "a.xml", XML), &o) == TW_OK && count.read == 1 && count.faulty == 1);
    expect("3:0 #1 zero_value item 7 "
           "Declaration/GoodsShipment/GovernmentAgencyGoodsItem[1]/CustomsValueAmount\n");
    CHECK(judge(put(1, "b.json",
                    "[{\"lrn\":\"1\",\"declaration_id\":\"1\",\n\"items\":[\n{\"item\":7,\"hs\":\"85\","
                    "\"customs_value\":"
                    "{\"amount\":\"0\",\"currency\":\"EUR\"}}]},{\"declaration_id\":\"1\",\"items\":[\n{"
                    "\"item\":1,\"hs\":\"8\"}]}]"),
                &o) == TW_OK);
    CHECK(count.read == 2 && count.faulty == 2);
    expect("3:0 #1 zero_value item 7 items[0].customs_value\n4:16 #2 value_form item 0 items[0].hs\n"
           "3:0 #2 sent_twice item 0 declaration_id\n");
    CHECK(judge(put(2, "c.csv", "declaration_id,lodged_at,item,hs,customs_value\n1,2026-01-02,7,85,0\n"),
                &o) == TW_OK);
    expect("2:5 #1 zero_value item 7 \n");
    CHECK(judge(put(3, "d.edi", "UNB+UNOC:3+A+B+261127:0815+1'UNH+1+ORDERS:D:96B:UN'UNT+3+1'UNZ+1+1'"), &o) ==
          TW_OK);
    CHECK(count.read == 0 && count.other == 1 && count.faults == 1);
    expect("1:0 #1 edifact.count item 0 UNT\n");
}

static void what_is_below_a_directory_is_found(void)
{
    const struct tw_validate_options o = usual();
    put(4, "none.txt", "x\n");
    put(5, "empty.xml", "");
    CHECK(judge(dir, &o) == TW_OK && count.read == 3 && count.other == 1 && count.passed == 3);
    CHECK(file == NULL);
    CHECK(judge(path[4], &o) == TW_OK && count.refused == 1 && count.read == 0);
}

static void what_ends_the_work_is_told_with_its_file(void)
{
    struct tw_validate_options o = usual();
    const volatile sig_atomic_t stop = 1;
    CHECK(judge("/nowhere/at.xml", &o) == TW_NOTFOUND && strcmp(file, "/nowhere/at.xml") == 0);
    answer = TW_FULL;
    CHECK(judge(path[0], &o) == TW_FULL && strcmp(fault.note, "nobody listens") == 0);
    answer = TW_OK;
    o.currency = "QQQ";
    CHECK(judge(path[0], &o) == TW_ARG);
    o.currency = NULL;
    o.xsd = path[4];
    CHECK(judge(path[0], &o) == TW_FORMAT && strcmp(file, path[4]) == 0);
    o.xsd = NULL;
    o.stop = &stop;
    CHECK(judge(path[0], &o) == TW_INTERRUPTED);
}

static tw_err judge_all(void)
{
    const struct tw_validate_options o = usual();
    return judge(dir, &o);
}

static void survives_every_failed_allocation(void)
{
    CHECK(judge_all() == TW_OK && fault_each_allocation(judge_all) > 20);
}

int main(void)
{
    struct tw_str yaml;
    CHECK(mkdtemp(dir) != NULL && tw_arena_new(1 << 20, &maps) == TW_OK);
    CHECK(tw_map_builtin(TW_STR("canonical"), &yaml, NULL) == TW_OK &&
          tw_map_parse(yaml, maps, &canonical, NULL) == TW_OK);
    RUN(each_form_says_where_in_its_own_words);
    RUN(what_is_below_a_directory_is_found);
    RUN(what_ends_the_work_is_told_with_its_file);
    RUN(survives_every_failed_allocation);
    for (int i = 0; i < 6; i++) CHECK(unlink(path[i]) == 0);
    CHECK(rmdir(dir) == 0);
    tw_buf_free(&said);
    tw_arena_free(maps);
    return DONE();
}
