"""The steps of what runs: each statement, a transaction's begin, and both ends of a call.

At any of them something may happen: the worker is killed, or somebody else acts meanwhile.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

_TABLE = re.compile(r'(?:FROM|INTO|UPDATE) "(\w+)"')
_OWN = ("SAVEPOINT", "RELEASE", "ROLLBACK")


class Killed(BaseException):
    """Represents the end of the process: nothing catches it."""


@dataclass(frozen=True)
class Point:
    """The `number`th step from now on, or the `number`th beside a call."""

    number: int
    calls_only: bool = False


@dataclass
class _Plan:
    left: int
    calls_only: bool
    between_transactions: bool
    act: Callable[[], None]


class Steps:
    """Counts steps, and lets what was planned happen at one of them.

    `between` is called between transactions, whenever a claim has been written.
    """

    def __init__(self, between: Callable[[], None]) -> None:
        self._between = between
        self._plan: _Plan | None = None
        self._depth = len(connection.savepoint_ids)
        self._written = False
        self._quiet = False
        self.reached = ""

    @property
    def in_transaction(self) -> bool:
        """Whether what runs is in the midst of a transaction of its own."""
        return len(connection.savepoint_ids) > self._depth

    @property
    def _cannot_be_undone(self) -> bool:
        """Whether the transaction under way has no savepoint.

        What ended it would end the example's, too; right before it, it would do the same.
        """
        return connection.savepoint_ids[self._depth] is None

    @contextmanager
    def at(
        self, point: Point, act: Callable[[], None], *, between_transactions: bool
    ) -> Iterator[None]:
        """Let `act` happen at this place of the block, if it has so many steps.

        `between_transactions` counts only the steps at which nobody holds the database.
        """
        self.reached = ""
        self._plan = _Plan(point.number, point.calls_only, between_transactions, act)
        try:
            yield
        finally:
            self._plan = None

    def statement(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: object,
        many: bool,
        context: dict[str, Any],
    ) -> Any:
        """Wrap the database's execution of a statement (Django's `execute_wrapper`)."""
        begins = sql.startswith("SAVEPOINT") and not self.in_transaction
        if not self._quiet and (begins or not sql.startswith(_OWN)):
            if self._written and not self.in_transaction:
                self.look()
            self.reach("BEGIN" if begins else _name(sql))
            self._written |= not sql.startswith("SELECT") and '"claims_claim"' in sql
        return execute(sql, params, many, context)

    def look(self) -> None:
        """Let `between` see what has been committed."""
        self._written = False
        with self.quietly():
            self._between()

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """Let the statements of the block count as nobody's steps."""
        before, self._quiet = self._quiet, True
        try:
            yield
        finally:
            self._quiet = before

    def reach(self, name: str, *, by_call: bool = False) -> None:
        """Take note that the step with this name comes next, and act if it is the planned one."""
        plan = self._plan
        if plan is None or (plan.calls_only and not by_call):
            return
        if self.in_transaction and (plan.between_transactions or self._cannot_be_undone):
            return
        plan.left -= 1
        if plan.left == 0:
            self._plan, self.reached = None, name
            plan.act()


def _name(sql: str) -> str:
    table = _TABLE.search(sql)
    return f"{sql.split(maxsplit=1)[0]} {table[1] if table else ''}"


def die() -> None:
    """Kill the thread that runs."""
    raise Killed
