/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/input.h"
#include "engine/manifests.h"

#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "decl/money.h"
#include "fault.h"
#include "store/file.h"

static char dir[] = "/tmp/tidewaiter-input-XXXXXX";
static char declarations[80], rates[80], tariff[80], findings[80], rejects[80], reasons[96];
static struct tw_arena *maps, *arena;
static struct tw_map canonical;
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

static void expect_file(const char *path, const char *want)
{
    TW_SCOPED_BUF got = {0};
    CHECK(tw_file_in_all(path, 1 << 20, &got, NULL) == TW_OK);
    if (!tw_str_is(tw_buf_view(&got), want)) fprintf(stderr, "%s:\n%.*s\n", path, (int)got.n, got.p);
    CHECK(tw_str_is(tw_buf_view(&got), want));
}

#define HEADER "declaration_id,lodged_at,item,hs,origin,price,price_currency,delivery_term\n"

static struct tw_input_options usual(void)
{
    return (struct tw_input_options){.map = &canonical, .currency = "EUR", .file = &file};
}

/* Reads the whole file; *ret gets the ids. */
static tw_err read_ids(const struct tw_input_options *o, char *ret, size_t room,
                       struct tw_reader_count *count)
{
    TW_SCOPED(tw_input) *in = NULL;
    fault = (struct tw_fault){0};
    TW_TRY(tw_input_open(declarations, o, &in, &fault));
    size_t n = 0;
    for (bool more = true;;) {
        struct tw_reading r;
        TW_TRY(tw_input_next(in, arena, &r, &more, &fault));
        if (!more) break;
        n += (size_t)snprintf(ret + n, room - n, "%.*s ", TW_STR_ARG(r.decl->id));
    }
    *count = tw_input_count(in);
    return tw_input_finish(in, &fault);
}

static void reads_with_rates_and_tariff(void)
{
    put(declarations, HEADER "A,2026-01-02,1,080810,CL,100.00,USD,CIF\nA,,2,090121,BR,3,EUR,CIF\nB,2026-01-"
                             "02,1,080810,NZ,1,GBP,CIF\n");
    put(rates, "date,currency,rate\n2026-01-01,USD,0.9\n");
    put(tariff, "code,origin,rate\n08,*,10\n0808,CL,5\n");
    struct tw_input_options o = usual();
    o.rates = rates;
    o.tariff = tariff;
    o.sha256 = true;
    TW_SCOPED(tw_input) *in = NULL;
    struct tw_reading r;
    bool more;
    CHECK(tw_input_open(declarations, &o, &in, &fault) == TW_OK && file == declarations);
    uint8_t sum[32], want[32];
    CHECK(tw_input_valuation(in) != NULL && tw_input_sha256(in, sum) == TW_ARG); /* not before the end */
    CHECK(tw_input_next(in, arena, &r, &more, &fault) == TW_OK && more && r.decl->items.n == 2);
    const struct tw_item *item = r.decl->items.at;
    CHECK(tw_money_f64(item[0].customs_value) == 90 && strcmp(item[0].customs_value.cur, "EUR") == 0);
    CHECK(tw_money_f64(item[0].duty_amount) == 4.5 && tw_money_f64(item[1].customs_value) == 3);
    CHECK(r.value[1].duty_gap == TW_GAP_NO_DUTY_RATE);
    CHECK(tw_input_next(in, arena, &r, &more, &fault) == TW_OK && !more &&
          tw_input_finish(in, &fault) == TW_OK);
    CHECK(tw_input_count(in).refused_declarations == 1); /* pounds have no rate */
    TW_SCOPED_BUF all = {0};
    CHECK(tw_file_in_all(declarations, 1 << 20, &all, NULL) == TW_OK);
    tw_sha256(all.p, all.n, want);
    CHECK(tw_input_sha256(in, sum) == TW_OK && memcmp(sum, want, 32) == 0);
}

struct seen {
    size_t refused, progress;
    struct tw_input_progress last;
};

static void see_refused(void *to, const struct tw_refused *r)
{
    struct seen *s = to;
    CHECK(r->culprit);
    s->refused++;
}

static void see_progress(void *to, const struct tw_input_progress *p)
{
    struct seen *s = to;
    s->progress++;
    s->last = *p;
}

