"""Compile the hook bundle if its sources changed."""

import sys

from farm.recorders.api.build import main

sys.exit(main())
