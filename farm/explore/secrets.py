"""Test accounts: where user names and passwords come from, so that none stands in a script.

Looked up in this order: the environment, a file that nobody else may read, the desktop's keyring
(the `keyring` package, if installed). Never logs and never records what it returns.
"""

import importlib
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

import msgspec
import yaml

from farm.model.errors import SetupError, UsageError

_NAME = re.compile(r"[a-z][a-z0-9-]{0,63}")
_LARGEST_FILE = 1 << 20
_SERVICE = "farm"


class Account(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A test account. Both values are masked wherever the recording would show them."""

    user: str
    password: str

    def __repr__(self) -> str:
        return "Account(user=..., password=...)"


class SecretStore:
    """Finds test accounts by name.

    `FARM_ACCOUNT_<NAME>_USER` and `FARM_ACCOUNT_<NAME>_PASSWORD` in the environment; an entry
    `NAME: {user: ..., password: ...}` in the file; keyring entries of the service `farm` under
    `NAME/user` and `NAME/password`.
    """

    def __init__(self, file: Path | None = None, environment: Mapping[str, str] | None = None):
        self._environment = os.environ if environment is None else environment
        named = self._environment.get("FARM_ACCOUNTS")
        self._file = file or (Path(named) if named else Path.home() / ".farm" / "accounts.yaml")

    def account(self, name: str) -> Account:
        """Return the account of that name.

        Raises:
            UsageError: the name is malformed, or no store knows it.
            SetupError: the file can be read by others, or cannot be read at all.
        """
        if not _NAME.fullmatch(name):
            raise UsageError(f"account {name!r}: expected lower-case letters, digits and -")
        found = self._from_environment(name) or self._from_file(name) or _from_keyring(name)
        if found is None:
            variable = self._variable(name)
            raise UsageError(
                f"account {name!r}: not found; set {variable}_USER and {variable}_PASSWORD, or "
                f"write `{name}: {{user: ..., password: ...}}` into {self._file} (chmod 600)"
            )
        return found

    def _from_environment(self, name: str) -> Account | None:
        variable = self._variable(name)
        user = self._environment.get(f"{variable}_USER")
        password = self._environment.get(f"{variable}_PASSWORD")
        return Account(user=user, password=password) if user and password else None

    def _from_file(self, name: str) -> Account | None:
        try:
            with self._file.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                data = file.read(_LARGEST_FILE)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SetupError(f"{self._file}: cannot be read: {error.strerror}") from None
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SetupError(f"{self._file}: others may read it; run `chmod 600 {self._file}`")
        try:
            accounts = msgspec.convert(yaml.safe_load(data) or {}, dict[str, Account])
        except (yaml.YAMLError, RecursionError, msgspec.ValidationError):
            # Their words might hold a password.
            raise SetupError(
                f"{self._file}: expected entries `NAME: {{user: ..., password: ...}}`"
            ) from None
        return accounts.get(name)

    @staticmethod
    def _variable(name: str) -> str:
        return f"FARM_ACCOUNT_{name.upper().replace('-', '_')}"


def _from_keyring(name: str) -> Account | None:
    try:
        keyring = importlib.import_module("keyring")
        errors = importlib.import_module("keyring.errors")
    except ImportError:
        return None
    try:
        user = keyring.get_password(_SERVICE, f"{name}/user")
        password = keyring.get_password(_SERVICE, f"{name}/password")
    except errors.KeyringError:
        return None
    return Account(user=user, password=password) if user and password else None
