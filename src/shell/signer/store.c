/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/store_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include "audit/checkpoint.h"
#include "audit/note.h"
#include "base/base64.h"
#include "signer/files_priv.h"
#include "signer/text_priv.h"

static const char signing_key[] = "signing.key", public_key[] = "signing.pub", day_key[] = "day.key",
                  checkpoint[] = "checkpoint", days[] = "days", settings[] = "signer.yaml", lock[] = "lock";

enum {
    KEY_FILE_MAX = 512,
    DAY_SUM_BYTES = 4,
    CHECKPOINT_MAX = 65536,
    TEXT_MAX = SIGNER_ORIGIN_MAX + 80,
    LINE_MAX = SIGNER_ORIGIN_MAX + 128
};

/* -- keys as text */

static bool is_origin(struct tw_str s)
{
    if (s.n < 1 || s.n > SIGNER_ORIGIN_MAX) return false;
    for (size_t i = 0; i < s.n; i++) {
        const char c = s.s[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              (c != '\0' && strchr("._/-", c) != NULL)))
            return false;
    }
    return true;
}

static struct tw_note_key key_of(const struct signer_store *s)
{
    return tw_note_key_make(tw_str_from(s->origin), TW_NOTE_ED25519, s->key);
}

void signer_store_vkey(const struct signer_store *s, struct tw_buf *ret)
{
    const struct tw_note_key key = key_of(s);
    tw_note_key_put(&key, ret);
}

static const char private_head[] = "PRIVATE+KEY+";

static tw_err damaged(struct tw_fault *fault, const char *name)
{
    return tw_fail(fault, TW_FORMAT, "`%s` is damaged; put it back from a backup (docs/formats/signer.md)",
                   name);
}

/* PRIVATE+KEY+NAME+HASH+base64(algorithm, seed); HASH is the public key's, as Go's note.GenerateKey has it.
 */
static void put_private_key(const struct signer_store *s, struct tw_buf *out)
{
    uint8_t typed[1 + TW_ED25519_SEED] = {TW_NOTE_ED25519};
    memcpy(typed + 1, s->secrets->seed, TW_ED25519_SEED);
    tw_buf_text(out, private_head);
    tw_buf_printf(out, "%s+%08x+", s->origin, (unsigned)key_of(s).id);
    tw_buf_base64(out, typed, sizeof typed);
    tw_buf_char(out, '\n');
    tw_wipe(typed, sizeof typed);
}

/* Of its name and seed; that it is written in no other way is seen by writing it again. */
static tw_err read_private_key(struct tw_str line, struct signer_store *s)
{
    char room[1 + TW_ED25519_SEED], text[KEY_FILE_MAX];
    struct tw_buf seed = tw_buf_in(room, sizeof room), again = tw_buf_in(text, sizeof text);
    struct tw_str rest, name;
    bool good = tw_str_starts(line, TW_STR(private_head)) && line.s[line.n - 1] == '\n';
    if (!good) return TW_FORMAT;
    rest = (struct tw_str){line.s + sizeof private_head - 1, line.n - sizeof private_head};
    name = tw_str_cut(rest, '+', &rest);
    (void)tw_str_cut(rest, '+', &rest);
    good = is_origin(name) && tw_base64_read(rest, &seed) == TW_OK && seed.n == sizeof room;
    if (good) {
        memcpy(s->origin, name.s, name.n);
        memcpy(s->secrets->seed, room + 1, TW_ED25519_SEED);
        tw_ed25519_key(s->secrets->seed, s->key);
        put_private_key(s, &again);
        good = again.n == line.n && memcmp(text, line.s, line.n) == 0;
    }
    tw_wipe(room, sizeof room);
    tw_wipe(text, sizeof text);
    return good ? TW_OK : TW_FORMAT;
}

/* 64 hex digits, a blank, the first 8 of SHA-256 of the bytes: a digit that has changed gives no other key.
 */
