/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <stdlib.h>

#include "base/rng.h"
#include "edi_text.h"
#include "fault.h"

/* `text` in pieces of every size up to 40 and whole gives `want`. */
static void tells(const char *text, const char *want)
{
    TW_SCOPED_BUF out = {0};
    for (size_t piece = 1; piece <= 41; piece++) {
        (void)edi_tell_all(tw_str_from(text), piece <= 40 ? piece : SIZE_MAX, NULL, &out, NULL);
        if (!tw_str_eq(tw_buf_view(&out), tw_str_from(want)))
            printf("# pieces of %zu: %s\n# %.*s\n", piece, text, (int)out.n, out.p);
        CHECK(tw_str_eq(tw_buf_view(&out), tw_str_from(want)));
    }
}

static void parts_a_segment_into_its_values(void)
{
    tells("UNB+UNOC:3+A+B+101012:1104+1'BGM+929+X:1+9'UNT+3+1'\nUNZ+1+1'\n",
          "1 UNB [UNOC]:[3]+[A]+[B]+[101012]:[1104]+[1]\n1 BGM [929]+[X]:[1]+[9]\n1 UNT [3]+[1]\n2 UNZ "
          "[1]+[1]\n");
    tells("UNS+D'ODI'\r\n  NAD+SU+1::9++'", "1 UNS [D]\n1 ODI \n2 NAD [SU]+[1]:[]:[9]+[]+[]\n");
    tells("", "");
    tells(" \r\n\n", "");
    tells("\xEF\xBB\xBFUNH+1'", "1 UNH [1]\n");
}

static void a_release_character_takes_the_meaning_of_the_next(void)
{
    tells("FTX+a?'b?+c?:d?\?'FTX+e???\?'FTX+?\?'FTX+?''",
          "1 FTX [a'b+c:d?]\n1 FTX [e??]\n1 FTX [?]\n1 FTX [']\n");
    tells("FTX+a?", "! 1 @0 FORMAT <FTX+a?>\n");
    tells("FTX+a?'", "! 1 @0 FORMAT <FTX+a?'>\n"); /* the terminator is released: there is none */
    TW_SCOPED(tw_edi) *e = NULL;
    struct tw_edi_segment s;
    CHECK(tw_edi_new(NULL, &e, NULL) == TW_OK);
    size_t room;
    memcpy(tw_edi_room(e, &room), "FTX+?A??B'", 10);
    tw_edi_filled(e, 10);
    CHECK(tw_edi_next(e, &s, NULL) == TW_EDI_SEGMENT && s.needless == 1 && tw_str_is(s.value[0].text, "A?B"));
}

static void the_advice_names_the_service_characters(void)
{
    tells("UNA:+,? '\nUNB+UNOA:1'MOA+1,5:x'", "1 UNA \n2 UNB [UNOA]:[1]\n2 MOA [1,5]:[x]\n");
    tells("UNA|^.! ~UNB^UNOA|1~FTX^a+b:c!^d~UNZ^1~UNB+UNOA:1'FTX+a^b'",
          "1 UNA \n1 UNB [UNOA]:[1]\n1 FTX [a+b:c^d]\n1 UNZ [1]\n1 UNB [UNOA]:[1]\n1 FTX [a^b]\n");
    tells("UNA:+.  'UNB+UNOA:1'FTX+a?'", "1 UNA \n1 UNB [UNOA]:[1]\n1 FTX [a?]\n"); /* no release character */
    tells("UNA:+.? '", "1 UNA \n");
    tells("UNA:+.?", "! 1 @0 FORMAT <UNA:+.?>\n");
    tells("UNA:+.? +UNB+UNOA:1'", "! 1 @0 FORMAT <UNA:+.? +>\n1 UNB [UNOA]:[1]\n");
    tells("UNAa+.? 'UNB+UNOA:1'", "! 1 @0 FORMAT <UNAa+.? '>\n1 UNB [UNOA]:[1]\n");
    tells("UNA +.? 'UNB+UNOA:1'", "! 1 @0 FORMAT <UNA +.? '>\n1 UNB [UNOA]:[1]\n");
}

static void repetition_is_of_version_4(void)
{
    tells("UNB+UNOA:4'RFF+a*b:c*d+e'", "1 UNB [UNOA]:[4]\n1 RFF [a]*[b]:[c]*[d]+[e]\n");
    tells("UNB+UNOA:3'RFF+a*b'", "1 UNB [UNOA]:[3]\n1 RFF [a*b]\n");
    tells("UNA:+.?*'UNB+UNOA:3'RFF+a*b'", "1 UNA \n1 UNB [UNOA]:[3]\n1 RFF [a*b]\n");
    tells("UNA:+.?#'UNB+UNOA:4'RFF+a#b*c?#d'", "1 UNA \n1 UNB [UNOA]:[4]\n1 RFF [a]*[b*c#d]\n");
    tells("UNA:+.? 'UNB+UNOA:4'RFF+a*b'", "1 UNA \n1 UNB [UNOA]:[4]\n1 RFF [a*b]\n");
    tells("UNB+UNOA:4'UNZ+0'UNB+UNOA:2'RFF+a*b'",
          "1 UNB [UNOA]:[4]\n1 UNZ [0]\n1 UNB [UNOA]:[2]\n1 RFF [a*b]\n");
}

