"""Finds words for people that are not marked for translation: in templates, scripts and Python."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, TypeGuard

from django.template.base import Lexer, Token, TokenType

from bin.messages import ROOT, sources

# Names that are the same in every language, and words that no page shows.
# What an address asks is none either.
NAMES = re.compile(r"SmartphoneKey|SpKey|SPK-Hub|API|CSV|JSON|QR|XLSX|Esc|x{3,}|[?&]\w+=\w*")
WORD = re.compile(r"[^\W\d_]{2,}")
# A statement in SQL is none.
SENTENCE = re.compile(
    r"(?!(?:CREATE|DROP|SELECT|ALTER|AND|PRAGMA|CASE|INSERT|PERFORM|UPDATE|EXISTS)\b)"
    r"(?:[A-Z][\w’']* .*[a-z]{2,}|[A-Za-z]{2,} .*[a-z]{2,}[.?!…]$)"
)

SPOKEN = {
    *("abbr", "alt", "label", "placeholder", "summary", "title"),
    *("aria-description", "aria-label", "aria-placeholder", "aria-roledescription"),
    "aria-valuetext",
}
MARKED = re.compile(r"_\(\s*(\"[^\"]*\"|'[^']*')\s*\)")
LITERAL = re.compile(r"\"([^\"]*)\"|'([^']*)'")
# Their literals name things: an address, a file, a format, or are in the catalogue.
NAMING = {"translate", "trans", "blocktranslate", "url", "static", "extends", "load", "now"}


def in_templates() -> Iterator[str]:
    """Yield file and words for each unmarked text in our templates."""
    for path in sources():
        if path.suffix in {".html", ".txt"}:
            for words in of_template(path.read_text(encoding="utf-8")):
                yield f"{path.relative_to(ROOT)}: {words}"


def of_template(template: str) -> Iterator[str]:
    """Yield the words of a template that would reach people untranslated."""
    page, skipping = "", ""
    for token in Lexer(template).tokenize():
        command = token.contents.split(" ", 1)[0]
        if skipping:
            skipping = "" if command == skipping else skipping
        elif token.token_type is TokenType.TEXT:
            page += token.contents
        elif token.token_type is TokenType.BLOCK and command in {"comment", "blocktranslate"}:
            skipping = f"end{command}"
        elif token.contents == "block body_class":
            skipping = "endblock"
        else:
            # Between two tags there may be a value: that is no word of ours.
            page += " " if token.token_type is TokenType.BLOCK else "0"
            yield from _literals(token, command)
    reader = _Reader()
    reader.feed(page)
    reader.close()
    yield from reader.found


def _literals(token: Token, command: str) -> Iterator[str]:
    if token.token_type is TokenType.COMMENT or command in NAMING:
        return
    for double, single in LITERAL.findall(MARKED.sub("", token.contents)):
        text = double or single
        if SENTENCE.search(text) or re.fullmatch(r"[A-Z][a-z]+", text):
            yield text


class _Reader(HTMLParser):
    """Collects what a page says: its text, and the attributes that are shown or spoken."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        """Take a piece of text, and no style."""
        if self.cdata_elem != "style" and WORD.search(NAMES.sub("", data)):
            self.found.append(" ".join(data.split()))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag's attributes; those for scripts, where they look like a sentence."""
        for name, value in attrs:
            text = NAMES.sub("", value or "")
            looks_like_words = WORD if name in SPOKEN else SENTENCE
            if (name in SPOKEN or name.startswith("data-")) and looks_like_words.search(text):
                self.found.append(f"{name}={value}")


SCRIPT = re.compile(
    r"//[^\n]*|/\*.*?\*/"
    r"|(?P<dev>Error\(|console\.\w+\(|DOMException\()?"
    r"(?P<shown>\.(?:textContent|innerText|title|ariaLabel|placeholder|alt)\s*\+?=\s*)?"
    r"(?P<quote>[\"'`])(?P<text>(?:\\.|(?!(?P=quote)).)*)(?P=quote)",
    re.DOTALL,
)


