"""The list of what a device keeps is what the shell loads: nothing is missing, nothing too much."""

import re
from pathlib import Path
from posixpath import dirname, join, normpath

import pytest
from django.contrib.staticfiles import finders

from portal.pwa.web import precache

ATTRIBUTE = re.compile(r'="/static/([^"#?]+)')
IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']+)["']""")
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", re.DOTALL)
URL = re.compile(r"""url\(\s*["']?(?!data:)([^"')]+)""")


def source(path: str) -> Path:
    found = finders.find(path)
    assert found, f"{path} is not there"
    return Path(found)


def named_in(path: str) -> set[str]:
    """What a file loads by itself: imports of a module, addresses in a style sheet."""
    pattern = {".js": IMPORT, ".css": URL}.get(Path(path).suffix)
    return named_by(pattern, path, source(path).read_text()) if pattern else set()


def named_by(pattern: re.Pattern[str], path: str, text: str) -> set[str]:
    names = pattern.findall(COMMENT.sub("", text))
    return {normpath(join(dirname(path), name)) for name in names}


def loaded(first: set[str]) -> set[str]:
    """These files, and all that they load, and all that those load."""
    known: set[str] = set()
    while first - known:
        path = (first - known).pop()
        known.add(path)
        first = first | named_in(path)
    return known


def by_the_shell() -> set[str]:
    return loaded({path for code in precache.LANGUAGES for path in ATTRIBUTE.findall(shell(code))})


def shell(language: str) -> str:
    return precache.shell(language)


def test_every_file_that_the_shell_loads_is_kept():
    assert by_the_shell() - set(precache.files()) == set()


def test_nothing_is_kept_that_the_shell_does_not_load():
    assert set(precache.files()) - by_the_shell() == set()


@pytest.mark.parametrize("path", [*precache.files(), precache.WORKER])
def test_every_file_that_is_kept_exists(path):
    assert source(path).is_file()


def test_the_service_worker_needs_no_other_file():
    assert loaded({precache.WORKER}) == {precache.WORKER}
    assert "importScripts" not in source(precache.WORKER).read_text()


def test_imports_are_followed_however_they_are_written():
    written = """import "./a.js"; import { b } from "../b.js"; await import("./c.js");
        export * from "./d.js"; // import "./e.js";
        /** @import { F } from "./f.js" */"""
    assert named_by(IMPORT, "js/x/y.js", written) == {
        "js/x/a.js",
        "js/b.js",
        "js/x/c.js",
        "js/x/d.js",
    }
    assert URL.findall("a { background: url('x.svg') } b { background: url(data:y) }") == ["x.svg"]


# Low, so that what draws the page comes first: a module is of use only once it stands.
MODULE = r'<script type="module" fetchpriority="low" src="/static/([^"]+)"'
PRELOAD = r'<link rel="modulepreload" fetchpriority="low" href="/static/([^"]+)"'


def test_every_module_that_a_page_imports_at_once_is_named_in_its_head_and_no_other(
    as_person, ira, mill_court
):
    for page in (as_person(ira).get("/claims/new/").content.decode(), shell("en")):
        entries = set(re.findall(MODULE, page))
        preloaded = re.findall(PRELOAD, page)
        at_once = {path for path in loaded_at_once(entries) if path.endswith(".js")}
        assert set(preloaded) == at_once - entries
        assert not set(preloaded) & entries
        assert len(entries) + len(preloaded) == len(re.findall(r'"module"|"modulepreload"', page))


LATER = {
    "texts": {
        *("js/scanner/code-choice.js", "js/scanner/hub-id.js", "js/scanner/pasted-text.js"),
        *("js/tray/offers.js", "js/tray/row-work.js"),
    },
    "camera": {"js/scanner/camera.js", "js/scanner/decoder.js", "js/scanner/picture-watch.js"},
    "reader": {
        *("js/scanner/decoder-worker.js", "js/scanner/reader.js", "vendor/zxing/reader/index.js"),
        "vendor/zxing-wasm/zxing_reader.wasm",
    },
}


@pytest.mark.parametrize("name", LATER)
def test_all_that_comes_later_is_named_and_no_other_file(as_person, ira, mill_court, name):
    late = loaded_at_once(LATER[name])
    for page in (as_person(ira).get("/claims/new/").content.decode(), shell("en")):
        entries = set(re.findall(MODULE, page))
        listed = page.partition(f'<template data-later="{name}">')[2].partition("</template>")[0]
        named = re.findall(r'<link rel="prefetch" href="/static/([^"]+)"', listed)
        assert sorted(named) == sorted(late - loaded_at_once(entries))


def loaded_at_once(first: set[str]) -> set[str]:
    """As `loaded`, without what is imported later, once it is needed."""
    known: set[str] = set()
    while first - known:
        path = (first - known).pop()
        known.add(path)
        written = source(path).read_text() if path.endswith(".js") else ""
        text = re.sub(r"\bimport\s*\(.*?\)", "", written)
        first = first | named_by(IMPORT, path, text)
    return known


def test_where_nodes_packages_are_missing_the_plain_form_is_left_and_says_so(
    as_person, ira, mill_court, settings, tmp_path
):
    settings.NODE_MODULES = tmp_path
    page = as_person(ira).get("/claims/new/").content.decode()

    assert "The live camera and the tray are not installed on this portal." in page
    assert "<hub-tray" not in page
    assert 'id="claim-form"' in page
    assert "vendor/" not in page
    assert not [path for path in precache.files() if path.startswith("vendor/")]
