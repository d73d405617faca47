/* SPDX-License-Identifier: Apache-2.0 */
/* A picture is 360 units wide: letters of 11 units are 11 pixels on a telephone and grow with the room there
 * is. Colours come from the page's style by number (--c0 ...), dashes from the same number. */
#include "base/chart.h"

#include <math.h>

enum { WIDTH = 360, LEFT = 46, RIGHT = 18, TOP = 20, BOTTOM = 34, HEIGHT = 230, TICKS = 5 };

enum { LABEL_BYTES = 512 }; /* holds any number, thousands apart */

static const double LETTER = 6.2; /* how wide one is drawn, most of them */

static const char *const DASH[TW_CHART_SERIES_MAX] = {"",     "6 3",         "2 2", "8 3 2 3", "4 4", "1 3",
                                                      "10 4", "6 2 1 2 1 2", "3 1", "5 5",     "2 4", "9 2"};

/* From numbers to places on the picture. */
struct scale {
    double from, to;   /* of the numbers */
    double start, end; /* of the picture */
    double step;       /* between ticks */
};

static double at(const struct scale *s, double v)
{
    return s->start + (v - s->from) / (s->to - s->from) * (s->end - s->start);
}

/* 1, 2 or 5 times a power of ten, so that at most `ticks` steps fill the span. */
static double nice_step(double span, int ticks)
{
    double step = 1;
    while (step * ticks < span) step *= 10;
    while (step * ticks >= span * 10) step /= 10;
    if (step * ticks >= span * 5) return step / 5;
    if (step * ticks >= span * 2) return step / 2;
    return step;
}

static struct scale scale_of(double from, double to, double start, double end)
{
    if (!(to > from)) to = from + 1;
    struct scale s = {.start = start, .end = end, .step = nice_step(to - from, TICKS)};
    s.from = floor(from / s.step + 1e-9) * s.step;
    s.to = ceil(to / s.step - 1e-9) * s.step;
    return s;
}

static int steps(const struct scale *s)
{
    return (int)((s->to - s->from) / s->step + 0.5);
}

/* -- numbers
 * ------------------------------------------------------------------------------------------------ */

static unsigned digits_of(double step)
{
    unsigned d = 0;
    while (d < 6 && fabs(step - floor(step + 0.5)) > 1e-9 * step) {
        step *= 10;
        d++;
    }
    return d;
}

static void tick(struct tw_buf *out, double v, double step, enum tw_chart_unit unit)
{
    const double by = unit == TW_CHART_PERCENT ? 100 : 1;
    if (fabs(v) < step * 1e-6) v = 0;
    tw_buf_grouped(out, v * by, digits_of(step * by));
    if (unit == TW_CHART_PERCENT) tw_buf_text(out, " %");
}

