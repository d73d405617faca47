/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/policy.h"

#include "check.h"
#include "fault.h"

enum { WITNESSES = 5 };

static uint8_t seed_of(int i, uint8_t seed[32]) /* 0 the log, 1.. witnesses */
{
    memset(seed, i + 1, 32);
    return seed[0];
}

static struct tw_note_key key_of(int i, char name[16])
{
    uint8_t seed[32], key[32];
    seed_of(i, seed);
    tw_ed25519_key(seed, key);
    snprintf(name, 16, i == 0 ? "log.example" : "w%d.example", i);
    return tw_note_key_make(tw_str_from(name), i == 0 ? TW_NOTE_ED25519 : TW_NOTE_COSIGNATURE, key);
}

static void put_key(int i, struct tw_buf *out)
{
    char name[16];
    const struct tw_note_key key = key_of(i, name);
    tw_note_key_put(&key, out);
}

/* A policy of the log and all witnesses, which %0 .. stand for where a line names keys. */
static void write_policy(const char *groups, struct tw_buf *out)
{
    tw_buf_text(out, "# whom we believe\n\n \tlog  ");
    put_key(0, out);
    tw_buf_text(out, "\thttps://log.example \n");
    for (int i = 1; i <= WITNESSES; i++) {
        tw_buf_printf(out, "witness W%d ", i);
        put_key(i, out);
        tw_buf_char(out, '\n');
    }
    tw_buf_text(out, groups);
}

static struct tw_policy *policy_of(const char *groups, struct tw_buf *text)
{
    struct tw_policy *p = NULL;
    struct tw_fault fault = {0};
    write_policy(groups, text);
    if (tw_policy_read(tw_buf_view(text), &p, &fault) != TW_OK)
        printf("# line %u: %s\n", fault.line, fault.note);
    CHECK(p != NULL);
    return p;
}

static int64_t time_of(int witness)
{
    return 1000 + witness * 3 % 7;
}

/* A checkpoint that those have signed whose bit is set; 0 = the log. */
static void write_note(unsigned signers, struct tw_buf *out)
{
    struct tw_checkpoint c = {.origin = TW_STR("log.example"), .size = 5};
    TW_SCOPED_BUF text = {0};
    tw_checkpoint_put(&c, &text);
    tw_buf_str(out, tw_buf_view(&text));
    tw_buf_char(out, '\n');
    for (int i = 0; i <= WITNESSES; i++) {
        uint8_t seed[32];
        char name[16];
        const struct tw_note_key key = key_of(i, name);
        seed_of(i, seed);
        if ((signers >> i & 1) != 0) tw_note_sign(&key, seed, tw_buf_view(&text), time_of(i), out);
    }
    if (signers == 0) tw_buf_text(out, "\xe2\x80\x94 nobody AAAAAAA=\n");
}

/* Of 64 ways to sign, which a policy believes. */
static bool expected(int which, unsigned s)
{
    const unsigned of[] = {s >> 1 & 1, s >> 2 & 1, s >> 3 & 1, s >> 4 & 1, s >> 5 & 1};
    const unsigned three = of[0] + of[1] + of[2], two = of[3] + of[4];
    if ((s & 1) == 0) return false;
    switch (which) {
    case 0:
        return true;
    case 1:
        return of[1] == 1;
    case 2:
        return three >= 2;
    case 3:
        return three >= 2 && two >= 1;
    default:
        return three == 3 || two >= 2;
    }
}

static void a_quorum_is_what_the_policy_says(void)
{
    static const char *const groups[] = {
        "quorum none\n", "quorum W2\n", "group X 2 W1 W2 W3\nquorum X",
        "group X 2 W1 W2 W3\ngroup Y any W4 W5\ngroup Z all X Y\nquorum Z\n",
        "group X all W1 W2 W3\ngroup Y 2 W4 W5\ngroup Z any X Y\nquorum Z\n"};
    for (int which = 0; which < 5; which++) {
        TW_SCOPED_BUF text = {0};
        struct tw_policy *p = policy_of(groups[which], &text);
        for (unsigned s = 0; s < 64; s++) {
            TW_SCOPED_BUF note = {0};
            struct tw_checkpoint c;
            struct tw_policy_seen seen;
            write_note(s, &note);
            const tw_err err = tw_policy_judge(p, tw_buf_view(&note), &c, &seen, NULL);
            CHECK(err == (expected(which, s) ? TW_OK : TW_CONFLICT));
            if (err != TW_OK) continue;
            CHECK(c.size == 5 && seen.witnesses == (unsigned)__builtin_popcount(s >> 1));
            int64_t first = 0;
            for (int i = 1; i <= WITNESSES; i++)
                if ((s >> i & 1) != 0 && (first == 0 || time_of(i) < first)) first = time_of(i);
            CHECK(seen.first == first);
        }
        tw_policy_free(p);
    }
    tw_policy_free(NULL);
}

/* One signature that does not hold, by the log or a witness, is one too many. */
static void a_known_signature_that_fails_is_refused(void)
{
    TW_SCOPED_BUF text = {0};
    TW_SCOPED(tw_policy) *p = policy_of("quorum none\n", &text);
    for (int who = 0; who < 2; who++) {
        TW_SCOPED_BUF note = {0};
        struct tw_checkpoint c;
        struct tw_policy_seen seen;
        uint8_t seed[32];
        char name[16];
        const struct tw_note_key key = key_of(who, name);
        seed_of(who, seed);
        write_note(1, &note);
        tw_note_sign(&key, seed, TW_STR("another text\n"), 1, &note);
        CHECK(tw_policy_judge(p, tw_buf_view(&note), &c, &seen, NULL) == TW_CONFLICT);
    }
}

