"""The catcher's pages show mails to this machine, and let nothing in a mail act."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from comms.stack.mailbox import MailFolder, MailWriter

pytestmark = pytest.mark.django_db

NAUGHTY = "<p>Hello</p><script>alert(1)</script><img src='https://track.example/x.gif'>"


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.MAIL_CATCHER_DIR = tmp_path
    return tmp_path


def catch(folder: Path, *, to: str = "ana@example.org", subject: str = "Talks resume") -> str:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "team@example.org"
    message["To"] = to
    message["List-Unsubscribe"] = "<https://example.org/u/1>"
    message.set_content("See https://example.org/read & answer")
    message.add_alternative(NAUGHTY, subtype="html")
    writer = MailWriter(folder)
    writer.append("bounce@example.org", [to], message.as_bytes())
    writer.flush()
    writer.close()
    return MailFolder(folder).newest(skip=0, count=1)[0].id


def test_lists_newest_first_and_pages(folder: Path, client: Client) -> None:
    for number in range(25):
        catch(folder, to=f"p{number}@example.org", subject=f"Update {number}")
    first = client.get("/dev/mail/").content.decode()
    assert first.index("Update 24") < first.index("Update 5")
    assert "Update 4<" not in first
    assert "Update 4<" in client.get("/dev/mail/?page=2").content.decode()


def test_chooses_by_recipient(folder: Path, client: Client) -> None:
    catch(folder, to="ana@example.org", subject="For Ana")
    catch(folder, to="bo@example.org", subject="For Bo")
    page = client.get("/dev/mail/?to=ANA@").content.decode()
    assert "For Ana" in page
    assert "For Bo" not in page


def test_empty_folder_says_what_would_appear(folder: Path, client: Client) -> None:
    assert "No mail here" in client.get("/dev/mail/").content.decode()


def test_shows_text_headers_and_a_frame_that_runs_nothing(folder: Path, client: Client) -> None:
    page = client.get(f"/dev/mail/{catch(folder)}/").content.decode()
    assert "Talks resume" in page
    assert "bounce@example.org" in page
    assert "List-Unsubscribe" in page
    assert 'href="https://example.org/read"' in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert "<script>alert" not in page


def test_html_comes_under_a_policy_of_its_own(folder: Path, client: Client) -> None:
    reply = client.get(f"/dev/mail/{catch(folder)}/html")
    rules = reply["Content-Security-Policy"]
    assert "default-src 'none'" in rules
    assert "sandbox" in rules
    assert "script" not in rules
    assert reply["X-Frame-Options"] == "SAMEORIGIN"
    assert b"<p>Hello</p>" in reply.content


def test_source_is_the_exact_mail(folder: Path, client: Client) -> None:
    mail_id = catch(folder)
    reply = client.get(f"/dev/mail/{mail_id}.eml")
    found = MailFolder(folder).get(mail_id)
    assert found is not None
    assert reply.content == found.content
    assert reply["Content-Type"] == "message/rfc822"


def test_mail_in_an_unknown_charset_is_still_shown(folder: Path, client: Client) -> None:
    writer = MailWriter(folder)
    writer.append(
        "a@example.org",
        ["b@example.org"],
        b"Content-Type: text/plain; charset=x-none\r\n\r\nHi\xff\r\n",
    )
    writer.flush()
    writer.close()
    mail_id = MailFolder(folder).newest(skip=0, count=1)[0].id
    assert client.get(f"/dev/mail/{mail_id}/").status_code == 200


@pytest.mark.parametrize("path", ["", "1-0/", "1-0/html", "1-0.eml"])
def test_other_machines_find_nothing(folder: Path, client: Client, path: str) -> None:
    catch(folder)
    assert client.get(f"/dev/mail/{path}").status_code == 200
    assert client.get(f"/dev/mail/{path}", REMOTE_ADDR="192.0.2.7").status_code == 404
    assert (
        client.get(f"/dev/mail/{path}", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    )


def test_there_is_nothing_without_a_catcher(client: Client, settings: Settings) -> None:
    settings.MAIL_CATCHER_DIR = None
    assert client.get("/dev/mail/").status_code == 404


@pytest.mark.parametrize("mail_id", ["1-999999", "x", "1", "-"])
def test_unknown_mail_is_not_found(folder: Path, client: Client, mail_id: str) -> None:
    catch(folder)
    assert client.get(f"/dev/mail/{mail_id}/").status_code == 404
