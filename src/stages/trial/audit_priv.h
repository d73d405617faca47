/* SPDX-License-Identifier: Apache-2.0 */
/* trial/audit_priv.h -- what the files of the audit share. */
#ifndef TW_TRIAL_AUDIT_PRIV_H
#define TW_TRIAL_AUDIT_PRIV_H

#include "trial/audit.h"

enum {
    AUDIT_EXTRA_MAX = 64, /* columns of the file that are no element of ours; further ones are passed over */
    AUDIT_ABSENT = 0,     /* number of the absent value */
    AUDIT_FOUND_MIN = 10  /* findings on either side below which no figure means anything */
};

/* A column as the audit reads it. Numbers of columns are those of tw_trial_audit.column. */
struct audit_source {
    enum tw_element element; /* TW_ELEMENT_N = none of ours */
    bool code, party, text;  /* text: free text or a list, not a code */
    const float *value;      /* per item: the number, or the number of the code; NaN = absent */
    size_t codes;            /* of a code column: distinct values */
    float *own;              /* `value`, where the audit made it; else NULL */
};

struct audit {
    const struct tw_trial_data *d;
    const struct tw_trial_audit_settings *set;
    const struct tw_trial_watch *watch;
    struct tw_trial_audit *a;
    struct audit_source *source;
    size_t sources;
    size_t split; /* first later item */
};

/* Every column of the file: raw columns of the data, then what the file has besides. Fills source and
 * a->column's names and kinds. TW_NOMEM */
tw_err audit_sources(struct audit *w) TW_MUST_CHECK;
void audit_sources_free(struct audit *w);

/* Each column alone, and who is inspected; then drift. TW_NOMEM, TW_INTERRUPTED */
tw_err audit_columns(struct audit *w) TW_MUST_CHECK;
tw_err audit_drift(struct audit *w) TW_MUST_CHECK;

tw_err audit_twins(struct audit *w) TW_MUST_CHECK;  /* TW_NOMEM, TW_INTERRUPTED */
tw_err audit_months(struct audit *w) TW_MUST_CHECK; /* TW_NOMEM */
tw_err audit_delay(struct audit *w) TW_MUST_CHECK;  /* TW_NOMEM */
void audit_selection(struct audit *w);

/* All of it in words. TW_NOMEM */
tw_err audit_words(struct tw_trial_audit *a) TW_MUST_CHECK;
void audit_words_base_rate(struct tw_trial_audit *a);
void audit_words_drift(struct tw_trial_audit *a);
void audit_words_delay(struct tw_trial_audit *a);
void audit_words_selection(struct tw_trial_audit *a);

/* A remark; those beyond the 48th are left out. */
void audit_say(struct tw_trial_audit *a, enum tw_trial_check check, enum tw_trial_weight weight,
               const char *fmt, ...) TW_PRINTF(4, 5);

/* A list for a sentence: "a, b and 3 more". Zeroed = empty. */
struct audit_names {
    char text[240];
    size_t n, in; /* added; of these, written out */
};
void audit_add_name(struct audit_names *l, const char *fmt, ...) TW_PRINTF(2, 3); /* cut at 63 bytes */
const char *audit_names_end(struct audit_names *l);

/* For "%.*s", of at most 40 bytes. */
#define AUDIT_SHOWN(str) (int)((str).n < 40 ? (str).n : 40), (str).s

/* Between steps: TW_INTERRUPTED when the watch says so. */
tw_err audit_step(const struct audit *w, const char *words) TW_MUST_CHECK;

#endif
