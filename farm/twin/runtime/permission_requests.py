"""Permission requests under way: show the dialog, take the answer, grant, tell the app."""

from farm.twin.contracts import InstalledPackage, SystemHalf
from farm.twin.runtime.app_process import AppProcess
from farm.twin.runtime.permissions import (
    PermissionRequest,
    granted_by,
    group_of,
    pages_for,
    permission_window,
)
from farm.twin.runtime.roms import Answer, rom_of
from farm.twin.runtime.views import View
from farm.twin.runtime.windows import ActivityRecord, Window, WindowStack


class _Pending:
    def __init__(
        self,
        process: AppProcess,
        package: InstalledPackage,
        record: ActivityRecord,
        request: PermissionRequest,
    ) -> None:
        self.process = process
        self.package = package
        self.record = record
        self.request = request
        self.window: Window | None = None


class PermissionRequests:
    """All requests of one phone. Answers are remembered per installation of an app."""

    def __init__(self, system: SystemHalf, stack: WindowStack) -> None:
        self._system = system
        self._stack = stack
        self._pending: list[_Pending] = []
        self._refused: dict[tuple[str, int], set[str]] = {}  # "don't ask again"
        self._asked: dict[tuple[str, int], set[str]] = {}
        self._one_time: dict[str, set[str]] = {}
        google = "google" in system.get_property("ro.product.brand").lower()
        self._style = rom_of(system.manufacturer, system.sdk, google=google).permission

    def request(
        self,
        process: AppProcess,
        package: InstalledPackage,
        record: ActivityRecord,
        number: int,
        names: list[str],
    ) -> None:
        """An app asks; it is answered at once where nothing is left to ask."""
        known = (package.package, package.first_install_time)
        declared = [name for name in names if name in package.requested_permissions]
        self._extend_groups(package, declared)
        pages = pages_for(declared, package.granted_permissions, self._refused.get(known, set()))
        request = PermissionRequest(number=number, permissions=names, pages=pages)
        pending = _Pending(process, package, record, request)
        if not pages:
            self._reply(pending)
            return
        self._pending.append(pending)
        process.send({"op": "lifecycle", "activity": record.name, "state": "pause"})
        self._show(pending)

    def tapped(self, window: Window, view: View) -> None:
        """A view of a permission dialog was tapped."""
        pending = next((p for p in self._pending if p.window is window), None)
        answer = window.answers.get(view.id)
        if pending is None or answer is None or not view.enabled:
            return
        if answer == "toggle":
            pending.request.never_ask = not pending.request.never_ask
            self._show(pending)
            return
        self._answer(pending, answer)

    def back(self, window: Window) -> None:
        """Back on the dialog: the activity finishes, which counts as a refusal of the rest."""
        pending = next((p for p in self._pending if p.window is window), None)
        if pending is not None:
            self._finish(pending)

    def process_ended(self, process: AppProcess) -> None:
        """Its dialogs go away; permissions granted for this time are taken back."""
        self._pending = [p for p in self._pending if p.process is not process]
        once = self._one_time.pop(process.package, set())
        package = self._system.package(process.package)
        if once and package is not None:
            package.granted_permissions -= once
            self._system.save_permissions(package)

    def _answer(self, pending: _Pending, answer: Answer) -> None:
        request, package = pending.request, pending.package
        page = request.pages[request.page]
        known = (package.package, package.first_install_time)
        granted = granted_by(answer, page, package.requested_permissions, self._system.sdk)
        if granted:
            package.granted_permissions.update(granted)
            self._system.save_permissions(package)
            pending.process.send(
                {"op": "granted", "permissions": sorted(package.granted_permissions)}
            )
            if answer == "once":
                self._one_time.setdefault(package.package, set()).update(granted)
        else:
            if answer == "deny_forever" or request.never_ask:
                self._refused.setdefault(known, set()).update(page.permissions)
            self._asked.setdefault(known, set()).update(page.permissions)
        request.page += 1
        request.never_ask = False
        if request.page < len(request.pages):
            self._show(pending)
        else:
            self._finish(pending)

    def _extend_groups(self, package: InstalledPackage, names: list[str]) -> None:
        """A permission whose group is granted already is granted without a question."""
        groups = {group_of(name) for name in package.granted_permissions} - {""}
        extra = {
            name
            for name in names
            if group_of(name) in groups and name not in package.granted_permissions
        }
        if extra:
            package.granted_permissions.update(extra)
            self._system.save_permissions(package)

    def _show(self, pending: _Pending) -> None:
        package = pending.package
        asked = self._asked.get((package.package, package.first_install_time), set())
        page = pending.request.pages[pending.request.page]
        window = permission_window(
            self._style,
            pending.request,
            package.label,
            asked_before=bool(asked.intersection(page.permissions)),
        )
        window.pid = pending.process.pid
        if pending.window is not None:
            self._stack.remove_window(pending.window)
        pending.window = window
        pending.record.windows.append(window)
        self._stack.changed()

    def _finish(self, pending: _Pending) -> None:
        if pending.window is not None:
            self._stack.remove_window(pending.window)
        if pending in self._pending:
            self._pending.remove(pending)
        self._reply(pending)
        pending.process.send(
            {"op": "lifecycle", "activity": pending.record.name, "state": "resume"}
        )

    def _reply(self, pending: _Pending) -> None:
        granted = pending.package.granted_permissions
        pending.process.send(
            {
                "op": "permission_result",
                "request": pending.request.number,
                "granted": [name in granted for name in pending.request.permissions],
            }
        )
