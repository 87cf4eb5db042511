"""How long `farm scenario try` takes from the command to the app's first instruction on a twin."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from farm.model.events import HooksReady, Launched, StateChange, Step
from farm.model.vocabulary import Stream
from farm.recording import Recording

_RUNS = 5
_SCRIPT = """
from farm.scenario import Step, scenario


@scenario(title="Begin")
async def begin(step: Step) -> None:
    async with step("begin"):
        pass
"""


def main() -> None:
    """Try a scenario of one step several times, and print when each thing happened."""
    rows: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        script = Path(temporary) / "begin.py"
        script.write_text(_SCRIPT)
        for number in range(_RUNS):
            home = Path(temporary) / f"home{number}"
            began = time.time_ns()
            subprocess.run(
                [sys.executable, "-m", "farm", "scenario", "try", str(script), "--keep", str(home)],
                capture_output=True,
                check=True,
            )
            whole = (time.time_ns() - began) / 1e9
            for name, at in _moments(home).items():
                rows.setdefault(name, []).append((at - began) / 1e9)
            rows.setdefault("the command's end", []).append(whole)
    sys.stdout.write(f"seconds after the command, median of {_RUNS}\n")
    for name, values in sorted(rows.items(), key=lambda row: statistics.median(row[1])):
        shown = (
            f"{statistics.median(values):6.2f}  (best {min(values):.2f}, worst {max(values):.2f})"
        )
        sys.stdout.write(f"  {name:<28}{shown}\n")


def _moments(home: Path) -> dict[str, int]:
    (folder,) = [path for path in (home / "recordings").iterdir() if path.is_dir()]
    recording = Recording.open(folder)
    moments = {"the session begins": recording.session.created}
    for stream in (Stream.DEVICE, Stream.UI, Stream.API):
        for event in recording.events(stream):
            body = event.body
            if isinstance(body, StateChange):
                moments.setdefault(f"state {body.state}", event.t)
            elif isinstance(body, Launched):
                moments.setdefault("the app's first instruction", body.confirmed)
            elif isinstance(body, Step):
                moments.setdefault("the scenario's first step", event.t)
            elif isinstance(body, HooksReady):
                moments.setdefault("hooks are ready", event.t)
    return moments


if __name__ == "__main__":
    main()
