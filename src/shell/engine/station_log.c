/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/station_log_check_priv.h"
#include "engine/station_log_priv.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "audit/leaf.h"
#include "audit/note.h"
#include "base/date.h"
#include "base/mem.h"
#include "decl/decision.h"
#include "engine/log_pins_priv.h"
#include "message/json_read.h"
#include "store/file.h"

enum { ARENA_BYTES = 256 << 20, REPORT_EVERY = 1000, PATH_BYTES = 4096 };

void tw_station_log_report_free(struct tw_station_log_report *r)
{
    tw_buf_free(&r->note);
}

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

/* -- the whole of it */

struct verify {
    struct tw_station *s;
    struct tw_db *db;
    const struct tw_station_log_watch *w;
    struct tw_station_log_report *r;
    struct tw_tlog *tree;   /* made anew, of the leaves alone */
    struct tw_arena *arena; /* of a leaf */
    struct tw_note_key key; /* of the log */
    uint64_t signed_size;   /* of the last checkpoint */
    struct log_erased erased;
    struct log_pins pins;
    struct log_tile tile;
    struct log_days days;
    uint64_t tiles; /* that the leaves make */
};

/* NOLINTNEXTLINE(readability-non-const-parameter): as struct tw_tlog_tiles has it */
static tw_err no_tile(void *to, unsigned level, uint64_t index, unsigned width, uint8_t *ret,
                      struct tw_fault *fault)
{
    (void)to;
    (void)level;
    (void)index;
    (void)width;
    (void)ret;
    return tw_fail(fault, TW_INTERNAL, "a new tree reads no tiles");
}

/* A tile as it comes out, beside the one that is kept. */
static tw_err compare_tile(void *to, unsigned level, uint64_t index, unsigned width, const uint8_t *hashes,
                           struct tw_fault *fault)
{
    struct verify *v = to;
    uint8_t tile[TW_DB_TILE_MAX];
    size_t n = 0;
    const struct tw_db_tile_at at = {level, index};
    const tw_err err = tw_db_tile(v->db, &at, tile, &n, fault);
    if (err != TW_OK && err != TW_NOTFOUND && err != TW_FORMAT) return err;
    v->tiles++;
    if (err == TW_OK && n == (size_t)width * TW_TLOG_HASH && memcmp(tile, hashes, n) == 0) return TW_OK;
    return tw_fail(fault, TW_CONFLICT, "tile %u/%llu is not what its leaves make it", level,
                   (unsigned long long)index);
}

static bool hash_is(const struct tw_json_node *leaf, const char *key, struct tw_str text)
{
    uint8_t sum[TW_SHA256_BYTES];
    tw_sha256(text.s, text.n, sum);
    return log_hash_is(leaf, key, sum);
}

static bool number_is(const struct tw_json_node *leaf, const char *key, int64_t want)
{
    const struct tw_json_node *node = tw_json_get(leaf, key);
    int64_t v = 0;
    return node != NULL && node->kind == TW_JSON_NUMBER && tw_str_i64(node->text, &v) == TW_OK && v == want;
}

static tw_err wrong_row(uint64_t idx, const char *what, uint64_t reg, struct tw_fault *fault)
{
    return tw_fail(fault, TW_CONFLICT, "leaf %llu and the %s it speaks of, %012llu, disagree",
                   (unsigned long long)idx, what, (unsigned long long)reg);
}

static tw_err check_intake(struct verify *v, uint64_t idx, const struct tw_json_node *leaf,
                           struct tw_fault *fault)
{
    uint64_t reg = 0, version = 0;
    struct tw_db_decl row;
    if (!log_whole(leaf, "reg", &reg) || !log_whole(leaf, "version", &version) || version > UINT32_MAX)
        return wrong_row(idx, "declaration", reg, fault);
    const tw_err err = tw_db_decl(v->db, reg, (uint32_t)version, v->arena, &row, fault);
    if (err == TW_NOTFOUND) return wrong_row(idx, "declaration", reg, fault);
    TW_TRY(err);
    v->r->intakes++;
    if (row.head.seq != idx + 1 || !number_is(leaf, "at", row.head.received_at) ||
        !hash_is(leaf, "fields", row.fields))
        return wrong_row(idx, "declaration", reg, fault);
    bool erased = false;
    TW_TRY(log_source(&(struct log_place){v->db, v->arena, idx, leaf}, &row, &v->erased, &erased, fault));
    v->r->erased += erased;
    return TW_OK;
}

