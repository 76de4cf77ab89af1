"""One request to a channel: what it trusts, how much and how long it reads, and what it does not repeat."""

import ipaddress
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import override

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from driftline.adapters.channels import http
from driftline.domain.errors import InvalidInputError, RetryLaterError
from local.webhook import WebhookReceiver

TEAMS = "https://e.example:443/workflows/w1f2/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers&sig=s3cr3t-sig"
SLACK = "https://hooks.example/services/T0001/B0002/s3cr3t-token"


class TestASecureServer:
    """Its certificate is for 127.0.0.1 and its own."""

    @pytest.fixture
    def certificate(self, tmp_path: Path) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(x509.KeyUsage(True, False, False, False, False, True, True, False, False), True)
            .sign(key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path = tmp_path / "certificate.pem"
        path.write_bytes(private + certificate.public_bytes(pem))
        return path

    @pytest.fixture
    def received(self) -> list[bytes]:
        return []

    @pytest.fixture
    def url(self, certificate: Path, received: list[bytes]) -> Iterator[str]:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                received.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            @override
            def log_message(self, format: str, *args: object) -> None:
                """Nothing is printed."""

        class Server(ThreadingHTTPServer):
            @override
            def handle_error(self, request: object, client_address: object) -> None:
                """Those who hang up are what is tested."""

        server = Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        http._pool.cache_clear()
        yield f"https://127.0.0.1:{server.server_address[1]}/x"
        http._pool.cache_clear()
        server.shutdown()
        server.server_close()
        thread.join()

    def test_it_gets_the_message(
        self, url: str, certificate: Path, received: list[bytes], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert http.post(url, b"hello", {}).status == 200
        assert received == [b"hello"]

    def test_one_that_cannot_prove_who_it_is_gets_nothing(self, url: str, received: list[bytes]) -> None:
        with pytest.raises(RetryLaterError, match=r"127\.0\.0\.1 does not answer"):
            http.post(url, b"secret", {})
        assert received == []

    def test_one_that_is_on_lambdas_own_machine_gets_nothing(
        self, url: str, certificate: Path, received: list[bytes], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "driftline-notify-operator")
        with pytest.raises(InvalidInputError, match="loopback"):
            http.post(url, b"secret", {})
        assert received == []


class Dripping:
    """An answer that never ends, as far as reading goes."""

    def __init__(self, chunk: bytes) -> None:
        self.chunk = chunk

    def stream(self, _: int, *, decode_content: bool) -> Iterator[bytes]:
        assert not decode_content  # what is small on the wire may be huge unpacked
        for _ in range(1000):
            yield self.chunk
        pytest.fail("it was read to the end")


class TestReading:
    def test_an_answer_that_drips_is_given_up_after_twenty_seconds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        clock = count(0, 9)  # seconds: each drop comes just before the time-out of a read
        monkeypatch.setattr(http, "monotonic", lambda: next(clock))
        assert http._read(Dripping(b".")) == b"..."  # type: ignore[arg-type]

    def test_no_more_than_64_kib_are_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(http, "monotonic", lambda: 0.0)
        assert len(http._read(Dripping(b"x" * 5000))) == 64 * 1024  # type: ignore[arg-type]

    def test_an_answer_in_several_pieces_is_whole(self) -> None:
        with WebhookReceiver() as receiver:
            said = bytes(range(256)) * 100
            receiver.fail_next(status=200, body=said)
            answer = http.post(f"{receiver.url}/x", b"", {})
        assert answer.body == said
        assert answer.text.startswith("\x00\x01")  # though it is not UTF-8

    def test_times_are_bounded(self) -> None:
        timeout = http._pool().connection_pool_kw["timeout"]
        assert (timeout.connect_timeout, timeout.read_timeout) == (3, 10)


class TestWhatIsNotRepeated:
    @pytest.mark.parametrize(
        ("url", "said"),
        [
            (TEAMS, TEAMS),
            (TEAMS, "no trigger at " + TEAMS.removeprefix("https://e.example:443")),
            (TEAMS, TEAMS.split("?")[1]),
            (TEAMS, TEAMS.replace("&", "&amp;")),
            (TEAMS, "the signature s3cr3t-sig is wrong"),
            (SLACK, "/services/T0001/B0002/s3cr3t-token"),
            (SLACK, "no such token: s3cr3t-token"),
        ],
    )
    def test_no_part_of_an_address_however_it_is_written(self, url: str, said: str) -> None:
        answer = http.Answer(403, {}, said.encode())
        with pytest.raises(InvalidInputError) as caught:
            http.raise_for(answer, "e.example", mend="Check it.", secrets=http.secret_parts(url))
        assert "s3cr3t" not in str(caught.value)
        assert "***" in str(caught.value)

    def test_an_address_without_a_path_hides_no_slashes(self) -> None:
        answer = http.Answer(403, {}, b"a/b at https://e.example/")
        with pytest.raises(InvalidInputError, match=r"a/b at \*\*\*"):
            http.raise_for(answer, "e.example", mend="", secrets=http.secret_parts("https://e.example/"))


class TestRefusals:
    def test_it_says_what_the_other_side_said_on_one_line_and_what_to_do(self) -> None:
        with pytest.raises(InvalidInputError) as caught:
            http.raise_for(http.Answer(400, {}, b"no\n\x1b[31m such\xff\r\nfield"), "e.example", mend="Check it.")
        assert str(caught.value) == "e.example answers 400: no [31m such\ufffd field. Check it."

    def test_it_says_nothing_if_nothing_was_said(self) -> None:
        with pytest.raises(InvalidInputError) as caught:
            http.raise_for(http.Answer(404, {}, b" \n"), "e.example", mend="Check it.")
        assert str(caught.value) == "e.example answers 404. Check it."

    @pytest.mark.parametrize("status", [199, 300, 304, 499])
    def test_what_is_neither_well_nor_busy_is_refused(self, status: int) -> None:
        with pytest.raises(InvalidInputError):
            http.raise_for(http.Answer(status, {}, b""), "e.example", mend="")

    @pytest.mark.parametrize("status", [408, 425, 429, 500, 599])
    def test_what_is_busy_is_asked_again(self, status: int) -> None:
        with pytest.raises(RetryLaterError):
            http.raise_for(http.Answer(status, {}, b""), "e.example", mend="")

    @pytest.mark.parametrize("status", [200, 202, 204, 299])
    def test_what_is_well_is_well(self, status: int) -> None:
        http.raise_for(http.Answer(status, {}, b""), "e.example", mend="")


def test_a_date_to_come_again_counts_from_now_if_the_other_side_has_no_clock() -> None:
    assert http.retry_after({"retry-after": "Thu, 01 Jan 2099 00:00:00 GMT"}) == 900
    assert http.retry_after({"retry-after": "Thu, 01 Jan 2004 00:00:00 GMT"}) == 0
