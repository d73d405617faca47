/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "fault.h"
#include "store/file.h"

static char dir[] = "/tmp/tidewaiter-out-XXXXXX";
static char path[64];
static const struct tw_file_options both[] = {{0}, {.named_temp = true}}; /* nameless and named */

static int files_in_dir(void)
{
    DIR *d = opendir(dir);
    CHECK(d != NULL);
    int n = 0;
    while (readdir(d) != NULL) n++;
    closedir(d);
    return n - 2; /* . and .. */
}

static void expect_content(const char *want)
{
    TW_SCOPED_BUF got = {0};
    CHECK(tw_file_in_all(path, 1 << 20, &got, NULL) == TW_OK);
    CHECK(got.n == strlen(want) && memcmp(got.p, want, got.n) == 0);
}

static tw_err write_text(const char *z, const struct tw_file_options *options, struct tw_fault *fault)
{
    TW_SCOPED(tw_file_out) *f = NULL;
    TW_TRY(tw_file_out_open(path, options, &f, fault));
    TW_TRY(tw_file_out_write(f, z, strlen(z), fault));
    return tw_file_out_commit(f, fault);
}

static void appears_whole_on_commit_and_not_before(void)
{
    for (int i = 0; i < 2; i++) {
        struct tw_file_out *f = NULL;
        CHECK(tw_file_out_open(path, &both[i], &f, NULL) == TW_OK);
        CHECK(tw_file_out_write(f, "hello ", 6, NULL) == TW_OK && tw_file_out_flush(f, NULL) == TW_OK);
        CHECK(tw_file_out_write(f, "there", 5, NULL) == TW_OK && tw_file_out_seen(f).done == 11);
        CHECK(access(path, F_OK) != 0 && files_in_dir() <= i);
        CHECK(tw_file_out_commit(f, NULL) == TW_OK);
        CHECK(tw_file_out_write(f, "x", 1, NULL) == TW_ARG && tw_file_out_commit(f, NULL) == TW_ARG);
        tw_file_out_free(f);
        expect_content("hello there");
        CHECK(files_in_dir() == 1 && unlink(path) == 0);
    }
}

static void leaves_nothing_behind_without_a_commit(void)
{
    for (int i = 0; i < 2; i++) {
        struct tw_file_out *f = NULL;
        CHECK(tw_file_out_open(path, &both[i], &f, NULL) == TW_OK);
        CHECK(tw_file_out_write(f, "half", 4, NULL) == TW_OK && tw_file_out_flush(f, NULL) == TW_OK);
        tw_file_out_free(f);
        CHECK(files_in_dir() == 0);
    }
}

static void keeps_the_old_file_until_the_new_one_is_whole(void)
{
    for (int i = 0; i < 2; i++) {
        CHECK(write_text("old", &both[i], NULL) == TW_OK && chmod(path, 0640) == 0);
        struct tw_file_out *f = NULL;
        CHECK(tw_file_out_open(path, &both[i], &f, NULL) == TW_OK);
        CHECK(tw_file_out_write(f, "new and longer", 14, NULL) == TW_OK &&
              tw_file_out_flush(f, NULL) == TW_OK);
        expect_content("old");
        CHECK(tw_file_out_commit(f, NULL) == TW_OK);
        tw_file_out_free(f);
        expect_content("new and longer");
        struct stat st;
        CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0640);
        CHECK(unlink(path) == 0);
    }
}

static void writes_what_a_symbolic_link_means(void)
{
    char target[80];
    CHECK(snprintf(target, sizeof target, "%s/real", dir) > 0);
    CHECK(write_text("x", NULL, NULL) == TW_OK && rename(path, target) == 0 && symlink("real", path) == 0);
    CHECK(write_text("through the link", NULL, NULL) == TW_OK);
    struct stat st;
    CHECK(lstat(path, &st) == 0 && S_ISLNK(st.st_mode));
    expect_content("through the link");
    CHECK(unlink(path) == 0 && unlink(target) == 0 && files_in_dir() == 0);
}

static void killed_in_the_middle_leaves_no_file_under_the_name(void)
{
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        struct tw_file_out *f = NULL;
        if (tw_file_out_open(path, NULL, &f, NULL) != TW_OK) _exit(1);
        if (tw_file_out_write(f, "half", 4, NULL) != TW_OK || tw_file_out_flush(f, NULL) != TW_OK) _exit(1);
        kill(getpid(), SIGKILL);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
    CHECK(access(path, F_OK) != 0);
}

