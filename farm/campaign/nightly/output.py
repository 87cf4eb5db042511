"""A night as JSON, HTML and JUnit XML, and as a message to a webhook."""

import json
import re
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from importlib.resources import files
from pathlib import Path

import msgspec
from jinja2 import Environment, StrictUndefined

from farm.campaign.nightly.compare import Factor
from farm.campaign.nightly.night import Entry, Night
from farm.recording.files import write_atomic

_WEBHOOK_SECONDS = 20
_NOT_XML = re.compile("[^\\t\\n\\r\\u0020-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def write_night(night: Night, folder: Path) -> list[Path]:
    """Write the night's reports into a folder; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for suffix, data in (
        ("json", msgspec.json.format(msgspec.json.encode(night, order="deterministic"), indent=1)),
        ("html", render(night).encode()),
        ("xml", junit(night)),
    ):
        path = folder / f"{night.name}.{suffix}"
        write_atomic(path, data)
        written.append(path)
    return written


def render(night: Night) -> str:
    """The night as one HTML page; whatever apps say is escaped."""
    source = files("farm.campaign.nightly").joinpath("night.html.j2").read_text("utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    return environment.from_string(source).render(night=night, told=told, CHANCE=Factor.CHANCE)


def told(entry: Entry, finding: str) -> str:
    """What a finding says, in whichever of the two runs it stands."""
    before = entry.before.findings if entry.before else {}
    return entry.run.findings.get(finding) or before.get(finding) or finding


def junit(night: Night) -> bytes:
    """The night as JUnit XML: one case a session; reported changes and violations fail.

    Only characters that XML 1.0 allows are kept of an app's text.
    """
    failures = sum(entry.reported for entry in night.entries)
    suite = ET.Element(
        "testsuite",
        name=night.name,
        tests=str(len(night.entries)),
        failures=str(failures),
        time=f"{(night.ended - night.started).total_seconds():.0f}",
    )
    for entry in night.entries:
        run = entry.run
        case = ET.SubElement(
            suite,
            "testcase",
            classname=_xml(run.package),
            name=_xml(f"{run.scenario} {run.profile}"),
        )
        if entry.reported:
            message = summary(entry)
            ET.SubElement(case, "failure", message=_xml(message)).text = _xml(
                "\n".join(sorted(run.findings.values()))
            )
    data: bytes = ET.tostring(suite, encoding="utf-8", xml_declaration=True)
    return data


def summary(entry: Entry) -> str:
    """One line about one session."""
    if entry.comparison is None:
        return f"{entry.run.verdict}, first run, {len(entry.run.findings)} findings"
    found = entry.comparison.findings
    causes = ", ".join(sorted(entry.causes))
    return (
        f"{entry.comparison.before} -> {entry.comparison.after}, "
        f"{len(found.new)} new and {len(found.gone)} gone findings"
        + (f"; because of: {causes}" if causes else "")
    )


def notify(night: Night, address: str) -> str:
    """Tell a webhook; returns what went wrong, empty if nothing. Blocks."""
    told_ = {
        "name": night.name,
        "complete": night.complete,
        "sessions": len(night.entries),
        "reported": [
            {"package": e.run.package, "scenario": e.run.scenario, "summary": summary(e)}
            for e in night.entries
            if e.reported
        ][:200],
    }
    request = urllib.request.Request(  # noqa: S310 - http and https only, checked when read
        address,
        data=json.dumps(told_).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=_WEBHOOK_SECONDS):  # noqa: S310 - see above
            return ""
    except (OSError, urllib.error.URLError) as error:
        return f"{address}: {error}"


def _xml(text: str) -> str:
    return _NOT_XML.sub("?", text)
