/* SPDX-License-Identifier: Apache-2.0 */
/* message/ruleset_priv.h -- one rule of an administration, held against one declaration.
 *
 * In : a rule, a declaration, which of its goods items.
 * Out: the requirement that is not kept.
 * Not: YAML; ruleset.c reads it.
 */
#ifndef TW_MESSAGE_RULESET_PRIV_H
#define TW_MESSAGE_RULESET_PRIV_H

#include "message/ruleset.h"

/* NULL: the rule is kept, or not for this. The first requirement that is not, at or behind `from`.
 * text  for the work; `failed` where there was no memory */
const struct tw_rule_condition *rule_broken(const struct tw_rule *rule, size_t from,
                                            const struct tw_decl *decl, const struct tw_item *item,
                                            struct tw_buf *text);

bool rule_form_is_one(struct tw_str form);

#endif
