/* SPDX-License-Identifier: Apache-2.0 */
/* decl/decl.h -- what is declared.
 *
 * In : nothing; these are the shapes that message/ fills and everything else reads.
 * Out: one declaration with its items, as the trade names it (WCO Data Model 3.6; docs/glossary.md).
 * Not: how it is written anywhere; decl/element.def binds every member to its name, type and WCO path.
 *
 * Ownership: every text and array points into the arena (or the input buffer) the declaration was read into.
 * Absent: a text of length 0, a number whose `set` is false, a money whose currency is "", a time of
 * TW_NO_TIME.
 */
#ifndef TW_DECL_DECL_H
#define TW_DECL_DECL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/decimal.h"
#include "base/str.h"

enum { TW_ITEMS_MAX = 9999 }; /* items of one declaration: WCO Data Model, an5 limited by EU and UK customs */
#define TW_NO_TIME INT64_MIN  /* an absent time */
#define TW_NO_DAY  INT32_MIN  /* an absent date */

/* A person or firm in one role. */
struct tw_party {
    struct tw_str id; /* EORI, tax number or what the administration gives */
    struct tw_str name, street, city, postcode;
    struct tw_str country; /* ISO 3166 alpha-2 */
    uint64_t place; /* of who is known without an address: the same for the same one; 0 = the address says */
};

/* A quantity with its unit. */
struct tw_quantity {
    struct tw_dec value;
    struct tw_str unit; /* UN/ECE Recommendation 20 code, e.g. KGM, NAR, LTR, NPR */
};

/* A document: licence, permit, certificate or other (LPCO), row 45; or a deferment, row 16. */
struct tw_document {
    struct tw_str category, type, id, name, exemption, submitter;
    struct tw_quantity written_off;
    struct tw_money written_off_amount;
};

/* A document this declaration follows: manifest, bill of lading, earlier declaration (row 30). */
struct tw_previous_document {
    struct tw_str category, type, id;
    uint32_t line; /* 0 = absent */
};

/* An authorisation (row 15). */
struct tw_authorisation {
    struct tw_str holder, category;
};

/* A guarantee (row 16). */
struct tw_guarantee {
    struct tw_str id, reference, security;
};

/* A container or other transport equipment (rows 20, 21). */
struct tw_container {
    struct tw_str id;
    struct tw_str seal;
};

/* Packages of an item (row 38). */
struct tw_package {
    uint32_t sequence;
    struct tw_str type; /* UN/ECE Recommendation 21 */
    int64_t count;      /* -1 = absent */
    struct tw_str marks;
};

/* A duty or tax line, as declared or as assessed (rows 43, 44). */
struct tw_duty_line {
    struct tw_str type;      /* e.g. A00 customs duty, B00 VAT */
    struct tw_dec rate;      /* per cent */
    struct tw_quantity base; /* specific base */
    struct tw_money base_amount, assessed, payable, deducted;
    struct tw_str method; /* of payment */
};

/* A charge added to or deducted from the price (rows 31, 41). */
struct tw_charge {
    struct tw_str type;
    struct tw_money amount;
};

/* A statement (row 46). */
struct tw_statement {
    struct tw_str code, text, type;
};

/* A further fiscal party (row 47). */
struct tw_fiscal_party {
    struct tw_str id, role;
};

/* One step of the way to what an amendment changes (row 48). */
struct tw_pointer {
    uint32_t sequence;          /* which one of several; 0 = absent */
    struct tw_str section, tag; /* WCO document section code and tag id */
};

/* What no member takes: kept, so that nothing is lost. */
struct tw_extra {
    struct tw_str path; /* column name or element path */
    uint32_t sequence;
    struct tw_str value;
    struct tw_str attributes;
};

/* An array with its length. NAME(struct tw_document) declares { struct tw_document *at; size_t n; }. */
#define TW_LIST(type)                                                                                        \
    struct {                                                                                                 \
        type *at;                                                                                            \
        size_t n;                                                                                            \
    }

/* One change of an amendment (row 48). */
struct tw_amendment {
    struct tw_str reason;
    TW_LIST(struct tw_pointer) pointers; /* from the declaration down to the element */
};

