"""Agree, then let the farm walk through the app by itself."""

from farm.scenario import Consent, Explore, Step, scenario


@scenario(title="Explore", title_zh="自动遍历", duration=600)
async def explore_app(
    consent: Consent,
    explore: Explore,
    step: Step,
    dialog: float = 25.0,
    events: int = 0,
    seconds: float = 300.0,
    until_idle: int = 60,
    seed: int = 0,
    strategy: str = "model",
) -> None:
    """Ends at whichever limit comes first; `until_idle` counts events that brought nothing new."""
    async with step("accept", deadline=dialog + 120):
        await consent.get_past("accept", dialog)
    async with step("explore", deadline=max(seconds, 60) * 2 + 600):
        await explore(
            events=events, seconds=seconds, until_idle=until_idle, seed=seed, strategy=strategy
        )
