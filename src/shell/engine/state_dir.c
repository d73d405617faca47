/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/state_dir.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/file.h"

enum { PATH_BYTES_MAX = 4096, NAME_BYTES_MAX = 64, MANIFEST_BYTES_MAX = 4096 };

#define MANIFEST "STATE"
#define MAGIC    "tidewaiter-state 1"

/* The files that STATE names; each is called <word>-<first 16 digits of its hash>.state. */
enum part { PROFILE, CHANNELS, PARTS_N };
static const char *const part_word[PARTS_N] = {"profile", "channels"};
static const size_t part_bytes_max[PARTS_N] = {(size_t)8 << 30, (size_t)64 << 20};

/* What STATE says. */
struct manifest {
    char hash[PARTS_N][TW_SHA256_HEX];
    char model[TW_SHA256_HEX]; /* "" = none */
    uint64_t declarations;
};

static tw_err path_of(const char *dir, const char *name, char ret[PATH_BYTES_MAX], struct tw_fault *fault)
{
    if (*dir == '\0') return tw_fail(fault, TW_ARG, "the directory of the state has no name");
    if (snprintf(ret, PATH_BYTES_MAX, "%s/%s", dir, name) >= PATH_BYTES_MAX)
        return tw_fail(fault, TW_ARG, "the path of the directory is too long; %d bytes are allowed",
                       PATH_BYTES_MAX - NAME_BYTES_MAX);
    return TW_OK;
}

static void name_of(enum part part, const char *hash, char ret[NAME_BYTES_MAX])
{
    snprintf(ret, NAME_BYTES_MAX, "%s-%.16s.state", part_word[part], hash);
}

/* Puts the file's name before the place in it. */
static tw_err in_file(struct tw_fault *fault, const char *name, tw_err err)
{
    if (err == TW_OK || fault == NULL) return err;
    char place[sizeof fault->path];
    memcpy(place, fault->path, sizeof place);
    snprintf(fault->path, sizeof fault->path, "%s%s%.30s", name, place[0] != '\0' ? ": " : "", place);
    return err;
}

/* -- STATE
 * ------------------------------------------------------------------------------------------------------- */

static bool is_hash(struct tw_str s)
{
    if (s.n != TW_SHA256_HEX - 1) return false;
    for (size_t i = 0; i < s.n; i++)
        if (!((s.s[i] >= '0' && s.s[i] <= '9') || (s.s[i] >= 'a' && s.s[i] <= 'f'))) return false;
    return true;
}

/* Takes the line `word value` off the text. */
static bool take_line(struct tw_str *text, const char *word, struct tw_str *ret)
{
    struct tw_str value, line = tw_str_cut(*text, '\n', text);
    if (!tw_str_is(tw_str_cut(line, ' ', &value), word)) return false;
    *ret = value;
    return true;
}

static bool take_hash(struct tw_str *text, const char *word, char ret[TW_SHA256_HEX])
{
    struct tw_str value;
    if (!take_line(text, word, &value) || !is_hash(value)) return false;
    memcpy(ret, value.s, value.n);
    ret[value.n] = '\0';
    return true;
}

static void put_manifest(const struct manifest *m, struct tw_buf *out)
{
    uint8_t sum[TW_SHA256_BYTES];
    tw_buf_text(out, MAGIC "\n");
    for (int i = 0; i < PARTS_N; i++) tw_buf_printf(out, "%s %s\n", part_word[i], m->hash[i]);
    tw_buf_printf(out, "model %s\n", m->model[0] != '\0' ? m->model : "none");
    tw_buf_printf(out, "declarations %llu\n", (unsigned long long)m->declarations);
    if (out->failed) return;
    tw_sha256(out->p, out->n, sum);
    tw_buf_text(out, "sha256 ");
    tw_buf_hex(out, sum, sizeof sum);
    tw_buf_char(out, '\n');
}

