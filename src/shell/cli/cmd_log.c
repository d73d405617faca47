/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/action.h"
#include "cli/leaf_words.h"
#include "cli/progress.h"
#include "cli/station.h"
#include "cli/table_priv.h"
#include "engine/station_log.h"
#include "engine/station_witness.h"
#include "store/file.h"

enum { TEXT_BYTES_MAX = 4 << 20 };

static unsigned long long ull(uint64_t n)
{
    return n;
}

static void on_progress(void *to, uint64_t leaves)
{
    tw_progress_at(to, leaves, 0, leaves);
}

static void put_report(const struct tw_station_log_report *r, struct tw_str key, bool log_alone,
                       struct tw_buf *out)
{
    tw_buf_printf(out, "the log is whole: %llu leaves under %llu checkpoints, the last signed by %.*s\n",
                  ull(r->leaves), ull(r->checkpoints), TW_STR_ARG(key));
    if (log_alone) return;
    tw_buf_printf(out,
                  "%llu declarations taken in, %llu decisions, %llu findings, keys of %llu days committed to "
                  "and of %llu revealed\n",
                  ull(r->intakes), ull(r->decisions), ull(r->findings), ull(r->commitments), ull(r->reveals));
    if (r->erasures > 0)
        tw_buf_printf(out,
                      "erased: %llu of these declarations and %llu manifests, with %llu parties whom two "
                      "people signed for\n",
                      ull(r->erased), ull(r->erased_manifests), ull(r->erasures));
    if (r->objects + r->settings + r->manifests > 0)
        tw_buf_printf(out, "%llu objects pinned, settings put in force %llu times, %llu manifests taken in\n",
                      ull(r->objects), ull(r->settings), ull(r->manifests));
}

/* Is the last checkpoint one that the policy believes? */
static tw_err judge(struct tw_cli *cli, const struct tw_buf *note, struct tw_buf *out, struct tw_fault *fault)
{
    TW_SCOPED_BUF text = {0};
    TW_SCOPED(tw_policy) *policy = NULL;
    struct tw_checkpoint c;
    struct tw_policy_seen seen;
    const char *believed = tw_cli_value(cli, "policy");
    if (believed == NULL) return TW_OK;
    cli->file = believed;
    TW_TRY(tw_file_in_all(believed, TEXT_BYTES_MAX, &text, fault));
    TW_TRY(tw_policy_read(tw_buf_view(&text), &policy, fault));
    TW_TRY(tw_policy_judge(policy, tw_buf_view(note), &c, &seen, fault));
    cli->file = NULL;
    tw_buf_printf(out, "the last checkpoint is believed: %u witnesses have seen its %llu leaves\n",
                  seen.witnesses, ull(c.size));
    return TW_OK;
}

/* The whole log of a station. */
static tw_err verify_station(struct tw_cli *cli, struct tw_fault *fault)
{
    TW_SCOPED(tw_station) *s = NULL;
    TW_SCOPED_BUF out = {0};
    struct tw_progress progress;
    struct tw_station_log_report r = {0};
    TW_TRY(tw_cli_station(cli, true, &s, fault));
    tw_progress_begin(&progress, cli, "leaves");
    const struct tw_station_log_watch watch = {&progress, on_progress, tw_cli_stop(),
                                               tw_cli_flag(cli, "log_alone")};
    tw_err err = tw_station_log_verify(s, &watch, &r, fault);
    tw_progress_end(&progress);
    if (err == TW_OK) {
        put_report(&r, tw_station_key(s), watch.log_alone, &out);
        err = judge(cli, &r.note, &out, fault);
    }
    tw_station_log_report_free(&r);
    TW_TRY(err);
    return tw_cli_write(&out, fault);
}

