"""Errors of the model server's connection that a loopback server cannot easily have."""

from __future__ import annotations

import ssl

import httpx2
from openai import APIConnectionError, APITimeoutError, OpenAIError

from agents.llm import faults
from agents.llm.faults import Place
from agents.ports import ModelMisconfigured, ModelUnavailable

PLACE = Place("https://models.example/v1", "m")
REQUEST = httpx2.Request("POST", "https://models.example/v1/chat/completions")


def test_a_certificate_that_is_not_trusted_is_for_the_operator() -> None:
    error = APITimeoutError(request=REQUEST)
    error.__cause__ = httpx2.ConnectTimeout("failed")
    error.__cause__.__cause__ = ssl.SSLCertVerificationError("self-signed certificate")
    fault = faults.sort(error, PLACE)
    assert fault.kind is ModelMisconfigured
    assert not fault.is_passing
    assert "SSL_CERT_FILE" in fault.sentence


def test_any_other_lost_connection_may_come_back() -> None:
    fault = faults.sort(APIConnectionError(request=REQUEST), PLACE)
    assert (fault.kind, fault.is_passing, fault.is_billed) == (ModelUnavailable, True, True)


def test_an_error_of_the_package_that_nobody_knows_is_an_unreadable_answer() -> None:
    assert faults.sort(OpenAIError("new"), PLACE).code == "broken_answer"


def test_an_error_tells_how_often_we_tried_and_what_the_server_asked_for() -> None:
    fault = faults.timed_out(PLACE, 0.5)
    assert str(fault.error(())) == (
        "The model server at https://models.example/v1 did not answer within 0.5 seconds; "
        "check that it is not overloaded and try again later."
    )
