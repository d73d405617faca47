/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "message/edifact_segment.h"

/* Reads one segment and tells what is wrong with it: code, element, component. */
static void says(const char *text, const char *want)
{
    TW_SCOPED(tw_edi) *e = NULL;
    TW_SCOPED_BUF out = {0};
    struct tw_edi_segment s;
    struct tw_edi_wrong wrong[8];
    size_t room;
    CHECK(tw_edi_new(NULL, &e, NULL) == TW_OK);
    CHECK(tw_edi_next(e, &s, NULL) == TW_EDI_MORE);
    char *p = tw_edi_room(e, &room);
    const struct tw_str all = tw_str_from(text);
    memcpy(p, all.s, all.n);
    tw_edi_filled(e, all.n);
    enum tw_edi_step step = tw_edi_next(e, &s, NULL);
    for (int i = 0; i < 3 && step == TW_EDI_MORE; i++) {
        tw_edi_end(e);
        step = tw_edi_next(e, &s, NULL);
    }
    CHECK(step == TW_EDI_SEGMENT);
    const size_t n = tw_edi_segment_check(&s, wrong, 8);
    CHECK(n <= 8);
    for (size_t i = 0; i < n; i++)
        tw_buf_printf(&out, "%s%u %u.%u", i > 0 ? ", " : "", tw_edi_syntax_code(wrong[i].what),
                      wrong[i].element + 1U, wrong[i].component + 1U);
    if (!tw_str_is(tw_buf_view(&out), want)) printf("# %s: %.*s\n", text, TW_STR_ARG(tw_buf_view(&out)));
    CHECK(tw_str_is(tw_buf_view(&out), want));
}

static void lengths_and_kinds_are_those_of_the_directory(void)
{
    says("BGM+929:::NAME+12345678901234567890123456789012345+9'", "");
    says("BGM+929:::NAME+123456789012345678901234567890123456+9'", "39 2.1");
    says("BGM+9291'", "39 1.1");
    says("CST+12345+1234567890'", "");
    says("CST+123456'", "39 1.1");
    says("CST+1A'", "37 1.1");
    says("MOA+38:-1234567890123456.78:EUR'", "");
    says("MOA+38:12345678901234567.89:EUR'", "39 1.2");
    says("MOA+38:1.2.3'", "37 1.2");
    says("FTX+AAA+++\xC3\x84\xC3\x84 0123456789012345678901234567890123456789012345678901234567890123456'",
         "");
    says("FTX+AAA+++\xC3\x84\xC3\x84 01234567890123456789012345678901234567890123456789012345678901234567'",
         "39 4.1");
}

static void what_is_mandatory_is_missed(void)
{
    says("LOC++DKAAR'", "13 1.1");
    says("MEA+WT+AAB+:5'", "13 3.1");
    says("MEA+WT+AAB'", ""); /* the composite is conditional */
    says("MOA+:5:EUR'", "13 1.1");
    says("DOC+380+'", "");
    says("TDT+20++++++1'", "13 7.2"); /* 8459 beside 8457 */
    says("RFF'", "13 1.1");
}

static void what_is_too_much_is_told(void)
{
    says("UNS+D+X'", "16 2.1");
    says("DTM+137:2026:102:X'", "16 1.4");
    says("LOC+9+A+B+C+D+E'", "16 6.1");
    says("LOC+9+A++++'", ""); /* empty places are none */
}

static void segments_that_are_not_known_have_nothing_wrong(void)
{
    CHECK(!tw_edi_segment_known(TW_STR("ZZZ")) && tw_edi_segment_known(TW_STR("UCI")));
    says("ZZZ+1:2:3:4:5+6'", "");
    struct tw_edi_spec spec;
    CHECK(!tw_edi_spec_find(TW_STR("ZZZ"), 0, 0, &spec) && !tw_edi_spec_find(TW_STR("LOC"), 5, 0, &spec));
    CHECK(tw_edi_spec_find(TW_STR("LOC"), 1, 3, &spec) && spec.most == 70 && spec.kind == 'x' &&
          !spec.needed);
    CHECK(tw_edi_spec_find(TW_STR("DTM"), 0, 0, &spec) && spec.most == 3 && spec.mandatory && spec.needed);
}

int main(void)
{
    RUN(lengths_and_kinds_are_those_of_the_directory);
    RUN(what_is_mandatory_is_missed);
    RUN(what_is_too_much_is_told);
    RUN(segments_that_are_not_known_have_nothing_wrong);
    return DONE();
}
