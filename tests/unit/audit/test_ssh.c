/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/ssh.h"

#include "base/base64.h"
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

/* -- made by hand, part by part */

static void put_u32(struct tw_buf *b, size_t v)
{
    for (int shift = 24; shift >= 0; shift -= 8) tw_buf_char(b, (char)(v >> shift & 0xff));
}

static void put_part(struct tw_buf *b, const void *p, size_t n)
{
    put_u32(b, n);
    tw_buf_put(b, p, n);
}

static void put_word(struct tw_buf *b, const char *word)
{
    put_part(b, word, strlen(word));
}

/* A key with its type, then `tail`. */
static void put_key(struct tw_buf *b, const char *type, const void *key, size_t n, const char *tail)
{
    TW_SCOPED_BUF blob = {0};
    put_word(&blob, type);
    put_part(&blob, key, n);
    tw_buf_text(&blob, tail);
    put_part(b, blob.p, blob.n);
}

static struct tw_buf armoured(const char *what, const struct tw_buf *bytes)
{
    struct tw_buf text = {0};
    tw_buf_printf(&text, "-----BEGIN %s-----\n", what);
    tw_buf_base64(&text, bytes->p, bytes->n);
    tw_buf_printf(&text, "\n-----END %s-----\n", what);
    return text;
}

/* What a private key says; the defaults are a good one. */
struct made_key {
    const char *cipher, *kdf, *options, *type, *inner, *tail, *end;
    size_t keys, public, same, both, fill, short_by;
    int check;
    uint8_t seed, half, first;
};
#define GOOD_KEY                                                                                             \
    .cipher = "none", .kdf = "none", .options = "", .type = "ssh-ed25519", .inner = "ssh-ed25519",           \
    .tail = "", .end = "", .keys = 1, .public = 32, .same = 32, .both = 64, .fill = 1, .first = 1

static struct tw_buf key_text(struct made_key m, size_t cut)
{
    TW_SCOPED_BUF all = {0}, secret = {0};
    const struct tw_ssh_private k = private_of(PLAIN);
    uint8_t same[32], both[64];
    memcpy(same, k.key, 32);
    memcpy(both, k.seed, 32);
    memcpy(both + 32, k.key, 32);
    same[0] ^= m.first - 1;
    both[0] ^= m.seed;
    both[63] ^= m.half;
    put_u32(&secret, 7);
    put_u32(&secret, (size_t)(7 + m.check));
    put_word(&secret, m.inner);
    put_part(&secret, same, m.same);
    put_part(&secret, both, m.both);
    put_word(&secret, "comment.."); /* so long that there is one byte to fill */
    for (size_t i = 1; i <= m.fill; i++) tw_buf_char(&secret, (char)i);
    secret.n -= m.short_by < secret.n ? m.short_by : secret.n;
    tw_buf_put(&all, "openssh-key-v1", 15);
    put_word(&all, m.cipher);
    put_word(&all, m.kdf);
    put_word(&all, m.options);
    put_u32(&all, m.keys);
    put_key(&all, m.type, k.key, m.public, m.tail);
    put_part(&all, secret.p, secret.n);
    tw_buf_text(&all, m.end);
    all.n -= cut < all.n ? cut : all.n;
    return armoured("OPENSSH PRIVATE KEY", &all);
}

static tw_err read_made_key(struct made_key m, size_t cut)
{
    struct tw_ssh_private k;
    struct tw_buf text = key_text(m, cut);
    const tw_err err = tw_ssh_private_read(tw_buf_view(&text), &k, NULL);
    tw_buf_free(&text);
    return err;
}

static void every_part_of_a_private_key_is_looked_at(void)
{
    CHECK(read_made_key((struct made_key){GOOD_KEY}, 0) == TW_OK);
    for (size_t cut = 1; cut < 290; cut++)
        CHECK(read_made_key((struct made_key){GOOD_KEY}, cut) == TW_FORMAT);
#define BAD(...) CHECK(read_made_key((struct made_key){GOOD_KEY, __VA_ARGS__}, 0) == TW_FORMAT)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
    BAD(.cipher = "aes256-ctr");
    BAD(.kdf = "bcrypt");
    BAD(.options = "x");
    BAD(.type = "ssh-dss");
    BAD(.inner = "ssh-dss");
    BAD(.tail = "x");
    BAD(.end = "x");
    BAD(.keys = 2);
    BAD(.public = 31);
    BAD(.same = 31);
    BAD(.both = 63);
    BAD(.fill = 9); /* a whole block more than there is to fill */
    BAD(.check = 1);
    BAD(.seed = 1);
    BAD(.half = 1);
    BAD(.first = 2);
    for (size_t n = 2; n < 180; n++) BAD(.short_by = n); /* the byte that fills it may be missing */
#pragma GCC diagnostic pop
#undef BAD
}

