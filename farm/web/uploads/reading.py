"""Reads an APK that a stranger sent, in a process with little memory and time.

`python -m farm.web.uploads.reading FILE` prints the app as JSON, or one line on stderr and exit
code 2. Whatever a hostile archive does to its reader, the server goes on.
"""

import asyncio
import contextlib
import resource
import sys
from pathlib import Path

import msgspec

from farm.apps.inspection import inspect
from farm.model.errors import UsageError
from farm.model.session import App

_SECONDS = 90
_MEMORY = 3 << 30
_LONGEST_ANSWER = 4 << 20
_APP = msgspec.json.Decoder(App)


async def read_app(path: Path) -> App:
    """What an APK says about itself.

    Raises:
        UsageError: it is no APK, corrupt, or takes too long; the message names no path of ours.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "farm.web.uploads.reading", str(path),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(_SECONDS):
            out, errors = await process.communicate()
    except TimeoutError:
        raise UsageError("the APK takes too long to read") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode == 2:
        said = errors.decode(errors="replace").strip().splitlines() or ["no APK"]
        raise UsageError(said[-1].replace(str(path), "the file")[:500])
    if process.returncode != 0 or len(out) > _LONGEST_ANSWER:
        raise UsageError("the APK cannot be read")
    return _APP.decode(out)


def main() -> int:
    """Read the file named on the command line."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    try:
        app = inspect(Path(sys.argv[1]))
    except UsageError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.buffer.write(msgspec.json.encode(app))
    return 0


if __name__ == "__main__":
    sys.exit(main())
