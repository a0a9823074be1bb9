"""The subprotocols carry the wire version in their names."""

from protocol.codec import Codec
from protocol.version import SUBPROTOCOLS, WIRE_VERSION, WIRE_VERSIONS, version_named


def test_every_subprotocol_has_a_codec_and_names_the_version() -> None:
    for name in SUBPROTOCOLS:
        assert Codec.named(name).name == name
        assert version_named(name) in WIRE_VERSIONS
    assert WIRE_VERSIONS[0] == WIRE_VERSION


def test_the_server_prefers_the_smaller_frames() -> None:
    assert [Codec.named(name).is_text for name in SUBPROTOCOLS] == [False, True]
