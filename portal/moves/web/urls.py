"""The addresses of move requests: of who asks for a hub, and of who holds it."""

from django.urls import path

from portal.hubs.photos.files import Size
from portal.moves.web import holding, views

app_name = "moves"
urlpatterns = [
    path("ask/<uuid:pk>/", views.ask, name="ask"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/live/", views.live, name="live"),
    path("<uuid:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("<uuid:pk>/photos/<uuid:photo>/", views.photo, {"size": Size.SMALL}, name="photo"),
    path("<uuid:pk>/photos/<uuid:photo>/large/", views.photo, {"size": Size.LARGE}, name="large"),
    path("held/<uuid:pk>/", holding.held, name="held"),
    path("held/<uuid:pk>/live/", holding.live, name="held-live"),
]
