/* SPDX-License-Identifier: Apache-2.0 */
/* The archives are made here byte by byte, by the formats' own descriptions, so that they may be as bad as
 * they come. */
#include "store/archive_in.h"

#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "fault.h"

static char top[64];

static const char *at(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", top, name);
    return path;
}

static void write_file(const char *name, struct tw_str bytes)
{
    FILE *f = fopen(at(name), "w");
    CHECK(f != NULL && fwrite(bytes.s, 1, bytes.n, f) == bytes.n && fclose(f) == 0);
}

static void write_gzip(const char *name, struct tw_str bytes)
{
    gzFile f = gzopen(at(name), "wb9");
    CHECK(f != NULL && gzwrite(f, bytes.s, (unsigned)bytes.n) == (int)bytes.n && gzclose(f) == Z_OK);
}

/* -- tar: ustar, POSIX.1-2017 pax */

static void octal(char *to, int digits, uint64_t v)
{
    char text[32];
    snprintf(text, sizeof text, "%0*llo", digits, (unsigned long long)v);
    memcpy(to, text, (size_t)digits);
}

static void tar_header(struct tw_buf *b, const char *name, char type, const char *link, uint64_t size)
{
    char h[512] = {0};
    unsigned sum = 0;
    memcpy(h, name, strlen(name) < 100 ? strlen(name) : 100);
    octal(h + 100, 7, 0644);
    octal(h + 108, 7, 0);
    octal(h + 116, 7, 0);
    octal(h + 124, 11, size);
    octal(h + 136, 11, 0);
    memset(h + 148, ' ', 8);
    h[156] = type;
    memcpy(h + 157, link, strlen(link));
    memcpy(h + 257, "ustar\00000", 8);
    for (size_t i = 0; i < sizeof h; i++) sum += (unsigned char)h[i];
    octal(h + 148, 6, sum);
    h[154] = '\0';
    tw_buf_put(b, h, sizeof h);
}

static void tar_file(struct tw_buf *b, const char *name, const char *text)
{
    static const char zeros[512];
    const size_t n = strlen(text);
    tar_header(b, name, '0', "", n);
    tw_buf_put(b, text, n);
    tw_buf_put(b, zeros, (512 - n % 512) % 512);
}

static void tar_end(struct tw_buf *b)
{
    static const char zeros[1024];
    tw_buf_put(b, zeros, sizeof zeros);
}

/* -- zip: PKWARE APPNOTE 6.3, stored files */

static void le(struct tw_buf *b, uint32_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) tw_buf_char(b, (char)(v >> (8 * i)));
}

static void zip_entry(struct tw_buf *b, bool central, uint32_t offset, const char *name, const char *text,
                      unsigned flags)
{
    const size_t n = strlen(text);
    tw_buf_put(b, central ? "PK\1\2" : "PK\3\4", 4);
    if (central) le(b, 3 << 8 | 20, 2);
    le(b, 20, 2);
    le(b, flags, 2);
    le(b, 0, 2); /* stored */
    le(b, 0, 4);
    le(b, (uint32_t)crc32(0, (const unsigned char *)text, (unsigned)n), 4);
    le(b, (uint32_t)n, 4);
    le(b, (uint32_t)n, 4);
    le(b, (uint32_t)strlen(name), 2);
    le(b, 0, 2);
    if (central) {
        le(b, 0, 2);
        le(b, 0, 2);
        le(b, 0, 2);
        le(b, 0100644u << 16, 4);
        le(b, offset, 4);
    }
    tw_buf_text(b, name);
    if (!central) tw_buf_text(b, text);
}

struct one {
    const char *name, *text;
    unsigned flags;
};

static void zip(struct tw_buf *b, const struct one *file, size_t n)
{
    uint32_t offset[8];
    for (size_t i = 0; i < n; i++) {
        offset[i] = (uint32_t)b->n;
        zip_entry(b, false, 0, file[i].name, file[i].text, file[i].flags);
    }
    const uint32_t from = (uint32_t)b->n;
    for (size_t i = 0; i < n; i++) zip_entry(b, true, offset[i], file[i].name, file[i].text, file[i].flags);
    const uint32_t size = (uint32_t)b->n - from;
    tw_buf_put(b, "PK\5\6", 4);
    le(b, 0, 4);
    le(b, (uint32_t)n, 2);
    le(b, (uint32_t)n, 2);
    le(b, size, 4);
    le(b, from, 4);
    le(b, 0, 2);
}

