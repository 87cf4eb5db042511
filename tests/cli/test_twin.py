"""`farm twin start`: announces its twins, takes faults, ends with its parent."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest

from farm.cli.twin import parse_duration
from farm.model.errors import UsageError
from farm.twin.building.runtime_jar import build_runtime_jar


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("37s", 37_000_000_000),
        ("-250ms", -250_000_000),
        ("2m", 120_000_000_000),
        ("1.5", 1_500_000_000),
    ],
)
def test_durations(text: str, expected: int) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["", "s", "1h", "1e9", "nan"])
def test_no_durations(text: str) -> None:
    with pytest.raises(UsageError, match="is no duration"):
        parse_duration(text)


async def _start(*options: str) -> asyncio.subprocess.Process:
    build_runtime_jar()
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "farm", "twin", "start", "--no-connect", *options,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def _read_json(process: asyncio.subprocess.Process) -> dict[str, list[dict[str, str]]]:
    assert process.stdout is not None
    text = b""
    while True:
        text += await process.stdout.readline()
        try:
            found: dict[str, list[dict[str, str]]] = json.loads(text)
            return found
        except json.JSONDecodeError:
            assert text
            assert not process.stdout.at_eof()


async def test_starts_twins_and_ends_when_its_input_ends() -> None:
    process = await _start(
        "--profile", "pixel6-android13-su", "--count", "2", "--json", "--exit-with-parent"
    )
    async with asyncio.timeout(60):
        twins = (await _read_json(process))["twins"]
        assert len({twin["serial"] for twin in twins}) == 2
        port = int(twins[0]["serial"].rpartition(":")[2])
        assert process.stdin is not None
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        process.stdin.write(b"0 unplug\n")
        await process.stdin.drain()
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionError:  # reset, where the door closes while one knocks
                break
            writer.close()
            await asyncio.sleep(0.02)
        process.stdin.close()
        await process.wait()
    assert process.returncode == 0


async def test_ends_cleanly_at_a_signal() -> None:
    process = await _start("--profile", "pixel6-android13-su", "--json")
    async with asyncio.timeout(60):
        twins = (await _read_json(process))["twins"]
        process.send_signal(signal.SIGTERM)
        await process.communicate()
    port = int(twins[0]["serial"].rpartition(":")[2])
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--profile", "nokia"], "unknown twin profile 'nokia'"),
        (["--profile", "pixel6-android13-su", "--port-base", "5555"], "--port-base"),
        (["--profile", "pixel6-android13-su", "--clock-offset", "soon"], "is no duration"),
        (["--profile", "pixel6-android13-su", "--hosts", "/none.json"], "/none.json"),
        (["--profile", "pixel6-android13-su", "--certificates", "/none.pem"], "/none.pem"),
    ],
)
async def test_bad_input_is_one_line_and_exit_code_2(
    options: list[str], said: str, tmp_path: Path
) -> None:
    process = await _start(*options)
    async with asyncio.timeout(60):
        _, errors = await process.communicate()
    assert process.returncode == 2
    assert said in errors.decode().replace("\n", " ")
    assert "Traceback" not in errors.decode()
