"""`farm campaign status`: one campaign in numbers, once or as a live view."""

import asyncio
from collections import Counter
from typing import Annotated

import typer
from rich.console import Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from farm.campaign.database import DatabaseUnavailable
from farm.campaign.fleet.inventory import PhoneLine, fleet
from farm.campaign.status import CampaignStatus, HostLine, campaign_status, hosts
from farm.cli.campaign_database import DatabaseOption, HomeOption, campaign_database
from farm.cli.options import JsonOption
from farm.cli.output import complain, console, emit_json, plain

_WATCH_SECONDS = 2.0
_STATES = ("planned", "queued", "running", "done", "failed", "cancelled")


def status(
    name: Annotated[str, typer.Argument(help="Name of the campaign.")],
    watch: Annotated[bool, typer.Option("--watch", help="Show it live until Ctrl-C.")] = False,
    database: DatabaseOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Show jobs by state, running sessions, rate, forecast and failures by cause."""

    async def once() -> None:
        async with campaign_database(database, home) as opened:
            shown = await campaign_status(opened, name)
            if json:
                emit_json(shown)
            else:
                console.print(render(shown, await hosts(opened), await fleet(opened)))

    async def live() -> None:
        async with campaign_database(database, home) as opened:
            with Live(console=console, refresh_per_second=2) as view:
                while True:
                    try:
                        shown = await campaign_status(opened, name)
                        view.update(render(shown, await hosts(opened), await fleet(opened)))
                        if shown.state in ("finished", "cancelled"):
                            return
                    except DatabaseUnavailable as error:
                        complain(str(error))
                    await asyncio.sleep(_WATCH_SECONDS)

    asyncio.run(live() if watch else once())


def render(shown: CampaignStatus, known_hosts: list[HostLine], phones: list[PhoneLine]) -> Group:
    """The picture that people see."""
    head = Text.assemble(
        (plain(shown.name), "bold"),
        f"  {shown.state}, priority {shown.priority}, {shown.rate:,.0f} results an hour",
        f", ends {shown.forecast:%Y-%m-%d %H:%M} UTC" if shown.forecast else "",
    )
    ended = shown.count("done", "failed", "cancelled")
    bar = ProgressBar(total=max(shown.total, 1), completed=ended, width=60)
    jobs = Table("jobs", *_STATES, title_justify="left")
    for kind, states in sorted(shown.jobs.items()):
        jobs.add_row(kind, *(f"{states.get(state, 0):,}" for state in _STATES))
    line = Table.grid()
    line.add_row(bar)
    parts: list[Text | Table] = [head, line, jobs]
    for title, numbers in (("verdicts", shown.verdicts), ("failures by cause", shown.causes)):
        if numbers:
            told = ", ".join(f"{word} {count:,}" for word, count in sorted(numbers.items()))
            parts.append(Text(f"{title}: {told}"))
    if known_hosts:
        table = Table("host", "state", "slots", "running")
        for host in known_hosts:
            table.add_row(plain(host.name, 60), host.state, str(host.slots), str(host.running))
        parts.append(table)
    if phones:
        counts = Counter(_phone_state(phone) for phone in phones)
        told = ", ".join(f"{count:,} {state}" for state, count in sorted(counts.items()))
        parts.append(Text(f"{len(phones):,} phones: {told}"))
    parts += [Text(f"  {plain(one, 160)}") for one in shown.running[:20]]
    if len(shown.running) > 20:
        parts.append(Text(f"  and {len(shown.running) - 20} more"))
    return Group(*parts)


def _phone_state(phone: PhoneLine) -> str:
    if phone.quarantined_by:
        return "in quarantine"
    if phone.reserved_for:
        return "reserved"
    if phone.rest_reason and phone.state == "free":
        return "at rest"
    return phone.state
