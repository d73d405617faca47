/* SPDX-License-Identifier: Apache-2.0 */
#include "name/index.h"

#include <string.h>

#include "base/fmath.h"
#include "base/map.h"
#include "base/mem.h"
#include "name/near.h"

enum {
    NAMES_MET = 1024, /* most that are judged for a question */
    NEAR_MAX = 256,   /* tokens near one of the question */
    KINS_MAX = NEAR_MAX * TW_NAME_TOKENS_MAX,
    COMPARED = 32 /* most names that are compared token by token */
};

/* Stands with the last token of a name. */
#define LAST (UINT32_C(1) << 31)

/* A token near one of the question's. */
struct kin {
    uint32_t token;
    uint8_t of;    /* of the question's tokens */
    bool followed; /* every name that bears it has been met */
    float likeness;
    double part; /* name_part of it */
};

/* What is looked at of each token of each name met: together, so that it costs one look at memory. */
struct mark {
    float weight;
    uint16_t kin; /* for one question: in `kin`, + 1; 0 = none */
    uint8_t kind; /* enum tw_name_kind */
};

struct tw_name_index {
    char *text; /* normal forms, each with its end */
    size_t text_n, text_cap;
    uint32_t *at, *first; /* of each name: where its text begins, and its tokens */
    size_t n, at_cap, first_cap;
    uint32_t *token; /* numbers of tokens, name after name; from tw_name_index_ready on the last has LAST */
    size_t tokens_all, all_cap;
    struct tw_intern *tokens;
    uint32_t *from,
        *posted;       /* of each token: where the list of its names begins; where the names' tokens do */
    struct mark *mark; /* of each token */
    struct name_near *near;
    /* For one question; empty between two. */
    struct kin *kin;
    size_t kins, met;
};

tw_err tw_name_index_new(struct tw_name_index **ret)
{
    TW_SCOPED(tw_name_index) *x = tw_calloc(1, sizeof *x);
    if (x == NULL) return TW_NOMEM;
    x->kin = tw_calloc(KINS_MAX, sizeof *x->kin);
    if (x->kin == NULL) return TW_NOMEM;
    TW_TRY(tw_intern_new(&x->tokens));
    *ret = x;
    x = NULL;
    return TW_OK;
}

void tw_name_index_free(struct tw_name_index *x)
{
    if (x == NULL) return;
    tw_free(x->text);
    tw_free(x->at);
    tw_free(x->first);
    tw_free(x->token);
    tw_intern_free(x->tokens);
    tw_free(x->from);
    tw_free(x->posted);
    tw_free(x->mark);
    name_near_free(x->near);
    tw_free(x->kin);
    tw_free(x);
}

size_t tw_name_index_n(const struct tw_name_index *x)
{
    return x->n;
}

/* -- taking in */

static void *grown(void *at, size_t *cap, size_t n, size_t size)
{
    if (n <= *cap) return at;
    size_t more = *cap > 0 ? *cap : 1024;
    while (more < n) more *= 2;
    void *p = tw_realloc(at, more, size);
    if (p != NULL) *cap = more;
    return p;
}

static struct tw_str token(const struct tw_name *n, size_t i)
{
    return (struct tw_str){n->text + n->token[i].at, n->token[i].n};
}

static tw_err add_tokens(struct tw_name_index *x, const struct tw_name *name)
{
    uint32_t *token_ = grown(x->token, &x->all_cap, x->tokens_all + name->tokens, sizeof *token_);
    if (token_ == NULL) return TW_NOMEM;
    x->token = token_;
    for (size_t i = 0; i < name->tokens; i++)
        TW_TRY(tw_intern_put(x->tokens, token(name, i), &x->token[x->tokens_all + i]));
    x->tokens_all += name->tokens;
    return TW_OK;
}

