/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/service_priv.h"

enum { OK = 200, BAD = 400, FORBIDDEN = 403, NOT_FOUND = 404, CONFLICT = 409, UNPROCESSABLE = 422 };

/* Has one of its keys signed, and is no signature of one of them a wrong one? */
static bool signed_by(const struct witness_log *log, const struct tw_note *note)
{
    bool holds = false;
    for (size_t i = 0; i < log->n; i++) {
        const enum tw_note_verdict is = tw_note_signed_by(note, &log->key[i], NULL);
        if (is == TW_NOTE_FAILS) return false;
        holds |= is == TW_NOTE_HOLDS;
    }
    return holds;
}

static unsigned refuse(struct tw_fault *fault, unsigned status, tw_err err, const char *note)
{
    (void)tw_fail(fault, err, "%s", note);
    return status;
}

/* Does it extend what was last seen of its log? */
static unsigned judge(const struct witness_log *log, const struct witness_request *r, struct tw_fault *fault)
{
    const struct tw_checkpoint *c = &r->checkpoint;
    if (!signed_by(log, &r->note))
        return refuse(fault, FORBIDDEN, TW_CONFLICT, "no key of this log that is known here has signed this");
    if (r->old > c->size)
        return refuse(fault, BAD, TW_RANGE, "the old size is beyond that of the checkpoint");
    if (r->old != log->size)
        return refuse(fault, CONFLICT, TW_CONFLICT, "the old size is not that of the last checkpoint");
    if (r->old == c->size && memcmp(c->root, log->root, sizeof c->root) != 0)
        return refuse(fault, CONFLICT, TW_CONFLICT, "another checkpoint of this size was cosigned");
    if (!tw_tlog_consistency_holds(r->old, log->root, c->size, c->root, r->proof, r->n))
        return refuse(fault, UNPROCESSABLE, TW_CONFLICT,
                      "the proof does not show that this checkpoint extends the last one");
    return OK;
}

static unsigned answer(struct witness_store *s, struct tw_str body, int64_t now, struct witness_answer *a)
{
    struct witness_request r;
    if (witness_request_read(body, (size_t)s->settings.proof_lines, &r, &a->fault) != TW_OK) return BAD;
    struct witness_log *log = witness_logs_find(&s->logs, r.checkpoint.origin);
    if (log == NULL)
        return refuse(&a->fault, NOT_FOUND, TW_NOTFOUND, "no log of this origin is watched here");
    const unsigned status = judge(log, &r, &a->fault);
    if (status == CONFLICT) {
        a->size = true;
        tw_buf_u64(&a->body, log->size);
        tw_buf_char(&a->body, '\n');
    }
    if (status != OK) return status;
    const tw_err err = witness_store_cosign(s, log, &r, now, &a->body, &a->fault);
    return err == TW_OK ? OK : (unsigned)tw_err_http(err);
}

void witness_add_checkpoint(struct witness_store *s, struct tw_str body, int64_t now,
                            struct witness_answer *ret)
{
    *ret = (struct witness_answer){0};
    ret->status = answer(s, body, now, ret);
    if (ret->status == OK || ret->size) return;
    if (ret->fault.line > 0) tw_buf_printf(&ret->body, "line %u: ", (unsigned)ret->fault.line);
    tw_buf_printf(&ret->body, "%s\n", ret->fault.note);
}
