/* SPDX-License-Identifier: Apache-2.0 */
/* engine/amend_base_priv.h -- the declarations that requests may be about, found by their numbers.
 *
 * In : a file or directory of declarations and customs' answers.
 * Out: the declaration of a number, in its current version.
 * Not: what is done with it.
 *
 * Of a declaration its path and numbers are kept; its text only once it has been changed.
 */
#ifndef TW_ENGINE_AMEND_BASE_PRIV_H
#define TW_ENGINE_AMEND_BASE_PRIV_H

#include "base/map.h"
#include "engine/amend.h"
#include "message/xml_read.h"

/* Paths of files, and which files they are under any name. */
struct paths {
    char **at;
    size_t n, cap;
    struct tw_map64 *files;
};

/* The files below a path, in the order of their names. Errors of tw_walk, TW_NOMEM */
tw_err paths_add(struct paths *p, const char *path, struct tw_fault *fault) TW_MUST_CHECK;
bool paths_have(const struct paths *p, const char *path); /* is this file one of them? */
void paths_free(struct paths *p);

struct amend_entry {
    const char *path;
    struct tw_standing standing;
    struct tw_buf text; /* of the current version; empty = as it lies in the file */
};

struct amend_base {
    struct tw_xml *xml;
    struct tw_xml_reader *reader;
    struct tw_arena *arena;
    struct tw_buf bytes;
    struct paths paths;
    struct tw_intern *names; /* M and a MRN, L and a LRN */
    uint32_t *entry_of;      /* of each name: an entry + 1; 0 = none, UINT32_MAX = several */
    size_t entry_cap;
    struct amend_entry *entry;
    size_t n, cap;
    struct told {
        uint32_t mrn, lrn; /* names */
        bool cancelled;
    } * told; /* what answers say */
    size_t told_n, told_cap;
};

/* The errors of tw_amend. What was opened is for amend_base_close to close. */
tw_err amend_base_open(const char *path, const struct tw_amend_options *options, struct tw_amend_count *count,
                       struct amend_base *ret, struct tw_fault *fault) TW_MUST_CHECK;
void amend_base_close(struct amend_base *b); /* also what was never opened */

/* The declaration that a request is about. TW_NOTFOUND, TW_CONFLICT (several have that number) */
tw_err amend_base_find(struct amend_base *b, const struct tw_decl *request, struct amend_entry **ret,
                       struct tw_fault *fault) TW_MUST_CHECK;

/* Reads the current version of an entry, or a file (entry NULL), into `arena`. The errors of tw_file_in_all
 * and tw_xml_read */
tw_err amend_base_read(struct amend_base *b, const char *path, const struct amend_entry *entry,
                       struct tw_arena *arena, struct tw_xml_reading *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

#endif
