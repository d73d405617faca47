/* SPDX-License-Identifier: Apache-2.0 */
/* engine/intake_priv.h -- what taking in declarations and manifests has in common. */
#ifndef TW_ENGINE_INTAKE_PRIV_H
#define TW_ENGINE_INTAKE_PRIV_H

#include "engine/intake.h"

struct tw_intake {
    struct tw_station *s;
    struct tw_arena *arena; /* of the declaration or manifest at hand */
    struct tw_db_decl row;  /* of a declaration, as it was kept */
    struct tw_decl *plain;  /* that `row.fields` were written from */
    struct tw_buf whole, fields, sealed, text, leaf;
};

/* Puts the station's id, in the arena, where what names a party stood; all but its country goes. One that
 * nothing names stays. */
tw_err intake_party(struct tw_intake *in, struct tw_party *p, struct tw_fault *fault) TW_MUST_CHECK;

/* Seals in->whole into in->sealed, under the key of `reg`, which its first version makes. source: hash of key
 * and text, for the leaf */
tw_err intake_seal(struct tw_intake *in, uint64_t reg, uint32_t version, uint8_t source[TW_SHA256_BYTES],
                   struct tw_fault *fault) TW_MUST_CHECK;

#endif
