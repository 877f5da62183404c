"""The addresses that a device's tray calls."""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST

from portal.claims import site_choice
from portal.core.web import bodies
from portal.orgs import access
from portal.orgs.access import Ability
from portal.tray import jobs, schema
from portal.tray.desk import Desk
from portal.tray.display import jobs as jobs_told
from portal.tray.display import news
from portal.tray.sync import carry_out
from portal.tray.web import answers


@bodies.takes(refuse=answers.not_understood)
@require_http_methods(["GET", "HEAD", "POST"])
@answers.answers_json
def sync(request: HttpRequest) -> JsonResponse:
    """Tell a device for whom it works (GET); take its rows and answer with their news (POST)."""
    return _session(request) if request.method != "POST" else _sync(request)


def _session(request: HttpRequest) -> JsonResponse:
    answers.sent_by_itself(request)
    member = access.anywhere(request, Ability.CLAIM)
    organisation, person = member.organisation, member.user
    sites = list(site_choice.sites_for(member))
    likely = site_choice.likely(sites)
    return answers.json(
        schema.Session(
            person=schema.Named(id=person.pk, name=person.display_name),
            organisation=schema.Named(id=organisation.pk, name=organisation.name),
            sites=tuple(
                schema.SiteChoice(id=site.pk, name=site.shown_name, address=site.other_address)
                for site in sites
            ),
            site=likely.pk if likely else None,
            jobs=jobs_told.of(member),
            language=(get_language() or settings.LANGUAGE_CODE).partition("-")[0],
            csrf=get_token(request),
        )
    )


def _sync(request: HttpRequest) -> JsonResponse:
    try:
        asked = answers.rows_of(request)
    except schema.MalformedError:
        return answers.not_understood(request, HTTPStatus.BAD_REQUEST)
    if asked.grant is not None:
        # What an agent scanned for somebody else goes to the grant's own address.
        return answers.not_understood(request, HTTPStatus.BAD_REQUEST)
    if not any(row.is_by_hand for row in asked.rows):
        answers.sent_by_itself(request)
    person = access.person(request)
    if asked.person != person.pk:
        return answers.somebody_else()
    member = access.require(person, asked.organisation, Ability.CLAIM)
    results = carry_out(Desk(member), asked.rows)
    progress = jobs.progress_of(jobs.of_rows(member, asked.rows))
    return answers.json(
        schema.Answer(
            rows=tuple(news.unseen(asked.rows, results)), progress=tuple(progress.values())
        )
    )


@bodies.takes(most=bodies.WITH_PHOTO, refuse=answers.photo_too_large)
@require_POST
@answers.answers_json
def photo(request: HttpRequest) -> JsonResponse:
    """Read the labels in a photo."""
    return answers.label_in_photo(request, access.anywhere(request, Ability.CLAIM).user)
