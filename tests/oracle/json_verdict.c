/* SPDX-License-Identifier: Apache-2.0 */
/* json_verdict FILE... -- what the JSON reader says of each file; the other half of test_json_corpus.py.
 * One line a file: whether it is taken as one text, whether as a file of texts, and the note of what refused
 * it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "message/json_split.h"

static bool slurp(const char *path, struct tw_buf *ret)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) return false;
    for (size_t n = 1; n > 0;) {
        char *at = tw_buf_room(ret, 4096);
        n = at != NULL ? fread(at, 1, 4096, f) : 0;
        ret->n += n;
    }
    return fclose(f) == 0 && !ret->failed;
}

static bool as_one(struct tw_str text, struct tw_arena *arena, struct tw_fault *fault)
{
    const struct tw_json_node *root;
    tw_arena_reset(arena);
    return tw_json_parse(text, NULL, arena, &root, fault) == TW_OK;
}

static bool as_file(struct tw_str text, struct tw_arena *arena)
{
    TW_SCOPED(tw_json_split) *s = NULL;
    struct tw_fault fault;
    bool any = tw_json_sniff(text), good = true;
    if (tw_json_split_new(0, &s, NULL) != TW_OK) exit(4);
    for (enum tw_json_step step = TW_JSON_MORE; step != TW_JSON_END;) {
        struct tw_json_piece piece;
        step = tw_json_split_next(s, &piece, &fault);
        any = any || step == TW_JSON_PIECE;
        if (step == TW_JSON_REFUSED || (step == TW_JSON_PIECE && !as_one(piece.text, arena, &fault)))
            good = false;
        if (step != TW_JSON_MORE) continue;
        size_t room;
        char *at = tw_json_split_room(s, &room);
        if (at == NULL) exit(4);
        if (room > text.n) room = text.n;
        memcpy(at, text.s, room);
        tw_json_split_filled(s, room);
        if (room == 0) tw_json_split_end(s);
        text = (struct tw_str){text.s + room, text.n - room};
    }
    return any && good;
}

int main(int argc, char **argv)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    if (tw_arena_new((size_t)64 << 20, &arena) != TW_OK) return 4;
    for (int i = 1; i < argc; i++) {
        TW_SCOPED_BUF text = {0};
        struct tw_fault fault = {0};
        if (!slurp(argv[i], &text)) return 4;
        if (text.p == NULL && tw_buf_room(&text, 1) == NULL) return 4;
        const bool one = as_one(tw_buf_view(&text), arena, &fault);
        const bool file = as_file(tw_buf_view(&text), arena);
        printf("%s\t%d\t%d\t%s\t%s\n", argv[i], one, file, fault.path, one ? "" : fault.note);
    }
    return 0;
}
