/* SPDX-License-Identifier: Apache-2.0 */
/* What tidewaiter-witness reads: first byte
 *   r  the body of a request, to a witness that watches the log log.example
 *   l  the file `logs`      y  its settings
 *
 * It has no directory here, so nothing is cosigned: the log is as before. */
#include "fuzz.h"

#include "witness/service_priv.h"

static void request(struct tw_str text)
{
    static const uint8_t seed[TW_ED25519_SEED] = {7};
    struct witness_log log = {.origin = TW_STR("log.example"), .n = 1, .size = 1};
    struct witness_store s = {.dir = -1, .lock = -1, .settings = witness_defaults(), .logs = {&log, 1, 1}};
    uint8_t key[TW_ED25519_KEY];
    struct witness_answer a;
    tw_ed25519_key(seed, key);
    log.key[0] = tw_note_key_make(log.origin, TW_NOTE_ED25519, key);
    witness_add_checkpoint(&s, text, 1000, &a);
    const struct tw_str told = tw_buf_view(&a.body);
    CHECK(!a.body.failed && told.n > 1 && memchr(told.s, '\n', told.n) == told.s + told.n - 1);
    for (size_t i = 0; i + 1 < told.n; i++) CHECK(told.s[i] >= ' ' && told.s[i] <= '~');
    CHECK(a.status >= 400 && a.size == (a.status == 409) && log.size == 1);
    fuzz_fault(a.fault.code, &a.fault);
    tw_buf_free(&a.body);
}

static void logs(struct tw_str text)
{
    struct witness_logs l;
    struct tw_fault fault = {.code = TW_OK};
    const tw_err err = witness_logs_parse(text, &l, &fault);
    if (err != TW_OK) {
        fuzz_fault(err, &fault);
        CHECK(fault.line > 0);
        return;
    }
    for (size_t i = 0; i < l.n; i++) {
        CHECK(witness_logs_find(&l, l.log[i].origin) == &l.log[i]);
        CHECK(l.log[i].n >= 1 && l.log[i].n <= WITNESS_KEYS_MAX && l.log[i].size == 0);
    }
    witness_logs_clear(&l);
}

static void settings(struct tw_str text)
{
    struct witness_settings s = {0};
    struct tw_fault fault = {.code = TW_OK};
    const tw_err err = witness_settings_parse(text, &s, &fault);
    if (err != TW_OK)
        fuzz_fault(err, &fault);
    else
        CHECK(s.body_bytes >= 1024 && s.head_bytes >= 4096 && s.proof_lines >= 1 && s.proof_lines <= 63 &&
              s.connections >= 1 && s.idle_s >= 1 && s.port >= 0 && s.port <= 65535);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input in;
    if (!fuzz_split(data, n, &in)) return 0;
    switch (in.kind) {
    case 'r':
        request(in.text);
        break;
    case 'l':
        logs(in.text);
        break;
    case 'y':
        settings(in.text);
        break;
    default:
        break;
    }
    return 0;
}
