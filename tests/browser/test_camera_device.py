"""What the camera that stays open asks of the device, and what it leaves alone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import labels
from tests.browser.checks import WIDTHS, accessibility, targets
from tests.browser.scanner_page import camera_is_on, open_camera, start, state, status

# Notes what is asked of the camera; `able` is what it can do.
ABLE = """
    window.asked = [];
    window.able = {};
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = (wanted) => {
      asked.push(wanted.video);
      return open(wanted);
    };
    MediaStreamTrack.prototype.getCapabilities = () => able;
    MediaStreamTrack.prototype.applyConstraints = async ({ advanced }) => asked.push(...advanced);
"""
TWO_CAMERAS = """
    const all = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
    navigator.mediaDevices.enumerateDevices = async () => [...(await all()), ...(await all())];
"""
# Of what is asked for by name there is none.
UNPLUGGED = """
    const ask = navigator.mediaDevices.getUserMedia;
    navigator.mediaDevices.getUserMedia = (wanted) => {
      if (wanted.video.deviceId) wanted.video.deviceId = { exact: "unplugged" };
      return ask(wanted);
    };
"""
AWAKE = """
    window.locks = [];
    const request = async (kind) => {
      const lock = { kind, released: false, async release() { lock.released = true; } };
      locks.push(lock);
      return lock;
    };
    Object.defineProperty(navigator, "wakeLock", { value: { request } });
"""
ALLOWED = """async () =>
  (await navigator.permissions.query({ name: "camera" })).state === "granted" """
HELD = "() => locks.map(({ kind, released }) => [kind, released])"
TAKEN_AWAY = """() => document.querySelector("video").srcObject.getVideoTracks()[0]
    .dispatchEvent(new Event("ended"))"""
# All that the camera was called.
STATES = """window.states = [];
    new MutationObserver(() => {
      const { state } = document.querySelector("label-camera")?.dataset ?? {};
      if (state && state !== states.at(-1)) states.push(state);
    }).observe(document, { subtree: true, childList: true, attributeFilter: ["data-state"] });
