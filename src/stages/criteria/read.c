/* SPDX-License-Identifier: Apache-2.0 */
/* A set from YAML. A criterion's author is told of the first thing that is wrong, at its character. */
#include <stdio.h>
#include <string.h>

#include "base/embed.h"
#include "base/map.h"
#include "base/mem.h"
#include "criteria/criteria_priv.h"

enum {
    ARENA_BYTES = 512 << 20,
    CRITERIA_MAX = 5000,
    EXAMPLES_MAX = 100,
    ID_BYTES_MAX = 64,
    TRIAL_BYTES = 16 << 20 /* what one evaluation may make */
};

static const struct tw_word class_words[] = {
#define X(id, name, words) {name, words},
    TW_CRITERION_TABLE(X)
#undef X
};

const struct tw_vocabulary *tw_criterion_vocabulary(void)
{
    static const struct tw_vocabulary v = {"class", class_words, TW_CRITERION_N};
    return &v;
}

struct set_text {
    struct tw_str name, author;
    int64_t version;
    const struct tw_yaml *criteria;
};

struct criterion_text {
    struct tw_str id, class, channel, reason, task, legal_basis, owner;
    const struct tw_yaml *when, *examples;
    double probability;
    int64_t patience;
    struct valid_text {
        int32_t from, to;
    } valid;
    struct tw_yaml_items offices;
};

static const struct tw_yaml_field set_key[] = {
    TW_YAML_KEY(struct set_text, "name", TEXT, name, .required = true),
    TW_YAML_KEY(struct set_text, "version", I64, version, .required = true, .min = 1, .max = 1e9),
    TW_YAML_KEY(struct set_text, "author", TEXT, author, .required = true),
    TW_YAML_KEY(struct set_text, "criteria", NODE, criteria, .required = true), TW_YAML_END};

static const struct tw_yaml_field valid_key[] = {
    TW_YAML_KEY(struct valid_text, "from", DAY, from, .required = true),
    TW_YAML_KEY(struct valid_text, "to", DAY, to, .required = true), TW_YAML_END};

static const struct tw_yaml_field criterion_key[] = {
    TW_YAML_KEY(struct criterion_text, "id", TEXT, id, .required = true),
    TW_YAML_KEY(struct criterion_text, "class", TEXT, class),
    TW_YAML_KEY(struct criterion_text, "when", NODE, when, .required = true),
    TW_YAML_KEY(struct criterion_text, "channel", TEXT, channel),
    TW_YAML_KEY(struct criterion_text, "probability", F64, probability, .min = 0, .max = 1),
    TW_YAML_KEY(struct criterion_text, "max_hits_without_selection", I64, patience, .min = 1, .max = 1e6),
    TW_YAML_KEY(struct criterion_text, "reason", TEXT, reason, .required = true),
    TW_YAML_KEY(struct criterion_text, "task", TEXT, task),
    TW_YAML_KEY(struct criterion_text, "legal_basis", TEXT, legal_basis),
    TW_YAML_KEY(struct criterion_text, "owner", TEXT, owner, .required = true),
    TW_YAML_KEY(struct criterion_text, "valid", STRUCT, valid, .required = true, .sub = valid_key),
    TW_YAML_KEY(struct criterion_text, "offices", TEXTS, offices, .required = true),
    TW_YAML_KEY(struct criterion_text, "examples", NODE, examples, .required = true),
    TW_YAML_END};

/* -- places in conditions */

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Where line and column of the file begin, in bytes; columns are counted in characters. */
static size_t byte_of(struct tw_str yaml, uint32_t line, uint32_t column)
{
    size_t i = 0;
    for (uint32_t l = 1; l < line && i < yaml.n; l++) {
        const char *end = memchr(yaml.s + i, '\n', yaml.n - i);
        i = end != NULL ? (size_t)(end - yaml.s) + 1 : yaml.n;
    }
    for (uint32_t c = 1; c < column && i < yaml.n; i++)
        if (i + 1 >= yaml.n || ((unsigned char)yaml.s[i + 1] & 0xC0) != 0x80) c++;
    return i;
}

/* Moves a fault from byte `at` of a condition to its place in the file: YAML folds lines and takes indents
 * away, but leaves every other character, so these are counted off. In quotes, up to what is escaped. */
