"""The `farm` command: puts the command groups together and turns errors into exit codes.

Exit codes: 0 clean, 1 findings, 2 usage or set-up, 3 undetermined. Nothing here does any work.
"""

import sys

import typer

from farm import __version__
from farm.cli import (
    analyse,
    demo,
    devices,
    doctor,
    engines,
    recording,
    report,
    rules,
    run_app,
    scenario,
)
from farm.cli import setup_phone as setup_phone_command
from farm.cli import twin as twin_command
from farm.cli.output import EXIT_UNDETERMINED, EXIT_USAGE, complain
from farm.model.errors import FarmError, UsageError

app = typer.Typer(
    name="farm",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help=(
        "Show what personal information an app collects before the user agreed to it.\n\n"
        "Try it without a phone: `farm run APP.apk --phone twin`. "
        "With a phone: `farm doctor`, `farm setup-phone SERIAL`, `farm run APP.apk`.\n\n"
        "Exit codes: 0 clean, 1 findings, 2 usage or set-up, 3 undetermined."
    ),
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"farm {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Options that stand before the command."""


app.command("run")(run_app.run_app)
app.command("analyse")(analyse.analyse)
app.command("report")(report.report)
app.command("devices")(devices.devices)
app.command("doctor")(doctor.doctor)
app.command("setup-phone")(setup_phone_command.setup_phone)
app.command("demo")(demo.demo)
app.add_typer(engines.app, name="engines")
app.add_typer(recording.app, name="recording")
app.add_typer(rules.app, name="rules")
app.add_typer(scenario.app, name="scenario")
app.add_typer(twin_command.app, name="twin")


def run() -> None:
    """Entry point of the console script: one clear line for every expected error."""
    try:
        app()
    except UsageError as error:
        complain(str(error))
        sys.exit(EXIT_USAGE)
    except FarmError as error:
        complain(str(error))
        sys.exit(EXIT_UNDETERMINED)
    except KeyboardInterrupt:
        complain("interrupted")
        sys.exit(130)
