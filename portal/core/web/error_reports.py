"""What a report of an error may hold: the debug page, and mails to the operators."""

from types import FrameType
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter


class Filter(SafeExceptionReporterFilter):
    """Hides what views have marked as sensitive, in debugging as well as in production.

    Of a request that carries secrets no local variable is shown at all: on its way through
    forms and fields a secret has many names.
    """

    def is_active(self, request: HttpRequest | None) -> bool:
        """Always."""
        return True

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: FrameType
    ) -> Any:
        """Return (name, value) of the frame's variables, or of a secret request their names."""
        if getattr(request, "sensitive_post_parameters", None):
            return [(name, self.cleansed_substitute) for name in tb_frame.f_locals]
        return super().get_traceback_frame_variables(request, tb_frame)
