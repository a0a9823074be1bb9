"""What holds for all tests."""

from hypothesis import HealthCheck, settings

# Machines that run these are shared and slow at times: no test is about how long it takes.
settings.register_profile("usher", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("usher")
