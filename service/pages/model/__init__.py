"""The pages about the model: what answers now, its versions, trainings, first day and descriptions."""
