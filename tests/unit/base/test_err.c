/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include "check.h"

/* What users and programs rely on: exit codes, HTTP statuses. */
static void maps_each_error_to_its_codes(void)
{
    static const struct {
        tw_err err;
        const char *name;
        int http, exit_code;
    } row[] = {{TW_OK, "OK", 200, 0},
               {TW_NOMEM, "NOMEM", 503, 4},
               {TW_ARG, "ARG", 400, 2},
               {TW_FORMAT, "FORMAT", 422, 3},
               {TW_RANGE, "RANGE", 422, 3},
               {TW_LIMIT, "LIMIT", 413, 3},
               {TW_NOTFOUND, "NOTFOUND", 404, 3},
               {TW_CONFLICT, "CONFLICT", 409, 3},
               {TW_IO, "IO", 503, 4},
               {TW_FULL, "FULL", 507, 3},
               {TW_UNAVAILABLE, "UNAVAILABLE", 503, 4},
               {TW_BUSY, "BUSY", 503, 4},
               {TW_INTERRUPTED, "INTERRUPTED", 503, 130},
               {TW_INTERNAL, "INTERNAL", 500, 4}};
    CHECK(sizeof row / sizeof *row == TW_ERR_N);
    for (size_t i = 0; i < TW_ERR_N; i++) {
        CHECK(row[i].err == (tw_err)i && strcmp(tw_err_name(row[i].err), row[i].name) == 0);
        CHECK(tw_err_http(row[i].err) == row[i].http && tw_err_exit(row[i].err) == row[i].exit_code);
        CHECK(tw_err_text(row[i].err)[0] != '\0');
    }
}

static void fills_code_and_note_and_keeps_the_place(void)
{
    struct tw_fault fault = {.line = 7, .column = 3, .byte = 99, .item = 5, .path = "item.hs"};
    CHECK(tw_fail(&fault, TW_RANGE, "%d is %s", 12, "too much") == TW_RANGE);
    CHECK(fault.code == TW_RANGE && strcmp(fault.note, "12 is too much") == 0);
    CHECK(fault.line == 7 && fault.column == 3 && fault.byte == 99 && fault.item == 5);
    CHECK(strcmp(fault.path, "item.hs") == 0);
    CHECK(tw_fail_at(&fault, TW_FORMAT, 8, "no") == TW_FORMAT && fault.item == 8 &&
          strcmp(fault.note, "no") == 0);
    CHECK(tw_fail(NULL, TW_LIMIT, "nobody asks") == TW_LIMIT &&
          tw_fail_at(NULL, TW_LIMIT, 1, "nobody") == TW_LIMIT);
}

static void cuts_a_note_that_does_not_fit(void)
{
    char text[300];
    struct tw_fault fault = {0};
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    CHECK(tw_fail(&fault, TW_FORMAT, "%s", text) == TW_FORMAT);
    CHECK(strlen(fault.note) == sizeof fault.note - 1 && strspn(fault.note, "x") == sizeof fault.note - 1);
}

static tw_err ended_early;

static tw_err tries(tw_err first)
{
    ended_early = TW_OK;
    TW_TRY(first);
    ended_early = TW_INTERNAL;
    TW_IGNORE(first);
    return TW_OK;
}

static void passes_an_error_on_at_once(void)
{
    CHECK(tries(TW_OK) == TW_OK && ended_early == TW_INTERNAL);
    CHECK(tries(TW_FULL) == TW_FULL && ended_early == TW_OK);
}

/* Notes quote what came from outside, and each is one line of a report. */
static void a_note_is_one_line_whatever_it_quotes(void)
{
    struct tw_fault f = {.note = ""};
    CHECK(tw_fail(&f, TW_FORMAT, "'%s' is no element", "a\n\tb\x1b[0m") == TW_FORMAT);
    CHECK(strcmp(f.note, "'a  b [0m' is no element") == 0);
}

int main(void)
{
    RUN(maps_each_error_to_its_codes);
    RUN(a_note_is_one_line_whatever_it_quotes);
    RUN(fills_code_and_note_and_keeps_the_place);
    RUN(cuts_a_note_that_does_not_fit);
    RUN(passes_an_error_on_at_once);
    return DONE();
}
