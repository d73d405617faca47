# SPDX-License-Identifier: Apache-2.0
"""A station and its signer as real processes, for tests; they end with the test."""
import contextlib
import json
import pathlib
import signal
import subprocess
import time

ORIGIN = "customs.example/harbor"


class Station:
    """top: a scratch directory. The socket's path is kept short: a Unix socket has 107 bytes."""

    def __init__(self, program, signer, top):
        self.program, self.signer_program, self.top = pathlib.Path(program).resolve(), pathlib.Path(signer).resolve(), pathlib.Path(top)
        self.dir, self.keys, self.signer = self.top / "st", self.top / "keys", None

    def make(self):
        subprocess.run([self.signer_program, "init", self.keys, "--origin", ORIGIN], check=True, capture_output=True)
        self.start_signer()
        self.run("init", str(self.dir), "--signer", str(self.keys / "socket"), "-q", check=True)
        return self

    def start_signer(self):
        self.signer = subprocess.Popen([self.signer_program, "run", self.keys], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while not (self.keys / "socket").exists():
            if self.signer.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the signer does not begin")
            time.sleep(0.01)

    def stop_signer(self, how=signal.SIGTERM):
        if self.signer is None:
            return
        self.signer.send_signal(how)
        self.signer.wait()
        self.signer = None
        with contextlib.suppress(FileNotFoundError):
            if how == signal.SIGKILL:
                (self.keys / "socket").unlink()

    def run(self, *args, check=False, **more):
        """Of a command of tidewaiter; --station and --signer are given by at()."""
        done = subprocess.run([self.program, *args], capture_output=True, text=True, check=False, cwd=self.top, **more)
        if check and done.returncode != 0:
            raise RuntimeError(f"{args}: exit {done.returncode}: {done.stderr[-2000:]}")
        return done

    def at(self, command, *args, check=False, **more):
        return self.run(command, *args, "--station", str(self.dir), "--signer", str(self.keys / "socket"), check=check, **more)

    def take_in(self, path, *more, check=True):
        """Receipts of a file."""
        done = self.at("import", path, "--currency", "XTS", "--json", *more, check=check)
        return [json.loads(line) for line in done.stdout.splitlines()], done

    def decide(self, *more, check=True):
        """Decisions, one by one."""
        done = self.at("assess", "--currency", "XTS", "--json", *more, check=check)
        return [json.loads(line) for line in done.stdout.splitlines()], done

    def hand_in(self, path, *more, check=True):
        """Receipts and decisions of a file that is decided as it comes."""
        done = self.at("assess", path, "--currency", "XTS", "--json", *more, check=check)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return [one for one in lines if "registration" in one], [one for one in lines if "channel" in one], done

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop_signer(signal.SIGKILL)
