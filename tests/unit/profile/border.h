/* SPDX-License-Identifier: Apache-2.0 */
/* A few declarations to fold: importer i brings goods g from origin o at a price. */
#ifndef TW_TEST_PROFILE_BORDER_H
#define TW_TEST_PROFILE_BORDER_H

#include <stdio.h>

#include "base/date.h"
#include "check.h"
#include "profile/profile.h"

struct shipment {
    char id[24], importer[24], hs[12];
    struct tw_item item;
    struct tw_decl decl;
};

static inline const struct tw_decl *declare(struct shipment *s, int id, int importer, int goods, int32_t day,
                                            int64_t value_minor, int64_t net_g)
{
    memset(s, 0, sizeof *s);
    snprintf(s->id, sizeof s->id, "D%d", id);
    snprintf(s->importer, sizeof s->importer, "IMP%d", importer);
    snprintf(s->hs, sizeof s->hs, "8517%02d", goods);
    s->item.number = 1;
    s->item.hs = tw_str_from(s->hs);
    s->item.origin = TW_STR("CN");
    s->item.dispatch = TW_STR("SG");
    s->item.description = TW_STR("telephones");
    s->item.package_count = -1;
    s->item.net_mass_kg = (struct tw_dec){net_g, 3, true};
    s->item.gross_mass_kg = (struct tw_dec){net_g + net_g / 10, 3, true};
    s->item.quantity = (struct tw_quantity){{net_g / 200, 0, true}, TW_STR("NAR")};
    s->item.customs_value = (struct tw_money){value_minor, "XTS"};
    s->item.duty_rate = (struct tw_dec){50, 1, true};
    s->decl.id = tw_str_from(s->id);
    s->decl.lodged_at = (int64_t)day * TW_DAY_S + 3600;
    s->decl.importer.id = tw_str_from(s->importer);
    s->decl.importer.street = TW_STR("12 Quay Rd.");
    s->decl.declarant.id = TW_STR("BROKER");
    s->decl.exporter.id = TW_STR("EXPORTER");
    s->decl.office = TW_STR("HB01");
    s->decl.items.at = &s->item;
    s->decl.items.n = 1;
    return &s->decl;
}

/* Looks and folds; returns what was known before. */
static inline struct tw_look pass(struct tw_profile *p, const struct tw_decl *d, struct tw_arena *arena)
{
    struct tw_look look;
    CHECK(tw_profile_look(p, d, arena, &look) == TW_OK);
    CHECK(tw_profile_fold(p, &look) == TW_OK);
    return look;
}

#endif
