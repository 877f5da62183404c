"""The text of a label with each value's name before it.

A label may name several values first and give them after that, in a table or in a row; or say
behind each value what it is.
"""

import re
from typing import Final

from portal.hubs.labels import naming
from portal.hubs.labels.naming import HEX, HIDDEN, WHOLE, Name, name_of, words_of

FIRST_ID: Final = re.compile(rf"{HEX}{{8}}-?(?:{HEX}{{4}}-?){{3}}{HEX}{{12}}")
# What is between the cells of a table.
GAPS: Final = [re.compile(gap) for gap in (r" *\t *", r" *\| *", " *; *", " *, *", " {2,}")]
MARKS: Final = " \"':"
QUOTED: Final = re.compile(r"\"[^\"\n]*\"")
# Within quotes it parts no cells.
KEPT: Final = str.maketrans(",;|\t", "\ue000\ue001\ue002\ue003")
GIVEN_BACK: Final = str.maketrans("\ue000\ue001\ue002\ue003", ",;|\t")

BETWEEN_NAMES: Final = re.compile(
    r"[\n/+|:,;&\t(){}\[\]]+| (?:and|und|et|y|e|og|och|και|и|with|mit) "
)
LETTERS: Final = re.compile(r"[^\W_]")
STARTS_WITH: Final = re.compile(r"[\W_]*$")
GIVES: Final = re.compile(r"[:=]\s*$")
BEHIND: Final = re.compile(
    r"^[\s\-:=(\[<←→⇒⟶➔➜►▸»~/·|>*\"',{}\])]*(?:(?:is|was|are|ist|war|est|es) )?"
    r"(?:(?:the|a|an|my|our|its|der|die|das|la|le|el|il|hub's) )?"
    r"([^\W\d_][\w\- ]{0,30}?)[ )\]\"'}.!]*(?:$|[,;|(])"
)
# A name and its value, with nothing between them.
GLUED_VALUE: Final = rf"(?:{HEX}{{8}}-(?:{HEX}{{4}}-){{3}}{HEX}{{12}}|{HEX}{{32}})"
GLUED: Final = re.compile(rf"(?<![^\W_])(?:[^\W\d_]{{2,20}}?{GLUED_VALUE})+(?![^\W_])")
GLUED_PAIR: Final = re.compile(rf"([^\W\d_]{{2,20}}?)({GLUED_VALUE})")
LONGEST_HEADING: Final = 120
MOST_WORDS: Final = 5
# Lines between the heading of a table and its first id; or it is the text's first line.
MOST_ABOVE: Final = 5
SEVERAL: Final = 2
SECRET: Final = "secret"  # noqa: S105 - a name
UNNAMED: Final = "x"


def arranged(plain: str) -> str:
    """The text, each value with what it is called before it."""
    if not FIRST_ID.search(plain) and not WHOLE.search(plain):
        return plain
    return _behind(_paired(_tabled(_described(_parted(plain)))))


def _parted(plain: str) -> str:
    """The text, a space between the names and the values that a scanner ran together."""
    return GLUED.sub(_apart, plain)


def _apart(found: re.Match[str]) -> str:
    pairs = GLUED_PAIR.findall(found[0])
    is_known = all(_names_value(name) for name, _ in pairs)
    return "\n".join(f"{name}: {value}" for name, value in pairs) if is_known else found[0]


def _described(plain: str) -> str:
    """The text, each value with its name before it that is said in a field of its own:
    `{"name": "hubId", "value": "…"}`."""
    return naming.OBJECT.sub(_with_name, plain)


def _with_name(found: re.Match[str]) -> str:
    names = [said[1] for said in naming.DESCRIBES.finditer(found[0])]
    if not any(map(_names_id, names)):
        return found[0]
    name = " ".join(filter(_names_id, names))
    return naming.CONTENT.sub(lambda content: _named(content[0], name), found[0])


def _names_id(name: str) -> bool:
    return (name_of(name) or Name.NONE) > Name.NONE and not naming.speaks_of_secret(name)


def _named(text: str, name: str) -> str:
    return WHOLE.sub(f"{name}: \\g<0>", text)


def _tabled(plain: str) -> str:
    """The text, each cell of a table with what stands above its column before it."""
    lines = plain.strip("\n").split("\n")
    first = next((at for at, line in enumerate(lines) if FIRST_ID.search(line)), 0)
    above = list(range(first))
    for at in [*reversed(above[-MOST_ABOVE:]), *above[:-MOST_ABOVE][:1]]:
        for gap in GAPS:
            names = gap.split(lines[at].strip())
            if len(names) < SEVERAL or not any(map(_names_value, names)):
                continue
            if any(gap.search(row.strip()) for row in lines[at + 1 :]):
                rows = [_row(names, gap, row) for row in lines[at + 1 :]]
                return "\n".join([*lines[:at], *rows])
    return plain


def _names_value(heading: str) -> bool:
    return name_of(heading) not in {None, Name.NONE} or naming.speaks_of_secret(heading)


def _row(names: list[str], gap: re.Pattern[str], row: str) -> str:
    kept = QUOTED.sub(lambda cell: cell[0].translate(KEPT), row.strip())
    cells = [cell.translate(GIVEN_BACK) for cell in gap.split(kept)]
    if len(cells) == len(names):
        named = zip(names, cells, strict=True)
        return "\t".join(f"{name.strip(MARKS)}: {cell}" for name, cell in named)
    # Nobody can tell which of the cells is the secret.
    is_any_secret = any(map(naming.speaks_of_secret, names)) and len(cells) > 1
    return WHOLE.sub(f"{SECRET}: \\g<0>", row) if is_any_secret else row


