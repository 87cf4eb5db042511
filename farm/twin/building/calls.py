"""Write the code of an app that calls what the hook catalogue names, in all overloads.

One method a call, `Calls.id_of_the_entry_N`, so that the stack of a recorded call tells which one
it was. `Expected` works out in plain Java what the entry's values should be. A call whose
conditions are narrowly missed follows each entry that has any.
"""

from pathlib import Path
from typing import Literal

import msgspec

from farm.model.signatures import JavaMethod, Signatures
from farm.twin.building.hooked import Condition, HookedApi, ValueRule
from farm.twin.building.stand_ins import type_text

PACKAGE = "com.example.catalogue"
Conditions = dict[int | Literal["this"], Condition]
_PRIMITIVES = frozenset({"boolean", "byte", "char", "short", "int", "long", "float", "double"})
# What an argument is where nothing hangs on it; anything else is null.
_ARGUMENTS = {
    "boolean": "true", "byte": "(byte) 1", "char": "'c'", "short": "(short) 1", "int": "1",
    "long": "1L", "float": "1.5f", "double": "1.5d", "number": "1", "real": "1.5d",
    "java.lang.String": '"text"', "java.lang.CharSequence": '"text"',
    "java.io.File": 'new java.io.File("/none")',
    "android.net.Uri": 'android.net.Uri.parse("content://none/of/these")',
    "android.content.Context": "scene.activity()",
    "android.app.Activity": "scene.activity()",
    "android.content.ContentResolver": "scene.activity().getContentResolver()",
    "android.content.Intent": 'new android.content.Intent("none.of.these")',
    "android.content.ClipData": 'android.content.ClipData.newPlainText("label", "copied")',
    "java.util.concurrent.Executor": "(java.util.concurrent.Executor) Runnable::run",
    "android.location.LocationListener": "(android.location.LocationListener) place -> { }",
    "android.hardware.camera2.CameraDevice$StateCallback": "scene.callback()",
}  # fmt: skip
# The same for arguments on which the Java runtime insists.
_OF_CLASS = {
    ("java.lang.Runtime", "java.io.File"): "null",
    ("java.io.RandomAccessFile", "java.lang.String"): '"r"',
}
# How to come by the object of a class of the Java runtime, which no stand-in replaces.
_OBJECTS = {
    "java.lang.Runtime": "Runtime.getRuntime()",
    "java.net.NetworkInterface": 'java.net.NetworkInterface.getByName("wlan0")',
}
# A path that the machine under the twin has, for a pattern that means it.
_REAL_PATHS = {
    "/sys/class/net/*/address": "/sys/class/net/lo/address",
    "/proc/*/cmdline": "/proc/1/cmdline",
    "/proc/cpuinfo": "/proc/meminfo",
}


class CalledOnce(msgspec.Struct, frozen=True):
    """One generated call."""

    name: str  # of the method in `Calls`
    api: str
    matches: bool  # False: a near-miss, at which the entry stays silent


def write_calls(apis: list[HookedApi], signatures: Signatures, out: Path) -> list[CalledOnce]:
    """Write `Calls.java`, `Expected.java` and `Plan.java`; returns what they call, in order."""
    calls: list[CalledOnce] = []
    bodies: list[str] = []
    expected: list[str] = []
    for api in apis:
        for number, method in enumerate(api.signatures(signatures)):
            for matches in (True, False) if api.when else (True,):
                name = f"{api.id.replace('.', '_')}_{number}{'' if matches else '_miss'}"
                calls.append(CalledOnce(name, api.id, matches))
                bodies.append(_call(name, api, method, matches))
                expected.append(_expectation(name, api, method, signatures))
    folder = out / PACKAGE.replace(".", "/")
    folder.mkdir(parents=True, exist_ok=True)
    head = f"package {PACKAGE};\n\n"
    _write(folder / "Calls.java", head + _class("Calls", bodies))
    _write(folder / "Expected.java", head + _class("Expected", expected))
    steps = [
        f'        scene.step("{one.api}", "{one.name}", {str(one.matches).lower()}, '
        f"() -> Calls.{one.name}(scene), () -> Expected.{one.name}(scene));\n"
        for one in calls
    ]
    parts = [steps[at : at + 200] for at in range(0, len(steps), 200)]  # a method has 64 KiB
    methods = [
        f"    private static void part{n}(Scene scene) {{\n{''.join(part)}    }}\n"
        for n, part in enumerate(parts)
    ]
    every = "".join(f"        part{n}(scene);\n" for n in range(len(parts)))
    methods.append(f"    static void run(Scene scene) {{\n{every}    }}\n")
    _write(folder / "Plan.java", head + _class("Plan", methods))
    return calls


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def _class(name: str, members: list[str]) -> str:
    note = "/** Generated from the hook catalogue. */\n"
    return f'{note}@SuppressWarnings("all")\nfinal class {name} {{\n' + "\n".join(members) + "}\n"


