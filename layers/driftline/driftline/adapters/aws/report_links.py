"""Links to report pages: signed for some hours, or to the distribution that serves them."""

from typing import TYPE_CHECKING
from urllib.parse import quote

from driftline.adapters.aws.clients import client_of
from driftline.adapters.aws.settings import NotifySettings
from driftline.domain.keys import REPORTS
from driftline.usecases.ports import ReportLink, ReportLinks

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_SECONDS = 3600


class PresignedLinks:
    """Links to the bucket itself, valid for some hours; anyone with the link can read that page and nothing else.

    Signing does not call S3, so the page may be written later. A link expires with the credentials that signed it,
    whatever its own lifetime; those of a Lambda function last twelve hours at most, and may be some hours old:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html

    Args:
        hours: How long a link should be valid.
        client: A boto3 S3 client that signs; created unless given.
    """

    def __init__(self, bucket: str, hours: int, client: "S3Client | None" = None) -> None:
        self._bucket = bucket
        self._hours = hours
        self._client = client or signing_client()

    def to(self, key: str) -> ReportLink:
        url = self._client.generate_presigned_url(
            "get_object", Params={"Bucket": self._bucket, "Key": key}, ExpiresIn=self._hours * _SECONDS
        )
        return ReportLink(url, lasting=False)


class ServedLinks:
    """Links to a distribution that serves `reports/`; the distribution decides who may open them.

    Args:
        root: `https://<domain>`.
    """

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/")

    def to(self, key: str) -> ReportLink:
        return ReportLink(f"{self._root}/{quote(key.removeprefix(REPORTS))}", lasting=True)


def report_links(settings: NotifySettings) -> ReportLinks | None:
    """The links that the stack's parameters select; None if messages link to the S3 console."""
    if settings.reports_url:
        return ServedLinks(settings.reports_url)
    return PresignedLinks(settings.bucket, settings.report_link_hours) if settings.report_link_hours else None


def signing_client() -> "S3Client":
    """A client whose links are valid in every region.

    Signature version 4, because botocore signs links with version 2 in old regions; and the bucket in the name of the
    region's own host, because the global host redirects to where the signature is not valid.
    """
    return client_of("s3", signature_version="s3v4", s3={"addressing_style": "virtual"})
