/* SPDX-License-Identifier: Apache-2.0 */
/* Each wording once with everything known, and every feature with nothing known. That each number of a
 * sentence is the right one is tested on real decisions by tests/oracle/reasons.py, which shares nothing with
 * this code. */
#include "reason/reason.h"

#include <ctype.h>
#include <jansson.h>

#include "case.h"

static struct tw_arena *arena;

/* The only reason of a case in which one feature alone moved anything. */
static struct tw_reason only(struct told *t, enum tw_feature f)
{
    struct tw_reason r[TW_REASONS_MAX];
    size_t n = 0;
    memset(t->a, 0, sizeof t->a);
    t->a[f] = 0.5;
    CHECK(tw_reason_write(&t->c, arena, r, &n) == TW_OK && n == 1);
    return r[0];
}

static bool says(enum tw_feature f, double x, struct tw_evidence e, const char *want)
{
    struct told t;
    told(&t);
    know(&t, f, x, e);
    struct tw_reason r = only(&t, f);
    if (!tw_str_is(r.text, want)) printf("# %.*s\n# %s\n", TW_STR_ARG(r.text), want);
    return tw_str_is(r.text, want);
}

static void compares_prices(void)
{
    const int32_t year = TODAY - 365;
    CHECK(says(TW_FEATURE_PRICE_ROUTE, -3, (struct tw_evidence){4, 1080, 12, TODAY - 60, TW_KIND_HS6_ROUTE},
               "Price low: 0.0400 XTS/kg, 99.6 % below the median 10.80 of 12 consignments of HS 8517.01 "
               "from CN via "
               "SG in 60 days"));
    CHECK(says(
        TW_FEATURE_PRICE_GOODS, 1.2, (struct tw_evidence){367200, 108000, 1, TODAY, TW_KIND_HS6},
        "Price high: 3,672 XTS/kg, 3.4 times the median 1,080 of 1 consignments of HS 8517.01 in 1 day"));
    CHECK(says(TW_FEATURE_PRICE_SPREAD, -2.44, (struct tw_evidence){1076, 1080, 40, year, TW_KIND_HS6},
               "Price usual: 10.76 XTS/kg, at the median 10.80 of 40 consignments of HS 8517.01 in 12 "
               "months, 2.4 times "
               "the usual spread away"));
    CHECK(says(
        TW_FEATURE_PRICE_RANK, 0.034, (struct tw_evidence){410, 1080, 1240, year, TW_KIND_HS6_ORIGIN},
        "Price among the lowest: 4.10 XTS/kg; 3.4 % of 1,240 consignments of HS 8517.01 from CN in 12 months "
        "were cheaper, median 10.80"));
    CHECK(says(TW_FEATURE_PRICE_UNIT, 0.3, (struct tw_evidence){135, 100, 9, year, TW_KIND_HS6},
               "Price per unit high: 1.35 XTS/unit, 35 % above the median 1.00 of 9 consignments of HS "
               "8517.01 in 12 "
               "months"));
    CHECK(
        says(TW_FEATURE_PRICE_HEADING, -1, (struct tw_evidence){410, 1080, 5310, year, TW_KIND_HS4},
             "Price low for the heading: 4.10 XTS/kg, 62 % below the usual 10.80 of heading 8517 over 5,310 "
             "consignments since 2025-01-01"));
    CHECK(says(TW_FEATURE_PRICE_LANE, -1, (struct tw_evidence){410, 1080, 1, year, TW_KIND_LANE},
               "Price low for this importer and exporter: 4.10 XTS/kg, 62 % below the usual 10.80 of this "
               "importer from "
               "this exporter under heading 8517 over 1 consignment since 2025-01-01"));
    CHECK(says(TW_FEATURE_IMPORTER_PRICES, -.26, (struct tw_evidence){77, 100, 214, year, TW_KIND_IMPORTER},
               "This importer's prices low: on the whole 23 % below the usual for the same goods over 214 "
               "declarations "
               "since 2025-01-01"));
    CHECK(says(TW_FEATURE_PRICE_LOG, 6, (struct tw_evidence){.value = 410, .kind = TW_KIND_N},
               "Price: 4.10 XTS/kg"));
}