/* A proof, by itself: no station is needed. */
static tw_err verify_proof(struct tw_cli *cli, struct tw_fault *fault)
{
    TW_SCOPED_BUF proof_text = {0}, leaf = {0}, policy_text = {0}, out = {0};
    TW_SCOPED(tw_policy) *policy = NULL;
    struct tw_proof proof;
    struct tw_checkpoint c;
    struct tw_policy_seen seen;
    const char *believed = tw_cli_value(cli, "policy");
    if (cli->args != 3 || believed == NULL)
        return tw_fail(fault, TW_ARG,
                       "`log verify` takes --station DIR; or a proof and its leaf, and --policy FILE: whose "
                       "signatures are "
                       "believed");
    cli->file = believed;
    TW_TRY(tw_file_in_all(believed, TEXT_BYTES_MAX, &policy_text, fault));
    TW_TRY(tw_policy_read(tw_buf_view(&policy_text), &policy, fault));
    cli->file = cli->arg[2];
    TW_TRY(tw_file_in_all(cli->arg[2], TEXT_BYTES_MAX, &leaf, fault));
    cli->file = cli->arg[1];
    TW_TRY(tw_file_in_all(cli->arg[1], TEXT_BYTES_MAX, &proof_text, fault));
    TW_TRY(tw_proof_read(tw_buf_view(&proof_text), &proof, fault));
    TW_TRY(tw_proof_judge(&proof, policy, tw_buf_view(&leaf), &c, &seen, fault));
    cli->file = NULL;
    tw_buf_printf(&out, "proven: it is leaf %llu of %llu in the log %.*s, which %u witnesses have seen\n",
                  ull(proof.index), ull(c.size), TW_STR_ARG(c.origin), seen.witnesses);
    return tw_cli_write(&out, fault);
}

static tw_err write_to(struct tw_cli *cli, const char *name, const char *end, const struct tw_buf *text,
                       struct tw_fault *fault)
{
    char path[4096];
    const struct tw_file_options how = {.stop = tw_cli_stop()};
    struct tw_file_out *out = NULL;
    if (snprintf(path, sizeof path, "%s%s", name, end) >= (int)sizeof path)
        return tw_fail(fault, TW_ARG, "the path is too long");
    cli->file = name;
    tw_err err = tw_file_out_open(path, &how, &out, fault);
    if (err == TW_OK) err = tw_file_out_write(out, text->p, text->n, fault);
    if (err == TW_OK) err = tw_file_out_commit(out, fault);
    tw_file_out_free(out);
    if (err == TW_OK) cli->file = NULL;
    return err;
}

static tw_err proof(struct tw_cli *cli, struct tw_fault *fault)
{
    TW_SCOPED(tw_station) *s = NULL;
    TW_SCOPED_BUF text = {0}, leaf = {0};
    const char *to = tw_cli_value(cli, "out");
    uint64_t reg;
    if (cli->args != 2) return tw_fail(fault, TW_ARG, "`log proof` takes one registration number");
    TW_TRY(tw_cli_registration(cli->arg[1], &reg, fault));
    TW_TRY(tw_cli_station(cli, true, &s, fault));
    TW_TRY(tw_station_log_proof(s, reg, &text, &leaf, fault));
    if (to == NULL) return tw_cli_write(&text, fault);
    TW_TRY(write_to(cli, to, ".leaf", &leaf, fault));
    return write_to(cli, to, ".tlog-proof", &text, fault);
}

static tw_err checkpoint(struct tw_cli *cli, struct tw_fault *fault)
{
    TW_SCOPED(tw_station) *s = NULL;
    TW_SCOPED_BUF note = {0};
    TW_TRY(tw_cli_station(cli, true, &s, fault));
    TW_TRY(tw_station_log_checkpoint(s, &note, fault));
    return tw_cli_write(&note, fault);
}

static tw_err put_line(void *to, uint64_t idx, struct tw_str body, struct tw_fault *fault)
{
    struct tw_buf *out = to;
    (void)idx;
    tw_buf_str(out, body);
    tw_buf_char(out, '\n');
    if (out->n < TEXT_BYTES_MAX && !out->failed) return TW_OK;
    TW_TRY(tw_cli_write(out, fault));
    tw_buf_clear(out);
    return TW_OK;
}

static tw_err tail(struct tw_cli *cli, struct tw_fault *fault)
{
    TW_SCOPED(tw_station) *s = NULL;
    TW_SCOPED_BUF out = {0};
    TW_TRY(tw_cli_station(cli, true, &s, fault));
    TW_TRY(tw_station_log_leaves(s, (uint64_t)tw_cli_whole(cli, "from"), put_line, &out, fault));
    return tw_cli_write(&out, fault);
}

struct showing {
    struct tw_buf *out;
    struct tw_arena *arena;
};

