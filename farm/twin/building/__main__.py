"""`python -m farm.twin.building`: build the Android classes and all sample apps that are stale,
and link the Java that runs them.

Lists what is there with `--list`; otherwise it only says how many had to be built.
"""

import sys

from farm.model.errors import FarmError, UsageError
from farm.paths import BUILD
from farm.twin.building.apk import APKS, build_all
from farm.twin.runtime.java import choose_java
from farm.twin.runtime.java_image import link_java


def main() -> int:
    """Build; says how many had to be, or lists all, or prints one error."""
    before = {path: path.stat().st_mtime_ns for path in APKS.glob("*.apk")}
    try:
        built = build_all()
        link_java(choose_java(), BUILD)
    except FarmError as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, UsageError) else 1
    if "--list" in sys.argv[1:]:
        for name, path in built.items():
            sys.stdout.write(f"{name}\t{path}\n")
        return 0
    fresh = [path for path in built.values() if before.get(path) != path.stat().st_mtime_ns]
    if fresh:
        sys.stderr.write(f"twin: built {len(fresh)} of {len(built)} sample apps in {APKS}\n")
    return 0


sys.exit(main())
