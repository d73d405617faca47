/* SPDX-License-Identifier: Apache-2.0 */
/* decl/code.h -- the open code lists of the trade: currencies, countries, commodities, units, modes, delivery
 * terms.
 *
 * In : a code as it stands in a declaration, already trimmed and in upper case.
 * Out: what it means; NULL or 0 when no list knows it.
 * Not: national code lists (procedures, documents, offices); those are the administration's own.
 *
 * All results are static storage.
 */
#ifndef TW_DECL_CODE_H
#define TW_DECL_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/decimal.h"
#include "base/err.h"
#include "base/str.h"
#include "decl/vocabulary.h"

/* A currency of ISO 4217 (decl/currency.def). */
struct tw_currency {
    char code[4];
    uint8_t digits; /* minor digits, 0..4 */
    const char *name;
};

const struct tw_currency *tw_currency_find(struct tw_str code);
const struct tw_currency *tw_currency_table(size_t *ret_n); /* all of them, sorted by code */

/* A country (decl/country.def). */
struct tw_country {
    char code[3];
    bool iso; /* assigned by ISO 3166-1; else a code that customs use beside it */
    const char *name;
};

const struct tw_country *tw_country_find(struct tw_str code);
const struct tw_country *tw_country_table(size_t *ret_n);

/* A unit of quantity (decl/unit.def): one weighs kg / 10^scale kilograms; kg = 0: no unit of mass. */
struct tw_unit {
    char code[4];
    int64_t kg;
    uint8_t scale;
    const char *name;
};

const struct tw_unit *tw_unit_find(struct tw_str code);
const struct tw_unit *tw_unit_table(size_t *ret_n);

/* `value` units of `unit` in kilograms, exact where nine decimals and int64 allow, else rounded half to even.
 * TW_NOTFOUND  the unit is not known
 * TW_ARG       it is no unit of mass, or the value is absent
 * TW_RANGE     too large */
