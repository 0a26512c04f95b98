"""Back in after the passphrase was lost."""

from __future__ import annotations

from argparse import Namespace

from comms.client import output, recovering
from comms.client.account import load_account, second_step, sign_in_keys, start_session
from comms.client.app import App
from comms.client.commands.asking import asking
from comms.client.commands.session import RECOVERY_CODE, begin, place
from comms.client.errors import UsageError
from comms.client.http import Connection, origin_of


def recover(app: App, args: Namespace) -> None:
    """A new passphrase when yours is lost: by a mailed link and your recovery code.

    Nothing is changed before the link, the new passphrase and the code were given.
    """
    server, email = place(app, args)
    connection = Connection(origin_of(server))
    ask = asking(args)
    if not args.link:
        recovering.ask_for_mail(connection, email)
        _tell(args, f"If {email} has an account, a mail with a link is on its way to it.")
    key = recovering.key_in(args.link or ask("Link in the mail: "), connection.origin)
    passphrase = ask("New passphrase: ")
    recovering.check_strength(passphrase, email)
    if not args.stdin and ask("The same again: ") != passphrase:
        raise UsageError("These are two different passphrases. Nothing was changed.")
    code = ask(RECOVERY_CODE)
    recovering.secret_of(code)
    recovering.finish_reset(connection, key, passphrase)
    _tell(args, "Your new passphrase is set. Every session of yours has ended.")
    derived = sign_in_keys(connection, email, passphrase)
    if start_session(connection, email, derived.sign_in_secret):
        second_step(connection, args.code or ask("Code of the second step: "))
    account = load_account(connection, app.home)
    try:
        vault_key = recovering.open_by_code(account, code)
    except UsageError as error:
        raise UsageError(
            f"{error.sentence} You can sign in with the new passphrase; to open your vault: "
            "comms-cli sign-in --recovery-code, or in a browser with a passkey.",
            code=error.code,
        ) from error
    recovering.wrap_for_passphrase(connection, account, derived, vault_key)
    begin(app, args, connection, account, vault_key)


def _tell(args: Namespace, sentence: str) -> None:
    if not args.json:
        output.complain(sentence)
