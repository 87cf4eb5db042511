"""The embedded server: who may enter, what a kill leaves, who starts and who stops it."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from farm.campaign.postgres import EmbeddedPostgres
from farm.campaign.postgres.binaries import find_binaries, server_account
from farm.model.errors import SetupError


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="farm-pg-test-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


def servers(home: Path) -> list[psutil.Process]:
    """Processes that work in a data folder below `home`."""
    found = []
    for process in psutil.process_iter(["name"]):
        try:
            if process.info["name"] == "postgres" and Path(process.cwd()).is_relative_to(home):
                found.append(process)
        except psutil.Error:
            continue
    return found


async def value(url: str, query: str) -> object:
    client = await asyncpg.connect(url, timeout=10)
    try:
        return await client.fetchval(query)
    finally:
        await client.close()


async def patiently(url: str, query: str) -> object:
    async with asyncio.timeout(40):
        while True:
            try:
                return await value(url, query)
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(0.1)


async def test_server_lives_as_long_as_somebody_uses_it(home: Path) -> None:
    async with EmbeddedPostgres(home) as first:
        async with EmbeddedPostgres(home) as second:
            assert first.url == second.url
            assert await value(first.url, "SELECT current_database()") == "farm"
            await value(first.url, "CREATE TABLE kept AS SELECT 7 AS n")
        assert await value(first.url, "SELECT n FROM kept") == 7
    assert servers(home) == []
    async with EmbeddedPostgres(home) as again:
        assert await value(again.url, "SELECT n FROM kept") == 7


async def test_only_who_knows_the_password_gets_in(home: Path) -> None:
    async with EmbeddedPostgres(home) as server:
        wrong = server.url.replace(server.connection.password, "guess")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await value(wrong, "SELECT 1")
        assert await value(server.url, "SHOW listen_addresses") == ""
        assert await value(server.url, "SHOW password_encryption") == "scram-sha-256"
        secret = home / "postgres" / "connection.json"
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
        assert server.connection.password in secret.read_text()
    assert not list(home.rglob("password.new"))


async def test_killed_server_comes_back_with_what_was_committed(home: Path) -> None:
    async with EmbeddedPostgres(home) as server:
        await value(server.url, "CREATE TABLE kept AS SELECT 7 AS n")
        for process in servers(home):
            parent = process.parent()
            if parent is None or parent.name() != "postgres":
                process.kill()
        assert await patiently(server.url, "SELECT n FROM kept") == 7


def killed_user(home: Path) -> None:
    """A process that used the server and got no chance to stop it."""
    user = subprocess.Popen(
        [sys.executable, "-m", "tests.campaign.server", str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert user.stdin is not None
    assert user.stdout is not None
    assert user.stdout.readline()
    user.kill()
    user.wait()
    user.stdin.close()
    user.stdout.close()


async def test_server_of_a_killed_user_is_adopted_and_then_stopped(home: Path) -> None:
    await asyncio.to_thread(killed_user, home)
    left = {process.pid for process in servers(home)}
    assert left
    async with EmbeddedPostgres(home) as server:
        assert {process.pid for process in servers(home)} & left, "a second server was started"
        assert await value(server.url, "SELECT 1") == 1
    assert servers(home) == []


async def test_frozen_leftover_server_is_ended_and_replaced(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("farm.campaign.postgres.embedded._ANSWER_SECONDS", 1.0)
    monkeypatch.setattr("farm.campaign.postgres.cluster._STOP_SECONDS", 1)
    monkeypatch.setattr("farm.campaign.postgres.cluster._QUIT_SECONDS", 1)
    monkeypatch.setattr("farm.campaign.postgres.cluster._ORPHANS_SECONDS", 1.0)
    server = EmbeddedPostgres(home)
    await server.__aenter__()
    frozen = servers(home)
    async with asyncio.TaskGroup() as group:
        for process in frozen:
            os.kill(process.pid, signal.SIGSTOP)
        async with EmbeddedPostgres(home) as second:
            assert await value(second.url, "SELECT 1") == 1
            assert not {p.pid for p in servers(home)} & {p.pid for p in frozen}
        group.create_task(server.__aexit__(None, None, None))
    assert servers(home) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account for the server")
async def test_closed_folders_above_stay_closed(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    async with EmbeddedPostgres(closed / "lab") as server:
        base = Path(server.connection.base)
        assert not base.is_relative_to(closed)
        assert await value(server.url, "SELECT 1") == 1
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    subprocess.run(["rm", "-rf", str(base)], check=True)


def test_missing_version_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SetupError, match=r"PostgreSQL 9, which wrote"):
        find_binaries(server_account(), 9)
    monkeypatch.setenv("FARM_POSTGRES_BIN", "/nowhere")
    with pytest.raises(SetupError, match="--database URL"):
        find_binaries(server_account())
