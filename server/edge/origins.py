"""Origins of addresses that others have given, as browsers and policies of pages name them."""

import re
from urllib.parse import urlsplit

_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\]")
"""What a policy of a page may name: no wildcard, and nothing that begins another directive.

Names of containers have underscores, and browsers go there.
"""


def origin_of(url: str) -> str:
    """Name the origin of a URL as browsers do: scheme, host, and the port if it is unusual.

    Returns:
        Empty for what is no http address of one host.

    Example:
        >>> origin_of("https://Moodle.example:443/mod/lti/auth.php?x=1")
        'https://moodle.example'
        >>> origin_of("https://*/"), origin_of("https://a;sandbox/")
        ('', '')
        >>> origin_of("https://bücher.example:8443/a.pdf"), origin_of("/assets/a.pdf")
        ('https://xn--bcher-kva.example:8443', '')
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        name = parts.hostname or ""
        host = f"[{name}]" if ":" in name else name.encode("idna").decode("ascii")
    except ValueError:  # No address at all, or a name that cannot be one.
        return ""
    if parts.scheme not in ("https", "http") or not _HOST.fullmatch(host) or "@" in parts.netloc:
        return ""
    usual = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != usual else "")
