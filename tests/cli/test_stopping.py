"""Commands end, also where something in them does not."""

import subprocess
import sys

PROGRAM = """
import asyncio
from farm.cli.stopping import run

async def deaf():
    while True:
        try:
            await asyncio.sleep(0.05)
        except BaseException:
            continue

async def main():
    {line}
    await asyncio.sleep(0.2)
    return "the verdict"

print(run(main()))
"""


def ended(line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM.format(line=line)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_task_that_swallows_its_cancellation_is_left_behind_and_said() -> None:
    done = ended("task = asyncio.get_running_loop().create_task(deaf())")
    assert done.returncode == 0, done.stderr
    assert "the verdict" in done.stdout
    assert "left behind" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_is_said_where_everything_ends() -> None:
    done = ended("task = asyncio.get_running_loop().create_task(asyncio.sleep(60))")
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "the verdict", "")
