"""Monitor documents, as configure_monitor takes them."""

from driftline.domain.alarms.stack import Stack
from driftline.domain.errors import DriftlineError
from driftline.domain.monitors.defaults import SHIPPED
from driftline.kinds.registry import KINDS
from driftline.usecases.monitors.configuring_uploads import configure_upload
from driftline.usecases.monitors.monitor_resources import MonitorResources
from tests.fakes import (
    InMemoryStore,
    KnownBuckets,
    RecordingAlarms,
    RecordingDashboards,
    RecordingOperators,
    RecordingSchedules,
)
from tests.hostile.inputs import Change
from tests.hostile.outcome import Outcome, Word

STACK = Stack("driftline", "aws", "eu-west-1", "123456789012", "Driftline/driftline")
OTHERS = ("ante", "post")


def document(endpoint: str, schedule: str = "cron(0 6 ? * * *)") -> bytes:
    return f"endpoint: {endpoint}\nmonitors:\n  data_quality:\n    schedule: {schedule}\n".encode()


GOOD = document("shop")


class Documents:
    """Three endpoints' documents, of which the one in the middle is bad."""

    def body(self, change: Change) -> Outcome:
        return self._between("monitors/shop.yaml", change(GOOD))

    def value(self, raw: bytes) -> Outcome:
        return self._between("monitors/shop.yaml", document("shop", raw.decode()))

    def time(self, text: str) -> Outcome:
        return self._between("monitors/shop.yaml", document("shop", f"at({text})" if text else ""))

    def name(self, name: str) -> Outcome:
        return self._between(f"monitors/{name.removesuffix('.jsonl')}.yaml", GOOD)

    def _between(self, key: str, body: bytes) -> Outcome:
        store = InMemoryStore()
        schedules, operators = RecordingSchedules(), RecordingOperators()
        resources = MonitorResources(
            schedules, RecordingAlarms(), RecordingDashboards(), KnownBuckets(), STACK, KINDS, SHIPPED
        )

        def upload(at: str, content: bytes) -> list[str]:
            store.put(at, content)
            found = configure_upload(at, store=store, resources=resources, operators=operators, kinds=KINDS)
            return [each.status for each in found]

        assert upload("monitors/ante.yaml", document("ante")) == ["ok"]
        try:
            statuses = upload(key, body)
        except DriftlineError as error:
            statuses = [f"raised {error}"]
        assert upload("monitors/post.yaml", document("post")) == ["ok"]
        assert {f"{name}-data_quality" for name in OTHERS} <= schedules.schedules.keys()
        [status] = statuses
        if status == "error":
            [(_, said)] = operators.told
            assert key in said
            assert store.objects[key] == body
            return Outcome(Word.REFUSED, said)
        if status == "ignored":
            return Outcome(Word.IGNORED)
        assert status == "ok", status
        return Outcome(Word.USED, " ".join(said for _, said in operators.told))
