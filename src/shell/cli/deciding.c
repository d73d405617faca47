/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/deciding.h"

#include <sys/stat.h>

#include "base/date.h"
#include "engine/rules.h"
#include "store/file.h"

enum { SETTINGS_BYTES_MAX = 4 << 20, KEY_BYTES_MAX = TW_DRAW_KEY_MAX + 2 };

tw_err tw_cli_channels(struct tw_cli *cli, struct tw_arena *arena, struct tw_channel_settings *ret,
                       struct tw_fault *fault)
{
    const char *path = tw_cli_value(cli, "channels");
    *ret = tw_channel_defaults();
    if (path == NULL) return TW_OK;
    TW_SCOPED_BUF text = {0};
    struct tw_yaml *root = NULL;
    cli->file = path;
    TW_TRY(tw_file_in_all(path, SETTINGS_BYTES_MAX, &text, fault));
    TW_TRY(tw_yaml_parse(tw_buf_view(&text), arena, &root, fault));
    TW_TRY(tw_channel_settings_read(root, arena, ret, fault));
    cli->file = NULL;
    return TW_OK;
}

static tw_err read_draws(struct tw_cli *cli, struct tw_draws *ret, struct tw_fault *fault)
{
    const char *path = tw_cli_value(cli, "key");
    if (path == NULL) {
        *ret = tw_draws_of_seed((uint64_t)tw_cli_whole(cli, "seed"));
        return TW_OK;
    }
    if (tw_cli_flag(cli, "seed"))
        return tw_fail(fault, TW_ARG, "draws come from --key or from --seed, not from both");
    TW_SCOPED_BUF text = {0};
    cli->file = path;
    TW_TRY(tw_file_in_all(path, KEY_BYTES_MAX, &text, fault));
    TW_TRY(tw_draws_of_key(tw_buf_view(&text), ret, fault));
    cli->file = NULL;
    return TW_OK;
}

/* NULL: not given; or, of a station's rules, none is wanted. */
static const char *path_of(const struct tw_cli *cli, const char *name, bool of_station)
{
    const char *path = tw_cli_value(cli, name);
    return of_station && path != NULL && strcmp(path, TW_RULES_NONE) == 0 ? NULL : path;
}

/* A set decides as a draft, or as its signers published it; nobody is to take one for the other. */
static tw_err look_at_criteria(struct tw_cli *cli, const char *path, struct tw_fault *fault)
{
    struct stat st;
    const bool signers = tw_cli_value(cli, "signers") != NULL;
    if (path == NULL && signers)
        return tw_fail(fault, TW_ARG, "--signers is for published criteria; --criteria DIR names them");
    if (path == NULL || signers || stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) return TW_OK;
    cli->file = path;
    return tw_fail(fault, TW_ARG,
                   "a directory holds published sets; --signers FILE says who may have signed them");
}

struct tw_criteria_limits tw_cli_criteria_limits(const struct tw_cli *cli)
{
    return (struct tw_criteria_limits){.criteria = (uint32_t)tw_cli_whole(cli, "criteria_max"),
                                       .examples = (uint32_t)tw_cli_whole(cli, "criteria_examples"),
                                       .mib = (uint32_t)tw_cli_whole(cli, "criteria_mib"),
                                       .cel = {.bytes = (uint32_t)tw_cli_whole(cli, "condition_bytes"),
                                               .depth = (uint32_t)tw_cli_whole(cli, "condition_depth"),
                                               .list = (uint32_t)tw_cli_whole(cli, "condition_list"),
                                               .steps = (uint32_t)tw_cli_whole(cli, "criteria_steps")}};
}

static tw_err read_rules(struct tw_cli *cli, struct tw_cli_reading *reading, bool of_station,
                         struct tw_lists *lists, struct tw_run_options *ret, struct tw_fault *fault)
{
    struct tw_run_options o = {.model = path_of(cli, "model", of_station),
                               .criteria = path_of(cli, "criteria", of_station),
                               .signers = tw_cli_value(cli, "signers"),
                               .criteria_limits = tw_cli_criteria_limits(cli),
                               .limits = tw_profile_defaults(),
                               .duty_mix = tw_cli_real(cli, "duty_mix"),
                               .reasons = true};
    o.limits.de_minimis = tw_cli_real(cli, "de_minimis");
    o.memory_mib = (uint32_t)tw_cli_whole(cli, "memory");
    TW_TRY(look_at_criteria(cli, o.criteria, fault));
    TW_TRY(tw_cli_channels(cli, tw_cli_reading_arena(reading), &o.channels, fault));
    if (path_of(cli, "lists", of_station) != NULL) TW_TRY(tw_cli_lists(cli, lists, fault));
    o.lists = (struct tw_watchlists){lists->at, lists->n};
    o.input = *tw_cli_reading_options(reading);
    *ret = o;
    return TW_OK;
}

