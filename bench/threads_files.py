"""Files of conversations: sealing in Chromium, and the way to the server: `make bench-threads_files`.

Starts a whole system in a temporary folder and measures, with a file of 64 MiB of noise:

- sealing in Chromium's worker, by the built script that pages use: the first reading for the hash, then
  each chunk compared with it and sealed (≤ 1 s together);
- its peer: the browser's own SHA-256 and AES-256-GCM over the same bytes, in memory, chunk by chunk;
- chunks over HTTP, two at a time as pages send them, until the server has them on its disk;
- its peer: the same chunks written and synced to the same disk by this process, in the same run;
- the whole way on the page: from choosing the file until it is ready to be sent.

Numbers are of one machine at one moment: quote the ratios. MEBIBYTES (64) is the size.
"""

from __future__ import annotations

import os
import re
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
SIZE = int(os.environ.get("MEBIBYTES", "64"))
MOST_SECONDS = 1.0
ROUNDS = 3
LANES = 2
MEBIBYTE = 1024 * 1024

SEAL = """
async ([address, size]) => {
  const data = new Uint8Array(size);
  for (let at = 0; at < size; at += 65536) crypto.getRandomValues(data.subarray(at, at + 65536));
  const file = new Blob([data]);
  const key = crypto.getRandomValues(new Uint8Array(32));
  const worker = new Worker(address, { type: "module" });
  let last = 0;
  const ask = (order) => new Promise((resolve, reject) => {
    const id = ++last;
    const hear = ({ data: answer }) => {
      if (answer.id !== id || answer.read !== undefined) return;
      worker.removeEventListener("message", hear);
      if (answer.failed) reject(new Error(answer.failed.text)); else resolve(answer.bytes);
    };
    worker.addEventListener("message", hear);
    worker.postMessage({ ...order, id });
  });
  const start = performance.now();
  await ask({ act: "hash", file });
  const hashed = performance.now();
  for (let index = 0; index * 1048576 < size; index++) await ask({ act: "seal", key, index });
  const sealed = performance.now();
  worker.terminate();
  return [(hashed - start) / 1000, (sealed - hashed) / 1000];
}
"""


BARE = """
async (size) => {
  const data = new Uint8Array(size);
  for (let at = 0; at < size; at += 65536) crypto.getRandomValues(data.subarray(at, at + 65536));
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const start = performance.now();
  await crypto.subtle.digest("SHA-256", data);
  for (let index = 0; index * 1048576 < size; index++) {
    const iv = new Uint8Array(12);
    new DataView(iv.buffer).setUint32(7, index);
    const chunk = data.subarray(index * 1048576, (index + 1) * 1048576);
    await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, chunk);
  }
  return (performance.now() - start) / 1000;
}
"""


def main() -> int:
    """Measure everything and print it; 1 when sealing misses what the design asks for."""
    sys.path.insert(0, str(ROOT))
    from bench.whole_system import make_two, whole_system
    from tests.chromium import FLAGS, WHOLE

    with whole_system() as (deployment, folder):
        make_two(deployment)
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=WHOLE, args=FLAGS)
            context = chromium.new_context(base_url=deployment.url)
            page = context.new_page()
            seconds = seal(page)
            bare = statistics.median(page.evaluate(BARE, SIZE * MEBIBYTE) for _ in range(ROUNDS))
            thread = sign_in_and_begin(page)
            cookies = {cookie["name"]: cookie["value"] for cookie in context.cookies()}
            sent = send(deployment.url, thread, cookies)
            written = write(folder / "peer")
            shown = choose(page, folder / "noise.bin")
            chromium.close()
    return report(seconds, bare, sent, written, shown)


