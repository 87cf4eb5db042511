"""See how many taps away the deletion of the account is. Nothing is deleted."""

from farm.scenario import App, Consent, Explore, Hints, Standard, Step, scenario


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
    dialog: float = 25.0,
    taps: int = 7,
) -> None:
    """Agree, log in where the hints have an account, look for the entry, leave it untouched.

    Not finding it is no proof: it may stand where nobody looked, or behind a log-in.
    """
    async with step("accept", deadline=dialog + 120):
        await consent.get_past("accept", dialog)
    if hints.login is not None:
        async with step("log in", deadline=120):
            await app.log_in()
    async with step("look for the entry", deadline=300):
        await explore.within(
            "account_deletion", Standard.ACCOUNT_DELETION_WITHIN_FOUR_TAPS, taps=taps
        )