/* One goods item. Money and quantities are as declared, units converted once on the way in (masses are kg).
 */
struct tw_item {
    uint32_t number;  /* as declared, 1.. */
    struct tw_str hs; /* commodity code, digits only: HS6 and what the nation adds (row 33) */
    struct tw_str additional_code;
    struct tw_str description;
    struct tw_str origin; /* non-preferential, ISO 3166 (row 36) */
    struct tw_str origin_preferential;
    struct tw_str dispatch; /* item's, else the header's (row 24) */
    struct tw_str destination;
    struct tw_str procedure, previous_procedure; /* row 35 */
    struct tw_str additional_procedure;          /* several are joined by a blank */
    struct tw_str preference, quota;             /* row 42 */
    struct tw_str valuation_method, valuation_indicators;
    struct tw_str transaction_nature;
    struct tw_str ucr;
    struct tw_dec gross_mass_kg, net_mass_kg; /* row 37 */
    struct tw_quantity quantity;              /* supplementary units */
    int64_t package_count;                    /* sum over packages; -1 = absent */
    struct tw_str package_type;               /* of the first */
    struct tw_money price;                    /* item price in invoice currency (row 39) */
    struct tw_money statistical_value;
    struct tw_money customs_value;  /* national currency: as declared, or computed (decl/value.h) */
    struct tw_dec duty_rate;        /* per cent of customs value; as declared or from the tariff */
    struct tw_money duty_amount;    /* duty at stake as declared or customs value x rate */
    struct tw_str tax_type;         /* tariff specification under which the rate stands */
    struct tw_str origin_indicator; /* how origin is marked or proved */
    TW_LIST(struct tw_package) packages;
    TW_LIST(struct tw_document) documents;
    TW_LIST(struct tw_previous_document) previous_documents;
    TW_LIST(struct tw_container) containers;
    TW_LIST(struct tw_duty_line) duties;
    TW_LIST(struct tw_charge) charges;
    TW_LIST(struct tw_statement) statements;
    TW_LIST(struct tw_fiscal_party) fiscal_parties;
    TW_LIST(struct tw_extra) extra;
};

/* One version of one declaration. */
struct tw_decl {
    struct tw_str id; /* how this administration finds it again: MRN, else LRN, else row id */
    struct tw_str lrn, mrn;
    uint32_t version;             /* 1.. */
    struct tw_str function, type; /* rows 1, 2 */
    int64_t lodged_at;            /* UTC seconds: acceptance or issue; TW_NO_TIME = absent */
    struct tw_str office;         /* row 6 */
    struct tw_str process_type, import_use, payment_type; /* national codes */
    int64_t package_total, item_total;                    /* -1 = absent */
    struct tw_dec gross_mass_kg;
    struct tw_money invoice_total;
    struct tw_party declarant, representative, importer, exporter, seller, buyer, consignee, carrier;
    struct tw_str representative_status;
    struct tw_str transport_mode, inland_mode, transport_nationality, transport_means, transport_means_type;
    struct tw_str voyage, bill_of_lading;
    struct tw_str containerised;
    struct tw_str goods_location, goods_location_type, loading_place, arrival_place;
    int64_t arrival_at;                          /* UTC seconds; TW_NO_TIME = absent */
    struct tw_str dispatch, destination;         /* countries */
    struct tw_str delivery_term, delivery_place; /* Incoterms */
    struct tw_str transaction_nature;
    struct tw_str ucr;
    struct tw_str warehouse, warehouse_type;
    struct tw_money freight, insurance; /* header charges */
    TW_LIST(struct tw_authorisation) authorisations;
    TW_LIST(struct tw_guarantee) guarantees;
    TW_LIST(struct tw_document) documents;
    TW_LIST(struct tw_previous_document) previous_documents;
    TW_LIST(struct tw_container) containers;
    TW_LIST(struct tw_charge) charges;
    TW_LIST(struct tw_statement) statements;
    TW_LIST(struct tw_fiscal_party) fiscal_parties;
    TW_LIST(struct tw_amendment) amendments;
    TW_LIST(struct tw_item) items;
    TW_LIST(struct tw_extra) extra;
};

#endif
