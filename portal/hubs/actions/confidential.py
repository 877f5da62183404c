"""What is sent to a hub once and stands nowhere: Wi-Fi credentials, a commissioning code.

It is handed from the form to the thread that sends it, in the memory of one process, and is in no
row, log, record or report. A process that ends before it has sent it has lost it, and the row says
so. A worker never has it: it can only find out that nobody sent it, or that somebody may have.
"""

import re
from collections.abc import Mapping
from typing import Final

from portal.orgs.encryption import Secret

COMMISSIONING_CODE: Final = re.compile(r"(\d{11}|\d{21}|MT:.+)", re.ASCII)
# The fields that the API may name in a refusal. Anything else may be an echo of what was sent.
FIELDS: Final = frozenset(
    {"args", "args.ssid", "args.credentials", "command", "commissioningCode", "hubId", "userId"}
)


class Confidential:
    """Values by name, which show themselves to `reveal` alone."""

    __slots__ = ("_values",)

    def __init__(self, **values: str) -> None:
        self._values = {name: Secret(text) for name, text in values.items()}

    def reveal(self) -> Mapping[str, str]:
        """Return the values themselves."""
        return {name: secret.reveal() for name, secret in self._values.items()}

    def __repr__(self) -> str:
        return "<Confidential>"

    def __reduce__(self) -> str:
        raise TypeError("what is confidential does not serialise")


def is_commissioning_code(text: str) -> bool:
    """Whether the text can be the code of a Matter device."""
    return COMMISSIONING_CODE.fullmatch(text) is not None
