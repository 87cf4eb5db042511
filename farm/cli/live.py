"""What the operator sees of a running session: one line per event that matters."""

import asyncio
from pathlib import Path

from rich.text import Text

from farm.cli.output import console, plain
from farm.model.events import (
    Call,
    Crash,
    Dialog,
    Event,
    Gap,
    HooksReady,
    Launched,
    Request,
    Restarted,
    StateChange,
    Step,
    Tap,
    TlsFailed,
    Withdrawn,
)
from farm.model.vocabulary import CANARY_HOST, ConsentAnswer, DataType, GapCause, Phase
from farm.session.live import follow

_PHASE_COLOURS = {
    Phase.BEFORE_CONSENT: "yellow",
    Phase.AFTER_ACCEPT: "green",
    Phase.AFTER_DECLINE: "magenta",
    Phase.AFTER_WITHDRAWAL: "magenta",
}
_PHASE_OF = {
    ConsentAnswer.ACCEPT: Phase.AFTER_ACCEPT,
    ConsentAnswer.DECLINE: Phase.AFTER_DECLINE,
}


class LiveView:
    """Prints events in the order in which they reach the disk.

    The phase shown is where the user stands as the line is printed; the report, which knows the
    clocks, decides what counts.
    """

    def __init__(self) -> None:
        self._phase = Phase.BEFORE_CONSENT
        self._calls: dict[tuple[str, str], int] = {}

    async def watch(self, folder: Path, finished: asyncio.Event) -> None:
        """Follow one recording until `finished` is set."""
        async for event in follow(folder, finished):
            self.show(event)

    def show(self, event: Event) -> None:
        """Print one event, or nothing if it is housekeeping."""
        body = event.body
        if isinstance(body, Tap) and body.answer is not None:
            self._phase = _PHASE_OF[body.answer]
        elif isinstance(body, Withdrawn):
            self._phase = Phase.AFTER_WITHDRAWAL
        described = self._describe(event)
        if described is None:
            return
        what, style, text = described
        console.print(
            Text.assemble(
                (f"{self._phase:<15}", _PHASE_COLOURS[self._phase]),
                (f" {what:<10} ", style),
                plain(text, 160),
            ),
            soft_wrap=True,
        )

    def _describe(self, event: Event) -> tuple[str, str, str] | None:
        match event.body:
            case StateChange(state=state, reason=reason):
                return "state", "dim", f"{state} {reason}".rstrip()
            case Launched(pid=pid):
                return "launched", "bold", f"process {pid}, hooks in place"
            case Restarted(pid=pid):
                return "restarted", "bold", f"process {pid}"
            case HooksReady(installed=installed, failed=failed):
                return "hooks", "dim", f"{len(installed)} in place, {len(failed)} failed"
            case Call(data_type=kind) as call if kind is not DataType.CANARY:
                return self._describe_call(call)
            case Request(host=host) as request if host != CANARY_HOST:
                return "flow", "cyan", f"{request.method} {host}{request.path}"
            case TlsFailed(host=host, side=side):
                return "tls", "red", f"{host}: refused by the {side}"
            case Dialog(dialog=kind, title=title):
                return "dialog", "blue", f"{kind} {title}".rstrip()
            case Tap(text=text, answer=answer):
                return "tap", "blue", f"{text} {f'({answer})' if answer else ''}".rstrip()
            case Withdrawn(way=way):
                return "withdrawn", "blue", " > ".join(way)
            case Step(name=name, state=state) if state != "end":
                return "step", "dim", f"{name} {state}"
            case Gap(cause=cause, scope=scope) if cause is not GapCause.TLS_REFUSED:
                return "gap", "red", f"{cause} {scope}".rstrip()
            case Crash(process=process, reason=reason):
                return "crash", "red", f"{process}: {reason}"
            case _:
                return None

    def _describe_call(self, call: Call) -> tuple[str, str, str] | None:
        key = (call.api, call.stack[0] if call.stack else "")
        self._calls[key] = self._calls.get(key, 0) + 1
        count = self._calls[key]
        if count > 1 and count & (count - 1):  # repeated: only at 1, 2, 4, 8, ...
            return None
        times = f" ({count} times)" if count > 1 else ""
        caller = f" by {call.stack[0]}" if call.stack else ""
        name = call.class_name.rpartition(".")[2]
        return "call", "bold red", f"{call.data_type}: {name}.{call.method}{caller}{times}"
