/* SPDX-License-Identifier: Apache-2.0 */
/* audit/note.h -- texts signed by one or more keys, and the keys of those who sign.
 *
 * In : the bytes of a note; keys as one line of text; secret seeds.
 * Out: the text and its signatures; whether one of a known key holds; signature lines.
 * Not: other signatures than Ed25519 of these two kinds: they are let stand and not looked at.
 *
 * Sources: C2SP signed-note (notes and keys), C2SP tlog-cosignature (cosignature/v1, whose signature holds a
 * time).
 */
#ifndef TW_AUDIT_NOTE_H
#define TW_AUDIT_NOTE_H

#include "audit/ed25519.h"
#include "base/buf.h"

enum {
    TW_NOTE_BYTES_MAX = 1 << 20,     /* of a note */
    TW_NOTE_SIGNATURES_MAX = 64,     /* of it */
    TW_NOTE_SIGNATURE_MAX = 6 << 10, /* bytes of one, any kind */
    TW_NOTE_NAME_MAX = 255           /* bytes of a key's name */
};

/* -- keys: NAME+HASH+BASE64 */

enum tw_note_kind { TW_NOTE_ED25519 = 1, TW_NOTE_COSIGNATURE = 4 };

struct tw_note_key {
    struct tw_str name; /* where it was read from */
    uint32_t id;
    enum tw_note_kind kind;
    uint8_t key[TW_ED25519_KEY];
};

/* Not empty, without blanks and +, and of at most TW_NOTE_NAME_MAX bytes. */
bool tw_note_name_good(struct tw_str name);
struct tw_note_key tw_note_key_make(struct tw_str name, enum tw_note_kind kind,
                                    const uint8_t key[TW_ED25519_KEY]);
/* TW_FORMAT  no key, one of another kind, a hash that is not its own */
tw_err tw_note_key_read(struct tw_str text, struct tw_note_key *ret, struct tw_fault *fault) TW_MUST_CHECK;
void tw_note_key_put(const struct tw_note_key *key, struct tw_buf *out);

/* -- notes */

struct tw_note {
    struct tw_str text;       /* with its last line feed */
    struct tw_str signatures; /* lines */
    size_t n;                 /* of them */
};

/* TW_FORMAT with the line at fault, TW_LIMIT. Lies in `bytes`. */
tw_err tw_note_read(struct tw_str bytes, struct tw_note *ret, struct tw_fault *fault) TW_MUST_CHECK;

enum tw_note_verdict {
    TW_NOTE_UNSIGNED, /* not by that key */
    TW_NOTE_HOLDS,
    TW_NOTE_FAILS /* there is one of that name and id, and it does not hold: the note is to be refused */
};
/* time  UTC seconds, of a cosignature; else 0. May be NULL */
enum tw_note_verdict tw_note_signed_by(const struct tw_note *note, const struct tw_note_key *key,
                                       int64_t *time);

/* Appends the line of a signature by an Ed25519 key, or, with a time, of a cosignature. time >= 0
 * seed  of the key */
void tw_note_sign(const struct tw_note_key *key, const uint8_t seed[TW_ED25519_SEED], struct tw_str text,
                  int64_t time, struct tw_buf *out);

#endif
