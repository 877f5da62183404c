"""What mail and pages write in place of a text's own signs, undone.

People paste what they see, and what stands behind it: quoted-printable, as mail is sent, and HTML.
static/js/scanner/markup.js has the same rules.
"""

import re
from collections.abc import Mapping
from typing import Final

HEX: Final = "[0-9A-Fa-f]"
RETURN: Final = r"(?:[ \t]*(?:\r\n|[\r\n]))"
# Line ends, spaces before them and `=` in quoted-printable: an id begins with eight digits.
PRINTED_END: Final = re.compile(rf"([^\W_]|-)?=0D=0A=?{RETURN}?(?=([^\W_]|-)?)", re.IGNORECASE)
PRINTED_SPACE: Final = re.compile(rf"=20(?:=?{RETURN}|(?==0D=0A))", re.IGNORECASE)
PRINTED_EQUALS: Final = re.compile(
    rf"=3D(?={HEX}{{8}}-{HEX}{{4}}-|{HEX}{{32}}(?![^\W_]))", re.IGNORECASE
)
# A hyphen between the groups of an id.
PRINTED_HYPHEN: Final = re.compile(rf"({HEX}{{4}})=2D(?={HEX}{{4}})", re.IGNORECASE)
# A sign that is no American one, which lines may break as well.
PRINTED_SIGNS: Final = re.compile(rf"(?:=[89A-F][0-9A-F](?:={RETURN})?){{2,}}")
BYTE: Final = re.compile("=([0-9A-F]{2})")
WITHIN: Final = re.compile(rf"(?:{HEX}|-){{2}}|[^\W\d_]{{2}}")

ENTITY: Final = re.compile(r"&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]{2,14}));")
ENTITIES: Final[Mapping[str, str]] = {
    "nbsp": " ",
    "ensp": " ",
    "emsp": " ",
    "thinsp": " ",
    "Tab": "\t",
    "NewLine": "\n",
    "shy": "\u00ad",
    "ZeroWidthSpace": "\u200b",
    "zwnj": "\u200c",
    "zwj": "\u200d",
    "hyphen": "-",
    "dash": "-",
    "ndash": "-",
    "mdash": "-",
    "minus": "-",
    "lowbar": "_",
    "quot": '"',
    "apos": "'",
    "amp": "&",
    "lt": "<",
    "gt": ">",
    "colon": ":",
    "equals": "=",
    "semi": ";",
    "comma": ",",
}
LAST_SIGN: Final = 0x10FFFF
HALVES: Final = range(0xD800, 0xE000)
# Of how it looks: what else a tag says may be the name of a value.
LOOKS: Final = (
    r"(?:[ \t\r\n]+(?:class|style|width|height|align|valign|colspan|rowspan|bgcolor|border"
    r"|cellpadding|cellspacing|nowrap|scope|dir)"
    r"(?:=(?:\"[^\"<>]*\"|'[^'<>]*'|[^ \t\r\n<>\"'=]+))?)*[ \t\r\n]*/?"
)
# Between two letters of one word, or of an id.
WITHIN_WORD: Final = re.compile(
    rf"<wbr{LOOKS}>|([0-9A-Fa-f-])(?:</?(?:span|b|i|u|em|strong|font|mark|code){LOOKS}>)+"
    "(?=[0-9A-Fa-f-])",
    re.IGNORECASE,
)
NEXT_CELL: Final = re.compile(rf"</t[dh]>[ \t\r\n]*<t[dh]{LOOKS}>", re.IGNORECASE)
ENDS_LINE: Final = re.compile(rf"<br{LOOKS}>|</(?:tr|li)>", re.IGNORECASE)
FRAME: Final = re.compile(
    rf"<(?:table|thead|tbody|tr|t[dh]|ul|ol|li){LOOKS}>|</(?:table|thead|tbody|t[dh]|ul|ol)>",
    re.IGNORECASE,
)


def undone(text: str) -> str:
    """The text as who wrote it saw it: its signs, the cells of its tables and the lines of its
    lists."""
    plain = PRINTED_SIGNS.sub(_signs, text)
    plain = PRINTED_EQUALS.sub("=", PRINTED_SPACE.sub("\n", PRINTED_HYPHEN.sub(r"\1-", plain)))
    plain = ENTITY.sub(_sign, PRINTED_END.sub(_line_end, plain))
    plain = NEXT_CELL.sub("\t", WITHIN_WORD.sub(r"\1", plain))
    return FRAME.sub("", ENDS_LINE.sub("\n", plain))


def _signs(found: re.Match[str]) -> str:
    try:
        return bytes(int(byte, 16) for byte in BYTE.findall(found[0])).decode()
    except UnicodeDecodeError:
        return found[0]


def _line_end(found: re.Match[str]) -> str:
    before, after = found[1] or "", found[2] or ""
    return f"{before}=\n" if WITHIN.fullmatch(before + after) else f"{before}\n"


def _sign(found: re.Match[str]) -> str:
    if found[3]:
        return ENTITIES.get(found[3], found[0])
    code = int(found[1]) if found[1] else int(found[2], 16)
    return chr(code) if 0 < code <= LAST_SIGN and code not in HALVES else found[0]