static bool get_manifest(struct tw_str text, struct manifest *ret)
{
    struct manifest m = {.declarations = 0};
    struct tw_str value, rest = text;
    int64_t n;
    if (text.n == 0 || text.s[text.n - 1] != '\n') return false;
    if (!tw_str_is(tw_str_cut(rest, '\n', &rest), MAGIC)) return false;
    for (int i = 0; i < PARTS_N; i++)
        if (!take_hash(&rest, part_word[i], m.hash[i])) return false;
    struct tw_str here = rest;
    if (!take_hash(&rest, "model", m.model)) {
        rest = here;
        if (!take_line(&rest, "model", &value) || !tw_str_is(value, "none")) return false;
    }
    if (!take_line(&rest, "declarations", &value) || tw_str_i64(value, &n) != TW_OK || n < 0) return false;
    m.declarations = (uint64_t)n;
    uint8_t sum[TW_SHA256_BYTES];
    char said[TW_SHA256_HEX], is[TW_SHA256_HEX];
    tw_sha256(text.s, text.n - rest.n, sum);
    tw_sha256_hex(sum, is);
    if (!take_hash(&rest, "sha256", said) || rest.n != 0 || strcmp(said, is) != 0) return false;
    *ret = m;
    return true;
}

static tw_err read_manifest(const char *dir, struct manifest *ret, struct tw_fault *fault)
{
    char path[PATH_BYTES_MAX];
    TW_SCOPED_BUF text = {0};
    TW_TRY(path_of(dir, MANIFEST, path, fault));
    tw_err err = tw_file_in_all(path, MANIFEST_BYTES_MAX, &text, fault);
    if (err == TW_NOTFOUND) return tw_fail(fault, TW_NOTFOUND, "there is no state in this directory");
    if (err == TW_OK && !get_manifest(tw_buf_view(&text), ret))
        err = tw_fail(
            fault, TW_FORMAT,
            "damaged, or written by another version; restore the directory from a copy, or begin anew "
            "in an empty one");
    return in_file(fault, MANIFEST, err);
}

/* -- reading
 * ----------------------------------------------------------------------------------------------------- */

static tw_err read_part(const char *dir, enum part part, const struct manifest *m, struct tw_buf *ret,
                        struct tw_fault *fault)
{
    char name[NAME_BYTES_MAX], path[PATH_BYTES_MAX], hex[TW_SHA256_HEX];
    uint8_t sum[TW_SHA256_BYTES];
    name_of(part, m->hash[part], name);
    TW_TRY(path_of(dir, name, path, fault));
    tw_err err = tw_file_in_all(path, part_bytes_max[part], ret, fault);
    if (err == TW_NOTFOUND)
        err = tw_fail(fault, TW_FORMAT, "it is missing; restore the directory from a copy, or begin anew");
    if (err != TW_OK) return in_file(fault, name, err);
    tw_sha256(ret->p, ret->n, sum);
    tw_sha256_hex(sum, hex);
    if (strcmp(hex, m->hash[part]) == 0) return TW_OK;
    err = tw_fail(fault, TW_FORMAT, "not what was written; restore the directory from a copy, or begin anew");
    return in_file(fault, name, err);
}

static tw_err read_parts(const char *dir, const struct manifest *m,
                         const struct tw_channel_settings *settings, struct tw_state *s,
                         struct tw_fault *fault)
{
    char name[NAME_BYTES_MAX];
    {
        TW_SCOPED_BUF bytes = {0};
        TW_TRY(read_part(dir, PROFILE, m, &bytes, fault));
        tw_sha256(bytes.p, bytes.n, s->profile_hash);
        name_of(PROFILE, m->hash[PROFILE], name);
        TW_TRY(in_file(fault, name, tw_profile_load(tw_buf_view(&bytes), &s->profile, fault)));
    }
    TW_SCOPED_BUF bytes = {0};
    TW_TRY(read_part(dir, CHANNELS, m, &bytes, fault));
    name_of(CHANNELS, m->hash[CHANNELS], name);
    return in_file(fault, name, tw_channels_load(tw_buf_view(&bytes), settings, &s->channels, fault));
}