def _call(name: str, api: HookedApi, method: JavaMethod, matches: bool) -> str:
    conditions = {one.argument: one for one in api.when}
    lines = [
        f"        {_java(kind)} a{n} = {_argument(kind, n, conditions.get(n), api, matches)};"
        for n, kind in enumerate(method.takes)
    ]
    given = ", ".join(f"a{n}" for n in range(len(method.takes)))
    one = "a0" if api.class_ == "java.lang.ProcessImpl" else given
    lines.append(f"        scene.given({'(Object) ' if one and ',' not in one else ''}{one});")
    if method.name == "<init>":
        lines.append(f"        return scene.object(new {_java(api.class_)}({given}));")
    elif api.class_ == "java.lang.ProcessImpl":
        lines.append("        return scene.object(new ProcessBuilder(a0).start());")
    else:
        target = _java(api.class_) if method.static else _object(api, conditions, matches, lines)
        invoke = f"{target}.{method.name}({given})"
        if method.gives == "void":
            lines += [f"        {invoke};", "        return null;"]
        else:
            lines.append(f"        return scene.result({invoke});")
    body = "\n".join(lines)
    return f"    static Object {name}(Scene scene) throws Throwable {{\n{body}\n    }}\n"


def _object(api: HookedApi, conditions: Conditions, matches: bool, lines: list[str]) -> str:
    """An expression for the object that the method is called on."""
    condition = conditions.get("this")
    if api.class_ == "java.io.File":
        text = _text(condition, matches) if condition else "/none"
        made = f'new java.io.File("{text}")'
    elif api.class_ in _OBJECTS:
        made = _OBJECTS[api.class_]
    elif api.implementations:
        made = f"new Implementations.{_implementation(api.class_)}()"
    else:
        made = f"scene.the({_java(api.class_)}.class)"
    kind = _java(api.class_)
    lines.append(f"        {kind} self = {made};")
    lines.append("        scene.on(self);")
    return "self"


def _implementation(name: str) -> str:
    return "Of_" + name.replace(".", "_").replace("$", "_")


def _argument(
    kind: str, number: int, condition: Condition | None, api: HookedApi, matches: bool
) -> str:
    if condition is not None:
        return _conditioned(kind, condition, matches)
    read = [rule for rule in api.values if rule.from_ == number]
    if kind == "byte[]":
        return "{1, 2, 3}"
    if kind.endswith("[]"):
        plain = kind.replace("[]", "")
        return f"new {_java(plain)}[0]{'[]' * (kind.count('[]') - 1)}"
    if (api.class_, kind) in _OF_CLASS:
        return _OF_CLASS[api.class_, kind]
    if kind in _ARGUMENTS:
        return _ARGUMENTS[kind]
    if any(rule.get for rule in read):
        return f"com.android.internal.os.StandIn.make({_java(kind)}.class)"
    return "null"


def _conditioned(kind: str, condition: Condition, matches: bool) -> str:
    text = _text(condition, matches)
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if condition.get:
        if kind == "android.content.Intent":
            return f"new android.content.Intent({quoted})"
        return f'scene.saying({_java(kind)}.class, "{condition.get.partition("(")[0]}", {quoted})'
    made = {
        "android.net.Uri": f"android.net.Uri.parse({quoted})",
        "java.io.File": f"new java.io.File({quoted})",
        "java.lang.String[]": "{"
        + ", ".join(f'"{part}"' for part in _words(condition, text))
        + "}",
    }
    return made.get(kind, text if kind in _PRIMITIVES else quoted)


def _words(condition: Condition, text: str) -> list[str]:
    """An argument list; a command that is only looked for is handed to `echo`."""
    return text.split() if condition.is_ else ["/bin/echo", *text.split(" ")]


