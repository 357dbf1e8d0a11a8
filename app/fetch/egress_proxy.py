"""The only way out: an HTTP proxy of our own that checks where each connection goes.

    with Proxy(rules) as proxy:
        ...                     # clients use proxy.url, which holds the secret
    proxy.problem               # the first refusal or failure, None where there was none

It listens on the loopback interface at a port that the system chooses, and serves only clients
that send its secret. For each request the name is looked up once; every address that it gives
must be allowed; the connection then goes to one of those addresses and to nothing else. So a name
that resolves differently later changes nothing, and a redirect is a request like any other. TLS
passes through a tunnel and stays between the two ends.

A name that leads nowhere and one that leads to this machine's own network get the same answer
after the same time, so that nobody learns from refusals which names there are.

A fetch ends at its deadline, and before that where the hosts together bring too little.
"""

import asyncio
import base64
import contextlib
import hmac
import secrets
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from types import TracebackType
from typing import Self

from app.fetch import http_headers
from app.fetch.http_headers import HeadError, Request, Response
from app.network.addresses import Address, parse_address
from app.network.allow_list import AllowList, no_public_address
from app.network.errors import FetchFailed, FetchRefused, LinkError, LinkTooLarge
from app.network.url_parsing import parse_authority, parse_link
from hashing.message import Message, Param

CHUNK_BYTES = 65_536
HEAD_S = 30.0  # for a request or a response to begin
CONNECT_S = 10.0  # for one address
LOOK_UP_S = 5.0  # as long as resolv.conf(5) waits for a name server; refused names wait it out
RATE_WINDOW_S = 30.0  # over which the rate of a fetch is asked for
RATE_POLL_S = 1.0
SILENT_S = 60.0  # without a byte from the server
MAX_UPLOAD_BYTES = 8 << 20  # sent to hosts, all connections together
MAX_ADDRESSES = 32  # of one name
MAX_TRIED = 4  # of those addresses