/* -- what is read of it */

/* name=[text] of each file, name! of each refused one, and the error that ended it. */
static tw_err list(const char *path, const struct tw_archive_limits *limits, struct tw_buf *out)
{
    TW_SCOPED(tw_archive) *a = NULL;
    struct tw_fault fault = {0};
    enum tw_archive_step step = TW_ARCHIVE_FILE;
    const char *name;
    tw_buf_clear(out);
    tw_err err = tw_archive_open(path, limits, NULL, &a, &fault);
    while (err == TW_OK) {
        err = tw_archive_next(a, &step, &name, &fault);
        if (err != TW_OK || step == TW_ARCHIVE_END) break;
        tw_buf_text(out, name);
        if (step == TW_ARCHIVE_REFUSED) {
            CHECK(fault.note[0] != '\0' && strchr(fault.note, '\n') == NULL);
            tw_buf_text(out, "! ");
            continue;
        }
        TW_SCOPED(tw_file_in) *in = NULL;
        char block[1000];
        size_t n = 0;
        tw_buf_text(out, "=[");
        err = tw_archive_file(a, &in, &fault);
        for (bool more = err == TW_OK; more;) {
            err = tw_file_in_read(in, block, sizeof block, &n, &fault);
            more = err == TW_OK && n > 0;
            if (more) tw_buf_put(out, block, n);
        }
        tw_buf_text(out, "] ");
    }
    CHECK(err == TW_OK || fault.note[0] != '\0');
    return err;
}

static void files_come_in_their_order_with_their_bytes(void)
{
    static const struct one file[] = {{"b.xml", "<b/>", 0}, {"d/", "", 0},    {"d/a.xml", "<a/>", 0},
                                      {"d/.x", "no", 0},    {"empty", "", 0}, {"__MACOSX/._b", "no", 0}};
    static const char *const want = "b.xml=[<b/>] d/a.xml=[<a/>] ";
    TW_SCOPED_BUF tar = {0};
    TW_SCOPED_BUF zipped = {0};
    TW_SCOPED_BUF out = {0};
    tar_file(&tar, "b.xml", "<b/>");
    tar_header(&tar, "d", '5', "", 0);
    tar_file(&tar, "d/a.xml", "<a/>");
    tar_file(&tar, "d/.x", "no");
    tar_file(&tar, "empty", "");
    tar_end(&tar);
    zip(&zipped, file, sizeof file / sizeof *file);
    write_file("a.tar", tw_buf_view(&tar));
    write_gzip("a.tar.gz", tw_buf_view(&tar));
    write_file("a.zip", tw_buf_view(&zipped));
    static const char *const name[] = {"a.tar", "a.tar.gz", "a.zip"};
    for (size_t i = 0; i < 3; i++) {
        CHECK(tw_archive_is(at(name[i])));
        CHECK(list(at(name[i]), NULL, &out) == TW_OK && tw_str_is(tw_buf_view(&out), want));
    }
}

static void a_packed_file_within_is_unpacked(void)
{
    TW_SCOPED_BUF tar = {0};
    TW_SCOPED_BUF out = {0};
    struct tw_buf packed = {0};
    write_gzip("inner", TW_STR("<inner/>"));
    CHECK(tw_buf_view(&packed).n == 0);
    FILE *f = fopen(at("inner"), "r");
    char bytes[256];
    const size_t n = fread(bytes, 1, sizeof bytes, f);
    CHECK(fclose(f) == 0 && n > 0);
    tar_header(&tar, "i.xml.gz", '0', "", n);
    static const char zeros[512];
    tw_buf_put(&tar, bytes, n);
    tw_buf_put(&tar, zeros, 512 - n);
    tar_end(&tar);
    write_file("p.tar", tw_buf_view(&tar));
    CHECK(list(at("p.tar"), NULL, &out) == TW_OK && tw_str_is(tw_buf_view(&out), "i.xml.gz=[<inner/>] "));
}

