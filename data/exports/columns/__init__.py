"""The fields that columns hold, by the names of the columns and by their cells."""
