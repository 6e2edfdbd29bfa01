"""Work beside the requests: intake of files, trainings, deadlines."""
