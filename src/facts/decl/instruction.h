/* SPDX-License-Identifier: Apache-2.0 */
/* decl/instruction.h -- what was said of a declaration beside its messages: an officer wants it controlled,
 * or it is cancelled.
 *
 * In : nothing; a shape that message/table.h fills.
 * Out: one instruction.
 * Not: what came of it.
 *
 * Ownership: texts lie in the table they were read into.
 */
#ifndef TW_DECL_INSTRUCTION_H
#define TW_DECL_INSTRUCTION_H

#include "decl/decision.h"

struct tw_instruction {
    struct tw_str declaration_id;
    int64_t at;                    /* UTC seconds */
    enum tw_channel channel;       /* that the officer wants; green of a cancellation */
    struct tw_str officer, reason; /* absent of a cancellation */
};

#endif
