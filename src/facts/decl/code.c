/* SPDX-License-Identifier: Apache-2.0 */
/* Each list is sorted by its code, a text of at most three letters, so that one binary search serves all of
 * them. It goes through the codes as numbers, which stand beside the rows. */
#include "decl/code.h"

/* A code of up to three letters as a number that sorts as the text does; of a literal, at compile time. */
#define PACKED(code)                                                                                         \
    ((uint32_t)(unsigned char)(code)[0] << 16 |                                                              \
     (sizeof(code) > 2 ? (uint32_t)(unsigned char)(code)[1] << 8 : 0) |                                      \
     (sizeof(code) > 3 ? (uint32_t)(unsigned char)(code)[2] : 0))

static const struct tw_currency currencies[] = {
#define X(code, digits, name) {#code, digits, name},
#include "decl/currency.def"
#undef X
};
static const uint32_t currency_keys[] = {
#define X(code, digits, name) PACKED(#code),
#include "decl/currency.def"
#undef X
};

static const struct tw_country countries[] = {
#define X(code, iso, name) {#code, iso, name},
#include "decl/country.def"
#undef X
};
static const uint32_t country_keys[] = {
#define X(code, iso, name) PACKED(#code),
#include "decl/country.def"
#undef X
};

static const struct tw_unit units[] = {
#define X(code, kg, scale, name) {#code, kg, scale, name},
#include "decl/unit.def"
#undef X
};
static const uint32_t unit_keys[] = {
#define X(code, kg, scale, name) PACKED(#code),
#include "decl/unit.def"
#undef X
};

static const struct tw_hs_section sections[] = {
#define X(roman, first, last, words) {#roman, first, last, words},
#include "decl/section.def"
#undef X
};

#define X(code, edition, freight, insurance, duty, words) {#code, edition, freight, insurance, duty, words},
static const struct tw_incoterm incoterms[] = {TW_INCOTERM_TABLE(X)};
#undef X
#define X(code, edition, freight, insurance, duty, words) PACKED(#code),
static const uint32_t incoterm_keys[] = {TW_INCOTERM_TABLE(X)};
#undef X

#define X(id, code, words) {code, words},
static const struct tw_word mode_words[] = {TW_MODE_TABLE(X)};
#undef X
static const struct tw_vocabulary modes = {"mode of transport", mode_words, TW_MODE_N};

_Static_assert(sizeof sections / sizeof sections[0] == TW_HS_SECTION_N,
               "the Harmonized System has 21 sections");

/* 0 when it is longer or empty. */
static uint32_t packed(const char *s, size_t n)
{
    if (n == 0 || n > 3) return 0;
    uint32_t v = (uint32_t)(unsigned char)s[0] << 16;
    if (n > 1) v |= (uint32_t)(unsigned char)s[1] << 8;
    if (n > 2) v |= (unsigned char)s[2];
    return v;
}

/* Where `code` stands among `n` rising keys; n = nowhere. Halves without asking whether it is there already:
 * no branch to guess, and every money asks; `n` is known to the compiler, which writes out the halves. */
static inline __attribute__((always_inline)) size_t find(const uint32_t *keys, const size_t n,
                                                         struct tw_str code)
{
    const uint32_t key = packed(code.s, code.n);
    size_t at = 0; /* the last that is not above `key` lies in at..at + left - 1, if there is one */
#pragma GCC unroll 10
    for (size_t left = n; left > 1;) {
        const size_t half = left / 2;
        at += keys[at + half] <= key ? half : 0;
        left -= half;
    }
    return keys[at] == key ? at : n;
}

/* The row of `code` in a table with its keys beside it, or NULL. */
#define COUNT(table)   (sizeof(table) / sizeof((table)[0]))
#define ROW(table, at) ((at) < COUNT(table) ? &(table)[at] : NULL)

const struct tw_currency *tw_currency_find(struct tw_str code)
{
    const size_t at = find(currency_keys, COUNT(currency_keys), code);
    return ROW(currencies, at);
}

const struct tw_currency *tw_currency_table(size_t *ret_n)
{
    *ret_n = sizeof currencies / sizeof currencies[0];
    return currencies;
}

const struct tw_country *tw_country_find(struct tw_str code)
{
    const size_t at = find(country_keys, COUNT(country_keys), code);
    return ROW(countries, at);
}

const struct tw_country *tw_country_table(size_t *ret_n)
{
    *ret_n = sizeof countries / sizeof countries[0];
    return countries;
}

const struct tw_unit *tw_unit_find(struct tw_str code)
{
    const size_t at = find(unit_keys, COUNT(unit_keys), code);
    return ROW(units, at);
}

