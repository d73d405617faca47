/* SPDX-License-Identifier: Apache-2.0 */
/* engine/messages_priv.h -- declarations from messages of the WCO Data Model, one message a file, and from
 * EDIFACT interchanges, with any number of messages each.
 *
 * In : paths of files, directories and archives; or the bytes of one message, or the file of one interchange.
 * Out: one declaration after another, as it was read; what is none, with the reason.
 * Not: what is made of it; engine/input.c completes it.
 */
#ifndef TW_ENGINE_MESSAGES_PRIV_H
#define TW_ENGINE_MESSAGES_PRIV_H

#include <signal.h>

#include "base/hash.h"
#include "engine/interchange_priv.h"
#include "message/xml_read.h"
#include "store/archive_in.h"

struct messages {
    struct tw_xml *xml;
    struct tw_xml_reader *reader;
    struct tw_sha256 *hash; /* of the bytes of all messages, in their order; NULL = not wanted */
    const volatile sig_atomic_t *stop;
    char **path;
    size_t n, cap, at;               /* paths; the next one */
    struct tw_archive *archive;      /* being read: the path before the next one; NULL = none */
    char member[4200];               /* the name of its file, behind its own */
    bool loaded;                     /* the bytes of the next one are there already */
    uint64_t bytes;                  /* read so far */
    struct interchange *interchange; /* being read; NULL = none */
    struct interchange_source from;  /* of it */
    const char *path_now;            /* of it */
    struct tw_file_in *in;           /* its file, where it is ours */
    char *first;                     /* its first bytes, where they are ours */
};

enum messages_step { MESSAGES_DECLARATION, MESSAGES_REFUSED, MESSAGES_END };

/* Takes the files below a directory or in an archive, or one file. What was opened is for messages_close to
 * close. The errors of tw_walk, tw_xml_new, tw_xml_reader_new, tw_sha256_new */
tw_err messages_open(const char *path, bool sha256, struct messages *ret, struct tw_fault *fault)
    TW_MUST_CHECK;
void messages_close(struct messages *m); /* also what was never opened */

/* Bytes of the first message, for who has begun to read it elsewhere. TW_LIMIT, TW_NOMEM */
tw_err messages_load(struct messages *m, struct tw_str bytes, struct tw_fault *fault) TW_MUST_CHECK;

/* The file of the first path, an interchange, for who has begun to read it elsewhere; `in` and `first` must
 * outlive `m`. TW_NOMEM */
tw_err messages_load_interchange(struct messages *m, struct tw_file_in *in, struct tw_str first,
                                 struct tw_fault *fault) TW_MUST_CHECK;

/* The next one; *ret_path is its file, until the next call. MESSAGES_REFUSED: *fault says why (not NULL), and
 * the next call goes on. Other errors end it. */
tw_err messages_next(struct messages *m, struct tw_arena *arena, enum messages_step *step,
                     const char **ret_path, struct tw_xml_reading *ret, struct tw_fault *fault) TW_MUST_CHECK;

#endif
