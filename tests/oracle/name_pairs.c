/* SPDX-License-Identifier: Apache-2.0 */
/* name_pairs -- reads lines LABEL, HOW, NAME, VARIANT (tab-separated, tests/oracle/name_noise.py) and writes
 * the score of each pair, one a line. Tokens weigh as rare as they are among all names read. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "name/index.h"

enum { PAIRS_MAX = 2000000 };

static void must(tw_err err)
{
    if (err == TW_OK) return;
    fprintf(stderr, "name_pairs: %s\n", tw_err_name(err));
    exit(1);
}

int main(void)
{
    static char line[8192];
    struct tw_name_fold *fold;
    struct tw_name_index *x;
    struct tw_name *pair = NULL;
    size_t n = 0, cap = 0;
    must(tw_name_fold_new(&fold, NULL));
    must(tw_name_index_new(&x));
    while (fgets(line, sizeof line, stdin) != NULL && n < PAIRS_MAX) {
        struct tw_str rest = tw_str_from(line), cell[4];
        for (size_t i = 0; i < 4; i++) cell[i] = tw_str_cut(rest, i < 3 ? '\t' : '\n', &rest);
        if (n == cap) {
            cap = cap > 0 ? 2 * cap : 1024;
            pair = tw_realloc(pair, 2 * cap, sizeof *pair);
            if (pair == NULL) must(TW_NOMEM);
        }
        tw_name_read(fold, cell[2], &pair[2 * n]);
        tw_name_read(fold, cell[3], &pair[2 * n + 1]);
        must(tw_name_index_add(x, &pair[2 * n]));
        n++;
    }
    must(tw_name_index_ready(x));
    for (size_t i = 0; i < n; i++) {
        struct tw_name_weights a, b;
        tw_name_index_weights(x, &pair[2 * i], &a);
        tw_name_index_weights(x, &pair[2 * i + 1], &b);
        printf("%.9f\n", tw_name_compare(&pair[2 * i], &a, &pair[2 * i + 1], &b).score);
    }
    tw_free(pair);
    tw_name_index_free(x);
    tw_name_fold_free(fold);
    return 0;
}
