/* SPDX-License-Identifier: Apache-2.0 */
#include "criteria/signers.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/mem.h"
#include "base/yaml.h"

enum { ARENA_BYTES = 64 << 20 };

struct tw_signers {
    struct tw_arena *arena;
    struct tw_signer *at;
    size_t n;
};

static const struct {
    const char *name, *purpose;
} role_row[TW_SIGNER_EVERY_ROLE] = {
#define X(id, name, purpose) {name, purpose},
    TW_SIGNER_ROLE_TABLE(X)
#undef X
};

const char *tw_signer_role_name(enum tw_signer_role r)
{
    return role_row[r].name;
}

const char *tw_signer_purpose(enum tw_signer_role r)
{
    return role_row[r].purpose;
}

/* -- the configuration */

struct file_text {
    const struct tw_yaml *signers;
};

struct signer_text {
    struct tw_str name, key;
    struct tw_yaml_items roles;
    struct valid_text {
        int32_t from, to;
    } valid;
};

static const struct tw_yaml_field file_key[] = {
    TW_YAML_KEY(struct file_text, "signers", NODE, signers, .required = true), TW_YAML_END};

static const struct tw_yaml_field valid_key[] = {TW_YAML_KEY(struct valid_text, "from", DAY, from),
                                                 TW_YAML_KEY(struct valid_text, "to", DAY, to), TW_YAML_END};

static const struct tw_yaml_field signer_key[] = {
    TW_YAML_KEY(struct signer_text, "name", TEXT, name, .required = true),
    TW_YAML_KEY(struct signer_text, "roles", TEXTS, roles, .required = true),
    TW_YAML_KEY(struct signer_text, "key", TEXT, key, .required = true),
    TW_YAML_KEY(struct signer_text, "valid", STRUCT, valid, .sub = valid_key), TW_YAML_END};

/* Names are compared to tell people apart, so there is one way to write each: no capitals, no other scripts.
 */
static bool is_name(struct tw_str name)
{
    static const char other[] = "-_.@";
    for (size_t i = 0; i < name.n; i++) {
        const char c = name.s[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && memchr(other, c, sizeof other - 1) == NULL)
            return false;
    }
    return name.n > 0 && name.n <= TW_SIGNER_NAME_MAX;
}

static tw_err take_roles(const struct tw_yaml *node, const struct signer_text *t, struct tw_signer *k,
                         struct tw_fault *fault)
{
    const struct tw_yaml *list = tw_yaml_get(node, "roles");
    const struct tw_str *word = t->roles.at;
    if (t->roles.n == 0)
        return TW_YAML_WRONG(list, fault, TW_FORMAT, "no role is named: author, reviewer, asker, confirmer");
    for (size_t i = 0; i < t->roles.n; i++) {
        int r = 0;
        while (r < TW_SIGNER_EVERY_ROLE && !tw_str_is(word[i], role_row[r].name)) r++;
        if (r == TW_SIGNER_EVERY_ROLE)
            return TW_YAML_WRONG(
                list->member[i], fault, TW_FORMAT,
                "a role is author or reviewer (of sets), asker or confirmer (of erasures), not \"%.*s\"",
                TW_STR_FIRST(word[i], 60));
        k->may[r] = true;
    }
    return TW_OK;
}

static tw_err take_signer(struct tw_signers *s, const struct tw_yaml *node, struct tw_signer *k,
                          struct tw_fault *fault)
{
    struct signer_text t = {.valid = {INT32_MIN + 1, INT32_MAX}};
    TW_TRY(tw_yaml_bind(node, signer_key, &t, s->arena, fault));
    *k = (struct tw_signer){.name = t.name, .from = t.valid.from, .to = t.valid.to, .line = node->line};
    if (!is_name(t.name))
        return TW_YAML_WRONG(tw_yaml_get(node, "name"), fault, TW_FORMAT,
                             "a name is up to %d small letters, digits, hyphens, underscores, points and @",
                             TW_SIGNER_NAME_MAX);
    if (t.valid.from > t.valid.to)
        return TW_YAML_WRONG(tw_yaml_get(node, "valid"), fault, TW_RANGE, "it ends before it begins");
    TW_TRY(take_roles(node, &t, k, fault));
    const tw_err err = tw_ssh_key_read(t.key, k->key, fault);
    if (err == TW_FORMAT) tw_yaml_point(tw_yaml_get(node, "key"), fault);
    TW_TRY(err);
    for (const struct tw_signer *o = s->at; o < k; o++)
        if (memcmp(o->key, k->key, sizeof k->key) == 0)
            return TW_YAML_WRONG(tw_yaml_get(node, "key"), fault, TW_CONFLICT,
                                 "this key is that of \"%.*s\" in line %u already; a key is one person's",
                                 TW_STR_ARG(o->name), o->line);
    return TW_OK;
}

