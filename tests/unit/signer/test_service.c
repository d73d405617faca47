/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/service_priv.h"

#include <stdarg.h>

#include "base/base64.h"
#include "base/date.h"
#include "base/mem.h"
#include "channel/channel.h"
#include "check.h"
#include "engine/draws.h"
#include "home.h"

static struct signer_store store;
static struct tw_buf answer; /* of the last request, with a NUL in place of its line feed */
static int64_t now;

/* What a request is answered. */
static const char *ask(const char *fmt, ...) TW_PRINTF(1, 2);
static const char *ask(const char *fmt, ...)
{
    char line[8192];
    va_list ap;
    va_start(ap, fmt);
    const int n = vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    CHECK(n >= 0 && n < (int)sizeof line);
    tw_buf_clear(&answer);
    signer_answer(&store, (struct tw_str){line, (size_t)n}, now, &answer);
    CHECK(answer.n > 0 && answer.p[answer.n - 1] == '\n' && memchr(answer.p, '\n', answer.n - 1) == NULL);
    answer.p[answer.n - 1] = '\0';
    return answer.p;
}

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static void begin(void)
{
    home_make();
    CHECK(signer_store_open(home, &store, NULL) == TW_OK);
    now = (int64_t)tw_day_from_civil(2026, 11, 23) * TW_DAY_S + 3600;
}

static void end(void)
{
    signer_store_close(&store);
    tw_buf_free(&answer);
    home_remove();
}

/* Shows the commitment of a day in a log of one leaf, or of one more: what the test is about comes after. */
static void open_day(const char *day)
{
    char leaf[200];
    uint8_t hash[TW_TLOG_HASH], root[TW_TLOG_HASH];
    TW_SCOPED_BUF words = {0};
    TW_SCOPED_BUF body = {0};
    const char *sum = ask("commit %s", day) + 3;
    const int n =
        snprintf(leaf, sizeof leaf, "{\"day\":\"%s\",\"sha256\":\"%s\",\"type\":\"commitment\"}", day, sum);
    tw_tlog_leaf_hash(leaf, (size_t)n, hash);
    const bool second = store.size > 0;
    if (second) {
        tw_tlog_node_hash(store.root, hash, root);
        tw_buf_base64(&words, store.root, sizeof store.root);
    } else {
        memcpy(root, hash, sizeof root);
    }
    tw_buf_char(&words, '\0');
    const size_t at = words.n;
    tw_buf_base64(&words, root, sizeof root);
    tw_buf_char(&words, '\0');
    tw_buf_base64(&body, leaf, (size_t)n);
    tw_buf_char(&body, '\0');
    /* of a tree of one leaf, its root is the inclusion proof of the second leaf; consistency needs the
     * second's hash */
    if (second) {
        TW_SCOPED_BUF other = {0};
        tw_buf_base64(&other, hash, sizeof hash);
        tw_buf_char(&other, '\0');
        CHECK(starts(ask("sign 2 %s %s", words.p + at, other.p), "ok "));
        CHECK(starts(ask("sign 2 %s %s", words.p + at, other.p), "ok ")); /* the answer was lost */
        CHECK(strcmp(ask("show %s 1 %s %s", day, body.p, words.p), "ok") == 0);
    } else {
        CHECK(starts(ask("sign 1 %s", words.p + at), "ok "));
        CHECK(strcmp(ask("show %s 0 %s", day, body.p), "ok") == 0);
    }
}

static void greets_with_its_version_and_limits(void)
{
    TW_SCOPED_BUF out = {0};
    begin();
    signer_greet(&store, &out);
    CHECK(tw_str_is(tw_buf_view(&out), "tidewaiter-signer 1 131072 4096\n"));
    end();
}

/* What the engine draws by a key of its own, a signer with that key draws, too. */
static void draws_are_those_of_the_engine(void)
{
    struct tw_draws engine = {.seeded = false};
    const int32_t day = tw_day_from_civil(2026, 11, 23);
    struct tw_hmac_key key;
    uint8_t bytes[TW_SHA256_BYTES];
    begin();
    open_day("2026-11-23");
    memcpy(engine.key, store.secrets->days, sizeof engine.key);
    tw_draws_day_key(&engine, day, bytes);
    tw_hmac_key_make(bytes, sizeof bytes, &key);
    for (unsigned n = 0; n < 1000; n += 37) {
        char number[16], wanted[32];
        snprintf(number, sizeof number, "%u", n);
        snprintf(wanted, sizeof wanted, "ok %016llx",
                 (unsigned long long)tw_channel_draw(&key, tw_str_from(number)));
        CHECK(strcmp(ask("draw 2026-11-23 1 %s", number), wanted) == 0);
    }
    end();
}

static void a_day_is_over_when_its_margin_is(void)
{
    begin();
    open_day("2026-11-23");
    const int64_t over = ((int64_t)tw_day_from_civil(2026, 11, 24)) * TW_DAY_S + 3600;
    now = over - 1;
    CHECK(strcmp(ask("reveal 2026-11-23"), "no CONFLICT the key of 2026-11-23 may be revealed from "
                                           "2026-11-24T01:00:00Z on (reveal_after_s)") == 0);
    CHECK(starts(ask("draw 2026-11-23 1 5"), "ok "));
    now = over;
    CHECK(starts(ask("draw 2026-11-23 1 5"), "ok "));
    CHECK(starts(ask("reveal 2026-11-23"), "ok "));
    CHECK(starts(ask("draw 2026-11-23 1 5"), "no CONFLICT the key of 2026-11-23 is revealed"));
    now = over - 7 * TW_DAY_S; /* the clock goes back, what is known does not */
    CHECK(starts(ask("draw 2026-11-23 1 5"), "no CONFLICT "));
    CHECK(starts(ask("reveal 2026-11-23"), "ok "));
    end();
}

static void draws_begin_a_day_ahead(void)
{
    begin();
    open_day("2026-11-25");
    CHECK(starts(ask("draw 2026-11-25 1 5"), "no CONFLICT 2026-11-25 lies too far ahead"));
    now += TW_DAY_S;
    CHECK(starts(ask("draw 2026-11-25 1 5"), "ok "));
    open_day("2026-11-20");
    CHECK(starts(ask("draw 2026-11-20 1 5"), "ok ")); /* a day before is late, not wrong */
    end();
}

/* After a failure nothing is half done: the same request can be made again. */
static void memory_may_fail_at_any_point(void)
{
    for (long n = 0; n < 40; n++) {
        bool good = false;
        struct tw_buf out = {0};
        begin();
        open_day("2026-11-22");
        now += TW_DAY_S;
        tw_mem_fail_after(n);
        signer_answer(&store, TW_STR("reveal 2026-11-22"), now, &out);
        tw_mem_fail_after(-1);
        good = !out.failed && tw_str_starts(tw_buf_view(&out), TW_STR("ok "));
        CHECK(good || out.failed || tw_str_is(tw_buf_view(&out), "no NOMEM out of memory\n"));
        tw_buf_free(&out);
        CHECK(starts(ask("reveal 2026-11-22"), "ok "));
        end();
        if (good) return;
    }
    CHECK(0 && "never succeeded");
}

int main(void)
{
    RUN(greets_with_its_version_and_limits);
    RUN(draws_are_those_of_the_engine);
    RUN(a_day_is_over_when_its_margin_is);
    RUN(draws_begin_a_day_ahead);
    RUN(memory_may_fail_at_any_point);
    CHECK(rmdir(home_top) == 0);
    return DONE();
}
