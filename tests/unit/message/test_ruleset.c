/* SPDX-License-Identifier: Apache-2.0 */
#include "message/ruleset.h"

#include "base/buf.h"
#include "check.h"
#include "fault.h"

static struct tw_arena *arena;
static struct tw_fault fault;
static struct tw_buf told;
static struct tw_validation v;

static void tell(void *to, const struct tw_wrong *w)
{
    (void)to;
    CHECK(w->remedy.n > 0 && w->fault->note[0] != '\0');
    tw_buf_printf(&told, "%s %.*s %s %d:%zu\n", w->severity == TW_SEVERITY_FAULT ? "fault" : "warning",
                  TW_STR_ARG(w->rule), tw_element_row(w->element)->name, w->of_item, w->fault->item);
}

static struct tw_validation_rules rules = {.now = TW_NO_TIME, .wrong = tell};

#define HEAD     "name: t\nrules:\n"
#define RULE(id) "  - id: " id "\n    severity: fault\n    words: w\n    remedy: r\n    source: s\n"
#define NONE     "    examples: [{holds: true}]\n"

static tw_err parse_most(const char *yaml, uint32_t most, struct tw_ruleset *ret)
{
    tw_arena_reset(arena);
    fault = (struct tw_fault){0};
    return tw_ruleset_parse(tw_str_from(yaml), most, arena, ret, &fault);
}

static void refuses(const char *yaml, tw_err err, uint32_t line, const char *words)
{
    struct tw_ruleset set = {.name = {"x", 1}};
    CHECK(parse_most(yaml, 2, &set) == err);
    if (fault.line != line || strstr(fault.note, words) == NULL) printf("# %u: %s\n", fault.line, fault.note);
    CHECK(fault.line == line && strstr(fault.note, words) != NULL);
    CHECK(set.name.n == 1 && set.rules.n == 0);
}

static struct tw_ruleset parse(const char *yaml)
{
    struct tw_ruleset set;
    if (parse_most(yaml, 0, &set) != TW_OK) printf("# %u: %s\n", fault.line, fault.note);
    CHECK(fault.code == TW_OK);
    return set;
}

static void expect(const struct tw_ruleset *set, const struct tw_decl *d, const char *want)
{
    tw_buf_clear(&told);
    CHECK(tw_ruleset_check(set, d, &v, NULL) == TW_OK);
    if (!tw_str_is(tw_buf_view(&told), want)) printf("# %.*s\n", TW_STR_ARG(tw_buf_view(&told)));
    CHECK(tw_str_is(tw_buf_view(&told), want));
}

/* Its examples run when it is read. */
static void the_set_that_is_shipped_keeps_its_examples(void)
{
    const char *source = getenv("TIDEWAITER_SOURCE");
    static char yaml[1 << 16];
    char path[1024];
    snprintf(path, sizeof path, "%s/data/rules/import.yaml", source != NULL ? source : ".");
    FILE *f = fopen(path, "rb");
    CHECK(f != NULL);
    yaml[fread(yaml, 1, sizeof yaml - 1, f)] = '\0';
    CHECK(fclose(f) == 0);
    const struct tw_ruleset set = parse(yaml);
    CHECK(set.rules.n == 5 && tw_str_is(set.name, "import"));
}

static void rules_are_asked_of_the_header_or_of_each_item(void)
{
    const struct tw_ruleset set =
        parse(HEAD RULE("A") "    require: [{element: office, form: a2an6}, {element: type, present: true}]\n"
                             "    examples: [{type: X, holds: true}]\n" RULE(
                                 "B") "    when: [{element: hs, prefix: ['02', '03']}]\n"
                                      "    require: [{element: document.type, in: ['853', '9']}, {element: "
                                      "price, at_most: '10'}]\n" NONE);
    struct tw_document document = {.type = TW_STR("9")}, other = {.type = TW_STR("8")};
    struct tw_item item[3];
    struct tw_decl d;
    tw_decl_init(&d);
    for (int i = 0; i < 3; i++) tw_item_init(&item[i]);
    d.items.at = item;
    d.items.n = 3;
    tw_validation_begin(&v, &rules);
    item[1].hs = item[2].hs = TW_STR("0302");
    item[2].price = (struct tw_money){1001, "EUR"};
    item[1].price = (struct tw_money){1000, "EUR"};
    item[1].documents.at = &document;
    item[1].documents.n = 1;
    item[2].documents.at = &other;
    item[2].documents.n = 1;
    d.office = TW_STR("X");
    expect(&set, &d, "fault A office 0:0\nfault A type 0:0\nfault B document.type 1:2\nfault B price 1:2\n");
    CHECK(v.faults == 4);
    d.documents.at = &document; /* the header's hold for every item */
    d.documents.n = 1;
    d.type = TW_STR("IMA");
    d.office = TW_STR("GB000001");
    expect(&set, &d, "fault B price 1:2\n");
    d.function = TW_STR("13"); /* a request says only what changes */
    expect(&set, &d, "");
}

