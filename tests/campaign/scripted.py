"""Phones whose sessions show what the test says: real recordings of made-up sessions.

Behind the worker's own seam; whatever judges, stores and compares the recordings is the real thing.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from farm.campaign.decisions import Capability
from farm.campaign.ledger.values import Work
from farm.campaign.vocabulary import Cause, Reason
from farm.campaign.worker.executor import Began, Ending, Slot
from farm.recording import load_or_create_key, seal
from tests.detect.builders import Scene
from tests.report.builders import write

CODE = {"1": 1, "2": 2}


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """Under what a session runs; what a test makes its outcome depend on."""

    package: str
    app_sha256: str
    hooks: str
    build: str
    network: str


Shows = Callable[[Conditions], bool]
"""Whether the app reads the IMEI before consent under these conditions."""


class ScriptedScene(Scene):
    """A session of one app under given conditions."""

    def __init__(self, conditions: Conditions, session_id: str, scenario: str) -> None:
        super().__init__(package=conditions.package)
        self.conditions = conditions
        self.session_id = session_id
        self.scenario = scenario

    def session(self):  # type: ignore[no-untyped-def]
        conditions, made = self.conditions, super().session()
        bundle, _, catalogue = conditions.hooks.partition("-")
        return msgspec.structs.replace(
            made,
            session_id=self.session_id,
            scenario=self.scenario,
            app=msgspec.structs.replace(made.app, apk_sha256=conditions.app_sha256),
            device=msgspec.structs.replace(made.device, build_fingerprint=conditions.build),
            hook_bundle_sha256=bundle,
            hook_catalogue_sha256=catalogue,
            options={"network": conditions.network},
        )


class ScriptedExecutor:
    """One slot for each pair of system image and network."""

    def __init__(
        self, places: Sequence[tuple[str, str]], folder: Path, hooks: str, shows: Shows
    ) -> None:
        self.hooks = hooks  # the worker's own set
        self._shows = shows
        self._folder = folder
        self._key = load_or_create_key(folder.parent / "keys" / "seal.pem")
        self._slots = {
            f"phone-{number}": Capability(
                profile="pixel", access="su", sdk=33, abi="arm64-v8a", build=build, network=network
            )
            for number, (build, network) in enumerate(places)
        }

    def free(self) -> Sequence[Slot]:
        """All of them: the worker knows which it uses."""
        return [Slot(name=name, offer=offer) for name, offer in self._slots.items()]

    async def run(self, work: Work, slot: Slot, began: Began) -> Ending:
        """Record what the app does under the slot's and the job's conditions."""
        offer = self._slots[slot.name]
        conditions = Conditions(
            package=work.package,
            app_sha256=work.app_sha256,
            hooks=work.options.hooks or self.hooks,
            build=offer.build,
            network=offer.network,
        )
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        session_id = f"{moment}-{work.job}-{work.fence}-{secrets.token_hex(3)}"
        folder = self._folder / session_id
        began(folder)
        scene = ScriptedScene(conditions, session_id, work.scenario)
        scene.begin()
        if self._shows(conditions):
            scene.call(1500)
        scene.end()
        seal(write(scene, folder), self._key)
        return Ending(
            cause=Cause.NONE, reason=Reason.COMPLETE, session_id=session_id, folder=folder
        )

    def give_up(self, slot: Slot, reason: str) -> None:
        """There is nothing to take away."""

    async def rescue(self, folder: Path) -> None:
        """Nothing is ever left half done."""
