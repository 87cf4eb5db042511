"""The report's part about outside engines: what each says of the app, beside the farm's answers."""

from collections.abc import Sequence
from typing import Any

from farm.apps.engines.comparison import gravest
from farm.apps.engines.merging import FARM, MergedClause, merge
from farm.apps.engines.statements import EngineResult, Status, Topic
from farm.detect.rules import Rules, Text
from farm.model.finding import Analysis
from farm.report.clauses import ANSWERS

LABELS: dict[str, Text] = {
    "title": Text(zh="外部检测引擎", en="Outside detection engines"),
    "note": Text(
        zh="引擎检测安装包，本平台检测运行行为；各自结论并列显示，互不覆盖。未完成的引擎不发表意见。",
        en="Engines examine the APK, the farm what it does when it runs. What each says stands "
        "side by side and nobody outvotes another; an engine that did not finish has no opinion.",
    ),
    "engine": Text(zh="引擎", en="Engine"),
    "version": Text(zh="版本", en="Version"),
    "status": Text(zh="结果", en="How it ended"),
    "said": Text(zh="检出", en="What it says"),
    "clause": Text(zh="条款", en="Clause"),
    "opinions": Text(zh="各方意见", en="Who says what"),
    "disputed": Text(zh="意见不一致，需人工判断", en="Disputed: a person has to decide"),
    "farm": Text(zh="本平台", en="the farm"),
}

STATUSES: dict[Status, Text] = {
    Status.DONE: Text(zh="已完成", en="finished"),
    Status.FAILED: Text(zh="失败", en="failed"),
    Status.TIMED_OUT: Text(zh="超时", en="took too long"),
    Status.ABSENT: Text(zh="无应答", en="not there"),
}

TOPICS: dict[Topic, Text] = {
    Topic.TRACKER: Text(zh="追踪器", en="trackers"),
    Topic.SDK: Text(zh="代码包", en="code packages"),
    Topic.PERMISSION: Text(zh="权限", en="permissions"),
    Topic.EXPORTED: Text(zh="导出组件", en="exported parts"),
    Topic.SIGNER: Text(zh="签名核对", en="signer checks"),
    Topic.TARGET: Text(zh="目标 API 级别", en="target levels"),
    Topic.PACKER: Text(zh="加壳或混淆", en="packers and obfuscators"),
    Topic.CLAUSE: Text(zh="条款", en="clauses"),
}


def engine_rows(results: Sequence[EngineResult]) -> list[dict[str, Any]]:
    """Each engine with how it ended and how many things it says of each topic."""
    return [
        {
            "name": one.engine,
            "version": one.version,
            "status": STATUSES[one.status],
            "done": one.status is Status.DONE,
            "reason": one.reason,
            "counts": [
                (TOPICS[topic], len(said))
                for topic in Topic
                if (said := [each for each in one.about(topic) if each.holds])
            ],
        }
        for one in results
    ]


def opinion_rows(clauses: Sequence[MergedClause], rules: Rules) -> list[dict[str, Any]]:
    """Clauses that an outside engine spoke of, the disputed ones first."""
    known = {one.id: (one, loaded) for loaded in rules.packs for one in loaded.pack.clauses}
    spoken = [one for one in clauses if any(said.engine != FARM for said in one.opinions)]
    return [
        {
            "id": one.clause,
            "clause": known[one.clause][0] if one.clause in known else None,
            "document": known[one.clause][1].pack.document if one.clause in known else None,
            "disputed": one.agreed is False,
            "opinions": [
                {
                    "engine": said.engine,
                    "own": said.engine == FARM,
                    "answer": said.answer,
                    "words": ANSWERS[said.answer],
                    "subjects": said.subjects,
                }
                for said in one.opinions
            ],
        }
        for one in sorted(spoken, key=lambda one: (one.agreed is not False, one.clause))
    ]


def beside(analysis: Analysis, results: Sequence[EngineResult]) -> list[MergedClause]:
    """One session's answers with those of the engines."""
    return merge(gravest(analysis.clauses), results)