static tw_err read_file(struct tw_signers *s, struct tw_str yaml, struct tw_fault *fault)
{
    struct file_text t = {NULL};
    struct tw_yaml *root = NULL;
    struct tw_str text;
    if (tw_str_dup(s->arena, yaml, &text) != TW_OK) return TW_NOMEM; /* names point into it */
    TW_TRY(tw_yaml_parse(text, s->arena, &root, fault));
    TW_TRY(tw_yaml_bind(root, file_key, &t, s->arena, fault));
    if (t.signers->kind != TW_YAML_LIST || t.signers->n == 0)
        return TW_YAML_WRONG(t.signers, fault, TW_FORMAT,
                             "'signers' is a list of people with their keys, one at the least");
    if (t.signers->n > TW_SIGNERS_MAX)
        return TW_YAML_WRONG(t.signers->member[TW_SIGNERS_MAX], fault, TW_LIMIT,
                             "there may be up to %d signers, and this file has %zu", TW_SIGNERS_MAX,
                             t.signers->n);
    s->at = tw_arena_array(s->arena, t.signers->n, sizeof *s->at);
    if (s->at == NULL) return TW_NOMEM;
    for (; s->n < t.signers->n; s->n++) TW_TRY(take_signer(s, t.signers->member[s->n], &s->at[s->n], fault));
    return TW_OK;
}

tw_err tw_signers_parse(struct tw_str yaml, struct tw_signers **ret, struct tw_fault *fault)
{
    TW_SCOPED(tw_signers) *s = tw_calloc(1, sizeof *s);
    struct tw_fault why = {.code = TW_OK};
    tw_err err = s == NULL ? TW_NOMEM : tw_arena_new(ARENA_BYTES, &s->arena);
    if (err == TW_OK) err = read_file(s, yaml, &why);
    if (err != TW_OK) {
        if (why.code == TW_OK) tw_fail(&why, err, "out of memory");
        if (fault != NULL) *fault = why;
        return err;
    }
    *ret = s;
    s = NULL;
    return TW_OK;
}

void tw_signers_free(struct tw_signers *s)
{
    if (s == NULL) return;
    tw_arena_free(s->arena);
    tw_free(s);
}

const struct tw_signer *tw_signers_at(const struct tw_signers *s, size_t *ret_n)
{
    *ret_n = s->n;
    return s->at;
}

/* -- judging */

static const struct tw_signer *whose(const struct tw_signers *s, const uint8_t key[TW_ED25519_KEY])
{
    for (size_t i = 0; i < s->n; i++)
        if (memcmp(s->at[i].key, key, TW_ED25519_KEY) == 0) return &s->at[i];
    return NULL;
}

static tw_err unknown(const struct tw_ssh_signature *sig, struct tw_fault *fault)
{
    char room[80];
    struct tw_buf b = tw_buf_in(room, sizeof room);
    tw_ssh_fingerprint(sig->key, &b);
    return tw_fail(fault, TW_NOTFOUND, "it is by the key %.*s, which is none of those that may sign",
                   (int)b.n, b.p);
}

static tw_err on_another_day(const struct tw_signer *k, int32_t day, struct tw_fault *fault)
{
    char room[16];
    struct tw_buf b = tw_buf_in(room, sizeof room);
    tw_buf_day(&b, day < k->from ? k->from : k->to);
    return tw_fail(fault, TW_CONFLICT, "the key of \"%.*s\" is valid %s %.*s", TW_STR_ARG(k->name),
                   day < k->from ? "from" : "to", (int)b.n, b.p);
}