tw_err tw_cli_deciding_rules(struct tw_cli *cli, struct tw_cli_reading *reading, struct tw_lists *lists,
                             struct tw_run_options *ret, struct tw_fault *fault)
{
    return read_rules(cli, reading, true, lists, ret, fault);
}

tw_err tw_cli_deciding(struct tw_cli *cli, struct tw_cli_reading *reading, struct tw_lists *lists,
                       struct tw_run_options *ret, struct tw_fault *fault)
{
    struct tw_run_options o;
    TW_TRY(read_rules(cli, reading, false, lists, &o, fault));
    o.declarations = cli->arg[0];
    o.findings = tw_cli_value(cli, "findings");
    o.state = tw_cli_value(cli, "state");
    o.selected = tw_cli_value(cli, "selected");
    o.cancelled = tw_cli_value(cli, "cancelled");
    TW_TRY(read_draws(cli, &o.draws, fault));
    *ret = o;
    return TW_OK;
}

void tw_cli_deciding_note(const struct tw_cli *cli, const struct tw_run_options *o)
{
    if (cli->json) return; /* each decision says so itself */
    if (o->model == NULL)
        tw_cli_note(cli, "no model: decided by prices against what was seen before, and by chance; "
                         "`tidewaiter train` makes a model");
    if (o->lists.n > 0 && o->criteria == NULL)
        tw_cli_note(cli, "no criteria: nothing asks the lists that were read; --criteria FILE does");
    if (o->criteria != NULL && o->signers == NULL)
        tw_cli_note(
            cli,
            "the criteria are a draft: good for trying; `tidewaiter criteria publish` puts sets into use "
            "that two people have signed, and --signers takes no others");
    if (o->draws.seeded)
        tw_cli_note(
            cli,
            "draws come from --seed %lld, so whoever knows it can foretell them; --key FILE keeps them "
            "secret",
            (long long)tw_cli_whole(cli, "seed"));
}

void tw_cli_deciding_window(const struct tw_run_options *o, const struct tw_run_summary *s,
                            const char *before, struct tw_buf *out)
{
    if (s->window_new != TW_WINDOW_KEPT) tw_buf_text(out, before);
    switch (s->window_new) {
    case TW_WINDOW_KEPT:
        return;
    case TW_WINDOW_MODEL:
        tw_buf_text(out, "begun anew: the scores in the state were another model's");
        return;
    case TW_WINDOW_ORDER:
        tw_buf_text(out, "begun anew: the scores in the state were ordered with another --duty-mix");
        return;
    case TW_WINDOW_EMPTY:
        tw_buf_printf(
            out,
            "empty: the model's scores are ordered with another --duty-mix, so score selected nothing among "
            "the first %lld declarations; train with this mix, or leave --duty-mix out",
            (long long)o->channels.window_min);
        return;
    }
}

void tw_cli_deciding_manifests(const struct tw_run_summary *s, const char *before, struct tw_buf *out)
{
    if (s->manifests == TW_RUN_AS_TAUGHT) return;
    tw_buf_text(out, before);
    tw_buf_text(
        out,
        s->manifests == TW_RUN_WITHOUT
            ? "none, but the model's score goes by them: it takes every gap for unknown; give --manifests"
            : "held against the declarations, but the model's score does not go by them; train with "
              "--manifests");
}

const char *tw_cli_deciding_taught(const struct tw_run_summary *s)
{
    static const char *const word[] = {
        [TW_RUN_AS_TAUGHT] = "as_taught", [TW_RUN_WITHOUT] = "missing", [TW_RUN_UNTAUGHT] = "untaught"};
    return word[s->manifests];
}

void tw_cli_deciding_full(const struct tw_run_summary *s, const char *before, struct tw_buf *out)
{
    enum { DAY_S = 86400 };
    for (size_t i = 0; i < s->fullest_n; i++) {
        const struct tw_run_full *f = &s->fullest[i];
        char room[32];
        struct tw_buf when = tw_buf_in(room, sizeof room);
        tw_buf_time(&when, f->shift);
        when.n = f->shift % DAY_S == 0 ? 10 : 16; /* 2026-11-23T06:00:00Z: the day, or the minute */
        if (when.n > 10) room[10] = ' ';
        tw_buf_printf(
            out,
            "%soffice %s, %s %.*s: %s can take %lld, and %llu had to be controlled all the same; move "
            "examiners there, or ask for less",
            before, f->office[0] != '\0' ? f->office : "(none)", f->shift % DAY_S == 0 ? "day" : "shift of",
            (int)when.n, room, tw_channel_name(f->channel), (long long)f->capacity,
            (unsigned long long)f->capacity + f->beyond);
    }
    if (s->beyond_shifts > s->fullest_n)
        tw_buf_printf(out, "%sso it was in %llu more shifts", before,
                      (unsigned long long)(s->beyond_shifts - s->fullest_n));
}
