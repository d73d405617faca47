/* SPDX-License-Identifier: Apache-2.0 */
/* Worlds and generator are frozen: figures published about the engine hang on them. A change needs a decision
 * record that says what it does to the figures; TIDEWAITER_ACCEPT=1 writes the new hashes. */
#include "base/hash.h"
#include "country.h"

static void line(struct tw_buf *out, const char *name, struct tw_str bytes)
{
    uint8_t sum[TW_SHA256_BYTES];
    char hex[TW_SHA256_HEX];
    tw_sha256(bytes.s, bytes.n, sum);
    tw_sha256_hex(sum, hex);
    tw_buf_printf(out, "%s %s\n", hex, name);
}

static void generated(struct tw_buf *out, const char *world, uint64_t seed, uint64_t vary,
                      int64_t declarations)
{
    struct country c;
    TW_SCOPED_BUF all = {0};
    char name[80];
    country_open(&c, world, seed, vary, declarations);
    country_live(&c);
    tw_buf_str(&all, tw_buf_view(&c.out.declarations));
    tw_buf_str(&all, tw_buf_view(&c.out.findings));
    tw_buf_str(&all, tw_buf_view(&c.out.truth));
    tw_synth_rates(c.synth, &all);
    tw_synth_tariff(c.synth, &all);
    snprintf(name, sizeof name, "%s seed %d vary %d declarations %d", world, (int)seed, (int)vary,
             (int)declarations);
    line(out, name, tw_buf_view(&all));
    country_close(&c);
}

static void worlds_and_output_are_what_was_frozen(void)
{
    TW_SCOPED_BUF now = {0};
    for (const struct tw_embed *e = tw_worlds; e->name != NULL; e++) line(&now, e->name, e->text);
    generated(&now, "cove", 1, 0, 5000);
    generated(&now, "cove", 2, 1, 5000);
    generated(&now, "cove", 3, 2, 5000);
    generated(&now, "harbor", 1, 0, 20000);
    char path[1024], text[4096];
    const char *source = getenv("TIDEWAITER_SOURCE");
    snprintf(path, sizeof path, "%s/tests/golden/synth/frozen.txt", source != NULL ? source : ".");
    if (getenv("TIDEWAITER_ACCEPT") != NULL) {
        FILE *f = fopen(path, "wb");
        CHECK(f != NULL && fwrite(now.p, 1, now.n, f) == now.n && fclose(f) == 0);
    }
    FILE *f = fopen(path, "rb");
    CHECK(f != NULL);
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    if (n != now.n || memcmp(text, now.p, n) != 0) printf("# now:\n%.*s", (int)now.n, now.p);
    CHECK(n == now.n && memcmp(text, now.p, n) == 0);
}

int main(void)
{
    RUN(worlds_and_output_are_what_was_frozen);
    return DONE();
}
