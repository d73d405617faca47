/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/action.h"
#include "cli/progress.h"
#include "cli/station.h"
#include "cli/table_priv.h"
#include "engine/erase.h"
#include "engine/station_check.h"
#include "engine/station_restore.h"

struct check {
    struct tw_cli *cli;
    struct tw_buf out;
};

static void on_damage(void *to, const struct tw_db_damage *d)
{
    struct check *c = to;
    tw_buf_printf(&c->out, "%s%s%s\n", d->table, d->table[0] != '\0' ? ": " : "", d->what);
}

static tw_err open_db(struct tw_cli *cli, bool without_keys, struct tw_db **ret, struct tw_fault *fault)
{
    const struct tw_db_options how = {.read_only = true, .without_keys = without_keys};
    const char *dir = tw_cli_value(cli, "station");
    if (dir == NULL)
        return tw_fail(fault, TW_ARG, "`station` needs --station DIR, which `tidewaiter init` makes");
    cli->file = dir;
    TW_TRY(tw_db_open(dir, &how, ret, fault));
    cli->file = NULL;
    return TW_OK;
}

/* What pages and references do not tell. */
static tw_err check_rows(struct tw_cli *cli, const struct tw_db_checker *how, uint64_t *damages,
                         struct tw_fault *fault)
{
    TW_SCOPED(tw_station) *s = NULL;
    TW_TRY(tw_cli_station(cli, true, &s, fault));
    return tw_station_check(s, how, damages, fault);
}

static tw_err check(struct tw_cli *cli, struct tw_fault *fault)
{
    struct check c = {.cli = cli};
    uint64_t damages = 0;
    bool erasing = false;
    TW_SCOPED(tw_db) *db = NULL;
    const struct tw_db_checker checker = {&c, on_damage, tw_cli_stop()};
    const char *file = cli->args == 2 ? cli->arg[1] : NULL;
    tw_err err;
    if (file != NULL) {
        cli->file = file;
        err = tw_db_check_file(file, &checker, &damages, fault);
    } else {
        err = open_db(cli, false, &db, fault);
        if (err == TW_OK) err = tw_db_check(db, &checker, &damages, fault);
        if (err == TW_OK) err = tw_erase_pending(db, &erasing, fault);
        if (err == TW_OK && damages == 0 && !erasing) err = check_rows(cli, &checker, &damages, fault);
    }
    if (err == TW_OK) {
        cli->file = NULL;
        cli->finding = damages > 0 || erasing;
        if (damages == 0)
            tw_buf_text(&c.out, "no damage\n");
        else
            tw_buf_printf(&c.out, "%llu damages; restore the last backup (docs/operations.md)\n",
                          (unsigned long long)damages);
        if (erasing)
            tw_buf_text(&c.out, "an erasure was cut off: `tidewaiter erase resume` goes on with it\n");
        err = tw_cli_write(&c.out, fault);
    }
    tw_buf_free(&c.out);
    return err;
}

static bool on_step(void *to, uint64_t done, uint64_t total)
{
    tw_progress_at(to, done, total, done);
    return !tw_cli_interrupted();
}

static tw_err copy(struct tw_cli *cli, struct tw_db *db, struct tw_fault *fault)
{
    struct tw_progress progress;
    cli->file = cli->arg[1];
    tw_progress_begin(&progress, cli, "pages");
    const struct tw_db_progress step = {&progress, on_step};
    const tw_err err = tw_db_backup(db, cli->arg[1], &step, fault);
    tw_progress_end(&progress);
    TW_TRY(err);
    cli->file = NULL;
    return TW_OK;
}

/* The keys behind the rest: so they open all of it. */
static tw_err backup(struct tw_cli *cli, struct tw_fault *fault)
{
    TW_SCOPED(tw_db) *db = NULL;
    const char *keys = tw_cli_value(cli, "keys");
    if (cli->args != 2)
        return tw_fail(fault, TW_ARG, "`station backup` takes the file that is to be written");
    TW_TRY(open_db(cli, keys == NULL, &db, fault));
    TW_TRY(copy(cli, db, fault));
    if (keys == NULL) {
        tw_cli_note(cli,
                    "%s is a copy of station.db; keys.db is not in it and has a place of its own "
                    "(docs/operations.md)",
                    cli->arg[1]);
        return TW_OK;
    }
    cli->file = keys;
    TW_TRY(tw_station_backup_keys(tw_cli_value(cli, "station"), db, keys, fault));
    cli->file = NULL;
    tw_cli_note(
        cli,
        "%s is a copy of station.db; %s and %s.print are the keys to it: keep them elsewhere, and no longer "
        "than the law gives you to erase (docs/operations.md)",
        cli->arg[1], keys, keys);
    return TW_OK;
}

static tw_err restore(struct tw_cli *cli, struct tw_fault *fault)
{
    struct tw_progress progress;
    uint64_t without_key = 0;
    const struct tw_db_progress step = {&progress, on_step};
    const struct tw_station_restore o = {.station = cli->args == 2 ? cli->arg[1] : NULL,
                                         .keys = tw_cli_value(cli, "keys"),
                                         .dir = tw_cli_value(cli, "station"),
                                         .signer = tw_cli_value(cli, "signer"),
                                         .progress = &step,
                                         .stop = tw_cli_stop()};
    if (o.station == NULL || o.keys == NULL || o.dir == NULL)
        return tw_fail(
            fault, TW_ARG,
            "`station restore` takes the copy of station.db, --keys FILE and --station DIR, which is made");
    cli->file = o.station;
    tw_progress_begin(&progress, cli, "pages");
    const tw_err err = tw_station_restore(&o, &without_key, fault);
    tw_progress_end(&progress);
    TW_TRY(err);
    cli->file = NULL;
    tw_cli_note(cli, "%s is a station, as it was when it was copied%s", o.dir,
                o.signer != NULL ? "; its signer has signed no more than is there" : ", for reading");
    if (without_key > 0)
        tw_cli_note(
            cli,
            "%llu of what is sealed have no key: they were erased since, or came in behind the copy of the "
            "keys",
            (unsigned long long)without_key);
    return TW_OK;
}

tw_err cmd_station(struct tw_cli *cli, struct tw_fault *fault)
{
    static const char *const word[] = {"check", "backup", "restore"};
    static tw_err (*const act[])(struct tw_cli *, struct tw_fault *) = {check, backup, restore};
    size_t action = 0;
    TW_TRY(tw_cli_action(cli, word, sizeof word / sizeof *word, &action, fault));
    return act[action](cli, fault);
}
