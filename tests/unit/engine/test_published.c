/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/published.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../criteria/people.h"
#include "base/date.h"
#include "store/file.h"

/* top: a directory of published sets, in a directory of the test's own. */
static const struct tw_set_reading plain; /* all defaults */
static char home[] = "/tmp/tidewaiter-published-XXXXXX";
static char top[64];
static struct tw_signers *signers;

static const char *in_top(const char *name, char ret[96])
{
    snprintf(ret, 96, "%s/%s", top, name);
    return ret;
}

static struct tw_signed signed_set(const char *name, int version, uint8_t author, uint8_t reviewer)
{
    const uint8_t who[TW_SIGNER_ROLES] = {author, reviewer};
    struct tw_signed s = {.set_bytes = set_by("kim", name, version)};
    CHECK(tw_criteria_parse(tw_buf_view(&s.set_bytes), NULL, NULL, &s.set, NULL) == TW_OK);
    for (int r = 0; r < TW_SIGNER_ROLES; r++) {
        const struct tw_ssh_private k = key_of(who[r]);
        tw_ssh_sign(&k, tw_signer_purpose((enum tw_signer_role)r), tw_buf_view(&s.set_bytes),
                    &s.signature[r]);
    }
    return s;
}

static tw_err publish(const char *dir, const char *name, int version, uint8_t reviewer,
                      struct tw_fault *fault)
{
    struct tw_signed s = signed_set(name, version, KIM, reviewer);
    const struct tw_signer *by[TW_SIGNER_ROLES];
    const struct tw_publishing what = {&s, signers, &plain, tw_day_from_civil(2026, 11, 28)};
    const tw_err err = tw_publish(dir, &what, by, fault);
    if (err == TW_OK) CHECK(tw_str_is(by[TW_SIGNER_AUTHOR]->name, "kim"));
    tw_signed_clear(&s);
    return err;
}

/* The version that decides. */
static int64_t latest(struct tw_fault *fault)
{
    struct tw_published p;
    if (tw_published_open(top, signers, &plain, &p, fault) != TW_OK) {
        CHECK(p.files.set == NULL);
        return -1;
    }
    const int64_t version = p.version;
    CHECK(tw_criteria_version(p.files.set) == version);
    CHECK(tw_str_is(tw_criteria_reviewer(p.files.set), "lee") &&
          tw_str_is(p.by[TW_SIGNER_REVIEWER]->name, "lee"));
    tw_published_close(&p);
    return version;
}

static void versions_follow_each_other_and_the_highest_decides(void)
{
    struct tw_fault fault = {0};
    CHECK(latest(&fault) == -1 && fault.code == TW_NOTFOUND);
    CHECK(publish(top, "apples", 1, LEE, NULL) == TW_OK && latest(NULL) == 1);
    CHECK(publish(top, "apples", 9, LEE, NULL) == TW_OK && latest(NULL) == 9);
    CHECK(publish(top, "apples", 10, LEE, NULL) == TW_OK && latest(NULL) == 10); /* not by letters */
    char path[96];
    CHECK(access(in_top("1/set.yaml.author.sig", path), R_OK) == 0); /* earlier ones are kept */
}

static void an_older_version_or_another_set_is_refused(void)
{
    struct tw_fault fault = {0};
    CHECK(publish(top, "apples", 9, LEE, &fault) == TW_CONFLICT);
    CHECK(strstr(fault.note, "version 10 is published") != NULL);
    CHECK(publish(top, "apples", 10, LEE, &fault) == TW_CONFLICT);
    CHECK(publish(top, "pears", 11, LEE, &fault) == TW_CONFLICT && strstr(fault.note, "\"apples\"") != NULL);
    CHECK(latest(NULL) == 10);
}

static void what_two_people_have_not_signed_is_refused(void)
{
    struct tw_fault fault = {0};
    CHECK(publish(top, "apples", 11, STRANGER, &fault) == TW_NOTFOUND && strcmp(fault.path, "reviewer") == 0);
    CHECK(publish(top, "apples", 11, OLD, &fault) == TW_CONFLICT);
    CHECK(latest(NULL) == 10);
}

static void what_an_interrupted_call_left_is_taken_away(void)
{
    char path[96];
    CHECK(mkdir(in_top(".new", path), 0700) == 0);
    const int fd = open(in_top(".new/set.yaml", path), O_WRONLY | O_CREAT, 0600);
    CHECK(fd >= 0 && write(fd, "half", 4) == 4 && close(fd) == 0);
    CHECK(latest(NULL) == 10);
    CHECK(publish(top, "apples", 11, LEE, NULL) == TW_OK && latest(NULL) == 11);
    CHECK(access(in_top(".new", path), F_OK) != 0);
}

static void other_names_are_no_versions(void)
{
    static const char *const name[] = {"012", "0", "12.bak", "-12", "99999999999999999999", "twelve"};
    char path[96];
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) CHECK(mkdir(in_top(name[i], path), 0700) == 0);
    CHECK(latest(NULL) == 11);
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) CHECK(rmdir(in_top(name[i], path)) == 0);
}

