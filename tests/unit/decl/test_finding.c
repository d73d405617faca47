/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/finding.h"

#include "check.h"

static void every_code_reads_back_as_itself(void)
{
    for (int r = 0; r < TW_RESULT_N; r++) {
        enum tw_result back = TW_RESULT_N;
        const char *code = tw_result_code((enum tw_result)r);
        CHECK(code[0] != '\0' && tw_result_words((enum tw_result)r)[0] != '\0');
        CHECK(tw_result_parse(tw_str_from(code), &back, NULL) == TW_OK && (int)back == r);
    }
}

static void only_conform_is_no_finding_of_non_compliance(void)
{
    CHECK(!tw_result_found(TW_RESULT_CONFORM));
    for (int r = TW_RESULT_CONFORM + 1; r < TW_RESULT_N; r++) CHECK(tw_result_found((enum tw_result)r));
}

static void an_unknown_code_is_refused_with_what_is_allowed(void)
{
    struct tw_fault fault = {0};
    enum tw_result r = TW_RESULT_VALUE;
    CHECK(tw_result_parse(TW_STR("fraud"), &r, &fault) == TW_NOTFOUND && r == TW_RESULT_VALUE);
    CHECK(strstr(fault.note, "conform, description") != NULL);
}

static void a_number_that_is_no_result_has_no_name(void)
{
    CHECK(tw_result_code(TW_RESULT_N)[0] == '\0' && tw_result_words(TW_RESULT_N)[0] == '\0');
    CHECK(!tw_result_found(TW_RESULT_N));
}

int main(void)
{
    RUN(every_code_reads_back_as_itself);
    RUN(only_conform_is_no_finding_of_non_compliance);
    RUN(an_unknown_code_is_refused_with_what_is_allowed);
    RUN(a_number_that_is_no_result_has_no_name);
    return DONE();
}