static void place_in_file(struct tw_str yaml, const struct tw_yaml *node, size_t at, struct tw_fault *fault)
{
    size_t i = byte_of(yaml, node->line, node->column), left = 0;
    for (size_t k = 0; k < at && k < node->text.n; k++) left += !is_space(node->text.s[k]);
    if (i < yaml.n && (yaml.s[i] == '>' || yaml.s[i] == '|')) {
        while (i < yaml.n && yaml.s[i] != '\n') i++;
    } else if (i < yaml.n && (yaml.s[i] == '"' || yaml.s[i] == '\'')) {
        i++;
    }
    for (; i < yaml.n; i++) {
        if (is_space(yaml.s[i])) continue;
        if (left == 0) break;
        left--;
    }
    fault->byte = i;
    fault->line = fault->column = 1;
    for (size_t k = 0; k < i; k++) {
        if (yaml.s[k] == '\n') {
            fault->line++;
            fault->column = 1;
        } else if (((unsigned char)yaml.s[k] & 0xC0) != 0x80) {
            fault->column++;
        }
    }
}

void criteria_place(const struct tw_criteria *c, size_t i, size_t byte, uint32_t *ret_line,
                    uint32_t *ret_column)
{
    struct tw_fault at = {0};
    place_in_file(c->yaml, c->when[i], byte, &at);
    *ret_line = at.line;
    *ret_column = at.column;
}

/* -- one criterion */

struct reading {
    struct tw_criteria *to;
    struct tw_str yaml;
    struct tw_criteria_limits limits;
    bool *read; /* of each list: by any condition */
};

/* Exact lists are asked before fuzzy ones, which take longer. */
static tw_err take_lists(struct reading *r, struct tw_criterion *k)
{
    const struct tw_watchlists lists = r->to->lists;
    if (lists.n == 0) return TW_OK; /* programs lie side by side in the arena */
    uint32_t *at = tw_arena_array(r->to->arena, lists.n, sizeof *at);
    if (at == NULL) return TW_NOMEM;
    k->list = at;
    for (int fuzzy = 0; fuzzy <= 1; fuzzy++)
        for (size_t i = 0; i < lists.n; i++) {
            if (tw_watchlist_head(lists.at[i])->fuzzy != (fuzzy == 1) ||
                !tw_cel_reads(k->program, ROOT_N + i))
                continue;
            at[k->lists_n++] = (uint32_t)i;
            r->read[i] = true;
            k->of_item = k->of_item || tw_watchlist_looks_in_items(lists.at[i]);
        }
    return TW_OK;
}

/* A set that names lists, and none was given: what is missing is not what the author wrote. */
static void say_no_lists(const struct reading *r, struct tw_str when, struct tw_fault *why)
{
    const struct tw_str at = {when.s + why->byte, why->byte < when.n ? when.n - why->byte : 0};
    if (r->to->lists.n == 0 && why->code == TW_FORMAT && tw_str_starts(at, TW_STR("lists")))
        TW_IGNORE(
            tw_fail(why, TW_FORMAT, "no lists were given; --lists FILE|DIR names those that a set reads"));
}

static tw_err compile(struct reading *r, const struct tw_yaml *when, struct tw_criterion *k,
                      struct tw_fault *fault)
{
    if (when->kind != TW_YAML_SCALAR)
        return TW_YAML_WRONG(when, fault, TW_FORMAT, "'when' is one expression, as text");
    k->when = tw_str_trim(when->text);
    r->to->when[k - r->to->at] = when;
    struct tw_fault why = {0};
    const tw_err err = tw_cel_compile(when->text, &r->to->schema->env, &r->limits.cel, &k->program, &why);
    if (err != TW_OK) {
        say_no_lists(r, when->text, &why);
        if (err != TW_NOMEM) place_in_file(r->yaml, when, why.byte, &why);
        snprintf(why.path, sizeof why.path, "%.*s", (int)(k->id.n < 60 ? k->id.n : 60), k->id.s);
        if (fault != NULL) *fault = why;
        return err;
    }
    if (tw_cel_result(k->program)->kind != TW_CEL_BOOL) {
        TW_SCOPED_BUF type = {0};
        tw_cel_type_show(tw_cel_result(k->program), &type);
        return TW_YAML_WRONG(when, fault, TW_FORMAT,
                             "a condition is true or false; this one is %.*s: compare it with something",
                             (int)(type.n < 60 ? type.n : 60), type.p != NULL ? type.p : "");
    }
    if (tw_cel_reads(k->program, ROOT_LISTS))
        return TW_YAML_WRONG(when, fault, TW_FORMAT,
                             "lists are no value together; ask for a member of one, such as lists.NAME.hit");
    for (int i = 0; i < ROOT_LISTS; i++) {
        if (!tw_cel_reads(k->program, (size_t)i)) continue;
        r->to->reads[i] = true;
        const struct schema *s = r->to->schema;
        tw_cel_reads_fields(k->program, (size_t)i, s->read[i], s->root[i]->n);
        k->of_item = k->of_item || i == ROOT_ITEM || i == ROOT_PROFILE || i == ROOT_FEATURES;
    }
    return take_lists(r, k);
}

