"""Read by gunicorn wherever it is started in this folder."""

import contextlib
import socket
from typing import Any

# Whether a proxy is to be believed, PORTAL_TRUSTED_PROXIES says, and Django does it. gunicorn by
# itself would believe whoever comes from this machine.
forwarded_allow_ips = ""

PIECE = 64 * 1024
# The same as `bodies.WITH_PHOTO`, and what the proxy lets through.
LARGEST_BODY = 13 * 1024 * 1024
# How long a sender may be silent. What a proxy sends, it has whole.
SILENCE_SECONDS = 5


def post_worker_init(worker: Any) -> None:
    """Tell the portal how many requests the process answers at a time."""
    # Only in the process that serves: by then the portal is loaded.
    from portal.core.web import poll_pace  # noqa: PLC0415

    poll_pace.served_by(worker.cfg.threads)


def pre_request(_worker: object, request: Any) -> None:
    """Announce that the connection ends with the answer to more than is ever let in.

    A proxy may not even send such a body; what it sent next on the connection would be read as it.
    """
    length = dict(request.headers).get("CONTENT-LENGTH", "0")
    if int(length) > LARGEST_BODY:
        request.force_close()


def post_request(_worker: object, request: Any, environ: dict[str, Any], answer: object) -> None:
    """Take what is left of a body that was answered unread: by a refusal, or the way to sign-in.

    gunicorn itself takes 64 KB of it and closes the connection. A proxy that is still sending then
    loses the answer, and makes a 502 of it. Where not all of it comes, the connection ends here.
    """
    if answer is None:  # gunicorn has refused it by itself.
        return
    sender: socket.socket = environ["gunicorn.socket"]
    sender.settimeout(SILENCE_SECONDS)
    with contextlib.suppress(OSError):
        for _ in range(LARGEST_BODY // PIECE):
            if not request.body.read(PIECE):
                return
    with contextlib.suppress(OSError):
        sender.shutdown(socket.SHUT_RDWR)
