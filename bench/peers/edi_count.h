/* SPDX-License-Identifier: Apache-2.0 */
/* peers/edi_count.h -- segments of an EDIFACT text, counted by their terminators. */
#ifndef TW_PEER_EDI_COUNT_H
#define TW_PEER_EDI_COUNT_H

#include <stddef.h>

/* Of n bytes; the terminator counts wherever it stands, released or not. */
size_t peer_edi_count(const char *s, size_t n, char terminator);

#endif
