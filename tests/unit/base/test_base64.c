/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include "fault.h"

/* RFC 4648, section 10. */
static const char *const vector[][2] = {{"", ""},
                                        {"f", "Zg=="},
                                        {"fo", "Zm8="},
                                        {"foo", "Zm9v"},
                                        {"foob", "Zm9vYg=="},
                                        {"fooba", "Zm9vYmE="},
                                        {"foobar", "Zm9vYmFy"}};

static void text_is_that_of_the_rfc_and_comes_back(void)
{
    for (size_t i = 0; i < sizeof vector / sizeof *vector; i++) {
        TW_SCOPED_BUF text = {0}, bytes = {0};
        tw_buf_base64(&text, vector[i][0], strlen(vector[i][0]));
        CHECK(tw_str_is(tw_buf_view(&text), vector[i][1]));
        CHECK(tw_base64_read(tw_buf_view(&text), &bytes) == TW_OK);
        CHECK(tw_str_is(tw_buf_view(&bytes), vector[i][0]));
    }
}

static void every_byte_comes_back(void)
{
    uint8_t all[256];
    for (size_t i = 0; i < sizeof all; i++) all[i] = (uint8_t)(255 - i);
    for (size_t n = 0; n <= sizeof all; n++) {
        TW_SCOPED_BUF text = {0}, bytes = {0};
        tw_buf_base64(&text, all, n);
        CHECK(tw_base64_read(tw_buf_view(&text), &bytes) == TW_OK);
        CHECK(bytes.n == n && (n == 0 || memcmp(bytes.p, all, n) == 0));
    }
}

static void one_text_alone_says_the_same_bytes(void)
{
    static const char *const wrong[] = {"Zg",   "Zg=",    "Zh==",  "Zm9=", "Z===",     "====",  "=Zg=",
                                        "Zg=a", "Zm9v\n", "Zm 9v", "Zm-_", "Zg==Zg==", "Zm9vY", "Zm9\xc3"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        TW_SCOPED_BUF bytes = {0};
        tw_buf_text(&bytes, "before");
        CHECK(tw_base64_read(tw_str_from(wrong[i]), &bytes) == TW_FORMAT);
        CHECK(tw_str_is(tw_buf_view(&bytes), "before"));
    }
}

static tw_err there_and_back(void)
{
    TW_SCOPED_BUF text = {0}, bytes = {0};
    tw_buf_base64(&text, "foobar", 6);
    if (text.failed) return TW_NOMEM;
    return tw_base64_read(tw_buf_view(&text), &bytes);
}

static void memory_that_is_short_is_told(void)
{
    CHECK(fault_each_allocation(there_and_back) >= 2);
}

int main(void)
{
    RUN(text_is_that_of_the_rfc_and_comes_back);
    RUN(every_byte_comes_back);
    RUN(one_text_alone_says_the_same_bytes);
    RUN(memory_that_is_short_is_told);
    return DONE();
}
