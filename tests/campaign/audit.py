"""Checks, from the database and the store alone, that every job has exactly one result.

Imports nothing of the farm: it reads tables and files as a stranger would.
Usage: python -m tests.campaign.audit URL STORE JOBS
"""

import asyncio
import hashlib
import json
import sys
from pathlib import Path

import asyncpg


async def audit(url: str, store: Path, jobs: int) -> list[str]:
    """Return what is wrong, one line each."""
    wrong: list[str] = []
    client = await asyncpg.connect(url)
    try:
        rows = await client.fetch("SELECT id, state, fence FROM job ORDER BY id")
        results = await client.fetch("SELECT job_id, fence FROM result")
        attempts = await client.fetch(
            "SELECT job_id, fence, state, recording, manifest_sha256 FROM attempt"
        )
        queued = await client.fetchval("SELECT count(*) FROM pgqueuer")
    finally:
        await client.close()
    if len(rows) != jobs:
        wrong.append(f"{len(rows)} jobs, expected {jobs}")
    if queued:
        wrong.append(f"{queued} entries left in the queue")
    wrong += [f"job {r['id']} is {r['state']}" for r in rows if r["state"] != "done"]
    by_job: dict[int, list[int]] = {}
    for row in results:
        by_job.setdefault(row["job_id"], []).append(row["fence"])
    states = {(a["job_id"], a["fence"]): a for a in attempts}
    named: dict[str, tuple[int, int]] = {}
    for row in rows:
        found = by_job.get(row["id"], [])
        if len(found) != 1:
            wrong.append(f"job {row['id']} has {len(found)} results")
            continue
        accepted = [a["fence"] for a in attempts
                    if a["job_id"] == row["id"] and a["state"] == "accepted"]  # fmt: skip
        if accepted != found:
            wrong.append(f"job {row['id']}: result of {found}, accepted attempts {accepted}")
        if found[0] != row["fence"]:
            wrong.append(f"job {row['id']}: result of attempt {found[0]}, latest {row['fence']}")
        if not states[row["id"], found[0]]["recording"]:
            wrong.append(f"job {row['id']}: its result has no recording")
    for name, attempt in states.items():
        if attempt["state"] == "running":
            wrong.append(f"attempt {name} still runs")
        recording = attempt["recording"]
        if not recording:
            continue
        if recording in named:
            wrong.append(f"{recording} belongs to {named[recording]} and {name}")
        named[recording] = name
        wrong += check_recording(store / recording, attempt["manifest_sha256"], name)
    for manifest in store.glob("recordings/*/*/manifest.json"):
        place = manifest.parent.relative_to(store).as_posix()
        if place not in named:
            wrong.append(f"{place} lies in the store and no attempt names it")
    return wrong


def check_recording(folder: Path, manifest_sha256: str, name: tuple[int, int]) -> list[str]:
    """Compare a stored recording with its manifest and with the attempt it belongs to."""
    try:
        manifest = (folder / "manifest.json").read_bytes()
    except OSError as error:
        return [f"attempt {name}: {error}"]
    wrong = []
    if hashlib.sha256(manifest).hexdigest() != manifest_sha256:
        wrong.append(f"{folder.name}: not the manifest that was reported")
    for entry in json.loads(manifest)["files"]:
        data = (folder / entry["path"]).read_bytes()
        if hashlib.sha256(data).hexdigest() != entry["sha256"]:
            wrong.append(f"{folder.name}/{entry['path']}: not the bytes that were sealed")
    said = json.loads((folder / "ui.jsonl").read_text())
    if (said["job"], said["fence"]) != name:
        wrong.append(f"{folder.name}: recorded for {said}, filed under {name}")
    return wrong


def main() -> None:
    """Print what is wrong; exit code 1 if anything is."""
    wrong = asyncio.run(audit(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
    sys.stdout.write("".join(f"{line}\n" for line in wrong[:50]))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
