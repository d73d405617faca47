/* SPDX-License-Identifier: Apache-2.0 */
/* channel/channel.h -- score, capacity and chance to a channel.
 *
 * In : one declaration's score and draw, in the order of decision.
 * Out: its channel, every basis that applied, and the probability of just this outcome.
 * Not: the score, the draw's key, the clock.
 *
 * Mandatory controls and what officers pick themselves come first, then criteria, each with its probability;
 * of all that speak for a control the strictest counts. Capacity holds for criteria as it holds for score; a
 * mandatory control is made all the same, and told where it is made beyond capacity.
 *
 * The picture of score. A declaration is measured against a trailing window of earlier scores: red goes to
 * those that stand among the highest `expected` share of the window, yellow and blue to the next shares.
 * Chance has its say about all of them: a draw below the minimum random rate of a channel sends a declaration
 * there, unless something sends it to a stricter one; so more risk never means a greener channel. A capacity,
 * of an office and shift, is hard: when red is full, a high score falls to yellow, then to blue (a score that
 * asks for control never turns green because an office is full); a random pick that finds its channel full is
 * not made. So that score does not eat up what chance needs, part of each capacity is kept for random picks,
 * half at the most. What found no room is told.
 *
 * Exploration is chance that is aimed: its rate is a share of all, and each declaration's part of it goes by
 * how little is known of such goods. It has a draw of its own.
 *
 * Scores that tie across a boundary have the same chance of the places left there: they stand in the window
 * in the order of their draws. So no channel is filled beyond its share, be nearly all scores the same.
 *
 * A criterion that keeps hitting and is never heard, for its probability is low or the office full, may say
 * after how many hits without a control the next one is certain to ask.
 *
 * The order is ASYCUDA's (mandatory, criteria, random minimum, expected rate), since eighty administrations
 * know it; the difference is that every outcome's probability is recorded, for without it nothing can be
 * learned honestly from what was inspected. Source: ASYCUDA++ Functional Manual, section 6, selectivity.
 */
#ifndef TW_CHANNEL_CHANNEL_H
#define TW_CHANNEL_CHANNEL_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/yaml.h"
#include "channel/goods.h"
#include "decl/decision.h"

enum {
    TW_CHANNEL_WINDOW_MAX = 65536,
    TW_CHANNEL_SHIFTS_MAX = 8,      /* of a day */
    TW_CHANNEL_OFFICES_MAX = 10000, /* with settings of their own */
    TW_CHANNEL_NO_LIMIT = -1,
    TW_CHANNEL_SAME = -2 /* a capacity: as the office has it, or as all have it */
};

/* A part of the day with examiners of its own. It ends where the next begins, the last with the first of the
 * next day. */
struct tw_channel_shift {
    int32_t from; /* second of the UTC day */
    int64_t capacity[TW_CHANNEL_N];
};

/* An office that is not like the others. */
struct tw_channel_office {
    struct tw_str id;
    int64_t capacity[TW_CHANNEL_N];
    struct tw_channel_shift shift[TW_CHANNEL_SHIFTS_MAX];
    size_t shifts; /* 0 = those of all */
};

struct tw_channel_settings {
    double
        expected[TW_CHANNEL_N];   /* share of all declarations that score may send there; red, yellow, blue */
    double random[TW_CHANNEL_N];  /* share of all that a draw sends there; red, yellow */
    double explore[TW_CHANNEL_N]; /* the same, aimed at what is little known */
    int64_t capacity[TW_CHANNEL_N]; /* declarations per office and shift; TW_CHANNEL_NO_LIMIT = none */
    struct tw_channel_shift shift[TW_CHANNEL_SHIFTS_MAX]; /* in the order of the day */
    size_t shifts;                                        /* 0 = the UTC day is one */
    const struct tw_channel_office *office; /* offices of them, by id; outlives what is made of it */
    size_t offices;
    int64_t window;         /* scores that a new one is measured against, 100..TW_CHANNEL_WINDOW_MAX */
    int64_t window_min;     /* score selects nothing before so many have been seen */
    int64_t stand_by;       /* minutes that green waits before release, so that it can be held; 0 = none */
    int64_t yellow_days;    /* days after which yellow that nobody looked at turns blue; 0 = never */
    int64_t relodging_days; /* how long goods are known again (channel/goods.h); 0 = not at all */
    int64_t goods_max;      /* of the declarations that are known again; the oldest go */
    int64_t goods_names;    /* documents and containers that each is known by */
};

/* Red 5 %, yellow 10 %, blue none; random 1 % red; nothing explored; no capacity limit, no shifts; window
 * 10,000, from 200 on; green at once, yellow stays; goods known again for 30 days, 1,000,000 at most, each by
 * 1,000 names. */
struct tw_channel_settings tw_channel_defaults(void);

/* Settings from YAML over the defaults (docs/formats/channels.md). Faults name line and column. Offices lie
 * in the arena, names in what it was read from. TW_FORMAT, TW_RANGE (shares that add up to more than 1, a
 * random rate above 0.5 ...), TW_NOMEM */
