/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/note.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/hash.h"

#define DASH "\xe2\x80\x94 " /* U+2014 and a blank: how a signature line begins */

enum { ID_BYTES = 4, TIME_BYTES = 8, ID_HEX = 8, BASE64_MAX = (TW_NOTE_SIGNATURE_MAX / 3 + 2) * 4 };

/* -- names and keys */

/* U+0085, U+00A0, U+1680, U+2000 to U+200A, U+2028, U+2029, U+202F, U+205F, U+3000: blanks beyond ASCII. */
static bool begins_blank(const char *s, size_t n)
{
    static const char *const two[] = {"\xc2\x85", "\xc2\xa0"};
    static const char *const three[] = {"\xe1\x9a\x80", "\xe2\x80\xa8", "\xe2\x80\xa9",
                                        "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};
    bool blank = false;
    for (size_t i = 0; i < 2; i++) blank |= n >= 2 && memcmp(s, two[i], 2) == 0;
    for (size_t i = 0; i < 6; i++) blank |= n >= 3 && memcmp(s, three[i], 3) == 0;
    return blank || (n >= 3 && memcmp(s, "\xe2\x80", 2) == 0 && (uint8_t)s[2] <= 0x8a);
}

bool tw_note_name_good(struct tw_str name)
{
    if (name.n == 0 || name.n > TW_NOTE_NAME_MAX || !tw_str_utf8(name, NULL)) return false;
    for (size_t i = 0; i < name.n; i++) {
        const uint8_t c = (uint8_t)name.s[i];
        if (c <= ' ' || c == '+' || c == 0x7f || begins_blank(name.s + i, name.n - i)) return false;
    }
    return true;
}

struct tw_note_key tw_note_key_make(struct tw_str name, enum tw_note_kind kind,
                                    const uint8_t key[TW_ED25519_KEY])
{
    struct tw_note_key k = {.name = name, .kind = kind};
    uint8_t text[TW_NOTE_NAME_MAX + 2 + TW_ED25519_KEY], sum[TW_SHA256_BYTES];
    const size_t n = name.n < TW_NOTE_NAME_MAX ? name.n : TW_NOTE_NAME_MAX;
    memcpy(k.key, key, sizeof k.key);
    memcpy(text, name.s, n);
    text[n] = '\n';
    text[n + 1] = (uint8_t)kind;
    memcpy(text + n + 2, key, TW_ED25519_KEY);
    tw_sha256(text, n + 2 + TW_ED25519_KEY, sum);
    for (size_t i = 0; i < ID_BYTES; i++) k.id = k.id << 8 | sum[i];
    return k;
}

void tw_note_key_put(const struct tw_note_key *key, struct tw_buf *out)
{
    uint8_t bytes[1 + TW_ED25519_KEY] = {(uint8_t)key->kind};
    memcpy(bytes + 1, key->key, TW_ED25519_KEY);
    tw_buf_str(out, key->name);
    tw_buf_printf(out, "+%08x+", (unsigned)key->id);
    tw_buf_base64(out, bytes, sizeof bytes);
}

tw_err tw_note_key_read(struct tw_str text, struct tw_note_key *ret, struct tw_fault *fault)
{
    char room[1 + TW_ED25519_KEY + 3], id[ID_HEX + 1];
    struct tw_buf bytes = tw_buf_in(room, sizeof room);
    struct tw_str hash, base64;
    const struct tw_str name = tw_str_cut(text, '+', &hash);
    hash = tw_str_cut(hash, '+', &base64);
    if (!tw_note_name_good(name) || hash.n != ID_HEX || tw_base64_read(base64, &bytes) != TW_OK ||
        bytes.n != 1 + TW_ED25519_KEY)
        return tw_fail(fault, TW_FORMAT,
                       "this is no key of a signed note; it is NAME+HASH+BASE64, in one line");
    if (room[0] != TW_NOTE_ED25519 && room[0] != TW_NOTE_COSIGNATURE)
        return tw_fail(fault, TW_FORMAT,
                       "a key of kind %u is not known here; Ed25519 keys are (1), and those of "
                       "witnesses (4)",
                       (unsigned)(uint8_t)room[0]);
    *ret = tw_note_key_make(name, (enum tw_note_kind)room[0], (const uint8_t *)room + 1);
    snprintf(id, sizeof id, "%08x", (unsigned)ret->id);
    if (tw_str_is(hash, id)) return TW_OK;
    return tw_fail(fault, TW_FORMAT,
                   "the key's hash is %s and not %.8s; take the key anew from whoever owns it", id, hash.s);
}

/* -- notes */

static tw_err bad_line(struct tw_str bytes, const char *at, struct tw_fault *fault, const char *note)
{
    if (fault != NULL) {
        fault->line = 1;
        for (const char *p = bytes.s; p < at; p++) fault->line += *p == '\n';
    }
    return tw_fail(fault, TW_FORMAT, "%s", note);
}

/* One signature line, without its end, as name and bytes. */
static bool part(struct tw_str line, struct tw_str *name, struct tw_buf *signature)
{
    struct tw_str base64;
    if (!tw_str_starts(line, TW_STR(DASH))) return false;
    line = (struct tw_str){line.s + sizeof DASH - 1, line.n - (sizeof DASH - 1)};
    *name = tw_str_cut(line, ' ', &base64);
    return tw_note_name_good(*name) && base64.n <= BASE64_MAX && tw_base64_read(base64, signature) == TW_OK &&
           signature->n > ID_BYTES;
}

/* Takes the next line off. */
static struct tw_str next_line(struct tw_str *rest)
{
    const struct tw_str line = tw_str_cut(*rest, '\n', rest);
    return line;
}

tw_err tw_note_read(struct tw_str bytes, struct tw_note *ret, struct tw_fault *fault)
{
    size_t bad = 0, text = 0;
    if (bytes.n > TW_NOTE_BYTES_MAX)
        return tw_fail(fault, TW_LIMIT, "a signed note has at most %d bytes", TW_NOTE_BYTES_MAX);
    if (!tw_str_utf8(bytes, &bad))
        return bad_line(bytes, bytes.s + bad, fault, "a signed note is UTF-8, and this is not");
    for (size_t i = 0; i < bytes.n; i++) {
        if ((uint8_t)bytes.s[i] < ' ' && bytes.s[i] != '\n')
            return bad_line(bytes, bytes.s + i, fault,
                            "a signed note has no control characters but line feeds");
        if (i > 0 && bytes.s[i] == '\n' && bytes.s[i - 1] == '\n') text = i;
    }
    if (text == 0 || bytes.s[bytes.n - 1] != '\n' || text + 1 == bytes.n)
        return bad_line(
            bytes, bytes.s + bytes.n, fault,
            "a signed note is a text, an empty line and signature lines, each with its line feed");
    *ret = (struct tw_note){.text = {bytes.s, text}, .signatures = {bytes.s + text + 1, bytes.n - text - 1}};
    for (struct tw_str rest = ret->signatures; rest.n > 0; ret->n++) {
        char room[BASE64_MAX];
        struct tw_buf signature = tw_buf_in(room, sizeof room);
        struct tw_str name;
        const struct tw_str line = next_line(&rest);
        if (!part(line, &name, &signature))
            return bad_line(bytes, line.s, fault, "a signature is a dash (U+2014), a key's name and base64");
        if (ret->n == TW_NOTE_SIGNATURES_MAX)
            return tw_fail(fault, TW_LIMIT, "a note has at most %d signatures", TW_NOTE_SIGNATURES_MAX);
    }
    return TW_OK;
}

static uint64_t number(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++) v = v << 8 | p[i];
    return v;
}

