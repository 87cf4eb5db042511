"""Find scenarios by name or path, and turn their files into functions.

A scenario file is the operator's own code and runs with the farm's rights. What is checked here
is that it can be run at all, with one clear line where it cannot.
"""

import hashlib
import inspect
import math
import re
import sys
import traceback
import types
from collections.abc import Mapping
from pathlib import Path

import msgspec

from farm import paths
from farm.explore.binding import Signature, Value, convert, read_signature
from farm.explore.binding import shown as shown_value
from farm.explore.hints import Hints
from farm.explore.scenario import ATTRIBUTE, MAX_DURATION, ScenarioFunction, ScenarioInfo
from farm.model.errors import UsageError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_MAX_SOURCE = 1024 * 1024
_HELP = "expected one `async def NAME(app, consent, ...)` under `@scenario(title=...)`"


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario ready to run; `sha256` is of its source file."""

    name: str
    info: ScenarioInfo
    sha256: str
    path: Path
    function: ScenarioFunction
    signature: Signature
    values: dict[str, Value] = {}  # parameters that were set
    hints: Hints = Hints()

    def bound(self, texts: Mapping[str, str], hints: Hints | None = None) -> "Scenario":
        """The same scenario with parameters set from `NAME=VALUE` texts, and the app's hints.

        Raises:
            UsageError: it has no such parameter, or a text does not fit it.
        """
        values = self.values | convert(self.function, texts)
        return msgspec.structs.replace(self, values=values, hints=hints or self.hints)

    @property
    def options(self) -> dict[str, str]:
        """Parameters as the recording keeps them, defaults included."""
        shown = {each.name: each.default for each in self.signature.parameters}
        shown |= {name: shown_value(value) for name, value in self.values.items()}
        return {f"scenario.{name}": value[:500] for name, value in shown.items()}


def load(path_or_name: str | Path, folder: Path | None = None) -> Scenario:
    """Return the scenario of a file, or of a name such as `accept`.

    Args:
        path_or_name: a path that ends in `.py`, or the name of a file in `folder`.
        folder: where names are looked up; the scenarios that ship if not given.

    Raises:
        UsageError: no such scenario, or its file cannot be used; names file and line.
    """
    folder = folder or paths.SCENARIOS
    path = _find(path_or_name, folder)
    source = _read(path)
    digest = hashlib.sha256(source).hexdigest()
    module = _execute(path, source, digest)
    declared = {
        id(value): value
        for value in vars(module).values()
        if isinstance(getattr(value, ATTRIBUTE, None), ScenarioInfo)
        and getattr(value, "__module__", "") == module.__name__
    }
    if len(declared) != 1:
        found = "none" if not declared else f"{len(declared)}"
        raise UsageError(f"{path}: {found} of its functions are scenarios; {_HELP}")
    function = next(iter(declared.values()))
    info = getattr(function, ATTRIBUTE)
    _validate(path, function, info)
    return Scenario(
        name=path.stem,
        info=info,
        sha256=digest,
        path=path,
        function=function,
        signature=read_signature(function),
    )


def available(folder: Path | None = None) -> list[Scenario]:
    """Return all scenarios of a folder by name.

    Raises:
        UsageError: the folder is missing, or one of its files cannot be used.
    """
    folder = folder or paths.SCENARIOS
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder; expected a folder with scenarios (*.py)")
    return [load(path) for path in _files(folder)]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.py") if not path.name.startswith("_"))


def _find(path_or_name: str | Path, folder: Path) -> Path:
    text = str(path_or_name)
    if text.endswith(".py"):
        path = Path(text)
        if not path.is_file():
            raise UsageError(f"{path}: no such file; expected a scenario (a Python file)")
        if not _NAME.fullmatch(path.stem):
            raise UsageError(
                f"{path}: file name {path.stem!r}: expected lower-case letters, digits and _"
            )
        return path
    if _NAME.fullmatch(text) and (folder / f"{text}.py").is_file():
        return folder / f"{text}.py"
    known = ", ".join(path.stem for path in _files(folder)) or "none"
    raise UsageError(f"scenario {text!r}: unknown; known are {known}, or give a path to a .py file")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            source = file.read(_MAX_SOURCE + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    if len(source) > _MAX_SOURCE:
        raise UsageError(f"{path}: larger than {_MAX_SOURCE} bytes; expected a scenario")
    return source


def _execute(path: Path, source: bytes, digest: str) -> types.ModuleType:
    """Run the file's top level in a module of its own."""
    module = types.ModuleType(f"farm_scenario_{path.stem}_{digest[:12]}")
    module.__file__ = str(path)
    try:
        code = compile(source, str(path), "exec", dont_inherit=True)
    except SyntaxError as error:
        raise UsageError(f"{path}:{error.lineno or 1}: syntax error: {error.msg}") from error
    except ValueError as error:  # null bytes
        raise UsageError(f"{path}:1: not Python source: {error}") from error
    sys.modules[module.__name__] = module  # dataclasses and typing look modules up by name
    try:
        exec(code, module.__dict__)  # noqa: S102 - a scenario is code by design
    except Exception as error:  # whatever a script's top level raises is its fault
        line = _line(error, path)
        raise UsageError(f"{path}:{line}: {type(error).__name__}: {error}") from error
    finally:
        sys.modules.pop(module.__name__, None)
    return module


def _line(error: Exception, path: Path) -> int:
    """The last line of the file itself that was running."""
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == str(path) and frame.lineno
    ]
    return lines[-1] if lines else 1


def _validate(path: Path, function: ScenarioFunction, info: ScenarioInfo) -> None:
    place = f"{path}:{getattr(getattr(function, '__code__', None), 'co_firstlineno', 1)}"
    name = getattr(function, "__name__", "?")
    if not inspect.iscoroutinefunction(function):
        raise UsageError(f"{place}: {name} is not async; {_HELP}")
    try:
        read_signature(function)
    except UsageError as error:
        raise UsageError(f"{place}: {name}: {error}") from None
    for field in ("title", "title_zh"):
        value = getattr(info, field)
        if not isinstance(value, str) or not 0 < len(value.strip()) <= 200:
            raise UsageError(f"{place}: {field}: expected one line of text, got {value!r}")
    duration = info.duration
    if (
        not isinstance(duration, int | float)
        or isinstance(duration, bool)
        or not math.isfinite(duration)
        or not 0 < duration <= MAX_DURATION
    ):
        raise UsageError(
            f"{place}: duration: expected seconds, more than 0 and at most {MAX_DURATION:g}, "
            f"got {duration!r}"
        )
