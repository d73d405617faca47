/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/service_priv.h"

#include "audit/checkpoint.h"
#include "audit/leaf.h"
#include "base/base64.h"
#include "base/date.h"
#include "signer/leaf_priv.h"
#include "signer/text_priv.h"

enum { DAY_ROOM = 16, SUM_ROOM = 2 * TW_SHA256_BYTES };

/* A request on its way. */
struct call {
    struct signer_store *store;
    struct tw_str rest; /* words that are not taken yet */
    bool more;          /* there is a word behind the last */
    int64_t now;
    struct tw_buf *out;
    struct tw_fault *fault;
};

/* -- words */

static tw_err take_word(struct call *c, struct tw_str *ret, const char *what)
{
    if (!c->more) return tw_fail(c->fault, TW_FORMAT, "%s is missing", what);
    const char *blank = c->rest.n > 0 ? memchr(c->rest.s, ' ', c->rest.n) : NULL;
    c->more = blank != NULL;
    *ret = tw_str_cut(c->rest, ' ', &c->rest);
    return ret->n > 0 ? TW_OK : tw_fail(c->fault, TW_FORMAT, "%s is missing; one blank parts words", what);
}

static tw_err take_end(struct call *c)
{
    return c->more ? tw_fail(c->fault, TW_FORMAT, "there are more words than the request has") : TW_OK;
}

static tw_err take_whole(struct call *c, const char *what, uint64_t *ret)
{
    struct tw_str word = {NULL, 0};
    TW_TRY(take_word(c, &word, what));
    if (tw_checkpoint_number(word, ret)) return TW_OK;
    return tw_fail(c->fault, TW_FORMAT, "%s is no number in decimal digits", what);
}

static tw_err take_day(struct call *c, int32_t *ret)
{
    struct tw_str word = {NULL, 0};
    TW_TRY(take_word(c, &word, "the day"));
    if (signer_day_read(word, ret) == TW_OK) return TW_OK;
    return tw_fail(c->fault, TW_FORMAT, "the day is no date such as 2026-11-23");
}

static tw_err take_hash(struct call *c, const char *what, uint8_t ret[TW_SHA256_BYTES])
{
    struct tw_str word = {NULL, 0};
    TW_TRY(take_word(c, &word, what));
    if (tw_checkpoint_hash(word, ret)) return TW_OK;
    return tw_fail(c->fault, TW_FORMAT, "%s is not 32 bytes in base64", what);
}

static tw_err take_proof(struct call *c, struct tw_tlog_path *ret)
{
    for (ret->n = 0; c->more; ret->n++) {
        if (ret->n == TW_TLOG_PROOF_MAX)
            return tw_fail(c->fault, TW_LIMIT, "a proof has at most %d hashes", TW_TLOG_PROOF_MAX);
        TW_TRY(take_hash(c, "a hash of the proof", ret->hash[ret->n]));
    }
    return TW_OK;
}

/* -- what is answered */

struct date {
    char text[DAY_ROOM];
};
static struct date date_of(int32_t day)
{
    struct date d = {{0}};
    struct tw_buf b = tw_buf_in(d.text, sizeof d.text - 1);
    tw_buf_day(&b, day);
    return d;
}

static tw_err answer_key(struct call *c)
{
    TW_TRY(take_end(c));
    tw_buf_char(c->out, ' ');
    signer_store_vkey(c->store, c->out);
    return TW_OK;
}

static tw_err answer_last(struct call *c)
{
    TW_TRY(take_end(c));
    tw_buf_char(c->out, ' ');
    tw_buf_u64(c->out, c->store->size);
    tw_buf_char(c->out, ' ');
    tw_buf_base64(c->out, c->store->root, sizeof c->store->root);
    return TW_OK;
}

static tw_err answer_sign(struct call *c)
{
    const struct signer_store *s = c->store;
    uint64_t size;
    uint8_t root[TW_SHA256_BYTES];
    struct tw_tlog_path proof;
    TW_TRY(take_whole(c, "the size", &size));
    TW_TRY(take_hash(c, "the root", root));
    TW_TRY(take_proof(c, &proof));
    if (size < s->size)
        return tw_fail(c->fault, TW_CONFLICT,
                       "a log of %llu leaves was signed before, and it cannot shrink to %llu",
                       (unsigned long long)s->size, (unsigned long long)size);
    /* asked again, for the answer was lost: with the proof from the one before */
    const bool again = size == s->size && memcmp(root, s->root, sizeof root) == 0;
    if (!again && !tw_tlog_consistency_holds(s->size, s->root, size, root, proof.hash, proof.n))
        return tw_fail(c->fault, TW_CONFLICT,
                       "no proof that this log of %llu leaves begins with the %llu that were signed before",
                       (unsigned long long)size, (unsigned long long)s->size);
    tw_buf_char(c->out, ' ');
    return signer_store_sign(c->store, size, root, c->out, c->fault);
}

