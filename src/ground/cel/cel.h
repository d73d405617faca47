/* SPDX-License-Identifier: Apache-2.0 */
/* cel/cel.h -- the Common Expression Language: conditions that officers write and nobody has to program.
 *
 * In : an expression, what it may see (names with types), and values for those names.
 * Out: a program that is compiled once; of each evaluation a value, or what was missing, or one fault.
 * Not: protocol buffers, messages built by an expression, the clock, side effects.
 *
 * Compiling reads, resolves names, checks types and writes a flat array of operations. What is constant is
 * computed then: timestamps, lists, patterns, time zones. Evaluating takes nothing from the heap; lists and
 * texts that an expression makes go to the arena it is given, texts that it only looks at are views. (RE2 and
 * ICU allocate inside themselves when a pattern or the name of a time zone is not a literal, and RE2 keeps a
 * cache per pattern.) Same program and same values give the same result, on any thread.
 *
 * Three outcomes beside a fault: a value, or "not known". A value of kind TW_CEL_ABSENT or TW_CEL_UNKNOWN in
 * a slot or in a field makes what is computed from it not known, unless && || ?: or a macro do not need it:
 * `false && x` is false whatever x is. tw_cel_missing names what was missing.
 *
 * Source: Common Expression Language, github.com/google/cel-spec, doc/langdef.md, v0.25; its conformance
 * tests decide where the text is silent (docs/cel.md says what of it stands here).
 */
#ifndef TW_CEL_CEL_H
#define TW_CEL_CEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* -- types */

/* Kinds of values and of types: kind, and how an expression names it. */
#define TW_CEL_KIND_TABLE(X)                                                                                 \
    X(NULL, "null_type")                                                                                     \
    X(BOOL, "bool")                                                                                          \
    X(INT, "int")                                                                                            \
    X(UINT, "uint")                                                                                          \
    X(DOUBLE, "double")                                                                                      \
    X(STRING, "string")                                                                                      \
    X(BYTES, "bytes")                                                                                        \
    X(TIMESTAMP, "google.protobuf.Timestamp")                                                                \
    X(DURATION, "google.protobuf.Duration")                                                                  \
    X(LIST, "list")                                                                                          \
    X(MAP, "map")                                                                                            \
    X(TYPE, "type")                                                                                          \
    X(RECORD, "record")                                                                                      \
    X(ABSENT, "absent")      /* value: the record has no such thing; has() is false, else as UNKNOWN */      \
    X(UNKNOWN, "not known")  /* value: nobody can say yet; has() is not known either */                      \
    X(ERROR, "error")        /* value: what a function of the caller's answers when it cannot */             \
    X(DYN, "dyn")            /* type: any value */                                                           \
    X(ABSTRACT, "abstract")  /* type: of a caller's functions alone; `name`, `part` */                       \
    X(PARAM, "parameter")    /* type: the same `name` in a function's parameters is the same type */         \
    X(VARIABLE, "unsettled") /* type: used by the checker alone */

enum tw_cel_kind {
#define X(id, name) TW_CEL_##id,
    TW_CEL_KIND_TABLE(X)
#undef X
        TW_CEL_KIND_N
};

struct tw_cel_type;

struct tw_cel_field {
    struct tw_str name;
    const struct tw_cel_type *type;
};

/* Owned by the caller, and outlives every program compiled with it. */
struct tw_cel_type {
    enum tw_cel_kind kind;
    uint32_t n;                            /* of part */
    uint32_t fields_n;                     /* RECORD */
    bool keyed;                            /* RECORD whose values are of kind MAP, as objects of JSON are */
    struct tw_str name;                    /* RECORD, ABSTRACT, PARAM */
    const struct tw_cel_type *const *part; /* LIST: element; MAP: key, value; TYPE: what it names; ABSTRACT */
    const struct tw_cel_field *field;      /* RECORD: in the order of its values */
};

/* The type of a kind: list of dyn, map of dyn to dyn, type of dyn. Static storage. `kind` is none of RECORD,
 * ABSENT, UNKNOWN, ERROR, ABSTRACT, PARAM, VARIABLE. */
const struct tw_cel_type *tw_cel_type_of(enum tw_cel_kind kind);

const char *tw_cel_kind_name(enum tw_cel_kind kind); /* "google.protobuf.Timestamp"; static storage */

void tw_cel_type_show(const struct tw_cel_type *type, struct tw_buf *out); /* list(map(string, int)) */

/* -- values */

