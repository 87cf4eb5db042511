"""Agree, send the app to the background, and listen to what it does there."""

from farm.scenario import App, Consent, Phone, Step, scenario


@scenario(
    title="In the background",
    title_zh="后台运行",
    duration=180,
    clauses=("GB/T 35273-2020 5.2", "MIIT 2020-164"),
)
async def background(
    app: App,
    consent: Consent,
    phone: Phone,
    step: Step,
    dialog: float = 25.0,
    watched: float = 10.0,
    hidden: float = 90.0,
) -> None:
    """Watch in front, hidden, and in front again."""
    async with step("accept", deadline=dialog + 120):
        await consent.get_past("accept", dialog)
    async with step("in front", deadline=watched + 60):
        await app.watch(watched)
    async with step("in the background", deadline=hidden + 60):
        await app.home()
        await phone.rest(hidden)
    async with step("in front again", deadline=watched + 60):
        if await app.alive():
            await app.foreground()
            await app.watch(watched)
