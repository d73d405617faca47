/* SPDX-License-Identifier: Apache-2.0 */
#include "fault.h"
#include "unit/cel/try.h"

static void show_path(const struct tw_cel_outline *o, struct tw_buf *out)
{
    const struct tw_cel_type *type = variable[o->variable].type;
    tw_buf_str(out, variable[o->variable].name);
    for (uint32_t i = 0; i < o->fields; i++) {
        tw_buf_printf(out, ".%.*s", TW_STR_ARG(type->field[o->field[i]].name));
        type = type->field[o->field[i]].type;
    }
    CHECK(type == o->type);
}

/* and(item.origin == 'US', ?): what is no fact is a question mark */
static void show(const struct tw_cel_outline *o, struct tw_buf *out)
{
    static const char *const join[] = {"and", "or", "not", "choice", "true", "false", "", "?"};
    static const char *const fact[] = {"has", "is", "==", "!=", "<", "<=", ">", ">=", "in", "begins"};
    tw_buf_text(out, join[o->kind]);
    if (o->kind == TW_CEL_OUTLINE_FACT) {
        show_path(o, out);
        tw_buf_printf(out, " %s", fact[o->fact]);
        for (size_t i = 0; i < o->n; i++) {
            tw_buf_char(out, ' ');
            tw_cel_show(o->with[i], NULL, out);
        }
    } else if (o->n > 0) {
        for (size_t i = 0; i < o->n; i++) {
            tw_buf_text(out, i == 0 ? "(" : ", ");
            show(o->part[i], out);
        }
        tw_buf_char(out, ')');
    }
}

static void is(const char *expression, const char *outline)
{
    TW_SCOPED(tw_cel_program) *program = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED_BUF shown = {0};
    const struct tw_cel_outline *o;
    CHECK(tw_cel_compile(tw_str_from(expression), &env, NULL, &program, NULL) == TW_OK);
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK && tw_cel_outline_of(program, arena, &o) == TW_OK);
    show(o, &shown);
    if (!tw_str_is(tw_buf_view(&shown), outline)) printf("# %s: %.*s\n", expression, (int)shown.n, shown.p);
    CHECK(tw_str_is(tw_buf_view(&shown), outline));
}

static void a_condition_is_a_tree_of_facts(void)
{
    is("item.origin == 'US'", "item.origin == 'US'");
    is("'US' != item.origin", "item.origin != 'US'");
    is("item.price > 5 && 5.5 >= item.price", "and(item.price > 5, item.price <= 5.5)");
    is("item.origin in ['US', 'CN'] || item.code.startsWith('08')",
       "or(item.origin in 'CN' 'US', item.code begins '08')");
    is("!(item.mass < 7) && !has(item.origin)", "and(not(item.mass < 7), not(item.origin has))");
    is("item.importer.name == 'a' && has(item.importer.country)",
       "and(item.importer.name == 'a', item.importer.country has)");
    is("item.origin == 'US' ? item.mass > 1 : item.mass > 2",
       "choice(item.origin == 'US', item.mass > 1, item.mass > 2)");
    is("true", "true");
    is("1 > 2", "false");
}

static void whatever_else_it_says_may_be_anything(void)
{
    is("item.price * 2.0 > 5.0 && item.origin == 'US'", "and(?, item.origin == 'US')");
    is("item.origin == item.code", "?");
    is("item.origin.endsWith('x') || item.code.matches('^0')", "or(?, ?)");
    is("items.exists(i, i.origin == 'US')", "?");
    is("n > 5", "?");
    is("'a' in item.tags", "?");
    is("item.code.startsWith(item.origin)", "?");
    is("size(item.code) == 4", "?");
}

static tw_err outline_with_little(void)
{
    static struct tw_cel_program *program;
    TW_SCOPED(tw_arena) *arena = NULL;
    const struct tw_cel_outline *o;
    if (program == NULL) {
        const tw_err err =
            tw_cel_compile(TW_STR("item.origin == 'US' && item.mass > 1"), &env, NULL, &program, NULL);
        if (err != TW_OK) return err;
    }
    TW_TRY(tw_arena_new(1 << 20, &arena));
    TW_TRY(tw_cel_outline_of(program, arena, &o));
    tw_cel_free(program);
    program = NULL;
    return TW_OK;
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(outline_with_little) > 1);
}

int main(void)
{
    set_up();
    RUN(a_condition_is_a_tree_of_facts);
    RUN(whatever_else_it_says_may_be_anything);
    RUN(survives_every_failed_allocation);
    return DONE();
}
