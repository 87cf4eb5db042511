"""The `farm` command: puts the command groups together and turns errors into exit codes.

Exit codes: 0 clean, 1 findings, 2 usage or set-up, 3 undetermined. Nothing here does any work.
"""

import sys

import typer

from farm import __version__
from farm.cli.lazy import MARKUP, Entry, lazy_group
from farm.cli.output import EXIT_UNDETERMINED, EXIT_USAGE, complain, log_to_terminal
from farm.model.errors import FarmError, UsageError

# A command's line here is the first line of its own help; it is imported when it is run.
COMMANDS = {
    "run": Entry(
        "farm.cli.run_app:run_app",
        "Run one scenario on one app and say what it collected before consent.",
    ),
    "analyse": Entry(
        "farm.cli.analyse:analyse",
        "Judge recordings again: findings, coverage and a verdict for each.",
    ),
    "explain": Entry(
        "farm.cli.explain:explain",
        "Tell a finding from the rule to the bytes: calls, operations, requests, receiver.",
    ),
    "report": Entry(
        "farm.cli.report:report",
        "Write the report of a recording, in as many forms as asked for.",
    ),
    "devices": Entry("farm.cli.devices:app", "List phones with their profile and state."),
    "campaign": Entry(
        "farm.cli.campaign:app", "Thousands of apps on many phones and hosts, nothing lost."
    ),
    "apps": Entry(
        "farm.cli.apps:app",
        "The register of apps: which versions there are, who signed them, where each was seen.",
    ),
    "cases": Entry(
        "farm.cli.cases:app",
        "Violations from the finding to the end: notice, re-test, fixed or not.",
    ),
    "nightly": Entry(
        "farm.cli.nightly:nightly",
        "Run a list of apps and report what changed since each one's last comparable run.",
    ),
    "query": Entry(
        "farm.cli.query:query",
        "Ask all recordings at once: `SELECT package, count(*) FROM events GROUP BY 1`.",
    ),
    "simulate": Entry(
        "farm.cli.simulate:simulate",
        "Simulate a campaign with the farm's own decisions on made-up phones.",
    ),
    "store": Entry("farm.cli.store:app", "Look after the store of recordings."),
    "worker": Entry(
        "farm.cli.worker:worker",
        "Take jobs for free phones until SIGTERM or Ctrl-C, which lets running sessions end.",
    ),
    "web": Entry(
        "farm.cli.web:app", "Serve the lab's web page, and keep the accounts of its people."
    ),
    "doctor": Entry(
        "farm.cli.doctor:doctor",
        "Check adb, phones, root or gadget, Frida, CA, proxy, clock, fonts, disk and tools.",
    ),
    "setup-phone": Entry(
        "farm.cli.setup_phone:setup_phone",
        "Check a phone step by step, then rehearse a preparation and put everything back.",
    ),
    "demo": Entry(
        "farm.cli.demo:demo",
        "Inspect 8 twin apps under 3 scenarios on 3 twins, and check every verdict.",
    ),
    "engines": Entry(
        "farm.cli.engines:app",
        "Dock outside detection engines, and compare what they say.",
    ),
    "hooks": Entry("farm.cli.hooks:app", "List, explain, check and try what the hooks watch."),
    "recording": Entry("farm.cli.recording:app", "Verify, recover and show recordings."),
    "rules": Entry(
        "farm.cli.rules:app",
        "Show the clauses of laws and standards that recordings are judged by.",
    ),
    "scenario": Entry(
        "farm.cli.scenario:app",
        "Write scenarios, find their mistakes, and try them.",
    ),
    "twin": Entry("farm.cli.twin:app", "Stand-in phones behind the real adb server."),
}

app = typer.Typer(
    name="farm",
    cls=lazy_group(COMMANDS),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=MARKUP,
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


def run() -> None:
    """Entry point of the console script: one clear line for every expected error."""
    log_to_terminal()
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
