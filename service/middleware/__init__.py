"""What every request passes through: limits, security headers, concurrency."""