static void what_is_no_file_of_its_own_is_refused_and_the_rest_goes_on(void)
{
    TW_SCOPED_BUF tar = {0};
    TW_SCOPED_BUF out = {0};
    tar_file(&tar, "/etc/passwd", "x");
    tar_file(&tar, "a/../../b", "x");
    tar_file(&tar, "..\\b", "x");
    tar_file(&tar, "C:\\b", "x");
    tar_header(&tar, "soft", '2', "/etc/passwd", 0);
    tar_header(&tar, "hard", '1', "soft", 0);
    tar_header(&tar, "disk", '4', "", 0);
    tar_header(&tar, "pipe", '6', "", 0);
    tar_file(&tar, "a\x1b[2Jb", "x");
    tar_file(&tar, "a\xff", "x");
    tar_file(&tar, "..good", "x"); /* begins with a point: passed over */
    tar_file(&tar, "good..xml", "yes");
    tar_end(&tar);
    write_file("bad.tar", tw_buf_view(&tar));
    CHECK(list(at("bad.tar"), NULL, &out) == TW_OK);
    CHECK(tw_str_is(tw_buf_view(&out),
                    "/etc/passwd! a/../../b! ..\\b! C:\\b! soft! hard! disk! pipe! a?[2Jb! "
                    "a\xff! good..xml=[yes] "));
    TW_SCOPED_BUF zipped = {0};
    const struct one file[] = {{"../b", "x", 0}, {"secret", "............x", 1}, {"good", "yes", 0}};
    zip(&zipped, file, 3);
    write_file("bad.zip", tw_buf_view(&zipped));
    CHECK(list(at("bad.zip"), NULL, &out) == TW_OK);
    CHECK(tw_str_is(tw_buf_view(&out), "../b! secret! good=[yes] "));
}

static void limits_hold_at_their_numbers(void)
{
    TW_SCOPED_BUF tar = {0};
    TW_SCOPED_BUF out = {0};
    tar_file(&tar, "one", "1");
    tar_file(&tar, "four", "4");
    tar_end(&tar);
    write_file("two.tar", tw_buf_view(&tar));
    CHECK(list(at("two.tar"), &(struct tw_archive_limits){.files = 2}, &out) == TW_OK);
    CHECK(list(at("two.tar"), &(struct tw_archive_limits){.files = 1}, &out) == TW_LIMIT);
    CHECK(tw_str_is(tw_buf_view(&out), "one=[1] "));
    CHECK(list(at("two.tar"), &(struct tw_archive_limits){.name = 3}, &out) == TW_OK);
    CHECK(tw_str_is(tw_buf_view(&out), "one=[1] fou! "));
    CHECK(list(at("two.tar"), &(struct tw_archive_limits){.name = 4001}, &out) == TW_ARG);
}

/* A file of `mib` MiB of zeros in front of a good one, read or passed over. */
static tw_err bomb(unsigned mib, bool read, uint32_t ratio)
{
    static char zeros[1 << 20];
    TW_SCOPED_BUF head = {0};
    TW_SCOPED_BUF tail = {0};
    tar_header(&head, read ? "big" : ".big", '0', "", (uint64_t)mib << 20);
    tar_file(&tail, "good", "yes");
    tar_end(&tail);
    gzFile f = gzopen(at("bomb.tar.gz"), "wb9");
    CHECK(f != NULL && gzwrite(f, head.p, (unsigned)head.n) == (int)head.n);
    for (unsigned i = 0; i < mib; i++) CHECK(gzwrite(f, zeros, sizeof zeros) == (int)sizeof zeros);
    CHECK(gzwrite(f, tail.p, (unsigned)tail.n) == (int)tail.n && gzclose(f) == Z_OK);
    TW_SCOPED(tw_archive) *a = NULL;
    enum tw_archive_step step = TW_ARCHIVE_END;
    const char *name;
    CHECK(tw_archive_open(at("bomb.tar.gz"), &(struct tw_archive_limits){.ratio = ratio}, NULL, &a, NULL) ==
          TW_OK);
    tw_err err = tw_archive_next(a, &step, &name, NULL);
    if (read && err == TW_OK) err = tw_archive_next(a, &step, &name, NULL);
    CHECK(err != TW_OK || (step == TW_ARCHIVE_FILE && strcmp(name, "good") == 0));
    return err;
}

static void what_unpacks_to_too_much_ends_the_reading(void)
{
    CHECK(bomb(80, true, 0) == TW_LIMIT);
    CHECK(bomb(80, false, 0) == TW_LIMIT);
    CHECK(bomb(60, true, 0) == TW_OK);
    CHECK(bomb(80, true, 2000) == TW_OK);
}

