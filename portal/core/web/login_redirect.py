"""Which page to lead back to: always one that can be shown, never an address that acts."""

from urllib.parse import quote, urlencode, urlsplit

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

# By their URL names, as in a template: core imports nothing of the claims.
CLAIM_FORM = {"claims:new", "claims:read"}
# Of no claim, though they stand beside the claims' pages: each shows its own form.
OF_NO_CLAIM = {"claims:replace", "claims:sent"}
SAFE_METHODS = {"GET", "HEAD"}
# A label travels in an address, encoded twice on its way: servers take about 4000 characters.
LONGEST_LABEL = 900


def page_to_return_to(request: HttpRequest) -> str:
    """Return the path and query of the page to show once the request can be met.

    Once the person has signed in, or works in the organisation that it is about.

    Of a form that was posted, the page on which it stood: the claim form with the site and the
    label that it held, a claim's own page, else the page that the browser names, else "/".
    """
    match = request.resolver_match
    if request.method not in SAFE_METHODS and match is not None:
        if match.view_name in CLAIM_FORM:
            return _claim_form(request.POST)
        if match.view_name in OF_NO_CLAIM:
            return request.path
        if match.namespace == "claims" and "pk" in match.kwargs:
            return reverse("claims:detail", args=(match.kwargs["pk"],))
    if htmx := getattr(request, "htmx", None):
        return _page_asking(htmx)
    if request.method in SAFE_METHODS:
        return request.get_full_path()
    return _page_before(request)


def _claim_form(posted: QueryDict) -> str:
    kept = {name: posted.get(name, "") for name in ("site", "label")}
    if len(quote(kept["label"])) > LONGEST_LABEL:
        kept["label"] = ""
    query = urlencode({name: value for name, value in kept.items() if value})
    return reverse("claims:new") + (f"?{query}" if query else "")


def _page_asking(htmx: HtmxDetails) -> str:
    try:
        return _path_of(htmx.current_url_abs_path or "/")
    except ValueError:
        return "/"


def _page_before(request: HttpRequest) -> str:
    page = request.headers.get("Referer", "")
    own = {request.get_host()}
    if not url_has_allowed_host_and_scheme(page, own, require_https=request.is_secure()):
        return "/"
    return _path_of(page)


def _path_of(page: str) -> str:
    return urlsplit(page)._replace(scheme="", netloc="", fragment="").geturl() or "/"