/* A number of the table: three digits that matter. */
static void figure(struct tw_buf *out, double v, enum tw_chart_unit unit)
{
    if (isnan(v)) {
        tw_buf_text(out, "–");
        return;
    }
    if (unit == TW_CHART_COUNT) {
        tw_buf_grouped(out, v, 0);
        return;
    }
    const double shown = unit == TW_CHART_PERCENT ? v * 100 : v, size = fabs(shown);
    tw_buf_fixed(out, shown, size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
    if (unit == TW_CHART_PERCENT) tw_buf_text(out, " %");
}

static void place(struct tw_buf *out, double v)
{
    tw_buf_fixed(out, v, 1);
}

static void attribute(struct tw_buf *out, const char *name, double v)
{
    tw_buf_printf(out, " %s=\"", name);
    place(out, v);
    tw_buf_char(out, '"');
}

/* -- frame
 * -------------------------------------------------------------------------------------------------- */

static void begin(struct tw_page *p, const struct tw_chart *c, double height)
{
    tw_buf_printf(p->out, "<figure><figcaption><h3 id=\"chart%u\">", ++p->charts);
    tw_page_escape(p->out, tw_str_from(c->heading));
    tw_buf_text(p->out, "</h3>");
    if (c->note != NULL) {
        tw_buf_text(p->out, "<p>");
        tw_page_escape(p->out, tw_str_from(c->note));
        tw_buf_text(p->out, "</p>");
    }
    tw_buf_printf(p->out, "</figcaption>\n<svg viewBox=\"0 0 %d ", WIDTH);
    place(p->out, height);
    tw_buf_printf(p->out, "\" role=\"img\" aria-labelledby=\"chart%u\">\n", p->charts);
}

static size_t look(const struct tw_chart *c, size_t series)
{
    const unsigned like = c->series[series].like;
    return (like > 0 ? like - 1 : series) % TW_CHART_SERIES_MAX;
}

/* The number of a series' colour in the page's style. */
static size_t colour(const struct tw_chart *c, size_t series)
{
    static const uint8_t of[TW_CHART_HUE_N] = {[TW_CHART_RED] = 7,
                                               [TW_CHART_YELLOW] = 4,
                                               [TW_CHART_GREEN] = 2,
                                               [TW_CHART_BLUE] = 5,
                                               [TW_CHART_VIOLET] = 3};
    const enum tw_chart_hue hue = c->series[series].hue;
    return hue == TW_CHART_BY_PLACE ? look(c, series) : of[hue];
}

static void stroke(struct tw_buf *out, const struct tw_chart *c, size_t series)
{
    tw_buf_printf(out, " stroke=\"var(--c%zu)\" stroke-width=\"%s\"", colour(c, series),
                  c->series[series].strong ? "3" : "1.6");
    const char *dash = DASH[look(c, series)];
    if (dash[0] != '\0') tw_buf_printf(out, " stroke-dasharray=\"%s\"", dash);
}

static void legend(struct tw_page *p, const struct tw_chart *c, bool lines)
{
    if (c->n_series < 2) return;
    tw_buf_text(p->out, "<ul class=\"key\">");
    for (size_t s = 0; s < c->n_series; s++) {
        tw_buf_text(p->out, "<li><svg viewBox=\"0 0 29 13\" aria-hidden=\"true\">");
        if (lines) {
            tw_buf_text(p->out, "<path d=\"M1 6.5H28\" fill=\"none\"");
            stroke(p->out, c, s);
            tw_buf_text(p->out, "/>");
        } else {
            tw_buf_printf(p->out, "<rect width=\"29\" height=\"13\" fill=\"var(--c%zu)\"/>", colour(c, s));
        }
        tw_buf_text(p->out, "</svg>");
        tw_page_escape(p->out, c->series[s].name);
        tw_buf_text(p->out, "</li>");
    }
    tw_buf_text(p->out, "</ul>\n");
}

/* The numbers behind the picture, for who cannot see it or wants them exactly. */
static void numbers(struct tw_page *p, const struct tw_chart *c)
{
    tw_buf_text(p->out,
                "<details><summary>the numbers</summary><div class=\"wide\"><table><tr><th scope=\"col\">");
    tw_page_escape(p->out, tw_str_from(c->x_name));
    tw_buf_text(p->out, "</th>");
    for (size_t s = 0; s < c->n_series; s++) {
        tw_buf_text(p->out, "<th scope=\"col\">");
        tw_page_escape(p->out, c->series[s].name);
        tw_buf_text(p->out, "</th>");
    }
    tw_buf_text(p->out, "</tr>\n");
    for (size_t i = 0; i < c->n; i++) {
        tw_buf_text(p->out, "<tr><th scope=\"row\">");
        if (c->category != NULL)
            tw_page_escape(p->out, c->category[i]);
        else
            figure(p->out, c->x[i], c->x_unit);
        tw_buf_text(p->out, "</th>");
        for (size_t s = 0; s < c->n_series; s++) {
            const struct tw_chart_series *one = &c->series[s];
            tw_buf_text(p->out, "<td>");
            figure(p->out, one->y[i], c->y_unit);
            if (one->lo != NULL && one->hi != NULL && !isnan(one->lo[i])) {
                tw_buf_text(p->out, " (");
                figure(p->out, one->lo[i], c->y_unit);
                tw_buf_text(p->out, " to ");
                figure(p->out, one->hi[i], c->y_unit);
                tw_buf_char(p->out, ')');
            }
            tw_buf_text(p->out, "</td>");
        }
        tw_buf_text(p->out, "</tr>\n");
    }
    tw_buf_text(p->out, "</table></div></details>\n");
}

static void end(struct tw_page *p, const struct tw_chart *c, bool lines)
{
    tw_buf_text(p->out, "</svg>\n");
    legend(p, c, lines);
    numbers(p, c);
    tw_buf_text(p->out, "</figure>\n");
}

static void text(struct tw_buf *out, double x, double y, const char *anchor, struct tw_str what)
{
    tw_buf_text(out, "<text");
    attribute(out, "x", x);
    attribute(out, "y", y);
    tw_buf_printf(out, " text-anchor=\"%s\">", anchor);
    tw_page_escape(out, what);
    tw_buf_text(out, "</text>");
}

static void y_axis(struct tw_page *p, const struct tw_chart *c, const struct scale *y)
{
    for (int i = 0; i <= steps(y); i++) {
        const double v = y->from + i * y->step;
        tw_buf_printf(p->out, "<path class=\"axis\" d=\"M%d ", LEFT);
        place(p->out, at(y, v));
        tw_buf_printf(p->out, "H%d\"/>", WIDTH - RIGHT);
        char room[LABEL_BYTES];
        struct tw_buf label = tw_buf_in(room, sizeof room);
        tick(&label, v, y->step, c->y_unit);
        text(p->out, LEFT - 4, at(y, v) + 4, "end", tw_buf_view(&label));
    }
    tw_buf_char(p->out, '\n');
}

static void y_name(struct tw_page *p, const struct tw_chart *c)
{
    text(p->out, 2, 11, "start", tw_str_from(c->y_name));
    tw_buf_char(p->out, '\n');
}

static void x_name(struct tw_page *p, const struct tw_chart *c, double height)
{
    text(p->out, WIDTH - RIGHT, height - 3, "end", tw_str_from(c->x_name));
    tw_buf_char(p->out, '\n');
}

/* Letters of a text: bytes that do not go on with one. */
static size_t letters(struct tw_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) n += ((unsigned char)s.s[i] & 0xc0) != 0x80;
    return n;
}

