"""Tells a webhook of a night: signed, tried again, and never for longer than a few minutes.

Signed as Standard Webhooks (standardwebhooks.com) asks: `webhook-id` is the same in every try, so
that a receiver can drop what it has; `webhook-signature` is HMAC-SHA256 over id, time and body.
"""

import asyncio
import base64
import hashlib
import hmac
import time
from collections.abc import Sequence

import httpx
import msgspec

from farm.campaign.nightly.entry import Night
from farm.campaign.nightly.output import summary

WAITS = (2.0, 10.0, 30.0)
"""Seconds before each further try."""

_SECONDS = 20.0
_MOST_ENTRIES = 200
_AGAIN = frozenset({408, 425, 429})
VARIABLE = "FARM_WEBHOOK_SECRET"
"""Where the secret comes from: never from a file that is passed around."""


async def notify(
    night: Night,
    address: str,
    secret: str = "",
    *,
    waits: Sequence[float] = WAITS,
    seconds: float = _SECONDS,
) -> str:
    """Tell a webhook; returns what went wrong in the last try, empty if nothing did.

    What may pass is tried again: no answer, an answer of 5xx, 408, 425 or 429. Redirections are
    not followed.

    Args:
        secret: what the receiver checks signatures with; empty: not signed.
        waits: seconds before each further try.
        seconds: that one try may take.
    """
    body = message(night)
    number = hashlib.sha256(night.name.encode() + night.ended.isoformat().encode()).hexdigest()
    problem = ""
    async with httpx.AsyncClient(timeout=seconds, trust_env=False) as client:
        for wait in (0.0, *waits):
            await asyncio.sleep(wait)
            moment = int(time.time())
            headers = {
                "Content-Type": "application/json",
                "webhook-id": f"farm-{number[:32]}",
                "webhook-timestamp": str(moment),
            }
            if secret:
                headers["webhook-signature"] = signature(
                    secret, headers["webhook-id"], moment, body
                )
            try:
                async with asyncio.timeout(seconds):
                    answer = await client.post(address, content=body, headers=headers)
            except (httpx.HTTPError, TimeoutError) as error:
                problem = f"{address}: {type(error).__name__} {error}".rstrip()
                continue
            if answer.is_success:
                return ""
            problem = f"{address}: answered {answer.status_code}"
            if answer.status_code < 500 and answer.status_code not in _AGAIN:
                return problem
    return problem


def message(night: Night) -> bytes:
    """What the webhook is told: names, counts and one line for each thing to look at."""
    return msgspec.json.encode(
        {
            "type": "farm.nightly",
            "name": night.name,
            "complete": night.complete,
            "sessions": len(night.entries),
            "reported": [
                {
                    "package": entry.run.package,
                    "scenario": entry.run.scenario,
                    "verdict": entry.run.verdict,
                    "summary": summary(entry),
                }
                for entry in night.entries
                if entry.reported
            ][:_MOST_ENTRIES],
        }
    )


def signature(secret: str, number: str, moment: int, body: bytes) -> str:
    """The value of `webhook-signature` (Standard Webhooks, "Signature scheme", symmetric).

    A secret `whsec_...` is base64 as that document writes them; any other is taken as its bytes.
    """
    key = secret.encode()
    if secret.startswith("whsec_"):
        key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.new(key, f"{number}.{moment}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(signed.digest()).decode()
