/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/publishing.h"

#include "cli/deciding.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "base/date.h"
#include "base/json.h"
#include "cli/action.h"
#include "cli/lists.h"
#include "engine/published.h"

enum { REMARKS_BYTES_MAX = 256 << 20 };

/* One call. */
struct call {
    struct tw_cli *cli;
    struct tw_criteria_limits limits;
    struct tw_lists lists;
    struct tw_watchlists named; /* the same */
    struct tw_set_reading how;  /* limits and lists */
    struct tw_signers *signers; /* NULL = not asked for */
    struct tw_signed set;
};

/* Reads lists and signers. All of it is to be closed, also where this fails. */
static tw_err open_call(struct call *c, const char *signers, struct tw_fault *fault)
{
    c->limits = tw_cli_criteria_limits(c->cli);
    TW_TRY(tw_cli_lists(c->cli, &c->lists, fault));
    c->named = (struct tw_watchlists){c->lists.at, c->lists.n};
    c->how = (struct tw_set_reading){&c->limits, &c->named};
    c->cli->file = signers;
    return signers != NULL ? tw_signing_signers(signers, &c->signers, fault) : TW_OK;
}

static tw_err read_set(struct call *c, struct tw_fault *fault)
{
    c->cli->file = c->cli->arg[1];
    return tw_signed_read(c->cli->arg[1], &c->how, &c->set, fault); /* what follows is about this file too */
}

static void close_call(struct call *c)
{
    tw_signed_clear(&c->set);
    tw_signers_free(c->signers);
    tw_lists_free(&c->lists);
}

static tw_err one_argument(const struct tw_cli *cli, const char *what, struct tw_fault *fault)
{
    if (cli->args == 2) return TW_OK;
    return tw_fail(fault, TW_ARG, "`criteria %s` takes one %s", cli->arg[0], what);
}

static tw_err needed(const struct tw_cli *cli, const char *option, const char *what, const char **ret,
                     struct tw_fault *fault)
{
    *ret = tw_cli_value(cli, option);
    if (*ret != NULL) return TW_OK;
    return tw_fail(fault, TW_ARG, "`criteria %s` needs --%s %s", cli->arg[0], option, what);
}

static tw_err write_out(const struct tw_cli *cli, struct tw_buf *out, struct tw_fault *fault)
{
    if (cli->json) tw_buf_char(out, '\n');
    return tw_cli_write(out, fault);
}

static void put_member(struct tw_json *j, const char *key, struct tw_str value)
{
    tw_json_key(j, key);
    tw_json_str(j, value);
}

static void put_set(struct tw_json *j, const char *path, const struct tw_criteria *set)
{
    char sum[TW_SHA256_HEX];
    tw_sha256_hex(tw_criteria_hash(set), sum);
    put_member(j, "file", tw_str_from(path));
    put_member(j, "set", tw_criteria_name(set));
    tw_json_key(j, "version");
    tw_json_i64(j, tw_criteria_version(set));
    put_member(j, "sha256", tw_str_from(sum));
}

static void put_set_words(struct tw_buf *out, const char *path, const struct tw_criteria *set)
{
    tw_buf_printf(out, "%s: %.*s, version %lld", path, TW_STR_ARG(tw_criteria_name(set)),
                  (long long)tw_criteria_version(set));
}

/* -- keygen */

tw_err tw_cli_keygen(struct tw_cli *cli, struct tw_fault *fault)
{
    TW_SCOPED_BUF out = {0}, line = {0}, print = {0};
    struct tw_json j = {.out = &out};
    uint8_t key[TW_ED25519_KEY];
    TW_TRY(one_argument(cli, "name: that of the file that the private key goes to", fault));
    const char *slash = strrchr(cli->arg[1], '/');
    const struct tw_str owner = tw_str_from(slash != NULL ? slash + 1 : cli->arg[1]);
    if (owner.n == 0 || owner.n > TW_SSH_COMMENT_MAX)
        return tw_fail(fault, TW_ARG, "the name of a key has up to %d bytes", TW_SSH_COMMENT_MAX);
    cli->file = cli->arg[1];
    TW_TRY(tw_signing_keygen(cli->arg[1], owner, key, fault));
    tw_ssh_key_put(key, owner, &line);
    tw_ssh_fingerprint(key, &print);
    if (cli->json) {
        tw_json_begin_object(&j);
        put_member(&j, "key", tw_buf_view(&line));
        put_member(&j, "fingerprint", tw_buf_view(&print));
        tw_json_end_object(&j);
    } else {
        tw_buf_str(&out, tw_buf_view(&line));
        tw_buf_char(&out, '\n');
    }
    tw_cli_note(cli,
                "%s is the private key and stays with its owner; the line, which %s.pub holds too, goes into "
                "the file of --signers",
                cli->arg[1], cli->arg[1]);
    return write_out(cli, &out, fault);
}

