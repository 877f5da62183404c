"""Where parts of a page are, all measured at one moment."""

from dataclasses import dataclass

from playwright.sync_api import Locator

MEASURE = """(parts) => parts.map((part) => {
  if (!part.isConnected) throw new Error("A part has left the page.");
  const { left, top, right, bottom } = part.getBoundingClientRect();
  return { left, top, right, bottom };
})"""


@dataclass(frozen=True)
class Box:
    """The edges of a part in the window, in CSS pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Its width, in CSS pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Its height, in CSS pixels."""
        return self.bottom - self.top


def boxes(*parts: Locator) -> list[Box]:
    """Where each of these is, in the order given.

    Measured one after the other, two parts cannot be compared: the page may move between.
    """
    handles = [part.element_handle() for part in parts]
    return [Box(**each) for each in parts[0].page.evaluate(MEASURE, handles)]
