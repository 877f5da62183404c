"""What people say when they complete a job, take a handover over, and give it away."""

from typing import Any, Final

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portal.jobs import handover
from portal.jobs.display import handover_wording
from portal.jobs.handover import LONGEST_EXPLANATION, Standing
from portal.jobs.models import HandoverLink

# With more of them, one explanation has to do for all.
MOST_EXPLAINED: Final = 20


class CompleteForm(forms.Form):
    """Why the job is complete though something is missing, and whether a customer may accept."""

    takes_acceptance = forms.BooleanField(
        label=_("The customer may accept it by name at the link"), required=False
    )

    def __init__(self, standing: Standing, data: Any = None) -> None:
        super().__init__(data)
        self.standing = standing
        self.keys: dict[str, str] = {}
        exceptions = standing.exceptions
        for number, item in enumerate(exceptions[:MOST_EXPLAINED]):
            name = f"why-{item.key}"
            self.keys[name] = item.key
            self.fields[name] = forms.CharField(
                label=handover_wording.label(item), required=False, max_length=LONGEST_EXPLANATION
            )
            self.fields[name].widget.attrs["id"] = f"why-{number}"
        if not standing.is_whole:
            label = _("Why is the job complete all the same?")
            if exceptions:
                label = _("One reason for all")
                if not self.are_all_named:
                    label = _("One reason for all the others")
            self.fields["explanation"] = forms.CharField(
                label=label,
                required=False,
                max_length=1000,
                widget=forms.Textarea({"rows": 3}),
            )
        self.order_fields([*self.keys, "explanation", "takes_acceptance"])

    @property
    def are_all_named(self) -> bool:
        """Whether a reason for each exception is enough."""
        return handover.may_be_said_one_by_one(self.standing) and (
            len(self.standing.exceptions) <= MOST_EXPLAINED
        )

    @property
    def explained(self) -> list[tuple[Any, Any]]:
        """Each exception with its own field, or without one where there are many."""
        fields = [self[name] for name in self.keys]
        rest = len(self.standing.exceptions) - len(fields)
        return list(zip(self.standing.exceptions, [*fields, *[None] * rest], strict=True))

    @property
    def explanations(self) -> dict[str, str]:
        """What was said of single exceptions, by their key."""
        return {key: self.cleaned_data[name] for name, key in self.keys.items()}

    def unexplained(self) -> None:
        """Say that something is not explained yet."""
        self.add_error(
            "explanation",
            _("Give a reason for each hub, or one for all. It stands in the handover.")
            if self.are_all_named
            else _(
                "Give one reason for all that have none of their own. It stands in the handover."
            ),
        )


class AcceptForm(forms.Form):
    """Who takes the handover over."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _("Whose name?")},
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class LinkForm(forms.Form):
    """How long a link is good, and what for."""

    days = forms.IntegerField(
        label=_("Days until it ends"),
        initial=HandoverLink.USUAL_DAYS,
        min_value=1,
        max_value=HandoverLink.LONGEST_DAYS,
        help_text=format_lazy(_("1 to {most}"), most=HandoverLink.LONGEST_DAYS),
    )
    takes_acceptance = forms.BooleanField(
        label=_("The customer may accept it by name at the link"), required=False
    )
