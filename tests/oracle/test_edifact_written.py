#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_edifact_written.py PROGRAM CUSCAR -- the messages that are written, held to the directory by edifact_tables.py; TAP.

Over the declarations of $TIDEWAITER_DATA/wco-dm/imports, written as CUSDEC, its notifications, written as CUSRES, manifests, written as
CUSCAR by the helper of that name, and the answers (CONTRL) to all interchanges of $TIDEWAITER_DATA/edifact and to those CUSDEC:
  - each segment stands where the directory has it, no more often than it may, and what is mandatory is there;
  - each data element has the length and kind of the directory, each composite no more components;
  - UNT counts the segments, UNZ the messages, and both repeat the reference; UNB has its five elements;
  - each CUSDEC and CUSRES is acknowledged by its CONTRL;
  - what JSON says of a notification, but for what CUSRES has no place for, JSON says of what comes back of it;
  - assess decides the same about the declarations, read from either form.
It shares nothing with the program. Skipped where the data are not there.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from edifact_tables import SEGMENT, STRUCTURE, grammar, segments

SOURCE = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("TIDEWAITER_DATA", SOURCE.parent / "shared" / "data"))

def match(rows, tags, at):
    """The place behind what the rows take of the tags, or a sentence."""
    for mandatory, most, what in rows:
        first = what if isinstance(what, str) else what[0][2]
        times = 0
        while at < len(tags) and tags[at] == first and times < most:
            times += 1
            at = at + 1 if isinstance(what, str) else match(what, tags, at)
            if isinstance(at, str):
                return at
        if mandatory and times == 0:
            return f"{first} is missing at segment {at + 1}"
    return at


def wrong_value(spec, value):
    kind, most = re.fullmatch(r"!?(an|n|a)(\d+)", spec).groups()
    if kind == "n" and not re.fullmatch(r"-?\d+(\.\d+)?", value):
        return "is no number"
    length = len(re.sub(r"\D", "", value)) if kind == "n" else len(value)
    return "is too long" if length > int(most) else ""


def wrong_segment(s):
    tag, elements = s[0][0], s[1:]
    table = SEGMENT.get(tag)
    if table is None:
        return f"{tag} is not known"
    if len(elements) > len(table):
        return f"{tag} has {len(elements)} elements"
    for i, spec in enumerate(table):
        status, *parts = spec.split()
        have = elements[i] if i < len(elements) else []
        if not any(have):
            if status == "M" and any(p[0] == "!" for p in parts):
                return f"{tag} {i + 1} is missing"
            continue
        if len(have) > len(parts):
            return f"{tag} {i + 1} has {len(have)} components"
        for k, part in enumerate(parts):
            value = have[k] if k < len(have) else ""
            if value == "" and part[0] == "!":
                return f"{tag} {i + 1}.{k + 1} is missing"
            if value and wrong_value(part, value):
                return f"{tag} {i + 1}.{k + 1} '{value}' {wrong_value(part, value)}"
    return ""


def wrong_interchange(whole):
    """The first thing wrong with one interchange, UNB to UNZ."""
    unb, unz = whole[0], whole[-1]
    if unb[0][0] != "UNB" or len(unb) < 6 or not all(e[0] for e in unb[1:6]):
        return "UNB lacks an element"
    if not re.fullmatch(r"(\d\d)?\d{6}:\d{4}", ":".join(unb[4])) or len(unb[5][0]) > 14:
        return f"UNB has the time {unb[4]}, the reference {unb[5]}"
    body, messages = whole[1:-1], 0
    while body:
        ends = next((i for i, s in enumerate(body) if s[0][0] == "UNT"), None)
        if ends is None:
            return "UNT is missing"
        message, body = body[:ends + 1], body[ends + 1:]
        messages += 1
        tags = [s[0][0] for s in message]
        at = match(grammar(STRUCTURE[message[0][2][0]]), tags, 0)
        if isinstance(at, str) or at != len(tags):
            return at if isinstance(at, str) else f"{tags[at]} has no place at segment {at + 1}"
        for s in message:
            if wrong_segment(s):
                return wrong_segment(s)
        if message[-1][1:] != [[str(len(message))], message[0][1]]:
            return "UNT counts or names another message"
    if unz[0][0] != "UNZ" or unz[1:] != [[str(messages)], unb[5]]:
        return "UNZ counts or names another interchange"
    return ""


