/* SPDX-License-Identifier: Apache-2.0 */
#include "criteria/signers.h"

#include "base/date.h"
#include "fault.h"
#include "people.h"

/* -- the configuration */

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINqEvL+nBH49ZDxEQHres3Q7qhr/AcX/Px+eVzNedW04"

static void refuses(const char *yaml, tw_err err, uint32_t line, const char *words)
{
    struct tw_signers *s = NULL;
    struct tw_fault fault = {0};
    const tw_err is = tw_signers_parse(tw_str_from(yaml), &s, &fault);
    if (is != err || fault.line != line || strstr(fault.note, words) == NULL)
        printf("# %u:%u %s: %s\n", fault.line, fault.column, fault.path, fault.note);
    CHECK(is == err && s == NULL && fault.line == line && strstr(fault.note, words) != NULL);
}

static void signers_are_read_with_all_they_say(void)
{
    struct tw_signers *s = people();
    size_t n;
    const struct tw_signer *k = tw_signers_at(s, &n);
    CHECK(n == 6 && tw_str_is(k[0].name, "kim") && k[0].may[TW_SIGNER_AUTHOR] &&
          !k[0].may[TW_SIGNER_REVIEWER]);
    CHECK(k[2].may[TW_SIGNER_AUTHOR] && k[2].may[TW_SIGNER_REVIEWER] && k[1].line == 5);
    CHECK(k[4].to == tw_day_from_civil(2025, 12, 31) && k[5].from == tw_day_from_civil(2026, 12, 1));
    CHECK(memcmp(k[1].key, key_of(LEE).key, sizeof k[1].key) == 0);
    tw_signers_free(s);
    tw_signers_free(NULL);
}

static void a_faulty_configuration_is_refused_at_its_place(void)
{
    refuses("signers: []\n", TW_FORMAT, 1, "one at the least");
    refuses("signers: kim\n", TW_FORMAT, 1, "a list");
    refuses("people: []\n", TW_FORMAT, 1, "");
    refuses("signers:\n- {name: Kim, roles: [author], key: " KEY "}\n", TW_FORMAT, 2, "small letters");
    refuses("signers:\n- {name: \"\", roles: [author], key: " KEY "}\n", TW_FORMAT, 2, "small letters");
    refuses("signers:\n- {name: kim, roles: [], key: " KEY "}\n", TW_FORMAT, 2, "no role");
    refuses("signers:\n- {name: kim, roles: [boss], key: " KEY "}\n", TW_FORMAT, 2,
            "author or reviewer (of sets), asker or confirmer (of erasures), not \"boss\"");
    refuses("signers:\n- {name: kim, roles: [author]}\n", TW_FORMAT, 2, "key");
    refuses("signers:\n- {name: kim, roles: [author], key: ssh-rsa AAAA}\n", TW_FORMAT, 2, "ssh-ed25519");
    refuses("signers:\n- {name: kim, roles: [author], key: ssh-ed25519 AAAA}\n", TW_FORMAT, 2, "cut off");
    refuses("signers:\n- {name: kim, roles: [author], key: " KEY
            ", valid: {from: 2026-01-02, to: 2026-01-01}}\n",
            TW_RANGE, 2, "before it begins");
    refuses("signers:\n- {name: kim, roles: [author], key: " KEY
            " kim}\n- {name: lee, roles: [reviewer], key: " KEY " lee}\n",
            TW_CONFLICT, 3, "\"kim\" in line 2");
}

