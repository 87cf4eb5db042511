"""Renders one analysis as a single HTML page that needs no other file, no network, no script."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib import resources
from typing import Any, Protocol

import jinja2

from farm.apps.engines.statements import EngineResult
from farm.detect.analyse import Readable
from farm.detect.exploration import explored
from farm.detect.rules import Clause, Rule, Rules, Text, load_rules
from farm.model.errors import RecordingError
from farm.model.events import Call, Event
from farm.model.finding import Analysis, Finding
from farm.model.vocabulary import Stream
from farm.report import engines, exploring, words
from farm.report.clauses import by_document
from farm.report.drawing import Drawing, draw
from farm.report.exploring import Growths
from farm.report.masking import Masker, visible
from farm.report.pictures import thumbnail
from farm.report.reasons import in_chinese

_MOST_FINDINGS = 200
_MOST_SECRETS = 5000
_MOST_PICTURES = 80


class Pictured(Readable, Protocol):
    """What a report reads of a recording."""

    def screen(self, name: str) -> bytes: ...


def render_html(
    recording: Pictured,
    analysis: Analysis,
    language: str = "zh",
    *,
    show_values: bool = False,
    rules: Rules | None = None,
    examined: Sequence[EngineResult] = (),
) -> str:
    """Render the page. Both languages are in it; `language` is the one it opens with.

    Args:
        recording: what the analysis is of; its screenshots and events are drawn.
        analysis: as `farm.detect.analyse` made it.
        language: "zh" or "en".
        show_values: show identifiers in full instead of masked.
        rules: for titles and explanations of the rules; the shipped ones by default.
        examined: what outside engines say of the app.
    """
    rules = rules or load_rules()
    streams = {stream: list(recording.events(stream)) for stream in Stream}
    masker = Masker(secrets_of(streams[Stream.API], analysis), show=show_values)
    pictures = _pictures(recording, analysis)
    deciding = analysis.findings or analysis.undetermined
    told = tuple({f"{one.data_type} {one.level} {one.phase} by " for one in deciding})
    seen = explored(recording.session, streams)
    environment = _environment(masker)
    template = environment.get_template("report.html")
    drawing = _draw(recording, streams, analysis)
    return template.render(
        analysis=analysis,
        session=recording.session,
        language=language,
        show_values=show_values,
        drawing=drawing,
        findings=[_shown(one, rules, pictures) for one in analysis.findings[:_MOST_FINDINGS]],
        undetermined=[
            _shown(one, rules, pictures) for one in analysis.undetermined[:_MOST_FINDINGS]
        ],
        deciding=deciding,
        other_reasons=[
            reason for reason in analysis.verdict.reasons if not reason.startswith(told)
        ],
        documents=by_document(analysis, rules),
        engines=engines.engine_rows(examined),
        opinions=engines.opinion_rows(engines.beside(analysis, examined), rules),
        E=engines.LABELS,
        explored=seen,
        growth=Growths(seen.seconds),
        X=exploring.LABELS,
        zero=drawing.zero,
        repackaged=recording.session.options.get("repackaged_sha256", ""),
        L=words.LABELS,
        W=words,
    )


def _draw(recording: Readable, streams: dict[Stream, list[Event]], analysis: Analysis) -> Drawing:
    return draw(recording.session, streams, analysis)


def _environment(masker: Masker) -> jinja2.Environment:
    folder = resources.files("farm.report") / "templates"
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(
            {
                "report.html": (folder / "report.html").read_text("utf-8"),
                "clauses.html": (folder / "clauses.html").read_text("utf-8"),
                "engines.html": (folder / "engines.html").read_text("utf-8"),
                "exploration.html": (folder / "exploration.html").read_text("utf-8"),
                "report.css": (folder / "report.css").read_text("utf-8"),
            }
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "plain": lambda text: visible(str(text)),
        "name": lambda text: masker.name(str(text)),
        "masked": lambda text: masker.text(str(text)),
        "in_chinese": in_chinese,
        "value": lambda text: masker.value(str(text)),
        "masked_url": lambda text: masker.url(str(text)),
        "clock": _clock,
        "ms": lambda ns: f"{ns / 1e6:.1f} ms",
        "seconds": lambda ns: f"{ns / 1e9:+.3f}",
    }
    environment.filters.update(filters)
    return environment


def _clock(host_ns: int) -> str:
    try:
        moment = datetime.fromtimestamp(host_ns // 1_000_000_000, UTC)
    except (OverflowError, ValueError, OSError):
        return "?"
    return f"{moment:%Y-%m-%d %H:%M:%S}.{host_ns % 1_000_000_000 // 1_000_000:03d} UTC"


def secrets_of(calls: Iterable[Event], analysis: Analysis) -> list[str]:
    """Values that must not be shown: those that matched, and those that calls handed over."""
    found: dict[str, None] = {}
    for finding in [*analysis.findings, *analysis.undetermined]:
        found.update({identity.value: None for identity in finding.identities})
        for flow in finding.flows:
            for match in flow.matches:
                found[match.value] = None
                found[match.found] = None
    for event in calls:
        if isinstance(event.body, Call) and len(found) < _MOST_SECRETS:
            found.update(dict.fromkeys(event.body.values[:100]))
    return list(found)


def _pictures(recording: Pictured, analysis: Analysis) -> dict[str, str]:
    names: dict[str, None] = {}
    for finding in [*analysis.findings, *analysis.undetermined]:
        names.update({screen.screenshot_file: None for screen in finding.screens})
    pictures: dict[str, str] = {}
    for name in list(names)[:_MOST_PICTURES]:
        try:
            picture = thumbnail(recording.screen(name))
        except (RecordingError, OSError, KeyError):
            continue
        if picture is not None:
            pictures[name] = picture
    return pictures


def _shown(finding: Finding, rules: Rules, pictures: dict[str, str]) -> dict[str, Any]:
    rule: Rule | None = next((one for one in rules.pack.rules if one.id == finding.rule), None)
    title = rule.title if rule else Text(zh="阶段或因果无法确定", en="Not placeable or provable")
    clauses: list[tuple[str, Clause, Text]] = []
    if rule is not None:
        for name in rule.clauses:
            clause = rules.pack.clauses[name]
            clauses.append((name, clause, rules.pack.documents[clause.document]))
    return {
        "finding": finding,
        "title": title,
        "explanation": rule.explanation if rule else None,
        "clauses": clauses,
        "pictures": [
            (screen, pictures[screen.screenshot_file])
            for screen in finding.screens
            if screen.screenshot_file in pictures
        ],
    }
