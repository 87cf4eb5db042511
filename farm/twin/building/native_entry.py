"""Native entries of the hook catalogue, and which of them an app made here can call.

Functions of the C library and the NDK are called by `native/calls.c`, written by hand, since each
wants arguments that make sense, and since a call acts on this machine: only functions that read
are there. A function of another library gets a library of that name that stands in
(`native_stand_ins.py`). Nothing here compiles or calls anything.
"""

import ctypes
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from farm.model.errors import UsageError
from farm.twin.building.hooked import read_entries

MOST_ARGUMENTS = 12
COMMANDS = ("popen", "system", "execve")
_PATH, _NAME = "/none", "ro.none"
# What can be called: the arguments that a call can be given, with what stands there by default.
_FUNCTIONS: dict[str, dict[int, str]] = {
    "open": {0: _PATH}, "openat": {1: _PATH}, "fopen": {0: _PATH}, "opendir": {0: _PATH},
    "access": {0: _PATH}, "stat": {0: _PATH}, "lstat": {0: _PATH}, "readlink": {0: _PATH},
    "popen": {0: "text"}, "system": {0: "text"}, "execve": {1: "text"}, "getenv": {0: "PATH"},
    "__system_property_get": {0: _NAME}, "__system_property_find": {0: _NAME},
    "ioctl": {1: "35093"}, "socket": {0: "2", 2: "0"},
    "getifaddrs": {}, "gethostname": {}, "uname": {}, "sysinfo": {},
}  # fmt: skip
_OF_NDK: dict[str, dict[str, dict[int, str]]] = {
    "libaaudio.so": {"AAudioStream_requestStart": {}},
    "libcamera2ndk.so": {"ACameraManager_openCamera": {1: "0"}},
    "libmediandk.so": {"AMediaDrm_getPropertyByteArray": {1: "vendor"}},
    "libOpenSLES.so": {"slCreateEngine": {}},
    "libandroid.so": {
        "ASensorManager_getSensorList": {},
        "ASensorEventQueue_enableSensor": {},
        "ASensorEventQueue_registerSensor": {},
    },
}
_HARMLESS = re.compile(r"[\w ./:=,@+-]+")  # as words of `echo`, in whatever shell
_LIBRARY = re.compile(r"lib[\w.+-]{1,60}\.so")
_SYSTEM = re.compile(r"lib(c|m|dl|jvm|java|pthread|calls|properties)\.so")  # not to be doubled
_SYMBOL = re.compile(r"[A-Za-z_]\w*")


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """One condition on an argument; the catalogue's README says what each list means."""

    argument: int
    is_: list[str] = msgspec.field(default_factory=list, name="is")
    starts: list[str] = []
    contains: list[str] = []
    path: list[str] = []


class ValueRule(msgspec.Struct, frozen=True, kw_only=True):
    """Where the value of a call is found."""

    from_: Literal["result", "this"] | int = msgspec.field(name="from")
    as_: str = msgspec.field(default="text", name="as")
    at: int = 0
    length: int = 0


class NativeApi(msgspec.Struct, frozen=True, kw_only=True):
    """One native entry of the catalogue."""

    id: str
    symbol: str
    library: str = ""
    arguments: list[Literal["int", "text", "texts", "pointer"]] = []
    when: list[Condition] = []
    values: list[ValueRule] = []

    @property
    def own(self) -> bool:
        """Whether its library is neither the C library nor one of the NDK's."""
        return bool(self.library) and self.library not in _OF_NDK

    @property
    def given(self) -> dict[int, str]:
        """Arguments that a call can be given, with what they are by default."""
        if self.own:
            default = {"int": "1", "text": "text", "texts": "text", "pointer": ""}
            return {n: default[kind] for n, kind in enumerate(self.arguments)}
        return _OF_NDK[self.library][self.symbol] if self.library else _FUNCTIONS[self.symbol]


def read_native(files: Sequence[Path]) -> list[NativeApi]:
    """The native entries of catalogue files.

    Raises:
        UsageError: a file is no catalogue.
    """
    return read_entries(files, "native", NativeApi)


def check_callable(apis: Sequence[NativeApi]) -> None:
    """Refuse what no app made here can call.

    Raises:
        UsageError: one line that names the entry and what to do.
    """
    for api in apis:
        problem = _library_problem(api) or _condition_problem(api)
        if problem:
            raise UsageError(
                f"hooks try: {api.id}: {problem}; or watch an app that calls it: "
                "farm run APP.apk --hooks FOLDER"
            )


def _library_problem(api: NativeApi) -> str:
    if not _SYMBOL.fullmatch(api.symbol):
        return f"symbol {api.symbol}: a name with a version cannot be called; leave that out"
    if not api.library:
        return _c_library_problem(api)
    if _SYSTEM.fullmatch(api.library) or not _LIBRARY.fullmatch(api.library):
        return f"library {api.library}: expected libNAME.so, none for functions of the C library"
    if api.library in _OF_NDK:
        known = _OF_NDK[api.library]
        if api.symbol not in known:
            return f"{api.library} of the twin has no {api.symbol}, only {', '.join(known)}"
        return ""
    if len(api.arguments) > MOST_ARGUMENTS:
        return f"{len(api.arguments)} arguments: at most {MOST_ARGUMENTS} can be passed"
    if any(rule.as_ in ("interfaces", "property") for rule in api.values):
        return "values as interfaces or property come of functions of the C library alone"
    return ""


def _c_library_problem(api: NativeApi) -> str:
    if api.symbol in _FUNCTIONS:
        return ""
    if not hasattr(ctypes.CDLL(None), api.symbol):
        return (
            f"this machine's C library has no function {api.symbol}; "
            "correct the name, or name the library that exports it"
        )
    return (
        f"{api.symbol} is not called for a try, since the call would act on this machine; "
        f"without library these can be tried: {', '.join(sorted(_FUNCTIONS))}"
    )


def _condition_problem(api: NativeApi) -> str:
    for one in api.when:
        where = f"condition on argument {one.argument}"
        if one.argument not in api.given:
            possible = ", ".join(map(str, api.given)) or "none"
            return f"{where}: a call cannot be made to meet it, only on arguments: {possible}"
        if api.own and api.arguments[one.argument] == "pointer":
            return f"{where}: a pointer cannot be compared; read it as text"
        if api.symbol in COMMANDS and not api.own:
            if not one.contains or not _HARMLESS.fullmatch(one.contains[0]):
                return (
                    f"{where}: commands are printed by echo and not run, "
                    "so give contains, without quotes or other signs of the shell"
                )
        number = api.symbol in ("ioctl", "socket") or (
            api.own and api.arguments[one.argument] == "int"
        )
        if number and not (one.is_ and one.is_[0].lstrip("-").isdecimal()):
            return f"{where}: a number can only be compared with is and a decimal number"
    return ""
