/* SPDX-License-Identifier: Apache-2.0 */
/* What cannot be, in an officer's words. */
#include "criteria/box_priv.h"

enum { VALUES_SHOWN = 3 };

void path_say(const struct schema *s, const struct tw_cel_outline *path, struct tw_buf *out)
{
    const struct tw_cel_type *type = s->variable[path->variable].type;
    tw_buf_str(out, s->variable[path->variable].name);
    for (uint32_t i = 0; i < path->fields; i++) {
        tw_buf_printf(out, ".%.*s", TW_STR_ARG(type->field[path->field[i]].name));
        type = type->field[path->field[i]].type;
    }
}

static void say_values(const struct tw_cel_outline *o, struct tw_buf *out)
{
    for (size_t i = 0; i < o->n && i < VALUES_SHOWN; i++) {
        tw_buf_text(out, i > 0 ? ", " : "");
        tw_cel_show(o->with[i], NULL, out);
    }
    if (o->n > VALUES_SHOWN) tw_buf_printf(out, " and %zu others", o->n - VALUES_SHOWN);
}

/* be 'US', not begin with '08', be less than 5 */
static void say_fact(struct fact f, struct tw_buf *out)
{
    static const char *const words[] = {
        [TW_CEL_FACT_HAS] = "be declared",  [TW_CEL_FACT_TRUE] = "be true",
        [TW_CEL_FACT_EQ] = "be ",           [TW_CEL_FACT_NE] = "be other than ",
        [TW_CEL_FACT_LT] = "be less than ", [TW_CEL_FACT_LE] = "be at most ",
        [TW_CEL_FACT_GT] = "be more than ", [TW_CEL_FACT_GE] = "be at least ",
        [TW_CEL_FACT_IN] = "be one of ",    [TW_CEL_FACT_PREFIX] = "begin with "};
    if (f.of->fact == TW_CEL_FACT_HAS && !f.holds) {
        tw_buf_text(out, "be missing");
        return;
    }
    tw_buf_printf(out, "%s%s", f.holds ? "" : "not ", words[f.of->fact]);
    if (f.of->byte == UINT32_MAX)
        tw_buf_text(out, "the criterion's offices");
    else if (f.of->fact != TW_CEL_FACT_HAS && f.of->fact != TW_CEL_FACT_TRUE)
        say_values(f.of, out);
}

static void say(const struct schema *s, const struct clash *c, struct tw_buf *out)
{
    const struct range r = range_of(s, c->path);
    if (c->one.of == NULL) {
        tw_buf_text(out, "nothing meets all that is asked of ");
        path_say(s, c->path, out);
        return;
    }
    path_say(s, c->path, out);
    tw_buf_text(out, " would have to ");
    say_fact(c->one, out);
    if (c->other.of != NULL) {
        tw_buf_text(out, " and ");
        say_fact(c->other, out);
    } else if (r.code) {
        tw_buf_text(out, ", and a commodity code is 2, 4 or 6 to 10 digits");
    } else if (r.land) {
        tw_buf_text(out, ", and a country is two capital letters");
    } else if (r.whole && r.min == 1) {
        tw_buf_text(out, ", and it is a whole number from 1 on");
    } else if (r.whole) {
        tw_buf_text(out, r.min == 0 ? ", and it is a whole number, 0 or more" : ", and it is a whole number");
    } else if (r.min == 0) {
        tw_buf_text(out, ", and it is never below 0");
    }
}

void clash_say(const struct schema *s, const struct clash *c, struct tw_buf *out)
{
    say(s, c, out);
    if (c->cases > 1) tw_buf_text(out, ", and so in each of its cases");
}
