/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/text_priv.h"

#include "base/date.h"

enum { DAY_BYTES = 10 };

tw_err signer_day_read(struct tw_str text, int32_t *ret)
{
    char room[16];
    struct tw_buf again = tw_buf_in(room, sizeof room);
    int32_t day;
    if (text.n != DAY_BYTES || tw_day_parse(text, &day, NULL) != TW_OK) return TW_FORMAT;
    tw_buf_day(&again, day);
    if (!tw_str_eq(tw_buf_view(&again), text)) return TW_FORMAT;
    *ret = day;
    return TW_OK;
}

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

tw_err signer_hex_read(struct tw_str text, uint8_t *ret, size_t n)
{
    if (text.n != 2 * n) return TW_FORMAT;
    for (size_t i = 0; i < n; i++) {
        const int high = digit_of(text.s[2 * i]), low = digit_of(text.s[2 * i + 1]);
        if (high < 0 || low < 0) return TW_FORMAT;
        ret[i] = (uint8_t)(high << 4 | low);
    }
    return TW_OK;
}