/* A request to erase is signed for purposes of its own, by who has those roles. */
static void who_asks_and_who_confirms_sign_bytes(void)
{
    struct tw_signers *s = NULL;
    const struct tw_signer *by = NULL;
    struct tw_fault fault = {0};
    const struct tw_ssh_private kim = key_of(KIM), lee = key_of(LEE);
    TW_SCOPED_BUF yaml = {0}, asked = {0}, wrong = {0};
    tw_buf_text(&yaml, "signers:\n");
    put_signer(&yaml, KIM, "kim", "asker", "");
    put_signer(&yaml, LEE, "lee", "author, confirmer", "");
    CHECK(tw_signers_parse(tw_buf_view(&yaml), &s, NULL) == TW_OK);
    tw_ssh_sign(&kim, tw_signer_purpose(TW_SIGNER_ASKER), TW_STR("request"), &asked);
    struct tw_signed_bytes b = {TW_STR("request"), tw_buf_view(&asked), TW_NO_DAY};
    CHECK(tw_signers_judge_bytes(s, &b, TW_SIGNER_ASKER, &by, NULL) == TW_OK && tw_str_is(by->name, "kim"));
    CHECK(tw_signers_judge_bytes(s, &b, TW_SIGNER_CONFIRMER, &by, &fault) == TW_CONFLICT);
    CHECK(strcmp(fault.path, "confirmer") == 0 && strstr(fault.note, "tidewaiter-erasure-asker") != NULL);
    b.bytes = TW_STR("another");
    CHECK(tw_signers_judge_bytes(s, &b, TW_SIGNER_ASKER, &by, &fault) == TW_CONFLICT);
    CHECK(strstr(fault.note, "another request") != NULL);
    tw_ssh_sign(&lee, tw_signer_purpose(TW_SIGNER_ASKER), TW_STR("request"), &wrong);
    b = (struct tw_signed_bytes){TW_STR("request"), tw_buf_view(&wrong), TW_NO_DAY};
    CHECK(tw_signers_judge_bytes(s, &b, TW_SIGNER_ASKER, &by, &fault) == TW_CONFLICT);
    CHECK(strstr(fault.note, "\"lee\" may not sign as asker") != NULL);
    b.signature.n = 0;
    CHECK(tw_signers_judge_bytes(s, &b, TW_SIGNER_ASKER, &by, &fault) == TW_NOTFOUND);
    CHECK(strstr(fault.note, "tidewaiter erase sign --as asker") != NULL);
    tw_signers_free(s);
}

static void more_signers_than_the_limit_are_refused(void)
{
    TW_SCOPED_BUF yaml = {0};
    tw_buf_text(&yaml, "signers:\n");
    for (int i = 0; i <= TW_SIGNERS_MAX; i++) tw_buf_text(&yaml, "- {name: kim, roles: [author], key: x}\n");
    tw_buf_char(&yaml, '\0');
    refuses(yaml.p, TW_LIMIT, TW_SIGNERS_MAX + 2, "up to 1000");
}

/* -- judging */

/* A set, signed by two; 0 = by nobody. */
struct signed_set {
    struct tw_buf set, signature[TW_SIGNER_ROLES];
    struct tw_criteria *criteria;
    struct tw_signed_case c;
};

static void sign(struct signed_set *s, enum tw_signer_role role, uint8_t who, const char *purpose)
{
    const struct tw_ssh_private k = key_of(who);
    tw_buf_clear(&s->signature[role]);
    if (who != 0) tw_ssh_sign(&k, purpose, tw_buf_view(&s->set), &s->signature[role]);
    s->c.signature[role] = tw_buf_view(&s->signature[role]);
}

static struct signed_set signed_by(const char *author, uint8_t by, uint8_t reviewed)
{
    struct signed_set s = {.set = set_by(author, "apples", 1)};
    struct tw_fault fault = {0};
    CHECK(tw_criteria_parse(tw_buf_view(&s.set), NULL, NULL, &s.criteria, &fault) == TW_OK);
    s.c.set = s.criteria;
    s.c.bytes = tw_buf_view(&s.set);
    sign(&s, TW_SIGNER_AUTHOR, by, tw_signer_purpose(TW_SIGNER_AUTHOR));
    sign(&s, TW_SIGNER_REVIEWER, reviewed, tw_signer_purpose(TW_SIGNER_REVIEWER));
    return s;
}

static void clear(struct signed_set *s)
{
    tw_criteria_free(s->criteria);
    tw_buf_free(&s->set);
    for (int r = 0; r < TW_SIGNER_ROLES; r++) tw_buf_free(&s->signature[r]);
}