tw_err tw_mass_to_kg(struct tw_dec value, struct tw_str unit, struct tw_dec *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* Is `hs` a commodity code in form: 2, 4 or 6 to 10 digits, chapter not 00. TW_FORMAT
 * Source: WCO Harmonized System; six digits are international, up to ten are a nation's. */
tw_err tw_hs_check(struct tw_str hs, struct tw_fault *fault) TW_MUST_CHECK;

unsigned tw_hs_chapter(struct tw_str hs); /* 1..99; 0 when the first two characters are no chapter */

/* A section of the Harmonized System (decl/section.def). */
struct tw_hs_section {
    const char *roman;
    uint8_t first, last; /* chapters */
    const char *words;
};

enum { TW_HS_SECTION_N = 21 };
unsigned tw_hs_section(struct tw_str hs);                        /* 1..21; 0: none, or chapters 77, 98, 99 */
const struct tw_hs_section *tw_hs_section_row(unsigned section); /* 1..21, else NULL */

/* Is it the number of a container: owner code and category (four capital letters), six digits, check digit;
 * upper case, no blanks. TW_FORMAT (its form), TW_RANGE (its check digit; the note has the right one).
 * Source: ISO 6346, annex A */
tw_err tw_container_check(struct tw_str number, struct tw_fault *fault) TW_MUST_CHECK;

/* Is it the number of a ship: seven digits of which the last checks the others, not 0000000. TW_FORMAT,
 * TW_RANGE as above. Source: IMO resolution A.1117(30) */
tw_err tw_imo_check(struct tw_str number, struct tw_fault *fault) TW_MUST_CHECK;

/* Is it a place's code in form: a country of the list and three capital letters or digits 2 to 9. TW_FORMAT
 * Source: UN/LOCODE, UNECE Recommendation 16 */
tw_err tw_locode_check(struct tw_str place, struct tw_fault *fault) TW_MUST_CHECK;

/* A number of a document, container, ship or voyage as it is compared: upper case, letters and digits
 * alone, without the blanks and strokes that people set, the first TW_NUMBER_BYTES of it. Lies in `room`. */
enum { TW_NUMBER_BYTES = 64 };
struct tw_str tw_number_key(struct tw_str number, char room[TW_NUMBER_BYTES]);
/* Does a number, as it is compared, name anything? Not what people put where something must stand: N/A, NIL,
 * 0000. Four letters and digits at the least, a digit among them, and not all the same. */
bool tw_number_names(struct tw_str key);

/* Is a document of that type a transport document: bill of lading, air waybill, consignment note. Source:
 * UN/EDIFACT code list 1001; data models put an N before the number. */
bool tw_transport_document(struct tw_str type);

/* Modes of transport; the number is the code. Source: UN/ECE Recommendation 19. */
#define TW_MODE_TABLE(X)                                                                                     \
    X(UNSTATED, "0", "transport mode not specified")                                                         \
    X(SEA, "1", "maritime transport")                                                                        \
    X(RAIL, "2", "rail transport")                                                                           \
    X(ROAD, "3", "road transport")                                                                           \
    X(AIR, "4", "air transport")                                                                             \
    X(MAIL, "5", "mail")                                                                                     \
    X(MULTIMODAL, "6", "multimodal transport")                                                               \
    X(FIXED, "7", "fixed transport installations")                                                           \
    X(INLAND_WATER, "8", "inland water transport")                                                           \
    X(OTHER, "9", "transport mode not applicable or own propulsion")

enum tw_mode {
#define X(id, code, words) TW_MODE_##id,
    TW_MODE_TABLE(X)
#undef X
        TW_MODE_N
};

/* The mode whose code begins with that digit (nations append digits of their own: 40 is air). Absent or not a
 * digit: TW_MODE_UNSTATED. */
enum tw_mode tw_mode_of(struct tw_str code);
const struct tw_vocabulary *tw_mode_vocabulary(void);

/* Delivery terms: what the price already contains on the way to the border of import.
 * X(code, edition, freight, insurance, duty, words); edition = the last Incoterms edition that has it.
 * Source: ICC, Incoterms 2020, 2010, 2000; articles A9 and B9, division of costs. */
#define TW_INCOTERM_TABLE(X)                                                                                 \
    X(CFR, 2020, 1, 0, 0, "cost and freight")                                                                \
    X(CIF, 2020, 1, 1, 0, "cost, insurance and freight")                                                     \
    X(CIP, 2020, 1, 1, 0, "carriage and insurance paid to")                                                  \
    X(CPT, 2020, 1, 0, 0, "carriage paid to")                                                                \
    X(DAF, 2000, 1, 1, 0, "delivered at frontier")                                                           \
    X(DAP, 2020, 1, 1, 0, "delivered at place")                                                              \
    X(DAT, 2010, 1, 1, 0, "delivered at terminal")                                                           \
    X(DDP, 2020, 1, 1, 1, "delivered, duty paid")                                                            \
    X(DDU, 2000, 1, 1, 0, "delivered, duty unpaid")                                                          \
    X(DEQ, 2000, 1, 1, 0, "delivered ex quay")                                                               \
    X(DES, 2000, 1, 1, 0, "delivered ex ship")                                                               \
    X(DPU, 2020, 1, 1, 0, "delivered at place, unloaded")                                                    \
    X(EXW, 2020, 0, 0, 0, "ex works")                                                                        \
    X(FAS, 2020, 0, 0, 0, "free alongside ship")                                                             \
    X(FCA, 2020, 0, 0, 0, "free carrier")                                                                    \
    X(FOB, 2020, 0, 0, 0, "free on board")

struct tw_incoterm {
    char code[4];
    uint16_t edition;
    bool freight, insurance, duty; /* in the price */
    const char *words;
};

const struct tw_incoterm *
tw_incoterm_find(struct tw_str code); /* in either case: elements keep it as given */
const struct tw_incoterm *tw_incoterm_table(size_t *ret_n);

#endif
