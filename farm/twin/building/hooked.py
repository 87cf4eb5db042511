"""What the hook catalogue names, as the building of stand-ins and calls needs it.

Only reads; the catalogue's own loader checks it. The twin must offer what entries hook, so that
each can be tried; nothing here tells a session anything.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
import yaml

from farm.model.errors import UsageError
from farm.model.signatures import JavaMethod, Signatures, source_type
from farm.paths import HOOK_CATALOGUE, HOOK_SIGNATURES

_PLATFORM = ("android.", "com.android.", "dalvik.", "libcore.")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Entry = TypeVar("_Entry", bound=msgspec.Struct)


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """One condition of an entry; the catalogue's README says what each list means."""

    argument: int | Literal["this"]
    get: str = ""
    is_: list[str] = msgspec.field(default_factory=list, name="is")
    starts: list[str] = []
    contains: list[str] = []
    uri: list[str] = []
    path: list[str] = []


class ValueRule(msgspec.Struct, frozen=True, kw_only=True):
    """Where the value of a call is found."""

    from_: Literal["result", "this"] | int = msgspec.field(name="from")
    each: bool = False
    get: list[str] = []
    as_: str = msgspec.field(default="text", name="as")
    strip: str = ""


class HookedApi(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the catalogue, Java ones only."""

    id: str
    class_: str = msgspec.field(name="class")
    method: str
    overloads: list[list[str]] | None = None
    implementations: bool = False
    when: list[Condition] = []
    values: list[ValueRule] = []

    @property
    def platform(self) -> bool:
        """Whether Android brings the class, rather than an SDK or the Java runtime."""
        return self.class_.startswith(_PLATFORM)

    @property
    def java(self) -> bool:
        """Whether the JVM that the twin's apps run in has the class already."""
        return self.class_.startswith(("java.", "javax."))

    def signatures(self, known: Signatures) -> list[JavaMethod]:
        """The overloads that the entry hooks; those it names, even if no table knows them."""
        name = "<init>" if self.method == "$init" else self.method
        found = known.overloads(self.class_, name)
        if self.overloads is None:
            return found
        wanted = [tuple(map(source_type, one)) for one in self.overloads]
        chosen = [one for one in found if one.takes in wanted]
        taken = {one.takes for one in chosen}
        gives = found[0].gives if found else "java.lang.Object"
        return chosen + [
            JavaMethod(name=name, takes=one, gives=gives) for one in wanted if one not in taken
        ]


def catalogue_files(*folders: Path) -> list[Path]:
    """Every YAML file of the folders, of the shipped catalogue if there is none; in order."""
    given = folders or (HOOK_CATALOGUE,)
    return [
        file for one in given for file in (sorted(one.glob("*.yaml")) if one.is_dir() else [one])
    ]


def signature_files() -> list[Path]:
    """The tables of signatures."""
    return sorted(HOOK_SIGNATURES.glob("*.txt"), reverse=True)  # the platform's before the others


def read_hooked(files: Sequence[Path]) -> list[HookedApi]:
    """The Java entries of catalogue files.

    Raises:
        UsageError: a file is no catalogue.
    """
    return read_entries(files, "java", HookedApi)


def read_entries(files: Sequence[Path], kind: str, shape: type[_Entry]) -> list[_Entry]:
    """The entries of one kind, `java` or `native`.

    Raises:
        UsageError: a file is no catalogue.
    """
    found: list[_Entry] = []
    for file in files:
        try:
            document = yaml.load(file.read_bytes(), Loader=_LOADER)  # noqa: S506 - safe loaders
            entries = [one for one in document["apis"] if one.get("kind", "java") == kind]
            found += msgspec.convert(entries, list[shape])  # type: ignore[valid-type]
        except OSError as error:
            raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
        except (
            yaml.YAMLError,
            msgspec.ValidationError,
            KeyError,
            TypeError,
            AttributeError,
        ) as error:
            raise UsageError(f"{file}: not a hook catalogue: {error}") from error
    return found


def read_signatures() -> Signatures:
    """Both tables."""
    return Signatures(*((one.name, one.read_text("utf-8")) for one in signature_files()))
