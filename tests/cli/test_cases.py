"""`farm cases` on a case that is there, and its exports."""

import json
from pathlib import Path

from farm.campaign.database import Database
from farm.campaign.store import Store
from farm.cases.vocabulary import ReviewAnswer
from tests.cases.lab import Lab, eager
from tests.cases.test_steps import opened, signed
from tests.cli.farm_process import farm
from tests.register.made import made_app


async def test_a_case_is_signed_noticed_and_exported(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    lab = Lab(database, Store(str(tmp_path / "store")))
    case = (await opened(lab)).id

    async def run(*argv: object) -> tuple[int, str, str]:
        return await farm("cases", *argv, home=tmp_path, database=database_url)

    weekends = tmp_path / "weekends.yaml"
    weekends.write_text("notice_days: 15\n")  # it starts today, whatever years are announced
    code, _, err = await run("notice", case, "--reason", "too early")
    assert code == 2 and "two people" in err
    await signed(lab, ReviewAnswer.BROKEN, "li")
    code, _, err = await run("sign", case, "broken", "--reason", "as seen")
    assert code == 0 and "agreed" in err
    code, _, err = await run("notice", case, "--reason", "first", "--deadlines", weekends)
    assert code == 0 and "FARM-" in err
    code, out, _ = await run("show", case, "--json")
    told = json.loads(out)
    assert told["case"]["state"] == "noticed" and told["events"][-1]["actor"] != "farm"
    page = tmp_path / "notice.html"
    assert (await run("export", case, page, "--language", "en"))[0] == 0
    assert told["case"]["notice"] in page.read_text()
    code, out, _ = await run("statistics", "--json")
    assert json.loads(out)["statistics"]["dimensions"]["category"][0]["value"] == "6"


async def test_judged_sessions_become_cases(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    lab = Lab(database, Store(str(tmp_path / "store")))
    await lab.judged(made_app(), eager())
    async with database.transaction() as client:
        await client.execute("TRUNCATE judgement_intake")
    code, out, _ = await farm("cases", "update", "--json", home=tmp_path, database=database_url)
    # It was opened before: the same judgement again opens nothing.
    assert code == 0
    assert json.loads(out)["taken"] | {"reviews": 0} == {
        "judgements": 1, "unreadable": 0, "opened": 0, "moved": 0, "reviews": 0,
    }  # fmt: skip
    code, _, err = await farm("cases", "list", home=tmp_path, database=database_url)
    assert code == 0 and "collection.before_consent.accessed" in err
    for argv in (("list", "--state", "lost"), ("export", 1, "x.doc"), ("show", 17)):
        code, _, err = await farm("cases", *argv, home=tmp_path, database=database_url)
        assert code == 2 and err.startswith("error: ")
