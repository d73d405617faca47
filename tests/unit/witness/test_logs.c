/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/logs_priv.h"

#include "check.h"
#include "fault.h"

static void put_key(struct tw_buf *text, const char *name, enum tw_note_kind kind, unsigned which)
{
    uint8_t seed[TW_ED25519_SEED] = {(uint8_t)which, (uint8_t)(which >> 8)}, key[TW_ED25519_KEY];
    tw_ed25519_key(seed, key);
    const struct tw_note_key k = tw_note_key_make(tw_str_from(name), kind, key);
    tw_note_key_put(&k, text);
    tw_buf_char(text, '\n');
}

static void logs_are_found_by_their_origin_with_all_their_keys(void)
{
    TW_SCOPED_BUF text = {0};
    struct witness_logs logs;
    uint8_t none[TW_TLOG_HASH];
    tw_tlog_empty_root(none);
    tw_buf_text(&text, "# logs\n\n  ");
    put_key(&text, "a.example/x", TW_NOTE_ED25519, 1);
    put_key(&text, "b.example", TW_NOTE_ED25519, 1);
    put_key(&text, "a.example/x", TW_NOTE_ED25519, 2);
    text.n--; /* no line feed at the end */
    CHECK(witness_logs_parse(tw_buf_view(&text), &logs, NULL) == TW_OK && logs.n == 2);
    const struct witness_log *a = witness_logs_find(&logs, TW_STR("a.example/x"));
    CHECK(a != NULL && a->n == 2 && a->size == 0 && memcmp(a->root, none, sizeof none) == 0);
    CHECK(a->key[0].id != a->key[1].id);
    CHECK(witness_logs_find(&logs, TW_STR("b.example"))->n == 1);
    CHECK(witness_logs_find(&logs, TW_STR("a.example")) == NULL);
    witness_logs_clear(&logs);
    CHECK(witness_logs_parse(TW_STR(""), &logs, NULL) == TW_OK && logs.n == 0);
    witness_logs_clear(&logs);
}

static void refuses(const struct tw_buf *text, tw_err err, uint32_t line, const char *words)
{
    struct witness_logs logs;
    struct tw_fault fault = {0};
    CHECK(witness_logs_parse(tw_buf_view(text), &logs, &fault) == err);
    CHECK(fault.line == line && strstr(fault.note, words) != NULL);
}

static void what_is_no_key_of_a_log_is_refused_with_its_line(void)
{
    TW_SCOPED_BUF text = {0};
    tw_buf_text(&text, "#\nhello\n");
    refuses(&text, TW_FORMAT, 2, "NAME+HASH+BASE64");
    tw_buf_clear(&text);
    put_key(&text, "a", TW_NOTE_COSIGNATURE, 1);
    refuses(&text, TW_FORMAT, 1, "key of a witness");
    tw_buf_clear(&text);
    for (unsigned i = 0; i < 2; i++) put_key(&text, "a", TW_NOTE_ED25519, 1);
    refuses(&text, TW_CONFLICT, 2, "twice");
    tw_buf_clear(&text);
    for (unsigned i = 0; i <= WITNESS_KEYS_MAX; i++) put_key(&text, "a", TW_NOTE_ED25519, i);
    refuses(&text, TW_LIMIT, WITNESS_KEYS_MAX + 1, "at most 4 keys");
}

static void more_logs_than_the_limit_are_refused(void)
{
    TW_SCOPED_BUF text = {0};
    char name[16];
    for (unsigned i = 0; i <= WITNESS_LOGS_MAX; i++) {
        CHECK(snprintf(name, sizeof name, "log%u", i) > 0);
        put_key(&text, name, TW_NOTE_ED25519, 1);
    }
    refuses(&text, TW_LIMIT, WITNESS_LOGS_MAX + 1, "10000");
}

static tw_err parse_again(void)
{
    TW_SCOPED_BUF text = {0};
    struct witness_logs logs;
    char room[8192], name[] = "a";
    text = tw_buf_in(room, sizeof room);
    for (; name[0] < 'a' + 20; name[0]++) put_key(&text, name, TW_NOTE_ED25519, 1);
    const struct tw_str view = tw_buf_view(&text);
    text = (struct tw_buf){0};
    TW_TRY(witness_logs_parse(view, &logs, NULL));
    CHECK(logs.n == 20);
    witness_logs_clear(&logs);
    return TW_OK;
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(parse_again) > 1);
}

int main(void)
{
    RUN(logs_are_found_by_their_origin_with_all_their_keys);
    RUN(what_is_no_key_of_a_log_is_refused_with_its_line);
    RUN(more_logs_than_the_limit_are_refused);
    RUN(survives_every_failed_allocation);
    return DONE();
}
