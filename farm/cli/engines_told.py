"""What commands about engines show alike: the disagreement matrix and the drifts."""

from collections.abc import Iterable, Sequence

from rich.table import Table

from farm.apps.engines.comparison import Pair
from farm.apps.engines.merging import Drift
from farm.cli.output import console, plain, say


def show_matrix(pairs: Sequence[Pair]) -> None:
    """Who decided the same clauses as whom, and how often differently."""
    if not pairs:
        return
    table = Table("engine", "engine", "both decided", "disagreed", box=None)
    for pair in pairs:
        table.add_row(plain(pair.first), plain(pair.second), str(pair.decided), str(pair.disagreed))
    console.print(table)


def show_drifts(drifts: Iterable[tuple[str, Drift]]) -> None:
    """One line each: topic, and the engine's share of apps before and now."""
    for topic, drift in drifts:
        mark = "DRIFTED" if drift.alarm else "steady"
        say(
            f"{plain(drift.engine)} on {topic}: {mark}, {drift.before[0]} of "
            f"{drift.before[1]} apps before, {drift.now[0]} of {drift.now[1]} now "
            f"({drift.z:+.1f} standard errors)"
        )
