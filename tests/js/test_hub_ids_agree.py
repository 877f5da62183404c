"""The device and the portal understand labels alike."""

import json
import os
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from portal.hubs.labels import keyboards, naming, parse
from tests.hubs.labels import test_keyboards, test_naming
from tests.hubs.labels.test_parse import (
    HOSTILE,
    HUB,
    IN_OTHER_GROUPS,
    NOBODYS,
    NOT_AN_ID,
    OTHER,
    RAN_TOGETHER,
    UNDERSTOOD,
)

ROOT = Path(__file__).parents[2]
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
OF_NAMES = [
    test_naming.LABELS,
    test_naming.RANKED,
    test_naming.NO_SECRETS,
    test_naming.KEYS_ALONE,
    test_naming.DOUBTFUL,
    test_naming.PLAIN,
    NOBODYS,
    RAN_TOGETHER,
    IN_OTHER_GROUPS,
    {
        f"{name} {form}": form.format(name, secret)
        for name in test_naming.NAMES
        for form in test_naming.FORMS
        for secret in test_naming.SECRETS.values()
    },
]
# Of these a stranger's label is made: what ids consist of, what surrounds them, what hides.
PIECES = [
    *"0123456789abcdefABCDEF-_ '+*ß\u2011\u2013\u2212\u00ad\u00a0\u200b\u2028\x1d\x85\ufeff",
    *"%{}[]()<>\"',.;:/?=&gzβψδεφΦως\uff11\U0001d7cf\u0663\u0430²Ⅷ\u0301é\U000e0041\ue000\n\r\t",
    "%2D",
    "=\n",
    "=0D=0A",
    "=3D",
    "=20\n",
    *(
        "=2D",
        "=E2=80=93",
        "=C2=A0",
        "=CE=\n=BA",
        "=C3",
        "&shy;",
        "&#8209;",
        "&#x0;",
        "&nbsp;",
        "&bogus;",
    ),
    *(
        "<br>",
        "<wbr/>",
        "<b>",
        "</b>",
        "<td>",
        "</td><td class=x>",
        "</tr>",
        "</li>",
        "--",
        "\u30fc",
    ),
    *(
        "]C1\x1d91",
        "\x1d240",
        "\n[key]\n",
        "\n[hub]\n",
        " \u2192 ",
        "://hub:",
        "@",
        "\u21b5\n",
        "IC: ",
    ),
    *(
        "\nKey\n",
        "\nHub ID\n",
        " Street ",
        "Block IV ",
        "Parola (WiFi) ",
        "\U0001f511 ",
        ";",
        "ID",
        "KEY",
    ),
    '{"name": "hubId", "value": "',
    "Hub;Key\n",
    "K no. ",
    "Thread KEYX ",
    "EUI K ",
    "WiFi ",
    "key",
    "Hub id: ",
    "password=",
    "<key>",
    "</key>",
    "]C1",
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
    texts += test_naming.RAN_TOGETHER
    texts += [typed for _, typed in test_keyboards.TYPED.values()]
    for more in (test_keyboards.SPOILT, *OF_NAMES):
        texts += more.values()
    texts += typed_elsewhere()
    texts += [payload for name, payload in HOSTILE.items() if name != "surrogate"]
    answers = on_the_device(texts)
    differing = [
        (text, answer, expected)
        for text, answer in zip(texts, answers, strict=True)
        if answer != (expected := understood(text))
    ]
    assert differing == []
    kinds = {answer.get("problem") for answer in answers}
    assert kinds == {None, "empty", "too_long", "nothing", "nobodys", "several", "keyboard"}


def test_the_same_keyboards_and_words_are_known_to_both():
    said = run(
        """import { KEYBOARDS } from "./static/js/scanner/keyboards.js";
        import { WORDS } from "./static/js/scanner/naming.js";
        process.stdout.write(JSON.stringify([KEYBOARDS, WORDS]));""",
    )
    words = {name: getattr(naming, name) for name in said[1]}
    assert said == [dict(keyboards.KEYBOARDS), words]


def typed_elsewhere() -> list[str]:
    """What each keyboard makes of a prefix or an address around an id."""
    texts = []
    for pairs in keyboards.KEYBOARDS.values():
        stands = {ord(key): sign for sign, key in zip(pairs[::2], pairs[1::2], strict=True)}
        typed = {ord(sign): key for sign, key in zip(pairs[::2], pairs[1::2], strict=True)}
        for text in test_keyboards.AROUND.values():
            texts += [text.translate(stands), text.translate(typed)]
    return texts


def on_the_device(texts: list[str]) -> list[dict[str, Any]]:
    """What the script makes of them, in node."""
    answers: list[dict[str, Any]] = run(
        UNDERSTAND.read_text(), json.dumps(texts), UNDERSTAND.parent
    )
    return answers


def run(script: str, given: str = "", folder: Path = ROOT) -> Any:
    """What a script writes, JSON, in node."""
    node = shutil.which("node")
    if not node:
        message = "This test needs Node.js, which runs the device's half of it."
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    command = [node, "--input-type=module", "--eval", script]
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, check=True, cwd=folder
    )
    return json.loads(done.stdout)


def understood(text: str) -> dict[str, Any]:
    """What the portal makes of it, in the device's terms."""
    try:
        hub = parse.parse(text)
    except parse.LabelProblem as problem:
        ids = [each.printed or str(each) for each in problem.ids]
        return {"problem": problem.kind, "read": problem.read, "typed": problem.typed, "ids": ids}
    return {"hubId": str(hub), "printed": hub.printed or str(hub)}


def strangers() -> list[str]:
    """Texts as nobody would think of them, the same at each run."""
    chance = random.Random(SEED)
    texts = ["".join(chance.choices(PIECES, k=chance.randint(1, 12))) for _ in range(GENERATED)]
    return [text.encode("utf-8", "replace").decode() for text in texts]
