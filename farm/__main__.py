"""`python -m farm`: the same as the console script."""

from farm.cli.main import run

run()
