"""Start the app and touch nothing: no dialog, permission request or advertisement is answered.

Whatever the app collects here, it collects without any answer of the user.
"""

from farm.scenario import App, Step, scenario


@scenario(
    title="Launch and touch nothing",
    title_zh="启动后不作任何操作",
    duration=30,
    clauses=("GB/T 35273-2020 5.3",),
)
async def launch_idle(app: App, step: Step, watched: float = 20.0) -> None:
    """Watch the app; an app that crashes is started again once."""
    async with step("watch", deadline=watched + 120):
        await app.watch(watched, revive=True, interruptions=False)
