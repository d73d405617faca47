/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "cli/table_priv.h"

static void commands_are_found_as_they_are_typed(void)
{
    CHECK(command_find("synth") != NULL && command_find("synth")->run == cmd_synth);
    CHECK(command_find("synt") == NULL && command_find("synthx") == NULL && command_find("") == NULL);
}

static void options_belong_to_their_command_or_to_all(void)
{
    enum command_id synth = command_find("synth")->id;
    CHECK(option_find(synth, "seed", 4) != NULL && option_find(synth, "json", 4) != NULL);
    CHECK(option_find(COMMAND_ALL, "seed", 4) == NULL);
    CHECK(option_find(synth, "seeds", 5) == NULL && option_find(synth, "see", 3) == NULL);
}

static void a_slip_of_the_pen_is_forgiven_and_no_more(void)
{
    enum command_id synth = command_find("synth")->id;
    CHECK(strcmp(command_near("snyth"), "synth") == 0);
    CHECK(strcmp(command_near("synthesise"), "") == 0);
    CHECK(strcmp(option_near(synth, "moths", 5), "months") == 0);
    CHECK(strcmp(option_near(synth, "declaration", 11), "declarations") == 0);
    CHECK(strcmp(option_near(synth, "a-name-that-is-longer-than-any-word-of-the-table", 48), "") == 0);
}

static void arguments_say_how_many_files_there_may_be(void)
{
    static const struct {
        const char *arguments;
        size_t min, max;
    } row[] = {{"", 0, 0},
               {"FILE", 1, 1},
               {"DECLARATIONS [FINDINGS]", 1, 2},
               {"[FILE]", 0, 1},
               {"FILE...", 1, TW_CLI_ARGS_MAX},
               {"[FILE...]", 0, TW_CLI_ARGS_MAX},
               {"OLD NEW [FILE...]", 2, TW_CLI_ARGS_MAX}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct command_takes takes = command_takes(&(struct tw_command){.arguments = row[i].arguments});
        CHECK(takes.min == row[i].min && takes.max == row[i].max);
    }
}

/* What help, completion and parsing rely on. */
static void the_table_is_well_formed(void)
{
    for (size_t i = 0; command_at(i) != NULL; i++) {
        const struct tw_command *c = command_at(i);
        CHECK(c->help[0] != '\0' && c->example[0] != '\0' && strchr(c->help, '\n') == NULL);
        CHECK(command_find(c->name) == c);
    }
    for (size_t i = 0; option_at(i) != NULL; i++) {
        const struct command_option *o = option_at(i);
        CHECK(o->help[0] != '\0' && strlen(o->name) < sizeof(struct name_typed));
        CHECK(option_find(o->command, o->name, strlen(o->name)) == o); /* no name twice */
        if (o->kind == OPTION_WHOLE) CHECK(o->argument[0] != '\0' && o->whole_from <= o->whole_to);
        if (o->kind == OPTION_REAL) CHECK(o->argument[0] != '\0' && o->real_from <= o->real_to);
        if (o->command == COMMAND_ALL) continue;
        for (size_t k = 0; option_at(k) != NULL; k++) /* nor one of every command's */
            CHECK(option_at(k)->command != COMMAND_ALL || strcmp(option_at(k)->name, o->name) != 0);
    }
}

int main(void)
{
    RUN(commands_are_found_as_they_are_typed);
    RUN(options_belong_to_their_command_or_to_all);
    RUN(a_slip_of_the_pen_is_forgiven_and_no_more);
    RUN(arguments_say_how_many_files_there_may_be);
    RUN(the_table_is_well_formed);
    return DONE();
}
