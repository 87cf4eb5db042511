"""A lab's home with recordings, made once; and a server that shows them."""

from pathlib import Path

import pytest

from farm.recording import Recording
from farm.web.session.prepared import Prepared, prepare
from farm.web.settings import WebSettings
from tests.web.session.recordings import analysis_of, crowded, eager, hostile, layered, put

EAGER = "20231114T221320Z-eager"
CROWDED = "20231114T221321Z-crowded"
HOSTILE_ONE = "20231114T221322Z-hostile"
LAYERED = "20231114T221323Z-layered"


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home: nothing but the server writes into it."""
    home = tmp_path_factory.mktemp("lab")
    put(eager(EAGER), home)
    put(crowded(50_000, CROWDED), home)
    put(hostile(HOSTILE_ONE), home)
    put(layered(LAYERED), home)
    return home


@pytest.fixture
def settings(recorded: Path) -> WebSettings:
    """A server of that lab."""
    return WebSettings(home=recorded)


@pytest.fixture(scope="session")
def prepared(recorded: Path) -> Prepared:
    """The small recording, ready."""
    folder = recorded / "recordings" / EAGER
    return prepare(Recording.open(folder), analysis_of(folder))


@pytest.fixture(scope="session")
def many(recorded: Path) -> Prepared:
    """The crowded recording, ready."""
    folder = recorded / "recordings" / CROWDED
    return prepare(Recording.open(folder), analysis_of(folder))
