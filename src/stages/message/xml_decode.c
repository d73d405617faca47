/* SPDX-License-Identifier: Apache-2.0 */
/* A mark decides; without one the bytes are UTF-8. What the XML declaration says may only agree. So there is
 * one reading of the bytes, and scanner and libxml2 have the same (libxml2 by itself would take bytes that
 * are not UTF-8 for Latin-1). Source: XML 1.0 section 4.3.3 and appendix F; RFC 2781 (UTF-16). */
#include "message/xml_priv.h"

static bool starts(struct tw_str a, const char *bytes, size_t n)
{
    return a.n >= n && memcmp(a.s, bytes, n) == 0;
}

static struct tw_str behind(struct tw_str a, size_t n)
{
    return (struct tw_str){a.s + n, a.n - n};
}

void xml_place(struct tw_str text, size_t byte, struct tw_fault *fault)
{
    if (fault == NULL) return;
    fault->byte = byte;
    fault->line = fault->column = 1;
    if (byte == 0) return; /* there may be no text at all */
    size_t line = 0;
    for (const char *p; (p = memchr(text.s + line, '\n', byte - line)) != NULL;) {
        fault->line++;
        line = (size_t)(p - text.s) + 1;
    }
    for (size_t i = line; i < byte; i++) fault->column += ((unsigned char)text.s[i] & 0xC0) != 0x80;
}

static tw_err no_encoding(struct tw_fault *fault, const char *what)
{
    xml_place((struct tw_str){"", 0}, 0, fault);
    return tw_fail(fault, TW_FORMAT, "the message is %s; UTF-8, or UTF-16 with its mark, are read", what);
}

tw_err xml_too_large(size_t most, struct tw_fault *fault)
{
    if (fault != NULL) memcpy(fault->path, "bytes", sizeof "bytes");
    return tw_fail(fault, TW_LIMIT, "the message is larger than %zu bytes; send it in parts", most);
}

/* Writes a character above 0x7F to p, which has room for 4 bytes; how many it took. */
static size_t put_utf8(char *p, uint32_t c)
{
    size_t n = 0;
    if (c < 0x800) {
        p[n++] = (char)(0xC0 | c >> 6);
    } else if (c < 0x10000) {
        p[n++] = (char)(0xE0 | c >> 12);
        p[n++] = (char)(0x80 | (c >> 6 & 0x3F));
    } else {
        p[n++] = (char)(0xF0 | c >> 18);
        p[n++] = (char)(0x80 | (c >> 12 & 0x3F));
        p[n++] = (char)(0x80 | (c >> 6 & 0x3F));
    }
    p[n++] = (char)(0x80 | (c & 0x3F));
    return n;
}

static uint32_t unit_at(struct tw_str bytes, size_t i, bool big)
{
    const unsigned char *p = (const unsigned char *)bytes.s + i;
    return big ? (uint32_t)(p[0] << 8 | p[1]) : (uint32_t)(p[1] << 8 | p[0]);
}

/* The character at *i, which moves to its last unit; 0 = the bytes are damaged there. */
static uint32_t char_at(struct tw_str bytes, size_t *i, bool big)
{
    uint32_t c = *i + 1 < bytes.n ? unit_at(bytes, *i, big) : 0;
    if (c >= 0xD800 && c < 0xDC00 && *i + 3 < bytes.n) {
        const uint32_t low = unit_at(bytes, *i + 2, big);
        if (low >= 0xDC00 && low < 0xE000) {
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
            *i += 2;
        }
    }
    return c == 0xFFFF || (c >= 0xD800 && c < 0xE000) ? 0 : c;
}

enum { BLOCK = 8192 }; /* bytes that are read in one go: units of two */

/* Up to BLOCK bytes from *i on. false = the bytes are damaged at *i. */
static bool put_block(struct tw_str bytes, bool big, size_t *i, char *p, size_t *n)
{
    for (size_t end = bytes.n - *i > BLOCK ? *i + BLOCK : bytes.n; *i < end; *i += 2) {
        const uint32_t c = char_at(bytes, i, big);
        if (c == 0) return false;
        if (c < 0x80)
            p[(*n)++] = (char)c;
        else
            *n += put_utf8(p + *n, c);
    }
    return true;
}