static void what_is_no_checkpoint_of_a_known_log_is_refused(void)
{
    TW_SCOPED_BUF text = {0}, note = {0};
    TW_SCOPED(tw_policy) *p = policy_of("quorum none\n", &text);
    struct tw_checkpoint c;
    struct tw_policy_seen seen;
    write_note(1, &note);
    note.p[0] = 'x';
    CHECK(tw_policy_judge(p, tw_buf_view(&note), &c, &seen, NULL) == TW_NOTFOUND);
    CHECK(tw_policy_judge(p, TW_STR("x\n"), &c, &seen, NULL) == TW_FORMAT);
    CHECK(tw_policy_judge(p, TW_STR("x\n\n\xe2\x80\x94 a AAAAAAA=\n"), &c, &seen, NULL) == TW_FORMAT);
}

#define LONG                                                                                                 \
    "a-name-that-is-longer-than-what-is-shown-of-it-a-name-that-is-longer-than-what-is-shown-of-it-"         \
    "a-name-that-is-longer-than-what-is-shown"
static void what_is_no_policy_is_refused_with_its_line(void)
{
    static const struct {
        const char *text; /* behind eight lines: the comment, an empty one, the log, five witnesses */
        uint32_t line;
    } bad[] = {{"", 0},
               {"nonsense\n", 9},
               {"log\n", 9},
               {"log %1\n", 9},
               {"log %0\n", 9},
               {"witness\n", 9},
               {"witness none %6\n", 9},
               {"witness W1 %6\n", 9},
               {"witness W6 %0\n", 9},
               {"witness W6 %1\n", 9},
               {"witness W6\n", 9},
               {"group\n", 9},
               {"group X\n", 9},
               {"group X all\n", 9},
               {"group X some W1\n", 9},
               {"group X 0 W1\n", 9},
               {"group X 2 W1\n", 9},
               {"group X 1 W9\n", 9},
               {"group X 1 " LONG "\n", 9},
               {"group X 1 W1 W1\n", 9},
               {"group X 1 W1\ngroup Y 1 W1\n", 10},
               {"group X 1 W1\ngroup X 1 W2\n", 10},
               {"quorum\n", 9},
               {"quorum X\ngroup X 1 W1\n", 9},
               {"quorum none\nquorum none\n", 10}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        TW_SCOPED_BUF text = {0};
        struct tw_policy *p = NULL;
        struct tw_fault fault = {0};
        write_policy("", &text);
        for (const char *s = bad[i].text; *s != '\0'; s++) {
            if (*s == '%')
                put_key(*++s - '0', &text);
            else
                tw_buf_char(&text, *s);
        }
        CHECK(tw_policy_read(tw_buf_view(&text), &p, NULL) == TW_FORMAT && p == NULL);
        CHECK(tw_policy_read(tw_buf_view(&text), &p, &fault) == TW_FORMAT && fault.line == bad[i].line);
    }
}

static void has_limits(void)
{
    static char large[TW_POLICY_BYTES_MAX + 1];
    struct tw_policy *p = NULL;
    memset(large, '\n', sizeof large);
    CHECK(tw_policy_read((struct tw_str){large, sizeof large}, &p, NULL) == TW_LIMIT);
    for (int kind = 0; kind < 2; kind++) {
        TW_SCOPED_BUF text = {0};
        const int most = kind == 0 ? TW_POLICY_LOGS_MAX : TW_POLICY_NAMES_MAX;
        for (int i = 0; i <= most; i++) {
            uint8_t bytes[32] = {(uint8_t)i, (uint8_t)(i >> 8), 1};
            const struct tw_note_key key =
                tw_note_key_make(TW_STR("k"), kind == 0 ? TW_NOTE_ED25519 : TW_NOTE_COSIGNATURE, bytes);
            if (kind == 0)
                tw_buf_text(&text, "log ");
            else
                tw_buf_printf(&text, "witness W%d ", i);
            tw_note_key_put(&key, &text);
            tw_buf_char(&text, '\n');
        }
        CHECK(tw_policy_read(tw_buf_view(&text), &p, NULL) == TW_LIMIT);
    }
}

static struct tw_buf whole;

static tw_err read_it(void)
{
    struct tw_policy *p = NULL;
    TW_TRY(tw_policy_read(tw_buf_view(&whole), &p, NULL));
    tw_policy_free(p);
    return TW_OK;
}

static void survives_every_failed_allocation(void)
{
    write_policy("quorum none\n", &whole);
    CHECK(fault_each_allocation(read_it) > 0);
    tw_buf_free(&whole);
}

int main(void)
{
    RUN(a_quorum_is_what_the_policy_says);
    RUN(a_known_signature_that_fails_is_refused);
    RUN(what_is_no_checkpoint_of_a_known_log_is_refused);
    RUN(what_is_no_policy_is_refused_with_its_line);
    RUN(has_limits);
    RUN(survives_every_failed_allocation);
    return DONE();
}
