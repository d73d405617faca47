/* SPDX-License-Identifier: Apache-2.0 */
#include "edi_record.h"
#include "fault.h"

#define UNH  "UNH+1+CUSCAR:D:95B:UN'"
#define HEAD UNH "BGM+85+M1+9'"
#define TAIL "GID+1'UNT+1+1'"

static void says(const char *text, const char *want)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED_BUF out = {0};
    struct tw_edi_reading m = {.manifest = NULL};
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    CHECK(read_record(tw_str_from(text), 0, arena, &m, NULL) == TW_OK && m.manifest != NULL);
    say_manifest(&out, m.manifest);
    say_told(&out, &m);
    CHECK(m.values == m.held + kept_places(m.manifest));
    if (!tw_str_is(tw_buf_view(&out), want)) printf("# %s\n%.*s\n", text, (int)out.n, out.p);
    CHECK(tw_str_is(tw_buf_view(&out), want));
}

/* The same of a consignment with one line of goods, whose own lines are left out. */
static void of_goods(const char *segments, const char *want)
{
    TW_SCOPED_BUF text = {0}, all = {0};
    tw_buf_printf(&text, HEAD "CNI+1+B'RFF+BM:B'%sUNT+1+1'%c", segments, 0);
    tw_buf_printf(
        &all,
        "manifest.function = 9\nmanifest.id = M1\n  consignment.bill = B\n  consignment.bill_type = BM\n%s%c",
        want, 0);
    says(text.p, all.p);
}

static bool read_file(const char *top, const char *name, struct tw_buf *ret)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", top != NULL ? top : ".", name);
    FILE *f = fopen(path, "rb");
    if (f == NULL) return false;
    char *p = tw_buf_room(ret, 65536);
    CHECK(p != NULL);
    ret->n += fread(p, 1, 65536, f);
    fclose(f);
    return true;
}

static void a_real_manifest_is_listed_value_by_value(void)
{
    TW_SCOPED_BUF text = {0}, want = {0};
    if (!read_file(getenv("TIDEWAITER_DATA"), "edifact/edifact.D95B.Issue137.EDI", &text)) {
        SKIP("a_real_manifest_is_listed_value_by_value", "no edifact/ in TIDEWAITER_DATA");
        return;
    }
    CHECK(read_file(getenv("TIDEWAITER_SOURCE"), "tests/unit/message/issue137.txt", &want));
    tw_buf_char(&text, '\0');
    tw_buf_char(&want, '\0');
    says(text.p, want.p);
}

static void header_and_voyage(void)
{
    says(HEAD "DTM+137:202611270815:203'NAD+CA+MSC:172:166+MSC LTD:CHEMIN 12:GENEVA'"
              "TDT+20+A1+1++MSC:172:166+++9074729:146:11:EMMA:DK'LOC+5+NLRTM:139:6'LOC+60+DKAAR:139:6'"
              "LOC+22+DK1'DTM+133:261125:101'DTM+178:20261127050700:204'CNT+10:2'CNT+16:1:NMB'UNT+1+1'",
         "manifest.arrival_place = DKAAR\nmanifest.arrived_at = 2026-11-27T05:07:00Z\n"
         "manifest.carrier.id = MSC\nmanifest.carrier.name = MSC LTD\n"
         "manifest.carrier.street = CHEMIN 12\nGENEVA\n"
         "manifest.consignment_total = 2\nmanifest.container_total = 1\n"
         "manifest.departure_at = 2026-11-25T00:00:00Z\nmanifest.departure_place = NLRTM\nmanifest.function "
         "= 9\nmanifest.id = M1\n"
         "manifest.lodged_at = 2026-11-27T08:15:00Z\nmanifest.office = DK1\n"
         "manifest.transport_means = 9074729\nmanifest.transport_mode = 1\n"
         "manifest.transport_name = EMMA\nmanifest.transport_nationality = DK\nmanifest.voyage = A1\n"
         ". 4 NAD[1] (2.2 2.3) NAD+CA+MSC:172:166+MSC LTD:CHEMIN 12:GENEVA'\n"
         ". 5 TDT[1] (5.2 5.3 8.2 8.3) TDT+20+A1+1++MSC:172:166+++9074729:146:11:EMMA:DK'\n"
         ". 12 CNT[2] (1.3) CNT+16:1:NMB'\n");
}

