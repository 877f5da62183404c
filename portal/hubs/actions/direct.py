"""Sending what is confidential from the process that was given it, in a thread of its own.

The request answers at once, as ever: the row is there, leased to this process, and its page polls.
At most a few are under way in a process; who finds no place is asked to come again, and nothing is
kept of what they typed.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import BoundedSemaphore
from typing import Final

from django.db import DatabaseError, InterfaceError, connections, transaction

from portal.core.leasing import Lease
from portal.core.turns import BusyError
from portal.hubs.actions import asking, step
from portal.hubs.actions.asking import ActionRequest
from portal.hubs.actions.confidential import Confidential
from portal.hubs.actions.models import HubAction

logger = logging.getLogger(__name__)

AT_ONCE: Final = 4
_places = BoundedSemaphore(AT_ONCE)


def submit(request: ActionRequest, confidential: Confidential) -> HubAction:
    """Return the action for this request, and send it from here, once its row is committed.

    Raises AnotherActionError as `asking.submit` does, and BusyError where no place is left.
    """
    if not _places.acquire(blocking=False):
        raise BusyError
    is_started = False
    try:
        with transaction.atomic():
            action, lease = asking.submit_to_send(request)
        if lease is not None:
            is_started = True
            _start(lease, confidential)
    finally:
        if not is_started:
            _places.release()
    return action


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="confidential")


def _start(lease: Lease[HubAction], confidential: Confidential) -> None:
    _threads().submit(_send, lease, confidential)


def _send(lease: Lease[HubAction], confidential: Confidential) -> None:
    try:
        step.attempt(lease, confidential)
    except (DatabaseError, InterfaceError) as error:
        # The lease runs out, and a worker ends the action. A trace might show too much.
        logger.error("action %s: it was not sent: %s", lease.pk, type(error).__name__)
    finally:
        _places.release()
        connections.close_all()
