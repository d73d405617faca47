/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/day_keys.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/mem.h"
#include "engine/json_lines_priv.h"
#include "store/file.h"

enum { PATH_BYTES_MAX = 4096 };

enum part { SUMS, KEYS, PARTS_N };
static const struct {
    const char *name, *member;
} part_row[PARTS_N] = {{"commitments.jsonl", "sha256"}, {"keys.jsonl", "key"}};

struct tw_day_keys {
    struct tw_day_key *at; /* by rising day */
    size_t n, cap;
    enum part reading;
    char path[PARTS_N][PATH_BYTES_MAX];
    struct tw_file_out *out[PARTS_N];
};

/* Says which file a fault is about; what is wrong in it the note says. */
static tw_err blame(enum part part, tw_err err, struct tw_fault *fault)
{
    if (fault != NULL && err != TW_OK) snprintf(fault->path, sizeof fault->path, "%s", part_row[part].name);
    return err;
}

/* -- the days
 * ---------------------------------------------------------------------------------------------------- */

/* Where `day` stands, or would. */
static size_t place_of(const struct tw_day_keys *k, int32_t day)
{
    size_t low = 0, high = k->n;
    if (k->n > 0 && k->at[k->n - 1].day < day) return k->n; /* as files have them */
    while (low < high) {
        const size_t mid = (low + high) / 2;
        if (k->at[mid].day < day)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static struct tw_day_key *find(const struct tw_day_keys *k, int32_t day)
{
    const size_t i = place_of(k, day);
    return i < k->n && k->at[i].day == day ? &k->at[i] : NULL;
}

/* Its row, a new one where there is none; NULL: no memory. */
static struct tw_day_key *row_of(struct tw_day_keys *k, int32_t day)
{
    const size_t i = place_of(k, day);
    if (i < k->n && k->at[i].day == day) return &k->at[i];
    if (k->n == k->cap) {
        const size_t cap = k->cap * 2 + 64;
        struct tw_day_key *at = tw_realloc(k->at, cap, sizeof *at);
        if (at == NULL) return NULL;
        k->at = at;
        k->cap = cap;
    }
    memmove(k->at + i + 1, k->at + i, (k->n - i) * sizeof *k->at);
    k->at[i] = (struct tw_day_key){.day = day};
    k->n++;
    return &k->at[i];
}

size_t tw_day_keys_n(const struct tw_day_keys *k)
{
    return k->n;
}

const struct tw_day_key *tw_day_keys_at(const struct tw_day_keys *k, size_t i)
{
    return &k->at[i];
}

const struct tw_day_key *tw_day_keys_find(const struct tw_day_keys *k, int32_t day)
{
    return find(k, day);
}

static tw_err day_fault(struct tw_fault *fault, tw_err code, int32_t day, const char *words)
{
    char room[16];
    struct tw_buf b = tw_buf_in(room, sizeof room);
    tw_buf_day(&b, day);
    return tw_fail(fault, code, "%.*s: %s", (int)b.n, room, words);
}

tw_err tw_day_keys_add(struct tw_day_keys *k, int32_t day, const uint8_t key[TW_SHA256_BYTES],
                       struct tw_fault *fault)
{
    uint8_t sum[TW_SHA256_BYTES];
    tw_sha256(key, TW_SHA256_BYTES, sum);
    struct tw_day_key *row = row_of(k, day);
    if (row == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    if (row->sum_line > 0 && memcmp(row->sum, sum, sizeof sum) != 0) {
        const tw_err err = day_fault(fault, TW_CONFLICT, day,
                                     "another key is committed to for this day; give the --key or --seed "
                                     "it is of, or another directory");
        return blame(SUMS, err, fault);
    }
    memcpy(row->sum, sum, sizeof sum);
    memcpy(row->key, key, TW_SHA256_BYTES);
    row->sum_line = row->key_line = 1;
    return TW_OK;
}

/* -- reading
 * ----------------------------------------------------------------------------------------------------- */

static tw_err take(void *to, const struct json_line *l, struct tw_fault *fault)
{
    struct tw_day_keys *k = to;
    const bool sums = k->reading == SUMS;
    int32_t day;
    uint8_t bytes[TW_SHA256_BYTES];
    TW_TRY(json_line_day(l, "day", &day, fault));
    TW_TRY(json_line_hex(l, part_row[k->reading].member, bytes, sizeof bytes, fault));
    struct tw_day_key *row = sums ? row_of(k, day) : find(k, day);
    const char *words = NULL;
    if (row == NULL && sums) return tw_fail(fault, TW_NOMEM, "out of memory");
    if (row == NULL)
        words = "nobody committed to a key of this day; commitments.jsonl has none";
    else if ((sums ? row->sum_line : row->key_line) > 0)
        words = "this day stands twice; a day has one key";
    if (words != NULL) {
        const tw_err err = day_fault(fault, TW_FORMAT, day, words);
        tw_json_blame(tw_json_get(l->object, "day"), fault);
        return err;
    }
    memcpy(sums ? row->sum : row->key, bytes, sizeof bytes);
    *(sums ? &row->sum_line : &row->key_line) = l->line;
    return TW_OK;
}

static tw_err read_part(struct tw_day_keys *k, const struct tw_day_keys_place *place, enum part part,
                        struct tw_fault *fault)
{
    const struct json_lines_taker taker = {.to = k, .take = take, .stop = place->stop};
    k->reading = part;
    const tw_err err = json_lines_read(k->path[part], &taker, fault);
    if (err != TW_NOTFOUND) return blame(part, err, fault);
    if (!place->make) return err;
    if (fault != NULL) *fault = (struct tw_fault){.code = TW_OK};
    return TW_OK;
}

/* -- the directory
 * ----------------------------------------------------------------------------------------------- */

static tw_err make_dir(const struct tw_day_keys_place *place, struct tw_fault *fault)
{
    struct stat st;
    char words[64];
    if (mkdir(place->dir, 0777) == 0) return TW_OK;
    const int e = errno;
    if (stat(place->dir, &st) == 0 && S_ISDIR(st.st_mode)) return TW_OK;
    if (e == EEXIST || e == ENOTDIR)
        return tw_fail(fault, TW_ARG, "this is a file, or lies in one; name a directory");
    if (e == ENOENT)
        return tw_fail(fault, TW_NOTFOUND, "the directory above it does not exist; create that first");
    return tw_fail(fault, e == ENOSPC || e == EDQUOT ? TW_FULL : TW_IO, "the directory could not be made: %s",
                   strerror_r(e, words, sizeof words));
}

static tw_err open_dir(struct tw_day_keys *k, const struct tw_day_keys_place *place, struct tw_fault *fault)
{
    const struct tw_file_options how = {.stop = place->stop};
    for (int p = 0; p < PARTS_N; p++)
        if (snprintf(k->path[p], PATH_BYTES_MAX, "%s/%s", place->dir, part_row[p].name) >= PATH_BYTES_MAX)
            return tw_fail(fault, TW_ARG, "the path of the directory is too long; %d bytes are allowed",
                           PATH_BYTES_MAX - 32);
    if (place->make) TW_TRY(make_dir(place, fault));
    TW_TRY(read_part(k, place, SUMS, fault));
    TW_TRY(read_part(k, place, KEYS, fault));
    for (int p = 0; p < PARTS_N && place->make; p++)
        TW_TRY(blame((enum part)p, tw_file_out_open(k->path[p], &how, &k->out[p], fault), fault));
    return TW_OK;
}

tw_err tw_day_keys_open(const struct tw_day_keys_place *place, struct tw_day_keys **ret,
                        struct tw_fault *fault)
{
    *ret = tw_calloc(1, sizeof **ret);
    if (*ret == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    return open_dir(*ret, place, fault);
}

void tw_day_keys_free(struct tw_day_keys *k)
{
    if (k == NULL) return;
    for (int p = 0; p < PARTS_N; p++) tw_file_out_free(k->out[p]);
    tw_free(k->at);
    tw_free(k);
}

/* -- writing
 * ----------------------------------------------------------------------------------------------------- */

static void put_row(struct tw_buf *b, enum part part, const struct tw_day_key *row)
{
    tw_buf_text(b, "{\"day\":\"");
    tw_buf_day(b, row->day);
    tw_buf_printf(b, "\",\"%s\":\"", part_row[part].member);
    tw_buf_hex(b, part == SUMS ? row->sum : row->key, TW_SHA256_BYTES);
    tw_buf_text(b, "\"}\n");
}

static tw_err write_part(struct tw_day_keys *k, enum part part, struct tw_fault *fault)
{
    TW_SCOPED_BUF b = {0};
    for (size_t i = 0; i < k->n; i++)
        if (part == SUMS || k->at[i].key_line > 0) put_row(&b, part, &k->at[i]);
    if (b.failed) return tw_fail(fault, TW_NOMEM, "out of memory");
    TW_TRY(blame(part, tw_file_out_write(k->out[part], b.p, b.n, fault), fault));
    return blame(part, tw_file_out_commit(k->out[part], fault), fault);
}

tw_err tw_day_keys_commit(struct tw_day_keys *k, struct tw_fault *fault)
{
    TW_TRY(write_part(k, SUMS, fault));
    return write_part(k, KEYS, fault);
}
