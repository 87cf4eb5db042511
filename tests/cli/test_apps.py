"""`farm apps` from an APK in a folder to a queued session, and its mistakes."""

import json
from pathlib import Path

from tests.cli.farm_process import farm
from tests.register.sources.made import make_apk

CONFIG = """
sources:
- {name: inbox, kind: folder, path: inbox, store: Store A, settle_seconds: 0.1}
policy:
- {name: all, scenarios: [accept], priority: 7}
"""


async def test_from_a_folder_to_a_campaign(database_url: str, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    make_apk(inbox / "good.apk", "com.example.shop")
    (inbox / "bad.apk").write_bytes(b"PK\x1b[31m")
    config = tmp_path / "register.yaml"
    config.write_text(CONFIG)
    code, out, _ = await farm(
        "apps", "sources", "run", "--config", config, "--json",
        home=tmp_path, database=database_url,
    )  # fmt: skip
    assert code == 3
    told = json.loads(out)
    (collected,) = told["collected"]
    assert [one["package"] for one in collected["new"]] == ["com.example.shop"]
    assert len(collected["refused"]) == 1
    (campaign,) = told["queued"]["queued"]
    code, out, _ = await farm(
        "apps", "show", "com.example.shop", "--json", home=tmp_path, database=database_url
    )
    assert code == 0
    assert json.loads(out)["versions"][0]["intake"] == "queued"
    code, out, _ = await farm(
        "campaign", "status", campaign, "--json", home=tmp_path, database=database_url
    )
    assert json.loads(out)["jobs"] == {"session": {"planned": 1}, "examination": {"planned": 1}}


async def test_mistakes_are_one_line_and_exit_code_2(database_url: str, tmp_path: Path) -> None:
    config = tmp_path / "register.yaml"
    config.write_text("sources: [{name: a, kind: folder, path: x, pth: y}]")
    for argv, message in (
        (("apps", "sources", "run", "--config", config), "pth"),
        (("apps", "add", tmp_path / "none.apk"), "no such file"),
        (("apps", "show", "com.none"), "not in the register"),
        (("apps", "list", "--category", "41"), "expected a number from 1 to 39"),
    ):
        code, out, err = await farm(*argv, home=tmp_path, database=database_url)
        assert (code, out) == (2, "")
        (line,) = err.strip().splitlines()
        assert line.startswith("error: ") and message in line
