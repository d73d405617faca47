/* SPDX-License-Identifier: Apache-2.0 */
#include "criteria/asycuda.h"

#include "base/rng.h"
#include "fault.h"
#include "set.h"

#define DAY 20454 /* 2026-01-01 */

/* -- an import, with all it tells */

struct imported {
    struct tw_buf draft, told;
    struct tw_asycuda_count n;
    struct tw_criteria *set; /* NULL: nothing was made */
};

static void on_told(void *to, const struct tw_fault *what, bool lost)
{
    struct imported *i = to;
    tw_buf_printf(&i->told, "%u:%u %s%s\n", what->line, what->column, lost ? "" : "note: ", what->note);
}

static tw_err import_within(struct tw_str text, struct tw_asycuda_options o, struct imported *ret,
                            struct tw_fault *fault)
{
    *ret = (struct imported){.set = NULL};
    o.name = TW_STR("office");
    o.day = DAY;
    o.told = on_told;
    o.to = ret;
    return tw_asycuda_import(text, &o, &ret->draft, &ret->n, fault);
}

/* What was made must be a set whose examples hold. */
static void import_text(struct tw_str text, struct imported *ret)
{
    struct tw_fault fault = {0};
    const tw_err err = import_within(text, (struct tw_asycuda_options){.day = 0}, ret, &fault);
    if (err != TW_OK) printf("# %u:%u %s\n", fault.line, fault.column, fault.note);
    CHECK(err == TW_OK);
    tw_buf_char(&ret->draft, '\0');
    tw_buf_char(&ret->told, '\0');
    if (ret->n.made > 0) ret->set = set_of(ret->draft.p);
    if (ret->n.made > 0 && ret->set == NULL) printf("# %s\n", ret->draft.p);
}

static void drop(struct imported *i)
{
    tw_criteria_free(i->set);
    tw_buf_free(&i->draft);
    tw_buf_free(&i->told);
}

/* Conditions as they are compared here: blanks and ends of lines are one blank. */
static bool same_words(struct tw_str a, const char *b)
{
    size_t i = 0;
    for (; *b != '\0'; b++) {
        const bool blank = i < a.n && (a.s[i] == ' ' || a.s[i] == '\n');
        if (i == a.n || (*b == ' ' ? !blank : a.s[i] != *b)) return false;
        i++;
        while (*b == ' ' && i < a.n && (a.s[i] == ' ' || a.s[i] == '\n')) i++;
    }
    return i == a.n;
}

/* The condition of `If IF Then RedLane IS 100;`. */
static void becomes(const char *condition, const char *when)
{
    TW_SCOPED_BUF text = {0};
    struct imported i;
    size_t n = 0;
    tw_buf_printf(&text, "Criteria \"X\";\nIf %s Then RedLane IS 100; Endif;\n", condition);
    import_text(tw_buf_view(&text), &i);
    const struct tw_criterion *k = i.set != NULL ? tw_criteria_at(i.set, &n) : NULL;
    if (n != 1 || !same_words(k->when, when))
        printf("# %s -> %.*s\n%s", condition, n > 0 ? (int)k->when.n : 0, n > 0 ? k->when.s : "", i.told.p);
    CHECK(n == 1 && same_words(k->when, when));
    CHECK(n == 1 && k->channel == TW_CHANNEL_RED && k->probability == 1 && tw_str_is(k->id, "X"));
    drop(&i);
}

/* A text of which nothing is taken over, for just these reasons. */
static void is_left_out(const char *text, const char *told)
{
    struct imported i;
    import_text(tw_str_from(text), &i);
    if (i.n.made > 0 || strcmp(i.told.p, told) != 0) printf("# %s\n# %s", text, i.told.p);
    CHECK(i.n.made == 0 && i.n.lost == 1 && strcmp(i.told.p, told) == 0);
    drop(&i);
}

/* -- conditions */

