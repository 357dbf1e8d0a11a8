"""What the proxy takes for the head of a message: less than the parser behind it."""

import h11
import pytest

from app.fetch.http_headers import HeadError, Request, Response

LOOSE = {  # heads that h11 reads, and the proxy must not
    "line ended by a line feed alone": b"GET http://a/ HTTP/1.1\nHost: a\r\n\r\n",
    "field ended by a line feed alone": b"GET http://a/ HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n",
    "folded field": b"GET http://a/ HTTP/1.1\r\nHost: a\r\nX: 1\r\n Y: 2\r\n\r\n",
    "field folded with a tab": b"GET http://a/ HTTP/1.1\r\nHost: a\r\nX: 1\r\n\tY: 2\r\n\r\n",
    "version 2.0": b"GET http://a/ HTTP/2.0\r\nHost: a\r\n\r\n",
    "version 0.9": b"GET http://a/ HTTP/0.9\r\nHost: a\r\n\r\n",
    "method in lower case": b"get http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "method that is not served": b"DELETE http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "length given twice": (
        b"POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\n"
    ),
    "list of lengths": b"POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n",
    "length of 13 digits": (
        b"POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000000\r\n\r\n"
    ),
    "chunked body": b"POST http://a/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
}
MALFORMED = {  # heads that h11 itself refuses
    "blank in the target": b"GET http://a/ b HTTP/1.1\r\nHost: a\r\n\r\n",
    "byte above 127 in the target": b"GET http://a/\xe9 HTTP/1.1\r\nHost: a\r\n\r\n",
    "empty line first": b"\r\nGET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "blank before the colon": b"GET http://a/ HTTP/1.1\r\nHost: a\r\nX : 1\r\n\r\n",
    "carriage return in a field": b"GET http://a/ HTTP/1.1\r\nHost: a\r\nX: 1\rY: 2\r\n\r\n",
    "zero byte in a field": b"GET http://a/ HTTP/1.1\r\nHost: a\r\nX: 1\x00\r\n\r\n",
    "no host": b"GET http://a/ HTTP/1.1\r\nX: 1\r\n\r\n",
    "two hosts": b"GET http://a/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "two lengths": (
        b"POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"
    ),
    "no head at all": b"\r\n\r\n",
}
RESPONSES = {
    "status 600": b"HTTP/1.1 600 x\r\n\r\n",
    "status 99": b"HTTP/1.1 099 x\r\n\r\n",
    "version 2.0": b"HTTP/2.0 200 OK\r\n\r\n",
    "another protocol": b"ICY 200 OK\r\n\r\n",
    "line ended by a line feed alone": b"HTTP/1.1 200 OK\nA: b\r\n\r\n",
    "folded field": b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
    "zero byte in the reason": b"HTTP/1.1 200 O\x00K\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
    "blank in a field's name": b"HTTP/1.1 200 OK\r\nA B: c\r\n\r\n",
}


@pytest.mark.parametrize("head", LOOSE.values(), ids=LOOSE)
def test_what_only_h11_accepts_is_refused(head: bytes) -> None:
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(head)
    assert isinstance(connection.next_event(), h11.Request), "the rule of our own is not needed"
    with pytest.raises(HeadError):
        Request.parse(head)


@pytest.mark.parametrize("head", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_request_is_refused(head: bytes) -> None:
    with pytest.raises(HeadError):
        Request.parse(head)


@pytest.mark.parametrize("head", RESPONSES.values(), ids=RESPONSES)
def test_a_malformed_response_is_refused(head: bytes) -> None:
    with pytest.raises(HeadError):
        Response.parse(head)


def test_a_request_is_forwarded_for_the_host_that_was_checked() -> None:
    request = Request.parse(
        b"POST http://a.example/x HTTP/1.1\r\nHost: other\r\nProxy-Authorization: Basic x\r\n"
        b"Connection: keep-alive\r\nRange: bytes=0-\r\nContent-Length: 3\r\n\r\n"
    )
    assert (request.method, request.target, request.body_bytes) == ("POST", "http://a.example/x", 3)
    assert request.values(b"proxy-authorization") == [b"Basic x"]
    assert request.head_to_forward("/x", "a.example") == (
        b"POST /x HTTP/1.1\r\nHost: a.example\r\nrange: bytes=0-\r\ncontent-length: 3\r\n"
        b"Connection: close\r\n\r\n"
    )


def test_a_response_passes_without_the_fields_of_one_connection() -> None:
    response = Response.parse(
        b"HTTP/1.0 206 Partial Content\r\nKeep-Alive: timeout=5\r\nContent-Type: video/mp4\r\n"
        b"X-Empty:\r\n\r\n"
    )
    assert response.status == 206
    assert response.head_to_forward() == (
        b"HTTP/1.0 206 Partial Content\r\ncontent-type: video/mp4\r\nx-empty: \r\n"
        b"Connection: close\r\n\r\n"
    )


def test_a_preliminary_response_is_distinguished_from_the_final_one() -> None:
    assert Response.parse(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n").status == 103
