# SPDX-License-Identifier: Apache-2.0
"""tools/mutate on a tree of one module, with a test that sees everything and with one that sees nothing."""
import importlib.machinery
import importlib.util
import re
import shutil

from tap import TOOLS, call, run, write

TOY = """/* toy */
#include <stdlib.h>
#include "toy/toy.h"
int middle(int a, int b, int c)
{
    int low = a < b ? a : b, high = a < b ? b : a;
    if (c <= low || c >= high) {
        low = c <= low ? low : high;
        return low;
    }
    return c;
}
int *kept(int v)
{
    int *p = malloc(sizeof *p);
    if (p != NULL) *p = v + 1;
    return p;
}
"""
STRONG = """#include <stdlib.h>
#include "toy/toy.h"
int main(void)
{
    for (int a = -3; a < 4; a++)
        for (int b = -3; b < 4; b++)
            for (int c = -3; c < 4; c++) {
                int v[3] = {a, b, c};
                for (int i = 0; i < 2; i++)
                    for (int k = 0; k < 2; k++)
                        if (v[k] > v[k + 1]) { int t = v[k]; v[k] = v[k + 1]; v[k + 1] = t; }
                if (middle(a, b, c) != v[1]) return 1;
            }
    int *p = kept(4);
    if (p == 0 || *p != 5) return 1;
    free(p);
    return 0;
}
"""
WEAK = """#include "toy/toy.h"
int main(void) { return middle(1, 2, 3) == 99; }
"""


def _tree(top, test):
    write(top / "meson.build", """project('toy', 'c')
inc = include_directories('src/ground')
subdir('src/ground/toy')
subdir('tests')
""")
    write(top / "src/ground/toy/meson.build",
          "toy = static_library('toy', 'toy.c', include_directories: inc)\n")
    write(top / "src/ground/toy/toy.h", "int middle(int a, int b, int c);\nint *kept(int v);\n")
    write(top / "src/ground/toy/toy.c", TOY)
    write(top / "tests/meson.build",
          "executable('test_toy_toy', 'unit/toy/test_toy.c', include_directories: inc, link_with: toy)\n")
    write(top / "tests/unit/toy/test_toy.c", test)
    (top / "tools").mkdir()
    shutil.copy2(TOOLS / "mutate", top / "tools" / "mutate")
    assert call("git", "init", "-q", top).returncode == 0


def _mutate(top, *args):
    return call(top / "tools" / "mutate", "--jobs", 1, "--files", "src/ground/toy/toy.c", *args, cwd=top)


def _module():
    loader = importlib.machinery.SourceFileLoader("mutate", str(TOOLS / "mutate"))
    spec = importlib.util.spec_from_loader("mutate", loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def a_test_that_sees_everything_kills_nearly_all(top):
    _tree(top, STRONG)
    done = _mutate(top, "--count", 12, "--at-least", 80)  # c > high for c >= high changes nothing
    assert done.returncode == 0, done.stdout + done.stderr
    killed, count = map(int, re.search(r"(\d+) of (\d+) mutants killed", done.stdout.splitlines()[-1]).groups())
    assert count == 12 and killed >= 10, done.stdout
    assert (top / "src/ground/toy/toy.c").read_text(encoding="utf-8") == TOY  # the tree itself is as it was
    assert sorted(p.name for p in top.iterdir()) == [".git", "meson.build", "src", "tests", "tools"]


def survivors_are_told_with_place_and_change_and_fail_the_run(top):
    _tree(top, WEAK)
    first, again = _mutate(top, "--count", 6, "--seed", 7), _mutate(top, "--count", 6, "--seed", 7)
    assert first.returncode == 1, first.stdout + first.stderr
    told = re.findall(r"^survived: src/ground/toy/toy\.c:(\d+): \w+\n  - (.*)\n  \+ (.*)$", first.stdout, re.M)
    assert len(told) >= 4, first.stdout
    for line, before, after in told:
        assert TOY.splitlines()[int(line) - 1].strip() == before and before != after, told
    assert first.stdout == again.stdout  # the same seed, the same mutants


def a_tree_whose_tests_fail_is_refused(top):
    _tree(top, STRONG.replace("!= 5", "!= 6"))
    done = _mutate(top, "--count", 2)
    assert done.returncode == 2 and "fails on the tree as it is" in done.stderr, done


def files_that_are_none_are_refused(top):
    _tree(top, STRONG)
    done = call(top / "tools" / "mutate", "--files", "src/ground/toy/no.c", cwd=top)
    assert done.returncode == 2 and "src/ground/toy/no.c" in done.stderr, done


def faults_are_planted_where_they_mean_something(top):
    mutate = _module()
    source = """/* a < b */
#include "a/b.h"
#define M(x) ((x) < 3)
static const int table[2] = {10, 0x1f};
static bool f(const char *p, int64_t n)
{
    const char *s = "a && b";
    size_t i = (size_t)-1;
    if (n > 0 && *p == 'x') n--;
    for (;;) {
        i += 2u;
        break;
    }
    g(s, &n);
    return n << 1 != 0;
}
"""
    changes = [(m.kind, source[m.at:m.at + m.length], m.new) for m in mutate.sites("f.c", source, 1)]
    kinds = {(kind, old) for kind, old, _ in changes}
    assert ("constant", "10") in kinds and ("constant", "0x1f") in kinds and ("constant", "2u") in kinds, changes
    assert ("relation", ">") in kinds and ("relation", "==") in kinds and ("relation", "!=") in kinds
    assert ("logic", "&&") in kinds and sum(kind == "logic" for kind, _, _ in changes) == 1  # not within the text
    assert ("negation", "(n > 0 && *p == 'x')") in kinds and ("arithmetic", "<<") in kinds
    assert {old for kind, old, _ in changes if kind == "dropped"} == {"n--", "i += 2u", "break", "g(s, &n)"}, changes
    assert ("return", "return n << 1 != 0;", "return !(n << 1 != 0);") in changes, changes
    assert not any(old in ("*", "&", "-") for kind, old, _ in changes if kind == "arithmetic"), changes  # unary ones


run(globals())
