/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/signing.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "engine/run.h"
#include "store/file.h"
#include "store/secret.h"

static tw_err write_file(const char *path, struct tw_str bytes, struct tw_fault *fault)
{
    TW_SCOPED(tw_file_out) *file = NULL;
    TW_TRY(tw_file_out_open(path, NULL, &file, fault));
    TW_TRY(tw_file_out_write(file, bytes.s, bytes.n, fault));
    return tw_file_out_commit(file, fault);
}

static tw_err path_of(const char *of, const char *end, char ret[TW_SIGNING_PATH_MAX], struct tw_fault *fault)
{
    if (snprintf(ret, TW_SIGNING_PATH_MAX, "%s%s", of, end) < TW_SIGNING_PATH_MAX) return TW_OK;
    return tw_fail(fault, TW_ARG, "the path is too long; %d bytes are allowed", TW_SIGNING_PATH_MAX - 32);
}

tw_err tw_signing_path(const char *set, enum tw_signer_role role, char ret[TW_SIGNING_PATH_MAX],
                       struct tw_fault *fault)
{
    char end[32];
    snprintf(end, sizeof end, ".%s.sig", tw_signer_role_name(role));
    return path_of(set, end, ret, fault);
}

/* -- keys */

static tw_err draw(struct tw_ssh_private *ret, uint32_t *check, struct tw_fault *fault)
{
    if (getrandom(ret->seed, sizeof ret->seed, 0) != (ssize_t)sizeof ret->seed ||
        getrandom(check, sizeof *check, 0) != (ssize_t)sizeof *check)
        return tw_fail(fault, TW_UNAVAILABLE, "the system gives no random bytes for a key");
    tw_ed25519_key(ret->seed, ret->key);
    return TW_OK;
}

static tw_err write_private(const char *path, const struct tw_ssh_private *key, uint32_t check,
                            struct tw_str owner, struct tw_fault *fault)
{
    char room[TW_PRIVATE_KEY_BYTES_MAX];
    struct tw_buf text = tw_buf_in(room, sizeof room);
    tw_ssh_private_put(key, check, owner, &text);
    const tw_err err = text.failed ? tw_fail(fault, TW_NOMEM, "out of memory")
                                   : tw_secret_write(path, tw_buf_view(&text), fault);
    tw_wipe(room, sizeof room);
    return err;
}

tw_err tw_signing_keygen(const char *path, struct tw_str owner, uint8_t ret[TW_ED25519_KEY],
                         struct tw_fault *fault)
{
    char public[TW_SIGNING_PATH_MAX];
    struct tw_ssh_private key;
    uint32_t check = 0;
    TW_SCOPED_BUF line = {0};
    TW_TRY(path_of(path, ".pub", public, fault));
    if (access(public, F_OK) == 0)
        return tw_fail(fault, TW_CONFLICT,
                       "%.100s stands there already and is not replaced; choose another name", public);
    tw_err err = draw(&key, &check, fault);
    if (err == TW_OK) err = write_private(path, &key, check, owner, fault);
    if (err == TW_OK) {
        tw_ssh_key_put(key.key, owner, &line);
        tw_buf_char(&line, '\n');
        memcpy(ret, key.key, sizeof key.key);
        err = line.failed ? tw_fail(fault, TW_NOMEM, "out of memory")
                          : write_file(public, tw_buf_view(&line), fault);
        if (err != TW_OK) (void)unlink(path); /* half a pair is of no use to anyone */
    }
    tw_wipe(&key, sizeof key);
    return err;
}

tw_err tw_signing_key(const char *path, struct tw_ssh_private *ret, struct tw_fault *fault)
{
    char room[TW_PRIVATE_KEY_BYTES_MAX];
    struct tw_buf text = tw_buf_in(room, sizeof room);
    tw_err err = tw_secret_read(path, &text, fault);
    if (err == TW_OK) err = tw_ssh_private_read(tw_buf_view(&text), ret, fault);
    tw_wipe(room, sizeof room);
    return err;
}

tw_err tw_signing_signers(const char *path, struct tw_signers **ret, struct tw_fault *fault)
{
    TW_SCOPED_BUF text = {0};
    TW_TRY(tw_file_in_all(path, TW_SIGNERS_BYTES_MAX, &text, fault));
    return tw_signers_parse(tw_buf_view(&text), ret, fault);
}

/* -- sets */

tw_err tw_signing_signature(const char *of, enum tw_signer_role role, struct tw_buf *ret,
                            struct tw_fault *fault)
{
    char path[TW_SIGNING_PATH_MAX];
    TW_TRY(tw_signing_path(of, role, path, fault));
    struct tw_fault why = {.code = TW_OK};
    const tw_err err = tw_file_in_all(path, TW_SIGNATURE_BYTES_MAX, ret, &why);
    if (err == TW_OK || err == TW_NOTFOUND) return TW_OK;
    if (fault == NULL) return err;
    *fault = why;
    snprintf(fault->path, sizeof fault->path, "%s", tw_signer_role_name(role));
    return err;
}

static tw_err read_signed(const char *path, const struct tw_set_reading *how, struct tw_signed *s,
                          struct tw_fault *fault)
{
    TW_TRY(tw_file_in_all(path, tw_criteria_bytes(how->limits), &s->set_bytes, fault));
    TW_TRY(tw_criteria_parse(tw_buf_view(&s->set_bytes), how->limits, how->lists, &s->set, fault));
    for (int r = 0; r < TW_SIGNER_ROLES; r++)
        TW_TRY(tw_signing_signature(path, (enum tw_signer_role)r, &s->signature[r], fault));
    return TW_OK;
}

tw_err tw_signed_read(const char *path, const struct tw_set_reading *how, struct tw_signed *ret,
                      struct tw_fault *fault)
{
    *ret = (struct tw_signed){.set = NULL};
    const tw_err err = read_signed(path, how, ret, fault);
    if (err != TW_OK) tw_signed_clear(ret);
    return err;
}

void tw_signed_clear(struct tw_signed *s)
{
    tw_criteria_free(s->set);
    s->set = NULL;
    tw_buf_free(&s->set_bytes);
    for (int r = 0; r < TW_SIGNER_ROLES; r++) tw_buf_free(&s->signature[r]);
}

struct tw_signed_case tw_signed_case_of(const struct tw_signed *s, int32_t day)
{
    struct tw_signed_case c = {.set = s->set, .bytes = tw_buf_view(&s->set_bytes), .day = day};
    for (int r = 0; r < TW_SIGNER_ROLES; r++) c.signature[r] = tw_buf_view(&s->signature[r]);
    return c;
}

tw_err tw_signing_sign_bytes(const char *path, struct tw_str bytes, enum tw_signer_role role,
                             const struct tw_ssh_private *key, struct tw_fault *fault)
{
    char to[TW_SIGNING_PATH_MAX];
    TW_SCOPED_BUF text = {0};
    TW_TRY(tw_signing_path(path, role, to, fault));
    tw_ssh_sign(key, tw_signer_purpose(role), bytes, &text);
    if (text.failed) return tw_fail(fault, TW_NOMEM, "out of memory");
    return write_file(to, tw_buf_view(&text), fault);
}

tw_err tw_signing_sign(const char *path, const struct tw_signed *set, enum tw_signer_role role,
                       const struct tw_ssh_private *key, struct tw_fault *fault)
{
    return tw_signing_sign_bytes(path, tw_buf_view(&set->set_bytes), role, key, fault);
}
