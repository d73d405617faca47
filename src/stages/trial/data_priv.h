/* SPDX-License-Identifier: Apache-2.0 */
/* trial/data_priv.h -- what this module's files share. */
#ifndef TW_TRIAL_DATA_PRIV_H
#define TW_TRIAL_DATA_PRIV_H

#include "trial/data.h"

/* Hash of the six columns by which rows of the public data are copies: HS6, dispatch, origin, duty rate, tax
 * type, net mass. k = item. */
uint64_t tw_trial_twin_key(const struct tw_trial_data *d, size_t k);

#endif
