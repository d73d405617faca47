/* SPDX-License-Identifier: Apache-2.0 */
#include "name/index.h"

#include <string.h>

#include "base/fmath.h"
#include "base/map.h"
#include "base/mem.h"
#include "name/near.h"

enum {
    NAMES_MET = 1024,  /* most that are judged for a question */
    NEAR_MAX = 256,    /* tokens near one of the question */
    NEAR_SLOTS = 8192, /* of those of all its tokens: a power of two above twice as many */
    COMPARED = 32,     /* most names that are compared token by token */
    SEEN_SLOTS = 8192  /* of names met: a power of two above twice NAMES_MET */
};

/* A token near one of the question's. */
struct kin {
    uint32_t token; /* number + 1; 0 = free */
    uint8_t of;     /* of the question's tokens */
    float likeness;
};

struct tw_name_index {
    char *text; /* normal forms, each with its end */
    size_t text_n, text_cap;
    uint32_t *at, *first; /* of each name: where its text begins, and its tokens */
    size_t n, at_cap, first_cap;
    uint32_t *token; /* numbers of tokens, name after name */
    size_t tokens_all, all_cap;
    struct tw_intern *tokens;
    uint32_t *from, *posted; /* of each token: where the list of its names begins; the lists */
    float *weight;           /* of each token */
    struct name_near *near;
    /* For one question; empty between two. */
    struct kin *kin;
    uint32_t *kin_slot, *seen, *seen_slot;
    size_t kins, seens;
};

tw_err tw_name_index_new(struct tw_name_index **ret)
{
    TW_SCOPED(tw_name_index) *x = tw_calloc(1, sizeof *x);
    if (x == NULL) return TW_NOMEM;
    x->kin = tw_calloc(NEAR_SLOTS, sizeof *x->kin);
    x->kin_slot = tw_calloc(NEAR_SLOTS, sizeof *x->kin_slot);
    x->seen = tw_calloc(SEEN_SLOTS, sizeof *x->seen);
    x->seen_slot = tw_calloc(NAMES_MET, sizeof *x->seen_slot);
    if (x->kin == NULL || x->kin_slot == NULL || x->seen == NULL || x->seen_slot == NULL) return TW_NOMEM;
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
    tw_free(x->weight);
    name_near_free(x->near);
    tw_free(x->kin);
    tw_free(x->kin_slot);
    tw_free(x->seen);
    tw_free(x->seen_slot);
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
    if (x->n >= INT32_MAX || x->text_n > UINT32_MAX - 256 || x->tokens_all > UINT32_MAX - 256)
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
            if (place) x->posted[*at] = name;
            ++*at;
        }
}

static float weigh(const struct tw_name_index *x, uint32_t names, enum tw_name_kind kind)
{
    static const double LEAST = 1, MOST = 4, FORM = 0.1;
    const double rare = tw_log((double)(x->n + 1) / (names > 0 ? names : 1));
    return (float)((rare < LEAST ? LEAST : rare > MOST ? MOST : rare) * (kind == TW_NAME_FORM ? FORM : 1));
}

tw_err tw_name_index_ready(struct tw_name_index *x)
{
    const size_t tokens = tw_intern_n(x->tokens);
    x->from = tw_calloc(tokens + 2, sizeof *x->from);
    x->posted = tw_calloc(x->tokens_all + 1, sizeof *x->posted);
    x->weight = tw_calloc(tokens + 1, sizeof *x->weight);
    if (x->from == NULL || x->posted == NULL || x->weight == NULL) return TW_NOMEM;
    post(x, false);
    for (size_t t = 0; t < tokens; t++)
        x->weight[t] = weigh(x, x->from[t + 2], name_kind(tw_intern_text(x->tokens, (uint32_t)t)));
    for (size_t t = 2; t < tokens + 2; t++) x->from[t] += x->from[t - 1];
    post(x, true);
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
        ret->of[i] =
            number != TW_MAP_NONE ? x->weight[number] : weigh(x, 0, (enum tw_name_kind)name->token[i].kind);
    }
}

/* -- asking */

static size_t slot_of(uint32_t key, size_t slots)
{
    return (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 40) & (slots - 1);
}

static const struct kin *kin_of(const struct tw_name_index *x, uint32_t token_)
{
    for (size_t at = slot_of(token_, NEAR_SLOTS);; at = (at + 1) & (NEAR_SLOTS - 1)) {
        if (x->kin[at].token == 0) return NULL;
        if (x->kin[at].token == token_ + 1) return &x->kin[at];
    }
}

/* A token is kin to that of the question which it is most like. */
static void add_kin(struct tw_name_index *x, uint32_t token_, size_t of, float likeness)
{
    size_t at = slot_of(token_, NEAR_SLOTS);
    while (x->kin[at].token != 0 && x->kin[at].token != token_ + 1) at = (at + 1) & (NEAR_SLOTS - 1);
    if (x->kin[at].token == 0) x->kin_slot[x->kins++] = (uint32_t)at;
    if (x->kin[at].token != 0 && x->kin[at].likeness >= likeness) return;
    x->kin[at] = (struct kin){token_ + 1, (uint8_t)of, likeness};
}

