/* SPDX-License-Identifier: Apache-2.0 */
/* engine/validate_priv.h -- what judging a file needs, whatever is in it.
 *
 * In : messages, one at a time, and what is wrong with them.
 * Out: the same told with place and number, and counted.
 * Not: which files there are; validate.c walks.
 */
#ifndef TW_ENGINE_VALIDATE_PRIV_H
#define TW_ENGINE_VALIDATE_PRIV_H

#include "engine/files_priv.h"
#include "engine/validate.h"
#include "message/idset.h"
#include "message/json_split.h"
#include "message/read.h"
#include "message/xml_read.h"

enum judge_kind { JUDGE_XML, JUDGE_EDIFACT, JUDGE_JSON, JUDGE_TABLE };

struct judge {
    const struct tw_validate_options *options;
    struct tw_validate_count *count;
    struct files files;
    struct tw_xml *xml;
    struct tw_xml_schema *schema;
    struct tw_xml_reader *reader;
    struct tw_json_split *json;
    struct tw_idset *ids; /* of declarations in messages */
    struct tw_arena *arena;
    struct tw_validation_rules rules;

    /* of the file and message under way */
    enum judge_kind kind;
    struct tw_validation v;
    uint32_t number;            /* of the message in its file */
    uint32_t line;              /* of its beginning; 0 = not known */
    const struct tw_decl *decl; /* NULL: there is none */
    struct tw_str subject;
    const uint32_t *item_line; /* of decl's items; NULL = not known */
    size_t item_lines;
    struct tw_reader *rows; /* JUDGE_TABLE */
    tw_err err;             /* of telling; ends the work */
    struct tw_fault *fault; /* its */
};

/* A message begins and ends; what is told between is its. */
void judge_begin(struct judge *j);
tw_err judge_end(struct judge *j, struct tw_fault *fault) TW_MUST_CHECK;

/* What begun is refused: one fault more. */
void judge_refuse(struct judge *j, const struct tw_fault *why);

/* A declaration, of which the values that are none have been told: all rules. TW_NOMEM */
tw_err judge_decl(struct judge *j, struct tw_decl *decl, struct tw_fault *fault) TW_MUST_CHECK;

/* What a file holds, by its kind: validate_message.c. Faults of a message are told; errors are the file's, or
 * end the work. */
tw_err judge_xml(struct judge *j, struct tw_fault *fault) TW_MUST_CHECK;
tw_err judge_json(struct judge *j, struct tw_fault *fault) TW_MUST_CHECK;
tw_err judge_interchange(struct judge *j, struct tw_fault *fault) TW_MUST_CHECK;
tw_err judge_table(struct judge *j, struct tw_fault *fault) TW_MUST_CHECK;

#endif
