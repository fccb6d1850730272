"""HTTP as it is read from a socket, with the one answer that no application gives: to what is no HTTP at all."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.errors import BadRequest
from shared.problems import render


class Protocol(HttpToolsProtocol):
    """Refuses what cannot be parsed as everything else is refused: with a problem document."""

    def send_400_response(self, msg: str) -> None:
        answer = render(BadRequest(msg))
        headers = [*answer.raw_headers, (b"connection", b"close")]
        head = b"".join(b"%s: %s\r\n" % header for header in headers)
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n" + head + b"\r\n" + bytes(answer.body))
        self.transport.close()
