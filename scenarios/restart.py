"""Agree, end the app, start it again: what it reads at every start, and whether it asks again."""

from farm.scenario import App, Consent, Step, scenario


@scenario(
    title="Start again after agreeing",
    title_zh="同意后重新启动",
    duration=120,
    clauses=("GB/T 35273-2020 5.2",),
)
async def restart(
    app: App,
    consent: Consent,
    step: Step,
    dialog: float = 25.0,
    watched: float = 10.0,
    starts: int = 2,
) -> None:
    """A dialog that comes again is seen and left alone: analysis tells what that means."""
    async with step("accept", deadline=dialog + 120):
        await consent.get_past("accept", dialog)
    async with step("first run", deadline=watched + 60):
        await app.watch(watched)
    for number in range(1, starts + 1):
        async with step(f"start again, {number}", deadline=watched + 120):
            if not await app.reopen():
                return
            await app.watch(watched, interruptions=False)
