/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/signer_client.h"

#include "audit/checkpoint.h"
#include "audit/note.h"
#include "base/base64.h"
#include "base/date.h"
#include "base/mem.h"
#include "engine/signer_link_priv.h"

enum {
    VERSION = 1,
    DRAW_HEX = 16,
    LINE_MIN = 4096,
    LINE_MAX = 16777216,
    BATCH_MAX = 1000000,
    GREETING_MAX = 4096
};

struct tw_signer_client {
    struct signer_link link;
    struct tw_str wanted_key;  /* of the options */
    struct tw_buf key_text;    /* NAME+HASH+KEY of who answers */
    struct tw_note_key key;    /* the same; lies there */
    int64_t line_bytes, batch; /* what it takes at once */
    struct tw_buf line;        /* the request that is being made */
};

/* -- answers */

static tw_err strange(struct tw_fault *fault)
{
    return tw_fail(fault, TW_FORMAT, "the signer's answer is not one of version %d of its protocol", VERSION);
}

/* What stands behind `ok`; of a refusal its error and words. */
static tw_err judge(struct tw_str answer, struct tw_str *ret, struct tw_fault *fault)
{
    struct tw_str rest, words;
    const struct tw_str verdict = tw_str_cut(answer, ' ', &rest);
    if (tw_str_is(verdict, "ok")) {
        *ret = rest;
        return TW_OK;
    }
    if (!tw_str_is(verdict, "no")) return strange(fault);
    const struct tw_str name = tw_str_cut(rest, ' ', &words);
    for (tw_err e = TW_OK + 1; e < TW_ERR_N; e++)
        if (tw_str_is(name, tw_err_name(e)))
            return tw_fail(fault, e, "the signer: %.*s", TW_STR_FIRST(words, 170));
    return strange(fault);
}

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static tw_err take_hex(struct tw_str word, uint8_t *ret, size_t n)
{
    if (word.n != 2 * n) return TW_FORMAT;
    for (size_t i = 0; i < n; i++) {
        const int high = digit_of(word.s[2 * i]), low = digit_of(word.s[2 * i + 1]);
        if (high < 0 || low < 0) return TW_FORMAT;
        ret[i] = (uint8_t)(high << 4 | low);
    }
    return TW_OK;
}

/* -- connections */

/* tidewaiter-signer VERSION LINE_BYTES BATCH */
static tw_err read_greeting(struct tw_signer_client *c, struct tw_str greeting, struct tw_fault *fault)
{
    struct tw_str rest, unused;
    int64_t version = 0;
    if (tw_str_starts(greeting, TW_STR("no "))) return judge(greeting, &unused, fault);
    if (!tw_str_is(tw_str_cut(greeting, ' ', &rest), "tidewaiter-signer") ||
        tw_str_i64(tw_str_cut(rest, ' ', &rest), &version) != TW_OK)
        return tw_fail(fault, TW_FORMAT, "what answers at %.100s is no signer", c->link.socket);
    if (version != VERSION)
        return tw_fail(fault, TW_FORMAT,
                       "the signer speaks version %lld of its protocol, and this program %d",
                       (long long)version, VERSION);
    if (tw_str_i64(tw_str_cut(rest, ' ', &rest), &c->line_bytes) != TW_OK ||
        tw_str_i64(rest, &c->batch) != TW_OK || c->line_bytes < LINE_MIN || c->line_bytes > LINE_MAX ||
        c->batch < 1 || c->batch > BATCH_MAX)
        return strange(fault);
    c->link.answer_max = (size_t)c->batch * (DRAW_HEX + 1) + GREETING_MAX;
    return TW_OK;
}

static tw_err learn_key(struct tw_signer_client *c, struct tw_str key, struct tw_fault *fault)
{
    const struct tw_str wanted = c->key_text.n > 0 ? tw_buf_view(&c->key_text) : c->wanted_key;
    if (wanted.n > 0 && !tw_str_eq(wanted, key))
        return tw_fail(fault, TW_CONFLICT, "the signer's key is %.*s, and not the station's",
                       TW_STR_FIRST(key, 120));
    if (c->key_text.n > 0) return TW_OK;
    tw_buf_str(&c->key_text, key);
    if (c->key_text.failed) return tw_fail(fault, TW_NOMEM, "out of memory");
    if (tw_note_key_read(tw_buf_view(&c->key_text), &c->key, NULL) == TW_OK && c->key.kind == TW_NOTE_ED25519)
        return TW_OK;
    tw_buf_clear(&c->key_text);
    return strange(fault);
}