/* Those near token i of the question; how many names bear them. */
static uint64_t find_kin(struct tw_name_index *x, const struct tw_name *question, size_t i)
{
    uint32_t near[NEAR_MAX];
    uint64_t names = 0;
    const struct tw_str word = token(question, i);
    const size_t n = name_near_find(x->near, word, NEAR_MAX, near), before = x->kins;
    for (size_t k = 0; k < n && x->kins < NEAR_SLOTS / 2; k++) {
        const struct kin *known = kin_of(x, near[k]);
        const struct tw_str other = tw_intern_text(x->tokens, near[k]);
        if (known != NULL && known->of == i) continue;
        const double likeness =
            name_alike(word, (enum tw_name_kind)question->token[i].kind, other, name_kind(other));
        if (likeness > 0) add_kin(x, near[k], i, (float)likeness);
    }
    for (size_t k = before; k < x->kins; k++) {
        const uint32_t t = x->kin[x->kin_slot[k]].token - 1;
        names += x->from[t + 1] - x->from[t];
    }
    return names;
}

/* How alike a name is, by the numbers of its tokens. */
static double judge(const struct tw_name_index *x, uint32_t name, const struct tw_name_weights *asked,
                    size_t n)
{
    double agreed = 0, lost = 0, alone = 0, asked_alone = 0;
    uint32_t used = 0;
    for (uint32_t i = x->first[name]; i < x->first[name + 1]; i++) {
        const struct kin *k = kin_of(x, x->token[i]);
        const double weight = (double)x->weight[x->token[i]];
        if (k == NULL || (used & (1u << k->of)) != 0) {
            alone += weight;
            continue;
        }
        const double both = (weight + (double)asked->of[k->of]) / 2, part = name_part((double)k->likeness);
        used |= 1u << k->of;
        agreed += both * part;
        lost += both * (1 - part);
    }
    for (size_t i = 0; i < n; i++) asked_alone += (used & (1u << i)) != 0 ? 0 : (double)asked->of[i];
    return name_score(agreed, lost, asked_alone, alone);
}

/* Was the name met before? Then false. */
static bool meet(struct tw_name_index *x, uint32_t name)
{
    size_t at = slot_of(name, SEEN_SLOTS);
    for (; x->seen[at] != 0; at = (at + 1) & (SEEN_SLOTS - 1))
        if (x->seen[at] == name + 1) return false;
    x->seen[at] = name + 1;
    x->seen_slot[x->seens++] = (uint32_t)at;
    return true;
}

/* The best so far, best first. */
struct best {
    size_t n;
    struct {
        uint32_t name;
        double score;
    } of[COMPARED];
};

static void keep(struct best *b, uint32_t name, double score)
{
    size_t k = b->n < COMPARED ? b->n++ : COMPARED;
    if (k == COMPARED && b->of[--k].score >= score) return;
    for (; k > 0 && b->of[k - 1].score < score; k--) b->of[k] = b->of[k - 1];
    b->of[k].name = name;
    b->of[k].score = score;
}

/* Kin by how near they are: the same, nearly the same, the others. */
enum { NEARNESSES = 3 };
static size_t nearness(float likeness)
{
    return likeness >= 1 ? 0 : likeness >= 0.9F ? 1 : 2;
}

/* Asks memory for names some places ahead: where their tokens begin, then the tokens. */
static void fetch(const struct tw_name_index *x, uint32_t p, uint32_t end)
{
    enum { FAR = 12, NEAR = 6 };
    if (p + FAR < end) __builtin_prefetch(&x->first[x->posted[p + FAR]]);
    if (p + NEAR < end) __builtin_prefetch(&x->token[x->first[x->posted[p + NEAR]]]);
}

/* Judges the names that bear kin of token `of` of one nearness, while the budget lasts. */
static void follow(struct tw_name_index *x, size_t of, size_t near, const struct tw_name_weights *asked,
                   size_t n, struct best *b)
{
    for (size_t k = 0; k < x->kins; k++) {
        const struct kin *kin = &x->kin[x->kin_slot[k]];
        if (kin->of != of || nearness(kin->likeness) != near) continue;
        const uint32_t end = x->from[kin->token];
        for (uint32_t p = x->from[kin->token - 1]; p < end; p++) {
            if (x->seens == NAMES_MET) return;
            fetch(x, p, end);
            if (meet(x, x->posted[p])) keep(b, x->posted[p], judge(x, x->posted[p], asked, n));
        }
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
    uint64_t names[TW_NAME_TOKENS_MAX];
    size_t order[TW_NAME_TOKENS_MAX];
    for (size_t i = 0; i < question->tokens; i++) names[i] = find_kin(x, question, i);
    const size_t n = order_tokens(names, question->tokens, order);
    for (size_t i = 0; i < n; i++)
        for (size_t near = 0; near < NEARNESSES && x->seens < NAMES_MET; near++)
            follow(x, order[i], near, asked, question->tokens, b);
    for (size_t k = 0; k < x->kins; k++) x->kin[x->kin_slot[k]].token = 0;
    for (size_t k = 0; k < x->seens; k++) x->seen[x->seen_slot[k]] = 0;
    x->kins = x->seens = 0;
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

size_t tw_name_index_find(struct tw_name_index *x, const struct tw_name *question, double least, size_t max,
                          struct tw_name_hit *ret)
{
    struct tw_name_weights asked, there;
    struct best b = {.n = 0};
    size_t hits = 0;
    tw_name_index_weights(x, question, &asked);
    search(x, question, &asked, &b);
    for (size_t i = 0; i < b.n; i++) {
        struct tw_name_hit hit = {.number = b.of[i].name};
        struct tw_name name;
        tw_name_index_get(x, hit.number, &name);
        tw_name_index_weights(x, &name, &there);
        hit.likeness = tw_name_compare(question, &asked, &name, &there);
        if (hit.likeness.score >= least) hits = put_hit(ret, hits, max, hit);
    }
    return hits;
}