static void lines_may_stand_for_segments(void)
{
    tells("UNB+UNOA:1+A\nUNH+1+X:D\nFTX+it's\nUNZ+1\n",
          "1 UNB [UNOA]:[1]+[A]\n2 UNH [1]+[X]:[D]\n3 FTX [it's]\n4 UNZ [1]\n");
    tells("UNB+UNOA:1\r\nUNG+1\r\nFTX+a\r\n", "1 UNB [UNOA]:[1]\n2 UNG [1]\n3 FTX [a]\n");
    tells("UNB+UNOA:1\n+A'UNH+1'", "1 UNB [UNOA]:[1\n]+[A]\n2 UNH [1]\n"); /* only broken */
}

static void what_is_no_segment_is_told_with_its_place(void)
{
    tells("UNH+1'\nnad+x'\nNAD+y'", "1 UNH [1]\n! 2 @7 FORMAT <nad+x'>\n3 NAD [y]\n");
    tells("NAD:1+x'NA+y'NADX+z''A'",
          "! 1 @0 FORMAT <NAD:1+x'>\n! 1 @8 FORMAT <NA+y'>\n! 1 @13 FORMAT <NADX+z'>\n"
          "! 1 @20 FORMAT <'>\n! 1 @21 FORMAT <A'>\n");
    tells("UNH+1'NAD+x\ny", "1 UNH [1]\n! 1 @6 FORMAT <NAD+x\ny>\n");
    TW_SCOPED_BUF out = {0};
    static const char nul[] = "FTX+a\nb\0c'FTX+?\0'FTX+d'";
    for (size_t piece = 1; piece < 30; piece++) {
        (void)edi_tell_all((struct tw_str){nul, sizeof nul - 1}, piece, NULL, &out, NULL);
        CHECK(out.n > 0 && memcmp(out.p, "! 1 @0 FORMAT <", 15) == 0 &&
              memcmp(out.p + out.n - 10, "2 FTX [d]\n", 10) == 0);
    }
}

/* A limit is met at its number, whatever the pieces; what follows is read. */
static void limits_hold_at_their_numbers(void)
{
    static const struct tw_edi_config low = {.segment_bytes = 20, .values = 3};
    static const struct {
        const char *text, *want;
    } row[] = {
        {"FTX+5678901234567890'", "! 1 @0 LIMIT <FTX+5678901234567890>\n"},
        {"FTX+567890123456789'", "1 FTX [567890123456789]\n"},
        {"FTX+56789\n1234567890?'3?'?\?'UNS+D'", "! 1 @0 LIMIT <FTX+56789\n1234567890>\n2 UNS [D]\n"},
        {"FTX+a:b:c'FTX+a:b:c:d'FTX+e'", "1 FTX [a]:[b]:[c]\n! 1 @10 LIMIT <FTX+a:b:c:d'>\n1 FTX [e]\n"},
        {"FTX+567890123456789???\?''UNS+D'",
         "! 1 @0 LIMIT <FTX+567890123456789?>\n! 1 @24 FORMAT <'>\n1 UNS [D]\n"},
        {"UNS+D'                    UNS+S'", "1 UNS [D]\n1 UNS [S]\n"},
        {"UNS+D'                     UNS+S'", "1 UNS [D]\n! 1 @27 LIMIT <>\n1 UNS [S]\n"},
    };
    TW_SCOPED_BUF out = {0};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        for (size_t piece = 1; piece < 40; piece++) {
            (void)edi_tell_all(tw_str_from(row[i].text), piece, &low, &out, NULL);
            if (!tw_str_eq(tw_buf_view(&out), tw_str_from(row[i].want)))
                printf("# %zu %zu %.*s\n", i, piece, (int)out.n, out.p);
            CHECK(tw_str_eq(tw_buf_view(&out), tw_str_from(row[i].want)));
        }
    struct tw_edi *e = NULL;
    struct tw_fault fault = {0};
    CHECK(tw_edi_new(&(struct tw_edi_config){.segment_bytes = (16 << 20) + 1}, &e, &fault) == TW_ARG &&
          e == NULL);
    CHECK(tw_edi_new(&(struct tw_edi_config){.values = 65536}, &e, &fault) == TW_ARG);
    CHECK(tw_edi_new(&(struct tw_edi_config){.segment_bytes = 8}, &e, &fault) == TW_ARG &&
          fault.note[0] != '\0');
}