"""
DEVICE = """() => document.querySelector("video").srcObject.getVideoTracks()[0]
    .getSettings().deviceId"""


@pytest.fixture
def page_with(scanner):
    """Opens the page of the camera before an empty desk, after a script has run."""

    def open_with(before: str = "", **more) -> Page:
        return scanner(None, before=before, **more)

    return open_with


HIDDEN = "Object.defineProperty(document, 'hidden', { value: true, configurable: true });"


def hide(page: Page, hidden: bool) -> None:
    """As when another tab comes to the front; a headless browser shows all its tabs."""
    page.evaluate(
        "(hidden) => { Object.defineProperty(document, 'hidden', { value: hidden, configurable:"
        " true }); document.dispatchEvent(new Event('visibilitychange')) }",
        hidden,
    )


@pytest.mark.slow
def test_the_back_camera_is_opened_in_high_resolution_with_continuous_focus(page_with):
    page = page_with(f"{ABLE} able.focusMode = ['manual', 'continuous'];")
    open_camera(page)
    video, focus = page.evaluate("() => asked")
    assert video["facingMode"] == {"ideal": "environment"}
    assert (video["width"], video["height"]) == ({"ideal": 1920}, {"ideal": 1080})
    assert focus == {"focusMode": "continuous"}


@pytest.mark.slow
def test_what_the_camera_cannot_do_is_not_offered(page_with):
    page = page_with(ABLE)
    open_camera(page)
    for name in ("Light", "Closer", "Wider"):
        expect(page.get_by_role("button", name=name)).to_be_hidden()
    expect(page.get_by_role("combobox", name="Camera")).to_be_hidden()
    assert len(page.evaluate("() => asked")) == 1


@pytest.mark.slow
def test_zoom_goes_in_steps_to_its_limits_and_keeps_light_and_focus(page_with):
    able = "{ zoom: { min: 100, max: 200, step: 1 }, torch: true, focusMode: ['continuous'] }"
    page = page_with(f"{ABLE} able = {able};")
    open_camera(page)
    closer, wider = (page.get_by_role("button", name=name) for name in ("Closer", "Wider"))
    expect(wider).to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="Light").click()
    for shown in ("1.5×", "2×", "2×"):
        closer.click(force=True)
        expect(page.locator("output")).to_have_text(shown)
    expect(closer).to_have_attribute("aria-disabled", "true")
    expect(closer).to_be_focused()
    last = page.evaluate("() => asked.at(-1)")
    assert last == {"focusMode": "continuous", "torch": True, "zoom": 200}
    wider.click()
    expect(page.locator("output")).to_have_text("1.3×")


@pytest.mark.slow
def test_a_hidden_tab_releases_the_camera_and_the_wake_lock_until_it_is_shown(page_with):
    page = page_with(AWAKE)
    open_camera(page)
    assert page.evaluate(HELD) == [["screen", False]]
    hide(page, True)
    assert page.evaluate(HELD) == [["screen", True]]
    assert not camera_is_on(page)
    hide(page, False)
    state(page, "aim")
    assert page.evaluate(HELD) == [["screen", True], ["screen", False]]
    assert camera_is_on(page)
    page.get_by_role("button", name="Close the camera").click()
    assert page.evaluate(HELD) == [["screen", True], ["screen", True]]
    assert not camera_is_on(page)


@pytest.mark.parametrize(
    "lock",
    ["undefined", "{ request: async () => { throw new DOMException('', 'NotAllowedError') } }"],
)
@pytest.mark.slow
def test_the_camera_opens_without_a_wake_lock(page_with, lock):
    page = page_with(f"Object.defineProperty(navigator, 'wakeLock', {{ value: {lock} }});")
    open_camera(page)
    assert camera_is_on(page)


@pytest.mark.slow
def test_the_camera_chosen_last_is_opened_the_next_time(page_with):
    page = page_with(ABLE, flags=labels.camera_flags(cameras=2))
    open_camera(page)
    first = page.evaluate(DEVICE)
    choice = page.get_by_role("combobox", name="Camera")
    names = [option.get_attribute("value") for option in choice.locator("option").all()]
    [second] = set(names) - {first}
    choice.select_option(second)
    state(page, "aim")
    assert page.evaluate(DEVICE) == second
    page.reload()
    open_camera(page)
    assert page.evaluate("() => asked[0].deviceId") == {"exact": second}
    assert camera_is_on(page)


@pytest.mark.slow
def test_a_chosen_camera_that_is_gone_is_replaced_by_the_back_camera(page_with):
    page = page_with(ABLE, flags=labels.camera_flags(cameras=2))
    open_camera(page)
    page.get_by_role("combobox", name="Camera").select_option(index=1)
    state(page, "aim")
    page.add_init_script(UNPLUGGED)
    page.reload()
    open_camera(page)
    last, instead = page.evaluate("() => asked")
    assert last["deviceId"] == {"exact": "unplugged"}
    assert instead["facingMode"] == {"ideal": "environment"}
    assert camera_is_on(page)


@pytest.mark.slow
def test_a_device_without_storage_opens_the_back_camera(page_with):
    refused = "IDBFactory.prototype.open = () => { throw new DOMException('', 'SecurityError') };"
    page = page_with(f"{ABLE} {refused}")
    open_camera(page)
    assert page.evaluate("() => asked[0].facingMode") == {"ideal": "environment"}


@pytest.mark.slow
def test_a_camera_opened_again_and_again_opens_the_storage_once(page_with):
    counted = """window.opened = 0;
        const open = IDBFactory.prototype.open;
        IDBFactory.prototype.open = function (...of) { opened += 1; return open.call(this, ...of) };
    """
    page = page_with(counted)
    open_camera(page)
    for hidden in (True, False, True, False):
        hide(page, hidden)
    state(page, "aim")
    assert page.evaluate("() => opened") == 1


@pytest.mark.slow
def test_a_light_that_fails_disappears_and_the_focus_stays_on_the_camera(page_with):
    failing = "MediaStreamTrack.prototype.applyConstraints = () => Promise.reject(new Error());"
    page = page_with(f"{ABLE} able.torch = true; {failing}")
    open_camera(page)
    light = page.get_by_role("button", name="Light")
    light.focus()
    page.keyboard.press("Enter")
    expect(light).to_be_hidden()
    expect(page.get_by_role("button", name="Close the camera")).to_be_focused()


@pytest.mark.slow
def test_a_camera_that_stops_says_so_and_can_be_opened_again(page_with):
    page = page_with(ABLE)
    open_camera(page)
    page.evaluate(TAKEN_AWAY)
    page.wait_for_function("() => asked.length > 1")
    state(page, "aim")
    page.evaluate(TAKEN_AWAY)
    state(page, "ended")
    expect(status(page)).to_contain_text("The camera has stopped")
    assert not camera_is_on(page)
    open_camera(page)
    assert camera_is_on(page)


@pytest.mark.parametrize("name", ["NotReadableError", "AbortError", "UnknownError"])
@pytest.mark.slow
def test_a_camera_that_is_taken_away_for_a_moment_accuses_nobody(page_with, name):
    page = page_with(STATES)
    open_camera(page)
    page.evaluate(f"""() => {{
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      let refused = 0;
      navigator.mediaDevices.getUserMedia = async (wanted) => {{
        refused += 1;
        if (refused < 4) throw new DOMException("", "{name}");
        return open(wanted);
      }};
      ({TAKEN_AWAY})();
    }}""")
    page.wait_for_function("() => states.includes('again') && states.at(-1) === 'aim'")
    assert camera_is_on(page)
    assert not {"ended", "busy", "frozen"} & set(page.evaluate("() => states"))


@pytest.mark.parametrize(
    ("name", "said"),
    [("NotReadableError", "in use elsewhere"), ("NotFoundError", "No camera was found")],
)
@pytest.mark.slow
def test_a_camera_that_does_not_come_back_is_explained(page_with, name, said):
    page = page_with()
    open_camera(page)
    page.evaluate(f"""() => {{
      navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException("", "{name}"); }};
      ({TAKEN_AWAY})();
    }}""")
    expect(status(page)).to_contain_text(said)


@pytest.mark.slow
def test_a_camera_that_is_plugged_in_again_is_opened(page_with):
    page = page_with()
    open_camera(page)
    page.evaluate(f"""() => {{
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      window.isThere = false;
      navigator.mediaDevices.getUserMedia = async (wanted) => {{
        if (!isThere) throw new DOMException("", "NotFoundError");
        return open(wanted);
      }};
      ({TAKEN_AWAY})();
    }}""")
    expect(status(page)).to_contain_text("No camera was found")
    page.evaluate("""() => {
      isThere = true;
      navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
    }""")
    state(page, "aim")
    assert camera_is_on(page)


@pytest.mark.slow
def test_it_opens_by_itself_only_where_the_camera_is_allowed(page_with, scanner_site):
    scanner_site.context = {"auto": True}
    page = page_with()
    expect(page.get_by_role("button", name="Open the camera")).to_be_visible()
    page.context.grant_permissions(["camera"])
    page.reload()
    state(page, "aim")
    assert camera_is_on(page)


@pytest.mark.slow
def test_in_a_hidden_tab_the_camera_waits_until_the_tab_is_shown(page_with, scanner_site):
    scanner_site.context = {"auto": True}
    page = page_with(f"{ABLE}{HIDDEN}")
    page.context.grant_permissions(["camera"])
    page.reload()
    assert page.evaluate(ALLOWED)
    assert page.evaluate("() => asked") == []
    assert not camera_is_on(page)
    hide(page, False)
    state(page, "aim")
    assert camera_is_on(page)


@pytest.mark.slow
def test_an_installed_app_without_a_camera_points_to_the_browser(page_with):
    page = page_with(
        "Object.defineProperty(navigator, 'standalone', { value: true });"
        "Object.defineProperty(navigator, 'mediaDevices', { value: undefined });"
    )
    start(page)
    expect(status(page)).to_contain_text("The installed app may not use")


@pytest.mark.slow
def test_the_focus_stays_on_the_camera_by_keyboard_alone(page_with):
    page = page_with()
    buttons = [page.get_by_role("button", name=f"{verb} the camera") for verb in ("Open", "Close")]
    buttons[0].focus()
    for focused in (buttons[1], buttons[0], buttons[1]):
        page.keyboard.press("Enter")
        expect(focused).to_be_focused()
    state(page, "aim")
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = async () => { throw Error() } }")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    state(page, "decoder")
    expect(buttons[0]).to_be_focused()


@pytest.mark.slow
def test_the_camera_controls_are_large_enough_for_gloves_and_well_apart(page_with):
    able = "{ zoom: { min: 1, max: 8 }, torch: true }"
    page = page_with(f"{ABLE} able = {able}; {TWO_CAMERAS}", has_touch=True)
    open_camera(page)
    expect(page.get_by_role("combobox", name="Camera")).to_be_visible()
    page.evaluate("() => document.querySelector('[data-look-switch]').remove()")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert targets(page) == []


@pytest.mark.slow
def test_the_camera_is_released_once_the_element_is_gone(page_with):
    page = page_with()
    open_camera(page)
    track = page.evaluate_handle("() => document.querySelector('video').srcObject.getTracks()[0]")
    page.evaluate("() => document.querySelector('label-camera').remove()")
    assert track.evaluate("(track) => track.readyState") == "ended"


@pytest.mark.slow
def test_a_camera_that_opens_after_the_element_is_gone_is_released(page_with):
    late = """
        const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (wanted) => {
          await new Promise((go) => { window.go = go });
          window.stream = await open(wanted);
          document.title = "late";
          return window.stream;
        };"""
    page = page_with(late)
    start(page)
    expect(status(page)).to_have_text("Allow the camera when the browser asks.")
    page.wait_for_function("() => window.go")
    page.evaluate("() => { document.querySelector('label-camera').remove(); window.go(); }")
    expect(page).to_have_title("late")
    ended = "() => window.stream.getTracks().every(({ readyState }) => readyState === 'ended')"
    page.wait_for_function(ended)


def test_a_refused_camera_is_explained(page_with):
    refusal = "--use-fake-ui-for-media-stream=deny"
    page = page_with(flags=["--use-fake-device-for-media-stream", refusal])
    start(page)
    expect(status(page)).to_contain_text("This page may not use the camera.")


def test_a_device_without_a_camera_is_told_so(page_with):
    page = page_with(flags=labels.camera_flags(cameras=0))
    start(page)
    expect(status(page)).to_contain_text("No camera was found.")


def test_a_page_that_is_not_secure_says_so(page_with, scanner_site):
    flags = [*labels.camera_flags(), "--host-resolver-rules=MAP portal.test 127.0.0.1"]
    page = page_with(flags=flags, url=scanner_site.url.replace("127.0.0.1", "portal.test"))
    start(page)
    expect(status(page)).to_contain_text("only on a secure page")


@pytest.mark.parametrize("name", ["NotReadableError", "AbortError"])
@pytest.mark.slow
def test_a_camera_that_another_app_uses_has_a_message_of_its_own(page_with, name):
    page = page_with(f"""navigator.mediaDevices.getUserMedia = async () => {{
        throw new DOMException("", "{name}") }}""")
    start(page)
    expect(status(page)).to_contain_text("in use elsewhere")


@pytest.mark.slow
def test_the_open_camera_and_its_problems_are_accessible(page_with):
    page = page_with()
    page.emulate_media(reduced_motion="reduce")  # A colour half-way to another has no contrast.
    open_camera(page)
    assert accessibility(page) == []
    page.get_by_role("button", name="Close the camera").click()
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = async () => { throw Error() } }")
    start(page)
    expect(status(page)).to_contain_text("could not be loaded")
    assert accessibility(page) == []
