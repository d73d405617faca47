/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/note.h"

#include "base/base64.h"
#include "check.h"

static const uint8_t SEED[32] = {7}, OTHER[32] = {8};
#define DASH "\xe2\x80\x94 "

static struct tw_note_key key_of(const char *name, enum tw_note_kind kind, const uint8_t seed[32])
{
    uint8_t key[32];
    tw_ed25519_key(seed, key);
    return tw_note_key_make(tw_str_from(name), kind, key);
}

/* Of the public keys that Go's sum.golang.org is known by. */
static void keys_are_those_of_go(void)
{
    static const char vkey[] = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    struct tw_note_key key;
    TW_SCOPED_BUF out = {0};
    CHECK(tw_note_key_read(TW_STR(vkey), &key, NULL) == TW_OK && key.id == 0x033de0ae);
    CHECK(tw_str_is(key.name, "sum.golang.org") && key.kind == TW_NOTE_ED25519);
    tw_note_key_put(&key, &out);
    CHECK(tw_str_is(tw_buf_view(&out), vkey));
}

static void what_is_no_key_is_refused(void)
{
    static const char *const bad[] = {
        "",
        "sum.golang.org",
        "sum.golang.org+033de0ae",
        "+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.org+033de0a+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuA==",
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8AAAA",
        "sum.golang.org+033de0ae+?c4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.org+033de0ae+Bc4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.org+033de0af+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.org+033DE0AE+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct tw_note_key key;
        struct tw_fault fault = {0};
        CHECK(tw_note_key_read(tw_str_from(bad[i]), &key, &fault) == TW_FORMAT && fault.note[0] != '\0');
    }
}

