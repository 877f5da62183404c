"""Words of jobs, for pages and e-mails."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.core.ui import Chip
from portal.jobs.display import wording
from portal.jobs.finding import Numbers
from portal.jobs.models import Job

register = template.Library()


@register.filter
def day(on: date | str) -> str:
    """Return a day, or its ISO text, as people say it."""
    return wording.day(date.fromisoformat(on) if isinstance(on, str) else on) if on else ""


@register.filter
def day_near(on: date) -> str:
    """Return a day as people say it, without the year where that is this one."""
    return wording.day_near(on)


@register.filter
def job_window(job: Job) -> str:
    """Return the job's days."""
    return wording.window(job)


@register.filter
def job_end(job: Job) -> str:
    """Say when the job ends, or has ended."""
    return wording.end(job)


@register.filter(is_safe=True)
def numbers_kept(words: str) -> str:
    """Return the words with each number on the line of what it counts."""
    return re.sub(r"(?<=\d) ", "\N{NO-BREAK SPACE}", words)


@register.filter
def job_numbers(sums: Mapping[str, Any]) -> str:
    """Return a job's numbers as an e-mail knows them, in one line."""
    return wording.numbers(Numbers(**sums))


@register.filter
def job_people(job: Job) -> str:
    """Return who works on the job."""
    return wording.people(job)


@register.filter
def breakable(text: str) -> SafeString:
    """Return a text in which an e-mail address may go on in the next line after its "@"."""
    *users, rest = text.split("@")
    return format_html("{}{}", format_html_join("", "{}@<wbr>", ((user,) for user in users)), rest)


@register.filter
def job_chip(job: Job) -> Chip:
    """Return the job's state at a glance."""
    return wording.chip(job)
