/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/checkpoint.h"

#include <string.h>

#include "audit/note.h"
#include "base/base64.h"

bool tw_checkpoint_number(struct tw_str text, uint64_t *ret)
{
    uint64_t v = 0;
    if (text.n == 0 || (text.n > 1 && text.s[0] == '0')) return false;
    for (size_t i = 0; i < text.n; i++) {
        const unsigned digit = (unsigned)(uint8_t)text.s[i] - '0';
        if (digit > 9 || v > ((uint64_t)INT64_MAX - digit) / 10) return false;
        v = v * 10 + digit;
    }
    *ret = v;
    return true;
}

bool tw_checkpoint_hash(struct tw_str text, uint8_t ret[TW_TLOG_HASH])
{
    char room[TW_TLOG_HASH + 3];
    struct tw_buf bytes = tw_buf_in(room, sizeof room);
    if (tw_base64_read(text, &bytes) != TW_OK || bytes.n != TW_TLOG_HASH) return false;
    memcpy(ret, room, TW_TLOG_HASH);
    return true;
}

static tw_err wrong(struct tw_fault *fault, uint32_t line, const char *note)
{
    if (fault != NULL) fault->line = line;
    return tw_fail(fault, TW_FORMAT, "%s", note);
}

tw_err tw_checkpoint_read(struct tw_str text, struct tw_checkpoint *ret, struct tw_fault *fault)
{
    struct tw_str rest = text;
    struct tw_checkpoint c = {.origin = tw_str_cut(rest, '\n', &rest)};
    if (text.n == 0 || text.s[text.n - 1] != '\n')
        return wrong(fault, 1, "a checkpoint is lines, each with its line feed");
    if (c.origin.n == 0 || c.origin.n > TW_NOTE_NAME_MAX)
        return wrong(fault, 1, "a checkpoint begins with its log's origin, of up to 255 bytes");
    if (!tw_checkpoint_number(tw_str_cut(rest, '\n', &rest), &c.size))
        return wrong(fault, 2, "the second line of a checkpoint is how many leaves there are");
    if (!tw_checkpoint_hash(tw_str_cut(rest, '\n', &rest), c.root))
        return wrong(fault, 3, "the third line of a checkpoint is the root, 32 bytes in base64");
    c.more = rest;
    for (uint32_t line = 4; rest.n > 0; line++)
        if (tw_str_cut(rest, '\n', &rest).n == 0)
            return wrong(fault, line, "a checkpoint has no empty lines");
    *ret = c;
    return TW_OK;
}

void tw_checkpoint_put(const struct tw_checkpoint *c, struct tw_buf *out)
{
    tw_buf_str(out, c->origin);
    tw_buf_char(out, '\n');
    tw_buf_u64(out, c->size);
    tw_buf_char(out, '\n');
    tw_buf_base64(out, c->root, sizeof c->root);
    tw_buf_char(out, '\n');
    tw_buf_str(out, c->more);
}
