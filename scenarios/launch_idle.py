"""Start the app and touch nothing: no dialog, permission request or advertisement is answered.

Whatever the app collects here, it collects without any answer of the user.
"""

from farm.explore.run import Run
from farm.explore.scenario import scenario

WATCHED_SECONDS = 20.0


@scenario(title="Launch and touch nothing", title_zh="启动后不作任何操作", duration=30)
async def launch_idle(run: Run) -> None:
    """Watch the app; an app that crashes is started again once."""
    async with run.step("watch", timeout=WATCHED_SECONDS + 120):
        await run.settle(WATCHED_SECONDS, revive=True)