/* The same of a signature. */
struct made_signature {
    const char *magic, *type, *reserved, *hash, *by, *tail, *end;
    size_t version, purpose_n, bytes;
    char purpose[80];
};
#define GOOD_SIGNATURE                                                                                       \
    .magic = "SSHSIG", .type = "ssh-ed25519", .reserved = "", .hash = "sha512", .by = "ssh-ed25519",         \
    .tail = "", .end = "", .version = 1, .purpose_n = 4, .bytes = 64, .purpose = "test"

static tw_err read_made_signature(struct made_signature m, size_t cut)
{
    TW_SCOPED_BUF all = {0};
    struct tw_ssh_signature s;
    const uint8_t zero[64] = {0};
    tw_buf_text(&all, m.magic);
    put_u32(&all, m.version);
    put_key(&all, m.type, zero, 32, "");
    put_part(&all, m.purpose, m.purpose_n);
    put_word(&all, m.reserved);
    put_word(&all, m.hash);
    put_key(&all, m.by, zero, m.bytes, m.tail);
    tw_buf_text(&all, m.end);
    all.n -= cut < all.n ? cut : all.n;
    struct tw_buf text = armoured("SSH SIGNATURE", &all);
    const tw_err err = tw_ssh_signature_read(tw_buf_view(&text), &s, NULL);
    tw_buf_free(&text);
    return err;
}

static void every_part_of_a_signature_is_looked_at(void)
{
    CHECK(read_made_signature((struct made_signature){GOOD_SIGNATURE}, 0) == TW_OK);
    for (size_t cut = 1; cut < 180; cut++)
        CHECK(read_made_signature((struct made_signature){GOOD_SIGNATURE}, cut) == TW_FORMAT);
#define BAD(...)                                                                                             \
    CHECK(read_made_signature((struct made_signature){GOOD_SIGNATURE, __VA_ARGS__}, 0) == TW_FORMAT)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
    BAD(.magic = "SSHSIX");
    BAD(.version = 2);
    BAD(.type = "ssh-dss");
    BAD(.reserved = "x");
    BAD(.hash = "md5");
    BAD(.by = "ssh-dss");
    BAD(.bytes = 63);
    BAD(.tail = "x");
    BAD(.end = "x");
    BAD(.purpose_n = 0);
    BAD(.purpose_n = 65);
    BAD(.purpose_n = 5); /* with a NUL in it */
#pragma GCC diagnostic pop
#undef BAD
}

static tw_err read_made_line(const char *type, size_t n, const char *tail)
{
    TW_SCOPED_BUF blob = {0}, line = {0};
    const uint8_t zero[40] = {0};
    uint8_t key[TW_ED25519_KEY];
    put_key(&blob, type, zero, n, tail);
    tw_buf_text(&line, "ssh-ed25519 ");
    tw_buf_base64(&line, blob.p + 4, blob.n - 4);
    return tw_ssh_key_read(tw_buf_view(&line), key, NULL);
}

static void every_part_of_a_public_key_is_looked_at(void)
{
    uint8_t key[TW_ED25519_KEY];
    CHECK(read_made_line("ssh-ed25519", 32, "") == TW_OK);
    CHECK(read_made_line("ssh-dss", 32, "") == TW_FORMAT);
    CHECK(read_made_line("ssh-ed25519", 31, "") == TW_FORMAT);
    CHECK(read_made_line("ssh-ed25519", 32, "x") == TW_FORMAT);
    CHECK(tw_ssh_key_read(TW_STR("ssh-ed25519 AAA"), key, NULL) == TW_FORMAT);
    CHECK(tw_ssh_key_read(TW_STR("ssh-ed25519 AAAA"), key, NULL) == TW_FORMAT);
}

static void what_is_too_long_to_be_written_fails(void)
{
    const struct tw_ssh_private k = private_of(PLAIN);
    char purpose[700];
    TW_SCOPED_BUF out = {0};
    memset(purpose, 'p', sizeof purpose);
    tw_ssh_private_put(&k, 0, (struct tw_str){purpose, TW_SSH_COMMENT_MAX + 1}, &out);
    CHECK(out.failed);
    tw_buf_clear(&out);
    purpose[sizeof purpose - 1] = 0;
    tw_ssh_sign(&k, purpose, TW_STR("x"), &out);
    CHECK(out.failed);
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
    RUN(every_part_of_a_private_key_is_looked_at);
    RUN(every_part_of_a_signature_is_looked_at);
    RUN(every_part_of_a_public_key_is_looked_at);
    RUN(what_is_too_long_to_be_written_fails);
    RUN(without_memory_nothing_is_half_done);
    return DONE();
}
