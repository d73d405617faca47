/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/money.h"

#include "decl/code.h"

enum { DIGITS_MAX = 4 }; /* the finest minor unit of ISO 4217 (CLF, UYW) */

static bool amount_waits(struct tw_money m)
{
    return m.cur[0] == '\0' && m.cur[1] >= '0' && m.cur[1] <= '9';
}

bool tw_money_waits(const struct tw_money *money, struct tw_dec *ret)
{
    if (!amount_waits(*money)) return false;
    *ret = (struct tw_dec){money->minor, (uint8_t)(money->cur[1] - '0'), true};
    return true;
}

static bool currency_waits(struct tw_money m)
{
    return m.cur[0] == '\0' && m.cur[1] >= 'A';
}

static tw_err too_large(struct tw_fault *fault)
{
    return tw_fail(fault, TW_RANGE, "the amount is too large; 900 million million is about the most");
}

static tw_err no_number(struct tw_str text, struct tw_fault *fault)
{
    return tw_fail(fault, TW_FORMAT,
                   "\"%.*s\" is no amount; write digits with at most one point, as in 1234.50",
                   (int)(text.n < 40 ? text.n : 40), text.n > 0 ? text.s : "");
}

/* Reads digits[.digits]. Nine decimals are kept. If something other than zeros follows, the last digit kept
 * is moved off 0 and 5, so that a later rounding to at most four decimals goes the way the whole text would.
 */
static tw_err read_amount(struct tw_str text, struct tw_dec *ret, struct tw_fault *fault)
{
    const int64_t room = (INT64_MAX - 9) / 10;
    int64_t v = 0;
    unsigned scale = 0;
    bool point = false, any = false, rest = false;
    for (size_t i = 0; i < text.n; i++) {
        unsigned digit = (unsigned)(unsigned char)text.s[i] - '0';
        if (digit > 9) {
            if (text.s[i] != '.' || point) return no_number(text, fault);
            point = true;
            continue;
        }
        any = true;
        if (!point || (scale < TW_DEC_SCALE_MAX && v <= room && !rest)) {
            if (v > room) return too_large(fault);
            v = v * 10 + (int64_t)digit;
            scale += point;
        } else if (digit != 0) {
            if (scale <= DIGITS_MAX) return too_large(fault);
            rest = true;
        }
    }
    if (!any) return no_number(text, fault);
    if (rest && v % 5 == 0) v++;
    *ret = (struct tw_dec){v, (uint8_t)scale, true};
    return TW_OK;
}

/* Both halves are here. */
static tw_err join(struct tw_dec amount, const struct tw_currency *cur, struct tw_money *ret,
                   struct tw_fault *fault)
{
    struct tw_dec minor = {0};
    if (tw_dec_rescale(amount, cur->digits, &minor) != TW_OK) return too_large(fault);
    *ret = (struct tw_money){.minor = minor.v};
    memcpy(ret->cur, cur->code, sizeof ret->cur);
    return TW_OK;
}

static tw_err set_amount(struct tw_money *money, struct tw_dec amount, struct tw_fault *fault)
{
    size_t from = currency_waits(*money) ? 1 : 0;
    if (from == 0 && money->cur[0] == '\0') {
        *money = (struct tw_money){.minor = amount.v, .cur = {'\0', (char)('0' + amount.scale)}};
        return TW_OK;
    }
    const struct tw_currency *cur = tw_currency_find((struct tw_str){money->cur + from, 3});
    if (cur == NULL) return tw_fail(fault, TW_FORMAT, "%.3s is no currency of ISO 4217", money->cur + from);
    return join(amount, cur, money, fault);
}

tw_err tw_money_set_amount(struct tw_money *money, struct tw_str text, struct tw_fault *fault)
{
    struct tw_dec amount = {0};
    if (text.n > 0 && text.s[0] == '-')
        return tw_fail(fault, TW_RANGE, "\"%.*s\" is below zero; 0 or more is allowed",
                       (int)(text.n < 40 ? text.n : 40), text.s);
    TW_TRY(read_amount(text, &amount, fault));
    return set_amount(money, amount, fault);
}

tw_err tw_money_set_signed(struct tw_money *money, struct tw_str text, struct tw_fault *fault)
{
    struct tw_dec amount = {0};
    bool minus = text.n > 0 && text.s[0] == '-';
    if (minus) text = (struct tw_str){text.s + 1, text.n - 1};
    TW_TRY(read_amount(text, &amount, fault));
    if (minus) amount.v = -amount.v;
    return set_amount(money, amount, fault);
}

static const struct tw_currency *find_currency(struct tw_str code)
{
    char upper[3];
    if (code.n != 3) return NULL;
    for (size_t i = 0; i < 3; i++)
        upper[i] = (char)(code.s[i] >= 'a' && code.s[i] <= 'z' ? code.s[i] - 'a' + 'A' : code.s[i]);
    return tw_currency_find((struct tw_str){upper, 3});
}

static tw_err no_currency(struct tw_str code, struct tw_fault *fault)
{
    return tw_fail(fault, TW_FORMAT, "\"%.*s\" is no currency of ISO 4217; three letters such as USD are",
                   (int)(code.n < 24 ? code.n : 24), code.n > 0 ? code.s : "");
}

tw_err tw_money_set_currency(struct tw_money *money, struct tw_str code, struct tw_fault *fault)
{
    const struct tw_currency *cur = find_currency(code);
    if (cur == NULL) return no_currency(code, fault);
    if (amount_waits(*money))
        return join((struct tw_dec){money->minor, (uint8_t)(money->cur[1] - '0'), true}, cur, money, fault);
    const char *held = currency_waits(*money) ? money->cur + 1 : money->cur;
    if (held[0] == '\0') {
        memcpy(money->cur + 1, cur->code, 3);
    } else if (memcmp(held, cur->code, 3) != 0) {
        return tw_fail(fault, TW_CONFLICT, "currency %s after %.3s; one amount has one currency", cur->code,
                       held);
    }
    return TW_OK;
}

tw_err tw_money_settle(struct tw_money *money, struct tw_str currency, struct tw_fault *fault)
{
    if (amount_waits(*money) && currency.n == 0)
        return tw_fail(fault, TW_FORMAT,
                       "the amount comes without a currency; say which it is in, such as USD");
    if (money->cur[0] != '\0') return TW_OK;
    if (!amount_waits(*money)) {
        *money = (struct tw_money){0};
        return TW_OK;
    }
    const struct tw_currency *cur = find_currency(currency);
    if (cur == NULL) return no_currency(currency, fault);
    return join((struct tw_dec){money->minor, (uint8_t)(money->cur[1] - '0'), true}, cur, money, fault);
}

struct tw_dec tw_money_dec(struct tw_money money)
{
    const struct tw_currency *cur = tw_currency_find(tw_money_cur(&money));
    if (cur == NULL) return (struct tw_dec){0};
    return (struct tw_dec){money.minor, cur->digits, true};
}

double tw_money_f64(struct tw_money money)
{
    return tw_dec_f64(tw_money_dec(money));
}

tw_err tw_money_from(struct tw_dec amount, struct tw_str currency, struct tw_money *ret,
                     struct tw_fault *fault)
{
    const struct tw_currency *cur = find_currency(currency);
    if (cur == NULL) return no_currency(currency, fault);
    if (!amount.set) return tw_fail(fault, TW_ARG, "there is no amount");
    return join(amount, cur, ret, fault);
}

void tw_buf_amount(struct tw_buf *b, struct tw_money money)
{
    struct tw_dec d = tw_money_dec(money);
    if (d.set) tw_buf_dec(b, d.v, d.scale);
}