static tw_err connect_to(struct tw_signer_client *c, int64_t until_ms, struct tw_fault *fault)
{
    struct tw_str answer = {NULL, 0}, key = {NULL, 0};
    c->link.answer_max = GREETING_MAX;
    TW_TRY(signer_link_connect(&c->link, until_ms, &answer, fault));
    tw_err err = read_greeting(c, answer, fault);
    if (err == TW_OK) err = signer_link_ask(&c->link, until_ms, TW_STR("key\n"), &answer, fault);
    if (err == TW_OK) err = judge(answer, &key, fault);
    if (err == TW_OK) err = learn_key(c, key, fault);
    if (err != TW_OK) signer_link_close(&c->link);
    return err;
}

/* Makes the request in c->line, and once more where the connection turns out to be gone. */
static tw_err ask(struct tw_signer_client *c, struct tw_str *ret, struct tw_fault *fault)
{
    const int64_t until_ms = signer_link_until(&c->link);
    struct tw_str answer = {NULL, 0};
    tw_buf_char(&c->line, '\n');
    if (c->line.failed) return tw_fail(fault, TW_NOMEM, "out of memory");
    tw_err err = TW_UNAVAILABLE;
    if (c->link.fd >= 0) err = signer_link_ask(&c->link, until_ms, tw_buf_view(&c->line), &answer, fault);
    if (err == TW_UNAVAILABLE) {
        TW_TRY(connect_to(c, until_ms, fault));
        err = signer_link_ask(&c->link, until_ms, tw_buf_view(&c->line), &answer, fault);
    }
    TW_TRY(err);
    return judge(answer, ret, fault);
}

