"""What happens in each state of a session: the phone, the recorders and the scenario together.

One method per state. Which state comes when, and what a failure means, is the runner's business.
"""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from farm.devices.gadget import CAVEAT
from farm.devices.known_identity import read_identity
from farm.devices.preparation import PreparationPlan, Prepared, clean, prepare
from farm.devices.restart import RESTART_SECONDS, restart
from farm.devices.seeding import planting, positions
from farm.devices.seeding.plan import make_plan, new_token
from farm.explore.run import Run
from farm.files import sha256_of
from farm.model.events import AnyBody, DeviceNote
from farm.model.session import Session
from farm.model.vocabulary import AccessMode, ConsentAnswer, Outcome, SessionState, Stream
from farm.recorders.api.recorder import ApiRecorder
from farm.recorders.logcat import LogcatRecorder
from farm.recorders.network import CaptureSession
from farm.recorders.ui import UiRecorder
from farm.recording import RecordingWriter
from farm.session.app_control import PhoneApp
from farm.session.clocking import BORDER_SAMPLES, START_SAMPLES, Clocking
from farm.session.companions import Companions, beat, watch
from farm.session.description import describe
from farm.session.novelty import Heard
from farm.session.plan import SessionPlan
from farm.session.proof_of_life import ProofOfLife
from farm.session.repackaging import repackaged
from farm.session.script import Script
from farm.session.sealing import seal_when_idle
from farm.session.tools import StageTools


