/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "check.h"
#include "engine/rejects_priv.h"
#include "fault.h"

static char dir[] = "/tmp/tidewaiter-rejects-XXXXXX";
static char path[64], reasons[80];

static void expect(const char *file, const char *want)
{
    TW_SCOPED_BUF got = {0};
    CHECK(tw_file_in_all(file, 1 << 20, &got, NULL) == TW_OK);
    if (!tw_str_is(tw_buf_view(&got), want)) fprintf(stderr, "got:\n%.*s\n", (int)got.n, got.p);
    CHECK(tw_str_is(tw_buf_view(&got), want));
}

static tw_err write_some(struct rejects *r)
{
    struct tw_fault why = {
        .code = TW_FORMAT, .line = 7, .column = 2, .path = "hs", .note = "say \"digits\", please"};
    struct tw_refused row = {.raw = TW_STR("A,x\r\n"), .fault = &why, .culprit = true};
    TW_TRY(rejects_open(path, NULL, r, NULL));
    TW_TRY(rejects_header(r, TW_STR("id,hs\n"), NULL));
    TW_TRY(rejects_row(r, &row, NULL));
    row.raw = TW_STR("A,\"two\nlines\"\n");
    row.culprit = false;
    TW_TRY(rejects_row(r, &row, NULL));
    row.raw = TW_STR("the beginning of a row too long");
    row.cut = true;
    TW_TRY(rejects_row(r, &row, NULL));
    row.raw = TW_STR("B,no line end");
    row.cut = false;
    TW_TRY(rejects_row(r, &row, NULL));
    TW_TRY(rejects_row(r, &row, NULL));
    return rejects_commit(r, NULL);
}

static void keeps_rows_verbatim_and_says_why_beside_them(void)
{
    struct rejects r = {0};
    CHECK(write_some(&r) == TW_OK);
    rejects_close(&r);
    expect(path, "id,hs\nA,x\r\nA,\"two\nlines\"\nB,no line end\nB,no line end\n");
#define REST ",7,2,hs,FORMAT,\"say \"\"digits\"\", please\","
    expect(reasons, "row,line,column,element,error,reason,at_fault\n2" REST "yes\n3" REST "no\n0" REST
                    "no\n5" REST "no\n6" REST "no\n");
}

static void leaves_nothing_without_a_commit(void)
{
    struct rejects r = {0};
    CHECK(unlink(path) == 0 && unlink(reasons) == 0);
    CHECK(rejects_open(path, NULL, &r, NULL) == TW_OK && rejects_header(&r, TW_STR("a\n"), NULL) == TW_OK);
    rejects_close(&r);
    CHECK(access(path, F_OK) != 0 && access(reasons, F_OK) != 0);
    struct tw_fault fault = {0};
    struct rejects none = {0};
    CHECK(rejects_open("-", NULL, &none, &fault) == TW_ARG && fault.note[0] != 0);
    rejects_close(&none);
}

static tw_err work(void)
{
    struct rejects r = {0};
    const tw_err err = write_some(&r);
    rejects_close(&r);
    if (err != TW_OK) CHECK(access(path, F_OK) != 0);
    return err;
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(work) > 5);
    CHECK(unlink(path) == 0 && unlink(reasons) == 0);
}

int main(void)
{
    CHECK(mkdtemp(dir) != NULL);
    CHECK(snprintf(path, sizeof path, "%s/rejects.csv", dir) > 0);
    CHECK(snprintf(reasons, sizeof reasons, "%s.reasons.csv", path) > 0);
    RUN(keeps_rows_verbatim_and_says_why_beside_them);
    RUN(leaves_nothing_without_a_commit);
    RUN(survives_every_failed_allocation);
    CHECK(rmdir(dir) == 0);
    return DONE();
}
