"""The scenario that `farm scenario new` writes, and how a script of recorded taps is written.

Texts only: whatever came from an app is written as a Python literal, never as code.
"""

import re
from pathlib import Path

from farm.model.errors import UsageError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")

_NEW = '''"""{title}."""

from farm.scenario import App, Consent, Expect, Step, scenario


@scenario(title={literal}, duration=60)
async def {name}(
    app: App, consent: Consent, step: Step, expect: Expect, watched: float = 10.0
) -> None:
    """Agree to the privacy consent, watch, and say what the recording must show."""
    async with step("agree", deadline=90):
        await consent.wait()
        await consent.accept()
    async with step("watch", deadline=watched + 60):
        await app.watch(watched)
    expect.no_access("imei", before="consent")
    expect.no_transmission("android_id", before="consent")
'''


def new_scenario(path: Path, title: str) -> Path:
    """Write a scenario to start from.

    Raises:
        UsageError: the name is no scenario's, the file is there already, or cannot be written.
    """
    if path.suffix != ".py":
        path = path.with_name(path.name + ".py")
    check_name(path)
    first = " ".join(title.split())[:200] or "My own check"
    safe = first.replace("\\", "").replace('"', "'")
    source = _NEW.format(title=safe.rstrip("."), literal=literal(first), name=path.stem)
    return write_new(path, source)


def check_name(path: Path) -> None:
    """Refuse a file name that is no scenario's.

    Raises:
        UsageError: the name is not of lower-case letters, digits and _, with `.py` at its end.
    """
    if path.suffix != ".py" or not _NAME.fullmatch(path.stem):
        raise UsageError(
            f"{path}: expected a name of lower-case letters, digits and _, such as my_check.py"
        )


def write_new(path: Path, source: str) -> Path:
    """Write a file that must not exist yet.

    Raises:
        UsageError: it exists, or cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(source)
    except FileExistsError:
        raise UsageError(f"{path}: exists already; choose another name") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
    return path


def literal(text: str) -> str:
    """A text as Python source in double quotes, whatever it holds."""
    inside = ascii(text)[1:-1] if not text.isprintable() else repr(text)[1:-1]
    if repr(text).startswith("'"):
        inside = inside.replace("\\'", "'").replace('"', '\\"')
    return f'"{inside}"'
