"""The portal's files, read once a run, and asked for once by each context of the browser."""

from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler

type Environ = dict[str, Any]
type StartResponse = Callable[[str, list[tuple[str, str]]], Any]
type Answer = tuple[str, list[tuple[str, str]], bytes]

FOR_THIS_RUN = ("Cache-Control", "max-age=86400")


def keep_files(patch: pytest.MonkeyPatch) -> None:
    """Have the live server hold its files in memory, and browsers ask for each once."""
    serve = StaticFilesHandler.__call__
    kept: dict[tuple[str, str], Answer] = {}

    def answer(
        handler: StaticFilesHandler, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith(settings.STATIC_URL):
            return serve(handler, environ, start_response)
        asked = (environ["REQUEST_METHOD"], path)
        if asked not in kept:
            kept[asked] = read(handler, environ)
        status, headers, body = kept[asked]
        start_response(status, headers)
        return [body]

    def read(handler: StaticFilesHandler, environ: Environ) -> Answer:
        said: list[Any] = []
        whole = {name: value for name, value in environ.items() if not name.startswith("HTTP_IF_")}
        with closing(serve(handler, whole, lambda *how: said.extend(how))) as parts:
            return said[0], [*said[1], FOR_THIS_RUN], b"".join(parts)

    patch.setattr(StaticFilesHandler, "__call__", answer)