static void damaged_and_cut_off_ones_are_told(void)
{
    TW_SCOPED_BUF tar = {0};
    TW_SCOPED_BUF zipped = {0};
    TW_SCOPED_BUF out = {0};
    const struct one file[] = {{"one", "1111111111", 0}, {"two", "2222222222", 0}};
    tar_file(&tar, "one", "1111111111");
    tar_file(&tar, "two", "2222222222");
    tar_end(&tar);
    zip(&zipped, file, 2);
    for (size_t n = 520; n < 1540; n += 40) {
        write_file("cut", (struct tw_str){tar.p, n});
        const tw_err err = list(at("cut"), NULL, &out);
        CHECK(err == TW_OK || err == TW_FORMAT);
    }
    write_file("cut", (struct tw_str){tar.p, 1030});
    CHECK(list(at("cut"), NULL, &out) == TW_FORMAT);
    for (size_t n = 4; n < zipped.n; n += 3) {
        write_file("cut", (struct tw_str){zipped.p, n});
        const tw_err err = list(at("cut"), NULL, &out);
        CHECK(err == TW_OK || err == TW_FORMAT);
    }
    memcpy(memmem(zipped.p, zipped.n, "1111", 4), "1121", 4); /* the check sum of its data no longer holds */
    write_file("cut", tw_buf_view(&zipped));
    CHECK(list(at("cut"), NULL, &out) == TW_FORMAT);
    CHECK(list(at("not there"), NULL, &out) == TW_NOTFOUND);
    write_file("text", TW_STR("<xml/>"));
    CHECK(list(at("text"), NULL, &out) == TW_FORMAT);
}

static void other_files_are_no_archives(void)
{
    const struct one office[] = {{"[Content_Types].xml", "<Types/>", 0}, {"xl/workbook.xml", "<w/>", 0}};
    TW_SCOPED_BUF book = {0};
    TW_SCOPED_BUF out = {0};
    write_file("text", TW_STR("<xml/>"));
    write_gzip("text.gz", TW_STR("<xml/>"));
    write_file("nothing", TW_STR(""));
    CHECK(!tw_archive_is(at("text")) && !tw_archive_is(at("text.gz")) && !tw_archive_is(at("nothing")));
    CHECK(!tw_archive_is(top) && !tw_archive_is(at("not there")) && !tw_archive_is("-"));
    zip(&book, office, 2);
    write_file("book.xlsx", tw_buf_view(&book));
    CHECK(tw_archive_is(at("book.xlsx")) && list(at("book.xlsx"), NULL, &out) == TW_FORMAT && out.n == 0);
}

static void stops_when_told(void)
{
    static volatile sig_atomic_t stop;
    TW_SCOPED(tw_archive) *a = NULL;
    TW_SCOPED_BUF tar = {0};
    enum tw_archive_step step;
    const char *name;
    tar_file(&tar, "one", "1");
    tar_end(&tar);
    write_file("s.tar", tw_buf_view(&tar));
    CHECK(tw_archive_open(at("s.tar"), NULL, &(struct tw_file_options){.stop = &stop}, &a, NULL) == TW_OK);
    stop = 1;
    CHECK(tw_archive_next(a, &step, &name, NULL) == TW_INTERRUPTED);
}

static tw_err read_an_archive(void)
{
    TW_SCOPED(tw_archive) *a = NULL;
    TW_SCOPED(tw_file_in) *in = NULL;
    enum tw_archive_step step;
    const char *name;
    TW_TRY(tw_archive_open(at("a.tar"), NULL, NULL, &a, NULL));
    TW_TRY(tw_archive_next(a, &step, &name, NULL));
    return tw_archive_file(a, &in, NULL);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(read_an_archive) >= 4);
}

static int remove_one(const char *path, const struct stat *info, int flag, struct FTW *ftw)
{
    (void)info;
    (void)flag;
    (void)ftw;
    return remove(path);
}

int main(void)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(top, sizeof top, "%.40s/tw-archive-XXXXXX", tmp != NULL ? tmp : "/tmp");
    if (mkdtemp(top) == NULL) return 1;
    RUN(files_come_in_their_order_with_their_bytes);
    RUN(a_packed_file_within_is_unpacked);
    RUN(what_is_no_file_of_its_own_is_refused_and_the_rest_goes_on);
    RUN(limits_hold_at_their_numbers);
    RUN(what_unpacks_to_too_much_ends_the_reading);
    RUN(damaged_and_cut_off_ones_are_told);
    RUN(other_files_are_no_archives);
    RUN(stops_when_told);
    RUN(survives_every_failed_allocation);
    nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return DONE();
}
