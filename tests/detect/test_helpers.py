"""Helpers change nothing of what a search finds, and one that dies loses nothing."""

import json
import multiprocessing
import random
import uuid
from collections.abc import Iterable, Iterator

from farm.detect.decode.carriers import carriers
from farm.detect.helpers import Searcher
from farm.detect.matching import Scan
from farm.detect.needles import Needle, Shape
from farm.model.exchange import Exchange
from tests.detect.decode.help import SECRET

NEEDLES = [Needle(SECRET), Needle(b"9f8e7d6c5b4a3921", caseless=True)]
SHAPES = [Shape(rb"1[3-9][0-9]{9}")]
MANY = 1500  # several loads for each helper


def traffic(count: int) -> Iterator[Exchange]:
    """Bodies of which some hold the secret, in various places, and some nobody can read."""
    dice = random.Random(7)
    for number in range(count):
        document = {
            "id": str(uuid.UUID(int=dice.getrandbits(128))),
            "url": "https://h5.example.com/?v=%E6%8E%A8",
            "n": [SECRET.decode()] if number % 7 == 0 else [number],
            "tel": "13800138000" if number % 11 == 0 else "",
        }
        body = dice.randbytes(80) if number % 13 == 0 else json.dumps(document).encode()
        yield Exchange(
            flow_id=str(number),
            started=number,
            method="POST",
            scheme="https",
            host="a.example",
            port=443,
            path=f"/v1?n={number}",
            request_headers=[(b"X-Id", SECRET if number % 17 == 0 else b"none")],
            request_body=body,
        )


Searched = list[tuple[str, list[Scan]]]


def searched(found: Iterable[tuple[Exchange, list[Scan]]]) -> Searched:
    return [(exchange.flow_id, scans) for exchange, scans in found]


def alone() -> tuple[Searched, int]:
    searcher = Searcher(NEEDLES, SHAPES)
    return searched(searcher.scan_all(traffic(MANY), carriers)), searcher.bytes_searched


def test_helpers_find_the_same_in_the_same_order() -> None:
    wanted, size = alone()
    helped = Searcher(NEEDLES, SHAPES, helpers=2, alone=0)
    assert searched(helped.scan_all(traffic(MANY), carriers)) == wanted
    assert helped.bytes_searched == size
    assert sum(bool(scan.occurrences) for _, scans in wanted for scan in scans) > MANY // 7
    assert multiprocessing.active_children() == []


def test_what_a_helper_had_when_it_died_is_searched_all_the_same() -> None:
    wanted, size = alone()
    helped = Searcher(NEEDLES, SHAPES, helpers=1, alone=0)
    found: Searched = []
    killed = 0
    for exchange, scans in helped.scan_all(traffic(MANY), carriers):
        found.append((exchange.flow_id, scans))
        if not killed:
            for child in multiprocessing.active_children():
                child.kill()
                killed += 1
    assert killed == 1
    assert found == wanted
    assert helped.bytes_searched == size


def test_a_search_that_is_given_up_leaves_no_helper() -> None:
    helped = Searcher(NEEDLES, SHAPES, helpers=1, alone=0)
    searching = helped.scan_all(traffic(MANY), carriers)
    assert next(searching)[0].flow_id == "0"
    assert multiprocessing.active_children()
    searching.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []


def test_nobody_is_called_in_for_a_small_session() -> None:
    searcher = Searcher(NEEDLES, SHAPES, helpers=1)
    for _ in searcher.scan_all(traffic(20), carriers):
        assert multiprocessing.active_children() == []
