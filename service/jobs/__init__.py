"""Background work: intake of complaints, uploads, trainings, deadlines."""
