#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_full.py PROGRAM SIGNER -- a station on a disk of 16 MB that runs full, again and again; TAP on stdout.

Each time: a clear refusal and no crash, all that was acknowledged can be read while there is no room, and when there is some,
the same command goes on. Needs root, for the tmpfs.
"""
import csv
import errno
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from station import Station

DECLARATIONS, CHUNK = 700, 25
CHECKS = []


def check(good, words):
    CHECKS.append((bool(good), words))


class Disk:
    """16 MB, of which a file of ours takes as much as is to be taken."""

    def __init__(self, at):
        self.at, self.filler = at, at / "filler"
        at.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m,mode=0700", "tidewaiter-test", at], check=True, capture_output=True)

    def leave(self, room):
        """So many bytes free."""
        self.filler.unlink(missing_ok=True)
        seen = os.statvfs(self.at)
        with open(self.filler, "wb") as f:
            try:
                f.write(bytes(max(0, seen.f_bavail * seen.f_bsize - room)))
            except OSError as e:
                if e.errno != errno.ENOSPC:
                    raise

    def free(self):
        self.filler.unlink(missing_ok=True)

    def end(self):
        subprocess.run(["umount", self.at], check=True)


class House(Station):
    """The station lies on the disk, its signer beside it."""

    def __init__(self, program, signer, top, disk):
        super().__init__(program, signer, top)
        self.dir, self.disk = disk.at / "st", disk
        self.known, self.decisions = {}, {}

    def cut(self):
        self.run("synth", "--world", "cove", "--seed", "9", "--declarations", str(DECLARATIONS), "--out", ".", "-q", check=True)
        with open(self.top / "declarations.csv", encoding="utf-8", newline="") as f:
            head, *rows = csv.reader(f)
        groups, names = {}, []
        for row in rows:
            groups.setdefault(row[0], []).append(row)
        ids = list(groups)
        for n in range(0, len(ids), CHUNK):
            names.append(f"d{n}.csv")
            with open(self.top / names[-1], "w", encoding="utf-8", newline="") as f:
                csv.writer(f).writerows([head, *(row for number in ids[n:n + CHUNK] for row in groups[number])])
        return names

    def lines(self, done):
        return [json.loads(line) for line in done.stdout.splitlines()]

    def take(self, names):
        done = self.at("import", *names, "--currency", "XTS", "--rates", "rates.csv", "--tariff", "tariff.csv", "--json")
        for line in self.lines(done):
            if self.known.setdefault(line["declaration_id"], line["registration"]) != line["registration"]:
                check(False, "one declaration has two numbers")
        return done

    def judge(self):
        done = self.at("assess", "--currency", "XTS", "--json")
        for line in self.lines(done):
            if line["id"] in self.decisions:
                check(False, "a declaration was decided twice")
            self.decisions[line["id"]] = line["channel"], line["draw"]
        return done

    def is_full(self, done, words):
        check(done.returncode == 3 and "no room left" in done.stderr, f"{words}: refused, for want of room (exit {done.returncode}: {done.stderr[-150:]!r})")

    def reads_go_on(self, words):
        tail = self.at("log", "tail")
        leaves = [json.loads(line) for line in tail.stdout.splitlines()]
        there = {f"{leaf['reg']:012}" for leaf in leaves if leaf["type"] == "intake"}
        decided = {f"{leaf['reg']:012}": (leaf["channel"], leaf["draw"]) for leaf in leaves if leaf["type"] == "decision"}
        check(tail.returncode == 0 and set(self.known.values()) <= there and all(decided.get(k) == v for k, v in self.decisions.items()),
              f"{words}: all that was acknowledged can be read, {len(self.known)} declarations, {len(self.decisions)} decisions {tail.stderr[-150:]!r}")
        sound = self.run("station", "check", "--station", str(self.dir))
        check(sound.returncode == 0, f"{words}: station check finds no damage {sound.stderr[-150:]!r}")
        verified = self.at("log", "verify")
        check(verified.returncode == 0 or "are under no checkpoint" in verified.stderr, f"{words}: the log is whole {verified.stderr[-150:]!r}")

    def is_whole(self, words):
        verified, sound = self.at("log", "verify"), self.run("station", "check", "--station", str(self.dir))
        check(verified.returncode == 0 and sound.returncode == 0, f"{words}: the log is whole, the file undamaged {verified.stderr[-150:]!r}")


def runs_full_while_it_takes_in(st, names):
    st.disk.leave(2 << 20)
    for _ in range(3):
        st.is_full(st.take(names), "taking in")
        st.reads_go_on("while it is full")
    check(0 < len(st.known) < DECLARATIONS, "some were acknowledged before")
    st.is_full(st.judge(), "deciding")
    st.disk.leave(0)
    st.reads_go_on("with no byte left")
    st.disk.free()
    done = st.take(names)
    check(done.returncode == 0 and len(st.known) == DECLARATIONS, f"when there is room it goes on {done.stderr[-150:]!r}")
    st.is_whole("then")


def runs_full_while_it_decides(st):
    for room in (64 << 10, 300 << 10, 700 << 10, 1500 << 10, 2500 << 10):
        st.disk.leave(room)
        done = st.judge()
        if done.returncode == 0:
            break
        st.is_full(done, f"deciding with {room >> 10} KiB")
        st.reads_go_on("while it is full")
    st.disk.free()
    done = st.judge()
    check(done.returncode == 0, f"when there is room it decides the rest {done.stderr[-150:]!r}")
    st.is_whole("then")
    replayed = st.at("replay", "--currency", "XTS")
    check(replayed.returncode == 0 and " 0 differences\nthe state that is kept is what they come to" in replayed.stdout, "all come out again as they were decided")
    check(not st.judge().stdout and len(st.decisions) == DECLARATIONS, f"none is left: {len(st.decisions)} were decided, each told once")


def has_no_room_to_be_made(st):
    for room in (0, 8 << 10, 40 << 10, 80 << 10):
        st.disk.leave(room)
        done = st.run("init", str(st.dir), "--signer", str(st.keys / "socket"))
        st.is_full(done, f"making a station in {room >> 10} KiB")
    st.disk.free()
    check(st.run("init", str(st.dir), "--signer", str(st.keys / "socket")).returncode == 0, "when there is room it is made")


def main():
    with tempfile.TemporaryDirectory(prefix="tw") as scratch:
        top = pathlib.Path(scratch)
        try:
            disk = Disk(top / "disk")
        except (subprocess.CalledProcessError, FileNotFoundError):
            print("1..0 # SKIP no tmpfs can be mounted here")
            return 0
        try:
            with House(sys.argv[1], sys.argv[2], top, disk) as st:
                subprocess.run([st.signer_program, "init", st.keys, "--origin", "full.example"], check=True, capture_output=True)
                st.start_signer()
                names = st.cut()
                has_no_room_to_be_made(st)
                runs_full_while_it_takes_in(st, names)
                runs_full_while_it_decides(st)
        finally:
            disk.end()
    print(f"1..{len(CHECKS)}")
    for n, (good, words) in enumerate(CHECKS):
        print(f"{'' if good else 'not '}ok {n + 1} - {words}")
    return 0 if all(good for good, _ in CHECKS) else 1


if __name__ == "__main__":
    sys.exit(main())
