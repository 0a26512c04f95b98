"""Serves pages, API and WebSockets on one port: uvicorn on sockets that we bind ourselves.

Run as ``python -m comms.stack.web HOST PORT``. A name such as ``localhost`` may mean an IPv6 address
on a machine without IPv6; uvicorn would give up, we serve the addresses that exist.
"""

from __future__ import annotations

import errno
import gc
import os
import socket
import sys

from comms.stack.errors import StackError

KEEP_ALIVE = 75
"""Seconds; nginx keeps its connections to a server for 60, httpx for 5."""
GRACE = 4
"""Seconds that open requests and sockets get at a stop."""
TAKING_MS = 120_000
"""Milliseconds in which a client takes something of what it was sent. Closing a connection waits for that, and
whoever takes nothing would keep it for ever."""


def bind(host: str, port: int) -> list[socket.socket]:
    """Bind every address of ``host`` that exists here. Raises StackError with the mend."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror:
        raise StackError(
            f"HOST={host} isn't an address of this machine: use localhost, 0.0.0.0 or one of its "
            "addresses."
        ) from None
    bound: list[socket.socket] = []
    try:
        for family, kind, protocol, _, address in dict.fromkeys(found):
            try:
                listener = socket.socket(family, kind, protocol)
            except OSError:
                continue  # The kernel doesn't know this family.
            bound.append(listener)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                # Linux hands it on to every connection that it accepts here.
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TAKING_MS)
            try:
                listener.bind(address)
            except OSError as error:
                if error.errno != errno.EADDRNOTAVAIL:
                    raise
                bound.pop().close()
    except OSError as error:
        for listener in bound:
            listener.close()
        raise _refused(port, error) from None
    if not bound:
        raise StackError(f"HOST={host} isn't an address of this machine: use localhost or 0.0.0.0.")
    return bound


def check_port(host: str, port: int) -> None:
    """Raise StackError if the web server couldn't listen there."""
    for listener in bind(host, port):
        try:
            listener.listen(1)
        except OSError as error:
            raise _refused(port, error) from None
        finally:
            listener.close()


def _refused(port: int, error: OSError) -> StackError:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 8000
        return StackError(
            f"Port {port} is taken by another program: stop that one, or choose another port, for "
            f"example PORT={other}."
        )
    if error.errno == errno.EACCES:
        return StackError(
            f"This user may not listen on port {port}: choose one above 1023, for example PORT=8000."
        )
    return StackError(f"Port {port} can't be used ({error.strerror}): choose another with PORT=….")


def main(arguments: list[str]) -> None:
    # Not above: the supervisor uses `check_port` and serves nothing itself.
    import uvicorn

    # What is loaded now stays: looking through it for garbage would be in vain (`comms.core.warming`).
    gc.disable()
    host, port = arguments[0], int(arguments[1])
    trusted = os.environ.get("FORWARDED_ALLOW_IPS", "")
    configuration = uvicorn.Config(
        "config.asgi:application",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        lifespan="off",
        # The settings' structured logs, not uvicorn's own.
        log_config=None,
        access_log=False,
        server_header=False,
        # Without a proxy in front, anybody could write a forwarded address and dodge the rate limits.
        proxy_headers=bool(trusted),
        forwarded_allow_ips=trusted or None,
        # Longer than clients and proxies keep a connection for their next request: whoever closes first while a
        # request is on its way loses it, and a write can't be repeated blindly.
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
    )
    try:
        listeners = bind(host, port)
    except StackError as error:
        sys.exit(str(error))
    # Before there is an event loop: the application asks the database while it is imported.
    configuration.load()
    gc.enable()
    uvicorn.Server(configuration).run(sockets=listeners)


if __name__ == "__main__":
    main(sys.argv[1:])
