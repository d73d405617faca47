/* SPDX-License-Identifier: Apache-2.0 */
#include "base/page.h"

#include <math.h>
#include <string.h>

#include "base/date.h"

/* Colours: eight hues that keep their distance for the common kinds of colour blindness (after Okabe and Ito,
 * Color Universal Design, 2008), darkened or lightened until they have 3:1 against the page. */
#define HUES_ON_WHITE                                                                                        \
    "--c0:#0b5cad;--c1:#b4480a;--c2:#00785a;--c3:#8a3d7d;--c4:#9c7600;--c5:#2f7fb5;"                         \
    "--c6:#6b6f76;--c7:#a3123f;--c8:#4b4f9e;--c9:#3d6b21;--c10:#8c5a2b;--c11:#444"
#define HUES_ON_BLACK                                                                                        \
    "--c0:#62b1ff;--c1:#ff9d5c;--c2:#3fcf9f;--c3:#e29ad6;--c4:#e0c341;--c5:#8bc8ee;"                         \
    "--c6:#aab0b8;--c7:#ff6b81;--c8:#a9adff;--c9:#9ad06f;--c10:#d9a878;--c11:#ccc"

static const char STYLE[] =
    ":root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#57606a;--rule:#d0d7de;--soft:#f3f5f7;"
    "--warn:#8a4b00;--warnbg:#fff4e0;" HUES_ON_WHITE "}\n"
    "@media(prefers-color-scheme:dark){:root{--bg:#14171b;--fg:#e6e8eb;--dim:#a0a8b1;--rule:#3a424b;"
    "--soft:#1f242a;--warn:#ffc46b;--warnbg:#33270f;" HUES_ON_BLACK "}}\n"
    "*{box-sizing:border-box}\n"
    "html{font:16px/1.5 system-ui,'Liberation Sans',sans-serif;background:var(--bg);color:var(--fg);"
    "-webkit-text-size-adjust:100%}\n"
    "body{margin:0 auto;padding:1rem;max-width:68rem;overflow-wrap:break-word}\n"
    "h1{font-size:1.6rem;line-height:1.2;margin:.5rem 0}\n"
    "h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--rule)}\n"
    "h3{font-size:1rem;margin:0}\n"
    "h4{font-size:.85rem;font-weight:600;color:var(--dim);margin:.6rem 0 0}\n"
    "p{margin:.5rem 0;max-width:46rem}\n"
    ".line,.caption,figcaption p{color:var(--dim)}\n"
    "code{font-size:.9em}\n"
    ".warn{background:var(--warnbg);color:var(--warn);border-left:.25rem solid;padding:.5rem .75rem}\n"
    ".figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:1rem "
    "0;"
    "padding:0;list-style:none}\n"
    ".figures li{background:var(--soft);border:1px solid var(--rule);border-radius:.4rem;padding:.5rem .8rem;"
    "line-height:1.35}\n"
    ".figures b{display:block;font-size:1.4rem;font-variant-numeric:tabular-nums}\n"
    ".figures span{color:var(--dim)}\n"
    "article{border:1px solid var(--rule);border-radius:.4rem;padding:.6rem .9rem;margin:1rem 0;"
    "max-width:48rem}\n"
    "article ul{margin:.1rem 0;padding-left:1.2rem}\n"
    ".caption{font-size:.9rem;margin:1.25rem 0 .25rem}\n"
    ".wide{overflow-x:auto}\n"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}\n"
    "th,td{padding:.2rem .5rem;text-align:right;vertical-align:baseline;border-bottom:1px solid "
    "var(--rule);white-space:nowrap}\n"
    "th{font-weight:600;color:var(--dim)}\n"
    "th[scope=col]{white-space:normal;vertical-align:bottom}\n"
    "th:first-child,td:first-child{text-align:left;white-space:normal;min-width:min(9rem,28vw)}\n"
    "th[scope=row]{font-weight:inherit;color:inherit}\n"
    "td.long{white-space:normal;overflow-wrap:anywhere;min-width:12rem}\n"
    "tr.strong{font-weight:700;background:var(--soft)}\n"
    ".charts{columns:20rem;column-gap:1.5rem;margin-top:1rem}\n"
    "figure{margin:0 0 1.5rem;min-width:0;break-inside:avoid}\n"
    "figcaption p{font-size:.85rem;margin:.1rem 0}\n"
    "svg{display:block;width:100%;max-width:34rem;height:auto}\n"
    "svg text{fill:var(--dim);font-size:11px;font-family:inherit}\n"
    "svg .axis{stroke:var(--rule);fill:none}\n"
    "svg .whisker{stroke:var(--fg);fill:none}\n"
    "svg .halo{stroke:var(--bg);stroke-width:3;fill:none}\n"
    ".key{display:flex;flex-wrap:wrap;gap:.1rem .9rem;list-style:none;margin:.2rem 0;padding:0;"
    "font-size:.85rem}\n"
    ".key svg{display:inline-block;width:1.8rem;height:.8rem;vertical-align:middle;margin-right:.3rem}\n"
    "summary{cursor:pointer;color:var(--dim);font-size:.85rem}\n"
    "@media(max-width:30rem){table{font-size:.8rem}th,td{padding:.2rem .35rem}}\n"
    "@media print{@page{margin:12mm}:root{--bg:#fff;--fg:#000;--dim:#333;--rule:#999;--soft:#fff;--warn:#000;"
    "--warnbg:#fff;" HUES_ON_WHITE "}html{font-size:12px}body{padding:0;max-width:none}"
    ".charts{columns:2}.wide{overflow:visible}table{font-size:.8rem}th,td{padding:.15rem .35rem}"
    "details:not([open]){display:none}details,tr,article,.figures,.key{break-inside:avoid}"
    "h2,h3,h4,.caption{break-after:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}";

