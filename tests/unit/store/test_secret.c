/* SPDX-License-Identifier: Apache-2.0 */
#include "store/secret.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static char top[] = "/tmp/tidewaiter-secret-XXXXXX";
static char path[64];

static tw_err read_it(size_t room, struct tw_fault *fault)
{
    char bytes[64];
    struct tw_buf b = tw_buf_in(bytes, room);
    const tw_err err = tw_secret_read(path, &b, fault);
    if (err == TW_OK) CHECK(tw_str_is(tw_buf_view(&b), "secret\n"));
    return err;
}

static void what_is_written_is_its_owners_alone_and_comes_back(void)
{
    struct stat st;
    CHECK(tw_secret_write(path, TW_STR("secret\n"), NULL) == TW_OK);
    CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600);
    CHECK(read_it(64, NULL) == TW_OK);
    CHECK(read_it(7, NULL) == TW_OK);
}

static void nothing_is_ever_replaced(void)
{
    struct tw_fault fault = {0};
    CHECK(tw_secret_write(path, TW_STR("other\n"), &fault) == TW_CONFLICT);
    CHECK(strstr(fault.note, "not replaced") != NULL && read_it(64, NULL) == TW_OK);
}

static void what_others_may_read_or_change_is_refused(void)
{
    static const mode_t open_to[] = {0640, 0604, 0660, 0606, 0666, 0601};
    for (size_t i = 0; i < sizeof open_to / sizeof *open_to; i++) {
        struct tw_fault fault = {0};
        CHECK(chmod(path, open_to[i]) == 0);
        CHECK(read_it(64, &fault) == TW_ARG && strstr(fault.note, "chmod 600") != NULL);
    }
    CHECK(chmod(path, 0400) == 0 && read_it(64, NULL) == TW_OK);
}

static void a_larger_file_than_the_room_is_refused(void)
{
    struct tw_fault fault = {0};
    CHECK(read_it(6, &fault) == TW_LIMIT && strstr(fault.note, "6 bytes") != NULL);
}

static void what_is_no_file_is_refused(void)
{
    char bytes[8], fifo[64];
    struct tw_buf b = tw_buf_in(bytes, sizeof bytes);
    snprintf(fifo, sizeof fifo, "%s/fifo", top);
    CHECK(mkfifo(fifo, 0600) == 0);
    CHECK(tw_secret_read(fifo, &b, NULL) == TW_ARG); /* and does not wait for a writer */
    CHECK(tw_secret_read(top, &b, NULL) == TW_ARG);
    CHECK(tw_secret_read("/nowhere/key", &b, NULL) == TW_NOTFOUND);
    CHECK(tw_secret_write("/nowhere/key", TW_STR("x"), NULL) == TW_NOTFOUND);
    CHECK(b.n == 0 && unlink(fifo) == 0);
}

int main(void)
{
    CHECK(mkdtemp(top) != NULL);
    snprintf(path, sizeof path, "%s/key", top);
    RUN(what_is_written_is_its_owners_alone_and_comes_back);
    RUN(nothing_is_ever_replaced);
    RUN(what_others_may_read_or_change_is_refused);
    RUN(a_larger_file_than_the_room_is_refused);
    RUN(what_is_no_file_is_refused);
    CHECK(unlink(path) == 0 && rmdir(top) == 0);
    return DONE();
}
