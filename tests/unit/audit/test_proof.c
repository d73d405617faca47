/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/proof.h"

#include "base/base64.h"
#include "fault.h"
#include "kept.h"

static const uint8_t SEED[32] = {3};
static struct kept kept;

enum { LEAVES = 100 };

static struct tw_note_key log_key(void)
{
    uint8_t key[32];
    tw_ed25519_key(SEED, key);
    return tw_note_key_make(TW_STR("log.example"), TW_NOTE_ED25519, key);
}

/* The proof of a leaf; the checkpoint lies in `note`. */
static struct tw_proof proof_of(uint64_t index, struct tw_buf *note)
{
    struct tw_tlog *t = NULL;
    struct tw_checkpoint c = {.origin = TW_STR("log.example"), .size = LEAVES};
    struct tw_proof p = {.index = index};
    const struct tw_note_key key = log_key();
    TW_SCOPED_BUF text = {0};
    memset(&kept, 0, sizeof kept);
    const struct tw_tlog_tiles tiles = kept_tiles(&kept);
    CHECK(tw_tlog_new(&tiles, 0, &t, NULL) == TW_OK);
    kept_grow(t, LEAVES);
    tw_tlog_root(t, c.root);
    tw_tlog_free(t);
    CHECK(tw_tlog_prove_inclusion(&tiles, index, LEAVES, &p.path, NULL) == TW_OK);
    tw_checkpoint_put(&c, &text);
    tw_buf_str(note, tw_buf_view(&text));
    tw_buf_char(note, '\n');
    tw_note_sign(&key, SEED, tw_buf_view(&text), 0, note);
    p.checkpoint = tw_buf_view(note);
    return p;
}

static struct tw_policy *policy(struct tw_buf *text)
{
    struct tw_policy *p = NULL;
    const struct tw_note_key key = log_key();
    tw_buf_text(text, "log ");
    tw_note_key_put(&key, text);
    tw_buf_text(text, "\nquorum none\n");
    CHECK(tw_policy_read(tw_buf_view(text), &p, NULL) == TW_OK);
    return p;
}

static void proves_its_leaf_and_no_other(void)
{
    TW_SCOPED_BUF note = {0}, text = {0}, keys = {0}, again = {0};
    TW_SCOPED(tw_policy) *believed = policy(&keys);
    struct tw_proof p = proof_of(42, &note), back;
    struct tw_checkpoint c;
    struct tw_policy_seen seen;
    tw_proof_put(&p, &text);
    CHECK(tw_proof_read(tw_buf_view(&text), &back, NULL) == TW_OK && back.extra.n == 0 && back.index == 42);
    tw_buf_clear(&text);
    p.extra = TW_STR("YWJj");
    tw_proof_put(&p, &text);
    CHECK(tw_proof_read(tw_buf_view(&text), &back, NULL) == TW_OK && tw_str_is(back.extra, "YWJj"));
    tw_proof_put(&back, &again);
    CHECK(tw_str_eq(tw_buf_view(&text), tw_buf_view(&again)));
    CHECK(tw_proof_judge(&back, believed, TW_STR("42"), &c, &seen, NULL) == TW_OK && c.size == LEAVES);
    CHECK(tw_proof_judge(&back, believed, TW_STR("43"), &c, &seen, NULL) == TW_CONFLICT);
    back.checkpoint.n--;
    CHECK(tw_proof_judge(&back, believed, TW_STR("42"), &c, &seen, NULL) == TW_FORMAT);
    /* Each byte of it changed in turn, but for what nothing vouches for. */
    const size_t from = sizeof "c2sp.org/tlog-proof@v1\nextra YWJj\n" - 1;
    for (size_t i = 0; i < text.n; i++)
        for (int bit = 0; bit < 8; bit++) {
            text.p[i] = (char)(text.p[i] ^ 1 << bit);
            tw_err err = tw_proof_read(tw_buf_view(&text), &back, NULL);
            if (err == TW_OK) err = tw_proof_judge(&back, believed, TW_STR("42"), &c, &seen, NULL);
            CHECK(err == TW_FORMAT || err == TW_CONFLICT || err == TW_NOTFOUND ||
                  (err == TW_OK && i < from && i > 23));
            text.p[i] = (char)(text.p[i] ^ 1 << bit);
        }
}

static void what_is_none_is_refused_with_its_line(void)
{
#define HASH  "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
#define FIRST "c2sp.org/tlog-proof@v1\n"
    static const struct {
        const char *text;
        uint32_t line;
    } bad[] = {{"", 1},
               {"c2sp.org/tlog-proof@v2\nindex 0\n\nx\n", 1},
               {FIRST, 2},
               {FIRST "index 01\n\nx\n", 2},
               {FIRST "extra !\nindex 0\n\nx\n", 2},
               {FIRST "extra \nindex 0\n\nx\n", 2},
               {FIRST "extra YWJj\nnothing\n\nx\n", 3},
               {FIRST "index 0\nCsUY\n\nx\n", 3},
               {FIRST "index 0\n" HASH, 4},
               {FIRST "index 0\n\n", 3}};
    struct tw_proof p;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct tw_fault fault = {0};
        CHECK(tw_proof_read(tw_str_from(bad[i].text), &p, &fault) == TW_FORMAT && fault.line == bad[i].line);
        CHECK(tw_proof_read(tw_str_from(bad[i].text), &p, NULL) == TW_FORMAT);
    }
    TW_SCOPED_BUF text = {0};
    tw_buf_text(&text, FIRST "index 0\n");
    for (int i = 0; i <= TW_TLOG_PROOF_MAX; i++) tw_buf_text(&text, HASH);
    tw_buf_text(&text, "\nx\n");
    CHECK(tw_proof_read(tw_buf_view(&text), &p, NULL) == TW_FORMAT);
    static char large[TW_PROOF_BYTES_MAX + 1];
    CHECK(tw_proof_read((struct tw_str){large, sizeof large}, &p, NULL) == TW_LIMIT);
}

static tw_err read_one(void)
{
    struct tw_proof p;
    return tw_proof_read(TW_STR(FIRST "extra YWJj\nindex 0\n\nx\n"), &p, NULL);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(read_one) > 0);
}

int main(void)
{
    RUN(proves_its_leaf_and_no_other);
    RUN(what_is_none_is_refused_with_its_line);
    RUN(survives_every_failed_allocation);
    return DONE();
}
