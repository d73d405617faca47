/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "cli/table_priv.h"

/* Rows of synth serve as examples; its words must not matter here, only their kinds. */
static tw_err parse(struct tw_cli *cli, struct tw_fault *fault, const char *a, const char *b, const char *c)
{
    static char program[] = "tidewaiter", command[] = "synth";
    char words[3][64], *argv[6] = {program, command};
    const char *given[3] = {a, b, c};
    int argc = 2;
    for (int i = 0; i < 3 && given[i] != NULL; i++) {
        snprintf(words[i], sizeof words[i], "%s", given[i]);
        argv[argc++] = words[i];
    }
    *cli = (struct tw_cli){.command = command_find("synth")};
    *fault = (struct tw_fault){0};
    return cli_parse(cli, argc, argv, fault);
}

static void options_that_are_not_given_have_their_rows_value(void)
{
    struct tw_cli cli;
    struct tw_fault fault;
    CHECK(parse(&cli, &fault, NULL, NULL, NULL) == TW_OK);
    CHECK(tw_cli_whole(&cli, "seed") == 1 && tw_cli_whole(&cli, "declarations") == 0);
    CHECK(tw_cli_value(&cli, "world") == NULL && !tw_cli_flag(&cli, "json") && !cli.json && !cli.quiet);
    CHECK(cli.args == 0);
}

static void a_value_follows_or_is_glued_on(void)
{
    struct tw_cli cli;
    struct tw_fault fault;
    CHECK(parse(&cli, &fault, "--seed", "12", NULL) == TW_OK && tw_cli_whole(&cli, "seed") == 12);
    CHECK(parse(&cli, &fault, "--seed=13", NULL, NULL) == TW_OK && tw_cli_whole(&cli, "seed") == 13);
    CHECK(parse(&cli, &fault, "--world=--odd", NULL, NULL) == TW_OK);
    CHECK(parse(&cli, &fault, "--world", "-", NULL) == TW_OK && cli.args == 0);
}

static void the_last_of_several_counts(void)
{
    struct tw_cli cli;
    struct tw_fault fault;
    CHECK(parse(&cli, &fault, "--seed=1", "--seed=2", "--seed=3") == TW_OK &&
          tw_cli_whole(&cli, "seed") == 3);
}

static void numbers_out_of_range_are_refused_at_both_ends(void)
{
    struct tw_cli cli;
    struct tw_fault fault;
    CHECK(parse(&cli, &fault, "--months=120", NULL, NULL) == TW_OK && tw_cli_whole(&cli, "months") == 120);
    CHECK(parse(&cli, &fault, "--months=1", NULL, NULL) == TW_OK && tw_cli_whole(&cli, "months") == 1);
    CHECK(parse(&cli, &fault, "--months=121", NULL, NULL) == TW_ARG);
    CHECK(strcmp(fault.note, "--months takes a whole number from 1 to 120, not '121'") == 0);
    CHECK(parse(&cli, &fault, "--months=0", NULL, NULL) == TW_ARG);
    CHECK(parse(&cli, &fault, "--months=", NULL, NULL) == TW_ARG);
    CHECK(parse(&cli, &fault, "--months=1.5", NULL, NULL) == TW_ARG);
    CHECK(parse(&cli, &fault, "--seed=9223372036854775808", NULL, NULL) == TW_ARG);
}

static void json_is_known_even_after_a_fault(void)
{
    struct tw_cli cli;
    struct tw_fault fault;
    CHECK(parse(&cli, &fault, "--json", "--nonsense", NULL) == TW_ARG && cli.json);
}

static void quiet_has_a_short_form(void)
{
    struct tw_cli cli;
    struct tw_fault fault;
    CHECK(parse(&cli, &fault, "-q", NULL, NULL) == TW_OK && cli.quiet);
    CHECK(parse(&cli, &fault, "--quiet", NULL, NULL) == TW_OK && cli.quiet);
}

static void help_wins_over_what_is_wrong_besides(void)
{
    struct tw_cli cli;
    struct tw_fault fault;
    CHECK(parse(&cli, &fault, "--nonsense", "x", "--help") == TW_OK && tw_cli_flag(&cli, "help"));
    CHECK(parse(&cli, &fault, "--", "--help", NULL) == TW_ARG); /* behind -- it is a file */
}

static void too_many_options_and_files_are_limits(void)
{
    static char program[] = "tidewaiter", command[] = "synth", option[] = "--json", file[] = "f";
    char *argv[80] = {program, command};
    struct tw_fault fault = {0};
    for (int i = 2; i < 80; i++) argv[i] = option;
    struct tw_cli cli = {.command = command_find("synth")};
    CHECK(cli_parse(&cli, 2 + TW_CLI_OPTIONS_MAX, argv, &fault) == TW_OK);
    cli = (struct tw_cli){.command = command_find("synth")};
    CHECK(cli_parse(&cli, 3 + TW_CLI_OPTIONS_MAX, argv, &fault) == TW_ARG);
    CHECK(strcmp(fault.note, "more than 64 options in one call") == 0);
    for (int i = 2; i < 80; i++) argv[i] = file;
    cli = (struct tw_cli){.command = command_find("synth")};
    CHECK(cli_parse(&cli, 3 + TW_CLI_ARGS_MAX, argv, &fault) == TW_ARG);
    CHECK(strcmp(fault.note, "more than 64 files in one call") == 0);
}

/* Every example of the table is one that its own command takes. */
static void every_example_is_understood(void)
{
    for (size_t i = 0; command_at(i) != NULL; i++) {
        char text[512], *argv[64], *rest = NULL;
        int argc = 0;
        CHECK(strlen(command_at(i)->example) < sizeof text);
        snprintf(text, sizeof text, "%s", command_at(i)->example);
        for (char *w = strtok_r(text, " ", &rest); w != NULL && strcmp(w, "|") != 0 && strcmp(w, ">") != 0;
             w = strtok_r(NULL, " ", &rest))
            argv[argc++] = w;
        CHECK(argc >= 2 && strcmp(argv[0], "tidewaiter") == 0);
        CHECK(command_find(argv[1]) == command_at(i));
        struct tw_cli cli = {.command = command_at(i)};
        struct tw_fault fault = {0};
        CHECK(cli_parse(&cli, argc, argv, &fault) == TW_OK);
    }
}

int main(void)
{
    RUN(options_that_are_not_given_have_their_rows_value);
    RUN(a_value_follows_or_is_glued_on);
    RUN(the_last_of_several_counts);
    RUN(numbers_out_of_range_are_refused_at_both_ends);
    RUN(json_is_known_even_after_a_fault);
    RUN(quiet_has_a_short_form);
    RUN(help_wins_over_what_is_wrong_besides);
    RUN(too_many_options_and_files_are_limits);
    RUN(every_example_is_understood);
    return DONE();
}