def _text(condition: Condition, matches: bool) -> str:
    """A text that meets the condition, or one that misses it narrowly."""
    if condition.is_:
        return condition.is_[0] if matches else _other(condition.is_[0])
    if condition.starts:
        return (
            condition.starts[0] + ("x" if matches else "")[:1]
            if matches
            else "x" + condition.starts[0]
        )
    if condition.contains:
        return condition.contains[0] if matches else condition.contains[0].replace(" ", "_").upper()
    if condition.uri:
        return f"{condition.uri[0]}/1" if matches else condition.uri[0] + "x/1"
    path = next((one for one in condition.path if one in _REAL_PATHS), condition.path[0])
    if not matches and path.startswith("/proc/*/"):
        return path.replace("*", "self")  # the app's own
    path = _REAL_PATHS.get(path, path).replace("*", "some")
    return path if matches else f"{path}.none/at/all/x"


def _other(text: str) -> str:
    return str(int(text) + 1000) if text.isdigit() else text + "_x"


def _expectation(name: str, api: HookedApi, method: JavaMethod, known: Signatures) -> str:
    lines = ["        java.util.List<String> values = new java.util.ArrayList<>();"]
    for number, rule in enumerate(api.values):
        lines += _rule_lines(number, rule, api, method, known)
    lines.append("        return values;")
    body = "\n".join(lines)
    signature = f"static java.util.List<String> {name}(Scene scene) throws Throwable"
    return f"    {signature} {{\n{body}\n    }}\n"


def _rule_lines(
    number: int, rule: ValueRule, api: HookedApi, method: JavaMethod, known: Signatures
) -> list[str]:
    if rule.from_ == "result":
        source, kind = "scene.result", type_text(method)
    elif rule.from_ == "this":
        source, kind = "scene.self", api.class_
    elif rule.from_ < len(method.takes):
        source, kind = f"scene.arguments[{rule.from_}]", method.takes[rule.from_]
    else:
        return []
    if kind == "void":
        return []
    generic = f"<{_java(method.element)}>" if method.element and rule.from_ == "result" else ""
    start = f"v{number}"
    lines = [f"        {_boxed(kind)}{generic} {start} = ({_boxed(kind)}{generic}) {source};"]
    one = start
    indent = "        "
    if rule.each:
        lines.append(f"        if ({start} != null) for (var one{number} : {start}) {{")
        one, indent = f"one{number}", "            "
    parts = [f"{one}.{path}" for path in rule.get] or [one]
    style = f'"{rule.as_}"'
    wrapped = ", ".join(f"() -> {part}" for part in parts)
    if parts == [one] and not rule.each:
        wrapped = f"() -> {start}"
    lines.append(f'{indent}values.addAll(scene.value({style}, "{rule.strip}", {wrapped}));')
    if rule.each:
        lines.append("        }")
    return lines


def _boxed(kind: str) -> str:
    names = {"int": "Integer", "char": "Character"}
    return names.get(kind, kind.capitalize()) if kind in _PRIMITIVES else _java(kind)


def _java(kind: str) -> str:
    return {"number": "int", "real": "double"}.get(kind, kind.replace("$", "."))


def write_implementations(apis: list[HookedApi], signatures: Signatures, out: Path) -> None:
    """Write classes that implement the interfaces and abstract classes which entries name."""
    bodies: list[str] = []
    for name in sorted({api.class_ for api in apis if api.implementations}):
        known = signatures.classes[name]
        verb = "implements" if known.interface else "extends"
        methods = [
            f"        public {_java(type_text(one))} {one.name}"
            f"({', '.join(f'{_java(t)} a{n}' for n, t in enumerate(one.takes))}) "
            f"{{ {_returned(name, one)} }}"
            for one in known.methods
            if not one.static
        ]
        body = "\n".join(methods)
        head = f"    public static class {_implementation(name)} {verb} {_java(name)}"
        bodies.append(f"{head} {{\n{body}\n    }}\n")
    folder = out / PACKAGE.replace(".", "/")
    _write(
        folder / "Implementations.java",
        f"package {PACKAGE};\n\n" + _class("Implementations", bodies),
    )


def _returned(name: str, method: JavaMethod) -> str:
    gives = type_text(method)
    if gives == "void":
        return ""
    if gives == "java.lang.String":
        return f'return com.android.internal.os.StandIn.text("{name}.{method.name}");'
    if gives in _PRIMITIVES:
        return "return true;" if gives == "boolean" else "return 7;"
    return f"return com.android.internal.os.StandIn.make({_java(gives)}.class);"
