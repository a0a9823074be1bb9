"""The functional core: what is true, what may be done, what is seen. No I/O, no clock."""
