"""Enrolled faces and embeddings have no way out: neither an answer nor a message has a place for one."""

import json

import pytest

from examhall.bootstrap.schema import openapi_schema, socket_schema

FORBIDDEN = ("embedding", "identity_template", "sealed", "virtual_score")


@pytest.mark.parametrize("word", FORBIDDEN)
def test_no_schema_names_it(word: str) -> None:
    assert word not in json.dumps(socket_schema())
    assert word not in json.dumps(openapi_schema())


def test_the_addresses_of_photos_give_none_out() -> None:
    paths = openapi_schema()["paths"]
    photos = [path for path in paths if path.endswith("/photo")]
    assert len(photos) == 1
    answers = paths[photos[0]]["get"]["responses"]["200"]["content"]
    assert list(answers) == ["application/json"]
