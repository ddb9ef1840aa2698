"""The API tried out from its own description: no failure, every answer as described, wrong input refused, tokens asked for."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings, strategies
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig

from huiqi_portal.accounts.api_token import Scope
from huiqi_portal.accounts.roles import Role
from huiqi_portal.api.rest import description
from huiqi_portal.service.wsgi import application

load_all_checks()
CHECKED = [
    CHECKS.get_one(name)
    for name in ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance", "negative_data_rejection")
]
EXAMPLES, SEED = 12, 20261123
CONFIG = SchemathesisConfig.from_dict({"seed": SEED, "generation": {"modes": ["positive", "negative"], "max-examples": EXAMPLES}})
SCHEMA = schemathesis.openapi.from_dict(description(), config=CONFIG)
SCHEMA.app = application
OPERATIONS = [result.ok() for result in SCHEMA.get_all_operations()]
BOUNDED = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
NAMES = [operation.label for operation in OPERATIONS]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_whatever_is_sent_is_answered_as_described(operation, registry, program, settings):
    settings.HUIQI_API_TOKEN_RATE = 100_000
    client = program(*Scope, role=Role.OFFICER)
    token = client.defaults["HTTP_AUTHORIZATION"] if "HTTP_AUTHORIZATION" in client.defaults else client.headers["Authorization"]

    @BOUNDED
    @_given(operation)
    def try_out(case):
        answer = case.call(headers={"Authorization": token, "Host": "localhost"})
        case.validate_response(answer, checks=CHECKED)

    try_out()


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.security], ids=lambda one: one.label)
def test_nothing_is_answered_without_a_token(operation, law):
    raise NotImplementedError