static void writes_refused_rows_that_can_be_mended_and_read_again(void)
{
    put(declarations, HEADER
        "A,2026-01-02,1,08x,CL,1,EUR,\nB,2026-01-02,1,080810,CL,1,EUR,\nC,2026-01-02,1,080810,CL,1,EUR,\n"
        "C,,2,080810,XYZ,1,EUR,\nD,2026-02-31,1,080810,CL,1,EUR,\n");
    struct seen seen = {0};
    struct tw_input_options o = usual();
    struct tw_reader_count count;
    char ids[64] = "";
    o.rejects = rejects;
    o.to = &seen;
    o.refused = see_refused;
    o.progress = see_progress;
    CHECK(read_ids(&o, ids, sizeof ids, &count) == TW_OK && strcmp(ids, "B ") == 0);
    CHECK(count.rows == 5 && count.declarations == 1 && count.refused_rows == 4 &&
          count.refused_declarations == 3);
    CHECK(seen.refused == 3 && seen.progress >= 2 && seen.last.bytes == seen.last.total &&
          seen.last.declarations == 1);
    expect_file(rejects, HEADER
                "A,2026-01-02,1,08x,CL,1,EUR,\nC,2026-01-02,1,080810,CL,1,EUR,\nC,,2,080810,XYZ,1,EUR,\n"
                "D,2026-02-31,1,080810,CL,1,EUR,\n");
    TW_SCOPED_BUF why = {0};
    CHECK(tw_file_in_all(reasons, 1 << 20, &why, NULL) == TW_OK);
    tw_buf_char(&why, 0);
    CHECK(strstr(why.p, "\n2,2,4,hs,FORMAT,") != NULL && strstr(why.p, "\n3,5,5,origin,FORMAT,") != NULL);
    CHECK(strstr(why.p, "\n4,5,5,origin,FORMAT,") != NULL &&
          strstr(why.p, "\n5,6,2,lodged_at,FORMAT,") != NULL);

    put(declarations,
        HEADER "A,2026-01-02,1,081,CL,1,EUR,\nC,2026-01-02,1,080810,CL,1,EUR,\nC,,2,080810,CL,1,EUR,\n");
    *ids = 0;
    CHECK(read_ids(&o, ids, sizeof ids, &count) == TW_OK && strcmp(ids, "C ") == 0); /* mended, most of it */
    expect_file(rejects, HEADER "A,2026-01-02,1,081,CL,1,EUR,\n");
    CHECK(unlink(rejects) == 0 && unlink(reasons) == 0);
}

static void counts_faults_by_kind(void)
{
    put(declarations, HEADER "A,2026-01-02,1,08x,,,,\nB,2026-01-02,1,08y,,,,\nC,2026-01-02,1,080810,XYZ,,,"
                             "\nD,2026-01-02,1,080810,CL,,,\n");
    const struct tw_input_options o = usual();
    TW_SCOPED(tw_input) *in = NULL;
    struct tw_reading r;
    bool more;
    CHECK(tw_input_open(declarations, &o, &in, &fault) == TW_OK);
    do CHECK(tw_input_next(in, arena, &r, &more, &fault) == TW_OK);
    while (more);
    size_t n;
    const struct tw_input_total *t = tw_input_totals(in, &n);
    CHECK(n == 2 && strcmp(t[0].element, "hs") == 0 && t[0].n == 2 && t[0].first.line == 2);
    CHECK(strcmp(t[1].element, "origin") == 0 && t[1].n == 1 && t[1].error == TW_FORMAT);
}

