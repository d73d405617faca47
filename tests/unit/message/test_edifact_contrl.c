/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "fault.h"
#include "message/edifact_contrl.h"

static tw_err answer(struct tw_str text, struct tw_buf *out, struct tw_edi_answered *ret,
                     struct tw_fault *fault)
{
    TW_SCOPED(tw_edi) *e = NULL;
    TW_SCOPED(tw_edi_answer) *a = NULL;
    struct tw_edi_segment s;
    size_t at = 0;
    TW_TRY(tw_edi_new(NULL, &e, fault));
    TW_TRY(tw_edi_answer_new(&a, fault));
    tw_edi_answer_begin(a, 1764000000, out);
    for (enum tw_edi_step step; (step = tw_edi_next(e, &s, NULL)) != TW_EDI_END;) {
        if (step == TW_EDI_SEGMENT) TW_TRY(tw_edi_answer_put(a, &s, fault));
        if (step == TW_EDI_REFUSED) tw_edi_answer_broken(a);
        if (step != TW_EDI_MORE) continue;
        size_t room;
        char *p = tw_edi_room(e, &room);
        if (room > text.n - at) room = text.n - at;
        if (room > 0) memcpy(p, text.s + at, room);
        tw_edi_filled(e, room);
        at += room;
        if (room == 0) tw_edi_end(e);
    }
    return tw_edi_answer_end(a, ret, fault);
}

#define UNB  "UNB+UNOA:3+SENDER:14+CUSTOMS+261127:0800+REF1'"
#define GOOD "UNH+1+CUSDEC:D:96B:UN'BGM+960+X+9'UNS+D'CST+1'UNS+S'UNT+6+1'"
#define UCI3 "UNH+1+CONTRL:D:3:UN'UCI+REF1+SENDER:14+CUSTOMS+"

/* Of each answer what stands between UNB and UNZ. */
static void says(const char *text, const char *want)
{
    TW_SCOPED_BUF out = {0}, bare = {0};
    struct tw_edi_answered n;
    CHECK(answer(tw_str_from(text), &out, &n, NULL) == TW_OK);
    for (struct tw_str rest = tw_buf_view(&out); rest.n > 0;) {
        const char *from = memmem(rest.s, rest.n, "UNH+", 4);
        const char *to = from != NULL ? memmem(rest.s, rest.n, "UNZ+1+", 6) : NULL;
        CHECK(to != NULL && tw_str_starts(rest, TW_STR("UNA:+.? 'UNB+UNO")));
        tw_buf_put(&bare, from, (size_t)(to - from));
        const size_t left = rest.n - (size_t)(to - rest.s);
        CHECK(left >= 21);
        rest = (struct tw_str){to + 21, left - 21};
    }
    if (!tw_str_is(tw_buf_view(&bare), want)) printf("# %s\n# %.*s\n", text, TW_STR_ARG(tw_buf_view(&bare)));
    CHECK(tw_str_is(tw_buf_view(&bare), want));
}

static void what_is_right_is_acknowledged(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_edi_answered n;
    says(UNB GOOD "UNZ+1+REF1'", UCI3 "7'UNT+3+1'");
    CHECK(answer(TW_STR(UNB GOOD "UNZ+1+REF1'" UNB GOOD GOOD "UNZ+2+REF1'"), &out, &n, NULL) == TW_OK);
    CHECK(n.interchanges == 2 && n.rejected == 0 && n.messages == 3 && n.messages_rejected == 0);
    CHECK(tw_str_starts(tw_buf_view(&out), TW_STR("UNA:+.? 'UNB+UNOA:3+CUSTOMS+SENDER+251124:1600+")));
}

static void an_answer_has_the_version_of_what_it_answers(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_edi_answered n;
    CHECK(answer(TW_STR("UNB+UNOC:4+S+R+20261127:0800+REF1'" GOOD "UNZ+1+REF1'"), &out, &n, NULL) == TW_OK);
    CHECK(tw_str_starts(tw_buf_view(&out), TW_STR("UNB+UNOA:4+R+S+20251124:1600+")));
    CHECK(memmem(out.p, out.n, "UNH+1+CONTRL:4:1:UN'UCI+REF1+S+R+7'UNT+3+1'", 43) != NULL);
}