static void compares_weights_values_and_duty(void)
{
    const struct tw_evidence none = {.reference = (double)NAN, .since_day = TW_NO_DAY, .kind = TW_KIND_N};
    struct tw_evidence e = none;
    CHECK(says(TW_FEATURE_TARE, 3, (struct tw_evidence){1.31, 1.08, 340, TODAY - 9, TW_KIND_HS6},
               "Gross mass high: 1.31 times the net mass, 21 % above the usual 1.08 of 340 recent "
               "consignments of HS "
               "8517.01"));
    CHECK(says(
        TW_FEATURE_KG_UNIT, -3, (struct tw_evidence){0.12, 0.2, 340, TODAY - 9, TW_KIND_HS6},
        "Units light: 0.1200 kg/unit, 40 % below the usual 0.2000 of 340 recent consignments of HS 8517.01"));
    CHECK(says(TW_FEATURE_KG_PACKAGE, 0, (struct tw_evidence){12, 12.5, 340, TODAY - 9, TW_KIND_HS6},
               "Weight of a package usual: 12.00 kg/package, 4 % below the usual 12.50 of 340 recent "
               "consignments of HS "
               "8517.01"));
    e.value = 12400.4;
    CHECK(says(TW_FEATURE_VALUE_LOG, 9, e, "Customs value of the item: 12,400 XTS"));
    CHECK(says(TW_FEATURE_NET_LOG, 9, e, "Net mass: 12,400 kg") &&
          says(TW_FEATURE_PACKAGES_LOG, 9, e, "Packages: 12,400"));
    e.value = 8.25;
    CHECK(says(TW_FEATURE_DUTY_RATE, 8.25, e, "Duty rate: 8.25 %"));
    CHECK(says(TW_FEATURE_DUTY_CHAPTER, 8.4, (struct tw_evidence){0, 8.4, 5310, TODAY - 365, TW_KIND_HS2},
               "Duty rate low for the chapter: 0 % declared, usual 8.4 % of chapter 85 over 5,310 "
               "consignments since "
               "2025-01-01"));
    CHECK(says(TW_FEATURE_LIMIT_SHARE, 0.99,
               (struct tw_evidence){148, 150, (double)NAN, TW_NO_DAY, TW_KIND_N},
               "Value just below the de-minimis value: 148.00 XTS declared, 99 % of the limit 150.00"));
    CHECK(says(TW_FEATURE_LIMIT_SHARE, 1.5,
               (struct tw_evidence){1800, 150, (double)NAN, TW_NO_DAY, TW_KIND_N},
               "Value above the de-minimis value: 1,800 XTS declared, 12 times the limit 150.00"));
    CHECK(says(TW_FEATURE_LOW_ADDRESS, 2.5,
               (struct tw_evidence){11.6, (double)NAN, 0, TODAY - 7, TW_KIND_ADDRESS},
               "Many low-value declarations at this address: about 12 in recent days"));
    CHECK(says(TW_FEATURE_LOW_IMPORTER, 0.1,
               (struct tw_evidence){0.4, (double)NAN, 0, TODAY - 7, TW_KIND_IMPORTER},
               "Low-value declarations of this importer: none in recent days"));
}

static void counts_and_dates(void)
{
    const int32_t then = TODAY - 363;
    const double nan = (double)NAN;
    CHECK(says(TW_FEATURE_IMPORTER_SEEN, 5, (struct tw_evidence){214, nan, 120, then, TW_KIND_IMPORTER},
               "Known importer: 214 declarations since 2025-01-03"));
    CHECK(says(TW_FEATURE_IMPORTER_SEEN, 2, (struct tw_evidence){214, nan, 12, then, TW_KIND_IMPORTER},
               "Known importer: 214 declarations since 2025-01-03, few of late"));
    CHECK(says(TW_FEATURE_IMPORTER_SEEN, 0, (struct tw_evidence){0, nan, 0, TW_NO_DAY, TW_KIND_IMPORTER},
               "New importer: not seen before"));
    CHECK(says(TW_FEATURE_LANE_SEEN, 0, (struct tw_evidence){0, nan, 0, TW_NO_DAY, TW_KIND_LANE},
               "New trade: this importer from this exporter under heading 8517 not seen before"));
    CHECK(says(TW_FEATURE_CELL_SEEN, 1, (struct tw_evidence){1, nan, 1, then, TW_KIND_CELL},
               "Tariff cell seldom declared: HS 8517.01 from CN via SG at this duty rate and preference, 1 "
               "consignment "
               "since 2025-01-03"));
    CHECK(says(TW_FEATURE_IMPORTER_WEEK, 2, (struct tw_evidence){214, nan, 5.4, then, TW_KIND_IMPORTER},
               "Declarations by this importer: 214 since 2025-01-03, about 5 of them in recent days"));
    CHECK(says(TW_FEATURE_IMPORTER_AGE, 2.5, (struct tw_evidence){12, nan, nan, TODAY - 12, TW_KIND_IMPORTER},
               "New importer: first seen 12 days ago on 2025-12-20"));
    CHECK(says(TW_FEATURE_IMPORTER_AGE, 0, (struct tw_evidence){0, nan, nan, TODAY, TW_KIND_IMPORTER},
               "New importer: first seen today"));
    CHECK(says(TW_FEATURE_IMPORTER_GAP, 5, (struct tw_evidence){363, nan, nan, then, TW_KIND_IMPORTER},
               "Dormant importer: last seen 363 days ago on 2025-01-03"));
    CHECK(says(TW_FEATURE_FOUND_DAYS, .7, (struct tw_evidence){1, nan, nan, TODAY - 1, TW_KIND_IMPORTER},
               "Finding on this importer: 1 day ago on 2025-12-31"));
    CHECK(says(
        TW_FEATURE_ADDRESS_LEAD, 5, (struct tw_evidence){340, nan, nan, then, TW_KIND_ADDRESS},
        "Address much older than its importer: this address was known 340 days before this importer, since "
        "2025-01-03"));
    CHECK(says(TW_FEATURE_IMPORTER_HEADINGS, 3, (struct tw_evidence){14, nan, nan, then, TW_KIND_IMPORTER},
               "Headings this importer has brought: 14 since 2025-01-03"));
    CHECK(says(TW_FEATURE_HEADING_SWITCHES, 1,
               (struct tw_evidence){2.6, nan, nan, then, TW_KIND_IMPORTER_HS4},
               "Changes of code by this importer within the heading: about 3 of late"));
    CHECK(says(TW_FEATURE_IMPORTER_SURGE, 3.21, (struct tw_evidence){3.21, nan, nan, then, TW_KIND_IMPORTER},
               "Importer busier than usual: 3.2 times its usual pace in recent days"));
    CHECK(says(TW_FEATURE_ADDRESS_TODAY, 2, (struct tw_evidence){7, nan, nan, then, TW_KIND_ADDRESS},
               "Many declarations at this address: 7 earlier on the same day"));
}

