/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/reading.h"

#include <unistd.h>

#include "check.h"
#include "cli/table_priv.h"

static struct tw_fault fault;

static struct tw_cli cli_of(int argc, char **argv)
{
    struct tw_cli cli = {.command = command_find("evaluate")};
    fault = (struct tw_fault){0};
    CHECK(cli_parse(&cli, argc, argv, &fault) == TW_OK);
    return cli;
}

/* A writable copy of a literal for argv. */
#define WORD(text)                                                                                           \
    (char[])                                                                                                 \
    {                                                                                                        \
        text                                                                                                 \
    }

static void the_options_reach_the_input(void)
{
    TW_SCOPED(tw_cli_reading) *r = NULL;
    char *argv[] = {WORD("t"),       WORD("evaluate"), WORD("--map=kcs"),  WORD("--currency=KRW"),
                    WORD("--rates"), WORD("r.csv"),    WORD("--tariff=t"), WORD("--rejects=x")};
    struct tw_cli cli = cli_of(8, argv);
    CHECK(tw_cli_reading_new(&cli, &r, &fault) == TW_OK);
    const struct tw_input_options *o = tw_cli_reading_options(r);
    CHECK(tw_str_is(o->map->name, "kcs") && o->map->row_is_declaration);
    CHECK(strcmp(o->currency, "KRW") == 0 && strcmp(o->rates, "r.csv") == 0 && strcmp(o->tariff, "t") == 0);
    CHECK(strcmp(o->rejects, "x") == 0 && o->file == &cli.file && o->stop == tw_cli_stop());
}

static void the_map_is_canonical_when_none_is_named(void)
{
    TW_SCOPED(tw_cli_reading) *r = NULL;
    char *argv[] = {WORD("t"), WORD("evaluate")};
    struct tw_cli cli = cli_of(2, argv);
    CHECK(tw_cli_reading_new(&cli, &r, &fault) == TW_OK);
    const struct tw_input_options *o = tw_cli_reading_options(r);
    CHECK(tw_str_is(o->map->name, "canonical") && o->currency == NULL && o->rejects == NULL);
}

static void a_map_that_does_not_exist_is_told_with_those_that_do(void)
{
    struct tw_cli_reading *r = NULL;
    char *argv[] = {WORD("t"), WORD("evaluate"), WORD("--map"), WORD("kc")};
    struct tw_cli cli = cli_of(4, argv);
    CHECK(tw_cli_reading_new(&cli, &r, &fault) == TW_NOTFOUND && r == NULL);
    CHECK(strstr(fault.note, "kcs") != NULL && strstr(fault.note, "canonical") != NULL && cli.file == NULL);
    argv[3] = WORD("./none.yaml");
    cli = cli_of(4, argv);
    CHECK(tw_cli_reading_new(&cli, &r, &fault) == TW_NOTFOUND && r == NULL);
    CHECK(strcmp(cli.file, "./none.yaml") == 0);
}

/* What stderr gets while `rows` faults are told and summed up. */
static void told(struct tw_cli *cli, uint64_t rows, char *ret, size_t room)
{
    TW_SCOPED(tw_cli_reading) *r = NULL;
    int pipe_of[2], was = dup(STDERR_FILENO);
    CHECK(pipe(pipe_of) == 0 && tw_cli_reading_new(cli, &r, &fault) == TW_OK);
    fflush(stderr);
    dup2(pipe_of[1], STDERR_FILENO);
    cli->file = "f.csv";
    const struct tw_input_options *o = tw_cli_reading_options(r);
    for (uint64_t k = 0; k < rows; k++) {
        struct tw_fault why = {.code = TW_FORMAT, .line = (uint32_t)k + 2};
        snprintf(why.path, sizeof why.path, "%s", k % 2 == 0 ? "hs" : "");
        snprintf(why.note, sizeof why.note, "no.");
        struct tw_refused refused = {.culprit = true, .fault = &why};
        o->refused(o->to, &refused);
        refused.culprit = false;
        o->refused(o->to, &refused);
    }
    tw_cli_reading_summary(r, 7);
    fflush(stderr);
    dup2(was, STDERR_FILENO);
    close(was);
    close(pipe_of[1]);
    ssize_t n = read(pipe_of[0], ret, room - 1);
    CHECK(n >= 0 && cli->file == NULL);
    ret[n] = '\0';
    close(pipe_of[0]);
}

static size_t lines(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++) n += *text == '\n';
    return n;
}

static void refused_rows_are_told_one_by_one_then_summed_up(void)
{
    static char text[4096];
    char *argv[] = {WORD("t"), WORD("evaluate"), WORD("--rejects=bad.csv"), WORD("--quiet")};
    struct tw_cli cli = cli_of(3, argv);
    told(&cli, 2, text, sizeof text);
    CHECK(strcmp(text,
                 "tidewaiter: f.csv:2: hs: no.\ntidewaiter: f.csv:3: no.\nrefused: 7 declarations, 2 rows at "
                 "fault (1 in hs, 1 in the row itself); they are in bad.csv\n") == 0);
    told(&cli, 25, text, sizeof text);
    CHECK(lines(text) == 21 && strstr(text, "25 rows at fault (13 in hs, 12 in") != NULL);
    CHECK(strstr(text, "the first 20 are told above") != NULL);
    told(&cli, 0, text, sizeof text);
    CHECK(text[0] == '\0');
    cli = cli_of(4, argv);
    told(&cli, 2, text, sizeof text);
    CHECK(text[0] == '\0');
}

static void with_json_so_is_what_is_told(void)
{
    static char text[4096];
    char *argv[] = {WORD("t"), WORD("evaluate"), WORD("--json")};
    struct tw_cli cli = cli_of(3, argv);
    told(&cli, 1, text, sizeof text);
    CHECK(strcmp(text,
                 "{\"error\":\"FORMAT\",\"file\":\"f.csv\",\"line\":2,\"element\":\"hs\",\"note\":\"no.\"}\n"
                 "{\"refused\":{\"declarations\":7,\"rows_at_fault\":1,\"by_element\":{\"hs\":1}}}\n") == 0);
}

int main(void)
{
    RUN(the_options_reach_the_input);
    RUN(the_map_is_canonical_when_none_is_named);
    RUN(a_map_that_does_not_exist_is_told_with_those_that_do);
    RUN(refused_rows_are_told_one_by_one_then_summed_up);
    RUN(with_json_so_is_what_is_told);
    return DONE();
}
