/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/station_priv.h"

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#include "audit/leaf.h"
#include "audit/note.h"
#include "base/mem.h"
#include "decl/decl.h"
#include "engine/erase.h"
#include "store/secret.h"

enum { PATH_MAX_BYTES = 4096, ARENA_BYTES = 64 << 20, PRINT_KEY = STATION_PRINT_KEY };

#define META_KEY   "log" /* NAME+HASH+KEY of the station's log */
#define PRINT_FILE "keys/print.key"

/* -- small things */

static tw_err path_in(const char *dir, const char *name, char ret[PATH_MAX_BYTES], struct tw_fault *fault)
{
    if (snprintf(ret, PATH_MAX_BYTES, "%s/%s", dir, name) < PATH_MAX_BYTES) return TW_OK;
    return tw_fail(fault, TW_ARG, "the path of the station is too long");
}

static int64_t by_the_clock(void)
{
    return (int64_t)time(NULL);
}

int64_t tw_station_now(const struct tw_station *s)
{
    return s->o.now != NULL ? s->o.now() : by_the_clock();
}

struct tw_db *tw_station_db(struct tw_station *s)
{
    return s->db;
}

const char *tw_station_dir(const struct tw_station *s)
{
    return s->o.dir;
}

uint64_t tw_station_size(const struct tw_station *s)
{
    return tw_tlog_size(s->log);
}

struct tw_str tw_station_key(const struct tw_station *s)
{
    return tw_buf_view(&s->key);
}

void tw_station_number(uint64_t reg, char ret[TW_STATION_NUMBER + 8])
{
    snprintf(ret, TW_STATION_NUMBER + 8, "%012llu", (unsigned long long)reg);
}

/* The key of a kind, from the station's own: no text of one kind is another's. Made once. */
static const struct tw_hmac_key *key_of_kind(struct tw_station *s, const char *kind)
{
    size_t i = 0;
    while (i < s->kinds && strcmp(s->kind[i].name, kind) != 0) i++;
    if (i < s->kinds) return &s->kind[i].by;
    uint8_t of_kind[TW_SHA256_BYTES];
    if (i == STATION_KINDS) i--; /* more than there are: the last place serves them in turn */
    tw_hmac_sha256(s->print_key, sizeof s->print_key, kind, strlen(kind), of_kind);
    s->kind[i].name = kind;
    tw_hmac_key_make(of_kind, sizeof of_kind, &s->kind[i].by);
    s->kinds = i + 1;
    tw_wipe(of_kind, sizeof of_kind);
    return &s->kind[i].by;
}

void tw_station_print(struct tw_station *s, const char *kind, struct tw_str text, uint8_t ret[TW_DB_ID])
{
    uint8_t mac[TW_SHA256_BYTES];
    tw_hmac_by(key_of_kind(s, kind), text.s, text.n, mac);
    memcpy(ret, mac, TW_DB_ID);
}

