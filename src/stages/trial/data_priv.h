/* SPDX-License-Identifier: Apache-2.0 */
/* trial/data_priv.h -- what this module's files share. */
#ifndef TW_TRIAL_DATA_PRIV_H
#define TW_TRIAL_DATA_PRIV_H

#include "trial/data.h"

/* Hash of the six columns by which rows of the public data are copies: HS6, dispatch, origin, duty rate, tax
 * type, net mass. k = item. */
uint64_t tw_trial_twin_key(const struct tw_trial_data *d, size_t k);

/* Of judged items since the split: the share that equals an earlier one in these six columns; of those, how
 * often they carry the label of most equal earlier ones (where these are of two minds, half of it is
 * counted). NaN where there is none. As the audit counts (trial/audit.h). TW_NOMEM */
tw_err tw_trial_twins_count(const struct tw_trial_data *d, double *ret_share, double *ret_purity)
    TW_MUST_CHECK;

#endif
