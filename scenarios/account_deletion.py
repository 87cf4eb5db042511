"""See how many taps away the deletion of the account is. Nothing is deleted."""

from farm.scenario import App, Consent, Expect, Explore, Hints, Standard, Step, scenario

_MOST_TAPS = 4


@scenario(
    title="Account deletion within four taps",
    title_zh="四次点击内可注销账号",
    duration=150,
    clauses=("GB/T 35273-2020 8.5", "CAC 2019-191"),
)
async def account_deletion(
    app: App,
    consent: Consent,
    explore: Explore,
    hints: Hints,
    step: Step,
    expect: Expect,
    dialog: float = 25.0,
    taps: int = 7,
) -> None:
    """Agree, log in where the hints have an account, look for the entry, leave it untouched.

    Not finding it claims nothing: it may stand where nobody looked, or behind a log-in.
    """
    async with step("accept", deadline=dialog + 120):
        await consent.get_past("accept", dialog)
    if hints.login is not None:
        async with step("log in", deadline=120):
            await app.log_in()
    async with step("look for the entry", deadline=300):
        way = await explore.search("account_deletion", taps=taps)
        if way is not None:
            expect.that(
                Standard.ACCOUNT_DELETION_WITHIN_FOUR_TAPS,
                way.taps <= _MOST_TAPS,
                f"{way.taps} taps: {' > '.join(way.labels)}",
            )
