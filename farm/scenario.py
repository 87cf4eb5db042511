"""Everything a scenario script may import. Scripts should import nothing else of the farm.

    from farm.scenario import App, Consent, Expect, Step, scenario

    @scenario(title="Agree, then watch", title_zh="同意后观察")
    async def agree(app: App, consent: Consent, step: Step, expect: Expect) -> None:
        async with step("agree", deadline=60):
            await consent.wait()
            await consent.accept()
        await app.watch(10)
        expect.no_access("imei", before="consent")

`docs/scenarios.md` is the tutorial; the docstrings of these classes are the reference.
"""

from farm.explore.answering import Answer
from farm.explore.app import AppView as App
from farm.explore.binding import Secret
from farm.explore.consent import Consent
from farm.explore.dialogs import Button, Recognised, ScreenState
from farm.explore.expect import Expect
from farm.explore.explorer.tool import Explore
from farm.explore.hints import Hints
from farm.explore.interruptions import Interruptions as Permissions
from farm.explore.interruptions import PermissionRequest
from farm.explore.phone import PhoneView as Phone
from farm.explore.policy import PermissionPolicy
from farm.explore.scenario import scenario
from farm.explore.screen_actions import Screen
from farm.explore.selectors import NotOnScreen, Selector
from farm.explore.step import Steps as Step
from farm.model.expectations import Standard
from farm.model.vocabulary import DataType, DialogKind, SearchGoal

__all__ = [
    "Answer",
    "App",
    "Button",
    "Consent",
    "DataType",
    "DialogKind",
    "Expect",
    "Explore",
    "Hints",
    "NotOnScreen",
    "PermissionPolicy",
    "PermissionRequest",
    "Permissions",
    "Phone",
    "Recognised",
    "Screen",
    "ScreenState",
    "SearchGoal",
    "Secret",
    "Selector",
    "Standard",
    "Step",
    "scenario",
]
