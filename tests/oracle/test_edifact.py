#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_edifact.py PROGRAM -- PROGRAM's `convert --to edifact` beside a reader of its own; TAP on stdout.

Over every interchange of $TIDEWAITER_DATA/edifact:
  - what is written is what stood there, byte for byte, and PROGRAM says that nothing is lost;
  - UNT, UNE and UNZ whose count or reference is wrong are told, by line and rule, and no others.
It shares nothing with the program. Skipped where the data are not there.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("TIDEWAITER_DATA", SOURCE.parent / "shared" / "data")) / "edifact"
CLOSES = {"UNT": "UNH", "UNE": "UNG", "UNZ": "UNB"}


def segments(text):
    """(line, [[component]]) of each segment but UNA; the tag is the first element."""
    component, element, release, terminator = ":", "+", "?", "'"
    at = 0
    if text.startswith("UNA"):
        component, element, release, terminator = text[3], text[4], text[6], text[8]
        at = 9
    elif terminator not in text.split("\n", 1)[0]:
        terminator = "\n"
    while True:
        while at < len(text) and text[at] in " \t\r\n":
            at += 1
        if at == len(text):
            return
        line = text.count("\n", 0, at) + 1
        fields, value = [[]], ""
        while text[at] != terminator:
            if text[at] == release:
                at += 1
                value += text[at]
            elif text[at] in (component, element):
                fields[-1].append(value)
                value = ""
                if text[at] == element:
                    fields.append([])
            else:
                value += text[at]
            at += 1
        fields[-1].append(value.rstrip("\r"))
        at += 1
        yield line, fields


def field(fields, element):
    return fields[element][0] if element < len(fields) else ""


def faults(text):
    """Lines and rules of counts and references that are wrong."""
    opened = {}  # of UNH, UNG, UNB: [reference, held]
    found = set()
    grouped = False
    for line, fields in segments(text):
        tag = field(fields, 0)
        if "UNH" in opened:
            opened["UNH"][1] += 1
        if tag in ("UNH", "UNG", "UNB"):
            grouped = tag == "UNG" or (grouped and tag != "UNB")
            outer = [o for o in (("UNG", "UNB") if tag == "UNH" else ("UNB",) if tag == "UNG" else ()) if o in opened]
            if outer:
                opened[outer[0]][1] += 1
            opened[tag] = [field(fields, 5 if tag != "UNH" else 1), 1 if tag == "UNH" else 0]
        if tag in CLOSES and CLOSES[tag] in opened:
            reference, held = opened.pop(CLOSES[tag])
            count = field(fields, 1)
            if not count.isdigit() or int(count) != held:
                found.add((line, "edifact.count"))
            if field(fields, 2) != reference:
                found.add((line, "edifact.reference"))
    return found


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    files = sorted(p for p in DATA.iterdir() if p.suffix.lower() == ".edi") if DATA.is_dir() else []
    if not files:
        print("ok 1 - interchanges # SKIP no edifact/ in TIDEWAITER_DATA\n1..1")
        return 0
    failed = 0
    for number, path in enumerate(files, 1):
        why = []
        with tempfile.TemporaryDirectory() as out:
            done = subprocess.run([program, "convert", path, "--to", "edifact", "--out", out, "--check-lossless", "--json"],
                                  capture_output=True, text=True, check=False)
            count = json.loads(done.stdout)
            if done.returncode != 0 or count["read"] != 1 or count["lost"] != 0:
                why.append(f"exit code {done.returncode}: {done.stdout.strip()}")
            elif (pathlib.Path(out) / path.name).read_bytes() != path.read_bytes():
                why.append("other bytes")
        told = set()
        for line in done.stderr.splitlines():
            note = json.loads(line) if line.startswith("{") else {}
            rule = re.match(r"edifact\.(count|reference)", note.get("note", ""))
            if rule:
                told.add((note["line"], rule[0]))
        want = faults(path.read_bytes().decode("latin-1"))
        if told != want:
            why.append(f"not told {sorted(want - told)}, told without reason {sorted(told - want)}")
        failed += bool(why)
        print(f"{'not ok' if why else 'ok'} {number} - {path.name}, {len(want)} wrong counts and references")
        print("".join(f"# {w}\n" for w in why), end="")
    print(f"1..{len(files)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
