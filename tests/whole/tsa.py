"""A real timestamp authority on the loopback: RFC 3161 over HTTP, its key from the office's demo keys; it can be shut and opened."""

from __future__ import annotations

import asyncio
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from asn1crypto import tsp

from pipeline.papers.timestamp import LocalTimeStamper


class Authority:
    """Answers while it is open; otherwise says 503, as a service in trouble does. Counts what it was asked."""

    def __init__(self, stamper: LocalTimeStamper) -> None:
        self.open = True
        self.asked = 0
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = self.rfile.read(int(self.headers["Content-Length"]))
                authority.asked += 1
                if not authority.open:
                    self.send_error(503)
                    return
                body = asyncio.run(stamper.async_request_tsa_response(tsp.TimeStampReq.load(request))).dump()
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/tsa"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
