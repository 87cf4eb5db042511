"""Compile the hook bundle: `python -m farm.recorders.api`.

The bundle is one constant file below `hooks/dist`; a stamp beside it names the digest of everything
it was made from, so that a second run only reads. This module compiles; it runs no hook.
"""

import hashlib
import os
import sys
from pathlib import Path

import frida

from farm.model.errors import FarmError, SetupError
from farm.paths import HOOK_BUNDLE, HOOKS

_ENTRY = "src/index.ts"
_ALSO_SOURCES = ("package.json", "package-lock.json", "tsconfig.json")


def build_bundle(hooks: Path = HOOKS, bundle: Path = HOOK_BUNDLE) -> bool:
    """Compile the bundle if its sources changed; return whether it was compiled.

    Raises:
        SetupError: the npm packages are missing, or the sources do not compile.
    """
    sources = sorted((hooks / "src").glob("**/*.ts")) + [hooks / name for name in _ALSO_SOURCES]
    digest = _digest(sources)
    stamp = bundle.with_suffix(".sources")
    if bundle.is_file() and stamp.is_file() and stamp.read_text() == digest:
        return False
    if not (hooks / "node_modules" / "frida-java-bridge").is_dir():
        raise SetupError(f"{hooks / 'node_modules'}: npm packages are missing; run: make setup")
    compiled = _compile(hooks)
    bundle.parent.mkdir(parents=True, exist_ok=True)
    _replace(bundle, compiled)
    _replace(stamp, digest)
    return True


def bundle_sha256(bundle: Path = HOOK_BUNDLE) -> str:
    """The digest that stands in each recording.

    Raises:
        SetupError: there is no bundle.
    """
    return hashlib.sha256(read_bundle(bundle).encode()).hexdigest()


def read_bundle(bundle: Path) -> str:
    """The bundle's text.

    Raises:
        SetupError: it is missing or cannot be read.
    """
    try:
        return bundle.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"hook bundle {bundle}: {error}; run: make setup") from error


def _digest(sources: list[Path]) -> str:
    whole = hashlib.sha256(frida.__version__.encode())
    for source in sources:
        try:
            content = source.read_bytes()
        except OSError as error:
            raise SetupError(f"{source}: cannot be read: {error}") from error
        whole.update(f"\0{source.name}\0{len(content)}\0".encode())
        whole.update(content)
    return whole.hexdigest()


def _compile(hooks: Path) -> str:
    problems: list[str] = []

    def note(diagnostics: list[dict[str, object]]) -> None:
        for item in diagnostics:
            place = item.get("file")
            where = f"{place['path']}:{place['line'] + 1}" if isinstance(place, dict) else _ENTRY
            problems.append(f"{where}: {item.get('text', '')}")

    compiler = frida.Compiler()  # type: ignore[no-untyped-call]
    compiler.on("diagnostics", note)  # type: ignore[call-overload]
    try:
        compiled = compiler.build(
            str(hooks / _ENTRY),
            project_root=str(hooks),
            source_maps="omitted",
            compression="terser",
        )
    except frida.InvalidArgumentError as error:  # whatever it finds wrong with the sources
        reason = "; ".join(problems[:3]) or str(error)
        raise SetupError(f"hooks do not compile: {reason}") from error
    if not isinstance(compiled, str):
        raise SetupError("hooks do not compile: the compiler gave no bundle")
    return compiled


def _replace(path: Path, text: str) -> None:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_bytes(text.encode())
    unfinished.replace(path)


def main() -> int:
    """Build, say what was done on standard error, return the exit code."""
    try:
        compiled = build_bundle()
    except FarmError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if compiled:
        sys.stderr.write(f"hooks: built {HOOK_BUNDLE.name}, {HOOK_BUNDLE.stat().st_size} bytes\n")
    return 0
