"""Where a request came from."""

import ipaddress
import re
from typing import Final

from django.conf import settings
from django.http import HttpRequest

# Some proxies add the port.
_WITH_PORT: Final = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::\d+)?|(\d+(?:\.\d+){3}):\d+")
# Whoever has one address of IPv6 has all of its network.
_NETWORK_BITS: Final = 64


def client_address(request: HttpRequest) -> str:
    """Return the network address of the client, as the outermost trusted proxy saw it."""
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    hops = [hop.strip() for hop in forwarded if hop.strip()]
    hops.append(request.META.get("REMOTE_ADDR", ""))
    return str(hops[-1 - min(settings.TRUSTED_PROXIES, len(hops) - 1)])


def counted_address(request: HttpRequest) -> str:
    """Return what the client's tries are counted by: its address without a port, IPv6 by /64."""
    text = client_address(request)
    with_port = _WITH_PORT.fullmatch(text)
    if with_port:
        text = with_port[1] or with_port[2]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _NETWORK_BITS), strict=False))
