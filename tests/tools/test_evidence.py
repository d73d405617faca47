# SPDX-License-Identifier: Apache-2.0
"""docs/evidence.md says which feature answers which published indicator; this holds it to feature.def."""
import re

from tap import SOURCE, run

ROW = re.compile(r'^X\(\w+, "(\w+)", \w+, \w+, -?[01], ".*", "(\w)', re.M)


def _features():
    """name: first letter of its source"""
    return dict(ROW.findall((SOURCE / "src/stages/feature/feature.def").read_text(encoding="utf-8")))


def _table():
    text = (SOURCE / "docs/evidence.md").read_text(encoding="utf-8")
    return re.search(r"<!-- indicators -->(.*)<!-- end -->", text, re.S)[1]


def every_row_of_the_feature_table_is_read(_):
    text = (SOURCE / "src/stages/feature/feature.def").read_text(encoding="utf-8")
    assert len(_features()) == len(re.findall(r"^X\(", text, re.M)) > 50


def each_feature_named_exists(_):
    named = re.findall(r"`(\w+)`", _table())
    assert named and not set(named) - set(_features()), sorted(set(named) - set(_features()))


def each_feature_that_answers_a_published_indicator_is_named_once(_):
    named = re.findall(r"`(\w+)`", _table())
    want = [name for name, source in _features().items() if source == "P"]
    assert not set(want) - set(named), f"add to docs/evidence.md: {sorted(set(want) - set(named))}"
    assert len(named) == len(set(named)), sorted({n for n in named if named.count(n) > 1})


run(globals())
