/* SPDX-License-Identifier: Apache-2.0 */
#include "store/db_record.h"

#include "station.h"

static struct tw_db *db;
static struct tw_arena *arena;

static void begin(void)
{
    CHECK(tw_db_begin(db, NULL) == TW_OK);
}

static void commit(void)
{
    CHECK(tw_db_commit(db, NULL) == TW_OK);
    tw_arena_reset(arena);
}

static void a_party_is_found_by_its_fingerprint(void)
{
    uint8_t id[TW_DB_ID];
    struct tw_db_party p = party_of(3), got;
    CHECK(tw_db_party_find(db, p.print, id, NULL) == TW_OK && memcmp(id, p.id, sizeof id) == 0);
    CHECK(tw_db_party(db, id, arena, &got, NULL) == TW_OK && tw_str_is(got.sealed, "sealed name"));
    CHECK(memcmp(got.id, p.id, sizeof id) == 0 && memcmp(got.print, p.print, sizeof id) == 0);
    begin();
    CHECK(tw_db_party_put(db, &p, NULL) == TW_CONFLICT);
    CHECK(tw_db_party_reseal(db, p.id, TW_STR("anew"), NULL) == TW_OK);
    p.id[9] = 1;
    CHECK(tw_db_party_put(db, &p, NULL) == TW_CONFLICT); /* another id, the same fingerprint */
    CHECK(tw_db_party_reseal(db, p.id, TW_STR("anew"), NULL) == TW_NOTFOUND);
    commit();
    CHECK(tw_db_party(db, id, arena, &got, NULL) == TW_OK && tw_str_is(got.sealed, "anew"));
    p.print[9] = 1;
    CHECK(tw_db_party_find(db, p.print, id, NULL) == TW_NOTFOUND);
}

static void a_declaration_comes_back_as_it_was_put(void)
{
    struct tw_db_role role[2];
    const struct tw_db_decl d = decl_of(3, role);
    struct tw_db_decl got;
    CHECK(tw_db_decl(db, 3, 0, arena, &got, NULL) == TW_OK);
    CHECK(got.head.reg == 3 && got.head.version == 1 && got.head.seq == 30 && got.head.channel == 3);
    CHECK(got.head.received_at == d.head.received_at && tw_str_eq(got.head.office, d.head.office));
    CHECK(tw_str_eq(got.head.hs, d.head.hs) && tw_str_eq(got.fields, d.fields) &&
          tw_str_eq(got.sealed, d.sealed));
    CHECK(memcmp(got.content, d.content, sizeof d.content) == 0 && memcmp(got.lrn, d.lrn, sizeof d.lrn) == 0);
    CHECK(got.roles == 2 && memcmp(got.role, role, sizeof role) == 0);
    CHECK(tw_db_decl(db, 3, 2, arena, &got, NULL) == TW_NOTFOUND);
    CHECK(tw_db_decl(db, 99, 0, arena, &got, NULL) == TW_NOTFOUND);
    CHECK(tw_db_decl(db, UINT64_MAX, 0, arena, &got, NULL) == TW_ARG);
}

static void what_came_in_before_is_known_by_declarant_and_number(void)
{
    struct tw_db_role role[2];
    const struct tw_db_decl d = decl_of(4, role);
    struct tw_db_lrn l = {.version = 1};
    struct tw_db_known k;
    memcpy(l.declarant, d.declarant, sizeof l.declarant);
    memcpy(l.lrn, d.lrn, sizeof l.lrn);
    CHECK(tw_db_decl_known(db, &l, &k, NULL) == TW_OK && k.reg == 4 && k.seq == 40 && k.version == 1);
    CHECK(memcmp(k.content, d.content, sizeof k.content) == 0);
    l.version = 0;
    CHECK(tw_db_decl_known(db, &l, &k, NULL) == TW_OK && k.version == 1);
    l.version = 2;
    CHECK(tw_db_decl_known(db, &l, &k, NULL) == TW_NOTFOUND);
}