static void goods(void)
{
    of_goods(
        "CNT+7:1.5:TNE'CNT+11:12'CNT+15:2.75:MTQ'MOA+44:1000.50:EUR'MOA+64:75,5:USD'LOC+35+de:162:5'"
        "NAD+CZ+DE1++RHEIN MILLS AND THEIR SUCCESSORS, A:ND SONS+PORT 1:QUAY 2+KOELN++50667+DE'"
        "GID+1+12:BX'FTX+AAA+++FLOUR'MEA+AAE+AAB+KGM:.5'DGS+IMD++1203'PCI++ABC:1-12'CST+1+110100'",
        "  consignment.consignor.city = KOELN\n  consignment.consignor.country = DE\n"
        "  consignment.consignor.id = DE1\n"
        "  consignment.consignor.name = RHEIN MILLS AND THEIR SUCCESSORS, AND SONS\n"
        "  consignment.consignor.postcode = 50667\n  consignment.consignor.street = PORT 1\nQUAY 2\n"
        "  consignment.dispatch = DE\n  consignment.freight = 75.50\n  consignment.freight_currency = USD\n"
        "  consignment.gross_mass_kg = 1500.0\n  consignment.package_count = 12\n"
        "  consignment.value = 1000.50\n  consignment.value_currency = EUR\n"
        "  consignment.volume_m3 = 2.75\n"
        "  . 15 CNI[1]/RFF[1]/GID[1]/DGS[1] (1.1) DGS+IMD++1203'\n"
        "    consignment_item.dangerous = 1203\n    consignment_item.description = FLOUR\n"
        "    consignment_item.gross_mass_kg = 0.5\n    consignment_item.hs = 110100\n"
        "    consignment_item.marks = ABC\n1-12\n    consignment_item.number = 1\n"
        "    consignment_item.package_count = 12\n    consignment_item.package_type = BX\n");
}

/* Full components go on in the next, also from one segment to the next; shorter ones end a line. */
static void long_texts_are_joined_where_they_were_cut(void)
{
#define TEN     "ABCDEFGHI "
#define SEVENTY TEN TEN TEN TEN TEN TEN "ABCDEFGHIJ"
    of_goods("GID+1'FTX+AAA+++" SEVENTY ":" SEVENTY ":" SEVENTY ":" SEVENTY ":" SEVENTY "'FTX+AAA+++KLM:NOP'"
             "FTX+AAA+++QRS'GID+2'FTX+AAA+++X'",
             "    consignment_item.description = " SEVENTY SEVENTY SEVENTY SEVENTY SEVENTY
             "KLM\nNOP\nQRS\n    consignment_item.number = 1\n"
             "    consignment_item.description = X\n    consignment_item.number = 2\n");
}

static void each_transport_document_is_a_consignment(void)
{
    says(HEAD "CNI+1+MASTER'RFF+BH:H1'GID+1'RFF+BH:H2'GID+1'RFF+MB:M1'GID+1'CNI+2+ALONE'CNI+3+SAME'RFF+BM:"
              "SAME'" TAIL,
         "manifest.function = 9\nmanifest.id = M1\n"
         "  consignment.bill = H1\n  consignment.bill_type = BH\n  consignment.kind = house\n  "
         "consignment.master = MASTER\n"
         "    consignment_item.number = 1\n"
         "  consignment.bill = H2\n  consignment.bill_type = BH\n  consignment.kind = house\n  "
         "consignment.master = MASTER\n"
         "    consignment_item.number = 1\n"
         "  consignment.bill = M1\n  consignment.bill_type = MB\n  consignment.kind = master\n  "
         "consignment.master = MASTER\n"
         "    consignment_item.number = 1\n"
         "  consignment.bill = ALONE\n"
         "  consignment.bill = SAME\n  consignment.bill_type = BM\n    consignment_item.number = 1\n");
}

