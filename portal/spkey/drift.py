"""How an OpenAPI document differs from what the client knows of the API, in sentences.

The document is a stranger's: whatever is odd about it is a difference, and never an error.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from portal.spkey.contract import CALLS, NOT_CALLED, QUERY_NOT_SENT, SECURITY, Call, Known

METHODS: Final = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
DEEPEST: Final = 4
NUMBERS: Final = frozenset({"number", "integer"})

type Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Difference:
    """What is different. `breaks`: the client relies on how it was."""

    sentence: str
    breaks: bool


def differences(document: object) -> list[Difference]:
    """Return what differs, the worst first."""
    found = _Comparison(_object(document)).run()
    return sorted(found, key=lambda each: not each.breaks)


class _Comparison:
    def __init__(self, document: Json) -> None:
        self._document = document

    def run(self) -> Iterator[Difference]:
        operations = dict(self._operations())
        for call in CALLS:
            operation = operations.pop(f"{call.method} {_plain(call.path)}", None)
            if operation is None:
                yield Difference(f"{call} is gone.", breaks=True)
                continue
            yield from self._inputs(call, operation)
            yield from self._statuses(call, operation)
            yield from self._answer(call, operation)
        for name in sorted(set(operations) - set(NOT_CALLED)):
            method, _, path = name.partition(" ")
            yield Difference(f"{method.upper()} {path} is new.", breaks=False)
        yield from self._security()

    def _operations(self) -> Iterator[tuple[str, Json]]:
        for path, item in _object(self._document.get("paths")).items():
            shared = _list(_object(item).get("parameters"))
            for method, operation in _object(item).items():
                if method.lower() in METHODS:
                    own = _object(operation)
                    parameters = [*shared, *_list(own.get("parameters"))]
                    yield f"{method.lower()} {_plain(path)}", {**own, "parameters": parameters}

    def _inputs(self, call: Call, operation: Json) -> Iterator[Difference]:
        yield from self._parameters(call, operation)
        schema = self._schema(self._followed(operation.get("requestBody")))
        if schema is None:
            if call.body:
                yield Difference(f"{call} takes no JSON body any more.", breaks=True)
            return
        told = dict(self._fields(schema, call.body))
        needed = {name for name, (_, is_needed) in told.items() if is_needed}
        for name in sorted(needed - set(call.body)):
            yield Difference(f"{call} now requires {name}.", breaks=True)
        for name in sorted(set(told) - needed - set(call.body)):
            yield Difference(f"{call} now takes {name}.", breaks=False)
        for name, known in call.body.items():
            if name not in told:
                yield Difference(f"{call} does not take {name} any more.", breaks=True)
                continue
            if name in needed and not known.relied:
                yield Difference(f"{call} now requires {name}.", breaks=True)
            yield from self._typed(f"{name} of {call}", known, told[name][0], sent=True)

    def _parameters(self, call: Call, operation: Json) -> Iterator[Difference]:
        told = {}
        for each in map(self._followed, _list(operation.get("parameters"))):
            if each.get("in") in {"query", "header", "cookie"}:
                told[str(each.get("name"))] = each
        for name, parameter in told.items():
            if name in call.query or (name in QUERY_NOT_SENT and not parameter.get("required")):
                continue
            is_needed = parameter.get("required") is True
            verb = "requires" if is_needed else "takes"
            sentence = f"{call} now {verb} the parameter {name}."
            yield Difference(sentence, breaks=is_needed)
        for name, known in call.query.items():
            if name not in told:
                sentence = f"{call} does not take the parameter {name} any more."
                yield Difference(sentence, breaks=True)
                continue
            schema = self._followed(told[name].get("schema"))
            yield from self._typed(f"{name} of {call}", known, schema, sent=True)

    def _statuses(self, call: Call, operation: Json) -> Iterator[Difference]:
        told = {str(each).upper() for each in _object(operation.get("responses"))}
        for status in sorted(set(call.statuses) - told):
            sentence = f"{call} does not answer with {status} any more."
            yield Difference(sentence, breaks=status in call.relied)
        for status in sorted(told - set(call.statuses)):
            # The client takes 200 alone for success.
            sentence = f"{call} now may answer with {status}."
            yield Difference(sentence, breaks=status.startswith("2"))

    def _answer(self, call: Call, operation: Json) -> Iterator[Difference]:
        response = self._followed(_object(operation.get("responses")).get("200"))
        if not response:
            return
        schema = self._schema(response)
        if schema is None:
            yield Difference(f"{call} answers with no JSON any more.", breaks=True)
            return
        told = dict(self._fields(schema, call.answer))
        for name in sorted(set(told) - set(call.answer)):
            yield Difference(f"{call} answers with a new field, {name}.", breaks=False)
        for name, known in call.answer.items():
            if name not in told:
                sentence = f"{call} answers without {name}."
                yield Difference(sentence, breaks=known.relied)
                continue
            field, is_sure = told[name]
            if known.relied and not is_sure:
                yield Difference(f"{call} may answer without {name}.", breaks=True)
            yield from self._typed(f"{name} of {call}", known, field, sent=False)

    def _security(self) -> Iterator[Difference]:
        components = _object(self._document.get("components"))
        told = set()
        for each in map(self._followed, _object(components.get("securitySchemes")).values()):
            kind = str(each.get("type"))
            if kind == "apiKey":
                told.add((kind, str(each.get("in")), str(each.get("name")).lower()))
            else:
                told.add((kind, str(each.get("scheme", "")).lower(), ""))
        for _, where, name in sorted(SECURITY - told):
            what = f"the {where} {name}" if name else f"a {where} token"
            yield Difference(f"The API does not take {what} as proof any more.", breaks=True)
        for kind, where, name in sorted(told - SECURITY):
            what = " ".join(part for part in (kind, where, name) if part)
            yield Difference(f"The API takes another proof of who calls: {what}.", breaks=False)

    def _schema(self, holder: Json) -> Json | None:
        """Return the schema of a body's JSON, None where there is none."""
        for kind, content in _object(holder.get("content")).items():
            if kind.partition(";")[0].strip().lower() == "application/json":
                return self._followed(_object(content).get("schema"))
        return None

    def _fields(
        self, schema: Json, known: Mapping[str, Known], before: str = ""
    ) -> Iterator[tuple[str, tuple[Json, bool]]]:
        """Yield each field by its name, with its schema and whether it is always there.

        Only of those that are known what is within them as well: a document may go in circles.
        """
        for part in (schema, *self._parts(schema)):
            needed = _list(part.get("required"))
            for name, inner in _object(part.get("properties")).items():
                followed, whole = self._followed(inner), f"{before}{name}"
                yield whole, (followed, name in needed)
                if any(each.startswith(f"{whole}.") for each in known):
                    yield from self._fields(followed, known, f"{whole}.")

    def _parts(self, schema: Json) -> list[Json]:
        """Return the schemas that this one is made of, or one of which it is."""
        ways = ("allOf", "anyOf", "oneOf")
        return [self._followed(each) for way in ways for each in _list(schema.get(way))]

    def _followed(self, value: object) -> Json:
        """Return the object, or that of this document to which it refers."""
        found = _object(value)
        for _ in range(DEEPEST):
            reference = found.get("$ref")
            if not isinstance(reference, str) or not reference.startswith("#/"):
                break
            target: object = self._document
            for part in reference[2:].split("/"):
                target = _object(target).get(part.replace("~1", "/").replace("~0", "~"))
            found = _object(target)
        return found

    def _typed(self, name: str, known: Known, schema: Json, *, sent: bool) -> Iterator[Difference]:
        """Yield how a field's type and values differ."""
        types = set(self._types(schema))
        wanted = NUMBERS if known.type == "number" else {known.type}
        other = types - wanted - {"null"} if known.type != "null" else types - wanted
        if types and (not types & wanted or (other and not sent)):
            told = " or ".join(sorted(types))
            yield Difference(f"{name} is now {told}, and was {known.type}.", breaks=True)
        elif "null" in types and known.relied and not sent and known.type != "null":
            yield Difference(f"{name} may now be null.", breaks=True)
        values = [str(each) for each in _list(schema.get("enum")) if each is not None]
        if not values:
            return
        for value in sorted(set(values) - set(known.values)) if known.values else ():
            # One in an answer that the client does not know makes the answer useless.
            yield Difference(f"{name} has a new value, {value}.", breaks=not sent)
        for value in sorted(set(known.values) - set(values)):
            yield Difference(f"{name} has no value {value} any more.", breaks=sent)
        if not known.values:
            told = ", ".join(sorted(values))
            yield Difference(f"{name} has only these values now: {told}.", breaks=sent)

    def _types(self, schema: Json, deepest: int = DEEPEST) -> Iterator[str]:
        kind = schema.get("type")
        yield from (str(each) for each in (kind if isinstance(kind, list) else [kind]) if each)
        if schema.get("nullable") is True:
            yield "null"
        for part in self._parts(schema) if deepest else ():
            yield from self._types(part, deepest - 1)


def _plain(path: str) -> str:
    """Return the path whatever its parameters are called."""
    return re.sub(r"\{[^}/]*\}", "{}", path.rstrip("/"))


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
