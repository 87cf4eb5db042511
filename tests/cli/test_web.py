"""`farm web`: accounts, addresses that are refused, and a server that ends politely."""

import asyncio
import json
import socket
import sys
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from farm.campaign.audit import entries
from farm.campaign.database import Database
from farm.cli import web
from farm.model.errors import UsageError


async def _farm(*arguments: str, given: str = "") -> Result:
    """In a thread, for the command has an event loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, web.app, list(arguments), given)


async def test_keeps_accounts(database_url: str) -> None:
    async def user(*arguments: str, given: str = "") -> Result:
        return await _farm("user", *arguments, "--database", database_url, given=given)

    add = ("add", "vera", "--role", "viewer", "--password-stdin")
    assert (await user(*add, given="correct horse battery\n")).exit_code == 0
    for wrong, word in (
        (await user(*add, given="correct horse battery\n"), "vera"),
        (await user("add", "max", "--role", "viewer", "--password-stdin", given="short\n"), "12"),
        (await user("roles", "vera", "--role", "king"), "king"),
        (await user("disable", "nobody"), "nobody"),
    ):
        assert isinstance(wrong.exception, UsageError)
        assert word in str(wrong.exception)
    assert (await user("disable", "vera")).exit_code == 0
    listed = await user("list", "--json")
    assert json.loads(listed.stdout_bytes) == [
        {"id": 1, "name": "vera", "roles": ["viewer"], "disabled": True}
    ]
    async with Database(database_url) as database:
        actions = [entry.action for entry in await entries(database)]
    assert actions == ["account.disable", "account.add"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--listen", "0.0.0.0"),  # noqa: S104 - what is to be refused
        ("--listen", "0.0.0.0", "--expose"),  # noqa: S104
        ("--listen", "0.0.0.0", "--expose", "--proxy", "192.0.2.1"),  # noqa: S104
        ("--certificate", "missing.pem"),
    ],
)
async def test_refuses_addresses(arguments: tuple[str, ...]) -> None:
    done = await _farm(*arguments, "--database", "postgresql://nobody@127.0.0.1:1/none")
    assert isinstance(done.exception, UsageError)
    assert "--" in str(done.exception)


async def test_serves_until_it_is_told_to_end(database_url: str, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = ["--port", str(port), "--database", database_url, "--home", str(tmp_path)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "farm", "web", *arguments, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(60):
            answer = await _answer(f"http://127.0.0.1:{port}/sign-in")
            assert answer.status_code == 200
            assert "uvicorn" not in answer.headers.get("server", "")
            process.terminate()
            _, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    assert b"Traceback" not in errors
    assert process.returncode == 0, errors


async def _answer(url: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        while True:
            try:
                return await client.get(url)
            except httpx.TransportError:
                await asyncio.sleep(0.1)
