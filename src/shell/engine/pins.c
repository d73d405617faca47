/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/pins.h"

#include <stdlib.h>

#include "audit/ed25519.h"
#include "audit/leaf.h"
#include "audit/seal.h"
#include "base/json.h"
#include "base/mem.h"
#include "engine/pins_priv.h"
#include "message/json_in.h"
#include "score/model.h"
#include "store/file.h"

enum { PROFILE_BYTES_MAX = 1 << 30 };

static const char *const kind_name[TW_PIN_KINDS] = {
    [TW_PIN_MODEL] = "model", [TW_PIN_CRITERIA] = "criteria", [TW_PIN_LISTS] = "lists"};

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

/* -- files on their way in */

void tw_pin_set_free(struct tw_pin_set *p)
{
    for (size_t i = 0; i < p->n; i++) {
        tw_buf_free(&p->file[i].path);
        tw_buf_free(&p->file[i].bytes);
    }
    tw_free(p->file);
    *p = (struct tw_pin_set){.n = 0};
}

/* Below the tree and nowhere else: no path that leads up, none that begins at the root. */
static bool good_path(struct tw_str path)
{
    struct tw_str rest = path;
    size_t bad;
    if (path.n == 0 || path.n > TW_PIN_PATH_MAX || !tw_str_utf8(path, &bad) ||
        memchr(path.s, '\0', path.n) != NULL)
        return false;
    while (rest.s != NULL) {
        const struct tw_str part = tw_str_cut(rest, '/', &rest);
        if (part.n == 0 || part.s[0] == '.') return false;
    }
    return true;
}

tw_err tw_pin_add_take(struct tw_pin_set *p, struct tw_str path, struct tw_buf *bytes, struct tw_fault *fault)
{
    if (!good_path(path))
        return tw_fail(fault, TW_LIMIT,
                       "'%.*s' is no name under which a file can be pinned: at most %d bytes of UTF-8, none "
                       "of its parts begins with a point",
                       TW_STR_FIRST(path, 60), TW_PIN_PATH_MAX);
    for (size_t i = 0; i < p->n; i++)
        if (tw_str_eq(tw_buf_view(&p->file[i].path), path))
            return tw_fail(fault, TW_CONFLICT, "there are two files '%.*s'", TW_STR_FIRST(path, 100));
    if (p->n == TW_PIN_FILES_MAX)
        return tw_fail(fault, TW_LIMIT, "more than %d files cannot be pinned together", TW_PIN_FILES_MAX);
    if (p->file == NULL) p->file = tw_calloc(TW_PIN_FILES_MAX, sizeof *p->file);
    if (p->file == NULL) return no_memory(fault);
    struct tw_pin_file *f = &p->file[p->n];
    tw_buf_str(&f->path, path);
    if (f->path.failed) return no_memory(fault);
    f->bytes = *bytes;
    *bytes = (struct tw_buf){0};
    p->n++;
    return TW_OK;
}

static tw_err add_file(const char *dir, const char *name, bool optional, struct tw_pin_set *p,
                       struct tw_fault *fault)
{
    TW_SCOPED_BUF path = {0}, bytes = {0};
    struct tw_fault why = {.code = TW_OK};
    tw_buf_printf(&path, "%s/%s%c", dir, name, '\0');
    if (path.failed) return no_memory(fault);
    const tw_err err = tw_file_in_all(path.p, PROFILE_BYTES_MAX, &bytes, &why);
    if (optional && err == TW_NOTFOUND) return TW_OK;
    if (err != TW_OK) {
        if (fault != NULL) *fault = why;
        return err;
    }
    return tw_pin_add_take(p, tw_str_from(name), &bytes, fault);
}

