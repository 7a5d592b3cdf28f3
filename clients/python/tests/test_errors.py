"""Refusals as exceptions with the problem's fields."""

from __future__ import annotations

import httpx
import pytest
from stub import Stub, problem

from vouch_hitl import (
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    FieldError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    UnprocessableEntityError,
    Vouch,
    VouchError,
)


def raised(response: httpx.Response) -> APIStatusError:
    with pytest.raises(APIStatusError) as caught:
        Stub(response).client(max_retries=0).logs.get("log_1")
    return caught.value


def test_a_problem_keeps_its_fields() -> None:
    wrong = {"pointer": "/feedback/score", "detail": "expected a number from 0 to 100, got 101"}
    error = raised(
        problem(
            422,
            type="https://vouch.dev/problems/invalid-input",
            title="The input is not valid",
            detail="/feedback/score: expected a number from 0 to 100, got 101",
            instance="/api/v1/logs/log_1/metrics",
            errors=[wrong],
            headers={"x-request-id": "req_1"},
        )
    )
    assert isinstance(error, UnprocessableEntityError)
    assert error.status == 422
    assert error.type == "https://vouch.dev/problems/invalid-input"
    assert error.title == "The input is not valid"
    assert error.instance == "/api/v1/logs/log_1/metrics"
    assert error.errors == (FieldError(**wrong),)
    assert error.request_id == "req_1"
    assert str(error) == (
        "422 The input is not valid: /feedback/score: expected a number from 0 to 100, got 101 "
        "(request req_1)"
    )


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequestError),
        (401, AuthenticationError),
        (403, PermissionDeniedError),
        (404, NotFoundError),
        (409, ConflictError),
        (413, APIStatusError),
        (429, RateLimitError),
        (500, InternalServerError),
        (503, InternalServerError),
        (302, APIStatusError),
    ],
)
def test_each_status_has_its_exception(status: int, kind: type[APIStatusError]) -> None:
    assert type(raised(problem(status))) is kind


def test_orqs_shape_is_read_as_well() -> None:
    error = raised(
        problem(404, code=404, error="No such model", message="there is no model x", source="vouch")
    )
    assert (error.title, error.detail) == ("No such model", "there is no model x")


def test_what_is_no_problem_is_shown_as_it_came() -> None:
    error = raised(httpx.Response(502, text="<h1>Bad gateway</h1>"))
    assert (error.title, error.detail) == ("Bad Gateway", "<h1>Bad gateway</h1>")
    assert raised(httpx.Response(500, json=[1])).errors == ()


def test_an_answer_that_is_not_ours_is_an_error() -> None:
    with pytest.raises(VouchError, match="not JSON"):
        Stub(httpx.Response(200, text="hello")).client().logs.get("log_1")
    with pytest.raises(VouchError, match="has no `id`"):
        Stub(httpx.Response(200, json={})).client().logs.get("log_1")


def test_there_must_be_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VOUCH_API_KEY", raising=False)
    with pytest.raises(VouchError, match="VOUCH_API_KEY"):
        Vouch()
