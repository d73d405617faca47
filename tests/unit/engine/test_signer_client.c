/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/signer_client.h"

#include <signal.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include "../signer/home.h"
#include "audit/note.h"
#include "base/date.h"
#include "base/mem.h"
#include "channel/channel.h"
#include "check.h"
#include "fault.h"
#include "signer/main.h"

enum { MANY = 1500, NOT_YET_MS = 200 };

static char socket_path[sizeof home + 8];

/* -- a signer, in a process of its own */

static pid_t start(void)
{
    int ends[2];
    char line[200];
    char *argv[] = {(char[]){"tidewaiter-signer"}, (char[]){"run"}, home, NULL};
    CHECK(pipe(ends) == 0);
    fflush(stdout);
    const pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        CHECK(dup2(ends[1], STDOUT_FILENO) >= 0);
        close(ends[0]);
        close(ends[1]);
        const int code = tw_signer_main(3, argv, "0");
        fflush(stdout);
        _exit(code);
    }
    close(ends[1]);
    CHECK(read(ends[0], line, sizeof line) > 0 && strncmp(line, "listening at ", 13) == 0);
    close(ends[0]);
    return pid;
}

static void stop_it(pid_t pid, int number)
{
    int status;
    CHECK(kill(pid, number) == 0 && waitpid(pid, &status, 0) == pid);
    CHECK(number == SIGKILL ? WIFSIGNALED(status) : WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static tw_err open_client(struct tw_signer_client **ret, struct tw_fault *fault)
{
    const struct tw_signer_options o = {.socket = socket_path, .timeout_ms = 20000};
    return tw_signer_client_open(&o, ret, fault);
}

/* A log of a few leaves, by its hashes alone. */
static void root_of(const uint8_t (*leaf)[TW_TLOG_HASH], size_t n, uint8_t ret[TW_TLOG_HASH])
{
    size_t k = 1;
    uint8_t left[TW_TLOG_HASH], right[TW_TLOG_HASH];
    if (n == 1) {
        memcpy(ret, leaf[0], TW_TLOG_HASH);
        return;
    }
    while (2 * k < n) k *= 2;
    root_of(leaf, k, left);
    root_of(leaf + k, n - k, right);
    tw_tlog_node_hash(left, right, ret);
}

static void commitment_of(const char *date, const uint8_t sum[TW_SHA256_BYTES], struct tw_buf *ret)
{
    tw_buf_printf(ret, "{\"day\":\"%s\",\"sha256\":\"", date);
    tw_buf_hex(ret, sum, TW_SHA256_BYTES);
    tw_buf_text(ret, "\",\"type\":\"commitment\"}");
}

static int32_t yesterday(void) /* or the day before, when it has just begun */
{
    return tw_time_day((int64_t)time(NULL) - TW_DAY_S - 7200);
}

static void holds(const struct tw_signer_client *c, const struct tw_buf *text, uint64_t size)
{
    struct tw_note note;
    struct tw_note_key key;
    char words[64];
    CHECK(tw_note_key_read(tw_signer_client_key(c), &key, NULL) == TW_OK);
    CHECK(tw_note_read(tw_buf_view(text), &note, NULL) == TW_OK);
    CHECK(tw_note_signed_by(&note, &key, NULL) == TW_NOTE_HOLDS);
    snprintf(words, sizeof words, "test.example/log\n%llu\n", (unsigned long long)size);
    CHECK(tw_str_starts(note.text, tw_str_from(words)));
}

/* What a station does from its first day on: a leaf, a checkpoint, a commitment, draws, the key. */
static void a_station_goes_through_a_day(void)
{
    struct tw_signer_client *c;
    struct tw_signer_log log;
    struct tw_tlog_path path = {.n = 0};
    struct tw_fault fault = {0};
    uint8_t leaf[2][TW_TLOG_HASH], sum[TW_SHA256_BYTES], key[TW_SHA256_BYTES], again[TW_SHA256_BYTES];
    char date[16], room[200], text[MANY][24];
    static uint64_t draw[MANY];
    static struct tw_str number[MANY];
    struct tw_buf b = tw_buf_in(date, sizeof date), body = tw_buf_in(room, sizeof room);
    TW_SCOPED_BUF note = {0};
    struct tw_hmac_key hmac;
    const int32_t day = yesterday();
    home_make();
    FILE *f = fopen(home_file("signer.yaml"), "w");
    CHECK(f != NULL && fchmod(fileno(f), 0600) == 0 && fputs("batch: 700\nline_bytes: 4096\n", f) > 0 &&
          fclose(f) == 0);
    pid_t pid = start();
    CHECK(open_client(&c, &fault) == TW_OK);
    CHECK(tw_signer_client_last(c, &log, NULL) == TW_OK && log.size == 0);

    tw_tlog_leaf_hash("a", 1, leaf[0]);
    log = (struct tw_signer_log){.size = 1};
    root_of(leaf, 1, log.root);
    CHECK(tw_signer_client_sign(c, &log, &path, &note, NULL) == TW_OK);
    holds(c, &note, 1);

    tw_buf_day(&b, day);
    tw_buf_char(&b, '\0');
    CHECK(tw_signer_client_commit(c, day, sum, NULL) == TW_OK);
    commitment_of(date, sum, &body);
    tw_tlog_leaf_hash(body.p, body.n, leaf[1]);
    number[0] = TW_STR("1");
    CHECK(tw_signer_client_draw(c, day, number, 1, draw, &fault) == TW_CONFLICT);
    CHECK(strstr(fault.note, "the signer: the commitment of ") == fault.note);

    log.size = 2;
    root_of(leaf, 2, log.root);
    CHECK(tw_signer_client_sign(c, &log, &path, &note, &fault) == TW_CONFLICT); /* no proof */
    path.n = 1;
    memcpy(path.hash[0], leaf[1], TW_TLOG_HASH);
    tw_buf_clear(&note);
    CHECK(tw_signer_client_sign(c, &log, &path, &note, NULL) == TW_OK);
    holds(c, &note, 2);
    stop_it(pid, SIGKILL); /* as machines do */
    CHECK(tw_signer_client_last(c, &log, &fault) == TW_UNAVAILABLE &&
          strstr(fault.note, "tidewaiter-signer run") != NULL);
    pid = start();
    CHECK(tw_signer_client_last(c, &log, NULL) == TW_OK && log.size == 2);

    memcpy(path.hash[0], leaf[0], TW_TLOG_HASH);
    const struct tw_signer_leaf shown = {.index = 1, .bytes = tw_buf_view(&body)};
    CHECK(tw_signer_client_show(c, day, &shown, &path, NULL) == TW_OK);
    for (size_t i = 0; i < MANY; i++) {
        snprintf(text[i], sizeof text[i], "%llu", (unsigned long long)i * i * i * 1000003);
        number[i] = tw_str_from(text[i]);
    }
    CHECK(tw_signer_client_draw(c, day, number, MANY, draw, NULL) ==
          TW_OK); /* more than a line and a batch take */
    CHECK(tw_signer_client_draw(c, day, number, 0, draw, NULL) == TW_OK);
    CHECK(tw_signer_client_reveal(c, day, key, NULL) == TW_OK &&
          tw_signer_client_reveal(c, day, again, NULL) == TW_OK);
    CHECK(memcmp(key, again, sizeof key) == 0);
    tw_sha256(key, sizeof key, again);
    CHECK(memcmp(sum, again, sizeof sum) == 0);
    tw_hmac_key_make(key, sizeof key, &hmac);
    for (size_t i = 0; i < MANY; i++) CHECK(draw[i] == tw_channel_draw(&hmac, number[i]));
    CHECK(tw_signer_client_draw(c, day, number, 1, draw, &fault) == TW_CONFLICT);
    CHECK(tw_signer_client_reveal(c, day + 2, key, &fault) == TW_CONFLICT);
    tw_signer_client_free(c);
    stop_it(pid, SIGTERM);
    home_remove();
}

static void a_number_cannot_carry_a_request(void)
{
    const char *const bad[] = {
        "",     "a b",         "1\nreveal 2026-11-23",
        "\x7f", "caf\xc3\xa9", "12345678901234567890123456789012345678901234567890123456789012345"};
    struct tw_signer_client *c;
    uint64_t draw[2] = {7, 7};
    home_make();
    const pid_t pid = start();
    CHECK(open_client(&c, NULL) == TW_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const struct tw_str number[] = {TW_STR("1"), tw_str_from(bad[i])};
        struct tw_fault fault = {0};
        CHECK(tw_signer_client_draw(c, 20000, number, 2, draw, &fault) == TW_ARG && fault.item == 1);
        CHECK(draw[0] == 7);
    }
    tw_signer_client_free(c);
    stop_it(pid, SIGTERM);
    home_remove();
}

static tw_err ask_again(void)
{
    struct tw_signer_client *c;
    struct tw_signer_log log;
    TW_TRY(open_client(&c, NULL));
    const tw_err err = tw_signer_client_last(c, &log, NULL);
    tw_signer_client_free(c);
    return err;
}

static void survives_every_failed_allocation(void)
{
    home_make();
    const pid_t pid = start();
    CHECK(fault_each_allocation(ask_again) > 3);
    stop_it(pid, SIGTERM);
    home_remove();
}

/* -- something that says it is one */

#define GREETING "tidewaiter-signer 1 4096 10\n"
#define KEY      "ok test.example/log+614a52d7+ASDpM5+2ZB3/RiHD2TwGyeMOKlolC97ZdpmKni9/FOpU\n"

/* Sends one of `answers` for each line that comes, the first before any; behind the last it closes, and
 * begins again with the next connection. An empty one is none: it waits then for ever. */
static pid_t pretend(const char *const *answers)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    memcpy(at.sun_path, socket_path, strlen(socket_path));
    CHECK(listener >= 0 && bind(listener, (struct sockaddr *)&at, sizeof at) == 0 &&
          listen(listener, 5) == 0);
    fflush(stdout);
    const pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid > 0) {
        close(listener);
        return pid;
    }
    for (;;) {
        char line[8192];
        const int fd = accept(listener, NULL, NULL);
        for (size_t i = 0; answers[i] != NULL; i++) {
            if (i > 0 && read(fd, line, sizeof line) <= 0) break;
            if (answers[i][0] == '\0') pause();
            if (write(fd, answers[i], strlen(answers[i])) < 0) break;
        }
        close(fd);
    }
}