static void names_the_file_a_fault_is_about(void)
{
    struct tw_reader_count count;
    char ids[64];
    struct tw_input_options o = usual();
    put(declarations, HEADER "A,2026-01-02,1,080810,CL,1,EUR,\n");
    put(rates, "date,currency,rate\n2026-01-01,USD,much\n");
    o.rates = rates;
    CHECK(read_ids(&o, ids, sizeof ids, &count) == TW_FORMAT && file == rates && fault.line == 2 &&
          fault.column == 3);
    o.rates = "/nowhere/rates.csv";
    CHECK(read_ids(&o, ids, sizeof ids, &count) == TW_NOTFOUND && strcmp(file, "/nowhere/rates.csv") == 0);
    o = usual();
    o.tariff = dir;
    CHECK(read_ids(&o, ids, sizeof ids, &count) == TW_FORMAT && file == dir);
    o = usual();
    o.rejects = "/nowhere/rejects.csv";
    CHECK(read_ids(&o, ids, sizeof ids, &count) == TW_NOTFOUND && file == o.rejects);
    o.rejects = declarations;
    CHECK(read_ids(&o, ids, sizeof ids, &count) == TW_ARG && strstr(fault.note, "replace") != NULL);
    o = usual();
    o.currency = "EURO";
    CHECK(read_ids(&o, ids, sizeof ids, &count) == TW_ARG);
    put(declarations, "declaration_id;lodged_at;hs\n");
    o = usual();
    CHECK(read_ids(&o, ids, sizeof ids, &count) == TW_NOTFOUND && file == declarations && fault.line == 1);
}

/* A full disk under the rejects ends the reading; nothing stands under their names. */
static void a_full_disk_under_the_rejects_is_a_fault(void)
{
    if (access("/dev/full", W_OK) != 0) return;
    TW_SCOPED_BUF text = {0};
    tw_buf_text(&text, HEADER);
    for (int i = 0; i < 10000; i++) tw_buf_printf(&text, "A%d,2026-01-02,1,08x,CL,1,EUR,\n", i);
    tw_buf_char(&text, 0);
    put(declarations, text.p);
    CHECK(symlink("/dev/full", rejects) == 0);
    struct tw_input_options o = usual();
    struct tw_reader_count count;
    char ids[64];
    o.rejects = rejects;
    CHECK(read_ids(&o, ids, sizeof ids, &count) == TW_FULL && file == o.rejects &&
          access(reasons, F_OK) != 0);
    CHECK(unlink(rejects) == 0);
}

static void stops_when_asked(void)
{
    volatile sig_atomic_t stop = 0;
    struct tw_input_options o = usual();
    o.stop = &stop;
    o.rejects = rejects;
    put(declarations, HEADER "A,2026-01-02,1,08x,CL,1,EUR,\n");
    TW_SCOPED(tw_input) *in = NULL;
    struct tw_reading r;
    bool more;
    CHECK(tw_input_open(declarations, &o, &in, &fault) == TW_OK);
    stop = 1;
    CHECK(tw_input_next(in, arena, &r, &more, &fault) == TW_INTERRUPTED);
    tw_input_free(in);
    in = NULL;
    CHECK(access(rejects, F_OK) != 0 && access(reasons, F_OK) != 0);
}

static void reads_findings(void)
{
    put(findings, "declaration_id,item,result_code,date_known,delta_duty\nB,1,value,2026-01-05,4\nA,1,"
                  "conform,2026-01-03,\nA,x,conform,2026-01-03,\n");
    struct seen seen = {0};
    struct tw_input_options o = usual();
    o.to = &seen;
    o.refused = see_refused;
    TW_SCOPED(tw_findings) *f = NULL;
    CHECK(tw_input_findings(findings, &o, &f, &fault) == TW_OK && seen.refused == 1 && file == findings);
    const struct tw_finding_list list = tw_findings_list(f);
    CHECK(list.n == 2 && tw_str_is(list.at[0].declaration_id, "A") &&
          strcmp(list.at[1].delta_duty.cur, "EUR") == 0);
}

static tw_err work(void)
{
    struct tw_input_options o = usual();
    struct tw_reader_count count;
    char ids[64];
    o.rates = rates;
    o.tariff = tariff;
    o.rejects = rejects;
    const tw_err err = read_ids(&o, ids, sizeof ids, &count);
    if (err != TW_OK) CHECK(access(rejects, F_OK) != 0);
    return err;
}

static void survives_every_failed_allocation(void)
{
    put(declarations, HEADER "A,2026-01-02,1,08x,CL,1,EUR,\nB,2026-01-02,1,080810,CL,1,USD,\n");
    put(rates, "date,currency,rate\n2026-01-01,USD,0.9\n");
    tw_arena_reset(arena);
    CHECK(fault_each_allocation(work) > 20);
    CHECK(unlink(rejects) == 0 && unlink(reasons) == 0);
}

/* -- messages */

