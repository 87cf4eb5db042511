"""What a lab knows of one app: where things are in it, and which test account logs in.

A YAML file a lab writes per app. It holds names of accounts, never their secrets.
"""

from pathlib import Path

import msgspec

from farm.explore.selectors import Selector
from farm.files import read_yaml
from farm.model.errors import UsageError

_LARGEST = 1 << 20
_MOST_STEPS = 20


class Login(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to log in."""

    account: str  # name in the secret store
    user: Selector
    password: Selector
    submit: Selector
    open: list[str] = []  # names of selectors to tap on the way to the form
    agree: Selector | None = None  # box to tick first
    done: Selector | None = None  # what shows that it worked


class Hints(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hints about one app.

    `selectors` give names to views, `paths` are names of selectors to tap in order, such as
    `account_deletion: [me, settings, account, delete]`.
    """

    package: str = ""
    selectors: dict[str, Selector] = {}
    paths: dict[str, list[str]] = {}
    login: Login | None = None

    def selector(self, name: str) -> Selector:
        """The selector of that name.

        Raises:
            UsageError: the hints have none.
        """
        if name not in self.selectors:
            known = ", ".join(sorted(self.selectors)) or "none"
            raise UsageError(f"hint {name!r}: no such selector; there are: {known}")
        return self.selectors[name]


def load_hints(path: Path) -> Hints:
    """Read a hints file.

    Raises:
        UsageError: names the file and the field, and what was expected.
    """
    hints, _ = read_yaml(path, Hints, largest=_LARGEST, expected="hints about one app")
    _check_names(path, hints)
    return hints


def _check_names(path: Path, hints: Hints) -> None:
    paths = dict(hints.paths)
    if hints.login is not None:
        paths["login.open"] = hints.login.open
    for name, steps in paths.items():
        if len(steps) > _MOST_STEPS:
            raise UsageError(f"{path}: {name}: expected at most {_MOST_STEPS} taps")
        for step in steps:
            if step not in hints.selectors:
                raise UsageError(f"{path}: {name}: no selector is named {step!r}")
