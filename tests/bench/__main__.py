"""`make bench`: run every measurement, or the ones named on the command line, one after another."""

import importlib
import pkgutil
import sys

import tests.bench


def main() -> None:
    """Run `main()` of each `bench_*` module of this package."""
    names = [
        module.name.removeprefix("bench_")
        for module in pkgutil.iter_modules(tests.bench.__path__)
        if module.name.startswith("bench_")
    ]
    chosen = sys.argv[1:] or names
    unknown = sorted(set(chosen) - set(names))
    if unknown:
        sys.exit(f"unknown: {', '.join(unknown)}; there are: {', '.join(names)}")
    for name in chosen:
        sys.stdout.write(f"== {name}\n")
        sys.stdout.flush()
        importlib.import_module(f"tests.bench.bench_{name}").main()


main()
