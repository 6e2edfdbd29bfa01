"""Reading an uploaded file in a child process, within limits of memory and time."""
