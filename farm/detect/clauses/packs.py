"""Rule packs: the clauses of one document as data, each with its state and what decides it.

A pack is a YAML file below `farm/detect/data/packs/`; a lab may add its own. Loading checks what
a schema cannot: states and signals fit each other, ids are unique.
"""

import functools
from collections.abc import Iterator
from pathlib import Path

import msgspec

from farm.detect.datafiles import DATA
from farm.files import read_yaml
from farm.model.clause import FOR_REVIEW_ONLY, ClauseState, SignalId
from farm.model.errors import UsageError
from farm.model.vocabulary import DataType

PACKS = DATA / "packs"
_MOST_PACKS = 100


class Wording(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One text in both languages of the reports."""

    zh: str
    en: str


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The law, notice or standard of a pack. `source` says where its text was read."""

    id: str
    title: Wording
    issued: str  # date or year, as published
    source: str


class Clause(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One clause.

    `broken_by` names signals any of which breaks it; all of them absent keeps it. `review_by`
    names signals that only prepare evidence for a person. `scenarios` says which recordings can
    show it. `verified` is whether number and wording were compared with the published text.
    """

    id: str
    item: str
    text: Wording
    state: ClauseState
    verified: bool
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
    seen: dict[str, str] = {}
    for path, loaded in zip(paths, packs, strict=True):
        for clause in loaded.pack.clauses:
            if clause.id in seen:
                raise UsageError(f"{path}: clause {clause.id}: already stands in {seen[clause.id]}")
            seen[clause.id] = path.name
    return packs


def load_pack(path: Path) -> LoadedPack:
    """Load and check one pack.

    Raises:
        UsageError: as for `load_packs`.
    """
    pack, digest = read_yaml(path, Pack)
    for clause in pack.clauses:
        for problem in _problems(clause):
            raise UsageError(f"{path}: clause {clause.id or '?'}: {problem}")
    return LoadedPack(pack=pack, sha256=digest)


def _problems(clause: Clause) -> Iterator[str]:
    if not clause.id or not clause.item or not clause.text.zh or not clause.text.en:
        yield "fields id, item, text.zh and text.en: expected text"
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