static void put_day_key(const struct signer_store *s, struct tw_buf *out)
{
    uint8_t sum[TW_SHA256_BYTES];
    tw_sha256(s->secrets->days, sizeof s->secrets->days, sum);
    tw_buf_hex(out, s->secrets->days, sizeof s->secrets->days);
    tw_buf_char(out, ' ');
    tw_buf_hex(out, sum, DAY_SUM_BYTES);
    tw_buf_char(out, '\n');
}

static tw_err read_day_key(struct tw_str line, struct signer_store *s)
{
    char text[KEY_FILE_MAX];
    struct tw_buf again = tw_buf_in(text, sizeof text);
    struct tw_str rest;
    TW_TRY(signer_hex_read(tw_str_cut(line, ' ', &rest), s->secrets->days, sizeof s->secrets->days));
    put_day_key(s, &again);
    const bool same = again.n == line.n && memcmp(text, line.s, line.n) == 0;
    tw_wipe(text, sizeof text);
    return same ? TW_OK : TW_FORMAT;
}

/* -- checkpoints */

/* A checkpoint and the line with its signature. */
struct signed_text {
    char text_room[TEXT_MAX], line_room[LINE_MAX];
    struct tw_buf text, line;
};

static void sign(const struct signer_store *s, uint64_t size, const uint8_t root[TW_TLOG_HASH],
                 struct signed_text *ret)
{
    struct tw_checkpoint c = {.origin = tw_str_from(s->origin), .size = size};
    const struct tw_note_key key = key_of(s);
    memcpy(c.root, root, sizeof c.root);
    ret->text = tw_buf_in(ret->text_room, sizeof ret->text_room);
    ret->line = tw_buf_in(ret->line_room, sizeof ret->line_room);
    tw_checkpoint_put(&c, &ret->text);
    tw_note_sign(&key, s->secrets->seed, tw_buf_view(&ret->text), 0, &ret->line);
}

/* What stands behind the name in such a line. */
static struct tw_str signature_of(const struct signed_text *t)
{
    struct tw_str rest = tw_buf_view(&t->line);
    (void)tw_str_cut(rest, ' ', &rest);
    (void)tw_str_cut(rest, ' ', &rest);
    rest.n--; /* its line feed */
    return rest;
}

static tw_err write_checkpoint(const struct signer_store *s, const struct signed_text *t,
                               struct tw_fault *fault)
{
    char room[TEXT_MAX + LINE_MAX];
    struct tw_buf note = tw_buf_in(room, sizeof room);
    tw_buf_str(&note, tw_buf_view(&t->text));
    tw_buf_char(&note, '\n');
    tw_buf_str(&note, tw_buf_view(&t->line));
    return signer_file_replace(s->dir, checkpoint, tw_buf_view(&note), fault);
}

/* A note that we signed, others perhaps besides. */
static tw_err read_checkpoint(struct tw_str bytes, struct signer_store *s)
{
    const struct tw_note_key key = key_of(s);
    struct tw_note note;
    struct tw_checkpoint c;
    TW_TRY(tw_note_read(bytes, &note, NULL));
    TW_TRY(tw_checkpoint_read(note.text, &c, NULL));
    if (!tw_str_is(c.origin, s->origin) || tw_note_signed_by(&note, &key, NULL) != TW_NOTE_HOLDS)
        return TW_FORMAT;
    s->size = c.size;
    memcpy(s->root, c.root, sizeof s->root);
    return TW_OK;
}

/* -- a directory that is opened */

