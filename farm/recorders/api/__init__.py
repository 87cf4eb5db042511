"""Sensitive calls of the inspected app, seen by hooks inside its processes."""

from farm.recorders.api.recorder import ApiRecorder

__all__ = ["ApiRecorder"]
