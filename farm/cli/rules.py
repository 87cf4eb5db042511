"""`farm rules`: which clauses of which documents are judged, by what, and how many by machine."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from farm.cli.output import console, emit_json, say
from farm.detect.clauses.catalogue import SIGNALS
from farm.detect.clauses.needs import DESCRIPTIONS, Need
from farm.detect.clauses.packs import Clause, LoadedPack, load_pack, load_packs, shipped_packs
from farm.model.clause import ClauseState, SignalId
from farm.model.errors import UsageError

app = typer.Typer(
    no_args_is_help=True,
    help=(
        "Show the clauses of laws and standards that recordings are judged by.\n\n"
        "A clause is **automatic** (recordings decide it), **assisted** (recordings prepare the "
        "evidence, a person decides) or **not observable** on a phone."
    ),
)

NOT_VERIFIED = " (!)"
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
_Packs = Annotated[
    Path | None,
    typer.Option("--packs", help="Folder of rule packs (*.yaml); default: those that ship."),
]


@app.command("list")
def list_clauses(
    document: Annotated[
        str, typer.Argument(help="Only this document, such as MIIT-164; default: all.")
    ] = "",
    packs: _Packs = None,
    json: _Json = False,
) -> None:
    """List clauses with their state and the signals they rest on."""
    chosen = _chosen(packs, document)
    if json:
        emit_json([clause for loaded in chosen for clause in loaded.pack.clauses])
        return
    for loaded in chosen:
        about = loaded.pack.document
        say(f"\n{loaded.name}  {about.title.zh}\n  {about.title.en}, version {loaded.pack.version}")
        table = Table("clause", "state", "text", "signals", box=None, pad_edge=False)
        for clause in loaded.pack.clauses:
            doubt = "" if clause.verified else NOT_VERIFIED
            signals = ", ".join((*clause.broken_by, *clause.review_by))
            table.add_row(clause.id + doubt, clause.state, clause.text.zh, signals)
        console.print(table)
    say(f"\n{NOT_VERIFIED.strip()} number or wording was not compared with the published text")


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="A clause (MIIT-164-1.1) or a signal (preticked).")],
    packs: _Packs = None,
    json: _Json = False,
) -> None:
    """Explain one clause or signal: what decides it, and what a recording must hold for that."""
    if name in set(SignalId):
        described = _signal(SignalId(name))
        if json:
            emit_json(described)
        else:
            _say_signal(SignalId(name), indent="")
        return
    loaded, clause = _clause(_chosen(packs, ""), name)
    if json:
        emit_json(
            {
                "document": loaded.pack.document.title,
                "clause": clause,
                "source": loaded.source_of(clause),
                "doubt": loaded.doubt_of(clause),
                "signals": [_signal(one) for one in (*clause.broken_by, *clause.review_by)],
            }
        )
        return
    say(f"{clause.id}  ({clause.item})  {clause.state}")
    say(f"{clause.text.zh}\n{clause.text.en}")
    source = loaded.source_of(clause)
    if source is not None:
        say(f"Number and wording were compared with: {source.zh} / {source.en}")
    else:
        doubt = loaded.doubt_of(clause)
        why = f": {doubt.zh} / {doubt.en}" if doubt is not None else ""
        say(f"NOT VERIFIED against the published text; reports and notices say so{why}")
    if clause.note is not None:
        say(f"{clause.note.zh} / {clause.note.en}")
    if clause.data_types:
        say(f"Speaks of: {', '.join(clause.data_types)}")
    if clause.scenarios:
        say(f"Scenarios that can show it: {', '.join(clause.scenarios)}")
    for heading, signals in (
        ("Broken by any of", clause.broken_by),
        ("Shown to a person", clause.review_by),
    ):
        if signals:
            say(f"{heading}:")
            for signal in signals:
                _say_signal(signal, indent="  ")


@app.command("check")
def check(
    packs: Annotated[Path, typer.Argument(help="Folder of rule packs, or one pack.")],
    json: _Json = False,
) -> None:
    """Check rule packs of your own; exit code 2 and one line on the first mistake."""
    if not packs.exists():
        raise UsageError(f"{packs}: no such file; name a rule pack or a folder of them")
    loaded = load_packs(packs) if packs.is_dir() else (load_pack(packs),)
    every = [clause for one in loaded for clause in one.pack.clauses]
    if json:
        emit_json([{"document": one.name, "sha256": one.sha256} for one in loaded])
        return
    many = f"{_counted(len(loaded), 'pack')} with {_counted(len(every), 'clause')}"
    say(f"{packs}: {many} can be used")
    if unproven := sum(not clause.verified for clause in every):
        say(f"{unproven} of them not verified against the published text; notices say so")


@app.command("coverage")
def coverage(packs: _Packs = None, json: _Json = False) -> None:
    """Print the share of clauses that is automatic, assisted, and not observable.

    Verified are those whose number and wording were compared with the published text.
    """
    rows = [_share(one.name, one.pack.clauses) for one in _chosen(packs, "")]
    every = [clause for one in _chosen(packs, "") for clause in one.pack.clauses]
    rows.append(_share("all", every))
    if json:
        emit_json(rows)
        return
    columns = ("document", "clauses", *ClauseState, "verified")
    table = Table(*columns, "share automatic")
    for row in rows:
        table.add_row(*(str(row[name]) for name in columns), _part(row))
    console.print(table)


@app.command("signals")
def signals(json: _Json = False) -> None:
    """List every signal that a rule pack may name, with what a recording must hold for it."""
    if json:
        emit_json([_signal(one) for one in SignalId])
        return
    for one in SignalId:
        _say_signal(one, indent="")


def _chosen(folder: Path | None, document: str) -> tuple[LoadedPack, ...]:
    packs = shipped_packs() if folder is None else load_packs(folder)
    if not document:
        return packs
    chosen = tuple(one for one in packs if one.name.lower() == document.lower())
    if not chosen:
        known = ", ".join(one.name for one in packs)
        raise UsageError(f"document {document!r} is unknown; expected one of {known}")
    return chosen


def _clause(packs: tuple[LoadedPack, ...], name: str) -> tuple[LoadedPack, Clause]:
    for loaded in packs:
        for clause in loaded.pack.clauses:
            if clause.id.lower() == name.lower():
                return loaded, clause
    raise UsageError(
        f"{name!r} is no clause and no signal; see `farm rules list` and `farm rules signals`"
    )


def _signal(name: SignalId) -> dict[str, object]:
    signal = SIGNALS[name]
    needs = [str(need) for need in signal.needs]
    return {"signal": signal.id, "zh": signal.zh, "en": signal.en, "needs": needs}


def _say_signal(name: SignalId, indent: str) -> None:
    signal = SIGNALS[name]
    say(f"{indent}{signal.id}: {signal.zh} / {signal.en}")
    say(f"{indent}  counts as absent only with: {', '.join(_needs(name))}")


def _needs(name: SignalId) -> Iterator[str]:
    for need in SIGNALS[name].needs:
        yield DESCRIPTIONS[need][1] if isinstance(need, Need) else f"expectation {need}"


def _share(name: str, clauses: list[Clause]) -> dict[str, str | int]:
    counts = Counter(clause.state for clause in clauses)
    row: dict[str, str | int] = {"document": name, "clauses": len(clauses)}
    row |= {str(state): counts[state] for state in ClauseState}
    return row | {"verified": sum(clause.verified for clause in clauses)}


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _part(row: dict[str, str | int]) -> str:
    return f"{int(row[ClauseState.AUTOMATIC]) / max(int(row['clauses']), 1):.0%}"
