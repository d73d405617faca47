# SPDX-License-Identifier: Apache-2.0
"""The test frame for programs in tools/: TAP on stdout, a test is a function whose name is a sentence.

Each test is handed a fresh temporary directory. run() runs all of a module, also after one failed.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import traceback

SOURCE = pathlib.Path(os.environ.get("TIDEWAITER_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
TOOLS = SOURCE / "tools"


def call(*args, **more):
    """Runs a program; the CompletedProcess with stdout and stderr as text."""
    return subprocess.run([str(a) for a in args], capture_output=True, text=True, check=False, timeout=100,
                          stdin=subprocess.DEVNULL, **more)


def write(path, text, mode=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if mode is not None:
        path.chmod(mode)


def run(names):
    failed = 0
    tests = [f for name, f in names.items() if callable(f) and getattr(f, "__module__", "") == "__main__"
             and not name.startswith("_")]
    for number, test in enumerate(tests, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(pathlib.Path(folder))
                print(f"ok {number} - {test.__name__}")
            except Exception:  # pylint: disable=broad-except
                failed += 1
                print(f"not ok {number} - {test.__name__}")
                print("# " + traceback.format_exc().rstrip().replace("\n", "\n# "))
    print(f"1..{len(tests)}")
    sys.exit(1 if failed else 0)