static void names_have_no_blanks(void)
{
    static const char *const good[] = {"a", "example.com/log", "z\xc3\xbcrich", "\xe2\x80\x8b",
                                       "\xe2\x80\xbf"},
                             *const bad[] = {"",
                                             "a b",
                                             "a+b",
                                             "a\tb",
                                             "a\x7f",
                                             "\xff",
                                             "\xc2\x85",
                                             "a\xc2\xa0",
                                             "\xe1\x9a\x80",
                                             "\xe2\x80\x80",
                                             "\xe2\x80\x8a",
                                             "\xe2\x80\xa8",
                                             "\xe2\x80\xa9",
                                             "\xe2\x80\xaf",
                                             "\xe2\x81\x9f",
                                             "\xe3\x80\x80"};
    char large[257];
    memset(large, 'x', 256);
    large[256] = '\0';
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) CHECK(tw_note_name_good(tw_str_from(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK(!tw_note_name_good(tw_str_from(bad[i])));
    CHECK(!tw_note_name_good(tw_str_from(large)) && tw_note_name_good((struct tw_str){large, 255}));
    uint8_t key[32] = {1}; /* one that is longer has the id of its first bytes */
    CHECK(tw_note_key_make(tw_str_from(large), TW_NOTE_ED25519, key).id ==
          tw_note_key_make((struct tw_str){large, 255}, TW_NOTE_ED25519, key).id);
}

/* A checkpoint of Go's checksum database, which Go's own program verifies. */
static void a_note_of_go_is_read(void)
{
    static const char text[] = "go.sum database tree\n7\nabcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ=\n";
    const struct tw_note_key log = key_of("example.com/log", TW_NOTE_ED25519, SEED),
                             other = key_of("example.com/log", TW_NOTE_ED25519, OTHER),
                             witness = key_of("w.example", TW_NOTE_COSIGNATURE, OTHER);
    TW_SCOPED_BUF bytes = {0};
    struct tw_note note;
    int64_t time = 9;
    tw_buf_text(&bytes, text);
    tw_buf_char(&bytes, '\n');
    tw_note_sign(&log, SEED, TW_STR(text), 0, &bytes);
    tw_buf_text(&bytes, DASH "unknown.example ");
    tw_buf_base64(&bytes, text, 60);
    tw_buf_char(&bytes, '\n');
    tw_note_sign(&witness, OTHER, TW_STR(text), 1679315147, &bytes);
    tw_note_sign(&witness, OTHER, TW_STR(text), 1679315146, &bytes);
    CHECK(tw_note_read(tw_buf_view(&bytes), &note, NULL) == TW_OK && note.n == 4 &&
          tw_str_is(note.text, text));
    CHECK(tw_note_signed_by(&note, &log, &time) == TW_NOTE_HOLDS && time == 0);
    CHECK(tw_note_signed_by(&note, &other, NULL) == TW_NOTE_UNSIGNED);
    CHECK(tw_note_signed_by(&note, &witness, &time) == TW_NOTE_HOLDS && time == 1679315147);
    /* Each byte of it changed in turn: no note, or one that the log has not signed. */
    for (size_t i = 0; i < bytes.n; i++) {
        bytes.p[i] ^= 1;
        const tw_err err = tw_note_read(tw_buf_view(&bytes), &note, NULL);
        CHECK(err == TW_FORMAT || (err == TW_OK && (tw_note_signed_by(&note, &log, NULL) != TW_NOTE_HOLDS ||
                                                    tw_str_is(note.text, text))));
        bytes.p[i] ^= 1;
    }
}

/* By a known key, and not of this text, or not a signature of its kind. */
static void a_known_key_that_fails_is_told(void)
{
    static const char text[] = "some text\n";
    const struct tw_note_key keys[] = {key_of("k", TW_NOTE_ED25519, SEED),
                                       key_of("k", TW_NOTE_COSIGNATURE, SEED)};
    for (size_t k = 0; k < 2; k++)
        for (int how = 0; how < 3; how++) {
            uint8_t signature[4 + 8 + 64] = {(uint8_t)(keys[k].id >> 24), (uint8_t)(keys[k].id >> 16),
                                             (uint8_t)(keys[k].id >> 8), (uint8_t)keys[k].id};
            if (how == 2) signature[4] = 0x80; /* a time that cannot be */
            TW_SCOPED_BUF bytes = {0};
            struct tw_note note;
            tw_buf_printf(&bytes, "%s\n" DASH "k ", text);
            tw_buf_base64(&bytes, signature, how == 0 ? 9 : k == 0 && how == 1 ? 68 : 76);
            tw_buf_char(&bytes, '\n');
            CHECK(tw_note_read(tw_buf_view(&bytes), &note, NULL) == TW_OK);
            CHECK(tw_note_signed_by(&note, &keys[k], NULL) == TW_NOTE_FAILS);
        }
}

/* What is longer than any checkpoint is neither cosigned nor taken for that. */
static void no_witness_signs_a_book(void)
{
    static char text[5000];
    const struct tw_note_key witness = key_of("w", TW_NOTE_COSIGNATURE, SEED);
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 2] = '\n';
    uint8_t signature[76] = {(uint8_t)(witness.id >> 24), (uint8_t)(witness.id >> 16),
                             (uint8_t)(witness.id >> 8), (uint8_t)witness.id};
    TW_SCOPED_BUF bytes = {0}, line = {0};
    struct tw_note note;
    tw_buf_printf(&bytes, "%s\n" DASH "w ", text);
    tw_buf_base64(&bytes, signature, sizeof signature);
    tw_buf_char(&bytes, '\n');
    CHECK(tw_note_read(tw_buf_view(&bytes), &note, NULL) == TW_OK);
    CHECK(tw_note_signed_by(&note, &witness, NULL) == TW_NOTE_FAILS);
    tw_note_sign(&witness, SEED, tw_str_from(text), 1, &line);
    CHECK(line.failed);
}

static void what_is_no_note_is_refused_with_its_line(void)
{
#define SIGNED DASH "a AAAAAAA=\n"
    static const struct {
        const char *text;
        uint32_t line;
    } bad[] = {{"", 1},
               {"text\n", 2},
               {"text\n\n", 3},
               {"text\n\n" DASH "a AAAAAAA=", 3},
               {"text\n" SIGNED, 3},
               {"te\rxt\n\n" SIGNED, 1},
               {"text\n\xff\n\n" SIGNED, 2},
               {"text\n\n- a AAAAAAA=\n", 3},
               {"text\n\n" DASH "a\n", 3},
               {"text\n\n" DASH "a b AAAAAAA=\n", 3},
               {"text\n\n" DASH "a+b AAAAAAA=\n", 3},
               {"text\n\n" SIGNED DASH "a AAAAAA==\n", 4},
               {"text\n\n" SIGNED DASH "a AAAA?AA=\n", 4}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct tw_note note;
        struct tw_fault fault = {0};
        CHECK(tw_note_read(tw_str_from(bad[i].text), &note, &fault) == TW_FORMAT &&
              fault.line == bad[i].line);
        CHECK(tw_note_read(tw_str_from(bad[i].text), &note, NULL) == TW_FORMAT);
    }
    struct tw_note note;
    CHECK(tw_note_read(TW_STR("\n\n" SIGNED), &note, NULL) == TW_OK && note.text.n == 1);
    CHECK(tw_note_read(TW_STR("a\n\nb\n\n" SIGNED), &note, NULL) == TW_OK &&
          tw_str_is(note.text, "a\n\nb\n"));
}

static void has_limits(void)
{
    static char large[TW_NOTE_BYTES_MAX + 1];
    struct tw_note note;
    memset(large, 'x', sizeof large);
    CHECK(tw_note_read((struct tw_str){large, sizeof large}, &note, NULL) == TW_LIMIT);
    for (int n = TW_NOTE_SIGNATURES_MAX; n <= TW_NOTE_SIGNATURES_MAX + 1; n++) {
        TW_SCOPED_BUF bytes = {0};
        tw_buf_text(&bytes, "text\n\n");
        for (int i = 0; i < n; i++) tw_buf_text(&bytes, SIGNED);
        CHECK(tw_note_read(tw_buf_view(&bytes), &note, NULL) ==
              (n > TW_NOTE_SIGNATURES_MAX ? TW_LIMIT : TW_OK));
    }
    for (size_t n = TW_NOTE_SIGNATURE_MAX; n <= TW_NOTE_SIGNATURE_MAX + 6; n += 6) {
        TW_SCOPED_BUF bytes = {0};
        tw_buf_text(&bytes, "text\n\n" DASH "a ");
        tw_buf_base64(&bytes, large, n + 3);
        tw_buf_char(&bytes, '\n');
        CHECK((tw_note_read(tw_buf_view(&bytes), &note, NULL) == TW_OK) == (n == TW_NOTE_SIGNATURE_MAX));
    }
}

int main(void)
{
    RUN(keys_are_those_of_go);
    RUN(what_is_no_key_is_refused);
    RUN(names_have_no_blanks);
    RUN(a_note_of_go_is_read);
    RUN(a_known_key_that_fails_is_told);
    RUN(no_witness_signs_a_book);
    RUN(what_is_no_note_is_refused_with_its_line);
    RUN(has_limits);
    return DONE();
}
