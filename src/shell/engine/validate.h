/* SPDX-License-Identifier: Apache-2.0 */
/* engine/validate.h -- every fault of every message in files.
 *
 * In : paths of files, directories and archives: declarations, requests and customs answers in XML; EDIFACT
 *      interchanges; JSON; tables. Content decides, not the name.
 * Out: each fault with its place, the rule it breaks and what would put it right; counts.
 * Not: the rules; message/validate.h has them.
 *
 * Files found in a directory or archive whose content does not begin like a message are passed over, tables
 * too; those that were named are read as tables.
 */
#ifndef TW_ENGINE_VALIDATE_H
#define TW_ENGINE_VALIDATE_H

#include <signal.h>

#include "message/map.h"
#include "message/ruleset.h"
#include "message/validate.h"

/* One fault and its place, during the call. */
struct tw_validate_told {
    const struct tw_wrong *wrong;
    const char *file; /* within an archive behind its path */
    uint32_t message; /* which one of its file, from 1; 0: the file itself */
    struct tw_str
        subject;   /* the declaration's number, or the reference of another message; absent = not known */
    uint32_t item; /* number of the goods item; 0 = the header, or not known */
    uint32_t line, column; /* of the value, else of the item or message; 0 = not known. Of a table a cell */
    struct tw_str place;   /* path in the message's own language; absent = not known */
};

/* Nothing in it is owned. NULL: not wanted. */
struct tw_validate_options {
    const char *xsd;                /* a schema that messages in XML must keep */
    const struct tw_map *map;       /* of tables */
    const struct tw_ruleset *rules; /* an administration's own, asked besides */
    const char *currency; /* of amounts without one, ISO 4217; NULL = of tables the map's, of messages none */
    int64_t now;          /* UTC seconds; TW_NO_TIME = not known */
    const volatile sig_atomic_t *stop; /* not zero = give up with TW_INTERRUPTED */
    const char **file;                 /* set to the path being worked on; NULL behind the last one */
    void *to;                          /* first argument of the next two */
    tw_err (*told)(void *to, const struct tw_validate_told *what, struct tw_fault *fault);
    void (*progress)(void *to, uint64_t read); /* behind each message */
};

struct tw_validate_count {
    uint64_t read;             /* messages, each declaration of a file being one */
    uint64_t valid, faulty;    /* of them: without and with faults */
    uint64_t warned;           /* of the valid ones: with warnings */
    uint64_t refused;          /* what could not be read as a message */
    uint64_t faults, warnings; /* told */
    uint64_t other;            /* messages of EDIFACT of which nothing but the envelope is looked at */
    uint64_t passed;           /* found in a directory and no messages: other files, links, pipes */
};

/* Errors end the work; *options->file names the file at fault until the next call on this thread:
 * TW_ARG (no such currency), what `told` returns, and the errors of the schema and of tw_walk; TW_NOMEM */
tw_err tw_validate(const char *const *path, size_t n, const struct tw_validate_options *options,
                   struct tw_validate_count *ret, struct tw_fault *fault) TW_MUST_CHECK;

#endif
