/* SPDX-License-Identifier: Apache-2.0 */
#include "score/forest_spec.h"

#include "fault.h"
#include "grow.h"

/* 0: x0 < 1 ? 1 : 2;  1: x1 < 0 ? 3 : 4 */
static struct grown *small(void)
{
    struct grown *g = calloc(1, sizeof *g);
    CHECK(g != NULL);
    struct grown_tree *m = &g->memory[0];
    uint32_t n = 1;
    split(m, &n, 0, 0, 1);
    split(m, &n, 1, 1, 0);
    float cover[] = {10, 6, 4, 1, 5}, value[] = {0, 0, -1, 2, 3};
    memcpy(m->cover, cover, sizeof cover);
    memcpy(m->value, value, sizeof value);
    g->tree[0].n = n;
    link_spec(g, 1, 2, 0.5F);
    return g;
}

static void refused(struct grown *g, tw_err code, const char *path, const char *note)
{
    struct tw_fault fault = {0};
    uint32_t depth = 77;
    CHECK(tw_forest_check(&g->spec, "trees", &depth, &fault) == code);
    CHECK(depth == 77);
    CHECK(fault.code == code);
    CHECK(strcmp(fault.path, path) == 0);
    CHECK(strstr(fault.note, note) != NULL);
    CHECK(tw_forest_check(&g->spec, "trees", NULL, NULL) == code);
    free(g);
}

static void tells_the_longest_path(void)
{
    uint32_t depth = 0;
    struct grown *g = small();
    CHECK(tw_forest_check(&g->spec, "trees", &depth, NULL) == TW_OK && depth == 2);
    g->spec.n_trees = 0;
    CHECK(tw_forest_check(&g->spec, "trees", &depth, NULL) == TW_OK && depth == 0);
    free(g);
}

static void leaves_the_fault_alone_when_all_is_well(void)
{
    struct grown *g = small();
    struct tw_fault fault = {.path = "mine"};
    CHECK(tw_forest_check(&g->spec, "trees", NULL, &fault) == TW_OK);
    CHECK(strcmp(fault.path, "mine") == 0);
    free(g);
}

static void refuses_children_that_make_no_tree(void)
{
    int32_t bad[] = {0, 1, -1, 5, INT32_MAX, INT32_MIN};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        struct grown *g = small();
        g->memory[0].left[1] = bad[k];
        refused(g, TW_FORMAT, "trees[0].left[1]", "a child stands after its parent");
        g = small();
        g->memory[0].right[1] = bad[k];
        refused(g, TW_FORMAT, "trees[0].right[1]", "a child stands after its parent");
    }
    struct grown *g = small();
    g->memory[0].right[1] = 3;
    refused(g, TW_FORMAT, "trees[0].right[1]", "already has a parent");
    g = small();
    g->memory[0].feature[1] = TW_LEAF;
    g->memory[0].left[1] = g->memory[0].right[1] = 0;
    refused(g, TW_FORMAT, "trees[0].feature[3]", "no node's child");
}

static void refuses_numbers_that_are_none(void)
{
    float bad[] = {NAN, INFINITY, -INFINITY};
    for (size_t k = 0; k < 3; k++) {
        struct grown *g = small();
        g->memory[0].threshold[1] = bad[k];
        refused(g, TW_FORMAT, "trees[0].threshold[1]", "finite");
        g = small();
        g->memory[0].value[4] = bad[k];
        refused(g, TW_RANGE, "trees[0].value[4]", "1e9");
        g = small();
        g->memory[0].cover[2] = bad[k];
        refused(g, TW_FORMAT, "trees[0].cover[2]", "above 0");
        g = small();
        g->spec.base_margin = bad[k];
        refused(g, TW_RANGE, "trees", "base margin");
    }
    struct grown *g = small();
    g->memory[0].value[4] = 1.1e9F;
    refused(g, TW_RANGE, "trees[0].value[4]", "1e9");
    g = small();
    g->memory[0].cover[2] = 0;
    refused(g, TW_FORMAT, "trees[0].cover[2]", "above 0");
    g = small();
    g->memory[0].cover[4] = 5.1F;
    refused(g, TW_FORMAT, "trees[0].cover[1]", "together");
}

