"""The phone's Android as adb clients see it: files, shell, packages, settings, logs, clock.

Hosts no app: processes, windows and the screen belong to the runtime half.
"""
