/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/logs_priv.h"

#include "base/mem.h"

struct witness_log *witness_logs_find(const struct witness_logs *logs, struct tw_str origin)
{
    for (size_t i = 0; i < logs->n; i++)
        if (tw_str_eq(logs->log[i].origin, origin)) return &logs->log[i];
    return NULL;
}

void witness_logs_clear(struct witness_logs *logs)
{
    tw_free(logs->log);
    *logs = (struct witness_logs){0};
}

/* NULL: out of memory */
static struct witness_log *add_log(struct witness_logs *logs, struct tw_str origin)
{
    if (logs->n == logs->cap) {
        const size_t cap = logs->cap > 0 ? 2 * logs->cap : 8;
        struct witness_log *more = tw_realloc(logs->log, cap, sizeof *more);
        if (more == NULL) return NULL;
        logs->log = more;
        logs->cap = cap;
    }
    struct witness_log *log = &logs->log[logs->n++];
    *log = (struct witness_log){.origin = origin};
    tw_tlog_empty_root(log->root);
    return log;
}

static tw_err add_key(struct witness_logs *logs, struct tw_str line, struct tw_fault *fault)
{
    struct tw_note_key key;
    TW_TRY(tw_note_key_read(line, &key, fault));
    if (key.kind != TW_NOTE_ED25519)
        return tw_fail(fault, TW_FORMAT, "this is the key of a witness; those of logs are of kind 1");
    struct witness_log *log = witness_logs_find(logs, key.name);
    if (log == NULL && logs->n == WITNESS_LOGS_MAX)
        return tw_fail(fault, TW_LIMIT, "more than %d logs are not watched by one witness", WITNESS_LOGS_MAX);
    if (log == NULL) log = add_log(logs, key.name);
    if (log == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    for (size_t i = 0; i < log->n; i++)
        if (memcmp(log->key[i].key, key.key, sizeof key.key) == 0)
            return tw_fail(fault, TW_CONFLICT, "this key stands there twice; take one of the lines away");
    if (log->n == WITNESS_KEYS_MAX)
        return tw_fail(fault, TW_LIMIT, "a log has at most %d keys; take away those that no longer sign",
                       WITNESS_KEYS_MAX);
    log->key[log->n++] = key;
    return TW_OK;
}

tw_err witness_logs_parse(struct tw_str text, struct witness_logs *ret, struct tw_fault *fault)
{
    struct witness_logs logs = {0};
    for (uint32_t number = 1; text.n > 0; number++) {
        const struct tw_str line = tw_str_trim(tw_str_cut(text, '\n', &text));
        if (line.n == 0 || line.s[0] == '#') continue;
        const tw_err err = add_key(&logs, line, fault);
        if (err == TW_OK) continue;
        if (fault != NULL) fault->line = number;
        witness_logs_clear(&logs);
        return err;
    }
    *ret = logs;
    return TW_OK;
}