static void containers_have_their_seals(void)
{
    says(HEAD "EQD+CN+CSQU3054383'SEL+S1+CA'SEL+S2'EQD+CN+FCIU5956299'EQD+TE+TRAILER'SEL+S3'"
              "CNI+1+B'RFF+BM:B'GID+1'SGP+CSQU3054383+7'SGP+CSQU3054383'GID+2'SGP+TCLU5546482'UNT+1+1'",
         "manifest.container_id = CSQU3054383;FCIU5956299\nmanifest.function = 9\nmanifest.id = M1\nseal of "
         "CSQU3054383 = S1\n"
         ". 4 EQD[1]/SEL[1] (2.1) SEL+S1+CA'\n. 5 EQD[1]/SEL[2] (1.1) SEL+S2'\n"
         ". 7 EQD[3] (1.1 2.1) EQD+TE+TRAILER'\n. 8 EQD[3]/SEL[1] (1.1) SEL+S3'\n"
         "  consignment.bill = B\n  consignment.bill_type = BM\n  consignment.container_id = "
         "CSQU3054383;TCLU5546482\n"
         "  seal of CSQU3054383 = S1\n"
         "  . 12 CNI[1]/RFF[1]/GID[1]/SGP[1] (2.1) SGP+CSQU3054383+7'\n"
         "    consignment_item.container_id = CSQU3054383;CSQU3054383\n    consignment_item.number = 1\n"
         "    seal of CSQU3054383 = S1\n    seal of CSQU3054383 = S1\n"
         "    consignment_item.container_id = TCLU5546482\n    consignment_item.number = 2\n");
}

static void numbers_that_fail_their_check_are_taken_and_told(void)
{
    says(HEAD "TDT+20+A1++++++9074728'LOC+60+XX123'CNI+1+B'RFF+BM:B'GID+1'SGP+CSQU3054384'UNT+1+1'",
         "manifest.arrival_place = XX123\nmanifest.function = 9\nmanifest.id = M1\nmanifest.transport_means "
         "= 9074728\n"
         "manifest.voyage = A1\n"
         "  consignment.bill = B\n  consignment.bill_type = BM\n  consignment.container_id = CSQU3054384\n"
         "    consignment_item.container_id = CSQU3054384\n    consignment_item.number = 1\n"
         "! line 1 segment 3 TDT[1] 8.1 edifact.imo: the check digit of IMO 9074728 is 8, and would be 9: "
         "one of "
         "its digits is wrong\n"
         "! line 1 segment 4 TDT[1]/LOC[1] 2.1 edifact.locode: a place is a country and three capital "
         "letters or "
         "digits, as in NLRTM; \"XX123\" is not\n"
         "! line 1 segment 8 CNI[1]/RFF[1]/GID[1]/SGP[1] 1.1 edifact.container: the check digit of container "
         "CSQU3054384 is 4, and would be 3: one of its characters is wrong\n");
}

/* The note of each is the element's own; here only the places. */
static void what_does_not_fit_is_kept_and_told(void)
{
    static const struct {
        const char *segment, *path;
    } bad[] = {{"MOA+44:5'", "CNI[1]/RFF[1]/MOA[1] 1.2"},
               {"LOC+28+GERMANY'", "CNI[1]/RFF[1]/LOC[1] 2.1"},
               {"GID+x'", "CNI[1]/RFF[1]/GID[1] 1.1"},
               {"GID+1+-3'", "CNI[1]/RFF[1]/GID[1] 2.1"},
               {"GID+1'MEA+AAE+G+KGM:many'", "CNI[1]/RFF[1]/GID[1]/MEA[1] 3.2"},
               {"GID+1'MEA+AAE+G+TON:2'", "CNI[1]/RFF[1]/GID[1]/MEA[1] 3.2"},
               {"UNT+1+1'DTM+137:20261332:102'", NULL}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        TW_SCOPED(tw_arena) *arena = NULL;
        TW_SCOPED_BUF text = {0};
        struct tw_edi_reading m = {.manifest = NULL};
        CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
        tw_buf_printf(&text, HEAD "CNI+1+B'RFF+BM:B'%s", bad[i].segment);
        CHECK(read_record(tw_buf_view(&text), 0, arena, &m, NULL) == TW_OK);
        CHECK(m.told_n >= 1 && m.values == m.held + kept_places(m.manifest));
        if (bad[i].path == NULL) continue;
        CHECK(m.told[0].flaw == TW_EDI_FLAW_VALUE && strcmp(m.told[0].fault.path, bad[i].path) == 0);
        CHECK(m.told[0].fault.note[0] != '\0' && m.manifest->consignments.at[0].extra.n == 1);
    }
}

