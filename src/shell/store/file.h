/* SPDX-License-Identifier: Apache-2.0 */
/* store/file.h -- files in and out.
 *
 * In : a path or "-" (standard input, standard output).
 * Out: bytes, unpacked where the content is gzip or zstd; files that appear under their name whole or not at
 * all. Not: what the bytes mean. Not safe for use by several threads at once.
 */
#ifndef TW_STORE_FILE_H
#define TW_STORE_FILE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

/* How a file is opened; zero means: nothing special. */
struct tw_file_options {
    bool sha256;     /* keep the SHA-256 of the bytes as they lie on the disk */
    bool named_temp; /* out: a named temporary file even where the kernel offers nameless ones */
    const volatile sig_atomic_t *stop; /* not zero = give up with TW_INTERRUPTED; NULL = never; not owned */
};

/* How far a file has been read or written, in bytes as they lie on the disk. */
struct tw_file_seen {
    uint64_t done;
    uint64_t total; /* 0 = not known (a pipe, a device, output) */
};

struct tw_file_in;

/* Opens `path` for reading and looks at its first bytes: gzip (several members) and zstd (several frames) are
 * unpacked, known formats that no reader of ours takes are refused by name, all else is handed on as it is.
 * Memory is constant: 128 KiB and what the unpacker needs (zstd: a window of at most 128 MiB).
 * options  NULL = all zero; what it points to must live as long as *ret
 *
 * TW_NOTFOUND     no such file
 * TW_FORMAT       a directory, an empty file, another kind of file
 * TW_IO           may not be read
 * TW_NOMEM, TW_INTERRUPTED
 */
tw_err tw_file_in_open(const char *path, const struct tw_file_options *options, struct tw_file_in **ret,
                       struct tw_fault *fault) TW_MUST_CHECK;

/* Somebody else's bytes: a file within an archive. */
struct tw_file_source {
    void *from; /* first argument of `read` */
    /* The next 1..n bytes; *ret = 0 is the end. */
    tw_err (*read)(void *from, void *p, size_t n, size_t *ret, struct tw_fault *fault);
    const char *name; /* for faults; copied */
};

/* The same for such bytes. `source` need not outlive the call, but source->from must outlive *ret. The errors
 * of tw_file_in_open and of source->read */
tw_err tw_file_in_from(const struct tw_file_source *source, const struct tw_file_options *options,
                       struct tw_file_in **ret, struct tw_fault *fault) TW_MUST_CHECK;

/* The next 1..n bytes into `p`; *ret = 0 is the end. What was handed out before a fault is genuine as far as
 * the check sums of gzip and zstd had been met. TW_FORMAT  damaged or cut off, something else after the
 * packed data, or nothing inside; fault->byte is where TW_LIMIT   packed by zstd with a window above 128 MiB
 * TW_IO, TW_NOMEM, TW_INTERRUPTED
 */
tw_err tw_file_in_read(struct tw_file_in *f, void *p, size_t n, size_t *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

struct tw_file_seen tw_file_in_seen(const struct tw_file_in *f);

/* SHA-256 of the whole file as it lies on the disk. TW_ARG: not asked for in the options, or not read to its
 * end */
tw_err tw_file_in_sha256(struct tw_file_in *f, uint8_t ret[TW_SHA256_BYTES]) TW_MUST_CHECK;

void tw_file_in_free(struct tw_file_in *f); /* takes NULL */

static inline void tw_file_in_freep(struct tw_file_in **f)
{
    tw_file_in_free(*f);
}

/* Appends the whole file, unpacked, to `ret`. On failure `ret` is as before.
 * max_bytes  unpacked
 * TW_LIMIT   larger than max_bytes; and what tw_file_in_open and _read say */
tw_err tw_file_in_all(const char *path, size_t max_bytes, struct tw_buf *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

struct tw_file_out;

/* Opens `path` for writing aside: bytes go to a nameless file in the same directory (a named one,
 * .NAME.tmp-PID, where the file system has no nameless ones) and appear under `path` by tw_file_out_commit
 * alone. An existing file keeps its permissions, a symbolic link keeps pointing where it points. "-", devices
 * and pipes are written straight.
 *
 * TW_ARG       `path` is a directory or empty
 * TW_NOTFOUND  the directory does not exist
 * TW_IO        may not be written
 * TW_FULL, TW_NOMEM
 */
tw_err tw_file_out_open(const char *path, const struct tw_file_options *options, struct tw_file_out **ret,
                        struct tw_fault *fault) TW_MUST_CHECK;

/* Appends. After a failure every further call but _free gives the same error.
 * TW_FULL         no room on the device, over quota or over the file size limit of the process (which must
 * ignore SIGXFSZ to get here) TW_IO           also when the reader of a pipe has gone (the process must
 * ignore SIGPIPE) TW_INTERRUPTED
 */
tw_err tw_file_out_write(struct tw_file_out *f, const void *p, size_t n, struct tw_fault *fault)
    TW_MUST_CHECK;

/* Hands what is buffered to the kernel; for output that somebody watches. Errors as above. */
tw_err tw_file_out_flush(struct tw_file_out *f, struct tw_fault *fault) TW_MUST_CHECK;

/* Flush, fsync, rename to the final name, fsync of the directory. Once; then only _seen, _sha256 and _free.
 * On failure nothing new stands under the final name. */
tw_err tw_file_out_commit(struct tw_file_out *f, struct tw_fault *fault) TW_MUST_CHECK;

struct tw_file_seen tw_file_out_seen(const struct tw_file_out *f);

/* SHA-256 of what was written. TW_ARG: not asked for in the options, or not committed */
tw_err tw_file_out_sha256(struct tw_file_out *f, uint8_t ret[TW_SHA256_BYTES]) TW_MUST_CHECK;

/* Takes NULL. Without a commit before it nothing remains of the file. */
void tw_file_out_free(struct tw_file_out *f);

static inline void tw_file_out_freep(struct tw_file_out **f)
{
    tw_file_out_free(*f);
}

#endif