/* Names of places under the axis: as many as do not run into each other. */
static void x_categories(struct tw_page *p, const struct tw_chart *c, double width, double y)
{
    size_t longest = 1;
    for (size_t i = 0; i < c->n; i++)
        if (letters(c->category[i]) > longest) longest = letters(c->category[i]);
    size_t every = 1;
    while (width * (double)every < LETTER * (double)longest + 12 && every < c->n) every++;
    for (size_t i = 0; i < c->n; i += every) {
        const double x = LEFT + width * ((double)i + 0.5);
        if (i > 0 && x + LETTER * (double)letters(c->category[i]) / 2 > WIDTH) break; /* it would be cut */
        text(p->out, x, y, "middle", c->category[i]);
    }
}

/* -- range
 * -------------------------------------------------------------------------------------------------- */

static void widen(double v, double *from, double *to)
{
    if (isnan(v)) return;
    if (v < *from) *from = v;
    if (v > *to) *to = v;
}

static void y_range(const struct tw_chart *c, double *from, double *to)
{
    *from = c->y_from;
    *to = c->y_to;
    if (*from < 0 || *from > 0 || *to < 0 || *to > 0) return; /* given */
    for (size_t s = 0; s < c->n_series; s++)
        for (size_t i = 0; i < c->n; i++) {
            widen(c->series[s].y[i], from, to);
            if (c->series[s].hi != NULL) widen(c->series[s].hi[i], from, to);
            if (c->series[s].lo != NULL) widen(c->series[s].lo[i], from, to);
        }
}

