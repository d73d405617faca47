/* SPDX-License-Identifier: Apache-2.0 */
#include "stat/sketch.h"

#include <math.h>

#include "base/rng.h"
#include "check.h"
#include "fault.h"
#include "stat/rank.h"

static const struct tw_sketch none;

static void keeps_its_relative_error(void)
{
    struct tw_rng r = tw_rng_new(3, "sketch");
    for (int round = 0; round < 30; round++) {
        enum { N = 2000 };
        static double v[N];
        struct tw_sketch s = {0};
        double mu = 20 * (tw_rng_unit(&r) - 0.5), sigma = 0.1 + 2 * tw_rng_unit(&r);
        for (int i = 0; i < N; i++) {
            v[i] = tw_rng_lognormal(&r, mu, sigma);
            CHECK(tw_sketch_add(&s, v[i], 1) == TW_OK);
        }
        CHECK(tw_sketch_n(&s) == N);
        for (int k = 1; k < 20; k++) {
            double q = k / 20.0, true_lo = tw_quantile(v, N, q - 1.0 / N),
                   true_hi = tw_quantile(v, N, q + 1.0 / N);
            double got = tw_sketch_quantile(&s, q);
            CHECK(got >= true_lo * (1 - 0.0315) && got <= true_hi * (1 + 0.0315));
            CHECK(fabs(tw_sketch_rank2(&s, &none, got) - q) < 0.10);
        }
        tw_sketch_free(&s);
    }
}

static void merges_as_if_it_had_seen_both(void)
{
    struct tw_rng r = tw_rng_new(4, "sketch");
    struct tw_sketch a = {0}, b = {0}, both = {0};
    for (int i = 0; i < 1000; i++) {
        double v = tw_rng_lognormal(&r, i % 2 == 0 ? 1 : 3, 1);
        CHECK(tw_sketch_add(i % 2 == 0 ? &a : &b, v, 1) == TW_OK && tw_sketch_add(&both, v, 1) == TW_OK);
    }
    for (int k = 0; k <= 10; k++)
        CHECK(tw_sketch_quantile2(&a, &b, k / 10.0) == tw_sketch_quantile(&both, k / 10.0));
    CHECK(tw_sketch_merge(&a, &b) == TW_OK && tw_sketch_n(&a) == 1000);
    for (int k = 0; k <= 10; k++)
        CHECK(tw_sketch_quantile(&a, k / 10.0) == tw_sketch_quantile(&both, k / 10.0));
    tw_sketch_free(&a);
    tw_sketch_free(&b);
    tw_sketch_free(&both);
}

static void answers_several_quantiles_in_one_walk(void)
{
    struct tw_rng r = tw_rng_new(6, "sketch");
    for (int round = 0; round < 200; round++) {
        struct tw_sketch a = {0}, b = {0};
        int n = (int)(tw_rng_unit(&r) * 60), m = (int)(tw_rng_unit(&r) * 60);
        double far = round % 3 == 0 ? 12 : 0, sigma = 3 * tw_rng_unit(&r);
        for (int i = 0; i < n; i++) CHECK(tw_sketch_add(&a, tw_rng_lognormal(&r, 0, sigma), 1) == TW_OK);
        for (int i = 0; i < m; i++) CHECK(tw_sketch_add(&b, tw_rng_lognormal(&r, far, sigma), 3) == TW_OK);
        const double q[] = {0, 0.1, 0.25, 0.5, 0.5, 0.75, 1};
        double got[7];
        tw_sketch_quantiles2(&a, &b, q, 7, got);
        for (int k = 0; k < 7; k++) {
            CHECK(n + m > 0 || isnan(got[k]));
            if (n + m == 0) continue;
            /* A walk bucket by bucket, by what the sketch says of one bucket after the other. */
            double total = n + 3.0 * m, below = 0;
            int32_t first = a.n == 0 || (b.n > 0 && b.first < a.first) ? b.first : a.first, at = first;
            for (;; at++) {
                double here = 0;
                if (at >= a.first && at < a.first + a.n) here += a.count[at - a.first];
                if (at >= b.first && at < b.first + b.n) here += b.count[at - b.first];
                below += here;
                if (here > 0 && below >= q[k] * total) break;
            }
            uint32_t single = 1;
            struct tw_sketch one = {.count = &single, .first = at, .n = 1, .cap = 1, .total = 1};
            CHECK(got[k] == tw_sketch_quantile(&one, 0.5));
            CHECK(k == 0 || got[k] >= got[k - 1]);
        }
        tw_sketch_free(&a);
        tw_sketch_free(&b);
    }
}

