"""The API tried out from its own description: no failure, every answer as described, wrong input refused, tokens asked for."""

from contextlib import suppress
from copy import deepcopy
from functools import cache

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode

from huiqi_portal.accounts.api_token import Scope
from huiqi_portal.api.faults import CODES
from huiqi_portal.api.rest import description

pytestmark = pytest.mark.django_db
EXAMPLES, SEED = 8, 20261123
REFUSALS = ["400", "404", "409", "413", "415", "422"]
load_all_checks()


@cache
def served():
    """The portal as a server runs it, once a folder for its files is there."""
    return WSGIHandler()


@pytest.fixture(autouse=True)
def one_connection():
    """The end of a request leaves the connection of the test's transaction open, as with Django's own client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


AS_DESCRIBED = [
    CHECKS.get_one(name) for name in ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
]
REFUSED = [*AS_DESCRIBED, CHECKS.get_one("negative_data_rejection")]
MODES = {"as described": (GenerationMode.POSITIVE, AS_DESCRIBED), "otherwise": (GenerationMode.NEGATIVE, REFUSED)}


def operations(with_tokens: bool) -> list:
    """What the API can be asked; those that want a token, or all without a word of tokens, so that none is left out as a way to ask wrongly."""
    told = deepcopy(description())
    for path in told["paths"].values():
        for method in [method for method, operation in path.items() if with_tokens and not operation.get("security")]:
            del path[method]
        for operation in path.values():
            operation.pop("security", None)
    checks = {"negative_data_rejection": {"expected-statuses": REFUSALS}}
    schema = schemathesis.openapi.from_dict(told, config=SchemathesisConfig.from_dict({"seed": SEED, "checks": checks}))
    schema.app = lambda environ, begin: served()(environ, begin)
    return [found.ok() for found in schema.get_all_operations()]


bounded = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


@pytest.fixture
def token(program, settings) -> str:
    """The header of a token with every scope."""
    settings.HUIQI_API_TOKEN_RATE = 1_000_000
    return program(*Scope).defaults["HTTP_AUTHORIZATION"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("operation", operations(with_tokens=False), ids=lambda one: one.label)
def test_whatever_is_sent_is_answered_as_described(operation, mode, registry, token):
    how, checks = MODES[mode]

    @bounded
    @given(case=operation.as_strategy(generation_mode=how))
    def try_out(case):
        answer = case.call(headers={"Authorization": token, "Host": "localhost", "Accept-Encoding": "identity"})
        case.validate_response(answer, checks=checks)

    with suppress(Unsatisfiable):  # nothing can be said otherwise where nothing is asked
        try_out()


@pytest.mark.parametrize("operation", operations(with_tokens=True), ids=lambda one: one.label)
def test_nothing_is_answered_without_a_token_that_holds(operation, registry, settings):
    settings.HUIQI_API_ADDRESS_RATE = 1_000_000

    @bounded
    @given(case=operation.as_strategy())
    def try_out(case):
        for headers, code in (({}, "token.missing"), ({"Authorization": "Bearer hq_of_nobody"}, "token.unknown")):
            case.headers = {}
            answer = case.call(headers={"Host": "localhost", "Accept-Encoding": "identity", **headers})
            assert answer.json()["code"] in (code, "request.nowhere")  # a path of dots leads elsewhere
            assert answer.status_code == CODES[answer.json()["code"]].status

    try_out()
