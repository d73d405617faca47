/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/action.h"
#include "cli/progress.h"
#include "cli/table_priv.h"
#include "engine/erase.h"
#include "store/db.h"

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

static tw_err backup(struct tw_cli *cli, struct tw_fault *fault)
{
    TW_SCOPED(tw_db) *db = NULL;
    struct tw_progress progress;
    if (cli->args != 2)
        return tw_fail(fault, TW_ARG, "`station backup` takes the file that is to be written");
    TW_TRY(open_db(cli, true, &db, fault));
    cli->file = cli->arg[1];
    tw_progress_begin(&progress, cli, "pages");
    const struct tw_db_progress step = {&progress, on_step};
    const tw_err err = tw_db_backup(db, cli->arg[1], &step, fault);
    tw_progress_end(&progress);
    TW_TRY(err);
    cli->file = NULL;
    tw_cli_note(
        cli,
        "%s is a copy of station.db; keys.db is not in it and has a place of its own (docs/operations.md)",
        cli->arg[1]);
    return TW_OK;
}

tw_err cmd_station(struct tw_cli *cli, struct tw_fault *fault)
{
    static const char *const word[] = {"check", "backup"};
    size_t action = 0;
    TW_TRY(tw_cli_action(cli, word, 2, &action, fault));
    return action == 0 ? check(cli, fault) : backup(cli, fault);
}
