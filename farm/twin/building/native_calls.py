"""Write the part of an app that calls native functions which the hook catalogue names.

One method a call, `NativeSteps.id_of_the_entry`, and one for a call that narrowly misses the
entry's conditions. The calls themselves are made by a native library of the app.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from farm.twin.building.calls import PACKAGE
from farm.twin.building.native_entry import COMMANDS, Condition, NativeApi
from farm.twin.building.native_stand_ins import library_names

CLASS = "NativeSteps"
_INTERFACE_REQUESTS = ("35093", "35111")  # SIOCGIFADDR, SIOCGIFHWADDR: they only read


def write_native_calls(apis: Sequence[NativeApi], out: Path) -> None:
    """Write `NativeSteps.java`: a call for each entry, and one that narrowly misses it."""
    bodies: list[str] = []
    steps: list[str] = []
    for api in apis:
        for matches in (True, False) if api.when else (True,):
            name = f"{api.id.replace('.', '_')}{'' if matches else '_miss'}"
            words = "".join(f", {_java_text(word)}" for word in _words(api, matches))
            function = f"{api.library}!{api.symbol}" if api.own else api.symbol
            call = f"NativeCalls.call({_java_text(function)}{words})"
            bodies.append(f"    static Object {name}() {{\n        return {call};\n    }}\n")
            steps.append(
                f'        scene.step("{api.id}", "{name}", {str(matches).lower()}, '
                f"{CLASS}::{name}, java.util.Collections::emptyList);\n"
            )
    if apis:
        names = "".join(f", {_java_text(name)}" for name in library_names(apis))
        steps.insert(0, f"        NativeCalls.load(scene.activity(){names});\n")
    body = "\n".join([*bodies, f"    static void run(Scene scene) {{\n{''.join(steps)}    }}\n"])
    note = "/** Generated from the hook catalogue. */"
    folder = out / PACKAGE.replace(".", "/")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{CLASS}.java").write_text(
        f"package {PACKAGE};\n\n{note}\nfinal class {CLASS} {{\n{body}}}\n", encoding="utf-8"
    )


def _words(api: NativeApi, matches: bool) -> list[str]:
    """The words that the library is given for its arguments."""
    texts = api.given | {one.argument: _text(one, matches) for one in api.when}
    if api.own:
        return [texts[number] for number in sorted(texts)]
    if api.symbol == "execve":
        return ["/bin/echo", *texts[1].split(" ")]
    if api.symbol in COMMANDS:
        return [f"echo {texts[0]}"]
    if api.symbol == "ioctl":  # nothing is ever set: only what reads names an interface
        return [texts[1], "lo" if texts[1] in _INTERFACE_REQUESTS else "nothing0"]
    return [texts[number] for number in sorted(texts)] or ["0"]


def _text(condition: Condition, matches: bool) -> str:
    """A text that meets a condition, or one that misses it narrowly."""
    if condition.is_:
        text = condition.is_[0]
        if text.lstrip("-").isdecimal():
            return text if matches else str(int(text) + 1000)
        return text if matches else f"{text}_x"
    if condition.starts:
        return f"{condition.starts[0]}x" if matches else f"x{condition.starts[0]}"
    if condition.contains:
        text = condition.contains[0]
        return text if matches else "-".join(text[::-1]) + "-"
    path = _existing(condition.path)
    if not matches and path.startswith("/proc/*/"):
        return path.replace("*", "self")  # the app's own
    path = path.replace("*", "1" if path.startswith("/proc/") else "some")
    return path if matches else f"{path}.none/at/all/x"


def _existing(patterns: list[str]) -> str:
    """The pattern of a path that this machine has, if there is any."""
    for pattern in patterns:
        if os.path.exists(pattern.replace("*", "1")):  # False where it may not be asked
            return pattern
    if "/sys/class/net/*/address" in patterns:
        return "/sys/class/net/lo/address"
    return patterns[0]


def _java_text(text: str) -> str:
    """A Java string constant."""
    return '"' + "".join(
        c if c.isascii() and c.isprintable() and c not in '"\\' else _java_escape(c) for c in text
    ) + '"'  # fmt: skip


def _java_escape(character: str) -> str:
    # Octal, since javac reads \\u escapes before it reads strings.
    if ord(character) < 256:
        return f"\\{ord(character):03o}"
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[n]:02x}{units[n + 1]:02x}" for n in range(0, len(units), 2))
