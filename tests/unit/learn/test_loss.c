/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/loss.h"

#include <math.h>

#include "base/fmath.h"
#include "check.h"

static const float labels[] = {0.0F, 0.25F, 1.0F, 3.5F};

static void slopes_are_the_derivatives_of_the_loss(void)
{
    for (int l = 0; l < TW_LOSS_N; l++) {
        enum tw_loss loss = (enum tw_loss)l;
        for (size_t j = 0; j < 4; j++) {
            if (!tw_loss_takes(loss, labels[j])) continue;
            double y = (double)labels[j];
            for (double m = -4; m <= 4; m += 0.5) {
                double h = 1e-4;
                double up = tw_loss_value(loss, m + h, y);
                double mid = tw_loss_value(loss, m, y);
                double down = tw_loss_value(loss, m - h, y);
                struct tw_slope s = tw_loss_slope(loss, (float)m, labels[j], 2);
                CHECK(fabs((double)s.first - (up - down) / h) < 1e-4 * (1 + fabs((double)s.first)));
                double second = 2 * (up - 2 * mid + down) / (h * h);
                CHECK(fabs((double)s.second - second) < 1e-4 * (10 + fabs(second)));
            }
        }
    }
}

static void the_base_is_the_best_shared_margin(void)
{
    const float y[] = {1, 0, 0, 1, 1};
    const float w[] = {1, 2, 3, 4, 5};
    for (int l = 0; l < TW_LOSS_N; l++) {
        enum tw_loss loss = (enum tw_loss)l;
        if (!tw_loss_takes(loss, 0)) continue;
        double base = tw_loss_base(loss, y, w, 5);
        double first = 0;
        for (size_t i = 0; i < 5; i++) first += (double)tw_loss_slope(loss, (float)base, y[i], w[i]).first;
        CHECK(fabs(first) < 1e-5);
        CHECK(fabs(tw_loss_mean(loss, base) - 10.0 / 15.0) < 1e-12);
    }
}

static void one_class_alone_gives_a_finite_base(void)
{
    const float none[] = {0, 0, 0};
    const float all[] = {1, 1, 1};
    CHECK(fabs(tw_loss_base(TW_LOSS_LOGISTIC, none, NULL, 3) - tw_logit(1e-6)) < 1e-12);
    CHECK(fabs(tw_loss_base(TW_LOSS_LOGISTIC, all, NULL, 3) - tw_logit(1 - 1e-6)) < 1e-9);
    CHECK(isfinite(tw_loss_base(TW_LOSS_GAMMA, none, NULL, 3)));
}

static void far_margins_stay_finite(void)
{
    for (int l = 0; l < TW_LOSS_N; l++) {
        for (float m = -1000; m <= 1000; m += 125) {
            struct tw_slope s = tw_loss_slope((enum tw_loss)l, m, 1, 1000);
            CHECK(isfinite(s.first) && isfinite(s.second) && s.second > 0);
            CHECK(isfinite(tw_loss_value((enum tw_loss)l, (double)m, 1)));
        }
    }
}

static void refuses_labels_outside_the_loss(void)
{
    CHECK(!tw_loss_takes(TW_LOSS_LOGISTIC, 1.5F) && !tw_loss_takes(TW_LOSS_LOGISTIC, NAN));
    CHECK(!tw_loss_takes(TW_LOSS_GAMMA, 0) && tw_loss_takes(TW_LOSS_TWEEDIE, 0));
    CHECK(!tw_loss_takes(TW_LOSS_TWEEDIE, -1) && tw_loss_takes(TW_LOSS_SQUARED, -1));
    CHECK(!tw_loss_takes(TW_LOSS_SQUARED, INFINITY));
}

int main(void)
{
    RUN(slopes_are_the_derivatives_of_the_loss);
    RUN(the_base_is_the_best_shared_margin);
    RUN(one_class_alone_gives_a_finite_base);
    RUN(far_margins_stay_finite);
    RUN(refuses_labels_outside_the_loss);
    return DONE();
}
