/* SPDX-License-Identifier: Apache-2.0 */
#include "score/response.h"

#include "fault.h"
#include "grow.h"
#include "score/forest.h"

enum { K = 7 };

struct bench {
    struct grown *g;
    struct tw_forest *f;
    struct tw_response *r;
    struct tw_arena *arena;
};

static struct bench set_up(uint32_t n_trees, uint32_t depth, uint64_t seed)
{
    struct bench b = {.g = grow(n_trees, depth, K, seed)};
    CHECK(tw_forest_new(&b.g->spec, "trees", &b.f, NULL) == TW_OK);
    CHECK(tw_response_new(&b.g->spec, "trees", &b.r, NULL) == TW_OK);
    CHECK(tw_arena_new(1 << 24, &b.arena) == TW_OK);
    return b;
}

static void put_away(struct bench *b)
{
    tw_forest_free(b->f);
    tw_response_free(b->r);
    tw_arena_free(b->arena);
    free(b->g);
}

static struct tw_margins ask(const struct bench *b, const float *x, uint32_t feature)
{
    const struct tw_response_row *row = NULL;
    struct tw_margins m = {0};
    CHECK(tw_response_row(b->r, x, b->arena, &row) == TW_OK);
    CHECK(tw_response_of(row, feature, b->arena, &m) == TW_OK);
    return m;
}

