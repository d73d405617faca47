/* SPDX-License-Identifier: Apache-2.0 */
/* One name among a million: the names of firms such as tests/oracle/name_noise.py makes, asked for with one
 * or two slips of the pen. There is no peer with an index of this kind; what is told is the rate, and beside
 * it the median and the memory that the index takes. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/rng.h"
#include "bench.h"
#include "name/index.h"

enum { NAMES = 1000000, QUESTIONS = 2000, TEXT_MAX = 120 };

static const char *const syllable[] = {"ka",  "la",  "mi",  "no",  "ra",  "si",  "ta",  "vo",  "zu",  "ben",
                                       "dor", "fal", "gar", "hel", "jan", "kor", "lun", "mar", "nor", "pol",
                                       "rin", "sol", "tur", "van", "wes", "kal", "bir", "den", "fir", "gol",
                                       "hun", "ber", "dal", "gri", "mon", "pan", "rus", "sel", "tol", "ver"};
static const char *const trade[] = {"trading", "foods",    "steel",    "textiles",  "chemicals",
                                    "motors",  "shipping", "plastics", "furniture", "electronics",
                                    "pharma",  "toys",     "paper",    "machinery", "garments",
                                    "leather", "ceramics", "seafood",  "timber",    "logistics"};
static const char *const city[] = {"hamburg", "rotterdam", "antwerp", "genoa",   "piraeus", "varna",
                                   "odessa",  "istanbul",  "izmir",   "dubai",   "karachi", "mumbai",
                                   "chennai", "colombo",   "jakarta", "manila",  "busan",   "osaka",
                                   "santos",  "lima",      "callao",  "houston", "miami",   "durban",
                                   "mombasa", "dakar",     "lagos",   "beijing", "ningbo",  "xiamen"};
static const char *const form[] = {"ltd", "gmbh", "corp", "inc", "co", "sa", "llc"};

#define ANY(rng, table) (table)[tw_rng_below((rng), sizeof(table) / sizeof *(table))]

static void must(tw_err err)
{
    if (err == TW_OK) return;
    fprintf(stderr, "bench_name: %s\n", tw_err_text(err));
    exit(2);
}

static void own_name(struct tw_rng *rng, char ret[32])
{
    const unsigned parts = tw_rng_below(rng, 3) == 0 ? 3 : 2;
    ret[0] = '\0';
    for (unsigned i = 0; i < parts; i++) strcat(ret, ANY(rng, syllable));
}

static void firm(struct tw_rng *rng, char ret[TEXT_MAX])
{
    char own[32];
    own_name(rng, own);
    int n = snprintf(ret, TEXT_MAX, "%s", own);
    if (tw_rng_below(rng, 4) == 0) {
        own_name(rng, own);
        n += snprintf(ret + n, (size_t)(TEXT_MAX - n), " %s", own);
    }
    n += snprintf(ret + n, (size_t)(TEXT_MAX - n), " %s", ANY(rng, trade));
    if (tw_rng_below(rng, 10) < 6) n += snprintf(ret + n, (size_t)(TEXT_MAX - n), " %s", ANY(rng, city));
    if (tw_rng_below(rng, 7) == 0)
        n += snprintf(ret + n, (size_t)(TEXT_MAX - n), " %u", 2 + (unsigned)tw_rng_below(rng, 398));
    if (tw_rng_below(rng, 8) > 0) snprintf(ret + n, (size_t)(TEXT_MAX - n), " %s", ANY(rng, form));
}

/* A letter doubled, lost, swapped with the next or another. */
static void slip(struct tw_rng *rng, char text[TEXT_MAX])
{
    const size_t n = strlen(text), at = (size_t)tw_rng_below(rng, n - 1);
    switch (tw_rng_below(rng, 4)) {
    case 0:
        memmove(text + at + 1, text + at, n - at + 1);
        break;
    case 1:
        memmove(text + at, text + at + 1, n - at);
        break;
    case 2: {
        const char c = text[at];
        text[at] = text[at + 1];
        text[at + 1] = c;
        break;
    }
    default:
        text[at] = (char)('a' + tw_rng_below(rng, 26));
    }
}

struct work {
    struct tw_name_index *index;
    struct tw_name question[QUESTIONS];
    uint32_t number[QUESTIONS]; /* of the name that was asked for */
    double us[QUESTIONS];
    size_t found;
};

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void ask(void *ctx)
{
    struct work *w = ctx;
    w->found = 0;
    for (size_t i = 0; i < QUESTIONS; i++) {
        struct tw_name_hit hit[5];
        const double before = now_us();
        const size_t n = tw_name_index_find(w->index, &w->question[i], 0.5, 5, hit);
        w->us[i] = now_us() - before;
        for (size_t k = 0; k < n; k++) w->found += hit[k].number == w->number[i];
    }
}

static int by_time(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void fill(struct work *w)
{
    struct tw_name_fold *fold;
    struct tw_rng rng = tw_rng_new(1, "bench names"), ask_rng = tw_rng_new(2, "bench slips");
    size_t questions = 0;
    must(tw_name_fold_new(&fold, NULL));
    must(tw_name_index_new(&w->index));
    for (uint32_t i = 0; i < NAMES; i++) {
        char text[TEXT_MAX + 4];
        struct tw_name name;
        firm(&rng, text);
        tw_name_read(fold, tw_str_from(text), &name);
        must(tw_name_index_add(w->index, &name));
        if (i % (NAMES / QUESTIONS) != 0) continue;
        slip(&ask_rng, text);
        if (tw_rng_below(&ask_rng, 2) == 0) slip(&ask_rng, text);
        tw_name_read(fold, tw_str_from(text), &w->question[questions]);
        w->number[questions++] = i;
    }
    must(tw_name_index_ready(w->index));
    tw_name_fold_free(fold);
}

int main(int argc, char **argv)
{
    struct bench b = bench_start(argc, argv);
    static struct work w;
    const size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    fill(&w);
    const size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
    ask(&w);
    bench_check(&b, w.found >= QUESTIONS * 3 / 4,
                "three in four names with a slip or two are among the five best, of a million that share "
                "nearly all parts");
    bench_duel(&b, &(struct bench_duel){.bench = "name_find",
                                        .unit = "names",
                                        .ours = {"tidewaiter", ask, &w, QUESTIONS, NULL}});
    qsort(w.us, QUESTIONS, sizeof *w.us, by_time);
    printf("# %d names: median %.0f us, 95 %% below %.0f us of CPU; %.1f %% found; index of %.0f MiB\n",
           NAMES, w.us[QUESTIONS / 2], w.us[QUESTIONS * 95 / 100], 100.0 * (double)w.found / QUESTIONS,
           (double)(after - before) / 1048576);
    tw_name_index_free(w.index);
    return bench_end(&b);
}
