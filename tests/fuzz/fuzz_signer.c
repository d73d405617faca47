/* SPDX-License-Identifier: Apache-2.0 */
/* What tidewaiter-signer reads: first byte
 *   l  lines of a client, of a signer with two days, one of them revealed
 *   c  a leaf, held to be a commitment      d  the file `days`      y  its settings
 *
 * It has no directory here, so nothing that would change it succeeds: size and days are as before. */
#include "fuzz.h"

#include "signer/leaf_priv.h"
#include "signer/service_priv.h"

static const char sum[] = "f1c4d8bd6c1d7b8d2e7cb5c4ee0d80f6d3a2d8b1d9d0f2b07f0f1f3c4a5b6c7d";

static void answer_one(struct signer_store *s, struct tw_str line)
{
    TW_SCOPED_BUF out = {0};
    const struct tw_str ok = TW_STR("ok"), no = TW_STR("no ");
    signer_answer(s, line, (int64_t)20780 * 86400, &out);
    const struct tw_str told = tw_buf_view(&out);
    CHECK(!out.failed && (tw_str_starts(told, ok) || tw_str_starts(told, no)));
    CHECK(memchr(told.s, '\n', told.n) == told.s + told.n - 1);
    for (size_t i = 0; i + 1 < told.n; i++) CHECK(told.s[i] >= ' ' && told.s[i] <= '~');
    CHECK(s->size == 1 && signer_days_of(&s->days, 20780) == SIGNER_DAY_SHOWN);
    CHECK(s->days.n <= 3 && signer_days_of(&s->days, 20700) == SIGNER_DAY_REVEALED);
}

static void lines(struct tw_str text)
{
    struct signer_store s = {
        .dir = -1, .lock = -1, .settings = signer_defaults(), .origin = "fuzz.example", .size = 1};
    s.settings.batch = 16;
    CHECK(signer_secrets_new(&s.secrets, NULL) == TW_OK);
    for (int i = 0; i < 2; i++) {
        CHECK(signer_days_ready(&s.days) == TW_OK);
        signer_days_set(&s.days, i == 0 ? 20700 : 20780, i == 0 ? SIGNER_DAY_REVEALED : SIGNER_DAY_SHOWN);
    }
    for (int n = 0; text.n > 0 && n < 64; n++) answer_one(&s, tw_str_cut(text, '\n', &text));
    signer_store_close(&s);
}

static void days(struct tw_str text)
{
    struct signer_days d;
    struct tw_fault fault = {.code = TW_OK};
    TW_SCOPED_BUF again = {0};
    const tw_err err = signer_days_parse(text, &d, &fault);
    if (err != TW_OK) {
        fuzz_fault(err, &fault);
        return;
    }
    signer_days_write(&d, &again);
    CHECK(tw_str_eq(tw_buf_view(&again), text));
    signer_days_clear(&d);
}

static void settings(struct tw_str text)
{
    struct signer_settings s = {0};
    struct tw_fault fault = {.code = TW_OK};
    const tw_err err = signer_settings_parse(text, &s, &fault);
    if (err != TW_OK)
        fuzz_fault(err, &fault);
    else
        CHECK(s.line_bytes >= 4096 && s.batch >= 1 && s.connections >= 1 && s.idle_s >= 1 &&
              s.client_uid >= -1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input in;
    if (!fuzz_split(data, n, &in)) return 0;
    switch (in.kind) {
    case 'l':
        lines(in.text);
        break;
    case 'c':
        (void)signer_leaf_commits(in.text, TW_STR("2026-11-23"), TW_STR(sum));
        break;
    case 'd':
        days(in.text);
        break;
    case 'y':
        settings(in.text);
        break;
    default:
        break;
    }
    return 0;
}
