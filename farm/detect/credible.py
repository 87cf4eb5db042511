"""What of everything met in flows stands: no accident, no echo of a server.

What is left out for a reason that a person may doubt is told in a line each.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from farm.detect.echo import Received
from farm.detect.identify.known import Known
from farm.detect.identify.recognise import Chance, Hit
from farm.detect.identify.typed import Typed
from farm.detect.links import Carried, Checked, left
from farm.detect.timeline import FOREVER, Placed, Timeline
from farm.model.events import Request
from farm.model.exchange import Exchange
from farm.model.vocabulary import LinkStrength

PLAUSIBLE_CHANCE = 0.05
"""What is more likely an accident than this is no match at all."""


def plausible(carried: Iterable[Carried], chance: Chance) -> list[Carried]:
    """Without what is more likely an accident than `PLAUSIBLE_CHANCE`."""
    kept: list[Carried] = []
    for one in carried:
        hits = [
            hit
            for hit in one.hits
            if chance.of(hit.bits, named=bool(hit.key)) <= PLAUSIBLE_CHANCE or _in_company(hit, one)
        ]
        if hits:
            kept.append(msgspec.structs.replace(one, hits=hits))
    return kept


def _in_company(hit: Hit, one: Carried) -> bool:
    """Whether it counted together with others: then the others carry the bound."""
    return one.known.weak and not hit.key and one.known.together > 1


def checked_numbers(
    typed: Sequence[tuple[Exchange, int, Typed]],
    known: Sequence[Known],
    requests: Mapping[str, Placed],
    tries: int,
    timeline: Timeline,
) -> list[Checked]:
    """Checked numbers that no known value of the session explains.

    Where the phone's own value of a type is known, another one of that type is somebody else's.
    """
    types = {one.data_type for one in known}
    values = [_bare(one.value) for one in known]
    kept: list[Checked] = []
    for exchange, time, one in typed:
        bare = _bare(one.value)
        if one.data_type in types or any(bare in value or value in bare for value in values):
            continue
        chance = min(1.0, one.passes * max(1, tries))
        if not one.key and chance > PLAUSIBLE_CHANCE:
            continue
        request = requests.get(exchange.flow_id)
        body = request.event.body if request is not None else None
        kept.append(
            Checked(
                exchange=exchange,
                event=request.event.reference if request is not None else "",
                interval=timeline.certain(left(exchange, request, time)),
                typed=one,
                chance=float(f"{chance:.3g}"),
                request=body if isinstance(body, Request) else None,
            )
        )
    return kept


def _bare(value: str) -> str:
    return "".join(character for character in value.lower() if character.isalnum())


def texts_sent(carried: Sequence[Carried], checked: Sequence[Checked]) -> dict[str, int]:
    """What the app sent, with the last time at which an answer can have taught it that."""
    texts: dict[str, int] = {}
    for one in carried:
        for text in _texts(one):
            texts[text] = max(texts.get(text, -FOREVER), one.learned)
    for other in checked:
        value = other.typed.value
        texts[value] = max(texts.get(value, -FOREVER), other.interval.lo)
    return texts


def without_echoes(
    carried: Sequence[Carried], checked: Sequence[Checked], first: Mapping[str, Received]
) -> tuple[list[Carried], list[Checked], list[str]]:
    """Marks values that a server sent first, and leaves out those that nothing else explains."""
    kept: list[Carried] = []
    echoed: dict[str, int] = {}
    for one in carried:
        came = [first[text] for text in _texts(one) if text in first]
        echo = min(came, key=lambda got: (got.time, got.flow_id), default=None)
        if echo is None or echo.time > one.learned:
            kept.append(one)
            continue
        if not one.calls and not one.known.identities:
            host = one.exchange.host
            line = f"{one.known.data_type}: a server had sent it (flow {echo.flow_id}): {host}"
            echoed[line] = echoed.get(line, 0) + 1
            continue
        kept.append(msgspec.structs.replace(one, echo=echo, link=LinkStrength.VALUE))
    others = [
        one
        for one in checked
        if one.typed.value not in first or first[one.typed.value].time > one.interval.lo
    ]
    return kept, others, [f"{line}, {count} times" for line, count in sorted(echoed.items())]


def _texts(one: Carried) -> list[str]:
    return [one.known.value, *(hit.found for hit in one.hits if not hit.transforms)]
