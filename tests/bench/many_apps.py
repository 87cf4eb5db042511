"""A database of very many apps with versions, sessions, findings, cases and reviews, by COPY.

Made-up data with a regulator's proportions, the same for the same number: one app in five has a
case, developers and SDKs are as uneven as they are outside. For benchmarks of pages and queries.
"""

import datetime
import hashlib
import random
from collections.abc import Iterator
from typing import Any

import asyncpg
import msgspec

from farm.cases.values import ReviewEvidence
from farm.cases.vocabulary import CaseState
from farm.register.search import words

_STORES = (
    "Huawei AppGallery",
    "Xiaomi",
    "OPPO",
    "vivo",
    "Tencent Yingyongbao",
    "360",
    "Baidu",
    "Wandoujia",
    "Samsung Galaxy Store",
    "Honor",
    "Meizu",
    "Google Play",
)
_SYLLABLES = tuple("云天快乐学优美家掌通智宝易购车行医食聊游")
_WORDS = ("shop", "map", "chat", "bank", "news", "game", "music", "video", "food", "travel",
          "health", "photo", "school", "drive", "market", "reader")  # fmt: skip
_SDKS = tuple(f"CN{number:03d}" for number in range(1, 121))
_PROBLEMS = (
    ("collection.before_consent.accessed", "MIIT-164-1.1; MIIT-337-1; CAC-191-3.1", "medium"),
    ("collection.before_consent.transmitted", "MIIT-164-1.1; MIIT-337-1; CAC-191-3.1", "high"),
    ("collection.before_consent.third_party", "MIIT-164-1.1; MIIT-337-3; CAC-191-3.1", "high"),
    ("collection.after_decline.accessed", "MIIT-164-1.1; CAC-191-3.2", "medium"),
    ("signal:preticked", "CAC-191-2.3", "medium"),
    ("signal:no_policy_popup", "CAC-191-1.2", "medium"),
)
_TYPES = ("imei", "android_id", "oaid", "wifi_mac", "location", "contacts", "installed_apps")
_STATES = (
    *[CaseState.FOUND] * 30,
    *[CaseState.NOTICED] * 20,
    *[CaseState.RETEST] * 5,
    *[CaseState.FIXED] * 30,
    *[CaseState.RECURRING] * 4,
    *[CaseState.OVERDUE] * 5,
    *[CaseState.PUBLISHED] * 2,
    *[CaseState.REMOVED] * 2,
    *[CaseState.DISMISSED] * 2,
)
_NOW = datetime.datetime(2026, 11, 25, tzinfo=datetime.UTC)
_DAY = datetime.timedelta(days=1)
_EVIDENCE = msgspec.json.encode(
    [ReviewEvidence(job=0, session_id="s", analysis="", scenario="accept", signs=["ui:1"])]
).decode()
_RULES = '{"rules": "1, sha256:00"}'

Row = tuple[Any, ...]


