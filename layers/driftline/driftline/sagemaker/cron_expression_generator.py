"""Schedules, as SageMaker writes them."""


class CronExpressionGenerator:
    """Expressions for `schedule_cron_expression`; EventBridge's `cron(…)`, `rate(…)` are accepted there, too."""

    @staticmethod
    def hourly() -> str:
        """At the start of every hour."""
        return "cron(0 * ? * * *)"

    @staticmethod
    def daily(hour: int = 0) -> str:
        """Every day at an hour, in UTC."""
        return f"cron(0 {hour} ? * * *)"

    @staticmethod
    def daily_every_x_hours(hour_interval: int, starting_hour: int = 0) -> str:
        """Every day from an hour on, and then every so many hours until midnight, in UTC."""
        return f"cron(0 {starting_hour}/{hour_interval} ? * * *)"

    @staticmethod
    def now() -> str:
        """Once, at once: `create_monitoring_schedule` refuses it and names `run_schedule_now()`."""
        return "NOW"
