"""Forms, what people answered, and replies to them."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from comms.client import feedback, output
from comms.client.app import App
from comms.client.commands.writing import words_of
from comms.client.errors import ClientError, ServerError, Trouble, UsageError
from comms.client.feedback import Exported, Form, Opened, Said, Version
from comms.client.feedback_files import save_file, send_file
from comms.client.feedback_remote import Case, FeedbackRemote, ListedCase
from comms.client.rotation import now
from comms.wire.dialogue import TEXT_LIMIT, DialogueBody
from comms.wire.submissions import SealedFile

# What a spreadsheet would take for a formula.
# Where a cell begins: also where a program that splits at ; begins one. The same is in sheets.ts.
_FORMULA: Final = re.compile(r"((?:^|[;\t\r\n])(?:\"|[^\S\t\r\n])*)(?=[=+\-@|%＝＋－＠])")
_FIGURE: Final = re.compile(r"^-?\d+(\.\d+)?$")


def list_forms(app: App, args: Namespace) -> None:
    """The forms, or with FORM its cases, the most urgent first."""
    remote = _remote(app)
    if args.form:
        _list_cases(remote.cases(form=feedback.find_form(remote, args.form).id), args)
        return
    forms = remote.forms()
    if args.json:
        output.show_json(
            [
                {
                    "id": str(one.id),
                    "title": one.title,
                    "status": one.status,
                    "versions": one.versions,
                    "submissions": one.submissions,
                    "open_cases": one.open_cases,
                }
                for one in forms
            ]
        )
        return
    if not forms:
        output.say("There is no form in this workspace.")
    for one in forms:
        count = f"{one.submissions} answered, {one.open_cases} open"
        output.say(f"{one.id}  {one.status:<8}  {output.line(one.title)}  ({count})")


def read(app: App, args: Namespace) -> None:
    """What somebody answered, and the talk about it, opened and checked."""
    remote = _remote(app)
    case, _form, version, opened, said = _open_case(app, remote, args.case)
    saved: list[Path] = []
    if args.save:
        folder = Path(args.save)
        folder.mkdir(parents=True, exist_ok=True)
        for file in _files(opened, said):
            saved.append(save_file(remote, case.row.id, file, folder, force=args.force))
    if args.json:
        output.show_json(_case_json(case, version, opened, said, saved))
    else:
        _show_case(case, version, opened, said)
        for path in saved:
            output.say(f"Saved and checked: {path}")
    if said:
        # What the team has read is for those to say who work on cases: an analyst only looks.
        with _where_allowed():
            remote.mark_read(case.row.id, len(said))


def export(app: App, args: Namespace) -> None:
    """All answers to a form, one row each: opened and checked with --decrypt, else as they lie on the server."""
    remote = _remote(app)
    listed = feedback.find_form(remote, args.form)
    if args.decrypt:
        found, versions = feedback.export(app, remote, listed)
        text = _csv(found, versions) if args.format == "csv" else _json(found)
    else:
        if args.format == "csv":
            raise UsageError("A table needs --decrypt. Without it say --format json.")
        found = []
        text = json.dumps(
            [
                {**_about(row), "submission": row.raw.hex(), "open": _parsed(row.open_answers)}
                for rows in remote.submissions(listed.id)
                for row in rows
            ]
        )
    _write(text, args)
    closed = sum(one.failure == "no-key" for one in found)
    if closed and not args.json:
        output.complain(f"{closed} were sealed before you were a reader, and are not in it.")
    forged = [one for one in found if one.failure not in {"", "no-key"}]
    if forged:
        ids = ", ".join(str(one.row.id) for one in forged[:5])
        raise Trouble("forged-answer", f"{len(forged)} left out: {ids}")


def reply(app: App, args: Namespace) -> None:
    """Answers the person, sealed to them and to the form's readers; without TEXT, or with -, from standard input."""
    text = words_of(args.text) if args.text != "" else ""
    if len(text.encode()) > TEXT_LIMIT:
        raise UsageError(f"A reply has at most {TEXT_LIMIT} bytes. Send the rest as a file.")
    if not text and not args.attach:
        raise UsageError("Say what to reply, or attach a file.")
    remote = _remote(app)
    app.remote.need_clock()
    case, form, _version, opened, said = _open_case(app, remote, args.case)
    files = tuple(send_file(remote, case.row.id, Path(one)) for one in args.attach)
    key = remote.opening(case.row.form).form_key
    raw = form.make_reply(key, opened.submission, said, DialogueBody(text, now(), files))
    number = remote.reply(case.row.id, raw)
    if args.json:
        output.show_json({"number": number})
    else:
        output.say(f"Sent: message {number} of this case.")


@contextmanager
def _where_allowed() -> Iterator[None]:
    """Go on where the server says that one's roles don't include it."""
    try:
        yield
    except ServerError as error:
        if error.status != 403:
            raise


def _remote(app: App) -> FeedbackRemote:
    return FeedbackRemote(app.connection, app.remote.workspace)


def _open_case(
    app: App, remote: FeedbackRemote, reference: str
) -> tuple[Case, Form, Version, Opened, list[Said]]:
    case = remote.case(feedback.find_case(remote, reference))
    if case.row.is_erased or not case.submission:
        raise ClientError(
            "The person has erased what they sent. Nothing of it is left.", code="gone"
        )
    form = Form(app, case.thread)
    version = form.check_version(case.version, case.definition, case.statement)
    opened = form.open(version, case.submission, case.open_answers)
    remote.opened([case.row.id])
    return case, form, version, opened, form.open_dialogue(case, opened.submission)