enum tw_cel_fault {
    TW_CEL_FAULT_NONE,
#define TW_CEL_FAULT_TABLE(X)                                                                                \
    X(OVERLOAD, "there is no such operation for these types")                                                \
    X(UNDECLARED, "there is no such name")                                                                   \
    X(UNBOUND, "there is no such function")                                                                  \
    X(KEY, "there is no such key; ask with 'in' or has() first")                                             \
    X(FIELD, "there is no such field")                                                                       \
    X(INDEX, "there is no element with this index; size() says how many there are")                          \
    X(DIVISION, "division by zero")                                                                          \
    X(MODULUS, "the rest of a division by zero")                                                             \
    X(OVERFLOW, "the result is beyond the range of its type")                                                \
    X(RANGE, "the value is beyond the range of the type")                                                    \
    X(TEXT, "the text does not say such a value")                                                            \
    X(UTF8, "the bytes are not UTF-8")                                                                       \
    X(REPEATED, "the same key stands twice in the map")                                                      \
    X(KEY_TYPE, "a key is an int, uint, bool or string")                                                     \
    X(PATTERN, "the pattern is not one RE2 knows")                                                           \
    X(ZONE, "there is no such time zone; Europe/Paris, UTC and +02:00 are written so")                       \
    X(SPLIT, "the limit of split() is a count, or -1 for all")                                               \
    X(CALLER, "the function could not answer")
#define X(id, words) TW_CEL_FAULT_##id,
    TW_CEL_FAULT_TABLE(X)
#undef X
        TW_CEL_FAULT_N
};

/* 16 bytes, handed about by value. What it points to is not owned. */
struct tw_cel_value {
    union {
        bool b;
        int64_t i;  /* INT; TIMESTAMP: seconds since 1970-01-01 UTC; DURATION: nanoseconds */
        uint64_t u; /* UINT; UNKNOWN: which names were missing, for tw_cel_missing */
        double f;
        const char *s;                     /* STRING (UTF-8), BYTES; may be NULL when n is 0 */
        const struct tw_cel_value *list;   /* LIST: n values */
        const struct tw_cel_value *map;    /* MAP: key, value, key, value; each key once */
        const struct tw_cel_value *record; /* RECORD: a value for each field of its type, in that order */
        const struct tw_cel_type *type;    /* TYPE */
    };
    uint32_t n;    /* bytes; elements; entries; TIMESTAMP: nanoseconds of the second; ERROR: its place */
    uint8_t kind;  /* enum tw_cel_kind */
    uint8_t fault; /* ERROR: enum tw_cel_fault */
    uint8_t of[2]; /* ERROR OVERLOAD: kinds of the first two arguments, + 1; 0 = none */
};

static inline struct tw_cel_value tw_cel_null(void)
{
    return (struct tw_cel_value){.kind = TW_CEL_NULL};
}
static inline struct tw_cel_value tw_cel_bool(bool b)
{
    return (struct tw_cel_value){.u = b, .kind = TW_CEL_BOOL};
}
static inline struct tw_cel_value tw_cel_int(int64_t i)
{
    return (struct tw_cel_value){.i = i, .kind = TW_CEL_INT};
}
static inline struct tw_cel_value tw_cel_uint(uint64_t u)
{
    return (struct tw_cel_value){.u = u, .kind = TW_CEL_UINT};
}
static inline struct tw_cel_value tw_cel_double(double f)
{
    return (struct tw_cel_value){.f = f, .kind = TW_CEL_DOUBLE};
}
static inline struct tw_cel_value tw_cel_string(struct tw_str s) /* s.n < 2^32 */
{
    return (struct tw_cel_value){.s = s.s, .n = (uint32_t)s.n, .kind = TW_CEL_STRING};
}
static inline struct tw_cel_value tw_cel_bytes(struct tw_str s)
{
    return (struct tw_cel_value){.s = s.s, .n = (uint32_t)s.n, .kind = TW_CEL_BYTES};
}
static inline struct tw_cel_value tw_cel_timestamp(int64_t utc_s, uint32_t ns)
{
    return (struct tw_cel_value){.i = utc_s, .n = ns, .kind = TW_CEL_TIMESTAMP};
}
static inline struct tw_cel_value tw_cel_duration(int64_t ns)
{
    return (struct tw_cel_value){.i = ns, .kind = TW_CEL_DURATION};
}
static inline struct tw_cel_value tw_cel_list(const struct tw_cel_value *list, uint32_t n)
{
    return (struct tw_cel_value){.list = list, .n = n, .kind = TW_CEL_LIST};
}
static inline struct tw_cel_value tw_cel_map(const struct tw_cel_value *map, uint32_t entries)
{
    return (struct tw_cel_value){.map = map, .n = entries, .kind = TW_CEL_MAP};
}
static inline struct tw_cel_value tw_cel_map_key(struct tw_cel_value map, size_t i)
{
    return map.map[2 * i];
}
static inline struct tw_cel_value tw_cel_map_entry(struct tw_cel_value map, size_t i)
{
    return map.map[2 * i + 1];
}
static inline struct tw_cel_value tw_cel_record(const struct tw_cel_value *record, uint32_t fields)
{
    return (struct tw_cel_value){.record = record, .n = fields, .kind = TW_CEL_RECORD};
}
static inline struct tw_cel_value tw_cel_absent(void)
{
    return (struct tw_cel_value){.kind = TW_CEL_ABSENT};
}
static inline struct tw_cel_value tw_cel_unknown(void)
{
    return (struct tw_cel_value){.kind = TW_CEL_UNKNOWN};
}
static inline struct tw_cel_value tw_cel_error(enum tw_cel_fault fault)
{
    return (struct tw_cel_value){.kind = TW_CEL_ERROR, .fault = (uint8_t)fault};
}
static inline struct tw_str tw_cel_text(struct tw_cel_value v) /* of a STRING or BYTES */
{
    return (struct tw_str){v.s, v.n};
}

