"""Every labelled screen of the corpora as XML, and how well recognition does on them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from farm.explore.dialogs import Recognised, ScreenState, classify
from farm.explore.hierarchy_xml import parse
from tests.explore.screens import APP, LAYOUTS, corpus, draw

FOLDER = Path(__file__).parent
_GRANT = "com.android.permissioncontroller.permission.ui.GrantPermissionsActivity"
_NAMES = ("悦读", "同意《隐私政策》", "Privacy Policy – Agree")  # an app may call itself anything


@dataclass(frozen=True)
class Case:
    """One screen, what it is, and its buttons where they are labelled (None: not labelled)."""

    name: str
    kind: str
    xml: str
    package: str = APP
    activity: str = ".Main"
    accept: str | None = None
    decline: str | None = None

    def recognised(self) -> Recognised:
        """What the product takes it for."""
        return classify(
            ScreenState(hierarchy=parse(self.xml), package=self.package, activity=self.activity)
        )


@cache
def cases() -> list[Case]:
    """All of them."""
    return [*_own(), *_languages(), *_roms()]


def _own() -> Iterator[Case]:
    for entry in corpus():
        for layout in LAYOUTS if entry.get("layouts") == "all" else LAYOUTS[:1]:
            yield _case(entry["name"], entry["kind"], entry, layout)


def _case(name: str, kind: str, entry: dict[str, Any], layout: str) -> Case:
    return Case(
        name=f"{name} / {layout}",
        kind=kind,
        xml=draw(entry, layout),
        package=entry.get("package", APP),
        activity=entry.get("activity", ".Main"),
        accept=entry.get("accept"),
        decline=entry.get("decline"),
    )


def _languages() -> Iterator[Case]:
    languages = yaml.safe_load((FOLDER / "corpus_languages.yaml").read_text("utf-8"))
    for language, block in languages.items():
        for number, entry in enumerate(block["consent"]):
            for layout in LAYOUTS:
                yield _case(f"{language} consent {number}", "privacy_consent", entry, layout)
            ticked = {
                **entry,
                "boxes": [{"text": entry["body"][0][:40], "checked": True}],
            }
            yield _case(f"{language} consent {number} ticked", "privacy_consent", ticked, "text")
        for kind, entry in block.items():
            if kind in {"settings", "article"}:
                yield _case(f"{language} app, {kind}", "none", entry, "native")
            elif kind == "permission":
                yield from _permission(
                    f"{language} permission",
                    "com.android.permissioncontroller",
                    "com.android.permissioncontroller",
                    entry["text"],
                    [
                        [entry["allow"], "permission_allow_foreground_only_button", "allow"],
                        [entry["deny"], "permission_deny_button", "deny"],
                    ],
                    [],
                )
            elif kind != "consent":
                layouts = (
                    ("native", "web", "parent") if kind in {"other", "update"} else ("native",)
                )
                for layout in layouts:
                    yield _case(f"{language} app, {kind}", kind, entry, layout)


def _permission(
    name: str,
    package: str,
    prefix: str,
    text: str,
    buttons: list[list[str]],
    boxes: list[str],
) -> Iterator[Case]:
    accept = next(each[0] for each in buttons if each[2] == "allow")
    decline = next(each[0] for each in buttons if each[2] == "deny")
    with_ids = [f"{text}#{prefix}:id/{each}" if each else text for text, each, _ in buttons]
    without = [each[0] for each in buttons]
    entry: dict[str, Any] = {
        "package": package,
        "body": [text],
        "boxes": [{"text": b} for b in boxes],
    }
    for label, drawn, activity in (
        ("ids", with_ids, ".Main"),
        ("activity", without, _GRANT),
        ("words", without, ".Main"),
    ):
        xml = draw({**entry, "buttons": drawn}, "native")
        yield Case(
            name=f"{name} by {label}",
            kind="permission",
            xml=xml,
            package=package,
            activity=activity,
            accept=accept if label != "activity" else None,
            decline=decline if label != "activity" else None,
        )


def _roms() -> Iterator[Case]:
    roms = yaml.safe_load((FOLDER / "corpus_roms.yaml").read_text("utf-8"))
    for entry in roms["permission"]:
        for number, text in enumerate(entry["texts"]):
            for app in _NAMES:
                drawn = _permission(
                    f"{entry['rom']} {number} {app}",
                    entry["package"],
                    entry.get("prefix", entry["package"]),
                    text.format(app=app),
                    entry["buttons"],
                    entry.get("boxes", []),
                )
                # Every maker's own ids are drawn; makers without ids are told by words alone.
                yield from (drawn if app == _NAMES[0] else [next(iter(drawn))])
    for entry in roms["permission_pages"]:
        yield _case(entry["name"], "none", entry, "native")
    for entry in roms["battery_saver"]:
        for layout in ("native", "text", "parent"):
            yield _case(entry["name"], "battery_saver", entry, layout)


@dataclass
class Score:
    """How one kind of dialog fared."""

    right: int = 0
    taken_wrongly: int = 0  # another screen was taken for this kind
    missed: int = 0

    @property
    def precision(self) -> float:
        """Of those taken for this kind, how many are."""
        return self.right / max(self.right + self.taken_wrongly, 1)

    @property
    def recall(self) -> float:
        """Of those of this kind, how many were taken for it."""
        return self.right / max(self.right + self.missed, 1)


@dataclass
class Measured:
    """All scores, and what went wrong."""

    scores: dict[str, Score]
    wrong: list[tuple[Case, Recognised]]
    wrong_buttons: list[tuple[Case, Recognised]]

    def table(self) -> str:
        """Precision and recall per kind, for people."""
        lines = [f"{'kind':<16} {'screens':>7} {'precision':>9} {'recall':>7}"]
        for kind, score in sorted(self.scores.items()):
            count = score.right + score.missed
            lines.append(f"{kind:<16} {count:>7} {score.precision:>9.3f} {score.recall:>7.3f}")
        return "\n".join(lines)


def measure(chosen: list[Case]) -> Measured:
    """Classify all of them."""
    scores: dict[str, Score] = {}
    measured = Measured(scores, [], [])
    for case in chosen:
        found = case.recognised()
        mine = scores.setdefault(case.kind, Score())
        if found.kind == case.kind:
            mine.right += 1
            sides = (("accept", case.accept), ("decline", case.decline))
            for side, wanted in sides:
                button = getattr(found, side)
                if wanted is not None and (button.text if button else "") != wanted:
                    measured.wrong_buttons.append((case, found))
                    break
        else:
            mine.missed += 1
            scores.setdefault(str(found.kind), Score()).taken_wrongly += 1
            measured.wrong.append((case, found))
    return measured