def _list_cases(cases: Sequence[ListedCase], args: Namespace) -> None:
    if args.json:
        output.show_json(
            [
                {
                    "id": str(one.id),
                    "state": one.state,
                    "urgency": one.urgency,
                    "owner": one.owner_name or None,
                    "due_at": output.iso(one.due_at) if one.due_at else None,
                    "overdue": one.is_overdue,
                    "received_on": one.received_on,
                    "unread": one.unread,
                    "erased": one.is_erased,
                }
                for one in cases
            ]
        )
        return
    if not cases:
        output.say("Nobody has answered this form yet.")
    for one in cases:
        marks = [f"urgency {one.urgency}"]
        marks += ["overdue"] if one.is_overdue else []
        marks += [f"{one.unread} unread"] if one.unread else []
        marks += ["erased"] if one.is_erased else []
        owner = output.line(one.owner_name) or "nobody's"
        output.say(f"{one.id}  {one.received_on}  {one.state:<8}  {owner}  ({', '.join(marks)})")


def _show_case(case: Case, version: Version, opened: Opened, said: Sequence[Said]) -> None:
    row = case.row
    output.say(
        f"{output.line(row.form_title)}, {row.received_on}, {row.state}, urgency {row.urgency}"
    )
    for name, item in version.questions.items():
        if name not in opened.answers:
            continue
        mark = "sealed" if item.get("sealed") else "open"
        output.say(f"\n{output.line(version.label(name))}  ({mark})")
        for line in output.plain(_said(opened.answers[name])).split("\n"):
            output.say(f"    {line}")
    for one in said:
        name = output.line(one.name) if one.item.sender else "The person"
        output.say(f"\n#{one.item.number}  {one.received_on}  {name}")
        if one.body is None:
            output.say("    Sealed before you were a reader: you have no key for it.")
            continue
        for line in output.plain(one.body.text).split("\n"):
            output.say(f"    {line}")
        for file in one.body.files:
            output.say(f"    file: {output.line(file.name)}, {output.size(file.size)}")


def _case_json(
    case: Case, version: Version, opened: Opened, said: Sequence[Said], saved: Sequence[Path]
) -> dict[str, Any]:
    return {
        "id": str(case.row.id),
        "form": case.row.form_title,
        "state": case.row.state,
        "received_on": case.row.received_on,
        "version": version.statement.number,
        "language": opened.sealed.language,
        "answers": opened.answers,
        "labels": {name: version.label(name) for name in opened.answers},
        "files": [_file_json(one) for one in opened.sealed.files],
        "dialogue": [
            {
                "number": one.item.number,
                "from": one.name if one.item.sender else None,
                "received_on": one.received_on,
                "text": one.body.text if one.body else None,
                "files": [_file_json(file) for file in one.body.files] if one.body else [],
            }
            for one in said
        ],
        "saved": [str(path) for path in saved],
    }


def _file_json(file: SealedFile) -> dict[str, Any]:
    return {"name": file.name, "size": file.size, "sha256": file.sha256.hex()}


def _files(opened: Opened, said: Sequence[Said]) -> list[SealedFile]:
    bodies = [one.body for one in said if one.body]
    return [*opened.sealed.files, *(file for body in bodies for file in body.files)]


def _about(row: Any) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "received_on": row.received_on,
        "version": row.version,
        "language": row.language,
        "state": row.state,
        "urgency": row.urgency,
        "rating": row.rating or None,
    }


def _json(found: Sequence[Exported]) -> str:
    rows = [{**_about(one.row), "answers": one.answers} for one in found if one.answers is not None]
    return json.dumps(rows)


def _csv(found: Sequence[Exported], versions: Sequence[Version]) -> str:
    """One column for each question; the newest version's first."""
    names = list(dict.fromkeys(name for one in reversed(versions) for name in one.questions))
    file = io.StringIO()
    writer = csv.writer(file)
    about = ["id", "received_on", "version", "language", "state", "urgency", "rating"]
    writer.writerow([*about, *names])
    for one in found:
        if one.answers is None:
            continue
        facts = _about(one.row)
        cells = [facts[name] if facts[name] is not None else "" for name in about]
        cells += [_said(one.answers[name]) if name in one.answers else "" for name in names]
        writer.writerow([_safe(cell) for cell in cells])
    return file.getvalue()


def _safe(cell: Any) -> Any:
    """Before what a spreadsheet would calculate stands an apostrophe."""
    if isinstance(cell, str) and not _FIGURE.match(cell):
        return _FORMULA.sub(r"\1'", cell)
    return cell


def _said(answer: Any) -> str:
    """An answer in words: choices by their ids."""
    match answer:
        case bool():
            return "yes" if answer else "no"
        case {"choice": str(choice)}:
            return choice
        case {"choices": list(choices), **more}:
            other = [str(more["other"])] if more.get("other") else []
            return ", ".join([*map(str, choices), *other])
        case {"other": str(other)}:
            return other
        case dict():
            return "; ".join(f"{row}: {column}" for row, column in answer.items())
        case [{"name": _}, *_]:
            return ", ".join(str(file.get("name")) for file in answer if isinstance(file, dict))
        case list():
            return ", ".join(map(str, answer))
        case _:
            return str(answer)


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text or b"{}")
    except ValueError:
        return None


def _write(text: str, args: Namespace) -> None:
    if not args.to:
        output.say(text.rstrip("\n") if args.format == "json" else output.plain(text.rstrip("\n")))
        return
    path = Path(args.to)
    if path.exists() and not args.force:
        raise UsageError(
            f"{path} is there already. Say --force to replace it, or --to another path."
        )
    # For the person alone: it holds what others said in confidence.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    if not args.json:
        output.complain(f"Saved: {path}")
