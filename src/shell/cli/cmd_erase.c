/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/json.h"
#include "cli/action.h"
#include "cli/station.h"
#include "cli/table_priv.h"
#include "engine/erase.h"
#include "engine/signing.h"
#include "store/file.h"

enum { ARENA_BYTES = 256 << 20, FIND_BYTES_MAX = 1 << 20, PATH_BYTES = 4096 };

/* One call that looks at a station. */
struct call {
    struct tw_cli *cli;
    struct tw_station *station;
    struct tw_arena *arena;
    struct tw_retention rule;
    struct tw_erase_ids whom;
    struct tw_buf bytes; /* of the request */
};

static tw_err begin(struct call *c, struct tw_fault *fault)
{
    if (tw_arena_new(ARENA_BYTES, &c->arena) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    TW_TRY(tw_cli_station(c->cli, true, &c->station, fault));
    c->cli->file = tw_cli_value(c->cli, "station");
    TW_TRY(tw_erase_retention(c->station, c->arena, &c->rule, fault));
    c->cli->file = NULL;
    return TW_OK;
}

static void end(struct call *c)
{
    tw_station_free(c->station);
    tw_arena_free(c->arena);
    tw_buf_free(&c->bytes);
}

static tw_err one_request(const struct tw_cli *cli, struct tw_fault *fault)
{
    if (cli->args == 2) return TW_OK;
    return tw_fail(fault, TW_ARG, "`erase %s` takes one request, which `erase ask` writes", cli->arg[0]);
}

static tw_err read_request(struct tw_cli *cli, struct tw_buf *bytes, struct tw_arena *arena,
                           struct tw_erase_request *ret, struct tw_fault *fault)
{
    cli->file = cli->arg[1];
    TW_TRY(tw_file_in_all(cli->arg[1], TW_ERASE_REQUEST_MAX, bytes, fault));
    TW_TRY(tw_erase_request_read(tw_buf_view(bytes), arena, ret, fault));
    cli->file = NULL;
    return TW_OK;
}

/* -- how it stands */

static void put_text(struct tw_json *j, const char *key, struct tw_str text)
{
    if (text.n == 0) return;
    tw_json_key(j, key);
    tw_json_str(j, text);
}

static void put_json(const struct tw_erase_case *k, const char *hex, const struct tw_fault *why,
                     struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    char room[16];
    struct tw_buf day = tw_buf_in(room, sizeof room);
    if (k->from != TW_NO_DAY) tw_buf_day(&day, k->from);
    tw_json_begin_object(&j);
    put_text(&j, "party", tw_str_from(hex));
    put_text(&j, "id", k->party.id);
    put_text(&j, "name", k->party.name);
    put_text(&j, "street", k->party.street);
    put_text(&j, "postcode", k->party.postcode);
    put_text(&j, "city", k->party.city);
    tw_json_key(&j, "declarations");
    tw_json_u64(&j, k->declarations);
    tw_json_key(&j, "manifests");
    tw_json_u64(&j, k->manifests);
    put_text(&j, "from", tw_buf_view(&day));
    tw_json_key(&j, "may");
    tw_json_bool(&j, why->code == TW_OK);
    put_text(&j, "why", tw_str_from(why->note));
    tw_json_end_object(&j);
    tw_buf_char(out, '\n');
}

static void put_words(const struct tw_erase_case *k, const char *hex, const struct tw_fault *why,
                      struct tw_buf *out)
{
    const struct tw_str part[] = {k->party.id, k->party.name, k->party.street, k->party.postcode,
                                  k->party.city};
    tw_buf_printf(out, "%s ", hex);
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        if (part[i].n > 0) tw_buf_printf(out, " %.*s", TW_STR_ARG(part[i]));
    tw_buf_printf(out, "\n  %llu declarations and %llu manifests name it; %s\n",
                  (unsigned long long)k->declarations, (unsigned long long)k->manifests,
                  why->code == TW_OK ? "it may be erased" : why->note);
}

/* Appends how it stands with a party; *why = what is against it, code TW_OK: nothing. */
static tw_err put_case(struct call *c, const uint8_t party[TW_DB_ID], struct tw_fault *why,
                       struct tw_erase_case *ret, struct tw_buf *out, struct tw_fault *fault)
{
    char hex[TW_ERASE_HEX];
    tw_erase_hex(party, hex);
    *why = (struct tw_fault){.code = TW_OK};
    TW_TRY(tw_erase_look(c->station, &c->rule, party, c->arena, ret, fault));
    TW_IGNORE(tw_erase_may(ret, tw_time_day(tw_station_now(c->station)), why));
    if (c->cli->json)
        put_json(ret, hex, why, out);
    else
        put_words(ret, hex, why, out);
    return TW_OK;
}

/* -- ask */

/* Those whose number or name is a line of the file. */
static tw_err find_whom(struct call *c, const char *find, struct tw_fault *fault)
{
    TW_SCOPED_BUF text = {0};
    c->cli->file = find;
    TW_TRY(tw_file_in_all(find, FIND_BYTES_MAX, &text, fault));
    TW_TRY(tw_erase_find(c->station, tw_buf_view(&text), c->arena, &c->whom, fault));
    if (c->whom.n == 0)
        return tw_fail(fault, TW_NOTFOUND,
                       "no party of this station has such a number or name, or it was erased before");
    c->cli->file = NULL;
    return TW_OK;
}

static tw_err add_one(struct call *c, const char *text, struct tw_fault *fault)
{
    uint8_t id[TW_DB_ID];
    TW_TRY(tw_erase_whom(c->station, tw_str_from(text), id, fault));
    for (size_t i = 0; i < c->whom.n; i++)
        if (memcmp(c->whom.at[i], id, sizeof id) == 0) return TW_OK;
    if (c->whom.n == TW_ERASE_PARTIES_MAX)
        return tw_fail(fault, TW_LIMIT, "a request names up to %d parties", TW_ERASE_PARTIES_MAX);
    memcpy(c->whom.at[c->whom.n++], id, sizeof id);
    return TW_OK;
}

static tw_err add_whom(struct call *c, struct tw_fault *fault)
{
    const char *find = tw_cli_value(c->cli, "find");
    if (c->cli->args == 1 && find == NULL)
        return tw_fail(fault, TW_ARG, "`erase ask` takes whom it is about, or --find FILE");
    c->whom.at = tw_arena_array(c->arena, TW_ERASE_PARTIES_MAX, TW_DB_ID);
    if (c->whom.at == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    if (find != NULL) TW_TRY(find_whom(c, find, fault));
    for (size_t i = 1; i < c->cli->args; i++) TW_TRY(add_one(c, c->cli->arg[i], fault));
    return TW_OK;
}

static tw_err write_request(struct call *c, struct tw_fault *fault)
{
    const struct tw_file_options how = {.stop = tw_cli_stop()};
    const char *to = tw_cli_value(c->cli, "out");
    TW_SCOPED(tw_file_out) *out = NULL;
    c->cli->file = to;
    TW_TRY(tw_file_out_open(to != NULL ? to : "-", &how, &out, fault));
    TW_TRY(tw_file_out_write(out, c->bytes.p, c->bytes.n, fault));
    TW_TRY(tw_file_out_commit(out, fault));
    c->cli->file = NULL;
    return TW_OK;
}

static tw_err put_request(struct call *c, struct tw_str reason, struct tw_fault *fault)
{
    struct tw_str station;
    TW_SCOPED_BUF rule = {0};
    struct tw_erase_request r = {.at = tw_station_now(c->station),
                                 .party = (const uint8_t(*)[TW_DB_ID])c->whom.at,
                                 .parties = c->whom.n,
                                 .reason = reason};
    TW_TRY(tw_db_meta(tw_station_db(c->station), TW_STR("station"), c->arena, &station, fault));
    if (station.n != TW_DB_ID) return tw_fail(fault, TW_FORMAT, "the station does not know its own id");
    memcpy(r.station, station.s, TW_DB_ID);
    tw_retention_put(&c->rule, &rule);
    r.rule = tw_buf_view(&rule);
    tw_erase_request_put(&r, &c->bytes);
    return c->bytes.failed || rule.failed ? tw_fail(fault, TW_NOMEM, "out of memory") : TW_OK;
}

/* All that it is about is told, before the first that may not be ends it. */
static tw_err ask(struct call *c, struct tw_fault *fault)
{
    struct tw_fault first = {.code = TW_OK};
    const char *reason = tw_cli_value(c->cli, "reason");
    TW_SCOPED_BUF told = {0};
    if (reason == NULL) return tw_fail(fault, TW_ARG, "`erase ask` needs --reason TEXT");
    TW_TRY(begin(c, fault));
    TW_TRY(add_whom(c, fault));
    for (size_t i = 0; i < c->whom.n; i++) {
        struct tw_fault why;
        struct tw_erase_case k;
        TW_TRY(put_case(c, c->whom.at[i], &why, &k, &told, fault));
        if (why.code == TW_OK) TW_IGNORE(tw_erase_reason(tw_str_from(reason), &k.party, &why));
        if (first.code == TW_OK) first = why;
    }
    if (!c->cli->quiet && told.n > 0) tw_cli_note(c->cli, "%.*s", (int)told.n - 1, told.p);
    if (first.code != TW_OK) {
        if (fault != NULL) *fault = first;
        return first.code;
    }
    TW_TRY(put_request(c, tw_str_from(reason), fault));
    return write_request(c, fault);
}

/* -- show */

static tw_err show(struct call *c, struct tw_fault *fault)
{
    struct tw_erase_request r;
    TW_SCOPED_BUF out = {0};
    TW_TRY(one_request(c->cli, fault));
    TW_TRY(begin(c, fault));
    TW_TRY(read_request(c->cli, &c->bytes, c->arena, &r, fault));
    if (!c->cli->json)
        tw_buf_printf(&out, "reason: %.*s\nkept for years: %.*s\n", TW_STR_ARG(r.reason), TW_STR_ARG(r.rule));
    for (size_t i = 0; i < r.parties; i++) {
        struct tw_fault why;
        struct tw_erase_case k;
        TW_TRY(put_case(c, r.party[i], &why, &k, &out, fault));
        c->cli->finding |= why.code != TW_OK;
    }
    return tw_cli_write(&out, fault);
}

/* -- sign */

static tw_err role_of(const struct tw_cli *cli, enum tw_signer_role *ret, struct tw_fault *fault)
{
    const char *as = tw_cli_value(cli, "as");
    *ret = TW_SIGNER_ASKER;
    if (as == NULL || strcmp(as, "asker") == 0) return TW_OK;
    *ret = TW_SIGNER_CONFIRMER;
    if (strcmp(as, "confirmer") == 0) return TW_OK;
    return tw_fail(fault, TW_ARG, "--as takes asker or confirmer, not '%.40s'", as);
}

static tw_err sign_as(struct call *c, const char *path, enum tw_signer_role role, struct tw_fault *fault)
{
    struct tw_erase_request r;
    struct tw_ssh_private key;
    char room[80];
    struct tw_buf print = tw_buf_in(room, sizeof room);
    if (tw_arena_new(ARENA_BYTES, &c->arena) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    TW_TRY(read_request(c->cli, &c->bytes, c->arena, &r, fault));
    c->cli->file = path;
    TW_TRY(tw_signing_key(path, &key, fault));
    c->cli->file = c->cli->arg[1];
    const tw_err err = tw_signing_sign_bytes(c->cli->arg[1], tw_buf_view(&c->bytes), role, &key, fault);
    tw_ssh_fingerprint(key.key, &print);
    tw_wipe(&key, sizeof key);
    TW_TRY(err);
    c->cli->file = NULL;
    tw_cli_note(c->cli, "%s: signed as %s by %.*s, in %s.%s.sig", c->cli->arg[1], tw_signer_role_name(role),
                (int)print.n, print.p, c->cli->arg[1], tw_signer_role_name(role));
    return TW_OK;
}

static tw_err sign(struct call *c, struct tw_fault *fault)
{
    enum tw_signer_role role;
    const char *key = tw_cli_value(c->cli, "key");
    TW_TRY(one_request(c->cli, fault));
    if (key == NULL)
        return tw_fail(fault, TW_ARG, "`erase sign` needs --key FILE: the private key of who signs");
    TW_TRY(role_of(c->cli, &role, fault));
    return sign_as(c, key, role, fault);
}

/* -- run, resume */

static tw_err read_signers(struct tw_cli *cli, struct tw_signers **ret, struct tw_fault *fault)
{
    char own[PATH_BYTES];
    const char *path = tw_cli_value(cli, "signers"), *dir = tw_cli_value(cli, "station");
    if (path == NULL) {
        if (snprintf(own, sizeof own, "%s/signers.yaml", dir != NULL ? dir : ".") >= (int)sizeof own)
            return tw_fail(fault, TW_ARG, "the path of the station is too long");
        path = own;
    }
    const tw_err err = tw_signing_signers(path, ret, fault);
    if (err != TW_OK && fault != NULL && fault->path[0] == '\0')
        snprintf(fault->path, sizeof fault->path, "signers");
    return err;
}

static tw_err carry_out(struct call *c, const struct tw_erase_order *o, struct tw_fault *fault)
{
    struct tw_erase_done done;
    TW_SCOPED_BUF out = {0};
    struct tw_json j = {.out = &out};
    TW_TRY(tw_cli_station(c->cli, false, &c->station, fault));
    c->cli->file = c->cli->arg[1];
    TW_TRY(tw_erase_run(c->station, o, &done, fault));
    TW_TRY(tw_station_settle(c->station, fault));
    c->cli->file = NULL;
    if (!c->cli->json) {
        tw_buf_printf(
            &out,
            "erased: %zu parties, with the sources of %llu declarations and %llu manifests that named them; "
            "their keys are destroyed, and the log says so\n",
            done.parties, (unsigned long long)done.declarations, (unsigned long long)done.manifests);
        return tw_cli_write(&out, fault);
    }
    tw_json_begin_object(&j);
    tw_json_key(&j, "parties");
    tw_json_u64(&j, done.parties);
    tw_json_key(&j, "declarations");
    tw_json_u64(&j, done.declarations);
    tw_json_key(&j, "manifests");
    tw_json_u64(&j, done.manifests);
    tw_json_end_object(&j);
    tw_buf_char(&out, '\n');
    return tw_cli_write(&out, fault);
}

static tw_err run(struct call *c, struct tw_fault *fault)
{
    TW_SCOPED(tw_signers) *signers = NULL;
    TW_SCOPED_BUF asked = {0}, confirmed = {0};
    struct tw_erase_request r;
    TW_TRY(one_request(c->cli, fault));
    if (tw_arena_new(ARENA_BYTES, &c->arena) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    TW_TRY(read_request(c->cli, &c->bytes, c->arena, &r, fault));
    TW_TRY(tw_signing_signature(c->cli->arg[1], TW_SIGNER_ASKER, &asked, fault));
    TW_TRY(tw_signing_signature(c->cli->arg[1], TW_SIGNER_CONFIRMER, &confirmed, fault));
    TW_TRY(read_signers(c->cli, &signers, fault));
    const struct tw_erase_order o = {
        tw_buf_view(&c->bytes), {tw_buf_view(&asked), tw_buf_view(&confirmed)}, signers};
    return carry_out(c, &o, fault);
}

static tw_err resume(struct call *c, struct tw_fault *fault)
{
    if (c->cli->args > 1) return tw_fail(fault, TW_ARG, "`erase resume` takes no more than --station DIR");
    TW_TRY(tw_cli_station(c->cli, false, &c->station, fault));
    TW_TRY(tw_erase_finish(c->station, fault));
    TW_TRY(tw_station_settle(c->station, fault));
    tw_cli_note(c->cli, "nothing is left of what was to be erased");
    return TW_OK;
}

tw_err cmd_erase(struct tw_cli *cli, struct tw_fault *fault)
{
    static const char *const word[] = {"ask", "show", "sign", "run", "resume"};
    static tw_err (*const act[])(struct call *, struct tw_fault *) = {ask, show, sign, run, resume};
    struct call c = {.cli = cli};
    size_t action = 0;
    TW_TRY(tw_cli_action(cli, word, sizeof word / sizeof *word, &action, fault));
    const tw_err err = act[action](&c, fault);
    end(&c);
    return err;
}
