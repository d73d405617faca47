/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/hash.h"
#include "border.h"
#include "fault.h"

static void tells_kinds_apart_and_finds_the_same_key_again(void)
{
    struct tw_profile *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK && tw_arena_new(8 << 20, &arena) == TW_OK);
    struct tw_look first = pass(p, declare(&s, 1, 1, 1, 20000, 100000, 5000), arena);
    for (int k = 0; k < TW_KIND_N; k++) {
        CHECK(first.item[0].at[k] == UINT32_MAX);
        if (!first.item[0].has[k]) continue;
        for (int j = 0; j < k; j++)
            CHECK(!first.item[0].has[j] || first.item[0].key[j] != first.item[0].key[k]);
    }
    struct tw_look again = pass(p, declare(&s, 2, 1, 1, 20000, 100000, 5000), arena);
    for (int k = 0; k < TW_KIND_N; k++)
        CHECK(!again.item[0].has[k] || tw_profile_stat(p, &again.item[0], (enum tw_kind)k)->n >= 1);
    CHECK(!again.item[0].has[TW_KIND_COURIER]); /* no courier was declared */
    tw_profile_free(p);
}

static void measures_price_per_kg_and_leaves_out_what_cannot_be_compared(void)
{
    struct tw_profile *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    struct tw_look look;
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK && tw_arena_new(8 << 20, &arena) == TW_OK);
    declare(&s, 1, 1, 1, 20000, 123450, 5000); /* 1,234.50 for 5 kg and 25 pieces */
    CHECK(tw_profile_look(p, &s.decl, arena, &look) == TW_OK);
    CHECK(look.item[0].price_kg == 24690.0 && look.item[0].price_unit == 4938.0 && look.value == 1234.5);
    CHECK(fabs(look.item[0].duty - 6172.5) < 1e-9 && isnan(look.item[0].log_ratio) && !look.low_value);
    s.item.net_mass_kg = (struct tw_dec){0, 0, true};
    CHECK(tw_profile_look(p, &s.decl, arena, &look) == TW_OK && isnan(look.item[0].price_kg));
    s.item.customs_value.cur[0] = '\0'; /* no rate for its currency */
    CHECK(tw_profile_look(p, &s.decl, arena, &look) == TW_OK && isnan(look.item[0].price_unit));
    CHECK(isnan(look.item[0].value));
    tw_profile_free(p);
}

/* -- what a key is made of */

enum {
    IMPORTER = 1,
    DECLARANT = 2,
    EXPORTER = 4,
    COURIER = 8,
    OFFICE = 16,
    ADDRESS = 32,
    HS2 = 64,
    HS4 = 128,
    HS6 = 256,
    ORIGIN = 512,
    DISPATCH = 1024,
    WORDS = 2048,
    RATE = 4096,
    TAX = 8192,
    PREFERENCE = 16384
};

