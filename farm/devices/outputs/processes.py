"""Reads `ps` of toolbox (Android 5 to 7) and of toybox (8 and later), and `pidof`."""

import msgspec


class Process(msgspec.Struct, frozen=True):
    """One line of ps."""

    user: str
    pid: int
    parent: int
    name: str


def read_processes(output: str) -> list[Process]:
    """Return the processes of `ps` or `ps -A`; lines that are none are left out."""
    lines = output.replace("\r", "").splitlines()
    start = next((i for i, line in enumerate(lines) if line.split()[:2] == ["USER", "PID"]), None)
    if start is None:
        return []
    found = []
    for line in lines[start + 1 :]:
        fields = line.split(None, 8)
        # toolbox leaves WCHAN out of the row's width at times; the name is the last field anyway
        if len(fields) >= 8 and fields[1].isdecimal() and fields[2].isdecimal():
            name = fields[8] if len(fields) == 9 else fields[-1]
            found.append(Process(fields[0], int(fields[1]), int(fields[2]), name.strip()))
    return found


def processes_of(output: str, package: str) -> dict[int, str]:
    """Return `{pid: name}` of an app: its main process and those named `package:suffix`."""
    return {
        process.pid: process.name
        for process in read_processes(output)
        if process.name == package or process.name.startswith(f"{package}:")
    }


def read_pids(output: str) -> list[int]:
    """Return the process ids of `pidof`."""
    return [int(word) for word in output.split() if word.isdecimal()]
