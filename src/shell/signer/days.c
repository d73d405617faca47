/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/days_priv.h"

#include "base/date.h"
#include "base/mem.h"
#include "signer/text_priv.h"

static const char head[] = "tidewaiter-signer days 1\n";
static const char *const word[] = {[SIGNER_DAY_SHOWN] = " shown", [SIGNER_DAY_REVEALED] = " revealed"};
enum { DAY_BYTES = 10 };

/* Where the day stands, or would. */
static size_t place_of(const struct signer_days *d, int32_t day)
{
    size_t low = 0, high = d->n;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (d->at[mid].day < day)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

enum signer_day signer_days_of(const struct signer_days *d, int32_t day)
{
    const size_t i = place_of(d, day);
    return i < d->n && d->at[i].day == day ? d->at[i].is : SIGNER_DAY_NONE;
}

tw_err signer_days_ready(struct signer_days *d)
{
    if (d->n < d->cap) return TW_OK;
    const size_t cap = 2 * d->cap + 64;
    struct signer_day_row *at = tw_realloc(d->at, cap, sizeof *at);
    if (at == NULL) return TW_NOMEM;
    d->at = at;
    d->cap = cap;
    return TW_OK;
}

void signer_days_set(struct signer_days *d, int32_t day, enum signer_day is)
{
    const size_t i = place_of(d, day);
    if (i == d->n || d->at[i].day != day) {
        memmove(d->at + i + 1, d->at + i, (d->n - i) * sizeof *d->at);
        d->n++;
    }
    d->at[i] = (struct signer_day_row){.day = day, .is = is};
}

static tw_err read_row(struct tw_str line, struct signer_day_row *ret)
{
    if (line.n < DAY_BYTES) return TW_FORMAT;
    const struct tw_str is = {line.s + DAY_BYTES, line.n - DAY_BYTES};
    ret->is = tw_str_is(is, word[SIGNER_DAY_SHOWN])      ? SIGNER_DAY_SHOWN
              : tw_str_is(is, word[SIGNER_DAY_REVEALED]) ? SIGNER_DAY_REVEALED
                                                         : SIGNER_DAY_NONE;
    if (ret->is == SIGNER_DAY_NONE) return TW_FORMAT;
    return signer_day_read((struct tw_str){line.s, DAY_BYTES}, &ret->day);
}

static tw_err wrong(struct signer_days *d, uint32_t line, struct tw_fault *fault)
{
    signer_days_clear(d);
    if (fault != NULL) fault->line = line;
    return tw_fail(fault, TW_FORMAT,
                   "line %u of `days` is damaged; put the file back from a backup that is "
                   "younger than the last reveal",
                   line);
}

tw_err signer_days_parse(struct tw_str bytes, struct signer_days *ret, struct tw_fault *fault)
{
    struct signer_days d = {0};
    if (!tw_str_starts(bytes, TW_STR(head))) return wrong(&d, 1, fault);
    struct tw_str rest = {bytes.s + sizeof head - 1, bytes.n - (sizeof head - 1)};
    for (uint32_t line = 2; rest.n > 0; line++) {
        struct signer_day_row row;
        const char *end = memchr(rest.s, '\n', rest.n);
        if (end == NULL) return wrong(&d, line, fault);
        const struct tw_str text = {rest.s, (size_t)(end - rest.s)};
        if (read_row(text, &row) != TW_OK) return wrong(&d, line, fault);
        if (d.n > 0 && d.at[d.n - 1].day >= row.day) return wrong(&d, line, fault);
        if (signer_days_ready(&d) != TW_OK) {
            signer_days_clear(&d);
            return tw_fail(fault, TW_NOMEM, "out of memory");
        }
        signer_days_set(&d, row.day, row.is);
        rest = (struct tw_str){end + 1, rest.n - text.n - 1};
    }
    *ret = d;
    return TW_OK;
}

void signer_days_clear(struct signer_days *d)
{
    tw_free(d->at);
    *d = (struct signer_days){0};
}

void signer_days_write(const struct signer_days *d, struct tw_buf *out)
{
    tw_buf_text(out, head);
    for (size_t i = 0; i < d->n; i++) {
        if (d->at[i].is == SIGNER_DAY_NONE) continue;
        tw_buf_day(out, d->at[i].day);
        tw_buf_text(out, word[d->at[i].is]);
        tw_buf_char(out, '\n');
    }
}
