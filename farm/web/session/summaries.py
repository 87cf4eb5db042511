"""One line about each event, for the timeline and the table.

The text may hold what the app under test chose, values of identifiers included: who shows it masks
it. Says what the event says and nothing about what it means.
"""

from collections.abc import Mapping

import msgspec

from farm.model.events import (
    AnyBody,
    Call,
    Canary,
    ClockSample,
    CodeLoaded,
    ComponentStarted,
    Connected,
    Dialog,
    Gap,
    HooksReady,
    Launched,
    PermissionAnswered,
    PermissionAsked,
    PhoneIdentity,
    Request,
    Response,
    Restarted,
    Screen,
    StateChange,
    Step,
    Tap,
    TlsFailed,
    Transform,
    WebSocketMessage,
)

_LONGEST = 160
_LONGEST_FIELD = 60


def summary(body: AnyBody, hosts: Mapping[str, str]) -> str:
    """The event in one line.

    Args:
        body: the event's body.
        hosts: flow id -> host, for answers and messages.
    """
    return _text(body, hosts)[:_LONGEST]


def _text(body: AnyBody, hosts: Mapping[str, str]) -> str:
    match body:
        case Call():
            return f"{_simple(body.class_name)}.{body.method}"
        case Request():
            return f"{body.method} {body.host}{body.path.partition('?')[0]}"
        case Response():
            what = body.error or str(body.status)
            return f"{what} ← {hosts.get(body.flow_id, '?')}"
        case WebSocketMessage():
            arrow = "→" if body.from_app else "←"
            return f"{arrow} {hosts.get(body.flow_id, '?')} {body.size} B"
        case Screen():
            return f"{_simple(body.activity)}"
        case Dialog():
            return f"{body.dialog} {body.title}"
        case Tap():
            return body.text or f"{body.x}, {body.y}"
        case Step():
            return f"{body.name} {body.state}"
        case Gap():
            return f"{body.cause} {body.scope}"
        case Connected():
            return f"{body.transport} {body.host or body.address}:{body.port}"
        case Transform():
            return f"{body.algorithm} {body.direction} {body.input.size} → {body.output.size} B"
        case TlsFailed():
            return f"{body.host}:{body.port} {body.side}"
        case _:
            return _less_common(body)


def _less_common(body: AnyBody) -> str:
    match body:
        case Canary():
            return f"{body.recorder} {body.when}" + ("" if body.seen else " ✗")
        case StateChange():
            return f"{body.state} {body.reason}".strip()
        case Launched() | Restarted():
            return f"{body.package} pid {body.pid}"
        case HooksReady():
            return f"{body.process} pid {body.pid}: {len(body.installed)}, ✗ {len(body.failed)}"
        case PermissionAsked():
            names = ", ".join(_simple(name) for name in body.permissions[:5])
            return f"{body.way} {names}"
        case PermissionAnswered():
            pairs = zip(body.permissions[:5], body.granted, strict=False)
            return ", ".join(f"{_simple(name)} {'✓' if given else '✗'}" for name, given in pairs)
        case ComponentStarted():
            return f"{body.component} {_simple(body.name)} {body.reason}".strip()
        case CodeLoaded():
            return f"{body.way} {body.path.rpartition('/')[2]}"
        case PhoneIdentity():
            return f"{body.data_type} {body.name} ({body.how})"
        case ClockSample():
            return f"± {(body.received - body.sent) / 2e6:.1f} ms"
        case _:
            return _fields(body)


def _fields(body: AnyBody) -> str:
    """The first short fields of an event that needs no words of its own."""
    shown: list[str] = []
    for name in body.__struct_fields__:
        value = getattr(body, name)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
            shown.append(str(value)[:_LONGEST_FIELD])
    return " ".join(shown[:4])


def _simple(name: str) -> str:
    """A class or permission without its package."""
    return name[:400].rpartition(".")[2]


def details(body: AnyBody) -> list[tuple[str, str]]:
    """Every field of an event, flat: ("input.size", "16"). Bounded in number and length."""
    flat: list[tuple[str, str]] = []
    _flatten("", msgspec.to_builtins(body), flat)
    return [pair for pair in flat if pair[0] != "kind"]


_MOST_FIELDS = 200
_LONGEST_VALUE = 2000


def _flatten(name: str, value: object, flat: list[tuple[str, str]]) -> None:
    if len(flat) >= _MOST_FIELDS:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(f"{name}.{key}" if name else str(key), inner, flat)
    elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        for index, inner in enumerate(value):
            _flatten(f"{name}[{index}]", inner, flat)
    elif isinstance(value, list):
        flat.append((name, ", ".join(str(one) for one in value[:100])[:_LONGEST_VALUE]))
    elif value is not None and value != "":
        flat.append((name, str(value)[:_LONGEST_VALUE]))
