"""Tests mirror the source tree; `tests/layout.py` lists what has no test file of its name."""

from pathlib import Path

import pytest

from tests import layout

# Packages whose tests lie elsewhere: where, and why.
ELSEWHERE = {
    ".": "tests/test_files.py, which lies beside the folders of the rooms",
    "campaign/controller": "tests/campaign: faults and the ledger drive it as a whole",
    "campaign/database": "tests/campaign/store: a database is tested by what is kept in it",
    "campaign/database/migrations/versions": "tests/campaign/store runs every migration",
    "model/events": "tests/recording reads and writes every kind",
    "web/campaigns": "tests/web/pages/test_new_campaign.py fills in the form",
    "web/uploads": "tests/web/api/test_self_checks.py gives in apps",
    "web/queries": "tests/web/pages reads them on the pages",
    "twin/assorted": "tests/end_to_end/test_web_campaign.py plays them all",
    "twin/mazes": "tests/explore/test_explorer.py walks them",
    "twin/system/commands": "tests/twin/system runs them through the shell and the real adb",
}


def test_every_test_lies_where_its_package_does() -> None:
    lost = [str(t) for t in layout.test_files() if not (layout.FARM / t.parent).is_dir()]
    assert not lost, f"no such package in farm/: move the tests, or name a whole in layout: {lost}"


@pytest.mark.parametrize("test", layout.test_files(), ids=str)
def test_a_file_is_named_for_a_module_or_says_what_it_is_about(test: Path) -> None:
    assert layout.mirrored(test) is not None or layout.docstring(test), (
        f"tests/{test} is named for no module of farm/{test.parent}: rename it, or say in its "
        "docstring which topic of several modules it tests"
    )


def test_every_package_with_code_has_tests() -> None:
    bare = {package.as_posix() for package in layout.untested_packages()} - set(ELSEWHERE)
    assert not bare, f"no test file for {sorted(bare)}: add one, or say in ELSEWHERE where it is"
