"""Static facts of an app, read from its APK."""

from farm.apps.inspection import inspect
from farm.apps.sdks import sdk_prefixes

__all__ = ["inspect", "sdk_prefixes"]