static void what_contradicts_is_refused_and_the_batch_goes_on(void)
{
    struct tw_db_role role[2];
    struct tw_db_decl d = decl_of(4, role), got;
    begin();
    CHECK(tw_db_decl_put(db, &d, NULL) == TW_CONFLICT); /* reg */
    d.head.reg = 500;
    CHECK(tw_db_decl_put(db, &d, NULL) == TW_CONFLICT); /* seq */
    d.head.seq = 5000;
    CHECK(tw_db_decl_put(db, &d, NULL) == TW_CONFLICT); /* declarant, LRN and version */
    number(d.lrn, sizeof d.lrn, 500);
    number(role[1].party, TW_DB_ID, 77777);
    CHECK(tw_db_decl_put(db, &d, NULL) == TW_NOTFOUND); /* no such party */
    memcpy(role[1].party, role[0].party, TW_DB_ID);
    CHECK(tw_db_decl_put(db, &d, NULL) == TW_ARG); /* twice */
    d.head.version = 2;
    d.roles = 1;
    CHECK(tw_db_decl_put(db, &d, NULL) == TW_NOTFOUND); /* no version before */
    d.head.version = 1;
    CHECK(tw_db_decl_put(db, &d, NULL) == TW_OK);
    put_key(db, TW_DB_KEY_SOURCE, 500);
    commit();
    CHECK(tw_db_decl(db, 500, 1, arena, &got, NULL) == TW_OK && got.roles == 1);
    CHECK(damages_of(db) == 0);
}

static void values_outside_their_range_are_refused(void)
{
    struct tw_db_role role[2];
    struct tw_db_decl ok = decl_of(600, role), d;
    static char long_text[17 << 20];
    static struct tw_db_role many[TW_DB_PARTIES_MAX + 1];
    begin();
#define REFUSED(change, why)                                                                                 \
    do {                                                                                                     \
        d = ok;                                                                                              \
        change;                                                                                              \
        CHECK(tw_db_decl_put(db, &d, NULL) == (why));                                                        \
    } while (0)
    REFUSED(d.head.reg = INT64_MAX, TW_ARG);
    REFUSED(d.head.seq = UINT64_MAX, TW_ARG);
    REFUSED(d.head.version = 0, TW_ARG);
    REFUSED(d.head.channel = 64, TW_ARG);
    REFUSED(d.head.channel = -2, TW_ARG);
    REFUSED(d.head.state = -1, TW_ARG);
    REFUSED(d.head.hs = TW_STR("64039"), TW_ARG);
    REFUSED(d.head.hs = TW_STR("64039x"), TW_ARG);
    REFUSED(d.head.hs = TW_STR("640399 "), TW_ARG);
    REFUSED(d.head.hs = TW_STR("640399,851762"), TW_ARG);
    REFUSED(d.head.hs = TW_STR("851762 640399"), TW_ARG);
    REFUSED(d.head.hs = TW_STR("640399 640399"), TW_ARG);
    REFUSED((d.head.office = (struct tw_str){long_text, TW_DB_SHORT_MAX + 1}), TW_LIMIT);
    REFUSED((d.fields = (struct tw_str){long_text, (16 << 20) + 1}), TW_LIMIT);
    REFUSED((d.sealed = (struct tw_str){long_text, (16 << 20) + 1}), TW_LIMIT);
    REFUSED((d.role = many, d.roles = TW_DB_PARTIES_MAX + 1), TW_LIMIT);
    REFUSED((d.role = many, d.roles = 1), TW_ARG); /* no role */
    REFUSED((void)0, TW_OK);
#undef REFUSED
    tw_db_rollback(db);
    CHECK(tw_db_decl_put(db, &ok, NULL) == TW_ARG); /* no batch */
}