class _Maker:
    """Rows of all tables, app by app; nothing is kept but the batch that is being written."""

    def __init__(self, apps: int, requirement: int, tasks: tuple[int, int], campaign: int) -> None:
        self.apps = apps
        self.developers = max(apps // 6, 1)
        self._random = random.Random(apps)
        self._requirement = requirement
        self._tasks = tasks
        self._campaign = campaign
        self.rows: dict[str, list[Row]] = {}
        self.version = 0
        self.job = 0
        self.case = 0
        self.event = 0
        self.review = 0

    def add(self, table: str, *row: Any) -> None:
        self.rows.setdefault(table, []).append(row)

    def take(self) -> dict[str, list[Row]]:
        rows, self.rows = self.rows, {}
        return rows

    def product(self, number: int) -> None:
        """One app with everything that hangs on it."""
        chance = self._random
        kind = chance.choice(_WORDS)
        package = f"com.{chance.choice(_WORDS)}{number % 977}.{kind}.app{number}"
        label = "".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4))) + f" {kind}{number}"
        developer = min(int(chance.paretovariate(0.6)), self.developers)
        category = min(int(chance.paretovariate(0.7)), 39)
        line = f"line {number % 3}" if developer < 200 else ""
        seen = _NOW - _DAY * chance.uniform(0, 700)
        versions = [self._version(number, package, label, code) for code in (1, 2)]
        bad = chance.random() < 0.2
        verdict = "violation" if bad else chance.choice(("clean", "not_observable"))
        flagged = int(chance.random() < 0.01)
        self.add(
            "product", number, package, label, developer, line, category, seen, seen,
            versions[-1], len(versions), flagged, verdict, seen, 0,
        )  # fmt: skip
        for word in words(package, label):
            self.add("product_word", word, number)
        stores = chance.sample(range(1, len(_STORES) + 1), chance.randint(1, 3))
        for store in stores:
            self.add("product_store", number, store)
        self.add("product_signer", number, _digest(f"signer {developer}"), "first", versions[0])
        if flagged:
            self.add("product_signer", number, _digest(f"other {number}"), "flagged", versions[1])
        self.add("product_fact", number, "label", "apk", 1, label)
        self.add("product_fact", number, "category", "feed", 2, str(category))
        for version, code in zip(versions, (1, 2), strict=True):
            self.add(
                "app_version", version, number, code, _digest(f"signer {developer}"), label,
                30_000_000, 33, sorted(chance.sample(_SDKS, 4)), seen, True,
            )  # fmt: skip
            self.add("version_intake", version, "queued", "all", self._campaign)
            for store in stores:
                self.add("sighting", version, store, f"feed {store}", f"https://s{store}/x.apk")
        judged = [self._session(version, verdict, bad, seen) for version in versions]
        for version, (job, session) in zip(versions, judged, strict=True):
            self._examined(version, job, session, bad)
        if bad:
            chosen = chance.sample(range(len(_PROBLEMS)), chance.randint(1, 3))
            for problem in chosen:
                self._case(number, problem, versions, judged, developer, line, category, stores)
        if chance.random() < 0.3:
            self.review += 1
            self.add(
                "review", self.review, "clause", number, versions[-1], None,
                f"TAF-078.{number % 9}-5.1", "open", None, _EVIDENCE, seen, seen,
            )  # fmt: skip

    def _version(self, number: int, package: str, label: str, code: int) -> int:
        self.version += 1
        digest = _digest(f"app {number} {code}")
        files = f'[{{"sha256": "{digest}", "size": 30000000}}]'
        self.add(
            "app", self.version, digest, package, code, f"{code}.0.{number % 40}", 23, [], files
        )
        return self.version

    def _session(
        self, version: int, verdict: str, bad: bool, at: datetime.datetime
    ) -> tuple[int, str]:
        self.job += 2
        session, judging = self.job - 1, self.job
        name = f"20260101T000000Z-{version:08d}"
        for job, task, subject in ((session, 0, None), (judging, 1, session)):
            self.add(
                "job", job, _key(job), self._campaign, self._tasks[task], version,
                self._requirement, subject, 1 if subject else None, "done", 1, 1,
            )  # fmt: skip
            self.add(
                "attempt", job, 1, "accepted", f"host{job % 50}", _UUID, f"phone{job % 1000}", at,
                at, at + _DAY / 1440, "none", "complete",
                f"analyses/{name[:6]}/{name}/{job:016d}.json" if subject else "", 60.0, name,
                f"recordings/{name}",
            )  # fmt: skip
            self.add("result", job, 1, "none", verdict if subject else None, at)
        if bad:
            for number in range(self._random.randint(1, 4)):
                rule, clause, severity = _PROBLEMS[number % 4]
                self.add(
                    "finding", judging, f"{judging:012d}{number:04d}", True, rule, clause,
                    "before_consent", "accessed", _TYPES[number], severity, "certain", "SDK",
                    self._random.choice(_SDKS), "Receiver", f"r{number}.example", True,
                )  # fmt: skip
        return judging, name

    def _examined(self, version: int, job: int, session: str, bad: bool) -> None:
        """What two engines said of a version, and how it stands beside the farm's own answers."""
        at = _NOW - _DAY * self._random.uniform(0, 37)
        topics = ["permission", "sdk", *(["tracker"] if self._random.random() < 0.6 else [])]
        for engine in ("manifest", "partner"):
            self.add(
                "engine_result", version, engine, "1.0", "done", 0.5, "[]", topics, job, at, True
            )
        for number, cited in enumerate(("MIIT-164-1.1", "CAC-191-3.2", "CAC-191-2.3")):
            answer = "broken" if bad and number == 0 else "kept"
            self.add("clause_opinion", version, cited, "farm", session, answer, 1.0, [])
        if self._random.random() < 0.2:
            self.add("clause_opinion", version, "MIIT-164-1.1", "partner", "", "broken", 1.0, [])

    def _case(
        self,
        product: int,
        number: int,
        versions: list[int],
        judged: list[tuple[int, str]],
        developer: int,
        line: str,
        category: int,
        stores: list[int],
    ) -> None:
        self.case += 1
        chance = self._random
        problem, clause, severity = _PROBLEMS[number]
        state = chance.choice(_STATES)
        opened = _NOW - _DAY * chance.uniform(0, 700)
        changed = opened + _DAY * chance.uniform(0, 30)
        sent = state not in (CaseState.FOUND, CaseState.DISMISSED)
        over = state in (CaseState.FIXED, CaseState.REMOVED, CaseState.DISMISSED)
        again = int(state is CaseState.RECURRING or chance.random() < 0.05)
        self.add(
            "case_file", self.case, product, problem, clause, severity, state, developer, line,
            category, opened.date().replace(day=1), opened, changed,
            changed + 20 * _DAY if sent else None, changed if over else None, versions[0],
            versions[1] if state is CaseState.FIXED else None,
            f"FARM-2026-{self.case:06d}-1" if sent else None, changed if sent else None,
            int(sent), again,
        )  # fmt: skip
        sdk = chance.choice((*_SDKS, "", ""))
        for dimension, value in (
            ("problem", problem),
            ("category", str(category)),
            ("sdk", sdk),
            *(("store", _STORES[store - 1]) for store in stores),
        ):
            self.add("case_label", self.case, dimension, value)
        for action, after in (("open", "found"), *((("notice", state),) if sent else ())):
            self.event += 1
            self.add("case_event", self.event, self.case, opened, "farm", action, "", after, "x")
        job, session = judged[0]
        self.add(
            "case_evidence", self.case, job, f"{job:012d}{number:04d}", versions[0], session,
            "analyses/x", "accept", "pixel", "before_consent", "accessed", _TYPES[number], "SDK",
            sdk, "Receiver", "r.example",
        )  # fmt: skip
        self.add("case_look", self.case, job, versions[0], "accept", "pixel", _RULES, "shown", "1")
        if state is CaseState.FOUND:
            self.review += 1
            self.add(
                "review", self.review, "notice", product, versions[0], self.case, clause, "open",
                None, _EVIDENCE, opened, opened,
            )  # fmt: skip


