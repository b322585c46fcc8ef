"""Servers of Python that echo: the first argument says which, the second its port on 127.0.0.1."""

import asyncio
import sys

kind, port = sys.argv[1], int(sys.argv[2])


async def asgi(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            event = await receive()
            await send({"type": event["type"] + ".complete"})
            if event["type"] == "lifespan.shutdown":
                return
    if scope["type"] != "websocket":
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] != "websocket.disconnect":
        data = {key: event[key] for key in ("text", "bytes") if event.get(key) is not None}
        await send({"type": "websocket.send", **data})


if kind == "websockets":
    import websockets

    async def echo(connection, *_):
        async for message in connection:
            await connection.send(message)

    async def main():
        async with websockets.serve(echo, "127.0.0.1", port):
            await asyncio.Future()

    asyncio.run(main())
elif kind == "uvicorn":
    import uvicorn

    uvicorn.run(asgi, host="127.0.0.1", port=port, ws="wsproto", log_level="critical")
elif kind == "tornado":
    import tornado.ioloop
    import tornado.web
    import tornado.websocket

    class Echo(tornado.websocket.WebSocketHandler):
        def on_message(self, message):
            self.write_message(message, binary=isinstance(message, bytes))

    tornado.web.Application([(r"/", Echo)]).listen(port, "127.0.0.1")
    tornado.ioloop.IOLoop.current().start()
elif kind == "aiohttp":
    from aiohttp import WSMsgType, web

    async def handle(request):
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        async for message in connection:
            if message.type == WSMsgType.TEXT:
                await connection.send_str(message.data)
            elif message.type == WSMsgType.BINARY:
                await connection.send_bytes(message.data)
        return connection

    app = web.Application()
    app.add_routes([web.get("/", handle)])
    web.run_app(app, host="127.0.0.1", port=port, print=None)