static void a_message_with_faults_is_rejected_by_them(void)
{
#define UCM(code) UCI3 "7'UCM+1+CUSDEC:D:96B:UN+4" code "'"
#define UNZ       "UNZ+1+REF1'"
    says(UNB "UNH+1+CUSDEC:D:96B:UN'BGM+960+X+9999'UNS+D'CST+1'UNS+S'UNT+6+1'" UNZ,
         UCM("") "UCS+2'UCD+39+4:1'UNT+6+1'"); /* too long */
    says(UNB "UNH+1+CUSDEC:D:96B:UN'BGM+960+X+9'LOC++GB:162:5:A:B'UNS+D'CST+1A'UNS+S'UNT+7+1'" UNZ,
         UCM("") "UCS+3'UCD+13+2:1'UCD+16+3:5'UCS+5'UCD+37+2:1'UNT+9+1'"); /* missing, too many, no number */
    says(UNB "UNH+1+CUSDEC:D:96B:UN'BGM+960+X+9'BGM+960+X+9'XYZ'UNS+D'CST+1'UNS+S'UNT+8+1'" UNZ,
         UCM("") "UCS+3+35'UCS+4+15'UNT+6+1'"); /* too often, no place */
    says(UNB "UNH+1+CUSDEC:D:96B:UN'UNS+D'CST+1'UNS+S'UNT+5+1'" UNZ, UCM("") "UCS+2+13'UNT+5+1'"); /* BGM */
    says(UNB "UNH+1+CUSDEC:D:96B:UN'BGM+960+X+9'UNS+D'CST+1'UNS+S'UNT+7+1'" UNZ, UCM("+29+UNT+2") "UNT+4+1'");
    says(UNB "UNH+1+CUSDEC:D:96B:UN'BGM+960+X+9'UNS+D'CST+1'UNS+S'UNT+6+2'" UNZ, UCM("+28+UNT+3") "UNT+4+1'");
    says(UNB "UNH+1+INVOIC:D:96B:UN'BGM'UNT+3+1'" UNZ,
         UCI3 "7'UCM+1+INVOIC:D:96B:UN+4+14+UNH+3:1'UNT+4+1'"); /* a type that is not read */
    says(UNB "UNH+1+CUSDEC:D:96B:UN'BGM+960+X+9'UNS+D'" GOOD "UNZ+2+REF1'",
         UCM("+13+UNT") "UNT+4+1'"); /* not closed; the next one is right */
}

static void faults_between_messages_reject_the_interchange(void)
{
    says(UNB GOOD "UNZ+2+REF1'", UCI3 "4+29+UNZ+2'UNT+3+1'");
    says(UNB GOOD "UNZ+1+REF2'", UCI3 "4+28+UNZ+3'UNT+3+1'");
    says(UNB GOOD, UCI3 "4+13+UNZ'UNT+3+1'");
    says(UNB GOOD "FTX+A'UNZ+1+REF1'", UCI3 "4+33+FTX'UNT+3+1'");
    says(UNB GOOD UNB GOOD "UNZ+1+REF1'", UCI3 "4+13+UNZ'UNT+3+1'" UCI3 "7'UNT+3+1'");
    says(UNB GOOD "un'UNZ+1+REF1'", UCI3 "4+18+UNB'UNT+3+1'"); /* bytes that are no segment */
    says("UNB+UNOA:3+SENDER:14+CUSTOMS+261127:0800'" GOOD "UNZ+1'",
         "UNH+1+CONTRL:D:3:UN'UCI+UNKNOWN+SENDER:14+CUSTOMS+4+13+UNB'UNT+3+1'");
    says("UNB+UNOA:3'" GOOD "UNZ+1'", "UNH+1+CONTRL:D:3:UN'UCI+UNKNOWN+UNKNOWN+UNKNOWN+4+13+UNB'UNT+3+1'");
}

static void nobody_answers_a_message_without_an_interchange(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_edi_answered n;
    CHECK(answer(TW_STR(GOOD), &out, &n, NULL) == TW_OK && out.n == 0 && n.loose == 1 && n.interchanges == 0);
}

static void so_many_segments_are_told(void)
{
    TW_SCOPED_BUF text = {0}, out = {0};
    struct tw_edi_answered n;
    unsigned ucs = 0;
    tw_buf_text(&text, UNB "UNH+1+CUSDEC:D:96B:UN'BGM+960+X+9'");
    for (unsigned i = 0; i < 2000; i++) tw_buf_text(&text, "XYZ'");
    CHECK(answer(tw_buf_view(&text), &out, &n, NULL) == TW_OK);
    tw_buf_clear(&out);
    tw_buf_text(&text, "UNT+2003+1'UNZ+1+REF1'");
    CHECK(answer(tw_buf_view(&text), &out, &n, NULL) == TW_OK && n.messages_rejected == 1);
    for (size_t i = 0; i + 4 < out.n; i++) ucs += memcmp(out.p + i, "UCS+", 4) == 0;
    CHECK(ucs == TW_EDI_ANSWER_UCS_MAX);
}

static tw_err answer_once(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_edi_answered n;
    return answer(TW_STR(UNB "UNH+1+INVOIC:D:96B:UN'BGM'UNT+3+1'UNZ+1+REF1'"), &out, &n, NULL);
}

static void runs_out_of_memory_cleanly(void)
{
    CHECK(fault_each_allocation(answer_once) > 3);
}

int main(void)
{
    RUN(what_is_right_is_acknowledged);
    RUN(an_answer_has_the_version_of_what_it_answers);
    RUN(a_message_with_faults_is_rejected_by_them);
    RUN(faults_between_messages_reject_the_interchange);
    RUN(nobody_answers_a_message_without_an_interchange);
    RUN(so_many_segments_are_told);
    RUN(runs_out_of_memory_cleanly);
    return DONE();
}
