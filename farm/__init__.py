"""An instrumented Android device farm for app-privacy inspection."""

__version__ = "0.1.0"