#define MESSAGE(id)                                                                                          \
    "<Declaration xmlns='urn:wco:datamodel:WCO:DEC-DMS:2'><FunctionCode>9</FunctionCode>"                    \
    "<FunctionalReferenceID>" id                                                                             \
    "</FunctionalReferenceID><GoodsShipment><GovernmentAgencyGoodsItem><SequenceNumeric>1"                   \
    "</SequenceNumeric></GovernmentAgencyGoodsItem></GoodsShipment></Declaration>"

static void a_message_is_told_from_a_table_by_its_content(void)
{
    struct seen seen = {0};
    struct tw_input_options o = usual();
    struct tw_reader_count count;
    char ids[64] = "";
    o.to = &seen;
    o.refused = see_refused;
    o.progress = see_progress;
    put(declarations, " \n" MESSAGE("M1"));
    CHECK(read_ids(&o, ids, sizeof ids, &count) == TW_OK && strcmp(ids, "M1 ") == 0);
    CHECK(count.rows == 1 && count.declarations == 1 && count.refused_rows == 0 && seen.progress >= 2);
    CHECK(seen.last.bytes == sizeof MESSAGE("M1") + 1 && seen.last.declarations == 1);
    put(declarations, "<a><b></a>");
    CHECK(read_ids(&o, ids, sizeof ids, &count) == TW_OK && count.declarations == 0);
    CHECK(count.refused_declarations == 1 && seen.refused == 1);
    o.rejects = rejects;
    CHECK(read_ids(&o, ids, sizeof ids, &count) == TW_ARG &&
          strstr(fault.note, "--rejects takes rows") != NULL);
    put(declarations, HEADER);
}

static void a_directory_holds_one_message_a_file(void)
{
    TW_SCOPED(tw_input) *in = NULL;
    struct tw_input_options o = usual();
    struct tw_reading r;
    char path[120];
    uint8_t sum[32], want[32];
    o.sha256 = true;
    name(path, sizeof path, "messages");
    CHECK(mkdir(path, 0700) == 0 && tw_input_open(path, &o, &in, &fault) == TW_OK);
    bool more = true;
    CHECK(tw_input_next(in, arena, &r, &more, &fault) == TW_FORMAT &&
          strstr(fault.note, "no message") != NULL);
    tw_input_free(in);
    in = NULL;
    static const char *const file_name[] = {"messages/a.xml", "messages/b.txt", "messages/c.xml",
                                            "messages/empty.xml"};
    static const char *const text[] = {MESSAGE("A"), "a,b\n", MESSAGE("C"), ""};
    for (int i = 0; i < 4; i++) {
        name(path, sizeof path, file_name[i]);
        put(path, text[i]);
    }
    name(path, sizeof path, "messages");
    CHECK(tw_input_open(path, &o, &in, &fault) == TW_OK && tw_input_sha256(in, sum) == TW_ARG);
    for (int i = 0; i < 2; i++) {
        CHECK(tw_input_next(in, arena, &r, &more, &fault) == TW_OK && more && r.decl->items.n == 1);
        CHECK(tw_str_is(r.decl->id, i == 0 ? "A" : "C") && r.rows == 1 && r.line == 1 &&
              r.decl->version == 1);
    }
    CHECK(tw_input_next(in, arena, &r, &more, &fault) == TW_OK && !more && tw_input_count(in).rows == 2);
    tw_sha256(MESSAGE("A") MESSAGE("C"), 2 * (sizeof MESSAGE("A") - 1), want);
    CHECK(tw_input_sha256(in, sum) == TW_OK && memcmp(sum, want, sizeof sum) == 0);
}

static int returned;

static void see_returned(void *to, const struct tw_refused *r)
{
    (void)to;
    returned += r->fault->code == TW_CONFLICT && strcmp(r->fault->path, "declaration_id") == 0;
}