static tw_err take_class(const struct tw_yaml *node, const struct criterion_text *t, struct tw_criterion *k,
                         struct tw_fault *fault)
{
    size_t at = TW_CRITERION_CRITERION;
    if (t->class.n > 0 && tw_vocabulary_find(tw_criterion_vocabulary(), t->class, &at, fault) != TW_OK) {
        tw_yaml_point(tw_yaml_get(node, "class"), fault);
        return TW_NOTFOUND;
    }
    k->class = (enum tw_criterion_class)at;
    k->probability = t->probability;
    k->patience = (uint32_t)t->patience;
    k->channel = TW_CHANNEL_GREEN;
    if (k->patience > 0 && (k->class != TW_CRITERION_CRITERION || k->probability >= 1))
        return TW_YAML_WRONG(tw_yaml_get(node, "max_hits_without_selection"), fault, TW_FORMAT,
                             "only a criterion with a probability below 1 may hit without a selection");
    if (k->class == TW_CRITERION_FACILITATION) {
        if (t->channel.n == 0 && t->probability >= 1) return TW_OK;
        return TW_YAML_WRONG(node, fault, TW_FORMAT,
                             "a facilitation asks for no channel, and has no probability");
    }
    if (t->channel.n == 0)
        return TW_YAML_WRONG(node, fault, TW_FORMAT, "the key 'channel' is missing: blue, yellow or red");
    if (tw_channel_parse(t->channel, &k->channel, fault) != TW_OK || k->channel == TW_CHANNEL_GREEN ||
        k->channel == TW_CHANNEL_QUERY)
        return TW_YAML_WRONG(tw_yaml_get(node, "channel"), fault, TW_RANGE,
                             "a criterion asks for blue, yellow or red, not for \"%.*s\"",
                             TW_STR_FIRST(t->channel, 60));
    if (k->class == TW_CRITERION_MANDATORY && t->probability < 1)
        return TW_YAML_WRONG(
            tw_yaml_get(node, "probability"), fault, TW_RANGE,
            "a mandatory control is made always; leave 'probability' out, or make it a criterion");
    return TW_OK;
}

static bool is_id(struct tw_str id)
{
    static const char other[] = "-_.";
    for (size_t i = 0; i < id.n; i++) {
        const char c = id.s[i];
        const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && memchr(other, c, sizeof other - 1) == NULL) return false;
    }
    return id.n > 0 && id.n <= ID_BYTES_MAX;
}

/* Everywhere is said by a star, alone. */
static tw_err take_offices(const struct tw_yaml *node, const struct criterion_text *t, struct tw_criterion *k,
                           struct tw_fault *fault)
{
    const struct tw_yaml *list = tw_yaml_get(node, "offices");
    const struct tw_str *office = t->offices.at;
    if (t->offices.n == 0)
        return TW_YAML_WRONG(list, fault, TW_FORMAT,
                             "no office is named, so it could never hit; [\"*\"] is all of them");
    k->office = office;
    k->offices_n = t->offices.n;
    for (size_t i = 0; i < t->offices.n; i++) {
        if (office[i].n == 0)
            return TW_YAML_WRONG(list->member[i], fault, TW_FORMAT, "an office without a name");
        if (!tw_str_is(office[i], "*")) continue;
        if (t->offices.n > 1)
            return TW_YAML_WRONG(list->member[i], fault, TW_FORMAT,
                                 "\"*\" is all offices; leave the others out");
        k->offices_n = 0;
    }
    return TW_OK;
}

