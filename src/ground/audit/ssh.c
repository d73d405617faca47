/* SPDX-License-Identifier: Apache-2.0 */
/* All of it is one encoding: numbers of four bytes, most significant first; texts with their length before
 * them (RFC 4251, section 5). What is read must be just what would be written: nothing behind it, no reserved
 * field filled, one text of Base64 for the same bytes. */
#include "audit/ssh.h"

#include <string.h>

#include "base/base64.h"
#include "base/hash.h"

#define KEY_TYPE      "ssh-ed25519"
#define KEY_BEGIN     "-----BEGIN OPENSSH PRIVATE KEY-----"
#define KEY_END       "-----END OPENSSH PRIVATE KEY-----"
#define KEY_MAGIC     "openssh-key-v1" /* with its NUL */
#define SIGN_BEGIN    "-----BEGIN SSH SIGNATURE-----"
#define SIGN_END      "-----END SSH SIGNATURE-----"
#define SIGN_MAGIC    "SSHSIG" /* without a NUL */
#define SHA256_NAME   "sha256"
#define SHA512_NAME   "sha512"
#define ARMOUR_COLUMN 70 /* as ssh-keygen breaks lines; any is read */
#define CIPHER_BLOCK  8  /* of the cipher "none": what is private is filled up to it by 1, 2, 3 ... */

/* -- bytes */

