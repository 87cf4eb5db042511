"""An outside engine as a program: `engine_program.py MODE LOG --version | APK`.

Every examination adds a line to LOG, so that a test can count them. MODE is what it says: `kept`
and `broken` answer the first clause of MIIT 164, `silent` says nothing, `crash` ends with an error.
"""

import json
import sys

CLAUSE = "MIIT-164-1.1"


def main() -> None:
    """Answer like an engine."""
    mode, log, asked = sys.argv[1:]
    if asked == "--version":
        sys.stdout.write(f"{mode} 1.0\n")
        return
    with open(log, "a", encoding="utf-8") as file:
        file.write(asked + "\n")
    if mode == "crash":
        sys.exit("the engine fell over")
    said: list[dict[str, object]] = []
    if mode == "tracker":
        said.append({"topic": "tracker", "subject": "<b>Tracker</b>"})
    if mode in ("kept", "broken"):
        said.append({"topic": "clause", "subject": CLAUSE, "holds": mode == "kept"})
    json.dump({"statements": said}, sys.stdout)


if __name__ == "__main__":
    main()
