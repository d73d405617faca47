/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/store_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/base64.h"
#include "witness/files_priv.h"

static const char witness_key[] = "witness.key", public_key[] = "witness.pub", logs_file[] = "logs",
                  settings_file[] = "witness.yaml", lock_file[] = "lock";

static const char logs_at_first[] = "# The logs that this witness watches: a key a line, NAME+HASH+BASE64,\n"
                                    "# whose name is the log's origin. Read when the witness begins.\n";

enum { KEY_FILE_MAX = 512, LINE_MAX = TW_NOTE_NAME_MAX + 128, STATE_MAX = WITNESS_TEXT_MAX + 2 * LINE_MAX };
/* What nobody else may do: with the key anything, with the rest write. */
enum { SECRET = 077, OPEN = 022 };

/* -- the key */

static const char private_head[] = "PRIVATE+KEY+";

/* PRIVATE+KEY+NAME+HASH+base64(kind, seed); HASH is the public key's. */
static void put_key(const struct witness_store *s, struct tw_buf *out)
{
    uint8_t typed[1 + TW_ED25519_SEED] = {TW_NOTE_COSIGNATURE};
    memcpy(typed + 1, s->seed, TW_ED25519_SEED);
    tw_buf_text(out, private_head);
    tw_buf_str(out, s->key.name);
    tw_buf_printf(out, "+%08x+", (unsigned)s->key.id);
    tw_buf_base64(out, typed, sizeof typed);
    tw_buf_char(out, '\n');
    tw_wipe(typed, sizeof typed);
}

/* What follows from name and seed. */
static void take_key(struct witness_store *s, struct tw_str name)
{
    uint8_t key[TW_ED25519_KEY];
    memcpy(s->name, name.s, name.n);
    tw_ed25519_key(s->seed, key);
    s->key = tw_note_key_make((struct tw_str){s->name, name.n}, TW_NOTE_COSIGNATURE, key);
}

/* That it is written in no other way is seen by writing it again. */
static bool read_key(struct tw_str line, struct witness_store *s)
{
    char room[1 + TW_ED25519_SEED], text[KEY_FILE_MAX];
    struct tw_buf seed = tw_buf_in(room, sizeof room), again = tw_buf_in(text, sizeof text);
    struct tw_str rest;
    if (!tw_str_starts(line, TW_STR(private_head)) || line.s[line.n - 1] != '\n') return false;
    rest = (struct tw_str){line.s + sizeof private_head - 1, line.n - sizeof private_head};
    const struct tw_str name = tw_str_cut(rest, '+', &rest);
    (void)tw_str_cut(rest, '+', &rest);
    bool good = tw_note_name_good(name) && tw_base64_read(rest, &seed) == TW_OK && seed.n == sizeof room;
    if (good) {
        memcpy(s->seed, room + 1, TW_ED25519_SEED);
        take_key(s, name);
        put_key(s, &again);
        good = again.n == line.n && memcmp(text, line.s, line.n) == 0;
    }
    tw_wipe(room, sizeof room);
    tw_wipe(text, sizeof text);
    return good;
}

static tw_err lock_memory(struct witness_store *s, struct tw_fault *fault)
{
    char words[64];
    void *at = mmap(NULL, TW_ED25519_SEED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) return tw_fail(fault, TW_NOMEM, "out of memory");
    s->seed = at;
    if (mlock(at, TW_ED25519_SEED) == 0 && madvise(at, TW_ED25519_SEED, MADV_DONTDUMP) == 0) return TW_OK;
    return tw_fail(fault, TW_UNAVAILABLE,
                   "the key cannot be kept from the swap space (%s); let this user lock a page (`ulimit -l`)",
                   strerror_r(errno, words, sizeof words));
}

/* -- the last checkpoint of a log: a note with the log's signature and ours */

enum { STATE_NAME = sizeof "log-" - 1 + TW_SHA256_HEX };

static void state_name(const struct witness_log *log, char ret[STATE_NAME])
{
    uint8_t sum[TW_SHA256_BYTES];
    char hex[TW_SHA256_HEX];
    tw_sha256(log->origin.s, log->origin.n, sum);
    tw_sha256_hex(sum, hex);
    (void)snprintf(ret, STATE_NAME, "log-%s", hex);
}