static void conditions_say_the_same_in_cel(void)
{
    becomes("ComCod = \"080810\" and CtyOrigCod = \"US\"",
            "item.hs.startsWith('080810') && item.origin == 'US'");
    becomes("(comcod EQ '0808.10') AND (ctyorigcod <> \"us\")",
            "item.hs.startsWith('080810') && item.origin != 'US'");
    becomes("Box 34 = \"CN\" Or Box34 NE \"HK\" Or Country_of_origin_code = \"MO\"",
            "item.origin == 'CN' || item.origin != 'HK' || item.origin == 'MO'");
    becomes("CtyOrigCod = \"CN\" and (ComCod = \"61\" or ComCod = \"62\")",
            "item.origin == 'CN' && (item.hs.startsWith('61') || item.hs.startsWith('62'))");
    becomes("not (NetMass > 10) and not not CtyOrigCod = \"CN\"",
            "!(item.net_mass_kg > 10) && (item.origin == 'CN')");
    becomes("\"US\" = CtyOrigCod and 100 LT ItmPrice", "item.origin == 'US' && 100 < item.price");
    becomes("ComCod >= \"0801\" and ComCod <= \"0810\"",
            "item.hs >= '0801' && (item.hs < '0810' || item.hs.startsWith('0810'))");
    becomes("ComCod > \"0801\" and ComCod < \"0810\"",
            "item.hs > '0801' && !item.hs.startsWith('0801') && item.hs < '0810'");
    becomes("ComCod in (\"0808\", \"2203.10\") and Box8 In (\"C1\", \"C2\") and Box2 not in (\"E1\")",
            "(item.hs.startsWith('0808') || item.hs.startsWith('220310')) && declaration.importer.id in "
            "['C1', 'C2'] && "
            "!(declaration.exporter.id in ['E1'])");
    becomes(
        "ComCod like \"64*\" and Box14 Like \"%77\" and Box31 Contains \"o'x\" and ConCod StartsWith \"A\"",
        "item.hs.startsWith('64') && declaration.declarant.id.endsWith('77') && "
        "item.description.contains('o\\'x') && "
        "declaration.importer.id.startsWith('A')");
    becomes("PreferCod <> \"\" and Box36 = \"300\" and not (ValMethod = \"\")",
            "has(item.preference) && item.preference == '300' && has(item.valuation_method)");
    becomes("Box37 = \"4000\" or TypProc = \"7\" or Box37 <> \"10\" or NatProc = \"C07\"",
            "item.procedure == '40' && item.previous_procedure == '00' || item.procedure.startsWith('7') || "
            "item.procedure != '10' || 'C07' in item.additional_procedure.split(' ')");
    becomes("CuoCod = \"XTH01\" and TypDec = \"IM\" and MOTBorder = 1",
            "declaration.office == 'XTH01' && declaration.type.startsWith('IM') && "
            "declaration.transport_mode == '1'");
    becomes("StatVal / SuppUnits < 3000 and GrossMass - (NetMass Plus 5) > 0.5 * NetMass",
            "item.statistical_value / item.quantity < 3000 && "
            "item.gross_mass_kg - (item.net_mass_kg + 5.0) > 0.5 * item.net_mass_kg");
    becomes("Sqr(NetMass) > -Inv and Min(Box42, 007) <= Box5 * 2",
            "item.net_mass_kg * item.net_mass_kg > -declaration.invoice_total && "
            "(item.price < 7.0 ? item.price : 7.0) <= double(declaration.item_total) * 2.0");
    becomes("ItmPrice < \"1001\" and GetLength(Box31) < 5",
            "item.price < 1001 && size(item.description) < 5");
    becomes("Box15 <> CtyOrigCod", "item.dispatch != item.origin");
    becomes("Box31 = \"a \\ 'b' # c: d\"", "item.description == 'a \\\\ \\'b\\' # c: d'");
}

static void a_set_is_made_to_be_completed(void)
{
    struct imported i;
    size_t n = 0;
    import_text(TW_STR("// Fresh apples\r\n/* are misdescribed */\r\nCriteria \"US APPLES (1)\";\r\n"
                       "If ComCod = \"0808\" Then // below\r\nYellowLane IS 25;\r\nEndif;\r\n"),
                &i);
    const struct tw_criterion *k = i.set != NULL ? tw_criteria_at(i.set, &n) : NULL;
    CHECK(n == 1 && i.n.read == 1 && i.n.made == 1 && i.n.lost == 0 && i.told.p[0] == '\0');
    CHECK(n == 1 && tw_str_is(k->id, "US-APPLES-1") && k->probability == 0.25 &&
          k->channel == TW_CHANNEL_YELLOW);
    CHECK(n == 1 && tw_str_is(k->reason, "Fresh apples; are misdescribed") && k->from == DAY &&
          k->to == DAY + 364);
    CHECK(n == 1 && k->examples == 2 && k->offices_n == 0);
    CHECK(i.set != NULL && tw_str_is(tw_criteria_name(i.set), "office"));
    CHECK(strstr(i.draft.p, "  # below\n") != NULL);
    CHECK(strstr(i.draft.p,
                 "- {item.hs: \"0808\", hit: true}\n      - {item.hs: \"999999\", hit: false}\n") != NULL);
    drop(&i);
}