static void a_declaration_comes_in_one_message(void)
{
    struct tw_input_options o = usual();
    char path[120];
    name(path, sizeof path, "messages/d.xml");
    put(path, MESSAGE("A"));
    o.refused = see_returned;
    for (int i = 0; i < 2; i++) {
        TW_SCOPED(tw_input) *in = NULL;
        struct tw_reading r;
        char all[120];
        name(all, sizeof all, "messages");
        o.ids_may_return = i == 1;
        returned = 0;
        CHECK(tw_input_open(all, &o, &in, &fault) == TW_OK);
        for (bool more = true; more;) CHECK(tw_input_next(in, arena, &r, &more, &fault) == TW_OK);
        CHECK(returned == (i == 0 ? 1 : 0) && tw_input_count(in).declarations == (i == 0 ? 2u : 3u));
    }
    /* One that was refused may come again, mended. */
    put(path, "<Declaration "
              "xmlns='urn:wco:datamodel:WCO:DEC-DMS:2'><FunctionalReferenceID>C</FunctionalReferenceID>"
              "</Declaration>");
    char first[120];
    name(first, sizeof first, "messages/0.xml");
    CHECK(rename(path, first) == 0);
    TW_SCOPED(tw_input) *in = NULL;
    struct tw_reading r;
    name(path, sizeof path, "messages");
    o.ids_may_return = false;
    returned = 0;
    CHECK(tw_input_open(path, &o, &in, &fault) == TW_OK);
    for (bool more = true; more;) CHECK(tw_input_next(in, arena, &r, &more, &fault) == TW_OK);
    CHECK(returned == 0 && tw_input_count(in).declarations == 2 &&
          tw_input_count(in).refused_declarations == 1);
    CHECK(unlink(first) == 0);
}

#define CUSDEC(n, id, rest)                                                                                  \
    "UNH+" n "+CUSDEC:D:96B:UN'BGM+960+" id "+9'UNS+D'CST+1'" rest "UNS+S'UNT+6+" n "'"

/* Each declaration of an interchange is one; other messages and damaged ones are told, and passed over. */
static void an_interchange_holds_many_declarations(void)
{
    static const char text[] = "UNB+UNOC:3+A+B+261127:0800+1'" CUSDEC(
        "1", "E1",
        "") "UNH+2+CUSCAR:D:95B:UN'BGM+85+M'UNT+3+2'" CUSDEC("3", "E3",
                                                             "") "UNH+4+CUSDEC:D:96B:UN'BGM+960+E4+"
                                                                 "9'UNS+D'CST+1'UNS+S'UNT+9+"
                                                                 "4'" CUSDEC("5", "E1",
                                                                             "") "UNH+6+CUSDEC:D:"
                                                                                 "96B:UN'BGM+960+"
                                                                                 "E6+9'UNS+D'CST+x'"
                                                                                 "UNS+S'UNT+6+"
                                                                                 "6'" CUSDEC("7", "E7",
                                                                                             "") "U"
                                                                                                 "N"
                                                                                                 "Z"
                                                                                                 "+"
                                                                                                 "7"
                                                                                                 "+"
                                                                                                 "1"
                                                                                                 "'";
    struct seen seen = {0};
    struct tw_input_options o = usual();
    struct tw_reader_count count;
    uint8_t sum[32], want[32];
    char ids[64] = "";
    o.to = &seen;
    o.refused = see_refused;
    put(declarations, text);
    CHECK(read_ids(&o, ids, sizeof ids, &count) == TW_OK && strcmp(ids, "E1 E3 E7 ") == 0);
    CHECK(count.declarations == 3 && count.refused_declarations == 4 && seen.refused == 4);
    /* two files of a directory, the sum of their bytes, and one that breaks off */
    TW_SCOPED(tw_input) *in = NULL;
    struct tw_reading r;
    char path[120];
    unsigned n = 0;
    name(path, sizeof path, "messages/e.edi");
    put(path, "UNA:+.? '" CUSDEC("1", "F1", "") "UNH+2+CUSDEC:D:96B:UN'BGM+960+F2'");
    name(path, sizeof path, "messages");
    o.sha256 = true;
    CHECK(tw_input_open(path, &o, &in, &fault) == TW_OK);
    for (bool more = true; more; n += more) CHECK(tw_input_next(in, arena, &r, &more, &fault) == TW_OK);
    CHECK(n == 3 && tw_input_count(in).refused_declarations == 1);
    tw_sha256(MESSAGE("A") MESSAGE("C") "UNA:+.? '" CUSDEC("1", "F1", "") "UNH+2+CUSDEC:D:96B:UN'BGM+960+F2'",
              sizeof MESSAGE("A")
                      MESSAGE("C") "UNA:+.? '" CUSDEC("1", "F1", "") "UNH+2+CUSDEC:D:96B:UN'BGM+960+F2'" -
                  1,
              want);
    CHECK(tw_input_sha256(in, sum) == TW_OK && memcmp(sum, want, sizeof sum) == 0);
    name(path, sizeof path, "messages/e.edi");
    CHECK(unlink(path) == 0);
    put(declarations, HEADER);
}

