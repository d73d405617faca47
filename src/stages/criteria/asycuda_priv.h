/* SPDX-License-Identifier: Apache-2.0 */
/* criteria/asycuda_priv.h -- the importer from the inside: text, words, criteria; for its own files.
 *
 * asycuda_text.c makes the text UTF-8 and splits it into words, asycuda_parse.c reads a criterion from them,
 * asycuda_term.c and asycuda_compare.c turn its expressions into conditions, which asycuda_cel.c puts
 * together, asycuda_lane.c walks over it and keeps where lanes are set, asycuda_example.c finds examples,
 * asycuda.c writes the draft.
 */
#ifndef TW_CRITERIA_ASYCUDA_PRIV_H
#define TW_CRITERIA_ASYCUDA_PRIV_H

#include "criteria/asycuda.h"
#include "criteria/schema_priv.h"

/* -- text */

enum word_kind { WORD_END, WORD_NAME, WORD_TEXT, WORD_NUMBER, WORD_SIGN };

struct place {
    uint32_t line, column; /* 1-based; column in characters */
};

struct word {
    enum word_kind kind;
    struct tw_str text; /* NAME; TEXT without its quotes; NUMBER as written; SIGN */
    size_t from, to;    /* bytes of the text */
    uint32_t last_line; /* where it ends */
    struct place at;
};

struct comment {
    struct tw_str text; /* without its marks */
    size_t from;
    struct place at;
};

/* The text made UTF-8, with \n alone at the ends of lines and no control character but it.
 * TW_FORMAT  a character that no text has; TW_NOMEM */
tw_err asycuda_clean(struct tw_str text, struct tw_buf *out, struct tw_fault *fault) TW_MUST_CHECK;

struct lexer {
    struct tw_str text;
    size_t at;
    struct place place;
    struct comment *comment; /* all comments passed, in order */
    size_t comments, comments_cap;
    tw_err err; /* TW_NOMEM sticks */
};

/* The next word. What is none (a quote that is not closed, a sign of no meaning) is a SIGN. */
struct word asycuda_word(struct lexer *x);

/* -- a criterion, read */

enum node_kind {
    NODE_TEXT,
    NODE_NUMBER,
    NODE_NAME,
    NODE_CALL, /* text = the function */
    NODE_NOT,
    NODE_MINUS,
    NODE_AND, /* n kids */
    NODE_OR,
    NODE_COMPARE,    /* op is one of < <= > >= == != */
    NODE_ARITHMETIC, /* op is one of + - * / */
    NODE_IN,         /* kid[0] among the others */
    NODE_LIKE        /* kid[0] by kid[1]; op is one of like startsWith endsWith contains */
};

struct node {
    enum node_kind kind;
    const char *op;
    struct tw_str text;
    struct place at;
    struct node **kid;
    size_t n;
};

struct block {
    struct statement *first;
};

struct statement {
    struct node *condition; /* of an If; NULL = a name is set */
    struct block then, otherwise;
    struct tw_str name;
    struct node *value;
    struct place at;
    struct statement *next;
};

struct parsed {
    struct tw_str name;
    struct place at;
    size_t from, to; /* bytes of the text, from the word Criteria to the end of its last */
    struct block body;
};

struct parser {
    struct lexer lexer;
    struct word now, next;
    size_t last_to; /* where the last word taken ended */
    uint32_t last_line;
    struct tw_arena *arena; /* what a criterion is made of */
    uint32_t depth_max, depth;
    struct tw_fault fault; /* why a criterion was not read */
};

void asycuda_begin(struct parser *p, struct tw_str text, struct tw_arena *arena, uint32_t depth_max);

/* Is the word at hand Criteria? */
bool asycuda_at_criterion(const struct parser *p);

/* Passes over everything up to the next Criteria or the end. */
void asycuda_skip(struct parser *p);

/* Reads one, from its word Criteria. TW_FORMAT and TW_LIMIT: p->fault says why, the rest is to be skipped;
 * TW_NOMEM */
tw_err asycuda_parse(struct parser *p, struct parsed *ret) TW_MUST_CHECK;

bool asycuda_is(struct tw_str name, const char *word); /* in either case of letters, blanks or not */
bool asycuda_same(struct tw_str a, struct tw_str b);   /* in either case of letters */

/* -- conditions */

/* X(ID, words): how a part of a declaration is compared */
#define ASYCUDA_KIND_TABLE(X)                                                                                \
    X(HS, "a commodity code, as far as it is written")                                                       \
    X(PREFIX, "a text, as far as it is written")                                                             \
    X(COUNTRY, "a country, two letters")                                                                     \
    X(CODE, "a code")                                                                                        \
    X(TEXT, "a text")                                                                                        \
    X(WORDS, "codes, one of which")                                                                          \
    X(PROCEDURE, "a procedure: 1 digit, 2, or 4 with the previous one")                                      \
    X(NUMBER, "a number")                                                                                    \
    X(COUNT, "a whole number")

enum asycuda_kind {
#define X(id, words) ASYCUDA_##id,
    ASYCUDA_KIND_TABLE(X)
#undef X
        ASYCUDA_KIND_N
};

struct asycuda_name {
    const char *name;
    enum asycuda_kind kind;
    const char *path;
    unsigned box;
};

enum term_type { TERM_BAD, TERM_TEXT, TERM_NUMBER, TERM_BOOL };

/* How tightly its outermost operator binds. */
enum { BINDS_IF, BINDS_OR, BINDS_AND, BINDS_COMPARE, BINDS_ADD, BINDS_MULTIPLY, BINDS_SIGN, BINDS_ALL };