static void refuses_what_does_not_belong_in_a_node(void)
{
    struct grown *g = small();
    g->memory[0].feature[1] = 2;
    refused(g, TW_FORMAT, "trees[0].feature[1]", "from 0 to 1");
    g = small();
    g->memory[0].feature[1] = -2;
    refused(g, TW_FORMAT, "trees[0].feature[1]", "-1 (a leaf)");
    g = small();
    g->memory[0].default_left[0] = 2;
    refused(g, TW_FORMAT, "trees[0].default_left[0]", "0 or 1");
    g = small();
    g->memory[0].value[0] = 1;
    refused(g, TW_FORMAT, "trees[0].value[0]", "has children");
    g = small();
    g->memory[0].threshold[2] = 1;
    refused(g, TW_FORMAT, "trees[0].feature[2]", "this is a leaf");
    g = small();
    g->memory[0].left[2] = 4;
    refused(g, TW_FORMAT, "trees[0].feature[2]", "this is a leaf");
}

static void refuses_more_than_the_limits(void)
{
    struct grown *g = small();
    g->spec.n_trees = TW_TREES_MAX + 1;
    refused(g, TW_LIMIT, "trees", "at most 4096 trees");
    g = small();
    g->spec.n_features = TW_FEATURES_MAX + 1;
    refused(g, TW_LIMIT, "trees", "features");
    g = small();
    g->spec.n_features = 0;
    refused(g, TW_LIMIT, "trees", "features");
    g = small();
    g->tree[0].n = TW_NODES_MAX + 1;
    refused(g, TW_LIMIT, "trees[0].feature[65535]", "at most 65535 nodes");
    g = small();
    g->tree[0].n = 0;
    refused(g, TW_FORMAT, "trees[0].feature[0]", "at least one");
}

static struct grown *ladder(uint32_t depth)
{
    struct grown *g = calloc(1, sizeof *g);
    CHECK(g != NULL);
    struct grown_tree *m = &g->memory[0];
    uint32_t n = 1, i = 0;
    m->feature[0] = TW_LEAF;
    m->cover[0] = 1;
    for (uint32_t d = 0; d < depth; d++) {
        float cover = m->cover[i];
        i = (uint32_t)split(m, &n, i, 0, 0);
        m->cover[i] = m->cover[i + 1] = cover / 2;
    }
    g->tree[0].n = n;
    link_spec(g, 1, 1, 0);
    return g;
}

static void allows_64_questions_in_a_row_and_not_65(void)
{
    uint32_t depth = 0;
    struct grown *g = ladder(64);
    CHECK(tw_forest_check(&g->spec, "duty_trees", &depth, NULL) == TW_OK && depth == 64);
    free(g);
    refused(ladder(65), TW_LIMIT, "trees[0].left[127]", "at most 64 questions");
}

static tw_err check_small(void)
{
    struct grown *g = small();
    uint32_t depth = 9;
    tw_err err = tw_forest_check(&g->spec, "trees", &depth, NULL);
    CHECK(err == TW_OK ? depth == 2 : depth == 9);
    free(g);
    return err;
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(check_small) == 1);
}

int main(void)
{
    RUN(tells_the_longest_path);
    RUN(leaves_the_fault_alone_when_all_is_well);
    RUN(refuses_children_that_make_no_tree);
    RUN(refuses_numbers_that_are_none);
    RUN(refuses_what_does_not_belong_in_a_node);
    RUN(refuses_more_than_the_limits);
    RUN(allows_64_questions_in_a_row_and_not_65);
    RUN(survives_every_failed_allocation);
    return DONE();
}