_UUID = "00000000-0000-0000-0000-000000000001"

_COLUMNS = {
    "app": "id sha256 package version_code version_name lowest_sdk abis files",
    "product": "id package label developer_id product_line category first_seen last_seen "
    "latest_app versions flagged_signers verdict judged open_cases",
    "product_word": "word product_id",
    "product_store": "product_id app_store_id",
    "product_fact": "product_id field source weight value",
    "app_version": "app_id product_id version_code signer_sha256 label size target_sdk sdks "
    "first_seen cases_told",
    "product_signer": "product_id signer_sha256 state first_app",
    "version_intake": "app_id state rule campaign_id",
    "sighting": "app_id app_store_id source reference",
    "job": "id key campaign_id task_id app_id requirement_id subject_job subject_fence state "
    "fence delivery",
    "attempt": "job_id fence state host worker slot started beat ended cause reason detail seconds "
    "session_id recording",
    "result": "job_id fence cause verdict recorded",
    "engine_result": "app_id engine version status seconds statements topics job_id examined taken",
    "clause_opinion": "app_id clause engine source answer confidence subjects",
    "finding": "job_id finding_id determined rule clause phase level data_type severity confidence "
    "caller caller_sdk receiver receiver_domain third_party",
    "case_file": "id product_id problem clause severity state developer_id product_line category "
    "month opened changed due closed found_app fixed_app notice noticed notices recurrences",
    "case_label": "case_id dimension value",
    "case_event": "id case_id at actor action before after reason",
    "case_evidence": "case_id job_id finding_id app_id session_id analysis scenario profile phase "
    "level data_type caller caller_sdk receiver receiver_domain",
    "case_look": "case_id job_id app_id scenario profile rules outcome reason",
    "review": "id kind product_id app_id case_id clause state answer evidence opened changed",
}
"""Tables in the order of their references, with what is written of each."""

