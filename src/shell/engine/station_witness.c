/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/station_witness.h"

#include <stdio.h>

#include "audit/note.h"
#include "base/base64.h"
#include "engine/http_post.h"
#include "engine/station_log.h"

enum { ASKED_MAX = 3, STATUS_OK = 200, STATUS_OTHER_SIZE = 409, NUMBER_BYTES = 24, META_BYTES = 64 };

#define DASH "\xe2\x80\x94 " /* begins a line of a signature */

struct asking {
    struct tw_station *s;
    const struct tw_station_witness *w;
    struct tw_buf note; /* with what was cosigned */
    struct tw_checkpoint at;
    uint64_t old;          /* leaves that it cosigned last */
    char meta[META_BYTES]; /* where that is remembered */
    struct tw_buf answer;
};

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

/* -- what it cosigned last, as we know it: a guess, which it corrects */

static void name_meta(struct asking *a)
{
    enum { PRINT = 16 };
    uint8_t sum[TW_SHA256_BYTES];
    struct tw_buf name = tw_buf_in(a->meta, sizeof a->meta - 1);
    tw_sha256(a->w->url, strlen(a->w->url), sum);
    tw_buf_text(&name, "witness:");
    tw_buf_hex(&name, sum, PRINT);
    a->meta[name.n] = '\0';
}

static tw_err remembered(struct asking *a, struct tw_fault *fault)
{
    enum { ROOM = 1 << 16 };
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_str text;
    if (tw_arena_new(ROOM, &arena) != TW_OK) return no_memory(fault);
    const tw_err err = tw_db_meta(tw_station_db(a->s), tw_str_from(a->meta), arena, &text, fault);
    if (err == TW_NOTFOUND) return TW_OK;
    TW_TRY(err);
    if (!tw_checkpoint_number(text, &a->old) || a->old > a->at.size) a->old = 0;
    return TW_OK;
}

/* -- asking */

static tw_err put_request(const struct asking *a, struct tw_buf *out, struct tw_fault *fault)
{
    const struct tw_tlog_tiles tiles = tw_station_tiles(a->s);
    struct tw_tlog_path proof;
    TW_TRY(tw_tlog_prove_consistency(&tiles, a->old, a->at.size, &proof, fault));
    tw_buf_printf(out, "old %llu\n", (unsigned long long)a->old);
    for (size_t i = 0; i < proof.n; i++) {
        tw_buf_base64(out, proof.hash[i], TW_TLOG_HASH);
        tw_buf_char(out, '\n');
    }
    tw_buf_char(out, '\n');
    tw_buf_str(out, tw_buf_view(&a->note));
    return out->failed ? no_memory(fault) : TW_OK;
}

static tw_err refused(const struct asking *a, unsigned status, struct tw_fault *fault)
{
    struct tw_str rest, all = tw_buf_view(&a->answer);
    const struct tw_str line = all.n > 0 ? tw_str_cut(all, '\n', &rest) : TW_STR("without a word");
    return tw_fail(fault, status < 500 ? TW_CONFLICT : TW_UNAVAILABLE, "the witness refuses with %u: %.*s",
                   status, TW_STR_FIRST(line, 120));
}

/* It says which size it cosigned: that is proven from. */
static tw_err take_size(struct asking *a, struct tw_fault *fault)
{
    struct tw_str rest;
    uint64_t size = 0;
    const struct tw_str line =
        a->answer.n > 0 ? tw_str_cut(tw_buf_view(&a->answer), '\n', &rest) : TW_STR("");
    if (!tw_checkpoint_number(line, &size))
        return tw_fail(fault, TW_FORMAT, "the witness answers 409 and no size; is it one?");
    if (size > a->at.size)
        return tw_fail(
            fault, TW_CONFLICT,
            "the witness has cosigned %llu leaves of this log, which has %llu; the station lost some: "
            "restore a newer backup",
            (unsigned long long)size, (unsigned long long)a->at.size);
    if (size == a->old)
        return tw_fail(
            fault, TW_CONFLICT,
            "the witness has cosigned another log of %llu leaves under this name: one of the two is "
            "not what it was",
            (unsigned long long)size);
    a->old = size;
    return TW_OK;
}

static tw_err ask(struct asking *a, struct tw_fault *fault)
{
    for (int tries = 0; tries < ASKED_MAX; tries++) {
        TW_SCOPED_BUF body = {0};
        unsigned status = 0;
        TW_TRY(put_request(a, &body, fault));
        const struct tw_http_post post = {
            .url = a->w->url, .below = "/add-checkpoint", .body = tw_buf_view(&body), .stop = a->w->stop};
        tw_buf_clear(&a->answer);
        TW_TRY(tw_http_post(&post, &status, &a->answer, fault));
        if (status == STATUS_OK) return TW_OK;
        if (status != STATUS_OTHER_SIZE) return refused(a, status, fault);
        TW_TRY(take_size(a, fault));
    }
    return tw_fail(fault, TW_UNAVAILABLE, "others ask the witness about this log, too; try again");
}

