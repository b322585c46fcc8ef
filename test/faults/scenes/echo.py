"""A server that nobody here wrote: Python's `websockets`, with its own Pings. Prints its port, then echoes."""

import asyncio
import json
import sys

import websockets


async def echo(connection, *_):
    async for message in connection:
        if message == "close me":
            await connection.close(4000, "as asked")
        elif message == "ping me":
            answered = await connection.ping()
            await answered
            await connection.send("ponged")
        else:
            await connection.send(message)


async def main():
    options = json.loads(sys.argv[1])
    async with websockets.serve(echo, "127.0.0.1", 0, subprotocols=["chat"], **options) as server:
        print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
        await asyncio.Future()


asyncio.run(main())
