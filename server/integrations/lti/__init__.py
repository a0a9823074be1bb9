"""LTI 1.3 and LTI Advantage: rooms inside of the courses of a learning platform."""
