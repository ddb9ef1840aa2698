import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("address", "words"), [("/zh-hans/", "惠企"), ("/en/", "Support for enterprises")])
def test_the_first_page_speaks_both_languages(client, law, address, words):
    answer = client.get(address)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert "default-src 'self'" in answer["Content-Security-Policy"]