tw_err tw_signer_client_open(const struct tw_signer_options *o, struct tw_signer_client **ret,
                             struct tw_fault *fault)
{
    struct tw_signer_client *c = tw_calloc(1, sizeof *c);
    if (c == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    c->link = (struct signer_link){.socket = o->socket,
                                   .timeout_ms = o->timeout_ms > 0 ? o->timeout_ms : TW_SIGNER_TIMEOUT_MS,
                                   .stop = o->stop,
                                   .fd = -1};
    c->wanted_key = o->key;
    const tw_err err = connect_to(c, signer_link_until(&c->link), fault);
    c->wanted_key = (struct tw_str){NULL, 0}; /* it is c->key_text now */
    if (err != TW_OK) {
        tw_signer_client_free(c);
        return err;
    }
    *ret = c;
    return TW_OK;
}

void tw_signer_client_free(struct tw_signer_client *c)
{
    if (c == NULL) return;
    signer_link_close(&c->link);
    tw_buf_free(&c->link.in);
    tw_buf_free(&c->line);
    tw_buf_free(&c->key_text);
    tw_free(c);
}

struct tw_str tw_signer_client_key(const struct tw_signer_client *c)
{
    return tw_buf_view(&c->key_text);
}

/* -- requests */

static struct tw_buf *begin(struct tw_signer_client *c, const char *verb)
{
    tw_buf_clear(&c->line);
    tw_buf_text(&c->line, verb);
    return &c->line;
}

static struct tw_buf *begin_of_day(struct tw_signer_client *c, const char *verb, int32_t day)
{
    tw_buf_day(begin(c, verb), day);
    return &c->line;
}

static void put_hash(struct tw_buf *line, const uint8_t hash[TW_TLOG_HASH])
{
    tw_buf_char(line, ' ');
    tw_buf_base64(line, hash, TW_TLOG_HASH);
}

static void put_proof(struct tw_buf *line, const struct tw_tlog_path *proof)
{
    for (size_t i = 0; i < proof->n; i++) put_hash(line, proof->hash[i]);
}

tw_err tw_signer_client_last(struct tw_signer_client *c, struct tw_signer_log *ret, struct tw_fault *fault)
{
    struct tw_str answer = {NULL, 0}, rest;
    struct tw_signer_log log;
    (void)begin(c, "last");
    TW_TRY(ask(c, &answer, fault));
    if (!tw_checkpoint_number(tw_str_cut(answer, ' ', &rest), &log.size) ||
        !tw_checkpoint_hash(rest, log.root))
        return strange(fault);
    *ret = log;
    return TW_OK;
}

static void put_note(const struct tw_signer_client *c, const struct tw_signer_log *log,
                     struct tw_str signature, struct tw_buf *out)
{
    struct tw_checkpoint checkpoint = {.origin = c->key.name, .size = log->size};
    memcpy(checkpoint.root, log->root, sizeof checkpoint.root);
    tw_checkpoint_put(&checkpoint, out);
    tw_buf_text(out, "\n\xe2\x80\x94 ");
    tw_buf_str(out, c->key.name);
    tw_buf_char(out, ' ');
    tw_buf_str(out, signature);
    tw_buf_char(out, '\n');
}

tw_err tw_signer_client_sign(struct tw_signer_client *c, const struct tw_signer_log *log,
                             const struct tw_tlog_path *proof, struct tw_buf *note, struct tw_fault *fault)
{
    struct tw_str signature = {NULL, 0};
    struct tw_note signed_note;
    struct tw_buf *line = begin(c, "sign ");
    const size_t before = note->n;
    tw_buf_u64(line, log->size);
    put_hash(line, log->root);
    put_proof(line, proof);
    TW_TRY(ask(c, &signature, fault));
    put_note(c, log, signature, note);
    if (note->failed) return tw_fail(fault, TW_NOMEM, "out of memory");
    if (tw_note_read(tw_buf_from(note, before), &signed_note, NULL) == TW_OK &&
        tw_note_signed_by(&signed_note, &c->key, NULL) == TW_NOTE_HOLDS)
        return TW_OK;
    note->n = before;
    return tw_fail(fault, TW_FORMAT, "the signature that came back does not hold by the signer's own key");
}

/* A request of a day that is answered by 32 bytes. */
static tw_err ask_of_day(struct tw_signer_client *c, const char *verb, int32_t day, uint8_t ret[TW_TLOG_HASH],
                         struct tw_fault *fault)
{
    struct tw_str answer = {NULL, 0};
    uint8_t bytes[TW_TLOG_HASH];
    (void)begin_of_day(c, verb, day);
    TW_TRY(ask(c, &answer, fault));
    if (take_hex(answer, bytes, sizeof bytes) != TW_OK) return strange(fault);
    memcpy(ret, bytes, sizeof bytes);
    return TW_OK;
}

tw_err tw_signer_client_commit(struct tw_signer_client *c, int32_t day, uint8_t ret[TW_TLOG_HASH],
                               struct tw_fault *fault)
{
    return ask_of_day(c, "commit ", day, ret, fault);
}

tw_err tw_signer_client_reveal(struct tw_signer_client *c, int32_t day, uint8_t ret[TW_TLOG_HASH],
                               struct tw_fault *fault)
{
    return ask_of_day(c, "reveal ", day, ret, fault);
}

tw_err tw_signer_client_show(struct tw_signer_client *c, int32_t day, const struct tw_signer_leaf *leaf,
                             const struct tw_tlog_path *proof, struct tw_fault *fault)
{
    struct tw_str answer = {NULL, 0};
    struct tw_buf *line = begin_of_day(c, "show ", day);
    tw_buf_char(line, ' ');
    tw_buf_u64(line, leaf->index);
    tw_buf_char(line, ' ');
    tw_buf_base64(line, leaf->bytes.s, leaf->bytes.n);
    put_proof(line, proof);
    TW_TRY(ask(c, &answer, fault));
    return answer.n == 0 ? TW_OK : strange(fault);
}

/* -- draws */

/* How many of the numbers fit into one request. */
static size_t fit(const struct tw_signer_client *c, const struct tw_str *number, size_t n)
{
    enum { AROUND = 64 }; /* the words before them */
    size_t bytes = AROUND, k = 0;
    while (k < n && k < (size_t)c->batch && bytes + number[k].n + 1 <= (size_t)c->line_bytes)
        bytes += number[k++].n + 1;
    return k; /* one at least: see LINE_MIN */
}

static tw_err draw_some(struct tw_signer_client *c, int32_t day, const struct tw_str *number, size_t n,
                        uint64_t *ret, struct tw_fault *fault)
{
    struct tw_str rest = {NULL, 0};
    struct tw_buf *line = begin_of_day(c, "draw ", day);
    tw_buf_char(line, ' ');
    tw_buf_u64(line, n);
    for (size_t i = 0; i < n; i++) {
        tw_buf_char(line, ' ');
        tw_buf_str(line, number[i]);
    }
    TW_TRY(ask(c, &rest, fault));
    for (size_t i = 0; i < n; i++) {
        uint8_t bytes[DRAW_HEX / 2];
        uint64_t draw = 0;
        if (take_hex(tw_str_cut(rest, ' ', &rest), bytes, sizeof bytes) != TW_OK) return strange(fault);
        for (size_t k = 0; k < sizeof bytes; k++) draw = draw << 8 | bytes[k];
        ret[i] = draw;
    }
    return rest.n == 0 ? TW_OK : strange(fault);
}

static bool is_number(struct tw_str s)
{
    if (s.n < 1 || s.n > TW_SIGNER_NUMBER_MAX) return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.s[i] < '!' || s.s[i] > '~') return false;
    return true;
}

tw_err tw_signer_client_draw(struct tw_signer_client *c, int32_t day, const struct tw_str *number, size_t n,
                             uint64_t *ret, struct tw_fault *fault)
{
    for (size_t i = 0; i < n; i++)
        if (!is_number(number[i]))
            return tw_fail_at(fault, TW_ARG, i, "a registration number has 1 to %d characters from ! to ~",
                              TW_SIGNER_NUMBER_MAX);
    for (size_t done = 0; done < n;) {
        const size_t some = fit(c, number + done, n - done);
        TW_TRY(draw_some(c, day, number + done, some, ret + done, fault));
        done += some;
    }
    return TW_OK;
}
