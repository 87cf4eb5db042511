"""`farm hooks`: what is hooked, what it means, whether it is right, and a try on a twin."""

import asyncio
import difflib
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.text import Text

from farm.cli.hooks_try import Tried, try_entries
from farm.cli.output import (
    EXIT_UNDETERMINED,
    EXIT_USAGE,
    complain,
    console,
    emit_json,
    emit_json_line,
    plain,
    say,
)
from farm.cli.stopping import until_stopped
from farm.model.errors import UsageError
from farm.model.events import Call
from farm.model.vocabulary import DataType
from farm.paths import HOOK_CATALOGUE
from farm.recorders.api.catalogue import Catalogue, catalogue_files, load_catalogue
from farm.recorders.api.conventions import check_conventions
from farm.recorders.api.entry import Api, ValueRule
from farm.recorders.api.truth import compare, mappings, signatures

app = typer.Typer(
    no_args_is_help=True,
    help=(
        "List, explain, check and try what the hooks watch.\n\n"
        "Add a hook of your own without code: write an entry as "
        "`hooks/catalogue/README.md` explains it into a YAML file of a folder, look at it with "
        "`farm hooks check --hooks FOLDER`, try it with `farm hooks try --hooks FOLDER`, and use "
        "it with `farm run APP.apk --hooks FOLDER`."
    ),
)

_Hooks = Annotated[
    list[Path] | None,
    typer.Option("--hooks", help="Folder with entries of your own; repeat for more."),
]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


@app.command("list")
def list_hooks(
    data_type: Annotated[
        DataType | None, typer.Option("--type", help="Only entries of this data type.")
    ] = None,
    contains: Annotated[
        str, typer.Option(help="Only entries with this in id, class, method or symbol.")
    ] = "",
    hooks: _Hooks = None,
    json: _Json = False,
) -> None:
    """List what is hooked, one line an entry, with a count at the end."""
    catalogue = load_catalogue(HOOK_CATALOGUE, hooks or ())
    wanted = contains.lower()
    chosen = [
        api
        for api in catalogue.apis
        if (data_type is None or api.data_type is data_type)
        and wanted in f"{api.id} {_target(api)}".lower()
    ]
    if json:
        emit_json(chosen)
        return
    for api in sorted(chosen, key=lambda one: (one.data_type, one.id)):
        _print(f"{api.data_type:<21} {plain(api.id):<40} {plain(_target(api))}")
    say(f"{len(chosen)} of {len(catalogue.apis)} entries, digest {catalogue.sha256[:16]}")


@app.command("show")
def show_hook(
    ids: Annotated[list[str], typer.Argument(help="Entries, as `farm hooks list` names them.")],
    hooks: _Hooks = None,
    json: _Json = False,
) -> None:
    """Explain entries: what is hooked when, what is read of a call, and who vouches for it."""
    chosen = _named(load_catalogue(HOOK_CATALOGUE, hooks or ()), ids)
    if json:
        emit_json([{"entry": api, "overloads": _overloads(api)} for api in chosen])
        return
    for api in chosen:
        console.print(Text(api.id, style="bold"))
        for name, value in _explained(api):
            _print(f"  {name:<12} {plain(value, 1000)}")


@app.command("check")
def check_hooks(
    hooks: _Hooks = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="List every entry that could not be verified.")
    ] = False,
    json: _Json = False,
) -> None:
    """Hold the catalogue, or your own folders, against its rules and against outside truths.

    Signatures are compared with published descriptions of android.jar, permissions with
    androguard's mappings for each API level it ships. Exit code 2 if anything contradicts them.
    """
    catalogue = load_catalogue(HOOK_CATALOGUE, hooks or ())
    files = catalogue_files(HOOK_CATALOGUE, *(hooks or ()))
    breaches = check_conventions(files)
    chosen = catalogue.apis
    if hooks:
        own = {file.name for file in catalogue_files(*hooks)}
        breaches = [breach for breach in breaches if breach.file in own]
        shipped = load_catalogue().by_id()
        chosen = [api for api in catalogue.apis if api.id not in shipped]
    comparison = compare(chosen)
    wrong = bool(breaches or comparison.contradictions)
    if json:
        emit_json({"entries": len(chosen), "breaches": breaches, "comparison": comparison})
        raise typer.Exit(EXIT_USAGE if wrong else 0)
    for breach in breaches:
        complain(": ".join(filter(None, (breach.file, breach.api, breach.rule))))
    for doubt in comparison.contradictions:
        complain(f"{doubt.api}: {doubt.what} ({doubt.source})")
    counts = ", ".join(f"{count} {what}" for what, count in comparison.verified.items())
    say(f"{len(chosen)} entries; verified: {counts or 'nothing'}")
    for reason, count in comparison.reasons.items():
        say(f"not verifiable, {reason}: {count}")
        if verbose:
            for doubt in comparison.unverified:
                if doubt.what == reason:
                    say(f"    {plain(doubt.api)}")
    if wrong:
        raise typer.Exit(EXIT_USAGE)