static void a_later_version_takes_the_place_of_the_one_before(void)
{
    struct tw_db_role role[2];
    struct tw_db_decl d = decl_of(7, role), got;
    const uint64_t all = count_of(db, TW_DB_FACET_OFFICE, "south");
    const uint64_t yellow = count_of(db, TW_DB_FACET_CHANNEL, "3");
    CHECK(tw_str_is(d.head.office, "south") && d.head.channel == 3);
    d.head.version = 2;
    d.head.seq = 6000;
    d.head.channel = TW_DB_NO_CHANNEL;
    d.head.hs = TW_STR("010121");
    begin();
    CHECK(tw_db_decl_put(db, &d, NULL) == TW_OK);
    commit();
    CHECK(tw_db_decl(db, 7, 0, arena, &got, NULL) == TW_OK && got.head.version == 2);
    CHECK(tw_db_decl(db, 7, 1, arena, &got, NULL) == TW_OK && got.head.seq == 70);
    CHECK(count_of(db, TW_DB_FACET_OFFICE, "south") == all);
    CHECK(count_of(db, TW_DB_FACET_CHANNEL, "3") == yellow - 1 &&
          count_of(db, TW_DB_FACET_CHANNEL, "-1") == 1);
    const struct tw_db_move later = {7, 2, 3, 1}, before = {7, 1, 2, 2}, none = {7, 3, 1, 1};
    begin();
    CHECK(tw_db_decl_move(db, &later, NULL) == TW_OK && tw_db_decl_move(db, &before, NULL) == TW_OK);
    CHECK(tw_db_decl_move(db, &none, NULL) == TW_NOTFOUND);
    commit();
    CHECK(count_of(db, TW_DB_FACET_CHANNEL, "3") == yellow && count_of(db, TW_DB_FACET_CHANNEL, "-1") == 0);
    CHECK(damages_of(db) == 0);
}

static tw_err sum_seq(void *to, const struct tw_db_decision *d, struct tw_fault *fault)
{
    uint64_t *sum = to;
    if (*sum > 0 && d->seq == 9999) return tw_fail(fault, TW_RANGE, "enough");
    *sum = *sum * 100 + d->seq % 100;
    return TW_OK;
}

static void decisions_come_back_and_go_by_in_order(void)
{
    struct tw_db_decision d = {.reg = 2,
                               .version = 1,
                               .seq = 11,
                               .decided_at = 5,
                               .channel = 3,
                               .basis = 1u << 31,
                               .propensity_ppm = 1000000,
                               .draw = UINT64_MAX - 1,
                               .features = {"\0\1", 2},
                               .record = TW_STR("{\"a\":1}")},
                          got;
    uint64_t sum = 0;
    begin();
    CHECK(tw_db_decision_put(db, &d, NULL) == TW_OK);
    CHECK(tw_db_decision_put(db, &d, NULL) == TW_CONFLICT);
    d.seq = 12;
    d.channel = 0;
    d.model[0] = 7;
    CHECK(tw_db_decision_put(db, &d, NULL) == TW_OK);
    d.reg = 3;
    d.seq = 10;
    CHECK(tw_db_decision_put(db, &d, NULL) == TW_OK);
    d.reg = 777;
    d.seq = 13;
    CHECK(tw_db_decision_put(db, &d, NULL) == TW_NOTFOUND); /* of nothing */
    d.reg = 3;
    d.channel = TW_DB_NO_CHANNEL;
    CHECK(tw_db_decision_put(db, &d, NULL) == TW_ARG);
    d.channel = 1;
    d.seq = 9999;
    CHECK(tw_db_decision_put(db, &d, NULL) == TW_OK);
    commit();
    CHECK(tw_db_decision(db, 2, 1, arena, &got, NULL) == TW_OK && got.seq == 12 &&
          got.draw == UINT64_MAX - 1);
    CHECK(got.features.n == 2 && got.features.s[1] == 1 && tw_str_is(got.record, "{\"a\":1}"));
    CHECK(got.model[0] == 7 && got.basis == 1u << 31 && got.propensity_ppm == 1000000);
    CHECK(tw_db_decision(db, 4, 1, arena, &got, NULL) == TW_NOTFOUND);
    CHECK(tw_db_decisions_from(db, &(struct tw_db_from){11, 2}, sum_seq, &sum, NULL) == TW_OK && sum == 1112);
    sum = 0;
    CHECK(tw_db_decisions_from(db, &(struct tw_db_from){0, 0}, sum_seq, &sum, NULL) == TW_RANGE &&
          sum == 101112);
}

static tw_err add_item(void *to, const struct tw_db_finding *f, struct tw_fault *fault)
{
    (void)fault;
    *(uint64_t *)to = *(uint64_t *)to * 10 + f->item;
    return TW_OK;
}

