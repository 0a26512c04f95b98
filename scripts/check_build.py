"""Compares the scripts that a server hands out with those built from this copy of the source.

    make check-build SERVER=https://entente.example.org [PAGES="page.html …"]

The code that encrypts comes from the server, so whoever wants to trust it builds it from the published source and
compares. Every file of our build is fetched as a browser would get it (plain, gzip, Brotli) and compared byte by byte;
the server's sign-in page, and pages that you saved from your own browser, may use no script, style or policy besides.

It can't see what a server shows to somebody else, or tomorrow: do it from several places, again after each update, and
with pages saved by those who have something to fear. Exit code 0: all the same; 1: something differs; 2: not possible.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "frontend" / "dist"
SHOWN = "/accounts/sign-in/"
LARGEST = 16 * 1024 * 1024
SECONDS = 30
ENCODINGS = ("identity", "gzip", "br")
# What would let a page run something that is none of its files.
OPEN_POLICY = re.compile(
    r"'unsafe-inline'|'unsafe-eval'|'nonce-|'sha\d{3}-|\bdata:|\bblob:|https?:|\*"
)
LOADED = {"stylesheet", "modulepreload", "preload", "prefetch", "manifest", "import"}
FRAMES = {"iframe", "frame", "object", "embed", "applet"}


class NotPossibleError(Exception):
    """The comparison can't be made; the message says why."""


@dataclass
class Answer:
    """What the server sent: the policy that came with it, and the content as a browser would use it."""

    policy: str
    content: bytes