@app.command("try")
def try_hooks(
    ids: Annotated[
        list[str] | None, typer.Argument(help="Entries to try [default: those of --hooks].")
    ] = None,
    hooks: _Hooks = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON line for each call, as they come.")
    ] = False,
) -> None:
    """Call entries on a twin, in a whole session, and show what is recorded as it comes.

    An app is built that makes each call in all its overloads, once so that the entry's conditions
    hold and once so that they are narrowly missed. Exit code 3 if an entry did not fire.

    Native functions are called by a library of the app that gcc compiles meanwhile. Those of the
    C library act on this machine, so only ones that read are called, and commands are printed by
    `echo`; a path that this machine lacks gives an error, which is shown. A function of a library
    of your own (`library: libNAME.so`) is made to stand in, with your `arguments` and `values`.
    What cannot be called is refused with what to do instead (exit code 2).
    """
    catalogue = load_catalogue(HOOK_CATALOGUE, hooks or ())
    if ids:
        chosen = _named(catalogue, ids)
    elif hooks:
        shipped = load_catalogue().by_id()
        chosen = [api for api in catalogue.apis if api.id not in shipped]
    else:
        raise UsageError("hooks try: name entries, or give --hooks FOLDER")

    def show(call: Call) -> None:
        if json:
            emit_json_line(call)
        else:
            _print(_line(call))

    tried = asyncio.run(until_stopped(try_entries(chosen, tuple(hooks or ()), show)))
    _say_tried(tried)
    if tried.silent or tried.uncalled:
        raise typer.Exit(EXIT_UNDETERMINED)


def _print(line: str) -> None:
    """One line however long: a terminal wraps it, a file keeps it whole."""
    console.print(Text(line), soft_wrap=True)


def _say_tried(tried: Tried) -> None:
    for api, count in tried.fired.items():
        say(f"{plain(api)}: fired {count} times")
    for api in tried.silent:
        complain(f"{plain(api)}: did not fire")
    for api, reason in tried.uncalled.items():
        complain(f"{plain(api)}: was not called: {reason}")


def _line(call: Call) -> str:
    outcome = f"threw {call.error}" if call.error else f"gave {call.result}"
    values = f" -> {', '.join(call.values)}" if call.values else ""
    caller = call.stack[0] if call.stack else "no stack"
    given = ", ".join(call.arguments)
    return plain(f"{call.api}: {call.method}({given}) {outcome}{values}, from {caller}", 400)


def _named(catalogue: Catalogue, ids: list[str]) -> list[Api]:
    by_id = catalogue.by_id()
    for name in ids:
        if name not in by_id:
            near = difflib.get_close_matches(name, by_id, n=4)
            hint = f"; perhaps {', '.join(near)}" if near else "; see `farm hooks list`"
            raise UsageError(f"no entry '{plain(name, 80)}'{hint}")
    return [by_id[name] for name in ids]


def _target(api: Api) -> str:
    if api.kind == "native":
        return f"{api.library or 'any library'}!{api.symbol}"
    return f"{api.class_}.{api.method}"


def _overloads(api: Api) -> list[str]:
    """The known overloads of a Java entry with the API levels that have them."""
    name = "<init>" if api.method == "$init" else api.method
    return [
        f"{one.gives} {one.name}({', '.join(one.takes)})"
        + (f" levels {one.first}-{one.last or ''}" if one.first else "")
        for one in signatures().overloads(api.class_, name)
    ]


def _explained(api: Api) -> list[tuple[str, str]]:
    lines = [("hooks", _target(api)), ("because", api.reason)]
    if api.kind == "java":
        if api.overloads is not None:
            lines += [("overload", ", ".join(one) or "no argument") for one in api.overloads]
        else:
            lines.append(("overloads", "all"))
        lines += [("known", one) for one in _overloads(api)]
        if api.implementations:
            lines.append(("where", "in every class that implements it"))
    lines += [("when", _condition(one)) for one in api.when] or [("when", "always")]
    lines += [("value", _rule(rule)) for rule in api.values]
    if not api.values:
        lines.append(("value", "none: the call itself is the fact"))
    lines += [
        ("data type", api.data_type),
        ("levels", api.levels),
        ("permission", " or ".join(filter(None, [api.permission, *api.alternatives])) or "none"),
    ]
    for mapped in mappings().get((api.class_, api.method), []):
        needed = ", ".join(sorted(mapped.permissions))
        lines.append(("androguard", f"API level {mapped.level}: {needed}"))
    lines.append(("source", ", ".join(api.source)))
    doubts = compare([api])
    lines += [("wrong", f"{one.what} ({one.source})") for one in doubts.contradictions]
    lines += [("unverified", one.what) for one in doubts.unverified]
    return lines


def _rule(rule: ValueRule) -> str:
    start = f"argument {rule.from_}" if isinstance(rule.from_, int) else rule.from_
    parts = ["each of it" if rule.each else "", ", ".join(rule.get)]
    parts.append("" if rule.as_ == "text" else f"as {rule.as_}")
    parts.append(f"{rule.length} bytes from {rule.at}" if rule.length else "")
    return ": ".join([start, *filter(None, parts)])


def _condition(condition: object) -> str:
    plain_form: dict[str, object] = msgspec.to_builtins(condition)
    return ", ".join(
        f"{name} {value}" for name, value in plain_form.items() if value not in ("", [])
    )
