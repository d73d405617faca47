/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/json_lines_priv.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/date.h"
#include "message/json_split.h"
#include "store/file.h"

enum { ARENA_BYTES_MAX = 128 << 20 }; /* values of one line at the limits of message/json_in.h */

static tw_err read_more(struct tw_file_in *in, struct tw_json_split *split, struct tw_fault *fault)
{
    size_t room, got;
    char *p = tw_json_split_room(split, &room);
    if (p == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    TW_TRY(tw_file_in_read(in, p, room, &got, fault));
    if (got > 0)
        tw_json_split_filled(split, got);
    else
        tw_json_split_end(split);
    return TW_OK;
}

static tw_err take_piece(const struct json_lines_taker *taker, const struct tw_json_piece *piece,
                         struct tw_arena *arena, struct tw_fault *fault)
{
    struct json_line l = {.line = piece->line};
    struct tw_fault why = {0};
    tw_arena_reset(arena);
    tw_err err = tw_json_parse(piece->text, NULL, arena, &l.object, &why);
    if (err == TW_OK && l.object->kind != TW_JSON_OBJECT) {
        err = tw_fail(&why, TW_FORMAT, "each line is an object {...}, this is %s",
                      tw_json_kind_words(l.object->kind));
        tw_json_blame(l.object, &why);
    }
    if (err == TW_OK) err = taker->take(taker->to, &l, &why);
    if (err == TW_OK) return TW_OK;
    if (why.line > 0) tw_json_piece_blame(piece, &why);
    if (fault != NULL) *fault = why;
    return err;
}

static tw_err one_step(struct tw_file_in *in, struct tw_json_split *split, struct tw_arena *arena,
                       const struct json_lines_taker *taker, bool *end, struct tw_fault *fault)
{
    struct tw_json_piece piece;
    struct tw_fault why = {0};
    switch (tw_json_split_next(split, &piece, &why)) {
    case TW_JSON_MORE:
        return read_more(in, split, fault);
    case TW_JSON_PIECE:
        return take_piece(taker, &piece, arena, fault);
    case TW_JSON_REFUSED:
        if (fault != NULL) *fault = why;
        return why.code;
    case TW_JSON_END:
        break;
    }
    *end = true;
    return TW_OK;
}

tw_err json_lines_read(const char *path, const struct json_lines_taker *taker, struct tw_fault *fault)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED(tw_json_split) *split = NULL;
    TW_SCOPED(tw_file_in) *in = NULL;
    const struct tw_file_options how = {.stop = taker->stop};
    if (tw_arena_new(ARENA_BYTES_MAX, &arena) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    TW_TRY(tw_json_split_new(0, &split, fault));
    TW_TRY(tw_file_in_open(path, &how, &in, fault));
    for (bool end = false; !end;) TW_TRY(one_step(in, split, arena, taker, &end, fault));
    return TW_OK;
}

/* -- members
 * ----------------------------------------------------------------------------------------------------- */

static tw_err wrong(const struct json_line *l, const char *key, const char *right, struct tw_fault *fault)
{
    const struct tw_json_node *node = tw_json_get(l->object, key);
    tw_err err = node != NULL ? tw_fail(fault, TW_FORMAT, "\"%s\" is to be %s", key, right)
                              : tw_fail(fault, TW_FORMAT, "this line has no \"%s\"; it is %s", key, right);
    tw_json_blame(node != NULL ? node : l->object, fault);
    return err;
}

tw_err json_line_text(const struct json_line *l, const char *key, struct tw_str *ret, struct tw_fault *fault)
{
    const struct tw_json_node *node = tw_json_get(l->object, key);
    if (node == NULL || node->kind != TW_JSON_TEXT || node->text.n == 0)
        return wrong(l, key, "a text", fault);
    *ret = node->text;
    return TW_OK;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

tw_err json_line_hex(const struct json_line *l, const char *key, uint8_t *ret, size_t n,
                     struct tw_fault *fault)
{
    char right[40];
    const struct tw_json_node *node = tw_json_get(l->object, key);
    bool good = node != NULL && node->kind == TW_JSON_TEXT && node->text.n == 2 * n;
    for (size_t i = 0; good && i < n; i++) {
        const int high = hex_value(node->text.s[2 * i]), low = hex_value(node->text.s[2 * i + 1]);
        good = high >= 0 && low >= 0;
        if (good) ret[i] = (uint8_t)(high * 16 + low);
    }
    snprintf(right, sizeof right, "%zu hex digits, 0-9 and a-f", 2 * n);
    return good ? TW_OK : wrong(l, key, right, fault);
}

tw_err json_line_day(const struct json_line *l, const char *key, int32_t *ret, struct tw_fault *fault)
{
    int64_t at;
    const struct tw_json_node *node = tw_json_get(l->object, key);
    if (node == NULL || node->kind != TW_JSON_TEXT || tw_time_parse(node->text, &at, NULL) != TW_OK)
        return wrong(l, key, "a date or time as 2026-11-23 or 2026-11-23T05:57:00Z", fault);
    *ret = tw_time_day(at);
    return TW_OK;
}