static void times_have_the_form_that_is_named(void)
{
    static const struct {
        const char *value, *told; /* NULL = it is a time */
    } row[] = {
        {"170101:101", NULL},         {"20170101:102", NULL},          {"1701010000:201", NULL},
        {"170101000000:202", NULL},   {"201701010000:203", NULL},      {"20170101000000:204", NULL},
        {"201701010000", NULL},       {"2017:602", "no form of time"}, {"201701:102", "which has 8 digits"},
        {"2017O101:102", "8 digits"}, {"20171301:102", "not a date"}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        TW_SCOPED(tw_arena) *arena = NULL;
        TW_SCOPED_BUF text = {0};
        struct tw_edi_reading m = {.manifest = NULL};
        CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
        tw_buf_printf(&text, HEAD "DTM+137:%s'UNT+1+1'", row[i].value);
        CHECK(read_record(tw_buf_view(&text), 0, arena, &m, NULL) == TW_OK);
        CHECK(m.manifest->lodged_at == (row[i].told == NULL ? 1483228800 : TW_NO_TIME));
        CHECK(m.told_n == (row[i].told != NULL));
        CHECK(row[i].told == NULL || strstr(m.told[0].fault.note, row[i].told) != NULL);
    }
}

static void order_and_count_are_told_and_nothing_is_dropped(void)
{
    says(
        "UNH+1+CUSCAR:D:96B:UN'BGM+85+M1+9'BGM+85+M2'XYZ+1:2'CNI+1+B'TDT+20+V'RFF+BM:B'UNT+1+1'",
        "manifest.function = 9\nmanifest.id = M1\n. 3 BGM[2] (1.1 2.1) BGM+85+M2'\n. 4 XYZ (1.1 1.2) "
        "XYZ+1:2'\n"
        "  consignment.bill = B\n  consignment.bill_type = BM\n  . 6 TDT (1.1 2.1) TDT+20+V'\n"
        "! line 1 segment 1 UNH[1] edifact.release: CUSCAR, COARRI and CODECO are read by D.95B, CUSDEC and "
        "CUSRES by "
        "D.96B\n"
        "! line 1 segment 3 BGM[2] edifact.often: a segment or group stands no more often than the directory "
        "allows\n"
        "! line 1 segment 4 XYZ edifact.place: XYZ has no place here; segments stand in the order of the "
        "directory\n"
        "! line 1 segment 6 TDT edifact.place: TDT has no place here; segments stand in the order of the "
        "directory\n"
        "! line 1 segment 8 UNT[1] edifact.missing: GID is mandatory, and there is none before this "
        "segment\n");
    says(
        UNH "DTM+137:20261127:102'",
        "manifest.lodged_at = 2026-11-27T00:00:00Z\n"
        "! line 1 segment 2 DTM[1] edifact.missing: BGM is mandatory, and there is none before this segment\n"
        "! line 1 segment 2 DTM[1] edifact.missing: a message ends with UNT, and this one ends here\n");
}

/* Reads a manifest whose number is `id`, in the set that UNB names; the number as it is read, and whether
 * that is told. */
static bool told_charset(const char *set, const char *id, const char *want)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED_BUF text = {0};
    struct tw_edi_reading m = {.manifest = NULL};
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    tw_buf_printf(&text, "UNB+%s:3+A+B+1+C'" UNH "BGM+85+%s+9:%s'UNT+3+1'UNZ+1+C'", set, id, id);
    CHECK(read_record(tw_buf_view(&text), 0, arena, &m, NULL) == TW_OK && m.manifest != NULL);
    CHECK(tw_str_is(m.manifest->id, want) && m.manifest->extra.n == 1 && m.told_n <= 1);
    CHECK(strstr(m.manifest->extra.at[0].value.s, want) != NULL);
    return m.told_n == 1 && m.told[0].flaw == TW_EDI_FLAW_CHARSET;
}

