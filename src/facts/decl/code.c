/* SPDX-License-Identifier: Apache-2.0 */
/* Each list is sorted by its code, which stands first in the row as a text of at most three letters, so that
 * one binary search serves all of them. */
#include "decl/code.h"

static const struct tw_currency currencies[] = {
#define X(code, digits, name) {#code, digits, name},
#include "decl/currency.def"
#undef X
};

static const struct tw_country countries[] = {
#define X(code, iso, name) {#code, iso, name},
#include "decl/country.def"
#undef X
};

static const struct tw_unit units[] = {
#define X(code, kg, scale, name) {#code, kg, scale, name},
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

#define X(id, code, words) {code, words},
static const struct tw_word mode_words[] = {TW_MODE_TABLE(X)};
#undef X
static const struct tw_vocabulary modes = {"mode of transport", mode_words, TW_MODE_N};

_Static_assert(sizeof sections / sizeof sections[0] == TW_HS_SECTION_N,
               "the Harmonized System has 21 sections");

/* A code of up to three letters as a number that sorts as the text does; 0 when it is longer or empty. */
static uint32_t packed(const char *s, size_t n)
{
    if (n == 0 || n > 3) return 0;
    uint32_t v = (uint32_t)(unsigned char)s[0] << 16;
    if (n > 1) v |= (uint32_t)(unsigned char)s[1] << 8;
    if (n > 2) v |= (unsigned char)s[2];
    return v;
}

/* The code a row begins with, as `packed` gives it. */
static uint32_t code_at(const void *table, size_t size, size_t i)
{
    unsigned char its[3]; /* a shorter code is filled up with NULs */
    memcpy(its, (const char *)table + i * size, sizeof its);
    return (uint32_t)its[0] << 16 | (uint32_t)its[1] << 8 | its[2];
}

/* The row of `code` in a table of `n` rows of `size` bytes that begin with their NUL-terminated code, or
 * NULL. Halves without asking whether it is there already: no branch to guess, and every money asks. */
static const void *find(const void *table, size_t n, size_t size, struct tw_str code)
{
    const uint32_t key = packed(code.s, code.n);
    size_t at = 0; /* the last row that is not above `key` lies in at..at + n - 1, if there is one */
    while (n > 1) {
        const size_t half = n / 2;
        at += code_at(table, size, at + half) <= key ? half : 0;
        n -= half;
    }
    return code_at(table, size, at) == key ? (const char *)table + at * size : NULL;
}

#define FIND(table, code) find(table, sizeof(table) / sizeof((table)[0]), sizeof((table)[0]), code)

const struct tw_currency *tw_currency_find(struct tw_str code)
{
    return FIND(currencies, code);
}

const struct tw_currency *tw_currency_table(size_t *ret_n)
{
    *ret_n = sizeof currencies / sizeof currencies[0];
    return currencies;
}

const struct tw_country *tw_country_find(struct tw_str code)
{
    return FIND(countries, code);
}

const struct tw_country *tw_country_table(size_t *ret_n)
{
    *ret_n = sizeof countries / sizeof countries[0];
    return countries;
}

const struct tw_unit *tw_unit_find(struct tw_str code)
{
    return FIND(units, code);
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
    return FIND(incoterms, ((struct tw_str){upper, sizeof upper}));
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