static void each_lane_becomes_a_criterion_with_its_share(void)
{
    static const struct {
        const char *id, *when;
        enum tw_channel channel;
        double probability;
    } want[] = {{"A-red", "item.hs.startsWith('87')", TW_CHANNEL_RED, 0.5},
                {"A-yellow", "item.hs.startsWith('87')", TW_CHANNEL_YELLOW, 1},
                {"A-blue", "!item.hs.startsWith('87') && item.origin == 'JP'", TW_CHANNEL_BLUE, 0.2},
                {"A", "true", TW_CHANNEL_BLUE, 0.01},
                {"A-2", "item.net_mass_kg > 1", TW_CHANNEL_RED, 1}};
    struct imported i;
    size_t n = 0;
    import_text(TW_STR("Criteria A; If ComCod = \"87\" Then RedLane IS 50; YellowLane := 50 Else "
                       "If Box34 = \"JP\" Then BlueLane IS 20; GreenLane IS 80; End If; Endif\n"
                       "Criteria A BlueLane IS 1 Criteria \"A\"; If NetMass > 1 Then RedLane IS 100; "
                       "YellowLane IS 7; Endif"),
                &i);
    const struct tw_criterion *k = i.set != NULL ? tw_criteria_at(i.set, &n) : NULL;
    CHECK(n == 5);
    for (size_t j = 0; j < n && j < 5; j++) {
        const bool same = tw_str_is(k[j].id, want[j].id) && same_words(k[j].when, want[j].when) &&
                          k[j].channel == want[j].channel && k[j].probability == want[j].probability;
        if (!same) printf("# %.*s: %.*s %f\n", TW_STR_ARG(k[j].id), TW_STR_ARG(k[j].when), k[j].probability);
        CHECK(same);
    }
    CHECK(strstr(i.told.p, "2:76 note: a stricter lane takes all that hits") == i.told.p);
    drop(&i);
}

/* -- what is left out */

static void what_is_not_understood_leaves_its_criterion_out(void)
{
    is_left_out(
        "Criteria \"L\";\nIf InListTar(\"A\") = Found and ComCod = \"0808\" Then RedLane IS 100; Endif;",
        "2:4 InListTar: lists are kept outside of this text: write the codes out, as in ComCod In (\"08\", "
        "\"09\"), or ask lists.NAME.hit by hand\n"
        "2:21 \"Found\" is not known here; write a box of the SAD instead, as Box33\n");
    is_left_out("Criteria X; If CtyOrgCod = \"US\" or Box99 = \"1\" Then RedLane IS 1; Endif;",
                "1:16 \"CtyOrgCod\" is not known here; is CtyOrigCod meant?\n"
                "1:36 \"Box99\": conditions see nothing of this box; write the condition by hand\n");
    is_left_out("Criteria X; If Box34 = \"USA\" or ComCod = \"apples\" Then RedLane IS 1; Endif;",
                "1:24 \"USA\" is never declared as Box34; expected: a country, two letters\n"
                "1:42 \"apples\" is never declared as ComCod; expected: a commodity code, the first 1 to 10 "
                "digits\n");
    is_left_out("Criteria X; If ComCod Like \"2?4\" or ComCod or NetMass = Box31 Then RedLane IS 1; Endif;",
                "1:28 a pattern has a star at its begin, at its end or both; write others by hand\n"
                "1:37 a condition is expected here: compare it with something\n"
                "1:57 a number is expected here\n");
    is_left_out(
        "Criteria X; If NetMass > 1 Then Num01 IS 1; Endif; If Num01 = 1 Then RedLane IS Num02; Endif;",
        "1:55 Num01 may have no value here; set it before the If\n1:81 Num02 has no value here\n");
    is_left_out("Criteria X; If NetMass > 1 Then SuppWeight IS 1; Endif;",
                "1:33 \"SuppWeight\" is set; lanes (RedLane, YellowLane, BlueLane) and Num01, Str01 can be "
                "taken over\n");
    is_left_out("Criteria X; If NetMass > 1 Then GreenLane IS 100; Endif;",
                "1:33 GreenLane alone lets pass: write a facilitation by hand, if it was earned\n");
    is_left_out("Criteria X; If NetMass > 1 Then RedLane IS 60; YellowLane IS 50; Endif;",
                "1:48 the lanes set here come to more than 100 per cent; write what each shall have\n");
    is_left_out("Criteria X; RedLane IS 101;", "1:24 RedLane is set to a number of per cent, 0 to 100\n");
    is_left_out("Criteria X; RedLane IS 0;",
                "1:1 it asks for no lane; RedLane IS 100 is how one is asked for\n");
    is_left_out("Criteria X;", "1:1 it asks for no lane; RedLane IS 100 is how one is asked for\n");
    is_left_out("Criteria X; If NetMass > 1 RedLane IS 100; Endif;",
                "1:28 \"RedLane\" stands where Then is expected\n");
    is_left_out("Criteria X; If NetMass > 1 Then RedLane IS 100;",
                "1:48 the text ends where a statement or Endif is expected\n");
    is_left_out("Criteria X; If Box31 = \"a Then RedLane IS 100; Endif;",
                "1:24 \"a Then RedLane IS 100; Endif; begins a text that is not closed in its line, or means "
                "nothing here\n");
    is_left_out("Criteria X; If (Box31 = \"a\" Then RedLane IS 100; Endif;",
                "1:29 \"Then\" stands where ) is expected\n");
}