/* Each mark says what a walk would. */
static bool marked(const struct tw_sketch *a, const struct tw_sketch *b, const struct tw_sketch_mark mark[3])
{
    struct tw_sketch_mark found[3];
    tw_sketch_marks(a, b, 1, 3, found);
    for (int k = 0; k < 3; k++)
        if (found[k].at != mark[k].at || found[k].below != mark[k].below ||
            tw_sketch_marked(mark[k]) != tw_sketch_quantile2(a, b, (k + 1) / 4.0))
            return false;
    return true;
}

static void marks_follow_what_is_added(void)
{
    struct tw_rng r = tw_rng_new(7, "sketch");
    for (int round = 0; round < 120; round++) {
        struct tw_sketch a = {0}, b = {0};
        struct tw_sketch_mark mark[3];
        /* A third of the rounds is so wide that the lowest buckets collapse, again and again. */
        const double sigma = round % 3 == 0 ? 30 : 2 * tw_rng_unit(&r), far = round % 5 == 0 ? 9 : 0;
        const int older = round % 2 == 0 ? 0 : 40;
        for (int i = 0; i < older; i++)
            CHECK(tw_sketch_add(&b, tw_rng_lognormal(&r, far, sigma), 1) == TW_OK);
        tw_sketch_marks(&a, &b, 1, 3, mark);
        for (int i = 0; i < 250; i++) {
            CHECK(tw_sketch_add_marked(&a, &b, tw_rng_lognormal(&r, 0, sigma), 1, 3, mark) == TW_OK);
            CHECK(marked(&a, &b, mark));
        }
        const struct tw_sketch_mark before = mark[1];
        CHECK(tw_sketch_add_marked(&a, &b, -1, 1, 3, mark) == TW_ARG && marked(&a, &b, mark));
        CHECK(mark[1].at == before.at);
        tw_sketch_free(&a);
        tw_sketch_free(&b);
    }
}

static void marks_stand_where_counts_end(void)
{
    struct tw_sketch a = {0}, b = {0};
    struct tw_sketch_mark mark[3];
    CHECK(tw_sketch_add(&a, 5, UINT32_MAX - 2) == TW_OK && tw_sketch_add(&b, 7, UINT32_MAX) == TW_OK);
    tw_sketch_marks(&a, &b, 1, 3, mark);
    for (int i = 0; i < 5; i++) {
        CHECK(tw_sketch_add_marked(&a, &b, 3, 1, 3, mark) == TW_OK);
        for (int k = 0; k < 3; k++)
            CHECK(tw_sketch_marked(mark[k]) == tw_sketch_quantile2(&a, &b, (k + 1) / 4.0));
    }
    tw_sketch_free(&a);
    tw_sketch_free(&b);
}

static void stays_within_its_memory_whatever_comes(void)
{
    struct tw_rng r = tw_rng_new(5, "sketch");
    struct tw_sketch s = {0};
    for (int i = 0; i < 3000; i++) {
        double v = tw_rng_lognormal(&r, 0, 200);
        if (v >= 0x1p-1022 && v < 1e308) CHECK(tw_sketch_add(&s, v, 1) == TW_OK);
        CHECK(s.n <= TW_SKETCH_BUCKETS_MAX);
    }
    uint64_t sum = 0;
    for (int i = 0; i < s.n; i++) sum += s.count[i];
    CHECK(sum == s.total && sum > 2500); /* collapsed, not lost */
    CHECK(tw_sketch_quantile(&s, 0.999) > 1e60);
    tw_sketch_free(&s);
}

