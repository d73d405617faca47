# SPDX-License-Identifier: Apache-2.0
"""Plants each kind of violation in a small tree and sees tools/check-layers refuse it."""
import subprocess

from tap import TOOLS, call, run, write

LAYERS = "base :\nstat : base\nscore : base stat\nstore : base\n"


def _tree(top, files):
    write(top / "src/layers.txt", LAYERS)
    for name in ("ground/base/map.h", "ground/stat/rank.h", "ground/stat/rank_priv.h", "stages/score/tree.h",
                 "shell/store/file.h"):
        write(top / "src" / name, "/* a header */\n")
    for name, text in files.items():
        write(top / "src" / name, text)


def _refused(top, files, *words):
    _tree(top, files)
    done = call(TOOLS / "check-layers", top / "src")
    assert done.returncode == 1, done
    assert len(done.stdout.splitlines()) == 1, done.stdout
    for word in words:
        assert word in done.stdout, done.stdout


def _symbols(top, name, text):
    """check-layers over a build in which src/<name> (floor/module/file.c) holds `text`."""
    _tree(top, {name: text})
    floor, module, file = name.split("/")
    folder = top / "build/src" / floor / module
    folder.mkdir(parents=True)
    member = folder / f"{file}.o"
    subprocess.run(["gcc", "-O2", "-w", "-fno-builtin", "-fPIC", "-c", top / "src" / name, "-o", member], check=True)
    subprocess.run(["ar", "rcsT", folder / f"lib{module}.a", member], check=True)
    return call(TOOLS / "check-layers", top / "src", top / "build")


def a_tree_within_its_layers_passes(top):
    _tree(top, {"stages/score/tree.c": '#include <math.h>\n#include "base/map.h"\n#include "score/tree.h"\n',
                "ground/stat/rank.c": '#include "stat/rank_priv.h"\n',
                "shell/store/file.c": '#include <zlib.h>\n#include <fcntl.h>\n#include "base/map.h"\n'})
    done = call(TOOLS / "check-layers", top / "src")
    assert (done.returncode, done.stdout) == (0, ""), done


def an_include_against_the_flow_is_refused(top):
    _refused(top, {"ground/base/map.c": '\n#include "stat/rank.h"\n'}, "base/map.c:2:", "base may not include stat")


def an_include_from_the_shell_is_refused_in_a_stage(top):
    _refused(top, {"stages/score/tree.c": '#include "store/file.h"\n'}, "score may not include store")


def an_indented_include_is_seen(top):
    _refused(top, {"ground/base/map.c": '#if 1\n#  include "stat/rank.h"\n#endif\n'}, "map.c:2: base may not")


def a_def_table_is_held_to_the_layers_too(top):
    _refused(top, {"ground/base/row.def": '#include "score/tree.h"\n'}, "base may not include score")


def a_private_header_of_another_module_is_refused(top):
    _refused(top, {"stages/score/tree.c": '#include "stat/rank_priv.h"\n'}, "rank_priv.h is private to stat")


def an_include_without_its_module_is_refused(top):
    _refused(top, {"stages/score/tree.c": '#include "tree.h"\n'}, 'write "module/tree.h"')


def a_module_unknown_to_layers_is_refused(top):
    _refused(top, {"stages/magic/wand.c": ""}, "module magic is not in layers.txt")


def layers_that_name_what_stands_below_are_refused(top):
    _tree(top, {})
    write(top / "src/layers.txt", "base : stat\n" + LAYERS.split("\n", 1)[1])
    done = call(TOOLS / "check-layers", top / "src")
    assert done.returncode == 1 and "base names stat, which does not stand above it" in done.stdout, done


def an_outside_library_beyond_its_one_file_is_refused(top):
    _refused(top, {"shell/store/other.c": "#include <zlib.h>\n"}, "<zlib.h> is named in store/file.c alone")


def a_clock_header_is_refused_in_a_pure_floor(top):
    _refused(top, {"stages/score/tree.c": "#include <time.h>\n"}, "pure and may not include <time.h>")


def a_pure_archive_passes(top):
    done = _symbols(top, "stages/score/tree.c",
                    "double sqrt(double); void *memcpy(void *, const void *, unsigned long);\n"
                    "static const char *const names[] = {\"a\", \"b\"};\n"
                    "double f(double x, int i) { return sqrt(x) + names[i][0]; }\n")
    assert (done.returncode, done.stdout) == (0, ""), done


def every_kind_of_impure_call_is_refused(top):
    calls = {"open": "touches files", "fopen": "touches files", "time": "clock", "clock_gettime": "clock",
             "getrandom": "randomness", "rand": "randomness", "getenv": "environment", "setlocale": "locale",
             "exp": "libm", "log": "libm", "pow": "libm", "expf": "libm", "powl": "libm", "printf": "stream",
             "exit": "ends a process", "malloc": "base/mem.h", "strdup": "base/mem.h", "__open_2": "touches files",
             "__printf_chk": "stream"}
    body = "".join(f"void {name}(void);\n" for name in calls)
    body += "void all(void)\n{\n" + "".join(f"    {name}();\n" for name in calls) + "}\n"
    done = _symbols(top, "stages/score/tree.c", body)
    assert done.returncode == 1, done
    lines = done.stdout.splitlines()
    for name, why in calls.items():
        assert any(f"stages/score/tree.c: calls {name}, which" in line and why in line for line in lines), (name, lines)
    assert len(lines) == len(calls), lines


def the_shell_may_open_files_but_not_go_around_the_heap(top):
    done = _symbols(top, "shell/store/file.c",
                    "int open(const char *, int); void *malloc(unsigned long);\n"
                    "int f(void) { return open(\"x\", 0); }\nvoid *g(void) { return malloc(3); }\n")
    assert done.returncode == 1 and done.stdout == \
        "shell/store/file.c: calls malloc, which goes around base/mem.h\n", done


def only_the_named_file_may_reach_the_heap(top):
    text = "void *malloc(unsigned long);\nvoid *f(void) { return malloc(3); }\n"
    assert _symbols(top / "a", "ground/base/mem.c", text).returncode == 0
    assert _symbols(top / "b", "ground/base/map.c", text).returncode == 1


def a_variable_that_outlives_a_call_is_refused(top):
    done = _symbols(top, "stages/score/tree.c",
                    "int count(void) { static int n; return ++n; }\nstatic int set = 3; int *at(void) { return &set; }\n")
    assert done.returncode == 1, done
    assert "variable n outlives a call" in done.stdout and "variable set outlives" in done.stdout, done.stdout


def a_build_without_archives_is_not_taken_for_clean(top):
    _tree(top, {})
    done = call(TOOLS / "check-layers", top / "src", top / "nowhere")
    assert done.returncode == 2 and "build first" in done.stderr, done


run(globals())
