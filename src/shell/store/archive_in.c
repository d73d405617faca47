/* SPDX-License-Identifier: Apache-2.0 */
/* The one file that names libarchive. It is asked for data block by block, also for those of a file that
 * nobody wants, so that stop and limits hold everywhere: its own skipping would unpack terabytes in one call.
 */
#include "store/archive_in.h"

#include <archive.h>
#include <archive_entry.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/file_priv.h"

enum {
    FILES = 1000000,
    RATIO = 200,
    NAME = 1000,
    NAME_MAX_BYTES = 4000,
    TAR_MAGIC_AT = 257,
    TAR_BLOCK = 512
};

struct tw_archive {
    struct archive *a;
    struct tw_archive_limits limit;
    struct tw_file_options options;
    char *path; /* for faults */
    uint64_t bytes, unpacked;
    uint64_t empty; /* of them, files that hold nothing */
    uint32_t files;
    bool open;        /* the current file's data may be read */
    bool ended;       /* no more entries */
    bool passable;    /* what was wrong last was wrong with this file alone */
    const char *held; /* of the block libarchive has handed out last */
    size_t held_n;
    int64_t gap; /* zeros before it: of sparse files */
    int64_t at;  /* how much of the file has been handed out */
    char name[NAME_MAX_BYTES + 1];
};

static bool is_tar(const char *first, size_t n)
{
    return n == TAR_BLOCK && memcmp(first + TAR_MAGIC_AT, "ustar", 5) == 0;
}

bool tw_archive_begins(struct tw_str first)
{
    return first.n >= TAR_BLOCK && is_tar(first.s, TAR_BLOCK);
}

tw_err tw_archive_within(struct tw_fault *fault)
{
    return tw_fail(fault, TW_FORMAT,
                   "it is an archive within an archive, which is not read; unpack it first");
}

static bool is_packed_tar(const char *path)
{
    char first[TAR_BLOCK];
    TW_SCOPED(tw_file_in) *in = NULL;
    size_t have = 0;
    if (tw_file_in_open(path, NULL, &in, NULL) != TW_OK) return false;
    for (size_t got = 1; got > 0 && have < sizeof first; have += got)
        if (tw_file_in_read(in, first + have, sizeof first - have, &got, NULL) != TW_OK) return false;
    return is_tar(first, have);
}

bool tw_archive_is(const char *path)
{
    char first[TAR_BLOCK];
    struct stat info;
    if (strcmp(path, "-") == 0 || stat(path, &info) != 0 || !S_ISREG(info.st_mode)) return false;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return false;
    const ssize_t n = read(fd, first, sizeof first);
    close(fd);
    if (n < 4) return false;
    if (memcmp(first, "PK\3\4", 4) == 0 || memcmp(first, "PK\5\6", 4) == 0) return true;
    if (memcmp(first, "\x1f\x8b", 2) == 0 || memcmp(first, "\x28\xb5\x2f\xfd", 4) == 0)
        return is_packed_tar(path);
    return is_tar(first, (size_t)n);
}

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

/* What libarchive says of its last call. */
static tw_err broken(const struct tw_archive *a, struct tw_fault *fault)
{
    const char *words = archive_error_string(a->a);
    if (archive_errno(a->a) == ENOMEM) return no_memory(fault);
    if (archive_errno(a->a) == EIO)
        return tw_fail(fault, TW_IO, "%s could not be read: %.60s", file_shown(a->path),
                       words != NULL ? words : "the device failed");
    return tw_fail(fault, TW_FORMAT, "%s is damaged: %.60s; fetch or pack it again", file_shown(a->path),
                   words != NULL ? words : "it cannot be unpacked");
}

static tw_err set_up(struct tw_archive *a, const char *path, struct tw_fault *fault)
{
    struct stat info;
    a->path = file_copy(path);
    a->a = archive_read_new();
    if (a->path == NULL || a->a == NULL) return no_memory(fault);
    if (stat(path, &info) != 0)
        return tw_fail(fault, errno == ENOENT || errno == ENOTDIR ? TW_NOTFOUND : TW_IO,
                       "%s: there is no such file; check the name", file_shown(path));
    a->bytes = (uint64_t)info.st_size;
    archive_read_support_format_tar(a->a);
    archive_read_support_format_zip(a->a);
    archive_read_support_filter_gzip(a->a);
    archive_read_support_filter_zstd(a->a);
    return archive_read_open_filename(a->a, path, FILE_BLOCK) == ARCHIVE_OK ? TW_OK : broken(a, fault);
}

