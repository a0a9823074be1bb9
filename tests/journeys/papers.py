"""Documents to be shown, written byte by byte, and another host that has them."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

PAGE = b"/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
DINGBATS = b"<< /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >>"
"""A font that every reader of documents has, and few machines do."""
MINCHO = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /Ryumin-Light /Encoding /90ms-RKSJ-H "
    b"/DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Ryumin-Light "
    b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >> "
    b"/FontDescriptor << /Type /FontDescriptor /FontName /Ryumin-Light /Flags 4 "
    b"/FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 700 "
    b"/StemV 80 >> >>] >>"
)
"""A font that is not in the document, whose characters only a map of them tells."""
PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


def paper(
    *texts: str, font: bytes = HELVETICA, charset: str = "latin-1", password: str = ""
) -> bytes:
    """Write a document with one line of text on each page."""
    lock = Lock(password) if password else None
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", font]
    for text in texts:
        number = len(objects) + 1
        content = b"BT /F 24 Tf 60 700 Td <" + text.encode(charset).hex().encode() + b"> Tj ET"
        if lock:
            content = lock.shut(number + 1, content)
        objects.append(
            b"<< %s /Resources << /Font << /F 3 0 R >> >> /Contents %d 0 R >>" % (PAGE, number + 1)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    pages = b" ".join(b"%d 0 R" % number for number in range(4, len(objects) + 1, 2))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (pages, len(texts))
    return _file(objects, lock.trailer if lock else b"")


def _file(objects: Sequence[bytes], trailer: bytes) -> bytes:
    data = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R %s >>\n"
        b"startxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, trailer, len(data))
    )


class Lock:
    """Encrypts a document with a password, in the oldest and shortest way there is.

    Source: PDF 1.7 (ISO 32000-1), section 7.6.3, algorithms 1 to 4, revision 2.
    """

    def __init__(self, password: str) -> None:
        padded = (password.encode() + PADDING)[:32]
        owner = _rc4(_md5(padded)[:5], padded)
        rights = (-4).to_bytes(4, "little", signed=True)
        self._key = _md5(padded + owner + rights + b"0" * 16)[:5]
        user = _rc4(self._key, PADDING)
        self.trailer = (
            b"/ID [<%s> <%s>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>"
            % (
                (b"0" * 16).hex().encode(),
                (b"0" * 16).hex().encode(),
                owner.hex().encode(),
                user.hex().encode(),
            )
        )

    def shut(self, number: int, content: bytes) -> bytes:
        """Encrypt the content of an object."""
        key = _md5(self._key + number.to_bytes(3, "little") + b"\0\0")[:10]
        return _rc4(key, content)


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _rc4(key: bytes, data: bytes) -> bytes:
    box = list(range(256))
    at = 0
    for index in range(256):
        at = (at + box[index] + key[index % len(key)]) % 256
        box[index], box[at] = box[at], box[index]
    out, first, second = bytearray(), 0, 0
    for byte in data:
        first = (first + 1) % 256
        second = (second + box[first]) % 256
        box[first], box[second] = box[second], box[first]
        out.append(byte ^ box[(box[first] + box[second]) % 256])
    return bytes(out)


@dataclass
class OtherHost:
    """A host of somebody else's, on a port of its own, and so of another origin."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    lets_others_read: bool = True
    asked: list[str] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ", 2)[1].decode()
        self.asked.append(path)
        found = self.files.get(path)
        status = "404 Not Found" if found is None else "200 OK"
        kind = {"svg": "image/svg+xml", "pdf": "application/pdf"}.get(path.rpartition(".")[2])
        lines = [
            f"HTTP/1.1 {status}",
            f"Content-Length: {len(found or b'')}",
            f"Content-Type: {kind or 'text/plain'}",
            "Connection: close",
        ]
        if self.lets_others_read:
            lines.append("Access-Control-Allow-Origin: *")
        writer.write("\r\n".join((*lines, "", "")).encode() + (found or b""))
        writer.close()


@asynccontextmanager
async def other_host(**files: bytes) -> AsyncIterator[OtherHost]:
    """Run a host with files, named without their slash; a double underscore stands for the dot."""
    host = OtherHost(files={f"/{name.replace('__', '.')}": data for name, data in files.items()})
    server = await asyncio.start_server(host.answer, "127.0.0.1", 0)
    host.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield host
