import pytest

from load.host import Host
from load.process import LoadError


@pytest.mark.parametrize(
    "url", ["https://example.org", "http://10.0.0.1:8000", "http://127.0.0.1.example"]
)
def test_a_load_run_talks_to_loopback_only(url: str) -> None:
    with pytest.raises(LoadError, match="loopback"):
        Host(url, "e_demo-room")
