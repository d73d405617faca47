# SPDX-License-Identifier: Apache-2.0
"""test_criteria_docs.py PROGRAM SOURCE -- every command of docs/criteria.md runs, on the set that stands there; the set that comes with
the program is good with the lists that do; TAP on stdout."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile


def main():
    program, source = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    text = (source / "docs/criteria.md").read_text(encoding="utf-8")
    commands = re.findall(r"^    ((?:tidewaiter|ssh-keygen) .*)$", text, re.M)
    if not shutil.which("ssh-keygen"):
        commands = [c for c in commands if not c.startswith("ssh-keygen")]
    criteria, signers = re.findall(r"```yaml\n(.*?)```", text, re.S)
    with tempfile.TemporaryDirectory() as scratch:
        top = pathlib.Path(scratch)
        (top / "bin").mkdir()
        (top / "bin/tidewaiter").symlink_to(program)
        (top / "work").mkdir()
        (top / "work/criteria.yaml").write_text(criteria, encoding="utf-8")
        failed = 0
        for number, command in enumerate(commands, 1):
            if "--signers" in command:  # as the document says, its keys are the lines of the files that keygen wrote
                with_keys = re.sub(r"key: .*# the line in (\S+)",
                                   lambda m: "key: " + (top / "work" / m[1]).read_text(encoding="utf-8"), signers)
                (top / "work/signers.yaml").write_text(with_keys, encoding="utf-8")
            done = subprocess.run(["bash", "-c", command], cwd=top / "work", capture_output=True, check=False, timeout=100,
                                  env={"PATH": f"{top}/bin:/usr/bin:/bin", "HOME": scratch, "LC_ALL": "C.UTF-8"})
            for line in done.stderr.decode().splitlines() if done.returncode else []:
                print("#", line)
            print("not ok" if done.returncode else "ok", number, "-", command)
            failed += done.returncode != 0
        good = subprocess.run([program, "criteria", "check", source / "data/criteria/harbor.yaml", "--lists", source / "data/lists",
                               "--at", "2026-06-01"], capture_output=True, check=False).returncode == 0
        hits = sum('"id":"CHEAP-CLOTHING"' in line for line in open(top / "work/decided.jsonl", encoding="utf-8"))
    print("ok" if hits else "not ok", len(commands) + 1, "- the criterion hits something")
    print("ok" if good else "not ok", len(commands) + 2, "- the set of the program is good with its lists")
    print(f"1..{len(commands) + 2}")
    return 1 if failed or not hits or not good or len(commands) < 6 else 0


sys.exit(main())