static tw_err read_messages(void)
{
    TW_SCOPED(tw_input) *in = NULL;
    const struct tw_input_options o = usual();
    struct tw_reading r;
    char path[120];
    name(path, sizeof path, "messages");
    TW_TRY(tw_input_open(path, &o, &in, NULL));
    for (bool more = true; more;) TW_TRY(tw_input_next(in, arena, &r, &more, NULL));
    return TW_OK;
}

static void no_allocation_that_fails_loses_a_message(void)
{
    CHECK(read_messages() == TW_OK && fault_each_allocation(read_messages) > 20);
    static const char *const left[] = {"messages/a.xml", "messages/b.txt", "messages/c.xml",
                                       "messages/empty.xml"};
    char path[120];
    for (int i = 0; i < 4; i++) {
        name(path, sizeof path, left[i]);
        CHECK(unlink(path) == 0);
    }
    name(path, sizeof path, "messages");
    CHECK(rmdir(path) == 0);
}

/* A fault is told with its file when all that read it is gone. */
static void the_name_of_a_file_at_fault_outlives_its_reading(void)
{
    static const char cargo[] =
        "UNB+UNOC:3+A+B+261127:0800+1'UNH+1+CUSCAR:D:95B:UN'BGM+85+M1+9'CNI+1'RFF+BM:B1'"
        "CNT+7:1:KGM'UNT+6+1'UNZ+1+1'";
    const struct tw_input_options o = usual();
    struct tw_manifests m;
    TW_SCOPED(tw_arena) *small = NULL;
    char folder[120], path[120];
    name(folder, sizeof folder, "outlives");
    name(path, sizeof path, "outlives/a.edi");
    CHECK(mkdir(folder, 0700) == 0);
    put(path, cargo);
    const char *const named[] = {folder};
    CHECK(tw_arena_new(1, &small) == TW_OK);
    CHECK(tw_manifests_read(named, 1, &o, small, &m, &fault) == TW_LIMIT);
    CHECK(file != NULL && strcmp(file, path) == 0);
    CHECK(unlink(path) == 0 && rmdir(folder) == 0);
}

int main(void)
{
    struct tw_str yaml;
    CHECK(mkdtemp(dir) != NULL);
    name(declarations, sizeof declarations, "declarations.csv");
    name(rates, sizeof rates, "rates.csv");
    name(tariff, sizeof tariff, "tariff.csv");
    name(findings, sizeof findings, "findings.csv");
    name(rejects, sizeof rejects, "rejects.csv");
    name(reasons, sizeof reasons, "rejects.csv.reasons.csv");
    CHECK(tw_arena_new(1 << 20, &maps) == TW_OK && tw_arena_new((size_t)160 << 20, &arena) == TW_OK);
    CHECK(tw_map_builtin(TW_STR("canonical"), &yaml, NULL) == TW_OK &&
          tw_map_parse(yaml, maps, &canonical, NULL) == TW_OK);
    RUN(reads_with_rates_and_tariff);
    RUN(writes_refused_rows_that_can_be_mended_and_read_again);
    RUN(counts_faults_by_kind);
    RUN(names_the_file_a_fault_is_about);
    RUN(a_full_disk_under_the_rejects_is_a_fault);
    RUN(stops_when_asked);
    RUN(reads_findings);
    RUN(survives_every_failed_allocation);
    RUN(a_message_is_told_from_a_table_by_its_content);
    RUN(a_directory_holds_one_message_a_file);
    RUN(a_declaration_comes_in_one_message);
    RUN(an_interchange_holds_many_declarations);
    RUN(no_allocation_that_fails_loses_a_message);
    RUN(the_name_of_a_file_at_fault_outlives_its_reading);
    tw_arena_free(maps);
    tw_arena_free(arena);
    CHECK(unlink(declarations) == 0 && unlink(rates) == 0 && unlink(tariff) == 0 && unlink(findings) == 0);
    CHECK(rmdir(dir) == 0);
    return DONE();
}
