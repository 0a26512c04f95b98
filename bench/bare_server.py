"""A WebSocket server that only passes on what it hears: the least that any server needs.

`python bench/bare_server.py` prints its port. A process of its own, as the server that is measured beside it is.
"""

from __future__ import annotations

import asyncio
import resource

from websockets.asyncio.server import ServerConnection, broadcast, serve


async def main() -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    joined: set[ServerConnection] = set()

    async def pass_on(socket: ServerConnection) -> None:
        joined.add(socket)
        try:
            async for data in socket:
                broadcast(joined, data)
        finally:
            joined.discard(socket)

    async with serve(pass_on, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
