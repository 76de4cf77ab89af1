"""One Hypothesis profile: the same examples in every run, few enough for a suite that stays fast."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "driftline", derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("driftline")
