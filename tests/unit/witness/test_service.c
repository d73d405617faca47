/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/service_priv.h"

#include <unistd.h>

#include "base/base64.h"
#include "check.h"

#define ORIGIN "log.example"

static char top[] = "/tmp/tidewaiter-witness-XXXXXX", home[64];
static const uint8_t seed[TW_ED25519_SEED] = {7};
static uint8_t leaf[2][TW_TLOG_HASH], root[3][TW_TLOG_HASH]; /* of 0, 1 and 2 leaves */
static struct tw_note_key key;

static const char *home_file(const char *name)
{
    static char path[160];
    CHECK(snprintf(path, sizeof path, "%s/%s", home, name) < (int)sizeof path);
    return path;
}

static void make_home(void)
{
    TW_SCOPED_BUF vkey = {0};
    TW_SCOPED_BUF line = {0};
    uint8_t public[TW_ED25519_KEY];
    CHECK(mkdtemp(top) != NULL && snprintf(home, sizeof home, "%s/eye", top) < (int)sizeof home);
    CHECK(witness_store_init(home, TW_STR("eye.example"), &vkey, NULL) == TW_OK);
    CHECK(tw_str_starts(tw_buf_view(&vkey), TW_STR("eye.example+")));
    tw_ed25519_key(seed, public);
    key = tw_note_key_make(TW_STR(ORIGIN), TW_NOTE_ED25519, public);
    tw_note_key_put(&key, &line);
    FILE *f = fopen(home_file("logs"), "a");
    CHECK(f != NULL && fwrite(line.p, 1, line.n, f) == line.n && fclose(f) == 0);
    for (size_t i = 0; i < 2; i++) tw_tlog_leaf_hash(&"ab"[i], 1, leaf[i]);
    tw_tlog_empty_root(root[0]);
    memcpy(root[1], leaf[0], sizeof *root);
    tw_tlog_node_hash(leaf[0], leaf[1], root[2]);
}

/* Of the log of `size` leaves, from `old` ones. */
static void ask(struct witness_store *s, uint64_t old, uint64_t size, const uint8_t what[TW_TLOG_HASH],
                int64_t now, struct witness_answer *ret)
{
    TW_SCOPED_BUF text = {0};
    TW_SCOPED_BUF body = {0};
    struct tw_checkpoint c = {.origin = TW_STR(ORIGIN), .size = size};
    memcpy(c.root, what, sizeof c.root);
    tw_checkpoint_put(&c, &text);
    tw_buf_printf(&body, "old %llu\n", (unsigned long long)old);
    if (old == 1 && size == 2) {
        tw_buf_base64(&body, leaf[1], sizeof leaf[1]);
        tw_buf_char(&body, '\n');
    }
    tw_buf_char(&body, '\n');
    tw_buf_str(&body, tw_buf_view(&text));
    tw_buf_char(&body, '\n');
    tw_note_sign(&key, seed, tw_buf_view(&text), 0, &body);
    witness_add_checkpoint(s, tw_buf_view(&body), now, ret);
}

static unsigned status(struct witness_store *s, uint64_t old, uint64_t size, const uint8_t *what)
{
    struct witness_answer a;
    ask(s, old, size, what, 1000, &a);
    CHECK(!a.body.failed && a.body.n > 0 && a.body.p[a.body.n - 1] == '\n');
    CHECK(a.size == (a.status == 409) && (a.status == 200) == (a.fault.code == TW_OK));
    tw_buf_free(&a.body);
    return a.status;
}

static void a_log_that_grows_is_cosigned_and_remembered(void)
{
    struct witness_store s;
    struct witness_answer a;
    CHECK(witness_store_open(home, &s, NULL) == TW_OK && s.logs.n == 1);
    CHECK(status(&s, 0, 0, root[1]) == 409 && status(&s, 1, 0, root[0]) == 400);
    CHECK(status(&s, 0, 0, root[0]) == 200 && status(&s, 0, 1, root[1]) == 200);
    CHECK(status(&s, 0, 2, root[2]) == 409 && status(&s, 1, 2, root[1]) == 422);
    ask(&s, 1, 2, root[2], 123456789, &a);
    CHECK(a.status == 200 && !a.size);
    TW_SCOPED_BUF note = {0};
    struct tw_note read;
    int64_t when;
    struct tw_checkpoint c = {.origin = TW_STR(ORIGIN), .size = 2};
    memcpy(c.root, root[2], sizeof c.root);
    tw_checkpoint_put(&c, &note);
    tw_buf_char(&note, '\n');
    tw_buf_str(&note, tw_buf_view(&a.body));
    CHECK(tw_note_read(tw_buf_view(&note), &read, NULL) == TW_OK);
    CHECK(tw_note_signed_by(&read, &s.key, &when) == TW_NOTE_HOLDS && when == 123456789);
    tw_buf_free(&a.body);
    witness_store_close(&s);
    CHECK(witness_store_open(home, &s, NULL) == TW_OK);
    ask(&s, 1, 2, root[2], 0, &a);
    CHECK(a.status == 409 && tw_str_is(tw_buf_view(&a.body), "2\n"));
    tw_buf_free(&a.body);
    CHECK(status(&s, 2, 2, root[1]) == 409 && status(&s, 2, 2, root[2]) == 200);
    CHECK(status(&s, 2, 1, root[1]) == 400);
    witness_store_close(&s);
}

static void one_at_a_time_has_the_directory(void)
{
    struct witness_store s, other;
    struct tw_fault fault = {0};
    CHECK(witness_store_open(home, &s, NULL) == TW_OK);
    CHECK(witness_store_open(home, &other, &fault) == TW_CONFLICT && strstr(fault.note, "process") != NULL);
    witness_store_close(&other);
    witness_store_close(&s);
}

static void remove_home(void)
{
    uint8_t sum[TW_SHA256_BYTES];
    char hex[TW_SHA256_HEX], state[80];
    tw_sha256(ORIGIN, sizeof ORIGIN - 1, sum);
    tw_sha256_hex(sum, hex);
    CHECK(snprintf(state, sizeof state, "log-%s", hex) > 0);
    const char *const name[] = {"witness.key", "witness.pub", "logs", "lock", state};
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) CHECK(unlink(home_file(name[i])) == 0);
    CHECK(rmdir(home) == 0 && rmdir(top) == 0);
}

int main(void)
{
    make_home();
    RUN(a_log_that_grows_is_cosigned_and_remembered);
    RUN(one_at_a_time_has_the_directory);
    remove_home();
    return DONE();
}
