"""What a reply means: a record, or the error that tells a caller what to do."""

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NoReturn

from portal.spkey import errors
from portal.spkey.errors import ErrorFacts, FieldProblem, SpkeyError
from portal.spkey.fields import Undocumented
from portal.spkey.records import AnswerMeta
from portal.spkey.wire import Fault, Reply

LONGEST_MESSAGE = 300
MOST_DETAILS = 20
_REFERENCE = re.compile(r"[0-9A-Za-z-]{1,64}")
_SECONDS = re.compile(r"[0-9]{1,10}")
_JSON_TYPE = re.compile(r"application/(?:[\w.+-]+\+)?json", re.ASCII)
_NAME = re.compile(r"[A-Za-z]{1,64}")
_BY_STATUS: dict[int, type[SpkeyError]] = {
    401: errors.BadCredentials,
    403: errors.Forbidden,
    404: errors.NotFound,
    409: errors.Busy,
}
# The names that the framework behind the API gives its refusals; none of them has an effect.
_BY_NAME: dict[str, type[SpkeyError]] = {
    "AggregateNotFoundError": errors.NotFound,
    "BusinessRuleViolationError": errors.Refused,
    "CommandValidationError": errors.Refused,
    "ForbiddenError": errors.Forbidden,
    "UnauthorizedError": errors.BadCredentials,
    "VersionConflictError": errors.Busy,
}
_INVALID = "CommandValidationError"
# The code that the framework gives each entry of a request's validation that failed.
_INVALID_CODE = 7001
# What the first part of an entry's `path` may be, before the field: where in the request it was.
_PLACES = ("body", "query", "params", "headers")
_SIDE_EFFECT = "SideEffectError"


@dataclass(frozen=True, slots=True)
class _Words:
    """What an error body says.

    `name` is the framework's name of the error, or "". `is_invalid`: that what was sent is wrong in
    itself. `from_api`: in one of the API's shapes, not a gateway's page.
    """

    message: str = ""
    name: str = ""
    details: tuple[FieldProblem, ...] = ()
    is_invalid: bool = False
    from_api: bool = False


def understand[R](
    reply: Reply,
    read: Callable[[object, AnswerMeta], R],
    on_502: type[SpkeyError] = errors.NotPassedOn,
) -> R | SpkeyError:
    """What `read` makes of a documented answer; every other reply as an error, not raised.

    `on_502` is what a 502 in the API's own shape says of this call.
    """
    status = reply.http_status
    if reply.fault is Fault.TOO_LARGE:
        return _unusable(reply, "The answer is too large.")
    if reply.fault or status is None:
        return _no_answer(reply)
    if status == 200:
        return _record(reply, read)
    if 400 <= status < 600:
        return _refusal(reply, status, on_502)
    redirect = 300 <= status < 400
    return _unusable(reply, "A redirect, not followed." if redirect else "An undocumented status.")


def _no_answer(reply: Reply) -> SpkeyError:
    facts = _facts(reply)
    facts["outcome_unknown"] = reply.is_command and reply.may_have_reached
    if reply.fault is Fault.TLS and not reply.may_have_reached:
        return errors.TlsFailed("No secure connection.", **facts)
    return errors.Unreachable("No whole answer.", **facts)


def _unusable(reply: Reply, why: str) -> SpkeyError:
    return errors.UnusableAnswer(why, **_facts(reply) | {"outcome_unknown": reply.is_command})


def _record[R](reply: Reply, read: Callable[[object, AnswerMeta], R]) -> R | SpkeyError:
    if not _JSON_TYPE.fullmatch(reply.content_type.partition(";")[0].strip().lower()):
        return _unusable(reply, "The answer is not JSON.")
    meta = AnswerMeta(
        http_status=200,
        reference=_reference(reply),
        duration=reply.duration,
        request_id=reply.request_id,
    )
    try:
        return read(_json(reply.body), meta)
    except Undocumented as problem:
        why = str(problem)
    except (ValueError, RecursionError):
        why = "The answer is malformed JSON."
    return _unusable(reply, why)


def _refusal(reply: Reply, status: int, on_502: type[SpkeyError]) -> SpkeyError:
    words = _words(reply, status)
    facts = _facts(reply) | {"from_api": words.from_api}
    if status >= 500:
        return _failure(reply, status, words, facts, on_502)
    if status == 429:
        facts["retry_after"] = _retry_after(reply)
        return errors.RateLimited(words.message, **facts)
    kind = _BY_NAME.get(words.name) or _BY_STATUS.get(status, errors.Refused)
    if not issubclass(kind, errors.Refused):
        return kind(words.message, **facts)
    return kind(words.message, details=words.details, is_invalid=words.is_invalid, **facts)


def _failure(
    reply: Reply, status: int, words: _Words, facts: ErrorFacts, on_502: type[SpkeyError]
) -> SpkeyError:
    if status == 500 and words.name == _SIDE_EFFECT and reply.is_command:
        return errors.SideEffectsFailed(words.message, **facts)
    if status == 502 and words.from_api:
        return on_502(words.message, **facts)
    facts |= {"outcome_unknown": reply.is_command, "retry_after": _retry_after(reply)}
    return errors.Unreachable(words.message, **facts)


