"""What applications add to a firm's home: its drafts."""

from __future__ import annotations

from huiqi.vocabulary.speech import Both, both
from huiqi_portal.applications.lifecycle import State
from huiqi_portal.applications.models import Application
from huiqi_portal.firms.overview import Piece, also

MOST = 5


@also
def drafts(subject: str) -> Piece:
    """The drafts that were changed last."""
    found = Application.objects.filter(subject=subject, state=State.DRAFT)[:MOST]
    said = Both("{0} (changed on {1})", "{0}（{1}修改）")
    lines = tuple((both(said, one.title, f"{one.changed_at:%Y-%m-%d}"), "applications:draft", str(one.pk)) for one in found)
    return Piece(Both("Drafts of applications", "申报草稿"), lines, Both("No application was begun yet.", "尚未开始申报。"), "applications:mine")