static void texts_become_utf_8_where_their_set_is_known(void)
{
    CHECK(!told_charset("UNOC", "K\xF6ln \xBD", "K\xC3\xB6ln \xC2\xBD"));
    CHECK(!told_charset("UNOC", "K\xC3\xB6ln", "K\xC3\xB6ln")); /* as some write it */
    CHECK(!told_charset("UNOY", "K\xC3\xB6ln", "K\xC3\xB6ln"));
    CHECK(!told_charset("UNOD", "K\xC3\xB6ln", "K\xC3\xB6ln"));
    CHECK(told_charset("UNOA", "K\xF6ln", "K\xC3\xB6ln"));
    CHECK(told_charset("UNOB", "K\xF6ln", "K\xC3\xB6ln"));
    says(UNH "BGM+85+\xD6+9'CNI+1+B'RFF+BM:B'" TAIL,
         "manifest.function = 9\nmanifest.id = \xC3\x96\n  consignment.bill = B\n  consignment.bill_type = "
         "BM\n    "
         "consignment_item.number = 1\n"
         "! line 1 segment 2 BGM[1] 2.1 edifact.charset: texts are UTF-8, or ISO 8859-1 where UNB says "
         "UNOC\n");
}

static void another_set_is_refused(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_edi_reading m = {.segments = 77};
    struct tw_fault fault;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    CHECK(read_record(TW_STR("UNB+UNOE:3+A+B+1+C'\n" UNH "BGM+85+\xD6+9'"), 0, arena, &m, &fault) ==
          TW_FORMAT);
    CHECK(strstr(fault.note, "edifact.charset") != NULL && fault.line == 2 && m.segments == 77);
}

/* Each text is converted by itself, before it is joined and its characters are counted. */
static void joined_texts_become_utf_8_once(void)
{
    static const struct {
        const char *segments, *text;
    } row[] = {{"FTX+AAA+++K\xD6LN'FTX+AAA+++M\xDCHLE'", "K\xC3\x96LN\nM\xC3\x9CHLE"},
               {"FTX+AAA+++K\xC3\x96LN:M\xDCHLE'", "K\xC3\x96LN\nM\xC3\x9CHLE"},
               {"FTX+AAA+++\xB0" TEN TEN TEN TEN TEN TEN "123456789:B'",
                "\xC2\xB0" TEN TEN TEN TEN TEN TEN "123456789B"}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        TW_SCOPED(tw_arena) *arena = NULL;
        TW_SCOPED_BUF text = {0};
        struct tw_edi_reading m = {.manifest = NULL};
        CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
        tw_buf_printf(&text, "UNB+UNOC:3+A+B+1+C'" HEAD "CNI+1+B'RFF+BM:B'GID+1'%sUNT+1+1'", row[i].segments);
        CHECK(read_record(tw_buf_view(&text), 0, arena, &m, NULL) == TW_OK && m.told_n == 0);
        CHECK(tw_str_is(m.manifest->consignments.at[0].items.at[0].description, row[i].text));
    }
}

static void an_amount_that_is_rounded_is_kept_and_told(void)
{
    says(HEAD "CNI+1+B'RFF+BM:B'MOA+44:10.005:EUR'MOA+64:10.500:EUR'" TAIL,
         "manifest.function = 9\nmanifest.id = M1\n  consignment.bill = B\n  consignment.bill_type = BM\n  "
         "consignment.freight = "
         "10.50\n"
         "  consignment.freight_currency = EUR\n  consignment.value = 10.00\n"
         "  consignment.value_currency = EUR\n  . 5 CNI[1]/RFF[1]/MOA[1] (1.2) MOA+44:10.005:EUR'\n"
         "    consignment_item.number = 1\n"
         "! line 1 segment 5 CNI[1]/RFF[1]/MOA[1] 1.2 edifact.value: \"10.005\" has more decimals than EUR "
         "has; "
         "rounded to 10.00\n");
    says(HEAD "CNI+1+B'RFF+BM:B'MOA+44:1000.4:JPY'" TAIL,
         "manifest.function = 9\nmanifest.id = M1\n  consignment.bill = B\n  consignment.bill_type = BM\n  "
         "consignment.value = 1000\n"
         "  consignment.value_currency = JPY\n  . 5 CNI[1]/RFF[1]/MOA[1] (1.2) MOA+44:1000.4:JPY'\n"
         "    consignment_item.number = 1\n"
         "! line 1 segment 5 CNI[1]/RFF[1]/MOA[1] 1.2 edifact.value: \"1000.4\" has more decimals than JPY "
         "has; "
         "rounded to 1000\n");
}

