# SPDX-License-Identifier: Apache-2.0
"""Plants each kind of offence in a small tree and sees tools/check-style refuse it, at its line."""
import subprocess

from tap import TOOLS, call, run, write

HEAD = "/* SPDX-License-Identifier: Apache-2.0 */\n"


def _style(top, files):
    write(top / "src/stages/score/README.md", "# score\n")
    for name, text in files.items():
        write(top / name, text)
    return call(TOOLS / "check-style", top)


def _refused(top, name, text, line, words):
    done = _style(top, {name: text})
    at = f"{name}:{line}: " if line else f"{name}: "
    assert done.returncode == 1, done
    assert [w for w in done.stdout.splitlines() if w.startswith(at) and words in w], done.stdout
    assert len(done.stdout.splitlines()) == 1, done.stdout


def clean_files_pass(top):
    done = _style(top, {
        "src/stages/score/tree.h": HEAD + "/* score/tree.h -- what trees say. */\nint f(void);\n",
        "src/stages/score/tree.c": HEAD + 'static const char *const url = "https://example.org//x"; /* a // b */\n',
        "src/ground/base/str.c": HEAD + "double g(const char *s) { return strtod(s, 0); }\n",
        "src/ground/base/README.md": "# base\nThe path ./workshop/ and two blanks for a break:  \nnext.\n",
        "Makefile": "# SPDX-License-Identifier: Apache-2.0\nall:\n\ttrue\n",
        "data/blob.bin": "\0 \t\r ",
    })
    assert (done.returncode, done.stdout) == (0, ""), done


def refused_functions_are_found_outside_base(top):
    for name in ("strcpy", "sprintf", "strtok", "atoi", "strtod", "localtime", "gmtime", "rand", "system"):
        _refused(top, "src/stages/score/tree.c", HEAD + f"int f(char *a)\n{{\n    return {name} (a);\n}}\n", 4,
                 f"calls {name}")


def functions_whose_names_only_end_alike_pass(top):
    done = _style(top, {"src/stages/score/tree.c": HEAD + "int f(void) { return my_rand(1) + tw_strtod(2); }\n"})
    assert done.returncode == 0, done


def blanks_at_line_ends_are_refused(top):
    _refused(top, "src/stages/score/tree.c", HEAD + "int a; \n", 2, "blanks at the end")


def a_single_blank_ends_no_line_of_prose(top):
    _refused(top, "docs/a.md", "one \ntwo\n", 1, "a blank at the end")


def tabs_are_refused(top):
    _refused(top, "src/stages/score/tree.c", HEAD + "\tint a;\n", 2, "a tab")


def carriage_returns_are_refused(top):
    write(top / "docs/a.md", "")
    (top / "docs/a.md").write_bytes(b"one\r\ntwo\n")
    done = _style(top, {})
    assert done.returncode == 1 and "docs/a.md:1: a carriage return" in done.stdout, done


def a_missing_newline_at_the_end_is_refused(top):
    _refused(top, "src/stages/score/tree.c", HEAD + "int a;", 0, "no newline")


def a_missing_licence_line_is_refused(top):
    _refused(top, "src/stages/score/tree.c", "int a;\n", 1, "SPDX-License-Identifier")
    (top / "src/stages/score/tree.c").unlink()
    _refused(top, "tools/thing", "#!/bin/sh\ntrue\n", 1, "SPDX-License-Identifier")


def a_header_says_its_name_and_purpose(top):
    _refused(top, "src/stages/score/tree.h", HEAD + "int f(void);\n", 2, "score/tree.h -- purpose")


def slashed_comments_are_refused(top):
    _refused(top, "src/stages/score/tree.c", HEAD + "int a; // for now\n", 2, "a // comment")


def work_left_undone_is_refused(top):
    for word in ("TO" "DO", "FIX" "ME"):
        _refused(top, "src/stages/score/tree.c", HEAD + f"/* {word}: later */\n", 2, word)


def paths_of_one_machine_are_refused(top):
    for path in ("/wo" "rk/main/x", "/ro" "ot/x", "/tmp/t" "w/x", "/ho" "me/kim/x"):
        _refused(top, "docs/a.md", f"line\nsee {path}\n", 2, "exists on one machine only")


def a_file_over_a_thousand_lines_is_refused(top):
    _refused(top, "src/stages/score/tree.c", HEAD + "int a;\n" * 1000, 0, "1001 lines")


def a_module_without_a_page_is_refused(top):
    done = _style(top, {"src/facts/geo/gap.c": HEAD})
    assert done.returncode == 1 and done.stdout.startswith("src/facts/geo/: no README.md"), done


def files_that_git_ignores_are_not_read(top):
    subprocess.run(["git", "init", "-q", top], check=True)
    write(top / ".gitignore", "/build/\n")
    done = _style(top, {"build/x.c": "int a; \n"})
    assert (done.returncode, done.stdout) == (0, ""), done


run(globals())
