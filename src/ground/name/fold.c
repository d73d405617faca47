/* SPDX-License-Identifier: Apache-2.0 */
/* The one file that names ICU. ASCII, which most names are, never sees it. */
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "base/mem.h"
#include "name/near.h"

struct tw_name_fold {
    UTransliterator *latin;
};

static const struct form {
    struct tw_str written, normal;
} forms[] = {
#define X(written, normal) {TW_STR(written), TW_STR(normal)},
#include "name/form.def"
#undef X
};

tw_err tw_name_fold_new(struct tw_name_fold **ret, struct tw_fault *fault)
{
    static const UChar id[] = u"Any-Latin; NFKD; [:Mn:] Remove; Latin-ASCII; Upper";
    TW_SCOPED(tw_name_fold) *f = tw_calloc(1, sizeof *f);
    UErrorCode status = U_ZERO_ERROR;
    if (f == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    f->latin = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    if (status == U_MEMORY_ALLOCATION_ERROR) return tw_fail(fault, TW_NOMEM, "out of memory");
    if (U_FAILURE(status))
        return tw_fail(fault, TW_INTERNAL, "ICU does not know how to write Latin letters: %s",
                       u_errorName(status));
    *ret = f;
    f = NULL;
    return TW_OK;
}

void tw_name_fold_free(struct tw_name_fold *f)
{
    if (f == NULL) return;
    if (f->latin != NULL) utrans_close(f->latin);
    tw_free(f);
}

/* -- one token */

static bool plain(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static char upper(char c)
{
    if (c < 'a' || c > 'z') return c;
    return (char)(c - 'a' + 'A');
}

/* Is it a legal form? Then its normal form. */
static struct tw_str form_of(struct tw_str token)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (tw_str_eq(forms[i].written, token)) return forms[i].normal;
    return (struct tw_str){0};
}

enum tw_name_kind name_kind(struct tw_str token)
{
    if (form_of(token).n > 0) return TW_NAME_FORM;
    for (size_t i = 0; i < token.n; i++)
        if (token.s[i] >= '0' && token.s[i] <= '9') return TW_NAME_NUMBER;
    return TW_NAME_WORD;
}

static void put_token(struct tw_name *n, struct tw_str token)
{
    const struct tw_str form = form_of(token);
    if (form.n > 0) token = form;
    if (token.n > TW_NAME_TOKEN_MAX) token.n = TW_NAME_TOKEN_MAX;
    const size_t at = n->tokens > 0 ? n->n + 1u : 0;
    if (token.n == 0 || n->tokens == TW_NAME_TOKENS_MAX || at + token.n >= sizeof n->text) return;
    if (at > 0) n->text[n->n] = ' ';
    memcpy(n->text + at, token.s, token.n);
    n->token[n->tokens++] = (struct tw_name_token){(uint8_t)at, (uint8_t)token.n, (uint8_t)name_kind(token)};
    n->n = (uint8_t)(at + token.n);
    n->text[n->n] = '\0';
}

/* A token with letters of other scripts: what comes of it is one token too, for syllables of Han are one
 * word. */
static void put_foreign(struct tw_name_fold *f, struct tw_str token, struct tw_name *n)
{
    enum { ROOM = 512, FOREIGN_MAX = 128 }; /* a letter of Han becomes up to six */
    UChar text[ROOM];
    char latin[TW_NAME_TOKEN_MAX];
    int32_t length = 0, limit;
    size_t have = 0;
    UErrorCode status = U_ZERO_ERROR;
    if (token.n > FOREIGN_MAX) token.n = FOREIGN_MAX;
    u_strFromUTF8WithSub(text, ROOM, &length, token.s, (int32_t)token.n, ' ', NULL, &status);
    limit = length;
    utrans_transUChars(f->latin, text, &length, ROOM, 0, &limit, &status);
    if (U_FAILURE(status)) return; /* no room, no memory: a token that nobody can read agrees with none */
    for (int32_t i = 0; i < length && have < sizeof latin; i++) {
        if (text[i] >= 0x80) continue;
        const char c = upper((char)text[i]);
        if (plain(c)) latin[have++] = c;
    }
    put_token(n, (struct tw_str){latin, have});
}

/* -- all of them */

/* The code point at p, -1 where there is none. */
static UChar32 next_letter(const char *p, int32_t n, int32_t *length)
{
    UChar text[4];
    int32_t have = 0;
    for (*length = 2; *length <= n; ++*length) {
        UErrorCode status = U_ZERO_ERROR;
        u_strFromUTF8(text, 4, &have, p, *length, &status);
        if (U_FAILURE(status)) continue;
        UChar32 c = text[0];
        if (have == 2) c = U16_GET_SUPPLEMENTARY(text[0], text[1]);
        return have > 0 ? c : -1;
    }
    return -1;
}

/* A letter, digit or mark of any script at p; its length, 0 = it parts tokens. */
static size_t of_token(const char *p, size_t n, bool *foreign)
{
    if ((unsigned char)*p < 0x80) return plain(upper(*p)) ? 1 : 0;
    int32_t i = 0;
    const UChar32 c = next_letter(p, n < 4 ? (int32_t)n : 4, &i);
    if (c < 0 ||
        !(u_isalnum(c) || u_charType(c) == U_NON_SPACING_MARK || u_charType(c) == U_COMBINING_SPACING_MARK))
        return 0;
    *foreign = true;
    return (size_t)i;
}

/* An apostrophe or a point within letters is none of its own: O'NEILL, S.A. */
static bool within(const struct tw_str text, size_t i, size_t from)
{
    bool unused = false;
    const char c = text.s[i];
    if (i == from || i + 1 >= text.n || (c != '\'' && c != '.')) return false;
    if (c == '.' && i - from > 1 && text.s[i - 2] != '.') return false; /* S.A., not ACME.COM */
    return of_token(text.s + i + 1, text.n - i - 1, &unused) > 0;
}

static void end_token(struct tw_name_fold *f, struct tw_str raw, bool foreign, struct tw_name *n)
{
    char own[TW_NAME_TOKEN_MAX];
    size_t have = 0;
    if (foreign) {
        put_foreign(f, raw, n);
        return;
    }
    for (size_t i = 0; i < raw.n && have < sizeof own; i++)
        if (plain(upper(raw.s[i]))) own[have++] = upper(raw.s[i]);
    put_token(n, (struct tw_str){own, have});
}

/* How many bytes at i belong to the token that began at `from`; 0 = it ends. */
static size_t step(struct tw_str text, size_t i, size_t from, bool *foreign)
{
    const size_t n = of_token(text.s + i, text.n - i, foreign);
    return n > 0 ? n : within(text, i, from) ? 1 : 0;
}

void tw_name_read(struct tw_name_fold *f, struct tw_str text, struct tw_name *ret)
{
    if (text.n > TW_NAME_BYTES_MAX) text.n = TW_NAME_BYTES_MAX;
    ret->tokens = ret->n = 0;
    ret->text[0] = '\0';
    for (size_t i = 0; i < text.n;) {
        bool foreign = false;
        const size_t from = i;
        for (size_t k = 1; k > 0 && i < text.n; i += k) k = step(text, i, from, &foreign);
        if (i > from)
            end_token(f, (struct tw_str){text.s + from, i - from}, foreign, ret);
        else
            i++;
    }
}

void tw_name_parse(struct tw_str normal, struct tw_name *ret)
{
    ret->tokens = ret->n = 0;
    ret->text[0] = '\0';
    while (normal.n > 0) put_token(ret, tw_str_cut(normal, ' ', &normal));
}