/* -- lines
 * -------------------------------------------------------------------------------------------------- */

static double clamp(const struct scale *s, double v)
{
    return v < s->from ? s->from : v > s->to ? s->to : v;
}

static void point(struct tw_buf *out, char how, double x, double y)
{
    tw_buf_char(out, how);
    place(out, x);
    tw_buf_char(out, ' ');
    place(out, y);
}

static void band(struct tw_buf *out, const struct tw_chart *c, size_t s, const struct scale *x,
                 const struct scale *y)
{
    const struct tw_chart_series *one = &c->series[s];
    if (one->lo == NULL || one->hi == NULL) return;
    tw_buf_printf(out, "<path fill=\"var(--c%zu)\" opacity=\".16\" d=\"", colour(c, s));
    char how = 'M';
    for (size_t i = 0; i < c->n; i++)
        if (!isnan(one->hi[i])) {
            point(out, how, at(x, c->x[i]), at(y, clamp(y, one->hi[i])));
            how = 'L';
        }
    for (size_t i = c->n; i-- > 0;)
        if (!isnan(one->lo[i])) point(out, how, at(x, c->x[i]), at(y, clamp(y, one->lo[i])));
    tw_buf_text(out, how == 'L' ? "Z\"/>\n" : "\"/>\n");
}

static void line(struct tw_buf *out, const struct tw_chart *c, size_t s, const struct scale *x,
                 const struct scale *y)
{
    const struct tw_chart_series *one = &c->series[s];
    tw_buf_text(out, "<path fill=\"none\"");
    stroke(out, c, s);
    tw_buf_text(out, " d=\"");
    char how = 'M';
    for (size_t i = 0; i < c->n; i++) {
        if (isnan(one->y[i])) {
            how = 'M'; /* a gap is a gap */
            continue;
        }
        point(out, how, at(x, c->x[i]), at(y, clamp(y, one->y[i])));
        how = 'L';
    }
    tw_buf_text(out, "\"/>\n");
    for (size_t i = 0; c->points && i < c->n; i++) {
        if (isnan(one->y[i])) continue;
        tw_buf_printf(out, "<circle r=\"%s\" fill=\"var(--c%zu)\"", one->strong ? "3.2" : "2.4",
                      colour(c, s));
        attribute(out, "cx", at(x, c->x[i]));
        attribute(out, "cy", at(y, clamp(y, one->y[i])));
        tw_buf_text(out, "/>\n");
    }
}

void tw_chart_lines(struct tw_page *p, const struct tw_chart *c)
{
    double from, to;
    y_range(c, &from, &to);
    const struct scale y = scale_of(from, to, HEIGHT - BOTTOM, TOP);
    struct scale x = scale_of(c->diagonal ? 0 : c->x[0], c->x[c->n - 1], LEFT, WIDTH - RIGHT);
    if (c->category != NULL) {
        const double width = (WIDTH - RIGHT - LEFT) / (double)c->n;
        x = (struct scale){c->x[0], c->n > 1 ? c->x[c->n - 1] : c->x[0] + 1, LEFT + width / 2,
                           WIDTH - RIGHT - width / 2, 1};
    }
    begin(p, c, HEIGHT);
    y_axis(p, c, &y);
    y_name(p, c);
    if (c->category != NULL) {
        x_categories(p, c, (WIDTH - RIGHT - LEFT) / (double)c->n, HEIGHT - BOTTOM + 16);
    } else {
        for (int i = 0; i <= steps(&x); i++) {
            const double v = x.from + i * x.step;
            char room[LABEL_BYTES];
            struct tw_buf label = tw_buf_in(room, sizeof room);
            tick(&label, v, x.step, c->x_unit);
            text(p->out, at(&x, v), HEIGHT - BOTTOM + 16, "middle", tw_buf_view(&label));
        }
    }
    x_name(p, c, HEIGHT);
    if (c->diagonal) {
        const double lo = x.from > y.from ? x.from : y.from, hi = x.to < y.to ? x.to : y.to;
        tw_buf_text(p->out, "<path fill=\"none\" stroke=\"var(--dim)\" stroke-dasharray=\"1 4\" d=\"");
        point(p->out, 'M', at(&x, lo), at(&y, lo));
        point(p->out, 'L', at(&x, hi), at(&y, hi));
        tw_buf_text(p->out, "\"/>\n");
    }
    for (size_t s = c->n_series; s-- > 0;) band(p->out, c, s, &x, &y);
    for (int strong = 0; strong < 2; strong++)
        for (size_t s = c->n_series; s-- > 0;)
            if (c->series[s].strong == (strong == 1)) line(p->out, c, s, &x, &y);
    end(p, c, true);
}

