"""What people read of a label, or a photo of one, that names no hub: what is wrong, what to do."""

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.core.ui import Text
from portal.hubs.labels import parse, photos

SENTENCES: Final[dict[parse.Kind, Text]] = {
    "empty": _("Nothing was read. Scan the label, or type the hub id that is on it."),
    "too_long": _("That is more than a hub label holds. Look for the code beside the hub id."),
    "nothing": _(
        "There is no hub id in it. Look for 32 digits and letters from a to f, in five groups."
    ),
    "nobodys": _(
        "The id in it stands for no hub: all its digits are the same. Look for another label on "
        "the hub."
    ),
    "several": _("There are two different hub ids in it. One hub at a time, please."),
    "keyboard": _(
        "The scanner types for another keyboard than this device has. Set it to this device’s "
        "language, or type the hub id."
    ),
}
DOUBTFUL: Final = _("The label gives the id in it another name. Type it if it is the hub’s.")
MISCOUNT: Final = _("A hub id has 32 digits and letters from a to f. This has {}.")
GAPS: Final = _(
    "It has 32 digits, but not in the groups of a hub id. If it is the hub’s, type it without gaps."
)

WHICH: Final = _("The ids in it are {}.")

OF_PHOTOS: Final[dict[photos.Kind, Text]] = {
    "empty": _("There is no photo in that. Take one of the label, or type the hub id."),
    "too_big": _(
        "That photo is too large: 12 MB and 50 megapixels at most. "
        "Take a smaller one, or type the hub id."
    ),
    "heic": _(
        "That photo is in the HEIC format, which we cannot read. Choose a JPEG, PNG or WebP "
        "picture of the label, or type the hub id."
    ),
    "not_a_photo": _(
        "That is not a photo we can read. Choose a JPEG, PNG or WebP picture of the label."
    ),
    "broken": _("That photo is incomplete or damaged. Take it again."),
    "no_code": _(
        "No code was found in that photo. Come closer, hold still, avoid glare on the label; "
        "or type the hub id."
    ),
    "no_hub": _(
        "There are several codes in that photo, and none of them holds a hub id. "
        "Look for the code beside the hub id."
    ),
    "too_slow": _(
        "That photo took too long to read. Take one of the label alone, from close by; "
        "or type the hub id."
    ),
    "busy": _("The portal is busy with other photos. Try again in a moment, or type the hub id."),
}
NO_PHOTO: Final = _("No photo arrived. Take one of at most 12 MB.")


def sentence(problem: parse.LabelProblem) -> str:
    """Say what to look for."""
    if problem.kind == "several" and len(problem.ids) == 1:
        return str(DOUBTFUL)
    if problem.typed is None:
        return str(SENTENCES[problem.kind])
    if problem.typed == parse.DIGITS:
        return str(GAPS)
    return str(MISCOUNT).format(problem.typed)


def quotation(problem: parse.LabelProblem) -> str:
    """Say what was read, or which ids; nothing where there was nothing."""
    if problem.ids:
        return str(WHICH).format(", ".join(hub.printed or str(hub) for hub in problem.ids))
    return gettext("We read “%(text)s”.") % {"text": problem.read} if problem.read else ""


def explanation(problem: parse.LabelProblem) -> str:
    """Say what to look for, and what was read."""
    return f"{sentence(problem)} {quotation(problem)}".strip()


def of_photo(problem: photos.PhotoProblem) -> str:
    """Say what is wrong with a photo, and what to do."""
    return str(OF_PHOTOS[problem.kind])


def of_code_in_photo(problem: parse.LabelProblem) -> str:
    """Say that the code in a photo names no hub or several, and what was read."""
    if len(problem.ids) == 1:
        return explanation(problem)
    if problem.ids:
        return (
            f"{gettext('There are labels of different hubs in that photo.')} {quotation(problem)}"
        )
    return f"{gettext('The code in the photo is no hub label.')} {quotation(problem)}"
