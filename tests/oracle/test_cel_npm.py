#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_cel_npm.py RUNNER [--count N] [--seed S] -- expressions put to our engine and to npm's @bufbuild/cel; TAP on stdout.

Every operator and function with every pair of kinds, then expressions made at random over random declarations, N in
all (default 6,000; 100,000 with TIDEWAITER_LONG=1). Where the two disagree the expression is taken apart until a smallest
part is left on which they do; DECIDED says which clause of the language decides it, and anything else is a failure. So
is an expression of which checking changes the result. RUNNER is cel_results.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys

import cel_expressions
import npm

PACKAGES = {"cel": "0.6.1", "cel-spec": "0.6.1", "re2": "0.6.1", "protobuf": "2.17.0"}
GROUP = 50  # expressions of one declaration
SHOWN = 20

KEYS = ("bool", "int", "uint", "double", "string")  # a double finds the whole number that equals it

# What decides between the two: when(node, ours, theirs, kinds of the operands), clause. Clauses are headings of langdef, or
# conformance tests.
DECIDED = (
    (lambda n, a, b, k: n.op == "has" and a == "!",
     "langdef, Field Selection: 'In all other cases, has(e.f) evaluates to an error'; theirs says false of what has no fields"),
    (lambda n, a, b, k: n.op == "in" and k[1:] == ["map"] and k[0] not in KEYS and b == "!",
     "langdef, Equality: values of different types are not equal, so no key is; theirs is a fault for what cannot be a key"),
    (lambda n, a, b, k: n.op == "timestamp" and k == ["int"],
     "langdef, int: 'seconds since Unix epoch', and timestamp(int) is the way back (conversions/identity); theirs takes milliseconds"),
    (lambda n, a, b, k: (n.op, k) in (("duration", ["int"]), ("int", ["duration"])) and a == "!",
     "langdef, List of Standard Definitions: there is no such conversion"),
    (lambda n, a, b, k: n.op == "[]" and k == ["list", "bool"] and a == "!",
     "langdef, _[_]: a list is indexed by an int; theirs takes a bool"),
    (lambda n, a, b, k: n.op == "has" and (a, b) == ("true", "false"),
     "langdef, Field Selection: of a map has() tells whether the key is there; theirs says false where its value is null"),
    (lambda n, a, b, k: (n.op, k) == ("double", ["string"]) and a == "!",
     "langdef, Runtime Errors: what is no number cannot be converted; theirs takes JavaScript's Number(), which says NaN or 0"),
    (lambda n, a, b, k: (n.op, k) == ("duration", ["string"]) and (a, b) == ("!", "r0"),
     "langdef, duration: a number and a unit; theirs takes the empty text as 0"),
    (lambda n, a, b, k: n.op.startswith("get") and k == ["timestamp"] and a[0] == "i" and "0001-" in str(n),
     "langdef, getFullYear and the others: of the calendar; theirs has the year 1 as 1901"),
    (lambda n, a, b, k: n.op.endswith("in a zone") and k == ["timestamp"] and a[0] == "i" and ("/" in n.parts[-1] or "UTC" in n.parts[-1]),
     "langdef, getDate and the others: of that zone; theirs has its hour 0 as hour 24, of the day after"),
    (lambda n, a, b, k: n.op == "/" and k == ["uint", "uint"] and a[0] == "u" and int(a[1:]) >= 2**63 and b == "!",
     "langdef, Overflow: up to 2^64 - 1 is within the range of uint; theirs calls a quotient from 2^63 on an overflow of int"),
    (lambda n, a, b, k: n.op in ("==", "!=") and k in (["list", "list"], ["map", "map"]) and a == ("false" if n.op == "==" else "true"),
     "langdef, Equality and Ordering: lists and maps by their elements, and NaN equals nothing; theirs does not look into one that "
     "it compares with itself"),
    (lambda n, a, b, k: (n.op == "in" and k[0] in ("int", "uint", "double") or "double" in k) and n.op in ("in", "==", "!=") and
     a == ("false" if n.op == "!=" else "true"),
     "comparisons/lt_literal and lte_literal (not_lt_dyn_int_big_lossy_double): an int is held against a double as a double"),
    (lambda n, a, b, k: n.op == "split" and a.startswith("[") and a.count(",") == b.count(","),
     "cel-go, extension strings: the last piece that split() makes has all that is left; theirs drops it"),
    (lambda n, a, b, k: n.op == "{...}" and a == "!",
     "langdef, Aggregate Values: a key is of type int, uint, bool or string, and stands once; theirs lets it pass"),
    (lambda n, a, b, k: n.op in ("int", "uint") and k == ["string"] and (a, b[1:]) == ("!", "0"),
     "langdef, Runtime Errors: the empty text is no number; theirs takes JavaScript's BigInt(), which says 0"),
    (lambda n, a, b, k: n.op == "in" and k[1:] == ["map"] and (a, b) == ("true", "false"),
     "langdef, in: the key is there; theirs says it is not where its value is null"),
    (lambda n, a, b, k: n.op == "getMilliseconds" and (a, b) == ("i999", "i0"),
     "langdef, getMilliseconds: whole milliseconds of the second; theirs rounds them up to the next second's 0"),
    (lambda n, a, b, k: n.op == "-" and k == ["fault"] and a == "!",
     "langdef, Runtime Errors: a fault of what is asked for is one of the whole; theirs takes two signs away before it looks"),
    (lambda n, a, b, k: n.op == "filter" and k == ["list", "?"] and a[0] == "[" and b == "!",
     "langdef, Macros: filter() holds what its condition says of each element, and of each theirs answers as ours; of all it fails"),
    (lambda n, a, b, k: n.op == "string" and k in (["double"], ["duration"], ["timestamp"]) and a[0] == b[0] == "s",
     "open in langdef: how string() writes a double, a fraction of a second; ours as short as reads back the same"),
)


