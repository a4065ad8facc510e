"""An HTTPS endpoint as a customer would run it: answers each POST and remembers it."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from infra.local.certificates import Certificates

# Events are a few KiB; anything larger is no delivery of ours.
LONGEST_BODY_BYTES = 1024 * 1024
IDLE_TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Delivery:
    """One POST as it arrived. Header names are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """What arrived so far, and the status that deliveries are answered with."""

    def __init__(self, on_delivery: Callable[[Delivery], None]) -> None:
        self.status = 204
        self._on_delivery = on_delivery
        self._deliveries: list[Delivery] = []
        self._lock = threading.Lock()

    @property
    def deliveries(self) -> list[Delivery]:
        """All of them, in the order of their arrival."""
        with self._lock:
            return list(self._deliveries)

    def accept(self, delivery: Delivery) -> None:
        """Remember a delivery and tell about it, one at a time."""
        with self._lock:
            self._deliveries.append(delivery)
            self._on_delivery(delivery)


@contextmanager
def listening(
    port: int, certificates: Certificates, on_delivery: Callable[[Delivery], None], *, bind: str
) -> Iterator[Receiver]:
    """Listen on `port` of the address `bind` for the time of the `with` block."""
    receiver = Receiver(on_delivery)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = IDLE_TIMEOUT_SECONDS

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            if length > LONGEST_BODY_BYTES:
                self.send_error(413)
                return
            body = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.accept(Delivery(self.path, headers, body))
            self.send_response(receiver.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Keep the terminal for the deliveries."""

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificates.chain, certificates.key)
    server = TlsServer((bind, port), Handler, context)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


class TlsServer(ThreadingHTTPServer):
    """Shakes hands in each connection's own thread, so that a silent client holds up nobody."""

    daemon_threads = True

    def __init__(
        self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext
    ) -> None:
        super().__init__(address, handler)
        self._context = context

    def finish_request(self, request: object, client_address: object) -> None:
        """Answer one connection over TLS."""
        with self._context.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gives up is its own affair."""
