"""Check that the ports are free before anything is started on them.

Usage: check_ports.py PORT=8000 SANDBOX_PORT=8787

Each argument is a variable of `make run` and its value. Ends with a sentence for the
first one that cannot be used.
"""

import socket
import sys


def is_free(port: int) -> bool:
    """Whether a server can listen on this port (1 to 65535) of this machine."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            return False
    with socket.socket() as probe:
        # As servers do, so that a port resting after its last connection counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def problem(name: str, value: str, taken: set[int]) -> str | None:
    """What is wrong with this port and what to do about it, or None."""
    if not value.isdecimal() or not 1 <= int(value) <= 65535:
        return f"{name}={value} is not a port. Use a number from 1 to 65535."
    port = int(value)
    if port in taken:
        return f"Port {port} is asked for twice. Choose another one: make run {name}={port + 1}"
    if not is_free(port):
        other = next(n for n in [*range(port + 1, 65536), 8000] if n not in taken and is_free(n))
        return (
            f"Port {port} is in use by another program. Stop that one, "
            f"or choose another port: make run {name}={other}"
        )
    return None


def main(arguments: list[str]) -> int:
    """Check every NAME=PORT; return the exit code."""
    taken: set[int] = set()
    for argument in arguments:
        name, _, value = argument.partition("=")
        if sentence := problem(name, value, taken):
            print(sentence, file=sys.stderr)
            return 1
        taken.add(int(value))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