/* -- sign */

static tw_err role_of(const struct tw_cli *cli, enum tw_signer_role *ret, struct tw_fault *fault)
{
    const char *as = tw_cli_value(cli, "as");
    *ret = TW_SIGNER_AUTHOR;
    if (as == NULL) return TW_OK;
    for (int r = 0; r < TW_SIGNER_ROLES; r++) {
        if (!tw_str_is(tw_str_from(as), tw_signer_role_name((enum tw_signer_role)r))) continue;
        *ret = (enum tw_signer_role)r;
        return TW_OK;
    }
    return tw_fail(fault, TW_ARG, "--as takes author or reviewer, not '%.40s'", as);
}

/* Whoever signs is told what `criteria check` finds. */
static tw_err tell_remarks(const struct tw_cli *cli, const struct tw_criteria *set, struct tw_fault *fault)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    const struct tw_criteria_remark *r;
    size_t n;
    int32_t day;
    TW_TRY(tw_cli_day(cli, &day, fault));
    if (tw_arena_new(REMARKS_BYTES_MAX, &arena) != TW_OK ||
        tw_criteria_look(set, day, arena, &r, &n) != TW_OK)
        return tw_fail(fault, TW_NOMEM, "out of memory");
    for (size_t i = 0; i < n; i++)
        tw_cli_note(cli, "%s:%u: %.*s %.*s", cli->arg[1], r[i].criterion->line,
                    TW_STR_ARG(r[i].criterion->id), TW_STR_ARG(r[i].words));
    return TW_OK;
}

static tw_err put_sign(const struct call *c, enum tw_signer_role role, const uint8_t key[TW_ED25519_KEY],
                       struct tw_fault *fault)
{
    TW_SCOPED_BUF out = {0}, print = {0};
    struct tw_json j = {.out = &out};
    const char *as = tw_signer_role_name(role), *path = c->cli->arg[1];
    tw_ssh_fingerprint(key, &print);
    if (c->cli->json) {
        tw_json_begin_object(&j);
        put_set(&j, path, c->set.set);
        put_member(&j, "signed_as", tw_str_from(as));
        put_member(&j, "fingerprint", tw_buf_view(&print));
        tw_json_end_object(&j);
    } else {
        put_set_words(&out, path, c->set.set);
        tw_buf_printf(&out, ": signed as %s by %.*s, in %s.%s.sig\n", as, (int)print.n, print.p, path, as);
    }
    return write_out(c->cli, &out, fault);
}

static tw_err sign(struct call *c, const char *path, enum tw_signer_role role, struct tw_fault *fault)
{
    struct tw_ssh_private key;
    TW_TRY(open_call(c, NULL, fault));
    TW_TRY(read_set(c, fault));
    TW_TRY(tell_remarks(c->cli, c->set.set, fault));
    c->cli->file = path;
    TW_TRY(tw_signing_key(path, &key, fault));
    c->cli->file = c->cli->arg[1];
    tw_err err = tw_signing_sign(c->cli->arg[1], &c->set, role, &key, fault);
    if (err == TW_OK) err = put_sign(c, role, key.key, fault);
    tw_wipe(&key, sizeof key);
    return err;
}

tw_err tw_cli_sign(struct tw_cli *cli, struct tw_fault *fault)
{
    struct call c = {.cli = cli};
    enum tw_signer_role role;
    const char *key;
    TW_TRY(one_argument(cli, "set", fault));
    TW_TRY(needed(cli, "key", "FILE: the private key of who signs", &key, fault));
    TW_TRY(role_of(cli, &role, fault));
    const tw_err err = sign(&c, key, role, fault);
    close_call(&c);
    return err;
}

