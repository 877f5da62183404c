"""The photo path: a picture of 12 megapixels, read as an uploaded one is."""

import time

from django.conf import settings

from bench.labels.outcome import Outcome, judge
from bench.pictures.conditions import Picture
from portal.hubs.labels import parse, photos, read_photo


def read(picture: Picture) -> Outcome:
    """Read the photo of it, and say how that went."""
    content, looking = picture.photo(), settings.PHOTO_SECONDS * read_photo.LOOKING
    started = time.thread_time()
    try:
        text = photos.read_label(content, lambda: time.thread_time() - started < looking)
    except photos.PhotoProblem:
        text = ""
    seconds = time.thread_time() - started
    try:
        found = str(parse.parse(text))
    except parse.LabelProblem:
        found = ""
    return judge("photo", picture, found, [text] if text else [], [seconds])
