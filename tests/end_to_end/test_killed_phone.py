"""A phone that dies for good in mid-session, as a twin whose process is killed."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import psutil
import pytest

from farm.devices.states import Wants
from farm.model.events import AnyBody, StateChange
from farm.model.vocabulary import Outcome, SessionState, VerdictKind
from farm.recording import verify
from tests.end_to_end.controller import all_gone
from tests.end_to_end.twin_lab import PROFILE, TwinLab, goes_on, judge, twin_lab

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(180)]


def driving(body: AnyBody) -> bool:
    return isinstance(body, StateChange) and body.state is SessionState.DRIVING


@asynccontextmanager
async def twin_of_its_own(
    lab: TwinLab, temporary: Path
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A twin in a process of its own at the lab's adb server, and its serial."""
    temporary.mkdir()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "farm", "twin", "start", "--no-connect", "--json", "--profile", PROFILE),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=os.environ | {"TMPDIR": str(temporary)},
    )
    try:
        assert process.stdout is not None
        text = b""
        while True:
            text += await process.stdout.readline()
            try:
                [twin] = json.loads(text)["twins"]
                break
            except json.JSONDecodeError:
                assert not process.stdout.at_eof()
        await lab.lab.pool.adb.connect(twin["serial"])
        yield process, twin["serial"]
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
        await lab.lab.pool.adb.disconnect(twin["serial"])


async def test_a_phone_that_dies_for_good(tmp_path: Path) -> None:
    async with (
        twin_lab(tmp_path) as lab,
        twin_of_its_own(lab, tmp_path / "tmp") as (process, serial),
    ):
        order = msgspec.structs.replace(await lab.order("eager"), wants=Wants(serial=serial))
        children: list[psutil.Process] = []

        async def kill() -> None:
            children.extend(psutil.Process(process.pid).children(recursive=True))
            process.send_signal(signal.SIGKILL)

        result = await lab.inspect(order, driving, kill)
        assert (result.outcome, result.phone_failed) == (Outcome.INTERRUPTED, True)
        assert result.sealed and verify(result.folder) == []
        assert judge(result).verdict.kind is not VerdictKind.CLEAN
        assert children  # the app's process among them
        await all_gone(children)
        await goes_on(lab)  # on the other phone
