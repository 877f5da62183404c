"""How our files are served in production: renamed together, and without their comments."""

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal.core import static_files

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((ROOT / "static/js").rglob("*.js"))
STYLES = sorted((ROOT / "static/css").glob("*.css"))


@pytest.fixture
def collect(tmp_path, settings):
    """Collects the files below a folder as for production, and returns where they are."""
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "collected"
    backend = {"BACKEND": "portal.core.static_files.ProductionStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": backend}

    def run(source: Path) -> Path:
        settings.STATICFILES_DIRS = [source]
        call_command("collectstatic", interactive=False, verbosity=0)
        return tmp_path / "collected"

    return run


def one(folder: Path, pattern: str) -> Path:
    [found] = folder.glob(pattern)
    return found


def test_modules_name_each_other_by_hash_and_what_is_not_installed_as_it_is(collect):
    collected = collect(ROOT / "static")
    store = one(collected, "js/tray/store.*.js")
    assert f'from "./{store.name}"' in one(collected, "js/tray/page-store.*.js").read_text()
    assert 'from "../../vendor/idb/index.js"' in store.read_text()
    assert not list(collected.glob("js/tray/store.js"))


def test_scripts_are_collected_without_comments_and_every_line_stays_where_it_is(collect):
    collected = collect(ROOT / "static")
    for path in SCRIPTS:
        source = path.read_text().splitlines()
        served = one(
            collected, f"{path.relative_to(ROOT / 'static').with_suffix('')}.*.js"
        ).read_text()
        assert not re.search(r"^\s*(//|\* |/\*\*$|/\*.*\*/$)", served, re.MULTILINE), path
        assert len(served.splitlines()) <= len(source)
        for line, (was, now) in enumerate(zip(source, served.splitlines(), strict=False), 1):
            is_comment = not was.strip() or was.lstrip().startswith(("//", "/*", "*"))
            unhashed = re.sub(r"\.[0-9a-f]{12}\.js", ".js", now)
            is_same = unhashed.replace(" ", "") == was.replace(" ", "")
            assert is_same or (unhashed == "" and is_comment), (path, line)


def test_style_sheets_are_collected_without_comments_and_every_rule_stays(collect):
    collected = collect(ROOT / "static")
    for path in STYLES:
        served = one(collected, f"css/{path.stem}.*.css").read_text()
        assert not re.search(r"^\s*/\*|^[ \t]", served, re.MULTILINE), path
        assert _rules(served) == _rules(path.read_text()), path


def _rules(style):
    """Return all that says something in a style sheet, whatever other files are called."""
    bare = re.sub(r"\.[0-9a-f]{12}(?=\.\w+)", "", re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL))
    return re.sub(r"url\([\"']?([^\"')]+)[\"']?\)", r"url(\1)", bare).split()


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_no_line_of_a_style_sheet_is_taken_for_a_scripts_comment(path):
    assert not re.search(r"^\s*//", path.read_text(), re.MULTILINE)


def test_the_scripts_of_others_keep_their_comments(collect, tmp_path):
    source = tmp_path / "from/vendor/other"
    source.mkdir(parents=True)
    (source / "index.js").write_text("// Whose it is.\nact();\n")
    assert "Whose it is" in one(collect(tmp_path / "from"), "vendor/other/index.*.js").read_text()


@pytest.mark.parametrize(
    ("script", "served"),
    [
        ("// one\na();\n", "\na();\n"),
        ("/** two\n * lines */\na();\n", "\n\na();\n"),
        ("  // indented\n", "\n"),
        (
            "a {\n  /* two\n     lines */\n  b: c; /* stays */\n}\n",
            "a {\n\n\nb: c; /* stays */\n}\n",
        ),
        ('  a("  b");\n\tc();\n', 'a("  b");\nc();\n'),
        ("a { b: url(//c) }\n", "a { b: url(//c) }\n"),
        ('a("// no comment"); // stays\n', 'a("// no comment"); // stays\n'),
        ("const b = /** @type {C} */ (d);\n", "const b = /** @type {C} */ (d);\n"),
        ("/** @type {A} */ (b).c();\n/** @type {D} */\n", "/** @type {A} */ (b).c();\n\n"),
        ("a(/[/*]/); b();\n", "a(/[/*]/); b();\n"),
    ],
)
def test_only_comments_that_have_their_lines_to_themselves_go(script, served):
    assert static_files.without_comments(script) == served


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_text_in_a_script_goes_over_lines(path):
    # What looks like a comment in one would be taken for one.
    code = static_files.without_comments(path.read_text())
    assert [line for line in code.splitlines() if all(n % 2 for n in _backticks(line))] == []


def _backticks(line):
    """Return how many a line has that are not escaped, and of those, how many in no text."""
    bare = line.replace("\\`", "")
    return bare.count("`"), re.sub(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'', "", bare).count("`")


def test_modules_that_import_each_other_are_told(collect, tmp_path):
    source = tmp_path / "from/js"
    source.mkdir(parents=True)
    (source / "a.js").write_text('import "./b.js";\nexport const a = 1;\n')
    (source / "b.js").write_text('import "./a.js";\nexport const b = 1;\n')
    with pytest.raises((RuntimeError, CommandError), match="passes"):
        collect(tmp_path / "from")