static void put_u32(struct tw_buf *out, uint32_t v)
{
    const uint8_t p[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
    tw_buf_put(out, p, sizeof p);
}

static void put_text(struct tw_buf *out, const void *p, size_t n)
{
    put_u32(out, (uint32_t)n);
    tw_buf_put(out, p, n);
}

static void put_word(struct tw_buf *out, const char *z)
{
    put_text(out, z, strlen(z));
}

/* What has not been taken yet. */
struct left {
    const char *p;
    size_t n;
};

static bool take_u32(struct left *in, uint32_t *ret)
{
    if (in->n < 4) return false;
    *ret = 0;
    for (size_t i = 0; i < 4; i++) *ret = *ret << 8 | (unsigned char)in->p[i];
    in->p += 4;
    in->n -= 4;
    return true;
}

static bool take_text(struct left *in, struct tw_str *ret)
{
    uint32_t n;
    if (!take_u32(in, &n) || n > in->n) return false;
    *ret = (struct tw_str){in->p, n};
    in->p += n;
    in->n -= n;
    return true;
}

static bool take_word(struct left *in, const char *z)
{
    struct tw_str t;
    return take_text(in, &t) && tw_str_is(t, z);
}

static bool take_bytes(struct left *in, void *ret, size_t n)
{
    struct tw_str t;
    if (!take_text(in, &t) || t.n != n) return false;
    memcpy(ret, t.s, n);
    return true;
}

static bool take_plain(struct left *in, const char *z, size_t n)
{
    if (in->n < n || memcmp(in->p, z, n) != 0) return false;
    in->p += n;
    in->n -= n;
    return true;
}

/* -- armour */

static void put_armour(struct tw_buf *out, const char *begin, const struct tw_buf *bytes, const char *end)
{
    TW_SCOPED_BUF text = {0};
    tw_buf_base64(&text, bytes->p, bytes->n);
    if (text.failed || bytes->failed) out->failed = true;
    tw_buf_text(out, begin);
    tw_buf_char(out, '\n');
    for (size_t i = 0; i < text.n; i += ARMOUR_COLUMN) {
        tw_buf_put(out, text.p + i, text.n - i < ARMOUR_COLUMN ? text.n - i : ARMOUR_COLUMN);
        tw_buf_char(out, '\n');
    }
    tw_buf_text(out, end);
    tw_buf_char(out, '\n');
    tw_wipe(text.p, text.n);
}

static struct tw_str next_line(struct tw_str *rest)
{
    struct tw_str line = tw_str_cut(*rest, '\n', rest);
    if (line.n > 0 && line.s[line.n - 1] == '\r') line.n--;
    return line;
}

/* The bytes between the two lines, behind which there is nothing. */
static tw_err take_armour(struct tw_str text, const char *begin, const char *end, struct tw_buf *ret)
{
    TW_SCOPED_BUF body = {0};
    struct tw_str rest = text, line = next_line(&rest);
    if (!tw_str_is(line, begin)) return TW_FORMAT;
    while (rest.n > 0) {
        line = next_line(&rest);
        if (tw_str_is(line, end)) break;
        tw_buf_str(&body, line);
    }
    tw_err err = body.failed ? TW_NOMEM : TW_OK;
    if (err == TW_OK && (rest.n > 0 || !tw_str_is(line, end))) err = TW_FORMAT;
    if (err == TW_OK) err = tw_base64_read(tw_buf_view(&body), ret);
    tw_wipe(body.p, body.n);
    return err;
}

/* -- public keys */

static void put_key(struct tw_buf *out, const uint8_t key[TW_ED25519_KEY])
{
    char room[64];
    struct tw_buf blob = tw_buf_in(room, sizeof room);
    put_word(&blob, KEY_TYPE);
    put_text(&blob, key, TW_ED25519_KEY);
    put_text(out, blob.p, blob.n);
}

static bool take_key(struct left *in, uint8_t ret[TW_ED25519_KEY])
{
    struct tw_str blob;
    if (!take_text(in, &blob)) return false;
    struct left of = {blob.s, blob.n};
    return take_word(&of, KEY_TYPE) && take_bytes(&of, ret, TW_ED25519_KEY) && of.n == 0;
}

/* The key as it stands in lines and fingerprints, without its length. */
static struct tw_str blob_of(const uint8_t key[TW_ED25519_KEY], struct tw_buf *room)
{
    put_key(room, key);
    return tw_buf_from(room, 4);
}

tw_err tw_ssh_key_read(struct tw_str line, uint8_t ret[TW_ED25519_KEY], struct tw_fault *fault)
{
    TW_SCOPED_BUF bytes = {0};
    struct tw_str rest = tw_str_trim(line);
    const struct tw_str type = tw_str_cut(rest, ' ', &rest), key = tw_str_cut(tw_str_trim(rest), ' ', &rest);
    if (tw_str_starts(type, TW_STR("-----BEGIN")))
        return tw_fail(
            fault, TW_FORMAT,
            "this is a private key, which stays with its owner; the public one stands in NAME.pub");
    if (!tw_str_is(type, KEY_TYPE))
        return tw_fail(
            fault, TW_FORMAT,
            "a public key is a line \"ssh-ed25519 AAAA...\"; `ssh-keygen -t ed25519` and `tidewaiter "
            "criteria keygen` write such a line to NAME.pub");
    const tw_err err = tw_base64_read(key, &bytes);
    if (err == TW_NOMEM) return tw_fail(fault, TW_NOMEM, "out of memory");
    struct left in = {bytes.p, bytes.n};
    if (err != TW_OK || !take_word(&in, KEY_TYPE) || !take_bytes(&in, ret, TW_ED25519_KEY) || in.n != 0)
        return tw_fail(fault, TW_FORMAT, "the key is damaged or cut off; copy the whole line of NAME.pub");
    return TW_OK;
}

void tw_ssh_key_put(const uint8_t key[TW_ED25519_KEY], struct tw_str comment, struct tw_buf *out)
{
    char room[64];
    struct tw_buf blob = tw_buf_in(room, sizeof room);
    const struct tw_str bytes = blob_of(key, &blob);
    tw_buf_text(out, KEY_TYPE " ");
    tw_buf_base64(out, bytes.s, bytes.n);
    if (comment.n == 0) return;
    tw_buf_char(out, ' ');
    tw_buf_str(out, comment);
}

void tw_ssh_fingerprint(const uint8_t key[TW_ED25519_KEY], struct tw_buf *out)
{
    char room[64], text[64];
    uint8_t sum[TW_SHA256_BYTES];
    struct tw_buf blob = tw_buf_in(room, sizeof room), base64 = tw_buf_in(text, sizeof text);
    const struct tw_str bytes = blob_of(key, &blob);
    tw_sha256(bytes.s, bytes.n, sum);
    tw_buf_base64(&base64, sum, sizeof sum);
    tw_buf_text(out, "SHA256:");
    tw_buf_put(out, base64.p, base64.n - 1); /* the pad */
}

/* -- private keys */

/* The part that a passphrase would hide: key, comment, filling. */
static bool take_secret(struct tw_str secret, const uint8_t key[TW_ED25519_KEY],
                        uint8_t seed[TW_ED25519_SEED])
{
    struct left in = {secret.s, secret.n};
    uint32_t check, again;
    uint8_t same[TW_ED25519_KEY];
    struct tw_str both, comment;
    if (!take_u32(&in, &check) || !take_u32(&in, &again) || check != again) return false;
    if (!take_word(&in, KEY_TYPE) || !take_bytes(&in, same, sizeof same)) return false;
    if (memcmp(same, key, sizeof same) != 0) return false;
    if (!take_text(&in, &both) || both.n != TW_ED25519_SEED + TW_ED25519_KEY || !take_text(&in, &comment))
        return false;
    for (size_t i = 0; i < in.n; i++)
        if (in.p[i] != (char)(i + 1)) return false;
    memcpy(seed, both.s, TW_ED25519_SEED);
    tw_ed25519_key(seed, same);
    return in.n < CIPHER_BLOCK && memcmp(same, key, TW_ED25519_KEY) == 0 &&
           memcmp(both.s + TW_ED25519_SEED, key, TW_ED25519_KEY) == 0;
}

static tw_err no_private(struct tw_fault *fault)
{
    return tw_fail(
        fault, TW_FORMAT,
        "this is no private key in OpenSSH's format; `ssh-keygen -t ed25519` and `tidewaiter criteria "
        "keygen` make one");
}

static tw_err take_private(struct tw_str bytes, struct tw_ssh_private *ret, struct tw_fault *fault)
{
    struct left in = {bytes.s, bytes.n};
    struct tw_str cipher, kdf, options, secret;
    uint32_t keys;
    if (!take_plain(&in, KEY_MAGIC, sizeof KEY_MAGIC) || !take_text(&in, &cipher) || !take_text(&in, &kdf) ||
        !take_text(&in, &options) || !take_u32(&in, &keys) || keys != 1)
        return no_private(fault);
    if (!tw_str_is(cipher, "none"))
        return tw_fail(
            fault, TW_FORMAT,
            "this key has a passphrase; sign with ssh-keygen, which asks for it (docs/criteria.md)");
    if (!take_key(&in, ret->key))
        return tw_fail(fault, TW_FORMAT, "this is another kind of key; `ssh-keygen -t ed25519` makes one");
    if (!tw_str_is(kdf, "none") || options.n > 0 || !take_text(&in, &secret) || in.n != 0 ||
        !take_secret(secret, ret->key, ret->seed))
        return tw_fail(fault, TW_FORMAT, "the key is damaged or cut off; take the copy that was kept of it");
    return TW_OK;
}

tw_err tw_ssh_private_read(struct tw_str text, struct tw_ssh_private *ret, struct tw_fault *fault)
{
    TW_SCOPED_BUF bytes = {0};
    struct tw_ssh_private key;
    const tw_err bad = take_armour(text, KEY_BEGIN, KEY_END, &bytes);
    if (bad == TW_NOMEM) return tw_fail(fault, TW_NOMEM, "out of memory");
    const tw_err err = bad != TW_OK ? no_private(fault) : take_private(tw_buf_view(&bytes), &key, fault);
    if (err == TW_OK) *ret = key;
    tw_wipe(bytes.p, bytes.n);
    tw_wipe(&key, sizeof key);
    return err;
}

void tw_ssh_private_put(const struct tw_ssh_private *key, uint32_t check, struct tw_str comment,
                        struct tw_buf *out)
{
    char room[TW_SSH_COMMENT_MAX + 256], whole[TW_SSH_COMMENT_MAX + 512]; /* which is enough */
    struct tw_buf secret = tw_buf_in(room, sizeof room), all = tw_buf_in(whole, sizeof whole);
    if (comment.n > TW_SSH_COMMENT_MAX) {
        out->failed = true;
        return;
    }
    put_u32(&secret, check);
    put_u32(&secret, check);
    put_word(&secret, KEY_TYPE);
    put_text(&secret, key->key, sizeof key->key);
    put_u32(&secret, TW_ED25519_SEED + TW_ED25519_KEY);
    tw_buf_put(&secret, key->seed, sizeof key->seed);
    tw_buf_put(&secret, key->key, sizeof key->key);
    put_text(&secret, comment.s, comment.n);
    for (char fill = 1; secret.n % CIPHER_BLOCK != 0; fill++) tw_buf_char(&secret, fill);
    tw_buf_put(&all, KEY_MAGIC, sizeof KEY_MAGIC);
    put_word(&all, "none");
    put_word(&all, "none");
    put_word(&all, "");
    put_u32(&all, 1);
    put_key(&all, key->key);
    put_text(&all, secret.p, secret.n);
    put_armour(out, KEY_BEGIN, &all, KEY_END);
    tw_wipe(room, sizeof room);
    tw_wipe(whole, sizeof whole);
}

/* -- signatures */

/* What is signed: never the message itself, but what no other protocol takes for its own. */
static void put_signed(struct tw_buf *out, const char *purpose, bool sha256, struct tw_str message)
{
    uint8_t sum[TW_SHA512_BYTES];
    if (sha256)
        tw_sha256(message.s, message.n, sum);
    else
        tw_sha512(message.s, message.n, sum);
    tw_buf_text(out, SIGN_MAGIC);
    put_word(out, purpose);
    put_word(out, ""); /* reserved */
    put_word(out, sha256 ? SHA256_NAME : SHA512_NAME);
    put_text(out, sum, sha256 ? TW_SHA256_BYTES : TW_SHA512_BYTES);
}

enum {
    SIGNED_MAX = 512
}; /* bytes; what is signed is shorter than the signature, so it fits where that does */

void tw_ssh_sign(const struct tw_ssh_private *key, const char *purpose, struct tw_str message,
                 struct tw_buf *out)
{
    char room[SIGNED_MAX], whole[SIGNED_MAX], part[TW_ED25519_SIGNATURE + 32];
    struct tw_buf what = tw_buf_in(room, sizeof room), all = tw_buf_in(whole, sizeof whole),
                  by = tw_buf_in(part, sizeof part);
    uint8_t signature[TW_ED25519_SIGNATURE];
    put_signed(&what, purpose, false, message);
    tw_ed25519_sign(key->seed, what.p, what.n, signature);
    put_word(&by, KEY_TYPE);
    put_text(&by, signature, sizeof signature);
    tw_buf_text(&all, SIGN_MAGIC);
    put_u32(&all, 1); /* version */
    put_key(&all, key->key);
    put_word(&all, purpose);
    put_word(&all, ""); /* reserved */
    put_word(&all, SHA512_NAME);
    put_text(&all, by.p, by.n);
    put_armour(out, SIGN_BEGIN, &all, SIGN_END);
}

static bool take_purpose(struct left *in, char ret[TW_SSH_PURPOSE_MAX + 1])
{
    struct tw_str t;
    if (!take_text(in, &t) || t.n == 0 || t.n > TW_SSH_PURPOSE_MAX || memchr(t.s, 0, t.n) != NULL)
        return false;
    memcpy(ret, t.s, t.n);
    ret[t.n] = 0;
    return true;
}

static bool take_hash(struct left *in, bool *ret_sha256)
{
    struct tw_str t;
    if (!take_text(in, &t)) return false;
    *ret_sha256 = tw_str_is(t, SHA256_NAME);
    return *ret_sha256 || tw_str_is(t, SHA512_NAME);
}

static bool take_signature(struct left *in, struct tw_ssh_signature *ret)
{
    struct tw_str by;
    if (!take_purpose(in, ret->purpose) || !take_word(in, "") || !take_hash(in, &ret->sha256)) return false;
    if (!take_text(in, &by) || in->n != 0) return false;
    struct left of = {by.s, by.n};
    return take_word(&of, KEY_TYPE) && take_bytes(&of, ret->bytes, sizeof ret->bytes) && of.n == 0;
}

tw_err tw_ssh_signature_read(struct tw_str text, struct tw_ssh_signature *ret, struct tw_fault *fault)
{
    TW_SCOPED_BUF bytes = {0};
    struct tw_ssh_signature s;
    uint32_t version;
    const tw_err err = take_armour(text, SIGN_BEGIN, SIGN_END, &bytes);
    if (err == TW_NOMEM) return tw_fail(fault, TW_NOMEM, "out of memory");
    struct left in = {bytes.p, bytes.n};
    if (err != TW_OK || !take_plain(&in, SIGN_MAGIC, strlen(SIGN_MAGIC)) || !take_u32(&in, &version) ||
        version != 1)
        return tw_fail(
            fault, TW_FORMAT,
            "this is no signature, or a damaged one; `tidewaiter criteria sign` and `ssh-keygen -Y "
            "sign` write one");
    if (!take_key(&in, s.key))
        return tw_fail(fault, TW_FORMAT,
                       "it is by another kind of key than ssh-ed25519; sign with such a key");
    if (!take_signature(&in, &s))
        return tw_fail(fault, TW_FORMAT,
                       "the signature is damaged or says what is not understood; sign again");
    *ret = s;
    return TW_OK;
}

bool tw_ssh_signature_holds(const struct tw_ssh_signature *s, const char *purpose, struct tw_str message)
{
    char room[SIGNED_MAX];
    struct tw_buf what = tw_buf_in(room, sizeof room);
    if (strcmp(s->purpose, purpose) != 0) return false;
    put_signed(&what, purpose, s->sha256, message);
    return tw_ed25519_holds(s->key, what.p, what.n, s->bytes);
}
