/* SPDX-License-Identifier: Apache-2.0 */
/* cel/build_priv.h -- an expression while it is compiled: text, tree, types, operations.
 *
 * In : source and environment.
 * Out: a tree (parse.c), its names and types settled (check.c), operations (emit.c).
 * Not: evaluation (run_priv.h).
 *
 * All of it lives in `scratch` until the program is written. Functions that make nodes answer NULL when they
 * failed; why stands in build->err and the fault, the first reason alone.
 */
#ifndef TW_CEL_BUILD_PRIV_H
#define TW_CEL_BUILD_PRIV_H

#include "cel/run_priv.h"

enum tw_cel_form {
    TW_CEL_FORM_CONST,
    TW_CEL_FORM_NAME,     /* name; absolute: with a dot before it. Settled: VARIABLE, LOCAL or CONST */
    TW_CEL_FORM_VARIABLE, /* at = slot */
    TW_CEL_FORM_LOCAL,    /* at = number of the macro's variable */
    TW_CEL_FORM_SELECT,   /* arg[0].name; settled: at = field of a record, or UINT32_MAX by name */
    TW_CEL_FORM_HAS,      /* the same, asked whether it is there */
    TW_CEL_FORM_CALL,     /* fn, or a function of the caller's: at */
    TW_CEL_FORM_AND,      /* n >= 2 */
    TW_CEL_FORM_OR,
    TW_CEL_FORM_COND, /* arg[0] ? arg[1] : arg[2] */
    TW_CEL_FORM_LIST,
    TW_CEL_FORM_MAP,   /* key, value, key, value */
    TW_CEL_FORM_MACRO, /* arg[0] over what, arg[1] the body, arg[2] which of them where n == 3 */
    TW_CEL_FORM_FAULT  /* at = enum tw_cel_fault; unchecked expressions alone */
};

struct tw_cel_node {
    enum tw_cel_form form;
    uint32_t byte, end; /* of the source; byte is where a fault points */
    uint32_t from;      /* where the text of it begins */
    uint32_t outer;     /* the same with the parentheses around it */
    uint32_t at;
    uint32_t n;
    uint16_t depth;
    uint8_t fn;    /* CALL: enum tw_cel_fn, TW_CEL_FN_N = by name */
    uint8_t macro; /* enum tw_cel_macro */
    uint8_t vars;  /* of a macro: 1, 2 */
    bool receiver; /* CALL: arg[0] stands before the dot */
    bool absolute;
    struct tw_str name;
    struct tw_str var[2];
    struct tw_cel_node **arg;
    struct tw_cel_value value;
    const struct tw_cel_type *type; /* settled by the checker */
};

struct tw_cel_token {
    int kind; /* a character, or below */
    uint32_t byte, end;
    struct tw_str text;        /* NAME, QUOTED */
    struct tw_cel_value value; /* LITERAL */
};

enum {
    TW_CEL_TOKEN_END = 256,
    TW_CEL_TOKEN_NAME,
    TW_CEL_TOKEN_QUOTED, /* `a name` behind a dot */
    TW_CEL_TOKEN_LITERAL,
    TW_CEL_TOKEN_EQ,
    TW_CEL_TOKEN_NE,
    TW_CEL_TOKEN_LE,
    TW_CEL_TOKEN_GE,
    TW_CEL_TOKEN_AND,
    TW_CEL_TOKEN_OR,
    TW_CEL_TOKEN_BAD
};

/* A macro's variable while its body is checked. */
struct tw_cel_local {
    struct tw_str name;
    const struct tw_cel_type *type;
};

/* An unsettled type that was settled, and what it stood for before; NULL = it was open. */
struct tw_cel_settled {
    uint32_t number;
    const struct tw_cel_type *was;
};

struct tw_cel_build {
    struct tw_str source;
    const struct tw_cel_env *env;
    struct tw_cel_limits limits; /* none of them zero */
    struct tw_arena *scratch;
    struct tw_fault *fault;
    tw_err err;
    /* parse */
    struct tw_cel_token token; /* the next one */
    uint32_t at;               /* behind it */
    uint32_t behind;           /* the end of the one before it */
    uint32_t nesting;
    /* check */
    struct tw_cel_local local[2 * TW_CEL_DEPTH_MOST];
    uint32_t locals;
    const struct tw_cel_type **sub; /* what each unsettled type was found to be; NULL = open */
    uint32_t subs, subs_cap;
    struct tw_cel_settled *trail; /* in order, so that a trial can be taken back */
    uint32_t trails, trails_cap;
};

