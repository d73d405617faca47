/* SPDX-License-Identifier: Apache-2.0 */
/* engine/convert.h -- messages from files, read and written again in one form.
 *
 * In : paths of files and directories.
 * Out: for each message a file of the same name in another directory, whole or not at all; what was refused
 * and why. Not: what a declaration means.
 *
 * What is no message is refused, told once, and the next is gone on with. Files found in a directory or
 * archive whose content does not begin like a message are passed over, tables too; those that were named are
 * read as tables. An EDIFACT interchange written as EDIFACT is one message here: it is written segment by
 * segment, byte for byte as it stood. Written as XML, each declaration in it (CUSDEC) is a message, in
 * NAME.1.xml, NAME.2.xml ... by its number in the file; a declaration or answer is written as EDIFACT in
 * NAME.edi. What is answered to the interchanges of a file (CONTRL) is written in NAME.contrl.edi. Of a file
 * with several declarations one file of JSON or one table is made, but a message of XML for each.
 */
#ifndef TW_ENGINE_CONVERT_H
#define TW_ENGINE_CONVERT_H

#include <signal.h>
#include <stdbool.h>

#include "base/err.h"
#include "message/map.h"

/* What messages are written as. Declarations in XML, JSON and tables become any of these three and EDIFACT
 * (CUSDEC), answers of customs XML, JSON or EDIFACT (CUSRES). Of EDIFACT, both become XML, manifests and
 * answers JSON: X(id, name, words) */
#define TW_CONVERT_FORM_TABLE(X)                                                                             \
    X(XML, "xml", "WCO Data Model XML")                                                                      \
    X(EDIFACT, "edifact", "EDIFACT")                                                                         \
    X(JSON, "json", "JSON")                                                                                  \
    X(CSV, "csv", "a table of our own columns")                                                              \
    X(CONTRL, "contrl", "what a receiver answers to EDIFACT interchanges")

enum tw_convert_form {
#define X(id, name, words) TW_CONVERT_##id,
    TW_CONVERT_FORM_TABLE(X)
#undef X
        TW_CONVERT_FORM_N
};

/* Nothing in it is owned. NULL and false: not wanted. */
struct tw_convert_options {
    enum tw_convert_form form;
    const char *out;                   /* a directory; made where there is none */
    const char *xsd;                   /* a schema that messages must keep */
    const struct tw_map *map;          /* of tables; what it names its national currency is not asked */
    const char *currency;              /* of amounts in tables without one; NULL = such amounts are faults */
    bool check;                        /* compare each message written with the one it came from */
    const volatile sig_atomic_t *stop; /* not zero = give up with TW_INTERRUPTED */
    const char **file;                 /* set to the path being worked on; NULL behind the last one */
    void *to;                          /* first argument of the next three */
    void (*refused)(void *to, const struct tw_fault *why); /* one message, *file */
    /* Of a message that was taken: a value kept as it stands, a loss. */
    void (*told)(void *to, const struct tw_fault *what);
    void (*progress)(void *to, uint64_t read); /* behind each file */
};

/* Elements that the form written has no place for, by name; those of a list as documents.type. */
struct tw_convert_left {
    char name[64];
    uint64_t n;
};
enum { TW_CONVERT_LEFT_MAX = 64 }; /* what comes beyond is counted with the last */

struct tw_convert_count {
    uint64_t read, refused; /* messages, each declaration of a file being one */
    uint64_t passed;        /* found in a directory and no messages: other files, links, pipes */
    uint64_t lost;          /* elements missing from what was written, or added to it; counted with `check` */
    uint64_t bare;          /* messages read without namespaces */
    uint64_t unfit;         /* values kept as they stand, since they do not fit */
    uint64_t elements;      /* compared; segments of EDIFACT */
    uint64_t faults;   /* of the envelopes of EDIFACT interchanges: counts, references, what is not closed */
    uint64_t flaws;    /* of EDIFACT messages, where they are read */
    uint64_t rejected; /* interchanges and messages that CONTRL rejects */
    uint64_t left;     /* left out for want of a place; with `check` also counted as lost */
    struct tw_convert_left left_of[TW_CONVERT_LEFT_MAX]; /* of those whose element is known */
    size_t left_kinds;
};

/* Errors end the work; *ret counts what was done before, and *options->file names the file at fault until the
 * next call on this thread:
 * TW_ARG  no directory to write to, or one that is to be read; below one that is, it is left out
 * and those of the schema, of tw_walk, tw_file_out_* and TW_NOMEM */
tw_err tw_convert(const char *const *path, size_t n, const struct tw_convert_options *options,
                  struct tw_convert_count *ret, struct tw_fault *fault) TW_MUST_CHECK;

#endif