static tw_err take_criterion(struct reading *r, const struct tw_yaml *node, struct tw_criterion *k,
                             struct tw_fault *fault)
{
    struct criterion_text t = {.probability = 1};
    TW_TRY(tw_yaml_bind(node, criterion_key, &t, r->to->arena, fault));
    *k = (struct tw_criterion){.id = t.id,
                               .reason = t.reason,
                               .task = t.task,
                               .legal_basis = t.legal_basis,
                               .owner = t.owner,
                               .from = t.valid.from,
                               .to = t.valid.to,
                               .line = node->line,
                               .column = node->column};
    if (!is_id(t.id))
        return TW_YAML_WRONG(tw_yaml_get(node, "id"), fault, TW_FORMAT,
                             "an id is up to %d letters, digits, hyphens, underscores and points",
                             ID_BYTES_MAX);
    if (t.reason.n == 0)
        return TW_YAML_WRONG(tw_yaml_get(node, "reason"), fault, TW_FORMAT,
                             "say in a sentence why it is controlled");
    if (t.valid.from > t.valid.to)
        return TW_YAML_WRONG(tw_yaml_get(node, "valid"), fault, TW_RANGE, "it ends before it begins");
    TW_TRY(take_class(node, &t, k, fault));
    TW_TRY(take_offices(node, &t, k, fault));
    TW_TRY(compile(r, t.when, k, fault));
    return criteria_try(r->to, k, t.examples, r->limits.examples, r->to->trial, fault);
}

/* -- the set */

static bool share_a_day(const struct tw_criterion *a, const struct tw_criterion *b)
{
    return a->from <= b->to && b->from <= a->to;
}

/* One id may stand several times, as versions of a criterion that follow each other. before[i]: the one of
 * the same id before the i-th. */
static tw_err look_at_twin(const struct tw_criteria *c, uint32_t i, const uint32_t *before,
                           const struct tw_yaml *list, struct tw_fault *fault)
{
    for (uint32_t k = before[i]; k != TW_MAP_NONE; k = before[k])
        if (share_a_day(&c->at[k], &c->at[i]))
            return TW_YAML_WRONG(tw_yaml_get(list->member[i], "id"), fault, TW_CONFLICT,
                                 "\"%.*s\" stands in line %u already, valid on the same days",
                                 TW_STR_FIRST(c->at[i].id, 60), c->at[k].line);
    return TW_OK;
}

static tw_err look_for_twins(const struct tw_criteria *c, const struct tw_yaml *list, struct tw_fault *fault)
{
    TW_SCOPED(tw_intern) *ids = NULL;
    uint32_t *last = tw_arena_array(c->arena, c->n + 1, sizeof *last);
    uint32_t *before = tw_arena_array(c->arena, c->n + 1, sizeof *before);
    if (last == NULL || before == NULL) return TW_NOMEM;
    TW_TRY(tw_intern_new(&ids));
    for (uint32_t i = 0; i < c->n; i++) {
        uint32_t id;
        const size_t known = tw_intern_n(ids);
        TW_TRY(tw_intern_put(ids, c->at[i].id, &id));
        before[i] = id < known ? last[id] : (uint32_t)TW_MAP_NONE;
        last[id] = i;
        TW_TRY(look_at_twin(c, i, before, list, fault));
    }
    return TW_OK;
}

/* What tw_criteria_lists tells. */
static tw_err keep_lists(struct reading *r)
{
    struct tw_criteria *c = r->to;
    c->read = tw_arena_array(c->arena, c->lists.n + 1, sizeof(struct tw_watchlist *));
    if (c->read == NULL) return TW_NOMEM;
    for (size_t i = 0; i < c->lists.n; i++)
        if (r->read[i]) c->read[c->reads_n++] = c->lists.at[i];
    return TW_OK;
}

