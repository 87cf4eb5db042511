"""A file that stands for an operator's frida-server binary on a twin.

It has a correct ELF header for its ABI and a marker with its version; it holds no code. A twin's
shell that runs such a file prints the version or serves the Frida endpoint.
"""

import struct

MARKER = b"farm-twin-frida-server:"
# ELF specification, e_machine, and the class of 32 or 64 bits
_MACHINES = {
    "arm64-v8a": (183, 2),
    "armeabi-v7a": (40, 1),
    "x86_64": (62, 2),
    "x86": (3, 1),
}
_SEARCHED = 1024 * 1024


def make_frida_server(version: str, abi: str) -> bytes:
    """The file's content for a frida version such as `17.6.0` and an Android ABI.

    Raises:
        ValueError: an unknown ABI.
    """
    if abi not in _MACHINES:
        raise ValueError(f"unknown ABI {abi!r}; known: {', '.join(_MACHINES)}")
    machine, elf_class = _MACHINES[abi]
    identity = b"\x7fELF" + bytes((elf_class, 1, 1, 0)) + bytes(8)
    if elf_class == 2:
        rest = struct.pack("<HHIQQQIHHHHHH", 3, machine, 1, 0, 0, 0, 0, 64, 56, 0, 64, 0, 0)
    else:
        rest = struct.pack("<HHIIIIIHHHHHH", 3, machine, 1, 0, 0, 0, 0, 52, 32, 0, 40, 0, 0)
    return identity + rest + MARKER + version.encode("ascii") + b"\0" + b"\0" * 4096


def frida_server_version(data: bytes) -> str | None:
    """The version of such a file, None if it is something else."""
    if not data.startswith(b"\x7fELF"):
        return None
    _, found, rest = data[:_SEARCHED].partition(MARKER)
    return rest.partition(b"\0")[0][:50].decode("ascii", "replace") if found else None
