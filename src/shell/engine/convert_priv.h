/* SPDX-License-Identifier: Apache-2.0 */
/* engine/convert_priv.h -- what converting a file needs, whatever is in it.
 *
 * In : a file and its first bytes.
 * Out: files in another directory.
 * Not: which files there are; convert.c walks.
 */
#ifndef TW_ENGINE_CONVERT_PRIV_H
#define TW_ENGINE_CONVERT_PRIV_H

#include "engine/convert.h"
#include "engine/convert_edifact_priv.h"
#include "message/edifact_compose.h"
#include "message/json_split.h"
#include "message/xml_read.h"
#include "message/xml_write.h"
#include "store/file.h"

enum { CONVERT_PATH_MAX = 4096, CONVERT_SNIFF_BYTES = 512 };

enum convert_kind { CONVERT_OF_XML, CONVERT_OF_EDIFACT, CONVERT_OF_JSON, CONVERT_OF_TABLE };

struct convert {
    const struct tw_convert_options *options;
    struct tw_convert_count *count;
    struct tw_xml *xml, *written;
    struct tw_xml_schema *schema;
    struct tw_xml_reader *reader;
    struct tw_xml_writer *writer;
    struct tw_json_split *json;
    struct edifact_work *edifact;
    struct tw_edi_writer *composer;
    struct tw_arena *arena, *work;
    struct tw_buf text;
    struct tw_intern *names; /* of the files written */
    struct tw_map64 *inputs; /* the files that were named, by identity() */
    bool told;               /* the file at fault has been named */
    bool fatal;              /* what could not be done is no fault of the message */
};

/* A file and what has been read of it to see what it is. */
struct source {
    struct tw_file_in *in;
    char first[CONVERT_SNIFF_BYTES];
    size_t n;
};

/* Fills c->xml with the bytes of a file. */
tw_err convert_fill(struct convert *c, const struct source *from, struct tw_fault *fault) TW_MUST_CHECK;

/* DIR/NAME, the name being that of the file.
 * other   another form is written than was read: the name ends as that form does
 * number  0, or which one of several of that file
 * TW_LIMIT; TW_CONFLICT (it would replace what is read, or what has been written) */
tw_err convert_name(struct convert *c, const char *path, bool other, unsigned number,
                    char ret[CONVERT_PATH_MAX], struct tw_fault *fault) TW_MUST_CHECK;

/* Writes c->text to a file, whole or not at all. */
tw_err convert_write(struct convert *c, const char *path, struct tw_fault *fault) TW_MUST_CHECK;

/* What has been written: no other may have its name. */
tw_err convert_written(struct convert *c, const char *path, struct tw_fault *fault) TW_MUST_CHECK;

void convert_tell(const struct convert *c, const struct tw_fault *what);
void convert_tell_unfit(struct convert *c, const struct tw_xml_reading *reading);

/* Faults of one message, behind which the next is gone on with. */
bool convert_is_message_s(tw_err err);

/* The declarations of a file, as JSON, table or messages of the WCO Data Model. Those that are refused are
 * told and counted, and the others are gone on with; the error returned is the file's. */
tw_err convert_decls(struct convert *c, const char *path, enum convert_kind kind, const struct source *from,
                     struct tw_fault *fault) TW_MUST_CHECK;

#endif
