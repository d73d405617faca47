#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_replay.py PROGRAM SIGNER [--other PROGRAM]... [--count N] [--seed S] [--tap] -- a station's decisions, made again to the bit.

A station decides about COUNT declarations of the world harbor, in three periods: by a model; with the results of inspections of the
first, manifests and criteria; with more results and another model. Then `replay` makes all of them again: by PROGRAM, which decided, by each
OTHER, which another compiler made, and by PROGRAM with GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA, which makes the C library choose other
code, as another CPU would; where the tunable changes nothing on this machine, that is skipped with a word. Each must come to the same
decisions and the same state. That replay can tell otherwise is shown with other rules in the place of those of then.

Prints a line for each step, with the CPU time of its processes; the last line is `N passed, N failed, N skipped`, or with
--tap the plan. Needs some ROOM_EACH bytes of disk a declaration, in TMPDIR (12 GB for a million), and gives them back, interrupted or not.
"""
import argparse
import contextlib
import csv
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from station import Station

TUNABLES = "glibc.cpu.hwcaps=-AVX2,-FMA"
LOADER = "/lib64/ld-linux-x86-64.so.2"
ROOM, ROOM_EACH = 200_000_000, 12_000  # bytes: the country before and the models; of a declaration
PERIODS, LEAST = 3, 1000  # of the latter, few have a result
PAST = (4000, 100_000)  # declarations to learn from, as many as are decided but not fewer, not more
MANIFESTS = 40_000_000  # bytes at most: a station holds all of them in memory, up to 1 GiB
PART = 2000  # at most, of those that are decided by other rules
CRITERIA = """name: harbor
version: 1
author: analyst.kim
criteria:
"""
CRITERION = """  - id: C{n}
    when: "{when}"
    channel: {channel}
    probability: {probability}
    reason: Goods of a kind that was found wrong before
    owner: analyst.kim
    valid: {{from: 2020-01-01, to: 2040-12-31}}
    offices: ["*"]
    examples: [{{hit: unknown}}]
"""
CONDITIONS = (("item.hs.startsWith('61') && item.origin == 'CN' && item.price_per_kg < 12.5", "red", 0.5),
              ("item.price_per_kg < 0.6 * profile.price_median", "yellow", 0.1),
              ("item.hs.startsWith('85') && item.net_mass_kg > 900.0", "yellow", 0.3),
              ("item.customs_value > 60000.0", "blue", 0.2),
              ("item.hs.startsWith('64') && item.origin != 'VN'", "red", 0.02))


def cpu_s():
    """Of all children that have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