/* Codes without which there is no such key, and those that only tell one from another. */
static const struct {
    unsigned needs, tells;
} made_of[TW_KIND_N] = {
    [TW_KIND_IMPORTER] = {IMPORTER, 0},
    [TW_KIND_DECLARANT] = {DECLARANT, 0},
    [TW_KIND_EXPORTER] = {EXPORTER, 0},
    [TW_KIND_COURIER] = {COURIER, 0},
    [TW_KIND_OFFICE] = {OFFICE, 0},
    [TW_KIND_ADDRESS] = {ADDRESS, 0},
    [TW_KIND_HS2] = {HS2, 0},
    [TW_KIND_HS4] = {HS4, 0},
    [TW_KIND_HS6] = {HS6, 0},
    [TW_KIND_ORIGIN] = {ORIGIN, 0},
    [TW_KIND_DISPATCH] = {DISPATCH, 0},
    [TW_KIND_ROUTE] = {ORIGIN | DISPATCH, 0},
    [TW_KIND_HS6_ORIGIN] = {HS6 | ORIGIN, 0},
    [TW_KIND_HS6_ROUTE] = {HS6 | ORIGIN | DISPATCH, 0},
    [TW_KIND_HS6_DISPATCH] = {HS6 | DISPATCH, 0},
    [TW_KIND_CELL] = {HS6 | ORIGIN | DISPATCH, RATE | TAX | PREFERENCE},
    [TW_KIND_IMPORTER_HS4] = {IMPORTER | HS4, 0},
    [TW_KIND_IMPORTER_ORIGIN] = {IMPORTER | ORIGIN, 0},
    [TW_KIND_IMPORTER_EXPORTER] = {IMPORTER | EXPORTER, 0},
    [TW_KIND_DECLARANT_IMPORTER] = {DECLARANT | IMPORTER, 0},
    [TW_KIND_EXPORTER_HS6] = {EXPORTER | HS6, 0},
    [TW_KIND_LANE] = {IMPORTER | HS4 | EXPORTER, 0},
    [TW_KIND_ORIGIN_HS2] = {ORIGIN | HS2, 0},
    [TW_KIND_DECLARANT_HS2] = {DECLARANT | HS2, 0},
    [TW_KIND_EXPORTER_ORIGIN] = {EXPORTER | ORIGIN, 0},
    [TW_KIND_DESCRIPTION] = {WORDS, 0},
    [TW_KIND_DESCRIPTION_HS6] = {WORDS | HS6, 0},
};

static void declare_all(struct shipment *s)
{
    declare(s, 1, 1, 1, 20000, 100000, 5000);
    s->decl.carrier.id = TW_STR("FAST");
    s->decl.importer.postcode = TW_STR("AB 1");
    s->item.tax_type = TW_STR("A");
    s->item.preference = TW_STR("300");
}

/* Changes what the codes in `which` stand for; `absent`: leaves it out. */
static void change(struct shipment *s, unsigned which, bool absent)
{
    const struct {
        unsigned code;
        struct tw_str *at;
        const char *to;
    } text[] = {{IMPORTER, &s->decl.importer.id, "other"},
                {DECLARANT, &s->decl.declarant.id, "other"},
                {EXPORTER, &s->decl.exporter.id, "other"},
                {COURIER, &s->decl.carrier.id, "other"},
                {OFFICE, &s->decl.office, "other"},
                {ADDRESS, &s->decl.importer.street, "other"},
                {HS2 | HS4 | HS6, &s->item.hs, "640301"},
                {HS4 | HS6, &s->item.hs, absent ? "85" : "852801"},
                {HS6, &s->item.hs, absent ? "8517" : "851702"},
                {ORIGIN, &s->item.origin, "VN"},
                {DISPATCH, &s->item.dispatch, "HK"},
                {WORDS, &s->item.description, "shoes"},
                {TAX, &s->item.tax_type, "B"},
                {PREFERENCE, &s->item.preference, "400"}};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++)
        if (text[i].code == which)
            *text[i].at = absent && which != (HS4 | HS6) && which != HS6 ? (struct tw_str){NULL, 0}
                                                                         : tw_str_from(text[i].to);
    if (which == ADDRESS && absent) s->decl.importer.postcode.n = 0;
    if (which == RATE) s->item.duty_rate = absent ? (struct tw_dec){0} : (struct tw_dec){51, 1, true};
}

