"""TLS in front of a PostgreSQL server that has none: the one in the wheel is built without."""

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import trustme

SSL_REQUEST = struct.pack("!ii", 8, 80_877_103)
REFUSAL = b"SFATAL\0VFATAL\0C28000\0Mno encryption\0\0"


class Authority:
    """Who signs the certificate of a server, and somebody else; as files."""

    def __init__(self, folder: Path) -> None:
        """Create both in a folder."""
        authority = trustme.CA()
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("localhost").configure_cert(self.context)
        self.certificate = folder / "authority.pem"
        self.another = folder / "another.pem"
        authority.cert_pem.write_to_path(str(self.certificate))
        trustme.CA().cert_pem.write_to_path(str(self.another))


@contextmanager
def encrypted(server: Path, context: ssl.SSLContext) -> Iterator[int]:
    """Return the port at which the server behind a socket can be reached, over TLS only."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=serve, args=(connection,), daemon=True).start()

        def serve(connection: socket.socket) -> None:
            with suppress(OSError), connection:
                if connection.recv(8, socket.MSG_WAITALL) != SSL_REQUEST:
                    connection.sendall(b"E" + struct.pack("!i", len(REFUSAL) + 4) + REFUSAL)
                    return
                connection.sendall(b"S")
                with (
                    context.wrap_socket(connection, server_side=True) as outside,
                    socket.socket(socket.AF_UNIX) as inside,
                ):
                    inside.connect(str(server))
                    threading.Thread(target=pass_on, args=(inside, outside), daemon=True).start()
                    pass_on(outside, inside)

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]


def pass_on(source: socket.socket, destination: socket.socket) -> None:
    """Send what comes from one side to the other, until it ends."""
    with suppress(OSError):
        while data := source.recv(65_536):
            destination.sendall(data)
    with suppress(OSError):  # a close would not wake the thread that reads from it
        destination.shutdown(socket.SHUT_RDWR)
