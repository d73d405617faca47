/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/curve.h"

#include <math.h>
#include <stdbool.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "stat/rank.h"

/* How firmly the logistic curve begins at "margins are log-odds": slope 1 within 0.5, offset 0 within 2
 * (standard deviations). And the least slope: a forest that held-out rows contradict still orders, but says
 * next to nothing. */
#define SLOPE_FIRM  4.0
#define OFFSET_FIRM 0.25
#define SLOPE_MIN   0.05
/* A step is pulled to the logistic curve as if this many more rows had shown just that: one finding's worth.
 */
#define PULL_MIN 4.0
#define PULL_MAX 400.0
/* The curve as a whole is pulled by half a finding's worth. */
#define PULL_MEAN 0.5
#define TAIL      2.0 /* how far the points go beyond the outermost margins seen */
#define SHIFT_MAX 12.0

/* A run of rows with neighbouring margins, pooled. */
struct step {
    double weight, square; /* sums of w and w^2 */
    double found;          /* sum of w x label */
    double margin;         /* sum of w x margin, later the mean */
    double logistic;       /* sum of w x the logistic curve */
    double log_odds;       /* of the probability it is given in the end */
};

struct fit {
    const struct tw_curve_rows *rows;
    double centre;       /* weighted mean margin */
    double scale;        /* weight -> even-weighted rows */
    double slope, level; /* log-odds = slope x (margin - centre) + level */
    struct step *step;
    size_t n_steps;
};

/* --- 1. the logistic curve --- */

static void centre(struct fit *f)
{
    const struct tw_curve_rows *r = f->rows;
    double sum = 0;
    double square = 0;
    double moment = 0;
    for (size_t i = 0; i < r->n; i++) {
        sum += r->weight[i];
        square += r->weight[i] * r->weight[i];
        moment += r->weight[i] * (double)r->margin[i];
    }
    f->centre = r->n > 0 ? moment / sum : 0;
    f->scale = r->n > 0 ? sum / square : 0;
    f->slope = 1;
    f->level = f->centre;
}

/* What is brought down: weighted log loss and the pull to the beginning. */
static double cost(const struct fit *f, double slope, double level)
{
    double sum = 0;
    for (size_t i = 0; i < f->rows->n; i++) {
        double z = slope * ((double)f->rows->margin[i] - f->centre) + level;
        double soft = z > 0 ? z + tw_log(1 + tw_exp(-z)) : tw_log(1 + tw_exp(z));
        sum += f->rows->weight[i] * (soft - (double)f->rows->label[i] * z);
    }
    double a = slope - 1;
    double b = level - f->centre;
    return sum * f->scale + (SLOPE_FIRM * a * a + OFFSET_FIRM * b * b) / 2;
}

/* One step of Newton's method, halved until it helps. Is there more to gain? */
static bool newton(struct fit *f)
{
    double ga = SLOPE_FIRM * (f->slope - 1);
    double gb = OFFSET_FIRM * (f->level - f->centre);
    double haa = SLOPE_FIRM;
    double hbb = OFFSET_FIRM;
    double hab = 0;
    for (size_t i = 0; i < f->rows->n; i++) {
        double u = (double)f->rows->margin[i] - f->centre;
        double p = tw_logistic(f->slope * u + f->level);
        double c = f->rows->weight[i] * f->scale;
        double g = c * (p - (double)f->rows->label[i]);
        double h = c * p * (1 - p);
        ga += g * u;
        gb += g;
        haa += h * u * u;
        hab += h * u;
        hbb += h;
    }
    double det = haa * hbb - hab * hab;
    double da = (hbb * ga - hab * gb) / det;
    double db = (haa * gb - hab * ga) / det;
    double before = cost(f, f->slope, f->level);
    double share = 2;
    for (int half = 0; half < 20; half++) {
        share /= 2;
        double slope = f->slope - share * da;
        double level = f->level - share * db;
        if (cost(f, slope, level) >= before) continue;
        f->slope = slope;
        f->level = level;
        return fabs(da) + fabs(db) > 1e-9;
    }
    return false;
}

void tw_curve_line_better(const struct tw_curve_rows *rows, struct tw_curve_line *line)
{
    if (rows->n == 0) return;
    struct fit f = {.rows = rows};
    centre(&f);
    f.slope = line->slope;
    f.level = line->offset + line->slope * f.centre;
    newton(&f);
    *line = (struct tw_curve_line){f.slope, f.level - f.slope * f.centre};
}