static tw_err in_force(const struct verify *v, uint64_t idx, const struct tw_db_decision *row,
                       struct tw_fault *fault)
{
    if (!v->pins.rules || (memcmp(row->model, v->pins.model, sizeof row->model) == 0 &&
                           memcmp(row->criteria, v->pins.criteria, sizeof row->criteria) == 0))
        return TW_OK;
    return tw_fail(fault, TW_CONFLICT, "decision leaf %llu names a model or criteria that were not in force",
                   (unsigned long long)idx);
}

static tw_err check_decision(struct verify *v, uint64_t idx, const struct tw_json_node *leaf,
                             struct tw_fault *fault)
{
    uint64_t reg = 0, version = 0;
    char draw[20];
    struct tw_db_decision row;
    if (!log_whole(leaf, "reg", &reg) || !log_whole(leaf, "version", &version) || version > UINT32_MAX)
        return wrong_row(idx, "decision", reg, fault);
    const tw_err err = tw_db_decision(v->db, reg, (uint32_t)version, v->arena, &row, fault);
    if (err == TW_NOTFOUND) return wrong_row(idx, "decision", reg, fault);
    TW_TRY(err);
    v->r->decisions++;
    snprintf(draw, sizeof draw, "%016llx", (unsigned long long)row.draw);
    const struct tw_json_node *drawn = tw_json_get(leaf, "draw"), *channel = tw_json_get(leaf, "channel");
    const bool same = row.seq == idx + 1 && hash_is(leaf, "record", row.record) &&
                      hash_is(leaf, "features", row.features) && number_is(leaf, "at", row.decided_at) &&
                      log_hash_is(leaf, "model", row.model) && log_hash_is(leaf, "criteria", row.criteria) &&
                      log_hash_is(leaf, "profile", row.profile) &&
                      number_is(leaf, "propensity_ppm", row.propensity_ppm) && drawn != NULL &&
                      tw_str_is(drawn->text, draw) && channel != NULL &&
                      tw_str_is(channel->text, tw_channel_name((enum tw_channel)row.channel));
    if (!same) return wrong_row(idx, "decision", reg, fault);
    TW_TRY(log_day_draw(&v->days, idx, leaf, fault));
    return in_force(v, idx, &row, fault);
}

struct sought {
    uint64_t seq;
    const struct tw_json_node *leaf;
    bool same;
};

static tw_err seek_finding(void *to, const struct tw_db_finding *f, struct tw_fault *fault)
{
    struct sought *s = to;
    (void)fault;
    char room[16];
    struct tw_buf day = tw_buf_in(room, sizeof room);
    if (f->seq != s->seq) return TW_OK;
    const struct tw_json_node *known = tw_json_get(s->leaf, "known_day");
    tw_buf_day(&day, f->known_day);
    s->same = hash_is(s->leaf, "record", f->record) && number_is(s->leaf, "item", f->item) &&
              number_is(s->leaf, "version", f->version) && known != NULL &&
              tw_str_eq(known->text, tw_buf_view(&day));
    return TW_OK;
}

static tw_err check_finding(struct verify *v, uint64_t idx, const struct tw_json_node *leaf,
                            struct tw_fault *fault)
{
    uint64_t reg = 0;
    struct sought s = {idx + 1, leaf, false};
    if (!log_whole(leaf, "reg", &reg)) return wrong_row(idx, "finding", reg, fault);
    TW_TRY(tw_db_findings_of(v->db, reg, seek_finding, &s, fault));
    v->r->findings++;
    return s.same ? TW_OK : wrong_row(idx, "finding", reg, fault);
}

static tw_err check_manifest(struct verify *v, uint64_t idx, const struct tw_json_node *leaf,
                             struct tw_fault *fault)
{
    bool erased = false;
    TW_TRY(log_pins_manifest(&v->pins, idx, leaf, v->arena, fault));
    TW_TRY(log_cargo(&(struct log_place){v->db, v->arena, idx, leaf}, &v->erased, &erased, fault));
    v->r->erased_manifests += erased;
    return TW_OK;
}