/* Segments of up to some 1,500 bytes, made value by value, so that it is known what they say. */
static void segments_of_any_length_say_what_was_put_into_them(void)
{
    static const char alphabet[] = "abcXYZ019 .,-+:*'?\n\xC3\xA9";
    struct tw_rng r = tw_rng_new(11, "segments");
    TW_SCOPED(tw_edi) *e = NULL;
    CHECK(tw_edi_new(NULL, &e, NULL) == TW_OK);
    size_t room;
    uint32_t line = 1;
    memcpy(tw_edi_room(e, &room), "UNB+UNOC:4'", 11);
    tw_edi_filled(e, 11);
    struct tw_edi_segment s;
    CHECK(tw_edi_next(e, &s, NULL) == TW_EDI_SEGMENT && tw_edi_next(e, &s, NULL) == TW_EDI_MORE);
    for (int round = 0; round < 3000; round++) {
        TW_SCOPED_BUF text = {0};
        TW_SCOPED_BUF says = {0};
        struct {
            size_t from, n;
            uint16_t element, repetition, component;
        } want[60];
        size_t n = 0, lines = 0, most = round % 7 == 0 ? 60 : 12;
        uint16_t at[3] = {0, 0, 0};
        tw_buf_text(&text, "FTX+");
        for (bool more = true; more; n++) {
            const size_t length = tw_rng_below(&r, round % 5 == 0 ? 40 : 9);
            want[n].from = says.n;
            want[n].n = length;
            want[n].element = at[0];
            want[n].repetition = at[1];
            want[n].component = at[2];
            for (size_t i = 0; i < length; i++) {
                const char c = alphabet[tw_rng_below(&r, sizeof alphabet - 1)];
                if (strchr("+:*'?", c) != NULL) tw_buf_char(&text, '?');
                tw_buf_char(&text, c);
                tw_buf_char(&says, c);
                lines += c == '\n';
            }
            more = n + 1 < most && tw_rng_below(&r, 12) != 0;
            const uint32_t which = (uint32_t)tw_rng_below(&r, 3);
            if (more) tw_buf_char(&text, "+*:"[which]);
            at[which]++;
            for (uint32_t k = which + 1; k < 3; k++) at[k] = 0;
        }
        tw_buf_char(&text, '\'');
        CHECK(!text.failed && !says.failed);
        for (size_t done = 0, piece; done < text.n; done += piece) {
            piece = round % 2 == 0 ? text.n : 1 + tw_rng_below(&r, 700);
            if (piece > text.n - done) piece = text.n - done;
            memcpy(tw_edi_room(e, &room), text.p + done, piece);
            tw_edi_filled(e, piece);
            const enum tw_edi_step step = tw_edi_next(e, &s, NULL);
            CHECK(step == (done + piece == text.n ? TW_EDI_SEGMENT : TW_EDI_MORE));
        }
        CHECK(s.n == n && s.line == line && s.raw.n == text.n && memcmp(s.raw.s, text.p, text.n) == 0);
        for (size_t i = 0; i < n; i++) {
            const struct tw_edi_value *v = &s.value[i];
            CHECK(v->element == want[i].element && v->repetition == want[i].repetition &&
                  v->component == want[i].component);
            CHECK(tw_str_eq(v->text, (struct tw_str){says.p + want[i].from, want[i].n}));
        }
        line += (uint32_t)lines;
        CHECK(tw_edi_next(e, &s, NULL) == TW_EDI_MORE);
    }
}

static void finds_values_by_their_place(void)
{
    TW_SCOPED(tw_edi) *e = NULL;
    struct tw_edi_segment s;
    CHECK(tw_edi_new(NULL, &e, NULL) == TW_OK);
    size_t room;
    memcpy(tw_edi_room(e, &room), "UNB+UNOA:4+a*b:c++:d'RFF+a*b:c++:d'", 35);
    tw_edi_filled(e, 35);
    CHECK(tw_edi_next(e, &s, NULL) == TW_EDI_SEGMENT && tw_edi_next(e, &s, NULL) == TW_EDI_SEGMENT);
    CHECK(tw_str_is(tw_edi_at(&s, 0, 0), "a") && tw_edi_at(&s, 0, 1).s == NULL &&
          tw_str_is(tw_edi_at(&s, 2, 1), "d"));
    CHECK(tw_edi_at(&s, 1, 0).s != NULL && tw_edi_at(&s, 1, 0).n == 0 && tw_edi_at(&s, 3, 0).s == NULL);
}