static int32_t today(void)
{
    return tw_day_from_civil(2026, 11, 28);
}

static void admits(struct signed_set s, int32_t day, const char *author, const char *reviewer)
{
    struct tw_signers *p = people();
    const struct tw_signer *by[TW_SIGNER_ROLES];
    struct tw_fault fault = {0};
    s.c.day = day;
    if (tw_signers_admit(p, &s.c, by, &fault) != TW_OK) printf("# %s\n", fault.note);
    CHECK(fault.code == TW_OK);
    CHECK(tw_str_is(by[TW_SIGNER_AUTHOR]->name, author) && tw_str_is(by[TW_SIGNER_REVIEWER]->name, reviewer));
    clear(&s);
    tw_signers_free(p);
}

static void turns_away(struct signed_set s, int32_t day, tw_err err, const char *role, const char *words)
{
    struct tw_signers *p = people();
    const struct tw_signer *by[TW_SIGNER_ROLES] = {NULL};
    struct tw_fault fault = {0};
    s.c.day = day;
    const tw_err is = tw_signers_admit(p, &s.c, by, &fault);
    if (is != err || strcmp(fault.path, role) != 0 || strstr(fault.note, words) == NULL)
        printf("# %s: %s\n", fault.path, fault.note);
    CHECK(is == err && strcmp(fault.path, role) == 0 && strstr(fault.note, words) != NULL && by[0] == NULL);
    clear(&s);
    tw_signers_free(p);
}

static void a_set_of_two_people_is_admitted(void)
{
    admits(signed_by("kim", KIM, LEE), today(), "kim", "lee");
    admits(signed_by("kim", KIM, MO), today(), "kim", "mo");
    admits(signed_by("mo", MO, LEE), today(), "mo", "lee");
}

static void both_signatures_are_needed(void)
{
    turns_away(signed_by("kim", KIM, 0), today(), TW_NOTFOUND, "reviewer", "criteria sign --as reviewer");
    turns_away(signed_by("kim", 0, LEE), today(), TW_NOTFOUND, "author", "there is no signature");
}

static void two_people_sign_and_not_one_twice(void)
{
    turns_away(signed_by("mo", MO, MO), today(), TW_CONFLICT, "", "a second person reviews");
    turns_away(signed_by("kim", KIM, KIM_TOO), today(), TW_CONFLICT, "",
               "\"kim\" signed as author and as reviewer");
    turns_away(signed_by("kim", KIM, KIM), today(), TW_CONFLICT, "reviewer", "may not sign as reviewer");
}

static void keys_that_are_not_named_count_for_nothing(void)
{
    turns_away(signed_by("kim", STRANGER, LEE), today(), TW_NOTFOUND, "author",
               "none of those that may sign");
    turns_away(signed_by("kim", KIM, STRANGER), today(), TW_NOTFOUND, "reviewer", "SHA256:");
}

static void the_author_is_the_one_that_the_set_names(void)
{
    turns_away(signed_by("mo", KIM, LEE), today(), TW_CONFLICT, "author", "its author is \"mo\"");
    turns_away(signed_by("lee", LEE, MO), today(), TW_CONFLICT, "author", "may not sign as author");
}

static void a_key_signs_on_its_days_and_what_is_published_stays(void)
{
    turns_away(signed_by("kim", KIM, OLD), today(), TW_CONFLICT, "reviewer", "valid to 2025-12-31");
    turns_away(signed_by("kim", KIM, YOUNG), today(), TW_CONFLICT, "reviewer", "valid from 2026-12-01");
    admits(signed_by("kim", KIM, OLD), tw_day_from_civil(2025, 12, 31), "kim", "old");
    admits(signed_by("kim", KIM, YOUNG), tw_day_from_civil(2026, 12, 1), "kim", "young");
    admits(signed_by("kim", KIM, OLD), TW_NO_DAY, "kim", "old");
}

