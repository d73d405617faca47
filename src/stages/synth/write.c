/* SPDX-License-Identifier: Apache-2.0 */
/* Rows as an administration's export would have them. */
#include <math.h>

#include "base/date.h"
#include "base/hash.h"
#include "synth/synth_priv.h"

static const char *const DECLARATION_COLUMNS =
    "declaration_id,lodged_at,office,type,procedure,transport_mode,container_id,delivery_term,declarant.id,"
    "importer.id,"
    "importer.name,importer.street,importer.city,importer.postcode,importer.country,exporter.id,exporter."
    "name,"
    "exporter.country,courier.id,item,hs,description,origin,dispatch,preference,gross_mass_kg,net_mass_kg,"
    "quantity,"
    "quantity_unit,package_count,package_type,price,price_currency,freight,insurance,customs_value,duty_rate,"
    "duty_amount";

void tw_synth_headers(const struct tw_synth *s, struct tw_synth_out *out)
{
    tw_buf_text(&out->declarations, DECLARATION_COLUMNS);
    tw_buf_text(&out->declarations, tw_synth_has_manifests(s) ? ",bill_of_lading,voyage\n" : "\n");
    tw_buf_text(&out->findings,
                "declaration_id,item,result_code,delta_value,delta_duty,date_known,basis,propensity\n");
    tw_buf_text(&out->truth,
                "declaration_id,item,mechanism,result_code,true_hs,true_origin,true_value,true_net_mass_kg,"
                "recoverable_duty,noncompliant,would_miss,delay_days");
    for (int m = 1; m < TW_MECHANISM_N; m++)
        tw_buf_printf(&out->truth, ",%s", tw_mechanism_name((enum tw_mechanism)m));
    for (int c = 0; c < TW_CONFOUNDER_N; c++)
        tw_buf_printf(&out->truth, ",%s", tw_confounder_name((enum tw_confounder)c));
    tw_buf_char(&out->truth, '\n');
}

const char *result_code(enum tw_mechanism m)
{
    switch (m) {
    case TW_MECHANISM_MISCLASSIFICATION:
    case TW_MECHANISM_CONSOLIDATOR:
        return "classification";
    case TW_MECHANISM_FALSE_ORIGIN:
    case TW_MECHANISM_TRANSSHIPMENT:
        return "origin";
    case TW_MECHANISM_SHORT_WEIGHT:
        return "quantity";
    case TW_MECHANISM_PROHIBITED:
        return "prohibited";
    case TW_MECHANISM_COUNTERFEIT:
        return "ipr";
    case TW_MECHANISM_NONE:
        return "conform";
    default:
        return "value";
    }
}

void write_id(const struct tw_synth *s, struct tw_buf *out)
{
    int y, m, d;
    tw_day_to_civil(s->options.start_day, &y, &m, &d);
    char text[] = "00XX0000000000";
    text[0] = (char)('0' + y / 10 % 10);
    text[1] = (char)('0' + y % 10);
    text[2] = s->world->currency.s[0];
    text[3] = s->world->currency.s[1];
    int64_t n = s->done;
    for (int i = 13; i >= 4; i--, n /= 10) text[i] = (char)('0' + n % 10);
    tw_buf_put(out, text, sizeof text - 1);
}

/* A number that looks like no other: `digits` digits of a bijection (7) or of a hash (9). */
static void scrambled(struct tw_buf *out, const char *prefix, uint64_t n, int digits)
{
    uint64_t v =
        digits == 7 ? (n % 10000000 * 7368787 + 1234567) % 10000000 : tw_mix64(n + 0x5eed) % 1000000000;
    char text[9];
    for (int i = digits - 1; i >= 0; i--, v /= 10) text[i] = (char)('0' + v % 10);
    tw_buf_text(out, prefix);
    tw_buf_put(out, text, (size_t)digits);
}

static const char *const syllable[] = {"an",  "bel", "cor", "dan", "el",  "fir", "gan", "hal",  "in",
                                       "jor", "kal", "lum", "mar", "nor", "or",  "pal", "quin", "ros",
                                       "sol", "tar", "ul",  "ven", "wil", "xan", "yor", "zen"};

static void name(struct tw_buf *out, uint64_t n, const char *const *suffix, size_t suffixes)
{
    uint64_t h = tw_mix64(n + 0x77);
    size_t from = out->n;
    for (int i = 0; i < 2 + (int)(h % 2); i++, h = tw_mix64(h)) tw_buf_text(out, syllable[h % 26]);
    if (out->n > from) out->p[from] = (char)(out->p[from] - 'a' + 'A');
    tw_buf_char(out, ' ');
    tw_buf_text(out, suffix[tw_mix64(h) % suffixes]);
}