static void what_is_left_out_stands_in_the_draft_where_it_stood(void)
{
    struct imported i;
    import_text(TW_STR("hello\nCriteria \"A\"; RedLane IS 1;\n// why\nCriteria \"B\"; If Foo = 1 Then\n  "
                       "RedLane IS 100;\nEndif;\n"
                       "Rule \"TAX\"; If TypProc = \"4\" Then Action IS DoTax(1); Endif;\nCriteria \"C\"; "
                       "RedLane IS 2;\n"),
                &i);
    CHECK(i.n.read == 3 && i.n.made == 2 && i.n.lost == 3);
    const char *at[] = {strstr(i.draft.p, "  # 1:1: this belongs to no criterion"),
                        strstr(i.draft.p, "- id: A"),
                        strstr(i.draft.p, "  # 4:18: \"Foo\" is not known"),
                        strstr(i.draft.p, "  # | // why\n"),
                        strstr(i.draft.p, "  # |   RedLane IS 100;\n"),
                        strstr(i.draft.p, "a rule of taxation"),
                        strstr(i.draft.p, "- id: C")};
    for (size_t k = 0; k < sizeof at / sizeof *at; k++) CHECK(at[k] != NULL && (k == 0 || at[k] > at[k - 1]));
    drop(&i);
}

/* -- texts */

static void texts_come_in_any_encoding_and_with_any_ends_of_lines(void)
{
    static const char *const text[] = {
        "\xEF\xBB\xBF"
        "Criteria \"K\xC3\x84SE\";\nIf Box31 Contains \xE2\x80\x9Cr\xC3\xA9\xE2\x80\x9D Then\nRedLane IS "
        "100; Endif",
        "Criteria \"K\xC4SE\";\rIf Box31 Contains \x93r\xE9\x94 Then\rRedLane IS 100; Endif",
        "Criteria \"K\xC4SE\";\r\nIf Box31 Contains \"r\xE9\" Then\r\n\tRedLane IS 100; Endif\x1A"};
    for (size_t t = 0; t < 3; t++) {
        struct imported i;
        size_t n = 0;
        import_text(tw_str_from(text[t]), &i);
        const struct tw_criterion *k = i.set != NULL ? tw_criteria_at(i.set, &n) : NULL;
        CHECK(n == 1 && tw_str_is(k->when, "item.description.contains('r\xC3\xA9')"));
        CHECK(n == 1 && tw_str_is(k->reason, "Criterion K\xC3\x84SE of ASYCUDA") && tw_str_is(k->id, "K-SE"));
        drop(&i);
    }
}

static void refuses(struct tw_str text, struct tw_asycuda_options o, tw_err err, uint32_t line,
                    const char *words)
{
    struct imported i;
    struct tw_fault fault = {0};
    CHECK(import_within(text, o, &i, &fault) == err && i.draft.n == 0);
    if (fault.line != line || strstr(fault.note, words) == NULL) printf("# %u %s\n", fault.line, fault.note);
    CHECK(fault.line == line && strstr(fault.note, words) != NULL);
    drop(&i);
}