tw_err tw_name_index_add(struct tw_name_index *x, const struct tw_name *name)
{
    if (x->n >= INT32_MAX || x->text_n > UINT32_MAX - 256 || x->tokens_all > UINT32_MAX - 256 ||
        tw_intern_n(x->tokens) > LAST - 1 - TW_NAME_TOKENS_MAX)
        return TW_LIMIT;
    uint32_t *at = grown(x->at, &x->at_cap, x->n + 1, sizeof *at);
    if (at == NULL) return TW_NOMEM;
    x->at = at;
    uint32_t *first = grown(x->first, &x->first_cap, x->n + 2, sizeof *first);
    if (first == NULL) return TW_NOMEM;
    x->first = first;
    char *text = grown(x->text, &x->text_cap, x->text_n + name->n + 1u, 1);
    if (text == NULL) return TW_NOMEM;
    x->text = text;
    x->first[x->n] = (uint32_t)x->tokens_all;
    TW_TRY(add_tokens(x, name));
    memcpy(x->text + x->text_n, name->text, name->n + 1u);
    x->at[x->n++] = (uint32_t)x->text_n;
    x->first[x->n] = (uint32_t)x->tokens_all;
    x->text_n += name->n + 1u;
    return TW_OK;
}

/* Does the token stand in the same name before place i? */
static bool again(const struct tw_name_index *x, uint32_t name, uint32_t i)
{
    for (uint32_t k = x->first[name]; k < i; k++)
        if (x->token[k] == x->token[i]) return true;
    return false;
}

/* Counts the names of each token, or places them: two runs of the same order. */
static void post(struct tw_name_index *x, bool place)
{
    for (uint32_t name = 0; name < x->n; name++)
        for (uint32_t i = x->first[name]; i < x->first[name + 1]; i++) {
            if (again(x, name, i)) continue;
            uint32_t *at = &x->from[x->token[i] + (place ? 1 : 2)];
            if (place) x->posted[*at] = x->first[name];
            ++*at;
        }
}

static float weigh(const struct tw_name_index *x, uint32_t names, enum tw_name_kind kind)
{
    static const double LEAST = 1, MOST = 4, FORM = 0.1;
    const double rare = tw_log((double)(x->n + 1) / (names > 0 ? names : 1));
    return (float)((rare < LEAST ? LEAST : rare > MOST ? MOST : rare) * (kind == TW_NAME_FORM ? FORM : 1));
}

/* Names without tokens are never met. */
static void mark_ends(struct tw_name_index *x)
{
    for (size_t name = 0; name < x->n; name++)
        if (x->first[name] < x->first[name + 1]) x->token[x->first[name + 1] - 1] |= LAST;
}

tw_err tw_name_index_ready(struct tw_name_index *x)
{
    const size_t tokens = tw_intern_n(x->tokens);
    x->from = tw_calloc(tokens + 2, sizeof *x->from);
    x->posted = tw_calloc(x->tokens_all + 1, sizeof *x->posted);
    x->mark = tw_calloc(tokens + 1, sizeof *x->mark);
    if (x->from == NULL || x->posted == NULL || x->mark == NULL) return TW_NOMEM;
    post(x, false);
    for (size_t t = 0; t < tokens; t++) {
        const enum tw_name_kind kind = name_kind(tw_intern_text(x->tokens, (uint32_t)t));
        x->mark[t] = (struct mark){.weight = weigh(x, x->from[t + 2], kind), .kind = (uint8_t)kind};
    }
    for (size_t t = 2; t < tokens + 2; t++) x->from[t] += x->from[t - 1];
    post(x, true);
    mark_ends(x);
    return name_near_new(x->tokens, &x->near);
}

/* Kinds are found again as tw_name_read found them: forms by their table, numbers by their digits. */
void tw_name_index_get(const struct tw_name_index *x, uint32_t number, struct tw_name *ret)
{
    const char *text = x->text + x->at[number];
    tw_name_parse((struct tw_str){text, strlen(text)}, ret);
}

void tw_name_index_weights(const struct tw_name_index *x, const struct tw_name *name,
                           struct tw_name_weights *ret)
{
    for (size_t i = 0; i < name->tokens; i++) {
        const uint32_t number = tw_intern_find(x->tokens, token(name, i));
        ret->of[i] = number != TW_MAP_NONE ? x->mark[number].weight
                                           : weigh(x, 0, (enum tw_name_kind)name->token[i].kind);
    }
}

/* -- asking */

/* A token is kin to that of the question which it is most like. */
static void add_kin(struct tw_name_index *x, uint32_t token_, size_t of, float likeness)
{
    struct mark *m = &x->mark[token_];
    if (m->kin == 0) m->kin = (uint16_t)++x->kins;
    struct kin *kin = &x->kin[m->kin - 1];
    if (m->kin < x->kins && kin->likeness >= likeness) return;
    *kin = (struct kin){token_, (uint8_t)of, false, likeness, name_part((double)likeness)};
}

