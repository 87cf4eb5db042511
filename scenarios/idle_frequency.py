"""Agree, leave the app in front untouched for minutes: how often does it read what?"""

from farm.scenario import App, Consent, Step, scenario


@scenario(
    title="Frequency while idle",
    title_zh="静置时的收集频率",
    duration=260,
    clauses=("GB/T 35273-2020 5.2", "MIIT 2020-164"),
)
async def idle_frequency(
    app: App, consent: Consent, step: Step, dialog: float = 25.0, watched: float = 180.0
) -> None:
    """Frequencies are counted by analysis; here only time passes."""
    async with step("accept", deadline=dialog + 120):
        await consent.get_past("accept", dialog)
    async with step("untouched", deadline=watched + 120):
        await app.watch(watched, interruptions=False)
