/* SPDX-License-Identifier: Apache-2.0 */
/* cli/demo_priv.h -- the parts of `tidewaiter demo`.
 *
 * In : a directory, a seed.
 * Out: a year and a month of a made-up country in it; what came of them and up to six decisions worth
 * showing, in words, as JSON and as a page.
 */
#ifndef TW_CLI_DEMO_PRIV_H
#define TW_CLI_DEMO_PRIV_H

#include "cli/cli.h"
#include "engine/play.h"

enum { DEMO_PATH_MAX = 4096, DEMO_YEAR_DAYS = 365, DEMO_MONTHS = 13 };

/* The files of a demo. Year and month are those before and behind the day the model is made on; of the year
 * those findings are there that were known by then. */
#define DEMO_FILE_TABLE(X)                                                                                   \
    X(YEAR, "year.csv")                                                                                      \
    X(YEAR_FINDINGS, "year_findings.csv")                                                                    \
    X(MONTH, "month.csv")                                                                                    \
    X(MONTH_FINDINGS, "month_findings.csv")                                                                  \
    X(MONTH_TRUTH, "month_truth.csv")                                                                        \
    X(RATES, "rates.csv")                                                                                    \
    X(TARIFF, "tariff.csv")

enum demo_file {
#define X(id, name) DEMO_##id,
    DEMO_FILE_TABLE(X)
#undef X
        DEMO_FILES
};

struct demo_country {
    char dir[DEMO_PATH_MAX - 64];
    char path[DEMO_FILES][DEMO_PATH_MAX];
    char model[DEMO_PATH_MAX]; /* the directory of the model in it */
    char currency[4];
    double de_minimis;
    int64_t declarations;
    int64_t criteria_version; /* of the set that was published; 0 = none yet */
    bool temporary;
};

/* Names its files: in `keep`, which is made where there is none, or in a new temporary directory. TW_ARG,
 * TW_NOTFOUND, TW_IO */
tw_err demo_place(const char *keep, struct demo_country *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* Writes all files but the model. The errors of tw_synth_new, tw_file_out_*; TW_INTERRUPTED */
tw_err demo_write(const struct tw_cli *cli, struct demo_country *c, uint64_t seed, struct tw_fault *fault)
    TW_MUST_CHECK;

/* Lets two people sign the criteria that come with the program, each with a key made for it, and publishes
 * them; all of it in the directory `criteria` of the country. *ret: as published; the caller frees it. The
 * errors of tw_signing_*, tw_publish, tw_published_open */
tw_err demo_criteria(struct demo_country *c, const struct tw_watchlists *lists, struct tw_criteria **ret,
                     struct tw_fault *fault) TW_MUST_CHECK;

/* Removes what demo_criteria put there. */
void demo_criteria_remove(const struct demo_country *c);

/* Removes a temporary directory with what demo_write, training and demo_criteria put there. */
void demo_remove(struct demo_country *c);

/* What decisions are shown as. */
enum demo_pick {
    DEMO_FOUND,
    DEMO_FOUND_OTHERWISE,
    DEMO_CRITERION,
    DEMO_NOTHING,
    DEMO_CHANCE,
    DEMO_PAPERS,
    DEMO_PICKS
};

/* The best decision so far of each kind of pick; of found ones, of each leading family of reasons. Sentences,
 * without any layout. */
struct demo_picked {
    bool some;
    double worth;
    struct tw_buf head, goods, outcome;
    struct tw_buf change; /* what would have made it green; empty = nothing */
    struct tw_buf reason[TW_REASONS_MAX];
    bool against[TW_REASONS_MAX];
    size_t reasons;
    struct tw_buf json;
};
struct demo_picks {
    struct demo_picked found[TW_FAMILY_N], criterion, nothing, chance, papers;
};

/* Looks at a decision; keeps it where it shows more than what was kept. TW_NOMEM */
tw_err demo_pick(struct demo_picks *p, const struct tw_assessor *a, const struct tw_assessment *one,
                 const struct tw_play_outcome *outcome) TW_MUST_CHECK;

/* Those that are shown, NULL where there is none. */
void demo_chosen(const struct demo_picks *p, const struct demo_picked *ret[DEMO_PICKS]);
void demo_picks_free(struct demo_picks *p);

/* Inspections by what spoke first for them. */
struct demo_lead {
    uint64_t inspected, found;
};

/* What a demo came to: words, JSON and page are all written from this. Nothing in it is owned. */
struct demo_report {
    uint64_t seed;
    const char *currency;
    const char *dir; /* where all of it is kept; NULL = nowhere */
    struct {
        uint64_t declarations;
        int32_t first_day, last_day;
        uint64_t inspected, found; /* items that were learned from */
    } year;
    struct tw_play_report played;
    struct demo_lead lead[TW_FAMILY_N];
    const struct demo_picked *pick[DEMO_PICKS]; /* NULL = none */
    struct tw_str card;                         /* JSON, without a line end */
};

const char *demo_pick_words(enum demo_pick p);
double demo_rate(const struct demo_report *r); /* declarations per second of one processor; NaN = not known */
extern const char demo_differ[];               /* that the ways of selecting differ */

void demo_report_text(const struct demo_report *r, struct tw_buf *out);
void demo_report_json(const struct demo_report *r, struct tw_buf *out);
void demo_page(const struct demo_report *r, struct tw_buf *out); /* one HTML page (base/page.h) */

/* Appends `text` in lines of at most 96 columns, each begun by `indent` blanks; the first by `first`. */
void demo_wrap(struct tw_buf *out, const char *first, size_t indent, struct tw_str text);

#endif
