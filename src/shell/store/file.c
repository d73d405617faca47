/* SPDX-License-Identifier: Apache-2.0 */
/* Reading. One block of packed bytes (`in`) lies between the descriptor and whoever unpacks; plain bytes go
 * from the kernel straight to the caller once the block that was read for the look at the beginning is used
 * up.
 *
 * gzip members and zstd frames may follow one another. `between` is true where one may end the file; an end
 * anywhere else means that the file was cut off. Both unpackers may hold output back although all input is
 * in, so the end of input is believed only when a call brings nothing more. */
#include "store/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "store/file_priv.h"

enum kind { KIND_PLAIN, KIND_GZIP, KIND_ZSTD, KIND_OTHER };

enum { SNIFF_BYTES = 16, ZSTD_WINDOW_LOG = 27 };

struct tw_file_in {
    int fd;
    enum kind kind;
    bool owned; /* fd is ours to close */
    bool eof;   /* the descriptor has no more */
    bool ended; /* the caller has seen the end */
    bool between;
    bool fresh;                   /* nothing of this member or frame has come out yet */
    char *name;                   /* for faults */
    struct tw_file_source source; /* read NULL: the descriptor */
    struct tw_file_options options;
    uint64_t done, total; /* bytes from the descriptor */
    uint64_t made;        /* bytes handed out */
    unsigned char *in;
    size_t in_at, in_n;
    z_stream z;
    bool z_open;
    ZSTD_DCtx *zstd;
    struct tw_sha256 *sha;
};

/* What a file begins with, and what to do about it. Source: RFC 1952, RFC 8878, and each format's own
 * description. */
static const struct magic {
    const char *bytes;
    size_t n;
    enum kind kind;
    const char *what, *remedy;
} magic_row[] = {
    {"\x1f\x8b", 2, KIND_GZIP, "", ""},
    {"\x28\xb5\x2f\xfd", 4, KIND_ZSTD, "", ""},
    {"\xfd"
     "7zXZ\x00",
     6, KIND_OTHER, "packed by xz", "unpack it, or pack it by gzip or zstd"},
    {"BZh", 3, KIND_OTHER, "packed by bzip2", "unpack it, or pack it by gzip or zstd"},
    {"\x04\x22\x4d\x18", 4, KIND_OTHER, "packed by lz4", "unpack it, or pack it by gzip or zstd"},
    {"7z\xbc\xaf\x27\x1c", 6, KIND_OTHER, "a 7z archive", "unpack it first"},
    {"PK\x03\x04", 4, KIND_OTHER, "a zip archive or an Excel workbook",
     "unpack it, or save the sheet as CSV UTF-8"},
    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8, KIND_OTHER, "an old Excel or Word file",
     "save the sheet as CSV UTF-8"},
    {"%PDF-", 5, KIND_OTHER, "a PDF document", "give the data it was printed from"},
    {"PAR1", 4, KIND_OTHER, "a Parquet file", "export it as CSV"},
    {"SQLite format 3", 15, KIND_OTHER, "an SQLite database", "export the table as CSV"},
    {"\x7f"
     "ELF",
     4, KIND_OTHER, "a program", "name a data file"},
};

static tw_err sniff_kind(struct tw_file_in *f, struct tw_fault *fault)
{
    for (size_t i = 0; i < sizeof magic_row / sizeof *magic_row; i++) {
        const struct magic *m = &magic_row[i];
        if (f->in_n < m->n || memcmp(f->in, m->bytes, m->n) != 0) continue;
        if (m->kind == KIND_OTHER && m->bytes[0] == 'B' &&
            (f->in_n < 10 || memcmp(f->in + 4, "1AY&SY", 6) != 0))
            continue; /* text may begin with BZh; bzip2's block follows by six more */
        if (m->kind == KIND_OTHER)
            return tw_fail(fault, TW_FORMAT, "%s is %s; %s", file_shown(f->name), m->what, m->remedy);
        f->kind = m->kind;
        return TW_OK;
    }
    /* zstd frames to be skipped: 50..5f 2a 4d 18 */
    if (f->in_n >= 4 && (f->in[0] & 0xf0) == 0x50 && memcmp(f->in + 1, "\x2a\x4d\x18", 3) == 0)
        f->kind = KIND_ZSTD;
    return TW_OK;
}