static void findings_are_read_in_order_and_by_declaration(void)
{
    struct tw_db_finding f = {.reg = 2, .seq = 900, .version = 1, .item = 1, .result = 4, .known_day = 20000};
    uint64_t all = 0, of = 0;
    f.record = TW_STR("{}");
    begin();
    CHECK(tw_db_finding_put(db, &f, NULL) == TW_OK && tw_db_finding_put(db, &f, NULL) == TW_CONFLICT);
    f.reg = 3;
    f.seq = 901;
    f.item = 2;
    CHECK(tw_db_finding_put(db, &f, NULL) == TW_OK);
    f.reg = 2;
    f.seq = 902;
    f.item = 3;
    CHECK(tw_db_finding_put(db, &f, NULL) == TW_OK);
    f.version = 9;
    f.seq = 903;
    CHECK(tw_db_finding_put(db, &f, NULL) == TW_NOTFOUND);
    commit();
    CHECK(tw_db_findings_from(db, &(struct tw_db_from){901, 0}, add_item, &all, NULL) == TW_OK && all == 23);
    CHECK(tw_db_findings_of(db, 2, add_item, &of, NULL) == TW_OK && of == 13);
}

static tw_err count_manifest(void *to, const struct tw_db_manifest *m, struct tw_fault *fault)
{
    (void)fault;
    *(uint64_t *)to += m->seq;
    return TW_OK;
}

static void manifests_have_versions_and_are_known_by_their_reference(void)
{
    struct tw_db_manifest m = {.reg = 800, .seq = 1, .version = 1, .received_at = 9, .ref = "ref"}, got;
    struct tw_db_known k;
    uint64_t sum = 0;
    m.fields = TW_STR("fields");
    m.sealed = TW_STR("source");
    begin();
    put_key(db, TW_DB_KEY_SOURCE, 800);
    CHECK(tw_db_manifest_put(db, &m, NULL) == TW_OK && tw_db_manifest_put(db, &m, NULL) == TW_CONFLICT);
    m.version = 2;
    m.seq = 2;
    m.sealed = TW_STR("");
    CHECK(tw_db_manifest_put(db, &m, NULL) == TW_OK);
    commit();
    CHECK(tw_db_manifest(db, 800, 1, arena, &got, NULL) == TW_OK && tw_str_is(got.sealed, "source"));
    CHECK(tw_db_manifest(db, 800, 0, arena, &got, NULL) == TW_OK && got.version == 2 && got.sealed.n == 0);
    CHECK(tw_db_manifest(db, 801, 0, arena, &got, NULL) == TW_NOTFOUND);
    CHECK(tw_db_manifest_known(db, m.ref, 2, &k, NULL) == TW_OK && k.reg == 800 && k.seq == 2);
    CHECK(tw_db_manifest_known(db, m.ref, 0, &k, NULL) == TW_OK && k.version == 2);
    CHECK(tw_db_manifest_known(db, m.ref, 3, &k, NULL) == TW_NOTFOUND);
    begin();
    CHECK(tw_db_manifest_forget(db, 801, NULL) == TW_NOTFOUND &&
          tw_db_manifest_forget(db, 800, NULL) == TW_OK);
    commit();
    CHECK(tw_db_manifest_known(db, m.ref, 2, &k, NULL) == TW_NOTFOUND);
    CHECK(tw_db_manifest(db, 800, 2, arena, &got, NULL) == TW_OK &&
          memcmp(got.ref, m.ref, sizeof m.ref) != 0);
    CHECK(tw_db_manifests_from(db, &(struct tw_db_from){0, 0}, count_manifest, &sum, NULL) == TW_OK &&
          sum == 3);
}

static tw_err count_decl(void *to, const struct tw_db_decl *d, struct tw_fault *fault)
{
    (void)fault;
    CHECK(d->roles >= 1 && tw_str_is(d->fields, "plain fields"));
    *(uint64_t *)to += 1;
    return TW_OK;
}

static void declarations_go_by_in_order_all_versions_with_their_parties(void)
{
    uint64_t n = 0;
    struct tw_db_ends e;
    CHECK(tw_db_decls_from(db, &(struct tw_db_from){95, 0}, count_decl, &n, NULL) == TW_OK && n == 13);
    CHECK(tw_db_ends(db, &e, NULL) == TW_OK && e.decl == 6000 && e.decision == 9999 && e.finding == 902);
    CHECK(e.manifest == 2 && e.reg == 800);
}

