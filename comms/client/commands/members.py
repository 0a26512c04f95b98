"""Opening conversations, and who is in them."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace

from comms.client import membership, output, successor
from comms.client.app import App
from comms.client.commands.asking import asking
from comms.client.conversation import Conversation
from comms.client.errors import UsageError
from comms.client.people import Person
from comms.client.rotation import now
from comms.wire.roster import Role

_DAY = 24 * 3_600_000


def new(app: App, args: Namespace) -> None:
    """A conversation with these people."""
    others = {app.find_person(one).user: Role.MEMBER for one in args.people}
    others |= {app.find_person(one).user: Role.OBSERVER for one in args.observer}
    if not others or app.keys.user in others:
        raise UsageError("Say who else shall be in it: --with NAME")
    thread = membership.open_thread(app.remote, app.keys, app.log, args.title, others)
    app.conversation(str(thread))
    if args.json:
        output.show_json({"id": str(thread)})
    else:
        output.say(f"{thread}  {output.line(args.title)}")


def members(app: App, args: Namespace) -> None:
    """Who can read a conversation, and how sure of their keys you are."""
    conversation = app.conversation(args.thread)
    rows = [
        {
            "person": str(row.member),
            "name": conversation.name(row.member),
            "role": row.role.name.lower(),
            "keys": conversation.people.state(row.member),
            "fingerprint": row.fingerprint.hex(),
            "expires_at": output.iso(row.expires) if row.expires else None,
            "read_up_to": conversation.read[row.member].seq
            if row.member in conversation.read
            else 0,
        }
        for row in conversation.roster
    ]
    if args.json:
        output.show_json(rows)
        return
    output.say(output.line(conversation.title))
    for sentence in successor.sentences(app, conversation):
        output.say(sentence)
    for row in rows:
        until = f", until {row['expires_at']}" if row["expires_at"] else ""
        output.say(f"    {output.line(str(row['name']))}: {row['role']}, {row['keys']}{until}")


def add(app: App, args: Namespace) -> None:
    """More people, who read everything or from now on."""
    conversation = app.conversation(args.thread)
    users = [app.find_person(one).user for one in args.people]
    role = membership.ROLES[args.role]
    membership.add_members(conversation, users, role, everything=not args.from_now)
    _done(args, "Added. The conversation has a new key.")


def guest(app: App, args: Namespace) -> None:
    """A link for somebody without an account, shown once."""
    code = asking(args)("Code that they get another way: ") if args.code else ""
    conversation = app.conversation(args.thread)
    conversation.prepare()
    until = now() + args.days * _DAY
    link = membership.invite_guest(
        conversation, args.label, code=code, until=until, everything=args.everything
    )
    if args.json:
        output.show_json({"link": link, "until": output.iso(until)})
    else:
        output.say(link)
        output.complain(
            "Give it to them yourself. Whoever opens it first is your guest; it is kept nowhere."
        )


def mute(app: App, args: Namespace) -> None:
    """Nothing of a conversation told outside of it, or told again."""
    app.remote.mute(app.find_thread(args.thread), muted=not args.remove)
    _done(args, "Told again." if args.remove else "Muted.")


def remove(app: App, args: Namespace) -> None:
    """Somebody is out, and the next key is not theirs."""
    conversation = app.conversation(args.thread)
    person = app.find_person(args.person, seated(conversation))
    membership.remove_member(conversation, person.user)
    _done(args, "Removed. The conversation has a new key; what they have read stays with them.")


def role(app: App, args: Namespace) -> None:
    """Another role."""
    conversation = app.conversation(args.thread)
    person = app.find_person(args.person, seated(conversation))
    membership.change_role(conversation, person.user, membership.ROLES[args.role])
    _done(args, "Changed. The conversation has a new key.")


def title(app: App, args: Namespace) -> None:
    """Another title."""
    membership.change_title(app.conversation(args.thread), args.title)
    _done(args, "Changed. The conversation has a new key.")


def leave(app: App, args: Namespace) -> None:
    """Ends one's own seat at once."""
    membership.leave(app.conversation(args.thread))
    _done(args, "You have left. New messages do not reach you.")


def go_on(app: App, args: Namespace) -> None:
    """A new conversation in the place of one whose last owner is lost."""
    before = app.conversation(args.thread)
    thread = successor.open_successor(before)
    app.conversation(str(thread))
    if args.json:
        output.show_json({"id": str(thread), "continues": str(before.thread)})
    else:
        output.say(f"{thread}  {output.line(before.title)}")
        output.complain("It names the conversation that it continues, which can still be read.")


def seated(conversation: Conversation) -> list[Person]:
    """Whoever is in the conversation now; guests under the name that they gave."""
    inside = {row.member for row in conversation.roster}
    return [
        replace(one, name=conversation.name(one.user))
        for one in conversation.people.everyone()
        if one.user in inside
    ]


def _done(args: Namespace, sentence: str) -> None:
    if args.json:
        output.show_json({"done": True})
    else:
        output.say(sentence)
