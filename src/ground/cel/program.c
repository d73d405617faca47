/* SPDX-License-Identifier: Apache-2.0 */
#include "cel/build_priv.h"

enum {
    BYTES_DEFAULT = 65536,
    DEPTH_DEFAULT = 100,
    LIST_DEFAULT = 10000,
    LIST_MOST = 60000,
    STEPS_DEFAULT = 100000,
    /* Most that the tree of an expression takes: some 200 bytes for each of it. */
    TREE_BYTES = 64 << 20,
    PROGRAM_BYTES = 32 << 20
};

static tw_err limits_of(const struct tw_cel_limits *given, struct tw_cel_limits *ret, struct tw_fault *fault)
{
    *ret = given != NULL ? *given : (struct tw_cel_limits){0};
    if (ret->bytes == 0) ret->bytes = BYTES_DEFAULT;
    if (ret->depth == 0) ret->depth = DEPTH_DEFAULT;
    if (ret->list == 0) ret->list = LIST_DEFAULT;
    if (ret->steps == 0) ret->steps = STEPS_DEFAULT;
    if (ret->bytes > 1 << 20) return tw_fail(fault, TW_ARG, "an expression may have at most 1 MiB");
    if (ret->depth > TW_CEL_DEPTH_MOST)
        return tw_fail(fault, TW_ARG, "an expression may be at most %d deep", TW_CEL_DEPTH_MOST);
    if (ret->list > LIST_MOST)
        return tw_fail(fault, TW_ARG, "a list may have at most %d elements", LIST_MOST);
    return TW_OK;
}

static tw_err text_of(struct tw_cel_build *b)
{
    if (b->source.n > b->limits.bytes) {
        tw_cel_refuse(b, TW_LIMIT, 0, "the expression has %zu bytes; %u are allowed", b->source.n,
                      (unsigned)b->limits.bytes);
        if (b->fault != NULL) memcpy(b->fault->path, "bytes", sizeof "bytes");
    } else if (!tw_cel_utf8_valid(b->source)) {
        tw_cel_refuse(b, TW_FORMAT, 0, "the expression is not UTF-8");
    }
    return b->err;
}

/* In the memory of the tree, until it is whole. */
static tw_err program_new(struct tw_cel_build *b, struct tw_cel_program **ret)
{
    TW_SCOPED(tw_arena) *own = NULL;
    struct tw_str source;
    if (b->env->arena == NULL) TW_TRY(tw_arena_new(PROGRAM_BYTES, &own));
    struct tw_arena *arena = own != NULL ? own : b->env->arena;
    TW_TRY(tw_str_dup(arena, b->source, &source));
    uint64_t *reads = tw_arena_array(arena, b->env->variables / 64 + 1, sizeof *reads);
    struct tw_cel_program *p = tw_arena_alloc(b->scratch, sizeof *p);
    if (reads == NULL || p == NULL) return TW_NOMEM;
    *p = (struct tw_cel_program){.env = b->env,
                                 .steps = b->limits.steps,
                                 .arena = arena,
                                 .own = own,
                                 .source = source,
                                 .reads = reads};
    own = NULL;
    *ret = p;
    return TW_OK;
}

/* The same bytes where the program is to live; NULL of nothing, and when there is no room, which *full says.
 */
static void *moved(struct tw_arena *arena, const void *from, size_t bytes, bool *full)
{
    if (bytes == 0) return NULL;
    void *to = tw_arena_room(arena, bytes, 1);
    if (to != NULL)
        memcpy(to, from, bytes);
    else
        *full = true;
    return to;
}

/* What most evaluations read comes to lie together: texts of constants, operands, head of the program. */
static tw_err settle(const struct tw_cel_program *p, struct tw_cel_program **ret)
{
    bool full = false;
    struct tw_arena *a = p->arena;
    struct tw_cel_program to = *p;
    to.child = moved(a, p->child, p->children * sizeof *p->child, &full);
    struct tw_cel_program *kept = moved(a, p, sizeof *p, &full);
    to.op = moved(a, p->op, p->ops * sizeof *p->op, &full);
    to.constant = moved(a, p->constant, p->constants * sizeof *p->constant, &full);
    to.set = moved(a, p->set, p->sets * sizeof *p->set, &full);
    to.pattern = moved(a, p->pattern, p->patterns * sizeof(struct tw_cel_pattern *), &full);
    to.zone = moved(a, p->zone, p->zones * sizeof(struct tw_cel_zone *), &full);
    to.missing = moved(a, p->missing, p->missings * sizeof *p->missing, &full);
    if (full) return TW_NOMEM;
    *kept = to;
    *ret = kept;
    return TW_OK;
}

static tw_err build(struct tw_cel_build *b, struct tw_cel_program **ret)
{
    TW_SCOPED(tw_cel_program) *p = NULL;
    TW_TRY(text_of(b));
    struct tw_cel_node *root = tw_cel_parse(b);
    if (root == NULL || !tw_cel_check(b, root)) return b->err;
    if (program_new(b, &p) != TW_OK) {
        tw_cel_starved(b);
        return b->err;
    }
    TW_TRY(tw_cel_emit(b, root, p));
    if (settle(p, ret) != TW_OK) {
        tw_cel_starved(b);
        return b->err;
    }
    p = NULL;
    return TW_OK;
}

