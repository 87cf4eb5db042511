"""Finds mistakes in a scenario without any phone: each with its file and line.

Reads the source against the classes that a scenario is given. What Python itself cannot know
before running (which texts an app shows) is not looked at.
"""

import ast
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from farm.explore import loader
from farm.explore.app import AppView
from farm.explore.binding import GIVEN
from farm.explore.consent import Consent
from farm.explore.expect import PHASES, Expect
from farm.explore.explorer.tool import Explore
from farm.explore.hints import Hints
from farm.explore.interruptions import Interruptions
from farm.explore.phone import PhoneView
from farm.explore.screen_actions import Screen
from farm.explore.step import Steps
from farm.model.errors import UsageError
from farm.model.vocabulary import DataType

_CLASSES: dict[str, type] = {
    "app": AppView,
    "screen": Screen,
    "consent": Consent,
    "permissions": Interruptions,
    "phone": PhoneView,
    "step": Steps,
    "expect": Expect,
    "explore": Explore,
    "hints": Hints,
}
_CLAIMS = {"no_access", "access", "no_transmission", "transmission"}
_BLOCKING = {
    ("time", "sleep"): "blocks the whole farm; write `await phone.rest(seconds)`",
    ("subprocess", "run"): "blocks the whole farm; a scenario drives the phone only",
    ("os", "system"): "blocks the whole farm; a scenario drives the phone only",
    ("requests", "get"): "blocks the whole farm; a scenario drives the phone only",
    ("requests", "post"): "blocks the whole farm; a scenario drives the phone only",
    ("asyncio", "run"): "a scenario runs on the farm's loop already; write `await`",
}
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One mistake."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


def check(
    path_or_name: str | Path, folder: Path | None = None, hints: Hints | None = None
) -> list[Problem]:
    """Return what is wrong with a scenario, in order of lines; empty if nothing was found.

    Args:
        path_or_name: as for `loader.load`.
        folder: where names are looked up.
        hints: if given, the names of hints are checked against them.
    """
    try:
        scenario = loader.load(path_or_name, folder)
    except UsageError as error:
        return [_read(str(error), str(path_or_name))]
    tree = ast.parse(scenario.path.read_bytes(), str(scenario.path))
    checker = _Checker(str(scenario.path), hints)
    checker.visit_module(tree)
    return sorted(checker.problems, key=lambda one: (one.line, one.message))


def _read(message: str, path: str) -> Problem:
    """The loader's one line as a problem."""
    head, _, rest = message.partition(": ")
    file, _, line = head.rpartition(":")
    if line.isdigit():
        return Problem(path=file, line=int(line), message=rest)
    return Problem(path=path, line=1, message=message.removeprefix(f"{path}: "))