type LookUp = Callable[[str, int], list[Address]]  # blocks; raises OSError
type Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits of one fetch, all its connections together."""

    allow: AllowList = field(default_factory=AllowList)
    max_bytes: int = 2_000_000_000  # received
    seconds: float = 600.0
    ends_at: float | None = None  # time.monotonic(); by default so many seconds after the start
    min_bytes_per_s: float = 0.0  # received, over each RATE_WINDOW_S with a connection; 0: any
    max_connections: int = 2000  # in all
    max_open: int = 24  # at the same time

    @property
    def left_s(self) -> float:
        """Seconds until the deadline."""
        if self.ends_at is None:
            return self.seconds
        return max(0.0, self.ends_at - time.monotonic())


def look_up(host: str, port: int) -> list[Address]:
    """Every address that the system resolves a name to. Raises OSError."""
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = dict.fromkeys(str(entry[4][0]) for entry in entries)
    return [ip_address(address) for address in addresses]


class Proxy:
    """One proxy for one fetch, in a thread of its own."""

    def __init__(
        self,
        rules: Rules,
        listener: socket.socket | None = None,
        hosts: dict[str, None] | None = None,
        look_up: LookUp = look_up,
    ) -> None:
        """listener: a listening socket that the proxy takes over; by default a port of 127.0.0.1.

        hosts: filled with the hosts that are connected to, in order.
        """
        self.rules = rules
        self._listener = listener or socket.create_server(("127.0.0.1", 0))
        self._look_up = look_up
        self.login = f"firstseen:{secrets.token_urlsafe(32)}"
        self._credentials = b"Basic " + base64.b64encode(self.login.encode())
        self._thread = threading.Thread(target=self._run, name="fetch-proxy", daemon=True)
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._serving: set[asyncio.Task[None]] = set()
        self._connections = self._open = 0
        self._deadline = 0.0
        self._limits: set[asyncio.Timeout] = set()  # of the requests at work
        self._slow = False
        self._sent = 0
        self.received = 0  # bytes from hosts
        self.hosts = {} if hosts is None else hosts
        self.problem: LinkError | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Address with the secret. Not for a command line, which others on the machine can read."""
        return self.address.replace("//", f"//{self.login}@")

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + self.rules.left_s
        server = await asyncio.start_server(
            self._accept, sock=self._listener, limit=http_headers.MAX_BYTES
        )
        self._ready.set()
        watch = asyncio.create_task(self._watch_rate())
        async with server:
            await self._stop.wait()
            watch.cancel()
            for task in self._serving:
                task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        client = _Client(reader, writer)
        try:
            await self._answer(client)
        except OSError:
            pass  # the client is gone
        except asyncio.CancelledError:
            if not self._stop.is_set():
                raise
        finally:
            if self._stop.is_set() or client.abort:
                writer.transport.abort()
            else:
                writer.close()
            self._serving.discard(task)

    async def _answer(self, client: "_Client") -> None:
        """Serve one request; an error becomes a response, or aborts one that has begun."""
        try:
            request = await self._read_request(client)
            async with asyncio.timeout_at(self._deadline) as limit:
                self._limits.add(limit)
                try:
                    await self._carry_out(request, client)
                finally:
                    self._limits.discard(limit)
            return
        except FetchRefused as error:
            message, status = self._record(error), "403 Forbidden"
        except FetchFailed as error:
            message, status = self._record(error), "502 Bad Gateway"
        except TimeoutError:
            message, status = self._record(self._too_late()), "504 Gateway Timeout"
        except HeadError as error:
            message, status = str(error), "400 Bad Request"
        except _ClientGone:
            client.abort = True
            return
        except PermissionError:
            message, status = "not for you", "407 Proxy Authentication Required"
        if client.response_begun:
            client.abort = True  # a response that broke off must not look complete
        else:
            client.writer.write(http_headers.refusal(status, message))
            await client.writer.drain()

    def _too_late(self) -> FetchFailed:
        if self._slow:
            slow: dict[str, Param] = {
                "bytes": round(self.rules.min_bytes_per_s),
                "seconds": RATE_WINDOW_S,
            }
            return FetchFailed(Message("error-fetch-rate", slow))
        return FetchFailed(Message("error-fetch-slow", {"seconds": self.rules.seconds}))

    async def _watch_rate(self) -> None:
        """End every request, and those to come, once a window brought too little."""
        loop = asyncio.get_running_loop()
        wanted, before, waited_s = self.rules.min_bytes_per_s * RATE_WINDOW_S, 0, 0.0
        while wanted:
            looked_at = loop.time()
            await asyncio.sleep(RATE_POLL_S)
            if self._open:  # else the client is at work, not a host
                waited_s += loop.time() - looked_at
            if self.received - before >= wanted:
                before, waited_s = self.received, 0.0
            elif waited_s >= RATE_WINDOW_S:
                self._slow, self._deadline = True, loop.time()
                for limit in self._limits:
                    limit.reschedule(self._deadline)
                return

    def _record(self, error: LinkError) -> str:
        self.problem = self.problem or error
        return str(error)

    async def _read_request(self, client: "_Client") -> Request:
        """Read a request. Raises HeadError, and PermissionError without the right secret."""
        try:
            head = await asyncio.wait_for(client.reader.readuntil(http_headers.END), HEAD_S)
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise HeadError("no request") from error
        request = Request.parse(head)
        credentials = request.values(b"proxy-authorization")
        if len(credentials) != 1 or not hmac.compare_digest(credentials[0], self._credentials):
            raise PermissionError
        return request

    async def _carry_out(self, request: Request, client: "_Client") -> None:
        self._connections += 1
        self._open += 1
        try:
            if self._connections > self.rules.max_connections or self._open > self.rules.max_open:
                raise FetchRefused(Message("error-fetch-many-connections"))
            if request.method == "CONNECT":
                await self._tunnel(request, client)
            else:
                await self._forward(request, client)
        finally:
            self._open -= 1

    async def _tunnel(self, request: Request, client: "_Client") -> None:
        host, port = parse_authority(request.target, None, self.rules.allow.ports)
        async with self._connected(host, port) as server:
            await client.send(b"HTTP/1.1 200 Connection established" + http_headers.END)
            upward = asyncio.create_task(self._pump_up(client, server[1]))
            await self._pump_down(server[0], client, upward)

    async def _forward(self, request: Request, client: "_Client") -> None:
        link = parse_link(request.target, self.rules.allow.ports)
        if link.scheme != "http":
            raise HeadError("https goes through a tunnel")
        body = request.body_bytes
        self._count_sent(body)
        async with self._connected(link.host, link.port) as server:
            server[1].write(request.head_to_forward(link.target, link.authority))
            if body:
                server[1].write(await client.body(body))
            await server[1].drain()
            response = await self._read_response_head(link.host, server[0])
            await client.send(response.head_to_forward())
            upward = asyncio.create_task(self._abort_with(client, server[1]))
            await self._pump_down(server[0], client, upward)

    async def _read_response_head(self, host: str, server: asyncio.StreamReader) -> Response:
        try:
            for _ in range(8):  # 100 Continue and the like come before the answer
                head = await asyncio.wait_for(server.readuntil(http_headers.END), HEAD_S)
                self._count_received(len(head))
                response = Response.parse(head)
                if response.status >= 200:
                    return response
        except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
            raise FetchFailed(Message("error-fetch-no-answer", {"host": host})) from error
        except (HeadError, asyncio.LimitOverrunError) as error:
            raise FetchFailed(Message("error-fetch-answer-unreadable", {"host": host})) from error
        raise FetchFailed(Message("error-fetch-preliminaries", {"host": host}))

    @contextlib.asynccontextmanager
    async def _connected(self, host: str, port: int) -> AsyncIterator[Streams]:
        """Streams to an allowed address of the host. Raises FetchRefused, FetchFailed."""
        addresses = await self._allowed_addresses(host, port)
        self.hosts[host] = None
        server = await self._connect(host, port, addresses)
        try:
            yield server
        finally:
            server[1].transport.abort()

    async def _allowed_addresses(self, host: str, port: int) -> tuple[Address, ...]:
        """The host's addresses, all of them allowed. No other place looks names up."""
        literal = parse_address(host)
        if literal is not None:
            return self.rules.allow.check(host, port, [literal])
        refused_at = asyncio.get_running_loop().time() + LOOK_UP_S
        try:
            async with asyncio.timeout_at(refused_at):
                addresses = await _in_thread(self._look_up, host, port)
            if not 0 < len(addresses) <= MAX_ADDRESSES:
                raise no_public_address(host)
            return self.rules.allow.check(host, port, addresses)
        except (OSError, TimeoutError, UnicodeError) as error:
            await sleep_until(refused_at)
            raise no_public_address(host) from error
        except FetchRefused:
            await sleep_until(refused_at)
            raise

    async def _connect(self, host: str, port: int, addresses: tuple[Address, ...]) -> Streams:
        for address in addresses[:MAX_TRIED]:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(CONNECT_S):
                    return await asyncio.open_connection(
                        str(address),
                        port,
                        limit=http_headers.MAX_BYTES,
                        flags=socket.AI_NUMERICHOST,
                    )
        raise FetchFailed(Message("error-fetch-cannot-connect", {"host": host, "port": str(port)}))

    async def _pump_up(self, client: "_Client", server: asyncio.StreamWriter) -> None:
        """Send the client's bytes to the server until either closes."""
        with contextlib.suppress(OSError):
            while chunk := await client.reader.read(CHUNK_BYTES):
                try:
                    self._count_sent(len(chunk))
                except FetchRefused as error:
                    self._record(error)
                    break
                server.write(chunk)
                await server.drain()
        server.transport.abort()  # nobody is left to read the response

    async def _abort_with(self, client: "_Client", server: asyncio.StreamWriter) -> None:
        """End the response when the client closes, or sends more than its one request."""
        with contextlib.suppress(OSError):
            await client.reader.read(1)
        server.transport.abort()

    async def _pump_down(
        self, server: asyncio.StreamReader, client: "_Client", upward: "asyncio.Task[None]"
    ) -> None:
        """Send the server's bytes to the client until it closes. Ends `upward`."""
        try:
            while chunk := await asyncio.wait_for(server.read(CHUNK_BYTES), SILENT_S):
                self._count_received(len(chunk))
                await client.send(chunk)
        except (OSError, TimeoutError) as error:
            raise FetchFailed(Message("error-fetch-connection")) from error
        finally:
            upward.cancel()

    def _count_received(self, size: int) -> None:
        self.received += size
        if self.received > self.rules.max_bytes:
            raise LinkTooLarge(
                Message("error-fetch-sent-too-much", {"max_bytes": self.rules.max_bytes})
            )

    def _count_sent(self, size: int) -> None:
        self._sent += size
        if self._sent > MAX_UPLOAD_BYTES:
            raise FetchRefused(Message("error-fetch-sends-too-much"))