def fetch(address: str, encoding: str = "identity") -> Answer:
    """Raises NotPossibleError if there is no whole answer."""
    if urlsplit(address).scheme not in {"http", "https"}:
        raise NotPossibleError(f"{address} is not the address of a server.")
    request = urllib.request.Request(  # noqa: S310 - only http and https get here
        address, headers={"Accept-Encoding": encoding, "User-Agent": "Mozilla/5.0"}
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - as above
            content = answer.read(LARGEST + 1)
            used = answer.headers.get("Content-Encoding", "identity")
            policy = " ; ".join(answer.headers.get_all("Content-Security-Policy", []))
    except (OSError, urllib.error.URLError) as error:
        raise NotPossibleError(f"{address} was not sent: {error}.") from None
    if len(content) > LARGEST:
        raise NotPossibleError(f"{address} is larger than any file of ours.")
    return Answer(policy, unpacked(content, used, address))


def unpacked(content: bytes, encoding: str, address: str) -> bytes:
    """The content without its compression. Brotli is Node.js's part, which the build needs anyway."""
    try:
        if encoding == "identity":
            return content
        if encoding == "gzip":
            return gzip.decompress(content)
        if encoding == "br":
            program = "process.stdout.write(zlib.brotliDecompressSync(fs.readFileSync(0)))"
            run = subprocess.run(
                ["node", "-e", program], input=content, capture_output=True, check=True
            )
            return run.stdout
    except (OSError, EOFError, subprocess.CalledProcessError):
        raise NotPossibleError(f"{address} can't be unpacked ({encoding}).") from None
    raise NotPossibleError(f"{address} came in an encoding that wasn't asked for ({encoding}).")


@dataclass
class Page(HTMLParser):
    """What a page loads and what it runs by itself."""

    address: str
    loads: set[str] = field(default_factory=set)
    runs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what this element loads or runs."""
        given = {name: value or "" for name, value in attrs}
        if tag == "script":
            if "src" in given:
                self._load(given["src"])
            elif given.get("type") not in {"application/json", "application/ld+json"}:
                self.runs.append(f"a script within the page (line {self.getpos()[0]})")
        elif tag == "link" and LOADED & set(given.get("rel", "").lower().split()):
            self._load(given.get("href", ""))
        elif tag in FRAMES or tag == "base":
            self.runs.append(f"<{tag}> (line {self.getpos()[0]})")
        if tag == "input" and given.get("type", "").lower() == "password" and given.get("name"):
            self.runs.append(f"a form that sends a passphrase (line {self.getpos()[0]})")
        for name, value in given.items():
            if name.startswith("on") or value.strip().lower().startswith("javascript:"):
                self.runs.append(f"{name} of <{tag}> (line {self.getpos()[0]})")

    def _load(self, address: str) -> None:
        self.loads.add(urljoin(self.address, address))


def differences_of_page(page: Page, server: str, built: Path) -> Iterator[str]:
    """What the page uses besides files of ours."""
    for ran in page.runs:
        yield f"{page.address}: runs {ran}, as ours never does"
    known = {f"{server}/static/{file.relative_to(built).as_posix()}" for file in files_of(built)}
    for address in sorted(page.loads - known):
        yield f"{page.address}: loads {address}, which is not in our build"


def differences_of_policy(policy: str, address: str) -> Iterator[str]:
    """Where the policy that came with a page would let other code run."""
    rules: dict[str, str] = {}
    for rule in policy.split(";"):
        name, _, value = rule.strip().partition(" ")
        rules.setdefault(name.lower(), value)
    for name in ("script-src", "worker-src"):
        allowed = rules.get(name, rules.get("default-src", "*"))
        if OPEN_POLICY.search(allowed):
            yield f"{address}: its policy lets other code run ({name} {allowed})"


def files_of(built: Path) -> list[Path]:
    """Every file of the build, without its compressed forms."""
    return sorted(
        file for file in built.rglob("*") if file.is_file() and file.suffix not in {".gz", ".br"}
    )


def difference_of_file(server: str, built: Path, file: Path) -> str:
    """The sentence that says what is wrong with this file on the server, "" if nothing is."""
    name = file.relative_to(built).as_posix()
    own = file.read_bytes()
    for encoding in ENCODINGS:
        try:
            theirs = fetch(f"{server}/static/{name}", encoding).content
        except NotPossibleError as error:
            return str(error)
        if theirs != own:
            return (
                f"{name} differs as sent with {encoding}: SHA-256 {hashlib.sha256(theirs).hexdigest()}, "
                f"ours {hashlib.sha256(own).hexdigest()}"
            )
    return ""


def compare(server: str, saved: Sequence[Path], built: Path) -> list[str]:
    """Every difference, one sentence each. Raises NotPossibleError without a server or a build."""
    files = files_of(built)
    if not (built / "manifest.json").is_file():
        raise NotPossibleError(f"There is no build in {built}: run this by 'make check-build'.")
    shown = fetch(f"{server}{SHOWN}")
    found = list(differences_of_policy(shown.policy, SHOWN))
    pages = [(SHOWN, shown.content), *((str(path), path.read_bytes()) for path in saved)]
    for name, content in pages:
        page = Page(urljoin(server, SHOWN))
        page.feed(content.decode(errors="replace"))
        page.address = name
        found += differences_of_page(page, server, built)
    with ThreadPoolExecutor(4) as pool:
        found += filter(None, pool.map(lambda file: difference_of_file(server, built, file), files))
    return found


def main(arguments: Sequence[str]) -> int:
    """Compare and say what came out of it."""
    if not arguments or not arguments[0]:
        sys.stderr.write(
            'Say whom to ask: make check-build SERVER=https://… [PAGES="saved.html …"]\n'
        )
        return 2
    server = arguments[0].rstrip("/")
    try:
        found = compare(server, [Path(each) for each in arguments[1:]], BUILT)
    except (NotPossibleError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if found:
        sys.stdout.write("".join(f"- {line}\n" for line in found))
        sys.stdout.write(
            f"{len(found)} differences: don't sign in there before somebody explained them.\n"
        )
        return 1
    total = hashlib.sha256()
    for file in files_of(BUILT):
        total.update(hashlib.sha256(file.read_bytes()).digest())
    sys.stdout.write(
        f"All {len(files_of(BUILT))} files are those built here, in every encoding, and the pages use no others.\n"
        f"The build's own hash, to compare with others who did this: {total.hexdigest()}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
