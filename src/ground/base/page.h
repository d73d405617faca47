/* SPDX-License-Identifier: Apache-2.0 */
/* base/page.h -- one self-contained HTML page for people who would rather look.
 *
 * In : headings, sentences, tables, charts (base/chart.h), in the order they are to stand.
 * Out: HTML 5 with its own style and pictures: no script, no font, no request to anywhere; readable in print,
 * in the dark and on 360 pixels. Not: files, wording.
 *
 * Every text is escaped here; callers hand over plain text. In paragraphs, warnings, lists and captions what
 * stands between two backticks is set as typed. A failure sticks in the buffer (base/buf.h).
 */
#ifndef TW_BASE_PAGE_H
#define TW_BASE_PAGE_H

#include "base/buf.h"
#include "base/str.h"

struct tw_page {
    struct tw_buf *out; /* not owned */
    unsigned charts;    /* so far: their ids */
    unsigned tables;    /* the same */
    bool open;          /* a section is */
};

/* Title and a line under it (NULL = none). tw_page_end closes everything. */
void tw_page_begin(struct tw_page *p, const char *title, const char *line);
void tw_page_end(struct tw_page *p);

void tw_page_section(struct tw_page *p, const char *heading); /* ends the one before */
void tw_page_para(struct tw_page *p, struct tw_str text);
void tw_page_warning(struct tw_page *p, struct tw_str text); /* a sentence nobody may overlook */
void tw_page_list(struct tw_page *p, const struct tw_str *item, size_t n);

/* Something told in full within a section, e.g. one decision: a frame with its own heading. Paragraphs and
 * parts stand in it; a part is a list under a word of its own. */
void tw_page_case_begin(struct tw_page *p, struct tw_str heading);
void tw_page_case_part(struct tw_page *p, const char *word, const struct tw_str *item, size_t n);
void tw_page_case_end(struct tw_page *p);

/* A few figures side by side, each large with its word beneath. */
struct tw_page_figure {
    struct tw_str value, word;
};
void tw_page_figures(struct tw_page *p, const struct tw_page_figure *f, size_t n);

/* A table row by row: the first column is text, the others are numbers set right. The first row is the
 * header. strong  a row to be seen first (ours) */
void tw_page_table_begin(struct tw_page *p, const char *caption);
void tw_page_table_row(struct tw_page *p, const struct tw_str *cell, size_t n, bool header, bool strong);
void tw_page_table_end(struct tw_page *p);

/* Cells, written into `text` and ended by a NUL there: 12.3 %; 1,240 or 0.912; 10.1 to 14.9 %; 2026-11-23.
 * NaN is "-", which is not in `text`. */
enum { TW_PAGE_CELL = 64 };
struct tw_str tw_page_percent(char text[TW_PAGE_CELL], double v);
struct tw_str tw_page_number(char text[TW_PAGE_CELL], double v, unsigned digits);
struct tw_str tw_page_percents(char text[TW_PAGE_CELL], double lo, double hi);
struct tw_str tw_page_numbers(char text[TW_PAGE_CELL], double lo, double hi, unsigned digits);
struct tw_str tw_page_day(char text[TW_PAGE_CELL], int32_t day);

/* Charts stand side by side where there is room. */
void tw_page_charts_begin(struct tw_page *p);
void tw_page_charts_end(struct tw_page *p);

/* Plain text with & < > " ' escaped; bytes that no text may hold (controls but tab and line feed) are left
 * out.
 */
void tw_page_escape(struct tw_buf *out, struct tw_str text);

#endif
