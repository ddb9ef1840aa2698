"""The public pages: thin views over what the files beside them find and say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.cache import patch_vary_headers
from django.utils.safestring import SafeString, mark_safe
from django_htmx.http import push_url

from huiqi.vocabulary.speech import Both, of_words
from huiqi_portal.accounts.access import for_everyone
from huiqi_portal.accounts.roles import Role
from huiqi_portal.catalogue.asked import Asked, Fault, read_asked
from huiqi_portal.catalogue.card import Card
from huiqi_portal.catalogue.collection import Collection, collection_of
from huiqi_portal.catalogue.found import find
from huiqi_portal.catalogue.front import front_of
from huiqi_portal.catalogue.of_document import document_page_of
from huiqi_portal.catalogue.of_measure import measure_page_of
from huiqi_portal.catalogue.of_place import place_page_of
from huiqi_portal.site.frame import language
from huiqi_portal.texts.shelf import Law, law

LISTS_KEPT, PARTS_KEPT = 500, 2_000  # lists and parts of pages of a law that are kept as rendered: what is asked often is answered at once
BEYOND = Fault("page", Both("the list has fewer pages; take it out of the address", "列表没有这么多页；请从网址中去掉"))


@for_everyone
def home(request: HttpRequest) -> HttpResponse:
    """The first page."""
    on = law()
    collection = collection_of(on)
    front = front_of(on, collection)
    parts = {name: _kept(collection, f"_{name}.html", "", lambda: {"front": front}) for name in ("ways", "closing")}
    return render(request, "catalogue/home.html", {"front": front, **parts})


@for_everyone
def measures(request: HttpRequest) -> HttpResponse:
    """The list of measures, as its address asks for it; for htmx only what changes."""
    on = law()
    collection = collection_of(on)
    asked, faults = read_asked(request.GET, collection, on.rules.schemas["enterprise"])
    if faults:
        return render(request, "catalogue/measures_fault.html", {"faults": faults}, status=400)
    part = request.htmx and not request.htmx.history_restore_request
    listed = _listed(on, collection, asked)
    if listed is None:
        return render(request, "catalogue/measures_fault.html", {"faults": [BEYOND]}, status=404)
    answer = HttpResponse(listed) if part else render(request, "catalogue/measures.html", {"asked": asked, "listed": listed})
    patch_vary_headers(answer, ["HX-Request"])
    return push_url(answer, reverse("catalogue:measures") + asked.address.removesuffix("?")) if part else answer


def _listed(on: Law, collection: Collection, asked: Asked) -> SafeString | None:
    """The list with its filters, the same for everybody who asks it; None for a page beyond the last."""
    key = asked, language()
    kept = collection.listed.get(key)
    if kept is not None:
        return kept
    found = find(on, collection, asked)
    if asked.page > max(found.pages, 1):
        return None
    context = {"found": found, "rows": [card_html(card, collection) for card in found.cards], "facts": on.rules.schemas["enterprise"].facts}
    listed = mark_safe(render_to_string("catalogue/_found.html", context))
    if len(collection.listed) >= LISTS_KEPT:
        collection.listed.clear()
    collection.listed[key] = listed
    return listed


@for_everyone
def measure(request: HttpRequest, name: str) -> HttpResponse:
    """One measure, by its full name."""
    on = law()
    collection = collection_of(on)
    if name not in collection.by_name:
        raise Http404(Both(f"there is no measure {name}", f"没有该措施：{name}")(language()))
    card = collection.by_name[name]
    page = measure_page_of(on, collection, card)
    main = _kept(collection, "_measure_main.html", name, lambda: {"card": card, "page": page})
    return render(request, "catalogue/measure.html", {"card": card, "page": page, "main": main, "checks": _checks(request, card)})


@for_everyone
def place(request: HttpRequest, place: str) -> HttpResponse:
    """What applies in a place, and where each of it comes from."""
    on = law()
    if place not in on.rules.places.by_id:
        raise Http404(Both(f"there is no place {place}", f"没有该地区：{place}")(language()))
    collection = collection_of(on)
    label = of_words(on.rules.places.by_id[place].label)
    main = _kept(collection, "_place.html", place, lambda: {"page": place_page_of(on, collection, place)})
    return render(request, "catalogue/place.html", {"label": label, "main": main})


@for_everyone
def places(request: HttpRequest) -> HttpResponse:
    """All places that the catalogue speaks of."""
    collection = collection_of(law())
    main = _kept(collection, "_places.html", "", lambda: {"places": collection.place_entries})
    return render(request, "catalogue/places.html", {"main": main})


@for_everyone
def document(request: HttpRequest, name: str) -> HttpResponse:
    """One edition of a policy document, by its full name."""
    on = law()
    found = next((one for one in on.library.documents if one.name == name), None)
    if found is None:
        raise Http404(Both(f"there is no document {name}", f"没有该文件：{name}")(language()))
    collection = collection_of(on)

    def shown() -> dict[str, Any]:
        rows = [card_html(card, collection) for card in collection.held.get(found.name, ())]
        return {"page": document_page_of(on, found), "rows": rows, "lang": language()}

    main = _kept(collection, "_document.html", name, shown)
    return render(request, "catalogue/document.html", {"title": of_words(found.record.title), "main": main})


def card_html(card: Card, collection: Collection) -> SafeString:
    """A measure as a list shows it."""
    return _kept(collection, "_card.html", card.name, lambda: {"card": card})


def _kept(collection: Collection, template: str, about: str, context: Callable[[], dict[str, Any]]) -> SafeString:
    """A part of a page that is the same for everybody, rendered once per law and language."""
    key = template, about, language()
    kept = collection.rendered.get(key)
    if kept is None:
        kept = mark_safe(render_to_string(f"catalogue/{template}", context()))
        if len(collection.rendered) >= PARTS_KEPT:
            collection.rendered.clear()
        collection.rendered[key] = kept
    return kept


def _checks(request: HttpRequest, card: Card) -> list[tuple[str, str]]:
    """Where somebody finds out whether a firm may have a measure: the pages of the firms that they speak for, otherwise the interview."""
    if card.measure.subject != "enterprise" or card.standing == "over":
        return []
    user = request.user
    firms = list(user.firms()) if user.is_authenticated and user.role == Role.ENTERPRISE else []
    found = [(firm, _address("firms:measure", subject=firm, measure=card.name)) for firm in firms]
    found = found or [("", _address("interview:start"))]
    return [(firm, address) for firm, address in found if address is not None]


def _address(view: str, **named: str) -> str | None:
    """The address of a page of an application above this one, where it is installed."""
    try:
        return reverse(view, kwargs=named)
    except NoReverseMatch:
        return None