static tw_err show_leaf(void *to, uint64_t idx, struct tw_str body, struct tw_fault *fault)
{
    const struct showing *s = to;
    if (tw_cli_leaf_words(idx, body, s->arena, s->out) != TW_OK)
        return tw_fail(fault, TW_NOMEM, "out of memory");
    if (s->out->n < TEXT_BYTES_MAX) return TW_OK;
    TW_TRY(tw_cli_write(s->out, fault));
    tw_buf_clear(s->out);
    return TW_OK;
}

static tw_err show(struct tw_cli *cli, struct tw_fault *fault)
{
    TW_SCOPED(tw_station) *s = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED_BUF out = {0};
    if (tw_arena_new(TEXT_BYTES_MAX, &arena) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    struct showing to = {&out, arena};
    TW_TRY(tw_cli_station(cli, true, &s, fault));
    TW_TRY(tw_station_log_leaves(s, (uint64_t)tw_cli_whole(cli, "from"), show_leaf, &to, fault));
    return tw_cli_write(&out, fault);
}

static tw_err key(struct tw_cli *cli, struct tw_fault *fault)
{
    TW_SCOPED(tw_station) *s = NULL;
    TW_SCOPED_BUF out = {0};
    TW_TRY(tw_cli_station(cli, true, &s, fault));
    tw_buf_printf(&out, "%.*s\n", TW_STR_ARG(tw_station_key(s)));
    return tw_cli_write(&out, fault);
}

static tw_err files(struct tw_cli *cli, struct tw_fault *fault)
{
    TW_SCOPED(tw_station) *s = NULL;
    const char *to = tw_cli_value(cli, "out");
    if (to == NULL) return tw_fail(fault, TW_ARG, "`log files` needs --out DIR, an existing directory");
    TW_TRY(tw_cli_station(cli, true, &s, fault));
    return tw_station_log_files(s, to, fault);
}

static tw_err witness(struct tw_cli *cli, struct tw_fault *fault)
{
    TW_SCOPED(tw_station) *s = NULL;
    TW_SCOPED_BUF policy_text = {0};
    TW_SCOPED(tw_policy) *policy = NULL;
    struct tw_station_witnessed seen;
    const char *believed = tw_cli_value(cli, "policy");
    struct tw_station_witness w = {.url = tw_cli_value(cli, "url"), .stop = tw_cli_stop()};
    if (w.url == NULL)
        return tw_fail(fault, TW_ARG, "`log witness` needs --url http://..., where the witness listens");
    if (believed != NULL) {
        cli->file = believed;
        TW_TRY(tw_file_in_all(believed, TEXT_BYTES_MAX, &policy_text, fault));
        TW_TRY(tw_policy_read(tw_buf_view(&policy_text), &policy, fault));
        w.policy = tw_buf_view(&policy_text);
    }
    TW_TRY(tw_cli_station(cli, false, &s, fault));
    TW_TRY(tw_station_witness(s, &w, &seen, fault));
    tw_cli_note(cli, "%s %llu leaves; %s",
                seen.lines > 0 ? "the witness has cosigned" : "the witness had cosigned before",
                ull(seen.size),
                seen.checked > 0   ? "by a key of the policy"
                : believed != NULL ? "by no key of the policy"
                                   : "its key was not asked for: --policy FILE does");
    cli->finding = believed != NULL && seen.checked == 0;
    return TW_OK;
}

tw_err cmd_log(struct tw_cli *cli, struct tw_fault *fault)
{
    static const char *const word[] = {"verify", "proof", "checkpoint", "tail",
                                       "key",    "files", "witness",    "show"};
    enum { VERIFY, PROOF, CHECKPOINT, TAIL, KEY, FILES, WITNESS, SHOW, ACTIONS };
    size_t action = VERIFY;
    TW_TRY(tw_cli_action(cli, word, ACTIONS, &action, fault));
    if (action == PROOF) return proof(cli, fault);
    if (action == VERIFY && tw_cli_value(cli, "station") == NULL) return verify_proof(cli, fault);
    if (cli->args > 1)
        return tw_fail(fault, TW_ARG, "`log %s` takes no more than --station DIR", word[action]);
    switch (action) {
    case VERIFY:
        return verify_station(cli, fault);
    case CHECKPOINT:
        return checkpoint(cli, fault);
    case TAIL:
        return tail(cli, fault);
    case KEY:
        return key(cli, fault);
    case SHOW:
        return show(cli, fault);
    case WITNESS:
        return witness(cli, fault);
    default:
        return files(cli, fault);
    }
}
