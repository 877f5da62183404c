"""The camera path: frames of 1920×1080, in a film of our own, looked at by the page's decoder.

It is the real one, in Chromium, with its worker, and decides by itself how it reads which frame.
A label counts as read when the page would have reported it to the tray within PASSES passes, each
over a fresh frame by a hand that trembles: some two seconds on a tablet.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from PIL import Image
from playwright.sync_api import Page

from bench.chromium import opened
from bench.labels import page
from bench.labels.outcome import Outcome, judge
from bench.pictures.conditions import Picture

PASSES: Final = 26  # Two turns of all the decoder's ways.

FILM = """async (addresses) => {
  const { LabelDecoder } = await import("/static/js/scanner/decoder.js");
  const [canvas, video] = document.querySelectorAll("canvas, video");
  const drawing = canvas.getContext("2d", { alpha: false });
  [canvas.width, canvas.height] = [1920, 1080];
  video.srcObject = canvas.captureStream(0);
  const [track] = video.srcObject.getVideoTracks();
  globalThis.show = async (n) => {
    const answer = await fetch(`/frame/${n}`);
    drawing.drawImage(await createImageBitmap(await answer.blob()), 0, 0);
    const isShown = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    track.requestFrame();
    await isShown;
  };
  const started = video.play();
  await show(0);
  await started;
  globalThis.decoder = await LabelDecoder.load(addresses);
}"""

READ = """async (passes) => {
  const { CodeChoice } = await import("/static/js/scanner/code-choice.js");
  const { parse } = await import("/static/js/scanner/hub-id.js");
  const video = document.querySelector("video");
  const choice = new CodeChoice();
  const seen = { hubId: "", texts: [], seconds: [] };
  for (let n = 0; n < passes && !seen.hubId; n += 1) {
    await show(n);
    const started = performance.now();
    const found = await decoder.scan(video);
    seen.seconds.push((performance.now() - started) / 1000);
    seen.texts.push(...found.codes.map((code) => code.text));
    const { code } = choice.take(found, performance.now());
    if (code) seen.hubId = parse(code.text).hubId ?? "";
  }
  return seen;
}"""


class Camera:
    """A Chromium before whose camera pictures are held."""

    def __init__(self, tab: Page, shown: dict[str, Picture]) -> None:
        self._tab = tab
        self._shown = shown

    def read(self, picture: Picture) -> Outcome:
        """Hold it up, and say how that went."""
        self._shown["picture"] = picture
        seen = self._tab.evaluate(READ, PASSES)
        return judge("camera", picture, seen["hubId"], seen["texts"], seen["seconds"])


@contextmanager
def camera(first: Picture) -> Iterator[Camera]:
    """Start Chromium with the page, and `first` before its camera."""
    shown = {"picture": first}

    def frame(n: int) -> Image.Image:
        return shown["picture"].frame(n)

    with page.served(frame) as address, opened() as context:
        tab = context.new_page()
        tab.goto(address)
        tab.evaluate(FILM, page.ADDRESSES)
        yield Camera(tab, shown)
