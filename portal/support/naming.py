"""What an agent says to one organisation, and whether it names another one.

Compared are those that the agent reads of anyway: which let them in, and which have to do with the
move requests that they see. Of all others nothing is asked, or the answer would tell who uses the
portal.
"""

from portal.consent import queries
from portal.core.folding import folded
from portal.moves.queries import sides_seen_by
from portal.orgs import naming
from portal.orgs.models import Membership, Organisation


def words_naming_another(agent: Membership, text: str, whom: Organisation | str) -> str:
    """Return the words by which the text, which `whom` will read, names another organisation.

    "" where it names none.

    `whom` may be what the agent typed: whom the portal knows by that plays no part.
    """
    own = {folded(each) for each in _names(whom)}
    others = [names for names in _known(agent) if not own & names]
    found = (naming.words_naming_one(text, names, beside=own) for names in others)
    return next(filter(None, found), "")


def _known(agent: Membership) -> list[set[str]]:
    standing = queries.grants_for(agent).standing().order_by()
    let_in = Organisation.objects.filter(pk__in=standing.values("organisation"))
    known = {*let_in, *sides_seen_by(agent)}
    return [{folded(name) for name in _names(each)} for each in known]


def _names(whom: Organisation | str) -> tuple[str, ...]:
    return (whom,) if isinstance(whom, str) else (whom.name, whom.spkey_org_id)