class Stage:
    """The work of each state, on one leased phone."""

    def __init__(self, plan: SessionPlan, tools: StageTools) -> None:
        self._plan = plan
        self._tools = tools
        self._phone = tools.phone
        self._session = describe(plan, tools)
        self._writer = RecordingWriter.create(plan.folder, self._session)
        self._device = self._writer.stream(Stream.DEVICE)
        self._clocking = Clocking(self._phone, self._device)
        self._network: CaptureSession | None = None
        self._prepared: Prepared | None = None
        self._seeds = make_plan(new_token())
        self._api: ApiRecorder | None = None
        self._app: PhoneApp | None = None
        self._script = Script(self._phone.hold())
        self._life: ProofOfLife | None = None
        self._run: Run | None = None
        self._logcat = LogcatRecorder(plan.folder, self._device, plan.app.package)
        self.companions = Companions()
        self.sealed = False
        self.failed = False  # said by the runner: what only a whole session does is left out

    @property
    def serial(self) -> str:
        """The phone's name at the adb server."""
        return self._phone.serial

    def note(self, body: AnyBody) -> None:
        """Record a fact about the session; on a full disk the reserve holds what is owed."""
        self._device.append(body)

    def deadline_of(self, state: SessionState) -> float:
        """Seconds a state may last; a scenario that declares to need more gets more."""
        seconds = self._plan.deadlines.of(state)
        if state is SessionState.DRIVING:
            return max(seconds, self._plan.scenario.info.duration * 3)
        if state is SessionState.SETTLING:
            return seconds + self._plan.settle_seconds
        if state is SessionState.PULLING and self._restarts:
            return seconds + RESTART_SECONDS + self._plan.scenario.info.duration
        return seconds

    @property
    def script_left_behind(self) -> bool:
        """Whether the scenario's own code goes on although it was cancelled."""
        return self._script.left_behind

    @property
    def _restarts(self) -> bool:
        """Whether the phone is to be restarted at the end, as the scenario asked."""
        return (
            not self.failed
            and self._run is not None
            and (self._run.phone.after_restart is not None)
        )

    async def prepare(self) -> None:
        """Clock, logcat, proxy, certificate, Frida endpoint: the phone ready, no app on it yet."""
        await self._clocking.sample(START_SAMPLES)
        self.companions.begin(self._logcat.follow(self._phone.logcat()))
        self.companions.begin(beat(self._writer))
        self._network = await self._tools.capture.open(self._plan.folder)
        self._prepared = await prepare(
            self._phone,
            PreparationPlan(
                proxy_port=self._network.port,
                ca_pem=self._tools.capture.ca_certificate,
                frida_folder=self._tools.frida_files,
                packages=[self._plan.app.package],
                seeds=self._seeds,
            ),
            state_folder=self._tools.ledgers,
        )
        told = await read_identity(self._phone)
        for note in [*self._prepared.notes, *self._prepared.seeds, *told]:
            self.note(note)
        if planting.moves(self._prepared.seeds):
            track = positions.follow(
                self._phone, self._seeds.track, self.note, pause=positions.STEP_SECONDS
            )
            self.companions.begin(track)
        await self._phone.start_screen()

    async def install(self) -> None:
        """Put the app under test on the phone; where there is no root, a copy of it."""
        apks: Sequence[Path] = self._plan.apks
        if self._phone.info.access is AccessMode.GADGET:
            apks = await self._repackage()
        await self._phone.install(apks, grant=self._plan.grant_permissions)

    async def _repackage(self) -> list[Path]:
        copies = await asyncio.to_thread(
            repackaged,
            self._plan.apks,
            self._plan.app,
            self._phone.info.abi,
            frida_files=self._tools.frida_files,
            ca_pem=self._tools.capture.ca_certificate,
            folder=self._tools.repackaged,
        )
        digest = await asyncio.to_thread(sha256_of, copies[0])
        options = self._session.options | {"repackaged_sha256": digest}
        self._session = msgspec.structs.replace(self._session, options=options)
        self.note(CAVEAT)
        return copies

    async def launch(self) -> None:
        """Start the app with hooks in place before its first instruction."""
        assert self._prepared is not None and self._network is not None  # noqa: S101
        self._api = ApiRecorder(
            address=self._prepared.frida_address,
            bundle=self._tools.bundle,
            writer=self._writer.stream(Stream.API),
            package=self._plan.app.package,
            mode="gadget" if self._phone.info.access is AccessMode.GADGET else "server",
            catalogue=self._tools.catalogue,
            hooks=self._tools.hooks,
            bypass_pinning=self._plan.bypass_pinning,
        )
        await self._api.start()
        self._life = ProofOfLife(
            phone=self._phone,
            package=self._plan.app.package,
            proxy_port=self._prepared.device_proxy_port,
            api=self._api,
            network=self._network,
            device=self._device,
        )
        life = self._life
        self._app = PhoneApp(
            phone=self._script.hold,
            app=self._plan.app,
            api=self._api,
            device=self._device,
            after_start=lambda: life.send("start"),
        )
        await self._app.launch()
        self.companions.begin(watch(self._clocking, self._life))

    async def drive(self) -> None:
        """Let the scenario work."""
        scenario = self._plan.scenario
        await self._script.run(self._scenario_run().play(scenario.function, scenario.values))

    async def settle(self) -> None:
        """Keep observing: what an app does late is still what it does."""
        await self._scenario_run().settle(self._plan.settle_seconds)

    async def stop(self) -> None:
        """Prove once more that the recorders hear, then end the app and the recorders.

        Every step is owed whatever became of those before it: a recorder that is not stopped
        would go on writing.
        """
        try:
            if self._life is not None:
                with contextlib.suppress(ExceptionGroup):  # each canary's fate is on record
                    await self._life.send("end")
            await self._clocking.sample(START_SAMPLES)
        finally:
            try:
                if self._api is not None:
                    await self._api.stop()
            finally:
                # An app that was stopped by force would not hear that the phone has booted.
                if not self._restarts:
                    await self._phone.force_stop(self._plan.app.package)

    async def pull(self) -> None:
        """Take what is still outside the recording: the last flows, and what a restart shows."""
        if self._network is not None:
            await self._network.close()
        if self._restarts and self._run is not None:
            await restart(self._phone)
            self.note(DeviceNote(name="restarted", detail="nothing is recorded from here on"))
            await self._script.run(self._run.look_after_restart(self._plan.scenario.function))

    async def clean(self) -> None:
        """Undo what `prepare` and `install` did, by the ledger."""
        await clean(self._phone, state_folder=self._tools.ledgers)

    async def seal(self, outcome: Outcome, reason: str) -> None:
        """Close the streams, write how the session ended, and seal the folder."""
        session = msgspec.structs.replace(
            self._session,
            ended=time.time_ns(),
            clock=self._clocking.result(),
            outcome=outcome,
            reason=reason,
        )
        await asyncio.to_thread(self._finish, session)
        await seal_when_idle(self._plan.folder, self._tools.key)
        self.sealed = True

    def _finish(self, session: Session) -> None:
        self._writer.update_session(session)
        self._writer.close()

    def close(self) -> None:
        """Let go of the recording's files; harmless after sealing."""
        self._writer.close()

    def _scenario_run(self) -> Run:
        """One object for driving and settling: what was restarted or told once stays so."""
        assert self._app is not None  # noqa: S101 - the machine allows no other order
        if self._run is None:
            self._run = Run(
                driver=self._script.hold,
                journal=self._script.journal(UiRecorder(self._writer)),
                app=self._app,
                before_answer=self._before_answer,
                after_answer=self._after_answer,
                hints=self._plan.scenario.hints,
                novelty=Heard(self._plan.folder),
            )
        return self._run

    async def _before_answer(self, answer: ConsentAnswer) -> None:
        await self._around_answer("before_answer")

    async def _after_answer(self, answer: ConsentAnswer) -> None:
        await self._around_answer("after_answer")

    async def _around_answer(self, when: str) -> None:
        self._script.check()
        await self._clocking.sample(BORDER_SAMPLES)
        if self._life is not None:
            await self._life.send(when)