tw_err tw_archive_open(const char *path, const struct tw_archive_limits *limits,
                       const struct tw_file_options *options, struct tw_archive **ret, struct tw_fault *fault)
{
    struct tw_archive_limits limit = limits != NULL ? *limits : (struct tw_archive_limits){0};
    if (limit.files == 0) limit.files = FILES;
    if (limit.ratio == 0) limit.ratio = RATIO;
    if (limit.name == 0) limit.name = NAME;
    if (limit.name > NAME_MAX_BYTES)
        return tw_fail(fault, TW_ARG, "at most %d bytes of a path can be allowed", NAME_MAX_BYTES);
    struct tw_archive *a = tw_calloc(1, sizeof *a);
    if (a == NULL) return no_memory(fault);
    a->limit = limit;
    if (options != NULL) a->options = (struct tw_file_options){.stop = options->stop};
    const tw_err err = set_up(a, path, fault);
    if (err != TW_OK) {
        tw_archive_free(a);
        return err;
    }
    *ret = a;
    return TW_OK;
}

void tw_archive_free(struct tw_archive *a)
{
    if (a == NULL) return;
    archive_read_free(a->a);
    tw_free(a->path);
    tw_free(a);
}

uint64_t tw_archive_bytes(const struct tw_archive *a)
{
    return a->bytes;
}

/* -- the bytes of one file */

static tw_err count(struct tw_archive *a, uint64_t n, struct tw_fault *fault)
{
    a->unpacked += n;
    if (a->unpacked <= TW_ARCHIVE_FREE || a->unpacked / a->limit.ratio <= a->bytes) return TW_OK;
    return tw_fail(
        fault, TW_LIMIT,
        "%s unpacks to more than %u times its size, as archives do that are made to choke a reader",
        file_shown(a->path), a->limit.ratio);
}

/* The next block; *more = false: there is none. */
static tw_err next_block(struct tw_archive *a, bool *more, struct tw_fault *fault)
{
    const void *p = NULL;
    size_t n = 0;
    int64_t from = 0;
    *more = false;
    if (file_stopped(&a->options)) return tw_fail(fault, TW_INTERRUPTED, "interrupted");
    const int r = archive_read_data_block(a->a, &p, &n, &from);
    if (r == ARCHIVE_EOF) {
        a->open = false;
        return TW_OK;
    }
    if (r != ARCHIVE_OK) {
        a->open = false;
        a->passable = r == ARCHIVE_FAILED || r == ARCHIVE_WARN; /* the last: its check sum does not hold */
        return broken(a, fault);
    }
    *more = true;
    a->held = p;
    a->held_n = n;
    a->gap = from > a->at ? from - a->at : 0;
    return count(a, n, fault);
}

/* Blocks until there is a byte, or the end. */
static tw_err first_block(struct tw_archive *a, struct tw_fault *fault)
{
    for (bool more = true; a->open && a->held_n == 0 && a->gap == 0 && more;)
        TW_TRY(next_block(a, &more, fault));
    return TW_OK;
}

/* Up to n bytes of the current file; 0 = its end. */
static tw_err read_bytes(void *from, void *p, size_t n, size_t *ret, struct tw_fault *fault)
{
    struct tw_archive *a = from;
    TW_TRY(first_block(a, fault));
    *ret = 0;
    if (a->gap > 0) {
        *ret = (uint64_t)a->gap < n ? (size_t)a->gap : n;
        memset(p, 0, *ret);
        a->gap -= (int64_t)*ret;
        TW_TRY(count(a, *ret, fault));
    } else if (a->held_n > 0) {
        *ret = a->held_n < n ? a->held_n : n;
        memcpy(p, a->held, *ret);
        a->held += *ret;
        a->held_n -= *ret;
    }
    a->at += (int64_t)*ret;
    return TW_OK;
}

/* What is left of the current file. */
static tw_err pass_rest(struct tw_archive *a, struct tw_fault *fault)
{
    for (bool more = true; a->open && more;) {
        const tw_err err = next_block(a, &more, fault);
        if (err == TW_FORMAT && a->passable) break; /* nobody wants it */
        TW_TRY(err);
    }
    a->open = false;
    a->held_n = 0;
    a->gap = 0;
    return TW_OK;
}

tw_err tw_archive_file(struct tw_archive *a, struct tw_file_in **ret, struct tw_fault *fault)
{
    const struct tw_file_source source = {.from = a, .read = read_bytes, .name = a->name};
    return tw_file_in_from(&source, &a->options, ret, fault);
}

/* -- entries */

static bool is_slash(char c)
{
    return c == '/' || c == '\\';
}

/* Does one of the path's parts begin with a point, and is one of them ".."? */
static void look_at_parts(const char *name, bool *hidden, bool *climbs)
{
    *hidden = *climbs = false;
    for (const char *p = name; *p != '\0';) {
        const size_t n = strcspn(p, "/\\");
        *climbs = *climbs || (n == 2 && p[0] == '.' && p[1] == '.');
        *hidden = *hidden || (n > 1 && p[0] == '.');
        p += n;
        while (is_slash(*p)) p++;
    }
}

