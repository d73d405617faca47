/* SPDX-License-Identifier: Apache-2.0 */
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "check.h"
#include "fault.h"

enum { TEXT_BYTES = 300 * 1000 };

static char dir[] = "/tmp/tidewaiter-file-XXXXXX";
static char path[64];
static unsigned char text[TEXT_BYTES], packed[2 * TEXT_BYTES], back[2 * TEXT_BYTES];

static void make_text(void)
{
    uint64_t x = 88172645463325252u;
    for (size_t i = 0; i < TEXT_BYTES; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        text[i] = (unsigned char)(i % 60 == 59 ? '\n' : "0123456789abcdef,;"[x % 18]);
    }
}

static void put(const void *p, size_t n)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    CHECK(fd >= 0 && write(fd, p, n) == (ssize_t)n && close(fd) == 0);
}

static size_t gzip(const void *p, size_t n, unsigned char *out)
{
    z_stream z = {0};
    CHECK(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    memcpy(back, p, n);
    z.next_in = back;
    z.avail_in = (uInt)n;
    z.next_out = out;
    z.avail_out = sizeof packed;
    CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
    size_t made = z.total_out;
    CHECK(deflateEnd(&z) == Z_OK);
    return made;
}

static size_t zstd(const void *p, size_t n, unsigned char *out)
{
    ZSTD_CCtx *c = ZSTD_createCCtx();
    CHECK(c != NULL && !ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1)));
    size_t made = ZSTD_compress2(c, out, sizeof packed, p, n);
    CHECK(!ZSTD_isError(made));
    ZSTD_freeCCtx(c);
    return made;
}

/* Reads the file at `path` in pieces of `piece` bytes into `back`. */
static tw_err read_back(size_t piece, size_t *n, struct tw_fault *fault)
{
    TW_SCOPED(tw_file_in) *f = NULL;
    *n = 0;
    TW_TRY(tw_file_in_open(path, NULL, &f, fault));
    for (size_t got = 1; got > 0; *n += got) {
        size_t room = sizeof back - *n < piece ? sizeof back - *n : piece;
        TW_TRY(tw_file_in_read(f, back + *n, room, &got, fault));
    }
    struct tw_file_seen seen = tw_file_in_seen(f);
    CHECK(seen.done == seen.total);
    size_t got = 1;
    CHECK(tw_file_in_read(f, back, 1, &got, fault) == TW_OK && got == 0); /* the end stays the end */
    return TW_OK;
}

static tw_err refused(struct tw_fault *fault)
{
    size_t n;
    *fault = (struct tw_fault){0};
    tw_err err = read_back(4096, &n, fault);
    if (err != TW_OK) CHECK(fault->code == err && strlen(fault->note) > 10);
    return err;
}

static void expect_text(size_t n)
{
    static const size_t pieces[] = {1, 7, 4096, 131072, 200000, sizeof back};
    struct tw_fault fault = {0};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        size_t got;
        CHECK(read_back(pieces[i], &got, &fault) == TW_OK);
        CHECK(got == n && memcmp(back, text, n) == 0);
    }
}

static void reads_a_plain_file_in_pieces_of_any_size(void)
{
    put(text, TEXT_BYTES);
    expect_text(TEXT_BYTES);
    put(text, 1);
    expect_text(1);
}

static void unpacks_gzip_by_content_also_of_several_members(void)
{
    put(packed, gzip(text, TEXT_BYTES, packed));
    expect_text(TEXT_BYTES);
    size_t n = 0;
    for (size_t at = 0; at < TEXT_BYTES; at += 60000) n += gzip(text + at, 60000, packed + n);
    put(packed, n);
    expect_text(TEXT_BYTES);
}

static void unpacks_zstd_by_content_also_of_several_frames(void)
{
    put(packed, zstd(text, TEXT_BYTES, packed));
    expect_text(TEXT_BYTES);
    memcpy(packed, "\x51\x2a\x4d\x18\x05\0\0\0skip!", 13); /* a frame to be skipped */
    size_t n = 13;
    for (size_t at = 0; at < TEXT_BYTES; at += 60000) n += zstd(text + at, 60000, packed + n);
    put(packed, n);
    expect_text(TEXT_BYTES);
}

