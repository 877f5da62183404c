"""What people read of a photo of a hub that was not added, or not brought back: why, what to do."""

import math
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.core.ui import Text
from portal.hubs.display import label_wording
from portal.hubs.labels import photos

PROBLEMS: Final[dict[str, Text]] = {
    "empty": _("There is no photo in that file. Choose another one."),
    "too_big": _("That photo is too large: 12 MB and 50 megapixels at most. Take a smaller one."),
    "heic": _(
        "That photo is in the HEIC format, which we cannot read. Choose a JPEG, PNG or WebP "
        "picture; an iPhone takes JPEG with Settings, Camera, Formats, Most Compatible."
    ),
    "not_a_photo": _("That is not a photo we can read. Choose a JPEG, PNG or WebP picture."),
    "broken": label_wording.OF_PHOTOS["broken"],
    "too_slow": _("That photo took too long to read. Take it again, or choose another one."),
    "busy": _("The portal is busy with other photos. Try again in a moment."),
}
NO_PHOTO: Final = label_wording.NO_PHOTO
FULL: Final = _("This hub has five photos already. Remove one first.")
NOT_KEPT: Final = _("The photo could not be saved just now. Try again in a minute.")
GONE: Final = _("That photo is gone for good. Add it again.")
REMOVED: Final = _("Photo removed.")


def of_photo(problem: photos.PhotoProblem) -> str:
    """Say what is wrong with a photo, and what to do."""
    return str(PROBLEMS[problem.kind])


def too_often(seconds: int) -> str:
    """Say that somebody has added very many photos, and when they can go on."""
    minutes = math.ceil(seconds / 60)
    return ngettext(
        "That is enough photos for now. Go on in %(minutes)d minute.",
        "That is enough photos for now. Go on in %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}
