"""Run and maintain an installation: serve, doctor, backup, restore, demonstration."""
