"""Agree to the privacy consent, then watch what the app does with it."""

from farm.explore.run import Run
from farm.explore.scenario import scenario

ATTEMPTS = 2  # an app that crashed before it was answered is started again and asked anew
DIALOG_SECONDS = 25.0
WATCHED_SECONDS = 10.0


@scenario(title="Agree to the privacy consent", title_zh="同意隐私政策", duration=60)
async def accept(run: Run) -> None:
    """Wait for the dialog, agree, watch; a dialog that never comes is recorded, not fatal."""
    found = None
    for _ in range(ATTEMPTS):
        async with run.step("wait for consent dialog", timeout=DIALOG_SECONDS + 120):
            found = await run.consent.wait(DIALOG_SECONDS)
        if found is None:
            break
        async with run.step("accept", timeout=120):
            answer = await run.consent.accept()
            if answer.answered or await run.app.alive():
                break
    async with run.step("watch", timeout=WATCHED_SECONDS + 120):
        await run.settle(WATCHED_SECONDS, revive=True, interruptions=True)
