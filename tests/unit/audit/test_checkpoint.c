/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/checkpoint.h"

#include "check.h"

#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

static void is_read_and_written_as_c2sp_has_it(void)
{
    static const char *const text[] = {"example.com/behind-the-sofa\n20852163\n" ROOT,
                                       "a\n0\n" ROOT "more\nand more\n", "a\n9223372036854775807\n" ROOT};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        struct tw_checkpoint c;
        TW_SCOPED_BUF out = {0};
        CHECK(tw_checkpoint_read(tw_str_from(text[i]), &c, NULL) == TW_OK && c.root[0] == 0x0a);
        tw_checkpoint_put(&c, &out);
        CHECK(tw_str_is(tw_buf_view(&out), text[i]));
        CHECK(c.size == (i == 0 ? 20852163u : i == 1 ? 0u : (uint64_t)INT64_MAX));
    }
}

static void what_is_none_is_refused_with_its_line(void)
{
    static char long_origin[400];
    memset(long_origin, 'x', 256);
    strcpy(long_origin + 256, "\n1\n" ROOT);
    const struct {
        const char *text;
        uint32_t line;
    } bad[] = {{"", 1},
               {"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=", 1},
               {"\n1\n" ROOT, 1},
               {long_origin, 1},
               {"a\n\n" ROOT, 2},
               {"a\n01\n" ROOT, 2},
               {"a\n1x\n" ROOT, 2},
               {"a\n-1\n" ROOT, 2},
               {"a\n9223372036854775808\n" ROOT, 2},
               {"a\n1\n", 3},
               {"a\n1\nCsUY\n", 3},
               {"a\n1\n?sUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", 3},
               {"a\n1\n" ROOT "\n", 4},
               {"a\n1\n" ROOT "b\n\nc\n", 5}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct tw_checkpoint c;
        struct tw_fault fault = {0};
        CHECK(tw_checkpoint_read(tw_str_from(bad[i].text), &c, &fault) == TW_FORMAT &&
              fault.line == bad[i].line);
        CHECK(tw_checkpoint_read(tw_str_from(bad[i].text), &c, NULL) == TW_FORMAT);
    }
}

int main(void)
{
    RUN(is_read_and_written_as_c2sp_has_it);
    RUN(what_is_none_is_refused_with_its_line);
    return DONE();
}
