"""What the list of measures answers to what is asked: the measures in order, the counts beside each filter, and what to loosen."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from huiqi.publication.names import KIND_WORDS, MODE_WORDS
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.speech import Both, both
from huiqi_portal.catalogue.asked import Asked, Sort
from huiqi_portal.catalogue.card import SOON, STANDINGS, Card, topic_words
from huiqi_portal.catalogue.collection import Collection, Set, set_of
from huiqi_portal.catalogue.roughly import surely_not
from huiqi_portal.texts.shelf import Law

__all__ = ["MODE_WORDS"]
A_PAGE = 20
