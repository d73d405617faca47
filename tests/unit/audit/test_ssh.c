/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/ssh.h"

#include "fault.h"
#include "keys.h"

static struct tw_ssh_private private_of(const char *text)
{
    struct tw_ssh_private k = {{0}, {0}};
    struct tw_fault fault = {0};
    const tw_err err = tw_ssh_private_read(tw_str_from(text), &k, &fault);
    if (err != TW_OK) printf("# %s\n", fault.note);
    CHECK(err == TW_OK);
    return k;
}

static void the_keys_of_openssh_are_read(void)
{
    uint8_t key[TW_ED25519_KEY];
    TW_SCOPED_BUF print = {0};
    const struct tw_ssh_private k = private_of(PLAIN);
    CHECK(tw_ssh_key_read(tw_str_from(PLAIN_PUB), key, NULL) == TW_OK);
    CHECK(memcmp(key, k.key, sizeof key) == 0);
    tw_ed25519_key(k.seed, key);
    CHECK(memcmp(key, k.key, sizeof key) == 0);
    tw_ssh_fingerprint(key, &print);
    CHECK(tw_str_is(tw_buf_view(&print), PLAIN_PRINT));
}

static void a_public_key_is_written_as_openssh_writes_it(void)
{
    TW_SCOPED_BUF line = {0};
    tw_ssh_key_put(private_of(PLAIN).key, TW_STR("kim@customs"), &line);
    tw_buf_char(&line, '\n');
    CHECK(tw_str_is(tw_buf_view(&line), PLAIN_PUB));
    tw_buf_clear(&line);
    tw_ssh_key_put(private_of(PLAIN).key, TW_STR(""), &line);
    CHECK(line.n + sizeof " kim@customs" == strlen(PLAIN_PUB) && line.p[line.n - 1] != ' ');
}

/* Of all lengths of a comment, so of all lengths of filling. */
static void a_private_key_comes_back(void)
{
    const struct tw_ssh_private k = private_of(PLAIN);
    char comment[TW_SSH_COMMENT_MAX + 1];
    memset(comment, 'c', sizeof comment);
    for (size_t n = 0; n <= TW_SSH_COMMENT_MAX; n++) {
        TW_SCOPED_BUF text = {0};
        struct tw_ssh_private is;
        tw_ssh_private_put(&k, (uint32_t)n * 77, (struct tw_str){comment, n}, &text);
        CHECK(!text.failed && tw_ssh_private_read(tw_buf_view(&text), &is, NULL) == TW_OK);
        CHECK(memcmp(&is, &k, sizeof k) == 0);
    }
}

static void refuses_key(const char *text, const char *words)
{
    struct tw_ssh_private k;
    struct tw_fault fault = {0};
    CHECK(tw_ssh_private_read(tw_str_from(text), &k, &fault) == TW_FORMAT &&
          strstr(fault.note, words) != NULL);
}

static void other_keys_are_refused_with_what_to_do(void)
{
    uint8_t key[TW_ED25519_KEY];
    struct tw_fault fault = {0};
    refuses_key(LOCKED, "passphrase; sign with ssh-keygen");
    refuses_key(ECDSA, "another kind of key");
    refuses_key(PLAIN_PUB, "no private key");
    refuses_key("", "no private key");
    refuses_key("-----BEGIN OPENSSH PRIVATE KEY-----\n", "no private key");
    CHECK(tw_ssh_key_read(tw_str_from(ECDSA_PUB), key, &fault) == TW_FORMAT);
    CHECK(strstr(fault.note, "ssh-keygen -t ed25519") != NULL);
    CHECK(tw_ssh_key_read(tw_str_from(PLAIN), key, &fault) == TW_FORMAT);
    CHECK(strstr(fault.note, "stays with its owner") != NULL);
    CHECK(tw_ssh_key_read((struct tw_str){PLAIN_PUB, 40}, key, &fault) == TW_FORMAT);
    CHECK(strstr(fault.note, "cut off") != NULL);
}

/* A key whose public half is not its own would give away the private one by its signatures. */
static void no_byte_of_a_private_key_can_be_changed(void)
{
    char text[sizeof PLAIN];
    struct tw_ssh_private k;
    memcpy(text, PLAIN, sizeof text);
    size_t refused = 0;
    for (size_t i = 0; i + 1 < sizeof text; i++) {
        text[i] ^= 2;
        refused += tw_ssh_private_read((struct tw_str){text, sizeof text - 1}, &k, NULL) == TW_FORMAT;
        if (tw_ssh_private_read((struct tw_str){text, sizeof text - 1}, &k, NULL) ==
            TW_OK) { /* the comment */
            const struct tw_ssh_private was = private_of(PLAIN);
            CHECK(memcmp(&k, &was, sizeof k) == 0);
        }
        text[i] ^= 2;
    }
    CHECK(refused >= sizeof text - 1 - 16); /* the comment has 11 bytes */
    for (size_t n = 0; n + 2 < sizeof text; n++)
        CHECK(tw_ssh_private_read((struct tw_str){text, n}, &k, NULL) == TW_FORMAT);
}

