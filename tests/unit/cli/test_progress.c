/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "check.h"
#include "cli/progress.h"

static bool line_is(uint64_t done, uint64_t total, uint64_t count, int64_t ms, const char *want)
{
    TW_SCOPED_BUF out = {0};
    tw_progress_line(&out, "declarations", done, total, count, ms);
    if (tw_str_is(tw_buf_view(&out), want)) return true;
    printf("# %.*s\n", (int)out.n, out.p);
    return false;
}

static void share_count_speed_and_rest_are_shown(void)
{
    CHECK(line_is(500, 1000, 1234567, 2000,
                  "[########        ]  50 %  1,234,567 declarations, 617,283/s, 2 s left"));
    CHECK(line_is(1, 400, 1000, 1000, "[                ]   0 %  1,000 declarations, 1,000/s, 6 min left"));
    CHECK(line_is(1, 10000, 999, 3000, "[                ]   0 %  999 declarations, 333/s, 8 h 19 min left"));
}

static void without_a_total_no_share_is_claimed(void)
{
    CHECK(line_is(500, 0, 42000, 3000, "42,000 declarations, 14,000/s"));
}

static void nothing_is_extrapolated_from_the_first_second(void)
{
    CHECK(line_is(10, 100, 7, 900, "[#               ]  10 %  7 declarations"));
}

static void a_file_that_grew_stays_at_the_whole(void)
{
    CHECK(line_is(1200, 1000, 1000, 1000, "[################] 100 %  1,000 declarations, 1,000/s"));
}

static void nothing_is_drawn_where_stderr_is_no_terminal(void)
{
    int seen[2], keep = dup(STDERR_FILENO);
    CHECK(keep >= 0 && pipe(seen) == 0 && dup2(seen[1], STDERR_FILENO) >= 0);
    struct tw_cli cli = {0};
    struct tw_progress p;
    tw_progress_begin(&p, &cli, "declarations");
    p.start_ms -= 100000; /* as if it had run for long */
    tw_progress_at(&p, 1, 2, 3);
    tw_progress_end(&p);
    dup2(keep, STDERR_FILENO);
    close(keep);
    close(seen[1]);
    char byte;
    CHECK(read(seen[0], &byte, 1) == 0);
    close(seen[0]);
}

static void a_lively_line_is_drawn_and_taken_away(void)
{
    int seen[2], keep = dup(STDERR_FILENO);
    CHECK(keep >= 0 && pipe(seen) == 0 && dup2(seen[1], STDERR_FILENO) >= 0);
    struct tw_cli cli = {0};
    struct tw_progress p;
    tw_progress_begin(&p, &cli, "declarations");
    p.lively = true;
    tw_progress_at(&p, 1, 2, 3); /* too early for people to care */
    p.start_ms -= 10000;
    tw_progress_at(&p, 1, 2, 3);
    tw_progress_at(&p, 2, 2, 4); /* too soon after the last */
    tw_progress_end(&p);
    tw_progress_end(&p);
    dup2(keep, STDERR_FILENO);
    close(keep);
    close(seen[1]);
    char text[256] = "";
    CHECK(read(seen[0], text, sizeof text - 1) > 0);
    CHECK(strstr(text, "\r\033[K[########        ]  50 %  3 declarations, 0/s, 10 s left\r\033[K") == text);
    CHECK(strlen(text) == strlen("\r\033[K[########        ]  50 %  3 declarations, 0/s, 10 s left\r\033[K"));
    close(seen[0]);
}

int main(void)
{
    RUN(share_count_speed_and_rest_are_shown);
    RUN(without_a_total_no_share_is_claimed);
    RUN(nothing_is_extrapolated_from_the_first_second);
    RUN(a_file_that_grew_stays_at_the_whole);
    RUN(nothing_is_drawn_where_stderr_is_no_terminal);
    RUN(a_lively_line_is_drawn_and_taken_away);
    return DONE();
}