/* What stands for a byte; NULL = itself. */
static const char *entity(unsigned char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\t':
    case '\n':
        return NULL;
    default:
        return c < 0x20 || c == 0x7f ? "" : NULL;
    }
}

void tw_page_escape(struct tw_buf *out, struct tw_str text)
{
    size_t from = 0;
    for (size_t i = 0; i < text.n; i++) {
        const char *as = entity((unsigned char)text.s[i]);
        if (as == NULL) continue;
        tw_buf_put(out, text.s + from, i - from);
        tw_buf_text(out, as);
        from = i + 1;
    }
    if (from < text.n) tw_buf_put(out, text.s + from, text.n - from);
}

/* The same, but that a number stays on one line with its per cent sign. */
static void unbroken(struct tw_buf *out, struct tw_str text)
{
    size_t from = 0;
    for (size_t i = 0; i + 1 < text.n; i++) {
        if (text.s[i] != ' ' || text.s[i + 1] != '%') continue;
        tw_page_escape(out, (struct tw_str){text.s + from, i - from});
        tw_buf_text(out, "&nbsp;");
        from = i + 1;
    }
    if (from < text.n) tw_page_escape(out, (struct tw_str){text.s + from, text.n - from});
}

/* Plain text in which what stands between two backticks is typed as it is. */
static void prose(struct tw_buf *out, struct tw_str text)
{
    for (;;) {
        const char *open = text.n > 0 ? memchr(text.s, '`', text.n) : NULL;
        const size_t before = open != NULL ? (size_t)(open - text.s) : text.n;
        const char *close = open != NULL ? memchr(open + 1, '`', text.n - before - 1) : NULL;
        if (close == NULL) break;
        const size_t n = (size_t)(close - open) - 1;
        unbroken(out, (struct tw_str){text.s, before});
        tw_buf_text(out, "<code>");
        tw_page_escape(out, (struct tw_str){open + 1, n});
        tw_buf_text(out, "</code>");
        text = (struct tw_str){close + 1, text.n - before - n - 2};
    }
    unbroken(out, text);
}

static void sentences(struct tw_page *p, const char *open, struct tw_str text, const char *close)
{
    tw_buf_text(p->out, open);
    prose(p->out, text);
    tw_buf_text(p->out, close);
}

static void element(struct tw_page *p, const char *open, struct tw_str text, const char *close)
{
    tw_buf_text(p->out, open);
    tw_page_escape(p->out, text);
    tw_buf_text(p->out, close);
}

void tw_page_begin(struct tw_page *p, const char *title, const char *line)
{
    tw_buf_text(p->out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                        "style-src 'unsafe-inline'\">\n");
    element(p, "<title>", tw_str_from(title), "</title>\n<style>");
    tw_buf_text(p->out, STYLE);
    tw_buf_text(p->out, "</style></head>\n<body>\n<header>\n");
    element(p, "<h1>", tw_str_from(title), "</h1>\n");
    if (line != NULL) sentences(p, "<p class=\"line\">", tw_str_from(line), "</p>\n");
    tw_buf_text(p->out, "</header>\n<main>\n");
}

static void end_section(struct tw_page *p)
{
    if (p->open) tw_buf_text(p->out, "</section>\n");
    p->open = false;
}

void tw_page_end(struct tw_page *p)
{
    end_section(p);
    tw_buf_text(p->out, "</main>\n</body></html>\n");
}

void tw_page_section(struct tw_page *p, const char *heading)
{
    end_section(p);
    element(p, "<section>\n<h2>", tw_str_from(heading), "</h2>\n");
    p->open = true;
}

void tw_page_para(struct tw_page *p, struct tw_str text)
{
    sentences(p, "<p>", text, "</p>\n");
}

void tw_page_warning(struct tw_page *p, struct tw_str text)
{
    sentences(p, "<p class=\"warn\">", text, "</p>\n");
}

void tw_page_list(struct tw_page *p, const struct tw_str *item, size_t n)
{
    tw_buf_text(p->out, "<ul>\n");
    for (size_t i = 0; i < n; i++) sentences(p, "<li>", item[i], "</li>\n");
    tw_buf_text(p->out, "</ul>\n");
}

