"""The app's models, as Django looks for them."""

from portal.jobs.models.handovers import Acceptance, Handover, HandoverHub, HandoverLink
from portal.jobs.models.jobs import ExpectedHub, Job, JobInvitation, JobMember
from portal.jobs.models.requests import JobRequest

__all__ = [
    "Acceptance",
    "ExpectedHub",
    "Handover",
    "HandoverHub",
    "HandoverLink",
    "Job",
    "JobInvitation",
    "JobMember",
    "JobRequest",
]
