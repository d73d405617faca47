/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table_priv.h"
#include "fault.h"

static bool fits(struct tw_buf *text, size_t width)
{
    size_t n = 0;
    for (size_t i = 0; i < text->n; i++) {
        n = text->p[i] == '\n' ? 0 : n + 1;
        if (n > width) return false;
    }
    return text->n > 0 && !text->failed;
}

static bool has(const struct tw_buf *text, const char *words)
{
    return memmem(text->p, text->n, words, strlen(words)) != NULL;
}

static void the_program_names_every_command(void)
{
    TW_SCOPED_BUF out = {0};
    help_program(&out);
    for (size_t i = 0; command_at(i) != NULL; i++) {
        struct name_typed room;
        CHECK(has(&out, name_typed(command_at(i)->name, &room)));
    }
}

static void help_fits_a_terminal(void)
{
    TW_SCOPED_BUF out = {0};
    help_program(&out);
    for (size_t i = 0; command_at(i) != NULL; i++) help_command(command_at(i), &out);
    for (char *p = out.p; p < out.p + out.n; p++) /* the usage and the example are as long as they must be */
        CHECK((unsigned char)*p < 0x80);
    TW_SCOPED_BUF program = {0};
    help_program(&program);
    CHECK(fits(&program, 84));
}

static void every_command_shows_its_options_and_an_example(void)
{
    for (size_t i = 0; command_at(i) != NULL; i++) {
        TW_SCOPED_BUF out = {0};
        help_command(command_at(i), &out);
        CHECK(has(&out, command_at(i)->example) && has(&out, "usage: tidewaiter "));
        for (size_t k = 0; option_at(k) != NULL; k++) {
            struct name_typed room;
            char typed[64];
            const char *name = option_at(k)->name; /* of another command's, or of one here too */
            snprintf(typed, sizeof typed, "\n  --%s%s", name_typed(name, &room),
                     option_at(k)->argument[0] != '\0' ? " " : "");
            CHECK(has(&out, typed) == (option_find(command_at(i)->id, name, strlen(name)) != NULL));
        }
    }
}

static void numbers_show_their_range_and_default(void)
{
    struct command_option o = {
        .help = "how many", .kind = OPTION_WHOLE, .whole_from = 1, .whole_to = 9, .whole_otherwise = 5};
    TW_SCOPED_BUF out = {0};
    option_words(&out, &o);
    CHECK(tw_str_is(tw_buf_view(&out), "how many (1 to 9, default 5)"));
    o.whole_to = INT64_MAX;
    o.whole_otherwise = 0; /* outside: not given means something else */
    tw_buf_clear(&out);
    option_words(&out, &o);
    CHECK(tw_str_is(tw_buf_view(&out), "how many (1 and up)"));
    o = (struct command_option){.help = "share", .kind = OPTION_REAL, .real_to = 1, .real_otherwise = 0.25};
    tw_buf_clear(&out);
    option_words(&out, &o);
    CHECK(tw_str_is(tw_buf_view(&out), "share (0 to 1, default 0.25)"));
}

static tw_err all_pages(void)
{
    TW_SCOPED_BUF out = {0};
    help_program(&out);
    help_command(command_at(0), &out);
    print_man(&out);
    print_bash(&out);
    return out.failed ? TW_NOMEM : TW_OK;
}

static void pages_survive_a_lack_of_memory(void)
{
    CHECK(fault_each_allocation(all_pages) > 2);
}

int main(void)
{
    RUN(the_program_names_every_command);
    RUN(help_fits_a_terminal);
    RUN(every_command_shows_its_options_and_an_example);
    RUN(numbers_show_their_range_and_default);
    RUN(pages_survive_a_lack_of_memory);
    return DONE();
}
