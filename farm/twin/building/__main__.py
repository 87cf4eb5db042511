"""`python -m farm.twin.building`: build the Android classes and all sample apps that are stale.

Lists what is there with `--list`; otherwise it only says how many had to be built.
"""

import sys

from farm.model.errors import FarmError, UsageError
from farm.twin.building.apk import build_all


def main() -> int:
    """Build; prints what is there, or one error."""
    try:
        built = build_all()
    except FarmError as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, UsageError) else 1
    for name, path in built.items():
        sys.stdout.write(f"{name}\t{path}\n")
    return 0


sys.exit(main())