/* More faults than are told are counted. */
static void many_faults_are_counted(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED_BUF text = {0};
    struct tw_edi_reading m = {.manifest = NULL};
    CHECK(tw_arena_new(8 << 20, &arena) == TW_OK);
    tw_buf_text(&text, HEAD);
    for (int i = 0; i < 1100; i++) tw_buf_text(&text, "XYZ'");
    tw_buf_text(&text, "UNT+1+1'");
    CHECK(read_record(tw_buf_view(&text), 0, arena, &m, NULL) == TW_OK);
    CHECK(m.told_all == 1100 && m.told_n == TW_EDI_TOLD_MAX && m.manifest->extra.n == 1100);
}

/* What goes on without end takes no more memory than its extras, and what belongs to it goes with it. */
static void what_stands_too_often_is_kept_and_not_read(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED_BUF text = {0};
    struct tw_edi_reading m = {.manifest = NULL};
    CHECK(tw_arena_new(48 << 20, &arena) == TW_OK);
    tw_buf_text(&text, HEAD "CNI+1+B'RFF+BM:B'GID+1'");
    for (int i = 0; i < 20000; i++) tw_buf_text(&text, "FTX+AAA+++ABC'");
    for (int i = 2; i < 10002; i++) tw_buf_printf(&text, "GID+%d'", i);
    tw_buf_text(&text, "FTX+AAA+++LAST'UNT+1+1'");
    CHECK(read_record(tw_buf_view(&text), 0, arena, &m, NULL) == TW_OK && m.manifest != NULL);
    const struct tw_consignment *c = m.manifest->consignments.at;
    CHECK(c->items.n == 9999 && c->items.at[9998].number == 9999 && c->items.at[9998].description.n == 0);
    CHECK(c->items.at[0].description.n == 99 * 4 - 1);
    CHECK(c->extra.n == 20000 - 99 + 3 && m.told_all == 20000 - 99 + 2);
    CHECK(m.told[0].flaw == TW_EDI_FLAW_OFTEN && m.values == m.held + kept_places(m.manifest));
}

/* Nothing of a group that stands too often is read, whatever it holds. */
static void what_belongs_to_a_group_too_many_is_not_read(void)
{
    static const struct {
        const char *head, *again, *tail;
        size_t consignments, items, extras;
    } row[] = {
        {"CNI+1+M'", "RFF+BM:X'", "GID+1+1:BX'SGP+CSQU3054383'", 9999, 0, 3},
        {"", "CNI++M'RFF+BM:X'GID+1'", "", 9999, 1, 3},
        {"", "CNI++M'", "RFF+BM:OTHER'GID+1'SGP+CSQU3054383'", 9999, 0, 4},
        {"CNI+1+M'RFF+BM:X'", "GID+1'", "SGP+CSQU3054383'", 1, 9999, 2},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        TW_SCOPED(tw_arena) *arena = NULL;
        TW_SCOPED_BUF text = {0};
        struct tw_edi_reading m = {.manifest = NULL};
        size_t extras = 0;
        CHECK(tw_arena_new(64 << 20, &arena) == TW_OK);
        tw_buf_printf(&text, HEAD "%s", row[i].head);
        for (int k = 0; k < 10000; k++) tw_buf_text(&text, row[i].again);
        tw_buf_printf(&text, "%sUNT+1+1'", row[i].tail);
        CHECK(read_record(tw_buf_view(&text), 0, arena, &m, NULL) == TW_OK && m.manifest != NULL);
        const struct tw_manifest *all = m.manifest;
        CHECK(all->consignments.n == row[i].consignments && all->containers.n == 0);
        const struct tw_consignment *last = &all->consignments.at[all->consignments.n - 1];
        CHECK(last->items.n == row[i].items && last->containers.n == 0 && !tw_str_is(last->bill, "OTHER"));
        extras = all->extra.n + last->extra.n;
        CHECK(extras == row[i].extras && m.values == m.held + kept_places(m.manifest));
    }
}

