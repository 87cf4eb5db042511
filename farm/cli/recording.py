"""`farm recording`: verify, recover and show one recording.

Exit codes: 0 in order, 1 the recording is not what was sealed, 2 usage, 3 it cannot be read.
"""

from pathlib import Path

import msgspec
import typer

from farm.cli.output import EXIT_FINDINGS, console, emit_json, plain, say
from farm.model.errors import UsageError
from farm.model.session import Session
from farm.model.vocabulary import Stream
from farm.recording import (
    Recording,
    fingerprint,
    load_or_create_key,
    load_public_key,
    signer,
    verify,
)
from farm.recording import recover as recover_recording

app = typer.Typer(no_args_is_help=True, help="Verify, recover and show recordings.")

_Folder = typer.Argument(help="Folder of the recording.", metavar="FOLDER")
_Json = typer.Option(False, "--json", help="Print JSON on stdout.")
_PublicKey = typer.Option(
    None, "--key", help="PEM file of the public key that must have sealed it."
)
_Fingerprint = typer.Option(
    "", "--fingerprint", help="SHA-256 of the key that must have sealed it."
)
_SigningKey = typer.Option(..., "--key", help="PEM file of the farm's signing key.")


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What `verify --json` prints."""

    folder: str
    intact: bool
    signer: str  # SHA-256 of the public key that the recording carries
    pinned: bool  # whether that key was compared with one given by the caller
    problems: list[str]


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What `show --json` prints."""

    session: Session
    sealed: bool
    manifest_sha256: str
    events: dict[str, dict[str, int]]  # stream -> kind -> count
    exchanges: int
    torn_flow_bytes: int


@app.command("verify")
def verify_command(
    folder: Path = _Folder,
    public_key: Path | None = _PublicKey,
    key_fingerprint: str = _Fingerprint,
    json: bool = _Json,
) -> None:
    """Find any changed, missing or added byte, file or link."""
    _check_folder(folder)
    expected = load_public_key(public_key) if public_key else None
    problems = verify(folder, expected)
    carried = signer(folder) if (folder / "manifest.pub").is_file() else ""
    wanted = key_fingerprint.replace(":", "").strip().lower()
    if wanted and wanted != carried:
        problems.append(f"manifest.pub: key {carried or '(none)'}, expected {wanted}")
    pinned = bool(expected or wanted)
    if json:
        emit_json(
            Verified(
                folder=str(folder),
                intact=not problems,
                signer=carried,
                pinned=pinned,
                problems=problems,
            )
        )
    elif problems:
        for problem in problems:
            say(plain(problem))
    else:
        say(f"intact, sealed by key {carried}")
        if not pinned:
            say("who owns that key was not checked: give --fingerprint or --key")
    if problems:
        raise typer.Exit(EXIT_FINDINGS)


@app.command("recover")
def recover_command(
    folder: Path = _Folder,
    key: Path = _SigningKey,
    json: bool = _Json,
) -> None:
    """Mend and seal a recording whose controller was killed; a sealed one stays as it is."""
    _check_folder(folder)
    if not key.is_file():
        raise UsageError(f"{key}: no such file: expected the farm's signing key")
    signing = load_or_create_key(key)
    session = recover_recording(folder, signing)
    if json:
        emit_json(session)
    else:
        state = session.outcome or "unknown"
        reason = f" ({plain(session.reason)})" if session.reason else ""
        say(f"sealed as {state}{reason} with key {fingerprint(signing.public_key())}")


@app.command("show")
def show_command(folder: Path = _Folder, json: bool = _Json) -> None:
    """Show what a recording holds, without judging it."""
    _check_folder(folder)
    recording = Recording.open(folder)
    counts: dict[str, dict[str, int]] = {}
    for stream in Stream:
        kinds: dict[str, int] = {}
        for event in recording.events(stream):
            kinds[event.kind] = kinds.get(event.kind, 0) + 1
        counts[stream.value] = kinds
    shown = Shown(
        session=recording.session,
        sealed=recording.sealed,
        manifest_sha256=recording.manifest_sha256,
        events=counts,
        exchanges=sum(1 for _ in recording.exchanges()),
        torn_flow_bytes=recording.torn_flow_bytes,
    )
    if json:
        emit_json(shown)
        return
    session = shown.session
    outcome = session.outcome or "not ended"
    say(f"{plain(session.app.package)} {plain(session.app.version_name)}, {session.scenario}")
    say(f"phone {plain(session.device.model)} ({plain(session.device.serial)})")
    say(f"outcome {outcome} {plain(session.reason)}".rstrip())
    say(f"sealed, manifest {shown.manifest_sha256}" if shown.sealed else "not sealed")
    for name, kinds in counts.items():
        listed = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
        say(f"{name}: {listed or 'nothing'}")
    console.print(f"exchanges: {shown.exchanges}", markup=False)


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise UsageError(f"{plain(str(folder))}: no such folder: expected that of a recording")
