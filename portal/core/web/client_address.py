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
# Whoever rents a machine, or a line, is often given as much.
_SITE_BITS: Final = 48
type Address = ipaddress.IPv4Address | ipaddress.IPv6Address
UNKNOWN: Final = ipaddress.IPv4Address("0.0.0.0")  # noqa: S104  # nothing listens there


def client_address(request: HttpRequest) -> str:
    """Return the network address of the client, as the outermost trusted proxy saw it."""
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    hops = [hop.strip() for hop in forwarded if hop.strip()]
    hops.append(request.META.get("REMOTE_ADDR", ""))
    return str(hops[-1 - min(settings.TRUSTED_PROXIES, len(hops) - 1)])


def counted_address(request: HttpRequest) -> str:
    """Return what the client's tries are counted by: its address without a port, IPv6 by /64."""
    return _network_of(network_address(request), _NETWORK_BITS)


def counted_network(request: HttpRequest) -> str:
    """Return the same for a whole network: IPv6 by /48, an address of IPv4 as it is."""
    return _network_of(network_address(request), _SITE_BITS)


def network_address(request: HttpRequest) -> Address:
    """Return the client's address without a port; one that is none is UNKNOWN, and so all such."""
    text = client_address(request)
    with_port = _WITH_PORT.fullmatch(text)
    if with_port:
        text = with_port[1] or with_port[2]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv4Address):
        return address
    # Without what Linux writes behind one of its own network: %eth0.
    return address.ipv4_mapped or ipaddress.IPv6Address(int(address))


def _network_of(address: Address, bits: int) -> str:
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.IPv6Network((int(address), bits), strict=False))
