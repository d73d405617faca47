/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"
#include "message/edifact_compose_priv.h"
#include "message/edifact_segment.h"

/* UN/ECE level A: capital letters, digits, blank and these. The release character makes the service
 * characters among them data. */
static bool level_a(unsigned char c)
{
    static const char others[] = " .,-()/=!\"%&*;<>'+:?";
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c != '\0' && strchr(others, c) != NULL);
}

/* With UNOC a text that might as well be UTF-8 would be taken for that. */
enum edi_set edi_set_of(struct tw_str utf8)
{
    enum edi_set set = EDI_UNOA;
    bool lead = false; /* the character before, in ISO 8859-1, may begin one of UTF-8 */
    for (size_t i = 0; i < utf8.n; i++) {
        const unsigned char c = (unsigned char)utf8.s[i];
        if (c < 0x80U) {
            lead = false;
            if (!level_a(c)) set = EDI_UNOC;
            continue;
        }
        if (c < 0xC2U || c > 0xC3U || i + 1 == utf8.n) return EDI_UNOY;
        const unsigned latin1 = (c & 3U) << 6 | ((unsigned char)utf8.s[++i] & 0x3FU);
        if (latin1 < 0xA0U || (lead && latin1 < 0xC0U)) return EDI_UNOY;
        lead = latin1 >= 0xC2U;
        set = EDI_UNOC;
    }
    return set;
}

static void put_latin1(struct tw_buf *out, struct tw_str utf8)
{
    for (size_t i = 0; i < utf8.n; i++) {
        const unsigned char c = (unsigned char)utf8.s[i];
        const unsigned char one =
            c < 0x80U ? c : (unsigned char)((c & 3U) << 6 | ((unsigned char)utf8.s[++i] & 0x3FU));
        tw_buf_char(out, (char)one);
    }
}

static tw_err check_end(struct tw_str name, const char *what, struct tw_fault *fault)
{
    const struct tw_edi_spec spec = {.kind = 'x'};
    if (name.n == 0) return tw_fail(fault, TW_FORMAT, "an interchange needs a %s; give its number", what);
    if (tw_edi_length(&spec, name) <= 35) return TW_OK;
    return tw_fail(fault, TW_LIMIT,
                   "the %s \"%.*s\" is longer than 35 characters, which UNB takes; shorten it", what,
                   (int)(name.n < 60 ? name.n : 60), name.s);
}

tw_err edi_enclose(const struct tw_edi_ends *ends, enum edi_set set, unsigned version, struct tw_str message,
                   struct tw_buf *out, struct tw_fault *fault)
{
    static const char *const names[] = {"UNOA", "UNOC", "UNOY"};
    TW_SCOPED_BUF all = {0};
    char place[32], number[16];
    struct tw_buf time = tw_buf_in(place, sizeof place), reference = tw_buf_in(number, sizeof number);
    const struct tw_edi_service service = tw_edi_service_default(version);
    TW_TRY(check_end(ends->sender, "sender", fault));
    TW_TRY(check_end(ends->recipient, "recipient", fault));
    edi_time_digits(ends->at, &time);
    tw_buf_printf(&reference, "%014llX", (unsigned long long)(tw_hash64(message.s, message.n, 0) >> 8));
    const size_t century = version == 4 ? 0 : 2; /* version 4 has it */
    const struct tw_edi_value unb[] = {
        {tw_str_from(names[set]), 0, 0, 0},
        {version == 4 ? TW_STR("4") : TW_STR("3"), 0, 0, 1},
        {ends->sender, 1, 0, 0},
        {ends->recipient, 2, 0, 0},
        {{place + century, 8 - century}, 3, 0, 0},
        {{place + 8, 4}, 3, 0, 1},
        {{number, 14}, 4, 0, 0},
    };
    const struct tw_edi_value unz[] = {{TW_STR("1"), 0, 0, 0}, {{number, 14}, 1, 0, 0}};
    const struct tw_edi_segment opens = {.tag = TW_STR("UNB"), .value = unb, .n = 7, .service = service};
    const struct tw_edi_segment closes = {.tag = TW_STR("UNZ"), .value = unz, .n = 2, .service = service};
    if (version < 4)
        tw_edi_write_una(&service, &all); /* there the usual ones hold, and some know no other UNA */
    tw_edi_write(&opens, &all);
    tw_buf_str(&all, message);
    tw_edi_write(&closes, &all);
    if (all.failed) return TW_NOMEM;
    if (set == EDI_UNOC)
        put_latin1(out, tw_buf_view(&all));
    else
        tw_buf_str(out, tw_buf_view(&all));
    return out->failed ? TW_NOMEM : TW_OK;
}
