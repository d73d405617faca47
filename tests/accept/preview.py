#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""preview.py PROGRAM [--declarations N] [--criteria N] [--seconds S] -- what is previewed is what will be decided; TAP on stdout.

Declarations of the world harbor (130,000 to the year; longer for more) are previewed with a set of criteria and then decided by `assess` in
a process of its own. The first and the last 1,000 decisions are compared line by line. With --seconds the CPU time of the preview is held to it.
"""
import argparse
import collections
import itertools
import os
import pathlib
import random
import subprocess
import sys
import tempfile

COMPARED = 1000


def criteria(n):
    """A set of n criteria, of the kinds that administrations write: most hit seldom, some often, some not known."""
    rng = random.Random(4)
    text = ["name: preview", "version: 1", "author: analyst.kim", "criteria:"]
    for i in range(n):
        goods, origin = rng.choice(["61", "62", "64", "85", "8471", "0808", "22", "9403", "3304", "8703"]), rng.choice(["CN", "VN", "TR", "IN", "BD"])
        when = rng.choice([f"item.hs.startsWith('{goods}') && item.origin == '{origin}' && item.price_per_kg < {rng.randrange(2, 40)}.0",
                           f"item.origin == '{origin}' && item.customs_value > {rng.randrange(100, 9000)}.0 && item.net_mass_kg < {rng.randrange(5, 900)}.0",
                           f"item.hs.startsWith('{goods}') && declaration.office == 'HB0{rng.randrange(1, 4)}'",
                           f"item.hs in ['{goods}0910', '{goods}1190'] || item.net_mass_kg > {rng.randrange(4000, 20000)}.0",
                           f"item.quantity > {rng.randrange(10, 500)}.0 && item.origin != '{origin}'"])
        text += [f"  - id: C{i:03}", f"    when: \"{when}\"", f"    channel: {rng.choice(['red', 'yellow', 'yellow', 'blue'])}",
                 f"    probability: {rng.choice([0.02, 0.1, 0.3])}", "    reason: Kinds of goods that were found wrong before",
                 "    owner: analyst.kim", "    offices: [\"*\"]", "    valid: {from: 2024-01-01, to: 2034-12-31}",
                 "    examples: [{hit: unknown}]" if "||" not in when else "    examples: [{hs: \"01\", net_mass_kg: 1, hit: false}]"]
    return "\n".join(text) + "\n"


def run(program, top, *args):
    with subprocess.Popen([program, *args, "-q"], cwd=top, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
        told = child.stderr.read()
        _, status, spent = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{' '.join(args)}: exit {child.returncode}: {told.decode()[-1000:]}")
    return spent.ru_utime + spent.ru_stime


def ends(path):
    """How many lines there are, the first COMPARED and the last."""
    with path.open("rb") as file:
        first = list(itertools.islice(file, COMPARED))
        last, n = collections.deque(maxlen=COMPARED), len(first)
        for line in file:
            last.append(line)
            n += 1
    return n, first, list(last)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--declarations", type=int, default=12000)
    parser.add_argument("--criteria", type=int, default=200)
    parser.add_argument("--seconds", type=float)
    asked = parser.parse_args()
    program = asked.program.resolve()
    with tempfile.TemporaryDirectory() as scratch:
        top = pathlib.Path(scratch)
        (top / "set.yaml").write_text(criteria(asked.criteria), encoding="utf-8")
        run(program, top, "synth", "--world", "harbor", "--seed", "6", "--declarations", str(asked.declarations), "--out", ".")
        how = ["--rates", "rates.csv", "--currency", "XTS"]
        cpu = run(program, top, "criteria", "preview", "set.yaml", "--over", "declarations.csv", *how)
        run(program, top, "criteria", "preview", "set.yaml", "--over", "declarations.csv", *how, "--out", "previewed.jsonl")
        run(program, top, "assess", "declarations.csv", *how, "--criteria", "set.yaml", "--json", "--no-reasons", "--out", "decided.jsonl")
        previewed, decided = ends(top / "previewed.jsonl"), ends(top / "decided.jsonl")
    hits = sum(b'"hits":[{' in line for line in decided[1] + decided[2])
    checks = [(previewed[0] == decided[0] == asked.declarations, f"{decided[0]} declarations previewed and decided"),
              (previewed[1] == decided[1] and len(decided[1]) == COMPARED, f"the first {COMPARED} decisions are equal"),
              (previewed[2] == decided[2] and len(decided[2]) == COMPARED, f"the last {COMPARED} decisions are equal"),
              (hits > 50, f"criteria hit {hits} of these")]
    if asked.seconds is not None:
        checks.append((cpu <= asked.seconds, f"{cpu:.1f} s of CPU to preview {asked.criteria} criteria, {asked.seconds:g} at most"))
    print(f"1..{len(checks)}")
    for n, (good, words) in enumerate(checks):
        print(f"{'' if good else 'not '}ok {n + 1} - {words}")
    return 0 if all(good for good, _ in checks) else 1


if __name__ == "__main__":
    sys.exit(main())
