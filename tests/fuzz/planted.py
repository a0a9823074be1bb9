"""A defect that only whoever follows branches finds soon: the fuzzer has to find it in its test."""


def planted(data: bytes) -> None:
    """Break on one text of four bytes, each of which is a branch of its own."""
    if len(data) < 4 or data[0] != ord("o"):
        return
    if data[1] != ord("p"):
        return
    if data[2] != ord("e"):
        return
    if data[3] == ord("n"):
        raise AssertionError("the planted defect")