const struct tw_unit *tw_unit_table(size_t *ret_n)
{
    *ret_n = sizeof units / sizeof units[0];
    return units;
}

const struct tw_incoterm *tw_incoterm_find(struct tw_str code)
{
    char upper[3];
    if (code.n != sizeof upper) return NULL;
    for (size_t i = 0; i < sizeof upper; i++)
        upper[i] = (char)(code.s[i] >= 'a' && code.s[i] <= 'z' ? code.s[i] - 'a' + 'A' : code.s[i]);
    const size_t at = find(incoterm_keys, COUNT(incoterm_keys), (struct tw_str){upper, sizeof upper});
    return ROW(incoterms, at);
}

const struct tw_incoterm *tw_incoterm_table(size_t *ret_n)
{
    *ret_n = sizeof incoterms / sizeof incoterms[0];
    return incoterms;
}

tw_err tw_mass_to_kg(struct tw_dec value, struct tw_str unit, struct tw_dec *ret, struct tw_fault *fault)
{
    const struct tw_unit *u = tw_unit_find(unit);
    if (u == NULL)
        return tw_fail(fault, TW_NOTFOUND, "unit \"%.*s\" is not known; KGM, GRM, TNE or LBR would be a mass",
                       (int)(unit.n < 16 ? unit.n : 16), unit.n > 0 ? unit.s : "");
    if (u->kg == 0)
        return tw_fail(fault, TW_ARG, "%s (%s) is no unit of mass; KGM, GRM, TNE or LBR would be", u->code,
                       u->name);
    if (!value.set) return tw_fail(fault, TW_ARG, "there is no mass to convert");
    unsigned exact = value.scale + (unsigned)u->scale;
    unsigned scale = exact < TW_DEC_SCALE_MAX ? exact : TW_DEC_SCALE_MAX;
    int64_t divisor = 1, kg = 0;
    for (unsigned i = scale; i < exact; i++) divisor *= 10;
    /* Fewer decimals for what is too large: below 10^19 in every case, since v * kg < 10^33. */
    while (tw_muldiv(value.v, u->kg, divisor, &kg) != TW_OK) {
        if (scale == 0)
            return tw_fail(fault, TW_RANGE, "the mass is too large; is %s the right unit?", u->code);
        scale--;
        divisor *= 10;
    }
    *ret = (struct tw_dec){kg, (uint8_t)scale, true};
    return TW_OK;
}

unsigned tw_hs_chapter(struct tw_str hs)
{
    if (hs.n < 2 || hs.s[0] < '0' || hs.s[0] > '9' || hs.s[1] < '0' || hs.s[1] > '9') return 0;
    return (unsigned)(hs.s[0] - '0') * 10 + (unsigned)(hs.s[1] - '0');
}

tw_err tw_hs_check(struct tw_str hs, struct tw_fault *fault)
{
    for (size_t i = 0; i < hs.n; i++)
        if (hs.s[i] < '0' || hs.s[i] > '9')
            return tw_fail(fault, TW_FORMAT, "a commodity code has digits only; \"%.*s\" has not",
                           (int)(hs.n < 24 ? hs.n : 24), hs.s);
    if (hs.n < 2 || hs.n > 10 || hs.n == 3 || hs.n == 5)
        return tw_fail(fault, TW_FORMAT, "a commodity code has 2, 4 or 6 to 10 digits, not %zu%s", hs.n,
                       hs.n % 2 == 1 && hs.n < 10 ? "; has a leading zero been lost?" : "");
    if (tw_hs_chapter(hs) == 0)
        return tw_fail(fault, TW_FORMAT, "\"%.*s\" is in no chapter; chapters are 01 to 99", (int)hs.n, hs.s);
    return TW_OK;
}

static bool all_in(struct tw_str s, size_t from, size_t to, char first, char last)
{
    for (size_t i = from; i < to; i++)
        if (s.s[i] < first || s.s[i] > last) return false;
    return true;
}

