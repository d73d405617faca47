/* SPDX-License-Identifier: Apache-2.0 */
/* The least that anybody can do with such a text and still have looked at all of it. */
#include "edi_count.h"

size_t peer_edi_count(const char *s, size_t n, char terminator)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) count += s[i] == terminator;
    return count;
}
