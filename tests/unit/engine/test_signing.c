/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/signing.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../criteria/people.h"
#include "store/file.h"

static const struct tw_set_reading plain; /* all defaults */
static char top[] = "/tmp/tidewaiter-signing-XXXXXX";

static const char *in_top(const char *name, char ret[96])
{
    snprintf(ret, 96, "%s/%s", top, name);
    return ret;
}

static void put(const char *path, struct tw_str bytes)
{
    TW_SCOPED(tw_file_out) *f = NULL;
    CHECK(tw_file_out_open(path, NULL, &f, NULL) == TW_OK);
    CHECK(tw_file_out_write(f, bytes.s, bytes.n, NULL) == TW_OK && tw_file_out_commit(f, NULL) == TW_OK);
}

static void a_pair_of_keys_is_made_and_read(void)
{
    char path[96], public[96];
    uint8_t key[TW_ED25519_KEY], other[TW_ED25519_KEY];
    struct tw_ssh_private k;
    struct stat st;
    TW_SCOPED_BUF line = {0};
    CHECK(tw_signing_keygen(in_top("kim", path), TW_STR("kim"), key, NULL) == TW_OK);
    CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600);
    CHECK(tw_signing_key(path, &k, NULL) == TW_OK && memcmp(k.key, key, sizeof key) == 0);
    CHECK(tw_file_in_all(in_top("kim.pub", public), 4096, &line, NULL) == TW_OK);
    CHECK(tw_ssh_key_read(tw_buf_view(&line), other, NULL) == TW_OK && memcmp(key, other, sizeof key) == 0);
    CHECK(tw_signing_keygen(in_top("lee", path), TW_STR("lee"), other, NULL) == TW_OK);
    CHECK(memcmp(key, other, sizeof key) != 0);
}

static void a_key_is_never_replaced(void)
{
    char path[96];
    uint8_t key[TW_ED25519_KEY];
    CHECK(tw_signing_keygen(in_top("kim", path), TW_STR("kim"), key, NULL) == TW_CONFLICT);
    CHECK(unlink(in_top("kim.pub", path)) == 0);
    CHECK(tw_signing_keygen(in_top("kim", path), TW_STR("kim"), key, NULL) == TW_CONFLICT);
    CHECK(access(in_top("kim.pub", path), F_OK) != 0);
    CHECK(unlink(in_top("lee", path)) == 0);
    CHECK(tw_signing_keygen(path, TW_STR("lee"), key, NULL) == TW_CONFLICT && access(path, F_OK) != 0);
}

static void a_key_that_others_may_read_is_refused(void)
{
    char path[96];
    struct tw_ssh_private k;
    CHECK(chmod(in_top("kim", path), 0640) == 0);
    CHECK(tw_signing_key(path, &k, NULL) == TW_ARG);
    CHECK(chmod(path, 0600) == 0 && tw_signing_key(path, &k, NULL) == TW_OK);
}

static void a_set_is_read_with_the_signatures_beside_it(void)
{
    char path[96], other[96];
    struct tw_signed s;
    TW_SCOPED_BUF set = set_by("kim", "apples", 1);
    const struct tw_ssh_private kim = key_of(KIM), lee = key_of(LEE);
    put(in_top("set.yaml", path), tw_buf_view(&set));
    CHECK(tw_signed_read(path, &plain, &s, NULL) == TW_OK && s.signature[0].n == 0 && s.signature[1].n == 0);
    CHECK(tw_signing_sign(path, &s, TW_SIGNER_AUTHOR, &kim, NULL) == TW_OK);
    CHECK(tw_signing_sign(path, &s, TW_SIGNER_REVIEWER, &kim, NULL) == TW_OK);
    CHECK(tw_signing_sign(path, &s, TW_SIGNER_REVIEWER, &lee, NULL) == TW_OK); /* in its stead */
    tw_signed_clear(&s);
    CHECK(access(in_top("set.yaml.reviewer.sig", other), R_OK) == 0);
    CHECK(tw_signed_read(path, &plain, &s, NULL) == TW_OK);
    const struct tw_signed_case c = tw_signed_case_of(&s, TW_NO_DAY);
    struct tw_signers *p = people();
    const struct tw_signer *by[TW_SIGNER_ROLES];
    CHECK(tw_signers_admit(p, &c, by, NULL) == TW_OK);
    tw_signers_free(p);
    tw_signed_clear(&s);
}

static void what_is_broken_is_not_read(void)
{
    char path[96], other[96];
    struct tw_signed s;
    struct tw_fault fault = {0};
    TW_SCOPED_BUF large = {0};
    for (int i = 0; i <= TW_SIGNATURE_BYTES_MAX; i++) tw_buf_char(&large, 'x');
    put(in_top("set.yaml.author.sig", other), tw_buf_view(&large));
    CHECK(tw_signed_read(in_top("set.yaml", path), &plain, &s, &fault) == TW_LIMIT);
    CHECK(strcmp(fault.path, "author") == 0 && s.set == NULL && s.set_bytes.p == NULL);
    put(in_top("broken.yaml", path), TW_STR("name: x\n"));
    CHECK(tw_signed_read(path, &plain, &s, &fault) == TW_FORMAT && fault.line == 1);
    CHECK(tw_signed_read("/nowhere/set.yaml", &plain, &s, &fault) == TW_NOTFOUND);
}

static void clean_up(void)
{
    static const char *const name[] = {
        "kim",        "kim.pub", "lee", "lee.pub", "set.yaml", "set.yaml.author.sig", "set.yaml.reviewer.sig",
        "broken.yaml"};
    char path[96];
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) (void)unlink(in_top(name[i], path));
    CHECK(rmdir(top) == 0);
}

int main(void)
{
    CHECK(mkdtemp(top) != NULL);
    RUN(a_pair_of_keys_is_made_and_read);
    RUN(a_key_is_never_replaced);
    RUN(a_key_that_others_may_read_is_refused);
    RUN(a_set_is_read_with_the_signatures_beside_it);
    RUN(what_is_broken_is_not_read);
    clean_up();
    return DONE();
}
