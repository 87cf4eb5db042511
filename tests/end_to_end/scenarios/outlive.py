"""Watch the app until it ends, however long that takes, and then whether it is started again."""

from farm.scenario import App, Step, scenario


@scenario(title="Outlive", title_zh="守候", duration=70)
async def outlive(app: App, step: Step) -> None:
    """Watch, and touch nothing."""
    async with step("until its end", deadline=60):
        while await app.alive():
            await app.watch(0.2, interruptions=False)
    async with step("its next life", deadline=60):
        await app.watch(2.0, revive=True, interruptions=False)
