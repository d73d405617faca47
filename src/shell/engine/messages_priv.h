/* SPDX-License-Identifier: Apache-2.0 */
/* engine/messages_priv.h -- declarations from messages: of the WCO Data Model (XML), one a file; in JSON and
 * from EDIFACT interchanges (CUSDEC), of which a file may hold many.
 *
 * In : paths of files, directories and archives, or a file that somebody has begun to read.
 * Out: one declaration after another, as it was read; what is none, with the reason.
 * Not: what is made of it; engine/input.c completes it.
 */
#ifndef TW_ENGINE_MESSAGES_PRIV_H
#define TW_ENGINE_MESSAGES_PRIV_H

#include <signal.h>

#include "base/hash.h"
#include "engine/files_priv.h"
#include "engine/interchange_priv.h"
#include "message/json_split.h"
#include "message/xml_read.h"

struct messages {
    struct tw_xml *xml;
    struct tw_xml_reader *reader;
    struct tw_json_split *json;
    struct tw_sha256 *hash; /* of the bytes of all messages, in their order; NULL = not wanted */
    const volatile sig_atomic_t *stop;
    struct files files;
    struct tw_file_in *file;         /* under way; NULL = none */
    bool of_json;                    /* it holds JSON */
    struct interchange *interchange; /* of it; NULL = it is none */
    struct interchange_source from;
    uint64_t bytes; /* read so far */
};

/* One declaration as it was read, in the arena. */
struct message {
    struct tw_decl *decl;
    uint32_t line; /* of its beginning */
};

enum messages_step { MESSAGES_DECLARATION, MESSAGES_REFUSED, MESSAGES_END };

/* Are these the first bytes of a message? */
bool messages_sniff(struct tw_str first);

/* Takes the files below a directory or in an archive, or one file. What was opened is for messages_close to
 * close. The errors of tw_walk, tw_xml_new, tw_xml_reader_new, tw_json_split_new, tw_sha256_new */
tw_err messages_open(const char *path, bool sha256, struct messages *ret, struct tw_fault *fault)
    TW_MUST_CHECK;
void messages_close(struct messages *m, const char **file); /* as files_close */

/* The first file is `file`, of which `first` has been read: it must look like a message; both outlive `m`.
 * The paths that messages_open has found are dropped. TW_LIMIT, TW_NOMEM */
tw_err messages_lend(struct messages *m, struct tw_file_in *file, struct tw_str first, struct tw_fault *fault)
    TW_MUST_CHECK;

/* The next one; *ret_path is its file, until the next call. MESSAGES_REFUSED: *fault says why (not NULL), and
 * the next call goes on. Other errors end it. */
tw_err messages_next(struct messages *m, struct tw_arena *arena, enum messages_step *step,
                     const char **ret_path, struct message *ret, struct tw_fault *fault) TW_MUST_CHECK;

#endif
