/* SPDX-License-Identifier: Apache-2.0 */
/* decl/manifest.h -- what a carrier says is on board.
 *
 * In : nothing; shapes that message/ fills (CUSCAR, cargo reports).
 * Out: one manifest with its master and house consignments, packages, weights and containers.
 * Not: what importers declare of the same goods; the join of the two is made by transport document and
 * container.
 *
 * Ownership and absence as in decl/decl.h; decl/record.def names every member.
 */
#ifndef TW_DECL_MANIFEST_H
#define TW_DECL_MANIFEST_H

#include "decl/decl.h"
#include "decl/vocabulary.h"

/* Kinds of transport contract. A master consignment is what the carrier took over; house consignments are
 * what a forwarder or consolidator put into it. Source: UN/ECE Recommendation 38 note; EU ICS2, master and
 * house level. */
#define TW_BILL_TABLE(X)                                                                                     \
    X(STRAIGHT, "straight", "one contract between carrier and trader")                                       \
    X(MASTER, "master", "contract between carrier and consolidator")                                         \
    X(HOUSE, "house", "contract between consolidator and trader")

enum tw_bill {
#define X(id, code, words) TW_BILL_##id,
    TW_BILL_TABLE(X)
#undef X
        TW_BILL_N
};
const struct tw_vocabulary *tw_bill_vocabulary(void);

/* One line of goods in a consignment. */
struct tw_consignment_item {
    uint32_t number;
    struct tw_str hs;
    struct tw_str description;
    int64_t package_count; /* -1 = absent */
    struct tw_str package_type;
    struct tw_str marks;
    struct tw_dec gross_mass_kg;
    struct tw_str dangerous; /* UN number of dangerous goods */
    TW_LIST(struct tw_container) containers;
};

/* One transport document: bill of lading, air waybill, consignment note. */
struct tw_consignment {
    struct tw_str bill; /* number of the document */
    struct tw_str
        bill_type; /* what kind of document the carrier says it is: BM, AWB, HWB ... (UN/EDIFACT 1153) */
    struct tw_str master; /* document that this one stands under, of a house its master; absent = none */
    enum tw_bill kind;    /* TW_BILL_N = not known */
    struct tw_party consignor, consignee, notify;
    struct tw_str loading_place, discharge_place, delivery_place; /* UN/LOCODE */
    struct tw_str dispatch, destination;                          /* countries */
    struct tw_str description;
    int64_t package_count; /* -1 = absent */
    struct tw_str package_type;
    struct tw_dec gross_mass_kg;
    struct tw_dec volume_m3;
    struct tw_money value, freight;
    struct tw_str ucr;
    TW_LIST(struct tw_container) containers;
    TW_LIST(struct tw_consignment_item) items;
    TW_LIST(struct tw_previous_document) previous_documents;
    TW_LIST(struct tw_extra) extra;
};

/* One manifest: one means of transport on one voyage. */
struct tw_manifest {
    struct tw_str id; /* registration number */
    uint32_t version;
    struct tw_str function; /* UN/EDIFACT 1225: 9 original, 4 change, 5 replace, 1 cancellation, 3 deletion;
                               absent = original */
    int64_t lodged_at;      /* UTC seconds; TW_NO_TIME = absent */
    struct tw_str office;
    struct tw_party carrier;
    struct tw_str transport_mode, transport_means, transport_name, transport_nationality, voyage;
    struct tw_str departure_place, arrival_place; /* UN/LOCODE */
    int64_t departure_at, departed_at; /* as planned and as it happened, UTC seconds; TW_NO_TIME = absent */
    int64_t arrival_at, arrived_at;    /* the same */
    int64_t consignment_total, container_total;  /* as stated; -1 = absent */
    TW_LIST(struct tw_container) containers;     /* on board, also those of no consignment */
    TW_LIST(struct tw_consignment) consignments; /* houses follow their master */
    TW_LIST(struct tw_extra) extra;
};

/* Does it take back what its versions before said is on board? */
static inline bool tw_manifest_cancels(const struct tw_manifest *m)
{
    return tw_str_is(m->function, "1") || tw_str_is(m->function, "3");
}

#endif