def seal(page: Page) -> tuple[float, float]:
    """Seconds of the first reading and of the sealing, the middle of some rounds."""
    built = (ROOT / "frontend/dist/assets").glob("sealing.worker-*.js")
    address = f"/static/assets/{next(built).name}"
    # A page without Trusted Types, so that this script may start the worker by itself.
    page.goto("/healthz")
    rounds = [page.evaluate(SEAL, [address, SIZE * MEBIBYTE]) for _ in range(ROUNDS)]
    middle = sorted(rounds, key=sum)[len(rounds) // 2]
    return middle[0], middle[1]


def sign_in_and_begin(page: Page) -> str:
    """The address of a new conversation, without its host."""
    from tests.journeys.files_cast import SLUG
    from tests.journeys.talking import arrive, begin

    arrive(page, f"/w/{SLUG}/threads/", "carla@papers.example")
    return urlsplit(begin(page, "Figures", "Rashid Reader")).path


def send(origin: str, thread: str, cookies: dict[str, str]) -> float:
    """Seconds for the chunks of one file over HTTP, until the last is confirmed."""
    from comms.wire.cbor import encode

    headers = {"Origin": origin, "X-CSRFToken": cookies["csrftoken"]}
    chunks = [os.urandom(MEBIBYTE + 16) for _ in range(8)]
    with httpx.Client(base_url=origin, cookies=cookies, headers=headers, timeout=60) as client:
        rounds = []
        for _ in range(ROUNDS):
            blob = uuid4()
            client.post(
                f"{thread}blobs",
                content=encode([blob.bytes, SIZE * MEBIBYTE]),
                headers={"Content-Type": "application/cbor"},
            ).raise_for_status()

            def put(number: int, blob: object = blob) -> None:
                client.put(
                    f"{thread}blobs/{blob}/{number}",
                    content=chunks[number % len(chunks)],
                    headers={"Content-Type": "application/octet-stream"},
                ).raise_for_status()

            start = time.perf_counter()
            with ThreadPoolExecutor(LANES) as lanes:
                list(lanes.map(put, range(SIZE)))
            rounds.append(time.perf_counter() - start)
            client.delete(f"{thread}blobs/{blob}").raise_for_status()
    return statistics.median(rounds)


def write(folder: Path) -> float:
    """Seconds for the same chunks into files of their own, each synced: the least that any server needs."""
    folder.mkdir()
    chunk = os.urandom(MEBIBYTE + 16)

    def keep(number: int) -> None:
        with (folder / str(number)).open("wb") as file:
            file.write(chunk)
            file.flush()
            os.fsync(file.fileno())

    start = time.perf_counter()
    with ThreadPoolExecutor(LANES) as lanes:
        list(lanes.map(keep, range(SIZE)))
    return time.perf_counter() - start


def choose(page: Page, file: Path) -> float:
    """Seconds from choosing the file on the page until it is ready to be sent."""
    with file.open("wb") as noise:
        for _ in range(SIZE):
            noise.write(os.urandom(MEBIBYTE))
    start = time.perf_counter()
    page.locator("[data-attach-input]").set_input_files(file)
    ready = page.locator(".attached-file")
    expect(ready).to_have_attribute("data-phase", re.compile("done"), timeout=120_000)
    return time.perf_counter() - start


def report(
    sealing: tuple[float, float], bare: float, sent: float, written: float, shown: float
) -> int:
    """Print the figures; 1 when sealing takes longer than it may."""
    total = sum(sealing)
    print(f"File of {SIZE} MiB, {LANES} chunks at a time")
    print(
        f"  sealed in Chromium's worker   {total:6.2f} s  (read {sealing[0]:.2f} s, sealed {sealing[1]:.2f} s)"
    )
    print(f"  hashed and sealed, bare       {bare:6.2f} s")
    print(f"  ratio worker : bare           {total / bare:6.2f}")
    print(f"  chunks over HTTP to the disk  {sent:6.2f} s  {SIZE / sent:6.0f} MiB/s")
    print(f"  written and synced here       {written:6.2f} s  {SIZE / written:6.0f} MiB/s")
    print(f"  ratio HTTP : written here     {sent / written:6.2f}")
    print(f"  on the page, until ready      {shown:6.2f} s  {SIZE / shown:6.0f} MiB/s")
    limit = MOST_SECONDS * SIZE / 64
    print(f"  sealed within {limit:.2f} s: {'yes' if total <= limit else 'NO'}")
    return int(total > limit)


if __name__ == "__main__":
    sys.exit(main())
