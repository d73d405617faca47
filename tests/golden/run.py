# SPDX-License-Identifier: Apache-2.0
"""run.py PROGRAM -- runs the golden cases; TAP on stdout.

A case is a folder here that holds
  cmd      a bash script; runs in a copy of the folder, `tidewaiter` is PROGRAM, $DATA the large data (see below)
  stdout   what it must write, byte for byte; absent = nothing
  stderr   the same for messages
  code     the exit code; absent = 0
and any input the script reads. A line `# needs PATH` in cmd skips the case where $DATA/PATH is absent.

With TIDEWAITER_ACCEPT=1 the expectations are written anew; a person reads the diff. generated.txt lists files of the
repository that the program itself prints, and how: `PATH: ARGUMENTS`; they are held to it in the same way.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
ACCEPT = os.environ.get("TIDEWAITER_ACCEPT") == "1"
DATA = pathlib.Path(os.environ.get("TIDEWAITER_DATA", SOURCE.parent / "shared" / "data"))
SECONDS = 100


def differs(path, got, absent=b""):
    """Lines of TAP comment that say how `got` differs from the file; [] when it does not. Writes it on ACCEPT."""
    want = path.read_bytes() if path.exists() else absent
    if got == want:
        return []
    if ACCEPT:
        if got == absent:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(got)
        return []
    with tempfile.NamedTemporaryFile() as wanted:
        wanted.write(want)
        wanted.flush()
        diff = subprocess.run(["diff", "-u", "--label", f"{path.parent.name}/{path.name}", "--label", "now", wanted.name,
                               "-"], input=got, capture_output=True, check=False).stdout
    return ["# " + line for line in diff.decode("utf-8", "replace").splitlines()[:60]]


def run_case(folder, program):
    """(skip reason or None, differences)"""
    script = (folder / "cmd").read_text(encoding="utf-8")
    for needed in re.findall(r"^# needs (\S+)", script, re.M):
        if not (DATA / needed).exists():
            return f"no {needed} in TIDEWAITER_DATA", []
    with tempfile.TemporaryDirectory() as scratch:
        top = pathlib.Path(scratch)
        shutil.copytree(folder, top / "case")
        (top / "bin").mkdir()
        (top / "bin/tidewaiter").symlink_to(program)
        env = {"PATH": f"{top}/bin:/usr/bin:/bin", "HOME": str(top), "LC_ALL": "C.UTF-8", "DATA": str(DATA), "TERM": "dumb"}
        env.update({k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS") or k == "GCOV_ERROR_FILE"})
        if "ulimit -f" in script:
            env["GCOV_PREFIX"] = str(top)  # counts of coverage, cut short, would spoil those of all other tests
        try:
            done = subprocess.run(["bash", "cmd"], cwd=top / "case", env=env, stdin=subprocess.DEVNULL,
                                  capture_output=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return None, [f"# longer than {SECONDS} s"]
    code = b"" if done.returncode == 0 else b"%d\n" % done.returncode
    return None, (differs(folder / "stdout", done.stdout) + differs(folder / "stderr", done.stderr)
                  + differs(folder / "code", code))


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    failed = number = 0
    rows = [line.split(": ", 1) for line in (HERE / "generated.txt").read_text(encoding="utf-8").splitlines()
            if line and not line.startswith("#")]
    work = [(f"{path} is what `tidewaiter {args}` prints", (path, args)) for path, args in rows]
    work += [(folder.name, folder) for folder in sorted(HERE.iterdir()) if (folder / "cmd").exists()]
    for number, (name, what) in enumerate(work, 1):
        skip = None
        if isinstance(what, tuple):
            printed = subprocess.run([program, *what[1].split()], capture_output=True, check=False)
            wrong = differs(SOURCE / what[0], printed.stdout)
            if printed.returncode != 0:
                wrong.append(f"# exit code {printed.returncode}")
        else:
            skip, wrong = run_case(what, program)
        failed += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {number} - {name}{' # SKIP ' + skip if skip else ''}")
        if wrong:
            print("\n".join(wrong + ["# if this is meant, `make accept` writes it; read the diff"]))
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