static void a_signature_holds_in_its_role_alone(void)
{
    struct signed_set s = signed_by("mo", MO, LEE);
    s.c.signature[TW_SIGNER_REVIEWER] = s.c.signature[TW_SIGNER_AUTHOR];
    turns_away(s, today(), TW_CONFLICT, "reviewer", "made for \"tidewaiter-criteria-author\"");
    s = signed_by("kim", KIM, LEE);
    sign(&s, TW_SIGNER_AUTHOR, KIM, "git");
    turns_away(s, today(), TW_CONFLICT, "author", "made for \"git\"");
}

static void a_signature_is_of_its_set_alone(void)
{
    struct signed_set s = signed_by("kim", KIM, LEE), other = {.set = set_by("kim", "pears", 1)};
    sign(&other, TW_SIGNER_REVIEWER, LEE, tw_signer_purpose(TW_SIGNER_REVIEWER));
    s.c.signature[TW_SIGNER_REVIEWER] = other.c.signature[TW_SIGNER_REVIEWER];
    turns_away(s, today(), TW_CONFLICT, "reviewer", "another set or version");
    s = signed_by("kim", KIM, LEE);
    clear(&other);
    other.set = set_by("kim", "apples", 2);
    other.criteria = NULL;
    sign(&other, TW_SIGNER_AUTHOR, KIM, tw_signer_purpose(TW_SIGNER_AUTHOR));
    s.c.signature[TW_SIGNER_AUTHOR] = other.c.signature[TW_SIGNER_AUTHOR];
    turns_away(s, today(), TW_CONFLICT, "author", "another set or version");
    clear(&other);
}

static void no_byte_of_a_set_can_be_changed(void)
{
    struct signed_set s = signed_by("kim", KIM, LEE);
    struct tw_signers *p = people();
    const struct tw_signer *by[TW_SIGNER_ROLES];
    s.c.day = today();
    for (size_t i = 0; i < s.set.n; i++) {
        s.set.p[i] ^= 1;
        CHECK(tw_signers_admit(p, &s.c, by, NULL) == TW_CONFLICT);
        s.set.p[i] ^= 1;
    }
    s.c.bytes.n--;
    CHECK(tw_signers_admit(p, &s.c, by, NULL) == TW_CONFLICT);
    s.c.bytes.n++;
    CHECK(tw_signers_admit(p, &s.c, by, NULL) == TW_OK);
    tw_signers_free(p);
    clear(&s);
}

static void what_is_no_signature_is_told(void)
{
    struct signed_set s = signed_by("kim", KIM, LEE);
    s.c.signature[TW_SIGNER_AUTHOR] = TW_STR("signed, kim\n");
    turns_away(s, today(), TW_FORMAT, "author", "no signature, or a damaged one");
}

static tw_err all_of_it(void)
{
    static const char yaml[] = "signers:\n- {name: kim, roles: [author], key: " KEY "}\n";
    struct tw_signers *s = NULL;
    TW_TRY(tw_signers_parse(TW_STR(yaml), &s, NULL));
    tw_signers_free(s);
    return TW_OK;
}

static void without_memory_there_are_no_signers(void)
{
    CHECK(fault_each_allocation(all_of_it) > 3);
}

int main(void)
{
    RUN(signers_are_read_with_all_they_say);
    RUN(a_faulty_configuration_is_refused_at_its_place);
    RUN(who_asks_and_who_confirms_sign_bytes);
    RUN(more_signers_than_the_limit_are_refused);
    RUN(a_set_of_two_people_is_admitted);
    RUN(both_signatures_are_needed);
    RUN(two_people_sign_and_not_one_twice);
    RUN(keys_that_are_not_named_count_for_nothing);
    RUN(the_author_is_the_one_that_the_set_names);
    RUN(a_key_signs_on_its_days_and_what_is_published_stays);
    RUN(a_signature_holds_in_its_role_alone);
    RUN(a_signature_is_of_its_set_alone);
    RUN(no_byte_of_a_set_can_be_changed);
    RUN(what_is_no_signature_is_told);
    RUN(without_memory_there_are_no_signers);
    return DONE();
}