/* A full disk at every possible byte: the file system's limit is moved up until the work succeeds. */
static void survives_a_full_disk_at_every_byte(void)
{
    static char long_text[9000];
    memset(long_text, 'x', sizeof long_text - 1);
    struct rlimit old;
    CHECK(getrlimit(RLIMIT_FSIZE, &old) == 0 && signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    CHECK(write_text("old", NULL, NULL) == TW_OK);
    for (int i = 0; i < 2; i++) {
        for (rlim_t limit = 0; limit < sizeof long_text - 1; limit += 499) {
            struct rlimit now = {limit, old.rlim_max};
            struct tw_fault fault = {0};
            CHECK(setrlimit(RLIMIT_FSIZE, &now) == 0);
            tw_err err = write_text(long_text, &both[i], &fault);
            CHECK(setrlimit(RLIMIT_FSIZE, &old) == 0);
            CHECK(err == TW_FULL && tw_err_exit(err) == 3 && strstr(fault.note, "limit") != NULL);
            expect_content("old");
            CHECK(files_in_dir() == 1);
        }
        CHECK(write_text(long_text, &both[i], NULL) == TW_OK && write_text("old", NULL, NULL) == TW_OK);
    }
    CHECK(unlink(path) == 0);
}

static void a_full_device_is_a_fault_that_sticks(void)
{
    struct tw_fault fault = {0};
    struct tw_file_out *f = NULL;
    if (access("/dev/full", W_OK) != 0) return;
    CHECK(tw_file_out_open("/dev/full", NULL, &f, &fault) == TW_OK);
    CHECK(tw_file_out_write(f, "x", 1, &fault) == TW_OK); /* still buffered */
    CHECK(tw_file_out_flush(f, &fault) == TW_FULL && strstr(fault.note, "no room") != NULL);
    CHECK(tw_file_out_write(f, "x", 1, NULL) == TW_FULL && tw_file_out_commit(f, NULL) == TW_FULL);
    tw_file_out_free(f);
}

static void tells_wrong_places_apart(void)
{
    struct tw_fault fault = {0};
    struct tw_file_out *f = NULL;
    CHECK(tw_file_out_open("", NULL, &f, &fault) == TW_ARG);
    CHECK(tw_file_out_open(dir, NULL, &f, &fault) == TW_ARG && strstr(fault.note, "directory") != NULL);
    char missing[80];
    CHECK(snprintf(missing, sizeof missing, "%s/no/file", dir) > 0);
    CHECK(tw_file_out_open(missing, NULL, &f, &fault) == TW_NOTFOUND && strstr(fault.note, "create") != NULL);
    CHECK(snprintf(missing, sizeof missing, "%s/no/", dir) > 0);
    CHECK(tw_file_out_open(missing, NULL, &f, &fault) == TW_ARG);
    CHECK(tw_file_out_open("/proc/version/x", NULL, &f, &fault) != TW_OK && f == NULL);
}

static void a_gone_reader_is_a_fault(void)
{
    CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    int ends[2], saved = dup(STDOUT_FILENO);
    struct tw_fault fault = {0};
    struct tw_file_out *f = NULL;
    fflush(stdout);
    CHECK(saved >= 0 && pipe(ends) == 0 && dup2(ends[1], STDOUT_FILENO) == STDOUT_FILENO);
    CHECK(close(ends[0]) == 0 && close(ends[1]) == 0);
    tw_err opened = tw_file_out_open("-", NULL, &f, &fault);
    tw_err wrote = tw_file_out_write(f, "x", 1, &fault), flushed = tw_file_out_flush(f, &fault);
    CHECK(dup2(saved, STDOUT_FILENO) == STDOUT_FILENO && close(saved) == 0);
    CHECK(opened == TW_OK && wrote == TW_OK && flushed == TW_IO && strstr(fault.note, "has gone") != NULL);
    tw_file_out_free(f);
}

static void hashes_what_it_wrote(void)
{
    static char big[300000];
    memset(big, 'y', sizeof big);
    const struct tw_file_options options = {.sha256 = true};
    uint8_t want[TW_SHA256_BYTES], sum[TW_SHA256_BYTES];
    TW_SCOPED(tw_file_out) *f = NULL;
    CHECK(tw_file_out_open(path, &options, &f, NULL) == TW_OK);
    for (size_t i = 0; i < 100; i++) CHECK(tw_file_out_write(f, big + i * 100, 100, NULL) == TW_OK);
    CHECK(tw_file_out_write(f, big + 10000, sizeof big - 10000, NULL) == TW_OK);
    CHECK(tw_file_out_sha256(f, sum) == TW_ARG); /* not before the commit */
    CHECK(tw_file_out_commit(f, NULL) == TW_OK && tw_file_out_sha256(f, sum) == TW_OK);
    tw_sha256(big, sizeof big, want);
    CHECK(memcmp(sum, want, sizeof sum) == 0 && unlink(path) == 0);
}

static void stops_when_asked_and_leaves_nothing(void)
{
    volatile sig_atomic_t stop = 0;
    const struct tw_file_options options = {.stop = &stop};
    struct tw_file_out *f = NULL;
    CHECK(tw_file_out_open(path, &options, &f, NULL) == TW_OK);
    CHECK(tw_file_out_write(f, "x", 1, NULL) == TW_OK);
    stop = 1;
    CHECK(tw_file_out_commit(f, NULL) == TW_INTERRUPTED);
    tw_file_out_free(f);
    CHECK(files_in_dir() == 0);
}

static tw_err write_short(void)
{
    return write_text("short", NULL, NULL);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(write_short) > 3);
    CHECK(files_in_dir() == 1 && unlink(path) == 0);
}

int main(void)
{
    CHECK(mkdtemp(dir) != NULL);
    CHECK(snprintf(path, sizeof path, "%s/out", dir) > 0);
    RUN(appears_whole_on_commit_and_not_before);
    RUN(leaves_nothing_behind_without_a_commit);
    RUN(keeps_the_old_file_until_the_new_one_is_whole);
    RUN(writes_what_a_symbolic_link_means);
    RUN(killed_in_the_middle_leaves_no_file_under_the_name);
    RUN(survives_a_full_disk_at_every_byte);
    RUN(a_full_device_is_a_fault_that_sticks);
    RUN(tells_wrong_places_apart);
    RUN(a_gone_reader_is_a_fault);
    RUN(hashes_what_it_wrote);
    RUN(stops_when_asked_and_leaves_nothing);
    RUN(survives_every_failed_allocation);
    CHECK(rmdir(dir) == 0);
    return DONE();
}