/* --- 2. the steps --- */

static void pool(struct step *into, const struct step *s)
{
    into->weight += s->weight;
    into->square += s->square;
    into->found += s->found;
    into->margin += s->margin;
    into->logistic += s->logistic;
}

static double mean_found(const struct step *s)
{
    return s->found / s->weight;
}

/* Adds a run at the top and pools from there down whatever would fall. */
static void push(struct fit *f, const struct step *s)
{
    f->step[f->n_steps++] = *s;
    while (f->n_steps > 1 && mean_found(f->step + f->n_steps - 2) >= mean_found(f->step + f->n_steps - 1)) {
        pool(f->step + f->n_steps - 2, f->step + f->n_steps - 1);
        f->n_steps--;
    }
}

static tw_err find_steps(struct fit *f)
{
    const struct tw_curve_rows *r = f->rows;
    double *falling = tw_calloc(r->n, sizeof(*falling));
    uint32_t *order = tw_calloc(r->n, sizeof(*order));
    f->step = tw_calloc(r->n, sizeof(*f->step));
    tw_err err = falling != NULL && order != NULL && f->step != NULL ? TW_OK : TW_NOMEM;
    for (size_t i = 0; err == TW_OK && i < r->n; i++) falling[i] = -(double)r->margin[i];
    if (err == TW_OK) err = tw_rank_falling(falling, r->n, order);
    for (size_t k = 0; err == TW_OK && k < r->n;) {
        struct step run = {0};
        double m = falling[order[k]];
        for (; k < r->n && falling[order[k]] == m; k++) {
            double w = r->weight[order[k]];
            pool(&run, &(struct step){.weight = w,
                                      .square = w * w,
                                      .found = w * (double)r->label[order[k]],
                                      .margin = -w * m,
                                      .logistic = w * tw_logistic(f->slope * (-m - f->centre) + f->level)});
        }
        push(f, &run);
    }
    tw_free(falling);
    tw_free(order);
    return err;
}

static double within_bounds(double log_odds)
{
    double low = tw_logit(TW_RISK_MIN);
    double high = tw_logit(TW_RISK_MAX);
    if (log_odds < low) return low;
    return log_odds > high ? high : log_odds;
}

/* Pulls each step to the logistic curve; what falls after that is pooled once more, each step now counting as
 * the rows it is worth and the pull together. */
static void pull_steps(struct fit *f)
{
    size_t n = f->n_steps;
    f->n_steps = 0;
    for (size_t i = 0; i < n; i++) {
        struct step s = f->step[i];
        double logistic = s.logistic / s.weight;
        double rows = s.weight * s.weight / s.square;
        double extra = 1 / logistic;
        if (extra < PULL_MIN) extra = PULL_MIN;
        if (extra > PULL_MAX) extra = PULL_MAX;
        double worth = rows + extra;
        double found = rows * mean_found(&s) + extra * logistic;
        push(f, &(struct step){
                    .weight = worth, .square = worth, .found = found, .margin = worth * s.margin / s.weight});
    }
    for (size_t i = 0; i < f->n_steps; i++) {
        struct step *s = f->step + i;
        s->margin /= s->weight;
        s->log_odds = within_bounds(tw_logit(mean_found(s)));
    }
}

/* --- 3. the curve --- */

static double log_odds_at(const struct fit *f, double margin)
{
    size_t n = f->n_steps;
    if (n == 0) return f->slope * (margin - f->centre) + f->level;
    const struct step *s = f->step;
    if (margin <= s[0].margin) return s[0].log_odds + f->slope * (margin - s[0].margin);
    if (margin >= s[n - 1].margin) return s[n - 1].log_odds + f->slope * (margin - s[n - 1].margin);
    size_t low = 0;
    for (size_t high = n - 1; high - low > 1;) {
        size_t mid = (low + high) / 2;
        if (s[mid].margin <= margin)
            low = mid;
        else
            high = mid;
    }
    double t = (margin - s[low].margin) / (s[low + 1].margin - s[low].margin);
    return s[low].log_odds + t * (s[low + 1].log_odds - s[low].log_odds);
}

/* How far to move all log-odds so that the mean probability is the weighted share of findings, which half a
 * finding's worth of the logistic curve has been added to. By halving; `odds` has room for all rows. */
