/* SPDX-License-Identifier: Apache-2.0 */
/* engine/instructions.h -- what is said of declarations beside their messages, in the order of time.
 *
 * In : two tables (message/table.h): what officers want controlled, what was cancelled.
 * Out: of a declaration, what an officer had said of it by the time it was decided; cancellations, each told
 * to the memory of goods when its time comes. Not: declarations.
 */
#ifndef TW_ENGINE_INSTRUCTIONS_H
#define TW_ENGINE_INSTRUCTIONS_H

#include "channel/goods.h"
#include "decl/instruction.h"
#include "engine/input.h"

struct tw_instructions;

/* Paths may be NULL. Of the options file and stop count. The errors of tw_file_in_open, tw_file_in_read,
 * tw_table_filled */
tw_err tw_instructions_read(const char *selected, const char *cancelled,
                            const struct tw_input_options *options, struct tw_instructions **ret,
                            struct tw_fault *fault) TW_MUST_CHECK;
void tw_instructions_free(struct tw_instructions *t); /* takes NULL */
static inline void tw_instructions_freep(struct tw_instructions **t)
{
    tw_instructions_free(*t);
}

/* The strictest that officers had said by then; the earliest of as strict ones; NULL = nothing.
 * at  UTC seconds; TW_NO_TIME = before all of them */
const struct tw_instruction *tw_instructions_selected(struct tw_instructions *t, struct tw_str id,
                                                      int64_t at);

/* Was it cancelled between the two moments, themselves included? UTC seconds */
bool tw_instructions_cancelled(const struct tw_instructions *t, struct tw_str id, int64_t from, int64_t by);

/* Tells `goods` (NULL = nobody) what was cancelled by then and has not been told. TW_NOMEM */
tw_err tw_instructions_cancel(struct tw_instructions *t, int64_t at, struct tw_goods *goods) TW_MUST_CHECK;

/* That one has been decided: if it was cancelled in the same second, it is told now. TW_NOMEM */
tw_err tw_instructions_decided(struct tw_instructions *t, struct tw_str id, struct tw_goods *goods)
    TW_MUST_CHECK;

struct tw_instructions_count {
    uint64_t selected;           /* declarations that were asked for and found */
    uint64_t late;               /* rows that came after the decision, or are of no declaration here */
    uint64_t cancelled, unknown; /* told; of these of a declaration that is not known */
};
struct tw_instructions_count tw_instructions_count(const struct tw_instructions *t);

#endif
