"""Where a form begins that is shown again because something in it is wrong: at the first of it."""

from typing import Any

from django.forms import BoundField
from django.forms.renderers import DjangoTemplates


class FocusedField(BoundField):
    """A field of a form; the first that is wrong has the focus once the page is there."""

    def build_widget_attrs(self, attrs: Any, widget: Any = None) -> dict[str, Any]:
        """Return the attributes of the field's input."""
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        if self.form.is_bound and self.name == self._first_wrong():
            built["autofocus"] = True
        return built

    def _first_wrong(self) -> str | None:
        errors = self.form.errors
        return next((each.name for each in self.form.visible_fields() if each.name in errors), None)


class FormRenderer(DjangoTemplates):
    """Draws the forms of the portal."""

    bound_field_class = FocusedField