/* Equal as an expression has it: 1 == 1.0, maps whatever their order, NaN equals nothing. */
bool tw_cel_equal(struct tw_cel_value a, struct tw_cel_value b);

/* As an expression would write it: 'text', 1u, [1, 2], {'a': 1.5}, timestamp('...'). A record needs its type;
 * NULL = not known. The same list may stand in a value many times over, so give `out` a ceiling: what is
 * written can be far larger than what is held. */
void tw_cel_show(struct tw_cel_value v, const struct tw_cel_type *type, struct tw_buf *out);

/* As JSON. int and uint beyond 2^53 - 1 and what JSON has no word for are texts; bytes are Base64. Source:
 * langdef, JSON Data Conversion. */
struct tw_json;
void tw_cel_json(struct tw_cel_value v, const struct tw_cel_type *type, struct tw_json *out);

/* -- what an expression may see */

struct tw_cel_variable {
    struct tw_str name; /* may have dots */
    const struct tw_cel_type *type;
};

/* Answers a call; `arg` are values, never ERROR, UNKNOWN or ABSENT. May allocate from `arena`; answers with
 * tw_cel_error(TW_CEL_FAULT_CALLER) when it cannot. */
typedef struct tw_cel_value (*tw_cel_call)(void *with, const struct tw_cel_value *arg, size_t n,
                                           struct tw_arena *arena);

/* One overload of a function of the caller's. */
struct tw_cel_function {
    struct tw_str name; /* may have dots */
    bool receiver;      /* called as a.name(b), not name(a, b) */
    uint8_t n;          /* parameters: at most TW_CEL_PARAMETERS_MAX */
    const struct tw_cel_type *const *parameter;
    const struct tw_cel_type *result;
    tw_cel_call call; /* NULL = checked only; a call is then a fault */
    void *with;
};

enum { TW_CEL_PARAMETERS_MAX = 32, TW_CEL_DEPTH_MOST = 200 };

/* All of it outlives the programs compiled with it. */
struct tw_cel_env {
    struct tw_str container; /* names are looked up in it first: a.b.c */
    const struct tw_cel_variable *variable;
    size_t variables;
    const struct tw_cel_function *function;
    size_t functions;
    bool unchecked; /* types are not checked, and names that are not there are faults of the evaluation */
    /* Owns the programs, side by side, so that to run many is to read one stretch of memory; also what is
     * left of one that does not compile. NULL = each program owns itself. */
    struct tw_arena *arena;
};

/* Zero in a member means its default. */
struct tw_cel_limits {
    uint32_t bytes; /* of an expression: 65,536 */
    uint32_t depth; /* of parts within each other: 100; at most TW_CEL_DEPTH_MOST */
    uint32_t list;  /* elements of a list or entries of a map that are written out: 10,000; at most 60,000 */
    uint32_t steps; /* of one evaluation: 100,000 */
};

struct tw_cel_program;

/* Compiles `source`, of which nothing is needed afterwards.
 *
 * limits  NULL = all defaults
 *
 * TW_FORMAT  not an expression, or types that do not fit: fault has byte, line and character, and says what
 *            would be right
 * TW_LIMIT   fault->path is the limit's name
 * TW_ARG     a limit beyond what it may be
 * TW_NOMEM */
tw_err tw_cel_compile(struct tw_str source, const struct tw_cel_env *env, const struct tw_cel_limits *limits,
                      struct tw_cel_program **ret, struct tw_fault *fault) TW_MUST_CHECK;

void tw_cel_free(struct tw_cel_program *program); /* takes NULL */
static inline void tw_cel_program_freep(struct tw_cel_program **program)
{
    tw_cel_free(*program);
}

/* What the checker found the result to be; dyn where the expression was not checked. Lives as long as the
 * program. */
