"""Where tests lie: `python -m tests.layout` lists the modules that no test file is named for.

Tests mirror the source tree, so that whoever changes a module finds its tests, and sees where there
are none. `tests/test_layout.py` holds the rules; this module only looks.
"""

import ast
import sys
from pathlib import Path

TESTS = Path(__file__).parent
FARM = TESTS.parent / "farm"
# What is tested as a whole, beside the source tree.
WHOLES = {
    "bench": "measurements",
    "docs": "what the documentation shows",
    "end_to_end": "sessions through every room",
    "hooks": "the TypeScript that runs inside apps",
    "scenarios": "the scenarios that ship",
}


def test_files() -> list[Path]:
    """All test files but those of wholes, relative to `tests`."""
    files = [path.relative_to(TESTS) for path in sorted(TESTS.rglob("test_*.py"))]
    return [path for path in files if path.parts[0] not in WHOLES and len(path.parts) > 1]


def mirrored(test: Path) -> Path | None:
    """The module or package that a test file is named for, relative to `farm`; None: a topic."""
    module = test.with_name(test.name.removeprefix("test_"))
    for candidate in (module, module.with_suffix("")):
        if (FARM / candidate).exists():
            return candidate
    return None


def modules() -> list[Path]:
    """Modules with code of their own, relative to `farm`."""
    found = (path for path in sorted(FARM.rglob("*.py")) if not path.name.startswith("__"))
    return [path.relative_to(FARM) for path in found if _has_code(path)]


def without_own_test() -> list[Path]:
    """Modules that no test file is named for; a test of their package may test them."""
    named = {mirrored(test) for test in test_files()}
    return [module for module in modules() if module not in named]


def untested_packages() -> list[Path]:
    """Packages with code whose folder of tests, and the folders above it, hold no test of them."""
    packages = {module.parent for module in modules()}
    tested = {test.parent for test in test_files()} | {mirrored(test) for test in test_files()}
    return sorted(package for package in packages if package not in tested)


def docstring(test: Path) -> str:
    """What a test file says that it is about."""
    return ast.get_docstring(ast.parse((TESTS / test).read_text())) or ""


def _has_code(path: Path) -> bool:
    body = ast.parse(path.read_text()).body
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) for node in body
    )


def main() -> None:
    """Print the list, and how many there are."""
    bare = without_own_test()
    sys.stdout.write("".join(f"farm/{module.as_posix()}\n" for module in bare))
    sys.stdout.write(
        f"{len(bare)} of {len(modules())} modules have no test file of their own name\n"
    )


if __name__ == "__main__":
    main()
