/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/proof.h"

#include "base/base64.h"

#define FIRST "c2sp.org/tlog-proof@v1"

static tw_err wrong(struct tw_fault *fault, uint32_t line, const char *note)
{
    if (fault != NULL) fault->line = line;
    return tw_fail(fault, TW_FORMAT, "%s", note);
}

/* What stands behind a word and a blank; absent when the line begins otherwise. */
static struct tw_str behind(struct tw_str line, struct tw_str word)
{
    if (!tw_str_starts(line, word)) return (struct tw_str){NULL, 0};
    return (struct tw_str){line.s + word.n, line.n - word.n};
}

static tw_err read_extra(struct tw_str base64, struct tw_fault *fault)
{
    TW_SCOPED_BUF bytes = {0};
    const tw_err err = tw_base64_read(base64, &bytes);
    if (err == TW_FORMAT) return wrong(fault, 2, "what stands behind `extra` is base64");
    return err;
}

tw_err tw_proof_read(struct tw_str text, struct tw_proof *ret, struct tw_fault *fault)
{
    struct tw_str rest = text;
    struct tw_proof p = {.index = 0};
    uint32_t line = 2;
    if (text.n > TW_PROOF_BYTES_MAX)
        return tw_fail(fault, TW_LIMIT, "a proof has at most %d bytes", TW_PROOF_BYTES_MAX);
    if (!tw_str_is(tw_str_cut(rest, '\n', &rest), FIRST))
        return wrong(fault, 1, "a proof begins with " FIRST);
    struct tw_str next = tw_str_cut(rest, '\n', &rest);
    p.extra = behind(next, TW_STR("extra "));
    if (p.extra.n > 0) {
        TW_TRY(read_extra(p.extra, fault));
        next = tw_str_cut(rest, '\n', &rest);
        line++;
    }
    if (!tw_checkpoint_number(behind(next, TW_STR("index ")), &p.index))
        return wrong(fault, line, "here a proof says `index` and the number of the leaf");
    while ((next = tw_str_cut(rest, '\n', &rest)).n > 0) {
        line++;
        if (p.path.n == TW_TLOG_PROOF_MAX || !tw_checkpoint_hash(next, p.path.hash[p.path.n]))
            return wrong(fault, line, "a hash of a proof is 32 bytes in base64, and there are at most 64");
        p.path.n++;
    }
    if (rest.n == 0) return wrong(fault, line + 1, "behind an empty line a proof has a checkpoint");
    p.checkpoint = rest;
    *ret = p;
    return TW_OK;
}

void tw_proof_put(const struct tw_proof *p, struct tw_buf *out)
{
    tw_buf_text(out, FIRST "\n");
    if (p->extra.n > 0) {
        tw_buf_text(out, "extra ");
        tw_buf_str(out, p->extra);
        tw_buf_char(out, '\n');
    }
    tw_buf_text(out, "index ");
    tw_buf_u64(out, p->index);
    tw_buf_char(out, '\n');
    for (size_t i = 0; i < p->path.n; i++) {
        tw_buf_base64(out, p->path.hash[i], TW_TLOG_HASH);
        tw_buf_char(out, '\n');
    }
    tw_buf_char(out, '\n');
    tw_buf_str(out, p->checkpoint);
}

tw_err tw_proof_judge(const struct tw_proof *p, const struct tw_policy *policy, struct tw_str leaf,
                      struct tw_checkpoint *ret, struct tw_policy_seen *seen, struct tw_fault *fault)
{
    uint8_t hash[TW_TLOG_HASH];
    TW_TRY(tw_policy_judge(policy, p->checkpoint, ret, seen, fault));
    tw_tlog_leaf_hash(leaf.s, leaf.n, hash);
    if (tw_tlog_inclusion_holds(p->index, hash, ret->size, ret->root, p->path.hash, p->path.n)) return TW_OK;
    return tw_fail(fault, TW_CONFLICT, "this leaf is not the one that stands in the log at %llu of %llu",
                   (unsigned long long)p->index, (unsigned long long)ret->size);
}