def in_scripts() -> Iterator[str]:
    """Yield file and words for each literal in our scripts that people would read."""
    for path in sorted(ROOT.glob("static/js/**/*.js")):
        for words in of_script(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(ROOT)}: {words}"


def of_script(script: str) -> Iterator[str]:
    """Yield the literals of a script that look like a sentence, or are put on the page."""
    for found in SCRIPT.finditer(script):
        text = re.sub(r"\$\{[^}]*\}", "0", found["text"] or "")
        if found["dev"] or not text:
            continue
        if SENTENCE.match(text) or (found["shown"] and WORD.search(text)):
            yield text


TRANSLATING = re.compile(r"_|n?p?gettext(_lazy|_noop)?")
# What they are given is read by programmers, or by those who run the portal in its logs.
UNSEEN = re.compile(r"logger\.\w+|.*Error|\w*(Blocked|Garbled|Unreachable|NotFound|Refused)|cast")
SHOWN_NAMES = {
    *("label", "help_text", "empty_label", "description", "verbose_name", "verbose_name_plural"),
    "link_text",
}
# What is built of words, each of which is shown, however short it is.
BUILT_OF_WORDS = {"Chip", "Words", "Step", "Todo", "Counted", "Banner", "Trouble"}
# Their readers are programs, programmers and those who run the portal.
NOT_FOR_PEOPLE = re.compile(
    r"portal/(spkey/|environment|settings|wsgi|core/web/error_reports|audit/guard"
    r"|(?:core|moves)/checks|monitoring/collector)"
)


def in_python() -> Iterator[str]:
    """Yield file and words for each text in our Python that people would read untranslated."""
    for path in sources():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix == ".py" and not NOT_FOR_PEOPLE.match(name):
            for words in of_python(path.read_text(encoding="utf-8")):
                yield f"{name}: {words}"


def of_python(source: str) -> Iterator[str]:
    """Yield the literals that look like a sentence, or are a field's words, and are not marked."""
    yield from _shown(ast.parse(source))


def _shown(node: ast.AST) -> Iterator[str]:
    yield from _short(node)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # A docstring.
    if isinstance(node, ast.Call) and _is_passed_over(ast.unparse(node.func)):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if SENTENCE.match(node.value):
            yield node.value
    elif isinstance(node, ast.JoinedStr):
        text = "".join(
            part.value if isinstance(part, ast.Constant) else "0" for part in node.values
        )
        if SENTENCE.match(text):
            yield text
    else:
        annotations = (getattr(node, "annotation", None), getattr(node, "returns", None))
        for child in ast.iter_child_nodes(node):
            if child not in annotations:  # A quoted type is for programs.
                yield from _shown(child)


def _short(node: ast.AST) -> Iterator[str]:
    """Yield the single words that are known to be shown by their place."""
    shown: list[ast.expr] = []
    if isinstance(node, ast.keyword) and node.arg in SHOWN_NAMES:
        shown = [node.value]
    elif isinstance(node, ast.Call) and ast.unparse(node.func) in BUILT_OF_WORDS:
        shown = node.args
    elif isinstance(node, ast.ClassDef) and any(
        ast.unparse(base).endswith("TextChoices") for base in node.bases
    ):
        shown = [n.value.elts[1] for n in node.body if _is_choice(n)]
    for value in shown:
        if isinstance(value, ast.Constant) and re.match(r"[A-Z]\w+", str(value.value or "")):
            yield str(value.value)


def _is_choice(node: ast.stmt) -> TypeGuard[Any]:
    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple)


def _is_passed_over(function: str) -> bool:
    if function.endswith("ValidationError"):
        return False
    return bool(TRANSLATING.fullmatch(function) or UNSEEN.fullmatch(function))