static void two_do_not_publish_at_once(void)
{
    struct tw_fault fault = {0};
    const int fd = open(top, O_RDONLY | O_DIRECTORY);
    CHECK(fd >= 0 && flock(fd, LOCK_EX) == 0);
    CHECK(publish(top, "apples", 12, LEE, &fault) == TW_CONFLICT &&
          strstr(fault.note, "somebody else") != NULL);
    close(fd);
    CHECK(latest(NULL) == 11);
}

static void change(const char *name, int flip)
{
    char path[96];
    TW_SCOPED_BUF text = {0};
    TW_SCOPED(tw_file_out) *f = NULL;
    CHECK(tw_file_in_all(in_top(name, path), 1 << 20, &text, NULL) == TW_OK);
    text.p[text.n / 2] = (char)(text.p[text.n / 2] ^ flip);
    CHECK(tw_file_out_open(path, NULL, &f, NULL) == TW_OK);
    CHECK(tw_file_out_write(f, text.p, text.n, NULL) == TW_OK && tw_file_out_commit(f, NULL) == TW_OK);
}

static void move(const char *from, const char *to)
{
    char a[96], b[96];
    CHECK(rename(in_top(from, a), in_top(to, b)) == 0);
}

/* It fails closed: an older set does not decide in its stead. */
static void what_was_changed_afterwards_decides_nothing(void)
{
    static const char *const name[] = {"11/set.yaml", "11/set.yaml.author.sig", "11/set.yaml.reviewer.sig"};
    for (size_t i = 0; i < 3; i++) {
        struct tw_fault fault = {0};
        change(name[i], 1);
        CHECK(latest(&fault) == -1 && fault.code != TW_OK && strncmp(fault.path, "11/set.yaml", 11) == 0);
        change(name[i], 1);
        CHECK(latest(NULL) == 11);
        move(name[i], "aside");
        CHECK(latest(&fault) == -1 && fault.code == TW_NOTFOUND);
        move("aside", name[i]);
    }
    struct tw_fault fault = {0};
    move("1", "12"); /* an old version as a new one */
    CHECK(latest(&fault) == -1 &&
          strstr(fault.note, "version 1 of the set in the directory of version 12") != NULL);
    move("12", "1");
}

static void a_broken_set_is_followed_by_a_good_one(void)
{
    change("11/set.yaml", 0x80);
    CHECK(latest(NULL) == -1);
    CHECK(publish(top, "apples", 12, LEE, NULL) == TW_OK && latest(NULL) == 12);
}

static void a_signer_who_is_no_longer_named_signs_for_nothing(void)
{
    struct tw_signers *all = signers;
    struct tw_fault fault = {0};
    TW_SCOPED_BUF yaml = {0};
    tw_buf_text(&yaml, "signers:\n");
    put_signer(&yaml, KIM, "kim", "author", "");
    CHECK(tw_signers_parse(tw_buf_view(&yaml), &signers, NULL) == TW_OK);
    CHECK(latest(&fault) == -1 && strcmp(fault.path, "12/set.yaml: reviewer") == 0);
    tw_signers_free(signers);
    signers = all;
}

static void places_that_are_none_are_told(void)
{
    struct tw_fault fault = {0};
    CHECK(publish("/nowhere/at/all", "apples", 1, LEE, &fault) == TW_NOTFOUND);
    CHECK(publish("/dev/null", "apples", 1, LEE, &fault) == TW_ARG);
    CHECK(publish("/dev/null/x", "apples", 1, LEE, &fault) == TW_ARG);
    CHECK(publish("/proc", "apples", 1, LEE, &fault) != TW_OK);
    char long_path[TW_SIGNING_PATH_MAX];
    memset(long_path, 'x', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = 0;
    CHECK(publish(long_path, "apples", 1, LEE, &fault) == TW_ARG);
}

int main(void)
{
    char command[96];
    CHECK(mkdtemp(home) != NULL);
    snprintf(top, sizeof top, "%s/sets", home);
    signers = people();
    RUN(versions_follow_each_other_and_the_highest_decides);
    RUN(an_older_version_or_another_set_is_refused);
    RUN(what_two_people_have_not_signed_is_refused);
    RUN(what_an_interrupted_call_left_is_taken_away);
    RUN(other_names_are_no_versions);
    RUN(two_do_not_publish_at_once);
    RUN(what_was_changed_afterwards_decides_nothing);
    RUN(a_broken_set_is_followed_by_a_good_one);
    RUN(a_signer_who_is_no_longer_named_signs_for_nothing);
    RUN(places_that_are_none_are_told);
    tw_signers_free(signers);
    snprintf(command, sizeof command, "rm -r %s", home);
    CHECK(system(command) == 0);
    return DONE();
}