static void says_that_a_file_is_cut_off_wherever_it_is_cut(void)
{
    struct tw_fault fault;
    size_t n = gzip(text, 2000, packed);
    for (size_t cut = 2; cut < n; cut++) {
        put(packed, cut);
        CHECK(refused(&fault) == TW_FORMAT && strstr(fault.note, "cut off") != NULL && fault.byte == cut);
    }
    n = zstd(text, 2000, packed);
    for (size_t cut = 4; cut < n; cut++) {
        put(packed, cut);
        CHECK(refused(&fault) == TW_FORMAT && strstr(fault.note, "cut off") != NULL && fault.byte == cut);
    }
}

static void finds_every_flipped_byte_of_packed_data(void)
{
    struct tw_fault fault;
    size_t n = gzip(text, 2000, packed);
    for (size_t i = 10; i < n; i++) { /* the header's time and system are nobody's business */
        packed[i] ^= 0x40;
        put(packed, n);
        CHECK(refused(&fault) == TW_FORMAT);
        packed[i] ^= 0x40;
    }
    n = zstd(text, 2000, packed);
    for (size_t i = 4; i < n; i++) {
        packed[i] ^= 0x04;
        put(packed, n);
        tw_err err = refused(&fault);
        CHECK(err == TW_FORMAT || err == TW_LIMIT); /* a flipped window size is too large first */
        packed[i] ^= 0x04;
    }
}

static void refuses_something_else_after_packed_data(void)
{
    struct tw_fault fault;
    for (int kind = 0; kind < 2; kind++) {
        size_t n = kind == 0 ? gzip(text, 2000, packed) : zstd(text, 2000, packed);
        memcpy(packed + n, "and more", 8);
        for (size_t more = 4; more <= 8; more++) {
            put(packed, n + more);
            CHECK(refused(&fault) == TW_FORMAT);
            CHECK(strstr(fault.note, "something else follows") != NULL);
        }
    }
}

static void refuses_what_is_empty_inside(void)
{
    struct tw_fault fault;
    put("", 0);
    CHECK(refused(&fault) == TW_FORMAT && strstr(fault.note, "is empty") != NULL);
    put(packed, gzip("", 0, packed));
    CHECK(refused(&fault) == TW_FORMAT && strstr(fault.note, "empty inside") != NULL);
    put(packed, zstd("", 0, packed));
    CHECK(refused(&fault) == TW_FORMAT && strstr(fault.note, "empty inside") != NULL);
}

static void names_formats_it_does_not_read(void)
{
    struct tw_fault fault;
    put("PK\x03\x04 and the rest of a workbook", 32);
    CHECK(refused(&fault) == TW_FORMAT && strstr(fault.note, "Excel") != NULL);
    put("%PDF-1.7 and so on and on", 25);
    CHECK(refused(&fault) == TW_FORMAT && strstr(fault.note, "PDF") != NULL);
    put("BZh91AY&SY.............", 20);
    CHECK(refused(&fault) == TW_FORMAT && strstr(fault.note, "bzip2") != NULL);
    put("BZhoume,country\n", 16); /* only looks like it */
    CHECK(refused(&fault) == TW_OK);
}

static void tells_missing_directory_and_forbidden_apart(void)
{
    struct tw_fault fault = {0};
    struct tw_file_in *f = NULL;
    CHECK(tw_file_in_open("/tmp/tidewaiter/no/such/file", NULL, &f, &fault) == TW_NOTFOUND && f == NULL);
    CHECK(strstr(fault.note, "/no/such/file") != NULL);
    CHECK(tw_file_in_open(dir, NULL, &f, &fault) == TW_FORMAT && strstr(fault.note, "directory") != NULL);
    CHECK(tw_file_in_open(path, NULL, &f, NULL) == TW_OK); /* no fault record asked for */
    tw_file_in_free(f);
    f = NULL;
    if (geteuid() == 0) return;
    CHECK(chmod(path, 0) == 0);
    CHECK(tw_file_in_open(path, NULL, &f, &fault) == TW_IO && strstr(fault.note, "may not") != NULL);
    CHECK(chmod(path, 0666) == 0);
}

