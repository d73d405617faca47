/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/state_dir.h"

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../profile/border.h"
#include "fault.h"
#include "store/file.h"

static char top[] = "/tmp/tidewaiter-state-XXXXXX";
static char dir[64];
static struct tw_channel_settings settings;
static struct tw_fault fault;

/* A state that differs with `n`. */
static struct tw_state state_of(int n)
{
    struct tw_state s = {.declarations = (uint64_t)n};
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    CHECK(tw_profile_new(tw_profile_defaults(), &s.profile) == TW_OK);
    CHECK(tw_channels_new(&settings, &s.channels, NULL) == TW_OK);
    for (int i = 0; i < n; i++) {
        struct shipment one;
        pass(s.profile, declare(&one, i, 1, 1, 20000 + i, 100000, 5000), arena);
        tw_channels_seed(s.channels, i);
    }
    memset(s.model, 'a', 64);
    return s;
}

/* The names in the directory, sorted, each with a blank behind it. */
static void names(char *ret, size_t room)
{
    struct dirent **e = NULL;
    int n = scandir(dir, &e, NULL, alphasort);
    size_t at = 0;
    ret[0] = '\0';
    for (int i = 0; i < n; i++) {
        if (e[i]->d_name[0] != '.') at += (size_t)snprintf(ret + at, room - at, "%s ", e[i]->d_name);
        free(e[i]);
    }
    free(e);
}

static void empty_dir(void)
{
    DIR *d = opendir(dir);
    if (d == NULL) return;
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        if (e->d_name[0] != '.') CHECK(unlinkat(dirfd(d), e->d_name, 0) == 0);
    closedir(d);
    CHECK(rmdir(dir) == 0);
}

static void write_state(int n)
{
    struct tw_state s = state_of(n);
    CHECK(tw_state_write(dir, &s, &fault) == TW_OK);
    tw_state_close(&s);
}

static void check_holds(int n)
{
    struct tw_state want = state_of(n), got = {.profile = NULL};
    TW_SCOPED_BUF a = {0}, b = {0};
    tw_err err = tw_state_open(dir, &settings, &got, &fault);
    if (err != TW_OK) printf("# %s: %s\n", fault.path, fault.note);
    CHECK(err == TW_OK && got.declarations == (uint64_t)n && strcmp(got.model, want.model) == 0);
    CHECK(tw_profile_save(want.profile, &a) == TW_OK && tw_profile_save(got.profile, &b) == TW_OK);
    CHECK(tw_str_eq(tw_buf_view(&a), tw_buf_view(&b)));
    uint8_t sum[TW_SHA256_BYTES];
    tw_sha256(a.p, a.n, sum);
    CHECK(memcmp(sum, got.profile_hash, sizeof sum) == 0);
    tw_buf_clear(&a);
    tw_buf_clear(&b);
    CHECK(tw_channels_save(want.channels, &a) == TW_OK && tw_channels_save(got.channels, &b) == TW_OK);
    CHECK(tw_str_eq(tw_buf_view(&a), tw_buf_view(&b)));
    tw_state_close(&want);
    tw_state_close(&got);
}

static void reads_back_what_it_wrote_and_keeps_three_files(void)
{
    char text[512];
    write_state(3);
    check_holds(3);
    write_state(5);
    check_holds(5);
    names(text, sizeof text);
    CHECK(strncmp(text, "STATE channels-", 15) == 0 && strlen(text) == strlen("STATE ") + 32 + 31);
    write_state(5); /* the same again is the same */
    check_holds(5);
    struct tw_state s = state_of(2);
    s.model[0] = '\0';
    CHECK(tw_state_write(dir, &s, NULL) == TW_OK);
    tw_state_close(&s);
    CHECK(tw_state_open(dir, &settings, &s, NULL) == TW_OK && s.model[0] == '\0');
    tw_state_close(&s);
    empty_dir();
}

static void says_when_there_is_none(void)
{
    struct tw_state s = {.declarations = 77};
    CHECK(tw_state_open(dir, &settings, &s, &fault) == TW_NOTFOUND && s.declarations == 77);
    CHECK(mkdir(dir, 0700) == 0);
    CHECK(tw_state_open(dir, &settings, &s, &fault) == TW_NOTFOUND);
    empty_dir();
}