tw_err tw_channel_settings_read(const struct tw_yaml *root, struct tw_arena *arena,
                                struct tw_channel_settings *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* The same the other way: all of them, appended as YAML that reads back as they are, with what is a default
 * spelt out. The same settings are always the same bytes. */
void tw_channel_settings_put(const struct tw_channel_settings *s, struct tw_buf *out);

/* TW_RANGE with the setting's name in fault->path. */
tw_err tw_channel_settings_check(const struct tw_channel_settings *s, struct tw_fault *fault) TW_MUST_CHECK;

/* Begin of the shift that an office is in, UTC seconds, and what it can take on in it.
 * office  NULL = one without settings of its own
 * second  of the day */
int64_t tw_channel_shift_at(const struct tw_channel_settings *s, const struct tw_channel_office *office,
                            int32_t day, int32_t second, int64_t capacity[TW_CHANNEL_N]);
/* NULL when it has no settings of its own. */
const struct tw_channel_office *tw_channel_office_find(const struct tw_channel_settings *s, struct tw_str id);

/* A criterion that hits: what it asks for, and its own draw. */
struct tw_channel_ask {
    struct tw_str id;
    enum tw_channel channel; /* red, yellow, blue */
    double probability;      /* 0..1 */
    double draw;             /* in [0, 1), independent of the declaration's other draws; it asks when it lies
                                below the probability */
    uint32_t patience;  /* hits without a control as strict, after which it asks for certain; 0 = no matter */
    bool asks, certain; /* out: it asked; because its patience was at an end */
};

/* What is to be decided. */
struct tw_channel_case {
    double score;  /* higher = sooner to be controlled; finite */
    uint64_t draw; /* tw_channel_draw of the declaration's first version */
    struct tw_str office;
    int32_t day;    /* UTC day of the decision */
    int32_t second; /* of that day */
    bool unfounded; /* nothing speaks for a control: score does not select it, however many places are left */
    enum tw_channel mandatory; /* a control that law demands, whatever the rest says and capacity holds; green
                                  = none */
    enum tw_channel manual;    /* a control that an officer wants, likewise */
    enum tw_channel relodged;  /* what was decided of these goods before; nothing milder is decided now */
    enum tw_channel shared; /* what another trader's goods had, in the same container or of the same document;
                               the same where there is room */
    bool again; /* goods that were declared before: score, novelty and hits are not taken in a second time */
    bool version; /* and that control still stands: it takes no second place, and its draw was made then */
    bool facilitated;           /* a trader whom criteria and score let pass: chance is left */
    double novelty;             /* how little is known of such goods, 0.. ; only proportions count */
    struct tw_channel_ask *ask; /* criteria that hit; asks of it */
    size_t asks;
};

struct tw_channel_choice {
    enum tw_channel channel;
    uint32_t
        basis; /* bits 1u << TW_BASIS_..., each that alone would have sent it here; 0 = green by default */
    uint32_t propensity_ppm; /* probability of this channel, over the draw alone, given all decided before; of
                                a later version, whose draw was made with the first, 1 */
    enum tw_channel score_channel; /* what score alone would have chosen, were there room everywhere */
    double red_from;               /* scores from here on were red, whatever the draw; +inf = none */
    double green_below;            /* scores below this were green by score, whatever the draw; +inf = all */
    double explored;               /* probability that exploration had of picking it */
    int64_t shift;                 /* that it counts in: when it begins, UTC seconds */
    int64_t capacity;              /* of the channel in that shift; TW_CHANNEL_NO_LIMIT = none */
    uint32_t beyond;               /* which control beyond capacity this is in its shift, 1 ..; 0 = none */
    enum tw_channel full;          /* a stricter channel that was called for and had no room; green = none */
    int64_t full_capacity;         /* what it can take on in that shift */
};

/* The draw of a declaration: the first 64 bits, big-endian, of HMAC-SHA256(day key, registration number). */
uint64_t tw_channel_draw(const struct tw_hmac_key *day_key, struct tw_str registration_number);

struct tw_channels; /* the trailing window, each office's shift, what is known of goods */

/* TW_RANGE, TW_NOMEM */
tw_err tw_channels_new(const struct tw_channel_settings *s, struct tw_channels **ret, struct tw_fault *fault)
    TW_MUST_CHECK;
const struct tw_channel_settings *tw_channels_settings(const struct tw_channels *c);
struct tw_goods *tw_channels_goods(struct tw_channels *c); /* its own; NULL when goods are not known again */
void tw_channels_free(struct tw_channels *c);
static inline void tw_channels_freep(struct tw_channels **c)
{
    tw_channels_free(*c);
}

/* Puts a score into the window without deciding anything: scores of the training span let a new model choose
 * from its first day. */
void tw_channels_seed(struct tw_channels *c, double score);

/* What its scores are in order of, as a number of the caller's, finite; 0 unless said. A state keeps it:
 * scores in another order do not compare. */
void tw_channels_order(struct tw_channels *c, double order);
double tw_channels_ordered_by(const struct tw_channels *c);

/* Decides, and counts the decision. Same order of cases, same choices. O(window) moves of 8 bytes at the
 * worst. TW_NOMEM */
tw_err tw_channels_decide(struct tw_channels *c, const struct tw_channel_case *k,
                          struct tw_channel_choice *ret) TW_MUST_CHECK;

/* State as bytes, to go on the next day. TW_NOMEM; TW_FORMAT */
tw_err tw_channels_save(const struct tw_channels *c, struct tw_buf *out) TW_MUST_CHECK;
tw_err tw_channels_load(struct tw_str bytes, const struct tw_channel_settings *s, struct tw_channels **ret,
                        struct tw_fault *fault) TW_MUST_CHECK;

#endif
