"""The device and the portal understand labels alike."""

import json
import os
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from portal.hubs.labels import parse
from tests.hubs.labels.test_parse import HOSTILE, HUB, NOT_AN_ID, OTHER, UNDERSTOOD

UNDERSTAND = Path(__file__).parent / "understand.js"
SEED = 20_260_727
GENERATED = 600
ODDS_AND_ENDS = [
    "",
    " \t\r\n",
    "\u200b\ufeff\u202e",
    "\x00",
    str(HUB)[:-1],
    f"{HUB}\n{OTHER}",
    str(HUB).rjust(256),
    str(HUB).rjust(257),
    "x" * 300,
    " a\x00b\u202ec\u200bd\ne ",
    "\x1c a \x85 b \ufeff",
    "Größe 4 · Ελλάδα <b>",
    f"%F0%9F%94%91 {HUB}",
    f"%C3%28%ED%A0%80%FF{HUB}",
    f"100%25%2{HUB}",
]
# Of these a stranger's label is made: what ids consist of, what surrounds them, what hides.
PIECES = [
    *"0123456789abcdefABCDEF-_ '+*ß\u2011\u2013\u2212\u00ad\u00a0\u200b\u2028\x1d\x85\ufeff",
    *"%{}[]()<>\"',.;:/?=&gzβψδεφΦως\uff11\U0001d7cf\u0663\u0430²Ⅷ\u0301é\U000e0041\ue000\n\r\t",
    "%2D",
    "%25",
    "%C3",
    "%A9",
    "%e2%80%93",
    str(HUB),
    HUB.hex,
    str(OTHER).upper(),
    *str(HUB).split("-"),
]


def test_the_same_texts_give_the_same_id_or_the_same_problem():
    texts = [*UNDERSTOOD.values(), *NOT_AN_ID.values(), *ODDS_AND_ENDS, *strangers()]
    texts += [payload for name, payload in HOSTILE.items() if name != "surrogate"]
    answers = on_the_device(texts)
    differing = [
        (text, answer, expected)
        for text, answer in zip(texts, answers, strict=True)
        if answer != (expected := understood(text))
    ]
    assert differing == []
    kinds = {answer.get("problem") for answer in answers}
    assert kinds == {None, "empty", "too_long", "nothing", "several"}


def on_the_device(texts: list[str]) -> list[dict[str, Any]]:
    """What the script makes of them, in node."""
    node = shutil.which("node")
    if not node:
        message = "This test needs Node.js, which runs the device's half of it."
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    run = subprocess.run(
        [node, UNDERSTAND], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    answers: list[dict[str, Any]] = json.loads(run.stdout)
    return answers


def understood(text: str) -> dict[str, Any]:
    """What the portal makes of it, in the device's terms."""
    try:
        return {"hubId": str(parse.parse(text))}
    except parse.LabelProblem as problem:
        typed = parse._digits_typed(parse._folded(text)) if problem.kind == "nothing" else None
        return {"problem": problem.kind, "read": problem.read, "typed": typed}


def strangers() -> list[str]:
    """Texts as nobody would think of them, the same at each run."""
    chance = random.Random(SEED)
    texts = ["".join(chance.choices(PIECES, k=chance.randint(1, 12))) for _ in range(GENERATED)]
    return [text.encode("utf-8", "replace").decode() for text in texts]