/* May the signer sign so? */
static tw_err entitled(const struct tw_signer *k, int32_t day, enum tw_signer_role role,
                       struct tw_fault *fault)
{
    if (!k->may[role])
        return tw_fail(fault, TW_CONFLICT, "\"%.*s\" may not sign as %s", TW_STR_ARG(k->name),
                       role_row[role].name);
    if (day != TW_NO_DAY && (day < k->from || day > k->to)) return on_another_day(k, day, fault);
    return TW_OK;
}

static tw_err judge(const struct tw_signers *s, const struct tw_signed_bytes *b, enum tw_signer_role role,
                    const struct tw_signer **ret, struct tw_fault *fault)
{
    struct tw_ssh_signature sig;
    if (b->signature.n == 0)
        return tw_fail(fault, TW_NOTFOUND, "there is no signature; `tidewaiter %s sign --as %s` makes one",
                       (int)role < TW_SIGNER_ROLES ? "criteria" : "erase", role_row[role].name);
    TW_TRY(tw_ssh_signature_read(b->signature, &sig, fault));
    const struct tw_signer *k = whose(s, sig.key);
    if (k == NULL) return unknown(&sig, fault);
    if (strcmp(sig.purpose, role_row[role].purpose) != 0)
        return tw_fail(fault, TW_CONFLICT, "it was made for \"%s\", not for \"%s\"", sig.purpose,
                       role_row[role].purpose);
    if (!tw_ssh_signature_holds(&sig, role_row[role].purpose, b->bytes))
        return tw_fail(
            fault, TW_CONFLICT,
            (int)role < TW_SIGNER_ROLES
                ? "it does not hold: \"%.*s\" signed another set or version, or this file was changed since"
                : "it does not hold: \"%.*s\" signed another request, or this one was changed since",
            TW_STR_ARG(k->name));
    TW_TRY(entitled(k, b->day, role, fault));
    *ret = k;
    return TW_OK;
}

static tw_err at_role(tw_err err, enum tw_signer_role role, struct tw_fault *fault)
{
    if (err != TW_OK && fault != NULL) snprintf(fault->path, sizeof fault->path, "%s", role_row[role].name);
    return err;
}

tw_err tw_signers_judge_bytes(const struct tw_signers *s, const struct tw_signed_bytes *b,
                              enum tw_signer_role role, const struct tw_signer **ret, struct tw_fault *fault)
{
    return at_role(judge(s, b, role, ret, fault), role, fault);
}

static tw_err judge_set(const struct tw_signers *s, const struct tw_signed_case *c, enum tw_signer_role role,
                        const struct tw_signer **ret, struct tw_fault *fault)
{
    const struct tw_signed_bytes b = {c->bytes, c->signature[role], c->day};
    const struct tw_signer *k = NULL;
    TW_TRY(judge(s, &b, role, &k, fault));
    assert(k != NULL);
    if (role == TW_SIGNER_AUTHOR && !tw_str_eq(k->name, tw_criteria_author(c->set)))
        return tw_fail(fault, TW_CONFLICT, "it is by \"%.*s\", and the set says that its author is \"%.*s\"",
                       TW_STR_ARG(k->name), TW_STR_FIRST(tw_criteria_author(c->set), 60));
    *ret = k;
    return TW_OK;
}

tw_err tw_signers_judge(const struct tw_signers *s, const struct tw_signed_case *c, enum tw_signer_role role,
                        const struct tw_signer **ret, struct tw_fault *fault)
{
    return at_role(judge_set(s, c, role, ret, fault), role, fault);
}

tw_err tw_signers_admit(const struct tw_signers *s, const struct tw_signed_case *c,
                        const struct tw_signer *ret[TW_SIGNER_ROLES], struct tw_fault *fault)
{
    const struct tw_signer *author = NULL, *reviewer = NULL;
    TW_TRY(tw_signers_judge(s, c, TW_SIGNER_AUTHOR, &author, fault));
    TW_TRY(tw_signers_judge(s, c, TW_SIGNER_REVIEWER, &reviewer, fault));
    assert(author != NULL && reviewer != NULL);
    if (tw_str_eq(author->name, reviewer->name))
        return tw_fail(fault, TW_CONFLICT,
                       "\"%.*s\" signed as author and as reviewer; a second person reviews",
                       TW_STR_ARG(author->name));
    ret[TW_SIGNER_AUTHOR] = author;
    ret[TW_SIGNER_REVIEWER] = reviewer;
    return TW_OK;
}