static void what_could_not_be_read_is_not_missed(void)
{
    const struct tw_ruleset set = parse(HEAD RULE("A") "    require: [{element: type, present: true}]\n"
                                                       "    examples: [{type: X, holds: true}]\n");
    struct tw_decl d;
    struct tw_fault unread = {.path = "type"};
    tw_decl_init(&d);
    tw_validation_begin(&v, &rules);
    tw_buf_clear(&told);
    TW_IGNORE(tw_fail(&unread, TW_FORMAT, "it is none"));
    tw_validation_value(&v, &unread);
    expect(&set, &d, "");
}

static void a_form_says_which_characters_and_how_many(void)
{
    static const struct {
        const char *form, *text;
        bool fits;
    } row[] = {{"a2n12", "GB553202734852", true},
               {"a2n12", "GB55320273485", false},
               {"a2n12", "G1553202734852", false},
               {"an..17", "A1", true},
               {"an..3", "A123", false},
               {"an..3", "", false},
               {"an3", "A-1", false},
               {"a1n2a1", "A12B", true},
               {"n4", "1234", true}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        CHECK(tw_rule_form_fits(tw_str_from(row[i].form), tw_str_from(row[i].text)) == row[i].fits);
    static const char *const bad[] = {"",    "x2",      "a",   "a0", "a1001", "na2",
                                      "aa2", "an..2n1", "a..", "2",  "a2 "};
    char yaml[400];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(yaml, sizeof yaml,
                 HEAD RULE("A") "    require:\n      - {element: office, form: '%s'}\n" NONE, bad[i]);
        refuses(yaml, TW_RANGE, 9, "is no form");
    }
}

static void a_bad_set_is_told_with_its_line(void)
{
    refuses("name: t\n", TW_FORMAT, 1, "rules");
    refuses("name: t\nrules: []\n", TW_FORMAT, 2, "a list of rules");
    refuses(HEAD "  - id: A\n", TW_FORMAT, 3, "severity");
    refuses(HEAD RULE("A") "    require: [{element: offce, present: true}]\n" NONE, TW_NOTFOUND, 8,
            "is office meant?");
    refuses(HEAD RULE("A") "    require: [{element: manifest.id, present: true}]\n" NONE, TW_NOTFOUND, 8,
            "no element of declarations");
    refuses(HEAD RULE("A") "    require: [{element: office}]\n" NONE, TW_FORMAT, 8, "this one has 0");
    refuses(HEAD RULE("A") "    require: [{element: office, is: a, form: a1}]\n" NONE, TW_FORMAT, 8,
            "this one has 2");
    refuses(HEAD RULE("A") "    require: [{element: office, present: maybe}]\n" NONE, TW_FORMAT, 8,
            "true or false");
    refuses(HEAD RULE("A") "    require: [{element: office, at_most: '1'}]\n" NONE, TW_RANGE, 8,
            "is no number");
    refuses(HEAD RULE("A") "    require: [{element: price, at_most: x}]\n" NONE, TW_RANGE, 8, "is no number");
    refuses(HEAD RULE("A") "    require: [{element: office, in: []}]\n" NONE, TW_FORMAT, 8,
            "1 to 1000 values");
    refuses(HEAD RULE("A") "    require: []\n" NONE, TW_FORMAT, 8, "a list of conditions");
    refuses(HEAD RULE("A") "    require: [{element: office, present: true}]\n    examples: []\n", TW_FORMAT,
            9, "a list of examples");
    refuses(HEAD RULE("A") "    require: [{element: office, present: true}]\n    examples:\n      - {office: "
                           "X, holds: true}\n"
                           "      - {holds: true}\n",
            TW_FORMAT, 11, "does not hold for this example");
    refuses(HEAD RULE("A") "    require: [{element: office, present: true}]\n    examples: [{office: X}]\n",
            TW_FORMAT, 9, "holds: true");
    refuses(HEAD RULE("A") "    require: [{element: office, present: true}]\n    examples: [{lodged_at: "
                           "soon, holds: true}]\n",
            TW_FORMAT, 9, "date");
    refuses(HEAD "  - {id: A, severity: grave, words: w, remedy: r, source: s, require: [{element: office, "
                 "present: true}],\n"
                 "     examples: [{office: X, holds: true}]}\n",
            TW_FORMAT, 3, "fault or warning");
    refuses(HEAD RULE("A") "    require: [{element: office, present: false}]\n" NONE RULE(
                "A") "    require: [{element: office, present: false}]\n" NONE,
            TW_CONFLICT, 10, "further up");
}

