"""Follows known values through the app's own operations: what went in, and what came out.

An output that stands in a flow ties the flow to the value, though the flow is encrypted. Only
recorded bytes are compared; no key is used and nothing is computed anew.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from farm.detect.decode.carriers import Carrier
from farm.detect.identify.form import Form
from farm.detect.identify.known import Known
from farm.detect.identify.recognise import Hit, Recogniser
from farm.detect.identify.weigh import select
from farm.detect.matching import Scanner
from farm.detect.timeline import Placed, Timeline
from farm.model.events import Transform
from farm.model.vocabulary import Stream, TransformKind

_BACKWARDS = frozenset({"decrypt", "decode", "decompress", "parse"})
_CHOSEN_LENGTH = frozenset({TransformKind.DIGEST, TransformKind.MAC})
"""Operations whose outputs apps cut as they like."""

MOST_STEPS = 6
"""Operations one after another that are followed."""

_SHORTEST_OUTPUT = 8
_LONGEST_HEX = 256
_MOST_FORMS = 20_000


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """How a value came into the output of an operation."""

    known: int
    chain: tuple[int, ...]  # ordinals of `Transform` events in the api stream, first to last
    inner: tuple[str, ...]  # decode path of the value in the first one's input
    form: str  # in which form it stands there


class Traced(msgspec.Struct, frozen=True, kw_only=True):
    """Every operation through which known values went."""

    forms: list[Form]  # the outputs, ready to be searched for in flows
    operations: dict[int, Placed]  # by ordinal
    readable: frozenset[str]  # SHA-256 of outputs whose whole input was seen
    bytes_searched: int
    cut: list[str]  # why an operation could not be followed


def trace(timeline: Timeline, known: Sequence[Known], recogniser: Recogniser) -> Traced:
    """Find known values in inputs, then outputs in later inputs, until nothing new turns up."""
    operations = {
        placed.event.n: placed
        for placed in timeline.of(Stream.API, Transform)
        if _body(placed).direction not in _BACKWARDS
    }
    readable = frozenset(
        body.output.sha256
        for body in map(_body, operations.values())
        if body.input.size == len(body.input.sample)
    )
    if not operations or not known:
        return Traced(forms=[], operations=operations, readable=readable, bytes_searched=0, cut=[])
    scanner = Scanner(recogniser.needles)
    reached: dict[int, list[Trace]] = {}
    for n, placed in operations.items():
        for hit in _plain_hits(scanner, recogniser, placed, known):
            step = Trace(known=hit.known, chain=(n,), inner=hit.leaf.path, form=hit.name)
            reached.setdefault(n, []).append(step)
    searched = scanner.bytes_searched
    fresh = {n: list(traces) for n, traces in reached.items()}
    for _ in range(MOST_STEPS - 1):
        if not fresh:
            break
        following = _follow(operations, fresh, known)
        fresh = {}
        for n, traces in sorted(following.items()):
            had = {(one.known, one.form) for one in reached.get(n, [])}
            for one in traces:
                if (one.known, one.form) not in had:
                    had.add((one.known, one.form))
                    reached.setdefault(n, []).append(one)
                    fresh.setdefault(n, []).append(one)
    forms, cut = _outputs(operations, reached, known)
    return Traced(
        forms=forms,
        operations=operations,
        readable=readable,
        bytes_searched=searched,
        cut=cut,
    )


def _body(placed: Placed) -> Transform:
    body = placed.event.body
    assert isinstance(body, Transform)  # noqa: S101 - callers pass transforms only
    return body


def _plain_hits(
    scanner: Scanner, recogniser: Recogniser, placed: Placed, known: Sequence[Known]
) -> Iterator[Hit]:
    sample = _body(placed).input.sample
    if not sample:
        return
    carrier = Carrier(location="input", start="input", data=sample, time=0)
    hits: list[Hit] = []
    for scan in scanner.scan([carrier]):
        for occurrence in scan.occurrences:
            for hit in recogniser.hits(occurrence, 0, loose=True):
                whole = hit.start == 0 and hit.end == len(hit.leaf.data) == len(sample)
                # A value that is all of the input stands for itself, though it says little.
                hits.append(msgspec.structs.replace(hit, key="input") if whole else hit)
    for hit in select(hits, known):
        calls = known[hit.known].calls
        # What a call hands over later cannot have gone in; what the phone is, can.
        if not calls or known[hit.known].identities or calls[0].event.n < placed.event.n:
            yield hit


def _follow(
    operations: Mapping[int, Placed],
    fresh: Mapping[int, Sequence[Trace]],
    known: Sequence[Known],
) -> dict[int, list[Trace]]:
    """Operations into which the outputs of `fresh` ones went, as a whole or inside more."""
    by_digest: dict[tuple[int, str], list[int]] = {}
    forms: list[Form] = []
    for n in sorted(fresh):
        body = _body(operations[n])
        by_digest.setdefault((body.pid, body.output.sha256), []).append(n)
        forms += _output_forms(n, body, fresh[n][:1], bits=8.0 * len(body.output.sample))
    sources = Recogniser(known, forms)
    scanner = Scanner(sources.needles)
    found: dict[int, list[Trace]] = {}
    earliest = min(fresh)
    for n, placed in operations.items():
        body = _body(placed)
        if n <= earliest:
            continue
        sure = [source for source in by_digest.get((body.pid, body.input.sha256), []) if source < n]
        if not sure and body.input.sample:
            carrier = Carrier(location="input", start="input", data=body.input.sample, time=0)
            for scan in scanner.scan([carrier]):
                for occurrence in scan.occurrences:
                    sure += [
                        hit.transforms[-1]
                        for hit in sources.hits(occurrence, 0)
                        if hit.transforms[-1] < n
                        and _body(operations[hit.transforms[-1]]).pid == body.pid
                    ]
        for source in sorted(set(sure), reverse=True)[:1]:
            for one in fresh[source]:
                step = msgspec.structs.replace(one, chain=(*one.chain, n))
                found.setdefault(n, []).append(step)
    return found


def _outputs(
    operations: Mapping[int, Placed],
    reached: Mapping[int, Sequence[Trace]],
    known: Sequence[Known],
) -> tuple[list[Form], list[str]]:
    forms: list[Form] = []
    cut: list[str] = []
    for n, traces in sorted(reached.items()):
        body = _body(operations[n])
        if len(body.output.sample) < _SHORTEST_OUTPUT:
            continue
        for one in traces:
            # An output says at least what went in; a random one no more than its bytes.
            bits = max(known[one.known].bits, 64.0)
            bits = min(8.0 * len(body.output.sample), bits)
            forms += _output_forms(n, body, [one], bits)
            if len(forms) >= _MOST_FORMS:
                cut.append("more operations on known values than the bound: the rest is not sought")
                return forms, cut
    return forms, cut


def _output_forms(n: int, body: Transform, traces: Sequence[Trace], bits: float) -> Iterator[Form]:
    sample = body.output.sample
    if len(sample) < _SHORTEST_OUTPUT:
        return
    free = body.operation in _CHOSEN_LENGTH
    name = f"{body.algorithm or body.operation} output"[:80]
    short = min(len(sample), _SHORTEST_OUTPUT if free else 24)
    for one in traces:
        form = Form(
            known=one.known,
            name=name,
            expected=sample,
            least=short if short < len(sample) else 0,
            whole=not free,
            edges="",
            bits=bits,
            transforms=one.chain,
            inner=(one.form, *one.inner),
        )
        yield form
        if len(sample) <= _LONGEST_HEX and not sample.isascii():
            digits = sample.hex().encode()
            yield msgspec.structs.replace(
                form,
                name=f"{name} in hex",
                expected=digits,
                least=2 * form.least,
                caseless=True,
                edges="hex",
            )
