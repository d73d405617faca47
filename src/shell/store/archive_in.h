/* SPDX-License-Identifier: Apache-2.0 */
/* store/archive_in.h -- files within an archive.
 *
 * In : the path of a tar (plain, or packed by gzip or zstd) or zip archive.
 * Out: its files one after the other, in the order they stand in; nothing is ever written to the disk.
 * Not: what the bytes mean. Directories, empty files and what begins with a point are passed over, as below a
 * directory (store/walk.h).
 *
 * An archive is somebody else's: a file whose path is absolute or climbs, a link, a device, a file under a
 * password is refused and the next is gone on with. What unpacks to far more than it is packed in ends the
 * reading. Sources: POSIX.1-2017 pax (ustar and pax), PKWARE APPNOTE 6.3 (zip); libarchive reads both.
 */
#ifndef TW_STORE_ARCHIVE_IN_H
#define TW_STORE_ARCHIVE_IN_H

#include "store/file.h"

/* Zero in a member means its default. */
struct tw_archive_limits {
    uint32_t files; /* entries of the archive: 1,000,000 */
    uint32_t ratio; /* bytes unpacked for one of the archive, beyond the first 64 MiB: 200 */
    uint32_t name;  /* bytes of a file's path: 1,000; at most 4,000 */
};

enum { TW_ARCHIVE_FREE = 64 << 20 }; /* bytes that may be unpacked whatever the archive's size */

/* Is the file at `path` such an archive? By its first bytes, unpacked. false: also what cannot be read, and
 * standard input. */
bool tw_archive_is(const char *path);

struct tw_archive;

/* limits   NULL = all defaults
 * options  as of tw_file_in_open; sha256 is not kept
 *
 * TW_FORMAT  no archive, a damaged one, an office document (which is a zip archive, too)
 * TW_ARG     a limit above its ceiling
 * TW_NOTFOUND, TW_IO, TW_NOMEM, TW_INTERRUPTED */
tw_err tw_archive_open(const char *path, const struct tw_archive_limits *limits,
                       const struct tw_file_options *options, struct tw_archive **ret, struct tw_fault *fault)
    TW_MUST_CHECK;
void tw_archive_free(struct tw_archive *a); /* takes NULL */
static inline void tw_archive_freep(struct tw_archive **a)
{
    tw_archive_free(*a);
}

enum tw_archive_step {
    TW_ARCHIVE_FILE,    /* a file; its bytes are for tw_archive_file */
    TW_ARCHIVE_REFUSED, /* an entry that is not read, and the reason */
    TW_ARCHIVE_END
};

/* Files that held nothing, and were gone by, so far. */
uint64_t tw_archive_empty(const struct tw_archive *a);

/* The next one. *name is its path in the archive, without what would upset a screen; valid until the next
 * call, empty with TW_ARCHIVE_END.
 *
 * Errors end the reading:
 * TW_FORMAT  the archive is damaged or cut off
 * TW_LIMIT   more files than allowed, unpacks to too much
 * TW_IO, TW_NOMEM, TW_INTERRUPTED */
tw_err tw_archive_next(struct tw_archive *a, enum tw_archive_step *step, const char **name,
                       struct tw_fault *fault) TW_MUST_CHECK;

/* Opens the file that tw_archive_next has come to, unpacked where it is gzip or zstd itself; once. It must be
 * freed before the next call of tw_archive_next. The errors of tw_file_in_open; from reading it besides
 * TW_FORMAT, a damaged archive, and TW_LIMIT. */
tw_err tw_archive_file(struct tw_archive *a, struct tw_file_in **ret, struct tw_fault *fault) TW_MUST_CHECK;

/* Do the first bytes of a file, unpacked, say that it is a tar archive itself? 512 of them are enough. */
bool tw_archive_begins(struct tw_str first);

/* Tells of an archive within an archive. Returns TW_FORMAT */
tw_err tw_archive_within(struct tw_fault *fault);

/* Bytes of the archive's file. */
uint64_t tw_archive_bytes(const struct tw_archive *a);

#endif
