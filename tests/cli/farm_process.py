"""`farm` as its users start it: a process of its own."""

import asyncio
import sys
from pathlib import Path


async def farm(*argv: object, home: Path, database: str) -> tuple[int, str, str]:
    """Run a command on a database; returns exit code, standard output and standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "farm",
        *map(str, argv),
        "--database",
        database,
        "--home",
        str(home),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "2000", "HOME": str(home)},
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), 100)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()