static void makes_keys_of_their_codes_and_of_nothing_else(void)
{
    static const unsigned codes[] = {IMPORTER, DECLARANT,       EXPORTER,  COURIER, OFFICE,
                                     ADDRESS,  HS2 | HS4 | HS6, HS4 | HS6, HS6,     ORIGIN,
                                     DISPATCH, WORDS,           RATE,      TAX,     PREFERENCE};
    struct tw_profile *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    struct tw_look all, other;
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK && tw_arena_new(8 << 20, &arena) == TW_OK);
    declare_all(&s);
    CHECK(tw_profile_look(p, &s.decl, arena, &all) == TW_OK);
    for (int k = 0; k < TW_KIND_N; k++) CHECK(all.item[0].has[k] && all.item[0].key[k] != 0);
    for (size_t c = 0; c < sizeof codes / sizeof *codes; c++)
        for (int absent = 0; absent < 2; absent++) {
            declare_all(&s);
            change(&s, codes[c], absent);
            CHECK(tw_profile_look(p, &s.decl, arena, &other) == TW_OK);
            for (int k = 0; k < TW_KIND_N; k++) {
                const bool gone = absent && (made_of[k].needs & codes[c]) != 0;
                const bool changed = ((made_of[k].needs | made_of[k].tells) & codes[c]) != 0;
                CHECK(other.item[0].has[k] == !gone && (other.item[0].key[k] == 0) == gone);
                CHECK((other.item[0].key[k] != all.item[0].key[k]) == changed);
            }
        }
    tw_profile_free(p);
}

/* As docs/formats/profile.md has it, for whoever reads a saved state. */
static void makes_a_key_as_its_format_says(void)
{
    struct tw_profile *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    struct tw_look look;
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK && tw_arena_new(8 << 20, &arena) == TW_OK);
    declare_all(&s);
    CHECK(tw_profile_look(p, &s.decl, arena, &look) == TW_OK);
    const uint64_t importer = tw_hash64("IMP1", 4, 0x7477), hs6 = tw_hash64("851701", 6, 0x7477),
                   cn = tw_hash64("CN", 2, 0x7477);
    const uint64_t *key = look.item[0].key;
    CHECK(key[TW_KIND_GLOBAL] == tw_hash_join(TW_KIND_GLOBAL + 1, 1));
    CHECK(key[TW_KIND_IMPORTER] == tw_hash_join(TW_KIND_IMPORTER + 1, importer));
    CHECK(key[TW_KIND_HS6_ORIGIN] == tw_hash_join(TW_KIND_HS6_ORIGIN + 1, tw_hash_join(hs6, cn)));
    tw_profile_free(p);
}

/* One look at `d`, by a profile that knows nothing. */
static struct tw_look look_at(const struct tw_decl *d, struct tw_arena *arena)
{
    struct tw_profile *p = NULL;
    struct tw_look look;
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK && tw_profile_look(p, d, arena, &look) == TW_OK);
    tw_profile_free(p);
    return look;
}

static void finds_a_party_by_name_a_seller_and_a_header_s_country_where_the_better_is_absent(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    CHECK(tw_arena_new(8 << 20, &arena) == TW_OK);
    declare(&s, 1, 1, 1, 20000, 1, 1);
    const struct tw_look by_id = look_at(&s.decl, arena);
    s.decl.importer.name = s.decl.importer.id;
    s.decl.seller.id = s.decl.exporter.id;
    s.decl.dispatch = s.item.dispatch;
    s.decl.importer.id.n = s.decl.exporter.id.n = s.item.dispatch.n = 0;
    const struct tw_look by_other = look_at(&s.decl, arena);
    CHECK(memcmp(by_id.item[0].key, by_other.item[0].key, sizeof by_id.item[0].key) == 0);
    s.decl.importer.id = TW_STR("X");
    s.decl.exporter.name = TW_STR("Y");
    s.item.dispatch = TW_STR("ZZ");
    const struct tw_look better = look_at(&s.decl, arena);
    CHECK(better.item[0].key[TW_KIND_IMPORTER] != by_id.item[0].key[TW_KIND_IMPORTER]);
    CHECK(better.item[0].key[TW_KIND_EXPORTER] != by_id.item[0].key[TW_KIND_EXPORTER]);
    CHECK(better.item[0].key[TW_KIND_DISPATCH] != by_id.item[0].key[TW_KIND_DISPATCH]);
    /* National digits behind the six are the tariff's, not the goods'. */
    declare(&s, 1, 1, 1, 20000, 1, 1);
    s.item.hs = TW_STR("8517011234");
    CHECK(look_at(&s.decl, arena).item[0].key[TW_KIND_HS6] == by_id.item[0].key[TW_KIND_HS6]);
    s.item.hs = TW_STR("85170");
    const struct tw_look five = look_at(&s.decl, arena);
    CHECK(!five.item[0].has[TW_KIND_HS6] && five.item[0].hs6_code == 0);
    CHECK(five.item[0].key[TW_KIND_HS4] == by_id.item[0].key[TW_KIND_HS4]);
    s.item.hs = TW_STR("8");
    CHECK(!look_at(&s.decl, arena).item[0].has[TW_KIND_HS2]);
    s.item.origin.n = 0;
    CHECK(look_at(&s.decl, arena).item[0].origin_code == 0 && by_id.item[0].origin_code != 0);
    CHECK((by_id.item[0].hs6_code & 1) == 1 && (by_id.item[0].origin_code & 1) == 1); /* never 0 */
    CHECK(by_id.item[0].hs6_code != by_id.item[0].origin_code);
    static const char *const land[] = {"DE", "FR", "IT", "JP", "KR", "US", "VN", "TH"};
    for (size_t i = 0; i < 8; i++) {
        s.item.origin = tw_str_from(land[i]);
        CHECK((look_at(&s.decl, arena).item[0].origin_code & 1) == 1);
    }
}

