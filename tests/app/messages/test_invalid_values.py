"""What is wrong with a value is said in our words, whatever the library that checks it says."""

from typing import Any

import pytest
from pydantic import ValidationError

from app.messages.invalid_values import invalid_value
from app.settings import Settings


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("port", "many", "expected a whole number"),
        ("port", -1, "expected 0 or more"),
        ("port", 70_000, "expected 65,535 or less"),
        ("max_duration_s", 0, "expected a number above 0"),
        ("fetch", "perhaps", "expected true or false"),
        ("model", "/no/such/file.onnx", "there is no such file"),
        ("origins", "nowhere", "expected an origin such as https://tools.example.org, not nowhere"),
        ("fetch_allow", "a.lan:99999", "'a.lan:99999': a port is a number from 1 to 65535"),
        ("fetch_allow", "10.0.0.0/99", "'10.0.0.0/99' is no network"),
        ("no_such_setting", 1, "is not known here"),
    ],
)
def test_a_wrong_setting_is_explained(setting: str, value: Any, says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(**{setting: value})
    assert str(invalid_value(caught.value.errors()[0])) == says


def test_a_kind_that_is_not_known_says_no_more_than_that() -> None:
    unknown = {"type": "of a later version", "msg": "Input should be so", "ctx": {"x": 1}}
    assert str(invalid_value(unknown)) == "this value does not fit"
    assert str(invalid_value({"type": "literal_error", "ctx": {}})) == "this value does not fit"


def test_choices_are_named() -> None:
    choice = {"type": "literal_error", "ctx": {"expected": "'copy', 'related' or 'other'"}}
    assert str(invalid_value(choice)) == "expected one of copy, related, other"