/* -- bars
 * --------------------------------------------------------------------------------------------------- */

static void bar(struct tw_buf *out, size_t colour_number, double x, double y, double width, double height)
{
    tw_buf_printf(out, "<rect fill=\"var(--c%zu)\"", colour_number);
    attribute(out, "x", x);
    attribute(out, "y", y);
    attribute(out, "width", width);
    attribute(out, "height", height);
    tw_buf_text(out, "/>");
}

/* From lo to hi, with a stop at each end; light beneath dark, so that it is seen on bar and page alike. */
static void whisker(struct tw_buf *out, double lo, double hi, double y)
{
    enum { STOP = 3 };
    static const char *const layer[] = {"halo", "whisker"};
    for (size_t i = 0; i < sizeof layer / sizeof *layer; i++) {
        tw_buf_printf(out, "<path class=\"%s\" d=\"", layer[i]);
        point(out, 'M', lo, y - STOP);
        point(out, 'L', lo, y + STOP);
        point(out, 'M', lo, y);
        point(out, 'L', hi, y);
        point(out, 'M', hi, y - STOP);
        point(out, 'L', hi, y + STOP);
        tw_buf_text(out, "\"/>");
    }
}

/* Of `from` and all values: what lies below a range that was given stays clear of the names. */
static double lowest(const struct tw_chart *c, double from)
{
    for (size_t s = 0; s < c->n_series; s++)
        for (size_t i = 0; i < c->n; i++)
            if (c->series[s].y[i] < from) from = c->series[s].y[i];
    return from;
}

/* Where a bar lies. */
struct bar_row {
    const struct scale *x;
    double y, thick;
};

/* The bar of series s in category i, which has a number, with whisker and number. */
static void one_bar(struct tw_buf *out, const struct tw_chart *c, size_t s, size_t i,
                    const struct bar_row *row)
{
    enum { LABELLED = 3 };
    const struct tw_chart_series *one = &c->series[s];
    const struct scale *x = row->x;
    const double v = one->y[i], y = row->y;
    const double a = at(x, v < 0 ? v : 0);
    double b = at(x, v < 0 ? 0 : v);
    bar(out, colour(c, s), a, y, b - a > 0.6 ? b - a : 0.6, row->thick - 1);
    if (one->lo != NULL && one->hi != NULL && !isnan(one->lo[i]) && !isnan(one->hi[i])) {
        const double hi = at(x, clamp(x, one->hi[i]));
        whisker(out, at(x, clamp(x, one->lo[i])), hi, y + (row->thick - 1) / 2);
        if (hi > b) b = hi;
    }
    if (c->n_series > LABELLED) return;
    char room[LABEL_BYTES];
    struct tw_buf label = tw_buf_in(room, sizeof room);
    figure(&label, v, c->y_unit);
    text(out, b + 4, y + row->thick - 2, "start", tw_buf_view(&label));
}