static tw_err answer_commit(struct call *c)
{
    int32_t day;
    uint8_t sum[TW_SHA256_BYTES];
    TW_TRY(take_day(c, &day));
    TW_TRY(take_end(c));
    signer_day_sum(c->store->secrets, day, sum);
    tw_buf_char(c->out, ' ');
    tw_buf_hex(c->out, sum, sizeof sum);
    return TW_OK;
}

static tw_err look_at_leaf(struct call *c, int32_t day, struct tw_str leaf)
{
    const struct date date = date_of(day);
    uint8_t sum[TW_SHA256_BYTES];
    char room[SUM_ROOM];
    struct tw_buf hex = tw_buf_in(room, sizeof room);
    signer_day_sum(c->store->secrets, day, sum);
    tw_buf_hex(&hex, sum, sizeof sum);
    if (tw_leaf_check(leaf, NULL) == TW_OK &&
        signer_leaf_commits(leaf, tw_str_from(date.text), tw_buf_view(&hex)))
        return TW_OK;
    return tw_fail(c->fault, TW_CONFLICT,
                   "the leaf is no commitment to the key of %s (docs/formats/signer.md)", date.text);
}

/* A day that was shown before stays shown, so what is asked again is answered again. */
static tw_err answer_show(struct call *c)
{
    const struct signer_store *s = c->store;
    int32_t day;
    uint64_t index;
    struct tw_str word = {NULL, 0};
    struct tw_tlog_path proof;
    uint8_t hash[TW_SHA256_BYTES];
    TW_SCOPED_BUF leaf = {0};
    TW_TRY(take_day(c, &day));
    TW_TRY(take_whole(c, "the index", &index));
    TW_TRY(take_word(c, &word, "the leaf"));
    TW_TRY(take_proof(c, &proof));
    const tw_err err = tw_base64_read(word, &leaf);
    if (err != TW_OK)
        return tw_fail(c->fault, err, err == TW_NOMEM ? "out of memory" : "the leaf is no base64");
    if (signer_days_of(&s->days, day) != SIGNER_DAY_NONE) return TW_OK;
    TW_TRY(look_at_leaf(c, day, tw_buf_view(&leaf)));
    tw_tlog_leaf_hash(leaf.p, leaf.n, hash);
    if (!tw_tlog_inclusion_holds(index, hash, s->size, s->root, proof.hash, proof.n))
        return tw_fail(c->fault, TW_CONFLICT,
                       "no proof that leaf %llu of the %llu that were signed last is this one",
                       (unsigned long long)index, (unsigned long long)s->size);
    return signer_store_day(c->store, day, SIGNER_DAY_SHOWN, c->fault);
}

static tw_err may_draw(const struct call *c, int32_t day)
{
    const enum signer_day is = signer_days_of(&c->store->days, day);
    if (is == SIGNER_DAY_NONE)
        return tw_fail(
            c->fault, TW_CONFLICT,
            "the commitment of %s has not been shown: log it, have the checkpoint signed, then `show` it",
            date_of(day).text);
    if (is == SIGNER_DAY_REVEALED)
        return tw_fail(c->fault, TW_CONFLICT,
                       "the key of %s is revealed, so nothing is drawn with it any more", date_of(day).text);
    if (day > tw_time_day(c->now) + c->store->settings.ahead_days)
        return tw_fail(c->fault, TW_CONFLICT, "%s lies too far ahead by this machine's clock (ahead_days)",
                       date_of(day).text);
    return TW_OK;
}

static tw_err take_number(struct call *c, struct tw_str *ret)
{
    TW_TRY(take_word(c, ret, "a registration number"));
    bool good = ret->n <= SIGNER_NUMBER_MAX;
    for (size_t i = 0; i < ret->n && good; i++) good = ret->s[i] >= '!' && ret->s[i] <= '~';
    if (good) return TW_OK;
    return tw_fail(c->fault, TW_FORMAT, "a registration number has 1 to %d characters from ! to ~",
                   SIGNER_NUMBER_MAX);
}

