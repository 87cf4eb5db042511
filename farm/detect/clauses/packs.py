"""Rule packs: the clauses of one document as data, each with its state and what decides it.

A pack is a YAML file below `farm/detect/data/packs/`; a lab may add its own. Loading checks what
a schema cannot: states and signals fit each other, ids are unique.
"""

import functools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from farm.detect.datafiles import DATA
from farm.files import read_yaml
from farm.model.clause import FOR_REVIEW_ONLY, ClauseState, SignalId
from farm.model.errors import UsageError
from farm.model.vocabulary import DataType

PACKS = DATA / "packs"
_MOST_PACKS = 100
_MOST_CLAUSES = 2000
_LONGEST_TEXT = 2000
# Ids stand in lists, file names and the database, where "; " separates them.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_ID_SAID = "expected letters, digits, dots, dashes, 80 at most, as MIIT-164-1.1"


class Wording(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One text in both languages of the reports."""

    zh: str
    en: str


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The law, notice or standard of a pack. `source` says in short where its text was read.

    Clauses name entries of `sources` (what a clause was compared with, and where that can be
    read) and of `doubts` (why one could not be compared).
    """

    id: str
    title: Wording
    issued: str  # date or year, as published
    source: str
    sources: dict[str, Wording] = {}
    doubts: dict[str, Wording] = {}


class Clause(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One clause.

    `broken_by` names signals any of which breaks it; all of them absent keeps it. `review_by`
    names signals that only prepare evidence for a person. `scenarios` says which recordings can
    show it. `verified` is whether number and wording were compared with the published text; then
    `source` names what they were compared with, else `doubt` names why they were not.
    """

    id: str
    item: str
    text: Wording
    state: ClauseState
    verified: bool
    source: str = ""  # a key of the document's sources
    doubt: str = ""  # a key of the document's doubts
    broken_by: list[SignalId] = []
    review_by: list[SignalId] = []
    data_types: list[DataType] = []  # empty: every kind of personal information
    scenarios: list[str] = []
    note: Wording | None = None  # why it is not observable, or what the person has to decide


class Pack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The clauses of one document. `version` is raised when a clause's meaning changes."""

    version: str
    document: Document
    clauses: list[Clause]


class LoadedPack(msgspec.Struct, frozen=True, kw_only=True):
    """A pack with the digest of the file it came from."""

    pack: Pack
    sha256: str

    @property
    def name(self) -> str:
        """The document's id, by which commands and analyses name the pack."""
        return self.pack.document.id

    def source_of(self, clause: Clause) -> Wording | None:
        """What a verified clause was compared with, and where that can be read."""
        return self.pack.document.sources.get(clause.source)

    def doubt_of(self, clause: Clause) -> Wording | None:
        """Why a clause was not compared with the published text, where the pack says so."""
        return self.pack.document.doubts.get(clause.doubt)


@functools.cache
def shipped_packs() -> tuple[LoadedPack, ...]:
    """The packs that ship, by file name."""
    return load_packs(PACKS)


def load_packs(folder: Path) -> tuple[LoadedPack, ...]:
    """Load every pack of a folder.

    Raises:
        UsageError: one line that names file, clause and field, and what was expected.
    """
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise UsageError(f"{folder}: no rule packs (*.yaml) here; name a folder that holds some")
    if len(paths) > _MOST_PACKS:
        raise UsageError(f"{folder}: more than {_MOST_PACKS} rule packs; is it the right folder?")
    packs = tuple(load_pack(path) for path in paths)
    clauses: dict[str, str] = {}
    documents: dict[str, str] = {}
    for path, loaded in zip(paths, packs, strict=True):
        if loaded.name in documents:
            raise UsageError(
                f"{path}: document {loaded.name}: already stands in {documents[loaded.name]}"
            )
        documents[loaded.name] = path.name
        for clause in loaded.pack.clauses:
            if clause.id in clauses:
                raise UsageError(
                    f"{path}: clause {clause.id}: already stands in {clauses[clause.id]}"
                )
            clauses[clause.id] = path.name
    return packs


def load_pack(path: Path) -> LoadedPack:
    """Load and check one pack.

    Raises:
        UsageError: as for `load_packs`.
    """
    if path.exists() and not path.is_file():
        raise UsageError(f"{path}: is no file; expected a rule pack")  # a pipe would never end
    pack, digest = read_yaml(path, Pack)
    for problem in _document_problems(pack):
        raise UsageError(f"{path}: {problem}")
    for number, clause in enumerate(pack.clauses, 1):
        name = clause.id if _ID.fullmatch(clause.id) else f"number {number}"
        for problem in (*_problems(clause), *_unproven(clause, pack.document)):
            raise UsageError(f"{path}: clause {name}: {problem}")
    return LoadedPack(pack=pack, sha256=digest)


def _document_problems(pack: Pack) -> Iterator[str]:
    if not pack.version or len(pack.version) > 40:
        yield "field version: expected 1 to 40 characters"
    if not _ID.fullmatch(pack.document.id):
        yield f"field document.id: {pack.document.id[:80]!r}: {_ID_SAID}"
    if not 1 <= len(pack.clauses) <= _MOST_CLAUSES:
        yield f"field clauses: expected 1 to {_MOST_CLAUSES} clauses"
    seen: set[str] = set()
    for clause in pack.clauses:
        if clause.id in seen:
            yield f"clause {clause.id[:80]!r}: stands twice in this pack"
        seen.add(clause.id)


def _problems(clause: Clause) -> Iterator[str]:
    if not _ID.fullmatch(clause.id):
        yield f"field id: {clause.id[:80]!r}: {_ID_SAID}"
    if not clause.item or not clause.text.zh or not clause.text.en:
        yield "fields item, text.zh and text.en: expected text"
    longest = max(len(one) for one in (clause.item, clause.text.zh, clause.text.en))
    if longest > _LONGEST_TEXT:
        yield f"fields item, text.zh and text.en: expected up to {_LONGEST_TEXT} characters"
    named = (*clause.broken_by, *clause.review_by)
    for name in _twice(named):
        yield f"fields broken_by and review_by: {name} stands twice"
    if clause.state is ClauseState.AUTOMATIC and not clause.broken_by:
        yield "field broken_by: an automatic clause needs at least one signal"
    if clause.state is ClauseState.ASSISTED and clause.broken_by:
        yield "field broken_by: a clause that a person decides has review_by only"
    for name in clause.broken_by:
        if name in FOR_REVIEW_ONLY:
            yield f"field broken_by: {name} proves nothing by itself; put it into review_by"
    if clause.state is ClauseState.NOT_OBSERVABLE and (clause.broken_by or clause.review_by):
        yield "fields broken_by and review_by: nothing decides a clause that is not observable"
    if clause.state is not ClauseState.AUTOMATIC and clause.note is None:
        yield "field note: expected why it is not automatic, in zh and en"
    if clause.state is ClauseState.AUTOMATIC and not clause.scenarios:
        yield "field scenarios: expected the scenarios whose recordings can show it"


def _twice(names: Sequence[SignalId]) -> list[SignalId]:
    return [name for place, name in enumerate(names) if name in names[:place]]


def _unproven(clause: Clause, document: Document) -> Iterator[str]:
    if clause.verified and clause.source not in document.sources:
        known = ", ".join(document.sources) or "none yet"
        yield (
            f"field source: {clause.source!r}: a verified clause names what it was compared with, "
            f"a key of document.sources ({known}); or set verified: false"
        )
    if not clause.verified and clause.source:
        yield "field source: the clause is not verified; give the reason in doubt"
    if clause.verified and clause.doubt:
        yield "field doubt: the clause is verified; expected source only"
    if clause.doubt and clause.doubt not in document.doubts:
        known = ", ".join(document.doubts) or "none yet"
        yield f"field doubt: {clause.doubt!r}: expected a key of document.doubts ({known})"