static uint64_t address_key(const char *street, const char *postcode, struct tw_arena *arena)
{
    struct shipment s;
    declare(&s, 1, 1, 1, 20000, 1, 1);
    s.decl.importer.street = tw_str_from(street);
    s.decl.importer.postcode = tw_str_from(postcode);
    return look_at(&s.decl, arena).item[0].key[TW_KIND_ADDRESS];
}

static void a_place_stands_for_an_address(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    declare(&s, 1, 1, 1, 20000, 50000, 5000);
    s.decl.importer.place = 77;
    const uint64_t with = look_at(&s.decl, arena).item[0].key[TW_KIND_ADDRESS];
    s.decl.importer.street = s.decl.importer.postcode = (struct tw_str){NULL, 0};
    CHECK(with != 0 && look_at(&s.decl, arena).item[0].key[TW_KIND_ADDRESS] == with);
    s.decl.importer.place = 78;
    CHECK(look_at(&s.decl, arena).item[0].key[TW_KIND_ADDRESS] != with);
    s.decl.importer.place = 0;
    CHECK(look_at(&s.decl, arena).item[0].key[TW_KIND_ADDRESS] == 0);
}

static void takes_letters_and_figures_of_an_address_alone(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(8 << 20, &arena) == TW_OK);
    const uint64_t a = address_key("az AZ 09", "", arena);
    CHECK(a != 0 && a == address_key("AZ-az/0.9", "", arena) && a == address_key("AZAZ", "09", arena));
    CHECK(a != address_key("AZAZ0", "", arena) && a != address_key("AYAZ09", "", arena));
    CHECK(a == address_key("[A]Z@A`Z{0:/9", "", arena)); /* the neighbours of letters and figures are none */
    CHECK(address_key("\xc3\xa9", "", arena) != 0 && address_key(" .,-", "#", arena) == 0);
    CHECK(address_key("\xc3\x80", "", arena) !=
          address_key("\xc3", "", arena)); /* every byte of other scripts */
    CHECK(address_key("", "", arena) == 0 && address_key("", "1", arena) != 0);
    char longer[200];
    memset(longer, 'A', sizeof longer - 1);
    longer[199] = '\0';
    const uint64_t most = address_key(longer, "", arena);
    longer[160] = '\0';
    CHECK(address_key(longer, "", arena) == most);
    longer[159] = '\0';
    CHECK(address_key(longer, "", arena) != most && address_key(longer, "A", arena) == most);
}

/* -- measures */