/* What the leaf speaks of is there, and is what it says. */
static tw_err check_rows(struct verify *v, uint64_t idx, struct tw_str body, struct tw_fault *fault)
{
    const struct tw_json_node *leaf;
    tw_arena_reset(v->arena);
    TW_TRY(tw_json_parse(body, NULL, v->arena, &leaf, fault));
    const struct tw_json_node *type = tw_json_get(leaf, "type");
    if (type == NULL || type->kind != TW_JSON_TEXT)
        return tw_fail(fault, TW_CONFLICT, "leaf %llu does not say what it is", (unsigned long long)idx);
    if (tw_str_is(type->text, "intake")) return check_intake(v, idx, leaf, fault);
    if (tw_str_is(type->text, "decision")) return check_decision(v, idx, leaf, fault);
    if (tw_str_is(type->text, "finding")) return check_finding(v, idx, leaf, fault);
    if (tw_str_is(type->text, "erasure")) {
        v->r->erasures++;
        return log_erasure(&(struct log_place){v->db, v->arena, idx, leaf}, &v->erased, fault);
    }
    if (tw_str_is(type->text, "object")) {
        v->r->objects++;
        return log_pins_object(&v->pins, idx, leaf, fault);
    }
    if (tw_str_is(type->text, "settings")) {
        v->r->settings++;
        return log_pins_settings(&v->pins, idx, leaf, fault);
    }
    if (tw_str_is(type->text, "manifest")) {
        v->r->manifests++;
        return check_manifest(v, idx, leaf, fault);
    }
    if (tw_str_is(type->text, "commitment")) {
        v->r->commitments++;
        return log_day_commitment(&v->days, idx, leaf, fault);
    }
    if (tw_str_is(type->text, "reveal")) {
        v->r->reveals++;
        return log_day_reveal(&v->days, idx, leaf, fault);
    }
    return TW_OK;
}

/* A checkpoint of just this size, if there is one. */
static tw_err check_checkpoint(struct verify *v, struct tw_fault *fault)
{
    const uint64_t size = tw_tlog_size(v->tree);
    struct tw_str text;
    struct tw_note note;
    struct tw_checkpoint c;
    struct tw_fault why = {0};
    uint8_t root[TW_TLOG_HASH];
    const tw_err err = tw_db_checkpoint(v->db, size, v->arena, &text, fault);
    if (err == TW_NOTFOUND) return TW_OK;
    TW_TRY(err);
    tw_tlog_root(v->tree, root);
    const bool good = tw_note_read(text, &note, &why) == TW_OK &&
                      tw_checkpoint_read(note.text, &c, &why) == TW_OK && c.size == size &&
                      memcmp(c.root, root, sizeof root) == 0 && tw_str_eq(c.origin, v->key.name) &&
                      tw_note_signed_by(&note, &v->key, NULL) == TW_NOTE_HOLDS;
    if (!good)
        return tw_fail(fault, TW_CONFLICT,
                       "the checkpoint of %llu leaves is not that of these leaves, signed by the log's key",
                       (unsigned long long)size);
    v->r->checkpoints++;
    v->signed_size = size;
    v->r->last = c;
    tw_buf_clear(&v->r->note);
    tw_buf_str(&v->r->note, text);
    return v->r->note.failed ? no_memory(fault) : TW_OK;
}

static tw_err verify_leaf(void *to, uint64_t idx, struct tw_str body, struct tw_fault *fault)
{
    struct verify *v = to;
    uint8_t hash[TW_TLOG_HASH];
    if (v->w->stop != NULL && *v->w->stop != 0) return tw_fail(fault, TW_INTERRUPTED, "interrupted");
    if (idx != tw_tlog_size(v->tree))
        return tw_fail(fault, TW_CONFLICT, "leaf %llu is missing", (unsigned long long)tw_tlog_size(v->tree));
    struct tw_fault why = {0};
    if (tw_leaf_check(body, &why) != TW_OK)
        return tw_fail(fault, TW_CONFLICT, "leaf %llu is not canonical: %s", (unsigned long long)idx,
                       why.note);
    tw_tlog_leaf_hash(body.s, body.n, hash);
    TW_TRY(log_leaf_in_tile(v->s, &v->tile, idx, hash, fault));
    if (!v->w->log_alone) TW_TRY(check_rows(v, idx, body, fault));
    TW_TRY(tw_tlog_append(v->tree, hash, fault));
    TW_TRY(check_checkpoint(v, fault));
    v->r->leaves++;
    if (v->w->progress != NULL && v->r->leaves % REPORT_EVERY == 0) v->w->progress(v->w->to, v->r->leaves);
    return TW_OK;
}

/* Are there rows that no leaf speaks of? */
static tw_err verify_rows_end(struct verify *v, struct tw_fault *fault)
{
    if (v->w->log_alone) return TW_OK;
    TW_TRY(log_pins_all(&v->pins, fault));
    TW_TRY(log_erased_end(v->db, &v->erased, fault));
    TW_TRY(log_days_end(v->s, &v->days, fault));
    return log_rows_end(v->s, v->r, v->tiles, fault);
}

