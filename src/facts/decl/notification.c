/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/notification.h"

#include <string.h>

#define X(id, function, code, words, cause) {code, words},
static const struct tw_word notice_words[] = {
#include "decl/notice.def"
};
#undef X

#define X(id, function, code, words, cause) function,
static const char *const functions[] = {
#include "decl/notice.def"
};
#undef X

#define X(id, function, code, words, cause) cause,
static const char *const causes[] = {
#include "decl/notice.def"
};
#undef X

static const struct tw_vocabulary notices = {"kind of notification", notice_words, TW_NOTICE_N};

const struct tw_vocabulary *tw_notice_vocabulary(void)
{
    return &notices;
}

const char *tw_notice_function(enum tw_notice notice)
{
    return (unsigned)notice < TW_NOTICE_N ? functions[notice] : "";
}

const char *tw_notice_cause(enum tw_notice notice)
{
    return (unsigned)notice < TW_NOTICE_N ? causes[notice] : "";
}

enum tw_notice tw_notice_of_function(struct tw_str function)
{
    unsigned i = 0;
    while (i < TW_NOTICE_N && !tw_str_is(function, functions[i])) i++;
    return (enum tw_notice)i;
}

void tw_notification_init(struct tw_notification *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->code = TW_NOTICE_N;
    ret->issued_at = ret->accepted_at = ret->cancelled_at = ret->rejected_at = TW_NO_TIME;
}
