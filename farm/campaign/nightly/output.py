"""A night as JSON, HTML and JUnit XML."""

import re
import xml.etree.ElementTree as ET
from importlib.resources import files
from pathlib import Path

import msgspec
from jinja2 import Environment, StrictUndefined

from farm.campaign.nightly.compare import Factor
from farm.campaign.nightly.entry import Entry, Night
from farm.recording.files import write_atomic

_WORDS = {
    Factor.APP: "app version 应用版本",
    Factor.RULES: "rules 规则",
    Factor.HOOKS: "hook bundle 钩子",
    Factor.PHONE: "phone or system image 手机或系统镜像",
    Factor.NETWORK: "network 网络",
    Factor.TOOLS: "the farm's own version 检测平台自身版本",
    Factor.CHANCE: "chance 偶然",
    Factor.UNTOLD: "not told apart 尚未区分",
    Factor.UNRECORDED: "something that is not recorded 未被记录的因素",
}
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
    return environment.from_string(source).render(
        night=night, told=told, words=_WORDS, CHANCE=Factor.CHANCE
    )


def told(entry: Entry, finding: str) -> str:
    """What a finding says, in whichever of the two runs it stands."""
    before = entry.before.findings if entry.before else {}
    return entry.run.findings.get(finding) or before.get(finding) or finding


def junit(night: Night) -> bytes:
    """The night as JUnit XML: one case a session, of which only a clean, unchanged one passes.

    A violation or a reported change is a failure, also one that was there before; what could not
    be judged is an error. Only characters that XML 1.0 allows are kept of an app's text.
    """
    kinds = [_trouble(entry) for entry in night.entries]
    suite = ET.Element(
        "testsuite",
        name=night.name,
        tests=str(len(night.entries)),
        failures=str(sum(tag == "failure" for tag, _ in kinds)),
        errors=str(sum(tag == "error" for tag, _ in kinds)),
        time=f"{(night.ended - night.started).total_seconds():.0f}",
    )
    for entry, (tag, kind) in zip(night.entries, kinds, strict=True):
        run = entry.run
        case = ET.SubElement(
            suite,
            "testcase",
            classname=_xml(run.package),
            name=_xml(f"{run.scenario} {run.profile}".strip()),
        )
        if tag:
            ET.SubElement(case, tag, type=kind, message=_xml(summary(entry))).text = _xml(
                "\n".join(sorted(run.findings.values()))
            )
    data: bytes = ET.tostring(suite, encoding="utf-8", xml_declaration=True)
    return data


def _trouble(entry: Entry) -> tuple[str, str]:
    """JUnit's word for how a case ended, empty where it passed, and what kind of trouble it is."""
    if entry.run.verdict == "violation":
        return "failure", "violation"
    if entry.reported:
        return "failure", "change"
    if entry.run.verdict != "clean":
        return "error", entry.run.verdict
    return "", ""


def summary(entry: Entry) -> str:
    """One line about one session."""
    if entry.comparison is None:
        return f"{entry.run.verdict}, first run, {len(entry.run.findings)} findings"
    found = entry.comparison.findings
    causes = ", ".join(sorted(entry.causes))
    different = len(entry.comparison.different)
    return (
        f"{entry.comparison.before} -> {entry.comparison.after}, "
        f"{len(found.new)} new, {len(found.gone)} gone and {different} changed findings"
        + (f"; because of: {causes}" if causes else "")
    )


def _xml(text: str) -> str:
    return _NOT_XML.sub("?", text)