/* -- status */

enum state { DRAFT, REVIEWED, PUBLISHED };
static const char *const state_word[] = {"draft", "reviewed", "published"};

/* How a set stands. */
struct standing {
    enum state state;
    struct role_standing {
        const struct tw_signer *by; /* NULL = none that holds */
        struct tw_fault why;
    } role[TW_SIGNER_ROLES];
    struct tw_fault why; /* each holds, and yet they do not do together; code TW_OK = they do */
    int64_t in_use;      /* the version that is published instead; 0 = none */
};

static void judge(const struct call *c, int32_t day, struct standing *ret)
{
    const struct tw_signed_case k = tw_signed_case_of(&c->set, day);
    const struct tw_signer *by[TW_SIGNER_ROLES];
    *ret = (struct standing){.state = REVIEWED};
    for (int r = 0; r < TW_SIGNER_ROLES; r++) {
        struct role_standing *one = &ret->role[r];
        if (tw_signers_judge(c->signers, &k, (enum tw_signer_role)r, &one->by, &one->why) == TW_OK) continue;
        one->by = NULL;
        ret->state = DRAFT;
    }
    if (ret->state == REVIEWED && tw_signers_admit(c->signers, &k, by, &ret->why) != TW_OK)
        ret->state = DRAFT;
}

/* Is it the one that stands in the directory? */
static tw_err look_in(const struct call *c, const char *dir, struct standing *ret, struct tw_fault *fault)
{
    struct tw_published p;
    const tw_err err = tw_published_open(dir, c->signers, &c->how, &p, fault);
    if (err == TW_NOTFOUND && p.version == 0) return TW_OK; /* nothing has been published yet */
    TW_TRY(err);
    if (memcmp(tw_criteria_hash(p.files.set), tw_criteria_hash(c->set.set), TW_SHA256_BYTES) == 0)
        ret->state = PUBLISHED;
    else
        ret->in_use = p.version;
    tw_published_close(&p);
    return TW_OK;
}

static void put_signer_json(struct tw_json *j, const char *role, const struct role_standing *one)
{
    tw_json_key(j, role);
    tw_json_begin_object(j);
    if (one->by != NULL) {
        TW_SCOPED_BUF print = {0};
        tw_ssh_fingerprint(one->by->key, &print);
        put_member(j, "name", one->by->name);
        put_member(j, "fingerprint", tw_buf_view(&print));
    } else {
        put_member(j, "why", tw_str_from(one->why.note));
    }
    tw_json_end_object(j);
}

static void put_status_json(const char *path, const struct tw_criteria *set, const struct standing *k,
                            struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    tw_json_begin_object(&j);
    put_set(&j, path, set);
    put_member(&j, "state", tw_str_from(state_word[k->state]));
    for (int r = 0; r < TW_SIGNER_ROLES; r++)
        put_signer_json(&j, tw_signer_role_name((enum tw_signer_role)r), &k->role[r]);
    if (k->why.code != TW_OK) put_member(&j, "why", tw_str_from(k->why.note));
    if (k->in_use > 0) {
        tw_json_key(&j, "published_version");
        tw_json_i64(&j, k->in_use);
    }
    tw_json_end_object(&j);
}

static void put_status(const char *path, const struct tw_criteria *set, const struct standing *k,
                       struct tw_buf *out)
{
    put_set_words(out, path, set);
    tw_buf_printf(out, ", is %s%s\n", k->state == DRAFT ? "a " : "", state_word[k->state]);
    for (int r = 0; r < TW_SIGNER_ROLES; r++) {
        const struct role_standing *one = &k->role[r];
        tw_buf_printf(out, "  %-9s ", tw_signer_role_name((enum tw_signer_role)r));
        if (one->by != NULL) {
            tw_buf_printf(out, "%.*s, ", TW_STR_ARG(one->by->name));
            tw_ssh_fingerprint(one->by->key, out);
        } else {
            tw_buf_text(out, one->why.note);
        }
        tw_buf_char(out, '\n');
    }
    if (k->why.code != TW_OK) tw_buf_printf(out, "  but       %s\n", k->why.note);
    if (k->in_use > 0) tw_buf_printf(out, "  in use    version %lld\n", (long long)k->in_use);
}