/* Any byte of any file changed, any file cut or gone: a fault that names the file, never a state. */
static void refuses_damage_in_any_file(void)
{
    write_state(2);
    char text[512], *rest = text;
    names(text, sizeof text);
    for (char *name; (name = strsep(&rest, " ")) != NULL && name[0] != '\0';) {
        char path[128];
        struct tw_state s = {.declarations = 77};
        TW_SCOPED_BUF bytes = {0};
        snprintf(path, sizeof path, "%s/%s", dir, name);
        CHECK(tw_file_in_all(path, 1 << 20, &bytes, NULL) == TW_OK);
        for (size_t i = 0; i <= bytes.n; i += 1 + bytes.n / 60) {
            FILE *f = fopen(path, "wb");
            CHECK(f != NULL);
            if (i < bytes.n) bytes.p[i] ^= 1;
            CHECK(fwrite(bytes.p, 1, i < bytes.n ? bytes.n : bytes.n - 1, f) ==
                  (i < bytes.n ? bytes.n : bytes.n - 1));
            fclose(f);
            if (i < bytes.n) bytes.p[i] ^= 1;
            fault = (struct tw_fault){0};
            CHECK(tw_state_open(dir, &settings, &s, &fault) == TW_FORMAT && s.declarations == 77);
            CHECK(strstr(fault.path, name) == fault.path && fault.note[0] != '\0');
        }
        CHECK(unlink(path) == 0);
        CHECK(tw_state_open(dir, &settings, &s, &fault) ==
              (strcmp(name, "STATE") == 0 ? TW_NOTFOUND : TW_FORMAT));
        FILE *f = fopen(path, "wb");
        CHECK(f != NULL && fwrite(bytes.p, 1, bytes.n, f) == bytes.n && fclose(f) == 0);
    }
    check_holds(2);
    empty_dir();
}

/* With every limit on the size of files the old state or the new one is there, whole. */
static void a_full_disk_leaves_the_state_before(void)
{
    struct rlimit old, limit;
    char before[512], after[512];
    CHECK(getrlimit(RLIMIT_FSIZE, &old) == 0);
    write_state(2);
    names(before, sizeof before);
    struct tw_state s = state_of(4);
    limit = old;
    tw_err err = TW_FULL;
    for (limit.rlim_cur = 16; err != TW_OK; limit.rlim_cur += 400) {
        CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
        err = tw_state_write(dir, &s, &fault);
        CHECK(setrlimit(RLIMIT_FSIZE, &old) == 0);
        CHECK(err == TW_OK || err == TW_FULL);
        check_holds(err == TW_OK ? 4 : 2);
        names(after, sizeof after);
        CHECK((strcmp(before, after) == 0) == (err != TW_OK));
    }
    tw_state_close(&s);
    empty_dir();
}

static void leaves_no_directory_behind_when_it_cannot_write(void)
{
    struct rlimit old, limit;
    struct tw_state s = state_of(1);
    char missing[96];
    CHECK(getrlimit(RLIMIT_FSIZE, &old) == 0);
    limit = old;
    limit.rlim_cur = 10;
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    CHECK(tw_state_write(dir, &s, &fault) == TW_FULL);
    CHECK(setrlimit(RLIMIT_FSIZE, &old) == 0);
    CHECK(access(dir, F_OK) != 0);
    snprintf(missing, sizeof missing, "%s/a/b", top);
    CHECK(tw_state_write(missing, &s, &fault) == TW_NOTFOUND);
    CHECK(tw_state_write("/dev/null", &s, &fault) == TW_FORMAT &&
          tw_state_try("/dev/null", &fault) == TW_FORMAT);
    CHECK(tw_state_write("", &s, &fault) == TW_ARG);
    CHECK(tw_state_try(dir, &fault) == TW_OK && access(dir, F_OK) != 0);
    tw_state_close(&s);
}

static tw_err write_and_open(void)
{
    struct tw_state s = {.profile = NULL}, got = {.profile = NULL};
    tw_err err = tw_profile_new(tw_profile_defaults(), &s.profile);
    if (err == TW_OK) err = tw_channels_new(&settings, &s.channels, NULL);
    if (err == TW_OK) err = tw_state_write(dir, &s, NULL);
    if (err == TW_OK) err = tw_state_open(dir, &settings, &got, NULL);
    tw_state_close(&s);
    tw_state_close(&got);
    return err;
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(write_and_open) > 10);
    empty_dir();
}

int main(void)
{
    CHECK(mkdtemp(top) != NULL);
    snprintf(dir, sizeof dir, "%s/state", top);
    settings = tw_channel_defaults();
    signal(SIGXFSZ, SIG_IGN);
    RUN(reads_back_what_it_wrote_and_keeps_three_files);
    RUN(says_when_there_is_none);
    RUN(refuses_damage_in_any_file);
    RUN(a_full_disk_leaves_the_state_before);
    RUN(leaves_no_directory_behind_when_it_cannot_write);
    RUN(survives_every_failed_allocation);
    CHECK(rmdir(top) == 0);
    return DONE();
}
