"""Runs session jobs on the lab's phones: the bridge from a job to one `Lab.inspect`."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from farm.campaign.decisions import Capability
from farm.campaign.fleet.care import Care
from farm.campaign.ledger.values import Work
from farm.campaign.store import StoreError, StoreUnavailable
from farm.campaign.vocabulary import Cause, Reason
from farm.campaign.worker.executor import Began, Ending, Slot
from farm.campaign.worker.sources import Sources
from farm.devices.pool_entry import DeviceStatus
from farm.devices.states import DeviceState, Wants
from farm.model.errors import DeviceError, RecordingError, SetupError, UsageError
from farm.model.vocabulary import Outcome
from farm.recording import recover
from farm.session.lab import Lab, Order, inspect_apk
from farm.session.plan import SessionPlan, SessionResult

log = logging.getLogger(__name__)

_LEASE_SECONDS = 30.0  # the phone was free a moment ago; somebody else may have been quicker


class PhoneExecutor:
    """One slot for each phone of the lab's pool."""

    def __init__(self, lab: Lab, sources: Sources, key: Ed25519PrivateKey, care: Care) -> None:
        self._lab = lab
        self._sources = sources
        self._key = key
        self._care = care
        self._folders: dict[str, Path] = {}

    def folders(self) -> dict[str, Path]:
        """Recordings that are being written, by the serial of the phone."""
        return dict(self._folders)

    def free(self) -> Sequence[Slot]:
        """Phones that could begin now."""
        return [
            Slot(name=status.serial, offer=capability(status, self._lab.settings.network))
            for status in self._lab.pool.snapshot()
            if status.state is DeviceState.FREE
            and status.info is not None
            and status.serial not in self._care.held_back
        ]

    async def run(self, work: Work, slot: Slot, began: Began) -> Ending:
        """Run one session on the slot's phone."""
        try:
            apks = await self._sources.apks(work)
            app = await inspect_apk(apks[0])
        except (SetupError, StoreError) as error:
            return _failed(Cause.FARM, Reason.APP_MISSING, error)
        except UsageError as error:
            return _failed(Cause.APP, Reason.APP_FAILED, error)
        except StoreUnavailable as error:
            return _failed(Cause.FARM, Reason.APP_MISSING, error)
        try:
            scenario = await self._sources.scenario(work)
        except (SetupError, StoreError, StoreUnavailable) as error:
            return _failed(Cause.FARM, Reason.SCENARIO_MISSING, error)
        try:
            hooks = await self._sources.hooks(work)
        except (SetupError, StoreError, StoreUnavailable) as error:
            return _failed(Cause.FARM, Reason.HOOKS_MISSING, error)
        unfit = await self._care.before_lease(slot.name)
        if unfit:  # the job is not to blame and pays nothing for it
            return Ending(cause=Cause.STOPPED, reason=Reason.NO_PHONE, detail=unfit)
        order = Order(
            apks=apks,
            app=app,
            scenario=scenario,
            wants=Wants(serial=slot.name),
            settle_seconds=work.options.settle_seconds,
            grant_permissions=work.options.grant_permissions,
            bypass_pinning=work.options.bypass_pinning,
            hooks=hooks,
            wait_seconds=_LEASE_SECONDS,
            attempts=1,
        )

        def on_start(plan: SessionPlan, serial: str) -> None:
            self._folders[serial] = plan.folder
            began(plan.folder)

        try:
            ending = ending_of(await self._lab.inspect(order, on_start))
            self._care.after_session(slot.name, ending.cause, ending.detail)
            return ending
        except DeviceError as error:
            return _failed(Cause.PHONE, Reason.NO_PHONE, error)
        except (SetupError, UsageError) as error:
            return _failed(Cause.FARM, Reason.PHONE_FAILED, error)
        finally:
            self._folders.pop(slot.name, None)

    def give_up(self, slot: Slot, reason: str) -> None:
        """Take the phone out of use: its session does not end, and a person has to see to it."""
        self._care.give_up(slot.name, reason)

    async def rescue(self, folder: Path) -> None:
        """Seal what a killed worker left of a recording."""
        try:
            await asyncio.to_thread(recover, folder, self._key)
        except RecordingError as error:
            log.warning("not recovered, kept as it is: %s", error)


def capability(status: DeviceStatus, network: str = "") -> Capability | None:
    """What a phone offers, None where it was never identified."""
    info = status.info
    if info is None:
        return None
    return Capability(
        profile=info.profile,
        access=info.access,
        sdk=info.sdk,
        abi=info.abi,
        build=info.build_fingerprint,
        network=network,
    )


def ending_of(result: SessionResult) -> Ending:
    """What a session's result says about who was to blame."""
    if result.phone_failed:
        cause, reason = Cause.PHONE, Reason.PHONE_FAILED
    elif result.setup_failed:
        cause, reason = Cause.FARM, Reason.PHONE_FAILED
    elif result.app_failed:
        cause, reason = Cause.APP, Reason.APP_FAILED
    elif result.outcome is not Outcome.COMPLETE:
        cause, reason = Cause.UNKNOWN, Reason.DEFECT
    elif not result.sealed:
        cause, reason = Cause.FARM, Reason.NOT_SEALED
    else:
        cause, reason = Cause.NONE, Reason.COMPLETE
    return Ending(
        cause=cause,
        reason=reason,
        detail=result.reason,
        seconds=result.seconds,
        session_id=result.session_id,
        folder=result.folder,
    )


def _failed(cause: Cause, reason: Reason, error: Exception) -> Ending:
    return Ending(cause=cause, reason=reason, detail=str(error)[:1000])