tw_err tw_pin_model(const char *dir, struct tw_pin_set *p, struct tw_fault *fault)
{
    static const char *const needed[] = {"channels.state", "model.json", "profile.state"};
    static const char *const of_people[] = {"card.json", "card.md"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        TW_TRY(add_file(dir, needed[i], false, p, fault));
    for (size_t i = 0; i < sizeof of_people / sizeof *of_people; i++)
        TW_TRY(add_file(dir, of_people[i], true, p, fault));
    return TW_OK;
}

/* -- into the station */

static void put_hash(struct tw_json *j, const char *key, const uint8_t hash[TW_SHA256_BYTES])
{
    char hex[TW_SHA256_HEX];
    tw_sha256_hex(hash, hex);
    tw_json_key(j, key);
    tw_json_text(j, hex);
}

static tw_err put_leaf(struct tw_station *s, const char *kind, uint64_t bytes,
                       const uint8_t hash[TW_SHA256_BYTES], struct tw_fault *fault)
{
    TW_SCOPED_BUF leaf = {0};
    struct tw_json j = {.out = &leaf};
    tw_json_begin_object(&j);
    tw_json_key(&j, "at");
    tw_json_i64(&j, tw_station_now(s));
    tw_json_key(&j, "bytes");
    tw_json_u64(&j, bytes);
    put_hash(&j, "hash", hash);
    tw_json_key(&j, "kind");
    tw_json_text(&j, kind);
    tw_json_key(&j, "type");
    tw_json_text(&j, "object");
    tw_json_key(&j, "v");
    tw_json_i64(&j, 1);
    tw_json_end_object(&j);
    return leaf.failed ? no_memory(fault) : tw_station_leaf(s, tw_buf_view(&leaf), fault);
}

tw_err tw_pin_object(struct tw_station *s, const char *kind, struct tw_str bytes,
                     uint8_t ret[TW_SHA256_BYTES], size_t *io_new, struct tw_fault *fault)
{
    struct tw_db *db = tw_station_db(s);
    struct tw_fault why = {.code = TW_OK};
    uint64_t n = 0;
    tw_sha256(bytes.s, bytes.n, ret);
    const tw_err err = tw_db_object_look(db, ret, &n, &why);
    if (err == TW_OK) return TW_OK;
    if (err != TW_NOTFOUND) {
        if (fault != NULL) *fault = why;
        return err;
    }
    TW_TRY(tw_db_object_put(db, tw_str_from(kind), bytes, ret, fault));
    ++*io_new;
    return put_leaf(s, kind, bytes.n, ret, fault);
}

/* -- lists: sealed by one key, the nonce made of what is sealed, so that the same file is the same object */

static const struct tw_db_key_id lists_key = {.of = TW_DB_KEY_SOURCE, .reg = 0}; /* no leaf has that number */
#define SEALED_AS "list"

static tw_err key_of_lists(struct tw_station *s, bool make, uint8_t ret[TW_DB_KEY], struct tw_fault *fault)
{
    struct tw_fault why = {.code = TW_OK};
    const tw_err err = tw_db_key(tw_station_db(s), &lists_key, ret, &why);
    if (err == TW_NOTFOUND && make) {
        TW_TRY(tw_station_random(ret, TW_DB_KEY, fault));
        return tw_db_key_put(tw_station_db(s), &lists_key, ret, fault);
    }
    if (err == TW_NOTFOUND)
        return tw_fail(fault, TW_NOTFOUND,
                       "the key of the lists that decide is not in keys.db; restore its backup");
    if (err != TW_OK && fault != NULL) *fault = why;
    return err;
}

static tw_err put_sealed(struct tw_station *s, struct tw_str bytes, uint8_t ret[TW_SHA256_BYTES],
                         uint64_t *ret_bytes, size_t *io_new, struct tw_fault *fault)
{
    uint8_t key[TW_DB_KEY], nonce[TW_SHA256_BYTES];
    TW_SCOPED_BUF sealed = {0};
    TW_TRY(key_of_lists(s, true, key, fault));
    tw_hmac_sha256(key, sizeof key, bytes.s, bytes.n, nonce);
    tw_seal(key, nonce, TW_STR(SEALED_AS), bytes, &sealed);
    tw_wipe(key, sizeof key);
    if (sealed.failed) return no_memory(fault);
    *ret_bytes = sealed.n;
    return tw_pin_object(s, "sealed", tw_buf_view(&sealed), ret, io_new, fault);
}

tw_err tw_pin_unsealed(struct tw_station *s, const uint8_t hash[TW_SHA256_BYTES], struct tw_buf *ret,
                       struct tw_fault *fault)
{
    uint8_t key[TW_DB_KEY];
    TW_SCOPED_BUF sealed = {0};
    TW_TRY(tw_pin_bytes(s, hash, &sealed, fault));
    TW_TRY(key_of_lists(s, false, key, fault));
    const tw_err err = tw_unseal(key, TW_STR(SEALED_AS), tw_buf_view(&sealed), ret, fault);
    tw_wipe(key, sizeof key);
    return err;
}

/* -- a tree */

static tw_err put_file(struct tw_station *s, enum tw_pin_kind kind, const struct tw_pin_file *f,
                       struct tw_json *j, size_t *io_new, struct tw_fault *fault)
{
    uint8_t hash[TW_SHA256_BYTES];
    uint64_t bytes = f->bytes.n;
    if (kind == TW_PIN_LISTS)
        TW_TRY(put_sealed(s, tw_buf_view(&f->bytes), hash, &bytes, io_new, fault));
    else
        TW_TRY(tw_pin_object(s, "file", tw_buf_view(&f->bytes), hash, io_new, fault));
    tw_json_begin_object(j);
    tw_json_key(j, "bytes");
    tw_json_u64(j, bytes);
    tw_json_key(j, "path");
    tw_json_str(j, tw_buf_view(&f->path));
    put_hash(j, "sha256", hash);
    tw_json_end_object(j);
    return TW_OK;
}

static int by_path(const void *a, const void *b)
{
    return tw_str_cmp(tw_buf_view(&((const struct tw_pin_file *)a)->path),
                      tw_buf_view(&((const struct tw_pin_file *)b)->path));
}

tw_err tw_pin_put(struct tw_station *s, enum tw_pin_kind kind, struct tw_pin_set *p,
                  uint8_t ret[TW_SHA256_BYTES], size_t *ret_new, struct tw_fault *fault)
{
    TW_SCOPED_BUF tree = {0};
    struct tw_json j = {.out = &tree};
    *ret_new = 0;
    if (p->n > 1) qsort(p->file, p->n, sizeof *p->file, by_path);
    tw_json_begin_object(&j);
    tw_json_key(&j, "files");
    tw_json_begin_array(&j);
    for (size_t i = 0; i < p->n; i++) TW_TRY(put_file(s, kind, &p->file[i], &j, ret_new, fault));
    tw_json_end_array(&j);
    tw_json_key(&j, "kind");
    tw_json_text(&j, kind_name[kind]);
    tw_json_key(&j, "v");
    tw_json_i64(&j, 1);
    tw_json_end_object(&j);
    if (tree.failed) return no_memory(fault);
    if (tree.n > TW_TLOG_LEAF_MAX)
        return tw_fail(fault, TW_LIMIT, "so many files with names so long cannot be pinned together");
    TW_TRY(tw_leaf_check(tw_buf_view(&tree), fault));
    return tw_pin_object(s, kind_name[kind], tw_buf_view(&tree), ret, ret_new, fault);
}

/* -- out of it */

tw_err tw_pin_bytes(struct tw_station *s, const uint8_t hash[TW_SHA256_BYTES], struct tw_buf *ret,
                    struct tw_fault *fault)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_str kind, bytes;
    if (tw_arena_new(((size_t)TW_DB_OBJECT_MAX + 1) << 20, &arena) != TW_OK) return no_memory(fault);
    TW_TRY(tw_db_object(tw_station_db(s), hash, arena, &kind, &bytes, fault));
    tw_buf_str(ret, bytes);
    return ret->failed ? no_memory(fault) : TW_OK;
}