static tw_err take_lock(struct signer_store *s, struct tw_fault *fault)
{
    char pid[16];
    char words[64];
    s->lock = openat(s->dir, lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
    if (s->lock < 0)
        return tw_fail(fault, TW_IO, "`lock` cannot be written: %s", strerror_r(errno, words, sizeof words));
    if (flock(s->lock, LOCK_EX | LOCK_NB) == 0) {
        const int n = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
        if (ftruncate(s->lock, 0) == 0 && pwrite(s->lock, pid, (size_t)n, 0) == n) return TW_OK;
        return tw_fail(fault, TW_IO, "`lock` cannot be written: %s", strerror_r(errno, words, sizeof words));
    }
    const ssize_t n = pread(s->lock, pid, sizeof pid - 1, 0);
    pid[n > 0 ? n : 0] = '\0';
    pid[strcspn(pid, "\n")] = '\0';
    return tw_fail(fault, TW_CONFLICT,
                   "another signer, process %s, has this directory; there is one at a time",
                   pid[0] != '\0' ? pid : "not known");
}

static tw_err load_settings(struct signer_store *s, struct tw_fault *fault)
{
    TW_SCOPED_BUF yaml = {.max = SIGNER_SETTINGS_BYTES_MAX};
    struct tw_fault what = {0};
    s->settings = signer_defaults();
    if (faccessat(s->dir, settings, F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT) return TW_OK;
    TW_TRY(signer_file_read(s->dir, settings, &yaml, fault));
    const tw_err err = signer_settings_parse(tw_buf_view(&yaml), &s->settings, &what);
    if (err == TW_OK) return TW_OK;
    return tw_fail(fault, err, "%s:%u:%u: %s%s%s", settings, what.line, what.column, what.path,
                   what.path[0] != '\0' ? ": " : "", what.note);
}

static tw_err load_secret(struct signer_store *s, const char *name,
                          tw_err (*read)(struct tw_str line, struct signer_store *s), struct tw_fault *fault)
{
    char room[KEY_FILE_MAX];
    struct tw_buf bytes = tw_buf_in(room, sizeof room);
    tw_err err = signer_file_read(s->dir, name, &bytes, fault);
    if (err == TW_OK && read(tw_buf_view(&bytes), s) != TW_OK) err = damaged(fault, name);
    tw_wipe(room, sizeof room);
    return err;
}

static tw_err load_state(struct signer_store *s, struct tw_fault *fault)
{
    TW_SCOPED_BUF note = {.max = CHECKPOINT_MAX};
    TW_SCOPED_BUF list = {.max = SIGNER_DAYS_BYTES_MAX};
    TW_TRY(signer_file_read(s->dir, checkpoint, &note, fault));
    if (read_checkpoint(tw_buf_view(&note), s) != TW_OK)
        return tw_fail(fault, TW_FORMAT,
                       "`checkpoint` is no checkpoint signed by this signer; put there the newest one of the "
                       "station's log");
    TW_TRY(signer_file_read(s->dir, days, &list, fault));
    return signer_days_parse(tw_buf_view(&list), &s->days, fault);
}

static tw_err load(struct signer_store *s, struct tw_fault *fault)
{
    TW_TRY(load_settings(s, fault));
    TW_TRY(signer_secrets_new(&s->secrets, fault));
    TW_TRY(load_secret(s, signing_key, read_private_key, fault));
    TW_TRY(load_secret(s, day_key, read_day_key, fault));
    return load_state(s, fault);
}

tw_err signer_store_open(const char *path, struct signer_store *ret, struct tw_fault *fault)
{
    *ret = (struct signer_store){.dir = -1, .lock = -1};
    TW_TRY(signer_files_open(path, &ret->dir, fault));
    TW_TRY(take_lock(ret, fault));
    return load(ret, fault);
}

void signer_store_close(struct signer_store *s)
{
    signer_secrets_free(s->secrets);
    signer_days_clear(&s->days);
    if (s->lock >= 0) close(s->lock);
    if (s->dir >= 0) close(s->dir);
    *s = (struct signer_store){.dir = -1, .lock = -1};
}

/* -- what changes */

tw_err signer_store_sign(struct signer_store *s, uint64_t size, const uint8_t root[TW_SHA256_BYTES],
                         struct tw_buf *signature, struct tw_fault *fault)
{
    struct signed_text t;
    sign(s, size, root, &t);
    if (size != s->size || memcmp(root, s->root, TW_TLOG_HASH) != 0) TW_TRY(write_checkpoint(s, &t, fault));
    s->size = size;
    memcpy(s->root, root, TW_TLOG_HASH);
    tw_buf_str(signature, signature_of(&t));
    return TW_OK;
}

tw_err signer_store_day(struct signer_store *s, int32_t day, enum signer_day is, struct tw_fault *fault)
{
    TW_SCOPED_BUF list = {0};
    const enum signer_day before = signer_days_of(&s->days, day);
    if (signer_days_ready(&s->days) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    signer_days_set(&s->days, day, is);
    signer_days_write(&s->days, &list);
    tw_err err = list.failed ? tw_fail(fault, TW_NOMEM, "out of memory") : TW_OK;
    if (err == TW_OK) err = signer_file_replace(s->dir, days, tw_buf_view(&list), fault);
    if (err != TW_OK) signer_days_set(&s->days, day, before);
    return err;
}

/* -- a new directory */

static tw_err draw_bytes(uint8_t *ret, size_t n, struct tw_fault *fault)
{
    if (getrandom(ret, n, 0) == (ssize_t)n) return TW_OK; /* so few bytes come whole or not at all */
    return tw_fail(fault, TW_UNAVAILABLE, "the system gives no random bytes");
}

static tw_err make_keys(struct signer_store *s, struct tw_buf *key, struct tw_fault *fault)
{
    char room[KEY_FILE_MAX];
    struct tw_buf secret = tw_buf_in(room, sizeof room);
    TW_TRY(draw_bytes(s->secrets->seed, sizeof s->secrets->seed, fault));
    TW_TRY(draw_bytes(s->secrets->days, sizeof s->secrets->days, fault));
    tw_ed25519_key(s->secrets->seed, s->key);
    put_private_key(s, &secret);
    tw_err err = signer_file_replace(s->dir, signing_key, tw_buf_view(&secret), fault);
    tw_buf_clear(&secret);
    put_day_key(s, &secret);
    if (err == TW_OK) err = signer_file_replace(s->dir, day_key, tw_buf_view(&secret), fault);
    tw_wipe(room, sizeof room);
    TW_TRY(err);
    const size_t begin = key->n;
    signer_store_vkey(s, key);
    tw_buf_char(key, '\n');
    if (key->failed) return tw_fail(fault, TW_NOMEM, "out of memory");
    return signer_file_replace(s->dir, public_key, tw_buf_from(key, begin), fault);
}

/* The checkpoint of the empty log comes last: a directory without one was never finished. */
static tw_err make_state(struct signer_store *s, struct tw_fault *fault)
{
    char room[64];
    struct tw_buf none = tw_buf_in(room, sizeof room);
    struct signed_text t;
    signer_days_write(&s->days, &none);
    TW_TRY(signer_file_replace(s->dir, days, tw_buf_view(&none), fault));
    tw_tlog_empty_root(s->root);
    sign(s, 0, s->root, &t);
    return write_checkpoint(s, &t, fault);
}

tw_err signer_store_init(const char *path, struct tw_str origin, struct tw_buf *key, struct tw_fault *fault)
{
    struct signer_store s = {.dir = -1, .lock = -1};
    if (!is_origin(origin))
        return tw_fail(fault, TW_ARG,
                       "the name of a log has 1 to %d of A-Z a-z 0-9 . _ / -, as customs.example/harbor",
                       SIGNER_ORIGIN_MAX);
    memcpy(s.origin, origin.s, origin.n);
    tw_err err = signer_secrets_new(&s.secrets, fault);
    if (err == TW_OK) err = signer_files_make(path, &s.dir, fault);
    if (err == TW_OK) err = make_keys(&s, key, fault);
    if (err == TW_OK) err = make_state(&s, fault);
    signer_store_close(&s);
    return err;
}