/* Notes the first fault, at a place of the source, and answers NULL. */
void *tw_cel_refuse(struct tw_cel_build *b, tw_err err, uint32_t byte, const char *fmt, ...) TW_PRINTF(4, 5);
void *tw_cel_starved(struct tw_cel_build *b); /* TW_NOMEM; the arena is full: TW_LIMIT */

/* Line and character of a place. */
void tw_cel_place(struct tw_str source, uint32_t byte, struct tw_fault *fault);

/* Memory of the tree; NULL (and b->err) when there is none. */
void *tw_cel_room(struct tw_cel_build *b, size_t n, size_t size);

/* lex.c: reads the next token into b->token; false where there is none, b->err says why. */
bool tw_cel_next(struct tw_cel_build *b);
/* literal.c: a number or a text that begins at `at`; moves `at` behind it. */
bool tw_cel_literal_number(struct tw_cel_build *b, uint32_t *at, struct tw_cel_value *ret);
bool tw_cel_literal_text(struct tw_cel_build *b, uint32_t *at, struct tw_cel_value *ret);
bool tw_cel_is_reserved(struct tw_str name);

/* parse.c */
struct tw_cel_node *tw_cel_parse(struct tw_cel_build *b);
struct tw_cel_node *tw_cel_node_new(struct tw_cel_build *b, enum tw_cel_form form, uint32_t byte, uint32_t n);
/* macro.c: the macro that the call stands for; the call itself where it stands for none. */
struct tw_cel_node *tw_cel_macro(struct tw_cel_build *b, struct tw_cel_node *call);

/* check.c: settles names and types of the node and all below it. Where types are not to be checked, what does
 * not fit is dyn. */
bool tw_cel_check(struct tw_cel_build *b, struct tw_cel_node *node);
/* A type that does not fit: NULL and a fault, or true and dyn where types are not checked. */
bool tw_cel_misfit(struct tw_cel_build *b, struct tw_cel_node *node, const char *fmt, ...) TW_PRINTF(3, 4);
/* Types for a note; valid until the next call with the same `words`. */
struct tw_cel_words {
    char text[96];
};
const char *tw_cel_type_words(const struct tw_cel_build *b, const struct tw_cel_type *type,
                              struct tw_cel_words *words);
/* name.c: is `node`, a NAME or a SELECT, a name of the environment or of a macro? Then it becomes VARIABLE,
 * LOCAL or CONST and has its type. */
bool tw_cel_name_settle(struct tw_cel_build *b, struct tw_cel_node *node);
/* A NAME that is not there. */
bool tw_cel_name_refuse(struct tw_cel_build *b, struct tw_cel_node *node);
/* The call of a function with dots in its name, a.b(c), becomes one without receiver. */
bool tw_cel_name_function(struct tw_cel_build *b, struct tw_cel_node *call);
/* The `step`-th name that `name` may stand for in the container, innermost first; false = no further one. */
bool tw_cel_name_candidate(struct tw_cel_build *b, struct tw_str name, bool absolute, size_t step,
                           struct tw_str *ret);
/* overload.c: is there a function of that name? Else the call is refused, or a FAULT where nothing is
 * checked. */
bool tw_cel_call_find(struct tw_cel_build *b, struct tw_cel_node *node);
/* Which overloads take the arguments, which have their types; node->type is the result. */
bool tw_cel_call_check(struct tw_cel_build *b, struct tw_cel_node *node);

/* unify.c */
const struct tw_cel_type *tw_cel_type_new(struct tw_cel_build *b, enum tw_cel_kind kind,
                                          const struct tw_cel_type *first, const struct tw_cel_type *second);
const struct tw_cel_type *tw_cel_type_open(struct tw_cel_build *b); /* an unsettled one */
/* May a value of `from` stand where `to` is asked? Settles what was open. */
bool tw_cel_type_takes(struct tw_cel_build *b, const struct tw_cel_type *to, const struct tw_cel_type *from);
/* `next` beside `so_far` in a list; dyn where they do not agree. `so_far` NULL: next. */
const struct tw_cel_type *tw_cel_type_join(struct tw_cel_build *b, const struct tw_cel_type *so_far,
                                           const struct tw_cel_type *next);
/* With what was settled put in; `close`: what is open is dyn. */
const struct tw_cel_type *tw_cel_type_settled(struct tw_cel_build *b, const struct tw_cel_type *type,
                                              bool close);
const struct tw_cel_type *tw_cel_type_head(const struct tw_cel_build *b, const struct tw_cel_type *type);
void tw_cel_type_undo(struct tw_cel_build *b, uint32_t mark); /* b->trails as it was then */
bool tw_cel_type_same(const struct tw_cel_type *a, const struct tw_cel_type *b);

/* emit.c */
tw_err tw_cel_emit(struct tw_cel_build *b, struct tw_cel_node *root, struct tw_cel_program *p);

#endif
