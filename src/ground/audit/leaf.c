/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/leaf.h"

#include <string.h>

/* Where the reading is. */
struct place {
    const char *p, *end;
};

/* An object or array that is open. */
struct open {
    bool object, some;
    struct tw_str key; /* the last one */
};

static bool take(struct place *at, char c)
{
    if (at->p == at->end || *at->p != c) return false;
    at->p++;
    return true;
}

static bool is_hex(char c, bool *ret_small)
{
    *ret_small = c >= 'a' && c <= 'f';
    return *ret_small || (c >= '0' && c <= '9');
}

/* Behind a backslash: the shortest escape of what cannot stand as it is. */
static bool take_escape(struct place *at)
{
    bool small;
    if (at->p < at->end && strchr("\"\\bfnrt", *at->p) != NULL) { /* no NUL: it is UTF-8 */
        at->p++;
        return true;
    }
    if (at->end - at->p < 5 || memcmp(at->p, "u00", 3) != 0) return false;
    const char high = at->p[3], low = at->p[4];
    if ((high != '0' && high != '1') || !is_hex(low, &small)) return false;
    if (high == '0' && strchr("89acd", low) != NULL) return false; /* these have a shorter one */
    at->p += 5;
    return true;
}

static bool take_text(struct place *at, struct tw_str *ret)
{
    if (!take(at, '"')) return false;
    const char *from = at->p;
    while (at->p < at->end && *at->p != '"') {
        if ((uint8_t)*at->p < ' ') return false;
        if (take(at, '\\')) {
            if (!take_escape(at)) return false;
        } else {
            at->p++;
        }
    }
    *ret = (struct tw_str){from, (size_t)(at->p - from)};
    return take(at, '"');
}

static bool good_key(struct tw_str key)
{
    for (size_t i = 0; i < key.n; i++) {
        const char c = key.s[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '-' && c != '.') return false;
    }
    return key.n > 0;
}

static bool take_number(struct place *at)
{
    static const uint64_t MOST = ((uint64_t)1 << 53) - 1;
    const bool minus = take(at, '-');
    const char *from = at->p;
    uint64_t v = 0;
    while (at->p < at->end && *at->p >= '0' && *at->p <= '9' && v <= MOST)
        v = v * 10 + (uint64_t)(*at->p++ - '0');
    const ptrdiff_t n = at->p - from;
    return n > 0 && v <= MOST && (*from != '0' || (n == 1 && !minus));
}

static bool take_word(struct place *at)
{
    static const char *const word[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
        const size_t n = strlen(word[i]);
        if ((size_t)(at->end - at->p) < n || memcmp(at->p, word[i], n) != 0) continue;
        at->p += n;
        return true;
    }
    return false;
}

/* A value that holds no other. */
static bool take_plain(struct place *at)
{
    struct tw_str unused;
    if (at->p < at->end && *at->p == '"') return take_text(at, &unused);
    if (at->p < at->end && *at->p >= 'a') return take_word(at);
    return take_number(at);
}

/* What stands before a member of what is open: a comma, a key that is larger than the one before it. */
static const char *take_before(struct place *at, struct open *o)
{
    struct tw_str key;
    if (o->some && !take(at, ',')) return "a comma or the end of what is open belongs here, and no blank";
    if (o->object) {
        if (!take_text(at, &key) || !good_key(key)) return "a key of letters, digits, _ - and . belongs here";
        if (o->some && tw_str_cmp(o->key, key) >= 0) return "keys stand once, by rising bytes";
        if (!take(at, ':')) return "a colon belongs here, and no blank";
        o->key = key;
    }
    o->some = true;
    return NULL;
}

/* The next value, or the end of what is open. */
static const char *step(struct place *at, struct open *open, unsigned *depth)
{
    struct open *o = &open[*depth - 1];
    if (take(at, o->object ? '}' : ']')) {
        --*depth;
        return NULL;
    }
    const char *wrong = take_before(at, o);
    if (wrong != NULL) return wrong;
    const bool object = take(at, '{');
    if (!object && !take(at, '['))
        return take_plain(at)
                   ? NULL
                   : "a text, an integer of up to 2^53 - 1, true, false, null, an object or an array belongs "
                     "here, written in the one way there is";
    if (*depth == TW_LEAF_DEPTH_MAX) return "";
    open[(*depth)++] = (struct open){.object = object};
    return NULL;
}

static tw_err wrong_at(struct tw_str bytes, const char *p, const char *note, struct tw_fault *fault)
{
    if (fault != NULL) fault->column = (uint32_t)(p - bytes.s) + 1;
    if (note[0] != '\0') return tw_fail(fault, TW_FORMAT, "%s", note);
    return tw_fail(fault, TW_LIMIT, "a leaf has at most %d objects and arrays in each other",
                   TW_LEAF_DEPTH_MAX);
}

tw_err tw_leaf_check(struct tw_str bytes, struct tw_fault *fault)
{
    struct place at = {bytes.s, bytes.s + bytes.n};
    struct open open[TW_LEAF_DEPTH_MAX] = {{.object = true}};
    unsigned depth = 1;
    size_t bad;
    if (bytes.n > TW_TLOG_LEAF_MAX)
        return tw_fail(fault, TW_LIMIT, "a leaf has at most %d bytes, not %zu", TW_TLOG_LEAF_MAX, bytes.n);
    if (!tw_str_utf8(bytes, &bad))
        return wrong_at(bytes, bytes.s + bad, "this byte does not belong to UTF-8", fault);
    if (!take(&at, '{')) return wrong_at(bytes, at.p, "a leaf is one object", fault);
    while (depth > 0) {
        const char *from = at.p, *wrong = step(&at, open, &depth);
        if (wrong != NULL) return wrong_at(bytes, at.p > from ? at.p : from, wrong, fault);
    }
    return at.p == at.end ? TW_OK : wrong_at(bytes, at.p, "nothing belongs behind a leaf", fault);
}
