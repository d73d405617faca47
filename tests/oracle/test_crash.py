#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_crash.py PROGRAM SIGNER [--rounds N] [--seed S] -- a station whose processes are killed at random moments; TAP on stdout.

Each round takes declarations or findings in, or decides, and meanwhile the command, its signer or both are killed (SIGKILL), or
the command is asked to end (SIGTERM, SIGINT). The client notes what it was told on the pipe: those are the acknowledged ones. Behind each
round the station begins again, and all that was ever acknowledged must be there, once, and signed before it was told. At the end
what is left is decided in more such rounds, and beside it, in a copy whose processes nobody kills, in one go: state and decisions
must be the same bytes. `replay` folds all of it again from the first declaration on, and must come to the same state.

Draws of the copy are the same because it has a copy of the signer's keys. What is not compared are the moments of decisions (`at`).
"""
import argparse
import base64
import contextlib
import csv
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from station import Station
from test_station import leaf_hash, root_of

CHUNK, CHUNKS, LAST = 20, 12, 60  # declarations of a file; files of a round; files that are decided at the end
RESTART_S = 2.0
CHECKS = []


def check(good, words):
    CHECKS.append((bool(good), words))


class Listening(Station):
    """Its signer is ready when it says so: after a kill there is a socket that nobody listens at."""

    def start_signer(self):
        self.signer = subprocess.Popen([self.signer_program, "run", self.keys], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if not self.signer.stdout.readline().startswith(b"listening"):
            raise RuntimeError("the signer does not begin")

    def kill_signer(self):
        self.signer.kill()
        self.signer.wait()
        self.signer.stdout.close()
        self.signer = None

    def signed(self):
        """Leaves under the last checkpoint that the signer has signed."""
        return int((self.keys / "checkpoint").read_text(encoding="utf-8").split("\n")[1])

    def command(self, name, *args):
        return [self.program, name, *args, "--station", str(self.dir), "--signer", str(self.keys / "socket"), "--currency", "XTS", "--json", "-q"]

    def rows(self, sql):
        with contextlib.closing(sqlite3.connect(f"file:{self.dir}/station.db?mode=ro", uri=True)) as db:
            return db.execute(sql).fetchall()


class Pipe(threading.Thread):
    """A command whose lines are noted as they come. A last line that was cut off says nothing."""

    def __init__(self, command, cwd):
        super().__init__()
        self.process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.lines, self.told = [], b""
        self.start()

    def run(self):
        whole = self.process.stdout.read()
        self.lines = [json.loads(line) for line in whole.split(b"\n")[:-1]]
        self.told = self.process.stderr.read()

    def end(self):
        self.join()
        self.process.stdout.close()
        self.process.stderr.close()
        return self.process.wait()


class Client:
    """What was handed in, and what was acknowledged of it."""

    def __init__(self, st, rng, declarations):
        self.st, self.rng = st, rng
        st.run("synth", "--world", "cove", "--seed", str(rng.randrange(1 << 30)), "--declarations", str(declarations), "--out", ".", "-q", check=True)
        self.files, self.ids = [], []
        self.cut()
        self.reg, self.decided, self.signed_at, self.findings = {}, {}, {}, set()
        self.at = 0  # the first file of which not all was acknowledged
        self.times = {"import": 0.1, "assess": 0.1, "findings": 0.05}
        self.kinds, self.restarts, self.cpu, self.wrong = {}, [], [], []

    def cut(self):
        """The declarations, so many to a file."""
        with open(self.st.top / "declarations.csv", encoding="utf-8", newline="") as f:
            rows = list(csv.reader(f))
        groups = {}
        for row in rows[1:]:
            groups.setdefault(row[0], []).append(row)
        ids = list(groups)
        for n in range(0, len(ids), CHUNK):
            name = f"d{n // CHUNK:05}.csv"
            with open(self.st.top / name, "w", encoding="utf-8", newline="") as f:
                csv.writer(f).writerows([rows[0], *(row for number in ids[n:n + CHUNK] for row in groups[number])])
            self.files.append(name)
            self.ids.append(ids[n:n + CHUNK])
        with open(self.st.top / "findings.csv", encoding="utf-8", newline="") as f:
            self.results = list(csv.DictReader(f))

    def fault(self, words):
        self.wrong.append(words)
        print(f"# {words}", flush=True)

    # -- what a round does

    def importing(self):
        while self.at < len(self.files) and all(i in self.reg for i in self.ids[self.at]):
            self.at += 1
        first = min(self.at, max(0, len(self.files) - CHUNKS))
        again = [self.rng.randrange(first)] if first > 0 and self.rng.random() < 0.5 else []  # one that is known comes again
        names = [self.files[i] for i in [*again, *range(first, min(first + CHUNKS, len(self.files)))]]
        return self.st.command("import", *names, "--rates", "rates.csv", "--tariff", "tariff.csv")

    def finding(self):
        """Results of up to sixty that were acknowledged, by registration number; some of them come twice."""
        known = [row for row in self.results if row["declaration_id"] in self.reg]
        some = self.rng.sample(known, min(60, len(known)))
        with open(self.st.top / "f.csv", "w", encoding="utf-8", newline="") as f:
            out = csv.DictWriter(f, some[0])
            out.writeheader()
            out.writerows({**row, "declaration_id": self.reg[row["declaration_id"]]} for row in some)
        self.handed = {(int(self.reg[row["declaration_id"]]), int(row["item"]), row["date_known"]) for row in some}
        return self.st.command("import", "--findings", "f.csv")

    def take_receipts(self, kind, lines, signed):
        """Notes what was told; all of it was signed when it was told."""
        for line in lines:
            if kind == "import":
                number = line["registration"]
                if self.reg.setdefault(line["declaration_id"], number) != number:
                    self.fault(f"{line['declaration_id']} was {self.reg[line['declaration_id']]} and is {number}")
                if int(number) > signed:
                    self.fault(f"{number} was acknowledged when {signed} leaves were signed")
            elif kind == "assess":
                key = (int(line["id"]), line["version"])
                if key in self.decided:
                    self.fault(f"{key} was decided twice")
                self.decided[key] = (line["channel"], line["draw"])
                self.signed_at[key] = signed

    def calibrate(self, kind, command):
        began = time.monotonic()
        pipe = Pipe(command, self.st.top)
        code = pipe.end()
        self.times[kind] = 0.5 * (self.times[kind] + time.monotonic() - began)
        if code != 0:
            self.fault(f"{kind} by itself: exit {code}: {pipe.told[-300:]!r}")
        self.take_receipts(kind, pipe.lines, self.st.signed())
        if kind == "findings" and code == 0:
            self.findings |= self.handed

    def disturb(self, pipe, how):
        if how in ("signer", "both", "blink"):
            self.st.kill_signer()
        if how == "blink":
            self.st.start_signer()
        if how in ("command", "both"):
            pipe.process.kill()
        if how == "term":
            pipe.process.send_signal(signal.SIGTERM)
        if how == "int":
            pipe.process.send_signal(signal.SIGINT)

    def round(self, kind):
        command = {"import": self.importing, "findings": self.finding, "assess": lambda: self.st.command("assess")}[kind]()
        how = self.rng.choices(("command", "signer", "both", "blink", "term", "int"), (55, 10, 15, 5, 10, 5))[0]
        pipe = Pipe(command, self.st.top)
        time.sleep(self.rng.uniform(0, 1.1 * self.times[kind]))
        self.disturb(pipe, how)
        code = pipe.end()
        if self.st.signer is None:
            self.st.start_signer()
        allowed = {"command": (-9, 0), "both": (-9, 0, 4), "signer": (0, 4), "blink": (0, 4), "term": (0, 130), "int": (0, 130)}[how]
        if code not in (*allowed, *({-2, -15} if how in ("term", "int") else ())):  # before it listens for them
            self.fault(f"{kind}, {how}: exit {code}: {pipe.told[-300:]!r}")
        self.take_receipts(kind, pipe.lines, self.st.signed())
        if kind == "findings" and code == 0:
            self.findings |= self.handed
        self.kinds[how] = self.kinds.get(how, 0) + 1

    def restart(self):
        """The station begins again: one file of declarations is taken in, or is known. Best of three where it was slow."""
        best = cpu = None
        name = self.rng.randrange(len(self.files) if self.at >= len(self.files) else self.at + 1)
        for _ in range(3):
            began = time.monotonic()
            process = subprocess.Popen(self.st.command("import", self.files[name], "--rates", "rates.csv", "--tariff", "tariff.csv"),
                                       cwd=self.st.top, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            out, told = process.stdout.read(), process.stderr.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            process.stdout.close()
            process.stderr.close()
            took = time.monotonic() - began
            lines = [json.loads(line) for line in out.splitlines()]
            if process.returncode != 0 or len(lines) != len(self.ids[name]):
                self.fault(f"the station does not begin again: exit {process.returncode}: {told[-300:]!r}")
                break
            self.take_receipts("import", lines, self.st.signed())
            if best is None or took < best:
                best, cpu = took, usage.ru_utime + usage.ru_stime
            if best < RESTART_S:
                break
        self.restarts.append(best if best is not None else 99)
        self.cpu.append(cpu if cpu is not None else 99)

    def holds(self):
        """All that was acknowledged is there, once; and what is there belongs together."""
        if (done := self.st.at("log", "verify")).returncode != 0:
            self.fault(f"log verify: {done.stderr}")
        there = {reg for (reg,) in self.st.rows("SELECT reg FROM decl")}
        if lost := [r for r in self.reg.values() if int(r) not in there]:
            self.fault(f"declarations lost: {lost[:5]}")
        if len(there) < len(set(self.reg.values())) or len(set(self.reg.values())) < len(self.reg):
            self.fault("two declarations have one number")
        decided = {(reg, version): (seq, f"{draw & (1 << 64) - 1:016x}") for reg, version, seq, draw in
                   self.st.rows("SELECT reg, version, seq, draw FROM decision")}
        if lost := [k for k, (_, draw) in self.decided.items() if k not in decided or decided[k][1] != draw]:
            self.fault(f"decisions lost: {lost[:5]}")
        elif early := [k for k, signed in self.signed_at.items() if decided[k][0] > signed]:
            self.fault(f"decisions acknowledged before they were signed: {early[:5]}")
        if n := self.st.rows("SELECT count(*) - count(DISTINCT reg || '/' || version) FROM decision")[0][0]:
            self.fault(f"{n} were decided twice")
        results = {}
        for reg, item, day, record in self.st.rows("SELECT reg, item, known_day, record FROM finding"):
            key = (reg, item, time.strftime("%Y-%m-%d", time.gmtime(day * 86400)))
            results[key] = results.get(key, []) + [record]
        if lost := [k for k in self.findings if k not in results]:
            self.fault(f"findings lost: {lost[:5]}")
        if twice := [k for k, records in results.items() if len(set(records)) < len(records)]:
            self.fault(f"findings doubled: {twice[:5]}")


def log_is_whole(st, client):
    """Of the leaves alone, by RFC 6962 in Python."""
    leaves = st.at("log", "tail", check=True).stdout.splitlines()
    note = st.at("log", "checkpoint", check=True).stdout.split("\n")
    check(int(note[1]) == len(leaves) and base64.b64decode(note[2]) == root_of([leaf_hash(leaf.encode()) for leaf in leaves]),
          "the last checkpoint is of all leaves, by RFC 6962 computed elsewhere")
    said = list(map(json.loads, leaves))
    intakes = [leaf["reg"] for leaf in said if leaf["type"] == "intake"]
    check(len(intakes) == len(set(intakes)) and set(intakes) >= {int(r) for r in client.reg.values()}, "each acknowledged declaration has one leaf")
    decisions = [(leaf["reg"], leaf["version"]) for leaf in said if leaf["type"] == "decision"]
    told = {(leaf["reg"], leaf["version"]): (leaf["channel"], leaf["draw"]) for leaf in said if leaf["type"] == "decision"}
    check(len(decisions) == len(told) == len(intakes), "each declaration has one decision")
    check(all(told[k] == v for k, v in client.decided.items()), "what was told of a decision stands in the log")
    findings = [(leaf["reg"], leaf["item"], leaf["known_day"], leaf["record"]) for leaf in said if leaf["type"] == "finding"]
    check(len(findings) == len(set(findings)) and {f[:3] for f in findings} >= client.findings, "each acknowledged finding has one leaf")
    days = [leaf["day"] for leaf in said if leaf["type"] == "commitment"]
    check(len(days) == len(set(days)), "each day has one commitment")
    check(st.rows("SELECT (SELECT count(*) FROM decl) + (SELECT count(*) FROM decision) + (SELECT count(*) FROM finding)")[0][0] ==
          len(said) - len(days) - sum(leaf["type"] in ("reveal", "object", "settings") for leaf in said), "there is no row without a leaf")


def copy_of(st, top):
    other = Listening(st.program, st.signer_program, top)
    shutil.copytree(st.dir, other.dir)
    st.kill_signer()
    shutil.copytree(st.keys, other.keys, ignore=shutil.ignore_patterns("socket", "lock"))
    st.start_signer()
    other.start_signer()
    return other


def equals_a_clean_fold(st, client, rounds, top):
    """What is not decided yet is decided in rounds that are disturbed, and in a copy in one go."""
    first = max(0, len(client.files) - LAST)
    done = subprocess.run(client.st.command("import", *client.files[first:], "--rates", "rates.csv", "--tariff", "tariff.csv"), cwd=st.top, capture_output=True, check=True)
    client.take_receipts("import", [json.loads(line) for line in done.stdout.splitlines()], st.signed())
    today = time.gmtime().tm_yday
    with copy_of(st, top) as clean:
        before = clean.rows("SELECT count(*) FROM decision")[0][0]
        subprocess.run(clean.command("assess"), cwd=st.top, capture_output=True, check=True)
        left = clean.rows("SELECT count(*) FROM decision")[0][0] - before
        for _ in range(rounds):
            client.round("assess")
        client.calibrate("assess", st.command("assess"))
        state = "SELECT seq, part, bytes FROM snapshot WHERE kind = 'state' ORDER BY part"
        mine, other = st.rows(state), clean.rows(state)
        sums = [hashlib.sha256(b"".join(part for _, _, part in rows)).hexdigest() for rows in (mine, other)]
        if time.gmtime().tm_yday != today:
            return  # a day that began in between stands in both logs at another place
        check(mine == other and len(mine) > 1, f"the profile state is that of a clean fold: {sums[0][:16]}, {sums[1][:16]}")
        decisions = ("SELECT reg, version, seq, channel, basis, propensity, draw, model, criteria, profile, features, record"
                     " FROM decision ORDER BY reg, version")
        check(left >= CHUNK * LAST // 2 and st.rows(decisions) == clean.rows(decisions), f"so are decisions, features and records, {left} of them made since")


def main():
    words = argparse.ArgumentParser()
    words.add_argument("program")
    words.add_argument("signer")
    words.add_argument("--rounds", type=int, default=10)
    words.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3), "big"))
    words = words.parse_args()
    print(f"# seed {words.seed}, {words.rounds} rounds", flush=True)
    rng = random.Random(words.seed)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tw") as scratch, tempfile.TemporaryDirectory(prefix="tw") as other, \
            Listening(words.program, words.signer, scratch) as st:
        st.make()
        client = Client(st, rng, CHUNK * (LAST + 5 * max(10, words.rounds)))
        client.calibrate("import", client.importing())
        client.calibrate("assess", st.command("assess"))
        client.calibrate("findings", client.finding())
        last = words.rounds // 5
        for n in range(words.rounds - last):
            client.round(rng.choices(("import", "assess", "findings"), (5, 4, 1))[0])
            client.restart()
            client.holds()
        equals_a_clean_fold(st, client, last, pathlib.Path(other))
        client.restart()
        subprocess.run(st.command("assess"), cwd=st.top, capture_output=True, check=True)
        client.holds()
        log_is_whole(st, client)
        replayed = st.at("replay", "--currency", "XTS")
        check(replayed.returncode == 0 and " 0 differences\nthe state that is kept is what they come to" in replayed.stdout,
              "a fold from the first declaration on comes to the same decisions and the same state")
        sound = st.run("station", "check", "--station", str(st.dir))
        check(sound.returncode == 0, "the file is undamaged")
        check(not client.wrong, f"in {words.rounds} rounds {len(client.reg)} declarations, {len(client.decided)} decisions and "
              f"{len(client.findings)} findings were acknowledged, signed before: none is lost, none doubled, the log verifies")
        check(max(client.restarts) < RESTART_S, f"restart in at most {max(client.restarts):.2f} s, median {statistics.median(client.restarts):.3f} s; "
              f"CPU at most {max(client.cpu):.2f} s")
        print("# killed: " + ", ".join(f"{how} {n}" for how, n in sorted(client.kinds.items())) + f"; {time.monotonic() - began:.0f} s")
    print(f"1..{len(CHECKS)}")
    for n, (good, text) in enumerate(CHECKS):
        print(f"{'' if good else 'not '}ok {n + 1} - {text}")
    return 0 if all(good for good, _ in CHECKS) else 1


if __name__ == "__main__":
    sys.exit(main())