static void takes_its_day_from_the_declaration_else_from_the_past(void)
{
    struct tw_profile *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    struct tw_look look;
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK && tw_arena_new(8 << 20, &arena) == TW_OK);
    declare(&s, 1, 1, 1, 20000, 1, 1);
    s.decl.lodged_at = TW_NO_TIME;
    CHECK(tw_profile_look(p, &s.decl, arena, &look) == TW_OK && look.day == 0 &&
          look.lodged_at == TW_NO_TIME);
    pass(p, declare(&s, 1, 1, 1, 20000, 1, 1), arena);
    s.decl.lodged_at = TW_NO_TIME;
    CHECK(tw_profile_look(p, &s.decl, arena, &look) == TW_OK && look.day == 20000);
    CHECK(look.declaration == tw_profile_declaration(TW_STR("D1")) && look.declaration != 0 && look.n == 1);
    s.decl.items.n = 0;
    CHECK(tw_profile_look(p, &s.decl, arena, &look) == TW_OK && look.n == 0 && look.item == NULL &&
          isnan(look.value));
    tw_profile_free(p);
    CHECK(tw_profile_declaration((struct tw_str){NULL, 0}) == 0);
}

static void knows_low_value_by_the_whole_declaration(void)
{
    static const struct {
        int64_t minor;
        double de_minimis;
        bool low;
    } row[] = {{7500, 150, true}, {7501, 150, false}, {1, 150, true}, {0, 150, false}, {7500, 0, false}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct tw_profile_limits limits = tw_profile_defaults();
        struct tw_profile *p = NULL;
        TW_SCOPED(tw_arena) *arena = NULL;
        struct shipment s;
        struct tw_look look;
        struct tw_item item[3];
        limits.de_minimis = row[i].de_minimis;
        CHECK(tw_profile_new(limits, &p) == TW_OK && tw_arena_new(8 << 20, &arena) == TW_OK);
        declare(&s, 1, 1, 1, 20000, row[i].minor, 1000);
        item[0] = item[1] = item[2] = s.item; /* twice the value; the third has none */
        item[2].customs_value.cur[0] = '\0';
        s.decl.items.at = item;
        s.decl.items.n = 3;
        CHECK(tw_profile_look(p, &s.decl, arena, &look) == TW_OK);
        CHECK(look.low_value == row[i].low && look.value == (double)row[i].minor * 2 / 100);
        tw_profile_free(p);
    }
}

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-9 * (1 + fabs(b));
}

static void measures_what_is_there_and_leaves_the_rest_absent(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    CHECK(tw_arena_new(8 << 20, &arena) == TW_OK);
    declare(&s, 1, 1, 1, 20000, 50000, 2000); /* 500.00, 2 kg net, 2.2 kg gross, 10 pieces, 5 % */
    s.item.package_count = 4;
    struct tw_look_item l = look_at(&s.decl, arena).item[0];
    CHECK(l.net_kg == 2 && l.gross_kg == 2.2 && l.units == 10 && l.packages == 4 && l.value == 500);
    CHECK(l.price_kg == 25000 && l.price_unit == 5000 && l.duty_percent == 5 && near(l.duty, 2500));
    CHECK(near(l.log_price, log(25000)) && near(l.log_tare, log(1.1)) && near(l.log_kg_unit, log(0.2)));
    CHECK(near(l.log_kg_package, log(0.5)) && near(l.stake, 2500));
    s.item.duty_amount = (struct tw_money){777, "XTS"}; /* as declared before value x rate */
    CHECK(look_at(&s.decl, arena).item[0].duty == 777);
    s.item.duty_amount.cur[0] = '\0';
    s.item.duty_rate.set = false;
    l = look_at(&s.decl, arena).item[0];
    CHECK(isnan(l.duty) && isnan(l.duty_percent) && l.stake == 0);
    s.item.customs_value.minor = 0;
    l = look_at(&s.decl, arena).item[0];
    CHECK(l.value == 0 && isnan(l.price_kg) && isnan(l.price_unit) && isnan(l.log_price) && l.stake == 0);
    s.item.net_mass_kg = s.item.quantity.value = (struct tw_dec){0, 0, true};
    s.item.package_count = 0;
    l = look_at(&s.decl, arena).item[0];
    CHECK(l.net_kg == 0 && l.units == 0 && l.packages == 0);
    CHECK(isnan(l.log_tare) && isnan(l.log_kg_unit) && isnan(l.log_kg_package));
    s.item.net_mass_kg.set = s.item.gross_mass_kg.set = s.item.quantity.value.set = false;
    s.item.package_count = -1;
    s.item.customs_value.cur[0] = '\0';
    l = look_at(&s.decl, arena).item[0];
    CHECK(isnan(l.net_kg) && isnan(l.gross_kg) && isnan(l.units) && isnan(l.packages) && isnan(l.value));
    CHECK(isnan(l.stake) && isnan(l.log_ratio) && isnan(l.usual_kg) && l.usual_kind == TW_KIND_N);
}

