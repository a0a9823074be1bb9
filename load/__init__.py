"""Drives a server from outside, as its clients would; knows only `protocol`."""
