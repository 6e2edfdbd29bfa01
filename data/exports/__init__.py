"""Recognise, read and write every shape of export that an office hands over."""
