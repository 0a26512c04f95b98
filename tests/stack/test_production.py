"""Production from end to end: settings, external PostgreSQL and Valkey, a proxy in front, no mail server.

The external servers are a second embedded pair in another folder, which this deployment knows only by address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg import sql

from comms.stack import postgres
from comms.stack.embedded import running
from comms.stack.endpoints import Endpoints, local_listening
from comms.stack.errors import StackError
from comms.stack.folder import Folder
from comms.stack.migrations import refuse_old_server
from comms.stack.secrets import local_secrets
from tests.accounts.browser import derived
from tests.core.test_production_settings import complete
from tests.stack.deployment import Deployment, free_port

HOST = "entente.example.org"
PROXIED = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
BACKUP_PASSPHRASE = "four quiet mills upstream"


def of_database(url: str, name: str) -> str:
    """The same server's other database."""
    return re.sub(r"/comms(?=$|\?)", f"/{name}", url)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Endpoints, str]]:
    """Somebody else's PostgreSQL and Valkey: their addresses, and that of a role that sees every row."""
    var = tmp_path_factory.mktemp("elsewhere") / "var"
    with running(var, durable=False) as endpoints:
        folder = Folder.at(var)
        yield (
            endpoints,
            postgres.admin_url(
                folder, local_listening(folder), local_secrets(var), database="comms"
            ),
        )


