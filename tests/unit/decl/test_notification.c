/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "decl/element.h"
#include "decl/notification.h"

static void every_notice_is_found_by_its_code_and_by_its_function(void)
{
    const struct tw_vocabulary *v = tw_notice_vocabulary();
    CHECK(v->n == TW_NOTICE_N && v->n == 18);
    for (unsigned i = 0; i < TW_NOTICE_N; i++) {
        size_t back = v->n;
        CHECK(tw_vocabulary_find(v, tw_str_from(v->at[i].code), &back, NULL) == TW_OK && back == i);
        CHECK(tw_notice_of_function(tw_str_from(tw_notice_function((enum tw_notice)i))) == (enum tw_notice)i);
        CHECK(v->at[i].words[0] != '\0' && tw_notice_cause((enum tw_notice)i)[0] != '\0');
    }
}

static void functions_are_those_of_the_messages(void)
{
    CHECK(tw_notice_of_function(TW_STR("01")) == TW_NOTICE_ACC);
    CHECK(tw_notice_of_function(TW_STR("13")) == TW_NOTICE_TAX);
    CHECK(tw_notice_of_function(TW_STR("50")) == TW_NOTICE_ALV);
    CHECK(tw_notice_of_function(TW_STR("51")) == TW_NOTICE_QRY);
    CHECK(tw_notice_of_function(TW_STR("04")) == TW_NOTICE_N);
    CHECK(tw_notice_of_function(TW_STR("1")) == TW_NOTICE_N);
    CHECK(tw_notice_of_function((struct tw_str){NULL, 0}) == TW_NOTICE_N);
    CHECK(tw_notice_function(TW_NOTICE_N)[0] == '\0' && tw_notice_cause(TW_NOTICE_N)[0] == '\0');
}

static void an_empty_notification_has_nothing(void)
{
    struct tw_notification a, b;
    tw_notification_init(&a);
    tw_level_init(TW_LEVEL_NOTIFICATION, &b);
    CHECK(a.code == TW_NOTICE_N && a.issued_at == TW_NO_TIME && a.version == 0 && a.items.n == 0);
    CHECK(memcmp(&a, &b, sizeof a) == 0);
}

int main(void)
{
    RUN(every_notice_is_found_by_its_code_and_by_its_function);
    RUN(functions_are_those_of_the_messages);
    RUN(an_empty_notification_has_nothing);
    return DONE();
}
