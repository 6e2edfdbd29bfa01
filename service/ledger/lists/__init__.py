"""Lists of complaints: the queue and the search."""
