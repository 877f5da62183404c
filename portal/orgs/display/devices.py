"""On what somebody is signed in, in plain words, from what their browser says of itself."""

from typing import Final

from django.utils.translation import gettext, gettext_lazy

# In this order: most browsers name those that they are like as well.
BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", gettext_lazy("Samsung Internet")),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    # An iPad asks for pages as a Mac does.
    ("Macintosh", gettext_lazy("Mac or iPad")),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def device(user_agent: str) -> str:
    """Return the browser and the kind of device, such as "Chrome on Android"."""
    browser = next((str(name) for mark, name in BROWSERS if mark in user_agent), "")
    system = next((str(name) for mark, name in SYSTEMS if mark in user_agent), "")
    if browser and system:
        return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or gettext("Unknown device")
