/* SPDX-License-Identifier: Apache-2.0 */
/* learn/card.h -- the model card: what a model learned from, how it did on what it had not seen, and for
 * whom.
 *
 * In : a training, where each of its rows belongs (goods, office, importer, origin), what was read.
 * Out: figures with intervals, overall and by group; the card as JSON and as text (docs/formats/card.md).
 * Not: other scorers (trial/), pictures, files.
 *
 * Figures come from the rows held back, as a model that had not seen them judged them. Each row counts as
 * many times as inspections like it stand for in the flow (1 / probability of the inspection, capped), so a
 * figure speaks of all that is declared and not of what inspectors picked; where few were picked by chance
 * its interval is wide. Intervals: 300-draw percentile bootstrap over declarations, whose items are drawn
 * together.
 *
 * A group of fewer than 50 rows or 5 findings says nothing by itself: such groups are one, `other`.
 */
#ifndef TW_LEARN_CARD_H
#define TW_LEARN_CARD_H

#include "base/map.h"
#include "decl/decl.h"
#include "learn/train.h"
#include "score/model.h"
#include "stat/metric.h"

/* How rows are divided: X(ID, name in files, words) */
#define TW_CARD_DIVISION_TABLE(X)                                                                            \
    X(SECTION, "hs_section", "section of the Harmonized System")                                             \
    X(OFFICE, "office", "office")                                                                            \
    X(IMPORTER_SIZE, "importer_size", "declarations of the importer before")                                 \
    X(ORIGIN, "origin", "country of origin")

enum tw_card_division {
#define X(id, name, words) TW_CARD_##id,
    TW_CARD_DIVISION_TABLE(X)
#undef X
        TW_CARD_DIVISION_N
};
const char *tw_card_division_name(enum tw_card_division d);
const char *tw_card_division_words(enum tw_card_division d);

enum {
    TW_CARD_PARTS = 2,       /* shares of the flow that are looked at: 5 and 10 % */
    TW_CARD_GROUPS_MAX = 24, /* of one division that stand alone */
    TW_CARD_ROWS_MIN = 50,
    TW_CARD_FOUND_MIN = 5,
    TW_CARD_DRAWS = 300,
    TW_CARD_WORDS_MAX = 16 /* sentences */
};
extern const double tw_card_percent[TW_CARD_PARTS];

/* The names of all groups. */
struct tw_card_names {
    struct tw_intern *of[TW_CARD_DIVISION_N];
};
tw_err tw_card_names_new(struct tw_card_names *ret) TW_MUST_CHECK; /* TW_NOMEM */
void tw_card_names_free(struct tw_card_names *n);                  /* frees what it holds */

/* Where a row belongs: a number in each of the names. */
struct tw_card_row {
    uint32_t group[TW_CARD_DIVISION_N];
};

/* Finds the groups of an item.
 * before  declarations of this importer so far; -1 = the importer is not known
 * TW_NOMEM, TW_LIMIT */
tw_err tw_card_place(struct tw_card_names *names, const struct tw_decl *d, const struct tw_item *item,
                     int64_t before, struct tw_card_row *ret) TW_MUST_CHECK;

/* A file that was read or written. */
struct tw_card_file {
    const char *role;   /* declarations, findings, rates, tariff, model ... */
    struct tw_str name; /* without its directory: cards of the same training are equal wherever it ran */
    char sha256[TW_SHA256_HEX]; /* "" = not known (standard input) */
};

/* What was read; counts. */
struct tw_card_data {
    int32_t first_day, last_day; /* UTC days of lodging; TW_NO_DAY = none */
    uint64_t declarations, items;
    uint64_t manifests;        /* that declarations were held against */
    uint64_t refused;          /* declarations */
    uint64_t unordered;        /* declarations that stand behind one lodged on a later day */
    uint64_t findings;         /* results read */
    uint64_t unmatched;        /* of these without their declaration or item */
    uint64_t superseded;       /* of these followed by another on the same item */
    uint64_t refused_findings; /* rows */
    uint64_t forgotten;        /* keys of the profile that had to go */
};

/* Nothing is owned; all of it must outlive the card. */
struct tw_card_input {
    const struct tw_learned *learned;
    const struct tw_learn_rows *rows; /* those it learned from */
    const struct tw_card_row *place;  /* as many */
    const struct tw_card_names *names;
    struct tw_card_data data;
    const struct tw_model_setting *setting; /* of training and run */
    size_t n_settings;
    const struct tw_card_file *file;
    size_t n_files;
    struct tw_str currency; /* national; absent = not known */
    uint64_t seed;          /* of the intervals */
};

/* How well rows held back were judged. NaN = cannot be said. */
struct tw_card_figures {
    size_t rows, found;  /* counts */
    double rows_worth;   /* even-weighted rows they are worth */
    double base_rate;    /* share of findings in the flow */
    double said;         /* mean risk in the flow: what the model expected that share to be */
    double auc, ap, ece; /* by margin, by margin, of the risks */
    struct tw_interval base_rate_ci, auc_ci, ap_ci, ece_ci;
    struct {
        double precision, recall, duty_share; /* by margin */
        struct tw_interval precision_ci;
    } at[TW_CARD_PARTS];
};

struct tw_card_group {
    struct tw_str code; /* "" = not declared; of `other` that word */
    const char *words;  /* "" = the code says it all */
    size_t merged;      /* groups in `other`; else 0 */
    struct tw_card_figures is;
};

struct tw_card {
    const struct tw_card_input *in;
    struct tw_card_figures all;
    double duty_said, duty_found; /* minor units in the flow held back: expected, recovered */
    struct {
        struct tw_card_group *group; /* largest first, `other` last */
        size_t n;
    } by[TW_CARD_DIVISION_N];
    char limit[TW_CARD_WORDS_MAX][320]; /* what to know before trusting it */
    size_t n_limits;
};

/* Measures. TW_NOMEM. Time O(draws x rows held back). Pure: same input, same card. */
tw_err tw_card_new(const struct tw_card_input *in, struct tw_arena *arena, struct tw_card *ret) TW_MUST_CHECK;

void tw_card_json(const struct tw_card *c, struct tw_buf *out); /* one object and a line end */
void tw_card_text(const struct tw_card *c, struct tw_buf *out); /* CommonMark */

#endif
