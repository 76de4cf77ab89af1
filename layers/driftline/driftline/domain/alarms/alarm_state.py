"""Whether an alarm is going off."""

from enum import StrEnum


class AlarmState(StrEnum):
    """The two relevant states of CloudWatch. The third, INSUFFICIENT_DATA, changes nothing."""

    OK = "OK"
    ALARM = "ALARM"
