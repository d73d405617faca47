/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/policy.h"

#include <string.h>

#include "base/mem.h"

/* A witness, or a group of names that stand before it. */
struct named {
    struct tw_str name;
    bool group;
    struct tw_note_key key;        /* of a witness */
    unsigned least, from, members; /* of a group: how many of them, and where they stand in `member` */
};

struct tw_policy {
    struct tw_note_key log[TW_POLICY_LOGS_MAX];
    struct named named[TW_POLICY_NAMES_MAX];
    uint8_t member[TW_POLICY_NAMES_MAX]; /* numbers of names; each is one at most once */
    bool taken[TW_POLICY_NAMES_MAX];     /* a member of a group already */
    unsigned logs, names, members;
    int quorum; /* number of a name */
};

enum { NONE = -1, UNSAID = -2 };

/* A fault that names something. */
static tw_err about(struct tw_fault *fault, tw_err code, const char *before, struct tw_str name,
                    const char *behind)
{
    char shown[120] = "";
    memcpy(shown, name.s, name.n < sizeof shown ? name.n : sizeof shown - 1);
    return tw_fail(fault, code, "%s '%s'%s", before, shown, behind);
}

/* -- reading */

static struct tw_str word(struct tw_str *rest)
{
    while (rest->n > 0 && (rest->s[0] == ' ' || rest->s[0] == '\t'))
        *rest = (struct tw_str){rest->s + 1, rest->n - 1};
    size_t n = 0;
    while (n < rest->n && rest->s[n] != ' ' && rest->s[n] != '\t') n++;
    const struct tw_str w = {rest->s, n};
    *rest = (struct tw_str){rest->s + n, rest->n - n};
    return w;
}

static int find(const struct tw_policy *p, struct tw_str name)
{
    for (unsigned i = 0; i < p->names; i++)
        if (tw_str_eq(p->named[i].name, name)) return (int)i;
    return NONE;
}

static tw_err full(struct tw_fault *fault)
{
    return tw_fail(fault, TW_LIMIT, "a policy has at most %d logs, and %d witnesses and groups",
                   TW_POLICY_LOGS_MAX, TW_POLICY_NAMES_MAX);
}

static tw_err twice(struct tw_fault *fault)
{
    return tw_fail(fault, TW_FORMAT, "this name or key stands in the policy already");
}

static tw_err read_log(struct tw_policy *p, struct tw_str rest, struct tw_fault *fault)
{
    struct tw_note_key key;
    if (p->logs == TW_POLICY_LOGS_MAX) return full(fault);
    TW_TRY(tw_note_key_read(word(&rest), &key, fault));
    if (key.kind != TW_NOTE_ED25519) return tw_fail(fault, TW_FORMAT, "a log's key is of kind 1");
    for (unsigned i = 0; i < p->logs; i++)
        if (memcmp(p->log[i].key, key.key, sizeof key.key) == 0) return twice(fault);
    p->log[p->logs++] = key;
    return TW_OK;
}

/* Begins the next name; it counts once p->names does. */
static tw_err begin_name(struct tw_policy *p, struct tw_str *rest, struct tw_fault *fault)
{
    const struct tw_str name = word(rest);
    if (p->names == TW_POLICY_NAMES_MAX) return full(fault);
    if (name.n == 0 || tw_str_is(name, "none"))
        return tw_fail(fault, TW_FORMAT, "a witness or group needs a name, not 'none'");
    if (find(p, name) != NONE) return twice(fault);
    p->named[p->names] = (struct named){.name = name};
    return TW_OK;
}

static tw_err read_witness(struct tw_policy *p, struct tw_str rest, struct tw_fault *fault)
{
    struct named *w = &p->named[p->names % TW_POLICY_NAMES_MAX];
    TW_TRY(begin_name(p, &rest, fault));
    TW_TRY(tw_note_key_read(word(&rest), &w->key, fault));
    if (w->key.kind != TW_NOTE_COSIGNATURE) return tw_fail(fault, TW_FORMAT, "a witness's key is of kind 4");
    for (unsigned i = 0; i < p->names; i++)
        if (memcmp(p->named[i].key.key, w->key.key, sizeof w->key.key) == 0) return twice(fault);
    p->names++;
    return TW_OK;
}

static tw_err read_group(struct tw_policy *p, struct tw_str rest, struct tw_fault *fault)
{
    struct named *g = &p->named[p->names % TW_POLICY_NAMES_MAX];
    uint64_t least = 0;
    TW_TRY(begin_name(p, &rest, fault));
    const struct tw_str how = word(&rest);
    g->group = true;
    g->from = p->members;
    for (struct tw_str name; (name = word(&rest)).n > 0; g->members++) {
        const int k = find(p, name);
        if (k == NONE)
            return about(fault, TW_FORMAT, "no witness and no group", name, " stands before this line");
        if (p->taken[k]) return about(fault, TW_FORMAT, "a member of a group already:", name, "");
        p->taken[k] = true;
        p->member[p->members++] = (uint8_t)k;
    }
    if (tw_str_is(how, "all"))
        least = g->members;
    else if (tw_str_is(how, "any"))
        least = 1;
    else if (!tw_checkpoint_number(how, &least))
        return tw_fail(fault, TW_FORMAT,
                       "a group says how many of its members must have signed: all, any or a number");
    if (least < 1 || least > g->members)
        return tw_fail(fault, TW_FORMAT, "a group of %u members cannot ask for that many", g->members);
    g->least = (unsigned)least;
    p->names++;
    return TW_OK;
}