static void reads_standard_input_under_the_name_of_a_dash(void)
{
    int ends[2], saved = dup(STDIN_FILENO);
    CHECK(pipe(ends) == 0 && write(ends[1], "a,b\n1,2\n", 8) == 8 && close(ends[1]) == 0);
    CHECK(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO && close(ends[0]) == 0);
    struct tw_file_in *f = NULL;
    size_t got = 0;
    CHECK(tw_file_in_open("-", NULL, &f, NULL) == TW_OK && tw_file_in_seen(f).total == 0);
    CHECK(tw_file_in_read(f, back, 100, &got, NULL) == TW_OK && got == 8 &&
          memcmp(back, "a,b\n1,2\n", 8) == 0);
    CHECK(tw_file_in_read(f, back, 100, &got, NULL) == TW_OK && got == 0);
    tw_file_in_free(f);
    CHECK(fcntl(STDIN_FILENO, F_GETFD) >= 0); /* not ours to close */
    if (saved >= 0) CHECK(dup2(saved, STDIN_FILENO) == STDIN_FILENO && close(saved) == 0);
}

static void hashes_the_file_as_it_lies_on_the_disk(void)
{
    size_t n = gzip(text, TEXT_BYTES, packed), got;
    put(packed, n);
    uint8_t want[TW_SHA256_BYTES], sum[TW_SHA256_BYTES];
    tw_sha256(packed, n, want);
    const struct tw_file_options options = {.sha256 = true};
    TW_SCOPED(tw_file_in) *f = NULL;
    CHECK(tw_file_in_open(path, &options, &f, NULL) == TW_OK);
    CHECK(tw_file_in_sha256(f, sum) == TW_ARG); /* not before the end */
    do CHECK(tw_file_in_read(f, back, sizeof back, &got, NULL) == TW_OK);
    while (got > 0);
    CHECK(tw_file_in_sha256(f, sum) == TW_OK && memcmp(sum, want, sizeof sum) == 0);
}

static void stops_when_asked(void)
{
    volatile sig_atomic_t stop = 0;
    const struct tw_file_options options = {.stop = &stop};
    put(text, TEXT_BYTES);
    TW_SCOPED(tw_file_in) *f = NULL;
    size_t got = 0;
    CHECK(tw_file_in_open(path, &options, &f, NULL) == TW_OK);
    CHECK(tw_file_in_read(f, back, 131072, &got, NULL) == TW_OK && got == 131072);
    stop = 1;
    CHECK(tw_file_in_read(f, back, 131072, &got, NULL) == TW_INTERRUPTED);
}

static void takes_a_whole_file_up_to_a_limit(void)
{
    struct tw_fault fault = {0};
    put(packed, gzip(text, 50000, packed));
    TW_SCOPED_BUF all = {0};
    tw_buf_text(&all, "before:");
    CHECK(tw_file_in_all(path, 49999, &all, &fault) == TW_LIMIT && all.n == 7);
    CHECK(tw_file_in_all(path, 50000, &all, &fault) == TW_OK && all.n == 50007);
    CHECK(memcmp(all.p, "before:", 7) == 0 && memcmp(all.p + 7, text, 50000) == 0);
}

static tw_err read_it_all(void)
{
    TW_SCOPED_BUF all = {0};
    return tw_file_in_all(path, TEXT_BYTES, &all, NULL);
}

static void survives_every_failed_allocation(void)
{
    put(packed, gzip(text, 50000, packed));
    CHECK(fault_each_allocation(read_it_all) > 4);
    put(packed, zstd(text, 50000, packed));
    CHECK(fault_each_allocation(read_it_all) > 3);
}

int main(void)
{
    CHECK(mkdtemp(dir) != NULL);
    CHECK(snprintf(path, sizeof path, "%s/data", dir) > 0);
    make_text();
    RUN(reads_a_plain_file_in_pieces_of_any_size);
    RUN(unpacks_gzip_by_content_also_of_several_members);
    RUN(unpacks_zstd_by_content_also_of_several_frames);
    RUN(says_that_a_file_is_cut_off_wherever_it_is_cut);
    RUN(finds_every_flipped_byte_of_packed_data);
    RUN(refuses_something_else_after_packed_data);
    RUN(refuses_what_is_empty_inside);
    RUN(names_formats_it_does_not_read);
    RUN(tells_missing_directory_and_forbidden_apart);
    RUN(reads_standard_input_under_the_name_of_a_dash);
    RUN(hashes_the_file_as_it_lies_on_the_disk);
    RUN(stops_when_asked);
    RUN(takes_a_whole_file_up_to_a_limit);
    RUN(survives_every_failed_allocation);
    CHECK(unlink(path) == 0 && rmdir(dir) == 0);
    return DONE();
}