/* Those near token i of the question; how many names bear them. */
static uint64_t find_kin(struct tw_name_index *x, const struct tw_name *question, size_t i)
{
    uint32_t near[NEAR_MAX];
    uint64_t names = 0;
    const struct tw_str word = token(question, i);
    const size_t n = name_near_find(x->near, word, NEAR_MAX, near), before = x->kins;
    for (size_t k = 0; k < n && x->kins < KINS_MAX; k++) {
        const struct mark *m = &x->mark[near[k]];
        if (m->kin != 0 && x->kin[m->kin - 1].of == i) continue;
        const double likeness = name_alike(word, (enum tw_name_kind)question->token[i].kind,
                                           tw_intern_text(x->tokens, near[k]), (enum tw_name_kind)m->kind);
        if (likeness > 0) add_kin(x, near[k], i, (float)likeness);
    }
    for (size_t k = before; k < x->kins; k++) {
        const uint32_t t = x->kin[k].token;
        names += x->from[t + 1] - x->from[t];
    }
    return names;
}

/* How alike a name is, by the numbers of its tokens, which begin at `at`; below zero: it bears a token all of
 * whose names have been met. */
static double judge(const struct tw_name_index *x, uint32_t at, const struct tw_name_weights *asked,
                    double asked_all)
{
    double agreed = 0, lost = 0, alone = 0, met = 0; /* met: weight of the question's tokens that are */
    uint32_t used = 0, t;
    do {
        t = x->token[at++];
        const struct mark *m = &x->mark[t & ~LAST];
        const struct kin *k = m->kin != 0 ? &x->kin[m->kin - 1] : NULL;
        if (k != NULL && k->followed) return -1;
        if (k == NULL || (used & (1u << k->of)) != 0) {
            alone += (double)m->weight;
            continue;
        }
        const double both = ((double)m->weight + (double)asked->of[k->of]) / 2;
        used |= 1u << k->of;
        met += (double)asked->of[k->of];
        agreed += both * k->part;
        lost += both * (1 - k->part);
    } while ((t & LAST) == 0);
    return name_score(agreed, lost, asked_all - met, alone);
}

/* The best so far, best first. */
struct best {
    size_t n;
    struct {
        uint32_t at; /* where its tokens begin */
        double score;
    } of[COMPARED];
};

static void keep(struct best *b, uint32_t at, double score)
{
    size_t k = b->n < COMPARED ? b->n++ : COMPARED;
    if (k == COMPARED && b->of[--k].score >= score) return;
    for (; k > 0 && b->of[k - 1].score < score; k--) b->of[k] = b->of[k - 1];
    b->of[k].at = at;
    b->of[k].score = score;
}

/* Kin by how near they are: the same, nearly the same, the others. */
enum { NEARNESSES = 3 };
static size_t nearness(float likeness)
{
    return likeness >= 1 ? 0 : likeness >= 0.9F ? 1 : 2;
}

/* Asks memory for the marks of a name's first tokens. */
static void fetch_marks(const struct tw_name_index *x, uint32_t at)
{
    for (size_t i = 0; i < 4; i++) {
        const uint32_t t = x->token[at + i];
        __builtin_prefetch(&x->mark[t & ~LAST]);
        if ((t & LAST) != 0) return;
    }
}

/* Judges the names that bear kin of token `of` of one nearness, while the budget lasts. */
static void follow(struct tw_name_index *x, size_t of, size_t near, const struct tw_name_weights *asked,
                   double asked_all, struct best *b)
{
    enum { AHEAD = 12 }; /* names whose tokens memory is asked for meanwhile */
    for (size_t k = 0; k < x->kins; k++) {
        struct kin *kin = &x->kin[k];
        if (kin->of != of || nearness(kin->likeness) != near) continue;
        const uint32_t end = x->from[kin->token + 1];
        for (uint32_t p = x->from[kin->token]; p < end; p++) {
            if (x->met == NAMES_MET) return;
            if (p + AHEAD < end) __builtin_prefetch(&x->token[x->posted[p + AHEAD]]);
            if (p + AHEAD / 2 < end) fetch_marks(x, x->posted[p + AHEAD / 2]);
            const double score = judge(x, x->posted[p], asked, asked_all);
            if (score < 0) continue;
            x->met++;
            keep(b, x->posted[p], score);
        }
        kin->followed = true;
    }
}

