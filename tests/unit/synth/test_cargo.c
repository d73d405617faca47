/* SPDX-License-Identifier: Apache-2.0 */
#include "country.h"
#include "decl/code.h"

enum { SOME = 4000, BILL = 38, VOYAGE = 39, BOX = 6, LODGED = 1 };

/* What was on board, in all versions, by the end. */
struct seen {
    size_t manifests, versions, consignments, changed;
};

static void look_at(const struct tw_manifest *m, struct seen *s)
{
    s->manifests += m->version == 1;
    s->versions++;
    s->changed += m->lodged_at > m->arrival_at;
    const tw_err imo = tw_imo_check(m->transport_means, NULL);
    CHECK(imo == TW_OK);
    CHECK(m->consignments.n > 0 && m->consignment_total == (int64_t)m->consignments.n);
    for (size_t i = 0; i < m->consignments.n; i++) {
        const struct tw_consignment *c = &m->consignments.at[i];
        s->consignments += m->version == 1;
        CHECK(c->bill.n > 0 && c->package_count > 0 && c->gross_mass_kg.v > 0 && c->containers.n == 1);
        CHECK(c->items.n == 1 && tw_dec_f64(c->items.at[0].gross_mass_kg) == tw_dec_f64(c->gross_mass_kg));
    }
}

static void ships_carry_what_is_declared(void)
{
    struct country c;
    struct seen s = {0};
    country_open(&c, "harbor", 7, 0, SOME);
    CHECK(tw_synth_has_manifests(c.synth));
    tw_synth_headers(c.synth, &c.out);
    for (bool more = true; more;) {
        CHECK(tw_synth_next(c.synth, &c.out, &more) == TW_OK);
        const struct tw_synth_manifests m = tw_synth_manifests(c.synth);
        for (size_t i = 0; i < m.n; i++) look_at(&m.at[i], &s);
    }
    CHECK(tw_synth_manifests(c.synth).n > 0); /* the last day's */
    bool more = true;
    CHECK(tw_synth_next(c.synth, &c.out, &more) == TW_OK && !more && tw_synth_manifests(c.synth).n == 0);
    printf("# %zu manifests in %zu versions, %zu consignments\n", s.manifests, s.versions, s.consignments);
    CHECK(s.consignments > SOME / 3 && s.consignments < SOME && s.versions - s.manifests == s.changed);
    CHECK(s.changed > 0 && s.changed < s.consignments / 20);
    country_close(&c);
}

static void who_comes_by_sea_names_document_and_voyage(void)
{
    struct country c;
    struct tw_str cell[64], rest;
    size_t sea = 0;
    country_open(&c, "harbor", 7, 0, SOME);
    country_live(&c);
    rest = tw_buf_view(&c.out.declarations);
    size_t n = next_row(&rest, cell, 64);
    CHECK(n == VOYAGE + 1 && tw_str_is(cell[BILL], "bill_of_lading") && tw_str_is(cell[VOYAGE], "voyage"));
    while ((n = next_row(&rest, cell, 64)) > 0) {
        const bool by_sea = cell[BOX].n > 0;
        CHECK((cell[BILL].n > 0) == by_sea && (cell[VOYAGE].n > 0) == by_sea);
        if (by_sea && sea++ < 500) {
            const tw_err err = tw_container_check(cell[BOX], NULL);
            CHECK(err == TW_OK);
        }
    }
    CHECK(sea > SOME / 3);
    country_close(&c);
}

/* Rows without what stands behind the comma before `bill_of_lading`. */
static void without_cargo(struct tw_str text, struct tw_buf *out)
{
    while (text.n > 0) {
        struct tw_str row = tw_str_cut(text, '\n', &text);
        for (int commas = 0; row.n > 0 && commas < 2; row.n--) commas += row.s[row.n - 1] == ',';
        tw_buf_str(out, row);
        tw_buf_char(out, '\n');
    }
}

static void traffic_is_the_same_without_manifests(void)
{
    struct country with, without;
    TW_SCOPED_BUF cut = {0};
    country_open(&with, "harbor", 3, 0, SOME);
    country_open(&without, "harbor", 3, 0, SOME);
    memset(&without.world.manifests, 0, sizeof without.world.manifests);
    country_live(&with);
    country_live(&without);
    without_cargo(tw_buf_view(&with.out.declarations), &cut);
    CHECK(tw_str_eq(tw_buf_view(&cut), tw_buf_view(&without.out.declarations)));
    CHECK(tw_str_eq(tw_buf_view(&with.out.findings), tw_buf_view(&without.out.findings)));
    CHECK(tw_str_eq(tw_buf_view(&with.out.truth), tw_buf_view(&without.out.truth)));
    country_close(&with);
    country_close(&without);
}

int main(void)
{
    RUN(ships_carry_what_is_declared);
    RUN(who_comes_by_sea_names_document_and_voyage);
    RUN(traffic_is_the_same_without_manifests);
    return DONE();
}
