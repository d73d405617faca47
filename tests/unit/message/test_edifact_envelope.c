/* SPDX-License-Identifier: Apache-2.0 */
#include "message/edifact_envelope.h"

#include "check.h"

/* Says of `text` where each segment stands, and what is wrong: a letter each (A advice, [ G M opens, b body,
 * m g ] closes, ! stray), behind it in brackets the rules. */
static void says(const char *text, const char *want)
{
    static const char letter[] = "A[GMbmg]!";
    TW_SCOPED(tw_edi) *e = NULL;
    TW_SCOPED_BUF out = {0};
    struct tw_edi_envelope env = {.grouped = false};
    struct tw_edi_segment s;
    struct tw_edi_remark remark[TW_EDI_REMARKS_MAX];
    size_t room, n;
    CHECK(tw_edi_new(NULL, &e, NULL) == TW_OK);
    memcpy(tw_edi_room(e, &room), text, strlen(text));
    tw_edi_filled(e, strlen(text));
    tw_edi_end(e);
    for (bool more = true; more;) {
        const enum tw_edi_step step = tw_edi_next(e, &s, NULL);
        CHECK(step == TW_EDI_SEGMENT || step == TW_EDI_END);
        more = step == TW_EDI_SEGMENT;
        if (more)
            tw_buf_char(&out, letter[tw_edi_envelope_next(&env, &s, remark, &n)]);
        else
            tw_edi_envelope_end(&env, remark, &n);
        for (size_t i = 0; i < n; i++) {
            const struct tw_fault *f = &remark[i].fault;
            CHECK(f->code == TW_FORMAT && f->note[0] != '\0' && strlen(f->path) == 3 && f->line > 0);
            CHECK(memcmp(text + f->byte, f->path, 3) == 0); /* it is that segment's place */
            tw_buf_printf(&out, "(%s)", tw_edi_rule_name(remark[i].rule) + strlen("edifact."));
        }
    }
    CHECK(!out.failed && (out.n == 0 || out.p != NULL));
    if (!tw_str_is(tw_buf_view(&out), want)) printf("# %s\n# %.*s\n", text, (int)out.n, out.p);
    CHECK(tw_str_is(tw_buf_view(&out), want));
}

#define UNB "UNB+UNOC:3+A+B+261127:0215+C1'"
#define UNH "UNH+1+CUSDEC:D:96A:UN'"

static void whole_interchanges_are_whole(void)
{
    says("", "");
    says(UNB "UNZ+0+C1'", "[]");
    says("UNA:+.? '" UNB UNH "BGM+1'UNT+3+1'UNZ+1+C1'", "A[Mbm]");
    says(UNB UNH "UNT+2+1'UNH+2+CUSDEC'BGM+1'BGM+2'UNT+4+2'UNZ+2+C1'" UNB "UNZ+0+C1'", "[MmMbbm][]");
    says(UNB "UNG+X+A+B+1+G1'" UNH "UNT+2+1'UNH+2+X'UNT+2+2'UNE+2+G1'UNG+X+A+B+1+G2'UNE+0+G2'UNZ+2+C1'",
         "[GMmMmgGg]");
    says(UNH "BGM+1'UNT+3+1'", "Mbm"); /* bare */
}

static void each_fault_is_told_once_by_its_rule(void)
{
    says(UNB "BGM+1'UNZ+0+C1'", "[!(stray)]");
    says(UNB UNH "BGM+1'UNT+2+1'UNZ+1+C1'", "[Mbm(count)]");
    says(UNB UNH "BGM+1'UNT++1'UNZ+x+C1'", "[Mbm(count)](count)");
    says(UNB UNH "UNT+2+7'UNZ+1+C2'", "[Mm(reference)](reference)");
    says(UNB UNH "UNT+2'UNZ+1'", "[Mm(reference)](reference)");
    says(UNB UNH "UNZ+1+C1'", "[M](not_closed)");
    says(UNB UNH UNH "UNT+2+1'UNZ+2+C1'", "[MM(not_closed)m]");
    says(UNB "UNG+X+A+B+1+G1'" UNH UNB "UNZ+0+C1'", "[GM[(not_closed)(not_closed)(not_closed)]");
    says(UNB "UNG+X+A+B+1+G1'" UNH, "[GM(not_closed)(not_closed)(not_closed)");
    says("UNT+1+1'UNE+0+1'UNZ+0+1'", "m(not_open)g(not_open)](not_open)");
    says(UNB UNH "UNT+2+1'UNG+X+A+B+1+G1'UNE+0+G1'UNZ+2+C1'", "[MmG(mixed)g]");
    says(UNB "UNG+X+A+B+1+G1'UNE+0+G1'" UNH "UNT+2+1'UNZ+2+C1'", "[GgM(mixed)m]");
    says("UNB+UNOC:3+A+B'UNZ+0'", "[(mandatory)]");
    says(UNB "UNH+1'UNT+2+1'UNG+X'UNE+0'UNZ+2+C1'", "[M(mandatory)mG(mixed)(mandatory)g]");
    says("BGM+1'", "!(stray)");
}

/* A reference longer than is kept is compared by its beginning. */
static void long_references_are_compared_as_far_as_they_are_kept(void)
{
    says("UNH+12345678901234567890123456789012345x+T'UNT+2+12345678901234567890123456789012345y'", "Mm");
    says("UNH+12345678901234567890123456789012345x+T'UNT+2+1234567890123456789012345678901234yx'",
         "Mm(reference)");
}

static void every_rule_has_its_words(void)
{
    for (int r = 0; r < TW_EDI_RULE_N; r++) {
        CHECK(strncmp(tw_edi_rule_name((enum tw_edi_rule)r), "edifact.", 8) == 0);
        CHECK(strlen(tw_edi_rule_right((enum tw_edi_rule)r)) > 20);
    }
}

static void interchanges_are_told_by_their_first_bytes(void)
{
    CHECK(tw_edi_sniff(TW_STR("UNA:+.? '")) && tw_edi_sniff(TW_STR(" \r\n\tUNB+")) &&
          tw_edi_sniff(TW_STR("UNH|1")));
    CHECK(tw_edi_sniff(TW_STR("\xEF\xBB\xBFUNG+X")));
    CHECK(!tw_edi_sniff(TW_STR("")) && !tw_edi_sniff(TW_STR("UNB")) && !tw_edi_sniff(TW_STR("UNHAPPY,id")));
    CHECK(!tw_edi_sniff(TW_STR("unb+")) && !tw_edi_sniff(TW_STR("UNB_id,x")) &&
          !tw_edi_sniff(TW_STR("<UNB+")));
    CHECK(!tw_edi_sniff(TW_STR("UNB1")) && !tw_edi_sniff(TW_STR("BGM+1'")));
}

int main(void)
{
    RUN(interchanges_are_told_by_their_first_bytes);
    RUN(whole_interchanges_are_whole);
    RUN(each_fault_is_told_once_by_its_rule);
    RUN(long_references_are_compared_as_far_as_they_are_kept);
    RUN(every_rule_has_its_words);
    return DONE();
}
