"""The shortest scenario: look at the app for a moment and touch nothing."""

from farm.scenario import App, Step, scenario


@scenario(title="Glance", title_zh="一瞥", duration=10)
async def glance(app: App, step: Step, watched: float = 2.0) -> None:
    """Watch, and nothing else."""
    async with step("watch", deadline=watched + 60):
        await app.watch(watched, revive=True, interruptions=False)
