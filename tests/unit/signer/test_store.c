/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/store_priv.h"

#include <sys/stat.h>

#include "audit/note.h"
#include "check.h"
#include "fault.h"
#include "home.h"

static const uint8_t root[TW_SHA256_BYTES] = {1, 2, 3};

static void what_was_signed_is_there_when_it_is_opened_again(void)
{
    struct signer_store s;
    TW_SCOPED_BUF first = {0};
    TW_SCOPED_BUF again = {0};
    home_make();
    CHECK(signer_store_open(home, &s, NULL) == TW_OK && s.size == 0 &&
          strcmp(s.origin, "test.example/log") == 0);
    CHECK(signer_store_sign(&s, 12, root, &first, NULL) == TW_OK && first.n == 92);
    CHECK(signer_store_day(&s, 20000, SIGNER_DAY_SHOWN, NULL) == TW_OK);
    CHECK(signer_store_day(&s, 20000, SIGNER_DAY_REVEALED, NULL) == TW_OK);
    CHECK(signer_store_day(&s, 19000, SIGNER_DAY_SHOWN, NULL) == TW_OK);
    signer_store_close(&s);
    CHECK(signer_store_open(home, &s, NULL) == TW_OK);
    CHECK(s.size == 12 && memcmp(s.root, root, sizeof root) == 0 && s.days.n == 2);
    CHECK(signer_days_of(&s.days, 20000) == SIGNER_DAY_REVEALED &&
          signer_days_of(&s.days, 19000) == SIGNER_DAY_SHOWN);
    CHECK(signer_store_sign(&s, 12, root, &again, NULL) == TW_OK);
    CHECK(tw_str_eq(tw_buf_view(&first), tw_buf_view(&again)));
    signer_store_close(&s);
    home_remove();
}

static void a_checkpoint_of_another_key_or_log_is_refused(void)
{
    struct signer_store s;
    struct tw_fault fault = {0};
    char kept[120];
    home_make();
    CHECK(snprintf(kept, sizeof kept, "%s/checkpoint", home_top) > 0);
    CHECK(rename(home_file("checkpoint"), kept) == 0);
    home_remove();
    home_make(); /* the same name, another key */
    CHECK(rename(kept, home_file("checkpoint")) == 0);
    CHECK(signer_store_open(home, &s, &fault) == TW_FORMAT && strstr(fault.note, "newest one") != NULL);
    signer_store_close(&s);
    home_remove();
}

static void nothing_is_told_that_could_not_be_written(void)
{
    struct signer_store s;
    struct tw_fault fault = {0};
    TW_SCOPED_BUF signature = {0};
    home_make();
    CHECK(signer_store_open(home, &s, NULL) == TW_OK);
    CHECK(mkdir(home_file("checkpoint.new"), 0700) == 0 && mkdir(home_file("days.new"), 0700) == 0);
    CHECK(signer_store_sign(&s, 12, root, &signature, &fault) == TW_IO && signature.n == 0 && s.size == 0);
    CHECK(signer_store_day(&s, 20000, SIGNER_DAY_SHOWN, &fault) == TW_IO);
    CHECK(signer_days_of(&s.days, 20000) == SIGNER_DAY_NONE);
    CHECK(rmdir(home_file("checkpoint.new")) == 0 && rmdir(home_file("days.new")) == 0);
    CHECK(signer_store_sign(&s, 12, root, &signature, &fault) == TW_OK && s.size == 12);
    CHECK(signer_store_day(&s, 20001, SIGNER_DAY_SHOWN, &fault) == TW_OK);
    signer_store_close(&s);
    CHECK(signer_store_open(home, &s, NULL) == TW_OK && s.days.n == 1 && s.size == 12);
    signer_store_close(&s);
    home_remove();
}

static tw_err open_again(void)
{
    struct signer_store s;
    const tw_err err = signer_store_open(home, &s, NULL);
    signer_store_close(&s);
    return err;
}

static tw_err day_again(void)
{
    struct signer_store s;
    tw_err err = signer_store_open(home, &s, NULL);
    if (err == TW_OK) err = signer_store_day(&s, 20000, SIGNER_DAY_SHOWN, NULL);
    signer_store_close(&s);
    return err;
}

static void survives_every_failed_allocation(void)
{
    home_make();
    CHECK(fault_each_allocation(open_again) > 1);
    CHECK(fault_each_allocation(day_again) > 2);
    home_remove();
}

int main(void)
{
    RUN(what_was_signed_is_there_when_it_is_opened_again);
    RUN(a_checkpoint_of_another_key_or_log_is_refused);
    RUN(nothing_is_told_that_could_not_be_written);
    RUN(survives_every_failed_allocation);
    CHECK(rmdir(home_top) == 0);
    return DONE();
}