static void erasing_leaves_the_id_and_what_points_at_it(void)
{
    struct tw_db_party got;
    struct tw_db_decl d;
    uint8_t id[TW_DB_ID];
    const struct tw_db_party p = party_of(0);
    begin();
    CHECK(tw_db_party_erase(db, p.id, NULL) == TW_OK && tw_db_source_erase(db, 3, NULL) == TW_OK);
    commit();
    CHECK(tw_db_party(db, p.id, arena, &got, NULL) == TW_OK && got.sealed.n == 0 && got.print[0] == 0);
    CHECK(tw_db_party_find(db, p.print, id, NULL) == TW_NOTFOUND);
    CHECK(tw_db_decl(db, 3, 1, arena, &d, NULL) == TW_OK && d.sealed.n == 0 && d.roles == 2 &&
          d.fields.n > 0);
    begin();
    CHECK(tw_db_party_reseal(db, p.id, TW_STR("x"), NULL) == TW_NOTFOUND);
    CHECK(tw_db_party_put(db, &p, NULL) == TW_CONFLICT); /* ids are never used again */
    commit();
    CHECK(damages_of(db) == 0);
}

struct met {
    size_t n, erased;
};

static tw_err count_party(void *to, const struct tw_db_party *p, struct tw_fault *fault)
{
    struct met *m = to;
    (void)fault;
    m->n++;
    m->erased += p->sealed.n == 0 && p->print[0] == 0;
    return m->n == 99 ? TW_INTERRUPTED : TW_OK;
}

static void parties_go_by_those_that_were_erased_too(void)
{
    struct met m = {0}, most = {.n = 97};
    CHECK(tw_db_parties(db, count_party, &m, NULL) == TW_OK && m.n == 6 && m.erased == 1);
    CHECK(tw_db_parties(db, count_party, &most, NULL) == TW_INTERRUPTED && most.n == 99);
}

static void what_is_forgotten_is_not_known_again(void)
{
    struct tw_db_role role[2];
    const struct tw_db_decl d = decl_of(9, role);
    struct tw_db_lrn l = {.version = 1};
    struct tw_db_known known;
    struct tw_db_decl got;
    memcpy(l.declarant, d.declarant, sizeof l.declarant);
    memcpy(l.lrn, d.lrn, sizeof l.lrn);
    CHECK(tw_db_decl_known(db, &l, &known, NULL) == TW_OK && known.reg == 9);
    CHECK(tw_db_decl_forget(db, 9, NULL) == TW_ARG); /* no batch */
    begin();
    CHECK(tw_db_decl_forget(db, 999, NULL) == TW_NOTFOUND && tw_db_decl_forget(db, 9, NULL) == TW_OK);
    commit();
    CHECK(tw_db_decl_known(db, &l, &known, NULL) == TW_NOTFOUND);
    CHECK(tw_db_decl(db, 9, 1, arena, &got, NULL) == TW_OK && tw_str_eq(got.fields, d.fields) &&
          memcmp(got.content, d.content, sizeof d.content) != 0 &&
          memcmp(got.lrn, d.lrn, sizeof d.lrn) != 0 &&
          memcmp(got.declarant, d.declarant, sizeof d.declarant) != 0);
    CHECK(damages_of(db) == 0);
}

int main(void)
{
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    db = station_new();
    put_decls(db, 1, 20);
    RUN(a_party_is_found_by_its_fingerprint);
    RUN(a_declaration_comes_back_as_it_was_put);
    RUN(what_came_in_before_is_known_by_declarant_and_number);
    RUN(what_contradicts_is_refused_and_the_batch_goes_on);
    RUN(values_outside_their_range_are_refused);
    RUN(a_later_version_takes_the_place_of_the_one_before);
    RUN(decisions_come_back_and_go_by_in_order);
    RUN(findings_are_read_in_order_and_by_declaration);
    RUN(manifests_have_versions_and_are_known_by_their_reference);
    RUN(declarations_go_by_in_order_all_versions_with_their_parties);
    RUN(erasing_leaves_the_id_and_what_points_at_it);
    RUN(parties_go_by_those_that_were_erased_too);
    RUN(what_is_forgotten_is_not_known_again);
    tw_db_free(db);
    station_clear();
    tw_arena_free(arena);
    return DONE();
}