static void importer_name(struct tw_buf *out, uint64_t n)
{
    static const char *const suffix[] = {"Trading Ltd",  "Imports",    "& Sons",   "Logistics",
                                         "Retail Group", "Industries", "Foods",    "Supply Co",
                                         "Wholesale",    "Holding",    "Technics", "Home"};
    name(out, n, suffix, sizeof suffix / sizeof suffix[0]);
}

static void exporter_name(struct tw_buf *out, uint64_t n)
{
    static const char *const suffix[] = {"Manufacturing", "Export Co", "Factory",
                                         "International", "Group",     "Works"};
    name(out, n, suffix, sizeof suffix / sizeof suffix[0]);
}

void write_importer(uint64_t n, struct tw_buf *id, struct tw_buf *name_)
{
    scrambled(id, "IM", n, 7);
    importer_name(name_, n);
}

void write_exporter(uint64_t n, struct tw_buf *id, struct tw_buf *name_)
{
    scrambled(id, "EX", n, 9);
    exporter_name(name_, n);
}

static void address(struct tw_buf *out, uint32_t a)
{
    static const char *const street[] = {"Quay Road",      "Harbour Street", "Customs Lane",  "Mill Road",
                                         "Station Street", "Park Avenue",    "Market Square", "Dock Street",
                                         "Industrial Way", "North Road"};
    static const char *const city[] = {"Harbor", "Easton", "Northwick", "Saltmere", "Grandport"};
    uint64_t h = tw_mix64(a + 0x1234567u);
    tw_buf_u64(out, 1 + h % 240);
    tw_buf_char(out, ' ');
    tw_buf_text(out, street[h / 240 % 10]);
    tw_buf_char(out, ',');
    tw_buf_text(out, city[h / 2400 % 5]);
    tw_buf_char(out, ',');
    tw_buf_u64(out, 10000 + h / 12000 % 80000);
}

void write_description(const struct tw_synth *s, const struct goods_line *i, struct tw_buf *out)
{
    static const char *const vague[] = {"GENERAL MERCHANDISE", "PARTS",       "SAMPLES",
                                        "CONSOLIDATED CARGO",  "ACCESSORIES", "GOODS AS PER INVOICE",
                                        "HOUSEHOLD ITEMS",     "GIFT"};
    if (i->description == 2) {
        tw_buf_text(out, vague[i->vague % 8]);
        return;
    }
    const struct tw_world_goods *g = &s->goods->at[i->description == 1 ? i->true_goods : i->goods];
    tw_buf_str(out, g->description);
    /* Firms write in their own way: some add what kind, some shout. */
    uint64_t way = tw_mix64(s->now.firm * 31u + i->goods) % 6;
    static const char *const extra[] = {"", " NEW", " ASSORTED", " MODEL MIX", "", " FOR RETAIL"};
    tw_buf_text(out, extra[way]);
}

static void field(struct tw_buf *out)
{
    tw_buf_char(out, ',');
}

static void header_part(const struct tw_synth *s, const struct consignment *c, struct tw_buf *out)
{
    static const char *const term[] = {"FOB", "CIF", "EXW"};
    const struct tw_world_office *o = office_of(s, c->office);
    const struct tw_world_country *origin = country_of(s, c->item[0].origin);
    write_id(s, out);
    field(out);
    tw_buf_time(out, (int64_t)(s->options.start_day + c->day) * TW_DAY_S + c->second);
    field(out);
    tw_buf_str(out, o->code);
    tw_buf_text(out, ",IMA,");
    tw_buf_text(out, tw_mix64(c->firm) % 14 == 0 ? "4071" : "4000");
    field(out);
    tw_buf_i64(out, o->mode);
    field(out);
    if (o->mode == 1) cargo_container(s, (uint64_t)s->done, out);
    field(out);
    tw_buf_text(out, term[c->lane.term]);
    field(out);
    scrambled(out, "DC", c->declarant, 7);
    field(out);
    scrambled(out, "IM", c->identity, 7);
    field(out);
    importer_name(out, c->identity);
    field(out);
    address(out, c->address);
    field(out);
    tw_buf_put(out, s->world->currency.s, 2);
    field(out);
    scrambled(out, "EX", (uint64_t)c->lane.origin * 1000000 + c->lane.exporter, 9);
    field(out);
    exporter_name(out, (uint64_t)c->lane.origin * 1000000 + c->lane.exporter);
    field(out);
    tw_buf_str(out, origin->code);
    field(out);
    if (c->courier != 0) scrambled(out, "CR", c->courier, 7);
    field(out);
}

/* The transport document and the voyage that the declaration names. */
static void carried_part(const struct tw_synth *s, const struct consignment *c, struct tw_buf *out)
{
    field(out);
    if (s->aboard != NULL) tw_buf_str(out, s->aboard->named);
    field(out);
    if (s->aboard != NULL) cargo_voyage(s, s->aboard->office, c->day, s->aboard->vessel, out);
}