static void writes_places_between_values_and_releases_what_data_shares(void)
{
    const struct tw_edi_value value[] = {
        {.text = TW_STR("a+b'")},
        {.text = TW_STR("c?"), .component = 2},
        {.text = TW_STR("d"), .element = 2, .repetition = 1},
        {.text = TW_STR("e:*"), .element = 2, .repetition = 1, .component = 1}};
    struct tw_edi_segment s = {
        .tag = TW_STR("NAD"), .value = value, .n = 4, .service = tw_edi_service_default(4)};
    TW_SCOPED_BUF out = {0};
    tw_edi_write_una(&s.service, &out);
    tw_edi_write(&s, &out);
    CHECK(!out.failed && tw_str_is(tw_buf_view(&out), "UNA:+.?*'NAD+a?+b?'::c??++*d:e?:?*'"));
    s.service = tw_edi_service_default(3); /* no repetition */
    tw_edi_write(&s, &out);
    CHECK(out.failed);
    tw_buf_clear(&out);
    s.n = 2;
    tw_edi_write_una(&s.service, &out);
    tw_edi_write(&s, &out);
    CHECK(!out.failed && tw_str_is(tw_buf_view(&out), "UNA:+.? 'NAD+a?+b?'::c?\?'"));
    s.service.release = 0; /* nothing can be released */
    tw_edi_write(&s, &out);
    CHECK(out.failed);
    tw_buf_clear(&out);
    const struct tw_edi_value falling[] = {{.text = TW_STR("a"), .element = 1}, {.text = TW_STR("b")}};
    s = (struct tw_edi_segment){
        .tag = TW_STR("NAD"), .value = falling, .n = 2, .service = tw_edi_service_default(3)};
    tw_edi_write(&s, &out);
    CHECK(out.failed);
}

/* Every sample is written again byte for byte; one has a needless release character, and is not. */
static void real_interchanges_are_written_again_as_they_stood(void)
{
    const char *top = getenv("TIDEWAITER_DATA");
    char path[4096];
    snprintf(path, sizeof path, "%s/edifact", top != NULL ? top : "../shared/data");
    DIR *dir = opendir(path);
    if (dir == NULL) {
        SKIP("real_interchanges_are_written_again_as_they_stood", "no edifact/ in TIDEWAITER_DATA");
        return;
    }
    size_t files = 0;
    for (struct dirent *d; (d = readdir(dir)) != NULL;) {
        const char *dot = strrchr(d->d_name, '.');
        if (dot == NULL || (strcmp(dot, ".edi") != 0 && strcmp(dot, ".EDI") != 0)) continue;
        snprintf(path, sizeof path, "%s/edifact/%s", top != NULL ? top : "../shared/data", d->d_name);
        FILE *f = fopen(path, "rb");
        static char text[1 << 16];
        CHECK(f != NULL);
        const size_t n = fread(text, 1, sizeof text, f);
        CHECK(fclose(f) == 0 && n > 0 && n < sizeof text);
        const size_t mark = n > 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
        TW_SCOPED_BUF out = {0}, same = {0}, pieces = {0};
        const bool plain = edi_tell_all((struct tw_str){text, n}, SIZE_MAX, NULL, &out, &same);
        (void)edi_tell_all((struct tw_str){text, n}, 7, NULL, &pieces, NULL);
        CHECK(tw_str_eq(tw_buf_view(&out), tw_buf_view(&pieces)));
        const bool again = tw_str_eq(tw_buf_view(&same), (struct tw_str){text + mark, n - mark});
        const bool needless = strstr(d->d_name, "Issue157") != NULL;
        if (again == needless) printf("# %s\n%.*s\n", d->d_name, (int)out.n, out.p);
        CHECK(again == plain && plain == !needless);
        files++;
    }
    closedir(dir);
    CHECK(files > 20);
    printf("ok %d - real_interchanges_are_written_again_as_they_stood\n", ++check_ran);
}

static tw_err open_one(void)
{
    TW_SCOPED(tw_edi) *e = NULL;
    return tw_edi_new(NULL, &e, NULL);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(open_one) > 3);
}

int main(void)
{
    RUN(parts_a_segment_into_its_values);
    RUN(a_release_character_takes_the_meaning_of_the_next);
    RUN(the_advice_names_the_service_characters);
    RUN(repetition_is_of_version_4);
    RUN(lines_may_stand_for_segments);
    RUN(what_is_no_segment_is_told_with_its_place);
    RUN(limits_hold_at_their_numbers);
    RUN(segments_of_any_length_say_what_was_put_into_them);
    RUN(finds_values_by_their_place);
    RUN(writes_places_between_values_and_releases_what_data_shares);
    real_interchanges_are_written_again_as_they_stood();
    RUN(survives_every_failed_allocation);
    return DONE();
}