_COUNTED = ("case_file", "case_label", "product", "product_store")
_NUMBERED = ("app", "product", "job", "case_file", "case_event", "review", "developer")


async def fill(url: str, apps: int = 100_000, batch: int = 5000) -> dict[str, int]:
    """Fill an empty database that has the farm's schema; returns how many rows each table got.

    Takes about a minute for 100,000 apps.
    """
    client = await asyncpg.connect(url, command_timeout=900)
    counts: dict[str, int] = {}
    try:
        maker = await _begin(client, apps)
        for table in _COUNTED:
            await client.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for numbers in _batches(apps, batch):
            for number in numbers:
                maker.product(number)
            rows = maker.take()
            for table, columns in _COLUMNS.items():
                if rows.get(table):
                    await client.copy_records_to_table(
                        table, records=rows[table], columns=columns.split()
                    )
                    counts[table] = counts.get(table, 0) + len(rows[table])
        for table in _COUNTED:
            await client.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for table in _NUMBERED:
            last = await client.fetchval(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608
            await client.execute(
                "SELECT setval(pg_get_serial_sequence($1, 'id'), $2, false)", table, last + 1
            )
        await client.execute("SELECT case_recount()")
        # Engines are compared by the last weeks, whenever this runs.
        await client.execute(
            "UPDATE engine_result SET examined = examined + (now() - $1::timestamptz)", _NOW
        )
        await client.execute(
            "INSERT INTO judgement_intake (job_id, recorded, outcome) "
            "SELECT job_id, recorded, 'taken' FROM result WHERE verdict IS NOT NULL"
        )
        await client.execute("VACUUM ANALYZE")
    finally:
        await client.close(timeout=30)
    return counts


async def _begin(client: Any, apps: int) -> _Maker:
    campaign = await client.fetchval(
        "INSERT INTO campaign (name, state, plan) VALUES ('all apps', 'finished', "
        "'{\"scenarios\": []}') RETURNING id"
    )
    requirement = await client.fetchval(
        "INSERT INTO requirement (key, wants) VALUES ('session any', '{}') RETURNING id"
    )
    tasks = [
        await client.fetchval(
            "INSERT INTO task (campaign_id, kind, scenario, profile) VALUES ($1, $2, $3, $4) "
            "RETURNING id",
            campaign,
            kind,
            scenario,
            profile,
        )
        for kind, scenario, profile in (("session", "accept", "pixel"), ("analysis", "", ""))
    ]
    maker = _Maker(apps, requirement, (tasks[0], tasks[1]), campaign)
    await client.copy_records_to_table(
        "developer",
        records=[(n, f"Developer {n} Ltd") for n in range(1, maker.developers + 1)],
        columns=["id", "name"],
    )
    for name in _STORES:
        await client.execute("INSERT INTO app_store (name) VALUES ($1)", name)
    return maker


def _batches(apps: int, batch: int) -> Iterator[range]:
    for start in range(1, apps + 1, batch):
        yield range(start, min(start + batch, apps + 1))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _key(job: int) -> bytes:
    return job.to_bytes(16, "big")
