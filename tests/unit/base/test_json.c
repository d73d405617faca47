/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <jansson.h>
#include <math.h>

#include "check.h"

static void writes_what_a_reader_reads(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_json j = {.out = &out};
    tw_json_begin_object(&j);
    tw_json_key(&j, "text");
    tw_json_text(&j, "a\"\\\b\f\n\r\t\x01/é");
    tw_json_key(&j, "list");
    tw_json_begin_array(&j);
    tw_json_i64(&j, INT64_MIN);
    tw_json_u64(&j, UINT64_MAX);
    tw_json_bool(&j, true);
    tw_json_bool(&j, false);
    tw_json_null(&j);
    tw_json_begin_object(&j);
    tw_json_end_object(&j);
    tw_json_begin_array(&j);
    tw_json_end_array(&j);
    tw_json_end_array(&j);
    tw_json_key(&j, "f64");
    tw_json_f64(&j, 0.1);
    tw_json_key(&j, "f32");
    tw_json_f32(&j, 0.1F);
    tw_json_key(&j, "fixed");
    tw_json_fixed(&j, 2.0 / 3, 3);
    tw_json_key(&j, "dec");
    tw_json_dec(&j, -1250, 2);
    tw_json_key(&j, "none");
    tw_json_f64(&j, (double)NAN);
    tw_json_key(&j, "raw");
    tw_json_raw(&j, TW_STR("{\"x\":1}"));
    tw_json_end_object(&j);
    CHECK(tw_str_is(tw_buf_view(&out),
                    "{\"text\":\"a\\\"\\\\\\b\\f\\n\\r\\t\\u0001/é\",\"list\":[-9223372036854775808,"
                    "18446744073709551615,true,false,null,{},[]],\"f64\":0.1,\"f32\":0.1,\"fixed\":0.667,"
                    "\"dec\":-12.50,\"none\":null,\"raw\":{\"x\":1}}"));
}

/* Whatever the bytes, a strict reader takes the text, and takes it back the same where it was UTF-8. */
static void any_bytes_make_json(void)
{
    for (int a = 0; a < 256; a++)
        for (int b = 0; b < 256; b += 5) {
            TW_SCOPED_BUF out = {0};
            struct tw_json j = {.out = &out};
            const char text[] = {'x', (char)a, (char)b, 'y'};
            tw_json_begin_array(&j);
            tw_json_str(&j, (struct tw_str){text, sizeof text});
            tw_json_end_array(&j);
            json_error_t error;
            json_t *root = json_loadb(out.p, out.n, JSON_ALLOW_NUL, &error);
            CHECK(root != NULL);
            const json_t *back = json_array_get(root, 0);
            if (tw_str_utf8((struct tw_str){text, sizeof text}, NULL))
                CHECK(json_string_length(back) == sizeof text &&
                      memcmp(json_string_value(back), text, sizeof text) == 0);
            json_decref(root);
        }
}

/* Any one byte at any place of a text of any length around the eight that are looked at together. */
static void any_byte_anywhere_is_written_as_it_must_be(void)
{
    for (size_t n = 1; n < 28; n++)
        for (size_t at = 0; at < n; at++)
            for (int c = 1; c < 128; c++) {
                TW_SCOPED_BUF out = {0};
                struct tw_json j = {.out = &out};
                char text[28];
                memset(text, at % 2 == 0 ? 'k' : ' ', sizeof text);
                text[at] = (char)c;
                tw_json_begin_object(&j);
                tw_json_key_n(&j, text, n);
                tw_json_str(&j, (struct tw_str){text, n});
                tw_json_end_object(&j);
                json_t *root = json_loadb(out.p, out.n, 0, NULL);
                const char *key = root != NULL ? json_object_iter_key(json_object_iter(root)) : "";
                CHECK(strlen(key) == n && memcmp(key, text, n) == 0);
                CHECK(strcmp(json_string_value(json_object_get(root, key)), key) == 0);
                const bool escaped = c < 0x20 || c == '"' || c == '\\';
                CHECK(escaped == (out.n > 2 * n + 7));
                json_decref(root);
            }
}

int main(void)
{
    RUN(writes_what_a_reader_reads);
    RUN(any_bytes_make_json);
    RUN(any_byte_anywhere_is_written_as_it_must_be);
    return DONE();
}
