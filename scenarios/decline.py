"""Refuse the privacy consent, again if asked again, then watch what the app does all the same."""

from farm.explore.run import Run
from farm.explore.scenario import scenario

ATTEMPTS = 2  # an app that crashed before it was answered is started again and asked anew
DIALOG_SECONDS = 25.0
WATCHED_SECONDS = 10.0


@scenario(title="Decline the privacy consent", title_zh="拒绝隐私政策", duration=60)
async def decline(run: Run) -> None:
    """Wait for the dialog, refuse, watch. An app that quits when refused is left alone."""
    left = False
    found = None
    for _ in range(ATTEMPTS):
        async with run.step("wait for consent dialog", timeout=DIALOG_SECONDS + 120):
            found = await run.consent.wait(DIALOG_SECONDS)
        if found is None:
            break
        async with run.step("decline", timeout=120):
            answer = await run.consent.decline()
            left = answer.app_left
            if answer.answered or await run.app.alive():
                break
    async with run.step("watch", timeout=WATCHED_SECONDS + 120):
        await run.settle(WATCHED_SECONDS, revive=not left, interruptions=True)