static void a_type_must_be_a_manifest_s(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_edi_reading m = {.segments = 77};
    struct tw_fault fault;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    CHECK(read_record(TW_STR("UNH+1+INVOIC:D:96A:UN'UNT+2+1'"), 0, arena, &m, &fault) == TW_NOTFOUND);
    CHECK(strstr(fault.note, "INVOIC") != NULL && fault.line == 1);
    CHECK(read_record(TW_STR("UNH+1'BGM+380+X'UNT+2+1'"), 0, arena, &m, &fault) == TW_NOTFOUND);
    CHECK(read_record(TW_STR("UNH+1'DTM+85'UNT+2+1'"), 0, arena, &m, &fault) == TW_NOTFOUND);
    CHECK(m.segments == 77);
}

static void a_message_of_too_many_segments_is_refused(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_edi_reading m = {.segments = 77};
    struct tw_fault fault;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    CHECK(read_record(TW_STR(HEAD "UNT+3+1'"), 3, arena, &m, &fault) == TW_OK && m.segments == 3);
    m.segments = 77;
    CHECK(read_record(TW_STR(HEAD "DTM+137:20261127:102'UNT+4+1'"), 3, arena, &m, &fault) == TW_LIMIT);
    CHECK(strstr(fault.note, "more than 3") != NULL && m.segments == 77);
}

static tw_err read_once(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_edi_reading m = {.segments = 77};
    struct tw_fault fault;
    tw_err err = tw_arena_new(1 << 20, &arena);
    if (err == TW_OK)
        err = read_record(TW_STR(HEAD "EQD+CN+CSQU3054383'SEL+S1+CA'CNI+1+B'RFF+BM:B'" TAIL), 0, arena, &m,
                          &fault);
    CHECK(err == TW_OK || m.segments == 77);
    return err;
}

static void runs_out_of_memory_cleanly(void)
{
    CHECK(fault_each_allocation(read_once) > 5);
    for (size_t bytes = 64; bytes < 65536; bytes *= 2) { /* an arena that is full anywhere */
        TW_SCOPED(tw_arena) *arena = NULL;
        struct tw_edi_reading m = {.segments = 77};
        CHECK(tw_arena_new(bytes, &arena) == TW_OK);
        const tw_err err = read_record(TW_STR(HEAD "CNI+1+B'RFF+BM:B'" TAIL), 0, arena, &m, NULL);
        CHECK(err == TW_OK ? m.segments == 6 : err == TW_NOMEM && m.segments == 77);
    }
}

int main(void)
{
    RUN(a_real_manifest_is_listed_value_by_value);
    RUN(header_and_voyage);
    RUN(goods);
    RUN(long_texts_are_joined_where_they_were_cut);
    RUN(each_transport_document_is_a_consignment);
    RUN(containers_have_their_seals);
    RUN(numbers_that_fail_their_check_are_taken_and_told);
    RUN(what_does_not_fit_is_kept_and_told);
    RUN(times_have_the_form_that_is_named);
    RUN(texts_become_utf_8_where_their_set_is_known);
    RUN(another_set_is_refused);
    RUN(joined_texts_become_utf_8_once);
    RUN(an_amount_that_is_rounded_is_kept_and_told);
    RUN(what_belongs_to_a_group_too_many_is_not_read);
    RUN(many_faults_are_counted);
    RUN(order_and_count_are_told_and_nothing_is_dropped);
    RUN(what_stands_too_often_is_kept_and_not_read);
    RUN(a_type_must_be_a_manifest_s);
    RUN(a_message_of_too_many_segments_is_refused);
    RUN(runs_out_of_memory_cleanly);
    return DONE();
}