const struct tw_cel_type *tw_cel_result(const struct tw_cel_program *program);

/* Does the program ever look at variable `i` of its environment? So that nobody fetches what nobody reads. */
bool tw_cel_reads(const struct tw_cel_program *program, size_t i);

/* Marks in `field`, n of them, which fields of variable `i`, a record, the program looks at: all of them
 * where it looks at the record as a whole. */
void tw_cel_reads_fields(const struct tw_cel_program *program, size_t i, bool *field, size_t n);

/* A text that decides: unless it is one of these, or begins with one, or is not known, the program is false.
 */
enum { TW_CEL_GUARD_DEPTH = 4 };
struct tw_cel_guard {
    uint32_t variable;                  /* of the environment: a record */
    uint32_t field[TW_CEL_GUARD_DEPTH]; /* of it, and of records within, down to the text */
    uint32_t fields;                    /* of these, 1 .. TW_CEL_GUARD_DEPTH */
    bool prefix;                        /* it begins with one of them */
    const struct tw_str *text;          /* n of them, never 0 */
    size_t n;
};

/* The guards of a condition: what its operands of && at the top say of single texts by ==, in and
 * startsWith, also several of them joined by || about one text. For who holds many conditions against one set
 * of values. arena  owns *ret; texts live as long as the program. TW_NOMEM */
tw_err tw_cel_guards(const struct tw_cel_program *program, struct tw_arena *arena,
                     const struct tw_cel_guard **ret, size_t *ret_n) TW_MUST_CHECK;

/* -- what a condition says, for who reasons about it without values */

enum tw_cel_outline_kind {
    TW_CEL_OUTLINE_AND, /* of `part` */
    TW_CEL_OUTLINE_OR,
    TW_CEL_OUTLINE_NOT,    /* of part[0] */
    TW_CEL_OUTLINE_CHOICE, /* part[0] ? part[1] : part[2] */
    TW_CEL_OUTLINE_TRUE,
    TW_CEL_OUTLINE_FALSE,
    TW_CEL_OUTLINE_FACT, /* about one field */
    TW_CEL_OUTLINE_OTHER /* may be true, false, not known or a fault */
};

/* A field beside constants. */
enum tw_cel_fact_kind {
    TW_CEL_FACT_HAS,  /* it is there */
    TW_CEL_FACT_TRUE, /* a bool */
    TW_CEL_FACT_EQ,
    TW_CEL_FACT_NE,
    TW_CEL_FACT_LT,
    TW_CEL_FACT_LE,
    TW_CEL_FACT_GT,
    TW_CEL_FACT_GE,
    TW_CEL_FACT_IN,    /* one of `with` */
    TW_CEL_FACT_PREFIX /* begins with it */
};

struct tw_cel_outline {
    enum tw_cel_outline_kind kind;
    enum tw_cel_fact_kind fact;         /* FACT; what follows up to `with` too */
    uint32_t variable;                  /* of the environment */
    uint32_t field[TW_CEL_GUARD_DEPTH]; /* of it, and of records within */
    uint32_t fields;                    /* of these, 1 .. TW_CEL_GUARD_DEPTH */
    const struct tw_cel_type *type;     /* of the field */
    const struct tw_cel_value *with;    /* n of them: STRING, INT, UINT, DOUBLE, BOOL; lives as the program */
    const struct tw_cel_outline *const *part; /* n of them */
    size_t n;
    uint32_t byte; /* of the source */
};

/* The outline of a condition. arena  owns it, but for constants. TW_NOMEM */
tw_err tw_cel_outline_of(const struct tw_cel_program *program, struct tw_arena *arena,
                         const struct tw_cel_outline **ret) TW_MUST_CHECK;

/* Evaluates.
 *
 * slot   a value for each variable of the environment, in its order, of the variable's type
 * arena  for what the expression makes, and owns ret's lists and texts beside program and slots; may be
 *        NULL when it makes nothing, else the evaluation ends with TW_NOMEM
 * ret    a value; TW_CEL_UNKNOWN: not evaluated, tw_cel_missing says why
 *
 * TW_RANGE  the expression could not be evaluated: fault->byte is the place, fault->note says why
 * TW_LIMIT  more steps than allowed; path "steps"
 * TW_NOMEM  the arena is full */
tw_err tw_cel_eval(const struct tw_cel_program *program, const struct tw_cel_value *slot,
                   struct tw_arena *arena, struct tw_cel_value *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* What was missing when ret->kind was TW_CEL_UNKNOWN, as the expression writes it: "item.price, item.mass".
 */
void tw_cel_missing(const struct tw_cel_program *program, struct tw_cel_value unknown, struct tw_buf *out);

#endif
