import copy
import json
import pickle
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symopt.legacy.python2.builtin_functions import is_instance
from symopt.legacy.python2.text import ByteString, as_bytes, decode, encode, is_encoded

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)


@pytest.mark.core
@given(TEXTS)
def test_what_is_encoded_is_decoded_again(text):
    data = encode(text, "utf-8")
    if not is_encoded(text):  # "Ã©" is taken for the bytes of "é"
        assert as_bytes(data) == text.encode("utf-8")
        assert decode(data, "utf-8") == text


@given(st.binary(max_size=30))
def test_byte_strings_are_bytes_and_str(data):
    string = ByteString(data)
    text = data.decode("latin-1")
    assert bytes(memoryview(string)) == data
    assert string == text
    assert text == string
    assert hash(string) == hash(text)
    assert {text: 1}[string] == 1
    assert isinstance(string, bytes)
    assert is_instance(string, str)
    assert is_instance(string, (int, (str, float)))
    assert str(string) == text
    assert f"{string}" == text
    assert f"{string}" == text
    assert string + "x" == text + "x"
    assert "x" + string == "x" + text
    assert string.split("\n") == text.split("\n")
    assert string.strip() == text.strip()
    assert "".join(str(c) for c in string) == text
    assert string[1:] == text[1:]
    assert isinstance(string[1:], ByteString)
    assert pickle.loads(pickle.dumps(string)) == text
    assert copy.copy(string) == text
    assert np.frombuffer(string, "uint8").tolist() == list(data)


def test_byte_strings_compare_with_bytes():
    assert ByteString(b"a") == b"a"
    assert ByteString(b"a") != "b"
    assert ByteString(b"a") < "b"
    assert ByteString(b"b") > "a"
    assert ByteString(b"b") >= b"a"
    assert sorted([ByteString(b"b"), "a"]) == ["a", "b"]
    with pytest.raises(IndexError):
        ByteString(b"a")[1]
    assert ByteString(b"ab")[-1] == "b"
    assert ord(ByteString(b"\xff")[0]) == 255


def test_text_that_was_decoded_stays():
    assert decode("\u20ac", "utf-8") == "\u20ac"
    assert encode("Ã©", "utf-8") == "Ã©"  # the bytes of "é": encoded already
    with pytest.raises(UnicodeDecodeError):
        decode("\xe9", "utf-8")


@pytest.mark.parametrize(
    "codec", ["hex", "base64", "zlib", "bz2", "string_escape", "rot13", "quopri"]
)
def test_codecs_of_bytes(codec):
    assert decode(encode("some 'text'\n", codec), codec) == "some 'text'\n"


def test_other_objects_have_their_own():
    class Tokenizer:
        def encode(self, text):
            return ["ids", text]

    assert encode(Tokenizer(), "a") == ["ids", "a"]


def test_json_takes_byte_strings():
    assert json.loads(ByteString(b'{"a": 1}')) == {"a": 1}
    assert re.match(b"a", ByteString(b"ab"))