class _ClientGone(Exception):
    """The client closed its connection, which is no failure of the host."""


@dataclass(slots=True)
class _Client:
    """One connection to the proxy.

    response_begun: some of a response was sent. abort: close without the rest of it.
    """

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    response_begun: bool = False
    abort: bool = False

    async def send(self, chunk: bytes) -> None:
        """Raises _ClientGone."""
        self.response_begun = True
        try:
            self.writer.write(chunk)
            await self.writer.drain()
        except OSError as error:
            raise _ClientGone from error

    async def body(self, size: int) -> bytes:
        """The next `size` bytes. Raises HeadError where there are fewer."""
        try:
            return await asyncio.wait_for(self.reader.readexactly(size), HEAD_S)
        except (TimeoutError, asyncio.IncompleteReadError) as error:
            raise HeadError("a body that is not as long as it says") from error


async def sleep_until(end: float) -> None:
    await asyncio.sleep(max(0.0, end - asyncio.get_running_loop().time()))


async def _in_thread[T, *A](function: Callable[[*A], T], *arguments: *A) -> T:
    """Run a blocking function in a thread, which runs on where this is cancelled."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: OSError | UnicodeError | None) -> None:
        if not future.done():
            future.set_exception(error) if error else future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, failed = None, None
        try:
            result = function(*arguments)
        except (OSError, UnicodeError) as error:
            failed = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: the fetch is over
            loop.call_soon_threadsafe(settle, result, failed)

    threading.Thread(target=run, name="fetch-look-up", daemon=True).start()
    return await future
