/* SPDX-License-Identifier: Apache-2.0 */
/* engine/convert_manifest_priv.h -- the customs manifests and answers of an interchange as JSON.
 *
 * In : as engine/convert_edifact_priv.h.
 * Out: an array with a manifest or notification for each message; what is wrong, each with its rule's id.
 * Not: messages of other types, with which the interchange is refused.
 */
#ifndef TW_ENGINE_CONVERT_MANIFEST_PRIV_H
#define TW_ENGINE_CONVERT_MANIFEST_PRIV_H

#include "engine/convert_edifact_priv.h"

/* job->check reads notifications again; a manifest is then refused (TW_FORMAT). TW_NOTFOUND (no manifest),
 * TW_NOMEM (one too large, too), the errors of edifact_convert */
tw_err manifest_convert(const struct edifact_job *job, struct edifact_count *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

#endif
