/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/day_keys.h"

#include <stdio.h>
#include <unistd.h>

#include "base/date.h"
#include "check.h"

static char top[] = "/tmp/tidewaiter-keys-XXXXXX";
static const uint8_t A[TW_SHA256_BYTES] = {1}, B[TW_SHA256_BYTES] = {2};

static tw_err open_keys(bool make, struct tw_day_keys **k, struct tw_fault *fault)
{
    const struct tw_day_keys_place place = {.dir = top, .make = make};
    return tw_day_keys_open(&place, k, fault);
}

static void path_of(const char *name, char ret[64])
{
    snprintf(ret, 64, "%s/%s", top, name);
}

static void empty(void)
{
    char path[64];
    path_of("commitments.jsonl", path);
    (void)unlink(path);
    path_of("keys.jsonl", path);
    (void)unlink(path);
}

static void days_come_back_in_order_and_old_ones_stay(void)
{
    struct tw_day_keys *k;
    CHECK(open_keys(true, &k, NULL) == TW_OK && tw_day_keys_n(k) == 0);
    CHECK(tw_day_keys_add(k, 20001, A, NULL) == TW_OK && tw_day_keys_add(k, 19000, B, NULL) == TW_OK);
    CHECK(tw_day_keys_add(k, 20001, A, NULL) == TW_OK && tw_day_keys_n(k) == 2);
    CHECK(tw_day_keys_commit(k, NULL) == TW_OK);
    tw_day_keys_free(k);
    CHECK(open_keys(true, &k, NULL) == TW_OK);
    CHECK(tw_day_keys_add(k, 20000, A, NULL) == TW_OK && tw_day_keys_commit(k, NULL) == TW_OK);
    tw_day_keys_free(k);
    CHECK(open_keys(false, &k, NULL) == TW_OK && tw_day_keys_n(k) == 3);
    const int32_t day[] = {19000, 20000, 20001};
    for (size_t i = 0; i < 3; i++) {
        const struct tw_day_key *row = tw_day_keys_at(k, i);
        CHECK(row->day == day[i] && row->key_line == i + 1 && row->sum_line == i + 1);
        CHECK(tw_day_keys_find(k, day[i]) == row);
    }
    CHECK(memcmp(tw_day_keys_find(k, 19000)->key, B, sizeof B) == 0);
    CHECK(tw_day_keys_find(k, 19001) == NULL && tw_day_keys_find(k, 30000) == NULL);
    tw_day_keys_free(k);
}

static void another_key_for_a_day_is_refused_and_nothing_changes_without_a_commit(void)
{
    struct tw_day_keys *k;
    struct tw_fault fault = {0};
    CHECK(open_keys(true, &k, NULL) == TW_OK);
    CHECK(tw_day_keys_add(k, 30000, A, NULL) == TW_OK);
    CHECK(tw_day_keys_add(k, 20001, B, &fault) == TW_CONFLICT);
    CHECK(strcmp(fault.path, "commitments.jsonl") == 0);
    tw_day_keys_free(k);
    CHECK(open_keys(false, &k, NULL) == TW_OK && tw_day_keys_n(k) == 3);
    CHECK(memcmp(tw_day_keys_find(k, 20001)->key, A, sizeof A) == 0);
    tw_day_keys_free(k);
}

/* What a crash between the two files leaves. */
static void a_commitment_may_lack_its_key_and_not_the_other_way_round(void)
{
    struct tw_day_keys *k;
    struct tw_fault fault = {0};
    char path[64];
    path_of("keys.jsonl", path);
    FILE *f = fopen(path, "w");
    CHECK(f != NULL);
    fprintf(f, "{\"day\":\"%s\",\"key\":\"%064d\"}\n", "2022-01-08", 7);
    CHECK(fclose(f) == 0);
    CHECK(open_keys(false, &k, NULL) == TW_OK);
    CHECK(tw_day_keys_find(k, 19000)->key_line == 1 && tw_day_keys_find(k, 20000)->key_line == 0);
    tw_day_keys_free(k);
    path_of("commitments.jsonl", path);
    f = fopen(path, "w");
    CHECK(f != NULL);
    fprintf(f, "\n{\"day\":\"2022-01-09\",\"sha256\":\"%064d\"}\n", 7);
    CHECK(fclose(f) == 0);
    CHECK(open_keys(false, &k, &fault) == TW_FORMAT);
    CHECK(fault.line == 1 && strcmp(fault.path, "keys.jsonl") == 0);
    CHECK(strstr(fault.note, "2022-01-08") != NULL);
    tw_day_keys_free(k);
}

static void what_is_not_there_is_only_made_when_asked(void)
{
    struct tw_day_keys *k;
    struct tw_fault fault = {0};
    empty();
    CHECK(open_keys(false, &k, &fault) == TW_NOTFOUND);
    tw_day_keys_free(k);
    CHECK(open_keys(true, &k, &fault) == TW_OK);
    tw_day_keys_free(k);
    CHECK(rmdir(top) == 0);
    CHECK(open_keys(true, &k, &fault) == TW_OK);
    CHECK(tw_day_keys_commit(k, &fault) == TW_OK); /* no days, yet a directory of keys */
    tw_day_keys_free(k);
    empty();
}

int main(void)
{
    CHECK(mkdtemp(top) != NULL);
    RUN(days_come_back_in_order_and_old_ones_stay);
    RUN(another_key_for_a_day_is_refused_and_nothing_changes_without_a_commit);
    RUN(a_commitment_may_lack_its_key_and_not_the_other_way_round);
    RUN(what_is_not_there_is_only_made_when_asked);
    CHECK(rmdir(top) == 0);
    return DONE();
}