/* The narrowest population of twelve: by route, then by origin, then of the goods. */
static void compares_with_the_narrowest_population_that_is_large_enough(void)
{
    struct tw_profile *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    struct tw_look look;
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK && tw_arena_new(8 << 20, &arena) == TW_OK);
    for (int i = 0; i < 12; i++) {
        declare(&s, i, 1, 1, 20000, 100000, 1000);
        CHECK(tw_profile_look(p, &s.decl, arena, &look) == TW_OK && isnan(look.item[0].log_ratio));
        pass(p, &s.decl, arena);
    }
    declare(&s, 99, 1, 1, 20000, 400000, 1000);
    static const struct {
        const char *origin, *dispatch;
        enum tw_kind kind;
    } row[] = {{"CN", "SG", TW_KIND_HS6_ROUTE}, {"CN", "HK", TW_KIND_HS6_ORIGIN}, {"VN", "SG", TW_KIND_HS6}};
    for (size_t i = 0; i < 3; i++) {
        s.item.origin = tw_str_from(row[i].origin);
        s.item.dispatch = tw_str_from(row[i].dispatch);
        CHECK(tw_profile_look(p, &s.decl, arena, &look) == TW_OK && look.item[0].usual_kind == row[i].kind);
        CHECK(fabs(look.item[0].usual_kg / 100000 - 1) < 0.031);
        CHECK(near(look.item[0].log_ratio, log(400000 / look.item[0].usual_kg)));
    }
    tw_profile_free(p);
}

/* Half a year later the new generation has seen one price, and the older one still counts. */
static void takes_the_usual_price_from_both_generations(void)
{
    struct tw_profile *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    struct tw_look look;
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK && tw_arena_new(8 << 20, &arena) == TW_OK);
    for (int i = 0; i < 12; i++) pass(p, declare(&s, i, 1, 1, 20000, 100000, 1000), arena);
    pass(p, declare(&s, 20, 1, 1, 20200, 900000, 1000), arena);
    CHECK(tw_profile_look(p, declare(&s, 99, 1, 1, 20201, 400000, 1000), arena, &look) == TW_OK);
    CHECK(look.item[0].usual_kind == TW_KIND_HS6_ROUTE && fabs(look.item[0].usual_kg / 100000 - 1) < 0.031);
    tw_profile_free(p);
}

/* What is usual around an item is at stake where it is more than was declared: of the chapter, of the
 * importer, at its address, of the importer on the heading; each once it was seen often enough. */
