/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/model_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "score/own.h"
#include "store/file.h"

enum { PATH_BYTES_MAX = 4096 };

/* In the order they are put into place: model.json last. */
enum part { PROFILE, CHANNELS, CARD_JSON, CARD_MD, MODEL, PARTS_N };

static const struct {
    const char *name;
    size_t max_bytes; /* most that will be read */
} part_row[PARTS_N] = {
    [PROFILE] = {"profile.state", (size_t)8 << 30}, /* of TW_PROFILE_MEMORY_MAX */
    [CHANNELS] = {"channels.state", (size_t)64 << 20},
    [CARD_JSON] = {"card.json", 0},
    [CARD_MD] = {"card.md", 0},
    [MODEL] = {"model.json", TW_MODEL_BYTES_MAX},
};

static tw_err path_of(const char *dir, const char *name, char ret[PATH_BYTES_MAX], struct tw_fault *fault)
{
    if (*dir == 0) return tw_fail(fault, TW_ARG, "the directory of the model has no name");
    if (snprintf(ret, PATH_BYTES_MAX, "%s/%s", dir, name) >= PATH_BYTES_MAX)
        return tw_fail(fault, TW_ARG, "the path of the directory is too long; %d bytes are allowed",
                       PATH_BYTES_MAX - 32);
    return TW_OK;
}

/* --- reading --- */

/* Puts the file's name before the place in it. */
static tw_err in_file(struct tw_fault *fault, enum part part, tw_err err)
{
    if (err == TW_OK || fault == NULL) return err;
    char place[sizeof fault->path];
    memcpy(place, fault->path, sizeof place);
    place[sizeof place - 1] = 0;
    snprintf(fault->path, sizeof fault->path, "%s%s%.70s", part_row[part].name, *place != 0 ? ": " : "",
             place);
    return err;
}

static tw_err missing(const char *dir, enum part part, struct tw_fault *fault)
{
    struct stat st;
    if (stat(dir, &st) != 0)
        return tw_fail(fault, TW_NOTFOUND,
                       "there is no such directory; `tidewaiter train --out DIR` writes one");
    if (!S_ISDIR(st.st_mode))
        return tw_fail(fault, TW_NOTFOUND, "this is a file; name the directory that it lies in");
    const char *words = part == MODEL ? "there is none, or its writing was interrupted; train again"
                                      : "it is missing; copy the whole directory, or train again";
    return in_file(fault, part, tw_fail(fault, TW_NOTFOUND, "%s", words));
}

/* The bytes of one part, unpacked. */
static tw_err read_part(const char *dir, enum part part, struct tw_buf *ret, struct tw_fault *fault)
{
    char path[PATH_BYTES_MAX];
    TW_TRY(path_of(dir, part_row[part].name, path, fault));
    tw_err err = tw_file_in_all(path, part_row[part].max_bytes, ret, fault);
    if (err == TW_NOTFOUND) return missing(dir, part, fault);
    if (err == TW_FORMAT && ret->n == 0)
        err = tw_fail(fault, TW_FORMAT,
                      "it is empty or not what train wrote; train again, or copy the whole directory");
    return in_file(fault, part, err);
}

static tw_err read_model(const char *dir, struct tw_model_dir *m, struct tw_fault *fault)
{
    TW_SCOPED_BUF bytes = {0};
    TW_TRY(read_part(dir, MODEL, &bytes, fault));
    TW_TRY(in_file(fault, MODEL, tw_model_new(tw_buf_view(&bytes), &m->model, fault)));
    return in_file(fault, MODEL, tw_own_match(m->model, fault));
}

static tw_err read_profile(const char *dir, struct tw_model_dir *m, struct tw_fault *fault)
{
    TW_SCOPED_BUF bytes = {0};
    TW_TRY(read_part(dir, PROFILE, &bytes, fault));
    tw_sha256(bytes.p, bytes.n, m->profile_hash);
    return in_file(fault, PROFILE, tw_profile_load(tw_buf_view(&bytes), &m->profile, fault));
}

static tw_err read_channels(const char *dir, const struct tw_channel_settings *settings,
                            struct tw_model_dir *m, struct tw_fault *fault)
{
    TW_SCOPED_BUF bytes = {0};
    TW_TRY(read_part(dir, CHANNELS, &bytes, fault));
    return in_file(fault, CHANNELS, tw_channels_load(tw_buf_view(&bytes), settings, &m->channels, fault));
}

tw_err tw_model_dir_open(const char *dir, const struct tw_channel_settings *channels,
                         struct tw_model_dir *ret, struct tw_fault *fault)
{
    const struct tw_channel_settings settings = channels != NULL ? *channels : tw_channel_defaults();
    struct tw_model_dir m = {.model = NULL};
    TW_TRY(tw_channel_settings_check(&settings, fault));
    tw_err err = read_model(dir, &m, fault);
    if (err == TW_OK) err = read_profile(dir, &m, fault);
    if (err == TW_OK) err = read_channels(dir, &settings, &m, fault);
    if (err != TW_OK) {
        tw_model_dir_close(&m);
        return err == TW_NOMEM ? tw_fail(fault, TW_NOMEM, "out of memory for the model") : err;
    }
    *ret = m;
    return TW_OK;
}

