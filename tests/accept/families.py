#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""families.py PROGRAM [SEED...] -- what each family of reasons adds: `evaluate --without FAMILY` on harbor and worlds drawn from it.

A seed of 1 is harbor itself, every other one a world drawn from it. Prints, of each family left out, how much less this engine
finds at 5 % inspected (precision, share of recoverable duty, AUC), as a table for docs/features.md: mean over the worlds, and in
how many of them it found less. Duty at stake weighs in the order all the same. Takes some five minutes of CPU a world.
"""
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

FAMILY = pathlib.Path(__file__).parents[2] / "src/stages/feature/family.def"


def families():
    return re.findall(r'^X\(\w+, "(\w+)"', FAMILY.read_text(encoding="utf-8"), re.M)


def run(program, *args):
    done = subprocess.run([program, *map(str, args), "-q"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
                          env={**os.environ, "OMP_WAIT_POLICY": "passive"})
    if done.returncode != 0:
        sys.exit(f"{program} {args[0]}: exit {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def figures(program, folder, without):
    out = run(program, "evaluate", folder / "declarations.csv", folder / "findings.csv", "--truth", folder / "truth.csv",
              "--rates", folder / "rates.csv", "--split", "2025-10-01", "--threads", 1, "--scorers", "tidewaiter", "--json",
              *(["--without", without] if without else []))
    us = next(s for s in json.loads(out)["protocols"][0]["scorers"] if s["name"] == "tidewaiter")
    at5 = next(a for a in us["at"] if a["percent"] == 5)
    return at5["precision"], at5["duty_share"], us["auc"]


def main():
    program, seeds = sys.argv[1], [int(s) for s in sys.argv[2:]] or [1, 2, 3]
    lost = {f: [] for f in families()}
    for seed in seeds:
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            run(program, "synth", "--world", "harbor", "--seed", seed, "--vary", 0 if seed == 1 else seed, "--declarations", 100000,
                "--out", folder)
            whole = figures(program, folder, None)
            print(f"seed {seed}: precision {whole[0]:.3f}, duty {whole[1]:.3f}, AUC {whole[2]:.3f}", file=sys.stderr, flush=True)
            for f, of in lost.items():
                less = figures(program, folder, f)
                of.append([a - b for a, b in zip(whole, less)])
                print(f"  without {f:12} {less[0]:.3f} {less[1]:.3f} {less[2]:.3f}", file=sys.stderr, flush=True)
    print(f"| family | precision lost | duty lost | AUC lost | worlds of {len(seeds)} with less of one of them |\n|---|---|---|---|---|")
    for f, of in lost.items():
        mean = [statistics.mean(x) for x in zip(*of)]
        print(f"| {f} | {mean[0]:+.3f} | {mean[1]:+.3f} | {mean[2]:+.4f} | {sum(max(x) > 0 for x in of)} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