/* The bars of category i, amid the room for all series. */
static void row_of_bars(struct tw_buf *out, const struct tw_chart *c, size_t i, const struct bar_row *room)
{
    struct bar_row row = *room;
    size_t missing = 0;
    for (size_t s = 0; s < c->n_series; s++) missing += isnan(c->series[s].y[i]) ? 1 : 0;
    row.y += row.thick * (double)missing / 2;
    for (size_t s = 0; s < c->n_series; s++) {
        if (isnan(c->series[s].y[i])) continue;
        one_bar(out, c, s, i, &row);
        row.y += row.thick;
    }
    if (missing == c->n_series) text(out, at(row.x, 0) + 4, row.y + 4, "start", TW_STR("–"));
}

/* How wide the names of the bars are drawn, within reason. */
static double room_for_names(const struct tw_chart *c)
{
    enum { LEAST = 60, MOST = 190, BESIDE = 8 };
    size_t longest = 0;
    for (size_t i = 0; i < c->n; i++) {
        const size_t n = letters(c->category[i]);
        if (n > longest) longest = n;
    }
    const double width = LETTER * (double)longest + BESIDE;
    return width < LEAST ? LEAST : width > MOST ? MOST : width;
}

void tw_chart_bars(struct tw_page *p, const struct tw_chart *c)
{
    enum { VALUES = 46, GAP = 8, ABOVE = 8 };
    const double names = room_for_names(c);
    const double thick = c->n_series > 3 ? 7 : 12;
    const double row = thick * (double)c->n_series + GAP + (c->n_series == 1 ? 2 : 0);
    const double height = ABOVE + row * (double)c->n + 6;
    double from, to;
    y_range(c, &from, &to);
    from = lowest(c, from);
    const struct scale x = {from, to > from ? to : from + 1, names, WIDTH - VALUES, 1};
    begin(p, c, height);
    tw_buf_text(p->out, "<path class=\"axis\" d=\"");
    point(p->out, 'M', at(&x, 0), ABOVE - 2);
    point(p->out, 'L', at(&x, 0), height - 2);
    tw_buf_text(p->out, "\"/>\n");
    for (size_t i = 0; i < c->n; i++) {
        const double top = ABOVE + row * (double)i;
        text(p->out, names - 5, top + thick * (double)c->n_series / 2 + 4, "end", c->category[i]);
        row_of_bars(p->out, c, i, &(struct bar_row){&x, top, thick});
        tw_buf_char(p->out, '\n');
    }
    end(p, c, false);
}

void tw_chart_stacks(struct tw_page *p, const struct tw_chart *c)
{
    double top = 0;
    for (size_t i = 0; i < c->n; i++) {
        double sum = 0;
        for (size_t s = 0; s < c->n_series; s++)
            if (c->series[s].y[i] > 0) sum += c->series[s].y[i];
        if (sum > top) top = sum;
    }
    const struct scale y = scale_of(0, c->y_to > 0 ? c->y_to : top, HEIGHT - BOTTOM, TOP);
    const double width = (WIDTH - RIGHT - LEFT) / (double)c->n;
    begin(p, c, HEIGHT);
    y_axis(p, c, &y);
    y_name(p, c);
    for (size_t i = 0; i < c->n; i++) {
        double sum = 0;
        for (size_t s = 0; s < c->n_series; s++) {
            const double v = c->series[s].y[i];
            if (!(v > 0)) continue;
            const double hi = at(&y, sum + v), lo = at(&y, sum);
            bar(p->out, colour(c, s), LEFT + width * ((double)i + 0.1), hi, width * 0.8, lo - hi);
            sum += v;
        }
        tw_buf_char(p->out, '\n');
    }
    x_categories(p, c, width, HEIGHT - BOTTOM + 16);
    x_name(p, c, HEIGHT);
    end(p, c, false);
}
