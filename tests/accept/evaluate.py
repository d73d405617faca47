#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""evaluate.py PROGRAM [--seeds N] [--closed-loop] [--jobs N] [--keep DIR] -- the bars that `evaluate` must clear, each beside what it did.

On kcs (read from TIDEWAITER_DATA), on the world harbor and on N worlds drawn from it with seeds that the clock gives, which are
printed. Each world: 100,000 declarations, nine months to learn from, three to test. Takes some three minutes of CPU a world, with
--closed-loop five more; --jobs as many worlds side by side. Ends with 1 when a bar is missed.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

missed = []


def bar(words, value, least=None, most=None):
    good = value is not None and (least is None or value >= least) and (most is None or value <= most)
    limit = f">= {least:g}" if least is not None else f"<= {most:g}"
    print(f"  {'met   ' if good else 'MISSED'} {words}: {'none' if value is None else f'{value:.3f}'} (bar {limit})", flush=True)
    if not good:
        missed.append(words)


def run(program, *args):
    with subprocess.Popen([program, *map(str, args), "-q"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, env={**os.environ, "OMP_WAIT_POLICY": "passive"}) as child:
        with concurrent.futures.ThreadPoolExecutor(1) as errors:
            err = errors.submit(child.stderr.read)
            out = child.stdout.read()
        _, status, spent = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError(f"{program} {args[0]}: exit {child.returncode}: {err.result()[-2000:]}")
    return out, spent.ru_utime + spent.ru_stime


def scorers(protocol):
    return {s["name"]: {**s, "at": {a["percent"]: a for a in s.get("at", [])}} for s in protocol["scorers"]}


def on_kcs(program, data):
    out, cpu = run(program, "evaluate", "--map", "kcs", "--train", data / "train.csv", "--test", data / "valid.csv", "--json")
    p = {x["name"]: x for x in json.loads(out)["protocols"]}
    as_published, first = scorers(p["as_published"]), scorers(p["first_occurrences"])
    print(f"kcs, {cpu:.0f} s of CPU")
    for name in ("tidewaiter", "xgboost_raw", "twin_lookup", "random"):
        a, f = as_published[name], first[name]
        print(f"    {name:12} as published: precision@5 % {a['at'][5]['precision']:.3f}, @10 % {a['at'][10]['precision']:.3f}, "
              f"AUC {a['auc']:.3f}; first occurrences: AUC {f['auc']:.3f} ({f['auc_ci'][0]:.3f} to {f['auc_ci'][1]:.3f})")
    bar("kcs precision@5 % as published", as_published["tidewaiter"]["at"][5]["precision"], least=.95)
    bar("kcs precision@10 % as published", as_published["tidewaiter"]["at"][10]["precision"], least=.92)
    bar("kcs AUC of first occurrences", first["tidewaiter"]["auc"], least=.60)
    bar("kcs AUC of first occurrences less xgboost_raw's", first["tidewaiter"]["auc"] - first["xgboost_raw"]["auc"], least=-.01)


def on_world(program, seed, vary, folder, closed_loop):
    folder.mkdir(parents=True, exist_ok=True)
    run(program, "synth", "--world", "harbor", "--seed", seed, "--vary", seed if vary else 0, "--declarations", 100000, "--out", folder)
    more = ["--closed-loop"] if closed_loop else []
    out, cpu = run(program, "evaluate", folder / "declarations.csv", folder / "findings.csv", "--truth", folder / "truth.csv",
                   "--rates", folder / "rates.csv", "--split", "2025-10-01", "--threads", 1, "--json", *more)
    report = json.loads(out)
    s = scorers(report["protocols"][0])
    us, raw, tab, full = (s[n] for n in ("tidewaiter", "xgboost_raw", "xgboost_tabular", "full_labels"))
    at = {n: (x["at"][5]["precision"], x["at"][5]["duty_share"]) for n, x in s.items() if x["at"]}
    got = {"precision over raw": at["tidewaiter"][0] / at["xgboost_raw"][0], "duty over raw": at["tidewaiter"][1] / at["xgboost_raw"][1],
           "precision over tabular": at["tidewaiter"][0] / at["xgboost_tabular"][0],
           "duty over tabular": at["tidewaiter"][1] / at["xgboost_tabular"][1],
           "duty of full_labels": at["tidewaiter"][1] / at["full_labels"][1], "ece": us["ece"]}
    said = [f"harbor, seed {seed}{' varied' if vary else ''}, {cpu:.0f} s of CPU; precision and duty at 5 %, AUC:"]
    for name, x in (("tidewaiter", us), ("xgboost_raw", raw), ("xgboost_tabular", tab), ("full_labels", full)):
        said.append(f"    {name:15} {at[name][0]:.3f} {at[name][1]:.3f} {x['auc']:.3f}"
                    + (f"  ece {x['ece']:.4f}" if name == "tidewaiter" else ""))
    said.append(f"    of full_labels' duty {got['duty of full_labels']:.2f}")
    if closed_loop:
        new = [m for m in report["closed_loop"]["new_mechanisms"] if m["name"] == "consolidator"]
        got["weeks"] = next((x["weeks_to_half"] for m in new for x in m["scorers"] if x["name"] == "tidewaiter"), None)
        said.append(f"    closed loop: half of full_labels' recall on the consolidator in week {got['weeks']} after its onset")
    print("\n".join(said), flush=True)
    return got


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    p.add_argument("program")
    p.add_argument("--seeds", type=int, default=5)
    p.add_argument("--closed-loop", action="store_true")
    p.add_argument("--jobs", type=int, default=1)
    p.add_argument("--keep", type=pathlib.Path, help="keep the worlds there")
    a = p.parse_args()
    data = pathlib.Path(os.environ.get("TIDEWAITER_DATA", "../shared/data")) / "kcs"
    if (data / "train.csv").exists():
        on_kcs(a.program, data)
    else:
        print("kcs is skipped: no kcs/train.csv in TIDEWAITER_DATA")
    clock = int(time.time())
    with tempfile.TemporaryDirectory() as temporary:
        top = a.keep or pathlib.Path(temporary)
        with concurrent.futures.ThreadPoolExecutor(a.jobs) as side_by_side:
            worlds = [side_by_side.submit(on_world, a.program, 1, False, top / "harbor", a.closed_loop)]
            worlds += [side_by_side.submit(on_world, a.program, clock + i, True, top / str(clock + i), a.closed_loop)
                       for i in range(a.seeds)]
            got = [w.result() for w in worlds]
    print(f"of harbor and {a.seeds} worlds drawn from it, seeds {clock} to {clock + a.seeds - 1}:")
    median = {k: statistics.median(g[k] for g in got) for k in got[0] if k != "weeks"}
    bar("median precision@5 % over xgboost_raw", median["precision over raw"], least=1.20)
    bar("median duty@5 % over xgboost_raw", median["duty over raw"], least=1.40)
    bar("least precision@5 % over xgboost_tabular", min(g["precision over tabular"] for g in got), least=1)
    bar("least duty@5 % over xgboost_tabular", min(g["duty over tabular"] for g in got), least=1)
    bar("median duty@5 % over xgboost_tabular", median["duty over tabular"], least=1.05)
    bar("median share of full_labels' duty@5 %", median["duty of full_labels"], least=.75)
    bar("median calibration error against the truth", median["ece"], most=.02)
    if a.closed_loop:
        bar("median weeks to half of full_labels' recall", statistics.median(g["weeks"] or 99 for g in got), most=8)
    print(f"{len(missed)} bars missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
