/* SPDX-License-Identifier: Apache-2.0 */
#include "score/own.h"

#include "check.h"
#include "feature/feature.h"

static void names_every_feature_and_its_form(void)
{
    uint32_t n = 0;
    const struct tw_model_feature *own = tw_own_features(&n);
    CHECK(n == TW_FEATURE_N);
    for (uint32_t i = 0; i < n; i++) {
        const struct tw_feature_row *row = tw_feature_row((enum tw_feature)i);
        CHECK(tw_str_is(own[i].name, row->name) && tw_str_is(own[i].unit, tw_form_name(row->form)));
    }
}

int main(void)
{
    RUN(names_every_feature_and_its_form);
    return DONE();
}