static void says_shares_rates_and_flags(void)
{
    const int32_t then = TODAY - 363;
    const double nan = (double)NAN;
    const struct tw_evidence plain = {
        .value = 1, .reference = nan, .since_day = TW_NO_DAY, .kind = TW_KIND_N};
    CHECK(says(TW_FEATURE_ROUTE_SHARE, 0.003, (struct tw_evidence){12, nan, 3400, then, TW_KIND_ORIGIN},
               "Rare route: 12 of 3,400 consignments of goods from CN came via SG since 2025-01-03, 0.4 %"));
    CHECK(says(TW_FEATURE_CHAPTER_ORIGIN_SHARE, .6, (struct tw_evidence){1, nan, 1, then, TW_KIND_HS2},
               "Usual origin of the chapter: 1 of 1 consignment of chapter 85 came from CN since 2025-01-03, "
               "100 %"));
    CHECK(says(
        TW_FEATURE_DESCRIPTION_CODE_SHARE, .02, (struct tw_evidence){3, nan, 120, then, TW_KIND_DESCRIPTION},
        "Description seldom under this code: 3 of 120 consignments of this description declared under HS "
        "8517.01 since 2025-01-03, 2.5 %"));
    CHECK(says(TW_FEATURE_HS6_ORIGIN_RATE, 0.221,
               (struct tw_evidence){12, 0.061, 40, then, TW_KIND_HS6_ORIGIN},
               "Findings frequent for HS 8517.01 from CN: 12 of 40 controls found non-compliance, smoothed "
               "rate 22 % "
               "against 6.1 % of all controls"));
    CHECK(says(TW_FEATURE_ORIGIN_RATE, 0.005, (struct tw_evidence){0, 0.061, 400, then, TW_KIND_ORIGIN},
               "Findings rare for goods from CN: 0 of 400 controls found non-compliance, smoothed rate 0.5 % "
               "against 6.1 % "
               "of all controls"));
    CHECK(
        says(TW_FEATURE_LANE_RATE, 0.141, (struct tw_evidence){0, 0.0345, 1, then, TW_KIND_LANE},
             "Few controls yet for this importer from this exporter under heading 8517: 0 of 1 control found "
             "non-compliance, smoothed rate 14 % against 3.5 % of all controls"));
    CHECK(says(TW_FEATURE_OFFICE_RATE, 0.05, (struct tw_evidence){0, nan, 0, then, TW_KIND_OFFICE},
               "Few controls yet for this office: none, smoothed rate 5 %"));
    CHECK(says(TW_FEATURE_DISPATCH_DIFFERS, 1, plain,
               "Dispatched from another country than the origin: dispatch SG, origin CN"));
    CHECK(says(TW_FEATURE_PREFERENCE, 1, plain, "Preference claimed") &&
          says(TW_FEATURE_PREFERENCE, 0, plain, "No preference claimed"));
    CHECK(says(TW_FEATURE_WEEKDAY, 1, plain, "Lodged: on a Tuesday") &&
          says(TW_FEATURE_HOUR, 1, plain, "Lodged: in the hour from 01:00 UTC"));
    struct told t;
    told(&t);
    t.s.decl.transport_mode = TW_STR("4");
    know(&t, TW_FEATURE_TRANSPORT_MODE, 4, plain);
    CHECK(tw_str_is(only(&t, TW_FEATURE_TRANSPORT_MODE).text, "Mode of transport: air transport"));
    t.s.item.dispatch = TW_STR("CN");
    know(&t, TW_FEATURE_GOODS_ROUTE_SHARE, .9, (struct tw_evidence){9, nan, 10, then, TW_KIND_HS6_ORIGIN});
    CHECK(
        tw_str_is(only(&t, TW_FEATURE_GOODS_ROUTE_SHARE).text,
                  "Usual route of these goods: 9 of 10 consignments of HS 8517.01 from CN came direct since "
                  "2025-01-03, 90 %"));
}

