"""What does not go into the log: addresses of pages, which name firms and hold one-time links."""

from __future__ import annotations

from logging import LogRecord


def name_the_page(record: LogRecord) -> bool:
    """A filter that keeps every record, with the page's name where its address stood."""
    request = getattr(record, "request", None)
    if request is not None:
        match = getattr(request, "resolver_match", None)
        record.msg, record.args = "%s at the page %s", (getattr(record, "status_code", "?"), match.view_name if match else "(none)")
    return True
