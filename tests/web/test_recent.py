import asyncio

import pytest

from farm.web.recent import Recent


async def test_many_who_ask_at_once_cost_one_answer() -> None:
    asked = 0

    async def make() -> int:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.01)
        return asked

    recent = Recent(clock=lambda: 0.0)
    answers = await asyncio.gather(*(recent.get(("a",), 5, make) for _ in range(20)))
    assert set(answers) == {1}
    assert await recent.get(("b",), 5, make) == 2


async def test_an_answer_grows_old() -> None:
    now = 0.0
    made = iter("abc")

    async def make() -> str:
        return next(made)

    recent = Recent(clock=lambda: now)
    assert await recent.get(("k",), 5, make) == "a"
    now = 4.9
    assert await recent.get(("k",), 5, make) == "a"
    now = 5.0
    assert await recent.get(("k",), 5, make) == "b"


async def test_a_failure_is_not_kept() -> None:
    calls = iter([ValueError("once"), None])

    async def make() -> str:
        error = next(calls)
        if error:
            raise error
        return "fine"

    recent = Recent()
    with pytest.raises(ValueError, match="once"):
        await recent.get(("k",), 5, make)
    assert await recent.get(("k",), 5, make) == "fine"


async def test_what_took_long_is_kept_longer() -> None:
    now = 0.0
    made = iter("abc")

    async def make() -> str:
        nonlocal now
        now += 2.0
        return next(made)

    recent = Recent(clock=lambda: now)
    assert await recent.get(("k",), 5, make) == "a"
    now = 19.9
    assert await recent.get(("k",), 5, make) == "a"
    now = 20.1
    assert await recent.get(("k",), 5, make) == "b"