/* The first line with a signature of the log that holds. What else was sent with it, nobody vouches for. */
static struct tw_str line_of_log(const struct witness_log *log, const struct tw_note *note)
{
    for (struct tw_str rest = note->signatures; rest.n > 0;) {
        const char *from = rest.s;
        struct tw_str line = tw_str_cut(rest, '\n', &rest);
        line = (struct tw_str){from, line.n + 1};
        const struct tw_note one = {.text = note->text, .signatures = line, .n = 1};
        for (size_t i = 0; i < log->n; i++)
            if (tw_note_signed_by(&one, &log->key[i], NULL) == TW_NOTE_HOLDS) return line;
    }
    return (struct tw_str){NULL, 0};
}

static tw_err read_state(const struct witness_store *s, struct witness_log *log, struct tw_str bytes)
{
    struct tw_note note;
    struct tw_checkpoint c;
    TW_TRY(tw_note_read(bytes, &note, NULL));
    TW_TRY(tw_checkpoint_read(note.text, &c, NULL));
    if (!tw_str_eq(c.origin, log->origin) || tw_note_signed_by(&note, &s->key, NULL) != TW_NOTE_HOLDS)
        return TW_FORMAT;
    log->size = c.size;
    memcpy(log->root, c.root, sizeof log->root);
    return TW_OK;
}

static tw_err load_state(const struct witness_store *s, struct witness_log *log, struct tw_fault *fault)
{
    char name[STATE_NAME];
    TW_SCOPED_BUF note = {.max = STATE_MAX};
    struct tw_fault why = {0};
    state_name(log, name);
    const tw_err err = witness_file_read(s->dir, name, OPEN, &note, &why);
    if (err == TW_NOTFOUND) return TW_OK; /* nothing was seen of it */
    if (err != TW_OK) return tw_fail(fault, err, "%s", why.note);
    if (read_state(s, log, tw_buf_view(&note)) == TW_OK) return TW_OK;
    return tw_fail(fault, TW_FORMAT,
                   "`%s` holds no checkpoint of %.40s that this witness cosigned; put there the newest one",
                   name, log->origin.s);
}

tw_err witness_store_cosign(struct witness_store *s, struct witness_log *log, const struct witness_request *r,
                            int64_t now, struct tw_buf *line, struct tw_fault *fault)
{
    char name[STATE_NAME], room[LINE_MAX], state[STATE_MAX];
    struct tw_buf ours = tw_buf_in(room, sizeof room), note = tw_buf_in(state, sizeof state);
    const struct tw_checkpoint *c = &r->checkpoint;
    tw_note_sign(&s->key, s->seed, r->note.text, now, &ours);
    if (c->size != log->size || memcmp(c->root, log->root, sizeof c->root) != 0) {
        state_name(log, name);
        tw_buf_str(&note, r->note.text);
        tw_buf_char(&note, '\n');
        tw_buf_str(&note, line_of_log(log, &r->note));
        tw_buf_str(&note, tw_buf_view(&ours));
        if (note.failed) return tw_fail(fault, TW_INTERNAL, "the checkpoint has no room");
        TW_TRY(witness_file_replace(s->dir, name, tw_buf_view(&note), fault));
        log->size = c->size;
        memcpy(log->root, c->root, sizeof log->root);
    }
    tw_buf_str(line, tw_buf_view(&ours));
    return line->failed ? tw_fail(fault, TW_NOMEM, "out of memory") : TW_OK;
}

/* -- a directory that is opened */

static tw_err take_lock(struct witness_store *s, struct tw_fault *fault)
{
    char pid[16], words[64];
    s->lock = openat(s->dir, lock_file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
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
                   "another witness, process %s, has this directory; there is one at a time",
                   pid[0] != '\0' ? pid : "not known");
}

/* What is wrong in a file, and where. */
static tw_err in_file(struct tw_fault *fault, const char *name, tw_err err, const struct tw_fault *what)
{
    if (err == TW_OK) return TW_OK;
    return tw_fail(fault, err, "%s:%u:%u: %s%s%s", name, what->line, what->column, what->path,
                   what->path[0] != '\0' ? ": " : "", what->note);
}

