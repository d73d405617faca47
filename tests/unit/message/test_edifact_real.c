/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations and manifests of real messages, written as EDIFACT and read again. Without TIDEWAITER_DATA
 * they are skipped. */
#include <dirent.h>

#include "edi_house.h"
#include "xml_message.h"

static bool read_file(const char *top, const char *name, struct tw_buf *ret)
{
    TW_SCOPED_BUF path = {0};
    tw_buf_printf(&path, "%s/%s%c", top, name, 0);
    tw_buf_clear(ret);
    FILE *f = fopen(path.p, "rb");
    if (f == NULL) return false;
    char *p = tw_buf_room(ret, 4 << 20);
    CHECK(p != NULL);
    ret->n += fread(p, 1, 4 << 20, f);
    fclose(f);
    return true;
}

static void every_import_comes_back(void)
{
    const char *top = getenv("TIDEWAITER_DATA");
    TW_SCOPED_BUF path = {0}, text = {0};
    tw_buf_printf(&path, "%s/wco-dm/imports%c", top != NULL ? top : ".", 0);
    DIR *dir = opendir(path.p);
    if (dir == NULL) {
        SKIP("every_import_comes_back", "no wco-dm/ in TIDEWAITER_DATA");
        return;
    }
    unsigned done = 0, refused = 0;
    HOUSE h;
    XML_HOUSE x;
    house_open(&h);
    xml_house_open(&x);
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
        if (strstr(e->d_name, ".xml") == NULL || !read_file(path.p, e->d_name, &text)) continue;
        if (xml_house_read(&x, tw_buf_view(&text)) != TW_OK) continue;
        tw_arena_reset(h.arena);
        const tw_err err = compose(&h, TW_EDI_CUSDEC, x.reading.decl);
        if (err != TW_OK) {
            printf("# %s: %s: %s\n", e->d_name, h.fault.path, h.fault.note);
            refused++;
            continue;
        }
        for (size_t i = 0; i < h.written.left_n; i++) {
            const char *left = h.written.left[i].path;
            const bool known =
                strstr(left, ".written_off") != NULL || strchr(left, '/') != NULL; /* or an extra */
            if (!known) printf("# %s: %s\n", e->d_name, left);
            CHECK(known);
        }
        forget(x.reading.decl);
        comes_back(&h, x.reading.decl);
        done++;
    }
    closedir(dir);
    printf("# %u came back, %u were refused\n", done, refused);
    CHECK(done > 200 && refused == 0);
}

/* A manifest is the same again, but for what stands in extras. */
static void manifest_comes_back(struct tw_str text, uint32_t most_left)
{
    HOUSE h;
    TW_SCOPED(tw_arena) *first = NULL;
    struct tw_edi_reading m;
    house_open(&h);
    CHECK(tw_arena_new(64 << 20, &first) == TW_OK);
    CHECK(read_record(text, 0, first, &m, NULL) == TW_OK && m.manifest != NULL);
    const tw_err err = compose(&h, TW_EDI_CUSCAR, m.manifest);
    if (err != TW_OK) printf("# %s: %s\n", h.fault.path, h.fault.note);
    CHECK(err == TW_OK);
    for (size_t i = 0; i < h.written.left_n; i++)
        printf("# %s: %s\n", h.written.left[i].path, h.written.left[i].note);
    CHECK(read_record(tw_buf_view(&h.out), 0, h.again, &h.reading, NULL) == TW_OK);
    say_tree(&h.want, 0, TW_LEVEL_MANIFEST, m.manifest);
    say_tree(&h.have, 0, TW_LEVEL_MANIFEST, h.reading.manifest);
    if (!tw_str_eq(tw_buf_view(&h.want), tw_buf_view(&h.have)))
        printf("# wanted\n%.*s# have\n%.*s# by %.*s\n", TW_STR_ARG(tw_buf_view(&h.want)),
               TW_STR_ARG(tw_buf_view(&h.have)), TW_STR_ARG(tw_buf_view(&h.out)));
    CHECK(tw_str_eq(tw_buf_view(&h.want), tw_buf_view(&h.have)));
    CHECK(kept_places(h.reading.manifest) == 0 && h.written.left_all <= most_left);
}

static void a_real_manifest_comes_back(void)
{
    const char *top = getenv("TIDEWAITER_DATA");
    TW_SCOPED_BUF text = {0};
    if (top == NULL || !read_file(top, "edifact/edifact.D95B.Issue137.EDI", &text)) {
        SKIP("a_real_manifest_comes_back", "no edifact/ in TIDEWAITER_DATA");
        return;
    }
    manifest_comes_back(tw_buf_view(&text), 60);
}

/* Qualifiers that say different things lead to different members, and back. */
static void a_manifest_with_everything_comes_back(void)
{
    static const char text[] =
        "UNB+UNOC:3+A+B+261127:0800+1'UNH+1+CUSCAR:D:95B:UN'BGM+85+M1:2+9'DTM+137:202611270815:203'"
        "NAD+CA+MSC++MSC LTD+CHEMIN 12+GENEVA++1208+CH'"
        "TDT+20+A1+1++MSC+++9074729:::EMMA:DK'LOC+5+NLRTM:139:6'LOC+60+DKAAR:139:6'LOC+22+DK1'"
        "DTM+132:202611270600:203'DTM+178:20261127050701:204'DTM+133:202611250000:203'DTM+136:202611250130:"
        "203'"
        "EQD+CN+CSQU3054383'SEL+S1'EQD+CN+TCLU5546482'SEL+S2'CNT+10:3'CNT+16:2'"
        "CNI+1+MASTER'RFF+HWB:H1'CNT+11:12'CNT+7:1500.5:KGM'CNT+15:2.75:MTQ'MOA+44:1000.50:EUR'MOA+64:75.50:"
        "USD'"
        "LOC+9+NLRTM:139:6'LOC+11+DKAAR:139:6'LOC+7+DKCPH:139:6'LOC+35+NL:162:5'LOC+28+DK:162:5'"
        "NAD+CZ+DE1++RHEIN MILLS AND THEIR SUCCESSORS, A:ND SONS+PORT 1:QUAY 2+KOELN++50667+DE'"
        "NAD+CN+DK9++AARHUS BREAD+HAVN 2+AARHUS++8000+DK'NAD+N1+DK8++THE SAME'"
        "GID+1+12:BX'FTX+AAA+++FLOUR'MEA+AAE+G+KGM:1500.5'SGP+CSQU3054383'SGP+TCLU5546482'PCI++ABC:1-12'"
        "CST+1+110100'GID+2+1:PK'SGP+TCLU5546482'DGS+++1203'"
        "CNI+2'RFF+AWB:157-1'GID+1'CNI+3'RFF+MB:X1'GID+1'UNT+50+1'UNZ+1+1'";
    manifest_comes_back(TW_STR(text), 0);
}

int main(void)
{
    RUN(every_import_comes_back);
    RUN(a_real_manifest_comes_back);
    RUN(a_manifest_with_everything_comes_back);
    return DONE();
}
