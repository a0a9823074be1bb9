"""Rooms as actors: command queue, group commit, replicas, cohorts of watchers, presence."""
