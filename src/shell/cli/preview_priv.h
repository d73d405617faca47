/* SPDX-License-Identifier: Apache-2.0 */
/* cli/preview_priv.h -- what preview.c counts, for preview_put.c to show. */
#ifndef TW_CLI_PREVIEW_PRIV_H
#define TW_CLI_PREVIEW_PRIV_H

#include "base/map.h"
#include "cli/deciding.h"
#include "cli/preview.h"
#include "store/file.h"

/* What is known of one criterion. */
struct tally {
    uint64_t hits, asks, alone; /* declarations; alone: it asked, and nothing else would have selected it */
    uint64_t unknown, failed;
    uint64_t score;            /* hits that score would have selected, too */
    uint64_t inspected, found; /* hits with a result in the past; of these with a finding */
};

/* Per office and shift. */
struct load {
    uint64_t n[TW_CHANNEL_N], most[TW_CHANNEL_N], now[TW_CHANNEL_N], over[TW_CHANNEL_N];
    int64_t least_room[TW_CHANNEL_N], most_room[TW_CHANNEL_N]; /* capacities of its shifts */
    int64_t shift;
    bool any;
};

struct preview {
    struct tw_cli *cli;
    struct tw_cli_reading *reading;
    struct tw_channel_settings channels;
    struct tw_lists lists;
    struct tw_criteria *set; /* ours; the run reads the file again */
    struct tally *tally;
    uint64_t *overlap; /* n x n: hits of both */
    size_t *hit;       /* of the declaration at hand, n at most */
    size_t n;
    /* the past */
    struct tw_findings *findings;
    struct tw_intern *ids;
    uint8_t *result; /* of each id: 1 inspected, 2 found */
    /* offices */
    struct tw_intern *offices;
    struct load *load;
    size_t load_cap;
    /* with the set in use, in the order of the file */
    uint8_t *before;
    size_t befores, before_cap, at;
    bool second;              /* the run with the new set */
    struct tw_file_out *file; /* of --out; NULL = not wanted */
    struct tw_buf text;       /* what is not there yet */
    uint64_t kept, gone, come;
    int32_t first_day, last_day;
};

/* As text, and as one JSON object. Failure sticks in `out`. */
void preview_put_text(const struct preview *p, const struct tw_run_summary *s, struct tw_buf *out);
void preview_put_json(const struct preview *p, const struct tw_run_summary *s, struct tw_buf *out);

#endif
