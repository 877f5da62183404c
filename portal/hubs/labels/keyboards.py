# ruff: noqa: RUF001 - other scripts
"""What a hand-held scanner meant that types for another keyboard than the device has.

A scanner presses keys. Set to one country's keyboard, on a device that is set to another's, each
key comes out as what stands on it there: an id from `315e230b-…` arrives as `"&(eé"àb)…` in France.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Final

# An American keyboard, key by key.
PLAIN: Final = "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./"
SHIFTED: Final = '~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?'
SHIFT: Final = str.maketrans(PLAIN + SHIFTED, SHIFTED + PLAIN)

# What stands where an American keyboard has something else, each before what is there: by the
# keyboards of X.Org. static/js/scanner/keyboards.js has the same; a test compares them.
KEYBOARDS: Final[Mapping[str, str]] = {
    "British": '#\\¬~"@£#~|@"',
    "German": "^`ß-´=zyü[+]#\\ö;ä'yz-/°~\"@§#&^/&(*)(=)?_`+ZYÜ{*}'|Ö:Ä\"YZ;<:>_?",
    "Swiss": "§`'-^=zyü[¨]$\\ö;ä'yz-/°~+!\"@*#ç$&^/&(*)(=)?_`+ZYè{!}£|é:à\"YZ;<:>_?",
    "French": (
        "²`&1é2\"3'4(5-6è7_8ç9à0)-aqzw^[$]*\\qam;ù'wz,m;,:.!/1!2@3#4$5%6^7&8*9(0)°_AQZW¨{£}µ|QAM:"
        '%"WZ?M.</>§?'
    ),
    "French, Apple": (
        "@`&1é2\"3'4(5§6è7!8ç9à0)--=aqzw^[$]`\\qam;ù'wz,m;,:.=/#~1!2@3#4$5%6^7&8*9(0)°__+AQZW¨{*}"
        '£|QAM:%"WZ?M.</>+?'
    ),
    "Belgian": (
        "²`&1é2\"3'4(5§6è7!8ç9à0)--=aqzw^[$]µ\\qam;ù'wz,m;,:.=/³~1!2@3#4$5%6^7&8*9(0)°__+AQZW¨{*}"
        '£|QAM:%"WZ?M.</>+?'
    ),
    "Canadian-French": "#`^[¸]<\\`'é/|~\"@/#?^^{¨}>|`\"'<.>É?",
    "Italian": "\\`'-ì=è[+]ù\\ò;à'-/|~\"@£#&^/&(*)(=)?_^+é{*}§|ç:°\";<:>_?",
    "Spanish": "º`'-¡=`[+]ç\\ñ;´'-/ª~\"@·#&^/&(*)(=)?_¿+^{*}Ç|Ñ:¨\";<:>_?",
    "Latin-American": "|`'-¿=´[+]}\\ñ;{'-/°~\"@&^/&(*)(=)?_¡+¨{*}]|Ñ:[\";<:>_?",
    "Portuguese": "\\`'-«=+[´]~\\ç;º'-/|~\"@&^/&(*)(=)?_»+*{`}^|Ç:ª\";<:>_?",
    "Brazilian": "'`´[[]]\\ç;~';/\"~¨^`{{}}|Ç:^\":?",
    "Dutch": "@`/-°=¨[*]<\\+;´'-/§~\"@&^_&(*)(')?_~+^{|}>|±:`\";<:>=?",
    "Danish": "½`+-´=å[¨]'\\æ;ø'-/§~\"@¤$&^/&(*)(=)?_`+Å{^}*|Æ:Ø\";<:>_?",
    "Norwegian": "|`+-\\=å[¨]'\\ø;æ'-/§~\"@¤$&^/&(*)(=)?_`+Å{^}*|Ø:Æ\";<:>_?",
    "Swedish, Finnish": "§`+-´=å[¨]'\\ö;ä'-/½~\"@¤$&^/&(*)(=)?_`+Å{^}*|Ö:Ä\";<:>_?",
    "Icelandic": "°`ö--=ð[']+\\æ;´'þ/¨~\"@&^/&(*)(=)Ö__+Ð{?}*|Æ:´\";<:>Þ?",
    "Estonian": "ˇ`+-´=ü[õ]'\\ö;ä'-/\"@¤$&^/&(*)(=)?_`+Ü{Õ}*|Ö:Ä\";<:>_?",
    "Lithuanian": "ą1č2ę3ė4į5š6ų7ū8„9“0ž=Ą!Č@Ę#Ė$Į%Š^Ų&Ū*Ž+9900",
    "Polish 214": "˙`+-'=zyż[ś]ó\\ł;ą'yz-/˛~\"@&^/&(*)(=)?_*+ZYń{ć}ź|Ł:ę\"YZ;<:>_?",
    "Czech": (
        ";`+1ě2š3č4ř5ž6ý7á8í9é0=-´=zyú[)]¨\\ů;§'yz-/°~1!2@3#4$5%6^7&8*9(0)%_ˇ+ZY/{(}'|\":!\"YZ?<"
        ":>_?"
    ),
    "Czech QWERTY": (
        ";`+1ě2š3č4ř5ž6ý7á8í9é0=-´=ú[)]¨\\ů;§'-/°~1!2@3#4$5%6^7&8*9(0)%_ˇ+/{(}'|\":!\"?<:>_?"
    ),
    "Slovak": (
        ';`+1ľ2š3č4ť5ž6ý7á8í9é0=-´=zyú[ä]ň\\ô;§\'yz-/°~1!2@3#4$5%6^7&8*9(0)%_ˇ+ZY/{(})|":!"YZ?<:>_?'
    ),
    "Hungarian": "0`ö0ü-ó=zyő[ú]ű\\é;á'yz-/§~'!\"@+#!$/^=&(*)(Ö)Ü_Ó+ZYŐ{Ú}Ű|É:Á\"YZ?<:>_?",
    "Romanian": "]`+-'=zyă[î]â\\ș;ț'yz-/[~\"@¤$&^/&(*)(=)?_*+ZYĂ{Î}Â|Ș:Ț\"YZ;<:>_?",
    "Croatian, Serbian, Slovene": "'-+=zyš[đ]ž\\č;ć'yz-/\"@&^/&(*)(=)?_*+ZYŠ{Đ}Ž|Č:Ć\"YZ;<:>_?",
    "Albanian": "\\`zyç[@]]\\ë;['yz|~\"@ZYÇ{'}}|Ë:{\"YZ;<:>",
    "Turkish Q": "\"`*--=ıiğ[ü],\\ş;i'ö,ç../é~'@^#+$&^/&(*)(=)?__+Ğ{Ü};|Ş:İ\"Ö<Ç>:?",
    "Turkish F": (
        "+`/--=fqgwğeırotdyrunihoq[w]x\\uaisedafügthkjmky;ş'jzöxvccvçbznsmb,,/*~\"@^#&^'&(*)(=)?_"
        '_+FQGWĞEIROTDYRUNIHOQ{W}X|UAİSEDAFÜGTHKJMKY:Ş"JZÖXVCCVÇBZNSMB<:>;?'
    ),
    "Greek": (
        ";qςwεeρrτtυyθuιiοoπpαaσsδdφfγgηhξjκkλl´;ζzχxψcωvβbνnμm:QΣWΕEΡRΤTΥYΘUΙIΟOΠPΑAΣSΔDΦFΓGΗHΞJ"
        "ΚKΛL¨:ΖZΧXΨCΩVΒBΝNΜM"
    ),
    "Russian": (
        "ё`йqцwуeкrеtнyгuшiщoзpх[ъ]фaыsвdаfпgрhоjлkдlж;э'яzчxсcмvиbтnьmб,ю../Ё~\"@№#;$:^?&ЙQЦWУE"
        'КRЕTНYГUШIЩOЗPХ{Ъ}/|ФAЫSВDАFПGРHОJЛKДLЖ:Э"ЯZЧXСCМVИBТNЬMБ<Ю>,?'
    ),
    "Ukrainian": (
        "'`йqцwуeкrеtнyгuшiщoзpх[ї]ґ\\фaіsвdаfпgрhоjлkдlж;є'яzчxсcмvиbтnьmб,ю../\"@№#;$:^?&ЙQЦWУE"
        'КRЕTНYГUШIЩOЗPХ{Ї}Ґ|ФAІSВDАFПGРHОJЛKДLЖ:Є"ЯZЧXСCМVИBТNЬMБ<Ю>,?'
    ),
    "Belarusian": (
        "ё`йqцwуeкrеtнyгuшiўoзpх[']фaыsвdаfпgрhоjлkдlж;э'яzчxсcмvіbтnьmб,ю../Ё~\"@№#;$:^?&ЙQЦWУE"
        "КRЕTНYГUШIЎOЗPХ{'}/|ФAЫSВDАFПGРHОJЛKДLЖ:Э\"ЯZЧXСCМVІBТNЬMБ<Ю>,?"
    ),
    "Serbian": (
        "'-+=љqњwеeрrтtзyуuиiоoпpш[ђ]ж\\аaсsдdфfгgхhјjкkлlч;ћ'жzџxцcвvбbнnмm-/\"@&^/&(*)(=)?_*+ЉQ"
        'ЊWЕEРRТTЗYУUИIОOПPШ{Ђ}Ж|АAСSДDФFГGХHЈJКKЛLЧ:Ћ"ЖZЏXЦCВVБBНNМM;<:>_?'
    ),
    "Macedonian": (
        "љqњwеeрrтtѕyуuиiоoпpш[ѓ]ж\\аaсsдdфfгgхhјjкkлlч;ќ'зzџxцcвvбbнnмm„@“#ЉQЊWЕEРRТTЅYУUИIОOПP"
        'Ш{Ѓ}Ж|АAСSДDФFГGХHЈJКKЛLЧ:Ќ"ЗZЏXЦCВVБBНNМM;<:>'
    ),
    "Bulgarian": (
        "(`.=,qуwеeиrшtщyкuсiдoзpц[;]„\\ьaяsаdоfжgгhтjнkвlм;ч'юzйxъcэvфbхnпmр,л.б/)~?@+#\"$=^:&/*"
        '–(№)$_€+ыQУWЕEИRШTЩYКUСIДOЗPЦ{§}“|ѝAЯSАDОFЖGГHТJНKВLМ:Ч"ЮZЙXЪCЭVФBХNПMР<Л>Б?'
    ),
    "Hebrew": ";`/q'wקeרrאtטyוuןiםoפp][[]שaדsגdכfעgיhחjלkךlף;,'זzסxבcהvנbמnצmת,ץ../)(()}{{}><<>",
    "Dvorak": (
        "[-]='q,w.eprytfygucirolp/[=]osedufigdhhjtknls;-';zqxjckvxbbnw,v.z/{_}+\"Q<W>EPRYTFYGUCI"
        'ROLP?{+}OSEDUFIGDHHJTKNLS:_":ZQXJCKVXBBNW<V>Z?'
    ),
    "Colemak": "feprgtjyluuiyo;prssdtfdgnjekilo;knFEPRGTJYLUUIYO:PRSSDTFDGNJEKILO:KN",
}

# What ids are made of; fewer signs that came out wrong prove no keyboard.
DIGITS: Final = frozenset("0123456789abcdefABCDEF")
ID: Final = re.compile("[0-9a-fA-F]{8}(-?)(?:[0-9a-fA-F]{4}\\1){3}[0-9a-fA-F]{12}")
# Ids that came out right have nothing else in them, and neither have numbers.
SPOILT: Final = re.compile(r"[^0-9a-fA-F\s,:;.|-]|^\|")
# What scanners put before a text, whatever its letters became; and what a text begins with so.
SYMBOLOGY: Final = re.compile(r"^\]\S\S(?=\S)")
BEGINS: Final = re.compile(r"\][A-Za-z][0-9A-Za-z](?=[0-9a-fA-F])|[a-z]+://")
OF_PREFIX: Final = 3
LEAST_DIGITS: Final = 2
LEAST_HYPHENS: Final = 4
SHORTEST: Final = 32
GROUPED: Final = 36
GAPS: Final = (8, 13, 18, 23)
MOST_SIGNS: Final = 16


def undone[T](text: str, look: Callable[[str], T], *, is_mixed: bool = False) -> list[T]:
    """Return what `look` finds in the text as it was meant, by each keyboard that may have typed
    it; what it finds nothing in, and what was found before, is left out. `is_mixed`: one id that
    came out wrong is enough; digits in one piece are the same on many keyboards."""
    typed = SYMBOLOGY.sub("", text.strip())
    found: list[T] = []
    if len(typed) < SHORTEST or not SPOILT.search(typed):
        return found
    signs = frozenset(typed) - frozenset(" \t\r\n")
    for index, keyboard in enumerate(_keyboards()):
        if signs <= keyboard.keys():
            meant = typed.translate(_table(index))
            what = look(meant) if _is_proof(typed, meant, any if is_mixed else all) else None
            if what and what not in found:
                found.append(what)
    return found


def looks_like_one(text: str) -> bool:
    """Whether the text seems to be an id that a keyboard spoilt, though none tells which; after a
    prefix, or at the end of an address."""
    typed = text.strip()
    ends = () if any(map(str.isspace, typed)) else (typed[OF_PREFIX:], typed[-GROUPED:])
    return any(map(_looks_like_one, (typed, *ends)))


def _looks_like_one(typed: str) -> bool:
    if len(typed) == GROUPED:
        gap, *others = {typed[place] for place in GAPS}
        rest = typed.replace(gap, "")
        strange = sum(sign not in DIGITS for sign in rest)
        is_one = not others and len(rest) == SHORTEST and gap not in DIGITS and _is_of_few(rest)
        return is_one and (gap != "-" or strange * 5 >= SHORTEST)
    strange = sum(sign not in DIGITS for sign in typed)
    return len(typed) == SHORTEST and strange * 3 >= SHORTEST and _is_of_few(typed)


def _is_of_few(signs: str) -> bool:
    """Whether there are no more signs than an id has, and no gap."""
    return len(set(signs)) <= MOST_SIGNS and not any(map(str.isspace, signs))


def _is_proof(typed: str, meant: str, of: Callable[[Iterable[bool]], bool]) -> bool:
    """Whether in each id so much came out wrong that it was a keyboard: `Q` for `0` is a slip of a
    hand, and of what is beside an id only its beginning is proof."""
    ids = list(ID.finditer(meant))
    if ids and _begins_wrong(typed, meant):
        return True
    return bool(ids) and of(_is_wrong(typed[slice(*found.span())], found[0]) for found in ids)


def _begins_wrong(typed: str, meant: str) -> bool:
    """Whether a scanner's prefix or an address came out as something else: nobody types such."""
    begins = BEGINS.match(meant)
    return begins is not None and not typed.startswith(begins[0])


