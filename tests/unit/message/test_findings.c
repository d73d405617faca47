/* SPDX-License-Identifier: Apache-2.0 */
#include "message/findings.h"

#include "check.h"
#include "fault.h"

static struct tw_arena *maps;
static struct tw_map map;
static size_t refused_n;
static struct tw_fault last;
static char last_row[64];

static tw_err refuse(void *to, const struct tw_refused *r, struct tw_fault *fault)
{
    (void)to, (void)fault;
    refused_n++;
    last = *r->fault;
    CHECK(r->culprit && last.note[0] != 0);
    snprintf(last_row, sizeof last_row, "%.*s", TW_STR_ARG(r->raw));
    return TW_OK;
}

static tw_err feed(struct tw_findings *f, const char *text, size_t piece, struct tw_fault *fault)
{
    for (size_t left = strlen(text);;) {
        size_t room;
        char *p = tw_findings_room(f, &room);
        const size_t n = left < piece ? left : piece;
        memcpy(p, text, n);
        text += n;
        left -= n;
        TW_TRY(tw_findings_filled(f, n, fault));
        if (n == 0) return TW_OK;
    }
}

static struct tw_findings *read_all(const char *text)
{
    struct tw_findings *f = NULL;
    const struct tw_findings_config c = {.map = &map, .refuse = refuse, .csv.row_bytes = 4096};
    refused_n = 0;
    CHECK(tw_findings_new(&c, &f, NULL) == TW_OK && feed(f, text, 5, NULL) == TW_OK);
    return f;
}

static void sorts_by_day_and_keeps_the_order_within_one(void)
{
    struct tw_findings *f =
        read_all("declaration_id,item,result_code,delta_value,delta_duty,date_known,basis,propensity\n"
                 "C,0,value,-10.5,2,2026-01-03,score,0.25\n"
                 "A,1,conform,,,2026-01-01,random,0.01\n"
                 "B,2,origin,1,0,2026-01-03,score,\n"
                 "A,2,quantity,0,0.005,2026-01-01,,1\n");
    const struct tw_finding_list list = tw_findings_list(f);
    CHECK(list.n == 4 && refused_n == 0 && tw_findings_count(f).rows == 4);
    const struct tw_finding *a = list.at;
    CHECK(tw_str_is(a[0].declaration_id, "A") && a[0].item == 1 && a[0].result == TW_RESULT_CONFORM);
    CHECK(a[0].delta_value.cur[0] == 0 && a[0].known_day == 20454 && tw_str_is(a[0].basis, "random"));
    CHECK(a[1].item == 2 && a[1].delta_duty.minor == 0 && a[1].basis.n == 0); /* half to even */
    CHECK(tw_str_is(a[2].declaration_id, "C") && a[2].delta_value.minor == -1050 && a[2].item == 0);
    CHECK(strcmp(a[2].delta_value.cur, "XTS") == 0 && a[2].propensity == 0.25);
    CHECK(tw_str_is(a[3].declaration_id, "B") && a[3].propensity == 0);
    tw_findings_free(f);
}

static void refuses_what_says_nothing(void)
{
    static const struct {
        const char *row;
        const char *element;
        tw_err err;
    } wrong[] = {
        {",1,value,,,2026-01-01,,", "declaration_id", TW_FORMAT},
        {"A,1,,,,2026-01-01,,", "result_code", TW_FORMAT},
        {"A,1,value,,,,,", "date_known", TW_FORMAT},
        {"A,1,fraud,,,2026-01-01,,", "result_code", TW_NOTFOUND},
        {"A,-1,value,,,2026-01-01,,", "item", TW_FORMAT},
        {"A,10000,value,,,2026-01-01,,", "item", TW_FORMAT},
        {"A,1,value,x,,2026-01-01,,", "delta_value", TW_FORMAT},
        {"A,1,value,,,2026-02-31,,", "date_known", TW_FORMAT},
        {"A,1,value,,,2026-01-01,,0", "propensity", TW_RANGE},
        {"A,1,value,,,2026-01-01,,1.01", "propensity", TW_RANGE},
        {"A,1,value,,,2026-01-01,,nan", "propensity", TW_RANGE},
        {"A,1,value,,,2026-01-01,", "", TW_FORMAT},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char text[256];
        snprintf(text, sizeof text,
                 "declaration_id,item,result_code,delta_value,delta_duty,date_known,basis,propensity\n%s\nB,"
                 "1,value,,,2026-01-01,,\n",
                 wrong[i].row);
        struct tw_findings *f = read_all(text);
        CHECK(tw_findings_list(f).n == 1 && refused_n == 1 && last.line == 2);
        CHECK(strcmp(last.path, wrong[i].element) == 0 && last.code == wrong[i].err);
        CHECK(strncmp(last_row, wrong[i].row, strlen(wrong[i].row)) == 0);
        tw_findings_free(f);
    }
}

