"""Recognise what a screen asks of the user: a pure function of its hierarchy."""

from farm.explore.dialogs.classify import classify
from farm.explore.dialogs.values import Button, Recognised, ScreenState

__all__ = ["Button", "Recognised", "ScreenState", "classify"]
