"""Keeps the messages of one subject of a batch, and sends all others on before the work begins.

For a queue whose messages often mean the same, so that a batch of them is worth having. Whatever ends the process then
takes one message along instead of a batch: docs/design/isolation.md.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import batched
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from driftline.adapters.aws.clients import client_of

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

type Record = Mapping[str, Any]
"""A message as Lambda passes it on."""

APART = 2
"""Seconds between messages that are sent on, so that few of them meet in a batch again."""

LONGEST_DELAY = 900
"""Seconds; the most that SQS allows."""

_MOST = 10
"""Messages in a request to SQS."""


class OneSubject:
    """Reduces a batch to one message.

    Args:
        queue: URL of the queue that the batch is from.
        subject_of: What a message with this body is about; messages of one subject mean the same. A ValueError means
            that the message is a subject of its own.
        client: A boto3 SQS client; created on first use unless given.
    """

    def __init__(self, queue: str, subject_of: Callable[[str], str], client: "SQSClient | None" = None) -> None:
        self._queue = queue
        self._subject_of = subject_of
        self._given = client

    def of(self, batch: Mapping[str, Any], logger: Logger) -> dict[str, Any]:
        """The batch with one message of one subject; all others have left it for good.

        The subject that was delivered most often is kept: what is sent on counts its deliveries from one again, and
        something that always fails has to reach the dead-letter queue. Messages that SQS does not take stay.

        Args:
            batch: An SQS event from Lambda.
            logger: Logs what SQS does not take.
        """
        records: Sequence[Record] = batch["Records"]
        if len(records) == 1:
            return dict(batch)
        by_subject: dict[str, list[Record]] = {}
        for record in records:
            by_subject.setdefault(self._subject(record), []).append(record)
        # Sorting is stable: of equals, the one that came first.
        first, *others = sorted((max(of, key=_deliveries) for of in by_subject.values()), key=_deliveries, reverse=True)
        sent = set(self._send(others, logger))
        left = [first, *(record for record in others if record["messageId"] not in sent)]
        staying = {record["messageId"] for record in left}
        self._delete([record for record in records if record["messageId"] not in staying], logger)
        return {**batch, "Records": left}

    def _subject(self, record: Record) -> str:
        try:
            return self._subject_of(record["body"])
        except ValueError:  # pydantic's, too
            return f"message {record['messageId']}"

    def _send(self, records: Sequence[Record], logger: Logger) -> Iterator[str]:
        """Ids of the messages that SQS took."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415, the client brings it

        for some in batched(enumerate(records, start=1), _MOST, strict=False):
            entries: list[SendMessageBatchRequestEntryTypeDef] = [
                {
                    "Id": str(number),
                    "MessageBody": record["body"],
                    "DelaySeconds": min(number * APART, LONGEST_DELAY),
                }
                for number, record in some
            ]
            try:
                answer = self._client.send_message_batch(QueueUrl=self._queue, Entries=entries)
            except (BotoCoreError, ClientError) as error:
                logger.warning("not sent on", reason=str(error))
                return
            yield from (records[int(entry["Id"]) - 1]["messageId"] for entry in answer.get("Successful", []))

    def _delete(self, records: Sequence[Record], logger: Logger) -> None:
        """What is not deleted comes again and changes nothing."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415, the client brings it

        for some in batched(records, _MOST, strict=False):
            try:
                self._client.delete_message_batch(
                    QueueUrl=self._queue,
                    Entries=[
                        {"Id": str(number), "ReceiptHandle": record["receiptHandle"]}
                        for number, record in enumerate(some)
                    ],
                )
            except (BotoCoreError, ClientError) as error:
                logger.warning("not deleted", reason=str(error))

    @cached_property
    def _client(self) -> "SQSClient":
        return self._given or client_of("sqs")


def _deliveries(record: Record) -> int:
    return int(record["attributes"]["ApproximateReceiveCount"])
