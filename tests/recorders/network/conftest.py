"""A capture process, a recording folder, and TLS servers behind lab names."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from farm.model.events import Body, Event
from farm.model.vocabulary import Stream
from farm.recorders.network import CaptureOptions, CaptureProcess
from farm.recording import Recording, RecordingWriter
from tests.recorders.network.servers import Authority, http_server
from tests.recording.conftest import make_session

Kind = TypeVar("Kind", bound=Body)


@pytest.fixture(scope="session")
def authority() -> Authority:
    """The CA of the test's servers."""
    return Authority()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The capture CA's folder; making an RSA key takes a while."""
    return tmp_path_factory.mktemp("farm") / "capture"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recording that has just begun."""
    RecordingWriter.create(tmp_path / "recording", make_session()).close()
    return tmp_path / "recording"


@pytest.fixture
def options(authority: Authority, tmp_path: Path) -> Iterator[CaptureOptions]:
    """A lab: `secure.example` over TLS, `strange.example` with another CA's certificate."""
    with (
        http_server(authority.issue("secure.example", tmp_path)) as secure,
        http_server(Authority().issue("strange.example", tmp_path)) as strange,
        http_server() as plain,
    ):
        yield CaptureOptions(
            hosts={
                "secure.example:443": ("127.0.0.1", secure),
                "strange.example:443": ("127.0.0.1", strange),
                "plain.example:80": ("127.0.0.1", plain),
            },
            extra_trust=authority.pem,
            heartbeat=0.2,
            body_limit=200_000,
        )


@pytest.fixture
async def capture(home: Path, options: CaptureOptions) -> AsyncIterator[CaptureProcess]:
    """A running capture."""
    async with CaptureProcess(home, options) as running:
        yield running


def events(folder: Path) -> list[Event]:
    """The network events on disk."""
    return list(Recording.open(folder).events(Stream.NETWORK))


def bodies(folder: Path, kind: type[Kind]) -> list[Kind]:
    """The bodies of one kind."""
    return [event.body for event in events(folder) if isinstance(event.body, kind)]
