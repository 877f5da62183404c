"""Every address of the portal, as the resolver knows them."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter


def named(
    resolver: URLResolver | None = None, namespace: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Yield each address that has a name: the name with its namespaces, and the pattern."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from named(pattern, inner)
        elif pattern.name:
            yield namespace + pattern.name, pattern


def example(pattern: URLPattern) -> dict[str, str]:
    """Return arguments with which the pattern's address can be made."""
    converters = pattern.pattern.converters
    names = [*converters, *pattern.pattern.regex.groupindex]
    known = {"url": "x/", "app_label": "orgs", "content_type_id": "1", "uidb36": "1", "key": "a-b"}
    known |= {name: "1" for name, of in converters.items() if isinstance(of, IntConverter)}
    return {name: known.get(name, "3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b") for name in names}