struct term {
    enum term_type type;
    int binds;
    struct tw_str cel;
    const struct asycuda_name *name; /* it is just this part of the declaration; NULL = more than that */
    const struct node *literal;      /* it is just this text or number */
    bool whole;                      /* a number of type int */
};

/* Values to try for a part of a declaration when examples are sought. */
struct candidates {
    const char *path;
    bool number;
    const char *other;    /* none of a text's own */
    struct tw_str *value; /* as conditions write texts, without quotes; numbers as they are */
    size_t n, cap;
};

enum { PATHS_MAX = 24, VALUES_MAX = 64 };

struct variable {
    struct tw_str name;
    struct term value;
    bool sure; /* it has a value on every way that leads here */
};

/* While a criterion is turned into conditions. */
struct translation {
    struct tw_arena *arena;
    /* of each part that is not understood; line 0: of the criterion */
    void (*told)(void *to, struct place at, const char *words);
    void *to;
    size_t bad; /* parts told */
    tw_err err; /* TW_NOMEM sticks */
    struct variable *variable;
    size_t variables;
    struct candidates path[PATHS_MAX];
    size_t paths;
    struct tw_str *number; /* every number of the criterion, VALUES_MAX at most */
    size_t numbers;
};

/* An expression as CEL; TERM_BAD when it was told. */
struct term asycuda_condition(struct translation *t, const struct node *n);
struct term asycuda_value(struct translation *t, const struct node *n);

struct term asycuda_not(struct translation *t, struct term a);
struct term asycuda_both(struct translation *t, struct term a, struct term b);
struct term asycuda_choose(struct translation *t, struct term condition, struct term a, struct term b);

/* -- of these, for the files that turn expressions into conditions */

enum { TERM_BYTES_MAX = 65536 }; /* as cel/ has it */

static inline struct term asycuda_none(void)
{
    return (struct term){.type = TERM_BAD};
}
struct term asycuda_no_memory(struct translation *t);

/* A term of what `cel` holds; one that met its ceiling is told. */
struct term asycuda_made(struct translation *t, enum term_type type, int binds, struct tw_buf *cel);

/* Writes a term, in brackets where it binds less than that. */
void asycuda_within(struct tw_buf *out, const struct term *a, int binds);

/* How two terms are joined: a op b. */
struct joining {
    const char *op;
    enum term_type type;
    int binds;
    struct place at;
};
struct term asycuda_joined(struct translation *t, const struct joining *j, const struct term *a,
                           const struct term *b);
struct term asycuda_either(struct translation *t, struct place at, struct term a, struct term b);
struct term asycuda_as_double(struct translation *t, struct term a); /* CEL adds no ints to doubles */
void asycuda_put_text(struct tw_buf *out, struct tw_str s);          /* in quotes */

/* Where values of a path are kept that examples may try; NULL: there is no room for more paths, no memory. */
struct candidates *asycuda_path(struct translation *t, const char *path, enum asycuda_kind kind);
void asycuda_will_try(struct translation *t, const char *path, enum asycuda_kind kind, struct tw_str value);
void asycuda_will_try_number(struct translation *t, struct tw_str value);

struct term asycuda_number(struct translation *t, const struct node *n); /* of a number alone */
struct term asycuda_compare(struct translation *t, struct place at, const struct node *left, const char *op,
                            const struct node *right);
struct term asycuda_in(struct translation *t, const struct node *n);
struct term asycuda_like(struct translation *t, const struct node *n);

/* Says once that something is not understood. */
struct term asycuda_bad(struct translation *t, struct place at, const char *fmt, ...) TW_PRINTF(3, 4);

/* -- lanes */

enum { ASYCUDA_LANES = 4, ASYCUDA_GREEN = ASYCUDA_LANES - 1, ASYCUDA_SETS_MAX = 1000 };

struct asycuda_lane {
    const char *name, *channel;
};
extern const struct asycuda_lane asycuda_lane[ASYCUDA_LANES]; /* strictest first */

/* One If on a way, and which of its branches. */
struct turn {
    const struct statement *at;
    bool otherwise;
};

/* A lane that is set. */
struct set {
    size_t lane;
    double per_cent;
    double share;              /* of what stricter lanes beside it leave, 0 to 1 */
    const struct block *block; /* where it stands */
    struct term way;           /* the condition that leads there */
    struct turn turn[TW_ASYCUDA_DEPTH_MAX + 1];
    size_t turns;
    struct place at;
};

struct lanes {
    struct translation *t;
    void (*note)(void *to, struct place at, const char *words); /* of what an author should know; to: t->to */
    struct set *set;                                            /* in t->arena */
    size_t n;                                                   /* ASYCUDA_SETS_MAX at most */
};

/* Every place where a lane is set. Nothing of it counts when t->bad > 0. TW_NOMEM */
tw_err asycuda_lanes(struct lanes *l, const struct block *body) TW_MUST_CHECK;

/* -- examples */

/* Examples of a condition, as lines of the draft: one that hits, one that does not, or what nothing known
 * comes to. *ret_hit: was one found that hits? TW_NOMEM; TW_FORMAT and TW_LIMIT: it is no condition */
struct trying {
    const struct schema *schema;
    struct tw_arena *arena; /* reset for each evaluation */
    struct tw_arena *blank; /* holds the values; reset for each condition */
    struct tw_cel_limits limits;
};
tw_err asycuda_examples(const struct trying *with, const struct translation *t, struct tw_str when,
                        struct tw_buf *out, bool *ret_hit, struct tw_fault *fault) TW_MUST_CHECK;

#endif
