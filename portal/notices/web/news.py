"""Which e-mails somebody gets of the organisation they work in, and when."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from portal.core.web.posted import posted
from portal.notices import topics
from portal.notices.display.news_wording import TOPICS
from portal.notices.models import How
from portal.notices.topics import Topic
from portal.orgs import access
from portal.orgs.access import Ability


class NewsForm(forms.Form):
    """One choice for each topic that concerns somebody."""

    def __init__(self, *args: Any, chosen: dict[Topic, How], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for topic, how in chosen.items():
            name, told = TOPICS[topic]
            self.fields[topic] = forms.ChoiceField(
                label=name, help_text=told, choices=How.choices, initial=how
            )

    @property
    def wanted(self) -> dict[Topic, How]:
        """How each topic is to be told of."""
        return {Topic(name): How(how) for name, how in self.cleaned_data.items()}


@require_http_methods(["GET", "HEAD", "POST"])
def news(request: HttpRequest) -> HttpResponse:
    """Show and take how the member wants to be told of what happens in the organisation."""
    member = access.current(request, Ability.VIEW)
    form = NewsForm(posted(request), chosen=topics.choices_of(member))
    if request.method == "POST" and form.is_valid():
        topics.choose(member, form.wanted)
        messages.success(request, gettext("Saved."))
        return redirect("news")
    context = {"form": form, "member": member}
    return render(request, "notices/news.html", context, status=422 if form.errors else 200)