tw_err tw_state_open(const char *dir, const struct tw_channel_settings *channels, struct tw_state *ret,
                     struct tw_fault *fault)
{
    struct manifest m;
    struct tw_state s = {.profile = NULL};
    TW_TRY(read_manifest(dir, &m, fault));
    const tw_err err = read_parts(dir, &m, channels, &s, fault);
    if (err != TW_OK) {
        tw_state_close(&s);
        return err == TW_NOMEM ? tw_fail(fault, TW_NOMEM, "out of memory for the state") : err;
    }
    memcpy(s.model, m.model, sizeof s.model);
    s.declarations = m.declarations;
    *ret = s;
    return TW_OK;
}

void tw_state_close(struct tw_state *s)
{
    tw_profile_free(s->profile);
    tw_channels_free(s->channels);
    *s = (struct tw_state){.profile = NULL};
}

/* -- writing
 * ----------------------------------------------------------------------------------------------------- */

static tw_err make(const char *dir, bool *made, struct tw_fault *fault)
{
    struct stat st;
    char words[64], room[PATH_BYTES_MAX];
    *made = false;
    TW_TRY(path_of(dir, MANIFEST, room, fault));
    if (stat(dir, &st) == 0 && S_ISDIR(st.st_mode)) return TW_OK;
    if (mkdir(dir, 0777) == 0) {
        *made = true;
        return TW_OK;
    }
    const int e = errno;
    switch (e) {
    case EEXIST:
    case ENOTDIR:
        return tw_fail(
            fault, TW_FORMAT,
            "this is a file, or lies in one; name a directory that holds a state, or is to hold one");
    case ENOENT:
        return tw_fail(fault, TW_NOTFOUND, "the directory above it does not exist; create that first");
    case ENOSPC:
    case EDQUOT:
        return tw_fail(fault, TW_FULL, "no room left for a directory; free some and run again");
    default:
        return tw_fail(fault, TW_IO, "the directory could not be made: %s",
                       strerror_r(e, words, sizeof words));
    }
}

struct sink {
    struct tw_file_out *file;
    struct tw_sha256 *sha;
    struct tw_fault *fault;
};

static tw_err take(void *to, const void *p, size_t n)
{
    struct sink *s = to;
    if (s->sha != NULL) tw_sha256_add(s->sha, p, n);
    return s->file != NULL ? tw_file_out_write(s->file, p, n, s->fault) : TW_OK;
}

