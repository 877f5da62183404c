"""Support's addresses."""

app_name = "support"
urlpatterns: list[object] = []
