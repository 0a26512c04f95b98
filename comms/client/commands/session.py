"""Signing in and out, locking and unlocking."""

from __future__ import annotations

import contextlib
from argparse import Namespace
from collections import Counter
from uuid import UUID

from comms.client import output, recovering
from comms.client.account import (
    Account,
    Keys,
    keep_open,
    load_account,
    second_step,
    sign_in_keys,
    start_session,
    vault_key_of,
)
from comms.client.app import App
from comms.client.commands.asking import asking
from comms.client.errors import ServerError, SignedOutError, UsageError
from comms.client.http import API, Connection, origin_of
from comms.client.remote import Remote
from comms.client.replacing import renew_everywhere, replace_keys
from comms.client.store import Session
from comms.wire.errors import WireError
from comms.wire.recovery import format_code, parse_code

RECOVERY_CODE = "Recovery code: "
_NOT_CONFIRMED = UsageError(
    "That is not the new code. Nothing was changed; the code that you have still counts.",
    code="wrong_code",
)


def sign_in(app: App, args: Namespace) -> None:
    """Opens a session and your vault; the passphrase goes nowhere."""
    server, email = place(app, args)
    connection = Connection(origin_of(server))
    ask = asking(args)
    passphrase = ask("Passphrase: ")
    derived = sign_in_keys(connection, email, passphrase)
    if start_session(connection, email, derived.sign_in_secret):
        second_step(connection, args.code or ask("Code of the second step: "))
    account = load_account(connection, app.home)
    try:
        vault_key = vault_key_of(account, passphrase, derived)
    except UsageError as error:
        if error.code != "vault_locked" or (args.stdin and not args.recovery_code):
            raise
        vault_key = recovering.open_by_code(account, ask(RECOVERY_CODE))
        recovering.wrap_for_passphrase(connection, account, derived, vault_key)
    begin(app, args, connection, account, vault_key)


def begin(
    app: App, args: Namespace, connection: Connection, account: Account, vault_key: bytes
) -> None:
    """Keeps the session that was opened, with the vault open in it, and says so."""
    keys = Keys(connection, app.home, account, vault_key)
    session = Session(
        server=connection.origin,
        email=account.email,
        user=account.user,
        cookies=dict(connection.cookies),
        csrf=connection.csrf,
        workspace=_workspace(connection, args.workspace),
    )
    keep_open(connection, session, keys.key)
    session.cookies, session.csrf = dict(connection.cookies), connection.csrf
    app.home.keep_session(session)
    connection.close()
    if args.json:
        output.show_json(_shown(session))
    else:
        where = f", workspace {session.workspace}" if session.workspace else ""
        output.say(f"Signed in as {output.line(session.email)}{where}.")


def place(app: App, args: Namespace) -> tuple[str, str]:
    """Where and who: as said, or as it was last. Raises UsageError."""
    before = app.home.session()
    server = args.server or (before.server if before else "")
    email = args.email or (before.email if before else "")
    if not server or not email:
        raise UsageError(f"Say where and who: comms-cli {args.name} SERVER EMAIL")
    return server, email


def unlock(app: App, args: Namespace) -> None:
    """Opens your vault again within the session."""
    account = load_account(app.connection, app.home)
    if args.recovery_code:
        vault_key = recovering.open_by_code(account, asking(args)(RECOVERY_CODE))
    else:
        vault_key = _by_passphrase(account, asking(args)("Passphrase: "))
    Keys(app.connection, app.home, account, vault_key)
    keep_open(app.connection, app.session, vault_key)
    app.home.keep_session(app.session)
    _done(args, "Unlocked.")


def _by_passphrase(account: Account, passphrase: str) -> bytes:
    try:
        return vault_key_of(account, passphrase)
    except UsageError as error:
        raise UsageError(
            "That is not the passphrase of your vault. If you have lost it: comms-cli unlock --recovery-code",
            code="wrong_passphrase",
        ) from error


def lock(app: App, args: Namespace) -> None:
    """Forgets your keys until you unlock; the session goes on."""
    session = app.session
    session.box = b""
    app.home.keep_session(session)
    app.connection.send("DELETE", f"{API}keys/session-secret")
    _done(args, "Locked.")


def sign_out(app: App, args: Namespace) -> None:
    """Ends the session, here and on the server."""
    if app.home.session() is not None:
        with contextlib.suppress(SignedOutError):
            app.connection.send("DELETE", f"{API}session/current")
        app.home.forget_session()
    _done(args, "Signed out.")


def status(app: App, args: Namespace) -> None:
    """Who is signed in, where, and whether the keys are open."""
    session = app.session
    found = app.connection.json("GET", f"{API}me")
    if UUID(str(found.get("id"))) != session.user:
        raise ServerError(200, "unexpected", "The server says that this is somebody else.")
    shown = _shown(session) | {"locked": not session.box}
    if args.json:
        output.show_json(shown)
        return
    state = "locked" if not session.box else "open"
    output.say(f"{session.email} at {session.server}, workspace {session.workspace or '-'}.")
    output.say(f"Keys: {state}. Fingerprints of people and the log are checked at every command.")


def replace(app: App, args: Namespace) -> None:
    """New keys, when a browser or computer with yours was lost.

    It is shut out of everything to come. The passphrase is read first; then a new recovery code is shown, and read
    back, before anything happens.
    """
    ask = asking(args)
    app.keys.flush()

    def confirm(code: str) -> None:
        if args.json:
            output.show_json({"recovery_code": code})
        else:
            output.say(f"Your new recovery code. Write it down on paper:\n\n    {code}\n")
        question = "Type it as you have written it down (it is not shown): "
        try:
            given = format_code(parse_code(ask(question)))
        except WireError as error:
            raise _NOT_CONFIRMED from error
        if given != code:
            raise _NOT_CONFIRMED

    keys, _code = replace_keys(app.keys, ask("Passphrase: "), confirm)
    app.use_keys(keys)
    remotes = [Remote(app.connection, slug) for slug in _slugs(app.connection)]
    found = Counter(renew_everywhere(remotes, keys, app.log))
    if args.json:
        output.show_json(
            {one: found[one] for one in ("renewed", "waiting", "ownerless", "stopped")}
        )
        return
    output.say(
        "You have new keys. Every other session of yours has ended, and passkeys open nothing any more."
    )
    output.say(f"Conversations with a new key: {found['renewed']}.")
    if found["waiting"]:
        output.say(f"Waiting until an owner opens them: {found['waiting']}.")
    if found["ownerless"]:
        output.say(
            f"Without an owner, where you go on in a new one (comms-cli continue THREAD): {found['ownerless']}."
        )
    if found["stopped"]:
        output.say(f"Stopped, and they say why when you open them: {found['stopped']}.")


def _shown(session: Session) -> dict[str, object]:
    return {
        "server": session.server,
        "email": session.email,
        "user": str(session.user),
        "workspace": session.workspace,
    }


def _slugs(connection: Connection) -> list[str]:
    """The workspaces that the person is in."""
    found = connection.json("GET", f"{API}me").get("workspaces")
    return [str(one["slug"]) for one in found or () if isinstance(one, dict) and "slug" in one]


def _workspace(connection: Connection, wanted: str) -> str:
    """The one that was asked for, or the person's only one."""
    slugs = _slugs(connection)
    if wanted and wanted not in slugs:
        raise UsageError(f"You are in no workspace called {wanted}; there is: {', '.join(slugs)}")
    return wanted or (slugs[0] if len(slugs) == 1 else "")


def _done(args: Namespace, sentence: str) -> None:
    if args.json:
        output.show_json({"done": True})
    else:
        output.say(sentence)