static void takes_minor_units_from_the_national_currency(void)
{
    struct told t;
    told(&t);
    know(&t, TW_FEATURE_PRICE_LOG, 6, (struct tw_evidence){.value = 4100, .kind = TW_KIND_N});
    t.c.currency = "JPY";
    CHECK(tw_str_is(only(&t, TW_FEATURE_PRICE_LOG).text, "Price: 4,100 JPY/kg"));
    t.c.currency = "KWD";
    CHECK(tw_str_is(only(&t, TW_FEATURE_PRICE_LOG).text, "Price: 4.10 KWD/kg"));
    t.c.currency = ""; /* then that of the declared value */
    CHECK(tw_str_is(only(&t, TW_FEATURE_PRICE_LOG).text, "Price: 41.00 XTS/kg"));
}

/* Every feature has a sentence for whatever it may be: nothing unknown to it, no template left over. */
static void says_something_of_every_feature_whatever_is_known(void)
{
    const double value[] = {(double)NAN, 0, 0.3, 1, 7, 1e6};
    for (int f = 0; f < TW_FEATURE_N; f++)
        for (size_t v = 0; v < 6; v++)
            for (int known = 0; known < 4; known++)
                for (uint32_t kind = 0; kind <= TW_KIND_N; kind++) {
                    struct told t;
                    told(&t);
                    double other = known >= 2 ? 4 : (double)NAN;
                    know(&t, (enum tw_feature)f, value[v],
                         (struct tw_evidence){value[v], other, known % 2 == 1 ? 9 : 0, TODAY - 100, kind});
                    struct tw_reason r = only(&t, (enum tw_feature)f);
                    CHECK(r.text.n > 5 && isupper((unsigned char)r.text.s[0]));
                    CHECK(memchr(r.text.s, '$', r.text.n) == NULL && memchr(r.text.s, '*', r.text.n) == NULL);
                    if (isnan(value[v])) CHECK(memchr(r.text.s, '4', r.text.n) == NULL);
                    json_error_t why;
                    json_t *json = json_loadb(r.values_json.s, r.values_json.n, JSON_REJECT_DUPLICATES, &why);
                    CHECK(json != NULL && json_is_string(json_object_get(json, "feature")));
                    CHECK(strcmp(json_string_value(json_object_get(json, "feature")),
                                 tw_feature_row((enum tw_feature)f)->name) == 0);
                    json_decref(json);
                    tw_arena_reset(arena);
                }
}

/* Codes are the declarant's: junk in them neither breaks the values nor runs over. */
static void bears_codes_that_are_none(void)
{
    static char junk[5000];
    memset(junk, '"', sizeof junk);
    struct told t;
    told(&t);
    t.s.item.hs = t.s.item.origin = t.s.item.dispatch = (struct tw_str){junk, sizeof junk};
    know(&t, TW_FEATURE_CELL_SEEN, 1, (struct tw_evidence){1, (double)NAN, 1, TODAY, TW_KIND_HS6_ROUTE});
    struct tw_reason r = only(&t, TW_FEATURE_CELL_SEEN);
    CHECK(r.text.n < 200);
    json_t *json = json_loadb(r.values_json.s, r.values_json.n, JSON_REJECT_DUPLICATES, NULL);
    CHECK(json != NULL && strcmp(json_string_value(json_object_get(json, "hs6")), "??????") == 0);
    json_decref(json);
    t.s.item.hs = TW_STR("");
    t.s.item.origin = TW_STR("");
    r = only(&t, TW_FEATURE_CELL_SEEN);
    CHECK(r.text.n > 0);
}

int main(void)
{
    CHECK(tw_arena_new(16 << 20, &arena) == TW_OK);
    RUN(compares_prices);
    RUN(compares_weights_values_and_duty);
    RUN(counts_and_dates);
    RUN(says_shares_rates_and_flags);
    RUN(takes_minor_units_from_the_national_currency);
    RUN(says_something_of_every_feature_whatever_is_known);
    RUN(bears_codes_that_are_none);
    tw_arena_free(arena);
    return DONE();
}