static tw_err load_settings(struct witness_store *s, struct tw_fault *fault)
{
    TW_SCOPED_BUF yaml = {.max = WITNESS_SETTINGS_BYTES_MAX};
    struct tw_fault what = {0};
    s->settings = witness_defaults();
    if (faccessat(s->dir, settings_file, F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT) return TW_OK;
    TW_TRY(witness_file_read(s->dir, settings_file, OPEN, &yaml, fault));
    return in_file(fault, settings_file, witness_settings_parse(tw_buf_view(&yaml), &s->settings, &what),
                   &what);
}

static tw_err load_key(struct witness_store *s, struct tw_fault *fault)
{
    char room[KEY_FILE_MAX];
    struct tw_buf bytes = tw_buf_in(room, sizeof room);
    tw_err err = witness_file_read(s->dir, witness_key, SECRET, &bytes, fault);
    if (err == TW_OK && !read_key(tw_buf_view(&bytes), s))
        err = tw_fail(fault, TW_FORMAT, "`%s` is damaged; put it back from a backup", witness_key);
    tw_wipe(room, sizeof room);
    return err;
}

static tw_err load_logs(struct witness_store *s, struct tw_fault *fault)
{
    struct tw_fault what = {0};
    s->text.max = WITNESS_LOGS_BYTES_MAX;
    TW_TRY(witness_file_read(s->dir, logs_file, OPEN, &s->text, fault));
    const tw_err err = witness_logs_parse(tw_buf_view(&s->text), &s->logs, &what);
    TW_TRY(in_file(fault, logs_file, err, &what));
    for (size_t i = 0; i < s->logs.n; i++) TW_TRY(load_state(s, &s->logs.log[i], fault));
    return TW_OK;
}

tw_err witness_store_open(const char *path, struct witness_store *ret, struct tw_fault *fault)
{
    *ret = (struct witness_store){.dir = -1, .lock = -1};
    TW_TRY(witness_files_open(path, &ret->dir, fault));
    TW_TRY(take_lock(ret, fault));
    TW_TRY(load_settings(ret, fault));
    TW_TRY(lock_memory(ret, fault));
    TW_TRY(load_key(ret, fault));
    return load_logs(ret, fault);
}

void witness_store_close(struct witness_store *s)
{
    if (s->seed != NULL) {
        tw_wipe(s->seed, TW_ED25519_SEED);
        (void)munmap(s->seed, TW_ED25519_SEED);
    }
    witness_logs_clear(&s->logs);
    tw_buf_free(&s->text);
    if (s->lock >= 0) close(s->lock);
    if (s->dir >= 0) close(s->dir);
    *s = (struct witness_store){.dir = -1, .lock = -1};
}

/* -- a new directory */

/* The file of logs comes last: a directory without one was never finished. */
static tw_err make_files(struct witness_store *s, struct tw_buf *key, struct tw_fault *fault)
{
    char room[KEY_FILE_MAX];
    struct tw_buf secret = tw_buf_in(room, sizeof room);
    const size_t begin = key->n;
    put_key(s, &secret);
    const tw_err err = witness_file_replace(s->dir, witness_key, tw_buf_view(&secret), fault);
    tw_wipe(room, sizeof room);
    TW_TRY(err);
    tw_note_key_put(&s->key, key);
    tw_buf_char(key, '\n');
    if (key->failed) return tw_fail(fault, TW_NOMEM, "out of memory");
    TW_TRY(witness_file_replace(s->dir, public_key, tw_buf_from(key, begin), fault));
    return witness_file_replace(s->dir, logs_file, TW_STR(logs_at_first), fault);
}

static tw_err init(struct witness_store *s, const char *path, struct tw_str name, struct tw_buf *key,
                   struct tw_fault *fault)
{
    TW_TRY(lock_memory(s, fault));
    TW_TRY(witness_files_make(path, &s->dir, fault));
    if (getrandom(s->seed, TW_ED25519_SEED, 0) != TW_ED25519_SEED) /* so few come whole or not at all */
        return tw_fail(fault, TW_UNAVAILABLE, "the system gives no random bytes");
    take_key(s, name);
    return make_files(s, key, fault);
}

tw_err witness_store_init(const char *path, struct tw_str name, struct tw_buf *key, struct tw_fault *fault)
{
    struct witness_store s = {.dir = -1, .lock = -1};
    if (!tw_note_name_good(name))
        return tw_fail(fault, TW_ARG,
                       "the name of a witness has 1 to %d bytes, no blanks and no +, as audit.example/harbor",
                       TW_NOTE_NAME_MAX);
    const tw_err err = init(&s, path, name, key, fault);
    witness_store_close(&s);
    return err;
}