/* Keeps the name, with ? for what would upset a screen. What is wrong with it; NULL = nothing. */
static const char *keep_name(struct tw_archive *a, const char *name)
{
    const size_t n = name != NULL ? strlen(name) : 0;
    const size_t kept = n < a->limit.name ? n : a->limit.name;
    bool strange = false;
    for (size_t i = 0; i < kept; i++) {
        const unsigned char c = (unsigned char)name[i];
        strange = strange || c < ' ' || c == 0x7f;
        a->name[i] = (char)(c < ' ' || c == 0x7f ? '?' : c);
    }
    a->name[kept] = '\0';
    if (n == 0) return "it has no name";
    if (n > kept) return "its path is too long";
    if (strange || !tw_str_utf8((struct tw_str){name, n}, NULL))
        return "its path has characters that no path has";
    if (is_slash(name[0]) || name[1] == ':') return "its path is absolute";
    return NULL;
}

enum entry { ENTRY_FILE, ENTRY_REFUSED, ENTRY_PASSED };

static enum entry refuse(struct tw_fault *fault, const char *why)
{
    TW_IGNORE(tw_fail(fault, TW_FORMAT, "it is not read: %s", why));
    return ENTRY_REFUSED;
}

static enum entry judge(struct tw_archive *a, struct archive_entry *e, struct tw_fault *fault)
{
    const char *name = archive_entry_pathname_utf8(e);
    if (name == NULL) name = archive_entry_pathname(e);
    const char *wrong = keep_name(a, name);
    bool hidden, climbs;
    look_at_parts(a->name, &hidden, &climbs);
    if (wrong != NULL) return refuse(fault, wrong);
    if (climbs) return refuse(fault, "its path climbs out of the archive");
    if (archive_entry_hardlink(e) != NULL || archive_entry_symlink(e) != NULL ||
        archive_entry_filetype(e) == AE_IFLNK)
        return refuse(fault, "it is a link, and links are not followed; pack the file itself");
    if (archive_entry_filetype(e) == AE_IFDIR || hidden) return ENTRY_PASSED;
    if (archive_entry_filetype(e) != AE_IFREG) return refuse(fault, "it is no file but a device or a pipe");
    if (archive_entry_is_encrypted(e)) return refuse(fault, "it is under a password; pack it without one");
    return ENTRY_FILE;
}

/* An office document is a zip archive whose first entry has this name. Source: ISO/IEC 29500-2, OPC. */
static bool is_office(const struct tw_archive *a)
{
    return a->files == 1 && strcmp(a->name, "[Content_Types].xml") == 0;
}

/* Goes to the next entry; a->ended when there is none. */
static tw_err next_entry(struct tw_archive *a, struct archive_entry **ret, struct tw_fault *fault)
{
    TW_TRY(pass_rest(a, fault));
    if (file_stopped(&a->options)) return tw_fail(fault, TW_INTERRUPTED, "interrupted");
    const int r = archive_read_next_header(a->a, ret);
    if (r == ARCHIVE_EOF) {
        a->ended = true;
        a->name[0] = '\0';
        return TW_OK;
    }
    if (r != ARCHIVE_OK && r != ARCHIVE_WARN) return broken(a, fault);
    if (a->files++ == a->limit.files)
        return tw_fail(fault, TW_LIMIT, "%s has more than %u files; send it in parts", file_shown(a->path),
                       a->limit.files);
    a->open = true;
    a->at = 0;
    return TW_OK;
}

uint64_t tw_archive_empty(const struct tw_archive *a)
{
    return a->empty;
}

tw_err tw_archive_next(struct tw_archive *a, enum tw_archive_step *step, const char **name,
                       struct tw_fault *fault)
{
    struct archive_entry *e = NULL;
    *name = a->name;
    while (!a->ended) {
        TW_TRY(next_entry(a, &e, fault));
        if (a->ended) break;
        const enum entry is = judge(a, e, fault);
        if (is_office(a))
            return tw_fail(fault, TW_FORMAT,
                           "%s is an Excel workbook or another office document; save it as CSV UTF-8",
                           file_shown(a->path));
        if (is == ENTRY_REFUSED) {
            *step = TW_ARCHIVE_REFUSED;
            return TW_OK;
        }
        if (is == ENTRY_PASSED) continue;
        const tw_err err = first_block(a, fault);
        if (err != TW_OK && !(err == TW_FORMAT && a->passable)) return err;
        if (err == TW_OK && !a->open) {
            a->empty++;
            continue;
        }
        *step = err == TW_OK ? TW_ARCHIVE_FILE : TW_ARCHIVE_REFUSED;
        return TW_OK;
    }
    *step = TW_ARCHIVE_END;
    return TW_OK;
}
