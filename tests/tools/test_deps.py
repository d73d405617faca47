# SPDX-License-Identifier: Apache-2.0
"""tools/deps before a pretended apt: what it asks for, when it fetches lists, how it gives up."""
import os
import shutil
import time

from tap import TOOLS, call, run, write

NEEDED = ("bash", "env", "find", "mktemp", "rm", "tail", "cat", "grep")


def _machine(top, *, uid=0, installed=(), apt=True, sudo=False, lists_age_days=1.0, broken=()):
    """A PATH on which only pretended programs change anything; the calls of apt-get end up in top/calls."""
    path = top / "bin"
    path.mkdir(parents=True, exist_ok=True)
    for name in NEEDED:
        if not (path / name).exists():
            (path / name).symlink_to(shutil.which(name))
    write(path / "id", f"#!/bin/sh\necho {uid}\n", 0o755)
    if apt:
        have = "".join(f"case \" $* \" in *' {p} '*) echo 'ii  {p}';; esac\n" for p in installed)
        write(path / "dpkg-query", "#!/bin/sh\n" + have + "exit 1\n", 0o755)
        bad = "".join(f"case \"$*\" in *'{words}'*) echo 'E: no {words}'; exit 100;; esac\n" for words in broken)
        write(path / "apt-get", f"#!/bin/sh\necho \"$*\" >>{top}/calls\n{bad}", 0o755)
    if sudo:
        write(path / "sudo", "#!/bin/sh\nexec \"$@\"\n", 0o755)
    lists = top / "lists"
    lists.mkdir(exist_ok=True)
    if lists_age_days is not None:
        write(lists / "deb.example_Packages", "")
        when = time.time() - lists_age_days * 86400
        os.utime(lists / "deb.example_Packages", (when, when))
    return {"PATH": str(path), "TIDEWAITER_APT_LISTS": str(lists), "HOME": "/nowhere"}


def _calls(top):
    file = top / "calls"
    return [line.split("Timeout=300 ", 1)[1] for line in file.read_text().splitlines()] if file.exists() else []


def _packages(group):
    """What the script says a group holds, read from what a machine that has nothing is told."""
    text = (TOOLS / "deps").read_text(encoding="utf-8")
    body = text.split(f"{group}) echo ", 1)[1].split(" ;;", 1)[0]
    return body.replace("\\\n", " ").split()


def nothing_missing_is_silent_and_quick(top):
    env = _machine(top, installed=_packages("build") + _packages("test"))
    start = time.monotonic()
    done = call(TOOLS / "deps", "build", "test", env=env)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done
    assert _calls(top) == []
    assert time.monotonic() - start < 5  # a busy machine; on an idle one it is 0.05


def root_installs_exactly_what_is_missing(top):
    env = _machine(top, installed=[p for p in _packages("build") if p not in ("meson", "scdoc")])
    done = call(TOOLS / "deps", "build", env=env)
    assert done.returncode == 0, done
    assert _calls(top) == ["install -y --no-install-recommends meson scdoc"], _calls(top)


def a_machine_that_has_nothing_is_given_everything_once(top):
    done = call(TOOLS / "deps", "build", "bench", "test", env=_machine(top))
    assert done.returncode == 0, done
    asked = _calls(top)[0].split("--no-install-recommends ")[1].split()
    assert set(asked) == set(_packages("build") + _packages("bench") + _packages("test"))
    assert len(asked) == len(set(asked)) and {"make", "gcc", "meson", "ninja-build"} <= set(asked)


def absent_lists_are_fetched_first(top):
    done = call(TOOLS / "deps", "e2e", env=_machine(top, lists_age_days=None))
    assert done.returncode == 0 and _calls(top) == ["update", "install -y --no-install-recommends chromium"], _calls(top)


def old_lists_are_fetched_anew(top):
    done = call(TOOLS / "deps", "e2e", env=_machine(top, lists_age_days=40))
    assert done.returncode == 0 and _calls(top)[0] == "update", _calls(top)


def a_failed_install_is_tried_again_with_new_lists(top):
    done = call(TOOLS / "deps", "e2e", env=_machine(top, broken=["install -y"]))
    assert done.returncode == 4, done
    assert [c.split()[0] for c in _calls(top)] == ["install", "update", "install"], _calls(top)
    assert "E: no install -y" in done.stderr and "could not be installed: chromium" in done.stderr, done.stderr


def no_network_is_said(top):
    done = call(TOOLS / "deps", "e2e", env=_machine(top, lists_age_days=None, broken=["update"]))
    assert done.returncode == 4 and "is there a network?" in done.stderr, done


def without_root_the_line_to_type_is_printed(top):
    done = call(TOOLS / "deps", "e2e", env=_machine(top, uid=1000))
    assert done.returncode == 4 and _calls(top) == [], done
    assert "sudo apt-get install --no-install-recommends chromium" in done.stderr.replace("update && sudo apt-get ", "")


def sudo_is_not_used_without_a_terminal_to_ask_on(top):
    done = call(TOOLS / "deps", "e2e", env=_machine(top, uid=1000, sudo=True))
    assert done.returncode == 4 and _calls(top) == [], done


def a_system_without_apt_is_told_the_names(top):
    done = call(TOOLS / "deps", "build", env=_machine(top, apt=False))
    assert done.returncode == 4 and "this system has no apt" in done.stderr and "libjansson-dev" in done.stderr, done


def an_unknown_group_is_a_usage_error(top):
    done = call(TOOLS / "deps", "nonsense", env=_machine(top))
    assert done.returncode == 2 and "no group 'nonsense'" in done.stderr and _calls(top) == [], done
    assert call(TOOLS / "deps", env=_machine(top)).returncode == 2


run(globals())