static void takes_amounts_in_their_own_currencies(void)
{
    static const char head[] = "declaration_id,result_code,date_known,delta_value_currency,delta_value,delta_"
                               "duty,delta_duty_currency\n";
    char text[512];
    snprintf(text, sizeof text, "%sA,value,2026-01-01,JPY,1250,3.5,usd\nB,value,2026-01-01,,1,2,\n", head);
    struct tw_findings *f = read_all(text);
    const struct tw_finding_list list = tw_findings_list(f);
    CHECK(list.n == 2 && refused_n == 0);
    CHECK(list.at[0].delta_value.minor == 1250 && strcmp(list.at[0].delta_value.cur, "JPY") == 0);
    CHECK(list.at[0].delta_duty.minor == 350 && strcmp(list.at[0].delta_duty.cur, "USD") == 0);
    CHECK(list.at[1].delta_value.minor == 100 && strcmp(list.at[1].delta_value.cur, "XTS") == 0);
    tw_findings_free(f);
    static const struct {
        const char *row, *element;
        tw_err err;
    } wrong[] = {{"A,value,2026-01-01,QQQ,1,2,USD", "delta_value_currency", TW_FORMAT},
                 {"A,value,2026-01-01,USD,1,2,dollars", "delta_duty_currency", TW_FORMAT},
                 {"A,value,2026-01-01,,92233720368547758.08,2,", "", TW_RANGE},
                 {"A,value,2026-01-01,,1,92233720368547758.08,", "", TW_RANGE}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(text, sizeof text, "%s%s\n", head, wrong[i].row);
        f = read_all(text);
        if (refused_n != 1 || last.code != wrong[i].err)
            printf("# %zu %s %s\n", refused_n, last.path, last.note);
        CHECK(refused_n == 1 && last.code == wrong[i].err && last.line == 2);
        if (wrong[i].element[0] != '\0') CHECK(strcmp(last.path, wrong[i].element) == 0);
        tw_findings_free(f);
    }
}

static tw_err reads(const struct tw_findings_config *c, const char *text, struct tw_fault *fault)
{
    TW_SCOPED(tw_findings) *f = NULL;
    *fault = (struct tw_fault){0};
    TW_TRY(tw_findings_new(c, &f, fault));
    return feed(f, text, 1000, fault);
}

static void says_what_is_wrong_with_the_whole_file(void)
{
    struct tw_fault fault;
    const struct tw_findings_config c = {.map = &map, .csv.row_bytes = 4096};
    CHECK(reads(&c, "", &fault) == TW_FORMAT && strstr(fault.note, "header") != NULL);
    CHECK(reads(&c, "declaration_id,result_code,date_known\n", &fault) == TW_FORMAT &&
          strstr(fault.note, "nothing below") != NULL);
    CHECK(reads(&c, "declaration_id,result,date_known\nA,value,2026-01-01\n", &fault) == TW_NOTFOUND &&
          fault.line == 1);
    CHECK(strstr(fault.note, "'result_code' is missing") != NULL);
    CHECK(reads(&c, "declaration_id,result_code,\"x\n", &fault) == TW_FORMAT && fault.line == 1);
    /* without anyone to take refused rows the first ends the reading */
    CHECK(reads(&c, "declaration_id,result_code,date_known\nA,no,2026-01-01\n", &fault) == TW_NOTFOUND &&
          fault.line == 2);
    const struct tw_findings_config one = {.map = &map, .csv.row_bytes = 4096, .most = 1};
    CHECK(reads(&one, "declaration_id,result_code,date_known\nA,value,2026-01-01\nB,value,2026-01-01\n",
                &fault) == TW_LIMIT);
    struct tw_str yaml;
    struct tw_map kcs;
    CHECK(tw_map_builtin(TW_STR("kcs"), &yaml, NULL) == TW_OK &&
          tw_map_parse(yaml, maps, &kcs, NULL) == TW_OK);
    CHECK(reads(&(struct tw_findings_config){.map = &kcs}, "", &fault) == TW_ARG &&
          strstr(fault.note, "findings_file") != NULL);
}

static tw_err read_something(void)
{
    struct tw_fault fault;
    return reads(&(struct tw_findings_config){.map = &map, .csv.row_bytes = 4096, .refuse = refuse},
                 "declaration_id,result_code,date_known,basis\nA,no,2026-01-01,x\nB,value,2026-01-01,y\n",
                 &fault);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(read_something) > 10);
}

int main(void)
{
    struct tw_str yaml;
    CHECK(tw_arena_new(1 << 20, &maps) == TW_OK && tw_map_builtin(TW_STR("canonical"), &yaml, NULL) == TW_OK);
    CHECK(tw_map_parse(yaml, maps, &map, NULL) == TW_OK);
    RUN(sorts_by_day_and_keeps_the_order_within_one);
    RUN(refuses_what_says_nothing);
    RUN(takes_amounts_in_their_own_currencies);
    RUN(says_what_is_wrong_with_the_whole_file);
    RUN(survives_every_failed_allocation);
    tw_arena_free(maps);
    return DONE();
}