/* Behind the last leaf: is it all there is? */
static tw_err verify_end(struct verify *v, struct tw_fault *fault)
{
    TW_TRY(log_checkpoints_end(v->s, v->r, fault));
    TW_TRY(tw_tlog_flush(v->tree, fault));
    TW_TRY(verify_rows_end(v, fault));
    v->r->pending = v->r->leaves - v->signed_size;
    if (v->r->pending == 0) return TW_OK;
    return tw_fail(fault, TW_CONFLICT,
                   "the last %llu of %llu leaves are under no checkpoint; when the station is opened for "
                   "work again, they are signed",
                   (unsigned long long)v->r->pending, (unsigned long long)v->r->leaves);
}

static tw_err verify(struct verify *v, struct tw_fault *fault)
{
    const struct tw_tlog_tiles tiles = {v, no_tile, compare_tile};
    TW_TRY(tw_note_key_read(tw_station_key(v->s), &v->key, fault));
    if (tw_arena_new(ARENA_BYTES, &v->arena) != TW_OK) return no_memory(fault);
    TW_TRY(log_erased_begin(v->db, &v->erased, fault));
    TW_TRY(tw_tlog_new(&tiles, 0, &v->tree, fault));
    TW_TRY(log_pins_begin(&v->pins, v->s, fault));
    TW_TRY(tw_db_leaves_from(v->db, &(struct tw_db_from){0, 0}, verify_leaf, v, fault));
    return verify_end(v, fault);
}

tw_err tw_station_log_verify(struct tw_station *s, const struct tw_station_log_watch *w,
                             struct tw_station_log_report *ret, struct tw_fault *fault)
{
    struct verify v = {.s = s, .db = tw_station_db(s), .w = w, .r = ret};
    *ret = (struct tw_station_log_report){0};
    TW_TRY(tw_db_begin(v.db, fault)); /* one moment, whatever a writer does */
    const tw_err err = verify(&v, fault);
    tw_db_rollback(v.db);
    log_pins_end(&v.pins);
    tw_tlog_free(v.tree);
    tw_arena_free(v.arena);
    log_erased_free(&v.erased);
    log_days_free(&v.days);
    return err;
}

/* -- proofs */

tw_err tw_station_log_checkpoint(struct tw_station *s, struct tw_buf *note, struct tw_fault *fault)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    uint64_t size;
    struct tw_str text;
    if (tw_arena_new(ARENA_BYTES, &arena) != TW_OK) return no_memory(fault);
    const tw_err err = tw_db_checkpoint_last(tw_station_db(s), arena, &size, &text, fault);
    if (err == TW_NOTFOUND) return tw_fail(fault, TW_NOTFOUND, "nothing has been signed yet");
    TW_TRY(err);
    tw_buf_str(note, text);
    return note->failed ? no_memory(fault) : TW_OK;
}

static tw_err take_leaf(void *to, uint64_t idx, struct tw_str body, struct tw_fault *fault)
{
    (void)idx;
    struct tw_buf *out = to;
    tw_buf_str(out, body);
    return out->failed ? no_memory(fault) : TW_OK;
}

tw_err tw_station_log_proof(struct tw_station *s, uint64_t reg, struct tw_buf *proof, struct tw_buf *leaf,
                            struct tw_fault *fault)
{
    struct tw_db *db = tw_station_db(s);
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED_BUF note = {0};
    struct tw_db_decl row;
    struct tw_db_decision decision;
    struct tw_note n;
    struct tw_checkpoint c;
    struct tw_proof p = {.index = 0};
    const struct tw_tlog_tiles tiles = tw_station_tiles(s);
    if (tw_arena_new(ARENA_BYTES, &arena) != TW_OK) return no_memory(fault);
    tw_err err = tw_db_decl(db, reg, 0, arena, &row, fault);
    if (err == TW_OK) err = tw_db_decision(db, reg, row.head.version, arena, &decision, fault);
    if (err == TW_NOTFOUND)
        return tw_fail(fault, TW_NOTFOUND, "declaration %012llu is not registered here, or not decided yet",
                       (unsigned long long)reg);
    TW_TRY(err);
    p.index = decision.seq - 1;
    TW_TRY(tw_station_log_checkpoint(s, &note, fault));
    TW_TRY(tw_note_read(tw_buf_view(&note), &n, fault));
    TW_TRY(tw_checkpoint_read(n.text, &c, fault));
    if (p.index >= c.size)
        return tw_fail(fault, TW_NOTFOUND, "this decision is not signed yet; ask again in a moment");
    TW_TRY(tw_tlog_prove_inclusion(&tiles, p.index, c.size, &p.path, fault));
    TW_TRY(tw_db_leaves_from(db, &(struct tw_db_from){p.index, 1}, take_leaf, leaf, fault));
    p.checkpoint = tw_buf_view(&note);
    tw_proof_put(&p, proof);
    return proof->failed ? no_memory(fault) : TW_OK;
}

