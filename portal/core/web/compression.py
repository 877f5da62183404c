"""Pages are sent compressed: on a weak signal they are most of what a tablet waits for.

Compressed, the length of a page tells whether something that was sent with the request is also in
the page (the attack is called BREACH). It takes many requests that somebody else's page makes in
the name of a person, so what such a page asks for is not compressed; that is what browsers say by
Sec-Fetch-Site, over https, and who does not say it gets the page as it is. Beside this Django adds
a random number of bytes, and each page hides its CSRF token anew.
"""

from typing import Final

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

# A page of ours, or the person by an address of their own.
OWN: Final = ("same-origin", "none")


class Compression(GZipMiddleware):
    """Compresses pages and fragments, and nothing else: photos and sheets are compressed."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Return the answer, compressed where that is safe and of use."""
        is_page = response.get("Content-Type", "").startswith("text/html")
        if response.streaming or not is_page or request.headers.get("Sec-Fetch-Site") not in OWN:
            return response
        answer: HttpResponseBase = super().process_response(request, response)
        return answer