static tw_err ask_pretender(const char *const *answers, const char *key, struct tw_fault *fault)
{
    struct tw_signer_client *c;
    struct tw_signer_log log;
    const struct tw_signer_options o = {
        .socket = socket_path, .timeout_ms = NOT_YET_MS, .key = tw_str_from(key)};
    const pid_t pid = pretend(answers);
    tw_err err = tw_signer_client_open(&o, &c, fault);
    if (err == TW_OK) {
        err = tw_signer_client_last(c, &log, fault);
        if (err == TW_OK) err = tw_signer_client_last(c, &log, fault);
        tw_signer_client_free(c);
    }
    stop_it(pid, SIGKILL);
    CHECK(unlink(socket_path) == 0);
    return err;
}

#define LAST "ok 5 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"

static void what_is_no_signer_is_told_from_one(void)
{
    static char long_line[9000];
    memset(long_line, 'x', sizeof long_line - 1);
    const struct {
        const char *answers[4], *key;
        tw_err err;
        const char *words;
    } row[] = {
        {{GREETING, KEY, LAST}, NULL, TW_OK, ""}, /* closes each time: asked again on a new connection */
        {{GREETING, KEY, LAST},
         "test.example/log+614a52d7+ASDpM5+2ZB3/RiHD2TwGyeMOKlolC97ZdpmKni9/FOpU",
         TW_OK,
         ""},
        {{GREETING, KEY, LAST}, "another", TW_CONFLICT, "not the station's"},
        {{"hello\n"}, NULL, TW_FORMAT, "no signer"},
        {{"tidewaiter-signer 2 4096 10\n"}, NULL, TW_FORMAT, "version 2"},
        {{"tidewaiter-signer 1 4095 10\n"}, NULL, TW_FORMAT, "version 1 of its protocol"},
        {{"tidewaiter-signer 1 4096 0\n"}, NULL, TW_FORMAT, "version 1 of its protocol"},
        {{"tidewaiter-signer 1 4096\n"}, NULL, TW_FORMAT, "version 1 of its protocol"},
        {{"no UNAVAILABLE there are 16 connections\n"}, NULL, TW_UNAVAILABLE, "the signer: there are 16"},
        {{"no ARG uid 5 may not speak\n"}, NULL, TW_ARG, "the signer: uid 5"},
        {{GREETING GREETING}, NULL, TW_FORMAT, "no signer of this version"},
        {{long_line}, NULL, TW_FORMAT, "no signer of this version"},
        {{GREETING, "ok nonsense\n"}, NULL, TW_FORMAT, "protocol"},
        {{GREETING, "no OK well\n"}, NULL, TW_FORMAT, "protocol"},
        {{GREETING, "yes\n"}, NULL, TW_FORMAT, "protocol"},
        {{GREETING, KEY, "ok\n"}, NULL, TW_FORMAT, "protocol"},
        {{GREETING, KEY, "ok 5 abc\n"}, NULL, TW_FORMAT, "protocol"},
        {{GREETING, KEY, "no FULL no room\n"}, NULL, TW_FULL, "the signer: no room"},
        {{GREETING, KEY}, NULL, TW_UNAVAILABLE, "closed the connection"},
        {{GREETING, KEY, ""}, NULL, TW_UNAVAILABLE, "not in time"},
        {{""}, NULL, TW_UNAVAILABLE, "not in time"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct tw_fault fault = {0};
        const tw_err err = ask_pretender(row[i].answers, row[i].key, &fault);
        if (err != row[i].err || strstr(fault.note, row[i].words) == NULL)
            fprintf(stderr, "row %zu: %s %s\n", i, tw_err_name(err), fault.note);
        CHECK(err == row[i].err && strstr(fault.note, row[i].words) != NULL);
    }
}

static void a_signature_that_does_not_hold_is_no_note(void)
{
    static const char *const answers[] = {
        GREETING, KEY,
        "ok YUpS1wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "ok x\n", NULL};
    struct tw_signer_client *c;
    struct tw_fault fault = {0};
    const struct tw_signer_log log = {.size = 1};
    const struct tw_tlog_path none = {.n = 0};
    TW_SCOPED_BUF note = {0};
    const pid_t pid = pretend(answers);
    CHECK(open_client(&c, NULL) == TW_OK);
    tw_buf_text(&note, "before");
    for (int i = 0; i < 2; i++) {
        CHECK(tw_signer_client_sign(c, &log, &none, &note, &fault) == TW_FORMAT);
        CHECK(strstr(fault.note, "does not hold") != NULL && tw_str_is(tw_buf_view(&note), "before"));
    }
    tw_signer_client_free(c);
    stop_it(pid, SIGKILL);
    CHECK(unlink(socket_path) == 0);
}

static void where_nobody_is_it_says_so_at_once(void)
{
    char far[200];
    struct tw_signer_client *c;
    struct tw_fault fault = {0};
    const sig_atomic_t stop = 1;
    static const char *const silent[] = {"", NULL};
    CHECK(open_client(&c, &fault) == TW_UNAVAILABLE && strstr(fault.note, socket_path) != NULL);
    memset(far, 'x', sizeof far - 1);
    far[sizeof far - 1] = '\0';
    const struct tw_signer_options too_long = {.socket = far};
    CHECK(tw_signer_client_open(&too_long, &c, &fault) == TW_ARG);
    const struct tw_signer_options stopped = {.socket = socket_path, .stop = &stop};
    const pid_t pid = pretend(silent);
    CHECK(tw_signer_client_open(&stopped, &c, &fault) == TW_INTERRUPTED);
    stop_it(pid, SIGKILL);
    CHECK(unlink(socket_path) == 0);
    tw_signer_client_free(NULL);
}

int main(void)
{
    home_make();
    home_remove();
    CHECK(snprintf(socket_path, sizeof socket_path, "%s/socket", home) > 0);
    RUN(a_station_goes_through_a_day);
    RUN(a_number_cannot_carry_a_request);
    RUN(survives_every_failed_allocation);
    CHECK(snprintf(socket_path, sizeof socket_path, "%s/socket", home_top) > 0);
    RUN(what_is_no_signer_is_told_from_one);
    RUN(a_signature_that_does_not_hold_is_no_note);
    RUN(where_nobody_is_it_says_so_at_once);
    CHECK(rmdir(home_top) == 0);
    return DONE();
}