class Report:
    """What is found, told as it comes: a run may take a quarter of an hour."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def say(self, words):
        print(f"# {words}", flush=True)

    def check(self, good, words, why=""):
        self.passed, self.failed = self.passed + bool(good), self.failed + (not good)
        print(f"{'' if good else 'not '}ok {self.passed + self.failed + self.skipped} - {words}", flush=True)
        if not good and why:
            print("".join(f"#   {line}\n" for line in why.splitlines()[:40]), end="", flush=True)

    def skip(self, words, why):
        self.skipped += 1
        print(f"ok {self.passed + self.failed + self.skipped} - {words} # SKIP {why}", flush=True)

    @contextlib.contextmanager
    def step(self, words):
        self.say(f"{words} ...")
        cpu, began = cpu_s(), time.monotonic()
        yield
        self.say(f"    {cpu_s() - cpu:.1f} s of CPU, {time.monotonic() - began:.1f} s by the clock")

    def end(self, tap):
        print(f"1..{self.passed + self.failed + self.skipped}" if tap
              else f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped", flush=True)
        return 1 if self.failed else 0


class Country:
    """COUNT declarations in as many files as there are periods, and what goes with them; before them a past to learn from."""

    def __init__(self, st, count, seed):
        self.st, self.count = st, count
        self.how = ["--rates", "now/rates.csv", "--tariff", "now/tariff.csv", "--currency", "XTS"]
        self.past = min(max(count, PAST[0]), PAST[1])
        for name, n, more in (("past", self.past, ["--seed", str(seed)]), ("now", count, ["--seed", str(seed + 1), "--start", "2026-01-01"])):
            (st.top / name).mkdir()
            st.run("synth", "--world", "harbor", *more, "--declarations", str(n), "--out", name, "-q", check=True)
            (st.top / name / "truth.csv").unlink()
        self.files = [f"d{k}.csv" for k in range(PERIODS)]
        self.cut()
        self.cut_manifests()
        self.findings = {}  # of a declaration, in the file's order
        with open(st.top / "now" / "findings.csv", encoding="utf-8", newline="") as f:
            for row in csv.DictReader(f):
                self.findings.setdefault(row["declaration_id"], []).append(row)
        (st.top / "set.yaml").write_text(CRITERIA + "".join(CRITERION.format(n=n, when=when, channel=channel, probability=probability)
                                                            for n, (when, channel, probability) in enumerate(CONDITIONS)), encoding="utf-8")

    def cut(self):
        """The rows of a declaration stand together; a file begins with a new one."""
        source = self.st.top / "now" / "declarations.csv"
        with open(source, "rb") as rows, contextlib.ExitStack() as files:
            outs = [files.enter_context(open(self.st.top / name, "wb")) for name in self.files]
            head, last, n = next(rows), b"", -1
            for out in outs:
                out.write(head)
            for row in rows:
                one = row[:row.index(b",")]
                n, last = n + (one != last), one
                outs[n * PERIODS // self.count].write(row)
        source.unlink()

    def cut_manifests(self):
        """Of ships that come from the second period on, as many as a station has room for."""
        path, begins = self.st.top / "now" / "manifests.edi", b"UNA:+"
        every = path.read_bytes()
        first = every.index(begins, len(every) // PERIODS)
        end = every.find(begins, first + MANIFESTS)
        path.write_bytes(every[first:end if end > 0 else len(every)])

    def learn(self):
        """Two models of the same past: what was held back is drawn otherwise."""
        for name, seed in (("m1", "1"), ("m2", "2")):
            self.st.run("train", "past/declarations.csv", "past/findings.csv", "--rates", "past/rates.csv", "--tariff", "past/tariff.csv",
                        "--currency", "XTS", "--seed", seed, "--out", name, "-q", check=True)
        shutil.rmtree(self.st.top / "past")


class Replayed(Station):
    """Its decisions are told on a pipe, for those of a million fill no memory; what a declaration was registered as is kept."""

    def __init__(self, program, signer, top):
        super().__init__(program, signer, top)
        self.registered, self.first, self.decided = {}, [], 0
        self.models, self.hit = set(), 0

    def take_and_decide(self, report, country, k, *options):
        command = [self.program, "assess", country.files[k], *country.how, *options, "--json", "-q", "--station", self.dir, "--signer", self.keys / "socket"]
        with tempfile.TemporaryFile() as told, subprocess.Popen(command, cwd=self.top, stdout=subprocess.PIPE, stderr=told) as child:
            try:
                for line in child.stdout:
                    self.note(report, country, line)
            except BaseException:
                child.kill()
                raise
            if child.wait() != 0:
                told.seek(0)
                raise RuntimeError(f"assess {country.files[k]}: exit {child.returncode}: {told.read()[-2000:].decode(errors='replace')}")
        (self.top / country.files[k]).unlink()

    def note(self, report, country, line):
        if line.startswith(b'{"declaration_id"'):
            receipt = json.loads(line)
            if receipt["declaration_id"] in country.findings:
                self.registered[receipt["declaration_id"]] = receipt["registration"]
            return
        self.decided += 1
        self.models.add(line.partition(b'"model":')[2][:66])
        self.hit += b'"hits":[{' in line
        if len(self.first) < PART:
            self.first.append(json.loads(line)["id"])
        if self.decided % 100_000 == 0:
            report.say(f"    {self.decided:,} decided")

    def learn_results(self, country):
        """Of all that was registered since the last time; how many."""
        n = 0
        with open(self.top / "results.csv", "w", encoding="utf-8", newline="") as f:
            out = csv.DictWriter(f, next(iter(country.findings.values()))[0])
            out.writeheader()
            for one, number in self.registered.items():
                rows = country.findings.pop(one)
                out.writerows({**row, "declaration_id": number} for row in rows)
                n += len(rows)
        self.registered.clear()
        self.at("import", "--findings", "results.csv", "--currency", "XTS", "-q", check=True)
        return n

    def replay(self, *options, program=None, tunables=""):
        return subprocess.run([program or self.program, "replay", "--station", self.dir, *options], cwd=self.top, capture_output=True, text=True,
                              check=False, env={**os.environ, "GLIBC_TUNABLES": tunables})


def decides(st, report, count, seed):
    """All in three periods."""
    with report.step(f"{count:,} declarations are made up, and what was before them"):
        country = Country(st, count, seed)
    with report.step(f"two models learn from the {country.past:,} before them"):
        country.learn()
    with report.step("the first third is taken in and decided, by a model"):
        st.take_and_decide(report, country, 0, "--model", "m1")
    with report.step("its results of inspections and the manifests are taken in"):
        findings = st.learn_results(country)
        st.at("import", "--manifests", "now/manifests.edi", "--currency", "XTS", "-q", check=True)
    with report.step("the second third, with criteria"):
        st.take_and_decide(report, country, 1, "--criteria", "set.yaml")
    with report.step("its results of inspections"):
        findings += st.learn_results(country)
    with report.step("the last third, by another model"):
        st.take_and_decide(report, country, 2, "--model", "m2")
    size = sum(path.stat().st_size for path in st.dir.rglob("*") if path.is_file())
    report.say(f"the station holds {size / 1e6:,.0f} MB, {size / country.count / 1e3:.1f} kB a declaration")
    report.check(st.decided == country.count and findings > 0 and len(st.models) == 2 and st.hit > 0,
                 f"{st.decided} declarations decided by {len(st.models)} models; {findings} results of inspections came between; criteria hit {st.hit}")


def comes_to_the_same(st, report, count, words, **how):
    with report.step(f"replay, {words}"):
        done = st.replay(**how)
    want = f"{count} decisions made again, 0 differences\nthe state that is kept is what they come to\n"
    report.check(done.returncode == 0 and done.stdout == want, f"{words}: {done.stdout.splitlines()[0] if done.stdout else 'nothing'}",
                 f"exit code {done.returncode}\n{done.stdout}{done.stderr}")


def tells_what_differs(st, report, words, *options):
    """Some of the first period, by other rules than those of then."""
    first, last = len(st.first) // 4, len(st.first) - 1
    done = st.replay("--from", st.first[first], "--to", st.first[last], *options)
    said = done.stdout.split("\n", maxsplit=1)[0]
    report.check(done.returncode == 1 and said.startswith(f"{last - first + 1} decisions made again, ") and " 0 would have another channel" not in said,
                 f"with {words} it tells differences: {said or 'nothing'}", f"exit code {done.returncode}\n{done.stdout}{done.stderr}")


def tunable_counts():
    """Whether the C library chooses other code by it; the loader may not be there to be asked."""
    said = []
    for tunables in ("", TUNABLES):
        try:
            done = subprocess.run([LOADER, "--list-diagnostics"], env={**os.environ, "GLIBC_TUNABLES": tunables}, capture_output=True, text=True, check=False)
        except OSError:
            return False
        said.append([line for line in done.stdout.splitlines() if "cpu_features" in line and ".active[" in line])
    return said[0] != said[1]


def run(asked, report, scratch):
    with Replayed(asked.program, asked.signer, scratch) as st:
        st.make()
        decides(st, report, asked.count, asked.seed)
        cpu = cpu_s()
        st.stop_signer()
        report.say(f"its signer took {cpu_s() - cpu:.1f} s of CPU meanwhile; replay needs none")
        comes_to_the_same(st, report, asked.count, "the build that decided")
        for other in asked.other:
            comes_to_the_same(st, report, asked.count, f"the build {other}", program=other.resolve())
        if tunable_counts():
            comes_to_the_same(st, report, asked.count, f"GLIBC_TUNABLES={TUNABLES}", tunables=TUNABLES)
        else:
            report.skip(f"GLIBC_TUNABLES={TUNABLES}", "it changes nothing on this machine")
        tells_what_differs(st, report, "another model", "--with", "m2")
        tells_what_differs(st, report, "criteria", "--with", "set.yaml")


def main():
    words = argparse.ArgumentParser()
    words.add_argument("program", type=pathlib.Path)
    words.add_argument("signer", type=pathlib.Path)
    words.add_argument("--other", type=pathlib.Path, action="append", default=[])
    words.add_argument("--count", type=int, default=3000)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--tap", action="store_true")
    asked = words.parse_args()
    if asked.count < LEAST:
        words.error(f"--count takes {LEAST} or more: fewer make no periods")
    for ended in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ended, lambda number, _: sys.exit(128 + number))  # the files go then, too
    report = Report()
    with tempfile.TemporaryDirectory(prefix="tw") as scratch:
        need, free = ROOM + asked.count * ROOM_EACH, shutil.disk_usage(scratch).free
        report.say(f"{asked.count:,} declarations need some {need / 1e9:.1f} GB in {scratch}; {free / 1e9:.1f} GB are free")
        if free < need:
            report.check(False, "there is room for them; set TMPDIR to a directory that has it, or decide fewer (--count)")
        else:
            try:
                run(asked, report, scratch)
            except (RuntimeError, OSError, subprocess.SubprocessError) as broken:
                report.check(False, "each command does what it is asked to", str(broken))
    report.say(f"{cpu_s():.1f} s of CPU in all")
    return report.end(asked.tap)


if __name__ == "__main__":
    sys.exit(main())
