/* SPDX-License-Identifier: Apache-2.0 */
/* cel/run_priv.h -- a compiled program, and one evaluation of it.
 *
 * In : operations, constants, slots.
 * Out: values.
 * Not: text and tree (build_priv.h).
 *
 * A program is a tree written flat: each operation names its operands by their number. eval.c walks it; a
 * value is 16 bytes and comes back in two registers. What goes wrong is a value too (kind ERROR), for
 * `false && error` is false; what nothing may absorb (steps, memory) stands in run->stop.
 */
#ifndef TW_CEL_RUN_PRIV_H
#define TW_CEL_RUN_PRIV_H

#include "cel/cel.h"

/* What a macro does. */
#define TW_CEL_MACRO_TABLE(X)                                                                                \
    X(ALL, "all")                                                                                            \
    X(EXISTS, "exists")                                                                                      \
    X(ONE, "exists_one")                                                                                     \
    X(MAP, "map")                                                                                            \
    X(FILTER, "filter")                                                                                      \
    X(TRANSFORM_MAP, "transformMap")

enum tw_cel_macro {
#define X(id, name) TW_CEL_MACRO_##id,
    TW_CEL_MACRO_TABLE(X)
#undef X
        TW_CEL_MACRO_N
};

/* Operators and standard functions: rows of function.def. */
enum tw_cel_fn {
#define FUNCTION(id, name, call, overloads) TW_CEL_FN_##id,
#include "cel/function.def"
#undef FUNCTION
    TW_CEL_FN_N
};

struct tw_cel_run;

/* A function of function.def: `arg` are values, never ERROR, UNKNOWN or ABSENT. */
typedef struct tw_cel_value (*tw_cel_builtin)(struct tw_cel_run *r, const struct tw_cel_value *arg, size_t n);

struct tw_cel_signature {
    const char *name;      /* ".size": behind a dot */
    const char *overloads; /* "i=ii d=dd": result = parameters; see function.def */
    tw_cel_builtin call;
};
extern const struct tw_cel_signature tw_cel_functions[TW_CEL_FN_N];

enum tw_cel_code {
    TW_CEL_CODE_CONST,      /* a: constant */
    TW_CEL_CODE_SLOT_FIELD, /* a: slot of a record, b: field, c: its name if it is missing. These two come
                               first */
    TW_CEL_CODE_SLOT,       /* a: slot, c */
    TW_CEL_CODE_LOCAL,      /* a: variable of a macro, c */
    TW_CEL_CODE_FIELD,      /* a: a record, b: field, c */
    TW_CEL_CODE_SELECT,     /* a: a map, b: constant, the key, c */
    TW_CEL_CODE_HAS_FIELD,  /* as FIELD */
    TW_CEL_CODE_HAS,        /* as SELECT */
    TW_CEL_CODE_AND,        /* a: first of n operands in `child` */
    TW_CEL_CODE_OR,
    TW_CEL_CODE_NOT,     /* a */
    TW_CEL_CODE_COND,    /* a ? b : c */
    TW_CEL_CODE_CALL1,   /* a; fn: c */
    TW_CEL_CODE_CALL2,   /* a, b; fn: c */
    TW_CEL_CODE_INDEX,   /* a[b], c: its name if it is missing */
    TW_CEL_CODE_CALL,    /* a: first of n in `child`, at most 4; fn: c */
    TW_CEL_CODE_CUSTOM,  /* a: first of n in `child`; b: first overload of the environment; c: receiver */
    TW_CEL_CODE_EQ,      /* a == b */
    TW_CEL_CODE_NE,      /* a != b */
    TW_CEL_CODE_COMPARE, /* a ? b, c: enum tw_cel_order */
    TW_CEL_CODE_IN_SET,  /* a in b, a list that is set c too */
    TW_CEL_CODE_MATCHES, /* a matches pattern b */
    TW_CEL_CODE_PART,    /* part c (fn) of timestamp a in zone b */
    TW_CEL_CODE_LIST,    /* a: first of n in `child` */
    TW_CEL_CODE_MAP,     /* a: first of n in `child` */
    TW_CEL_CODE_MACRO, /* a: over what; b: in `child` body and filter; c: first local; of: macro; n: vars | 4
                          if filter */
    TW_CEL_CODE_FAULT  /* a: enum tw_cel_fault */
};

/* An operand in a row; with what answers it at once, where it is a comparison of a field of a slot's record
 * with a constant (shortcut_priv.h). */
struct tw_cel_operand {
    struct tw_cel_value with; /* the constant; IN: its members, and of which kind they are */
    uint32_t op;
    uint8_t how; /* enum tw_cel_how */
    uint8_t slot, field;
    uint8_t holds; /* when the two stand so: TW_CEL_LESS and its like */
};

struct tw_cel_op {
    uint8_t code; /* enum tw_cel_code */
    uint8_t of;   /* MACRO: enum tw_cel_macro */
    uint16_t n;
    uint32_t a, b, c;
    uint32_t byte; /* of the source */
};

enum tw_cel_order { TW_CEL_LT, TW_CEL_LE, TW_CEL_GT, TW_CEL_GE };

/* Constants of one kind, STRING or INT, in order. */
struct tw_cel_set {
    const struct tw_cel_value *at;
    uint32_t n;
    uint8_t kind;
};

struct tw_cel_pattern; /* re2.cc */
struct tw_cel_zone;    /* zone.c */

enum { TW_CEL_MISSING_MAX = 64 }; /* names that can be told apart; the last stands for all further ones */