static tw_err read_quorum(struct tw_policy *p, struct tw_str rest, struct tw_fault *fault)
{
    const struct tw_str name = word(&rest);
    if (p->quorum != UNSAID) return tw_fail(fault, TW_FORMAT, "a policy has one quorum");
    p->quorum = find(p, name);
    if (p->quorum != NONE || tw_str_is(name, "none")) return TW_OK;
    return tw_fail(fault, TW_FORMAT, "the quorum is a witness or group that stands before it, or none");
}

static tw_err read_line(struct tw_policy *p, struct tw_str line, struct tw_fault *fault)
{
    static const struct {
        const char *word;
        tw_err (*read)(struct tw_policy *p, struct tw_str rest, struct tw_fault *fault);
    } kind[] = {{"log", read_log}, {"witness", read_witness}, {"group", read_group}, {"quorum", read_quorum}};
    const struct tw_str first = word(&line);
    if (first.n == 0 || first.s[0] == '#') return TW_OK;
    for (size_t i = 0; i < sizeof kind / sizeof *kind; i++)
        if (tw_str_is(first, kind[i].word)) return kind[i].read(p, line, fault);
    return tw_fail(fault, TW_FORMAT, "a line of a policy begins with log, witness, group, quorum or #");
}

static tw_err read_all(struct tw_policy *p, struct tw_str text, struct tw_fault *fault)
{
    struct tw_str rest = text;
    for (uint32_t line = 1; rest.n > 0; line++) {
        const tw_err err = read_line(p, tw_str_cut(rest, '\n', &rest), fault);
        if (err == TW_OK) continue;
        if (fault != NULL) fault->line = line;
        return err;
    }
    if (p->quorum == UNSAID)
        return tw_fail(fault, TW_FORMAT, "the policy says no quorum; `quorum none` asks for no witness");
    return TW_OK;
}

tw_err tw_policy_read(struct tw_str text, struct tw_policy **ret, struct tw_fault *fault)
{
    if (text.n > TW_POLICY_BYTES_MAX)
        return tw_fail(fault, TW_LIMIT, "a policy has at most %d bytes", TW_POLICY_BYTES_MAX);
    struct tw_policy *p = tw_calloc(1, sizeof *p);
    if (p == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    p->quorum = UNSAID;
    const tw_err err = read_all(p, text, fault);
    if (err != TW_OK) {
        tw_policy_free(p);
        return err;
    }
    *ret = p;
    return TW_OK;
}

void tw_policy_free(struct tw_policy *p)
{
    tw_free(p);
}

/* -- judging */

static tw_err check_log(const struct tw_policy *p, const struct tw_note *note, struct tw_str origin,
                        struct tw_fault *fault)
{
    bool known = false, holds = false;
    for (unsigned i = 0; i < p->logs; i++) {
        if (!tw_str_eq(p->log[i].name, origin)) continue;
        known = true;
        const enum tw_note_verdict v = tw_note_signed_by(note, &p->log[i], NULL);
        if (v == TW_NOTE_FAILS) return tw_fail(fault, TW_CONFLICT, "the log's signature does not hold");
        holds |= v == TW_NOTE_HOLDS;
    }
    if (!known) return about(fault, TW_NOTFOUND, "the policy knows no log", origin, "");
    return holds ? TW_OK : tw_fail(fault, TW_CONFLICT, "the log has not signed it");
}

/* Who has signed: witnesses first, since groups hold only what stands before them. */
static tw_err check_witnesses(const struct tw_policy *p, const struct tw_note *note,
                              bool signs[TW_POLICY_NAMES_MAX], struct tw_policy_seen *seen,
                              struct tw_fault *fault)
{
    for (unsigned i = 0; i < p->names; i++) {
        const struct named *w = &p->named[i];
        unsigned of = 0;
        int64_t time;
        for (unsigned k = 0; k < w->members; k++) of += signs[p->member[w->from + k]];
        signs[i] = of >= w->least;
        if (w->group) continue;
        const enum tw_note_verdict v = tw_note_signed_by(note, &w->key, &time);
        if (v == TW_NOTE_FAILS)
            return about(fault, TW_CONFLICT, "the signature of witness", w->name, " does not hold");
        signs[i] = v == TW_NOTE_HOLDS;
        if (!signs[i]) continue;
        if (seen->witnesses++ == 0 || time < seen->first) seen->first = time;
    }
    return TW_OK;
}

tw_err tw_policy_judge(const struct tw_policy *p, struct tw_str note, struct tw_checkpoint *ret,
                       struct tw_policy_seen *seen, struct tw_fault *fault)
{
    struct tw_note n;
    bool signs[TW_POLICY_NAMES_MAX];
    *seen = (struct tw_policy_seen){0};
    TW_TRY(tw_note_read(note, &n, fault));
    TW_TRY(tw_checkpoint_read(n.text, ret, fault));
    TW_TRY(check_log(p, &n, ret->origin, fault));
    TW_TRY(check_witnesses(p, &n, signs, seen, fault));
    if (p->quorum == NONE || signs[p->quorum]) return TW_OK;
    return tw_fail(fault, TW_CONFLICT, "of the witnesses %u have signed it, which is no quorum",
                   seen->witnesses);
}
