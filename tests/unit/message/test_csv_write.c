/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include "csv_text.h"

static void quotes_only_what_must_be_quoted(void)
{
    const struct tw_str row[] = {TW_STR("plain"), TW_STR("a,b"), TW_STR("say \"x\""), TW_STR("two\nlines"),
                                 TW_STR("")};
    TW_SCOPED_BUF out = {0};
    tw_csv_write(&out, row, 5, ',');
    tw_csv_write(&out, row, 2, ';');
    tw_csv_write(&out, row + 4, 1, ',');
    CHECK(tw_str_is(tw_buf_view(&out), "plain,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\nplain;a,b\n\"\"\n"));
}

/* The first bytes of a file that are a byte order mark are taken away; those of a field are its own. */
static void quotes_a_mark_that_would_be_taken_for_the_file_s(void)
{
    const struct tw_str row[] = {TW_STR("\xef\xbb\xbfname"), TW_STR("\xef\xbb\xbfname")};
    TW_SCOPED_BUF out = {0};
    tw_csv_write(&out, row, 2, ',');
    CHECK(tw_str_is(tw_buf_view(&out), "\"\xef\xbb\xbfname\",\xef\xbb\xbfname\n"));
}

enum { ROWS = 40, COLUMNS = 6, FIELD_MAX = 90 };

static const char *const piece[] = {"a",
                                    "7",
                                    ",",
                                    ";",
                                    "\"",
                                    "\n",
                                    "\r",
                                    "\r\n",
                                    "\t",
                                    " ",
                                    "\"\"",
                                    "\xc3\xa9",
                                    "\xe2\x82\xac",
                                    "\xf0\x9f\x9a\xa2",
                                    "\xef\xbb\xbf",
                                    "0123456789012345678901234567890"};

static size_t random_field(struct tw_rng *rng, char *out)
{
    size_t n = 0, pieces = tw_rng_below(rng, 3) == 0 ? 0 : tw_rng_below(rng, 9);
    for (size_t i = 0; i < pieces; i++) {
        const char *p = piece[tw_rng_below(rng, sizeof piece / sizeof *piece)];
        if (n + strlen(p) > FIELD_MAX) break;
        memcpy(out + n, p, strlen(p));
        n += strlen(p);
    }
    return n;
}

/* Property: any table that is written reads back equal, in pieces of any size and by any instructions. */
static void a_table_reads_back_as_it_was_written(void)
{
    const char *seed_text = getenv("TIDEWAITER_SEED");
    uint64_t seed = seed_text != NULL ? strtoull(seed_text, NULL, 10) : 20261123;
    printf("# TIDEWAITER_SEED=%llu\n", (unsigned long long)seed);
    struct tw_rng rng = tw_rng_new(seed, "csv");
    TW_SCOPED_BUF text = {0};
    TW_SCOPED_BUF want = {0};
    TW_SCOPED_BUF told = {0};
    for (int round = 0; round < 12; round++) {
        static char bytes[COLUMNS][FIELD_MAX];
        const char separator = ",;\t"[tw_rng_below(&rng, 3)];
        const size_t columns = 1 + tw_rng_below(&rng, COLUMNS);
        tw_buf_clear(&text);
        tw_buf_clear(&want);
        uint32_t line = 1;
        for (int r = 0; r < ROWS; r++) {
            struct tw_str field[COLUMNS];
            for (size_t c = 0; c < columns; c++)
                field[c] = (struct tw_str){bytes[c], random_field(&rng, bytes[c])};
            const struct tw_csv_row row = {.field = field, .n = columns, .line = line};
            csv_tell(&want, &row);
            size_t before = text.n;
            tw_csv_write(&text, field, columns, separator);
            for (size_t i = before; i < text.n; i++)
                line += text.p[i] == '\n' || (text.p[i] == '\r' && text.p[i + 1] != '\n');
        }
        csv_tell_the_same(tw_buf_view(&text), &(struct tw_csv_config){.separator = separator}, &told);
        CHECK(tw_str_eq(tw_buf_view(&told), tw_buf_view(&want)));
    }
}

int main(void)
{
    RUN(quotes_only_what_must_be_quoted);
    RUN(quotes_a_mark_that_would_be_taken_for_the_file_s);
    RUN(a_table_reads_back_as_it_was_written);
    return DONE();
}
