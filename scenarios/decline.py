"""Refuse the privacy consent, again if asked again, then watch what the app does all the same."""

from farm.explore.run import Run
from farm.explore.scenario import scenario

DIALOG_SECONDS = 25.0
WATCHED_SECONDS = 10.0


@scenario(title="Decline the privacy consent", title_zh="拒绝隐私政策", duration=60)
async def decline(run: Run) -> None:
    """Wait for the dialog, refuse, watch. An app that quits when refused is left alone."""
    left = False
    async with run.step("wait for consent dialog", timeout=DIALOG_SECONDS + 120):
        if await run.consent.wait(DIALOG_SECONDS) is not None:
            async with run.step("decline", timeout=120):
                answer = await run.consent.decline()
                left = answer.app_left
    async with run.step("watch", timeout=WATCHED_SECONDS + 120):
        await run.settle(WATCHED_SECONDS, revive=not left, interruptions=True)
