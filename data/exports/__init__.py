"""Every shape of export that an office hands over: recognise it, read it as rows, write it back."""
