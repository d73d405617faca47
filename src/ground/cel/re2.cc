/* SPDX-License-Identifier: Apache-2.0 */
/* RE2 behind four C functions, and the only C++ of the project. Matching takes time linear in the text,
 * whatever the pattern; `max_mem` bounds what a pattern and its caches may take. */
#include <re2/re2.h>

#include "cel/run_priv.h"

struct tw_cel_pattern {
    re2::RE2 re;
    tw_cel_pattern(const char *s, size_t n, const re2::RE2::Options &o) : re(re2::StringPiece(s, n), o)
    {
    }
};

static const int PATTERN_BYTES = 1 << 20; /* a pattern and its caches */

extern "C" tw_err tw_cel_pattern_new(const char *s, size_t n, struct tw_cel_pattern **ret, char *why, size_t why_n)
{
    try {
        re2::RE2::Options o;
        o.set_log_errors(false);
        o.set_max_mem(PATTERN_BYTES);
        tw_cel_pattern *p = new tw_cel_pattern(s != nullptr ? s : "", n, o);
        if (p->re.ok()) {
            *ret = p;
            return TW_OK;
        }
        const size_t length = p->re.error().copy(why, why_n - 1);
        why[length] = '\0';
        delete p;
        return TW_FORMAT;
    } catch (...) {
        return TW_NOMEM;
    }
}

extern "C" void tw_cel_pattern_free(struct tw_cel_pattern *pattern)
{
    delete pattern;
}

extern "C" bool tw_cel_pattern_matches(const struct tw_cel_pattern *pattern, const char *s, size_t n)
{
    const re2::StringPiece text(s != nullptr ? s : "", n);
    return pattern->re.Match(text, 0, n, re2::RE2::UNANCHORED, nullptr, 0);
}
