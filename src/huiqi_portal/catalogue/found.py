"""What the list of measures answers to what is asked: the measures in order, the counts beside each filter, and what to loosen."""

from __future__ import annotations

from huiqi.publication.names import MODE_WORDS

__all__ = ["MODE_WORDS"]
A_PAGE = 20
