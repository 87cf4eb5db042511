"""A scenario function's parameters: which are given by the farm, which are the scenario's own.

Reads signatures and texts only; runs nothing of the scenario.
"""

import inspect
import math
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from farm.model.errors import UsageError

MASK = "•••"
"""What stands where a secret stood."""

GIVEN = (
    "app",
    "screen",
    "consent",
    "permissions",
    "phone",
    "step",
    "expect",
    "explore",
    "hints",
)
"""Names by which a scenario asks for the parts of a run."""


class Secret(str):
    """A parameter's value that no recording may hold: `password: Secret = Secret("")`.

    It is masked in events, hierarchies and pictures from the scenario's first step on; the session
    keeps only that it was set. Traffic is recorded as it is.
    """


_TYPES: dict[object, str] = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "text",
    Secret: "a secret text",
    Path: "a path",
}
_TRUE = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

Value = int | float | bool | str | Path


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter of the scenario's own."""

    name: str
    kind: str  # "a number", for people
    default: str


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """What a scenario function asks for."""

    given: tuple[str, ...]
    parameters: tuple[Parameter, ...]


def read_signature(function: Callable[..., object]) -> Signature:
    """Read what the function asks for.

    Raises:
        UsageError: a parameter is neither given by the farm nor has a default, or its default
            is of a type that cannot be set from the command line. The message has no file.
    """
    given: list[str] = []
    own: list[Parameter] = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}:
            raise UsageError(f"*{parameter.name}: expected parameters with names of their own")
        if parameter.kind is parameter.POSITIONAL_ONLY:
            raise UsageError(f"{parameter.name}: expected no `/` in the parameter list")
        if parameter.name in GIVEN:
            given.append(parameter.name)
            continue
        if parameter.default is parameter.empty:
            raise UsageError(
                f"parameter {parameter.name!r}: expected one of {', '.join(GIVEN)}, "
                "or a default value"
            )
        if type(parameter.default) not in _TYPES and not isinstance(parameter.default, Path):
            raise UsageError(
                f"parameter {parameter.name!r}: its default is a "
                f"{type(parameter.default).__name__}; expected a number, a text, a path, "
                "True or False"
            )
        kind = Path if isinstance(parameter.default, Path) else type(parameter.default)
        default = MASK if kind is Secret and parameter.default else str(parameter.default)
        own.append(Parameter(name=parameter.name, kind=_TYPES[kind], default=default))
    return Signature(given=tuple(given), parameters=tuple(own))


def convert(function: Callable[..., object], texts: Mapping[str, str]) -> dict[str, Value]:
    """Turn `NAME=VALUE` texts into values of the types of the defaults.

    Raises:
        UsageError: the scenario has no such parameter, or the text does not fit it.
    """
    signature = read_signature(function)
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(function).parameters.items()
    }
    names = [parameter.name for parameter in signature.parameters]
    values: dict[str, Value] = {}
    for name, text in texts.items():
        if name not in names:
            known = ", ".join(names) or "none"
            raise UsageError(f"--set {name}: the scenario has no such parameter; it has: {known}")
        values[name] = _read(name, text, defaults[name])
    return values


def secrets_of(function: Callable[..., object], values: Mapping[str, Value]) -> list[str]:
    """The secrets that a scenario works with, whether set or by default."""
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(function).parameters.items()
    }
    return [str(each) for each in (defaults | dict(values)).values() if isinstance(each, Secret)]


def shown(value: Value) -> str:
    """A value as recordings keep it: a secret is masked."""
    return MASK if isinstance(value, Secret) and value else str(value)


def _read(name: str, text: str, default: Value) -> Value:
    if isinstance(default, bool):
        if text.lower() not in _TRUE:
            raise UsageError(f"--set {name}={text}: expected true or false")
        return _TRUE[text.lower()]
    if isinstance(default, Path):
        return Path(text)
    if isinstance(default, int | float):
        kind = type(default)
        try:
            value = kind(text)
        except ValueError:
            raise UsageError(f"--set {name}={text}: expected {_TYPES[kind]}") from None
        if not math.isfinite(value):
            raise UsageError(f"--set {name}={text}: expected {_TYPES[kind]}")
        return value
    return Secret(text) if isinstance(default, Secret) else text