def _paired(plain: str) -> str:
    """The text, each of several values in a row with its name before it, where several names are
    before them: in their order, or all secret where there are more or fewer."""
    arranged, last = "", 0
    for group in _groups(plain):
        heading = plain[last : group[0].start()]
        names, rest = _names_at_end(heading)
        if len(group) >= SEVERAL and len(names) >= SEVERAL and SECRET in names:
            if len(names) != len(group):
                names = [SECRET] * len(group)
            pairs = zip(names, group, strict=True)
            arranged += rest + "".join(f"\n{name}: {value[0]}" for name, value in pairs)
        else:
            arranged += plain[last : group[-1].end()]
        last = group[-1].end()
    return arranged + plain[last:]


def _groups(plain: str) -> list[list[re.Match[str]]]:
    """The values, those together that have no word between them."""
    groups: list[list[re.Match[str]]] = []
    for found in WHOLE.finditer(plain):
        if groups and not LETTERS.search(plain, groups[-1][-1].end(), found.start()):
            groups[-1].append(found)
        else:
            groups.append([found])
    return groups


def _names_at_end(heading: str) -> tuple[list[str], str]:
    """The names of values that the text ends with, in order, and what is before them."""
    end = naming.BRAND.sub(lambda brand: HIDDEN * len(brand[0]), heading)[-LONGEST_HEADING:]
    gaps = [found.span() for found in BETWEEN_NAMES.finditer(end)]
    starts = [0, *(stop for _, stop in gaps)]
    stops = [*(start for start, _ in gaps), len(end)]
    names: list[str] = []
    begun = len(end)
    for start, stop in reversed(list(zip(starts, stops, strict=True))):
        called = _names_in(end[start:stop])
        if called is None:
            break
        if called:
            names, begun = called + names, start
    return names, heading[: len(heading) - len(end) + begun]


def _names_in(chunk: str) -> list[str] | None:
    """What values the words name: none without words, `None` where they name no value."""
    words = words_of(chunk)
    names: list[str] = []
    for at, word in enumerate(words):
        if naming.is_secret(words, at):
            names += [] if names[-1:] == [SECRET] else [SECRET]
        elif name_of(word.folded) not in {None, Name.NONE}:
            if names and names[-1] != SECRET:
                names[-1] += f" {word.folded}"
            else:
                names.append(word.folded)
    is_of_other = any(word.folded in naming.FOR.split() for word in words)
    if words and (not names or is_of_other or len(words) > MOST_WORDS):
        return None
    return names


def _behind(plain: str) -> str:
    """The text, with what is said behind a value before it."""
    lines = plain.split("\n")
    written = [at for at, line in enumerate(lines) if line.strip()]
    if named := _each_below([lines[at] for at in written]):
        return "\n".join(named)
    values = [list(WHOLE.finditer(line)) for line in lines]
    arranged = list(lines)
    for at, line in enumerate(lines):
        names = _names_behind(line, values[at])
        if not names:
            continue
        arranged[at] = "\t".join(
            f"{name}: {value[0]}" for name, value in zip(names, values[at], strict=True)
        )
        # A secret's may be the name of what is below it as well; any other is not.
        below = lines[at + 1] if at + 1 < len(lines) else ""
        if _is_bare(below):
            name = SECRET if names[-1] == SECRET else UNNAMED
            arranged[at + 1] = WHOLE.sub(f"{name}: \\g<0>", below)
    *_, above, last = [-1, -1, *written]
    is_name = not GIVES.search(lines[last]) and _name_behind(lines[last].strip()) == SECRET
    if above >= 0 and is_name and _is_bare(lines[above]):
        arranged[above] = WHOLE.sub(f"{SECRET}: \\g<0>", lines[above])
    return "\n".join(arranged)


def _each_below(lines: list[str]) -> list[str]:
    """The values with their names, where below each value of several stands its name."""
    values, names = lines[::2], lines[1::2]
    if len(values) < SEVERAL or len(values) != len(names) or not all(map(_is_bare, values)):
        return []
    called = ["" if GIVES.search(name) else _name_behind(name.strip()) for name in names]
    is_each = all(called)
    return [f"{name}: {value}" for name, value in zip(called, values, strict=True) if is_each]


def _is_bare(line: str) -> bool:
    """Whether a line is a value, and nothing else."""
    return bool(WHOLE.search(line)) and not LETTERS.search(WHOLE.sub("", line))


def _names_behind(line: str, values: list[re.Match[str]]) -> list[str]:
    """The names of the values of a line that begins with one and ends with a name."""
    if not values or not STARTS_WITH.fullmatch(line[: values[0].start()]):
        return []
    stops = [*(value.start() for value in values[1:]), len(line)]
    names = []
    for value, stop in zip(values, stops, strict=True):
        said = line[value.end() : stop]
        found = BEHIND.match(said)
        name = _name_behind(found[1]) if found else ""
        if not name or GIVES.search(said):
            return []
        names.append(name)
    return names


def _name_behind(said: str) -> str:
    words = words_of(said)
    if words and len(words) < MOST_WORDS:
        if naming.is_secret(words, len(words) - 1):
            return SECRET
        if _names_value(said) or words[-1].folded in naming.OTHERS.split():
            return said
    return ""
