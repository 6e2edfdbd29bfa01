"""Dates as people and programs write them, and the order of day and month in a column of dates."""

from data.exports.dates.written import DateOrder, combine, parse_date, parse_time

__all__ = ["DateOrder", "combine", "parse_date", "parse_time"]