def _is_wrong(typed: str, meant: str) -> bool:
    wrong = [(sign, key) for sign, key in zip(typed, meant, strict=True) if sign != key]
    digits = {sign for sign, key in wrong if key in DIGITS}
    hyphens = sum(key == "-" for _, key in wrong)
    is_strange = any(not sign.isascii() or not sign.isalnum() for sign in digits)
    return is_strange or len(digits) >= LEAST_DIGITS or hyphens == LEAST_HYPHENS


@cache
def _keyboards() -> list[dict[str, str]]:
    """What each sign means, by each keyboard: of the device, its capitals locked or not, or all its
    keys; and of the scanner, where the device has the American one."""
    found = []
    for pairs in KEYBOARDS.values():
        stands = list(zip(pairs[::2], pairs[1::2], strict=True))
        displaced = {key for _, key in stands}
        typed = [(key, key) for key in PLAIN + SHIFTED if key not in displaced] + stands
        found.append(_meant(typed))
        found.append(_meant((_other_case(sign), key) for sign, key in typed))
        found.append(_meant((sign, key.translate(SHIFT)) for sign, key in typed))
        found.append(_meant((key, sign) for sign, key in typed))
    return found


@cache
def _table(index: int) -> dict[int, str]:
    return str.maketrans(_keyboards()[index])


def _meant(typed: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What each sign means. Of two keys with the same sign, the one that ids need."""
    meant: dict[str, str] = {}
    for sign, key in typed:
        if sign not in meant or key in DIGITS or key == "-":
            meant[sign] = key
    return meant


def _other_case(sign: str) -> str:
    other = sign.swapcase()
    return other if len(other) == 1 else sign
