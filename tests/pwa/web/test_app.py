"""The portal as an app: what browsers ask for by themselves, and what devices may keep."""

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client
from PIL import Image

from portal.pwa.web import precache

ROOT = Path(__file__).resolve().parents[3]
ADDRESSES = ("/service-worker.js", "/manifest.webmanifest", "/shell/en/", "/shell/el/")
pytestmark = pytest.mark.usefixtures("db")


def kept(client: Client) -> dict:
    script = client.get("/service-worker.js").content.decode()
    return json.loads(re.search(r"PRECACHE = (\{.*?\});", script, re.DOTALL)[1])


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_apps_files_are_the_same_for_everybody_and_always_revalidated(
    address, client, as_person, ira
):
    strangers, iras = client.get(address), as_person(ira).get(address)

    assert strangers.status_code == 200
    assert strangers.content == iras.content
    assert not strangers.cookies
    assert not iras.cookies
    for answer in (strangers, iras):
        assert answer["Cache-Control"] == "no-cache"
        assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("address", "content_type"),
    [
        ("/service-worker.js", "text/javascript; charset=utf-8"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/shell/en/", "text/html; charset=utf-8"),
    ],
)
def test_each_of_the_apps_files_has_the_type_that_browsers_require(address, content_type, client):
    answer = client.get(address)

    assert answer["Content-Type"] == content_type
    assert "default-src 'self'" in answer["Content-Security-Policy"]


def test_the_service_worker_may_serve_every_page(client):
    assert client.get("/service-worker.js").request["PATH_INFO"].count("/") == 1


@pytest.mark.parametrize(("language", "word"), [("en", "No connection"), ("el", "Χωρίς")])
def test_the_shell_speaks_the_language_of_its_address(language, word, client):
    answer = client.get(f"/shell/{language}/", headers={"Accept-Language": "de"})
    body = answer.content.decode()

    assert answer["Content-Language"] == language
    assert "Accept-Language" not in answer.get("Vary", "")
    assert f'<html lang="{language}"' in body
    assert word in body


def test_there_is_no_shell_in_a_language_that_the_portal_does_not_speak(client):
    assert client.get("/shell/de/").status_code == 404


def test_a_shell_of_another_version_than_the_one_asked_for_is_not_there(client):
    version = kept(client)["version"]

    assert client.get(f"/shell/en/?version={version}").status_code == 200
    assert client.get("/shell/en/?version=another").status_code == 404


def test_the_shell_holds_nothing_of_a_person_and_no_token(as_person, ira, acme, mill_court):
    body = as_person(ira).get("/shell/en/").content.decode()

    for secret in (ira.name, ira.email, str(ira.pk), acme.name, str(acme.pk), mill_court.name):
        assert secret not in body
    assert '"X-CSRFToken": ""' in body
    assert "csrfmiddlewaretoken" not in body
    assert 'href="/claims/"' not in body


def test_the_worker_keeps_the_shells_and_every_file_that_they_name_and_nothing_else(client):
    keeps = kept(client)

    assert keeps["shells"] == {"en": "/shell/en/", "el": "/shell/el/"}
    for file in keeps["files"]:
        assert finders.find(file.removeprefix(keeps["under"])), file
    for named in ("css/tokens.css", "js/tray/store.js", "icons.svg", "favicon.svg"):
        assert f"/static/{named}" in keeps["files"]


def test_the_version_changes_with_the_words_of_a_shell_and_with_the_name_of_a_file(
    client, monkeypatch
):
    def version() -> str:
        return kept(client)["version"]

    monkeypatch.setattr(precache, "_composed", precache._compose)
    first = version()
    assert version() == first
    with monkeypatch.context() as patch:
        write = precache.shell
        patch.setattr(precache, "shell", lambda language: write(language) + "<!-- new -->")
        assert version() != first
    with monkeypatch.context() as patch:
        hashed = {
            "js/tray/store.js": "js/tray/store.0123456789ab.js",
            "icons.svg": "icons.ba9876543210.svg",
        }
        address = staticfiles_storage.url
        patch.setattr(staticfiles_storage, "url", lambda path: address(hashed.get(path, path)))
        assert version() != first
        assert "/static/icons.ba9876543210.svg" in kept(client)["files"]
    assert version() == first


def test_the_manifest_says_all_that_an_installed_app_needs(client):
    manifest = client.get("/manifest.webmanifest").json()

    assert manifest["id"] == manifest["scope"] == "/"
    assert manifest["start_url"] == "/claims/new/"
    assert manifest["display"] == "standalone"
    assert manifest["name"]
    assert len(manifest["short_name"]) <= 12
    purposes = {(icon["purpose"], icon["sizes"]) for icon in manifest["icons"]}
    assert purposes == {(p, s) for p in ("any", "maskable") for s in ("192x192", "512x512")}


def test_the_manifests_colours_are_those_of_the_pages(client):
    manifest = client.get("/manifest.webmanifest").json()
    tokens = (ROOT / "static/css/tokens.css").read_text()

    assert f"--bar: {manifest['theme_color']};" in tokens
    assert f"--paper: {manifest['background_color']};" in tokens


def test_the_manifest_speaks_the_language_of_the_page_that_links_it(client):
    page = client.get("/accounts/login/", headers={"Accept-Language": "el"}).content.decode()
    link = re.search(r'<link rel="manifest" href="([^"]+)"', page)[1]
    greek = client.get(link, headers={"Accept-Language": "en"}).json()

    assert greek["lang"] == "el"
    assert client.get("/manifest.webmanifest?language=xx").json()["lang"] == "en"


def test_every_icon_has_the_size_that_the_manifest_names(client):
    icons = client.get("/manifest.webmanifest").json()["icons"]
    sizes = {icon["src"]: icon["sizes"] for icon in icons}
    sizes["/static/app-icons/apple-touch-180.png"] = "180x180"
    for address, size in sizes.items():
        with Image.open(finders.find(address.removeprefix("/static/"))) as image:
            assert "{}x{}".format(*image.size) == size
            assert image.format == "PNG"


@pytest.mark.parametrize("name", ["maskable-192", "maskable-512", "apple-touch-180"])
def test_a_maskable_icon_reaches_to_its_edges(name):
    with Image.open(ROOT / f"static/app-icons/{name}.png") as image:
        assert image.mode == "RGB"
        assert len({image.getpixel((x, x)) for x in (0, 3, image.width - 1)}) == 1


def test_only_pages_of_people_signed_in_register_the_service_worker(client, as_person, ira):
    assert "js/pwa/app.js" not in client.get("/accounts/login/").content.decode()
    page = as_person(ira).get("/").content.decode()
    assert 'name="portal-worker" content="/service-worker.js"' in page
    assert f'name="portal-person" content="{ira.pk}"' in page


def test_each_file_and_shell_that_is_kept_has_the_digest_of_what_is_served(client):
    keeps = kept(client)

    assert set(keeps["integrity"]) == {*keeps["files"], *keeps["shells"].values()}
    for address in keeps["files"]:
        content = Path(finders.find(address.removeprefix(keeps["under"]))).read_bytes()
        assert keeps["integrity"][address] == digest(content)
    for address in keeps["shells"].values():
        assert keeps["integrity"][address] == digest(client.get(address).content)


def digest(content: bytes) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}"
