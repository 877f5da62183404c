"""A photo of a hub's label, which somebody adds to what they ask for about the hub."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.core.throttle import LimitReachedError
from portal.hubs.display import photo_wording
from portal.hubs.labels.photos import ACCEPT, PhotoProblem
from portal.hubs.models import Hub
from portal.hubs.photos import album
from portal.orgs.models import Membership

LABEL_PHOTO: Final = _("Photo of the label")
NO_PHOTO: Final = _("Take a photo of the label, where the hub stands.")


class LabelPhotoForm(forms.Form):
    """A form with a photo of the hub's label where it stands, which one that is kept replaces."""

    photo = forms.FileField(
        label=LABEL_PHOTO,
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPT, "data-shrink": "true"}),
        error_messages={"required": NO_PHOTO},
    )

    def __init__(self, hub: Hub, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._hub = hub
        self.has_photo = album.photos_of([hub]).exists()
        self.fields["photo"].required = not self.has_photo

    def keep_photo(self, member: Membership) -> bool:
        """Keep the photo, if one was sent; say whether the form is right still."""
        if trouble := self._trouble_keeping(member):
            self.add_error("photo", trouble)
        return self.is_valid()

    def _trouble_keeping(self, member: Membership) -> str:
        file = self.cleaned_data.get("photo")
        if file is None:
            return ""
        try:
            album.add(self._hub, member, file)
        except PhotoProblem as problem:
            return photo_wording.of_photo(problem)
        except album.FullError:
            return ""
        except album.NotKeptError:
            return str(photo_wording.NOT_KEPT)
        except LimitReachedError as limit:
            return photo_wording.too_often(limit.seconds)
        # Sent once more with another fault, the form asks for no second photo.
        self.has_photo = True
        return ""
