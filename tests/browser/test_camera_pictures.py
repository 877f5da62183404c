"""A camera without pictures, or one that fails in passing, or is never allowed: what it says."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import labels
from tests.browser.checks import accessibility
from tests.browser.scanner_page import camera_is_on, open_camera, start, state, status
from tests.browser.test_camera_device import ABLE, hide

VIDEO = "document.querySelector('video')"
TRACK = f"{VIDEO}.srcObject.getVideoTracks()[0]"
# A stream that is there and never shows anything, `silent` times.
SILENT = """
    window.silent = 1;
    window.opened = 0;
    const give = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      opened += 1;
      if (opened > silent) return give(wanted);
      const canvas = document.createElement("canvas");
      canvas.getContext("2d");
      const stream = canvas.captureStream(0);
      canvas.getContext("2d").fillRect(0, 0, 9, 9);
      stream.getVideoTracks()[0].requestFrame();
      return stream;
    };
"""
COUNTED = """
    window.opened = 0;
    const give = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = (wanted) => { opened += 1; return give(wanted); };
"""
TWO_CAMERAS = """
    navigator.mediaDevices.enumerateDevices = async () => ["one", "two"].map((id) =>
      ({ kind: "videoinput", deviceId: id, label: `Camera ${id}` }));
"""
OPENED = "() => opened"
ENDED = f"() => {{ {TRACK}.dispatchEvent(new Event('ended')) }}"


def failing(how: str, more: str = "") -> str:
    """Requests that `fails` picks go as `how` says, the body of a function of `wanted`."""
    return f"""
      window.asked = [];
      window.fails = () => true;
      const give = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wanted) => {{
        asked.push(structuredClone(wanted.video));
        if (!fails(wanted)) {{
          if (wanted.video.deviceId) delete wanted.video.deviceId;
          return give(wanted);
        }}
        {how}
      }};
      {more}
    """


def refusal(name: str) -> str:
    return f"throw new DOMException('', '{name}');"


@pytest.fixture
def page_with(scanner):
    """Opens the page of the camera before an empty desk, after a script has run."""

    def open_with(before: str = "", **more) -> Page:
        return scanner(None, before=before, **more)

    return open_with


@pytest.mark.slow
def test_a_camera_that_goes_on_is_left_alone(page_with):
    page = page_with(COUNTED)
    open_camera(page)
    page.wait_for_function(f"() => {VIDEO}.currentTime > 4")
    assert page.evaluate(OPENED) == 1
    state(page, "aim")


@pytest.mark.slow
def test_a_picture_that_stands_still_is_played_on(page_with):
    page = page_with(COUNTED)
    open_camera(page)
    page.evaluate(f"() => {VIDEO}.pause()")
    page.wait_for_function(f"() => !{VIDEO}.paused")
    state(page, "aim")
    assert page.evaluate(OPENED) == 1


@pytest.mark.parametrize(
    "how",
    [
        f"Object.defineProperty({TRACK}, 'muted', {{ value: true }})",
        f"{VIDEO}.requestVideoFrameCallback = () => 0",
        f"{VIDEO}.srcObject.getVideoTracks()[0].stop()",
        f"""{VIDEO}.pause();
            const {{ play }} = HTMLMediaElement.prototype;
            {VIDEO}.play = function () {{
              if (opened > 1) return play.call(this);
              return Promise.reject(new DOMException("", "AbortError"));
            }}""",
    ],
    ids=["muted", "no new frame", "ended without a word", "does not play on"],
)
@pytest.mark.slow
def test_a_camera_without_pictures_is_opened_again(page_with, how):
    page = page_with(COUNTED)
    open_camera(page)
    page.evaluate(f"() => {{ {how} }}")
    page.wait_for_function("() => opened > 1")
    page.evaluate(f"() => delete {VIDEO}.requestVideoFrameCallback")
    state(page, "aim")
    assert camera_is_on(page)


@pytest.mark.slow
def test_a_camera_that_shows_nothing_from_the_start_is_opened_again(page_with):
    page = page_with(SILENT)
    start(page)
    page.wait_for_function("() => opened > 1")
    state(page, "aim")
    assert page.evaluate(OPENED) == 2


@pytest.mark.parametrize(
    "how",
    [
        "window.silent = 99;",
        "Object.defineProperty(MediaStreamTrack.prototype, 'muted', { value: true });",
        "HTMLVideoElement.prototype.requestVideoFrameCallback = () => 0;",
        "HTMLMediaElement.prototype.play = () => new Promise(() => {});",
        """HTMLMediaElement.prototype.play = () =>
             Promise.reject(new DOMException('', 'NotAllowedError'));""",
    ],
)
@pytest.mark.slow
def test_a_camera_that_never_shows_anything_says_so_and_offers_the_others(page_with, how):
    page = page_with(f"{SILENT} window.silent = 0; {TWO_CAMERAS} {how}")
    start(page)
    state(page, "frozen")
    expect(status(page)).to_contain_text("The camera shows no picture.")
    expect(page.get_by_role("button", name="Open the camera")).to_be_visible()
    expect(page.get_by_role("combobox", name="Camera")).to_be_visible()
    expect(page.get_by_role("button", name="Close the camera")).to_be_hidden()
    assert not camera_is_on(page)


@pytest.mark.parametrize("event", ["focus", "pageshow"])
@pytest.mark.slow
def test_a_return_without_a_word_of_what_is_seen_opens_it_again(page_with, event):
    page = page_with()
    open_camera(page)
    hide(page, True)
    assert not camera_is_on(page)
    page.evaluate("() => Object.defineProperty(document, 'hidden', { value: false })")
    page.evaluate(f"() => dispatchEvent(new Event('{event}'))")
    page.wait_for_function(f"() => {VIDEO}.srcObject")
    state(page, "aim")


@pytest.mark.parametrize("event", ["focus", "pageshow"])
@pytest.mark.parametrize("how", [f"{TRACK}.stop()", f"{VIDEO}.srcObject = null"])
@pytest.mark.slow
def test_what_was_taken_without_a_word_is_opened_again_on_return(page_with, how, event):
    page = page_with(COUNTED)
    open_camera(page)
    page.evaluate(f"() => {{ {how}; dispatchEvent(new Event('{event}')); }}")
    page.wait_for_function("() => opened === 2")
    state(page, "aim")
    assert camera_is_on(page)


@pytest.mark.slow
def test_a_return_does_not_disturb_a_camera_that_runs_or_is_being_opened(page_with):
    late = f"""{COUNTED}
      const soon = navigator.mediaDevices.getUserMedia;
      navigator.mediaDevices.getUserMedia = async (wanted) => {{
        const opening = soon(wanted);
        await new Promise((go) => {{ window.go = go; }});
        return opening;
      }};"""
    page = page_with(late)
    start(page)
    page.wait_for_function("() => window.go")
    page.evaluate("() => { dispatchEvent(new Event('focus')); go(); }")
    state(page, "aim")
    page.evaluate("() => { dispatchEvent(new Event('focus')); }")
    assert page.evaluate(OPENED) == 1


@pytest.mark.slow
def test_a_camera_that_was_taken_is_opened_again_when_the_person_is_back(page_with):
    page = page_with(COUNTED)
    open_camera(page)
    page.evaluate(ENDED)
    # It is opened again by itself once.
    page.wait_for_function("() => opened === 2")
    state(page, "aim")
    page.evaluate(ENDED)
    state(page, "ended")
    page.evaluate("() => dispatchEvent(new Event('focus'))")
    state(page, "aim")
    assert camera_is_on(page)


LENS = [
    *[refusal(name) for name in ("NotReadableError", "AbortError", "NotAllowedError")],
    *[refusal(name) for name in ("NotFoundError", "UnknownError", "InvalidStateError")],
    "throw new TypeError('no such camera');",
    "return new Promise(() => {});",
    "return new MediaStream();",
    "return document.createElement('canvas').captureStream(0);",
]


@pytest.mark.parametrize("how", LENS)
@pytest.mark.slow
def test_a_remembered_lens_that_fails_in_any_way_gives_way_to_the_back_camera(page_with, how):
    page = page_with(flags=labels.camera_flags(cameras=2))
    page.context.grant_permissions(["camera"])
    open_camera(page)
    page.get_by_role("combobox", name="Camera").select_option(index=1)
    state(page, "aim")
    page.add_init_script(failing(how, "window.fails = ({ video }) => Boolean(video.deviceId);"))
    page.reload()
    start(page)
    state(page, "aim")
    assert page.evaluate("() => asked.at(-1).facingMode") == {"ideal": "environment"}
    assert camera_is_on(page)


@pytest.mark.slow
def test_a_lens_that_does_not_open_is_not_remembered(page_with):
    two = failing(refusal("NotReadableError"), f"window.fails = () => false; {TWO_CAMERAS}")
    page = page_with(two)
    open_camera(page)
    page.evaluate("() => { window.fails = ({ video }) => Boolean(video.deviceId); }")
    page.get_by_role("combobox", name="Camera").select_option("two")
    state(page, "aim")
    page.reload()
    open_camera(page)
    assert page.evaluate("() => asked[0].deviceId") is None


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (refusal("NotReadableError"), "busy"),
        (refusal("NotAllowedError"), "refused"),
        (refusal("NotFoundError"), "none"),
        (refusal("UnknownError"), "frozen"),
        ("throw new Error('any');", "decoder"),
    ],
)
@pytest.mark.slow
def test_in_every_failed_state_another_camera_can_be_chosen(page_with, how, expected):
    page = page_with(failing(how, TWO_CAMERAS))
    start(page)
    state(page, expected)
    choice = page.get_by_role("combobox", name="Camera")
    expect(choice).to_be_visible()
    expect(choice.locator("option:checked")).to_have_text("Choose a camera")
    page.emulate_media(reduced_motion="reduce")
    assert accessibility(page) == []
    page.evaluate("() => { window.fails = () => false; }")
    choice.select_option("two")
    state(page, "aim")
    assert page.evaluate("() => asked.at(-1).deviceId") == {"exact": "two"}
    assert camera_is_on(page)


@pytest.mark.parametrize("name", ["NotReadableError", "AbortError", "InvalidStateError"])
@pytest.mark.slow
def test_a_passing_failure_accuses_nobody(page_with, name):
    passing = """window.fails = () => asked.length < 4;
      window.said = new Set();
      addEventListener("DOMContentLoaded", () => new MutationObserver((all) => {
        for (const { target } of all) said.add(target.dataset.state);
      }).observe(document.querySelector("label-camera"), { attributeFilter: ["data-state"] }));
    """
    page = page_with(failing(refusal(name), passing))
    open_camera(page)
    assert page.evaluate("() => asked.length") == 4
    assert set(page.evaluate("() => [...said]")) <= {"closed", "asking", "loading", "aim", None}


@pytest.mark.slow
def test_a_question_that_nobody_answers_says_what_to_do_and_may_still_be_answered(page_with):
    page = page_with(
        """const give = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (wanted) => {
          await new Promise((go) => { window.go = go; });
          return give(wanted);
        };"""
    )
    start(page)
    state(page, "asking")
    state(page, "unanswered")
    expect(status(page)).to_contain_text("The browser waits for your answer")
    expect(page.get_by_role("button", name="Close the camera")).to_be_visible()
    expect(page.locator(".camera-view")).to_be_hidden()
    page.evaluate("() => go()")
    state(page, "aim")


@pytest.mark.parametrize(
    "query",
    [
        "undefined",
        "{ query: () => new Promise(() => {}) }",
        "{ query: async () => { throw new TypeError('camera') } }",
    ],
)
@pytest.mark.slow
def test_where_nobody_tells_what_was_allowed_the_camera_opens_all_the_same(page_with, query):
    page = page_with(f"Object.defineProperty(navigator, 'permissions', {{ value: {query} }});")
    open_camera(page)
    assert camera_is_on(page)


NEVER = "() => new Promise(() => {})"


@pytest.mark.parametrize(
    "what",
    [
        "navigator.mediaDevices.enumerateDevices",
        "MediaStreamTrack.prototype.applyConstraints",
        "navigator.wakeLock.request",
        "IDBFactory.prototype.databases",
    ],
)
@pytest.mark.slow
def test_what_else_the_device_never_answers_keeps_no_camera_closed(page_with, what):
    page = page_with(f"{ABLE} able = {{ focusMode: ['continuous'] }}; {what} = {NEVER};")
    open_camera(page)
    assert camera_is_on(page)


@pytest.mark.parametrize("way", ["shown", "focus"])
@pytest.mark.slow
def test_the_light_is_on_again_after_a_return_if_it_was_on(page_with, way):
    page = page_with(f"{ABLE} able.torch = true;")
    open_camera(page)
    light = page.get_by_role("button", name="Light")
    light.click()
    expect(light).to_have_attribute("aria-pressed", "true")
    hide(page, True)
    if way == "shown":
        hide(page, False)
    else:
        page.evaluate(
            "() => { Object.defineProperty(document, 'hidden', { value: false });"
            " dispatchEvent(new Event('focus')); }"
        )
    page.wait_for_function("() => asked.length === 4")
    state(page, "aim")
    assert page.evaluate("() => asked.at(-1).torch") is True
    expect(light).to_have_attribute("aria-pressed", "true")


@pytest.mark.slow
def test_the_light_stays_off_after_a_return_if_it_was_off_and_when_it_was_closed(page_with):
    page = page_with(f"{ABLE} able.torch = true;")
    open_camera(page)
    light = page.get_by_role("button", name="Light")
    light.click()
    light.click()
    expect(light).to_have_attribute("aria-pressed", "false")
    hide(page, True)
    hide(page, False)
    state(page, "aim")
    expect(light).to_have_attribute("aria-pressed", "false")
    light.click()
    expect(light).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Close the camera").click()
    open_camera(page)
    expect(light).to_have_attribute("aria-pressed", "false")


@pytest.mark.slow
def test_a_detector_of_the_browser_that_fails_is_replaced_by_the_package(scanner, scanner_site):
    own = """window.BarcodeDetector = class {
        static async getSupportedFormats() { return ["qr_code", "data_matrix", "code_128"]; }
        async detect() { throw new DOMException("No service.", "NotSupportedError"); } };"""
    scanner.expected = ["own detector"]
    page = scanner(None, before=own)
    open_camera(page)
    assert any(re.search("zxing", path) for path in scanner_site.asked)


@pytest.mark.slow
def test_a_detector_of_the_browser_that_does_not_say_what_it_reads_is_not_waited_for(
    page_with, scanner_site
):
    own = f"window.BarcodeDetector = class {{ static getSupportedFormats = {NEVER}; }};"
    page = page_with(own)
    open_camera(page)
    assert any(re.search("zxing", path) for path in scanner_site.asked)