tw_err tw_station_log_leaves(struct tw_station *s, uint64_t from, tw_db_leaf_fn fn, void *to,
                             struct tw_fault *fault)
{
    return tw_db_leaves_from(tw_station_db(s), &(struct tw_db_from){from, 0}, fn, to, fault);
}

/* -- as files */

struct files {
    struct tw_station *s;
    const char *dir;
    struct tw_buf bundle;
    uint64_t size, entries;
};

/* Makes the directories of a path below `dir`, and writes the file. */
static tw_err write_file(const struct files *f, struct tw_str path, struct tw_str bytes,
                         struct tw_fault *fault)
{
    char name[PATH_BYTES];
    const struct tw_file_options how = {.stop = NULL};
    struct tw_file_out *out = NULL;
    if (snprintf(name, sizeof name, "%s/%.*s", f->dir, TW_STR_ARG(path)) >= (int)sizeof name)
        return tw_fail(fault, TW_ARG, "the path of the directory is too long");
    for (char *p = name + strlen(f->dir) + 1; (p = strchr(p, '/')) != NULL; p++) {
        *p = '\0';
        if (mkdir(name, 0755) != 0 && errno != EEXIST)
            return tw_fail(fault, TW_IO, "%s cannot be made: %s", name, strerrordesc_np(errno));
        *p = '/';
    }
    tw_err err = tw_file_out_open(name, &how, &out, fault);
    if (err == TW_OK) err = tw_file_out_write(out, bytes.s, bytes.n, fault);
    if (err == TW_OK) err = tw_file_out_commit(out, fault);
    tw_file_out_free(out);
    return err;
}

static tw_err write_bundle(struct files *f, struct tw_fault *fault)
{
    TW_SCOPED_BUF path = {0};
    const unsigned width = (unsigned)((f->entries - 1) % TW_TLOG_TILE) + 1;
    tw_tlog_bundle_path((f->entries - 1) / TW_TLOG_TILE, width, &path);
    TW_TRY(write_file(f, tw_buf_view(&path), tw_buf_view(&f->bundle), fault));
    tw_buf_clear(&f->bundle);
    return TW_OK;
}

static tw_err bundle_leaf(void *to, uint64_t idx, struct tw_str body, struct tw_fault *fault)
{
    struct files *f = to;
    (void)idx;
    tw_tlog_bundle_put(body, &f->bundle);
    if (f->bundle.failed) return no_memory(fault);
    return ++f->entries % TW_TLOG_TILE == 0 ? write_bundle(f, fault) : TW_OK;
}

static tw_err write_tiles(struct files *f, struct tw_fault *fault)
{
    const struct tw_tlog_tiles tiles = tw_station_tiles(f->s);
    for (unsigned level = 0; level < TW_TLOG_LEVELS && f->size >> (8 * level) > 0; level++) {
        const uint64_t hashes = f->size >> (8 * level);
        for (uint64_t index = 0; index * TW_TLOG_TILE < hashes; index++) {
            const uint64_t left = hashes - index * TW_TLOG_TILE;
            const unsigned width = left < TW_TLOG_TILE ? (unsigned)left : TW_TLOG_TILE;
            uint8_t tile[TW_DB_TILE_MAX];
            TW_SCOPED_BUF path = {0};
            TW_TRY(tiles.read(tiles.to, level, index, width, tile, fault));
            tw_tlog_tile_path(level, index, width, &path);
            TW_TRY(write_file(f, tw_buf_view(&path),
                              (struct tw_str){(const char *)tile, (size_t)width * TW_TLOG_HASH}, fault));
        }
    }
    return TW_OK;
}

tw_err tw_station_log_files(struct tw_station *s, const char *dir, struct tw_fault *fault)
{
    struct files f = {.s = s, .dir = dir};
    TW_SCOPED_BUF note = {0};
    struct tw_note n;
    struct tw_checkpoint c;
    TW_TRY(tw_station_log_checkpoint(s, &note, fault));
    TW_TRY(tw_note_read(tw_buf_view(&note), &n, fault));
    TW_TRY(tw_checkpoint_read(n.text, &c, fault));
    f.size = c.size;
    TW_TRY(write_tiles(&f, fault));
    tw_err err = tw_db_leaves_from(tw_station_db(s), &(struct tw_db_from){0, c.size}, bundle_leaf, &f, fault);
    if (err == TW_OK && f.bundle.n > 0) err = write_bundle(&f, fault);
    tw_buf_free(&f.bundle);
    TW_TRY(err);
    return write_file(&f, TW_STR("checkpoint"), tw_buf_view(&note), fault);
}
