/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/vocabulary.h"

#include "check.h"

static const struct tw_word fruit[] = {{"apple", "a red one"}, {"pear", "a green one"}};
static const struct tw_vocabulary fruits = {"fruit", fruit, 2};

static void finds_a_code_byte_for_byte(void)
{
    size_t i = 7;
    CHECK(tw_vocabulary_find(&fruits, TW_STR("pear"), &i, NULL) == TW_OK && i == 1);
    CHECK(tw_vocabulary_find(&fruits, TW_STR("apple"), &i, NULL) == TW_OK && i == 0);
    i = 7;
    CHECK(tw_vocabulary_find(&fruits, TW_STR("Pear"), &i, NULL) == TW_NOTFOUND && i == 7);
    CHECK(tw_vocabulary_find(&fruits, TW_STR("pea"), &i, NULL) == TW_NOTFOUND && i == 7);
    CHECK(tw_vocabulary_find(&fruits, (struct tw_str){NULL, 0}, &i, NULL) == TW_NOTFOUND && i == 7);
}

static void says_what_is_allowed(void)
{
    struct tw_fault fault = {0};
    size_t i = 0;
    CHECK(tw_vocabulary_find(&fruits, TW_STR("plum"), &i, &fault) == TW_NOTFOUND);
    CHECK(fault.code == TW_NOTFOUND);
    CHECK(strcmp(fault.note, "\"plum\" is no fruit; allowed are apple, pear") == 0);
}

static void cuts_a_list_that_is_too_long_to_print(void)
{
    enum { N = 60 };
    static char code[N][8];
    struct tw_word word[N];
    for (int i = 0; i < N; i++) {
        snprintf(code[i], sizeof code[i], "code%d", i);
        word[i] = (struct tw_word){code[i], "words"};
    }
    struct tw_vocabulary many = {"code", word, N};
    struct tw_fault fault = {0};
    size_t i = 0;
    CHECK(tw_vocabulary_find(&many, TW_STR("a code far too long to be repeated in full"), &i, &fault) ==
          TW_NOTFOUND);
    CHECK(strstr(fault.note, "code0, code1, ") != NULL);
    CHECK(strcmp(fault.note + strlen(fault.note) - 5, ", ...") == 0);
    CHECK(strstr(fault.note, "\"a code far too long to b\"") != NULL);
}

int main(void)
{
    RUN(finds_a_code_byte_for_byte);
    RUN(says_what_is_allowed);
    RUN(cuts_a_list_that_is_too_long_to_print);
    return DONE();
}
