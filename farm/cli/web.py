"""`farm web`: the lab's web page, and the accounts of the people who use it."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from farm.campaign.audit import record
from farm.campaign.database import Database
from farm.cases.deadlines import load_deadlines
from farm.cli.campaign_database import (
    DatabaseOption,
    HomeOption,
    StoreOption,
    campaign_database,
    open_store,
)
from farm.cli.options import JsonOption
from farm.cli.output import emit_json, say
from farm.model.errors import UsageError
from farm.session.settings import default_home
from farm.web.accounts import users
from farm.web.accounts.passwords import Passwords
from farm.web.accounts.roles import Role
from farm.web.app import create_app
from farm.web.server import Address, check_address, serve
from farm.web.settings import WebSettings

app = typer.Typer(
    invoke_without_command=True,
    help=(
        "Serve the lab's web page, and keep the accounts of its people.\n\n"
        "First `farm web user add NAME --role tester --role reviewer`, then `farm web` and open "
        "http://127.0.0.1:8600/."
    ),
)
user_app = typer.Typer(no_args_is_help=True, help="Keep the accounts of the web page.")
app.add_typer(user_app, name="user")

_T = TypeVar("_T")
_NameArgument = Annotated[str, typer.Argument(help="Name of the account.")]
_RoleOption = Annotated[
    list[str], typer.Option("--role", help=f"One of {', '.join(Role)}; may stand several times.")
]
_StdinOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


@app.callback()
def web(
    context: typer.Context,
    listen: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8600,
    expose: Annotated[
        bool, typer.Option("--expose", help="Other machines shall reach it; needs TLS.")
    ] = False,
    certificate: Annotated[
        Path | None, typer.Option(help="PEM file with the server's certificate chain.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="PEM file with its key.")] = None,
    proxy: Annotated[
        str, typer.Option(metavar="ADDRESS", help="A proxy there speaks TLS and is believed.")
    ] = "",
    name: Annotated[
        list[str] | None, typer.Option(help="Host name that people reach it by.")
    ] = None,
    deadlines: Annotated[
        Path | None, typer.Option(help="How long notices give, YAML; as for `farm cases notice`.")
    ] = None,
    database: DatabaseOption = "",
    store: StoreOption = "",
    home: HomeOption = None,
) -> None:
    """Serve the lab's web page, and keep the accounts of its people."""
    if context.invoked_subcommand is not None:
        return
    address = check_address(
        Address(host=listen, port=port, certificate=certificate, key=key, proxy=proxy),
        exposed=expose,
    )
    load_deadlines(deadlines)  # a mistake in it is told now, not to whom sends a notice
    settings = WebSettings(
        home=home or default_home(),
        deadlines=deadlines,
        secure=address.secure,
        names=tuple(name or ()) + ((listen,) if listen not in ("0.0.0.0", "::") else ()),  # noqa: S104
    )
    if expose and not name:
        raise UsageError("--expose: name the host as people type it: --name farm.example.org")

    async def work() -> None:
        async with campaign_database(database, home, connections=10) as opened:
            if not await users.everybody(opened):
                say("nobody has an account yet: `farm web user add NAME --role tester`")
            say(
                f"listening on {'https' if certificate else 'http'}://{listen}:{port}/ until Ctrl-C"
            )
            await serve(create_app(settings, opened, open_store(store, home)), address)

    asyncio.run(work())


@user_app.command()
def add(
    name: _NameArgument,
    role: _RoleOption,
    password_stdin: _StdinOption = False,
    database: DatabaseOption = "",
    home: HomeOption = None,
) -> None:
    """Add an account; the password is asked for twice."""
    users.check_name(name)
    roles = users.check_roles(role)
    password = _password(password_stdin)

    async def work(opened: Database) -> None:
        await users.add(opened, name, await Passwords().hash(password), roles)
        await _note(opened, "account.add", name, {"roles": list(roles)})

    _run(database, home, work)
    say(f"account {name} is added with {', '.join(roles)}")


@user_app.command("list")
def list_users(
    database: DatabaseOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """List accounts with their roles."""
    found = _run(database, home, users.everybody)
    if json:
        emit_json(found)
        return
    for one in found:
        say(f"{one.name}  {', '.join(one.roles)}{'  disabled' if one.disabled else ''}")
    if not found:
        say("no account yet: `farm web user add NAME --role tester`")


@user_app.command()
def roles(
    name: _NameArgument,
    role: _RoleOption,
    database: DatabaseOption = "",
    home: HomeOption = None,
) -> None:
    """Give an account other roles, from its next request on."""
    chosen = users.check_roles(role)

    async def work(opened: Database) -> None:
        await users.set_roles(opened, name, chosen)
        await _note(opened, "account.roles", name, {"roles": list(chosen)})

    _run(database, home, work)
    say(f"account {name} has {', '.join(chosen)}")


@user_app.command()
def password(
    name: _NameArgument,
    password_stdin: _StdinOption = False,
    database: DatabaseOption = "",
    home: HomeOption = None,
) -> None:
    """Set a new password; whoever is signed in with the old one is signed out."""
    typed = _password(password_stdin)

    async def work(opened: Database) -> None:
        await users.set_password(opened, name, await Passwords().hash(typed))
        await _note(opened, "account.password", name)

    _run(database, home, work)
    say(f"account {name} has a new password")


@user_app.command()
def disable(name: _NameArgument, database: DatabaseOption = "", home: HomeOption = None) -> None:
    """Lock an account out at once; what it did stays on record."""
    _disable(database, home, name, True)
    say(f"account {name} is disabled")


@user_app.command()
def enable(name: _NameArgument, database: DatabaseOption = "", home: HomeOption = None) -> None:
    """Let a disabled account in again."""
    _disable(database, home, name, False)
    say(f"account {name} is enabled")


def _disable(url: str, home: Path | None, name: str, disabled: bool) -> None:
    async def work(opened: Database) -> None:
        await users.set_disabled(opened, name, disabled)
        await _note(opened, "account.disable" if disabled else "account.enable", name)

    _run(url, home, work)


async def _note(
    database: Database, action: str, name: str, detail: dict[str, object] | None = None
) -> None:
    # Whoever holds the database's password acts as the lab itself.
    async with database.transaction() as client:
        await record(client, actor="farm", action=action, subject=f"account:{name}", detail=detail)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline(4096).rstrip("\r\n")
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


def _run(url: str, home: Path | None, action: Callable[[Database], Awaitable[_T]]) -> _T:
    async def work() -> _T:
        async with campaign_database(url, home) as database:
            return await action(database)

    return asyncio.run(work())
