/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/request_priv.h"

#include "check.h"

#define HASH "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
#define NOTE "log.example\n9\n" HASH "\n\xe2\x80\x94 log.example AAAAAAAA\n"

static void a_request_is_read_in_its_parts(void)
{
    struct witness_request r;
    CHECK(witness_request_read(TW_STR("old 7\n" HASH HASH "\n" NOTE), 2, &r, NULL) == TW_OK);
    CHECK(r.old == 7 && r.n == 2 && r.note.n == 1 && r.checkpoint.size == 9);
    CHECK(tw_str_is(r.checkpoint.origin, "log.example") && r.proof[1][31] == 0);
    CHECK(witness_request_read(TW_STR("old 0\n\n" NOTE), 63, &r, NULL) == TW_OK && r.old == 0 && r.n == 0);
    CHECK(witness_request_read(TW_STR("old 9223372036854775807\n\n" NOTE), 63, &r, NULL) == TW_OK);
}

static void what_is_none_is_refused_with_its_line(void)
{
    static const struct {
        const char *body;
        tw_err err;
        uint32_t line;
        const char *words;
    } bad[] = {
        {"", TW_FORMAT, 1, "old SIZE"},
        {"old 0", TW_FORMAT, 1, "old SIZE"},
        {"old 00\n\n" NOTE, TW_FORMAT, 1, "old SIZE"},
        {"old 9223372036854775808\n\n" NOTE, TW_FORMAT, 1, "old SIZE"},
        {"old 0\n", TW_FORMAT, 2, "missing"},
        {"old 0\n" HASH, TW_FORMAT, 3, "missing"},
        {"old 0\n" HASH "x\n\n" NOTE, TW_FORMAT, 3, "32 bytes"},
        {"old 0\n" HASH HASH HASH "\n" NOTE, TW_LIMIT, 4, "proof_lines"},
        {"old 0\n\n", TW_FORMAT, 3, "signed note"},
        {"old 0\n" HASH "\nlog.example\nx\n" HASH "\n\xe2\x80\x94 a AAAAAAAA\n", TW_FORMAT, 5, "leaves"},
        {"old 0\n" HASH "\nlog.example\n9\n" HASH "\nx\n", TW_FORMAT, 8, "dash"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct witness_request r = {.old = 77};
        struct tw_fault fault = {0};
        CHECK(witness_request_read(tw_str_from(bad[i].body), 2, &r, &fault) == bad[i].err);
        CHECK(fault.line == bad[i].line && strstr(fault.note, bad[i].words) != NULL && r.old == 77);
        CHECK(witness_request_read(tw_str_from(bad[i].body), 2, &r, NULL) == bad[i].err);
    }
}

static void a_checkpoint_that_could_not_be_cosigned_is_refused(void)
{
    const char head[] = "old 0\n\n", text[] = "log.example\n9\n" HASH;
    for (size_t n = WITNESS_TEXT_MAX; n <= WITNESS_TEXT_MAX + 1; n++) {
        TW_SCOPED_BUF body = {0};
        struct witness_request r;
        struct tw_fault fault = {0};
        tw_buf_text(&body, head);
        tw_buf_text(&body, text);
        while (body.n < n + sizeof head - 2) tw_buf_char(&body, 'x');
        tw_buf_text(&body, "\n\n\xe2\x80\x94 log.example AAAAAAAA\n");
        const tw_err err = witness_request_read(tw_buf_view(&body), 63, &r, &fault);
        CHECK(n == WITNESS_TEXT_MAX ? err == TW_OK && r.note.text.n == n
                                    : err == TW_LIMIT && fault.line == 3);
    }
}

int main(void)
{
    RUN(a_request_is_read_in_its_parts);
    RUN(what_is_none_is_refused_with_its_line);
    RUN(a_checkpoint_that_could_not_be_cosigned_is_refused);
    return DONE();
}
