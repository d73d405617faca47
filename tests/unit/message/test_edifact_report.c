/* SPDX-License-Identifier: Apache-2.0 */
#include "edi_record.h"

/* Reads the report and compares all that became of it. */
static void says(const char *text, const char *want)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED_BUF out = {0};
    struct tw_edi_reading m = {.report = NULL};
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    CHECK(read_record(tw_str_from(text), 0, arena, &m, NULL) == TW_OK && m.report != NULL);
    CHECK(m.manifest == NULL && m.decl == NULL);
    for (size_t i = 0; i < m.report->movements.n; i++) {
        tw_buf_printf(&out, "%zu\n", i + 1);
        say(&out, 2, TW_LEVEL_MOVEMENT, &m.report->movements.at[i]);
    }
    say_extra(&out, 0, m.report->extra.at, m.report->extra.n);
    say_told(&out, &m);
    CHECK(m.values == m.held + places(m.report->extra.at, m.report->extra.n));
    if (!tw_str_is(tw_buf_view(&out), want)) printf("# %s\n%.*s\n", text, (int)out.n, out.p);
    CHECK(tw_str_is(tw_buf_view(&out), want));
}

static void what_was_discharged(void)
{
    says("UNH+1+COARRI:D:95B:UN'BGM+98+REP7+9'TDT+20+204W+1++LINE:172:20+++9074729:146:11:SEA STAR'"
         "LOC+11+NLRTM:139:6+ECT:TER:ZZZ'DTM+178:202701101200:203'NAD+MS+ECT'"
         "EQD+CN+CSQU3054383+45G1:102:5'RFF+BM:LINE001'RFF+BN:B77'DTM+203:202701101900:203'LOC+9+CNSHA:139:6'"
         "MEA+AAE+G+KGM:12000'SEL+S1+CA'SEL+S2'"
         "EQD+CH+X1'SEL+S3'EQD+CN+MSCU1234567'LOC+11+BEANR:139:6'CNT+16:2'UNT+19+1'",
         "1\n"
         "  movement.at = 2027-01-10T19:00:00Z\n"
         "  movement.bill = LINE001\n"
         "  movement.event = discharged\n"
         "  movement.facility = ECT\n"
         "  movement.gross_mass_kg = 12000\n"
         "  movement.id = REP7/1\n"
         "  movement.means = 9074729\n"
         "  movement.place = NLRTM\n"
         "  movement.seal = S1\n"
         "  movement.source = ECT\n"
         "  movement.subject = container\n"
         "  movement.subject_id = CSQU3054383\n"
         "  movement.timing = actual\n"
         "  movement.voyage = 204W\n"
         "2\n"
         "  movement.event = discharged\n"
         "  movement.id = REP7/2\n"
         "  movement.means = 9074729\n"
         "  movement.place = BEANR\n"
         "  movement.source = ECT\n"
         "  movement.subject = container\n"
         "  movement.subject_id = MSCU1234567\n"
         "  movement.timing = actual\n"
         "  movement.voyage = 204W\n"
         ". 3 TDT[1] (5.1 5.2 5.3 8.4) TDT+20+204W+1++LINE:172:20+++9074729:146:11:SEA STAR'\n"
         ". 5 TDT[1]/DTM[1] (1.1 1.2 1.3) DTM+178:202701101200:203'\n"
         ". 7 EQD[1] (3.1 3.2 3.3) EQD+CN+CSQU3054383+45G1:102:5'\n"
         ". 9 EQD[1]/RFF[2] (1.1 1.2) RFF+BN:B77'\n"
         ". 11 EQD[1]/LOC[1] (1.1 2.1 2.2 2.3) LOC+9+CNSHA:139:6'\n"
         ". 13 EQD[1]/SEL[1] (2.1) SEL+S1+CA'\n"
         ". 14 EQD[1]/SEL[2] (1.1) SEL+S2'\n"
         ". 15 EQD[2] (1.1 2.1) EQD+CH+X1'\n"
         ". 16 EQD[2]/SEL[1] (1.1) SEL+S3'\n"
         ". 19 CNT[1] (1.1 1.2) CNT+16:2'\n"
         "! line 1 segment 17 EQD[3] 2.1 edifact.container: the check digit of container MSCU1234567 is 7, "
         "and would be 6: one of its characters is wrong\n");
}

