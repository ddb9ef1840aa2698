"""The public pages: thin views over what the files beside them find and say."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.cache import patch_vary_headers
from django.utils.safestring import SafeString, mark_safe
from django_htmx.http import push_url

from huiqi.vocabulary.speech import Both, both
from huiqi_portal.accounts.access import for_everyone
from huiqi_portal.accounts.roles import Role
from huiqi_portal.catalogue.asked import Fault, read_asked
from huiqi_portal.catalogue.card import Card
from huiqi_portal.catalogue.collection import Collection, collection_of
from huiqi_portal.catalogue.found import find
from huiqi_portal.catalogue.front import front_of
from huiqi_portal.catalogue.of_document import document_page_of
from huiqi_portal.catalogue.of_measure import measure_page_of
from huiqi_portal.catalogue.of_place import place_page_of
from huiqi_portal.site.frame import language
from huiqi_portal.texts.shelf import law


@for_everyone
def home(request: HttpRequest) -> HttpResponse:
    """The first page."""
    on = law()
    return render(request, "catalogue/home.html", {"front": front_of(on, collection_of(on))})


@for_everyone
def measures(request: HttpRequest) -> HttpResponse:
    """The list of measures, as its address asks for it; for htmx only what changes."""
    on = law()
    collection = collection_of(on)
    asked, faults = read_asked(request.GET, collection, on.rules.schemas["enterprise"])
    if faults:
        return render(request, "catalogue/measures_fault.html", {"faults": faults}, status=400)
    found = find(on, collection, asked)
    if asked.page > max(found.pages, 1):
        said = both(("there are only {0} pages", "仅有{0}页"), str(found.pages))
        return render(request, "catalogue/measures_fault.html", {"faults": [Fault("page", said)]}, status=404)
    facts = on.rules.schemas["enterprise"].facts
    context = {"found": found, "rows": [card_html(card, collection) for card in found.cards], "facts": facts}
    part = request.htmx and not request.htmx.history_restore_request
    answer = render(request, "catalogue/_found.html" if part else "catalogue/measures.html", context)
    patch_vary_headers(answer, ["HX-Request"])
    return push_url(answer, reverse("catalogue:measures") + asked.address.removesuffix("?")) if part else answer


@for_everyone
def measure(request: HttpRequest, name: str) -> HttpResponse:
    """One measure, by its full name."""
    on = law()
    collection = collection_of(on)
    if name not in collection.by_name:
        raise Http404(Both(f"there is no measure {name}", f"没有该措施：{name}")(language()))
    card = collection.by_name[name]
    return render(request, "catalogue/measure.html", {"card": card, "page": measure_page_of(on, collection, card), "checks": _checks(request, card)})


@for_everyone
def place(request: HttpRequest, place: str) -> HttpResponse:
    """What applies in a place, and where each of it comes from."""
    on = law()
    if place not in on.rules.places.by_id:
        raise Http404(Both(f"there is no place {place}", f"没有该地区：{place}")(language()))
    return render(request, "catalogue/place.html", {"page": place_page_of(on, collection_of(on), place)})


@for_everyone
def places(request: HttpRequest) -> HttpResponse:
    """All places that the catalogue speaks of."""
    return render(request, "catalogue/places.html", {"places": collection_of(law()).place_entries})


@for_everyone
def document(request: HttpRequest, name: str) -> HttpResponse:
    """One edition of a policy document, by its full name."""
    on = law()
    found = next((one for one in on.library.documents if one.name == name), None)
    if found is None:
        raise Http404(Both(f"there is no document {name}", f"没有该文件：{name}")(language()))
    collection = collection_of(on)
    page = document_page_of(on, found)
    rows = [card_html(card, collection) for card in collection.held.get(found.name, ())]
    return render(request, "catalogue/document.html", {"page": page, "rows": rows})


def card_html(card: Card, collection: Collection) -> SafeString:
    """A measure as a list shows it, rendered once per law and language."""
    key = card.number, language()
    if key not in collection.rendered:
        collection.rendered[key] = mark_safe(render_to_string("catalogue/_card.html", {"card": card}))
    return collection.rendered[key]


def _checks(request: HttpRequest, card: Card) -> list[tuple[str, str]]:
    """Where somebody finds out whether a firm may have a measure: the pages of the firms that they speak for, otherwise the interview."""
    if card.measure.subject != "enterprise" or card.standing == "over":
        return []
    user = request.user
    firms = list(user.firms()) if user.is_authenticated and user.role == Role.ENTERPRISE else []
    found = [(firm, _address("firms:measure", subject=firm, name=card.name)) for firm in firms]
    found = found or [("", _address("interview:start"))]
    return [(firm, address) for firm, address in found if address is not None]


def _address(view: str, **named: str) -> str | None:
    """The address of a page of an application above this one, where it is installed."""
    try:
        return reverse(view, kwargs=named)
    except NoReverseMatch:
        return None
