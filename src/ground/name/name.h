/* SPDX-License-Identifier: Apache-2.0 */
/* name/name.h -- names as people write them, and how alike two are.
 *
 * In : names of persons, firms, ships, addresses, in UTF-8 of any script.
 * Out: a normal form (Latin letters and digits, upper case, no accents, one token a word); a score of 0..1
 * for two of them, with the parts that agreed. Not: whether they are one party; a list's owner says from
 * which score on.
 *
 * Source: letters of other scripts by ICU's transforms (CLDR); Jaro-Winkler: M. Jaro 1989, W. Winkler 1990
 * (prefix of 4, weight 0.1); a token set as in the usual practice of screening, weighted by how rare each
 * token is.
 */
#ifndef TW_NAME_NAME_H
#define TW_NAME_NAME_H

#include "base/buf.h"

enum {
    TW_NAME_TOKENS_MAX = 16, /* what stands behind it is left out */
    TW_NAME_TOKEN_MAX = 40,  /* bytes of one token; the rest of it is left out */
    TW_NAME_BYTES_MAX = 1024 /* of a name as given; the rest is left out */
};

/* Letters of other scripts become Latin ones by it. Not for several threads at once. */
struct tw_name_fold;

/* TW_NOMEM, TW_INTERNAL (ICU's data are missing) */
tw_err tw_name_fold_new(struct tw_name_fold **ret, struct tw_fault *fault) TW_MUST_CHECK;
void tw_name_fold_free(struct tw_name_fold *f); /* takes NULL */
static inline void tw_name_fold_freep(struct tw_name_fold **f)
{
    tw_name_fold_free(*f);
}

enum tw_name_kind {
    TW_NAME_WORD,
    TW_NAME_NUMBER, /* a digit is in it: agrees whole or not at all */
    TW_NAME_FORM    /* a legal form or a word that says as little (LTD, GMBH, AND) */
};

struct tw_name_token {
    uint8_t at, n; /* in text */
    uint8_t kind;  /* enum tw_name_kind */
};

/* A name in normal form. */
struct tw_name {
    struct tw_name_token token[TW_NAME_TOKENS_MAX];
    uint8_t tokens;
    uint8_t n;      /* bytes of text, without the end */
    char text[246]; /* tokens in their order, a blank between them, "" at the end */
};

/* Normalises `text`; what is no letter or digit parts tokens. Bytes that are no UTF-8 part them too. A name
 * without any letter or digit has no tokens. No heap for ASCII. */
void tw_name_read(struct tw_name_fold *f, struct tw_str text, struct tw_name *ret);

/* The same of a text in normal form. */
void tw_name_parse(struct tw_str normal, struct tw_name *ret);

/* How much tokens weigh: rare ones much, so that firms are not alike for being TRADING. */
struct tw_name_weights {
    float of[TW_NAME_TOKENS_MAX];
};

/* 1 for words and numbers, little for legal forms: where nothing is known of how rare tokens are. */
void tw_name_even(const struct tw_name *n, struct tw_name_weights *ret);

/* How alike. */
struct tw_name_likeness {
    double score;                /* 0 = nothing agrees, 1 = all of it does */
    uint16_t agreed_a, agreed_b; /* bits: tokens of a and b that found each other, wholly or nearly */
    uint16_t exact_a;            /* of these, of a, such as are the same letter by letter */
};

/* Symmetric but for the bits. Tokens pair by Jaro-Winkler, or by their consonants where vowels were not
 * written, or as one that was written apart. A token missing on one side costs little; one that stands
 * against another costs much: the branch of another city is another firm. Pure. */
struct tw_name_likeness tw_name_compare(const struct tw_name *a, const struct tw_name_weights *wa,
                                        const struct tw_name *b, const struct tw_name_weights *wb);

/* Jaro-Winkler of two texts in normal form, at most TW_NAME_TOKEN_MAX bytes each. */
double tw_name_jaro_winkler(struct tw_str a, struct tw_str b);

#endif