static tw_err read_set(struct reading *r, struct tw_fault *fault)
{
    struct tw_criteria *c = r->to;
    struct set_text t = {.version = 0};
    struct tw_yaml *root = NULL;
    TW_TRY(tw_yaml_parse(r->yaml, c->arena, &root, fault));
    TW_TRY(tw_yaml_bind(root, set_key, &t, c->arena, fault));
    c->name = t.name;
    c->version = t.version;
    c->author = t.author;
    if (t.criteria->kind != TW_YAML_LIST || t.criteria->n == 0)
        return TW_YAML_WRONG(t.criteria, fault, TW_FORMAT,
                             "'criteria' is a list of criteria, one at the least");
    if (t.criteria->n > r->limits.criteria) {
        tw_yaml_point(t.criteria->member[r->limits.criteria], fault);
        if (fault != NULL) memcpy(fault->path, "criteria", sizeof "criteria");
        return tw_fail(fault, TW_LIMIT, "a set has at most %u criteria, and this one has %zu; split it",
                       r->limits.criteria, t.criteria->n);
    }
    c->yaml = r->yaml;
    c->at = tw_arena_array(c->arena, t.criteria->n, sizeof *c->at);
    c->when = tw_arena_array(c->arena, t.criteria->n, sizeof(const struct tw_yaml *));
    if (c->at == NULL || c->when == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    memset(c->at, 0, t.criteria->n * sizeof *c->at);
    c->n = t.criteria->n;
    for (size_t i = 0; i < c->n; i++) TW_TRY(take_criterion(r, t.criteria->member[i], &c->at[i], fault));
    TW_TRY(look_for_twins(c, t.criteria, fault));
    TW_TRY(keep_lists(r));
    c->unindexed = r->limits.unindexed;
    return index_new(c, &c->index);
}

tw_err tw_criteria_parse(struct tw_str yaml, const struct tw_criteria_limits *limits,
                         const struct tw_watchlists *lists, struct tw_criteria **ret, struct tw_fault *fault)
{
    TW_SCOPED(tw_criteria) *c = tw_calloc(1, sizeof *c);
    struct reading r = {.to = c};
    if (c == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    if (limits != NULL) r.limits = *limits;
    if (lists != NULL) c->lists = *lists;
    if (r.limits.criteria == 0) r.limits.criteria = CRITERIA_MAX;
    if (r.limits.examples == 0) r.limits.examples = EXAMPLES_MAX;
    struct tw_fault why = {0};
    tw_err err = tw_arena_new(ARENA_BYTES, &c->arena);
    if (err == TW_OK) err = tw_arena_new(TRIAL_BYTES, &c->trial);
    if (err == TW_OK) err = schema_new(lists, c->arena, &c->schema);
    if (err == TW_OK) c->schema->env.arena = c->arena; /* programs of a set lie side by side */
    if (err == TW_OK) r.read = tw_arena_array(c->arena, c->lists.n + 1, sizeof *r.read);
    if (r.read == NULL && err == TW_OK) err = TW_NOMEM;
    if (err == TW_OK) err = tw_str_dup(c->arena, yaml, &r.yaml); /* ids and texts point into it */
    if (err == TW_OK) {
        tw_sha256(yaml.s, yaml.n, c->hash);
        err = read_set(&r, &why);
    }
    if (err != TW_OK) {
        if (why.code == TW_OK) tw_fail(&why, err, "out of memory");
        if (fault != NULL) *fault = why;
        return err;
    }
    *ret = c;
    c = NULL;
    return TW_OK;
}

extern const struct tw_embed tw_criteria_embedded[]; /* data/criteria, by tools/embed */

struct tw_str tw_criteria_builtin(struct tw_str name)
{
    return tw_embed_find(tw_criteria_embedded, name);
}

void tw_criteria_free(struct tw_criteria *c)
{
    if (c == NULL) return;
    for (size_t i = 0; i < c->n; i++) tw_cel_free(c->at[i].program);
    index_free(c->index);
    tw_arena_free(c->arena);
    tw_arena_free(c->trial);
    tw_free(c);
}

struct tw_str tw_criteria_name(const struct tw_criteria *c)
{
    return c->name;
}

int64_t tw_criteria_version(const struct tw_criteria *c)
{
    return c->version;
}

struct tw_str tw_criteria_author(const struct tw_criteria *c)
{
    return c->author;
}

struct tw_str tw_criteria_reviewer(const struct tw_criteria *c)
{
    return c->reviewer;
}

tw_err tw_criteria_set_reviewer(struct tw_criteria *c, struct tw_str name)
{
    return tw_str_dup(c->arena, name, &c->reviewer);
}

const uint8_t *tw_criteria_hash(const struct tw_criteria *c)
{
    return c->hash;
}

struct tw_watchlists tw_criteria_lists(const struct tw_criteria *c)
{
    return (struct tw_watchlists){c->read, c->reads_n};
}

const struct tw_criterion *tw_criteria_at(const struct tw_criteria *c, size_t *ret_n)
{
    *ret_n = c->n;
    return c->at;
}
