"""One phone and the pool of them: ADB, screen, clock, profile, preparation and clean-up.

Knows adbutils, uiautomator2 and asyncio-pool, each in one module, and turns their errors into
those of `farm.model.errors`. Decides nothing about apps, findings or sessions.
"""