/* -1: it is none. */
static int digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool pin_hash_read(const struct tw_json_node *node, uint8_t ret[TW_SHA256_BYTES])
{
    enum { HEX = 2 * TW_SHA256_BYTES };
    if (node == NULL || node->kind != TW_JSON_TEXT || node->text.n != HEX) return false;
    for (size_t i = 0; i < TW_SHA256_BYTES; i++) {
        const int high = digit(node->text.s[2 * i]), low = digit(node->text.s[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        ret[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

bool pin_whole_read(const struct tw_json_node *node, uint64_t *ret)
{
    int64_t v = 0;
    if (node == NULL || node->kind != TW_JSON_NUMBER || tw_str_i64(node->text, &v) != TW_OK || v < 0)
        return false;
    *ret = (uint64_t)v;
    return true;
}

static tw_err no_tree(struct tw_fault *fault)
{
    return tw_fail(fault, TW_FORMAT,
                   "what the station pinned is not what it names; run `tidewaiter station check`");
}

static tw_err read_tree(enum tw_pin_kind kind, const struct tw_json_node *node,
                        const struct tw_pin_each *each, struct tw_fault *fault)
{
    const struct tw_json_node *is = tw_json_get(node, "kind"), *files = tw_json_get(node, "files");
    if (is == NULL || is->kind != TW_JSON_TEXT || !tw_str_is(is->text, kind_name[kind]) || files == NULL ||
        files->kind != TW_JSON_ARRAY)
        return no_tree(fault);
    for (const struct tw_json_node *f = tw_json_first(files); f != NULL; f = f->next) {
        struct tw_pin_entry e;
        const struct tw_json_node *path = f->kind == TW_JSON_OBJECT ? tw_json_get(f, "path") : NULL;
        if (path == NULL || path->kind != TW_JSON_TEXT || !good_path(path->text) ||
            !pin_hash_read(tw_json_get(f, "sha256"), e.sha256) ||
            !pin_whole_read(tw_json_get(f, "bytes"), &e.bytes))
            return no_tree(fault);
        e.path = path->text;
        TW_TRY(each->file(each->to, &e, fault));
    }
    return TW_OK;
}

tw_err tw_pin_tree(struct tw_station *s, enum tw_pin_kind kind, const uint8_t hash[TW_SHA256_BYTES],
                   const struct tw_pin_each *each, struct tw_fault *fault)
{
    enum { ROOM = 4 << 20 };
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_str is, text;
    const struct tw_json_node *node;
    if (tw_arena_new(ROOM, &arena) != TW_OK) return no_memory(fault);
    TW_TRY(tw_db_object(tw_station_db(s), hash, arena, &is, &text, fault));
    if (tw_leaf_check(text, NULL) != TW_OK) return no_tree(fault);
    TW_TRY(tw_json_parse(text, NULL, arena, &node, fault));
    return node->kind == TW_JSON_OBJECT ? read_tree(kind, node, each, fault) : no_tree(fault);
}
