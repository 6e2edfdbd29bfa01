"""Middleware of every request: body limits, compression, allowed hosts, security headers, concurrency."""
