/* SPDX-License-Identifier: Apache-2.0 */
/* engine/station.h -- a station: one writer, its database, its log, its signer.
 *
 * In : a directory that tw_station_init made (docs/formats/station.md); rows and leaves by the batch.
 * Out: batches that are whole, durable and signed, or did not happen; draws of days that the log commits to.
 * Not: what rows mean: engine/intake.h takes in, engine/station_run.h decides, engine/station_log.h proves.
 *
 * A batch: tw_station_begin, rows (store/db_record.h) and leaves, tw_station_commit. Rows and leaves become
 * durable in one transaction; then the signer signs the log as it is; only then may anything of it be
 * acknowledged. Where the signer is gone, the batch is there and not acknowledged; the next one, or the next
 * process, has it signed first.
 *
 * The number of a leaf is the order of all things: rows carry it as `seq` (one more, from 1), and a
 * declaration's registration number is that of the leaf of its first version. So nobody chooses either,
 * and no clock puts them in order.
 */
#ifndef TW_ENGINE_STATION_H
#define TW_ENGINE_STATION_H

#include <signal.h>

#include "audit/checkpoint.h"
#include "store/db_log.h"
#include "store/db_record.h"

enum { TW_STATION_NUMBER = 13 }; /* characters of a registration number as text: 12 digits and a NUL */

struct tw_station;

/* Nothing is owned; texts outlive the station. */
struct tw_station_options {
    const char *dir;
    const char *signer;                /* path of its socket; NULL = signer.sock in the directory */
    bool read_only;                    /* no lock, no signer; nothing is written */
    const volatile sig_atomic_t *stop; /* not zero = give up; NULL = never */
    int64_t (*now)(void);              /* UTC seconds; NULL = the clock */
    const char *vfs;                   /* of SQLite; NULL = its own; for tests */
};

/* Makes a station in a directory that is empty or does not exist, whose log is that of the signer's key.
 * TW_CONFLICT  there is something else in it, or the signer has signed another log already; the errors of
 * tw_db_create and tw_signer_client_open */
tw_err tw_station_init(const struct tw_station_options *o, struct tw_fault *fault) TW_MUST_CHECK;

/* What was committed and not signed is signed now.
 * TW_CONFLICT  another process writes (its pid is told); the signer has signed leaves that are not here, or
 * another log; TW_NOTFOUND (no station); the errors of tw_db_open and tw_signer_client_open */
tw_err tw_station_open(const struct tw_station_options *o, struct tw_station **ret, struct tw_fault *fault)
    TW_MUST_CHECK;
/* Takes NULL. An open batch is undone. */
void tw_station_free(struct tw_station *s);
static inline void tw_station_freep(struct tw_station **s)
{
    tw_station_free(*s);
}

struct tw_db *tw_station_db(struct tw_station *s);
const char *tw_station_dir(const struct tw_station *s);
uint64_t tw_station_size(const struct tw_station *s); /* leaves, those of the open batch too */
int64_t tw_station_now(const struct tw_station *s);
struct tw_str tw_station_key(const struct tw_station *s); /* NAME+HASH+KEY of its log */
struct tw_tlog_tiles tw_station_tiles(struct tw_station *s);

/* -- batches */

/* After a failure there is no batch. */
tw_err tw_station_begin(struct tw_station *s, struct tw_fault *fault) TW_MUST_CHECK;
/* Appends a leaf; its number is what tw_station_size was. TW_FORMAT  not canonical: a fault of ours */
tw_err tw_station_leaf(struct tw_station *s, struct tw_str leaf, struct tw_fault *fault) TW_MUST_CHECK;
/* TW_UNAVAILABLE  durable and not signed: nothing of it may be acknowledged; the next batch has it signed
 * first */
tw_err tw_station_commit(struct tw_station *s, struct tw_fault *fault) TW_MUST_CHECK;
void tw_station_rollback(struct tw_station *s); /* without a batch it does nothing */
/* Keeps the last checkpoint, which else comes with the next batch: before the end. */
tw_err tw_station_settle(struct tw_station *s, struct tw_fault *fault) TW_MUST_CHECK;

/* -- chance */

/* The UTC day whose key draws now; it never goes back while the station is open. Its commitment, and that of
 * the next day, are in the log and signed; keys of days that are over are revealed there. Not within a batch.
 */
tw_err tw_station_today(struct tw_station *s, int32_t *ret, struct tw_fault *fault) TW_MUST_CHECK;
/* Draws of registration numbers on a day that tw_station_today has given. */
tw_err tw_station_draw(struct tw_station *s, int32_t day, const uint64_t *reg, size_t n, uint64_t *ret,
                       struct tw_fault *fault) TW_MUST_CHECK;

/* A registration number as text: 12 digits or more. */
void tw_station_number(uint64_t reg, char ret[TW_STATION_NUMBER + 8]);

/* -- what names people */

/* A keyed fingerprint of a text, the first 16 bytes of HMAC-SHA256 by the station's own key. */
void tw_station_print(struct tw_station *s, const char *kind, struct tw_str text, uint8_t ret[TW_DB_ID]);
/* Bytes nobody can foretell. TW_UNAVAILABLE: the system has none */
tw_err tw_station_random(void *p, size_t n, struct tw_fault *fault) TW_MUST_CHECK;

#endif
