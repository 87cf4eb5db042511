"""Hooks and fixtures of the pytest plugin `farm`.

Loaded by every pytest run where the farm is installed, so it imports nothing but pytest until
one of its options or fixtures is used.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from farm.model.finding import Finding
    from farm.model.session import App
    from farm.recording import Recording
    from farm.testing.phone import FarmPhone
    from farm.testing.play import Played

_PLAYER = "_farm_player"
_BROKER = "_farm_broker"
MARKER = "farm"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the group `farm` to `pytest --help`."""
    group = parser.getgroup("farm", "play scenarios on phones or twins")
    group.addoption(
        "--farm-device",
        metavar="twin|SERIAL|any",
        default=None,
        help="what scenarios are played on: twins, one phone, or any phone of the pool",
    )
    group.addoption(
        "--farm-app",
        metavar="APK",
        action="append",
        default=None,
        help="the app under test; may be repeated",
    )
    group.addoption(
        "--farm-set",
        metavar="NAME=VALUE",
        action="append",
        default=None,
        help="a parameter of scenarios that have it; may be repeated",
    )
    group.addoption("--farm-hints", metavar="YAML", default=None, help="the app's hints")
    group.addoption(
        "--farm-home",
        metavar="DIR",
        default=None,
        help="where recordings go [default: $FARM_HOME or ~/.farm]",
    )
    group.addoption(
        "--farm-campaign", metavar="NAME", default=None, help="test the verdicts of a campaign"
    )
    group.addoption(
        "--farm-database",
        metavar="URL",
        default=None,
        help="the campaign's database [default: $FARM_DATABASE, or the lab's own]",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    if config.getoption("--farm-campaign"):
        config.pluginmanager.import_plugin("farm.testing.campaign")
    config.addinivalue_line(
        "markers",
        "farm(scenario='accept', **parameters): which scenario the farm's fixtures play",
    )


def _asked(config: pytest.Config) -> bool:
    return bool(config.getoption("--farm-app") or config.getoption("--farm-device"))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect files that hold a scenario, once an option of ours was given."""
    if file_path.suffix != ".py" or not _asked(parent.config):
        return None
    try:
        source = file_path.read_bytes()
    except OSError:
        return None
    if b"@scenario" not in source or b"farm.scenario" not in source:
        return None
    from farm.testing.items import ScenarioFile

    return ScenarioFile.from_parent(parent, path=file_path)


def player(config: pytest.Config) -> Any:
    """What plays scenarios in this process; started at the first use."""
    found = getattr(config, _PLAYER, None)
    if found is None:
        from farm.testing.play import make_player

        found = make_player(config, getattr(config, "workerinput", {}).get(_BROKER))
        setattr(config, _PLAYER, found)
    return found


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each worker of pytest-xdist where the one lab of this run is."""
    if _asked(node.config):
        node.workerinput[_BROKER] = player(node.config).address()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the lab, if one was opened."""
    found = getattr(config, _PLAYER, None)
    if found is not None:
        found.close()


@pytest.fixture
def farm_session(request: pytest.FixtureRequest) -> Played:
    """The scenario of the test's `farm` marker, played on the app and device of the options."""
    marker = request.node.get_closest_marker(MARKER)
    arguments = dict(marker.kwargs) if marker is not None else {}
    if marker is not None and marker.args:
        arguments.setdefault("scenario", marker.args[0])
    scenario = str(arguments.pop("scenario", "accept"))
    apps = request.config.getoption("--farm-app")
    if not apps:
        pytest.skip("needs --farm-app APK and --farm-device twin|SERIAL|any")
    played = player(request.config).play(
        Path(apps[0]), scenario, {name: str(value) for name, value in arguments.items()}
    )
    request.node.user_properties.append(("farm_recording", str(played.folder)))
    request.node.add_report_section("call", "farm", played.described())
    return played  # type: ignore[no-any-return]


@pytest.fixture
def recording(farm_session: Played) -> Recording:
    """The sealed recording of the scenario that was played."""
    return farm_session.recording


@pytest.fixture
def findings(farm_session: Played) -> list[Finding]:
    """What analysis is certain of in the recording."""
    return farm_session.analysis.findings


@pytest.fixture
def app(farm_session: Played) -> App:
    """The app under test, as its APK says."""
    return farm_session.recording.session.app


@pytest.fixture
def phone(request: pytest.FixtureRequest, farm_session: Played) -> FarmPhone:
    """The phone that the scenario was played on: its facts, and itself, clean again."""
    return player(request.config).phone(farm_session)  # type: ignore[no-any-return]
