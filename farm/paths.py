"""Where the data that ships beside the code lies: profiles, scenarios and the hook bundle.

A source checkout keeps them at its top level; an installed wheel carries them in `farm/_data`.
This module only computes paths; it opens nothing.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = _PACKAGE / "_data"
_ROOT = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent

DEVICE_PROFILES = _ROOT / "device_profiles"
SCENARIOS = _ROOT / "scenarios"
HOOKS = _ROOT / "hooks"
HOOK_BUNDLE = HOOKS / "dist" / "farm-hooks.js"
HOOK_CATALOGUE = HOOKS / "catalogue"
HOOK_SIGNATURES = HOOKS / "signatures"
# What set-up compiles; below the checkout, or below the package of an installed wheel.
BUILD = _ROOT / ".build"
