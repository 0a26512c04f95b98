"""Whoever checks a server's build learns of every script that isn't ours."""

from __future__ import annotations

import gzip
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scripts import check_build

POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'"
PAGE = '<script type="module" src="/static/assets/shell.js"></script><link rel="stylesheet" href="/static/look.css">'
SCRIPT = b"console.log('ours')\n" * 40


@dataclass
class Served:
    """A server that hands out this build, honest until a test changes it."""

    built: Path
    address: str = ""
    page: str = PAGE
    policy: str = POLICY
    instead: dict[tuple[str, str], bytes] = field(default_factory=dict)
    """Content for a path and an encoding."""
    missing: set[str] = field(default_factory=set)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    built = tmp_path / "dist"
    (built / "assets").mkdir(parents=True)
    (built / "manifest.json").write_bytes(b"{}")
    (built / "look.css").write_bytes(b"a{}")
    (built / "assets/shell.js").write_bytes(SCRIPT)
    (built / "assets/shell.js.gz").write_bytes(
        b"a compressed form is compared as a browser sees it"
    )
    state = Served(built)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            encoding = self.headers["Accept-Encoding"]
            if self.path == check_build.SHOWN:
                content = state.page.encode()
            else:
                file = built / self.path.removeprefix("/static/")
                if self.path in state.missing or not file.is_file():
                    self.send_error(404)
                    return
                content = state.instead.get((self.path, encoding), file.read_bytes())
            self.send_response(200)
            self.send_header("Content-Security-Policy", state.policy)
            if encoding == "gzip":
                content = gzip.compress(content)
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet: the default writes every request to the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    state.address = f"http://127.0.0.1:{server.server_address[1]}"
    yield state
    server.shutdown()
    server.server_close()


def differences(served: Served, *saved: Path) -> list[str]:
    return check_build.compare(served.address, saved, served.built)


def test_an_honest_server_differs_in_nothing(served: Served) -> None:
    assert differences(served) == []


@pytest.mark.parametrize("encoding", ["identity", "gzip", "br"])
def test_another_script_is_found_in_whatever_encoding_it_hides(
    served: Served, encoding: str
) -> None:
    served.instead["/static/assets/shell.js", encoding] = SCRIPT + b"steal()"
    (found,) = differences(served)
    assert "assets/shell.js differs as sent with " + encoding in found


def test_brotli_is_unpacked_before_it_is_compared() -> None:
    program = "process.stdout.write(zlib.brotliCompressSync(fs.readFileSync(0)))"
    packed = subprocess.run(["node", "-e", program], input=SCRIPT, capture_output=True, check=True)
    assert check_build.unpacked(packed.stdout, "br", "x") == SCRIPT
    with pytest.raises(check_build.NotPossibleError, match="can't be unpacked"):
        check_build.unpacked(SCRIPT, "br", "x")


def test_a_missing_file_is_found(served: Served) -> None:
    served.missing.add("/static/look.css")
    (found,) = differences(served)
    assert "look.css was not sent" in found


INJECTIONS = {
    "foreign script": '<script src="https://example.org/x.js"></script>',
    "own script that isn't built": '<script src="/static/assets/more.js"></script>',
    "preloaded": '<link rel="modulepreload" href="/uploads/x.js">',
    "within the page": "<script>steal()</script>",
    "handler": '<img src="x" onerror="steal()">',
    "link that runs": '<a href=" JavaScript:steal()">go</a>',
    "other base": '<base href="https://example.org/">',
    "form that sends the passphrase": '<form><input type="Password" name="p"></form>',
    "frame": '<iframe src="/other"></iframe>',
}


@pytest.mark.parametrize("injection", INJECTIONS.values(), ids=INJECTIONS.keys())
def test_a_page_with_code_of_its_own_is_found(
    served: Served, injection: str, tmp_path: Path
) -> None:
    served.page += injection
    assert differences(served) != []
    served.page = PAGE
    saved = tmp_path / "saved.html"
    saved.write_text(PAGE + injection)
    assert any("saved.html" in line for line in differences(served, saved))
    saved.write_text(PAGE)
    assert differences(served, saved) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda _policy: "",
        lambda policy: policy.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
        lambda policy: policy.replace("script-src 'self'", "script-src 'self' https://example.org"),
        lambda policy: policy.replace("worker-src 'self'", "worker-src 'self' blob:"),
        lambda policy: policy.replace("'wasm-unsafe-eval'", "'unsafe-eval'"),
    ],
)
def test_a_policy_that_lets_other_code_run_is_found(
    served: Served, change: Callable[[str], str]
) -> None:
    served.policy = change(POLICY)
    assert any("policy" in line for line in differences(served))


def test_no_server_and_no_build_are_said(served: Served, tmp_path: Path) -> None:
    with pytest.raises(check_build.NotPossibleError, match="not sent"):
        check_build.compare("http://127.0.0.1:9", (), served.built)
    with pytest.raises(check_build.NotPossibleError, match="There is no build"):
        check_build.compare(served.address, (), tmp_path / "nothing")
    with pytest.raises(check_build.NotPossibleError, match="not the address"):
        check_build.fetch("file:///etc/passwd")
