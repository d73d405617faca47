/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/request_priv.h"

static tw_err wrong(struct tw_fault *fault, uint32_t line, tw_err err, const char *note)
{
    if (fault != NULL) fault->line = line;
    return tw_fail(fault, err, "%s", note);
}

/* The next line without its line feed; false: there is none. */
static bool next_line(struct tw_str *rest, struct tw_str *ret)
{
    if (rest->n == 0 || memchr(rest->s, '\n', rest->n) == NULL) return false;
    *ret = tw_str_cut(*rest, '\n', rest);
    return true;
}

/* What stands behind line `before` of the body. */
static tw_err read_note(struct tw_str text, uint32_t before, struct witness_request *r,
                        struct tw_fault *fault)
{
    tw_err err = tw_note_read(text, &r->note, fault);
    if (err == TW_OK) err = tw_checkpoint_read(r->note.text, &r->checkpoint, fault);
    if (err == TW_OK && r->note.text.n > WITNESS_TEXT_MAX)
        return wrong(fault, before + 1, TW_LIMIT,
                     "a checkpoint has at most 4,000 bytes here, its signatures not counted");
    if (err != TW_OK && fault != NULL) fault->line += before;
    return err;
}

tw_err witness_request_read(struct tw_str body, size_t proof_lines, struct witness_request *ret,
                            struct tw_fault *fault)
{
    static const char old[] = "old ";
    struct witness_request r = {0};
    struct tw_str rest = body, line;
    uint32_t at = 1;
    if (!next_line(&rest, &line) || !tw_str_starts(line, TW_STR(old)) ||
        !tw_checkpoint_number((struct tw_str){line.s + sizeof old - 1, line.n - (sizeof old - 1)}, &r.old))
        return wrong(fault, 1, TW_FORMAT,
                     "a request begins with `old SIZE`, the size of the last checkpoint that was cosigned");
    for (;; r.n++) {
        at++;
        if (!next_line(&rest, &line))
            return wrong(fault, at, TW_FORMAT,
                         "an empty line and a checkpoint are missing; each line ends with a line feed");
        if (line.n == 0) break;
        if (r.n == proof_lines)
            return wrong(fault, at, TW_LIMIT, "the proof has more lines than are taken (proof_lines)");
        if (!tw_checkpoint_hash(line, r.proof[r.n]))
            return wrong(fault, at, TW_FORMAT, "a line of the proof is a hash, 32 bytes in base64");
    }
    TW_TRY(read_note(rest, at, &r, fault));
    *ret = r;
    return TW_OK;
}