/* The hash of the profile's file, so that its name is known before it is written. */
static tw_err hash_profile(const struct tw_profile *p, char ret[TW_SHA256_HEX], struct tw_fault *fault)
{
    uint8_t sum[TW_SHA256_BYTES];
    TW_SCOPED(tw_sha256) *sha = NULL;
    if (tw_sha256_new(&sha) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    struct sink to = {.sha = sha};
    const struct tw_profile_sink sink = {&to, take};
    if (tw_profile_write(p, &sink) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    tw_sha256_end(sha, sum);
    tw_sha256_hex(sum, ret);
    return TW_OK;
}

static tw_err open_part(const char *dir, const char *name, struct tw_file_out **ret, struct tw_fault *fault)
{
    char path[PATH_BYTES_MAX];
    TW_TRY(path_of(dir, name, path, fault));
    return tw_file_out_open(path, NULL, ret, fault);
}

static tw_err profile_aside(const char *dir, const struct tw_profile *p, struct manifest *m,
                            struct tw_file_out **ret, struct tw_fault *fault)
{
    char name[NAME_BYTES_MAX];
    TW_TRY(hash_profile(p, m->hash[PROFILE], fault));
    name_of(PROFILE, m->hash[PROFILE], name);
    TW_TRY(open_part(dir, name, ret, fault));
    struct sink to = {.file = *ret, .fault = fault};
    const struct tw_profile_sink sink = {&to, take};
    return tw_profile_write(p, &sink);
}

static tw_err channels_aside(const char *dir, const struct tw_channels *c, struct manifest *m,
                             struct tw_file_out **ret, struct tw_fault *fault)
{
    char name[NAME_BYTES_MAX];
    uint8_t sum[TW_SHA256_BYTES];
    TW_SCOPED_BUF bytes = {0};
    if (tw_channels_save(c, &bytes) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    tw_sha256(bytes.p, bytes.n, sum);
    tw_sha256_hex(sum, m->hash[CHANNELS]);
    name_of(CHANNELS, m->hash[CHANNELS], name);
    TW_TRY(open_part(dir, name, ret, fault));
    return tw_file_out_write(*ret, bytes.p, bytes.n, fault);
}

/* Writes both files and STATE aside; file[PARTS_N] is STATE's. */
static tw_err write_aside(const char *dir, const struct tw_state *s, struct manifest *m,
                          struct tw_file_out *file[PARTS_N + 1], struct tw_fault *fault)
{
    TW_SCOPED_BUF text = {0};
    TW_TRY(profile_aside(dir, s->profile, m, &file[PROFILE], fault));
    TW_TRY(channels_aside(dir, s->channels, m, &file[CHANNELS], fault));
    put_manifest(m, &text);
    if (text.failed) return tw_fail(fault, TW_NOMEM, "out of memory");
    TW_TRY(open_part(dir, MANIFEST, &file[PARTS_N], fault));
    TW_TRY(tw_file_out_write(file[PARTS_N], text.p, text.n, fault));
    for (int i = 0; i <= PARTS_N; i++) TW_TRY(tw_file_out_flush(file[i], fault));
    return TW_OK;
}

/* Takes files away that no STATE names any more. What cannot be removed does no harm. */
static void tidy(const char *dir, const struct manifest *m)
{
    DIR *d = opendir(dir);
    if (d == NULL) return;
    for (struct dirent *e;
         (e = readdir(d)) != NULL;) { /* NOLINT(concurrency-mt-unsafe): one stream, one thread */
        for (int i = 0; i < PARTS_N; i++) {
            const size_t n = strlen(part_word[i]);
            char kept[NAME_BYTES_MAX];
            name_of((enum part)i, m->hash[i], kept);
            const bool ours = strlen(e->d_name) == strlen(kept) && strncmp(e->d_name, part_word[i], n) == 0 &&
                              e->d_name[n] == '-' && strcmp(e->d_name + n + 17, ".state") == 0;
            if (ours && strcmp(e->d_name, kept) != 0) unlinkat(dirfd(d), e->d_name, 0);
        }
    }
    closedir(d);
}

tw_err tw_state_write(const char *dir, const struct tw_state *s, struct tw_fault *fault)
{
    struct tw_file_out *file[PARTS_N + 1] = {NULL};
    struct manifest m = {.declarations = s->declarations};
    bool made;
    memcpy(m.model, s->model, sizeof m.model);
    TW_TRY(make(dir, &made, fault));
    tw_err err = write_aside(dir, s, &m, file, fault);
    for (int i = 0; i <= PARTS_N && err == TW_OK; i++) err = tw_file_out_commit(file[i], fault);
    for (int i = 0; i <= PARTS_N; i++) tw_file_out_free(file[i]);
    struct manifest named = m;
    if (err != TW_OK) { /* what a STATE from before names stays */
        const tw_err old = read_manifest(dir, &named, NULL);
        if (old == TW_NOTFOUND) named = (struct manifest){.declarations = 0};
        if (old != TW_OK && old != TW_NOTFOUND) return err;
    }
    tidy(dir, &named);
    if (err != TW_OK && made) (void)rmdir(dir);
    return err;
}

tw_err tw_state_try(const char *dir, struct tw_fault *fault)
{
    struct tw_file_out *file = NULL;
    bool made;
    TW_TRY(make(dir, &made, fault));
    const tw_err err = open_part(dir, MANIFEST, &file, fault);
    tw_file_out_free(file);
    if (made) (void)rmdir(dir);
    return err;
}