/* The tokens of the question, those that lead to the fewest names first; such as lead to none are left out.
 */
static size_t order_tokens(const uint64_t *names, size_t n, size_t ret[TW_NAME_TOKENS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (names[i] == 0) continue;
        size_t k = count++;
        for (; k > 0 && names[ret[k - 1]] > names[i]; k--) ret[k] = ret[k - 1];
        ret[k] = i;
    }
    return count;
}

static void search(struct tw_name_index *x, const struct tw_name *question,
                   const struct tw_name_weights *asked, struct best *b)
{
    double asked_all = 0;
    uint64_t names[TW_NAME_TOKENS_MAX];
    size_t order[TW_NAME_TOKENS_MAX] = {0};
    for (size_t i = 0; i < question->tokens; i++) {
        names[i] = find_kin(x, question, i);
        asked_all += (double)asked->of[i];
    }
    const size_t n = order_tokens(names, question->tokens, order);
    for (size_t i = 0; i < n; i++)
        for (size_t near = 0; near < NEARNESSES && x->met < NAMES_MET; near++)
            follow(x, order[i], near, asked, asked_all, b);
    for (size_t k = 0; k < x->kins; k++) x->mark[x->kin[k].token].kin = 0;
    x->kins = x->met = 0;
}

static size_t put_hit(struct tw_name_hit *ret, size_t n, size_t max, struct tw_name_hit hit)
{
    size_t k = n < max ? n++ : max;
    for (; k > 0; k--) {
        const struct tw_name_hit *o = &ret[k - 1];
        const bool before = hit.likeness.score > o->likeness.score ||
                            (hit.likeness.score == o->likeness.score && hit.number < o->number);
        if (!before) break;
        if (k < max) ret[k] = *o;
    }
    if (k < max) ret[k] = hit;
    return n;
}

/* The number of the name whose tokens begin there. */
static uint32_t name_at(const struct tw_name_index *x, uint32_t at)
{
    size_t low = 0,
           high = x->n; /* the last name that begins at `at` or before: those without tokens come first */
    while (high - low > 1) {
        const size_t mid = low + (high - low) / 2;
        if (x->first[mid] <= at)
            low = mid;
        else
            high = mid;
    }
    return (uint32_t)low;
}

/* A name and its weights from what is known of its tokens, which spares finding them anew. */
static void rebuild(const struct tw_name_index *x, uint32_t number, struct tw_name *name,
                    struct tw_name_weights *weights)
{
    const uint32_t first = x->first[number];
    name->tokens = (uint8_t)(x->first[number + 1] - first);
    size_t n = 0;
    for (size_t i = 0; i < name->tokens; i++) {
        const uint32_t t = x->token[first + i] & ~LAST;
        const struct tw_str text = tw_intern_text(x->tokens, t);
        name->token[i] = (struct tw_name_token){(uint8_t)n, (uint8_t)text.n, x->mark[t].kind};
        weights->of[i] = x->mark[t].weight;
        n += text.n + 1;
    }
    name->n = (uint8_t)(n > 0 ? n - 1 : 0);
    memcpy(name->text, x->text + x->at[number], name->n + 1u);
}

size_t tw_name_index_find(struct tw_name_index *x, const struct tw_name *question, double least, size_t max,
                          struct tw_name_hit *ret)
{
    struct tw_name_weights asked = {.of = {0}}, there;
    struct best b = {.n = 0};
    size_t hits = 0;
    tw_name_index_weights(x, question, &asked);
    search(x, question, &asked, &b);
    for (size_t i = 0; i < b.n; i++) {
        struct tw_name_hit hit = {.number = name_at(x, b.of[i].at)};
        struct tw_name name;
        rebuild(x, hit.number, &name, &there);
        hit.likeness = tw_name_compare(question, &asked, &name, &there);
        if (hit.likeness.score >= least) hits = put_hit(ret, hits, max, hit);
    }
    return hits;
}