static void the_signatures_of_openssh_hold(void)
{
    struct tw_ssh_signature s;
    const struct tw_str message = TW_STR(MESSAGE);
    CHECK(tw_ssh_signature_read(tw_str_from(SIG_SHA512), &s, NULL) == TW_OK && !s.sha256);
    CHECK(strcmp(s.purpose, PURPOSE) == 0 && tw_ssh_signature_holds(&s, PURPOSE, message));
    CHECK(!tw_ssh_signature_holds(&s, "tidewaiter-other", message));
    CHECK(!tw_ssh_signature_holds(&s, PURPOSE, TW_STR("name: pears\n")));
    CHECK(tw_ssh_signature_read(tw_str_from(SIG_SHA256), &s, NULL) == TW_OK && s.sha256);
    CHECK(tw_ssh_signature_holds(&s, PURPOSE, message));
}

static void a_signature_is_the_one_that_openssh_makes(void)
{
    TW_SCOPED_BUF text = {0};
    const struct tw_ssh_private k = private_of(PLAIN);
    tw_ssh_sign(&k, PURPOSE, TW_STR(MESSAGE), &text);
    CHECK(tw_str_is(tw_buf_view(&text), SIG_SHA512));
}

static void line_ends_of_windows_are_read(void)
{
    TW_SCOPED_BUF text = {0};
    struct tw_ssh_signature s;
    for (const char *p = SIG_SHA512; *p != 0; p++)
        tw_buf_put(&text, *p == '\n' ? "\r\n" : p, *p == '\n' ? 2 : 1);
    CHECK(tw_ssh_signature_read(tw_buf_view(&text), &s, NULL) == TW_OK);
    CHECK(tw_ssh_signature_holds(&s, PURPOSE, TW_STR(MESSAGE)));
}

static void no_bit_of_a_signature_can_be_changed(void)
{
    char text[sizeof SIG_SHA512];
    memcpy(text, SIG_SHA512, sizeof text);
    for (size_t bit = 0; bit < 8 * (sizeof text - 2); bit++) {
        struct tw_ssh_signature s;
        text[bit / 8] ^= (char)(1u << bit % 8);
        if (tw_ssh_signature_read((struct tw_str){text, sizeof text - 1}, &s, NULL) == TW_OK)
            CHECK(!tw_ssh_signature_holds(&s, PURPOSE, TW_STR(MESSAGE)));
        text[bit / 8] ^= (char)(1u << bit % 8);
    }
    for (size_t n = 0; n + 2 < sizeof text; n++) {
        struct tw_ssh_signature s;
        CHECK(tw_ssh_signature_read((struct tw_str){text, n}, &s, NULL) == TW_FORMAT);
    }
}

static void other_signatures_are_refused(void)
{
    struct tw_ssh_signature s;
    struct tw_fault fault = {0};
    TW_SCOPED_BUF twice = {0};
    CHECK(tw_ssh_signature_read(tw_str_from(SIG_ECDSA), &s, &fault) == TW_FORMAT);
    CHECK(strstr(fault.note, "another kind of key") != NULL);
    CHECK(tw_ssh_signature_read(tw_str_from(PLAIN), &s, &fault) == TW_FORMAT);
    CHECK(strstr(fault.note, "no signature") != NULL);
    tw_buf_text(&twice, SIG_SHA512);
    tw_buf_text(&twice, SIG_SHA256);
    CHECK(tw_ssh_signature_read(tw_buf_view(&twice), &s, NULL) == TW_FORMAT);
}

static tw_err all_of_it(void)
{
    struct tw_ssh_private k;
    struct tw_ssh_signature s;
    uint8_t key[TW_ED25519_KEY];
    TW_SCOPED_BUF text = {0};
    TW_TRY(tw_ssh_key_read(tw_str_from(PLAIN_PUB), key, NULL));
    TW_TRY(tw_ssh_private_read(tw_str_from(PLAIN), &k, NULL));
    tw_ssh_sign(&k, PURPOSE, TW_STR(MESSAGE), &text);
    if (text.failed) return TW_NOMEM;
    TW_TRY(tw_ssh_signature_read(tw_buf_view(&text), &s, NULL));
    CHECK(tw_ssh_signature_holds(&s, PURPOSE, TW_STR(MESSAGE)));
    tw_buf_clear(&text);
    tw_ssh_private_put(&k, 1, TW_STR("c"), &text);
    return text.failed ? TW_NOMEM : TW_OK;
}

static void without_memory_nothing_is_half_done(void)
{
    CHECK(fault_each_allocation(all_of_it) > 5);
}

int main(void)
{
    RUN(the_keys_of_openssh_are_read);
    RUN(a_public_key_is_written_as_openssh_writes_it);
    RUN(a_private_key_comes_back);
    RUN(other_keys_are_refused_with_what_to_do);
    RUN(no_byte_of_a_private_key_can_be_changed);
    RUN(the_signatures_of_openssh_hold);
    RUN(a_signature_is_the_one_that_openssh_makes);
    RUN(line_ends_of_windows_are_read);
    RUN(no_bit_of_a_signature_can_be_changed);
    RUN(other_signatures_are_refused);
    RUN(without_memory_nothing_is_half_done);
    return DONE();
}