static void what_is_no_text_of_criteria_is_refused(void)
{
    const struct tw_asycuda_options o = {.day = 0};
    refuses(TW_STR(""), o, TW_FORMAT, 0, "there is no criterion in it");
    refuses(TW_STR("name: set\nversion: 1\n"), o, TW_FORMAT, 0, "there is no criterion in it");
    refuses(((struct tw_str){"Criteria A;\n\0\n", 14}), o, TW_FORMAT, 2, "a byte 0x00");
    refuses(TW_STR("Criteria \"\xE9\x81\";"), o, TW_FORMAT, 1, "a byte 0x81");
    refuses(TW_STR("Criteria \"\xEF\xBF\xBF\";"), o, TW_FORMAT, 1, "this is no text");
}

static void limits_have_their_numbers(void)
{
    TW_SCOPED_BUF text = {0};
    struct imported i;
    refuses(TW_STR("Criteria A; RedLane IS 1; Criteria B; RedLane IS 1; YellowLane IS 1; Criteria C;"),
            (struct tw_asycuda_options){.criteria = 2}, TW_LIMIT, 0, "at most 2 criteria");
    for (int k = 0; k < 5001; k++) tw_buf_text(&text, "Criteria A; RedLane IS 1;\n");
    refuses(tw_buf_view(&text), (struct tw_asycuda_options){.day = 0}, TW_LIMIT, 0, "at most 5000 criteria");
    refuses((struct tw_str){text.p, TW_ASYCUDA_BYTES_MAX + 1}, (struct tw_asycuda_options){.day = 0},
            TW_LIMIT, 0, "at most 16 MiB"); /* told before it is read */
    static const char *const deep[] = {"(", "not ", "-", "1 + "};
    for (size_t d = 0; d < 4; d++) {
        tw_buf_clear(&text);
        tw_buf_text(&text, "Criteria X; If ");
        for (int k = 0; k < 101; k++) tw_buf_text(&text, deep[d]);
        import_text(tw_buf_view(&text), &i);
        CHECK(i.n.made == 0 && strstr(i.told.p, "parts lie more than 100 deep within each other") != NULL);
        drop(&i);
    }
    tw_buf_clear(&text);
    tw_buf_text(&text, "Criteria X; Num01 IS NetMass; ");
    for (int k = 0; k < 40; k++) tw_buf_text(&text, "Num01 IS Num01 * Num01; ");
    tw_buf_text(&text, "If Num01 > 5 Then RedLane IS 100; Endif;");
    import_text(tw_buf_view(&text), &i);
    CHECK(i.n.made == 0 && strstr(i.told.p, "written out, this grows beyond 64 KiB") != NULL);
    drop(&i);
    tw_buf_clear(&text);
    tw_buf_text(&text, "Criteria X; ");
    for (int k = 0; k < 1001; k++) tw_buf_text(&text, "RedLane IS 1; ");
    import_text(tw_buf_view(&text), &i);
    CHECK(i.n.made == 0 && strstr(i.told.p, "more than 1000 lanes are set") != NULL);
    drop(&i);
    tw_buf_clear(&text);
    tw_buf_text(&text, "Criteria X; ");
    for (int k = 0; k < 101; k++) tw_buf_printf(&text, "Num%d IS 1; ", k);
    import_text(tw_buf_view(&text), &i);
    CHECK(i.n.made == 0 && strstr(i.told.p, "more than 100 names are set") != NULL);
    drop(&i);
}

/* -- a made-up criterion does in our form what it did as a program */

enum { CASES = 8 };

struct made_up {
    struct tw_rng rng;
    struct tw_buf text;
    double red[CASES];
    int num[CASES];
};

/* The k-th case: kilograms, origin, commodity code. */
static const struct {
    int kg;
    const char *origin, *hs;
} made_case[CASES] = {{5, "US", "080810"}, {15, "US", "080810"}, {5, "CN", "080810"}, {15, "CN", "080810"},
                      {5, "US", "2402"},   {15, "US", "2402"},   {5, "CN", "2402"},   {15, "CN", "2402"}};