def peer():
    """A folder in which node finds @bufbuild/cel, or None."""
    folder = pathlib.Path("npm/cel-peer/node_modules/@bufbuild").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    for name, version in PACKAGES.items():
        package = npm.fetch(f"@bufbuild/{name}", version)
        if package is None:
            return None
        if not (folder / name).exists():
            (folder / name).symlink_to(package.resolve())
    return folder.parents[1]


def ask(command, groups):
    """Answers of one engine, a list per group."""
    text = "".join(json.dumps({**declared, "expressions": [str(n) for n in nodes]}) + "\n" for declared, nodes in groups)
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False,
                          env={**os.environ, "TZ": "UTC"})
    said = iter(done.stdout.split("\n"))
    answers = [[next(said, "gone") for _ in nodes] for _, nodes in groups]
    if done.returncode != 0 or any("gone" in row for row in answers):
        raise RuntimeError(f"{command[0]}: {done.stderr[-2000:]}")
    return answers


def kind(answer):
    return {"n": "null", "t": "timestamp", "f": "bool", "i": "int", "u": "uint", "d": "double", "s": "string", "y": "bytes",
            "r": "duration", "[": "list", "{": "map", "T": "type", "!": "fault", "?": "?"}[answer[0]] if answer != "true" else "bool"


def smallest(differing, engines):
    """Of each (declaration, node) the smallest parts on which the engines disagree: (node, ours, theirs, operands' kinds)."""
    groups = [(declared, [n for n in node.walk() if not n.free]) for declared, node in differing]
    ours, theirs = (ask(engine, groups) for engine in engines)
    within = []
    for (declared, parts), a_row, b_row in zip(groups, ours, theirs):
        said = {id(n): (a, b) for n, a, b in zip(parts, a_row, b_row)}
        differ = {key for key, (a, b) in said.items() if a != b}
        for n in parts:
            if id(n) not in differ or any(id(inner) in differ for inner in n.walk() if inner is not n):
                continue
            elements = [e for e in n.unrolled() if not e.free]
            if elements:
                within.append((declared, n, said[id(n)], elements))
            else:
                yield n, *said[id(n)], [kind(said[id(i)][0]) if id(i) in said else "?" for i in n.nodes]
    yield from smallest_within(within, engines)


def smallest_within(macros, engines):
    """The same of macros: of what they ask of their elements; the macro itself where those agree."""
    asked = [(declared, elements) for declared, _, _, elements in macros]
    ours, theirs = (ask(engine, asked) for engine in engines) if asked else ((), ())
    deeper = []
    for (declared, node, said, elements), a_row, b_row in zip(macros, ours, theirs):
        differ = [(declared, e) for e, a, b in zip(elements, a_row, b_row) if a != b]
        deeper += differ
        if not differ:
            yield node, *said, ["list", "?"]
    if deeper:
        yield from smallest(deeper, engines)


def decide(node, ours, theirs, kinds):
    return next((clause for when, clause in DECIDED if when(node, ours, theirs, kinds)), None)


def work(options, folder):
    engines = [options.runner], ["node", "--preserve-symlinks", str(pathlib.Path(__file__).with_name("cel_npm.js")), str(folder)]
    dice = random.Random(options.seed)
    nodes = list(cel_expressions.pairs(dice))
    covered = len(nodes)
    maker = cel_expressions.Maker(dice)
    nodes += [maker.make() for _ in range(options.count - covered)]
    groups = [(cel_expressions.declaration(dice), nodes[i:i + GROUP]) for i in range(0, len(nodes), GROUP)]
    ours, theirs = (ask(engine, groups) for engine in engines)
    values = sum(a != "!" for row in ours for a in row)
    told = [(declared, node, a, b) for (declared, row), a_row, b_row in zip(groups, ours, theirs)
            for node, a, b in zip(row, a_row, b_row)]
    checked = [f"{node}: {a}" for _, node, a, _ in told if a.startswith("?")]
    differing = [(declared, node) for declared, node, a, b in told if a != b and not a.startswith("?")]
    clauses, examples, open_ones = collections.Counter(), {}, []
    for part in smallest(differing, engines):
        node, a, b, kinds = part
        said = f"{node.op}({', '.join(kinds)}): {node}: ours {a}, theirs {b}"
        clause = decide(*part)
        if clause is None:
            open_ones.append(said)
        else:
            clauses[clause] += 1
            examples.setdefault(clause, said)
    return len(nodes), covered, values, clauses, examples, open_ones, checked


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("runner")
    parser.add_argument("--count", type=int, default=100000 if os.environ.get("TIDEWAITER_LONG") == "1" else 6000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    folder = peer() if shutil.which("node") else None
    if folder is None:
        print("ok 1 - two engines # SKIP node, npm or its registry is not there\n1..1")
        return 0
    total, covered, values, clauses, examples, open_ones, checked = work(options, folder)
    print(f"# seed {options.seed}: {total} expressions, {covered} of them every operator and function with every kind or pair "
          f"of kinds; {values} have a value, the others end in a fault")
    for clause, n in clauses.most_common():
        print(f"# {n} decided by: {clause}\n#   such as {examples[clause]}")
    for title, bad in (("the engines agree but where a clause decides", open_ones), ("checking changes no result", checked)):
        for line in bad[:SHOWN]:
            print(f"# {line}")
        print(f"{'not ' if bad else ''}ok {1 if bad is open_ones else 2} - {title}{f' ({len(bad)} are open)' if bad else ''}")
    print("1..2")
    return 1 if open_ones or checked else 0


if __name__ == "__main__":
    sys.exit(main())
