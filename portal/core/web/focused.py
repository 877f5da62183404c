"""Where a form begins that is shown again because something in it is wrong: at the first of it."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from django.forms import BoundField
from django.forms.boundfield import BoundWidget
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.functional import cached_property


class FocusedField(BoundField):
    """A field of a form; the first that is wrong has the focus once the page is there."""

    def build_widget_attrs(self, attrs: Any, widget: Any = None) -> dict[str, Any]:
        """Return the attributes of the field's input."""
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        if self.form.is_bound and self.name == self._first_wrong():
            built["autofocus"] = True
        return built

    @cached_property
    def subwidgets(self) -> list[BoundWidget]:
        """The field's inputs, one by one."""
        found: list[BoundWidget] = super().subwidgets
        _keep_one(each.data for each in found)
        return found

    def _first_wrong(self) -> str | None:
        errors = self.form.errors
        return next((each.name for each in self.form.visible_fields() if each.name in errors), None)


class FormRenderer(DjangoTemplates):
    """Draws the forms of the portal."""

    bound_field_class = FocusedField

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        """Return what is drawn; of inputs that are drawn together, one at most has the focus."""
        widget = context.get("widget", {})
        groups = (inputs for _name, inputs, _index in widget.get("optgroups", ()))
        _keep_one(chain(widget.get("subwidgets", ()), *groups))
        return super().render(template_name, context, request)


def _keep_one(inputs: Iterable[dict[str, Any]]) -> None:
    """Leave the focus to the input that is chosen, or else to the first."""
    focused = [each for each in inputs if "autofocus" in each.get("attrs", {})]
    focused.sort(key=lambda each: not each.get("selected"))
    for each in focused[1:]:
        del each["attrs"]["autofocus"]
