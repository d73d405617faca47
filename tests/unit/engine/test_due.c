/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/due.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/date.h"
#include "check.h"
#include "fault.h"

static char top[] = "/tmp/tidewaiter-due-XXXXXX", decisions[80], selected[80], cancelled[80];
static const struct tw_map map;
static const struct tw_input_options input = {.map = &map};

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    CHECK(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

static int64_t at(int day, int hour)
{
    return (int64_t)tw_day_from_civil(2026, 1, day) * 86400 + hour * 3600;
}

/* A decision of the 1st of January: what is left out is absent. */
#define DECIDED(id, at, more)                                                                                \
    "{\"id\":\"" id "\",\"decided_at\":\"2026-01-" at "\"" more ",\"office\":\"P1\"}\n"
#define STAND_BY(id, at, until) DECIDED(id, at, ",\"stand_by_until\":\"2026-01-" until "\"")
#define YELLOW(id, at, blue)    DECIDED(id, at, ",\"blue_at\":\"2026-01-" blue "\"")
#define SELECTED(id, at)        id ",red,kim,why," at "\n"
static const char selected_head[] = "declaration_id,channel,officer,reason,at\n";

/* What is told, one letter and the id each: S stands by, Y yellow, B turned blue. */
struct told {
    char text[200];
    uint64_t n[TW_DUE_N];
};

static tw_err keep(void *to, const struct tw_due *one, struct tw_fault *fault)
{
    struct told *t = to;
    const size_t n = strlen(t->text);
    (void)fault;
    CHECK(one->at > 0);
    CHECK(snprintf(t->text + n, sizeof t->text - n, "%s%c%.*s", n > 0 ? " " : "", "SYB"[one->what],
                   TW_STR_ARG(one->id)) > 0);
    return TW_OK;
}

/* `said` and `gone`: rows of the two tables; "" = none. */
static void tells(const char *lines, const char *said, const char *gone, int64_t moment, const char *wanted)
{
    struct told t = {.text = ""};
    char rows[500];
    struct tw_due_options o = {.decisions = decisions, .at = moment, .to = &t, .due = keep};
    write_file(decisions, lines);
    CHECK(snprintf(rows, sizeof rows, "%s%s", selected_head, said) > 0);
    write_file(selected, rows);
    CHECK(snprintf(rows, sizeof rows, "declaration_id,at\n%s", gone) > 0);
    write_file(cancelled, rows);
    CHECK(tw_instructions_read(selected, cancelled, &input, &o.told, NULL) == TW_OK);
    CHECK(tw_due_read(&o, t.n, NULL) == TW_OK);
    tw_instructions_free(o.told);
    if (strcmp(t.text, wanted) != 0) fprintf(stderr, "told '%s', wanted '%s'\n", t.text, wanted);
    CHECK(strcmp(t.text, wanted) == 0);
    uint64_t count[TW_DUE_N] = {0};
    for (const char *c = wanted; *c != '\0'; c++)
        if (c == wanted || c[-1] == ' ') count[strchr("SYB", *c) - "SYB"]++;
    CHECK(memcmp(count, t.n, sizeof count) == 0);
}

static void tells_whose_time_is_running(void)
{
    const char *lines = STAND_BY("A", "01", "02T12:00:00Z") YELLOW("B", "01", "05") DECIDED("C", "01", "");
    tells(lines, "", "", at(1, 0) - 1, "");
    tells(lines, "", "", at(1, 0), "SA YB");
    tells(lines, "", "", at(2, 11), "SA YB");
    tells(lines, "", "", at(2, 12), "YB");
    tells(lines, "", "", at(5, 0), "BB");
    tells("{\"id\":\"D\",\"decided_at\":null,\"blue_at\":\"2026-01-05\"}\n", "", "", at(9, 0), "");
}

static void only_the_last_version_counts(void)
{
    const char *lines = YELLOW("A", "01", "09") YELLOW("B", "01", "09") STAND_BY("C", "01", "08")
        DECIDED("A", "02", "") YELLOW("B", "03", "07") YELLOW("C", "04", "06");
    tells(lines, "", "", at(1, 0), "YA YB SC");
    tells(lines, "", "", at(2, 0), "YB SC"); /* version 2 of A is red, say */
    tells(lines, "", "", at(3, 0), "SC YB"); /* in the order of the last versions */
    tells(lines, "", "", at(4, 0), "YB YC");
    tells(lines, "", "", at(8, 0), "BB BC");
    tells(DECIDED("A", "01", "") DECIDED("A", "01", "") STAND_BY("A", "02", "05"), "", "", at(3, 0), "SA");
    /* the file's order counts, not the clock's; a version without a time is passed over */
    tells(YELLOW("A", "03", "09") STAND_BY("A", "02", "05"), "", "", at(4, 0), "SA");
    tells(YELLOW("A", "03", "09") "{\"id\":\"A\",\"decided_at\":null}\n", "", "", at(4, 0), "YA");
}

static void what_was_cancelled_is_over(void)
{
    const char *lines = STAND_BY("A", "02", "08") YELLOW("B", "02", "05") YELLOW("C", "02", "05");
    tells(lines, "", "A,2026-01-04\nB,2026-01-04\n", at(4, 0) - 1, "SA YB YC");
    tells(lines, "", "A,2026-01-04\nB,2026-01-04\n", at(4, 0), "YC");
    tells(lines, "", "A,2026-01-04\nB,2026-01-06\n", at(7, 0), "BC");
    tells(lines, "", "A,2026-01-02\nB,2026-01-01T23:00:00Z\n", at(3, 0), "YB YC"); /* B was lodged after it */
    tells(STAND_BY("A", "02", "08") STAND_BY("A", "05", "09"), "", "A,2026-01-04\n", at(6, 0), "SA");
    tells(STAND_BY("A", "02", "08") STAND_BY("A", "05", "09"), "", "A,2026-01-05\n", at(6, 0), "");
}

static void what_an_officer_selected_waits_for_the_officer(void)
{
    const char *lines = STAND_BY("A", "02", "08") YELLOW("B", "02", "05") YELLOW("C", "02", "05");
    const char *said = SELECTED("A", "2026-01-04") SELECTED("B", "2026-01-04") SELECTED("C", "2026-01-06");
    tells(lines, said, "", at(4, 0) - 1, "SA YB YC");
    tells(lines, said, "", at(4, 0), "YC");
    tells(lines, said, "", at(7, 0), "BC"); /* it had turned blue before the officer spoke */
    tells(lines, SELECTED("B", "2026-01-05"), "", at(7, 0), "SA BC");
    tells(lines, SELECTED("A", "2026-01-01") SELECTED("B", "2026-01-01"), "", at(3, 0), "YC");
}

static tw_err refuse(void *to, const struct tw_due *one, struct tw_fault *fault)
{
    (void)to;
    (void)one;
    return tw_fail(fault, TW_FULL, "no room");
}

static void a_bad_line_is_named_before_anything_is_told(void)
{
    struct told t = {.text = ""};
    struct tw_fault fault = {0};
    struct tw_due_options o = {.decisions = decisions, .at = at(3, 0), .to = &t, .due = keep};
    write_file(decisions, STAND_BY("A", "01", "08") "{\"id\":\"B\",\"decided_at\":\"soon\"}\n");
    CHECK(tw_due_read(&o, t.n, &fault) == TW_FORMAT && fault.line == 2 && *t.text == '\0');
    write_file(decisions, "{\"decided_at\":null}\n");
    CHECK(tw_due_read(&o, t.n, &fault) == TW_FORMAT && fault.line == 1);
    write_file(decisions, STAND_BY("A", "01", "08"));
    o.due = refuse;
    CHECK(tw_due_read(&o, t.n, &fault) == TW_FULL);
    const sig_atomic_t stop = 1;
    o.stop = &stop;
    CHECK(tw_due_read(&o, t.n, &fault) == TW_INTERRUPTED);
}

static tw_err read_again(void)
{
    struct told t = {.text = ""};
    const struct tw_due_options o = {.decisions = decisions, .at = at(3, 0), .to = &t, .due = keep};
    return tw_due_read(&o, t.n, NULL);
}

static void survives_every_failed_allocation(void)
{
    write_file(decisions, STAND_BY("A", "01", "08") YELLOW("B", "01", "05") YELLOW("A", "02", "05"));
    CHECK(fault_each_allocation(read_again) > 5);
}

int main(void)
{
    CHECK(mkdtemp(top) != NULL);
    snprintf(decisions, sizeof decisions, "%s/decisions.jsonl", top);
    snprintf(selected, sizeof selected, "%s/selected.csv", top);
    snprintf(cancelled, sizeof cancelled, "%s/cancelled.csv", top);
    RUN(tells_whose_time_is_running);
    RUN(only_the_last_version_counts);
    RUN(what_was_cancelled_is_over);
    RUN(what_an_officer_selected_waits_for_the_officer);
    RUN(a_bad_line_is_named_before_anything_is_told);
    RUN(survives_every_failed_allocation);
    CHECK(unlink(decisions) == 0 && unlink(selected) == 0 && unlink(cancelled) == 0 && rmdir(top) == 0);
    return DONE();
}