void tw_model_dir_close(struct tw_model_dir *m)
{
    tw_model_free(m->model);
    tw_profile_free(m->profile);
    tw_channels_free(m->channels);
    *m = (struct tw_model_dir){.model = NULL};
}

tw_err tw_model_dir_order(struct tw_model_dir *m, const struct tw_channel_settings *channels, double duty_mix,
                          bool *ret_new, struct tw_fault *fault)
{
    *ret_new = tw_channels_ordered_by(m->channels) != duty_mix;
    if (!*ret_new) return TW_OK;
    struct tw_channels *c = NULL;
    TW_TRY(tw_channels_new(channels, &c, fault));
    tw_channels_order(c, duty_mix);
    tw_channels_free(m->channels);
    m->channels = c;
    return TW_OK;
}

/* --- writing --- */

/* A directory to write to: there already, or made. */
struct place {
    const char *dir;
    bool made;
};

static tw_err make(const char *dir, struct place *ret, struct tw_fault *fault)
{
    struct stat st;
    char room[PATH_BYTES_MAX];
    *ret = (struct place){.dir = dir};
    TW_TRY(path_of(dir, "channels.state", room, fault));
    if (stat(dir, &st) == 0 && S_ISDIR(st.st_mode)) return TW_OK;
    if (mkdir(dir, 0777) == 0) {
        ret->made = true;
        return TW_OK;
    }
    const int e = errno;
    char words[64];
    switch (e) {
    case EEXIST:
    case ENOTDIR:
        return tw_fail(fault, TW_ARG, "this is a file, or lies in one; name a directory");
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

/* After a failure: takes away what make() made. */
static void give_up(const struct place *p)
{
    if (p->made) (void)rmdir(p->dir); /* what holds something now stays */
}

/* The name of a new directory is safe only when the one above has been synced. */
static tw_err keep(const struct place *p, struct tw_fault *fault)
{
    char above[PATH_BYTES_MAX];
    if (!p->made) return TW_OK;
    TW_TRY(path_of(p->dir, "..", above, fault));
    const int fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool safe = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) close(fd);
    return safe ? TW_OK : tw_fail(fault, TW_IO, "the directory above could not be synced to the disk");
}

static tw_err write_aside(const char *dir, enum part part, struct tw_str bytes, struct tw_file_out **ret,
                          struct tw_fault *fault)
{
    char path[PATH_BYTES_MAX];
    TW_TRY(path_of(dir, part_row[part].name, path, fault));
    TW_TRY(tw_file_out_open(path, NULL, ret, fault));
    TW_TRY(tw_file_out_write(*ret, bytes.s, bytes.n, fault));
    return tw_file_out_flush(*ret, fault);
}

static tw_err remove_old(const char *dir, struct tw_fault *fault)
{
    char path[PATH_BYTES_MAX];
    TW_TRY(path_of(dir, part_row[MODEL].name, path, fault));
    if (unlink(path) == 0 || errno == ENOENT) return TW_OK;
    return tw_fail(fault, TW_IO, "the old model.json may not be replaced; choose another directory");
}

tw_err tw_model_dir_write(const char *dir, const struct tw_model_dir_bytes *bytes, struct tw_fault *fault)
{
    const struct tw_str part[PARTS_N] = {bytes->profile, bytes->channels, bytes->card_json, bytes->card_md,
                                         bytes->model};
    struct tw_file_out *file[PARTS_N] = {NULL};
    struct place place;
    TW_TRY(make(dir, &place, fault));
    tw_err err = TW_OK;
    for (int i = 0; i < PARTS_N && err == TW_OK; i++)
        err = write_aside(dir, (enum part)i, part[i], &file[i], fault);
    if (err == TW_OK) err = remove_old(dir, fault);
    for (int i = 0; i < PARTS_N && err == TW_OK; i++) err = tw_file_out_commit(file[i], fault);
    for (int i = 0; i < PARTS_N; i++) tw_file_out_free(file[i]);
    if (err == TW_OK) err = keep(&place, fault);
    if (err != TW_OK) give_up(&place);
    return err;
}

tw_err tw_model_dir_try(const char *dir, struct tw_fault *fault)
{
    struct tw_file_out *file = NULL;
    struct place place;
    TW_TRY(make(dir, &place, fault));
    const tw_err err = write_aside(dir, MODEL, TW_STR("{"), &file, fault);
    tw_file_out_free(file);
    give_up(&place);
    return err;
}
