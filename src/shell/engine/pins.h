/* SPDX-License-Identifier: Apache-2.0 */
/* engine/pins.h -- files that decide, kept in a station by their hash, and laid out again where they must be
 * files.
 *
 * In : a model's directory, a set of criteria, lists, as paths; a station.
 * Out: each file an object of the station, and one object that names them all, the tree, whose hash stands
 * for them; a directory with just these files. Not: what they say; who opens them before they are pinned does
 * that.
 *
 * A tree is canonical JSON (audit/leaf.h), so the same files have the same hash wherever they came from:
 *
 *   {"files":[{"bytes":12,"path":"model.json","sha256":"..."}],"kind":"model","v":1}
 *
 * Each object has a leaf. Lists name people: their files are sealed by a key of the station's that lies in
 * keys.db, the same bytes always as the same ones, and never laid out. What is laid out lies in the station's
 * directory under the hash of its tree, and is read against it each time: a file that was changed, is missing
 * or was put there is told, and the directory is made anew from the objects.
 */
#ifndef TW_ENGINE_PINS_H
#define TW_ENGINE_PINS_H

#include "criteria/criteria.h"
#include "engine/station.h"

enum tw_pin_kind { TW_PIN_MODEL, TW_PIN_CRITERIA, TW_PIN_LISTS, TW_PIN_KINDS };

enum { TW_PIN_FILES_MAX = 400, TW_PIN_PATH_MAX = 200 }; /* of a tree; bytes of a path in it */

/* Files on their way into a station. */
struct tw_pin_set {
    struct tw_pin_file {
        struct tw_buf path, bytes;
    } * file;
    size_t n;
};
void tw_pin_set_free(struct tw_pin_set *p);

/* Takes over the bytes of a file; `bytes` is empty then. path  below the tree: 12/set.yaml
 * TW_CONFLICT  there is one of that name; TW_LIMIT (too many, a path that is too long or no UTF-8), TW_NOMEM
 */
tw_err tw_pin_add_take(struct tw_pin_set *p, struct tw_str path, struct tw_buf *bytes, struct tw_fault *fault)
    TW_MUST_CHECK;

/* The files of a model's directory, which was opened before (engine/model_dir.h). The errors of
 * tw_file_in_all */
tw_err tw_pin_model(const char *dir, struct tw_pin_set *p, struct tw_fault *fault) TW_MUST_CHECK;

/* Within a batch: objects, their leaves, the tree. *ret_new: how many of them the station did not have.
 * ret  the tree's hash
 * TW_LIMIT  larger than an object may be; and what tw_db_object_put and tw_station_leaf say */
tw_err tw_pin_put(struct tw_station *s, enum tw_pin_kind kind, struct tw_pin_set *p,
                  uint8_t ret[TW_SHA256_BYTES], size_t *ret_new, struct tw_fault *fault) TW_MUST_CHECK;

/* One object by itself, of a kind of its own, with its leaf where it is new. Within a batch. */
tw_err tw_pin_object(struct tw_station *s, const char *kind, struct tw_str bytes,
                     uint8_t ret[TW_SHA256_BYTES], size_t *io_new, struct tw_fault *fault) TW_MUST_CHECK;

/* The bytes of an object, appended. TW_NOTFOUND; TW_FORMAT */
tw_err tw_pin_bytes(struct tw_station *s, const uint8_t hash[TW_SHA256_BYTES], struct tw_buf *ret,
                    struct tw_fault *fault) TW_MUST_CHECK;

/* One file of a tree, valid during the call. */
struct tw_pin_entry {
    struct tw_str path;
    uint8_t sha256[TW_SHA256_BYTES];
    uint64_t bytes;
};
struct tw_pin_each {
    void *to;
    tw_err (*file)(void *to, const struct tw_pin_entry *e, struct tw_fault *fault);
};
/* The files of a tree in the order of their paths. kind  as which it was pinned
 * TW_NOTFOUND  the station has no such tree; TW_FORMAT  it is none */
tw_err tw_pin_tree(struct tw_station *s, enum tw_pin_kind kind, const uint8_t hash[TW_SHA256_BYTES],
                   const struct tw_pin_each *each, struct tw_fault *fault) TW_MUST_CHECK;

/* The bytes of a file of a list, appended. The errors of tw_pin_bytes; TW_NOTFOUND  its key is not there */
tw_err tw_pin_unsealed(struct tw_station *s, const uint8_t hash[TW_SHA256_BYTES], struct tw_buf *ret,
                       struct tw_fault *fault) TW_MUST_CHECK;

/* Who hears of a file that is not what was pinned. NULL = nobody */
struct tw_pin_told {
    void *to;
    void (*changed)(void *to, const char *path, const char *what);
};
/* Its files in DIR/models/HASH or DIR/criteria/HASH, checked now; not of lists. path  the directory,
 * NUL-terminated
 * TW_NOTFOUND, TW_FORMAT  as above; TW_IO, TW_FULL, TW_NOMEM */
tw_err tw_pin_lay_out(struct tw_station *s, enum tw_pin_kind kind, const uint8_t hash[TW_SHA256_BYTES],
                      const struct tw_pin_told *told, struct tw_buf *path, struct tw_fault *fault)
    TW_MUST_CHECK;

#endif