static tw_err tell(struct tw_cli *cli, const struct tw_criteria *set, const struct standing *k,
                   struct tw_fault *fault)
{
    TW_SCOPED_BUF out = {0};
    if (cli->json)
        put_status_json(cli->arg[1], set, k, &out);
    else
        put_status(cli->arg[1], set, k, &out);
    cli->finding = k->state == DRAFT;
    return write_out(cli, &out, fault);
}

static tw_err status_of_set(struct call *c, struct tw_fault *fault)
{
    struct standing k;
    int32_t day;
    const char *dir = tw_cli_value(c->cli, "to");
    TW_TRY(tw_cli_day(c->cli, &day, fault));
    TW_TRY(read_set(c, fault));
    judge(c, day, &k);
    if (dir != NULL && k.state == REVIEWED) {
        c->cli->file = dir;
        TW_TRY(look_in(c, dir, &k, fault));
    }
    return tell(c->cli, c->set.set, &k, fault);
}

static tw_err status_of_dir(struct call *c, struct tw_fault *fault)
{
    struct tw_published p;
    struct standing k = {.state = PUBLISHED};
    c->cli->file = c->cli->arg[1];
    TW_TRY(tw_published_open(c->cli->arg[1], c->signers, &c->how, &p, fault));
    for (int r = 0; r < TW_SIGNER_ROLES; r++) k.role[r].by = p.by[r];
    const tw_err err = tell(c->cli, p.files.set, &k, fault);
    tw_published_close(&p);
    return err;
}

tw_err tw_cli_status(struct tw_cli *cli, struct tw_fault *fault)
{
    struct call c = {.cli = cli};
    struct stat st;
    const char *signers;
    TW_TRY(one_argument(cli, "set, or the directory of published ones", fault));
    TW_TRY(needed(cli, "signers", "FILE: who may sign", &signers, fault));
    const bool dir = stat(cli->arg[1], &st) == 0 && S_ISDIR(st.st_mode);
    tw_err err = open_call(&c, signers, fault);
    if (err == TW_OK) err = dir ? status_of_dir(&c, fault) : status_of_set(&c, fault);
    close_call(&c);
    return err;
}

/* -- publish */

static tw_err publish(struct call *c, const char *signers, const char *dir, struct tw_fault *fault)
{
    struct standing k = {.state = PUBLISHED};
    const struct tw_signer *by[TW_SIGNER_ROLES];
    TW_TRY(open_call(c, signers, fault));
    TW_TRY(read_set(c, fault));
    TW_TRY(tell_remarks(c->cli, c->set.set, fault));
    const struct tw_publishing what = {&c->set, c->signers, &c->how, tw_time_day((int64_t)time(NULL))};
    const struct tw_signed_case signed_case = tw_signed_case_of(what.set, what.day);
    TW_TRY(tw_signers_admit(c->signers, &signed_case, by, fault)); /* told of the file, the rest of `dir` */
    c->cli->file = dir;
    TW_TRY(tw_publish(dir, &what, by, fault));
    for (int r = 0; r < TW_SIGNER_ROLES; r++) k.role[r].by = by[r];
    return tell(c->cli, c->set.set, &k, fault);
}

tw_err tw_cli_publish(struct tw_cli *cli, struct tw_fault *fault)
{
    struct call c = {.cli = cli};
    const char *signers, *dir;
    TW_TRY(one_argument(cli, "set", fault));
    TW_TRY(needed(cli, "signers", "FILE: who may sign", &signers, fault));
    TW_TRY(needed(cli, "to", "DIR: the directory of the set's published versions", &dir, fault));
    if (tw_cli_value(cli, "at") != NULL)
        return tw_fail(fault, TW_ARG, "a set is published today, by the clock; leave --at out");
    const tw_err err = publish(&c, signers, dir, fault);
    close_call(&c);
    return err;
}