def _facts(reply: Reply) -> ErrorFacts:
    return ErrorFacts(
        http_status=reply.http_status,
        reference=_reference(reply),
        request_id=reply.request_id,
        duration=reply.duration,
        may_have_reached=reply.may_have_reached,
    )


def _words(reply: Reply, status: int) -> _Words:
    """Read any of the documented error shapes; a body in none of them says nothing."""
    try:
        body = _json(reply.body)
    except (ValueError, RecursionError):
        return _Words(from_api=reply.is_named_error)
    if not isinstance(body, dict) or body.get("success") is True:
        return _Words(from_api=reply.is_named_error)
    # A gateway may well say {"error": "Bad Gateway"}: a 5xx has to look more like the API.
    coded = isinstance(body.get("code"), int) or status < 500
    from_api = body.get("success") is False or (isinstance(body.get("error"), str) and coded)
    problems = _problems(body)
    name = _name(body)
    if name or reply.is_named_error or "__ceves" in body:
        return _named(name, problems)
    return _Words(
        message=_message(body),
        details=problems,
        is_invalid=bool(problems) or any(_is_validation(entry) for entry in _errors(body)),
        from_api=from_api,
    )


def _named(name: str, problems: tuple[FieldProblem, ...]) -> _Words:
    """Read an error of the framework's own by its name alone.

    Whatever else is in such a body may be a stack. Only which fields did not validate is kept.
    """
    is_invalid = name == _INVALID
    fields = tuple(FieldProblem(each.field, "") for each in problems if each.field)
    return _Words(
        message=name,
        name=name,
        details=fields if is_invalid else (),
        is_invalid=is_invalid,
        from_api=True,
    )


def _name(body: dict[str, object]) -> str:
    """Return the framework's name of the error, or "" where the body has none."""
    told = body.get("__ceves")
    name = told.get("name") if isinstance(told, dict) else body.get("error")
    known = isinstance(name, str) and _NAME.fullmatch(name) is not None
    is_ours = known and (isinstance(told, dict) or name == _SIDE_EFFECT)
    return str(name) if is_ours else ""


def _message(body: dict[str, object]) -> str:
    messages = [entry.get("message") for entry in _errors(body)]
    joined = "; ".join(words for words in messages if isinstance(words, str))
    return _clean(body.get("message")) or _clean(joined) or _clean(body.get("error"))


def _problems(body: dict[str, object]) -> tuple[FieldProblem, ...]:
    """Return what is wrong with which field: `details` of one shape, `errors` of another."""
    problems = [
        FieldProblem(_clean(entry.get("field")), _clean(entry.get("message")))
        for entry in _entries(body.get("details"))
    ]
    problems += [
        FieldProblem(_field(entry.get("path")), _clean(entry.get("message")))
        for entry in _errors(body)
        if _is_validation(entry)
    ]
    return tuple(problem for problem in problems if problem.field or problem.message)


def _is_validation(entry: dict[str, object]) -> bool:
    return entry.get("code") == _INVALID_CODE or isinstance(entry.get("path"), list)


def _errors(body: dict[str, object]) -> list[dict[str, object]]:
    return _entries(body.get("errors"))


def _entries(listed: object) -> list[dict[str, object]]:
    entries = listed[:MOST_DETAILS] if isinstance(listed, list) else []
    return [entry for entry in entries if isinstance(entry, dict)]


def _field(path: object) -> str:
    """Return the field that a path such as ["body", "siteId"] leads to, "" for no such path."""
    parts = path[:MOST_DETAILS] if isinstance(path, list) else []
    if parts and parts[0] in _PLACES:
        parts = parts[1:]
    return _clean(".".join(str(part) for part in parts if isinstance(part, str | int)))


def _clean(words: object) -> str:
    """One line of at most LONGEST_MESSAGE characters, without control and bidi characters."""
    if not isinstance(words, str):
        return ""
    # Categories: Cc control, Zl and Zp line ends; the rest of C is formats, surrogates, unassigned.
    kinds = ((char, unicodedata.category(char)) for char in words[: 10 * LONGEST_MESSAGE])
    spaced = ((" " if kind in {"Cc", "Zl", "Zp"} else char, kind) for char, kind in kinds)
    kept = "".join(char for char, kind in spaced if char == " " or not kind.startswith("C"))
    return " ".join(kept.split())[:LONGEST_MESSAGE]


def _reference(reply: Reply) -> str | None:
    return reply.reference if _REFERENCE.fullmatch(reply.reference) else None


def _retry_after(reply: Reply) -> float | None:
    """Seconds from now, from seconds or an HTTP date (RFC 9110, 10.2.3); None for anything else."""
    if _SECONDS.fullmatch(reply.retry_after):
        return float(reply.retry_after)
    moment = _http_date(reply.retry_after)
    if moment is None:
        return None
    # The server's own clock where it tells it: ours may be an hour off.
    now = _http_date(reply.date) or datetime.now(UTC)
    return max(0.0, (moment - now).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _json(body: bytes) -> object:
    return json.loads(body.decode("utf-8"), parse_constant=_no_constant)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