void tw_page_case_begin(struct tw_page *p, struct tw_str heading)
{
    element(p, "<article>\n<h3>", heading, "</h3>\n");
}

void tw_page_case_part(struct tw_page *p, const char *word, const struct tw_str *item, size_t n)
{
    element(p, "<h4>", tw_str_from(word), "</h4>\n");
    tw_page_list(p, item, n);
}

void tw_page_case_end(struct tw_page *p)
{
    tw_buf_text(p->out, "</article>\n");
}

void tw_page_figures(struct tw_page *p, const struct tw_page_figure *f, size_t n)
{
    tw_buf_text(p->out, "<ul class=\"figures\">\n");
    for (size_t i = 0; i < n; i++) {
        element(p, "<li><b>", f[i].value, "</b>");
        sentences(p, "<span>", f[i].word, "</span></li>\n");
    }
    tw_buf_text(p->out, "</ul>\n");
}

void tw_page_table_begin(struct tw_page *p, const char *caption)
{
    if (caption == NULL) {
        tw_buf_text(p->out, "<div class=\"wide\"><table>\n");
        return;
    }
    /* Not a <caption>: that would be as wide as the table, and be cut where the table is scrolled. */
    tw_buf_printf(p->out, "<p class=\"caption\" id=\"table%u\">", ++p->tables);
    prose(p->out, tw_str_from(caption));
    tw_buf_printf(p->out,
                  "</p>\n<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-labelledby=\"table%u\">"
                  "<table aria-labelledby=\"table%u\">\n",
                  p->tables, p->tables);
}

/* One word as long as a hash: it may be broken anywhere. */
static bool is_long(struct tw_str cell)
{
    enum { LONG = 40 };
    return cell.n > LONG && memchr(cell.s, ' ', cell.n) == NULL;
}

void tw_page_table_row(struct tw_page *p, const struct tw_str *cell, size_t n, bool header, bool strong)
{
    if (header) tw_buf_text(p->out, "<thead>");
    tw_buf_text(p->out, strong ? "<tr class=\"strong\">" : "<tr>");
    for (size_t i = 0; i < n && header; i++) {
        tw_buf_text(p->out, "<th scope=\"col\">");
        unbroken(p->out, cell[i]);
        tw_buf_text(p->out, "</th>");
    }
    for (size_t i = 0; i < n && !header; i++)
        element(p,
                i == 0             ? "<th scope=\"row\">"
                : is_long(cell[i]) ? "<td class=\"long\">"
                                   : "<td>",
                cell[i], i == 0 ? "</th>" : "</td>");
    tw_buf_text(p->out, header ? "</tr></thead>\n" : "</tr>\n");
}

void tw_page_table_end(struct tw_page *p)
{
    tw_buf_text(p->out, "</table></div>\n");
}

/* A cell as it was written into `text`; what has no room in it is "-". Never the heap: a cell that failed
 * would be empty, and the page whole all the same. */
static struct tw_str written(char text[TW_PAGE_CELL], const struct tw_buf *b)
{
    if (b->failed) return TW_STR("-");
    text[b->n] = '\0';
    return tw_buf_view(b);
}

/* A number, or from lo to hi where there is a hi. */
static struct tw_str cell(char text[TW_PAGE_CELL], double lo, const double *hi, double by, unsigned digits,
                          const char *unit)
{
    struct tw_buf b = tw_buf_in(text, TW_PAGE_CELL - 1);
    if (!isfinite(lo) || (hi != NULL && !isfinite(*hi))) return TW_STR("-");
    tw_buf_grouped(&b, lo * by, digits);
    if (hi != NULL) {
        tw_buf_text(&b, " to ");
        tw_buf_grouped(&b, *hi * by, digits);
    }
    tw_buf_text(&b, unit);
    return written(text, &b);
}

struct tw_str tw_page_percent(char text[TW_PAGE_CELL], double v)
{
    return cell(text, v, NULL, 100, 1, " %");
}

struct tw_str tw_page_number(char text[TW_PAGE_CELL], double v, unsigned digits)
{
    return cell(text, v, NULL, 1, digits, "");
}

struct tw_str tw_page_percents(char text[TW_PAGE_CELL], double lo, double hi)
{
    return cell(text, lo, &hi, 100, 1, " %");
}

struct tw_str tw_page_numbers(char text[TW_PAGE_CELL], double lo, double hi, unsigned digits)
{
    return cell(text, lo, &hi, 1, digits, "");
}

struct tw_str tw_page_day(char text[TW_PAGE_CELL], int32_t day)
{
    struct tw_buf b = tw_buf_in(text, TW_PAGE_CELL - 1);
    tw_buf_day(&b, day);
    return written(text, &b);
}

void tw_page_charts_begin(struct tw_page *p)
{
    tw_buf_text(p->out, "<div class=\"charts\">\n");
}

void tw_page_charts_end(struct tw_page *p)
{
    tw_buf_text(p->out, "</div>\n");
}