static tw_err say_errno(struct tw_fault *fault, const char *name, int e)
{
    const char *shown = file_shown(name);
    switch (e) {
    case ENOENT:
    case ENOTDIR:
        return tw_fail(fault, TW_NOTFOUND, "%s: there is no such file; check the name", shown);
    case EACCES:
    case EPERM:
        return tw_fail(fault, TW_IO, "%s: you may not read this file; ask its owner for permission", shown);
    case EISDIR:
        return tw_fail(fault, TW_FORMAT, "%s is a directory; name a file in it", shown);
    case ENOMEM:
        return tw_fail(fault, TW_NOMEM, "%s: out of memory", shown);
    case EMFILE:
    case ENFILE:
        return tw_fail(fault, TW_IO, "%s: too many open files; close some or raise the limit (ulimit -n)",
                       shown);
    default: {
        char words[64];
        return tw_fail(fault, TW_IO, "%s could not be read: %s", shown, strerror_r(e, words, sizeof words));
    }
    }
}

static tw_err read_descriptor(const struct tw_file_in *f, void *p, size_t n, size_t *ret,
                              struct tw_fault *fault)
{
    ssize_t got;
    do {
        if (file_stopped(&f->options)) return tw_fail(fault, TW_INTERRUPTED, "interrupted");
        got = read(f->fd, p, n);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        if (fault != NULL) fault->byte = f->done;
        return say_errno(fault, f->name, errno);
    }
    *ret = (size_t)got;
    return TW_OK;
}

/* At most n bytes into p as they come, counted and hashed; sets eof. */
static tw_err read_some(struct tw_file_in *f, void *p, size_t n, size_t *ret, struct tw_fault *fault)
{
    size_t got = 0;
    if (file_stopped(&f->options)) return tw_fail(fault, TW_INTERRUPTED, "interrupted");
    TW_TRY(f->source.read != NULL ? f->source.read(f->source.from, p, n, &got, fault)
                                  : read_descriptor(f, p, n, &got, fault));
    if (got == 0) f->eof = true;
    if (f->sha != NULL && got > 0) tw_sha256_add(f->sha, p, got);
    f->done += got;
    *ret = got;
    return TW_OK;
}

/* Makes sure that `in` holds something or that eof is set. */
static tw_err fill(struct tw_file_in *f, struct tw_fault *fault)
{
    if (f->in_at < f->in_n || f->eof) return TW_OK;
    size_t got = 0;
    TW_TRY(read_some(f, f->in, FILE_BLOCK, &got, fault));
    f->in_at = 0;
    f->in_n = got;
    return TW_OK;
}

static void *z_alloc(void *opaque, unsigned n, unsigned size)
{
    (void)opaque;
    return tw_calloc(n, size);
}

static void z_release(void *opaque, void *p)
{
    (void)opaque;
    tw_free(p);
}