static void a_set_has_limits(void)
{
    TW_SCOPED_BUF yaml = {0};
    struct tw_ruleset set;
    const char *rest = "    require: [{element: office, present: false}]\n" NONE;
    tw_buf_text(&yaml, HEAD);
    for (int i = 0; i < 3; i++)
        tw_buf_printf(&yaml,
                      "  - id: A%d\n    severity: fault\n    words: w\n    remedy: r\n    source: s\n%s", i,
                      rest);
    tw_buf_char(&yaml, '\0');
    CHECK(parse_most(yaml.p, 3, &set) == TW_OK && set.rules.n == 3);
    refuses(yaml.p, TW_LIMIT, 3, "up to 2 rules, this one has 3");
    for (int n = TW_RULE_CONDITIONS_MAX; n <= TW_RULE_CONDITIONS_MAX + 1; n++) {
        tw_buf_clear(&yaml);
        tw_buf_text(&yaml, HEAD RULE("A") "    require:\n");
        for (int i = 0; i < n; i++) tw_buf_text(&yaml, "      - {element: office, present: false}\n");
        tw_buf_text(&yaml, NONE);
        tw_buf_char(&yaml, '\0');
        CHECK(parse_most(yaml.p, 0, &set) == (n == TW_RULE_CONDITIONS_MAX ? TW_OK : TW_LIMIT));
    }
    for (int n = TW_RULE_VALUES_MAX; n <= TW_RULE_VALUES_MAX + 1; n++) {
        tw_buf_clear(&yaml);
        tw_buf_text(&yaml, HEAD RULE("A") "    when: [{element: office, in: [a");
        for (int i = 1; i < n; i++) tw_buf_text(&yaml, ",b");
        tw_buf_text(&yaml, "]}]\n    require: [{element: office, present: false}]\n" NONE);
        tw_buf_char(&yaml, '\0');
        CHECK(parse_most(yaml.p, 0, &set) == (n == TW_RULE_VALUES_MAX ? TW_OK : TW_LIMIT));
    }
    for (int n = TW_RULE_EXAMPLES_MAX; n <= TW_RULE_EXAMPLES_MAX + 1; n++) {
        tw_buf_clear(&yaml);
        tw_buf_text(&yaml,
                    HEAD RULE("A") "    require: [{element: office, present: false}]\n    examples:\n");
        for (int i = 0; i < n; i++) tw_buf_text(&yaml, "      - {holds: true}\n");
        tw_buf_char(&yaml, '\0');
        CHECK(parse_most(yaml.p, 0, &set) == (n == TW_RULE_EXAMPLES_MAX ? TW_OK : TW_LIMIT));
    }
    TW_SCOPED(tw_arena) *small = NULL;
    CHECK(tw_arena_new(4096, &small) == TW_OK);
    CHECK(tw_ruleset_parse(tw_str_from(yaml.p), 0, small, &set, &fault) == TW_LIMIT);
}

static tw_err parse_and_check(void)
{
    TW_SCOPED(tw_arena) *own = NULL;
    struct tw_ruleset set;
    struct tw_decl d;
    tw_decl_init(&d);
    d.office = TW_STR("X");
    TW_TRY(tw_arena_new(1 << 20, &own));
    TW_TRY(tw_ruleset_parse(TW_STR(HEAD RULE("A") "    require: [{element: office, form: a2}]\n" NONE), 0,
                            own, &set, NULL));
    tw_validation_begin(&v, &rules);
    return tw_ruleset_check(&set, &d, &v, NULL);
}

static void survives_every_failed_allocation(void)
{
    CHECK(parse_and_check() == TW_OK && fault_each_allocation(parse_and_check) > 2);
}

int main(void)
{
    CHECK(tw_arena_new(8 << 20, &arena) == TW_OK);
    RUN(the_set_that_is_shipped_keeps_its_examples);
    RUN(rules_are_asked_of_the_header_or_of_each_item);
    RUN(what_could_not_be_read_is_not_missed);
    RUN(a_form_says_which_characters_and_how_many);
    RUN(a_bad_set_is_told_with_its_line);
    RUN(a_set_has_limits);
    RUN(survives_every_failed_allocation);
    tw_buf_free(&told);
    tw_arena_free(arena);
    return DONE();
}
