"""Compile the native libraries of an app that calls what native entries name.

Libraries that nobody here has, a tester's SDK's say, are made from the entries that name them.
"""

from collections.abc import Sequence
from pathlib import Path

from farm.twin.building.calls import PACKAGE
from farm.twin.building.native_entry import MOST_ARGUMENTS, NativeApi
from farm.twin.building.native_libraries import (
    NATIVE,
    NDK_LIBRARIES,
    compile_calls,
    compile_library,
)

_MEMORY = 16_384  # bytes, more than the offsets and lengths that an entry may name
_C_TYPES = {"int": "long", "text": "const char *", "texts": "char **", "pointer": "char *"}


def build_native_libraries(apis: Sequence[NativeApi], folder: Path) -> dict[str, bytes]:
    """Compile what the calls need; returns the libraries by their names.

    Raises:
        SetupError: gcc or the JDK's headers are missing.
        BuildError: gcc refused a source.
    """
    if not apis:
        return {}
    folder.mkdir()
    properties = compile_library(folder / "libproperties.so", NATIVE / "properties.c")
    own = _by_function(apis)
    for library in sorted({library for library, _ in own}):
        source = folder / f"{library}.c"
        functions = [_stand_in(ones) for (name, _), ones in own.items() if name == library]
        source.write_text(_STAND_IN_HEAD + "\n".join(functions), encoding="utf-8")
        compile_library(folder / library, source)
    calls = folder / "own.c"
    calls.write_text(_own_calls(own), encoding="utf-8")
    compile_calls(folder, "libcalls.so", f"{PACKAGE}.NativeCalls", [properties], calls)
    return {name: (folder / name).read_bytes() for name in library_names(apis)}


def library_names(apis: Sequence[NativeApi]) -> list[str]:
    """In the order in which they can be loaded."""
    own = sorted({api.library for api in apis if api.own})
    return ["libproperties.so", *(f"{name}.so" for name in NDK_LIBRARIES), *own, "libcalls.so"]


def _by_function(apis: Sequence[NativeApi]) -> dict[tuple[str, str], list[NativeApi]]:
    """Entries of libraries that are made here, those with the most arguments first."""
    found: dict[tuple[str, str], list[NativeApi]] = {}
    for api in sorted(apis, key=lambda one: -len(one.arguments)):
        if api.own:
            found.setdefault((api.library, api.symbol), []).append(api)
    return found


_STAND_IN_HEAD = f"""\
/* Stands in for the library of this name; generated. */
#include <string.h>
static const unsigned char some[6] = {{0x3c, 0x28, 0x6d, 0x11, 0x22, 0x33}};
static char memory[{_MEMORY}];
static void fill(char *place, unsigned long length) {{
  for (unsigned long i = 0; i < length; i++) place[i] = (char)some[i % sizeof some];
}}
static void point(char *place) {{
  const void *bytes = some;
  unsigned long length = sizeof some;
  memcpy(place, &bytes, sizeof bytes);
  memcpy(place + sizeof bytes, &length, sizeof length);
}}
void *unused[] = {{(void *)fill, (void *)point, memory}};  /* not every one needs all */
"""  # fmt: skip


def _stand_in(apis: list[NativeApi]) -> str:
    """A function that hands over what the entries' rules read."""
    api = apis[0]
    lines: list[str] = []
    result = "7"
    for rule in (rule for one in apis for rule in one.values):
        if rule.from_ == "result" and (rule.at or rule.length):
            place, result = "memory", "(long)memory"
        elif isinstance(rule.from_, int) and api.arguments[rule.from_] == "pointer":
            place = f"a{rule.from_}"
        else:
            continue
        place = f"{place} + {rule.at}"
        if rule.as_ == "span":
            lines.append(f"  point({place});")
        elif rule.as_ == "text":
            text = f"{api.symbol} {rule.at}"[: rule.length or None]
            lines.append(f'  memcpy({place}, "{text}", {len(text)});')
        else:
            lines.append(f"  fill({place}, {rule.length});")
    unused = "".join(f"  (void)a{n};\n" for n in range(len(api.arguments)))
    body = unused + "".join(line + "\n" for line in lines)
    declared = _declared(api, named=True)
    label = f"made_{api.symbol}"
    return (
        f'long {label}({declared}) __asm__("{api.symbol}");\n'
        f"long {label}({declared}) {{\n{body}  return {result};\n}}\n"
    )


def _declared(api: NativeApi, *, named: bool) -> str:
    kinds = [_C_TYPES[kind] for kind in api.arguments]
    return ", ".join(f"{kind} a{n}" if named else kind for n, kind in enumerate(kinds)) or "void"


def _own_calls(own: dict[tuple[str, str], list[NativeApi]]) -> str:
    """The source of `call_own`, which finds each function in the library made for it."""
    lines = [
        "/* Calls of functions that a tester's entries name; generated. */",
        "#define _GNU_SOURCE",
        "#include <dlfcn.h>",
        "#include <stdlib.h>",
        "#include <string.h>",
        f"static char memory[{MOST_ARGUMENTS}][{_MEMORY}];",
        "static char *words_of(char *text, char **words) {",
        "  int count = 0;",
        '  for (char *at = strtok(text, " "); at && count < 63; at = strtok(NULL, " "))',
        "    words[count++] = at;",
        "  words[count] = NULL;",
        "  return text;",
        "}",
        "void *unused_words = (void *)words_of;",
        "long call_own(const char *function, char **words) {",
        "  (void)words;",
        "  memset(memory, 0, sizeof memory);",
    ]
    for (library, symbol), (api, *_) in own.items():
        lines.append(f'  if (strcmp(function, "{library}!{symbol}") == 0) {{')
        given = []
        for number, kind in enumerate(api.arguments):
            word = f'(words[{number}] ? words[{number}] : "")'
            if kind == "texts":
                lines += [
                    f"    char *list{number}[64];",
                    f"    if (words[{number}]) words_of(words[{number}], list{number});",
                    f"    else list{number}[0] = NULL;",
                ]
            given.append(
                {
                    "int": f"strtol({word}, NULL, 10)",
                    "text": word,
                    "texts": f"list{number}",
                    "pointer": f"memory[{number}]",
                }[kind]
            )
        pointer = f"long (*)({_declared(api, named=False)})"
        lines += [
            f'    void *library = dlopen("{library}", RTLD_NOW | RTLD_NOLOAD);',
            f'    void *found = library ? dlsym(library, "{symbol}") : NULL;',
            f"    return found ? (({pointer})found)({', '.join(given)}) : -1;",
            "  }",
        ]
    return "\n".join([*lines, "  return -1;", "}", ""])