tw_err tw_container_check(struct tw_str number, struct tw_fault *fault)
{
    enum { LETTERS = 4, CHECKED = 10 };
    if (number.n != CHECKED + 1 || !all_in(number, 0, LETTERS, 'A', 'Z') ||
        !all_in(number, LETTERS, number.n, '0', '9'))
        return tw_fail(fault, TW_FORMAT,
                       "a container's number has four capital letters and seven digits, as in CSQU3054383; "
                       "\"%.*s\" has not",
                       (int)(number.n < 24 ? number.n : 24), number.n > 0 ? number.s : "");
    /* Letters count from 10 without 11, 22 and 33; each place twice the one before. */
    int sum = 0;
    for (int i = 0; i < CHECKED; i++) {
        const int letter = number.s[i] - 'A';
        const int value =
            i < LETTERS ? 10 + letter + (letter >= 1) + (letter >= 11) + (letter >= 21) : number.s[i] - '0';
        sum += value << i;
    }
    const int right = sum % 11 % 10;
    if (number.s[CHECKED] - '0' == right) return TW_OK;
    return tw_fail(fault, TW_RANGE,
                   "the check digit of container %.*s is %c, and would be %d: one of its characters is wrong",
                   CHECKED + 1, number.s, number.s[CHECKED], right);
}

tw_err tw_imo_check(struct tw_str number, struct tw_fault *fault)
{
    enum { CHECKED = 6 };
    if (number.n != CHECKED + 1 || !all_in(number, 0, number.n, '0', '9') ||
        all_in(number, 0, number.n, '0', '0'))
        return tw_fail(fault, TW_FORMAT,
                       "a ship's IMO number has seven digits, as in 9074729; \"%.*s\" has not",
                       (int)(number.n < 24 ? number.n : 24), number.n > 0 ? number.s : "");
    int sum = 0;
    for (int i = 0; i < CHECKED; i++) sum += (number.s[i] - '0') * (7 - i);
    if (number.s[CHECKED] - '0' == sum % 10) return TW_OK;
    return tw_fail(fault, TW_RANGE,
                   "the check digit of IMO %.*s is %c, and would be %d: one of its digits is wrong",
                   CHECKED + 1, number.s, number.s[CHECKED], sum % 10);
}

tw_err tw_locode_check(struct tw_str place, struct tw_fault *fault)
{
    enum { COUNTRY = 2, PLACE = 5 };
    bool good = place.n == PLACE && tw_country_find((struct tw_str){place.s, COUNTRY}) != NULL;
    for (size_t i = COUNTRY; good && i < PLACE; i++)
        good = (place.s[i] >= 'A' && place.s[i] <= 'Z') || (place.s[i] >= '2' && place.s[i] <= '9');
    if (good) return TW_OK;
    return tw_fail(fault, TW_FORMAT,
                   "a place is a country and three capital letters or digits, as in NLRTM; \"%.*s\" is not",
                   (int)(place.n < 24 ? place.n : 24), place.n > 0 ? place.s : "");
}

unsigned tw_hs_section(struct tw_str hs)
{
    unsigned chapter = tw_hs_chapter(hs);
    if (chapter == 77) return 0;
    for (unsigned i = 0; i < TW_HS_SECTION_N; i++)
        if (chapter >= sections[i].first && chapter <= sections[i].last) return i + 1;
    return 0;
}

const struct tw_hs_section *tw_hs_section_row(unsigned section)
{
    return section >= 1 && section <= TW_HS_SECTION_N ? &sections[section - 1] : NULL;
}

enum tw_mode tw_mode_of(struct tw_str code)
{
    if (code.n == 0 || code.s[0] < '0' || code.s[0] > '9') return TW_MODE_UNSTATED;
    return (enum tw_mode)(code.s[0] - '0');
}

const struct tw_vocabulary *tw_mode_vocabulary(void)
{
    return &modes;
}

struct tw_str tw_number_key(struct tw_str number, char room[TW_NUMBER_BYTES])
{
    size_t n = 0;
    for (size_t i = 0; i < number.n && n < TW_NUMBER_BYTES; i++) {
        const char c = number.s[i];
        const bool small = c >= 'a' && c <= 'z';
        const bool counts =
            small || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
        if (counts) room[n++] = (char)(small ? c - 'a' + 'A' : c);
    }
    return (struct tw_str){room, n};
}

bool tw_number_names(struct tw_str key)
{
    enum { LEAST = 4 };
    bool digit = false, various = false;
    for (size_t i = 0; i < key.n; i++) {
        digit |= key.s[i] >= '0' && key.s[i] <= '9';
        various |= key.s[i] != key.s[0];
    }
    return key.n >= LEAST && digit && various;
}

bool tw_transport_document(struct tw_str type)
{
    static const char *const types[] = {"703", "704", "705", "706", "707", "708", "709", "710",
                                        "711", "712", "713", "714", "715", "716", "720", "722",
                                        "730", "740", "741", "743", "750", "760"};
    if (type.n == 4 && type.s[0] == 'N') type = (struct tw_str){type.s + 1, 3};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (tw_str_is(type, types[i])) return true;
    return false;
}