static tw_err answer_draw(struct call *c)
{
    int32_t day;
    uint64_t n;
    TW_TRY(take_day(c, &day));
    TW_TRY(take_whole(c, "the count", &n));
    if (n < 1 || n > (uint64_t)c->store->settings.batch)
        return tw_fail(c->fault, TW_LIMIT, "1 to %lld draws are made at once (batch), not %llu",
                       (long long)c->store->settings.batch, (unsigned long long)n);
    TW_TRY(may_draw(c, day));
    for (uint64_t i = 0; i < n; i++) {
        struct tw_str number = {NULL, 0};
        uint8_t bytes[8];
        TW_TRY(take_number(c, &number));
        const uint64_t draw = signer_draw(c->store->secrets, day, number);
        for (int k = 0; k < 8; k++) bytes[k] = (uint8_t)(draw >> (56 - 8 * k));
        tw_buf_char(c->out, ' ');
        tw_buf_hex(c->out, bytes, sizeof bytes);
    }
    return take_end(c);
}

static tw_err may_reveal(const struct call *c, int32_t day)
{
    const int64_t from = ((int64_t)day + 1) * TW_DAY_S + c->store->settings.reveal_after_s;
    char room[32];
    struct tw_buf when = tw_buf_in(room, sizeof room);
    if (signer_days_of(&c->store->days, day) == SIGNER_DAY_NONE)
        return tw_fail(c->fault, TW_CONFLICT,
                       "the commitment of %s has not been shown, so there is nothing to reveal",
                       date_of(day).text);
    tw_buf_time(&when, from);
    if (c->now < from)
        return tw_fail(c->fault, TW_CONFLICT, "the key of %s may be revealed from %.*s on (reveal_after_s)",
                       date_of(day).text, (int)when.n, when.p);
    return TW_OK;
}

static tw_err answer_reveal(struct call *c)
{
    int32_t day;
    uint8_t key[TW_SHA256_BYTES];
    TW_TRY(take_day(c, &day));
    TW_TRY(take_end(c));
    if (signer_days_of(&c->store->days, day) != SIGNER_DAY_REVEALED) {
        TW_TRY(may_reveal(c, day));
        TW_TRY(signer_store_day(c->store, day, SIGNER_DAY_REVEALED, c->fault));
    }
    signer_day_key(c->store->secrets, day, key);
    tw_buf_char(c->out, ' ');
    tw_buf_hex(c->out, key, sizeof key);
    tw_wipe(key, sizeof key);
    return TW_OK;
}

static const struct {
    const char *verb;
    tw_err (*answer)(struct call *c);
} request[] = {{"key", answer_key},       {"last", answer_last}, {"sign", answer_sign},
               {"commit", answer_commit}, {"show", answer_show}, {"draw", answer_draw},
               {"reveal", answer_reveal}};

static tw_err answer(struct call *c)
{
    struct tw_str verb = {NULL, 0};
    TW_TRY(take_word(c, &verb, "the request"));
    for (size_t i = 0; i < sizeof request / sizeof *request; i++)
        if (tw_str_is(verb, request[i].verb)) return request[i].answer(c);
    return tw_fail(c->fault, TW_FORMAT,
                   "there is no such request; there are key, last, sign, commit, show, draw, reveal");
}

void signer_greet(const struct signer_store *s, struct tw_buf *out)
{
    tw_buf_printf(out, "tidewaiter-signer %d %lld %lld\n", SIGNER_PROTOCOL, (long long)s->settings.line_bytes,
                  (long long)s->settings.batch);
}

void signer_refuse(const struct tw_fault *fault, struct tw_buf *out)
{
    tw_buf_printf(out, "no %s %s\n", tw_err_name(fault->code), fault->note);
}

void signer_answer(struct signer_store *s, struct tw_str line, int64_t now, struct tw_buf *out)
{
    struct tw_fault fault = {0};
    struct call c = {.store = s, .rest = line, .more = true, .now = now, .out = out, .fault = &fault};
    const size_t before = out->n;
    tw_buf_text(out, "ok");
    if (answer(&c) == TW_OK) {
        tw_buf_char(out, '\n');
        return;
    }
    if (!out->failed) out->n = before;
    signer_refuse(&fault, out);
}