static tw_err from_utf16(struct tw_str bytes, bool big, size_t most, struct tw_buf *out,
                         struct tw_fault *fault)
{
    bool whole = true;
    for (size_t i = 2; i < bytes.n && out->n <= most && whole;) {
        size_t n = 0;
        char *p =
            tw_buf_room(out, (size_t)2 * BLOCK); /* a unit takes 3 bytes at most; a pair begun here, 4 */
        if (p == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
        whole = put_block(bytes, big, &i, p, &n);
        out->n += n;
    }
    if (out->n > most) return xml_too_large(most, fault);
    if (whole) return TW_OK;
    xml_place(tw_buf_view(out), out->n, fault);
    return tw_fail(fault, TW_FORMAT, "the UTF-16 of the message is damaged here; send it again");
}

/* The value of encoding="..." in the XML declaration; absent where there is none. */
static struct tw_str declared(struct tw_str text)
{
    const struct tw_str none = {NULL, 0};
    if (!starts(text, "<?xml", 5) || text.n < 6 || !tw_is_blank(text.s[5])) return none;
    const char *close = memchr(text.s, '>', text.n);
    struct tw_str head = {text.s, close != NULL ? (size_t)(close - text.s) : 0};
    static const char word[] = "encoding";
    const char *at = head.n > 0 ? memmem(head.s, head.n, word, sizeof word - 1) : NULL;
    if (at == NULL) return none;
    struct tw_str rest = tw_str_trim(behind(head, (size_t)(at - head.s) + sizeof word - 1));
    if (rest.n == 0 || rest.s[0] != '=') return none;
    rest = tw_str_trim(behind(rest, 1));
    if (rest.n == 0 || (rest.s[0] != '"' && rest.s[0] != '\'')) return none;
    const char *end = memchr(rest.s + 1, rest.s[0], rest.n - 1);
    return end != NULL ? (struct tw_str){rest.s + 1, (size_t)(end - rest.s) - 1} : none;
}

/* Is it this word, given in small letters? */
static bool is_word(struct tw_str a, const char *word)
{
    size_t i = 0;
    for (; i < a.n && word[i] != '\0'; i++) {
        const int c = (unsigned char)a.s[i];
        if ((c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c) != word[i]) return false;
    }
    return i == a.n && word[i] == '\0';
}

static tw_err agree(struct tw_str text, bool wide, struct tw_fault *fault)
{
    const struct tw_str said = declared(text);
    if (said.n == 0) return TW_OK;
    const bool is16 = is_word(said, "utf-16") || is_word(said, "utf-16le") || is_word(said, "utf-16be");
    if (wide ? is16 : is_word(said, "utf-8")) return TW_OK;
    xml_place(text, (size_t)(said.s - text.s), fault);
    if (is16)
        return tw_fail(fault, TW_FORMAT,
                       "the message says it is UTF-16, but its bytes are UTF-8; mend what it says");
    return tw_fail(fault, TW_FORMAT, "the encoding \"%.*s\" is not read; UTF-8, or UTF-16 with its mark, are",
                   (int)(said.n < 24 ? said.n : 24), said.s);
}

tw_err xml_decode(struct tw_str bytes, size_t most, struct tw_buf *room, struct tw_str *ret,
                  struct tw_fault *fault)
{
    tw_buf_clear(room);
    if (starts(bytes, "\xFF\xFE\0\0", 4) || starts(bytes, "\0\0\xFE\xFF", 4) || starts(bytes, "\0\0\0<", 4) ||
        starts(bytes, "<\0\0\0", 4))
        return no_encoding(fault, "in UTF-32");
    if (starts(bytes, "<\0", 2) || starts(bytes, "\0<", 2))
        return no_encoding(fault, "in UTF-16 without its mark");
    if (starts(bytes, "\x4C\x6F\xA7\x94", 4)) return no_encoding(fault, "in EBCDIC");
    const bool big = starts(bytes, "\xFE\xFF", 2), wide = big || starts(bytes, "\xFF\xFE", 2);
    struct tw_str text = bytes;
    if (wide) {
        TW_TRY(from_utf16(bytes, big, most, room, fault));
        text = tw_buf_view(room);
    } else {
        if (starts(bytes, "\xEF\xBB\xBF", 3)) text = behind(bytes, 3);
        size_t bad = 0;
        if (!tw_str_utf8(text, &bad)) {
            xml_place(text, bad, fault);
            return tw_fail(fault, TW_FORMAT,
                           "a byte that is not UTF-8 (0x%02X); save the message as UTF-8 and send it again",
                           (unsigned)(unsigned char)text.s[bad]);
        }
    }
    TW_TRY(agree(text, wide, fault));
    *ret = text;
    return TW_OK;
}

bool tw_xml_sniff(struct tw_str first)
{
    if (starts(first, "\xEF\xBB\xBF", 3)) first = behind(first, 3);
    const bool wide = starts(first, "\xFF\xFE", 2) || starts(first, "\xFE\xFF", 2);
    if (wide) first = behind(first, 2);
    for (size_t i = 0; i < first.n; i++) {
        if (first.s[i] == '<') return true;
        if (!tw_is_blank(first.s[i]) && first.s[i] != '\0') return false;
    }
    return false;
}