static double mean_shift(const struct fit *f, double *odds)
{
    const struct tw_curve_rows *r = f->rows;
    double mass = 0;
    double found = 0;
    double logistic = 0;
    for (size_t i = 0; i < r->n; i++) {
        odds[i] = log_odds_at(f, (double)r->margin[i]);
        mass += r->weight[i];
        found += r->weight[i] * (double)r->label[i];
        logistic += r->weight[i] * tw_logistic(f->slope * ((double)r->margin[i] - f->centre) + f->level);
    }
    double rows = mass * f->scale;
    double goal = (found / mass * rows + PULL_MEAN) / (rows + PULL_MEAN * mass / logistic);
    double low = -SHIFT_MAX;
    double high = SHIFT_MAX;
    for (int round = 0; round < 50; round++) {
        double mid = (low + high) / 2;
        double sum = 0;
        for (size_t i = 0; i < r->n; i++) sum += r->weight[i] * tw_logistic(odds[i] + mid);
        if (sum / mass < goal)
            low = mid;
        else
            high = mid;
    }
    return (low + high) / 2;
}

/* Reads the fit off at even distances; points that would not rise are left out. */
static void draw(const struct fit *f, double shift, struct tw_curve *c)
{
    double low = -6;
    double high = 6;
    for (size_t i = 0; i < f->rows->n; i++) {
        double m = (double)f->rows->margin[i];
        if (i == 0 || m < low) low = m;
        if (i == 0 || m > high) high = m;
    }
    low -= TAIL;
    high += TAIL;
    for (size_t i = 0; i < TW_CURVE_MAX; i++) {
        double m = low + (high - low) * (double)i / (TW_CURVE_MAX - 1);
        double p = tw_logistic(log_odds_at(f, m) + shift);
        if (p <= TW_RISK_MIN) { /* only the last of these counts */
            c->n = 0;
            p = TW_RISK_MIN;
        }
        if (p > TW_RISK_MAX) p = TW_RISK_MAX;
        if (c->n > 0 && p <= c->risk[c->n - 1]) continue;
        c->margin[c->n] = m;
        c->risk[c->n++] = p;
    }
    if (c->n == 1) { /* so low, or so high, that it has no shape left */
        bool top = c->risk[0] > 0.5;
        c->margin[1] = top ? c->margin[0] : high + 1;
        c->risk[1] = top ? c->risk[0] : 2 * TW_RISK_MIN;
        c->margin[0] = top ? low - 1 : c->margin[0];
        c->risk[0] = top ? c->risk[1] - TW_RISK_MIN : c->risk[0];
        c->n = 2;
    }
}

tw_err tw_curve_fit(const struct tw_curve_rows *rows, struct tw_curve *ret, struct tw_fault *fault)
{
    struct fit f = {.rows = rows};
    double *odds = NULL;
    double shift = 0;
    tw_err err = TW_OK;
    centre(&f);
    if (rows->n > 0) {
        for (int i = 0; i < 100 && newton(&f); i++) continue;
        if (f.slope < SLOPE_MIN) f.slope = SLOPE_MIN;
        odds = tw_calloc(rows->n, sizeof(*odds));
        err = odds != NULL ? find_steps(&f) : TW_NOMEM;
    }
    if (err == TW_OK && rows->n > 0) {
        pull_steps(&f);
        shift = mean_shift(&f, odds);
    }
    if (err == TW_OK) {
        struct tw_curve c = {0};
        draw(&f, shift, &c);
        c.slope = f.slope;
        c.offset = f.level - f.slope * f.centre;
        c.effective_n = 0;
        for (size_t i = 0; i < rows->n; i++) c.effective_n += rows->weight[i] * f.scale;
        *ret = c;
    }
    tw_free(odds);
    tw_free(f.step);
    return err == TW_OK ? TW_OK : tw_fail(fault, err, "out of memory for calibration");
}

double tw_curve_at(const struct tw_curve *c, double margin)
{
    if (!(margin > c->margin[0])) return c->risk[0];
    if (margin >= c->margin[c->n - 1]) return c->risk[c->n - 1];
    size_t low = 0;
    for (size_t high = c->n - 1; high - low > 1;) {
        size_t mid = (low + high) / 2;
        if (c->margin[mid] <= margin)
            low = mid;
        else
            high = mid;
    }
    double t = (margin - c->margin[low]) / (c->margin[low + 1] - c->margin[low]);
    return c->risk[low] + t * (c->risk[low + 1] - c->risk[low]);
}