static unsigned draw(struct made_up *m, unsigned n)
{
    return (unsigned)(tw_rng_below(&m->rng, n));
}

/* A condition, and in which cases it holds. */
static unsigned add_condition(struct made_up *m, unsigned depth)
{
    static const char *const text[] = {"NetMass > 10",
                                       "CtyOrigCod = \"CN\"",
                                       "ComCod = \"0808\"",
                                       "Num01 = 1",
                                       "CtyOrigCod In (\"US\", \"FR\")",
                                       "Num01 < 2"};
    unsigned holds = 0;
    if (depth > 0 && draw(m, 3) == 0) {
        const bool both = draw(m, 2) == 0;
        tw_buf_text(&m->text, "(");
        const unsigned a = add_condition(m, depth - 1);
        tw_buf_text(&m->text, both ? " and " : " or ");
        const unsigned b = add_condition(m, depth - 1);
        tw_buf_text(&m->text, ")");
        return both ? a & b : a | b;
    }
    if (draw(m, 4) == 0) {
        tw_buf_text(&m->text, "not (");
        holds = ~add_condition(m, depth);
        tw_buf_text(&m->text, ")");
        return holds;
    }
    const unsigned which = draw(m, 6);
    for (unsigned k = 0; k < CASES; k++) {
        const bool cn = made_case[k].origin[0] == 'C', apples = made_case[k].hs[0] == '0';
        const bool is[] = {made_case[k].kg > 10, cn, apples, m->num[k] == 1, !cn, m->num[k] < 2};
        holds |= (unsigned)is[which] << k;
    }
    tw_buf_text(&m->text, text[which]);
    return holds;
}

static void add_block(struct made_up *m, unsigned depth, unsigned cases)
{
    static const int per_cent[] = {0, 10, 40, 100};
    for (unsigned s = draw(m, 3); s-- > 0;) {
        const unsigned what = draw(m, depth > 0 ? 4 : 2);
        const int p = per_cent[draw(m, 4)], num = (int)draw(m, 3);
        if (what == 0) tw_buf_printf(&m->text, "RedLane IS %d; ", p);
        if (what == 1) tw_buf_printf(&m->text, "Num01 IS %d; ", num);
        for (unsigned k = 0; k < CASES; k++) {
            if ((cases >> k & 1) == 0) continue;
            if (what == 0) m->red[k] = p / 100.0;
            if (what == 1) m->num[k] = num;
        }
        if (what < 2) continue;
        tw_buf_text(&m->text, "If ");
        const unsigned holds = add_condition(m, 2);
        tw_buf_text(&m->text, " Then ");
        add_block(m, depth - 1, cases & holds);
        tw_buf_text(&m->text, "Else ");
        add_block(m, depth - 1, cases & ~holds);
        tw_buf_text(&m->text, "Endif; ");
    }
}

/* Does the condition hold in the case? Asked of it as of an author: by an example. */
static bool holds_in(struct tw_str when, unsigned k)
{
    TW_SCOPED_BUF yaml = {0};
    struct tw_criteria *c = NULL;
    tw_buf_printf(&yaml, HEAD "  - id: A\n    when: >\n      ");
    for (size_t i = 0; i < when.n; i++) tw_buf_char(&yaml, when.s[i] == '\n' ? ' ' : when.s[i]);
    tw_buf_printf(&yaml, "\n" REST "    examples: [{net_mass_kg: %d, origin: %s, hs: \"%s\", hit: true}]\n",
                  made_case[k].kg, made_case[k].origin, made_case[k].hs);
    const bool holds = tw_criteria_parse(tw_buf_view(&yaml), NULL, NULL, &c, NULL) == TW_OK;
    tw_criteria_free(c);
    return holds;
}

static void a_draft_asks_as_often_as_the_criterion_did(void)
{
    size_t made = 0, several = 0;
    for (uint64_t seed = 1; seed <= 120; seed++) {
        struct made_up m = {.text = {0}};
        struct imported i;
        size_t n = 0;
        m.rng = tw_rng_new(seed, "asycuda");
        tw_buf_text(&m.text, "Criteria X; Num01 IS 0; ");
        add_block(&m, 3, (1 << CASES) - 1);
        import_text(tw_buf_view(&m.text), &i);
        const struct tw_criterion *c = i.set != NULL ? tw_criteria_at(i.set, &n) : NULL;
        for (unsigned k = 0; k < CASES; k++) {
            double pass = 1;
            for (size_t j = 0; j < n; j++)
                if (holds_in(c[j].when, k)) pass *= 1 - c[j].probability;
            const bool same = 1 - pass > m.red[k] - 1e-9 && 1 - pass < m.red[k] + 1e-9;
            if (!same)
                printf("# %.*s\n# case %u: %f, want %f\n# %s\n", (int)m.text.n, m.text.p, k, 1 - pass,
                       m.red[k], i.draft.p);
            CHECK(same);
        }
        made += n > 0;
        several += n > 2;
        drop(&i);
        tw_buf_free(&m.text);
    }
    CHECK(made > 40 && several > 10);
}

