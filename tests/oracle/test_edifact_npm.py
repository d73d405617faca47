#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_edifact_npm.py PROGRAM CUSCAR -- the messages that are written, read by npm's ts-edifact; TAP on stdout.

Over the declarations and notifications of $TIDEWAITER_DATA/wco-dm as CUSDEC and CUSRES, manifests as CUSCAR (written by the
helper of that name) and the answers (CONTRL) to those CUSDEC: ts-edifact's reader, which holds each character to the set that
UNB names and each element to its definition, and its tracker, which holds the order of segments to the structure of the
message, accept each interchange, and read the values that this script reads. ts-edifact has no definitions of these messages: it
is given those of edifact_tables.py. It knows no UNOY (UTF-8): interchanges that need it are named and not asked about.

Skipped where node, npm or the data are not there.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import npm
from edifact_tables import SEGMENT, STRUCTURE, grammar, segments

SOURCE = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("TIDEWAITER_DATA", SOURCE.parent / "shared" / "data"))
PACKAGE = "ts-edifact", "0.0.14"
MESSAGES = "CUSDEC", "CUSRES", "CUSCAR", "CONTRL"
AT_ONCE = 100


def run(*command):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False)


def definitions():
    """Segments and elements as ts-edifact defines them; what may be absent requires no component."""
    names, parts = {}, {}
    for tag, table in SEGMENT.items():
        if tag in ("UNH", "UNT"):
            continue  # it has these
        names[tag] = {"requires": sum(row[0] == "M" for row in table), "elements": [f"{tag}{i}" for i in range(len(table))]}
        for i, row in enumerate(table):
            status, *specs = row.split()
            least = max((k + 1 for k, s in enumerate(specs) if s[0] == "!"), default=0) if status == "M" else 0
            kinds = [s.lstrip("!") for s in specs]
            parts[f"{tag}{i}"] = {"requires": least,
                                  "components": [k.rstrip("0123456789") + ".." + k.lstrip("an") for k in kinds]}
    return names, parts


def table(rows):
    return [{"content": what if isinstance(what, str) else table(what), "mandatory": must, "repetition": most}
            for must, most, what in rows]


def define(spec):
    names, parts = definitions()
    spec.mkdir()
    for message in MESSAGES:
        (spec / f"{message}.segments.json").write_text(json.dumps(names))
        (spec / f"{message}.elements.json").write_text(json.dumps(parts))
    (spec / "structure.json").write_text(json.dumps({m: table(grammar(STRUCTURE[m])) for m in MESSAGES}))


def write(program, cuscar, top):
    """{message: its interchanges}"""
    for message, folder in (("CUSDEC", "imports"), ("CUSRES", "notifications")):
        run(program, "convert", DATA / "wco-dm" / folder, "--to", "edifact", "--out", top / message, "--quiet")
    run(program, "convert", top / "CUSDEC", "--to", "contrl", "--out", top / "CONTRL", "--quiet")
    (top / "CUSCAR").mkdir()
    run(cuscar, top / "CUSCAR", SOURCE / "tests/golden/convert_edifact/in/manifests.edi")
    return {m: sorted((top / m).glob("*.edi")) for m in MESSAGES}


def reads(package, spec, paths):
    """[(path, what ts-edifact says)]"""
    out = []
    for i in range(0, len(paths), AT_ONCE):
        done = run("node", SOURCE / "tests/oracle/ts_edifact.js", package, spec, spec / "structure.json", *paths[i:i + AT_ONCE])
        out += [json.loads(line) for line in done.stdout.splitlines()]
        if done.returncode != 0:
            out.append({"file": "node", "error": done.stderr[-500:]})
    return out


def wrong(told):
    if "error" in told:
        return f"{told['file']}: {told['error']}"
    path = pathlib.Path(told["file"])
    here = segments(path.read_bytes().decode("latin-1"))
    return "" if told["segments"] == here else f"{path.name}: it reads other values than stand there"


def main():
    program, cuscar = sys.argv[1:3]
    why = "no node" if shutil.which("node") is None else "" if (DATA / "wco-dm").is_dir() else "no wco-dm in TIDEWAITER_DATA"
    package = npm.fetch(*PACKAGE) if not why else None
    if package is None:
        print(f"1..0 # SKIP {why or 'npm or its registry is not there'}")
        return
    with tempfile.TemporaryDirectory() as scratch:
        top = pathlib.Path(scratch)
        define(top / "spec")
        written = write(program, cuscar, top)
        for n, (message, paths) in enumerate(written.items(), 1):
            known = [p for p in paths if b"UNOY" not in p.read_bytes()[:20]]
            told = reads(package, top / "spec", known)
            faults = [w for w in map(wrong, told) if w]
            if len(told) < len(known) or not known:
                faults.append(f"{len(told)} of {len(known)} were read")
            for line in faults[:20]:
                print("#", line)
            print(f"{'not ok' if faults else 'ok'} {n} - {message}: ts-edifact reads {len(known)}, and the same values; "
                  f"{len(paths) - len(known)} need UNOY, which it does not know")
        (top / "bad.edi").write_bytes(written["CUSRES"][0].read_bytes().replace(b"'RFF+ABE", b"'ERC+1'RFF+ABE", 1))
        (top / "long.edi").write_bytes(written["CUSRES"][0].read_bytes().replace(b"UN'BGM+961", b"UN'BGM+9611", 1))
        bad = reads(package, top / "spec", [top / "bad.edi", top / "long.edi"])
        print("ok" if len(bad) == 2 and all("error" in b for b in bad) else f"# {bad}\nnot ok", len(written) + 1,
              "- and refuses a segment out of place and a value that is too long")
        print(f"1..{len(written) + 1}")


if __name__ == "__main__":
    main()
