"""The portal as gunicorn serves it, by the run's own clock."""

from chaos import clock

clock.install()

from portal.wsgi import application  # noqa: E402

__all__ = ("application",)
