"""A recording is found by its id and by nothing else."""

import shutil
from pathlib import Path

import msgspec
import pytest

from farm.campaign.database import Database
from farm.campaign.store import Store
from farm.web.session.sources import NoSession, NotSealed, Sources
from farm.web.settings import WebSettings
from tests.cases.lab import Lab
from tests.register.made import made_app
from tests.report.builders import write
from tests.web.session.conftest import EAGER
from tests.web.session.recordings import Named, analysis_of, eager, put


@pytest.fixture
def sources(settings: WebSettings, database: Database, store: Store) -> Sources:
    return Sources(settings, database, store)


@pytest.mark.parametrize(
    "name",
    ["", "..", "../secret", "a/b", ".hidden", "%2e%2e", f"{EAGER}/..", "x" * 200, "nobody-here",
     f"{EAGER}\0", f"{EAGER}.analysis.json"],
)  # fmt: skip
async def test_an_id_that_is_none_finds_nothing(sources: Sources, name: str) -> None:
    with pytest.raises(NoSession):
        await sources.find(name)


async def test_the_labs_own_recording_is_found_with_its_analysis(sources: Sources) -> None:
    source = await sources.find(EAGER)
    analysis = await sources.analysis(source)
    assert analysis.session_id == EAGER
    assert analysis.manifest_sha256 == source.manifest_sha256


async def test_links_and_renamed_folders_are_not_followed(
    database: Database, store: Store, tmp_path: Path
) -> None:
    home = tmp_path / "lab"
    folder = put(eager("20231114T221340Z-real"), home)
    (folder.parent / "20231114T221340Z-link").symlink_to(folder)
    shutil.copytree(folder, folder.parent / "20231114T221340Z-copy")
    moved = folder.rename(tmp_path / folder.name)
    folder.symlink_to(moved)
    sources = Sources(WebSettings(home=home), database, store)
    for name in (folder.name, "20231114T221340Z-link", "20231114T221340Z-copy"):
        with pytest.raises(NoSession):
            await sources.find(name)


async def test_a_session_that_is_not_sealed_is_not_shown(
    database: Database, store: Store, tmp_path: Path
) -> None:
    scene = Named("20231114T221341Z-open").begin()
    assert isinstance(scene, Named)
    (tmp_path / "recordings").mkdir()
    write(scene, tmp_path / "recordings" / scene.session_id)
    with pytest.raises(NotSealed):
        await Sources(WebSettings(home=tmp_path), database, store).find(scene.session_id)


async def test_a_recording_without_an_analysis_is_judged_once_in_a_process_of_its_own(
    database: Database, store: Store, tmp_path: Path
) -> None:
    folder = put(eager("20231114T221342Z-new"), tmp_path, judged=False)
    sources = Sources(WebSettings(home=tmp_path), database, store)
    source = await sources.find(folder.name)
    assert await sources.analysis(source) == analysis_of(folder)
    kept = list((tmp_path / "web" / "analyses").iterdir())
    assert [path.name for path in kept] == [f"{folder.name}.analysis.json"]
    before = kept[0].stat().st_mtime_ns
    await sources.analysis(source)
    assert kept[0].stat().st_mtime_ns == before


async def test_a_campaigns_recording_is_found_in_the_store_with_the_judgement_of_the_lab(
    database: Database, store: Store, tmp_path: Path
) -> None:
    name = "20231114T221343Z-stored"
    folder = put(eager(name), tmp_path / "made")
    analysis = analysis_of(folder)
    # What the lab's own rules said then counts, whatever the rules say now.
    said = msgspec.structs.replace(analysis, rules=analysis.rules | {"parties": "the lab's"})
    assert store.folder is not None
    shutil.copytree(folder, store.folder / "recordings" / name)
    await Lab(database, store).judged(made_app("com.example.eager", 1), eager(name),
                                      session_id=name, analysis=said)  # fmt: skip
    sources = Sources(WebSettings(home=tmp_path / "home"), database, store)
    source = await sources.find(name)
    assert source.folder == store.folder / "recordings" / name
    assert (await sources.analysis(source)).rules["parties"] == "the lab's"


async def test_a_recording_that_was_removed_is_gone(
    database: Database, store: Store, tmp_path: Path
) -> None:
    name = "20231114T221344Z-removed"
    await Lab(database, store).judged(
        made_app("com.example.eager", 1), eager(name), session_id=name
    )
    with pytest.raises(NoSession):
        await Sources(WebSettings(home=tmp_path), database, store).find(name)