static tw_err open_unpacker(struct tw_file_in *f, struct tw_fault *fault)
{
    f->fresh = true;
    if (f->kind == KIND_GZIP) {
        f->z.zalloc = z_alloc;
        f->z.zfree = z_release;
        if (inflateInit2(&f->z, 16 + MAX_WBITS) != Z_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
        f->z_open = true;
    }
    if (f->kind == KIND_ZSTD) {
        f->zstd = ZSTD_createDCtx();
        if (f->zstd == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
        if (ZSTD_isError(ZSTD_DCtx_setParameter(f->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG)))
            return tw_fail(fault, TW_INTERNAL, "the zstd library refuses a window of 128 MiB");
    }
    return TW_OK;
}

static tw_err look_at_descriptor(struct tw_file_in *f, struct tw_fault *fault)
{
    struct stat st;
    if (fstat(f->fd, &st) != 0) return say_errno(fault, f->name, errno);
    if (S_ISDIR(st.st_mode)) return say_errno(fault, f->name, EISDIR);
    if (!S_ISREG(st.st_mode)) return TW_OK;
    f->total = (uint64_t)st.st_size;
    posix_fadvise(f->fd, 0, 0, POSIX_FADV_SEQUENTIAL); /* advice: may fail */
    return TW_OK;
}

static tw_err look_at_first(struct tw_file_in *f, struct tw_fault *fault)
{
    while (f->in_n < SNIFF_BYTES && !f->eof) {
        size_t got = 0;
        TW_TRY(read_some(f, f->in + f->in_n, FILE_BLOCK - f->in_n, &got, fault));
        f->in_n += got;
    }
    if (f->in_n == 0)
        return tw_fail(fault, TW_FORMAT, "%s is empty; there is nothing to read", file_shown(f->name));
    TW_TRY(sniff_kind(f, fault));
    return open_unpacker(f, fault);
}

static tw_err set_up(struct tw_file_in *f, const char *path, struct tw_fault *fault)
{
    f->owned = f->source.read == NULL && strcmp(path, "-") != 0;
    f->name = file_copy(f->owned || f->source.read != NULL ? path : "standard input");
    f->in = tw_calloc(FILE_BLOCK, 1);
    if (f->name == NULL || f->in == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    if (f->options.sha256) TW_TRY(tw_sha256_new(&f->sha));
    if (f->owned) {
        f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (f->fd < 0) return say_errno(fault, path, errno);
    }
    if (f->source.read == NULL) TW_TRY(look_at_descriptor(f, fault));
    return look_at_first(f, fault);
}

static tw_err open_either(const char *path, const struct tw_file_source *source,
                          const struct tw_file_options *options, struct tw_file_in **ret,
                          struct tw_fault *fault)
{
    struct tw_file_in *f = tw_calloc(1, sizeof *f);
    if (f == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    if (options != NULL) f->options = *options;
    if (source != NULL) f->source = *source;
    f->fd = STDIN_FILENO;
    tw_err err = set_up(f, path, fault);
    if (err != TW_OK) {
        tw_file_in_free(f);
        return err;
    }
    *ret = f;
    return TW_OK;
}

tw_err tw_file_in_open(const char *path, const struct tw_file_options *options, struct tw_file_in **ret,
                       struct tw_fault *fault)
{
    return open_either(path, NULL, options, ret, fault);
}

tw_err tw_file_in_from(const struct tw_file_source *source, const struct tw_file_options *options,
                       struct tw_file_in **ret, struct tw_fault *fault)
{
    return open_either(source->name, source, options, ret, fault);
}

void tw_file_in_free(struct tw_file_in *f)
{
    if (f == NULL) return;
    if (f->z_open) inflateEnd(&f->z);
    ZSTD_freeDCtx(f->zstd);
    tw_sha256_free(f->sha);
    if (f->owned && f->fd >= 0) close(f->fd);
    tw_free(f->in);
    tw_free(f->name);
    tw_free(f);
}

static tw_err read_plain(struct tw_file_in *f, unsigned char *p, size_t n, size_t *ret,
                         struct tw_fault *fault)
{
    size_t held = f->in_n - f->in_at;
    if (held == 0) return f->eof ? TW_OK : read_some(f, p, n, ret, fault);
    *ret = held < n ? held : n;
    memcpy(p, f->in + f->in_at, *ret);
    f->in_at += *ret;
    return TW_OK;
}

static tw_err damaged(const struct tw_file_in *f, struct tw_fault *fault, const char *why)
{
    if (fault != NULL) fault->byte = f->done - (f->in_n - f->in_at);
    return tw_fail(fault, TW_FORMAT, "%s is damaged: %s; fetch or pack it again", file_shown(f->name), why);
}

static tw_err cut_off(const struct tw_file_in *f, struct tw_fault *fault)
{
    if (fault != NULL) fault->byte = f->done;
    return tw_fail(fault, TW_FORMAT,
                   "%s is cut off: it ends in the middle of its packed data; fetch it again",
                   file_shown(f->name));
}

static const char after_end[] = "something else follows the packed data";

/* One call of inflate. *ret = bytes that came out. */
static tw_err step_gzip(struct tw_file_in *f, unsigned char *p, size_t n, size_t *ret, struct tw_fault *fault)
{
    const uInt give = (uInt)(f->in_n - f->in_at), room = n < FILE_BLOCK ? (uInt)n : FILE_BLOCK;
    f->z.next_in = f->in + f->in_at;
    f->z.avail_in = give;
    f->z.next_out = p;
    f->z.avail_out = room;
    const bool first = f->between;
    const int r = inflate(&f->z, Z_NO_FLUSH);
    f->in_at += give - f->z.avail_in;
    *ret = room - f->z.avail_out;
    if (give > 0) f->between = false;
    if (*ret > 0) f->fresh = false;
    switch (r) {
    case Z_OK:
    case Z_BUF_ERROR:
        return TW_OK;
    case Z_STREAM_END:
        f->between = f->fresh = true;
        return inflateReset(&f->z) == Z_OK ? TW_OK : tw_fail(fault, TW_INTERNAL, "zlib cannot start again");
    case Z_MEM_ERROR:
        return tw_fail(fault, TW_NOMEM, "out of memory");
    default:
        if (f->made > 0 && (first || f->fresh)) return damaged(f, fault, after_end);
        return damaged(f, fault, f->z.msg != NULL ? f->z.msg : "gzip data expected");
    }
}

/* One call of the zstd decoder. *ret = bytes that came out. */
static tw_err step_zstd(struct tw_file_in *f, void *p, size_t n, size_t *ret, struct tw_fault *fault)
{
    ZSTD_inBuffer in = {f->in + f->in_at, f->in_n - f->in_at, 0};
    ZSTD_outBuffer out = {p, n, 0};
    const size_t r = ZSTD_decompressStream(f->zstd, &out, &in);
    f->in_at += in.pos;
    *ret = out.pos;
    if (!ZSTD_isError(r)) {
        f->between = r == 0;
        return TW_OK;
    }
    switch (ZSTD_getErrorCode(r)) {
    case ZSTD_error_memory_allocation:
        return tw_fail(fault, TW_NOMEM, "out of memory");
    case ZSTD_error_frameParameter_windowTooLarge:
        return tw_fail(fault, TW_LIMIT,
                       "%s was packed with a zstd window above 128 MiB; pack it without --ultra or --long",
                       file_shown(f->name));
    case ZSTD_error_prefix_unknown:
        return damaged(f, fault, f->made > 0 ? after_end : "zstd data expected");
    default:
        return damaged(f, fault, ZSTD_getErrorName(r));
    }
}

static tw_err read_packed(struct tw_file_in *f, unsigned char *p, size_t n, size_t *ret,
                          struct tw_fault *fault)
{
    size_t made = 0;
    while (made < n) {
        TW_TRY(fill(f, fault));
        const bool dry = f->in_at == f->in_n;
        if (dry && f->between) break;
        size_t got = 0;
        const size_t at = f->in_at;
        TW_TRY(f->kind == KIND_GZIP ? step_gzip(f, p + made, n - made, &got, fault)
                                    : step_zstd(f, p + made, n - made, &got, fault));
        made += got;
        f->made += got;
        if (dry && got == 0 && f->in_at == at) return cut_off(f, fault);
    }
    if (made == 0 && f->made == 0)
        return tw_fail(fault, TW_FORMAT, "%s is empty inside; there is nothing to read", file_shown(f->name));
    *ret = made;
    return TW_OK;
}

tw_err tw_file_in_read(struct tw_file_in *f, void *p, size_t n, size_t *ret, struct tw_fault *fault)
{
    size_t got = 0;
    if (n == 0) return tw_fail(fault, TW_ARG, "a read of no bytes");
    if (!f->ended)
        TW_TRY(f->kind == KIND_PLAIN ? read_plain(f, p, n, &got, fault) : read_packed(f, p, n, &got, fault));
    f->ended = got == 0;
    *ret = got;
    return TW_OK;
}

struct tw_file_seen tw_file_in_seen(const struct tw_file_in *f)
{
    return (struct tw_file_seen){f->done, f->total};
}

tw_err tw_file_in_sha256(struct tw_file_in *f, uint8_t ret[TW_SHA256_BYTES])
{
    if (f->sha == NULL || !f->ended) return TW_ARG;
    tw_sha256_end(f->sha, ret);
    tw_sha256_free(f->sha);
    f->sha = NULL;
    return TW_OK;
}

tw_err tw_file_in_all(const char *path, size_t max_bytes, struct tw_buf *ret, struct tw_fault *fault)
{
    TW_SCOPED(tw_file_in) *f = NULL;
    TW_TRY(tw_file_in_open(path, NULL, &f, fault));
    assert(f != NULL);
    TW_SCOPED_BUF all = {0};
    char block[16 * 1024];
    for (size_t got = 1; got > 0;) {
        TW_TRY(tw_file_in_read(f, block, sizeof block, &got, fault));
        if (got > max_bytes - all.n)
            return tw_fail(fault, TW_LIMIT, "%s is larger than %zu bytes, the limit for such a file",
                           file_shown(path), max_bytes);
        tw_buf_put(&all, block, got);
        if (all.failed) return tw_fail(fault, TW_NOMEM, "out of memory");
    }
    tw_buf_put(ret, all.p, all.n);
    return ret->failed ? tw_fail(fault, TW_NOMEM, "out of memory") : TW_OK;
}
