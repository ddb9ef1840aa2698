from django.template import Context, Template
from django.utils.translation import override

from huiqi.vocabulary.record import words
from huiqi.vocabulary.speech import Both


def test_words_in_both_languages_are_said_in_the_language_of_the_page():
    template = Template("{% load words %}{{ ours|said }} {{ packs|said }} {{ other|said }} {% say '{0} found' '找到{0}' ours %}")
    context = {"ours": Both("rent aid", "租金补贴"), "packs": words("a note", "注"), "other": "x"}
    with override("en"):
        assert template.render(Context(context)) == "rent aid a note x rent aid found"
    with override("zh-hans"):
        assert template.render(Context(context)) == "租金补贴 注 x 找到租金补贴"