@pytest.fixture(scope="module")
def production(
    servers: tuple[Endpoints, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    endpoints, backup_url = servers
    folder = tmp_path_factory.mktemp("production")
    (folder / "passphrase").write_text(BACKUP_PASSPHRASE)
    deployment = Deployment(
        folder / "var",
        None,
        **complete()
        | {
            "DATABASE_URL": endpoints.database_url,
            "DATABASE_OWNER_URL": endpoints.database_owner_url,
            "DATABASE_BACKUP_URL": backup_url,
            "BACKUP_PASSPHRASE_FILE": str(folder / "passphrase"),
            "REDIS_URL": endpoints.redis_url,
            "PUBLIC_URL": f"https://{HOST}",
            "BEHIND_PROXY": "1",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(free_port()),
            "SMTP_STARTTLS": "0",
        },
    )
    deployment.start()
    made = deployment.manage("shell", "-c", "from tests.journeys.threads_cast import make; make()")
    assert made.returncode == 0, made.stderr
    yield deployment
    assert deployment.stop() == 0
    assert deployment.remains() == []


@pytest.fixture
def browser(production: Deployment) -> Iterator[httpx.Client]:
    """What the proxy in front passes on."""
    # 'localhost' may be IPv6 first; the web server listens on both.
    with httpx.Client(base_url=production.url, headers=PROXIED, timeout=30) as client:
        yield client


def cookies(answer: httpx.Response) -> dict[str, str]:
    return {line.split("=", 1)[0]: line for line in answer.headers.get_list("set-cookie")}


def sign_in(browser: httpx.Client, secret: str) -> httpx.Response:
    """As the page does; the jar would not send secure cookies over this plain connection."""
    page = browser.get("/accounts/sign-in/")
    token = cookies(page)["__Host-csrf"].split("=", 1)[1].split(";")[0]
    return browser.post(
        "/accounts/sign-in/",
        data={"login": "dina@example.org", "password": secret},
        headers={
            "Cookie": f"__Host-csrf={token}",
            "X-CSRFToken": token,
            "Origin": f"https://{HOST}",
        },
    )


def test_serves_sign_in_with_every_guard(browser: httpx.Client) -> None:
    page = browser.get("/accounts/sign-in/")
    assert page.status_code == 200
    assert "max-age=31536000; includeSubDomains" in page.headers["strict-transport-security"]
    policy = page.headers["content-security-policy"]
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["cross-origin-opener-policy"] == "same-origin"
    guarded = cookies(page)["__Host-csrf"]
    assert "; Secure" in guarded
    assert "; Path=/" in guarded
    assert "Domain" not in guarded
    script = re.search(r'src="(/static/[^"]+\.js)"', page.text)
    assert script, "the page has a script"
    assert browser.get(script.group(1)).status_code == 200


def test_signs_in_with_a_secure_session(browser: httpx.Client) -> None:
    answer = sign_in(browser, derived().sign_in_secret)
    session = cookies(answer)["__Host-session"]
    for word in ("; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"):
        assert word in session, session
    key = session.split("=", 1)[1].split(";")[0]
    page = browser.get("/w/talks/", headers={"Cookie": f"__Host-session={key}"})
    assert page.status_code == 200
    assert "Quiet Harbour Talks" in page.text


def test_refuses_a_wrong_secret(browser: httpx.Client) -> None:
    assert "__Host-session" not in cookies(sign_in(browser, "0" * 64))


def test_sends_plain_requests_to_tls(browser: httpx.Client) -> None:
    answer = browser.get("/accounts/sign-in/", headers={"X-Forwarded-Proto": "http"})
    assert answer.status_code == 301
    assert answer.headers["location"] == f"https://{HOST}/accounts/sign-in/"


def test_refuses_another_host(browser: httpx.Client) -> None:
    answer = browser.get("/accounts/sign-in/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.text


def test_shows_no_inside(browser: httpx.Client) -> None:
    for address in ("/nowhere/", "/dev/mail/"):
        answer = browser.get(address)
        assert answer.status_code == 404
        assert "Traceback" not in answer.text
        assert "urlpatterns" not in answer.text
        assert "DEBUG" not in answer.text


def test_says_the_public_address_and_makes_no_keys_of_its_own(production: Deployment) -> None:
    """A key file that nothing uses would be copied in good faith, and open nothing."""
    assert production.manage("status").stdout.startswith(f"https://{HOST}, process ")
    made = {path.name for path in (production.var / "secrets").iterdir()}
    assert made.isdisjoint({"key-encryption-key", "log-key"})


def test_web_server_does_not_know_the_owner(production: Deployment) -> None:
    """Only the migrations are given the address of the role that could change tables."""
    for name, service in production.services().items():
        environment = Path(f"/proc/{service['pid']}/environ").read_bytes()
        assert b"DATABASE_URL=" in environment, name
        assert b"DATABASE_OWNER_URL=" not in environment, name
        assert b"DATABASE_BACKUP_URL=" not in environment, name


@pytest.mark.parametrize("email", ["dina@example.org", "nobody@example.org"])
def test_mail_server_that_is_down_is_one_sentence(browser: httpx.Client, email: str) -> None:
    """The same for an address that nobody has: the answer must not tell who has an account."""
    page = browser.get("/accounts/reset/ask/")
    token = cookies(page)["__Host-csrf"].split("=", 1)[1].split(";")[0]
    answer = browser.post(
        "/accounts/reset/ask/",
        data={"email": email, "csrfmiddlewaretoken": token},
        headers={"Cookie": f"__Host-csrf={token}", "Origin": f"https://{HOST}"},
    )
    assert answer.status_code == 503
    assert "The mail could not be sent: the mail server does not answer." in answer.text
    assert email not in answer.text


def test_doctor_finds_nothing_wrong_but_the_mail_server(production: Deployment) -> None:
    said = production.manage("doctor")
    assert "Database: fine" in said.stdout, said.stdout + said.stderr
    assert "Valkey: fine" in said.stdout
    assert "Key-encryption key: fine" in said.stdout


def test_backup_restores_into_an_empty_external_database(
    production: Deployment, servers: tuple[Endpoints, str], tmp_path: Path
) -> None:
    endpoints, admin_url = servers
    file = tmp_path / "production.backup"
    made = production.manage("backup", str(file))
    assert made.returncode == 0, made.stderr
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE restored OWNER {}").format(sql.Identifier("comms_owner"))
        )
    urls = {
        "DATABASE_URL": of_database(endpoints.database_url, "restored"),
        "DATABASE_OWNER_URL": of_database(endpoints.database_owner_url, "restored"),
        "DATABASE_BACKUP_URL": of_database(admin_url, "restored"),
    }
    fresh = {"VAR": str(tmp_path / "fresh")}
    restored = production.manage("restore", str(file), more=fresh | urls)
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert "Counts and audit heads are the same" in restored.stdout
    with psycopg.connect(urls["DATABASE_URL"]) as app:
        assert app.execute("SELECT count(*) FROM accounts_user").fetchone() == (3,)
    again = production.manage("restore", str(file), more=fresh | urls)
    assert again.returncode == 1
    assert "The database holds tables already" in again.stderr
    assert "Traceback" not in again.stderr


@pytest.mark.parametrize("version", [150004, 170006])
def test_older_database_server_is_one_sentence(version: int) -> None:
    with pytest.raises(StackError, match=rf"is PostgreSQL {version // 10000}, and 18 or newer"):
        refuse_old_server(version)


def test_takes_this_database_server_and_later_ones(servers: tuple[Endpoints, str]) -> None:
    with psycopg.connect(servers[0].database_url) as app:
        refuse_old_server(app.info.server_version)
    refuse_old_server(190000)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"SECRET_KEY": ""}, "Set SECRET_KEY"),
        ({"KEY_ENCRYPTION_KEY": "A" * 43 + "="}, "Set KEY_ENCRYPTION_KEY"),
        ({"DATABASE_URL": None}, "Set DATABASE_URL"),
    ],
)
def test_refuses_to_start_with_one_sentence(
    changed: dict[str, str | None], sentence: str, tmp_path: Path
) -> None:
    """Before anything is started or made. All the others: tests/core/test_production_settings.py."""
    given = {name: value for name, value in changed.items() if value is not None}
    absent = tuple(name for name, value in changed.items() if value is None)
    said = Deployment(tmp_path / "var", None, **complete()).manage("up", without=absent, more=given)
    assert said.returncode == 1
    assert sentence in said.stderr
    assert len(said.stderr.strip().splitlines()) == 1, said.stderr
    assert not (tmp_path / "var").exists()