static void item_part(const struct tw_synth *s, const struct consignment *c, size_t k, struct tw_buf *out)
{
    const struct goods_line *i = &c->item[k];
    const struct tw_world_goods *g = &s->goods->at[i->goods];
    bool small = c->courier != 0, by_weight = tw_str_is(g->unit, "KGM");
    unsigned digits = (unsigned)currency_digits(s->currency[c->lane.currency]);
    double rate = s->rate[(size_t)c->day * s->currencies] * 100;
    tw_buf_u64(out, k + 1);
    field(out);
    tw_buf_str(out, g->hs);
    field(out);
    write_description(s, i, out);
    field(out);
    tw_buf_str(out, country_of(s, i->origin)->code);
    field(out);
    tw_buf_str(out, country_of(s, i->dispatch)->code);
    field(out);
    tw_buf_text(out, i->preference ? "300" : "100");
    field(out);
    tw_buf_fixed(out, i->gross_kg < i->net_kg ? i->net_kg * 1.01 : i->gross_kg, 3);
    field(out);
    tw_buf_fixed(out, i->net_kg, 3);
    field(out);
    if (!by_weight) tw_buf_fixed(out, i->units, 0);
    field(out);
    if (!by_weight) tw_buf_str(out, g->unit);
    field(out);
    tw_buf_i64(out, i->packages);
    field(out);
    tw_buf_text(out, small ? "PA" : g->usd_per_kg < 1.5 ? "BG" : "CT");
    field(out);
    tw_buf_dec(out, i->price_minor, digits);
    field(out);
    tw_buf_str(out, s->currency[c->lane.currency]);
    field(out);
    tw_buf_dec(out, c->lane.term == 1 ? 0 : (int64_t)floor(c->freight_usd * rate + 0.5), 2);
    field(out);
    tw_buf_dec(out, c->lane.term == 1 ? 0 : (int64_t)floor(c->insurance_usd * rate + 0.5), 2);
    field(out);
    tw_buf_dec(out, i->value_minor, 2);
    field(out);
    tw_buf_fixed(out, i->duty_percent, 2);
    field(out);
    tw_buf_dec(out, i->duty_minor, 2);
    if (tw_synth_has_manifests(s)) carried_part(s, c, out);
    tw_buf_char(out, '\n');
}

void write_declaration(const struct tw_synth *s, const struct consignment *c, struct tw_buf *out)
{
    size_t from = out->n;
    header_part(s, c, out);
    size_t header = out->n - from;
    item_part(s, c, 0, out);
    for (size_t k = 1; k < c->n; k++) {
        /* The header stands on every row. The buffer may move while it grows: copy piece by piece. */
        for (size_t at = 0; at < header && !out->failed; at++) tw_buf_char(out, out->p[from + at]);
        item_part(s, c, k, out);
    }
}

void write_truth(const struct tw_synth *s, const struct consignment *c, struct tw_buf *out)
{
    for (size_t k = 0; k < c->n; k++) {
        const struct goods_line *i = &c->item[k];
        enum tw_mechanism m = (enum tw_mechanism)i->mechanism;
        write_id(s, out);
        field(out);
        tw_buf_u64(out, k + 1);
        field(out);
        tw_buf_text(out, tw_mechanism_name(m));
        field(out);
        tw_buf_text(out, result_code(m));
        field(out);
        tw_buf_str(out, s->goods->at[i->true_goods].hs);
        field(out);
        tw_buf_str(out, country_of(s, i->true_origin)->code);
        field(out);
        tw_buf_dec(out, i->true_value_minor, 2);
        field(out);
        tw_buf_fixed(out, i->true_net_kg, 3);
        field(out);
        tw_buf_dec(out, i->recoverable_minor, 2);
        tw_buf_text(out, m != TW_MECHANISM_NONE ? ",1" : ",0");
        bool miss = m != TW_MECHANISM_NONE && fixed_unit(s, s->done, k, "miss") < s->world->mechanism[m].miss;
        tw_buf_text(out, miss ? ",1," : ",0,");
        tw_buf_i64(out, (int64_t)(fixed_unit(s, s->done, k, "delay") * (s->world->incumbent.delay_days + 1)));
        for (int n = 1; n < TW_MECHANISM_N; n++) tw_buf_text(out, n == (int)m ? ",1" : ",0");
        uint32_t confounders = i->confounders;
        if (c->lane.currency > 1 && m == TW_MECHANISM_NONE) {
            double first = s->rate[c->lane.currency],
                   now = s->rate[(size_t)c->day * s->currencies + c->lane.currency];
            if (now < first * (1 - s->world->confounder.rate_shock.is * 0.6))
                confounders |= 1u << TW_CONFOUNDER_RATE_SHOCK;
        }
        for (int n = 0; n < TW_CONFOUNDER_N; n++)
            tw_buf_text(out, (confounders & (1u << n)) != 0 ? ",1" : ",0");
        tw_buf_char(out, '\n');
    }
}