/* What a witness signs. Longer than a checkpoint ever is: false. */
static bool cosigned(struct tw_str text, uint64_t time, struct tw_buf *out)
{
    tw_buf_printf(out, "cosignature/v1\ntime %llu\n", (unsigned long long)time);
    tw_buf_str(out, text);
    return !out->failed;
}

static bool holds(const struct tw_note_key *key, struct tw_str text, const uint8_t *p, size_t n,
                  int64_t *time)
{
    char room[4096];
    struct tw_buf message = tw_buf_in(room, sizeof room);
    if (key->kind == TW_NOTE_ED25519)
        return n == TW_ED25519_SIGNATURE && tw_ed25519_holds(key->key, text.s, text.n, p);
    if (n != TIME_BYTES + TW_ED25519_SIGNATURE) return false;
    const uint64_t at = number(p, TIME_BYTES);
    *time = (int64_t)at;
    return at <= INT64_MAX && cosigned(text, at, &message) &&
           tw_ed25519_holds(key->key, message.p, message.n, p + TIME_BYTES);
}

enum tw_note_verdict tw_note_signed_by(const struct tw_note *note, const struct tw_note_key *key,
                                       int64_t *time)
{
    enum tw_note_verdict verdict = TW_NOTE_UNSIGNED;
    int64_t at = 0, unused;
    if (time == NULL) time = &unused;
    *time = 0;
    for (struct tw_str rest = note->signatures; rest.n > 0;) {
        char room[BASE64_MAX];
        struct tw_buf signature = tw_buf_in(room, sizeof room);
        struct tw_str name = {NULL, 0};
        const uint8_t *p = (const uint8_t *)room;
        const bool good = part(next_line(&rest), &name, &signature); /* the note was read, so it is */
        if (!(good & tw_str_eq(name, key->name)) || number(p, ID_BYTES) != key->id) continue;
        if (!holds(key, note->text, p + ID_BYTES, signature.n - ID_BYTES, &at)) return TW_NOTE_FAILS;
        if (at > *time) *time = at;
        verdict = TW_NOTE_HOLDS;
    }
    return verdict;
}

void tw_note_sign(const struct tw_note_key *key, const uint8_t seed[TW_ED25519_SEED], struct tw_str text,
                  int64_t time, struct tw_buf *out)
{
    uint8_t bytes[ID_BYTES + TIME_BYTES + TW_ED25519_SIGNATURE];
    char room[4096];
    struct tw_buf message = tw_buf_in(room, sizeof room);
    size_t n = ID_BYTES;
    for (size_t i = 0; i < ID_BYTES; i++) bytes[i] = (uint8_t)(key->id >> (24 - 8 * i));
    if (key->kind == TW_NOTE_COSIGNATURE) {
        for (size_t i = 0; i < TIME_BYTES; i++) bytes[n++] = (uint8_t)((uint64_t)time >> (56 - 8 * i));
        out->failed |= !cosigned(text, (uint64_t)time, &message);
        text = tw_buf_view(&message);
    }
    tw_ed25519_sign(seed, text.s, text.n, bytes + n);
    tw_buf_text(out, DASH);
    tw_buf_str(out, key->name);
    tw_buf_char(out, ' ');
    tw_buf_base64(out, bytes, n + TW_ED25519_SIGNATURE);
    tw_buf_char(out, '\n');
}
