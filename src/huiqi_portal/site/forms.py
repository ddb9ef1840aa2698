"""Forms as pages show them: words in both languages, fields as the style sheet draws them (site/_field.html)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import lazy

from huiqi.vocabulary.speech import Both
from huiqi_portal.site.frame import language


def _in_the_readers_language(en: str, zh: str) -> str:
    return Both(en, zh)(language())


#: Words that are said when they are shown, as Django's forms ask for: a label, a help text, an error.
spoken = lazy(_in_the_readers_language, str)


class Shown:
    """A form whose fields are drawn by the style sheet; mixed into Django's own forms too."""

    fields: dict[str, forms.Field]

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        for field in self.fields.values():
            kind = {forms.CheckboxInput: "form-check-input", forms.Select: "form-select"}.get(type(field.widget), "form-control")
            field.widget.attrs["class"] = kind


class Form(Shown, forms.Form):
    """A form of the portal."""

    use_required_attribute = True