/* -- the page that says what is read */

static void the_page_has_every_name(void)
{
    static const struct {
        const char *name, *path;
    } row[] = {
#define X(name, kind, path, box) {name, path},
#include "criteria/asycuda.def"
#undef X
    };
    TW_SCOPED_BUF page = {0};
    TW_SCOPED_BUF where = {0};
    char piece[4096];
    const char *source = getenv("TIDEWAITER_SOURCE");
    tw_buf_printf(&where, "%s/docs/formats/asycuda.md", source != NULL ? source : ".");
    tw_buf_char(&where, '\0');
    FILE *f = fopen(where.p, "rb");
    CHECK(f != NULL);
    for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;) tw_buf_put(&page, piece, n);
    CHECK(fclose(f) == 0);
    tw_buf_char(&page, '\0');
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        char line[120], name[80];
        snprintf(line, sizeof line, "\n| `%s` |", row[i].path);
        snprintf(name, sizeof name, "`%s`", row[i].name);
        const char *at = strstr(page.p, line), *end = at != NULL ? strchr(at + 1, '\n') : NULL;
        const char *found = at != NULL ? strstr(at, name) : NULL;
        if (found == NULL || found > end) printf("# %s is not in the row of %s\n", row[i].name, row[i].path);
        CHECK(found != NULL && found < end);
    }
}

/* Each takes as much memory as one, however many there are. */
static void many_long_criteria_are_taken(void)
{
    enum { CRITERIA = 700, CODES = 90 };
    TW_SCOPED_BUF text = {0};
    struct tw_fault fault = {0};
    struct imported i;
    for (int c = 0; c < CRITERIA; c++) {
        tw_buf_printf(&text, "Criteria \"C%d\";  If ComCod = \"0101\"", c);
        for (int k = 0; k < CODES; k++)
            tw_buf_printf(&text, " or (ComCod = \"%04d\" and CtyOrigCod = \"%c%c\")", 1000 + 10 * k,
                          'A' + k % 26, 'A' + k / 26);
        tw_buf_text(&text, " Then RedLane IS 100; Endif;\n");
    }
    CHECK(import_within(tw_buf_view(&text), (struct tw_asycuda_options){.day = 0}, &i, &fault) == TW_OK);
    CHECK(i.n.made == CRITERIA);
    drop(&i);
}

static tw_err import_little(void)
{
    struct imported i;
    const tw_err err = import_within(TW_STR("// why\nCriteria A; Num01 IS 1; If ComCod in (\"08\", \"09\") "
                                            "and NetMass > Num01 Then RedLane IS 50; Endif;"),
                                     (struct tw_asycuda_options){.day = 0}, &i, NULL);
    if (err == TW_OK && i.n.made != 1) printf("# %.*s\n", (int)i.told.n, i.told.p);
    CHECK(err == TW_OK ? i.n.made == 1 : i.draft.n == 0);
    drop(&i);
    return err;
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(import_little) > 5);
}

int main(void)
{
    RUN(conditions_say_the_same_in_cel);
    RUN(a_set_is_made_to_be_completed);
    RUN(each_lane_becomes_a_criterion_with_its_share);
    RUN(what_is_not_understood_leaves_its_criterion_out);
    RUN(what_is_left_out_stands_in_the_draft_where_it_stood);
    RUN(texts_come_in_any_encoding_and_with_any_ends_of_lines);
    RUN(what_is_no_text_of_criteria_is_refused);
    RUN(limits_have_their_numbers);
    RUN(a_draft_asks_as_often_as_the_criterion_did);
    RUN(the_page_has_every_name);
    RUN(many_long_criteria_are_taken);
    RUN(survives_every_failed_allocation);
    return DONE();
}