/* -- what it said */

/* The keys of the policy: `witness NAME KEY`. Of one that has signed, the line must hold. */
static tw_err check_lines(const struct asking *a, unsigned *checked, struct tw_fault *fault)
{
    struct tw_str rest = a->w->policy, note_text = tw_buf_view(&a->answer);
    TW_SCOPED_BUF whole = {0};
    struct tw_note note;
    struct tw_note was;
    TW_TRY(tw_note_read(tw_buf_view(&a->note), &was, fault));
    tw_buf_str(&whole, was.text);
    tw_buf_char(&whole, '\n');
    tw_buf_str(&whole, note_text);
    if (whole.failed) return no_memory(fault);
    TW_TRY(tw_note_read(tw_buf_view(&whole), &note, fault)); /* of its lines alone */
    while (rest.n > 0) {
        struct tw_note_key key;
        struct tw_str line = tw_str_cut(rest, '\n', &rest);
        const struct tw_str word = tw_str_cut(line, ' ', &line);
        if (!tw_str_is(word, "witness")) continue;
        (void)tw_str_cut(line, ' ', &line);
        if (tw_note_key_read(tw_str_cut(line, ' ', &line), &key, NULL) != TW_OK) continue;
        const enum tw_note_verdict v = tw_note_signed_by(&note, &key, NULL);
        if (v == TW_NOTE_FAILS)
            return tw_fail(fault, TW_CONFLICT,
                           "the line that the witness gave does not hold by the key of %.*s",
                           TW_STR_FIRST(key.name, 80));
        *checked += v == TW_NOTE_HOLDS;
    }
    return TW_OK;
}

static bool has_line(const struct tw_buf *note, struct tw_str line)
{
    for (size_t at = 0; line.n <= note->n && at <= note->n - line.n; at++)
        if (memcmp(note->p + at, line.s, line.n) == 0) return true;
    return false;
}

/* Adds its lines that are not there yet. */
static tw_err add_lines(struct asking *a, unsigned *lines, struct tw_fault *fault)
{
    const struct tw_str all = tw_buf_view(&a->answer);
    struct tw_note note;
    size_t at = 0;
    while (at < all.n) {
        const char *end = memchr(all.s + at, '\n', all.n - at);
        const struct tw_str line = {all.s + at, end != NULL ? (size_t)(end + 1 - all.s) - at : 0};
        if (line.n <= sizeof DASH || memcmp(line.s, DASH, sizeof DASH - 1) != 0)
            return tw_fail(fault, TW_FORMAT, "the witness answers what is no line of a signature");
        at += line.n;
        if (has_line(&a->note, line)) continue;
        tw_buf_str(&a->note, line);
        ++*lines;
    }
    if (a->note.failed) return no_memory(fault);
    return tw_note_read(tw_buf_view(&a->note), &note, fault);
}

static tw_err keep(struct asking *a, struct tw_fault *fault)
{
    char size[NUMBER_BYTES];
    struct tw_db *db = tw_station_db(a->s);
    snprintf(size, sizeof size, "%llu", (unsigned long long)a->at.size);
    TW_TRY(tw_station_begin(a->s, fault));
    tw_err err = tw_db_checkpoint_put(db, a->at.size, tw_buf_view(&a->note), fault);
    if (err == TW_OK) err = tw_db_meta_put(db, tw_str_from(a->meta), tw_str_from(size), fault);
    if (err == TW_OK) return tw_station_commit(a->s, fault);
    tw_station_rollback(a->s);
    return err;
}

static tw_err work(struct asking *a, struct tw_station_witnessed *ret, struct tw_fault *fault)
{
    struct tw_note note;
    TW_TRY(tw_station_settle(a->s, fault));
    TW_TRY(tw_station_log_checkpoint(a->s, &a->note, fault));
    TW_TRY(tw_note_read(tw_buf_view(&a->note), &note, fault));
    TW_TRY(tw_checkpoint_read(note.text, &a->at, fault));
    name_meta(a);
    TW_TRY(remembered(a, fault));
    TW_TRY(ask(a, fault));
    ret->size = a->at.size;
    if (a->w->policy.n > 0) TW_TRY(check_lines(a, &ret->checked, fault));
    TW_TRY(add_lines(a, &ret->lines, fault));
    return keep(a, fault);
}

tw_err tw_station_witness(struct tw_station *s, const struct tw_station_witness *w,
                          struct tw_station_witnessed *ret, struct tw_fault *fault)
{
    struct asking a = {.s = s, .w = w};
    *ret = (struct tw_station_witnessed){.lines = 0};
    const tw_err err = work(&a, ret, fault);
    tw_buf_free(&a.note);
    tw_buf_free(&a.answer);
    return err;
}
