/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include <stdio.h>
#include <time.h>

enum { REDRAW_MS = 100, PATIENCE_MS = 500, BAR = 16 };

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* 1234567 as 1,234,567 */
static void grouped(struct tw_buf *out, uint64_t v)
{
    char digits[32];
    int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)v);
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0) tw_buf_char(out, ',');
        tw_buf_char(out, digits[i]);
    }
}

static void left(struct tw_buf *out, uint64_t seconds)
{
    if (seconds >= 3600)
        tw_buf_printf(out, ", %llu h %llu min left", (unsigned long long)(seconds / 3600),
                      (unsigned long long)(seconds / 60 % 60));
    else if (seconds >= 120)
        tw_buf_printf(out, ", %llu min left", (unsigned long long)(seconds / 60));
    else
        tw_buf_printf(out, ", %llu s left", (unsigned long long)seconds);
}

void tw_progress_line(struct tw_buf *out, const char *what, uint64_t done, uint64_t total, uint64_t count,
                      int64_t elapsed_ms)
{
    double seconds = (double)elapsed_ms / 1000;
    double share = total > 0 ? (double)done / (double)total : 0;
    if (share > 1) share = 1; /* a file that has grown since */
    if (total > 0) {
        int filled = (int)(share * BAR);
        tw_buf_char(out, '[');
        for (int i = 0; i < BAR; i++) tw_buf_char(out, i < filled ? '#' : ' ');
        tw_buf_printf(out, "] %3d %%  ", (int)(share * 100));
    }
    grouped(out, count);
    tw_buf_printf(out, " %s", what);
    if (seconds >= 1 && count > 0) {
        tw_buf_text(out, ", ");
        grouped(out, (uint64_t)((double)count / seconds));
        tw_buf_text(out, "/s");
        if (share > 0 && share < 1) left(out, (uint64_t)(seconds / share - seconds + 0.5));
    }
}

void tw_progress_begin(struct tw_progress *p, const struct tw_cli *cli, const char *what)
{
    *p = (struct tw_progress){.what = what, .start_ms = now_ms(), .lively = tw_cli_lively(cli)};
}

void tw_progress_at(struct tw_progress *p, uint64_t done, uint64_t total, uint64_t count)
{
    if (!p->lively) return;
    int64_t now = now_ms();
    if (now - p->start_ms < PATIENCE_MS || now - p->drawn_ms < REDRAW_MS) return;
    TW_SCOPED_BUF line = {0};
    tw_buf_text(&line, "\r\033[K");
    tw_progress_line(&line, p->what, done, total, count, now - p->start_ms);
    if (!line.failed) fwrite(line.p, 1, line.n, stderr);
    p->drawn_ms = now;
}

void tw_progress_end(struct tw_progress *p)
{
    if (p->drawn_ms != 0) fputs("\r\033[K", stderr);
    p->drawn_ms = 0;
}