def wrong_file(path):
    raw = path.read_bytes()
    text = raw.decode("utf-8" if b"UNOY" in raw[:20] else "latin-1")
    for part in re.split(r"(?=UNA:\+\.\? ')|(?<=')(?=UNB\+UNO.:4\+)", text):
        fault = wrong_interchange(segments(part)) if part else ""
        if fault:
            return fault
    return "" if text else "it is empty"


def what_stays(path, array):
    """What a notification says in JSON, without what CUSRES has no place for."""
    told = json.loads(path.read_text(encoding="utf-8"))
    told = told[0] if array else told
    return {key: value for key, value in told.items() if key not in ("extra", "values")}


def run(program, *args):
    return subprocess.run([program, *map(str, args)], capture_output=True, text=True, check=False)


def main():
    program, cuscar, done = sys.argv[1], sys.argv[2], 0

    def tell(name, faults):
        nonlocal done
        done += 1
        for line in faults[:20]:
            print("#", line)
        print("not ok" if faults else "ok", done, "-", name)

    imports, samples = DATA / "wco-dm" / "imports", DATA / "edifact"
    if not imports.is_dir() or not samples.is_dir():
        print("1..1\nok 1 - messages that are written # SKIP no wco-dm/ and edifact/ in TIDEWAITER_DATA")
        return
    with tempfile.TemporaryDirectory() as scratch:
        top = pathlib.Path(scratch)
        run(program, "convert", imports, "--to", "edifact", "--out", top / "edi", "--quiet")
        written = sorted((top / "edi").glob("*.edi"))
        tell("there are many", [] if len(written) > 200 else [f"{len(written)} were written"])
        faults = [(f.name, wrong_file(f)) for f in written]
        tell("each CUSDEC keeps the directory", [f"{n}: {w}" for n, w in faults if w])
        answers = DATA / "wco-dm" / "notifications"
        run(program, "convert", answers, "--to", "edifact", "--out", top / "res", "--quiet")
        responses = sorted((top / "res").glob("*.edi"))
        faults = [(f.name, wrong_file(f)) for f in responses]
        tell(f"each of {len(responses)} CUSRES keeps the directory", [f"{n}: {w}" for n, w in faults if w] + (
            [] if len(responses) == len(list(answers.iterdir())) > 300 else ["not every notification became one"]))
        run(program, "convert", answers, "--to", "json", "--out", top / "json", "--quiet")
        run(program, "convert", top / "res", "--to", "json", "--out", top / "back", "--quiet")
        tell("and comes back as it was", [f.stem for f in responses if what_stays(top / "json" / (f.stem + ".json"), False) !=
                                          what_stays(top / "back" / (f.stem + ".json"), True)])
        (top / "cuscar").mkdir()
        samples_of = [p for p in samples.iterdir() if b"CUSCAR" in p.read_bytes() or b"Issue137" in p.name.encode()]
        run(cuscar, top / "cuscar", *samples_of, SOURCE / "tests/golden/convert_edifact/in/manifests.edi")
        manifests = sorted((top / "cuscar").glob("*.edi"))
        faults = [(f.name, wrong_file(f)) for f in manifests]
        tell(f"each of {len(manifests)} CUSCAR keeps the directory", [f"{n}: {w}" for n, w in faults if w] + (
            [] if len(manifests) > 4 else ["too few"]))
        run(program, "convert", top / "edi", top / "res", "--to", "contrl", "--out", top / "good", "--quiet")
        run(program, "convert", samples, "--to", "contrl", "--out", top / "mixed", "--quiet")
        good, mixed = sorted((top / "good").glob("*")), sorted((top / "mixed").glob("*"))
        tell("each is acknowledged", [f.name for f in good if not re.search(rb"\+7'UNT\+3\+1'UNZ", f.read_bytes())]
             + ([] if len(good) == len(written) + len(responses) else [f"{len(good)} answers"]))
        faults = [(f.name, wrong_file(f)) for f in good + mixed]
        tell("each CONTRL keeps its structure", [f"{n}: {w}" for n, w in faults if w] + ([] if mixed else ["no answers"]))
        tables = [run(program, "assess", d).stdout for d in (imports, top / "edi")]
        tell("they are decided alike", [] if tables[0] == tables[1] and tables[0] else ["assess decides something else"])
    print(f"1..{done}")


if __name__ == "__main__":
    main()
