"""The window stack: which windows exist, which task is in front, which window has the focus.

It keeps the stack and lays windows out. Processes, permission answers and pixels are elsewhere.
"""

from typing import Literal

from farm.twin.runtime.layout import Layout, Scrolls
from farm.twin.runtime.roms import Answer
from farm.twin.runtime.views import Rectangle, View

Kind = Literal["activity", "dialog", "permission", "system", "page", "launcher"]
MAX_WINDOWS_PER_PROCESS = 40
STATUS_BAR_DP = 24
_DIALOG_MARGIN_DP = 20
_DIALOG_WIDTH_DP = 360


class Window:
    """One window with its tree; `pid` 0 marks the system's own."""

    def __init__(
        self, window_id: str, kind: Kind, package: str, activity: str, title: str, root: View
    ) -> None:
        self.id = window_id
        self.kind: Kind = kind
        self.package = package
        self.activity = activity
        self.title = title
        self.root = root
        self.pid = 0
        self.bounds: Rectangle = (0, 0, 0, 0)
        self.scrolls = Scrolls()
        self.focused_view = -1
        self.typed: dict[int, str] = {}  # text on its way to the app, by view id
        self.answers: dict[int, Answer] = {}  # of a permission request, by view id
        self.placed = False

    @property
    def modal(self) -> bool:
        """Stands in the middle over a dimmed background."""
        return self.kind in ("dialog", "permission", "system")

    def replace(self, title: str, root: View) -> None:
        """The app drew anew: scroll offsets and the focus stay, as views keep them."""
        self.title, self.root = title, root
        self.typed.clear()
        self.placed = False

    def find(self, view_id: int) -> View | None:
        """The view with the id the app gave it."""
        return next((view for view in self.root.walk() if view.id == view_id), None)


class ActivityRecord:
    """One activity of a task with its windows, its own first and dialogs above."""

    def __init__(self, name: str, pid: int) -> None:
        self.name = name
        self.pid = pid
        self.state = "resume"
        self.windows: list[Window] = []


class Task:
    """The activities of one app, the visible one last."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.activities: list[ActivityRecord] = []

    @property
    def top(self) -> ActivityRecord | None:
        """The visible activity."""
        return self.activities[-1] if self.activities else None

    def activity(self, name: str, pid: int) -> ActivityRecord | None:
        """The record of an activity of one process."""
        for record in reversed(self.activities):
            if record.name == name and record.pid == pid:
                return record
        return None


class WindowStack:
    """All windows of a phone. `version` grows with every change of what is seen."""

    def __init__(self, screen: tuple[int, int], density: int, launcher: Window) -> None:
        self.screen = screen
        self.layout = Layout(density)
        self.launcher = launcher
        self.tasks: list[Task] = []  # the front task last
        self.at_home = True
        self.system: list[Window] = []  # alerts of the system, the newest last
        self.version = 0
        self.awake = True

    def changed(self) -> None:
        """What is seen is no longer what was drawn."""
        self.version += 1

    @property
    def front(self) -> Task | None:
        """The task in front, None at home."""
        return self.tasks[-1] if self.tasks and not self.at_home else None

    def task(self, package: str) -> Task | None:
        """The app's task."""
        return next((task for task in self.tasks if task.package == package), None)

    def focused_application(self) -> tuple[str, ActivityRecord | None]:
        """Package and record of the activity that is resumed or about to be."""
        front = self.front
        if front is None or front.top is None:
            return self.launcher.package, None
        return front.package, front.top

    def visible(self) -> list[Window]:
        """Windows from the bottom to the top, the launcher where no app covers it."""
        front = self.front
        windows: list[Window] = []
        if front is None or front.top is None:
            windows.append(self.launcher)
        elif front.top.windows:
            windows.extend(front.top.windows)
        elif len(front.activities) > 1:  # a starting activity has not drawn: the one below shows
            windows.extend(front.activities[-2].windows)
        windows.extend(self.system)
        for window in windows:
            self._place(window)
        return windows

    def focused(self) -> Window | None:
        """The window that gets input; None while a started activity has not drawn."""
        windows = self.visible()
        return windows[-1] if windows else None

    def window(self, pid: int, window_id: str) -> Window | None:
        """An app's window by the name the app gave it."""
        for task in self.tasks:
            for record in task.activities:
                for window in record.windows:
                    if window.pid == pid and window.id == window_id:
                        return window
        return None

    def remove_window(self, window: Window) -> None:
        """Take a window away."""
        for task in self.tasks:
            for record in task.activities:
                if window in record.windows:
                    record.windows.remove(window)
        if window in self.system:
            self.system.remove(window)
        self.changed()

    def remove_process(self, pid: int) -> None:
        """Take all windows and activities of an ended process away."""
        for task in list(self.tasks):
            task.activities = [record for record in task.activities if record.pid != pid]
            if not task.activities:
                self._remove_task(task)
        self.changed()

    def remove_activity(self, task: Task, record: ActivityRecord) -> None:
        """An activity finished."""
        if record in task.activities:
            task.activities.remove(record)
        if not task.activities:
            self._remove_task(task)
        self.changed()

    def _remove_task(self, task: Task) -> None:
        was_front = task is self.front
        self.tasks.remove(task)
        if was_front:
            self.at_home = True  # an app started from the launcher ends there

    def count(self, pid: int) -> int:
        """Windows of one process."""
        return sum(
            window.pid == pid
            for task in self.tasks
            for record in task.activities
            for window in record.windows
        )

    def relayout(self, window: Window) -> None:
        """Scroll offsets or the tree changed."""
        window.placed = False
        self.changed()

    @property
    def status_bar_height(self) -> int:
        """Pixels at the top that belong to the system."""
        return self.layout.dp(STATUS_BAR_DP)

    def _place(self, window: Window) -> None:
        if window.placed:
            return
        width, height = self.screen
        if window.modal:
            margin = self.layout.dp(_DIALOG_MARGIN_DP)
            box = min(width - 2 * margin, self.layout.dp(_DIALOG_WIDTH_DP))
            room = height - self.status_bar_height - 2 * margin
            wanted = max(1, min(self.layout.size(window.root, box, room)[1], room))
            left = (width - box) // 2
            top = self.status_bar_height + margin + (room - wanted) // 2
            window.bounds = (left, top, left + box, top + wanted)
            area = window.bounds
        else:
            window.bounds = (0, 0, width, height)
            area = (0, self.status_bar_height, width, height)
        self.layout.place(window.root, area, window.scrolls)
        for view in window.root.walk():
            view.focused = view.id == window.focused_view and view.id >= 0
            if view.id in window.typed:
                view.text = window.typed[view.id]
        window.placed = True
