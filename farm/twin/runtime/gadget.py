"""frida-gadget inside an APK: is it there, and what does its configuration say.

Source: frida's documentation of the gadget: `lib<name>.so` beside `lib<name>.config.so`.
"""

import zipfile
from pathlib import Path

import msgspec

DEFAULT_PORT = 27042
_LARGEST_CONFIG = 64 * 1024


class Gadget(msgspec.Struct, frozen=True):
    """Where the gadget listens, and whether it holds the app until a client resumes it."""

    port: int = DEFAULT_PORT
    wait: bool = True


def find_gadget(apk: Path) -> Gadget | None:
    """The gadget of a base APK, None where it has none or is no archive."""
    try:
        with zipfile.ZipFile(apk) as archive:
            names = archive.namelist()
            if not any(_is(name, "libfrida-gadget.so") for name in names):
                return None
            for name in names:
                if _is(name, "libfrida-gadget.config.so"):
                    with archive.open(name) as file:
                        return _configured(file.read(_LARGEST_CONFIG))
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return None
    return Gadget()


def _is(name: str, file: str) -> bool:
    parts = name.split("/")
    return len(parts) == 3 and parts[0] == "lib" and parts[2] == file


def _configured(data: bytes) -> Gadget:
    try:
        interaction = msgspec.json.decode(data)["interaction"]
        port = int(interaction.get("port", DEFAULT_PORT))
        return Gadget(
            port=port if 0 < port < 65536 else DEFAULT_PORT,
            wait=interaction.get("on_load", "wait") != "resume",
        )
    except (msgspec.DecodeError, KeyError, TypeError, ValueError, AttributeError):
        return Gadget()
