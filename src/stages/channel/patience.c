/* SPDX-License-Identifier: Apache-2.0 */
/* Criteria that hit and hit without a control. */
#include <string.h>

#include "base/mem.h"
#include "channel/channel_priv.h"

tw_err channels_criterion(struct tw_channels *c, struct tw_str id, uint32_t *ret)
{
    TW_TRY(tw_intern_put(c->criteria, id, ret));
    if (*ret < c->criteria_cap) return TW_OK;
    const size_t cap = ((size_t)*ret + 1) * 2;
    uint32_t *more = tw_realloc(c->unheard, cap, sizeof *more);
    if (more == NULL) return TW_NOMEM;
    memset(more + c->criteria_cap, 0, (cap - c->criteria_cap) * sizeof *more);
    c->unheard = more;
    c->criteria_cap = cap;
    return TW_OK;
}

tw_err channels_patience(struct tw_channels *c, const struct tw_channel_case *k)
{
    for (size_t i = 0; i < k->asks; i++) {
        struct tw_channel_ask *a = &k->ask[i];
        uint32_t number;
        a->certain = false;
        if (a->patience > 0) {
            TW_TRY(channels_criterion(c, a->id, &number));
            a->certain = a->probability < 1 && c->unheard[number] >= a->patience;
        }
        a->asks = a->certain || a->draw < a->probability;
    }
    return TW_OK;
}

void channels_heard(struct tw_channels *c, const struct tw_channel_case *k, enum tw_channel channel)
{
    for (size_t i = 0; i < k->asks; i++) {
        const struct tw_channel_ask *a = &k->ask[i];
        if (a->patience == 0) continue;
        uint32_t *unheard = &c->unheard[tw_intern_find(c->criteria, a->id)];
        if (channel_code(channel) >= channel_code(a->channel))
            *unheard = 0;
        else if (*unheard < a->patience)
            ++*unheard;
    }
}
