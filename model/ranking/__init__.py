"""Score units and categories together, calibrate, and resolve a family to a unit by place."""
