#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_log_interop.py PROGRAM SIGNER -- a station's log, judged by other people's verifiers; TAP on stdout.

Go's golang.org/x/mod/sumdb opens checkpoints, checks inclusion, and proves with its own reader of our tiles that the log has
only grown; npm's @sigstore/verify checks inclusion. Each refuses what was tampered with. A verifier that is not there is skipped with a word.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import npm
from station import Station

HERE = pathlib.Path(__file__).resolve().parent
GOCODE = pathlib.Path("/usr/share/gocode")  # golang-golang-x-mod-dev
PROVEN = (1, 42, 100, 150)
PACKAGES = (("@sigstore/verify", "3.1.0"), ("@sigstore/core", "3.1.0"))


def prepare(st):
    """A station whose log was signed at two moments, and all that an outsider would be handed."""
    st.run("synth", "--world", "cove", "--seed", "7", "--declarations", "300", "--out", ".", "-q", check=True)
    st.take_in("declarations.csv", "--rates", "rates.csv")
    (st.top / "old").write_text(st.run("log", "checkpoint", "--station", str(st.dir), check=True).stdout, encoding="utf-8")
    st.decide()
    (st.top / "vkey").write_text(st.run("log", "key", "--station", str(st.dir), check=True).stdout, encoding="utf-8")
    (st.top / "files").mkdir()
    st.run("log", "files", "--station", str(st.dir), "--out", "files", check=True)
    for number in PROVEN:
        st.run("log", "proof", str(number), "--station", str(st.dir), "--out", f"p{number}", check=True)


def told(done):
    """The results of another program's TAP, as (good, words)."""
    lines = [line for line in done.stdout.splitlines() if line.startswith(("ok ", "not ok "))]
    if done.returncode not in (0, 1) or not lines:
        return [(False, f"it ended with {done.returncode}: {done.stderr[-500:]}")]
    return [(line.startswith("ok "), line.split(" - ", 1)[1]) for line in lines]


def by_go(st):
    if shutil.which("go") is None or not (GOCODE / "src" / "golang.org" / "x" / "mod" / "sumdb").is_dir():
        return None
    env = {**os.environ, "GO111MODULE": "off", "GOPATH": str(GOCODE), "GOFLAGS": "", "GOCACHE": str(st.top / "gocache")}
    subprocess.run(["go", "build", "-o", st.top / "log_verify", HERE / "log_verify.go"], env=env, check=True, capture_output=True, timeout=250)
    return told(subprocess.run([st.top / "log_verify", st.top], capture_output=True, text=True, check=False))


def by_sigstore(st):
    if shutil.which("node") is None:
        return None
    modules = st.top / "node_modules"
    (modules / "@sigstore").mkdir(parents=True)
    for name, version in PACKAGES:
        folder = npm.fetch(name, version)
        if folder is None:
            return None
        shutil.copytree(folder.resolve(), modules / name)
    names = [f"p{number}" for number in PROVEN]
    return told(subprocess.run(["node", HERE / "log_verify.js", modules, st.top, *names], capture_output=True, text=True, check=False))


def main():
    results = []
    with tempfile.TemporaryDirectory(prefix="tw") as scratch, Station(sys.argv[1], sys.argv[2], scratch) as st:
        prepare(st.make())
        for who, judge in (("Go", by_go), ("sigstore", by_sigstore)):
            said = judge(st)
            results += [(None, f"{who} is not there")] if said is None else [(good, f"{who}: {words}") for good, words in said]
    print(f"1..{len(results)}")
    for n, (good, words) in enumerate(results):
        print(f"ok {n + 1} - {words} # SKIP {words}" if good is None else f"{'' if good else 'not '}ok {n + 1} - {words}")
    return 0 if all(good is not False for good, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
