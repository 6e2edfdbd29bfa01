"""What crosses the wire: request and response schemas."""