static void what_was_loaded(void)
{
    says("UNH+1+COARRI:D:95B:UN'BGM+119+REP8+9'TDT+20+7E+1++++ +V2AB3:103'NAD+TR+ECT'"
         "EQD+CN+CSQU3054383'DTM+7:20270110:102'LOC+11+CNSHA:139:6'LOC+9+NLRTM:139:6'MEA+AAE+VGM+TNE:1.5'"
         "CNT+16:1'UNT+11+1'",
         "1\n"
         "  movement.at = 2027-01-10T00:00:00Z\n"
         "  movement.event = loaded\n"
         "  movement.gross_mass_kg = 1500.0\n"
         "  movement.id = REP8/1\n"
         "  movement.place = NLRTM\n"
         "  movement.source = ECT\n"
         "  movement.subject = container\n"
         "  movement.subject_id = CSQU3054383\n"
         "  movement.timing = actual\n"
         "  movement.voyage = 7E\n"
         ". 3 TDT[1] (7.1 8.1) TDT+20+7E+1++++ +V2AB3:103'\n"
         ". 7 EQD[1]/LOC[1] (1.1 2.1 2.2 2.3) LOC+11+CNSHA:139:6'\n"
         ". 10 CNT[1] (1.1 1.2) CNT+16:1'\n");
}

static void who_went_through_the_gate(void)
{
    says("UNH+1+CODECO:D:95B:UN'BGM+34+G1+9'NAD+MS+GATE'EQD+CN+CSQU3054383'DTM+178:202701101900:203'"
         "LOC+165+NLRTM:139:6+ECT:TER:ZZZ'CNT+16:1'UNT+8+1'",
         "1\n"
         "  movement.at = 2027-01-10T19:00:00Z\n"
         "  movement.event = gate_in\n"
         "  movement.facility = ECT\n"
         "  movement.id = G1/1\n"
         "  movement.place = NLRTM\n"
         "  movement.source = GATE\n"
         "  movement.subject = container\n"
         "  movement.subject_id = CSQU3054383\n"
         "  movement.timing = actual\n"
         ". 7 CNT[1] (1.1 1.2) CNT+16:1'\n");
    says("UNH+1+CODECO:D:95B:UN'BGM+36++9'NAD+MS+GATE'EQD+CN+CSQU3054383'SEL+S9'CNT+16:1'UNT+7+1'",
         "1\n"
         "  movement.event = gate_out\n"
         "  movement.seal = S9\n"
         "  movement.source = GATE\n"
         "  movement.subject = container\n"
         "  movement.subject_id = CSQU3054383\n"
         "  movement.timing = actual\n"
         ". 6 CNT[1] (1.1 1.2) CNT+16:1'\n");
}

static void what_is_wrong_is_told(void)
{
    says("UNH+1+COARRI:D:95B:UN'BGM+270+R+9'TDT+20+1'NAD+MS+T'EQD+CN+CSQU3054383'LOC+11+NLRTM:139:6'CNT+16:1'"
         "UNT+8+1'",
         "1\n"
         "  movement.id = R/1\n"
         "  movement.source = T\n"
         "  movement.subject = container\n"
         "  movement.subject_id = CSQU3054383\n"
         "  movement.timing = actual\n"
         "  movement.voyage = 1\n"
         ". 2 BGM[1] (1.1) BGM+270+R+9'\n"
         ". 6 EQD[1]/LOC[1] (1.1 2.1 2.2 2.3) LOC+11+NLRTM:139:6'\n"
         ". 7 CNT[1] (1.1 1.2) CNT+16:1'\n"
         "! line 1 segment 8 UNT[1] edifact.event: BGM says what is reported: COARRI 98, 119 or 122, CODECO "
         "34 or 36\n");
    says("UNH+1+CODECO:D:00B:UN'BGM+34+G'NAD+MS+T'EQD+CN+CSQU3054383'DTM+7:2027:602'CNT+16:1'",
         "1\n"
         "  movement.event = gate_in\n"
         "  movement.id = G/1\n"
         "  movement.source = T\n"
         "  movement.subject = container\n"
         "  movement.subject_id = CSQU3054383\n"
         "  movement.timing = actual\n"
         ". 5 EQD[1]/DTM[1] (1.2) DTM+7:2027:602'\n"
         ". 6 CNT[1] (1.1 1.2) CNT+16:1'\n"
         "! line 1 segment 1 UNH[1] edifact.release: CUSCAR, COARRI and CODECO are read by D.95B, CUSDEC and "
         "CUSRES by "
         "D.96B\n"
         "! line 1 segment 5 EQD[1]/DTM[1] 1.2 edifact.value: \"602\" is no form of time we read: 101, 102, "
         "201 to 204\n"
         "! line 1 segment 6 CNT[1] edifact.missing: a message ends with UNT, and this one ends here\n");
}

int main(void)
{
    RUN(what_was_discharged);
    RUN(what_was_loaded);
    RUN(who_went_through_the_gate);
    RUN(what_is_wrong_is_told);
    return DONE();
}