tw_err tw_cel_compile(struct tw_str source, const struct tw_cel_env *env, const struct tw_cel_limits *limits,
                      struct tw_cel_program **ret, struct tw_fault *fault)
{
    struct tw_fault unread;
    TW_SCOPED(tw_arena) *scratch = NULL;
    struct tw_cel_limits l;
    TW_TRY(limits_of(limits, &l, fault));
    TW_TRY(tw_arena_new(TREE_BYTES, &scratch));
    struct tw_cel_build *b = tw_arena_alloc(scratch, sizeof *b);
    if (b == NULL) return tw_fail(fault, TW_NOMEM, "no memory to compile the expression");
    b->source = source;
    b->env = env;
    b->limits = l;
    b->scratch = scratch;
    b->fault = fault != NULL ? fault : &unread;
    return build(b, ret);
}

void tw_cel_free(struct tw_cel_program *p)
{
    if (p == NULL) return;
    for (uint32_t i = 0; i < p->patterns; i++) tw_cel_pattern_free(p->pattern[i]);
    for (uint32_t i = 0; i < p->zones; i++) tw_cel_zone_free(p->zone[i]);
    tw_arena_free(p->own); /* and p with it */
}

const struct tw_cel_type *tw_cel_result(const struct tw_cel_program *p)
{
    return p->result;
}

bool tw_cel_reads(const struct tw_cel_program *p, size_t i)
{
    return (p->reads[i / 64] >> i % 64 & 1) != 0;
}

void tw_cel_reads_fields(const struct tw_cel_program *p, size_t i, bool *field, size_t n)
{
    for (uint32_t k = 0; k < p->ops; k++) {
        const struct tw_cel_op *op = &p->op[k], *over = k + 1 < p->ops ? &p->op[k + 1] : NULL;
        if (op->a != i) continue;
        if (op->code == TW_CEL_CODE_SLOT_FIELD) field[op->b] = true;
        if (op->code != TW_CEL_CODE_SLOT) continue;
        if (over != NULL && over->code == TW_CEL_CODE_HAS_FIELD && over->a == k)
            field[over->b] = true;
        else
            memset(field, true, n);
    }
}

void tw_cel_missing(const struct tw_cel_program *p, struct tw_cel_value unknown, struct tw_buf *out)
{
    bool any = false;
    for (uint32_t i = 0; i < TW_CEL_MISSING_MAX; i++) {
        if ((unknown.u >> i & 1) == 0) continue;
        if (any) tw_buf_text(out, ", ");
        any = true;
        if (i < p->missings)
            tw_buf_str(out, p->missing[i]);
        else
            tw_buf_text(out, "others");
    }
}

static tw_err refuse(const struct tw_cel_program *p, struct tw_cel_value v, struct tw_fault *fault)
{
    static const char *const words[TW_CEL_FAULT_N] = {"",
#define X(id, text) text,
                                                      TW_CEL_FAULT_TABLE(X)
#undef X
    };
    TW_IGNORE(tw_fail(fault, TW_RANGE, "%s", words[v.fault]));
    if (v.fault == TW_CEL_FAULT_OVERLOAD && v.of[0] != 0) {
        char text[96];
        struct tw_buf b = tw_buf_in(text, sizeof text);
        tw_cel_type_show(tw_cel_type_of((enum tw_cel_kind)(v.of[0] - 1)), &b);
        if (v.of[1] != 0) tw_buf_text(&b, " and ");
        if (v.of[1] != 0) tw_cel_type_show(tw_cel_type_of((enum tw_cel_kind)(v.of[1] - 1)), &b);
        TW_IGNORE(
            tw_fail(fault, TW_RANGE, "there is no such operation for %.*s", TW_STR_ARG(tw_buf_view(&b))));
    }
    tw_cel_place(p->source, v.n, fault);
    return TW_RANGE;
}

static tw_err halted(const struct tw_cel_program *p, tw_err stop, struct tw_fault *fault)
{
    if (stop == TW_NOMEM) return tw_fail(fault, TW_NOMEM, "no memory left for what the expression makes");
    if (fault != NULL) memcpy(fault->path, "steps", sizeof "steps");
    return tw_fail(fault, TW_LIMIT, "the expression takes more than the %u steps that are allowed",
                   (unsigned)p->steps);
}

tw_err tw_cel_eval(const struct tw_cel_program *p, const struct tw_cel_value *slot, struct tw_arena *arena,
                   struct tw_cel_value *ret, struct tw_fault *fault)
{
    struct tw_cel_value local[2 * TW_CEL_DEPTH_MOST];
    struct tw_cel_run r = {.p = p, .slot = slot, .arena = arena, .steps = p->steps, .local = local};
    const struct tw_cel_value v = tw_cel_run_op(&r, &p->root);
    if (r.stop != TW_OK || r.steps < 0) return halted(p, r.stop, fault);
    if (v.kind == TW_CEL_ERROR) return refuse(p, v, fault);
    *ret = v;
    return TW_OK;
}
