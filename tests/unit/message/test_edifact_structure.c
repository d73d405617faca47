/* SPDX-License-Identifier: Apache-2.0 */
#include "message/edifact_structure.h"

#include "check.h"

/* Walks CUSCAR along the tags and tells the place of each; (often), (nowhere) and (missing X) before it. */
static void says(const char *tags, const char *want)
{
    struct tw_edi_walk w;
    struct tw_str rest = tw_str_from(tags);
    TW_SCOPED_BUF out = {0};
    tw_edi_walk_begin(TW_EDI_CUSCAR, &w);
    while (rest.n > 0) {
        const char *missing;
        const struct tw_edi_walk before = w;
        const enum tw_edi_stand stand = tw_edi_walk_next(&w, tw_str_cut(rest, ' ', &rest), &missing);
        if (out.n > 0) tw_buf_char(&out, ' ');
        if (stand == TW_EDI_STANDS_TOO_OFTEN) tw_buf_text(&out, "(often)");
        if (missing != NULL) tw_buf_printf(&out, "(missing %s)", missing);
        if (stand == TW_EDI_STANDS_NOWHERE) {
            CHECK(memcmp(&before, &w, sizeof w) == 0);
            tw_buf_text(&out, "(nowhere)");
        } else {
            tw_edi_walk_path(&w, &out);
        }
    }
    if (!tw_str_is(tw_buf_view(&out), want)) printf("# %s\n# %.*s\n", tags, (int)out.n, out.p);
    CHECK(tw_str_is(tw_buf_view(&out), want));
}

static void segments_find_their_groups(void)
{
    says("UNH BGM DTM NAD TDT LOC DTM", "UNH[1] BGM[1] DTM[1] NAD[1] TDT[1] TDT[1]/LOC[1] TDT[1]/DTM[1]");
    says("UNH BGM CNI RFF LOC LOC GID FTX GID CNI RFF RFF GID UNT",
         "UNH[1] BGM[1] CNI[1] CNI[1]/RFF[1] CNI[1]/RFF[1]/LOC[1] CNI[1]/RFF[1]/LOC[2] CNI[1]/RFF[1]/GID[1] "
         "CNI[1]/RFF[1]/GID[1]/FTX[1] CNI[1]/RFF[1]/GID[2] CNI[2] CNI[2]/RFF[1] (missing GID)CNI[2]/RFF[2] "
         "CNI[2]/RFF[2]/GID[1] UNT[1]");
    says("UNH BGM EQD SEL SEL EQD SEL TMP RNG", "UNH[1] BGM[1] EQD[1] EQD[1]/SEL[1] EQD[1]/SEL[2] EQD[2] "
                                                "EQD[2]/SEL[1] EQD[2]/TMP[1] EQD[2]/TMP[1]/RNG[1]");
}

static void what_is_out_of_order_or_missing_is_told(void)
{
    says("UNH DTM", "UNH[1] (missing BGM)DTM[1]");
    says("UNH BGM BGM", "UNH[1] BGM[1] (often)BGM[2]");
    says("UNH BGM XYZ DTM", "UNH[1] BGM[1] (nowhere) DTM[1]");
    says("UNH BGM CNI BGM", "UNH[1] BGM[1] CNI[1] (nowhere)");
    says("BGM", "(missing UNH)BGM[1]");
    says("XYZ", "(nowhere)");
}

static void a_message_may_not_go_back(void)
{
    says("UNH BGM TDT CNI TDT", "UNH[1] BGM[1] TDT[1] CNI[1] (nowhere)");
    says("UNH BGM UNT CNI", "UNH[1] BGM[1] UNT[1] (nowhere)");
}

static void types_have_names(void)
{
    CHECK(tw_edi_message_find(TW_STR("CUSCAR")) == TW_EDI_CUSCAR);
    CHECK(tw_edi_message_find(TW_STR("INVOIC")) == TW_EDI_MESSAGE_N);
    CHECK(tw_edi_message_find((struct tw_str){NULL, 0}) == TW_EDI_MESSAGE_N);
    CHECK(strcmp(tw_edi_message_type(TW_EDI_CUSCAR), "CUSCAR") == 0);
    CHECK(strcmp(tw_edi_message_release(TW_EDI_CUSCAR), "95B") == 0);
}

int main(void)
{
    RUN(segments_find_their_groups);
    RUN(what_is_out_of_order_or_missing_is_told);
    RUN(a_message_may_not_go_back);
    RUN(types_have_names);
    return DONE();
}
