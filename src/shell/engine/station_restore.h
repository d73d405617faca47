/* SPDX-License-Identifier: Apache-2.0 */
/* engine/station_restore.h -- a station out of its backups, and the backup of what is secret in it.
 *
 * In : copies of station.db, keys.db and keys/print.key.
 * Out: a new directory with a station in it, whole, or none.
 * Not: what the copies lack: signers.yaml and retention.yaml, which are files of the operator's.
 */
#ifndef TW_ENGINE_STATION_RESTORE_H
#define TW_ENGINE_STATION_RESTORE_H

#include "engine/station.h"

/* Nothing is owned. */
struct tw_station_restore {
    const char *station; /* a copy of station.db */
    const char *keys;    /* of keys.db; the copy of print.key lies beside it, with the end .print */
    const char *dir;     /* which there is none of */
    const char *signer;  /* socket: what it signed last must be in the copy; NULL = it is not asked */
    const struct tw_db_progress *progress; /* NULL = not told */
    const volatile sig_atomic_t *stop;
};

/* *without_key = how much is sealed and has no key: erased since, or newer than the copy of the keys.
 * TW_CONFLICT  there is something at `dir`; the signer has signed leaves that are not in the copy, or another
 *              log
 * TW_FORMAT    a copy is damaged, or of something else; and the errors of reading, writing and
 * tw_station_open */
tw_err tw_station_restore(const struct tw_station_restore *o, uint64_t *without_key, struct tw_fault *fault)
    TW_MUST_CHECK;

/* Copies keys.db and print.key of a station, open for reading, to `path` and PATH.print; each whole or not at
 * all. TW_CONFLICT  one is there; the errors of tw_db_backup_keys, tw_secret_read and tw_secret_write */
tw_err tw_station_backup_keys(const char *dir, struct tw_db *db, const char *path, struct tw_fault *fault)
    TW_MUST_CHECK;

#endif