static void puts_the_usual_duty_around_it_at_stake(void)
{
    static const struct {
        enum tw_kind shares; /* earlier items have this alone in common with the one looked at */
        int least;
    } around[] = {{TW_KIND_HS2, 5}, {TW_KIND_IMPORTER, 5}, {TW_KIND_ADDRESS, 5}, {TW_KIND_IMPORTER_HS4, 2}};
    for (size_t k = 0; k < sizeof around / sizeof around[0]; k++) {
        const enum tw_kind shares = around[k].shares;
        const bool importer = shares == TW_KIND_IMPORTER || shares == TW_KIND_IMPORTER_HS4;
        struct tw_profile *p = NULL;
        TW_SCOPED(tw_arena) *arena = NULL;
        struct shipment s;
        struct tw_look look;
        CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK && tw_arena_new(8 << 20, &arena) == TW_OK);
        for (int i = 0; i <= around[k].least; i++) {
            static const int64_t percent[] = {2, 8, 9};
            for (size_t d = 0; d < 3; d++) {
                const bool known = i >= around[k].least && percent[d] < 8;
                declare(&s, i, 1, 1, 20000, 10000, 1000);
                s.decl.importer.postcode = TW_STR("AB 1");
                s.item.duty_rate = (struct tw_dec){percent[d], 0, true};
                CHECK(tw_profile_look(p, &s.decl, arena, &look) == TW_OK);
                CHECK(near(look.item[0].stake, 100.0 * (double)(known ? 8 : percent[d])));
            }
            declare(&s, i, importer ? 1 : 2 + i, 1, 20000, 10000, 1000);
            char street[32];
            snprintf(street, sizeof street, "%d Wharf", i);
            if (shares != TW_KIND_ADDRESS) s.decl.importer.street = tw_str_from(street);
            s.decl.importer.postcode = TW_STR("AB 1");
            if (shares == TW_KIND_IMPORTER || shares == TW_KIND_ADDRESS) s.item.hs = TW_STR("640301");
            if (shares == TW_KIND_HS2) s.item.hs = TW_STR("852801");
            s.item.duty_rate = (struct tw_dec){8, 0, true};
            pass(p, &s.decl, arena);
        }
        tw_profile_free(p);
    }
}

static tw_err look_once(void)
{
    TW_SCOPED(tw_profile) *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    struct tw_look look = {.n = 42};
    declare(&s, 1, 1, 1, 20000, 1, 1);
    TW_TRY(tw_profile_new(tw_profile_defaults(), &p));
    TW_TRY(tw_arena_new(1 << 20, &arena));
    const tw_err err = tw_profile_look(p, &s.decl, arena, &look);
    CHECK(err == TW_OK || look.n == 42);
    return err;
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(look_once) >= 3);
}

static void takes_one_place_written_two_ways_as_one_address(void)
{
    struct tw_profile *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment a, b;
    struct tw_look one, two;
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK && tw_arena_new(8 << 20, &arena) == TW_OK);
    declare(&a, 1, 1, 1, 20000, 1, 1);
    declare(&b, 2, 2, 1, 20000, 1, 1);
    b.decl.importer.street = TW_STR("12, QUAY RD");
    CHECK(tw_profile_look(p, &a.decl, arena, &one) == TW_OK &&
          tw_profile_look(p, &b.decl, arena, &two) == TW_OK);
    CHECK(one.item[0].key[TW_KIND_ADDRESS] == two.item[0].key[TW_KIND_ADDRESS]);
    CHECK(one.item[0].key[TW_KIND_IMPORTER] != two.item[0].key[TW_KIND_IMPORTER]);
    tw_profile_free(p);
}

int main(void)
{
    RUN(tells_kinds_apart_and_finds_the_same_key_again);
    RUN(measures_price_per_kg_and_leaves_out_what_cannot_be_compared);
    RUN(takes_one_place_written_two_ways_as_one_address);
    RUN(makes_keys_of_their_codes_and_of_nothing_else);
    RUN(makes_a_key_as_its_format_says);
    RUN(finds_a_party_by_name_a_seller_and_a_header_s_country_where_the_better_is_absent);
    RUN(takes_letters_and_figures_of_an_address_alone);
    RUN(a_place_stands_for_an_address);
    RUN(takes_its_day_from_the_declaration_else_from_the_past);
    RUN(knows_low_value_by_the_whole_declaration);
    RUN(measures_what_is_there_and_leaves_the_rest_absent);
    RUN(compares_with_the_narrowest_population_that_is_large_enough);
    RUN(takes_the_usual_price_from_both_generations);
    RUN(puts_the_usual_duty_around_it_at_stake);
    RUN(survives_every_failed_allocation);
    return DONE();
}