class _Checker:
    """Walks functions whose parameters carry the names of a run's parts."""

    def __init__(self, path: str, hints: Hints | None) -> None:
        self._path = path
        self._hints = hints
        self.problems: list[Problem] = []

    def visit_module(self, tree: ast.Module) -> None:
        """Check every function of the file, helpers too."""
        for node in ast.walk(tree):
            if isinstance(node, _Function):
                names = {each.arg for each in [*node.args.args, *node.args.kwonlyargs]}
                self._function(node, names & set(GIVEN))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                self._blocking(node)

    def _function(self, function: _Function, given: set[str]) -> None:
        awaited = {id(node.value) for node in ast.walk(function) if isinstance(node, ast.Await)}
        entered = {
            id(item.context_expr)
            for node in ast.walk(function)
            if isinstance(node, ast.AsyncWith)
            for item in node.items
        }
        for node in _own(function):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if node.value.id in given:
                    self._attribute(node, node.value.id)
            if isinstance(node, ast.With):
                for item in node.items:
                    if _is_call_of(item.context_expr, "step") and "step" in given:
                        self._say(node, "step: expected `async with step(...)`, found `with`")
                        entered.add(id(item.context_expr))
            if isinstance(node, ast.Call):
                self._call(node, given, awaited, entered)

    def _attribute(self, node: ast.Attribute, name: str) -> None:
        members = {each for each in dir(_CLASSES[name]) if not each.startswith("_")}
        members |= set(getattr(_CLASSES[name], "__annotations__", {}))
        members |= _documented(_CLASSES[name])
        if node.attr not in members:
            shown = ", ".join(sorted(members))
            self._say(node, f"{name}.{node.attr}: no such thing; {name} has {shown}")

    def _call(self, call: ast.Call, given: set[str], awaited: set[int], entered: set[int]) -> None:
        target = _target(call, given)
        if target is None:
            return
        name, method, function = target
        shown = f"{name}.{method}" if method else name
        self._arguments(call, shown, function)
        if name == "step":
            if id(call) not in entered:
                self._say(call, "step(...): expected `async with step(...)`")
            return
        if inspect.iscoroutinefunction(function) and id(call) not in awaited:
            self._say(call, f"{shown}(...): expected `await` before it; it does nothing without")
        if not inspect.iscoroutinefunction(function) and id(call) in awaited:
            self._say(call, f"{shown}(...): nothing to wait for; leave `await` out")
        if name == "expect" and method in _CLAIMS:
            self._claim(call)
        if name == "screen" and self._hints is not None:
            self._hint(call, self._hints)

    def _arguments(self, call: ast.Call, shown: str, function: Callable[..., object]) -> None:
        if any(isinstance(each, ast.Starred) for each in call.args) or any(
            each.arg is None for each in call.keywords
        ):
            return  # cannot be known before running
        try:
            inspect.signature(function).bind(
                None, *call.args, **{str(each.arg): each.value for each in call.keywords}
            )
        except TypeError as error:
            self._say(call, f"{shown}(...): {error}")

    def _claim(self, call: ast.Call) -> None:
        words = {each.arg: each.value for each in call.keywords}
        data_type = call.args[0] if call.args else words.get("data_type")
        if isinstance(data_type, ast.Constant) and data_type.value not in set(DataType):
            known = ", ".join(DataType)
            self._say(call, f"{data_type.value!r}: no such data type; there are {known}")
        said: dict[str, str] = {}
        for name in ("before", "after"):
            value = words.get(name)
            if value is not None and not isinstance(value, ast.Constant):
                return
            said[name] = str(value.value) if isinstance(value, ast.Constant) else ""
        if (said["before"], said["after"]) not in PHASES:
            self._say(
                call,
                f"before={said['before']!r}, after={said['after']!r}: expected "
                "before='consent', after='accept' or after='decline'",
            )

    def _hint(self, call: ast.Call, hints: Hints) -> None:
        for each in call.keywords:
            if (
                each.arg == "hint"
                and isinstance(each.value, ast.Constant)
                and each.value.value not in hints.selectors
            ):
                self._say(call, f"hint {each.value.value!r}: the app's hints have no such selector")

    def _blocking(self, call: ast.Call) -> None:
        function = call.func
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            why = _BLOCKING.get((function.value.id, function.attr))
            if why:
                self._say(call, f"{function.value.id}.{function.attr}: {why}")

    def _say(self, node: ast.AST, message: str) -> None:
        line = getattr(node, "lineno", 1)
        self.problems.append(Problem(path=self._path, line=line, message=message[:1000]))


def _own(function: _Function) -> Iterator[ast.AST]:
    """The nodes of a function, without those of functions inside it."""
    stack: list[ast.AST] = list(function.body)
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, _Function):
            stack.extend(ast.iter_child_nodes(node))


def _target(call: ast.Call, given: set[str]) -> tuple[str, str, Callable[..., object]] | None:
    """Which part's method a call means: name, method (empty: the part itself), function."""
    function = call.func
    if isinstance(function, ast.Name) and function.id in given:
        own = vars(_CLASSES[function.id]).get("__call__")
        return (function.id, "", own) if own is not None else None
    if (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id in given
    ):
        method = getattr(_CLASSES[function.value.id], function.attr, None)
        if inspect.isfunction(method):
            return function.value.id, function.attr, method
    return None


def _is_call_of(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _documented(kind: type) -> set[str]:
    """Attributes set in the constructor: those a docstring lists under `Attributes:`."""
    source = inspect.getdoc(kind) or ""
    _, _, listed = source.partition("Attributes:")
    found = set()
    for line in listed.splitlines():
        name, colon, _ = line.strip().partition(":")
        if colon and name.isidentifier():
            found.add(name)
    return found
