/* SPDX-License-Identifier: Apache-2.0 */
/* tests/fuzz/fuzz.h -- what the fuzz targets have in common.
 *
 * An input begins with two bytes: the first says which parser is meant (a letter, listed at the head of each
 * target), the second how large the pieces are in which the rest arrives. The rest is the text, so a corpus
 * can be read and written by hand. A target may find a fault in its input; it must never meet what CHECK
 * forbids. */
#ifndef TW_TESTS_FUZZ_H
#define TW_TESTS_FUZZ_H

#include <stdint.h>

#include "base/str.h"
#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct fuzz_input {
    char kind;
    size_t piece; /* 1..64 bytes; 0 = all at once */
    struct tw_str text;
};

/* False when there is no text to speak of. */
static inline bool fuzz_split(const uint8_t *data, size_t n, struct fuzz_input *ret)
{
    if (n < 2) return false;
    *ret = (struct fuzz_input){
        .kind = (char)data[0], .piece = data[1] % 65, .text = {(const char *)data + 2, n - 2}};
    return true;
}

/* Copies the next piece to `room` and moves on; 0 = there is no more. */
static inline size_t fuzz_feed(struct fuzz_input *in, char *room, size_t room_n)
{
    size_t n = in->piece > 0 && in->piece < in->text.n ? in->piece : in->text.n;
    if (n > room_n) n = room_n;
    if (n == 0) return 0;
    memcpy(room, in->text.s, n);
    in->text.s += n;
    in->text.n -= n;
    return n;
}

/* A fault that was told must say something. */
static inline void fuzz_fault(tw_err err, const struct tw_fault *fault)
{
    CHECK(err != TW_OK && err != TW_INTERNAL && err < TW_ERR_N);
    CHECK(fault->code == err && fault->note[0] != '\0');
    CHECK(memchr(fault->note, '\n', sizeof fault->note) == NULL);
    CHECK(memchr(fault->note, '\0', sizeof fault->note) != NULL);
    CHECK(memchr(fault->path, '\0', sizeof fault->path) != NULL);
}

#endif
