"""Where the page is opened and who may: host, port and password. Light, so that the command line's help can name them."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket

from index import UsageError

HOST = "127.0.0.1"
PORT = 7860
AUTH = "WENBAO_AUTH"  # environment variable: `user:password`. Not an option: others on a machine can read those.


def check_port(host: str, port: int) -> None:
    """See that nothing listens on the port yet.

    :raises UsageError: if it is in use, not allowed, or the host is not an address of this machine.
    """
    if not 0 < port < 65536:
        raise UsageError(f"port {port} does not exist; choose one from 1024 to 65535 with --port")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise UsageError(f"host {host} is not known; choose another with --host") from error
    with socket.socket(family, kind, protocol) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(address)
        except PermissionError as error:
            raise UsageError(f"port {port} is not allowed here; choose another with --port") from error
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise UsageError(
                    f"host {host} is not an address of this machine; choose another with --host"
                ) from error
            raise UsageError(f"port {port} is in use; choose another with --port") from error


def only_here(host: str) -> bool:
    """Whether a page opened at this host is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def credentials() -> tuple[str, str] | None:
    """User and password that `WENBAO_AUTH` asks for; None if it is not set.

    :raises UsageError: if it is set to something else than `user:password`.
    """
    value = os.environ.get(AUTH, "")
    if not value:
        return None
    user, _, password = value.partition(":")
    if not user or not password:
        raise UsageError(f"{AUTH}: not of the form user:password; set it again or unset it")
    return user, password