static bool same_bits(float a, float b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static float margin_with(const struct bench *b, const float *x, uint32_t feature, float v)
{
    float y[K];
    memcpy(y, x, sizeof y);
    y[feature] = v;
    return tw_forest_row(b->f, y);
}

static float step_from(float v, float to)
{
    return nextafterf(v, to);
}

static void gives_the_bits_of_the_evaluator_everywhere(void)
{
    for (uint32_t depth = 0; depth <= 14; depth += depth < 6 ? 1 : 4) {
        struct bench b = set_up(1 + depth * 2, depth, depth);
        uint64_t seed = depth;
        for (int round = 0; round < 20; round++) {
            float x[K];
            grow_row(x, K, true, &seed);
            for (uint32_t f = 0; f < K; f++) {
                struct tw_margins m = ask(&b, x, f);
                CHECK(same_bits(m.missing, margin_with(&b, x, f, NAN)));
                CHECK(same_bits(m.margin[0], margin_with(&b, x, f, -INFINITY)));
                CHECK(same_bits(m.margin[m.n - 1], margin_with(&b, x, f, INFINITY)));
                for (size_t c = 1; c < m.n; c++) {
                    CHECK(c == 1 || m.edge[c - 1] > m.edge[c - 2]);
                    CHECK(same_bits(m.margin[c], margin_with(&b, x, f, m.edge[c - 1])));
                    CHECK(same_bits(m.margin[c - 1],
                                    margin_with(&b, x, f, step_from(m.edge[c - 1], -INFINITY))));
                }
            }
            tw_arena_reset(b.arena);
        }
        put_away(&b);
    }
}

/* The nearest possible value among all that could be it: the start, its whole neighbours, both sides of each
 * edge and of the ends of what is possible. */
static bool brute_force(const struct bench *b, const float *x, uint32_t f, const struct tw_wish *w,
                        double *ret)
{
    struct tw_margins m = ask(b, x, f);
    float candidate[4096];
    size_t n = 0;
    CHECK(m.n < 200);
    candidate[n++] = w->from;
    candidate[n++] = w->least;
    candidate[n++] = w->most;
    for (size_t c = 0; c + 1 < m.n; c++) {
        candidate[n++] = m.edge[c];
        candidate[n++] = step_from(m.edge[c], -INFINITY);
    }
    for (size_t c = 0, all = n; w->whole && c < all; c++) {
        candidate[n++] = floorf(candidate[c]);
        candidate[n++] = ceilf(candidate[c]);
        candidate[n++] = ceilf(candidate[c]) - 1;
    }
    bool found = false;
    for (size_t c = 0; c < n; c++) {
        float v = candidate[c];
        if (!(v >= w->least && v <= w->most) || (w->whole && v != floorf(v))) continue;
        if (!(margin_with(b, x, f, v) < w->target)) continue;
        double far = fabs((double)v - (double)w->from);
        if (!found || far < *ret) *ret = far;
        found = true;
    }
    return found;
}

static void finds_the_smallest_change_there_is(void)
{
    size_t found = 0, none = 0, moved = 0;
    for (uint64_t s = 0; s < 40; s++) {
        struct bench b = set_up(12, 1 + (uint32_t)(s % 8), s);
        uint64_t seed = s;
        for (int round = 0; round < 50; round++) {
            float x[K];
            grow_row(x, K, true, &seed);
            uint32_t f = (uint32_t)(draw(&seed) % K);
            if (!isfinite(x[f])) x[f] = 0.25F;
            struct tw_wish w = {.from = x[f], .least = -INFINITY, .most = INFINITY, .whole = draw(&seed) % 2};
            w.target = tw_forest_row(b.f, x) + (float)(draw_unit(&seed) - 0.9);
            if (draw(&seed) % 2) w.least = (float)(draw(&seed) % 5) - 3.5F;
            if (draw(&seed) % 2) w.most = (float)(draw(&seed) % 5) - 1.5F;
            struct tw_margins m = ask(&b, x, f);
            struct tw_change c = {.value = 77};
            double nearest = 0;
            bool is = brute_force(&b, x, f, &w, &nearest);
            CHECK(tw_response_nearest(&m, &w, &c) == is);
            if (!is) {
                CHECK(c.value == 77);
                none++;
                continue;
            }
            found++;
            moved += c.value != w.from;
            CHECK(fabs((double)c.value - (double)w.from) == nearest);
            CHECK(c.value >= w.least && c.value <= w.most && (!w.whole || c.value == floorf(c.value)));
            CHECK(same_bits(c.margin, margin_with(&b, x, f, c.value)) && c.margin < w.target);
            CHECK(c.low <= c.value && (c.value < c.high || c.high == INFINITY));
            CHECK(margin_with(&b, x, f, c.low) <
                  w.target); /* the interval is right to its ends, and no wider */
            CHECK(margin_with(&b, x, f, step_from(c.high, -INFINITY)) < w.target);
            CHECK(isinf(c.low) || !(margin_with(&b, x, f, step_from(c.low, -INFINITY)) < w.target));
            CHECK(isinf(c.high) || !(margin_with(&b, x, f, c.high) < w.target));
            tw_arena_reset(b.arena);
        }
        put_away(&b);
    }
    CHECK(found > 300 && none > 300 && moved > 200);
}

/* margin: 3 below -1, 1 up to 2, 2 up to 5, 0 from there */
static const float edge[] = {-1, 2, 5}, margin[] = {3, 1, 2, 0};
static const struct tw_margins steps = {edge, margin, 4, 0};

static void looks_both_ways(void)
{
    struct tw_change c;
    struct tw_wish w = {.from = 3, .target = 1.5F, .least = -INFINITY, .most = INFINITY};
    CHECK(tw_response_nearest(&steps, &w, &c));
    CHECK(c.value == nextafterf(2, 0) && c.margin == 1 && c.low == -1 && c.high == 2);
    w.from = 4;
    CHECK(tw_response_nearest(&steps, &w, &c));
    CHECK(c.value == 5 && c.margin == 0 && c.low == 5 && c.high == INFINITY);
    w.from = 3.5F; /* 5 is 1.5 away, the largest value below 2 a little more */
    CHECK(tw_response_nearest(&steps, &w, &c) && c.value == 5);
    w.whole = true; /* 5 is 1.5 away, 1 is 2.5 */
    CHECK(tw_response_nearest(&steps, &w, &c) && c.value == 5);
    w.from = 3; /* both 2 away: the lower */
    CHECK(tw_response_nearest(&steps, &w, &c) && c.value == 1);
}

static void joins_neighbouring_cells(void)
{
    struct tw_change c;
    struct tw_wish w = {.from = -9, .target = 2.5F, .least = -INFINITY, .most = INFINITY};
    CHECK(tw_response_nearest(&steps, &w, &c));
    CHECK(c.value == -1 && c.margin == 1 && c.low == -1 && c.high == INFINITY);
    w.from = 4;
    CHECK(tw_response_nearest(&steps, &w, &c) && c.value == 4 && c.margin == 2);
}

static void keeps_within_what_is_possible(void)
{
    struct tw_change c = {.value = 77};
    struct tw_wish w = {.from = 3, .target = 1.5F, .least = 2, .most = 4};
    CHECK(!tw_response_nearest(&steps, &w, &c) && c.value == 77);
    w.most = 6;
    CHECK(tw_response_nearest(&steps, &w, &c) && c.value == 5);
    w = (struct tw_wish){.from = 1.5F, .target = 1.5F, .least = 1.2F, .most = 1.8F, .whole = true};
    c.value = 77;
    CHECK(!tw_response_nearest(&steps, &w, &c) && c.value == 77);
    w.whole = false;
    CHECK(tw_response_nearest(&steps, &w, &c) && c.value == 1.5F && c.low == -1 && c.high == 2);
}

static void has_no_answer_from_nowhere(void)
{
    struct tw_change c = {.value = 77};
    const float nowhere[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 3; i++) {
        struct tw_wish w = {.from = nowhere[i], .target = 9, .least = -INFINITY, .most = INFINITY};
        CHECK(!tw_response_nearest(&steps, &w, &c) && c.value == 77);
    }
    struct tw_wish w = {.from = 0, .target = 0, .least = -INFINITY, .most = INFINITY};
    CHECK(!tw_response_nearest(&steps, &w, &c)); /* below, not at */
}

static void steps_below_zero(void)
{
    static const float zero[] = {0}, down[] = {1, 2};
    const struct tw_margins m = {zero, down, 2, 0};
    struct tw_wish w = {.from = 1, .target = 1.5F, .least = -INFINITY, .most = INFINITY};
    struct tw_change c;
    CHECK(tw_response_nearest(&m, &w, &c) && c.value == nextafterf(0, -1) && c.high == 0);
    w.whole = true;
    CHECK(tw_response_nearest(&m, &w, &c) && c.value == -1);
}

static void answers_a_forest_without_trees(void)
{
    struct tw_forest_spec none = {NULL, 0, 3, 1.5F};
    TW_SCOPED(tw_response) *r = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    const struct tw_response_row *row = NULL;
    struct tw_margins m = {0};
    float x[3] = {0};
    CHECK(tw_response_new(&none, "trees", &r, NULL) == TW_OK && tw_arena_new(1 << 16, &arena) == TW_OK);
    CHECK(tw_response_row(r, x, arena, &row) == TW_OK && tw_response_of(row, 2, arena, &m) == TW_OK);
    CHECK(m.n == 1 && m.margin[0] == 1.5F && m.missing == 1.5F);
    CHECK(tw_response_of(row, 3, arena, &m) == TW_ARG);
}

static void leaves_result_alone_on_failure(void)
{
    struct grown *g = grow(2, 4, 3, 1);
    g->memory[1].cover[0] = 0;
    struct tw_response *r = NULL;
    struct tw_fault fault = {0};
    CHECK(tw_response_new(&g->spec, "trees", &r, &fault) == TW_FORMAT && r == NULL);
    CHECK(strcmp(fault.path, "trees[1].cover[0]") == 0);
    tw_response_free(NULL);
    free(g);
}

static struct grown *given;

static tw_err ask_given(void)
{
    TW_SCOPED(tw_response) *r = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    const struct tw_response_row *row = NULL;
    struct tw_margins m = {0};
    float x[3] = {0};
    TW_TRY(tw_response_new(&given->spec, "trees", &r, NULL));
    TW_TRY(tw_arena_new(1 << 20, &arena));
    TW_TRY(tw_response_row(r, x, arena, &row));
    tw_err err = tw_response_of(row, 0, arena, &m);
    CHECK((err == TW_OK) == (m.n > 0));
    return err;
}

static void survives_every_failed_allocation(void)
{
    given = grow(4, 6, 3, 1);
    CHECK(fault_each_allocation(ask_given) >= 10);
    free(given);
}

int main(void)
{
    RUN(gives_the_bits_of_the_evaluator_everywhere);
    RUN(finds_the_smallest_change_there_is);
    RUN(looks_both_ways);
    RUN(joins_neighbouring_cells);
    RUN(keeps_within_what_is_possible);
    RUN(has_no_answer_from_nowhere);
    RUN(steps_below_zero);
    RUN(answers_a_forest_without_trees);
    RUN(leaves_result_alone_on_failure);
    RUN(survives_every_failed_allocation);
    return DONE();
}