/* What each evaluation reads stands first, and its arrays behind it. */
struct tw_cel_program {
    struct tw_cel_operand *child;
    uint32_t steps;
    struct tw_cel_op root;
    struct tw_cel_op *op;
    struct tw_cel_value *constant;
    struct tw_cel_set *set;
    const struct tw_cel_env *env;
    struct tw_cel_pattern **pattern;
    struct tw_cel_zone **zone;
    struct tw_arena *arena; /* owns all of this but patterns and zones */
    struct tw_arena *own;   /* the same, when it is the program's */
    struct tw_str source;
    const struct tw_cel_type *result;
    struct tw_str *missing; /* what may be missing, as the source has it */
    uint64_t *reads;        /* a bit for each variable of the environment */
    uint32_t ops, constants, children, sets, patterns, zones, missings;
    uint32_t ops_cap, constants_cap, children_cap, sets_cap, patterns_cap, zones_cap, missings_cap;
};

struct tw_cel_run {
    const struct tw_cel_program *p;
    const struct tw_cel_value *slot;
    struct tw_arena *arena;
    int64_t steps; /* left */
    tw_err stop;   /* TW_LIMIT, TW_NOMEM: nothing absorbs it */
    struct tw_cel_value *local;
};

/* eval.c */
struct tw_cel_value tw_cel_run_op(struct tw_cel_run *r, const struct tw_cel_op *op);
struct tw_cel_value tw_cel_halt(struct tw_cel_run *r, tw_err stop); /* an ERROR that nothing absorbs */

/* False when the evaluation has done too many steps: then a loop may end, for nothing comes of it any more.
 */
static inline bool tw_cel_charge(struct tw_cel_run *r, uint64_t steps)
{
    r->steps -= (int64_t)steps;
    return r->steps >= 0;
}
static inline bool tw_cel_charge_bytes(struct tw_cel_run *r, uint64_t bytes) /* a step for 16 of them */
{
    return tw_cel_charge(r, bytes / 16);
}

/* `n` values or bytes of the evaluation's arena; NULL: r->stop says why. n >= 1 */
void *tw_cel_make(struct tw_cel_run *r, size_t n, size_t size);

static inline struct tw_cel_value tw_cel_no_overload(const struct tw_cel_value *arg, size_t n)
{
    struct tw_cel_value v = tw_cel_error(TW_CEL_FAULT_OVERLOAD);
    for (size_t i = 0; i < n && i < 2; i++) v.of[i] = (uint8_t)(arg[i].kind + 1);
    return v;
}

/* A value from which nothing can be computed. */
static inline bool tw_cel_is_void(struct tw_cel_value v)
{
    return v.kind == TW_CEL_UNKNOWN || v.kind == TW_CEL_ERROR;
}

/* compare.c. Both charge what they look at. */
bool tw_cel_run_equal(struct tw_cel_run *r, struct tw_cel_value a, struct tw_cel_value b);
/* -1, 0, 1; 2 = neither (NaN); 3 = these kinds have no order */
int tw_cel_run_order(struct tw_cel_run *r, struct tw_cel_value a, struct tw_cel_value b);
bool tw_cel_run_find(struct tw_cel_run *r, struct tw_cel_value map, struct tw_cel_value key,
                     struct tw_cel_value *ret);
bool tw_cel_set_holds(const struct tw_cel_set *set, struct tw_cel_value v, bool *ret);
struct tw_cel_value tw_cel_ordered(struct tw_cel_run *r, struct tw_cel_value a, struct tw_cel_value b,
                                   enum tw_cel_order order);

/* text.c: code points of UTF-8 */
size_t tw_cel_utf8_count(struct tw_str s);
bool tw_cel_utf8_valid(struct tw_str s); /* NUL is a code point as any */
size_t tw_cel_utf8_put(uint32_t code, char at[4]);

/* time.c */
bool tw_cel_time_read(struct tw_str s, struct tw_cel_value *ret);     /* RFC 3339 */
bool tw_cel_duration_read(struct tw_str s, struct tw_cel_value *ret); /* 1h30m, 1.5s */
void tw_cel_time_write(struct tw_cel_value v, struct tw_buf *out);
void tw_cel_duration_write(struct tw_cel_value v, struct tw_buf *out);
struct tw_cel_value tw_cel_time_part(enum tw_cel_fn part, struct tw_cel_value time, int32_t offset_s);
void tw_cel_double_write(double f, struct tw_buf *out); /* convert.c: NaN, Infinity too */

/* zone.c. A zone named UTC, +hh:mm or as in the time zone database. TW_NOTFOUND, TW_NOMEM */
tw_err tw_cel_zone_new(struct tw_str name, struct tw_cel_zone **ret) TW_MUST_CHECK;
void tw_cel_zone_free(struct tw_cel_zone *zone);
int32_t tw_cel_zone_offset(const struct tw_cel_zone *zone, int64_t utc_s); /* seconds east of UTC */
/* The same of one moment, without a zone to keep. TW_NOTFOUND */
tw_err tw_cel_zone_once(struct tw_str name, int64_t utc_s, int32_t *ret) TW_MUST_CHECK;

/* re2.cc. TW_FORMAT: `why` (at least 64 bytes) says what is wrong with it */
#ifdef __cplusplus
extern "C" {
#endif
tw_err tw_cel_pattern_new(const char *s, size_t n, struct tw_cel_pattern **ret, char *why, size_t why_n);
void tw_cel_pattern_free(struct tw_cel_pattern *pattern);
bool tw_cel_pattern_matches(const struct tw_cel_pattern *pattern, const char *s, size_t n);
#ifdef __cplusplus
}
#endif

/* Functions of function.def. */
#define FUNCTION(id, name, call, overloads)                                                                  \
    struct tw_cel_value call(struct tw_cel_run *r, const struct tw_cel_value *arg, size_t n);
#include "cel/function.def"
#undef FUNCTION

#endif
