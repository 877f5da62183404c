"""Every answer is signed, for scripts that could not tell by its look whose it is.

Hotels' gates, filters and sign-in proxies answer in the portal's place, caches with what it said
once. `static/js/page/answer.js` takes for the portal's what says the version of this agreement,
repeats the question that came with the request, and is as long as it says.
"""

import re
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

SIGNATURE: Final = "X-Portal"
QUESTION: Final = "X-Portal-Question"
VERSION: Final = "1"
ASKED: Final = re.compile(r"[\w-]{1,40}", re.ASCII)
NONE: Final = "-"


class Signature(MiddlewareMixin):
    """Signs what the portal answers, refusals and failures too. It stands before all that may."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Add the signature; of what is streamed nobody knows the length yet."""
        asked = request.headers.get(QUESTION, "")
        question = asked if ASKED.fullmatch(asked) else NONE
        content = getattr(response, "content", None)
        length = NONE if content is None else str(len(content))
        response.headers[SIGNATURE] = f"{VERSION} {question} {length}"
        return response
