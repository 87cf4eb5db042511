"""Builds what twins run: the Android classes' jar and the sample apps' APK files.

`python -m farm.twin.building` builds what is stale. Nothing here runs an app.
"""
