"""What an office's rules do not allow, in words."""

from __future__ import annotations

from huiqi.vocabulary.speech import Both


class Refused(Exception):
    """A change that a rule stands against; said to who asked for it."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.words = Both(en, zh)