static void refuses_what_has_no_bucket(void)
{
    struct tw_sketch s = {0};
    const double bad[] = {0, -1, (double)NAN, (double)INFINITY, 0x1p-1050};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) CHECK(tw_sketch_add(&s, bad[i], 1) == TW_ARG);
    CHECK(s.total == 0 && isnan(tw_sketch_quantile(&s, 0.5)) && isnan(tw_sketch_rank2(&s, &none, 1)));
}

static void reads_back_what_it_wrote_and_nothing_else(void)
{
    struct tw_rng r = tw_rng_new(6, "sketch");
    struct tw_sketch s = {0}, back = {0};
    for (int i = 0; i < 300; i++)
        CHECK(tw_sketch_add(&s, tw_rng_lognormal(&r, 2, 1), 1 + (uint32_t)i % 3) == TW_OK);
    TW_SCOPED_BUF bytes = {0};
    tw_sketch_save(&s, &bytes);
    size_t used = 0;
    CHECK(!bytes.failed && tw_sketch_load((const uint8_t *)bytes.p, bytes.n, &used, &back) == TW_OK &&
          used == bytes.n);
    CHECK(back.first == s.first && back.n == s.n && back.total == s.total);
    CHECK(memcmp(back.count, s.count, s.n * sizeof *s.count) == 0);
    tw_sketch_free(&back);
    for (size_t n = 0; n < bytes.n; n++)
        CHECK(tw_sketch_load((const uint8_t *)bytes.p, n, &used, &back) == TW_FORMAT);
    for (size_t n = 0; n < 6; n++) {
        char kept = bytes.p[n];
        bytes.p[n] = (char)0x7f;
        tw_err err = tw_sketch_load((const uint8_t *)bytes.p, bytes.n, &used, &back);
        CHECK(err == TW_OK || err == TW_FORMAT);
        if (err == TW_OK) tw_sketch_free(&back);
        bytes.p[n] = kept;
    }
    tw_sketch_free(&s);
}

/* An empty sketch has one form: else a state would not be written back as it was read. */
static void refuses_a_place_for_no_buckets(void)
{
    static const uint8_t nowhere[6] = {0}, somewhere[6] = {0, 0, 1, 0, 0, 0};
    struct tw_sketch back = {0};
    size_t used = 0;
    CHECK(tw_sketch_load(nowhere, sizeof nowhere, &used, &back) == TW_OK && used == 6 && back.n == 0);
    CHECK(tw_sketch_load(somewhere, sizeof somewhere, &used, &back) == TW_FORMAT);
}

static tw_err add_a_few(void)
{
    struct tw_sketch s = {0};
    struct tw_sketch_mark mark[3] = {{0}};
    tw_err err = TW_OK;
    for (int i = 1; i < 60 && err == TW_OK; i++) {
        err = tw_sketch_add_marked(&s, &none, i * i, 1, 3, mark);
        CHECK(tw_sketch_n(&s) == 0 || marked(&s, &none, mark));
    }
    tw_sketch_free(&s);
    return err;
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(add_a_few) > 5);
}

int main(void)
{
    RUN(keeps_its_relative_error);
    RUN(merges_as_if_it_had_seen_both);
    RUN(answers_several_quantiles_in_one_walk);
    RUN(marks_follow_what_is_added);
    RUN(marks_stand_where_counts_end);
    RUN(stays_within_its_memory_whatever_comes);
    RUN(refuses_what_has_no_bucket);
    RUN(reads_back_what_it_wrote_and_nothing_else);
    RUN(refuses_a_place_for_no_buckets);
    RUN(survives_every_failed_allocation);
    return DONE();
}