tw_err tw_station_random(void *p, size_t n, struct tw_fault *fault)
{
    uint8_t *at = p;
    while (n > 0) {
        const ssize_t got = getrandom(at, n, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return tw_fail(fault, TW_UNAVAILABLE, "the system gives no random bytes");
        at += got;
        n -= (size_t)got;
    }
    return TW_OK;
}

/* -- tiles in the database */

static tw_err read_tile(void *to, unsigned level, uint64_t index, unsigned width, uint8_t *ret,
                        struct tw_fault *fault)
{
    struct tw_station *s = to;
    uint8_t tile[TW_DB_TILE_MAX];
    size_t n = 0;
    const struct tw_db_tile_at at = {level, index};
    const tw_err err = tw_db_tile(s->db, &at, tile, &n, fault);
    if (err == TW_NOTFOUND || (err == TW_OK && n < (size_t)width * TW_TLOG_HASH))
        return tw_fail(fault, TW_FORMAT,
                       "tile %u/%llu of the log is missing or too short; run `tidewaiter station check`",
                       level, (unsigned long long)index);
    TW_TRY(err);
    memcpy(ret, tile, (size_t)width * TW_TLOG_HASH);
    return TW_OK;
}

static tw_err write_tile(void *to, unsigned level, uint64_t index, unsigned width, const uint8_t *hashes,
                         struct tw_fault *fault)
{
    struct tw_station *s = to;
    const struct tw_db_tile_at at = {level, index};
    return tw_db_tile_put(s->db, &at, (struct tw_str){(const char *)hashes, (size_t)width * TW_TLOG_HASH},
                          fault);
}

struct tw_tlog_tiles tw_station_tiles(struct tw_station *s)
{
    return (struct tw_tlog_tiles){s, read_tile, write_tile};
}

/* -- opening */

static tw_err count_leaf(void *to, uint64_t idx, struct tw_str body, struct tw_fault *fault)
{
    (void)body;
    uint64_t *size = to;
    if (idx != *size)
        return tw_fail(fault, TW_FORMAT, "leaf %llu of the log is missing; run `tidewaiter station check`",
                       (unsigned long long)*size);
    ++*size;
    return TW_OK;
}

/* The log as the database has it: behind the last checkpoint there may be leaves that were not signed. */
static tw_err open_log(struct tw_station *s, uint64_t *noted, struct tw_fault *fault)
{
    struct tw_db_from from = {.limit = 0};
    struct tw_str note;
    const struct tw_tlog_tiles tiles = tw_station_tiles(s);
    const tw_err err = tw_db_checkpoint_last(s->db, s->arena, &from.seq, &note, fault);
    if (err != TW_OK && err != TW_NOTFOUND) return err;
    if (err == TW_NOTFOUND) from.seq = 0;
    uint64_t size = *noted = from.seq;
    TW_TRY(tw_db_leaves_from(s->db, &from, count_leaf, &size, fault));
    tw_tlog_free(s->log);
    s->log = NULL;
    return tw_tlog_new(&tiles, size, &s->log, fault);
}

static tw_err open_signer(struct tw_station *s, struct tw_fault *fault)
{
    char socket[PATH_MAX_BYTES];
    /* not to be stopped: what is durable is signed, or waits no longer than its timeout */
    struct tw_signer_options how = {.socket = s->o.signer, .key = tw_buf_view(&s->key)};
    if (how.socket == NULL) {
        TW_TRY(path_in(s->o.dir, "signer.sock", socket, fault));
        how.socket = socket;
    }
    return tw_signer_client_open(&how, &s->signer, fault);
}

/* Does the log that the signer stands at begin this one? */
static tw_err meet_signer(struct tw_station *s, struct tw_fault *fault)
{
    uint8_t root[TW_TLOG_HASH];
    const struct tw_tlog_tiles tiles = tw_station_tiles(s);
    TW_TRY(tw_signer_client_last(s->signer, &s->signed_as, fault));
    if (s->signed_as.size > tw_tlog_size(s->log))
        return tw_fail(fault, TW_CONFLICT,
                       "the signer has signed %llu leaves and this station has %llu; it lost some: restore a "
                       "newer backup",
                       (unsigned long long)s->signed_as.size, (unsigned long long)tw_tlog_size(s->log));
    TW_TRY(tw_tlog_root_of(&tiles, s->signed_as.size, root, fault));
    if (memcmp(root, s->signed_as.root, sizeof root) == 0) return TW_OK;
    return tw_fail(fault, TW_CONFLICT,
                   "the signer has signed another log than this station's; is it the right signer?");
}

static tw_err sign(struct tw_station *s, struct tw_fault *fault);

static tw_err read_print_key(struct tw_station *s, struct tw_fault *fault)
{
    char path[PATH_MAX_BYTES];
    struct tw_buf print = tw_buf_in((char *)s->print_key, sizeof s->print_key);
    TW_TRY(path_in(s->o.dir, PRINT_FILE, path, fault));
    TW_TRY(tw_secret_read(path, &print, fault));
    if (print.n == sizeof s->print_key) return TW_OK;
    return tw_fail(fault, TW_FORMAT, "%s is not the key that tidewaiter init made; restore it", PRINT_FILE);
}

/* For work: what was committed is signed, what was to be erased goes. */
static tw_err take_up(struct tw_station *s, struct tw_fault *fault)
{
    TW_TRY(open_signer(s, fault));
    TW_TRY(meet_signer(s, fault));
    TW_TRY(sign(s, fault));
    const tw_err err = tw_erase_finish(s, fault);
    return err == TW_UNAVAILABLE ? TW_OK : err; /* a reader is in the way: the rest waits */
}

static tw_err open_all(struct tw_station *s, struct tw_fault *fault)
{
    const struct tw_db_options how = {.read_only = s->o.read_only, .vfs = s->o.vfs};
    struct tw_str key;
    TW_TRY(tw_db_open(s->o.dir, &how, &s->db, fault));
    TW_TRY(read_print_key(s, fault));
    if (tw_arena_new(ARENA_BYTES, &s->arena) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    TW_TRY(tw_db_meta(s->db, TW_STR(META_KEY), s->arena, &key, fault));
    tw_buf_str(&s->key, key);
    TW_TRY(open_log(s, &s->noted, fault));
    return s->o.read_only ? TW_OK : take_up(s, fault);
}

tw_err tw_station_open(const struct tw_station_options *o, struct tw_station **ret, struct tw_fault *fault)
{
    struct tw_station *s = tw_calloc(1, sizeof *s);
    if (s == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    s->o = *o;
    s->today = TW_NO_DAY;
    const tw_err err = open_all(s, fault);
    if (err != TW_OK) {
        tw_station_free(s);
        return err;
    }
    *ret = s;
    return TW_OK;
}

void tw_station_free(struct tw_station *s)
{
    if (s == NULL) return;
    tw_signer_client_free(s->signer);
    tw_tlog_free(s->log);
    tw_db_free(s->db);
    tw_arena_free(s->arena);
    tw_buf_free(&s->key);
    tw_buf_free(&s->note);
    tw_wipe(s->print_key, sizeof s->print_key);
    tw_wipe(s->kind, sizeof s->kind);
    tw_free(s);
}

/* -- a new one */

static tw_err make_dir(const char *path, struct tw_fault *fault)
{
    if (mkdir(path, 0750) == 0 || errno == EEXIST) return TW_OK;
    if (errno == ENOENT)
        return tw_fail(fault, TW_NOTFOUND, "the directory above %s does not exist; make it", path);
    return tw_fail(fault, errno == ENOSPC ? TW_FULL : TW_IO, "%s cannot be made: %s", path,
                   strerrordesc_np(errno));
}

static tw_err make_print_key(const char *dir, struct tw_fault *fault)
{
    char path[PATH_MAX_BYTES];
    uint8_t key[PRINT_KEY];
    TW_TRY(path_in(dir, PRINT_FILE, path, fault));
    TW_TRY(tw_station_random(key, sizeof key, fault));
    const tw_err err = tw_secret_write(path, (struct tw_str){(const char *)key, sizeof key}, fault);
    tw_wipe(key, sizeof key);
    return err == TW_CONFLICT ? TW_OK : err; /* one that was cut off is gone on with */
}

static tw_err name_log(const struct tw_station_options *o, struct tw_str key, struct tw_fault *fault)
{
    TW_SCOPED(tw_db) *db = NULL;
    TW_TRY(tw_db_open(o->dir, &(struct tw_db_options){.vfs = o->vfs}, &db, fault));
    TW_TRY(tw_db_begin(db, fault));
    TW_TRY(tw_db_meta_put(db, TW_STR(META_KEY), key, fault));
    return tw_db_commit(db, fault);
}

/* Its id is of its own key, so that a bit that turned in it shows. */
static tw_err name_station(const struct tw_station_options *o, uint8_t ret[TW_DB_ID], struct tw_fault *fault)
{
    struct tw_station s = {.o = *o};
    const tw_err err = read_print_key(&s, fault);
    if (err == TW_OK) tw_station_print(&s, "station", TW_STR(""), ret);
    tw_wipe(s.print_key, sizeof s.print_key);
    return err;
}

/* Was the making of the station cut off before its log had a name? */
static bool lacks_name(const struct tw_station_options *o)
{
    const struct tw_db_options how = {.read_only = true, .without_keys = true, .vfs = o->vfs};
    TW_SCOPED(tw_db) *db = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_str key;
    if (tw_arena_new(TW_DB_SHORT_MAX << 10, &arena) != TW_OK) return false;
    return tw_db_open(o->dir, &how, &db, NULL) == TW_OK &&
           tw_db_meta(db, TW_STR(META_KEY), arena, &key, NULL) == TW_NOTFOUND;
}

/* The signer of a new station has signed nothing yet. */
static tw_err meet_new_signer(const struct tw_station_options *o, struct tw_signer_client **ret,
                              struct tw_fault *fault)
{
    struct tw_signer_log last;
    const struct tw_signer_options how = {.socket = o->signer, .stop = o->stop};
    if (how.socket == NULL) return tw_fail(fault, TW_ARG, "a station needs its signer: --signer SOCKET");
    TW_TRY(tw_signer_client_open(&how, ret, fault));
    TW_TRY(tw_signer_client_last(*ret, &last, fault));
    if (last.size == 0) return TW_OK;
    return tw_fail(fault, TW_CONFLICT,
                   "this signer has signed a log of %llu leaves already; a new station needs a new one "
                   "(tidewaiter-signer init)",
                   (unsigned long long)last.size);
}

static tw_err make_dirs(const char *dir, struct tw_fault *fault)
{
    static const char *const under[] = {"keys", "models", "criteria", "lists"};
    char path[PATH_MAX_BYTES];
    TW_TRY(make_dir(dir, fault));
    for (size_t i = 0; i < sizeof under / sizeof *under; i++) {
        TW_TRY(path_in(dir, under[i], path, fault));
        TW_TRY(make_dir(path, fault));
    }
    return TW_OK;
}

tw_err tw_station_init(const struct tw_station_options *o, struct tw_fault *fault)
{
    uint8_t id[TW_DB_ID];
    TW_SCOPED(tw_signer_client) *signer = NULL;
    TW_TRY(meet_new_signer(o, &signer, fault));
    TW_TRY(make_dirs(o->dir, fault));
    TW_TRY(make_print_key(o->dir, fault));
    TW_TRY(name_station(o, id, fault));
    struct tw_fault why = {0};
    const tw_err err = tw_db_create(o->dir, &(struct tw_db_options){.vfs = o->vfs}, id, &why);
    if (err != TW_OK && (err != TW_CONFLICT || !lacks_name(o))) {
        if (fault != NULL) *fault = why;
        return err;
    }
    return name_log(o, tw_signer_client_key(signer), fault);
}

/* -- batches */

/* The checkpoint that was signed last goes into the database with the next batch, or by itself at the end. */
static tw_err keep_note(struct tw_station *s, struct tw_fault *fault)
{
    if (s->note.n == 0) return TW_OK;
    return tw_db_checkpoint_put(s->db, s->signed_as.size, tw_buf_view(&s->note), fault);
}

tw_err station_ready(struct tw_station *s, struct tw_fault *fault)
{
    uint64_t noted;
    if (s->log == NULL) TW_TRY(open_log(s, &noted, fault));
    return sign(s, fault);
}

tw_err tw_station_begin(struct tw_station *s, struct tw_fault *fault)
{
    TW_TRY(station_ready(s, fault));
    TW_TRY(tw_db_begin(s->db, fault));
    const tw_err err = keep_note(s, fault);
    if (err != TW_OK) tw_db_rollback(s->db);
    return err;
}

tw_err tw_station_leaf(struct tw_station *s, struct tw_str leaf, struct tw_fault *fault)
{
    uint8_t hash[TW_TLOG_HASH];
    TW_TRY(tw_leaf_check(leaf, fault));
    TW_TRY(tw_db_leaf_put(s->db, tw_tlog_size(s->log), leaf, fault));
    tw_tlog_leaf_hash(leaf.s, leaf.n, hash);
    return tw_tlog_append(s->log, hash, fault);
}

/* Has the log signed as it is, if it has grown. */
static tw_err sign(struct tw_station *s, struct tw_fault *fault)
{
    struct tw_signer_log now = {.size = tw_tlog_size(s->log)};
    struct tw_tlog_path proof;
    TW_SCOPED_BUF note = {0};
    const struct tw_tlog_tiles tiles = tw_station_tiles(s);
    if (now.size == s->noted) return TW_OK;
    tw_tlog_root(s->log, now.root);
    TW_TRY(tw_tlog_prove_consistency(&tiles, s->signed_as.size, now.size, &proof, fault));
    TW_TRY(tw_signer_client_sign(s->signer, &now, &proof, &note, fault));
    tw_buf_clear(&s->note);
    tw_buf_str(&s->note, tw_buf_view(&note));
    if (s->note.failed) return tw_fail(fault, TW_NOMEM, "out of memory");
    s->signed_as = now;
    s->noted = now.size;
    return TW_OK;
}

tw_err tw_station_settle(struct tw_station *s, struct tw_fault *fault)
{
    if (s->note.n == 0) return TW_OK;
    TW_TRY(tw_station_begin(s, fault));
    return tw_station_commit(s, fault);
}

tw_err tw_station_commit(struct tw_station *s, struct tw_fault *fault)
{
    tw_err err = tw_tlog_flush(s->log, fault);
    if (err == TW_OK) err = tw_db_commit(s->db, fault);
    if (err != TW_OK) {
        tw_station_rollback(s);
        return err;
    }
    tw_buf_clear(&s->note);
    return sign(s, fault);
}

void tw_station_rollback(struct tw_station *s)
{
    uint64_t noted;
    tw_db_rollback(s->db);
    tw_arena_reset(s->arena);
    if (open_log(s, &noted, NULL) == TW_OK) return; /* the tree had leaves that are no more */
    tw_tlog_free(s->log);
    s->log = NULL; /* the next batch tries again */
}
