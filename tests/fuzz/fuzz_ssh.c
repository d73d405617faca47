/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and signatures in OpenSSH's formats: first byte
 *   k  a public key      p  a private key      g  a signature
 *   P  the bytes that the text of a private key says      G  the same of a signature
 *
 * What is taken is written and read again, and is the same. */
#include "fuzz.h"

#include "audit/ssh.h"
#include "base/base64.h"

static void public_key(struct tw_str text)
{
    uint8_t key[TW_ED25519_KEY], again[TW_ED25519_KEY];
    struct tw_fault fault = {.code = TW_OK};
    TW_SCOPED_BUF line = {0};
    const tw_err err = tw_ssh_key_read(text, key, &fault);
    if (err != TW_OK) {
        fuzz_fault(err, &fault);
        return;
    }
    tw_ssh_key_put(key, TW_STR(""), &line);
    CHECK(tw_ssh_key_read(tw_buf_view(&line), again, NULL) == TW_OK && memcmp(key, again, sizeof key) == 0);
}

static void private_key(struct tw_str text)
{
    struct tw_ssh_private key, again;
    struct tw_fault fault = {.code = TW_OK};
    struct tw_ssh_signature s;
    TW_SCOPED_BUF out = {0};
    const tw_err err = tw_ssh_private_read(text, &key, &fault);
    if (err != TW_OK) {
        fuzz_fault(err, &fault);
        return;
    }
    tw_ssh_private_put(&key, 7, TW_STR("x"), &out);
    CHECK(tw_ssh_private_read(tw_buf_view(&out), &again, NULL) == TW_OK);
    CHECK(memcmp(&key, &again, sizeof key) == 0);
    tw_buf_clear(&out);
    tw_ssh_sign(&key, "fuzz", text, &out);
    CHECK(tw_ssh_signature_read(tw_buf_view(&out), &s, NULL) == TW_OK);
    CHECK(tw_ssh_signature_holds(&s, "fuzz", text));
}

static void signature(struct tw_str text)
{
    struct tw_ssh_signature s;
    struct tw_fault fault = {.code = TW_OK};
    const tw_err err = tw_ssh_signature_read(text, &s, &fault);
    if (err != TW_OK) {
        fuzz_fault(err, &fault);
        return;
    }
    CHECK(s.purpose[0] != 0 && strlen(s.purpose) <= TW_SSH_PURPOSE_MAX);
    CHECK(!tw_ssh_signature_holds(&s, "what nobody signs for", text));
    (void)tw_ssh_signature_holds(&s, s.purpose, text);
}

/* `bytes` as the text between a first and a last line. */
static void armoured(const char *what, struct tw_str bytes, void (*read)(struct tw_str text))
{
    TW_SCOPED_BUF text = {0};
    tw_buf_printf(&text, "-----BEGIN %s-----\n", what);
    tw_buf_base64(&text, bytes.s, bytes.n);
    tw_buf_printf(&text, "\n-----END %s-----\n", what);
    read(tw_buf_view(&text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input in;
    if (!fuzz_split(data, n, &in)) return 0;
    switch (in.kind) {
    case 'k':
        public_key(in.text);
        break;
    case 'p':
        private_key(in.text);
        break;
    case 'g':
        signature(in.text);
        break;
    case 'P':
        armoured("OPENSSH PRIVATE KEY", in.text, private_key);
        break;
    case 'G':
        armoured("SSH SIGNATURE", in.text, signature);
        break;
    default:
        break;
    }
    return 0;
}
